/**
 * Tools of an attacker for the hostile tests: statements with any header and payload, signed or not, proofs with
 * any claim, raw calls, and a snapshot of the register that shows whether a refused call left a trace.
 */

import type { CryptoKey } from 'jose';
import { expect } from 'vitest';
import { encodeUtf8, sha256, toBase64url } from '../../src/base/bytes.ts';
import { unverified } from '../../src/core/statement.ts';
import { appointCentre, type Identity } from '../../src/sdk/sign.ts';
import { twin } from '../core/twin.ts';
import { as, db, ORIGIN, type Province, workerFetch } from '../kit.ts';

export { twin };

export const now = (): number => Math.floor(Date.now() / 1000);

export const encode = (value: unknown): string =>
  toBase64url(encodeUtf8(typeof value === 'string' ? value : JSON.stringify(value)));

/** Signs any two parts with ES256, whatever the header says. */
export async function signParts(head: string, payload: string, key: CryptoKey): Promise<string> {
  const signature = await crypto.subtle.sign(
    { name: 'ECDSA', hash: 'SHA-256' },
    key as never,
    encodeUtf8(`${head}.${payload}`),
  );
  return `${head}.${payload}.${toBase64url(new Uint8Array(signature))}`;
}

/** A compact JWS with any header and payload. */
export const forge = (header: Record<string, unknown>, payload: unknown, key: CryptoKey): Promise<string> =>
  signParts(encode(header), encode(payload), key);

/** A JWS under HMAC-SHA-256: the attack that takes a public key for a shared secret. */
export async function forgeHmac(
  header: Record<string, unknown>,
  payload: unknown,
  secret: Uint8Array<ArrayBuffer>,
): Promise<string> {
  const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const text = `${encode(header)}.${encode(payload)}`;
  return `${text}.${toBase64url(new Uint8Array(await crypto.subtle.sign('HMAC', key, encodeUtf8(text))))}`;
}

export const partsOf = (token: string) => token.split('.') as [head: string, payload: string, signature: string];

export const headerOf = (token: string): Record<string, unknown> => unverified(token).header;
export const claimsOf = (token: string): Record<string, unknown> => unverified(token).claims;

/** The statement again with changed claims or header, signed again with the given key. `undefined` removes. */
export const resign = (
  token: string,
  key: CryptoKey,
  claims: Record<string, unknown>,
  header: Record<string, unknown> = {},
): Promise<string> => forge({ ...headerOf(token), ...header }, { ...claimsOf(token), ...claims }, key);

/** Another base64url text that decodes to the same bytes: the last character's unused bits are set. */
export function respell(part: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return part.slice(0, -1) + alphabet[alphabet.indexOf(part.at(-1) as string) | 1];
}

export interface ProofChange {
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
  key?: CryptoKey;
}

/** A DPoP proof for a request, with anything in it changed. */
export async function prove(
  identity: Identity,
  method: string,
  path: string,
  { claims = {}, header = {}, key = identity.key }: ProofChange = {},
): Promise<string> {
  const ath = toBase64url(await sha256(encodeUtf8(identity.token)));
  const { x, y } = identity.jwk;
  return forge(
    { typ: 'dpop+jwt', alg: 'ES256', jwk: { kty: 'EC', crv: 'P-256', x, y }, ...header },
    { jti: crypto.randomUUID(), htm: method, htu: ORIGIN + path.split('?')[0], iat: now(), ath, ...claims },
    key,
  );
}

export interface Answer {
  status: number;
  code: string | undefined;
  part: string | undefined;
  response: Response;
  text: string;
}

/** One raw call; reads the problem if it is one. */
export async function call(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: unknown,
): Promise<Answer> {
  const init: RequestInit = { method, headers: { ...headers }, redirect: 'manual' };
  if (body !== undefined) {
    (init.headers as Record<string, string>)['Content-Type'] ??= 'application/json';
    init.body =
      typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream
        ? (body as BodyInit)
        : JSON.stringify(body);
  }
  const response = await workerFetch(path.startsWith('http') ? path : ORIGIN + path, init);
  const text = new TextDecoder().decode(await response.arrayBuffer());
  const problem =
    response.headers.get('content-type') === 'application/problem+json' && text !== ''
      ? (JSON.parse(text) as { code?: string; part?: string })
      : {};
  return { status: response.status, code: problem.code, part: problem.part, response, text };
}

/** A call as someone, with a good proof. */
export async function callAs(
  identity: Identity | undefined,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  if (!identity) return call(method, path, headers, body);
  return call(
    method,
    path,
    { Authorization: `DPoP ${identity.token}`, DPoP: await prove(identity, method, path), ...headers },
    body,
  );
}

/** `proofs` is what a good proof leaves even when the request is refused afterwards. */
const TABLES = [
  'secrets',
  'statements',
  'issuing_keys',
  'issuing_certificates',
  'batches',
  'rows',
  'approvals',
  'orders',
  'serials',
  'capacity',
  'certificates',
  'credentials',
  'events',
  'downloads',
  'photo_packs',
  'photos',
  'bulk_keys',
  'cases',
  'steps',
  'attachments',
];

/** Row counts of every table, and the states that move without a row. */
export async function snapshot(): Promise<Record<string, unknown>> {
  const counts = TABLES.map((table) => `(SELECT count(*) FROM ${table}) AS ${table}`).join(', ');
  const states = `(SELECT group_concat(id || state) FROM batches) AS batch_states, (SELECT group_concat(number || state) FROM certificates) AS certificate_states,
    (SELECT group_concat(batch || jti) FROM approvals) AS approval_ids`;
  return (await db.prepare(`SELECT ${counts}, ${states}`).first<Record<string, unknown>>()) as Record<string, unknown>;
}

/** Expects a refusal with this status, code and part, and that nothing was stored, moved or issued. */
export async function refused(act: () => Promise<Answer>, status: number, code: string, part?: string): Promise<void> {
  const before = await snapshot();
  const answer = await act();
  expect({ status: answer.status, code: answer.code, ...(part === undefined ? {} : { part: answer.part }) }).toEqual({
    status,
    code,
    ...(part === undefined ? {} : { part }),
  });
  expect(await snapshot()).toEqual(before);
}

/** Makes the centres' keys a month old, so that a back-dated statement is refused for its own times. */
export async function backdate({ root, province }: Province, centres: readonly Identity[]): Promise<void> {
  for (const { subject, jwk } of centres) {
    const statement = await appointCentre(
      root,
      { code: subject.slice('centre:'.length), name: '职业技能鉴定指导中心', jwk },
      { iat: now() - 30 * 86_400 },
    );
    await as(province).post('/v1/centres', { statement });
  }
}
