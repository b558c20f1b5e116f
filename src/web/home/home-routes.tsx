/**
 * The home page with its search, and the static files of all pages. The search never says why it found nothing; files
 * that are not on the list are not served.
 */
import type { Context } from 'hono';
import { isRefusal, Refusal } from '../../base/refusal.ts';
import type { Words } from '../../base/words.ts';
import { writeFragment } from '../../core/address.ts';
import { readPasted } from '../../core/pasted.ts';
import { type AppEnv, factory } from '../../http/context.ts';
import { problem } from '../../http/problems.ts';
import { askerOf, rateLimit } from '../../http/rate-limit.ts';
import { centreNames } from '../../service/on-file.ts';
import { search } from '../../service/search-certificates.ts';
import { certificateRoutes } from '../certificate/certificate-routes.tsx';
import { checkRoutes } from '../check/check-page.tsx';
import type { FieldFaults, Typed } from '../frame/form.tsx';
import { faultsOf, nameFault, numberFault, readForm, some } from '../frame/form-input.ts';
import { answerProblem, hostOf, kept, noStore, page } from '../frame/page-response.tsx';
import { FAULTS } from '../words/page-words.ts';
import { HomePage } from './home-page.tsx';

/** The static files of the pages: name in `/assets` and type. The font and whatever else was built stay inside. */
const FILES = new Map([
  ['home.js', 'text/javascript; charset=utf-8'],
  ['certificate.js', 'text/javascript; charset=utf-8'],
  ['check.js', 'text/javascript; charset=utf-8'],
  ['checker.js', 'text/javascript; charset=utf-8'],
  ['scan.js', 'text/javascript; charset=utf-8'],
  ['icon.svg', 'image/svg+xml'],
  ['icon-192.png', 'image/png'],
  ['icon-512.png', 'image/png'],
  ['desk.js', 'text/javascript; charset=utf-8'],
  ['draw.js', 'text/javascript; charset=utf-8'],
  ['bulk.js', 'text/javascript; charset=utf-8'],
  ['lister.js', 'text/javascript; charset=utf-8'],
]);

async function assetFile(c: Context<AppEnv>, name: string) {
  const type = FILES.get(name);
  const etag = c.req.header('if-none-match');
  // The assets binding ignores the host of the address.
  const request = new Request(`https://assets.invalid/client/${name}`, {
    headers: etag === undefined ? {} : { 'If-None-Match': etag },
  });
  const file = type === undefined ? undefined : await c.var.service.assets.fetch(request);
  if (type === undefined || !file || (file.status !== 200 && file.status !== 304))
    return problem(c, new Refusal('not_found', 'There is no such file.'));
  // An address with the version of today never has other content.
  const asked = c.req.query('v');
  const lasting = asked !== undefined && asked === (await c.var.service.versions())[name];
  const headers = {
    ...(file.status === 304 ? {} : { 'Content-Type': type }),
    'Cache-Control': lasting ? 'public, max-age=31536000, immutable' : 'public, max-age=60',
    ETag: file.headers.get('etag') ?? '',
  };
  return c.newResponse(file.body, { status: file.status, headers });
}

export const pageRoutes = factory
  .createApp()
  .get('/', (c) => page(c, 200, <HomePage host={hostOf(c)} />, kept))
  .post('/search', rateLimit('search'), searchPage)
  .route('/', checkRoutes)
  .route('/', certificateRoutes)
  .get('/assets/:file', (c) => assetFile(c, c.req.param('file')));

pageRoutes.onError((error, c) => answerProblem(c, error));

const refuse = (c: Context<AppEnv>, status: number, typed: Typed, faults: FieldFaults, notice?: Words) =>
  page(c, status, <HomePage host={hostOf(c)} typed={typed} faults={faults} {...(notice ? { notice } : {})} />);

async function searchPage(c: Context<AppEnv>): Promise<Response> {
  const { service } = c.var;
  const typed = await readForm(c);
  const { name, id_number } = typed;
  const alone = name === undefined && id_number === undefined;
  const faults = faultsOf(
    typed,
    alone && typed.number === undefined ? ['number'] : typed.number === undefined ? ['name', 'id_number'] : [],
  );
  if (some(faults)) return refuse(c, 400, typed, faults);
  try {
    const pasted =
      typed.number === undefined ? undefined : readPasted(typed.number, (host) => service.config.hosts.includes(host));
    if (pasted?.kind === 'nothing') return refuse(c, 400, typed, { number: FAULTS.number_not_in_text as Words });
    if (pasted?.kind === 'several') {
      if (!alone) return refuse(c, 400, typed, { number: FAULTS.one_number_only as Words });
      return page(c, 200, <HomePage host={hostOf(c)} typed={{}} several={pasted} />);
    }
    if (pasted && alone) {
      // The digits of an address stay behind the #, where its page checks them.
      const fragment = pasted.kind === 'address' ? writeFragment(pasted) : '';
      return c.body(null, 303, { ...noStore, Location: `/c/${pasted.number}${fragment}` });
    }
    const number = pasted?.number;
    const reports = await search(service, { number, name, id_number }, await askerOf(c, true));
    return page(
      c,
      200,
      <HomePage host={hostOf(c)} typed={{}} results={{ reports, centres: await centreNames(service) }} />,
    );
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (error.code === 'no_match') return refuse(c, 404, typed, {}, FAULTS.no_match);
    if (error.code === 'pair_locked') {
      c.header('Retry-After', String(error.facts.retry_after));
      return refuse(c, 429, typed, { number: FAULTS.pair_locked as Words });
    }
    const wrongName = nameFault(error);
    if (wrongName) return refuse(c, 400, typed, { name: wrongName });
    const fault = numberFault(error);
    if (!fault) throw error;
    return refuse(c, 400, typed, { number: fault });
  }
}
