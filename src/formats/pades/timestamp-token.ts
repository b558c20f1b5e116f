/**
 * Owns timestamps (RFC 3161): the request for a digest, the answer to it, and what a token says. A token proves that the
 * digest existed at its time, as far as its authority is believed: whether to believe it is not judged here.
 * It refuses `timestamp_refused` an answer that grants nothing, answers another request, or whose token does not hold;
 * a token in a signature that is none is refused as the signature's (`pdf_signature_malformed`, `…_unsupported`).
 */
import { equalBytes } from '../../base/bytes.ts';
import { Refusal } from '../../base/refusal.ts';
import { OID } from './algorithms.ts';
import { der, dottedOf, integer, octets, oid, open, openDer, sequence, TAG } from './der.ts';
import { CMS, openSigned } from './signed-data.ts';
import { allows, timeOf, USAGE } from './x509.ts';

export const TIMESTAMP_QUERY = 'application/timestamp-query';
export const TIMESTAMP_REPLY = 'application/timestamp-reply';

/** id-kp-timeStamping */
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';

export interface Timestamp {
  /** NumericDate, whole seconds. */
  at: number;
  /** Name in the authority's certificate. Untrusted text. */
  authority: string;
}

const refused = (part: string, what: string) =>
  new Refusal('timestamp_refused', `The timestamp was not given, or does not hold: ${what}.`, { part });

/** A request for a timestamp over a SHA-256 digest, with the authority's certificate. `nonce`: 16 random bytes. */
export function timestampRequest(
  digest: Uint8Array<ArrayBuffer>,
  nonce: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  return sequence(
    integer(1),
    sequence(sequence(oid(OID.sha256)), octets(digest)),
    der(TAG.integer, positive(nonce)),
    der(TAG.boolean, Uint8Array.of(0xff)),
  );
}

/** A nonce as a positive INTEGER in its only spelling. */
function positive(nonce: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const number = nonce.slice();
  number[0] = ((number[0] as number) & 0x3f) | 0x40;
  return number;
}

/** The parts of a TSTInfo (RFC 3161 §2.4.2) that count here. */
function readInfo(content: Uint8Array<ArrayBuffer>): {
  algorithm: string;
  imprint: Uint8Array;
  at: number;
  nonce: Uint8Array | undefined;
} {
  const [, , messageImprint, , time, ...rest] = open(openDer(content), TAG.sequence);
  const [algorithm, imprint] = open(messageImprint, TAG.sequence);
  // Of what may follow the time, only the nonce is an INTEGER.
  const nonce = rest.find(({ tag }) => tag === TAG.integer);
  return {
    algorithm: dottedOf(open(algorithm, TAG.sequence)[0]),
    imprint: imprint?.content ?? new Uint8Array(),
    at: timeOf(time),
    nonce: nonce?.content,
  };
}

/** What a token says of a digest. @returns undefined when it does not hold, or is about another digest */
export async function readToken(
  token: Uint8Array<ArrayBuffer>,
  digest: Uint8Array,
): Promise<(Timestamp & { nonce: Uint8Array | undefined }) | undefined> {
  const { intact, signer, content } = await openSigned(token, { type: CMS.timestampInfo, strict: false });
  const { algorithm, imprint, at, nonce } = readInfo(content as Uint8Array<ArrayBuffer>);
  const holds =
    intact &&
    algorithm === OID.sha256 &&
    equalBytes(imprint, digest) &&
    // RFC 3161 §2.3: the key is for timestamps; and its certificate was valid then.
    (signer.purposes?.includes(TIME_STAMPING) ?? false) &&
    allows(signer, USAGE.digitalSignature | USAGE.nonRepudiation) &&
    signer.not_before <= at &&
    at <= signer.not_after;
  return holds ? { at, authority: signer.name, nonce } : undefined;
}

/** Takes the token out of an answer. @throws Refusal `timestamp_refused` naming the part */
export async function takeToken(
  answer: Uint8Array<ArrayBuffer>,
  digest: Uint8Array<ArrayBuffer>,
  nonce: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const [statusInfo, token] = open(openDer(answer), TAG.sequence);
  const [status] = open(statusInfo, TAG.sequence);
  // 0 granted, 1 granted with modifications (RFC 3161 §2.4.2).
  if (status?.tag !== TAG.integer || status.content.length !== 1 || (status.content[0] as number) > 1 || !token)
    throw refused('status', 'the authority did not grant it');
  const read = await readToken(token.bytes, digest);
  if (!read) throw refused('token', 'it is not signed by an authority for timestamps, or is about something else');
  if (!read.nonce || !equalBytes(read.nonce, positive(nonce))) throw refused('nonce', 'it answers another request');
  return token.bytes;
}
