/**
 * Keys: ES256 on P-256 alone. A signing key is one of WebCrypto, or a function that signs with a key that nobody can
 * take out (a smart card, an HSM); whoever signs need not know which.
 */
import { type CryptoKey, calculateJwkThumbprint, importJWK } from 'jose';
import * as v from 'valibot';
import { Refusal } from '../base/refusal.ts';

/**
 * A public ES256 key (RFC 7518 §6.2.1). Dropping unknown members also drops a private `d` that someone sent by mistake.
 * Marked as pure, so that page scripts which do not read keys carry no schemas.
 */
export const publicJwk = /* @__PURE__ */ (() => {
  const coordinate = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/));
  return v.object({
    kty: v.literal('EC'),
    crv: v.literal('P-256'),
    x: coordinate,
    y: coordinate,
    kid: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(256))),
    alg: v.optional(v.literal('ES256')),
    use: v.optional(v.literal('sig')),
  });
})();
export type PublicJwk = v.InferOutput<typeof publicJwk>;

/** RFC 7638 thumbprint (SHA-256, base64url): the kid of root, centre, service and client keys. */
export const thumbprint = (jwk: PublicJwk): Promise<string> =>
  calculateJwkThumbprint({ kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y });

/** Imports a public key for verification; refuses points that are not on the curve (`key_malformed`). */
export async function importPublic(jwk: PublicJwk): Promise<CryptoKey> {
  try {
    return (await importJWK({ kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y }, 'ES256')) as CryptoKey;
  } catch {
    throw new Refusal('key_malformed', 'The key is not a point of P-256.');
  }
}

/** Signs bytes with ECDSA on P-256 and SHA-256. @returns r and s, 32 bytes each */
export type Signer = (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer>>;

export type SigningKey = CryptoKey | Signer;

/** The ES256 signature of some bytes: r and s, 32 bytes each. */
export const signBytes = async (key: SigningKey, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> =>
  typeof key === 'function'
    ? key(bytes)
    : new Uint8Array(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key as globalThis.CryptoKey, bytes));
