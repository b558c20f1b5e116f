/**
 * The page of one certificate: verdict, facts, checks, seal, and the holder's download. It shows what the report
 * holds and no more: the full name comes from the QR code in the visitor's hand, or not at all.
 */

import type { Context } from 'hono';
import type { FC } from 'hono/jsx';
import { shanghaiClock, toTimestamp } from '../../base/day.ts';
import { isRefusal, type Refusal } from '../../base/refusal.ts';
import type { Words } from '../../base/words.ts';
import { type Address, readAddress, writeFragment } from '../../core/address.ts';
import { normalizeNumber, parseNumber } from '../../core/number.ts';
import type { Report } from '../../core/report.ts';
import { requireNotForbidden } from '../../http/answers.ts';
import { type AppEnv, factory } from '../../http/context.ts';
import { askerOf, rateLimit } from '../../http/rate-limit.ts';
import { renderCopy, renderFor, type Stamped, stampCopy } from '../../service/download.ts';
import { findForHolder, lookUp } from '../../service/lookup.ts';
import { centreNames } from '../../service/on-file.ts';
import type { Found } from '../../service/service.ts';
import { insertDownload, selectDownloads } from '../../storage/certificate-store.ts';
import {
  Field,
  type FieldFaults,
  faultsOf,
  Human,
  nameFault,
  numberFault,
  readForm,
  some,
  type Typed,
} from '../frame/form.tsx';
import { Both, En, Layout } from '../frame/layout.tsx';
import { hostOf, MalformedPage, NotFoundPage, noStore, page } from '../frame/problem-pages.tsx';
import { type CentreNames, Checks, Facts, NumberText, StatusHistory, VerdictBanner } from '../frame/report-view.tsx';
import { FAULTS } from '../words/refusal-words.ts';
import { BY, MEDIA, VERDICTS } from '../words/report-words.ts';
import { SealCheck } from './seal-answers.tsx';

interface Download {
  kind: string;
  by: string;
  /** RFC 3339 */
  at: string;
}

export interface CertificateProps {
  host: string;
  number: string;
  report: Report;
  centres: CentreNames;
  roots: readonly string[];
  /** What a holder typed, and what was wrong with it. */
  holder?: { typed: Typed; faults: FieldFaults; notice?: Words };
  /** Earlier downloads, shown to who proved to know name and document number. */
  downloads?: Download[];
}

const History: FC<{ downloads: Download[] }> = ({ downloads }) => (
  <section class="card" id="downloads">
    <h2>
      下载记录<En>Earlier downloads</En>
    </h2>
    {downloads.length === 0 ? (
      <p>
        还没有人下载过此证书。<En>Nobody has downloaded this certificate yet.</En>
      </p>
    ) : (
      <ul>
        {downloads.map(({ kind, by, at }) => (
          <li>
            {shanghaiClock(at)}，{MEDIA[kind] ?? kind}，
            <Both words={BY[by.split(':')[0] ?? ''] ?? (BY.organization as Words)} />
          </li>
        ))}
      </ul>
    )}
    <p class="hint">
      如有不是您本人或颁发机构的下载，请联系颁发机构。
      <En>If a download was neither yours nor the organization’s, contact the organization.</En>
    </p>
  </section>
);

const DownloadForm: FC<{ number: string; holder: CertificateProps['holder'] | undefined }> = ({ number, holder }) => (
  <details class="card" id="download" open={holder !== undefined}>
    <summary>
      <h2>
        持证人下载<En>Download by the holder</En>
      </h2>
    </summary>
    <form method="post" action={`/c/${number}/download`}>
      <p>
        填写证书上的姓名和证件号码，即可下载带签名二维码的 PDF。每次下载都有记录。
        <En>Enter the name and document number on the certificate to download its PDF. Every download is recorded.</En>
      </p>
      <Field name="name" form="download" typed={holder?.typed} faults={holder?.faults} required />
      <Field name="id_number" form="download" typed={holder?.typed} faults={holder?.faults} required />
      <Human />
      <button type="submit" name="want" value="pdf">
        下载 PDF<En>Download PDF</En>
      </button>
      <button type="submit" name="want" value="history" class="second">
        查看下载记录<En>Earlier downloads</En>
      </button>
      <details open={holder?.typed.purpose !== undefined || holder?.faults.purpose !== undefined}>
        <summary>
          加注副本：写明用途和期限<En>A copy that states its purpose and expiry</En>
        </summary>
        <Field name="purpose" form="download" typed={holder?.typed} faults={holder?.faults} />
        <Field name="expires_on" form="download" typed={holder?.typed} faults={holder?.faults} />
        <button type="submit" name="want" value="copy" class="second">
          下载加注副本<En>Download the copy</En>
        </button>
      </details>
    </form>
  </details>
);

const MARKED: Words = { zh: '请修改下面标出的各项，再提交一次', en: 'Correct what is marked below and send it again' };

/**
 * What the holder's form is answered with when nothing was downloaded: that first, and no verdict that could stand for
 * it.
 */
const NotDownloaded: FC<CertificateProps> = ({ host, number, holder }) => (
  <Layout title={{ zh: `没有下载 ${number}`, en: `Not downloaded ${number}` }} host={host}>
    <section class="verdict incomplete" role="alert">
      <span class="mark" aria-hidden="true">
        !
      </span>
      <h1>
        没有下载<En>Nothing was downloaded</En>
      </h1>
      <p class="sentence">
        <Both words={holder?.notice ?? MARKED} />
      </p>
    </section>
    <p class="asked">
      证书编号 <span lang="en">Certificate</span> <NumberText number={number} />
    </p>
    <DownloadForm number={number} holder={holder} />
    <section class="card plain">
      <p>
        <a href={`/c/${number}`}>
          返回这张证书的核验结果<En>Back to what this certificate was verified as</En>
        </a>
      </p>
    </section>
  </Layout>
);

const CertificatePage: FC<CertificateProps> = (props) =>
  props.holder && props.report.verdict !== 'invalid' ? <NotDownloaded {...props} /> : <Verified {...props} />;

const Verified: FC<CertificateProps> = ({ host, number, report, centres, roots, downloads }) => (
  <Layout
    title={{ zh: `${VERDICTS[report.verdict].word.zh} ${number}`, en: `${VERDICTS[report.verdict].word.en} ${number}` }}
    host={host}
    script="certificate.js"
  >
    <p class="asked">
      证书编号 <span lang="en">Certificate</span> <NumberText number={number} />
    </p>
    <SealCheck number={number} roots={roots} credential={report.credential} />
    <p class="only">
      以下只是该编号在登记中的状态，不代表您手中的证书
      <En>
        Below is only what the register holds under this number; it does not speak for the certificate in your hands
      </En>
    </p>
    <VerdictBanner report={report} />
    {report.certificate ? (
      <section class="card">
        <h2>
          证书内容<En>The certificate</En>
        </h2>
        <Facts certificate={report.certificate} centres={centres} />
      </section>
    ) : null}
    <StatusHistory report={report} />
    {downloads ? <History downloads={downloads} /> : null}
    <Checks report={report} />
    {report.verdict === 'invalid' ? null : <DownloadForm number={number} holder={undefined} />}
    <section class="card plain">
      <p>
        <a href="/">
          查询另一张证书<En>Check another certificate</En>
        </a>
      </p>
      <p class="hint">
        信任根（省级根密钥指纹）<En>Trust root (thumbprint of the province’s root key)</En>
        {roots.map((root) => (
          <code>{root}</code>
        ))}
      </p>
    </section>
  </Layout>
);

// `/c/{number}` and the holder's download. Forms post, so that names and document numbers never stand in an address;
// no answer about a certificate is kept in a cache.

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
 * Other spellings of a certificate's address, as apps and links make them, lead to the address itself; a query stays,
 * as the fragment that browsers keep may belong to it.
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
