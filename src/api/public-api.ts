/**
 * Routes that anyone may call: look-up, search, verification, and a holder's download. Free, without registration
 * (notice 2020, 四（四）). Personal data travels in bodies only, never in addresses.
 */
import type { Context } from 'hono';
import { decodeUtf8 } from '../base/bytes.ts';
import { toTimestamp } from '../base/day.ts';
import { Refusal } from '../base/refusal.ts';
import { BUNDLE_MEDIA_TYPE, readBundle } from '../core/bundle.ts';
import { CREDENTIAL_MEDIA_TYPE, withDisclosures } from '../core/credential.ts';
import {
  Bundle,
  Downloads,
  Evidence,
  Holder,
  Report,
  SearchQuery,
  SearchResults,
} from '../core/shapes/certificate-shapes.ts';
import { chosenType } from '../http/answers.ts';
import { LIMITS, parseJson, type Sent } from '../http/body.ts';
import { type AppEnv, factory } from '../http/context.ts';
import { answer, json, ok, operation, PDF, sentBody, TEXT, upTo } from '../http/operation.ts';
import { askerOf } from '../http/rate-limit.ts';
import { checkBundle, checkCredential, checkDocument, checkSeal } from '../service/check.ts';
import {
  bundleWithWithdrawals,
  renderCopy,
  renderFor,
  requireSound,
  type Stamped,
  stampCopy,
} from '../service/download.ts';
import { certificateNotFound, findForHolder, lookUp, search } from '../service/lookup.ts';
import type { Found, Service } from '../service/service.ts';
import { insertDownload, selectDownloads } from '../storage/certificate-store.ts';
import { CREDENTIAL, DIGITS, HOLDER, MISSING, NUMBER, REPORT, SEARCH } from './openapi-examples.ts';
import { OF_NUMBERS, OF_WITHDRAWALS, PERSON } from './operation-parts.ts';

const noStore = { 'Cache-Control': 'no-store' };

/** Blank fields of a form mean that the field was not given. */
const given = (value: string | undefined): string | undefined =>
  value === undefined || value.trim() === '' ? undefined : value;

/** A copy is stated in a PDF and in a bundle; the credential has no room for it. */
const COPIES = ['application/pdf', BUNDLE_MEDIA_TYPE] as const;
const DOWNLOADS = [...COPIES, CREDENTIAL_MEDIA_TYPE, 'application/json'] as const;

/** One certificate as a file. */
async function fileOf(c: Context<AppEnv>, found: Found, type: string, copy?: Stamped): Promise<Response> {
  const { service } = c.var;
  const { number } = found.row;
  requireSound(found);
  const named = (extension: string) => ({
    ...noStore,
    'Content-Type': type,
    'Content-Disposition': `attachment; filename="${number}${copy ? '-copy' : ''}.${extension}"`,
  });
  if (type === CREDENTIAL_MEDIA_TYPE)
    return c.body(withDisclosures(found.row.credential, found.disclosures), 200, named('sd-jwt'));
  if (type === BUNDLE_MEDIA_TYPE)
    return c.body(JSON.stringify(await bundleWithWithdrawals(service, found, copy?.token)), 200, named('bundle.json'));
  return c.body(await (copy ? renderCopy(service, found, copy) : renderFor(service, found)), 200, named('pdf'));
}

/** What somebody may bring to be checked. */
const BROUGHT = {
  ...upTo(LIMITS.bundle, {
    ...json(Evidence, { seal: `https://lz.example.cn/c/${NUMBER}#${DIGITS}` }),
    [CREDENTIAL_MEDIA_TYPE]: { schema: TEXT, example: CREDENTIAL },
    [BUNDLE_MEDIA_TYPE]: { schema: Bundle },
  }),
  ...upTo(LIMITS.document, { 'application/pdf': { schema: PDF } }),
};

/** Checks it, by its type. */
async function verify(service: Service, sent: Sent<typeof BROUGHT>) {
  if (sent.type === 'application/pdf') return checkDocument(service, sent.bytes);
  if (sent.type === CREDENTIAL_MEDIA_TYPE) return checkCredential(service, decodeUtf8(sent.bytes));
  if (sent.type === BUNDLE_MEDIA_TYPE) return checkBundle(service, readBundle(parseJson(sent.bytes)));
  const { json: evidence } = sent;
  if ('credential' in evidence) return checkCredential(service, evidence.credential);
  if ('seal' in evidence) return checkSeal(service, evidence.seal);
  return checkBundle(service, readBundle(evidence.bundle));
}

export const publicRoutes = factory
  .createApp()
  .get(
    '/v1/certificates/:number',
    operation({
      tag: '查询核验',
      open: true,
      rateLimit: 'lookup',
      summary: '按编号查询核验 / look a certificate up by its number',
      description: 'Every answer is verified from stored signatures first. Not found does not mean false.',
      answers: ok('报告，或按 Accept 给出凭证 / Report, or the credential alone by Accept', {
        ...json(Report, REPORT),
        [CREDENTIAL_MEDIA_TYPE]: { schema: TEXT, example: CREDENTIAL },
      }),
      problems: [...OF_NUMBERS, 'certificate_not_found', 'not_acceptable', 'register_differs'],
      problemExample: MISSING,
    }),
    async (c) => {
      const type = chosenType(c, ['application/json', CREDENTIAL_MEDIA_TYPE]);
      const found = await lookUp(c.var.service, c.req.param('number'));
      if (!found) throw certificateNotFound();
      const { report } = found.verification;
      if (type === 'application/json') return answer(c, report, 200, noStore);
      if (report.credential === undefined)
        throw new Refusal('register_differs', 'The stored certificate does not verify.');
      return c.body(report.credential, 200, { ...noStore, 'Content-Type': CREDENTIAL_MEDIA_TYPE });
    },
  )
  .post(
    '/v1/certificates/search',
    operation({
      tag: '查询核验',
      rateLimit: 'search',
      summary: '按编号、姓名、证件号码查询 / search by number, name, document number',
      headers: PERSON,
      body: upTo(LIMITS.small, json(SearchQuery, HOLDER)),
      answers: ok('相符的证书 / what matches', json(SearchResults, SEARCH)),
      problems: [
        'search_too_little',
        'no_match',
        'name_damaged',
        'name_lookalike',
        'pair_locked',
        'human_check_required',
        'human_check_failed',
        ...OF_NUMBERS,
      ],
    }),
    async (c) => {
      const { number, name, id_number } = c.req.valid('json');
      const query = { number: given(number), name: given(name), id_number: given(id_number) };
      return answer(c, { results: await search(c.var.service, query, await askerOf(c, false)) }, 200, noStore);
    },
  )
  .post(
    '/v1/verify',
    operation({
      tag: '查询核验',
      open: true,
      rateLimit: 'verify',
      summary:
        "核验凭证、二维码、核验包或证书 PDF / verify a credential, the text of a QR code, a bundle, or the certificate's PDF",
      description: '能读则一律 200 附报告 / whatever can be read gets a Report, valid or not.',
      body: BROUGHT,
      answers: ok('报告 / Report', json(Report, REPORT)),
      problems: [
        'pdf_malformed',
        'pdf_too_large',
        'pdf_encrypted',
        'pdf_active',
        'document_without_bundle',
        'credential_malformed',
        'statement_malformed',
        'algorithm_not_allowed',
        'type_wrong',
        'header_not_allowed',
        'key_unknown',
        'seal_url_malformed',
        'seal_malformed',
        'seal_format_unknown',
        'bundle_malformed',
        'base64url_malformed',
        'certificate_not_found',
        ...OF_NUMBERS,
      ],
    }),
    async (c) => answer(c, await verify(c.var.service, sentBody(c)), 200, noStore),
  )
  .post(
    '/v1/certificates/:number/download',
    operation({
      tag: '查询核验',
      rateLimit: 'search',
      summary: '持证人下载证书 / download by the holder',
      description:
        '带 copy 时给出加注副本（PDF 或核验包） / with `copy`: a copy stamped for one purpose, as PDF or bundle.',
      headers: PERSON,
      body: upTo(LIMITS.small, json(Holder, HOLDER)),
      answers: ok('按 Accept / by Accept: PDF, bundle, credential, or (application/json) who fetched it before', {
        'application/pdf': { schema: PDF },
        [BUNDLE_MEDIA_TYPE]: { schema: Bundle },
        [CREDENTIAL_MEDIA_TYPE]: { schema: TEXT, example: CREDENTIAL },
        ...json(Downloads, {
          number: NUMBER,
          downloads: [{ kind: 'application/pdf', by: 'holder', at: '2026-11-24T01:00:00Z' }],
        }),
      }),
      problems: [
        'no_match',
        'name_damaged',
        'name_lookalike',
        'human_check_required',
        'human_check_failed',
        'not_acceptable',
        'register_differs',
        'photo_differs',
        'purpose_malformed',
        'expiry_malformed',
        'glyph_missing',
        ...OF_WITHDRAWALS,
        ...OF_NUMBERS,
      ],
    }),
    async (c) => {
      const { service } = c.var;
      const { name, id_number, copy: asked } = c.req.valid('json');
      const type: string = chosenType(c, asked ? COPIES : DOWNLOADS);
      const found = await findForHolder(service, c.req.param('number'), name, id_number, await askerOf(c, false));
      const { number } = found.row;
      if (type === 'application/json') {
        const downloads = await selectDownloads(service.db, number, 100);
        return answer(
          c,
          { number, downloads: downloads.map(({ kind, by, at }) => ({ kind, by, at: toTimestamp(at) })) },
          200,
          noStore,
        );
      }
      const copy = asked && (await stampCopy(service, found, asked));
      const file = await fileOf(c, found, type, copy);
      await insertDownload(service.db, number, copy ? 'copy' : type, 'holder', service.now());
      return file;
    },
  );
