/**
 * Owns the addresses that people open: the home page, one certificate, its download by the holder, and the static
 * files that these pages need. Forms post, so that names and document numbers never stand in an address.
 * It refuses to keep an answer about a certificate in a cache, and to serve any asset that is not on its list.
 */
import type { Context } from 'hono';
import { toTimestamp } from '../../base/day.ts';
import { isRefusal, Refusal } from '../../base/refusal.ts';
import type { Words } from '../../base/words.ts';
import { type Address, readAddress, writeFragment } from '../../core/address.ts';
import { normalizeNumber, parseNumber } from '../../core/number.ts';
import { prefersPage, requireNotForbidden } from '../../http/accept.ts';
import { type AppEnv, factory } from '../../http/context.ts';
import { onError, PROBLEM_TYPE, PROBLEMS, problem } from '../../http/problems.ts';
import { askerOf, brake } from '../../http/rate-limit.ts';
import { renderCopy, renderFor, type Stamped, stampCopy } from '../../service/download.ts';
import { centreNames } from '../../service/on-file.ts';
import { lookUp } from '../../service/read-certificate.ts';
import { findForHolder } from '../../service/search-certificates.ts';
import type { Found } from '../../service/service.ts';
import { insertDownload, selectDownloads } from '../../storage/certificate-store.ts';
import { CertificatePage, type CertificateProps, type Download } from '../certificate/certificate-page.tsx';
import { CheckPage } from '../check/check-page.tsx';
import { faultsOf, nameFault, numberFault, readForm, some } from '../frame/form-input.ts';
import { MalformedPage, NotFoundPage, ProblemPage } from '../frame/message.tsx';
import { hostOf, kept, noStore, page } from '../frame/page-response.tsx';
import { FAULTS } from '../words/page-words.ts';
import { HomePage } from './home.tsx';
import { searchPage } from './search-route.tsx';

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

type C = Context<AppEnv>;

/** The page of a number, whatever there is to say about it. `extra`: what a holder's form adds. */
async function certificatePage(
  c: C,
  asked: string,
  extra: Pick<CertificateProps, 'holder' | 'downloads'> = {},
  known?: Found,
) {
  const { service } = c.var;
  const host = hostOf(c);
  const roots = service.config.trustRoot;
  let number: string;
  try {
    number = parseNumber(asked).text;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const shown = normalizeNumber(asked)
      .replace(/[\p{C}\ufffd]/gu, '')
      .slice(0, 60);
    return page(
      c,
      400,
      <MalformedPage
        host={host}
        number={shown}
        part={error.facts.part ?? 'length'}
        fault={numberFault(error) as Words}
      />,
    );
  }
  const found = known ?? (await lookUp(service, number));
  if (!found) return page(c, 404, <NotFoundPage host={host} number={number} roots={roots} />);
  const { report } = found.verification;
  const status = extra.holder?.notice ? 404 : extra.holder ? 400 : 200;
  return page(
    c,
    status,
    <CertificatePage
      host={host}
      number={number}
      report={report}
      centres={await centreNames(service)}
      roots={roots}
      {...extra}
    />,
  );
}

/** The holder's form: the PDF, or the list of earlier downloads; else the same page with what is wrong. */
async function downloadPage(c: C, asked: string) {
  const { service } = c.var;
  const typed = await readForm(c);
  const faults = faultsOf(typed, [
    'name',
    'id_number',
    ...(typed.want === 'copy' ? (['purpose', 'expires_on'] as const) : []),
  ]);
  if (some(faults)) return certificatePage(c, asked, { holder: { typed, faults } });
  let found: Found;
  try {
    found = await findForHolder(
      service,
      asked,
      typed.name as string,
      typed.id_number as string,
      await askerOf(c, true),
    );
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const wrongName = nameFault(error);
    if (wrongName) return certificatePage(c, asked, { holder: { typed, faults: { name: wrongName } } });
    // What is wrong with the number in the address, its page says by itself.
    if (error.code.startsWith('number_')) return certificatePage(c, asked);
    if (error.code !== 'no_match') throw error;
    return certificatePage(c, asked, { holder: { typed, faults, notice: FAULTS.holder_differs as Words } });
  }
  const { number } = found.row;
  if (typed.want === 'history') {
    const downloads: Download[] = (await selectDownloads(service.db, number, 100)).map(({ kind, by, at }) => ({
      kind,
      by,
      at: toTimestamp(at),
    }));
    return certificatePage(c, number, { downloads }, found);
  }
  requireNotForbidden(c, 'application/pdf');
  let copy: Stamped | undefined;
  try {
    if (typed.want === 'copy')
      copy = await stampCopy(service, found, {
        purpose: typed.purpose as string,
        expires_on: typed.expires_on as string,
      });
  } catch (error) {
    const fault = isRefusal(error) ? FAULTS[error.code] : undefined;
    if (!fault) throw error;
    return certificatePage(c, number, {
      holder: { typed, faults: { [(error as Refusal).code === 'expiry_malformed' ? 'expires_on' : 'purpose']: fault } },
    });
  }
  const pdf = await (copy ? renderCopy(service, found, copy) : renderFor(service, found));
  await insertDownload(service.db, number, copy ? 'copy' : 'application/pdf', 'holder', service.now());
  return c.body(pdf, 200, {
    ...noStore,
    'Content-Type': 'application/pdf',
    'Content-Disposition': `attachment; filename="${number}${copy ? '-copy' : ''}.pdf"`,
  });
}

/**
 * Other spellings of a certificate's address, as apps and links make them, lead to the address itself; a query stays, as
 * the fragment that browsers keep may belong to it.
 */
const toOneSpelling = factory.createMiddleware(async (c, next) => {
  const path = c.req.url.slice(c.req.url.indexOf('/', 'https://'.length));
  if (c.req.method !== 'GET' || /^\/c\/[\dA-Za-z]{1,40}(\?[^%]*)?$/.test(path)) return next();
  let meant: Address;
  try {
    meant = readAddress(c.var.service.config.origin + path);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return next();
  }
  const to = `/c/${encodeURIComponent(meant.number)}${writeFragment(meant)}`;
  return to === path ? next() : c.body(null, 303, { ...noStore, Location: to });
});

async function assetFile(c: C, name: string) {
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
  .post('/search', brake('search'), searchPage)
  .get('/check', (c) => page(c, 200, <CheckPage host={hostOf(c)} roots={c.var.service.config.trustRoot} />, kept))
  .use('/c/*', toOneSpelling)
  .use('/C/*', toOneSpelling)
  .get('/c/:number', brake('lookup'), (c) => certificatePage(c, c.req.param('number')))
  .post('/c/:number/download', brake('search'), (c) => downloadPage(c, c.req.param('number')))
  .get('/assets/:file', (c) => assetFile(c, c.req.param('file')));

/** What to do, where a refusal says it in English alone. */
function detailOf(status: number, message: string): Words {
  const [zh = '', en] = message.split(' / ');
  if (en !== undefined && /\p{Script=Han}/u.test(zh)) return { zh, en };
  if (status === 404) return { zh: '请核对网址，或从首页进入。', en: message };
  if (status === 429) return { zh: '请稍候再试。', en: message };
  return { zh: status < 500 ? '请按上面的提示更正后再试。' : '请稍后再试；仍有问题时，请联系平台。', en: message };
}

/** Whoever asked for a page gets a page; others get the problem itself. */
export function answerProblem(c: Context<AppEnv>, error: Error): Response | Promise<Response> {
  const answer = onError(error, c);
  if (!prefersPage(c, [PROBLEM_TYPE, 'application/json'])) return answer;
  const { code, message } =
    error instanceof Refusal
      ? error
      : { code: 'unexpected', message: 'Something went wrong on our side. Try again in a moment.' };
  const english =
    answer.status === 404
      ? 'Nothing at this address'
      : answer.status < 500
        ? 'The request was not accepted'
        : 'Something went wrong';
  return page(
    c,
    answer.status,
    <ProblemPage
      host={hostOf(c)}
      title={PROBLEMS[code]?.[1] ?? '请求未被接受'}
      english={english}
      detail={detailOf(answer.status, message)}
      code={code}
    />,
  );
}

/** Where there is nothing: a page's address is asked for again without slashes at its end, which people type. */
export function answerNothing(c: C): Response | Promise<Response> {
  const { pathname, search } = new URL(c.req.url);
  const path = pathname.replace(/\/+$/, '');
  const page =
    path !== pathname && ['GET', 'HEAD'].includes(c.req.method) && prefersPage(c, [PROBLEM_TYPE, 'application/json']);
  // Two slashes at its beginning would make it an address of another host.
  if (page && /^\/[^/]/.test(path)) return c.body(null, 301, { ...noStore, Location: path + search });
  return answerProblem(
    c,
    new Refusal('not_found', 'There is nothing at this address. The API is described in /openapi.json.'),
  );
}

pageRoutes.onError((error, c) => answerProblem(c, error));
