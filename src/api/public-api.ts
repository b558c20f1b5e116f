/**
 * Owns the routes that anyone may call: look-up, search, verify, and a holder's download. Free, without
 * registration (notice 2020, 四（四）). Personal data travels in bodies only, never in addresses.
 * It refuses to answer from an unverified row, and to say why a search found nothing.
 */
import type { Context } from 'hono';
import * as v from 'valibot';
import { decodeUtf8 } from '../base/bytes.ts';
import { toTimestamp } from '../base/day.ts';
import { Refusal } from '../base/refusal.ts';
import { BUNDLE_MEDIA_TYPE, readBundle } from '../core/bundle.ts';
import { CREDENTIAL_MEDIA_TYPE, withDisclosures } from '../core/credential.ts';
import { chosenType } from '../http/accept.ts';
import { LIMITS, parseJson, readBytes, readJson, readShape, requireType } from '../http/body.ts';
import { type AppEnv, factory } from '../http/context.ts';
import { askerOf, rateLimit } from '../http/rate-limit.ts';
import { checkBundle, checkCredential, checkDocument, checkSeal } from '../service/check.ts';
import {
  bundleWithWithdrawals,
  renderCopy,
  renderFor,
  requireSound,
  type Stamped,
  stampCopy,
} from '../service/download.ts';
import { certificateNotFound, lookUp } from '../service/read-certificate.ts';
import { findForHolder, search } from '../service/search-certificates.ts';
import type { Found } from '../service/service.ts';
import { insertDownload, selectDownloads } from '../storage/certificate-store.ts';

const text = v.pipe(v.string(), v.maxLength(200));
const QUERY = v.object({ number: v.optional(text), name: v.optional(text), id_number: v.optional(text) });
const HOLDER = v.object({
  name: text,
  id_number: text,
  copy: v.optional(v.strictObject({ purpose: text, expires_on: text })),
});
const EVIDENCE = v.union([
  v.strictObject({ credential: v.string() }),
  v.strictObject({ seal: v.pipe(v.string(), v.maxLength(2000)) }),
  v.strictObject({ bundle: v.record(v.string(), v.unknown()) }),
]);

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

export const publicRoutes = factory
  .createApp()
  .get('/v1/certificates/:number', rateLimit('lookup'), async (c) => {
    const type = chosenType(c, ['application/json', CREDENTIAL_MEDIA_TYPE]);
    const found = await lookUp(c.var.service, c.req.param('number'));
    if (!found) throw certificateNotFound();
    const { report } = found.verification;
    if (type === 'application/json') return c.json(report, 200, noStore);
    if (report.credential === undefined)
      throw new Refusal('register_differs', 'The stored certificate does not verify.');
    return c.body(report.credential, 200, { ...noStore, 'Content-Type': CREDENTIAL_MEDIA_TYPE });
  })
  .post('/v1/certificates/search', rateLimit('search'), async (c) => {
    const { number, name, id_number } = await readJson(c, LIMITS.small, QUERY);
    const query = { number: given(number), name: given(name), id_number: given(id_number) };
    return c.json({ results: await search(c.var.service, query, await askerOf(c, false)) }, 200, noStore);
  })
  .post('/v1/verify', rateLimit('verify'), async (c) => {
    const { service } = c.var;
    const type = requireType(c, ['application/json', CREDENTIAL_MEDIA_TYPE, BUNDLE_MEDIA_TYPE, 'application/pdf']);
    const bytes = await readBytes(c, type === 'application/pdf' ? LIMITS.document : LIMITS.bundle);
    if (type === 'application/pdf') return c.json(await checkDocument(service, bytes), 200, noStore);
    if (type === CREDENTIAL_MEDIA_TYPE) return c.json(await checkCredential(service, decodeUtf8(bytes)), 200, noStore);
    const json = parseJson(bytes);
    if (type === BUNDLE_MEDIA_TYPE) return c.json(await checkBundle(service, readBundle(json)), 200, noStore);
    const evidence = readShape(json, EVIDENCE);
    if ('credential' in evidence) return c.json(await checkCredential(service, evidence.credential), 200, noStore);
    if ('seal' in evidence) return c.json(await checkSeal(service, evidence.seal), 200, noStore);
    return c.json(await checkBundle(service, readBundle(evidence.bundle)), 200, noStore);
  })
  .post('/v1/certificates/:number/download', rateLimit('search'), async (c) => {
    const { service } = c.var;
    const { name, id_number, copy: asked } = await readJson(c, LIMITS.small, HOLDER);
    const type: string = chosenType(c, asked ? COPIES : DOWNLOADS);
    const found = await findForHolder(service, c.req.param('number'), name, id_number, await askerOf(c, false));
    const { number } = found.row;
    if (type === 'application/json') {
      const downloads = await selectDownloads(service.db, number, 100);
      return c.json(
        { number, downloads: downloads.map(({ kind, by, at }) => ({ kind, by, at: toTimestamp(at) })) },
        200,
        noStore,
      );
    }
    const copy = asked && (await stampCopy(service, found, asked));
    const file = await fileOf(c, found, type, copy);
    await insertDownload(service.db, number, copy ? 'copy' : type, 'holder', service.now());
    return file;
  });
