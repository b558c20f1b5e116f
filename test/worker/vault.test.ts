/**
 * Secrets and personal data at rest: nothing readable in the database, nothing that can stand in for something
 * else, and a change of MASTER_SECRET that loses nothing.
 */

import { env } from 'cloudflare:workers';
import { beforeAll, expect, test } from 'vitest';
import { unverified } from '../../src/core/statement.ts';
import { type Env, readConfig, serviceOf } from '../../src/env.ts';
import type { Config } from '../../src/service/service.ts';
import { Vault } from '../../src/storage/vault.ts';
import {
  anyone,
  as,
  candidate,
  certify,
  db,
  fileWith,
  foundProvince,
  type Issued,
  idNumber,
  type Organization,
  type Province,
} from '../kit.ts';

let province: Province;
let school: Organization;
let certificates: Issued[];
const NAME = '欧阳建国';

beforeAll(async () => {
  province = await foundProvince();
  school = await fileWith(province.city, 'S000037000001');
  ({ certificates } = await certify(province, school, [candidate(1), candidate(2, { name: '𬭎㛃' })]));
});

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const now = () => Math.floor(Date.now() / 1000);
const config = (change: Partial<Config>): Config => ({ ...readConfig(env as Env), ...change });

/** Every text of every table. */
async function wholeDatabase(): Promise<string> {
  const { results } = await db
    .prepare(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_cf_%'",
    )
    .all<{ name: string }>();
  const texts = await Promise.all(
    results.map(async ({ name }) => JSON.stringify((await db.prepare(`SELECT * FROM "${name}"`).all()).results)),
  );
  return texts.join('\n');
}

test('no name, no document number and no private key stands in the database', async () => {
  const text = await wholeDatabase();
  expect(text).toContain(certificates[0]?.number);
  for (const secret of [NAME, '𬭎㛃', idNumber(1), idNumber(2), btoa(idNumber(1)).slice(0, 20)])
    expect(text).not.toContain(secret);
  expect(text).not.toMatch(/"d\\*":/);
  // base64url hides text from a search: the payloads of all stored JWS are opened too.
  for (const [, payload] of text.matchAll(/[\w-]{20,}\.([\w-]{20,})\.[\w-]{80,}/g)) {
    const opened = new TextDecoder().decode(
      Uint8Array.from(atob((payload as string).replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0)),
    );
    for (const secret of [NAME, '𬭎㛃', idNumber(1), idNumber(2)]) expect(opened).not.toContain(secret);
  }
});

test('a changed MASTER_SECRET opens with the previous one, re-wraps, and then needs it no more', async () => {
  const old = readConfig(env as Env).masterSecret;
  const next = random(32);
  const during = new Vault(db, config({ masterSecret: next, previousSecret: old }), random, now);
  const person = await serviceOf(env as Env).vault.person('resident_id', idNumber(1));
  expect(await during.person('resident_id', idNumber(1))).toBe(person);
  expect(await during.rewrapAll()).toBeGreaterThan(0);
  expect(await during.rewrapAll()).toBe(0);
  const after = new Vault(db, config({ masterSecret: next, previousSecret: undefined }), random, now);
  expect(await after.person('resident_id', idNumber(1))).toBe(person);
  const kid = await db.prepare('SELECT kid FROM issuing_keys').first<string>('kid');
  expect((await after.issuingKey(kid as string)).kid).toBe(kid);
  expect((await after.service()).public).toEqual((await serviceOf(env as Env).vault.service()).public);
  const lost = new Vault(db, config({ previousSecret: undefined, masterSecret: random(32) }), random, now);
  await expect(lost.person('resident_id', 'x')).rejects.toThrow('MASTER_SECRET');
  // Back to the deployment's own secret for the tests that follow.
  await new Vault(db, config({ masterSecret: old, previousSecret: next }), random, now).rewrapAll();
});

test('a wrapped value cannot stand in for another, nor a row for another row', async () => {
  const vault = new Vault(db, config({}), random, now);
  const sealed = await vault.sealRow('batch:b1:row:0', { a: 1 });
  expect(await vault.openRow('batch:b1:row:0', sealed)).toEqual({ a: 1 });
  await expect(vault.openRow('batch:b1:row:1', sealed)).rejects.toMatchObject({ code: 'ciphertext_wrong' });
  const rows = await db.prepare("SELECT wrapped FROM secrets WHERE name = 'rows-1'").first<string>('wrapped');
  const index = await db.prepare("SELECT wrapped FROM secrets WHERE name = 'index-1'").first<string>('wrapped');
  await db.prepare("UPDATE secrets SET wrapped = ? WHERE name = 'index-1'").bind(rows).run();
  await expect(new Vault(db, config({}), random, now).person('resident_id', 'x')).rejects.toThrow('index-1');
  await db.prepare("UPDATE secrets SET wrapped = ? WHERE name = 'index-1'").bind(index).run();
});

test('issuing keys made at the same moment get numbers of their own', async () => {
  const code = 'S000037000077';
  const made = await Promise.all(
    Array.from({ length: 6 }, () => as(province.city).post<{ kid: string }>(`/v1/organizations/${code}/keys`, {})),
  );
  expect(made.map(({ kid }) => Number(kid.split('-').at(-1))).sort()).toEqual([1, 2, 3, 4, 5, 6]);
});

test('a new issuing key takes over with a new filing; old certificates stay valid', async () => {
  const again = await fileWith(province.city, school.code);
  const { certificates: next } = await certify(province, again, [candidate(11)]);
  const kids = [certificates[0], next[0]].map(
    (one) => String(unverified(String(one?.credential)).header.kid).split('#')[1],
  );
  expect(kids).toEqual([`${school.code}-1`, `${school.code}-2`]);
  for (const one of [certificates[0], next[0]])
    expect(await anyone.get(`/v1/certificates/${one?.number}`)).toMatchObject({ verdict: 'valid' });
});

test.each([
  ['MASTER_SECRET', { MASTER_SECRET: 'short' }],
  ['MASTER_SECRET', { MASTER_SECRET: '' }],
  ['TRUST_ROOT', { TRUST_ROOT: '' }],
  ['TRUST_ROOT_JWKS', { TRUST_ROOT_JWKS: 'x' }],
  ['PUBLIC_ORIGIN', { PUBLIC_ORIGIN: 'example.cn' }],
  ['PUBLIC_ORIGIN', { PUBLIC_ORIGIN: 'https://example.cn/path' }],
])('a deployment without a good %s says so', (name, change) => {
  expect(() => readConfig({ ...(env as Env), ...change })).toThrow(name);
});
