/**
 * Owns what signs bytes: a key of WebCrypto, or whatever else can sign with a key that nobody can take out (a smart
 * card, an HSM), as a function that is passed in. Whoever signs here need not know which of the two it is.
 * It refuses nothing: whoever makes such a function answers for what it gives back.
 */
import type { CryptoKey } from 'jose';

/** Signs bytes with ECDSA on P-256 and SHA-256. @returns r and s, 32 bytes each */
export type Signer = (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer>>;

export type SigningKey = CryptoKey | Signer;

/** The ES256 signature of some bytes: r and s, 32 bytes each. */
export const signBytes = async (key: SigningKey, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> =>
  typeof key === 'function'
    ? key(bytes)
    : new Uint8Array(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key as globalThis.CryptoKey, bytes));
