/**
 * `/c/{number}` and the holder's download. Forms post, so that names and document numbers never stand in an address;
 * no answer about a certificate is kept in a cache.
 */
import type { Context } from 'hono';
import { toTimestamp } from '../../base/day.ts';
import { isRefusal, type Refusal } from '../../base/refusal.ts';
import type { Words } from '../../base/words.ts';
import { type Address, readAddress, writeFragment } from '../../core/address.ts';
import { normalizeNumber, parseNumber } from '../../core/number.ts';
import { requireNotForbidden } from '../../http/accept.ts';
import { type AppEnv, factory } from '../../http/context.ts';
import { askerOf, rateLimit } from '../../http/rate-limit.ts';
import { renderCopy, renderFor, type Stamped, stampCopy } from '../../service/download.ts';
import { centreNames } from '../../service/on-file.ts';
import { lookUp } from '../../service/read-certificate.ts';
import { findForHolder } from '../../service/search-certificates.ts';
import type { Found } from '../../service/service.ts';
import { insertDownload, selectDownloads } from '../../storage/certificate-store.ts';
import { faultsOf, nameFault, numberFault, readForm, some } from '../frame/form-input.ts';
import { hostOf, noStore, page } from '../frame/page-response.tsx';
import { MalformedPage, NotFoundPage } from '../frame/problem-pages.tsx';
import { FAULTS } from '../words/page-words.ts';
import { CertificatePage, type CertificateProps, type Download } from './certificate-page.tsx';

/** The page of a number, whatever there is to say about it. `extra`: what a holder's form adds. */
async function certificatePage(
  c: Context<AppEnv>,
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
async function downloadPage(c: Context<AppEnv>, asked: string) {
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

export const certificateRoutes = factory
  .createApp()
  .use('/c/*', toOneSpelling)
  .use('/C/*', toOneSpelling)
  .get('/c/:number', rateLimit('lookup'), (c) => certificatePage(c, c.req.param('number')))
  .post('/c/:number/download', rateLimit('search'), (c) => downloadPage(c, c.req.param('number')));
