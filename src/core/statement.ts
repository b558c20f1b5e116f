/**
 * How a signed statement is opened and made: compact JWS, ES256, `alg typ kid` and nothing else.
 *
 * The order never changes: form → header → one allowed algorithm → our own key by kid → signature → only then the
 * payload → schema → times. Until the signature holds, nothing of the payload is read; what must be known before,
 * `unverified` reads under that name. Rejects, each with its own code: other forms or spellings, algorithms and types,
 * foreign header parameters (jwk, jku, x5c, crit …), unknown keys, bad signatures, payloads outside the schema.
 * A statement's text is never an identity (ES256 texts are malleable): `jti` and payload digests are.
 */
import { CompactSign, type CryptoKey, compactVerify, errors } from 'jose';
import * as v from 'valibot';
import { Recent } from '../base/bounded.ts';
import { decodeUtf8, encodeUtf8, endsCanonically, fromBase64url, sha256Short, toBase64url } from '../base/bytes.ts';
import { isRefusal, isUnreadable, Refusal } from '../base/refusal.ts';
import { importPublic, type PublicJwk, publicJwk, type SigningKey, thumbprint } from './keys.ts';
import { type Payload, readPayload, type StatementType } from './schema.ts';

/** Largest statement, in characters: a filing with a scope of hundreds of occupations. */
export const STATEMENT_LIMIT = 256_000;

export interface Header {
  alg: 'ES256';
  typ: string;
  kid: string;
}

export interface Statement<T extends StatementType> {
  typ: T;
  kid: string;
  payload: Payload<T>;
  /** SHA-256 of the payload bytes, base64url: the identity of what was said, whatever the signature's spelling. */
  digest: string;
  token: string;
}

/** Finds the key for a kid in what the caller already trusts; undefined refuses with `key_unknown`. */
export type KeyFinder = (kid: string) => CryptoKey | undefined | Promise<CryptoKey | undefined>;

/** Seconds by which two honest clocks may differ. */
export const SKEW = 60;

const COMPACT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/** Splits a compact JWS and reads its header. Nothing returned here is verified. */
export function readHeader(token: unknown, typ: string): Header {
  if (typeof token !== 'string' || token.length > STATEMENT_LIMIT || !COMPACT.test(token)) {
    throw new Refusal(
      'statement_malformed',
      'A statement is one compact JWS: three parts of base64url without white space.',
      { part: typ },
    );
  }
  const [head, payload, signature] = token.split('.') as [string, string, string];
  let header: Record<string, unknown>;
  try {
    // The signature's last character has bits that mean nothing; only one spelling is taken.
    if (fromBase64url(signature).length !== 64)
      throw new Refusal('statement_malformed', 'An ES256 signature has 64 bytes.', { part: typ });
    if (!endsCanonically(payload)) throw new SyntaxError();
    header = JSON.parse(decodeUtf8(fromBase64url(head))) as Record<string, unknown>;
  } catch (error) {
    if (isRefusal(error, 'statement_malformed')) throw error;
    throw new Refusal(
      'statement_malformed',
      'A part of the statement is not canonical base64url or its header is not JSON.',
      { part: typ },
    );
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw new Refusal('statement_malformed', 'The header of a statement is a JSON object.', { part: typ });
  }
  if (header.alg !== 'ES256') throw new Refusal('algorithm_not_allowed', 'Only ES256 is allowed.', { part: typ });
  if (header.typ !== typ) throw new Refusal('type_wrong', `The statement's typ must be ${typ}.`, { part: typ });
  const extra = Object.keys(header).find((name) => !['alg', 'typ', 'kid'].includes(name));
  if (extra !== undefined)
    throw new Refusal('header_not_allowed', 'A statement has no header parameters beyond alg, typ and kid.', {
      part: typ,
    });
  const kid = header.kid;
  if (typeof kid !== 'string' || kid.length === 0 || kid.length > 256) {
    throw new Refusal('key_unknown', 'The header must name the signing key by its kid.', { part: typ });
  }
  return { alg: 'ES256', typ, kid };
}

/** What a compact JWS says, its parts unverified; see `unverified`. */
export interface Unverified<T> {
  header: Partial<Record<string, unknown>>;
  claims: T;
  /** The bytes of the payload. */
  bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Reads a compact JWS WITHOUT VERIFYING ANYTHING OF IT: anybody can have written what it says. Only to choose what it
 * is opened with (a key, a filing, a schema), to pick what goes along with it, or to read again what was verified
 * before. Never throws: a part that is missing, too long, not base64url or no JSON object is empty, whatever `T` says.
 */
export function unverified<T extends object = Record<string, unknown>>(token: string): Unverified<T> {
  const [head, payload] = token.length > STATEMENT_LIMIT ? [] : token.split('.', 2);
  const bytes = bytesIn(payload);
  return { header: objectIn(bytesIn(head)), claims: objectIn(bytes) as T, bytes };
}

function bytesIn(part = ''): Uint8Array<ArrayBuffer> {
  try {
    return fromBase64url(part);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return new Uint8Array();
  }
}

function objectIn(bytes: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(decodeUtf8(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return {};
  }
}

/** SHA-256 of the payload's bytes, base64url, as `Statement.digest`; of a token that may be unverified. */
export const payloadDigest = (token: string): string => toBase64url(sha256Short(unverified(token).bytes));

/**
 * The key in `cnf.jwk`, unverified: only to check that the token was signed with that very key.
 * @throws Refusal `key_unknown`
 */
export function claimedKey(token: string): PublicJwk {
  const read = v.safeParse(publicJwk, unverified<{ cnf: { jwk?: unknown } | null }>(token).claims.cnf?.jwk);
  if (read.success) return read.output;
  throw new Refusal('key_unknown', 'The token names no public key of P-256 in cnf.jwk.', { part: 'cnf' });
}

/** Verifies the signature with the one key that its kid names and returns the payload bytes. */
export async function openBytes(
  token: string,
  typ: string,
  find: KeyFinder,
): Promise<{ kid: string; bytes: Uint8Array<ArrayBuffer> }> {
  const header = readHeader(token, typ);
  const key = await find(header.kid);
  if (!key)
    throw new Refusal('key_unknown', 'The statement is signed with a key that nobody entitled has named.', {
      part: typ,
    });
  try {
    const { payload } = await compactVerify(token, key, { algorithms: ['ES256'] });
    return { kid: header.kid, bytes: payload as Uint8Array<ArrayBuffer> };
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    throw new Refusal('signature_wrong', 'The signature does not match the statement.', { part: typ });
  }
}

/**
 * Opens a statement of the given type.
 * @throws Refusal `statement_malformed`, `algorithm_not_allowed`, `type_wrong`, `header_not_allowed`,
 *   `key_unknown`, `signature_wrong`, `claims_malformed` (with `part`: type and claim)
 */
export async function openStatement<T extends StatementType>(
  token: string,
  typ: T,
  find: KeyFinder,
): Promise<Statement<T>> {
  const { kid, bytes } = await openBytes(token, typ, find);
  let value: unknown;
  try {
    value = JSON.parse(decodeUtf8(bytes));
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    throw new Refusal('claims_malformed', 'The payload is not JSON.', { part: typ });
  }
  const read = readPayload(typ, value);
  if ('problem' in read)
    throw new Refusal(
      'claims_malformed',
      `声明（${typ}）的 ${read.part} 一项：${read.problem.zh} / The claim ${read.part} of ${typ}: ${read.problem.en}`,
      { part: `${typ}:${read.part}` },
    );
  return { typ, kid, payload: read.payload, digest: toBase64url(sha256Short(bytes)), token };
}

/** Checks `nbf`, `iat` and `exp` at an instant (NumericDate), with 60 s for clocks that differ. */
export function checkTimes(
  typ: string,
  claims: { iat: number; nbf?: number | undefined; exp?: number | undefined },
  at: number,
): void {
  if (claims.iat > at + SKEW || (claims.nbf ?? claims.iat) > at + SKEW) {
    throw new Refusal('statement_not_yet_valid', `The ${typ} was not valid yet.`, { part: typ });
  }
  if (claims.exp !== undefined && claims.exp <= at - SKEW)
    throw new Refusal('statement_expired', `The ${typ} had expired.`, { part: typ });
}

/** Signs a statement. The caller brings the key, and in the payload the clock and the randomness (`iat`, `jti`). */
export async function signStatement<T extends StatementType>(
  typ: T,
  payload: Payload<T>,
  key: SigningKey,
  kid: string,
): Promise<string> {
  const [header, bytes] = [{ alg: 'ES256', typ, kid }, encodeUtf8(JSON.stringify(payload))];
  if (typeof key !== 'function') return new CompactSign(bytes).setProtectedHeader(header).sign(key);
  const text = `${toBase64url(encodeUtf8(JSON.stringify(header)))}.${toBase64url(bytes)}`;
  return `${text}.${toBase64url(await key(encodeUtf8(text)))}`;
}

const KEYS = 2_000;
const TEXTS = 2_000;

const nameOf = (jwk: PublicJwk): string => `${jwk.x}.${jwk.y}`;

interface Known {
  kid: string;
  key: CryptoKey;
  value: unknown;
}

/**
 * What a process remembers: public keys by thumbprint, and statements and certificates whose signature it has verified
 * with one of those keys. That changes no answer, only its cost: an entry counts only while the caller still finds the
 * same key object for its kid. Bounded, the oldest entries leave first; nothing private is remembered.
 */
export class Memo {
  readonly #keys = new Recent<Promise<CryptoKey>>(KEYS);
  readonly #thumbprints = new Recent<Promise<string>>(KEYS);
  readonly #known = new Recent<Known>(TEXTS);

  /** The verification key of a public JWK, imported once. */
  key(jwk: PublicJwk): Promise<CryptoKey> {
    return this.#keys.once(nameOf(jwk), () => importPublic(jwk));
  }

  /** The RFC 7638 thumbprint of a public JWK, computed once. */
  thumbprint(jwk: PublicJwk): Promise<string> {
    return this.#thumbprints.once(nameOf(jwk), () => thumbprint(jwk));
  }

  /** `openStatement`, skipping the signature only where this very text was verified with this very key. */
  open<T extends StatementType>(token: string, typ: T, find: KeyFinder): Promise<Statement<T>> {
    return this.recall(`${typ} ${token}`, find, (finder) => openStatement(token, typ, finder));
  }

  /** What `read` made of a text after verifying it, if the key that verified it is still the one that `find` gives. */
  async recall<T>(text: string, find: KeyFinder, read: (find: KeyFinder) => Promise<T>): Promise<T> {
    const known = this.#known.get(text);
    if (known && (await find(known.kid)) === known.key) return known.value as T;
    let used: { kid: string; key: CryptoKey } | undefined;
    const value = await read(async (kid) => {
      const key = await find(kid);
      used = key && { kid, key };
      return key;
    });
    if (used) this.#known.set(text, { ...used, value });
    return value;
  }
}
