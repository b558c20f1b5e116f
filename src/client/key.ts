/**
 * Owns the key file in the browser (keys/make.ts writes it): read, checked and imported so that the private half
 * cannot be taken out again. It lives in memory alone, as long as the page.
 * It refuses, in words that say what to do: no key file, a key that nobody named yet, a centre's, one that ran out.
 */
import { decodeUtf8, fromBase64url } from '../life/bytes.ts';
import { shanghaiDay } from '../life/calendar.ts';
import type { PublicJwk } from '../life/schema.ts';

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

export interface Key {
  key: CryptoKey;
  jwk: PublicJwk;
  /** `client+jwt` */
  token: string;
  organization: string;
  /** NumericDate */
  expires: number;
}

/** No key file is larger. */
export const KEY_FILE_BYTES = 100_000;

interface Claims {
  exp: number;
  cnf: { jwk: PublicJwk };
}

/** Reads the text of a key file. @param now NumericDate */
export async function readKey(text: string, now: number): Promise<Key> {
  // Browsers sign in secure contexts only.
  if (!globalThis.crypto?.subtle) throw new Trouble('insecure');
  let file: { subject?: unknown; token?: unknown; private?: JsonWebKey };
  let key: CryptoKey;
  try {
    file = JSON.parse(text) as typeof file;
    const { kty, crv, d, x, y } = file.private as JsonWebKey;
    key = await crypto.subtle.importKey('jwk', { kty, crv, d, x, y } as JsonWebKey, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
  } catch {
    throw new Trouble('key_unreadable');
  }
  const { subject, token } = file;
  if (typeof subject !== 'string' || typeof token !== 'string') throw new Trouble('key_unnamed');
  if (!subject.startsWith('org:')) throw new Trouble('key_of_centre');
  const { x, y } = file.private as { x: string; y: string };
  let claims: Claims;
  try {
    claims = JSON.parse(decodeUtf8(fromBase64url(token.split('.')[1] ?? ''))) as Claims;
    if (typeof claims.exp !== 'number' || claims.cnf.jwk.x !== x || claims.cnf.jwk.y !== y) throw new Error('of another key, or for ever');
  } catch {
    throw new Trouble('key_unreadable');
  }
  if (claims.exp <= now) throw new Trouble('key_expired', { day: shanghaiDay(claims.exp) });
  return { key, jwk: { kty: 'EC', crv: 'P-256', x, y }, token, organization: subject.slice('org:'.length), expires: claims.exp };
}
