/**
 * Proof that a call comes from the holder of a key (DPoP, RFC 9449): every call that is not public carries a statement
 * about a key (`client+jwt` or `centre+jwt`) and a proof by that key for this very request. Whether a proof was used
 * before is for the caller to check, by the returned `(jkt, jti)`.
 */
import { compactVerify, errors } from 'jose';
import * as v from 'valibot';
import { decodeUtf8, encodeUtf8, fromBase64url, sha256, toBase64url } from '../base/bytes.ts';
import { isRefusal, isUnreadable, Refusal } from '../base/refusal.ts';
import { type PublicJwk, publicJwk, type SigningKey, signBytes, thumbprint } from './keys.ts';
import { readPayload } from './schema.ts';
import { type Memo, unverified } from './statement.ts';

/** A proof may be this many seconds old, and this many ahead. */
export const PROOF_AGE = 300;
export const PROOF_AHEAD = 60;

const refuse = (message: string, part?: string) => new Refusal('proof_wrong', message, { part: part ?? 'dpop+jwt' });

/**
 * Members of private and symmetric keys (RFC 7518 §6): a proof never carries one (RFC 9449 §4.3). Other unknown members
 * are ignored (RFC 7517 §4).
 */
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
const isPublic = (jwk: unknown): boolean =>
  typeof jwk === 'object' && jwk !== null && !PRIVATE.some((name) => Object.hasOwn(jwk, name));
const HEADER = v.strictObject({
  typ: v.literal('dpop+jwt'),
  alg: v.literal('ES256'),
  jwk: v.pipe(v.custom<object>(isPublic), publicJwk),
});

function readProofHeader(proof: string): PublicJwk {
  const parts = proof.split('.');
  if (proof.length > 8192 || parts.length !== 3 || parts.some((part) => !/^[A-Za-z0-9_-]+$/.test(part)))
    throw refuse('The DPoP header is not one compact JWS.');
  try {
    for (const part of parts) fromBase64url(part);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw refuse('The DPoP proof is not canonical base64url.');
  }
  const read = v.safeParse(HEADER, unverified(proof).header);
  if (!read.success) throw refuse('The DPoP header has typ dpop+jwt, alg ES256 and a public jwk, and nothing else.');
  return read.output.jwk;
}

/** Scheme, host, port and path of an http address in the characters of RFC 3986, without user, query or fragment. */
const ADDRESS =
  /^(https?):\/\/([a-z0-9.-]+|\[[a-f0-9:.]+\])(?::(\d*))?((?:\/(?:[\w.~!$&'()*+,;=:@-]|%[a-f0-9]{2})*)*)$/i;
const DEFAULT_PORTS: Record<string, string> = { http: '80', https: '443' };

/**
 * Percent-encodings of unreserved characters are undone, others are written in capitals (RFC 3986 §6.2.2.1, §6.2.2.2).
 */
const normalEscape = (triplet: string): string => {
  const character = String.fromCharCode(Number.parseInt(triplet.slice(1), 16));
  return /[\w.~-]/.test(character) ? character : triplet.toUpperCase();
};

/** RFC 3986 §5.2.4, for a path that is empty or begins with a slash. */
function withoutDots(path: string): string {
  const segments = path.split('/').slice(1);
  const kept: string[] = [];
  for (const segment of segments) {
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
  }
  const last = segments.at(-1);
  return `/${kept.join('/')}${(last === '.' || last === '..') && kept.length > 0 ? '/' : ''}`;
}

/**
 * An address without query and fragment in its normal form (RFC 9449 §4.3: RFC 3986 §6.2.2 and §6.2.3), and no other:
 * what the URL parser of browsers forgives besides (backslashes, white space, other spellings of a host) is left as it
 * is, and differs.
 */
function normalAddress(uri: string): string {
  const address = uri.split(/[?#]/, 1)[0] as string;
  const [, scheme = '', host = '', port = '', path = ''] = ADDRESS.exec(address) ?? [];
  if (scheme === '') return address;
  const name = scheme.toLowerCase();
  return `${name}://${host.toLowerCase()}${port === '' || port === DEFAULT_PORTS[name] ? '' : `:${port}`}${withoutDots(path.replace(/%[a-f0-9]{2}/gi, normalEscape))}`;
}

/**
 * Verifies a proof for one request.
 * @param bound the key that the access token names (`cnf.jwk`)
 * @param request `url` is PUBLIC_ORIGIN and the path, without query; never taken from a Host header
 * @returns what identifies this proof, to be remembered against replay
 * @throws Refusal `proof_wrong` with the claim as part
 */
export async function verifyProof(
  proof: string,
  bound: PublicJwk,
  request: { method: string; url: string; token: string; now: number },
  memo: Memo,
): Promise<{ jkt: string; jti: string }> {
  const jwk = readProofHeader(proof);
  const jkt = await thumbprint(bound);
  if ((await thumbprint(jwk)) !== jkt)
    throw refuse('The proof is signed by another key than the one the access token names.', 'dpop+jwt:jwk');
  let payload: unknown;
  try {
    payload = JSON.parse(
      decodeUtf8((await compactVerify(proof, await memo.key(bound), { algorithms: ['ES256'] })).payload),
    );
  } catch (error) {
    if (!isUnreadable(error) && !(error instanceof errors.JOSEError)) throw error;
    throw refuse('The signature of the proof does not match.');
  }
  const read = readPayload('dpop+jwt', payload);
  if ('problem' in read) throw refuse(`The claim ${read.part} of the proof is wrong.`, `dpop+jwt:${read.part}`);
  const { htm, htu, iat, ath, jti } = read.payload;
  if (htm !== request.method) throw refuse('The proof is for another method.', 'dpop+jwt:htm');
  if (normalAddress(htu) !== normalAddress(request.url))
    throw refuse(`The proof is for another address; this one is ${request.url}`, 'dpop+jwt:htu');
  if (iat < request.now - PROOF_AGE || iat > request.now + PROOF_AHEAD)
    throw refuse('The proof is too old or from the future; check the clock of your machine.', 'dpop+jwt:iat');
  if (ath !== (await tokenHash(request.token))) throw refuse('The proof is for another access token.', 'dpop+jwt:ath');
  return { jkt, jti };
}

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
