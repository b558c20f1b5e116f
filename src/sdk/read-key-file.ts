/**
 * The text of a key file (keys/make.ts writes it) as a caller needs it, in Node and in the browser. The private half is
 * imported so that it cannot be taken out again.
 */
import type { CryptoKey } from 'jose';
import { Refusal } from '../base/refusal.ts';
import { type PublicJwk, thumbprint } from '../core/keys.ts';
import { unverified } from '../core/statement.ts';
import type { Signatory, Speaker } from './sign.ts';

export interface KeyOfFile extends Signatory {
  key: CryptoKey;
  /** `centre:3701`, `org:S000037000001`; absent where nobody has named the key yet. */
  subject?: string;
  /** The statement that names the key. */
  token?: string;
  /** Origin of the service. */
  server?: string;
  /** PEM of the X.509 certificate that a centre's key file holds. */
  certificate?: string;
}

const malformed = (): Refusal => new Refusal('key_file_malformed', 'This is no key file with a private P-256 key.');

/** @throws Refusal `key_file_malformed`, `key_on_card` (its program runs with the command alone) */
export async function readKeyText(text: string): Promise<KeyOfFile> {
  let file: Record<'subject' | 'token' | 'server' | 'certificate' | 'signer', unknown> & { private?: JsonWebKey };
  let key: CryptoKey;
  try {
    file = JSON.parse(text) as typeof file;
    if (file.private === undefined && Array.isArray(file.signer))
      throw new Refusal('key_on_card', 'The key lies on a card: its program signs with the command alone.');
    const { kty, crv, d, x, y } = file.private as JsonWebKey;
    key = await crypto.subtle.importKey(
      'jwk',
      { kty, crv, d, x, y } as JsonWebKey,
      { name: 'ECDSA', namedCurve: 'P-256' },
      false,
      ['sign'],
    );
  } catch (error) {
    throw error instanceof Refusal ? error : malformed();
  }
  const { x, y } = file.private as { x: string; y: string };
  const jwk: PublicJwk = { kty: 'EC', crv: 'P-256', x, y };
  const given = (name: 'subject' | 'token' | 'server' | 'certificate') =>
    typeof file[name] === 'string' ? { [name]: file[name] } : {};
  const pair: KeyOfFile = { key, jwk, kid: await thumbprint(jwk), ...given('certificate'), ...given('server') };
  const { subject, token } = file;
  if (typeof subject !== 'string' || typeof token !== 'string') return pair;
  requireAbout(token, jwk);
  return { ...pair, subject, token };
}

/** A statement that is about another key, or has no end, is none of this key. */
function requireAbout(token: string, { x, y }: PublicJwk): void {
  let claims: { exp?: unknown; cnf?: { jwk?: { x?: unknown; y?: unknown } } };
  try {
    claims = unverified<typeof claims>(token).claims;
  } catch {
    throw malformed();
  }
  if (typeof claims.exp !== 'number' || claims.cnf?.jwk?.x !== x || claims.cnf.jwk.y !== y) throw malformed();
}

/** A key file as a caller of the service that it names. @throws Refusal as readKeyText, `key_unnamed` */
export async function readCaller(text: string): Promise<Speaker & { server: string }> {
  const { subject, token, server, ...key } = await readKeyText(text);
  if (subject === undefined || token === undefined || server === undefined)
    throw new Refusal('key_unnamed', 'The key file names no service or no statement: a centre names the key first.');
  return { ...key, subject, token, server };
}
