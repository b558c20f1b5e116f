/**
 * Checks the signature of a PDF (PAdES baseline B-B and B-T): which bytes it covers, whose certificate signed them,
 * and whether that certificate comes from a root that the caller trusts. Where the signature stands, the PDF reader
 * says.
 *
 * The names in it are claims of their certificates: worth nothing unless `intact` holds and `root` is the trusted
 * root's, or the signer's key is one that a filing names.
 */
import { concat, encodeUtf8, equalBytes, sha256, toHex } from '../../base/bytes.ts';
import { isRefusal, Refusal } from '../../base/refusal.ts';
import { OID, readSpki, signatureHolds, spkiOf } from '../../formats/pades/algorithms.ts';
import { DER_LIMIT, firstElement } from '../../formats/pades/der.ts';
import { CMS, openSigned, readToken, type Timestamp } from '../../formats/pades/signed-data.ts';
import { allows, type Certificate, pathFrom, USAGE } from '../../formats/pades/x509.ts';
import type { Anchor } from '../directory.ts';
import { type PublicJwk, thumbprint } from '../keys.ts';
import type { Filing } from '../schema.ts';
import { creditCode } from './x509-certificates.ts';

/** As found in the file. */
export interface PdfSignatureField {
  subFilter: string;
  byteRange: readonly [number, number, number, number];
  /** The hex string of /Contents as bytes, with the zeros that fill it up. */
  contents: Uint8Array<ArrayBuffer>;
}

interface CertificateFacts {
  /** Untrusted text. */
  name: string;
  /** Hex. */
  serial: string;
  /** NumericDate. */
  not_before: number;
  not_after: number;
}

/** A key that signs a PDF, and what its certificate calls its owner. */
export interface Signer {
  thumbprint: string;
  organization_id: string | undefined;
}

export interface PdfSignature {
  /** Digest, binding to the certificate, signature, and the timestamp if there is one: all hold. */
  intact: boolean;
  /** Bytes of the file up to the end of what is signed. */
  covers: number;
  /** Nothing follows what is signed, and what is left out is the hex string of /Contents and no byte more. */
  whole: boolean;
  signer: CertificateFacts & Signer & { jwk: PublicJwk };
  /** The signer's certificate, then each that issued the one before. */
  chain: readonly CertificateFacts[];
  /** Thumbprint of the trusted root whose key signed the last of the chain; undefined when none of them did. */
  root: string | undefined;
  timestamp: Timestamp | undefined;
}

const SUB_FILTER = 'ETSI.CAdES.detached';

const malformed = (what: string) => new Refusal('pdf_signature_malformed', `The signature is malformed: ${what}.`);

const factsOf = ({ name, serial, not_before, not_after }: Certificate): CertificateFacts => ({
  name,
  serial,
  not_before,
  not_after,
});

/** The one range that a signature leaves out, if the four numbers of /ByteRange say that. */
function readRange(file: Uint8Array, byteRange: readonly number[]): { from: number; to: number; end: number } {
  const [start, first, to, second, ...more] = byteRange;
  const whole = [start, first, to, second].every((number) => Number.isSafeInteger(number) && (number as number) >= 0);
  if (!whole || more.length > 0 || start !== 0)
    throw malformed('/ByteRange is not four numbers, of which the first is 0');
  const [from, after, end] = [first as number, to as number, (to as number) + (second as number)];
  if (from < 1 || after < from + 2 || end > file.length) throw malformed('/ByteRange leaves the file or overlaps');
  if (file[from] !== 0x3c || file[after - 1] !== 0x3e) throw malformed('what /ByteRange leaves out is no hex string');
  return { from, to: after, end };
}

/** Whether the gap is this hex string in one case of letters: any other byte there would be signed by nobody. */
function isHexOf(gap: Uint8Array, contents: Uint8Array): boolean {
  const hex = `<${toHex(contents)}>`;
  return equalBytes(gap, encodeUtf8(hex)) || equalBytes(gap, encodeUtf8(hex.toUpperCase()));
}

/** The trusted root whose key signed the last certificate: the root's own, if the chain has it, or the one below. */
export async function rootOf(chain: readonly Certificate[], anchor: Anchor): Promise<string | undefined> {
  const top = chain.at(-1) as Certificate;
  if (top.algorithm !== OID.ecdsaWithSha256) return undefined;
  for (const jwk of anchor.roots) {
    const kid = await thumbprint(jwk);
    if (!anchor.thumbprints.includes(kid)) continue;
    if (await signatureHolds(readSpki(spkiOf(jwk)), top.algorithm, undefined, top.signature, top.tbs)) return kid;
  }
  return undefined;
}

/**
 * Whether a key speaks for the filed organization: under the trusted root it belongs to the bearer of the filed credit
 * code, whatever the organization is called now, and to nobody else's; without that it is an issuing key that the
 * filing names.
 */
export async function speaksFor(signer: Signer, root: string | undefined, filing: Filing): Promise<boolean> {
  if (root !== undefined && signer.organization_id !== undefined)
    return signer.organization_id === creditCode(filing.uscc);
  return (await Promise.all(filing.issuing_jwks.keys.map(thumbprint))).includes(signer.thumbprint);
}

/**
 * Checks a signature of a PDF. `anchor`: roots that the caller trusts, by their thumbprints.
 * @throws Refusal `pdf_signature_malformed`, `pdf_signature_unsupported`
 */
export async function checkPdfSignature(
  file: Uint8Array<ArrayBuffer>,
  field: PdfSignatureField,
  anchor: Anchor,
): Promise<PdfSignature> {
  try {
    return await check(file, field, anchor);
  } catch (error) {
    // What is wrong with a certificate in it is wrong with the signature.
    if (isRefusal(error, 'der_malformed') || isRefusal(error, 'certificate_malformed'))
      throw new Refusal('pdf_signature_malformed', error.message);
    if (isRefusal(error, 'certificate_not_supported')) throw new Refusal('pdf_signature_unsupported', error.message);
    throw error;
  }
}

async function check(
  file: Uint8Array<ArrayBuffer>,
  { subFilter, byteRange, contents }: PdfSignatureField,
  anchor: Anchor,
): Promise<PdfSignature> {
  if (subFilter !== SUB_FILTER)
    throw new Refusal('pdf_signature_unsupported', `Only signatures of /SubFilter ${SUB_FILTER} are checked here.`);
  const { from, to, end } = readRange(file, byteRange);
  if (contents.length > DER_LIMIT) throw malformed(`/Contents has more than ${DER_LIMIT} bytes`);
  const cms = firstElement(contents).bytes;
  if (contents.subarray(cms.length).some((byte) => byte !== 0))
    throw malformed('something follows the CMS in /Contents');

  const detached = () => sha256(concat(file.subarray(0, from), file.subarray(to, end)));
  const signed = await openSigned(cms, { type: CMS.data, strict: true, detached });
  const { signer, signature, unsigned } = signed;
  if ([...unsigned.keys()].some((type) => type !== CMS.timestamp))
    throw new Refusal('pdf_signature_unsupported', 'The signature has unsigned attributes other than a timestamp.');
  const token = unsigned.get(CMS.timestamp);
  const timestamp = token && (await readToken(token, await sha256(signature)));

  const chain = await pathFrom(signer, signed.certificates);
  const jwk = signer.jwk as PublicJwk;
  return {
    intact:
      signed.intact &&
      allows(signer, USAGE.digitalSignature | USAGE.nonRepudiation) &&
      (token === undefined || timestamp !== undefined),
    covers: end,
    whole: end === file.length && isHexOf(file.subarray(from, to), contents),
    signer: { ...factsOf(signer), organization_id: signer.organization_id, jwk, thumbprint: await thumbprint(jwk) },
    chain: chain.map(factsOf),
    root: await rootOf(chain, anchor),
    timestamp: timestamp && { at: timestamp.at, authority: timestamp.authority },
  };
}
