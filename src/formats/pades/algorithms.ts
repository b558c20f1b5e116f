/**
 * The algorithms of certificates and signatures on paper: object identifiers to WebCrypto and back. The service itself
 * signs with ECDSA on P-256 and SHA-256 alone; authorities that others bring sign with what stands here. Every other
 * algorithm (SHA-1, RSA-PSS, SM2) is `certificate_not_supported`: WebCrypto has no SM2.
 */
import { concat, fromBase64url, toHex } from '../../base/bytes.ts';
import { Refusal } from '../../base/refusal.ts';
import { bits, der, dottedOf, oid, open, openDer, sequence, TAG } from './der.ts';

/** A public key of P-256 as a JWK (RFC 7517, RFC 7518 §6.2). */
export interface P256Jwk {
  kty: 'EC';
  crv: 'P-256';
  x: string;
  y: string;
}

export type Hash = 'SHA-256' | 'SHA-384' | 'SHA-512';

export const OID = {
  sha256: '2.16.840.1.101.3.4.2.1',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  ecPublicKey: '1.2.840.10045.2.1',
  p256: '1.2.840.10045.3.1.7',
  rsa: '1.2.840.113549.1.1.1',
} as const;

export const HASHES: Readonly<Record<string, Hash>> = {
  [OID.sha256]: 'SHA-256',
  '2.16.840.1.101.3.4.2.2': 'SHA-384',
  '2.16.840.1.101.3.4.2.3': 'SHA-512',
};
const ECDSA: Readonly<Record<string, Hash>> = {
  [OID.ecdsaWithSha256]: 'SHA-256',
  '1.2.840.10045.4.3.3': 'SHA-384',
  '1.2.840.10045.4.3.4': 'SHA-512',
};
const RSA: Readonly<Record<string, Hash>> = {
  '1.2.840.113549.1.1.11': 'SHA-256',
  '1.2.840.113549.1.1.12': 'SHA-384',
  '1.2.840.113549.1.1.13': 'SHA-512',
};

interface Curve {
  name: string;
  /** Bytes of a coordinate. */
  size: number;
}
/** By the parameters of a key, hex. */
const CURVES: ReadonlyMap<string, Curve> = new Map([
  [toHex(oid(OID.p256)), { name: 'P-256', size: 32 }],
  [toHex(oid('1.3.132.0.34')), { name: 'P-384', size: 48 }],
  [toHex(oid('1.3.132.0.35')), { name: 'P-521', size: 66 }],
]);
/** Largest public key, in bytes: RSA of 8192 bits. Beyond it a verification takes too long. */
const KEY_LIMIT = 1_100;

/** A public key of a certificate, not imported yet. */
export interface SignerKey {
  spki: Uint8Array<ArrayBuffer>;
  algorithm: string;
  curve: Curve | undefined;
}

const notSupported = (what: string) =>
  new Refusal('certificate_not_supported', `This is not supported here: ${what}.`, { part: 'algorithm' });

/** SubjectPublicKeyInfo of P-256 (RFC 5480) up to the two coordinates: no unused bits, an uncompressed point. */
export const P256_SPKI = sequence(
  sequence(oid(OID.ecPublicKey), oid(OID.p256)),
  bits(concat(Uint8Array.of(4), new Uint8Array(64))),
).subarray(0, -64);

/** SubjectPublicKeyInfo of a JWK. */
export const spkiOf = ({ x, y }: P256Jwk): Uint8Array<ArrayBuffer> =>
  concat(P256_SPKI, fromBase64url(x), fromBase64url(y));

/** Reads which kind of key it is; WebCrypto judges the key itself when it is used. */
export function readSpki(spki: Uint8Array<ArrayBuffer>): SignerKey {
  if (spki.length > KEY_LIMIT) throw notSupported('a public key of this size');
  const [type, parameters] = open(open(openDer(spki), TAG.sequence)[0], TAG.sequence);
  const algorithm = dottedOf(type);
  return {
    spki,
    algorithm,
    curve: algorithm === OID.ecPublicKey && parameters ? CURVES.get(toHex(parameters.bytes)) : undefined,
  };
}

/**
 * The fixed-length form that WebCrypto takes of a DER signature; undefined when it is none.
 * @throws Refusal `der_malformed`
 */
export function rawEcdsa(signature: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> | undefined {
  const raw = new Uint8Array(2 * size);
  const parts = open(openDer(signature), TAG.sequence);
  if (parts.length !== 2) return undefined;
  for (const [i, { tag, content }] of parts.entries()) {
    const value = content[0] === 0 ? content.subarray(1) : content;
    if (tag !== TAG.integer || value.length > size || (content[0] as number) >= 0x80) return undefined;
    raw.set(value, (i + 1) * size - value.length);
  }
  return raw;
}

/** DER (RFC 3279 §2.2.3) of the fixed-length form that WebCrypto gives. */
export function derEcdsa(raw: Uint8Array): Uint8Array<ArrayBuffer> {
  const integer = (bytes: Uint8Array) => {
    const first = bytes.findIndex((byte) => byte !== 0);
    const value = first < 0 ? Uint8Array.of(0) : bytes.subarray(first);
    return der(TAG.integer, ...((value[0] as number) >= 0x80 ? [Uint8Array.of(0)] : []), value);
  };
  return sequence(integer(raw.subarray(0, raw.length / 2)), integer(raw.subarray(raw.length / 2)));
}

/**
 * Whether a signature over `data` holds. `digest`: the digest algorithm that a CMS names beside the signature's.
 * @throws Refusal `certificate_not_supported`, `der_malformed`
 */
export async function signatureHolds(
  key: SignerKey,
  algorithm: string,
  digest: string | undefined,
  signature: Uint8Array<ArrayBuffer>,
  data: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const [ecHash, rsaHash] = [
    ECDSA[algorithm],
    RSA[algorithm] ?? (algorithm === OID.rsa ? HASHES[digest ?? ''] : undefined),
  ];
  if (ecHash && key.curve) {
    const raw = rawEcdsa(signature, key.curve.size);
    return (
      raw !== undefined &&
      verify({ name: 'ECDSA', namedCurve: key.curve.name }, { name: 'ECDSA', hash: ecHash }, key, raw, data)
    );
  }
  if (rsaHash && key.algorithm === OID.rsa)
    return verify({ name: 'RSASSA-PKCS1-v1_5', hash: rsaHash }, { name: 'RSASSA-PKCS1-v1_5' }, key, signature, data);
  throw notSupported(`signature algorithm ${algorithm} with a key of ${key.algorithm}`);
}

async function verify(
  kind: EcKeyImportParams | RsaHashedImportParams,
  algorithm: { name: string; hash?: Hash },
  { spki }: SignerKey,
  signature: Uint8Array<ArrayBuffer>,
  data: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  let key: CryptoKey;
  try {
    key = await crypto.subtle.importKey('spki', spki, kind, false, ['verify']);
  } catch {
    // A point that is not on its curve, a modulus that no engine takes: nothing holds under such a key.
    return false;
  }
  return crypto.subtle.verify(algorithm, key, signature, data);
}
