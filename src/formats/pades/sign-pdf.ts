/**
 * Signs a certificate's PDF: PAdES baseline B-B (ETSI EN 319 142-1), with a timestamp B-T. The signature is a CMS
 * SignedData (RFC 5652) over the file but for the room that holds it.
 * Signed attributes are content type, message digest and the digest of the signer's certificate, and no others: the
 * baseline forbids signing-time, which stands in the PDF as /M. The CMS is put together from bytes, because
 * certificates and attributes go in as they are.
 */
import type { CryptoKey } from 'jose';
import { concat, encodeUtf8, sha256, toHex } from '../../base/bytes.ts';
import { Refusal } from '../../base/refusal.ts';
import { derEcdsa, OID } from './algorithms.ts';
import { context, der, integer, octets, oid, open, openDer, sequence, setOf, TAG } from './der.ts';
import { type Labels, prepare } from './pdf-update.ts';
import { CMS } from './signed-data.ts';

export interface SignBy extends Labels {
  /** Private key, ECDSA P-256. */
  key: CryptoKey;
  /** DER, the signer's first; the root is left out. */
  chain: readonly Uint8Array<ArrayBuffer>[];
  /** Gives a TimeStampToken (RFC 3161, DER) for a SHA-256 digest. */
  timestamp?: (digest: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer>>;
}

/** A DER signature of P-256 has at most so many bytes. */
const SIGNATURE_BYTES = 72;
/**
 * Bytes kept for a timestamp; tokens with their certificates mostly have 3,000 to 6,000. One that has more is asked for
 * again, with room for it.
 */
const TIMESTAMP_BYTES = 6_144;
const TIMESTAMP_LIMIT = 16_384;

const SHA256 = sequence(oid(OID.sha256));
const VERSION_1 = integer(1);
const attribute = (type: string, value: Uint8Array): Uint8Array<ArrayBuffer> => sequence(oid(type), setOf([value]));

/** The attributes that are signed, in the order of DER. */
async function signedAttributes(digest: Uint8Array, leaf: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>[]> {
  // ESSCertIDv2 (RFC 5035): SHA-256 is its default, so that the algorithm is not named.
  const certificate = sequence(sequence(sequence(octets(await sha256(leaf)))));
  return [
    attribute(CMS.contentType, oid(CMS.data)),
    attribute(CMS.messageDigest, octets(digest)),
    attribute(CMS.signingCertificateV2, certificate),
  ];
}

function signedData(
  chain: readonly Uint8Array<ArrayBuffer>[],
  attributes: readonly Uint8Array[],
  signature: Uint8Array,
  token?: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const [tbs] = open(openDer(chain[0] as Uint8Array<ArrayBuffer>), TAG.sequence);
  const [, serialNumber, , issuer] = open(tbs, TAG.sequence) as [
    unknown,
    { bytes: Uint8Array },
    unknown,
    { bytes: Uint8Array },
  ];
  const signer = sequence(
    VERSION_1,
    sequence(issuer.bytes, serialNumber.bytes),
    SHA256,
    setOf(attributes, context(0)),
    sequence(oid(OID.ecdsaWithSha256)),
    octets(signature),
    ...(token ? [setOf([attribute(CMS.timestamp, token)], context(1))] : []),
  );
  const content = sequence(
    VERSION_1,
    setOf([SHA256]),
    sequence(oid(CMS.data)),
    setOf(chain, context(0)),
    setOf([signer]),
  );
  return sequence(oid(CMS.signedData), der(context(0), content));
}

const EMPTY = new Uint8Array(32);

/**
 * Signs a PDF that src/formats/pdf/pdf-file.ts wrote. @returns the base, unchanged, and the signature's section after
 * it
 * @throws Refusal `pdf_unsignable`, `timestamp_too_large`, and what `timestamp` throws
 */
export async function signPdf(base: Uint8Array<ArrayBuffer>, by: SignBy): Promise<Uint8Array<ArrayBuffer>> {
  const { chain, key, timestamp } = by;
  const leaf = chain[0] as Uint8Array<ArrayBuffer>;
  const bare = signedData(chain, await signedAttributes(EMPTY, leaf), new Uint8Array(SIGNATURE_BYTES)).length;
  // A timestamp is made over the signature, and the signature over the length of the room: so the room comes first.
  for (let reserved = timestamp ? TIMESTAMP_BYTES : 0; ; ) {
    const { file, from, to } = await prepare(base, by, bare + (timestamp ? reserved + 64 : 0));
    const attributes = await signedAttributes(await sha256(concat(file.subarray(0, from), file.subarray(to))), leaf);
    const raw = new Uint8Array(
      await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key as globalThis.CryptoKey, setOf(attributes)),
    );
    const signature = derEcdsa(raw);
    const token = await timestamp?.(await sha256(signature));
    if (token && token.length > reserved) {
      if (reserved !== TIMESTAMP_BYTES || token.length > TIMESTAMP_LIMIT)
        throw new Refusal('timestamp_too_large', `The timestamp has ${token.length} bytes.`, {
          limit: TIMESTAMP_LIMIT,
        });
      reserved = token.length + 256;
      continue;
    }
    file.set(encodeUtf8(toHex(signedData(chain, attributes, signature, token))), from + 1);
    return file;
  }
}
