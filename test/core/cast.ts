/**
 * The cast of the pure tests: a root, a province, two cities, two organizations, and every statement between them,
 * at one fixed instant. And the interpreter of test/vectors/statements.json: it makes a good chain with one flaw
 * in it, with keys made again for each run, and opens it where the flaw must be found.
 */

import { encodeUtf8, fromBase64url, toBase64url } from '../../src/base/bytes.ts';
import { isRefusal } from '../../src/base/refusal.ts';
import {
  type BatchFacts,
  checkApprovalTime,
  openApproval,
  openCityApproval,
  openOrder,
} from '../../src/core/approval.ts';
import { type Anchor, type Directory, openCentre, openDirectory, openWithdrawal } from '../../src/core/directory.ts';
import { tokenHash, verifyProof } from '../../src/core/dpop.ts';
import { openClient, openFiling } from '../../src/core/filing.ts';
import type { Filing } from '../../src/core/schema.ts';
import { Memo } from '../../src/core/statement.ts';
import { applyEvent, checkFresh, openEvent, readHistory } from '../../src/core/status.ts';
import { type KeyPair, makeKey } from '../../src/sdk/sign.ts';

/** 2026-11-23T02:00:00Z */
export const NOW = 1_795_399_200;
export const DAY = 86_400;
export const AUD = 'https://lz.example.cn';
export const NUMBER = 'S000037000001263000001';
const ROOT = 'A'.repeat(43);
export const FACTS: BatchFacts = { organization: 'S000037000001', aud: AUD, batch: 'batch-0001', root: ROOT, count: 2 };
export const URL_ = `${AUD}/v1/batches`;

export const encode = (value: unknown): string =>
  toBase64url(encodeUtf8(typeof value === 'string' ? value : JSON.stringify(value)));

/** Signs two encoded parts with ES256, whatever the header says. */
export async function signParts(head: string, payload: string, { key }: KeyPair): Promise<string> {
  const signature = await crypto.subtle.sign(
    { name: 'ECDSA', hash: 'SHA-256' },
    key as never,
    encodeUtf8(`${head}.${payload}`),
  );
  return `${head}.${payload}.${toBase64url(new Uint8Array(signature))}`;
}

type Claims = Record<string, unknown>;
export interface Change {
  claims?: Claims;
  header?: Claims;
  /** Who signs instead; the kid stays unless `header` changes it. */
  signer?: Who;
  /** Text work on the finished token. */
  form?: 'padded' | 'spaced' | 'cut' | 'zeroed' | 'respelled' | 'hmac' | 'unsigned' | 'bom' | 'list' | 'latin';
}
export type Name = 'centre' | 'filing' | 'client' | 'city' | 'province' | 'order' | 'event' | 'proof' | 'withdrawal';
type Who = 'root' | 'province' | 'city' | 'other' | 'client' | 'stranger' | 'issuer';
export type Changes = Partial<Record<Name, Change>>;

export interface Cast {
  keys: Record<Who, KeyPair>;
  anchor: Anchor;
  centres: string[];
  directory: Directory;
}

const life = (days: number) => ({ iat: NOW - days * DAY, exp: NOW + 365 * DAY });

export async function makeCast(): Promise<Cast> {
  const names: Who[] = ['root', 'province', 'city', 'other', 'client', 'stranger', 'issuer'];
  const keys = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await makeKey()] as const)),
  ) as Record<Who, KeyPair>;
  const appoint = (who: Who, code: string) =>
    signParts(
      encode({ alg: 'ES256', typ: 'centre+jwt', kid: keys.root.kid }),
      encode({
        iss: 'centre:3700',
        sub: `centre:${code}`,
        name: code,
        tier: code === '3700' ? 'province' : 'city',
        cnf: { jwk: keys[who].jwk },
        ...life(90),
        jti: `centre-${code}`,
      }),
      keys.root,
    );
  const centres = await Promise.all([appoint('province', '3700'), appoint('city', '3701'), appoint('other', '3702')]);
  const anchor = { thumbprints: [keys.root.kid], roots: [keys.root.jwk, keys.stranger.jwk] };
  return { keys, anchor, centres, directory: await openDirectory(anchor, centres, new Memo()) };
}

/** `now-61` in a vector is an instant; `@city` is a token of the chain; everything else is itself. */
function resolve(value: unknown, cast: Cast, tokens: Partial<Record<string, string>>): unknown {
  if (typeof value === 'string') {
    const at = /^now([+-]\d+)?$/.exec(value);
    if (at) return NOW + Number(at[1] ?? 0);
    const key = /^%(\w+)\.(kid|jwk|private)$/.exec(value);
    if (key) return cast.keys[key[1] as Who][key[2] as 'kid'];
    return value.startsWith('@') ? tokens[value.slice(1)] : value;
  }
  if (Array.isArray(value)) return value.map((one) => resolve(one, cast, tokens));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, one === '(none)' ? undefined : resolve(one, cast, tokens)]),
  );
}

async function reform(token: string, form: Change['form'], signer: KeyPair): Promise<string> {
  const [head, payload, signature] = token.split('.') as [string, string, string];
  const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  switch (form) {
    case 'padded':
      return `${token}==`;
    case 'spaced':
      return `${head}. ${payload}.${signature}`;
    case 'cut':
      return `${head}.${payload}`;
    case 'unsigned':
      return `${head}.${payload}.`;
    case 'zeroed':
      return `${head}.${payload}.${'A'.repeat(86)}`;
    case 'respelled':
      return `${head}.${payload}.${signature.slice(0, -1)}${last[last.indexOf(signature.at(-1) as string) | 1]}`;
    case 'bom':
      return signParts(head, encode(`\ufeff${new TextDecoder().decode(fromBase64url(payload))}`), signer);
    case 'list':
      return signParts(encode([]), payload, signer);
    case 'latin':
      return signParts(head, '_w', signer);
    case 'hmac': {
      const key = await crypto.subtle.importKey(
        'raw',
        encodeUtf8(JSON.stringify(signer.jwk)),
        { name: 'HMAC', hash: 'SHA-256' },
        false,
        ['sign'],
      );
      const bytes = new Uint8Array(await crypto.subtle.sign('HMAC', key, encodeUtf8(`${head}.${payload}`)));
      return `${head}.${payload}.${toBase64url(Uint8Array.from([...bytes, ...bytes]))}`;
    }
    default:
      return token;
  }
}

/** Every statement of a chain, by route city, good but for the changes. */
export async function makeChain(cast: Cast, changes: Changes = {}): Promise<Record<Name, string>> {
  const { keys } = cast;
  const tokens: Partial<Record<Name, string>> = {};
  const make = async (name: Name, typ: string, by: Who, claims: Claims, header: Claims = {}) => {
    const change = changes[name] ?? {};
    const head = {
      alg: 'ES256',
      typ,
      ...(typ === 'dpop+jwt' ? { jwk: keys[by].jwk } : { kid: keys[by].kid }),
      ...header,
      ...(resolve(change.header ?? {}, cast, tokens) as Claims),
    };
    const payload = { ...claims, ...(resolve(change.claims ?? {}, cast, tokens) as Claims) };
    const signer = keys[change.signer ?? by];
    tokens[name] = await reform(await signParts(encode(head), encode(payload), signer), change.form, signer);
  };
  const { organization, ...batch } = FACTS;
  const sub = `org:${organization}`;
  const window = { iat: NOW, nbf: NOW, exp: NOW + 30 * DAY };
  await make('centre', 'centre+jwt', 'root', {
    iss: 'centre:3700',
    sub: 'centre:3701',
    name: '济南',
    tier: 'city',
    cnf: { jwk: keys.city.jwk },
    ...life(90),
    jti: 'centre',
  });
  await make('filing', 'filing+jwt', 'city', {
    iss: 'centre:3701',
    sub,
    name: '济南泉城职业培训学校',
    uscc: '91350100M000100Y43',
    route: 'city',
    city: 'centre:3701',
    annual_capacity: 10,
    pass_mark: 60,
    scope: [{ code: '6-31-01-03', name: '电工', edition: '2022', jobs: [], levels: [3] }],
    issuing_jwks: {
      keys: [{ ...keys.issuer.jwk, kid: `did:web:lz.example.cn:orgs:${organization}#${organization}-1` }],
    },
    ...life(60),
    jti: 'filing',
  });
  await make('client', 'client+jwt', 'city', {
    iss: 'centre:3701',
    sub,
    cnf: { jwk: keys.client.jwk },
    ...life(30),
    jti: 'client',
  });
  await make('city', 'approval+jwt', 'city', {
    iss: 'centre:3701',
    sub,
    ...batch,
    ...window,
    iat: NOW - 3600,
    nbf: NOW - 3600,
    jti: 'city',
  });
  await make('province', 'approval+jwt', 'province', {
    iss: 'centre:3700',
    sub,
    ...batch,
    ...window,
    jti: 'province',
    city: tokens.city,
  });
  const { count: _count, ...ordered } = batch;
  await make('order', 'issue+jwt', 'client', {
    iss: sub,
    sub,
    ...ordered,
    approval: 'province',
    iat: NOW + 60,
    jti: 'order',
  });
  await make('event', 'status+jwt', 'client', {
    iss: sub,
    number: NUMBER,
    action: 'suspend',
    reason: 'under_investigation',
    seq: 1,
    iat: NOW,
    jti: 'event',
  });
  await make('withdrawal', 'withdrawal+jwt', 'city', {
    iss: 'centre:3701',
    target: { jti: 'client' },
    effective: NOW,
    iat: NOW,
    jti: 'withdrawal',
  });
  await make('proof', 'dpop+jwt', 'client', {
    jti: 'proof',
    htm: 'GET',
    htu: URL_,
    iat: NOW,
    ath: await tokenHash(tokens.client as string),
  });
  return tokens as Record<Name, string>;
}

/** Opens the last link of a chain, and with it all that stands behind. `at`: seconds after NOW. */
const STEPS = {
  centre: (cast: Cast, { centre }: Record<Name, string>) => openCentre(centre, cast.directory),
  filing: (cast: Cast, { filing }: Record<Name, string>, at = 0) => openFiling(filing, cast.directory, NOW + at),
  client: async (cast: Cast, { client, filing }: Record<Name, string>, at = 0) =>
    openClient(client, cast.directory, (await openFiling(filing, cast.directory, NOW)).payload, NOW + at),
  city: async (cast: Cast, { city, filing }: Record<Name, string>) =>
    openCityApproval(city, cast.directory, await filed(cast, filing), FACTS),
  province: async (cast: Cast, { province, filing }: Record<Name, string>, at = 0) => {
    const approval = await openApproval(province, cast.directory, await filed(cast, filing), FACTS);
    checkApprovalTime(approval.payload, NOW + at);
    return approval;
  },
  order: async (cast: Cast, { order, province, client, filing }: Record<Name, string>, at = 120) => {
    const file = await filed(cast, filing);
    return openOrder(
      order,
      client,
      cast.directory,
      file,
      (await openApproval(province, cast.directory, file, FACTS)).payload,
      FACTS,
      NOW + at,
    );
  },
  event: async (cast: Cast, { event, client, filing }: Record<Name, string>, at = 0) => {
    const file = await filed(cast, filing);
    const { statement, rank } = await openEvent({ token: event, client }, cast.directory, file);
    checkFresh(statement.payload, NOW + at);
    return applyEvent(await readHistory([], cast.directory, file, NUMBER), statement, rank, NUMBER);
  },
  /** A centre's event: no client statement behind it. */
  centreEvent: async (cast: Cast, { event, filing }: Record<Name, string>) => {
    const { statement, rank } = await openEvent({ token: event }, cast.directory, await filed(cast, filing));
    return applyEvent({ state: 'valid', rank: 0, length: 0 }, statement, rank, NUMBER);
  },
  withdrawal: (cast: Cast, { withdrawal }: Record<Name, string>) => openWithdrawal(withdrawal, cast.directory),
  proof: (cast: Cast, { proof, client }: Record<Name, string>, at = 0) =>
    verifyProof(
      proof,
      cast.keys.client.jwk,
      { method: 'GET', url: URL_, token: client, now: NOW + at },
      cast.directory.memo,
    ),
};
type Step = keyof typeof STEPS;

const filed = async (cast: Cast, token: string): Promise<Filing> =>
  (await openFiling(token, cast.directory, NOW)).payload;

export interface StatementVector {
  name: string;
  open: Step;
  change?: Changes;
  at?: number;
  code: string;
  part?: string;
}

/** The code and part of the refusal; `accepted` when there is none. */
export async function refusalOf(work: () => unknown): Promise<{ code: string; part?: string }> {
  try {
    await work();
    return { code: 'accepted' };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { code: error.code, ...(error.facts.part === undefined ? {} : { part: error.facts.part }) };
  }
}

export const play = (cast: Cast, { open, change, at }: StatementVector) =>
  refusalOf(async () => STEPS[open](cast, await makeChain(cast, change), at));
