/**
 * The signature on a printed certificate: made at its first download, kept, and put under every later one, so that the
 * same certificate is the same file. ECDSA is randomised: the first stored signature wins. What storage holds counts
 * only if this service sealed it for this very file; else it signs again.
 *
 * Who signs: the certificate's own issuing key, if it has an X.509 certificate valid now; else the organization's
 * newest key that has one by which a verifier knows it (named in the certificate's filing, or under our root); never a
 * key that was withdrawn; else nobody, and the PDF is given unsigned (its credential and its QR code are signed all the
 * same).
 */
import { templateOf } from '../../templates/index.ts';
import { concat, fromBase64url, sha256, toBase64url } from '../base/bytes.ts';
import { isRefusal } from '../base/refusal.ts';
import { type PublicJwk, thumbprint } from '../core/keys.ts';
import { rootOf, speaksFor } from '../core/paper/pdf-signature.ts';
import { SIGNATURE_FIELD } from '../core/paper/template.ts';
import { PROVINCE_CENTRE } from '../core/province.ts';
import type { Filing } from '../core/schema.ts';
import { type SignBy, signPdf } from '../formats/pades/sign-pdf.ts';
import { readCertificate, readPem } from '../formats/pades/x509.ts';
import { readSignature, writeSignature } from '../storage/object-store.ts';
import { selectSigners } from '../storage/statement-store.ts';
import { anchorOf, directoryOf, filedBy } from './on-file.ts';
import type { FoundSigner, Service } from './service.ts';

export interface Printed {
  number: string;
  organization: { code: string; name: string };
  /** Under which it was issued, verified. */
  filing: Filing;
  /** Number of the issuing key that signed the credential. */
  key_number: number;
  /** Name of its template. */
  template: string;
  /** The register's, at which the certificate was read. */
  revision: number;
}

/** Seconds for which it stands who signs. */
const STANDS = 60;

const REASON = '颁发职业技能等级证书 / issue of a vocational skill level certificate';

/** A stored section for this very file; undefined when there is none, or none that this service sealed for it. */
async function opened(
  service: Service,
  place: string,
  sealed: string | undefined,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (sealed === undefined) return undefined;
  try {
    return fromBase64url((await service.vault.openRow(place, sealed)) as string);
  } catch (error) {
    if (!isRefusal(error, 'ciphertext_wrong')) throw error;
    console.error(JSON.stringify({ event: 'stored_signature_wrong' }));
    return undefined;
  }
}

/** Signs, with a timestamp where an authority is configured and answers. */
export async function signNow(
  service: Service,
  base: Uint8Array<ArrayBuffer>,
  by: SignBy,
): Promise<Uint8Array<ArrayBuffer>> {
  const { timestamp } = service;
  if (!timestamp) return signPdf(base, by);
  try {
    return await signPdf(base, { ...by, timestamp });
  } catch (error) {
    // Whoever waits for a certificate does not wait for an authority: the signature then stands without its time.
    const { code } = isRefusal(error) ? error : { code: 'unexpected' };
    console.error(JSON.stringify({ event: 'timestamp_failed', code, message: (error as Error).message }));
    return signPdf(base, by);
  }
}

/** Who signs a certificate's PDF now, if anybody can: looked up once for all certificates of a batch. */
export async function signerFor(service: Service, printed: Printed): Promise<SignBy | undefined> {
  const { organization, filing, key_number, template, revision } = printed;
  const now = service.now();
  const key = [organization.code, key_number, filing.iss, filing.jti].join(' ');
  const known = service.signers.get(key);
  const stands = known?.revision === revision && now >= known.from && now <= known.until;
  const { by } = stands ? known : service.signers.set(key, await findSigner(service, printed, now));
  return by && { ...by, at: now, fieldName: templateOf(template).accessible && SIGNATURE_FIELD };
}

async function findSigner(
  service: Service,
  { organization, filing, key_number, revision }: Printed,
  now: number,
): Promise<FoundSigner> {
  const { withdrawals } = await directoryOf(service, revision);
  const centre = (await filedBy(service, organization.code)) ?? PROVINCE_CENTRE;
  for (const { kid, chain: pem } of await selectSigners(service.db, organization.code, key_number, now)) {
    const end = withdrawals.endOfKey(kid, centre);
    if (end <= now) continue;
    const chain = readPem(pem);
    const certificates = chain.map(readCertificate);
    const { jwk, organization_id, not_after } = certificates[0] as (typeof certificates)[number];
    const signer = { thumbprint: await thumbprint(jwk as PublicJwk), organization_id };
    if (!(await speaksFor(signer, await rootOf(certificates, anchorOf(service)), filing))) continue;
    const { key } = await service.vault.issuingKey(kid);
    const until = Math.min(now + STANDS, not_after, end - 1);
    return { revision, from: now, until, by: { key, chain, name: organization.name, reason: REASON } };
  }
  return { revision, from: now, until: now + STANDS, by: undefined };
}

/** A certificate's PDF with its signature: the kept one, or a new one that is kept from now on. */
export async function withSignature(
  service: Service,
  base: Uint8Array<ArrayBuffer>,
  printed: Printed,
): Promise<Uint8Array<ArrayBuffer>> {
  const place = `signatures/${printed.number}/${toBase64url(await sha256(base))}`;
  const stored = await readSignature(service.files, place);
  const kept = await opened(service, place, stored);
  if (kept) return concat(base, kept);
  const by = await signerFor(service, printed);
  if (!by) return base;
  const section = (await signNow(service, base, by)).subarray(base.length);
  const sealed = await service.vault.sealRow(place, toBase64url(section));
  // A crash before this line leaves nothing: the next download signs. Of two at once the first write is used by both.
  const winner = await writeSignature(service.files, place, sealed, stored !== undefined);
  return concat(base, winner === sealed ? section : ((await opened(service, place, winner)) ?? section));
}
