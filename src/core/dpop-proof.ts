/**
 * Owns making the proof that goes with one request (DPoP, RFC 9449 §4.2): by the command and in the browser.
 * Apart from its check in dpop.ts, so that a page need not carry that. It refuses nothing: the service judges.
 */
import { encodeUtf8, sha256, toBase64url } from '../base/bytes.ts';
import type { PublicJwk } from './schema.ts';
import { type SigningKey, signBytes } from './sign-bytes.ts';

/** `ath`: SHA-256 of the access token's text (RFC 9449 §4.2). */
export const tokenHash = async (token: string): Promise<string> => toBase64url(await sha256(encodeUtf8(token)));

const part = (value: unknown): string => toBase64url(encodeUtf8(JSON.stringify(value)));

/**
 * Signs a proof of possession.
 * @param by the key that the access token names
 * @param request `iat` NumericDate; `jti` never used before
 */
export async function makeProof(
  by: { key: SigningKey; jwk: PublicJwk; token: string },
  { method, url, iat, jti }: { method: string; url: string; iat: number; jti: string },
): Promise<string> {
  const { x, y } = by.jwk;
  const head = part({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty: 'EC', crv: 'P-256', x, y } });
  const text = `${head}.${part({ jti, htm: method, htu: url.split(/[?#]/, 1)[0], iat, ath: await tokenHash(by.token) })}`;
  return `${text}.${toBase64url(await signBytes(by.key, encodeUtf8(text)))}`;
}
