/**
 * What a certificate leaves as: its bundle, its PDF, or a copy stamped for one purpose (加注). Nothing leaves that does
 * not verify as it is stored. Of a copy nothing is kept but that it was fetched.
 */

import { readStoredJson } from '../base/bounded.ts';
import { encodeUtf8, toBase64url } from '../base/bytes.ts';
import { isRefusal, Refusal, unlessRefused } from '../base/refusal.ts';
import { type Bundle, namesIn } from '../core/bundle.ts';
import { copyFacts, signCopy } from '../core/copy.ts';
import { type CredentialFacts, certificateUrl, splitCredential, withDisclosures } from '../core/credential.ts';
import { openCentre } from '../core/directory.ts';
import type { Holder } from '../core/disclose.ts';
import { renderCertificate } from '../core/paper/document.ts';
import { type CopyFacts, documentFacts } from '../core/paper/template.ts';
import { imageOf } from '../core/rows/row-photos.ts';
import type { Filing } from '../core/schema.ts';
import { sealUrl } from '../core/seal.ts';
import { unverified } from '../core/statement.ts';
import { refuseIfWithdrawn } from '../core/withdrawal.ts';
import { requireGlyphs } from '../formats/font/font.ts';
import { type DatedFile, writeZip } from '../formats/zip-stream.ts';
import { type CertificateRow, insertDownloads, selectCertificatesOfBatch } from '../storage/certificate-store.ts';
import { type PhotoPlace, selectPlaces } from '../storage/object-store.ts';
import { examine } from './lookup.ts';
import { directoryOf } from './on-file.ts';
import { readPhoto } from './photo-packs.ts';
import { type Printed, signerFor, signNow, withSignature } from './print-signature.ts';
import type { Found, Service } from './service.ts';

/** What a certificate that may leave as a file has. */
export interface Sound {
  facts: CredentialFacts;
  holder: Holder;
}

/**
 * Holds that a certificate verifies as it is stored, before any file of it leaves.
 * @throws Refusal `register_differs`, or the code of the withdrawal for which it does not
 */
export function requireSound({ verification: { facts, report }, holder }: Found): Sound {
  refuseIfWithdrawn(report.checks.find(({ result }) => result === 'fail'));
  if (facts && holder && report.verdict !== 'invalid') return { facts, holder };
  throw new Refusal('register_differs', 'The stored certificate does not verify; no file of it is given.');
}

/**
 * The text of a certificate's QR code; of a copy, the address alone: the seal is signed and names the holder, so that
 * it would go on without the copy's purpose.
 */
function sealUrlOf({ verification: { facts }, row }: Found, copy?: string): string {
  const origin = facts?.origin ?? '';
  return copy === undefined ? sealUrl(origin, row.number, row.seal) : certificateUrl(origin, row.number);
}

/** The stored centre statements that name one of these keys: others would make a PDF another file when they come. */
async function centresNaming(service: Service, row: CertificateRow, names: ReadonlySet<string>): Promise<string[]> {
  const directory = await directoryOf(service, row.revision);
  const naming: string[] = [];
  for (const token of readStoredJson<string[]>(row.centres) ?? []) {
    const statement = await unlessRefused(openCentre(token, directory));
    if (statement && names.has(await service.memo.thumbprint(statement.payload.cnf.jwk))) naming.push(token);
  }
  return naming;
}

/**
 * Everything with which a certificate can be checked without this service.
 * @param copy the statement of a copy, which names the holder: no disclosure and no seal goes along
 */
export async function bundleOf(service: Service, found: Found, copy?: string): Promise<Bundle> {
  const { row, disclosures } = found;
  const names = namesIn([row.credential, row.filing, row.client, row.approval, row.order_token]);
  return {
    version: 1,
    credential: withDisclosures(row.credential, copy === undefined ? disclosures : []),
    seal_url: sealUrlOf(found, copy),
    statements: { centres: await centresNaming(service, row, names), filing: row.filing, client: row.client },
    approval: row.approval,
    order: row.order_token,
    ...(copy === undefined ? {} : { copy }),
    template: row.template,
    inclusion: { index: row.position, size: row.count, path: row.path === '' ? [] : row.path.split('.') },
    roots: [...service.config.rootJwks],
  };
}

/**
 * A bundle with the withdrawals that are known of what it rests on. Not for PDFs: the same certificate is the same
 * file.
 */
export async function bundleWithWithdrawals(service: Service, found: Found, copy?: string): Promise<Bundle> {
  const bundle = await bundleOf(service, found, copy);
  const { credential, statements, approval, order } = bundle;
  const names = namesIn([
    splitCredential(credential).jws,
    ...statements.centres,
    statements.filing,
    statements.client,
    approval,
    order,
  ]);
  const { withdrawals } = await directoryOf(service, found.row.revision);
  const touching = withdrawals.all
    .filter(({ payload: { target } }) => names.has('jti' in target ? target.jti : target.kid))
    .slice(0, 100);
  return touching.length === 0 ? bundle : { ...bundle, withdrawals: touching.map(({ token }) => token) };
}

export interface AskedCopy {
  purpose: string;
  /** `YYYY-MM-DD`, the last day. */
  expires_on: string;
}

/** A copy's statement and what it says. */
export interface Stamped {
  facts: CopyFacts;
  token: string;
}

/**
 * @throws Refusal `purpose_malformed`, `expiry_malformed`, `glyph_missing`, `register_differs`, `issuing_key_withdrawn`
 */
export async function stampCopy(service: Service, found: Found, asked: AskedCopy): Promise<Stamped> {
  const copy = copyFacts(asked, service.now());
  requireGlyphs(await service.fonts(), copy.purpose);
  const { facts, holder } = requireSound(found);
  const directory = await directoryOf(service);
  const { payload: filing } = await service.memo.open(found.row.filing, 'filing+jwt', directory.findCentre);
  directory.requireIssuingKey(facts.kid, filing, service.now());
  const { key, kid } = await service.vault.issuingKey(facts.kid);
  const { jws } = splitCredential(found.row.credential);
  const of = { number: facts.number, jws, holder };
  const token = await signCopy(copy, of, { key, kid }, { iat: service.now(), jti: toBase64url(service.random(16)) });
  return { facts: copy, token };
}

/**
 * Draws a certificate, unsigned.
 * @throws Refusal `register_differs` when its stored parts do not verify, `photo_differs`, the code of a withdrawal
 */
export async function drawFor(
  service: Service,
  found: Found,
  copy?: Stamped,
): Promise<{ base: Uint8Array<ArrayBuffer>; printed: Printed }> {
  const { facts, holder } = requireSound(found);
  const { row } = found;
  const shown = documentFacts(facts, holder, {
    template: row.template,
    seal_url: sealUrlOf(found, copy?.token),
    trust_root: service.config.trustRoot[0] as string,
    copy: copy?.facts,
  });
  const photo = holder.photo_digest === null ? undefined : imageOf(await readPhoto(service, row, holder.photo_digest));
  const base = await renderCertificate(shown, {
    fonts: await service.fonts(),
    bundle: encodeUtf8(JSON.stringify(await bundleOf(service, found, copy?.token))),
    photo,
  });
  return {
    base: base as Uint8Array<ArrayBuffer>,
    printed: {
      number: facts.number,
      organization: shown.organization,
      filing: unverified<Filing>(row.filing).claims,
      key_number: row.key_number,
      revision: row.revision,
      template: row.template,
    },
  };
}

/** A certificate's PDF: always the same file. @throws Refusal `register_differs` when its stored parts do not verify */
export async function renderFor(service: Service, found: Found): Promise<Uint8Array<ArrayBuffer>> {
  const { base, printed } = await drawFor(service, found);
  return withSignature(service, base, printed);
}

/** A stamped copy's PDF: made for this once, so its signature is not kept. */
export async function renderCopy(service: Service, found: Found, copy: Stamped): Promise<Uint8Array<ArrayBuffer>> {
  const { base, printed } = await drawFor(service, found, copy);
  const by = await signerFor(service, printed);
  return by ? signNow(service, base, by) : base;
}

// A batch's certificates as one archive: rows are read a page at a time, each verified and drawn when the reader is
// ready for it, so that memory does not grow with the batch. Where a certificate cannot be given, the stream fails
// before the archive's directory, and no part of it passes for the whole.

/** Certificates that are read together at least. */
const PAGE = 100;
/** Stretches at most, five statements on D1 each or fewer: so a call makes less than 50, whatever its length. */
const PAGES = 8;

/** How many certificates of a stretch are read together: some 6 KB each in memory. */
export const pageOf = (length: number): number => Math.max(PAGE, Math.ceil(length / PAGES));

/** Positions in a batch: `from` and on, without `to`. */
export interface Stretch {
  batch: string;
  from: number;
  to: number;
}

/** One certificate, drawn. A refusal says at which position of the batch. */
async function pdfOf(service: Service, row: CertificateRow | undefined, position: number): Promise<DatedFile> {
  try {
    if (row?.position !== position) throw new Refusal('register_differs', 'A certificate of the batch is missing.');
    return {
      name: `${row.number}.pdf`,
      bytes: await renderFor(service, await examine(service, row, row.number, ['name', 'identifier'])),
      at: row.issued_at,
    };
  } catch (error) {
    if (isRefusal(error)) error.facts.position = position;
    throw error;
  }
}

async function* pdfsOf(service: Service, { batch, from, to }: Stretch, by: string): AsyncGenerator<DatedFile> {
  const page = pageOf(to - from);
  for (let at = from; at < to; at += page) {
    const length = Math.min(page, to - at);
    const rows = await selectCertificatesOfBatch(service.db, service.lately, batch, at, length);
    // Where photos lie is read once for all of them, and only if there is one.
    let places: Promise<Map<number, PhotoPlace>> | undefined;
    for (const row of rows)
      row.place = async () =>
        (await (places ??= selectPlaces(service.db, batch, at, at + length))).get(row.position) ?? null;
    // Before any of them leaves: the holder rather sees one fetch too many than one too few.
    await insertDownloads(
      service.db,
      rows.map(({ number }) => number),
      'application/pdf',
      by,
      service.now(),
    );
    for (let i = 0; i < length; i++) yield pdfOf(service, rows[i], at + i);
  }
}

/**
 * Opens the archive of a stretch.
 * @param by subject of the caller, for the record that holders see
 * @throws Refusal for what is wrong with the first certificate; what is wrong with a later one breaks the stream and
 *   stands in the log, and asking again from there brings its refusal
 */
export async function openZip(service: Service, stretch: Stretch, by: string): Promise<ReadableStream<Uint8Array>> {
  const chunks = writeZip(pdfsOf(service, stretch, by));
  let sent = 0;
  const first = await chunks.next();
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    try {
      const { done, value } = sent === 0 ? first : await chunks.next();
      if (done) return controller.close();
      sent++;
      controller.enqueue(value);
    } catch (error) {
      const { name, message } = error as Error;
      console.error(
        JSON.stringify({
          event: 'zip_aborted',
          batch: stretch.batch,
          position: stretch.from + sent,
          ...(isRefusal(error) ? { code: error.code } : { name }),
          message,
        }),
      );
      controller.error(error);
    }
  };
  return new ReadableStream({ pull, cancel: async () => void (await chunks.return(undefined)) }, { highWaterMark: 0 });
}
