/**
 * Checks what people bring (查验): a credential, a QR code's text, a bundle or a PDF becomes evidence, and the register
 * completes the chain. A Report comes back whatever the verdict; only what cannot be read is refused.
 */

import { isRefusal, unlessRefused } from '../base/refusal.ts';
import { readAddress } from '../core/address.ts';
import type { Evidence } from '../core/bundle.ts';
import { type Bundle, type Opened, openBundle } from '../core/bundle.ts';
import { credentialKid, splitCredential } from '../core/credential.ts';
import { openDirectory } from '../core/directory.ts';
import { parseNumber } from '../core/number.ts';
import { openDocument } from '../core/paper/document-check.ts';
import { type Report, withoutSeal } from '../core/report.ts';
import { readSeal, sealKid } from '../core/seal.ts';
import { unverified } from '../core/statement.ts';
import { verify, verifyUnder } from '../core/verify.ts';
import { Withdrawals } from '../core/withdrawal.ts';
import { selectCertificate, selectFilingsNaming } from '../storage/certificate-store.ts';
import { certificateNotFound, lookUp, storedEvidence } from './lookup.ts';
import { anchorOf, directoryOf } from './on-file.ts';
import type { Service } from './service.ts';

/** The number that a credential claims: read before its signature only to find its row. */
function claimedNumber(jws: string): string | undefined {
  try {
    const number = unverified<{ credentialSubject?: { number?: unknown } }>(jws).claims.credentialSubject?.number;
    return typeof number === 'string' ? parseNumber(number).text : undefined;
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

/** The filings that name an issuing key, newest first; the newest of all if none does, so that the answer says why. */
async function filingsFor(service: Service, organization: string, names: (kid: string) => boolean): Promise<string[]> {
  const directory = await directoryOf(service);
  const filings = await selectFilingsNaming(service.db, organization);
  const naming: string[] = [];
  for (const token of filings) {
    const filing = await unlessRefused(service.memo.open(token, 'filing+jwt', directory.findCentre));
    if (filing?.payload.issuing_jwks.keys.some((key) => names(key.kid))) naming.push(token);
  }
  return naming.length > 0 ? naming : filings.slice(0, 1);
}

/**
 * Checks a credential, with or without disclosures.
 * @throws Refusal `credential_malformed`, `statement_malformed` when it is no SD-JWT at all
 */
export async function checkCredential(service: Service, text: string): Promise<Report> {
  const credential = text.trim();
  const { jws } = splitCredential(credential);
  const kid = credentialKid(jws);
  const number = claimedNumber(jws);
  const row = number === undefined ? null : await selectCertificate(service.db, service.lately, number);
  if (row) {
    const { evidence, directory } = await storedEvidence(service, row, undefined);
    return (await verify({ ...evidence, credential }, directory, service.now())).report;
  }
  const organization = kid.split('#')[1]?.slice(0, 13) ?? '';
  const filings = await filingsFor(service, organization, (named) => named === kid);
  return (await verifyUnder(filings, { credential }, await directoryOf(service), service.now())).found.report;
}

/**
 * Checks the text of a QR code. Without the credential its seal is never more than `incomplete`; an address of this
 * service without a seal is a look-up.
 * @throws Refusal `seal_url_malformed`, `seal_malformed`, `seal_format_unknown`, what parseNumber throws, and
 *   `certificate_not_found` of a look-up
 */
export async function checkSeal(service: Service, url: string): Promise<Report> {
  const { host, number: text, digits, unread } = readAddress(url);
  const { text: number, organization } = parseNumber(text);
  const host_known = service.config.hosts.includes(host);
  if (digits === undefined && host_known) {
    const found = await lookUp(service, number);
    if (!found) throw certificateNotFound();
    return unread ? withoutSeal(found.verification.report) : found.verification.report;
  }
  const kid = digits === undefined ? undefined : sealKid(readSeal(number, digits).facts);
  const row = await selectCertificate(service.db, service.lately, number);
  const stored = row ? await storedEvidence(service, row, undefined) : undefined;
  const directory = stored?.directory ?? (await directoryOf(service));
  // The certificate's own filing names the key of a genuine seal; without the certificate any filing may.
  const filings =
    stored || kid === undefined ? [] : await filingsFor(service, organization, (named) => named.split('#')[1] === kid);
  const evidence: Evidence = {
    asked: number,
    seal: digits === undefined ? undefined : { number, digits },
    host_known,
    filing: stored?.evidence.filing,
    approval: stored?.evidence.approval,
    status: stored?.evidence.status,
  };
  return (await verifyUnder(filings, evidence, directory, service.now())).found.report;
}

/** What the register adds to evidence that brings its own statements: what became of the certificate. */
async function withStatus(service: Service, { bundle, evidence, centres, withdrawals }: Opened): Promise<Report> {
  const number = claimedNumber(splitCredential(bundle.credential).jws);
  const row = number === undefined ? null : await selectCertificate(service.db, service.lately, number);
  const stored = row ? (await storedEvidence(service, row, undefined)).evidence : undefined;
  // The anchor is our own: a root that came with the bundle is not looked at.
  const own = await openDirectory(anchorOf(service), centres, service.memo, withdrawals);
  // The register knows of withdrawals by centres that the bundle does not need.
  const directory = own.with(
    new Withdrawals([...own.withdrawals.all, ...(await directoryOf(service)).withdrawals.all]),
  );
  return (await verify({ ...evidence, status: stored?.status, columns: stored?.columns }, directory, service.now()))
    .report;
}

/** Checks a bundle by its own statements under this service's trusted root, and adds the status. */
export const checkBundle = (service: Service, bundle: Bundle): Promise<Report> =>
  withStatus(service, openBundle(bundle));

/**
 * Checks a certificate's PDF: the bundle in it, and whether the file shows what the bundle says.
 * @throws Refusal what openDocument throws
 */
export const checkDocument = (service: Service, file: Uint8Array<ArrayBuffer>): Promise<Report> =>
  withStatus(service, openDocument(file));
