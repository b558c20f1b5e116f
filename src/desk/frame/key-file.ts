/**
 * Owns the key file in the browser (keys/make.ts writes it): read, checked and imported so that the private half
 * cannot be taken out again. It lives in memory alone, as long as the page. A file without a statement speaks for its
 * key alone, as an applicant does.
 * It refuses, in words that say what to do: what is no key file, and a statement that is about another key.
 */

import { type PublicJwk, thumbprint } from '../../core/keys.ts';
import { unverified } from '../../core/statement.ts';

/** Something that the person at the page can mend; `code` names the words on the page. */
export class Trouble extends Error {
  override readonly name = 'Trouble';
  readonly code: string;
  readonly words: Record<string, string>;
  constructor(code: string, words: Record<string, string> = {}) {
    super(code);
    this.code = code;
    this.words = words;
  }
}

/** A key that signs, and whose public half is known. */
export interface Pair {
  key: CryptoKey;
  jwk: PublicJwk;
  /** RFC 7638 thumbprint. */
  kid: string;
  /** PEM of the X.509 certificate that a centre's key file holds. */
  certificate?: string;
}

/** No key file is larger. */
export const KEY_FILE_BYTES = 100_000;

/** What an access token says; the service verifies it with every call. */
/** What an access token says; the service verifies it with every call. */
export interface Claims {
  exp: number;
  cnf: { jwk: PublicJwk };
}

/** Reads the text of a key file: the key, and what it says of whose it is. */
export async function readKey(text: string): Promise<Pair & { subject?: string; token?: string }> {
  // Browsers sign in secure contexts only.
  if (!globalThis.crypto?.subtle) throw new Trouble('insecure');
  let file: { subject?: unknown; token?: unknown; certificate?: unknown; private?: JsonWebKey; signer?: unknown };
  let key: CryptoKey;
  try {
    file = JSON.parse(text) as typeof file;
    if (file.private === undefined && Array.isArray(file.signer)) throw new Trouble('key_on_card');
    const { kty, crv, d, x, y } = file.private as JsonWebKey;
    key = await crypto.subtle.importKey(
      'jwk',
      { kty, crv, d, x, y } as JsonWebKey,
      { name: 'ECDSA', namedCurve: 'P-256' },
      false,
      ['sign'],
    );
  } catch (error) {
    throw error instanceof Trouble ? error : new Trouble('key_unreadable');
  }
  const { x, y } = file.private as { x: string; y: string };
  const jwk: PublicJwk = { kty: 'EC', crv: 'P-256', x, y };
  const pair = {
    key,
    jwk,
    kid: await thumbprint(jwk),
    ...(typeof file.certificate === 'string' ? { certificate: file.certificate } : {}),
  };
  const { subject, token } = file;
  if (typeof subject !== 'string' || typeof token !== 'string') return pair;
  try {
    const claims = unverified<Claims>(token).claims;
    if (typeof claims.exp !== 'number' || claims.cnf.jwk.x !== x || claims.cnf.jwk.y !== y)
      throw new Error('of another key, or for ever');
  } catch {
    throw new Trouble('key_unreadable');
  }
  return { ...pair, subject, token };
}
