/**
 * The scheduled sweep, when some of what it meets is damaged: each thing is tried on its own, what fails is reported
 * without a word about a person, and nothing behind it waits.
 */
import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { Env } from '../../src/env.ts';
import { serviceOf } from '../../src/env.ts';
import worker from '../../src/index.ts';
import { sweepBatches } from '../../src/service/issue.ts';
import { sweepPhotos } from '../../src/service/photo-packs.ts';
import { sweepFiles } from '../../src/service/procedure/case-files.ts';
import { attempt } from '../../src/service/service.ts';
import type { D1Database } from '../../src/storage/database.ts';
import { insertAttachment, insertPendingPacks, updateDoomed } from '../../src/storage/object-store.ts';
import { Vault } from '../../src/storage/vault.ts';
import {
  approve,
  candidates,
  db,
  files,
  fileWith,
  foundProvince,
  idNumber,
  type Organization,
  order,
  type Province,
  submit,
  testEnv,
} from '../kit.ts';
import { issueStored } from './faults.ts';
import { now } from './forge.ts';

let world: Province;
let school: Organization;
let person = 0;

beforeAll(async () => {
  world = await foundProvince();
  school = await fileWith(world.city, 'S000037000001');
});

const service = () => serviceOf(env as unknown as Env);

/** Numbered, and not a certificate signed. */
async function interrupted(): Promise<string> {
  const batch = await submit(school, candidates(2, (person += 2)));
  const approval = await approve(world, school, batch);
  expect(
    await issueStored(service(), batch.id, { approval, order: await order(school, batch, approval) }, now() - 1),
  ).toMatchObject({ state: 'issuing', issued: 0 });
  return batch.id;
}

const stateOf = (id: string) => db.prepare('SELECT state FROM batches WHERE id = ?').bind(id).first<string>('state');

/** What is logged meanwhile. */
function reports() {
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  return () => log.mock.calls.map(([text]) => JSON.parse(String(text)) as Record<string, unknown>);
}
afterEach(() => vi.restoreAllMocks());

test('one damaged batch is reported, those behind it are finished, and it comes last the next time', async () => {
  const [damaged, ...sound] = [await interrupted(), await interrupted(), await interrupted()];
  await db
    .prepare("UPDATE rows SET facts = replace(facts, '电工', '焊工') WHERE batch = ? AND position = 0")
    .bind(damaged)
    .run();
  const seen = reports();
  expect(await sweepBatches(service(), now() + 20)).toBe(3);
  expect(await Promise.all([damaged, ...sound].map((id) => stateOf(id as string)))).toEqual([
    'issuing',
    'issued',
    'issued',
  ]);
  expect(seen()).toEqual([{ event: 'sweep_failed', task: 'batches', batch: damaged, code: 'register_differs' }]);
  const next = await interrupted();
  const { results } = await db
    .prepare("SELECT id FROM batches WHERE state = 'issuing' ORDER BY lease_until")
    .all<{ id: string }>();
  expect(results.map(({ id }) => id)).toEqual([next, damaged]);
  await db
    .prepare("UPDATE rows SET facts = replace(facts, '焊工', '电工') WHERE batch = ? AND position = 0")
    .bind(damaged)
    .run();
  // Its lease has to run out first.
  expect(await sweepBatches({ ...service(), now: () => now() + 60 }, now() + 80)).toBe(2);
  expect([await stateOf(damaged as string), await stateOf(next)]).toEqual(['issued', 'issued']);
});

test('what the report says of an error that is no refusal is where it happened, not what was stored', async () => {
  const id = await interrupted();
  const sealed = await db
    .prepare('SELECT sealed FROM rows WHERE batch = ? AND position = 0')
    .bind(id)
    .first<string>('sealed');
  const text = '{"disclosures": 欧阳建国';
  const vault = {
    issuingKey: (kid: string) => service().vault.issuingKey(kid),
    openRow: async () => JSON.parse(text) as unknown,
  } as unknown as Vault;
  const spoilt = { ...service(), vault };
  const seen = reports();
  await sweepBatches(spoilt, now() + 20);
  expect(seen()).toEqual([
    { event: 'sweep_failed', task: 'batches', batch: id, name: 'SyntaxError', at: expect.any(Array) },
  ]);
  for (const word of ['欧阳', idNumber(person), sealed as string]) expect(JSON.stringify(seen())).not.toContain(word);
  await sweepBatches({ ...service(), now: () => now() + 60 }, now() + 80);
  expect(await stateOf(id)).toBe('issued');
});

test('a task that fails keeps no other from its turn', async () => {
  const id = await interrupted();
  const failing = {
    prepare: (sql: string) => {
      if (/proofs|bulk_usage/.test(sql)) throw new TypeError(`no ${sql}`);
      return db.prepare(sql);
    },
    batch: (statements: never) => db.batch(statements),
  } as unknown as D1Database;
  const seen = reports();
  await worker.scheduled({}, { ...testEnv, DB: failing } as unknown as Env);
  expect(seen()).toEqual(
    ['proofs', 'usage'].map((task) => ({ event: 'sweep_failed', task, name: 'TypeError', at: expect.any(Array) })),
  );
  expect(await stateOf(id)).toBe('issued');
});

test('a secret that opens under neither master secret does not keep the others under the old one', async () => {
  const [old, next] = [service().config.masterSecret, crypto.getRandomValues(new Uint8Array(32))];
  const vaultWith = (masterSecret: Uint8Array<ArrayBuffer>, previousSecret: Uint8Array<ArrayBuffer> | undefined) =>
    new Vault(db, { ...service().config, masterSecret, previousSecret }, service().random, now);
  const kid = (await db.prepare('SELECT kid FROM issuing_keys ORDER BY kid').first<string>('kid')) as string;
  const wrapped = await db.prepare('SELECT wrapped FROM issuing_keys WHERE kid = ?').bind(kid).first<string>('wrapped');
  const { n } = (await db
    .prepare('SELECT (SELECT count(*) FROM secrets) + (SELECT count(*) FROM issuing_keys) AS n')
    .first<{ n: number }>()) as { n: number };
  await db.prepare("UPDATE issuing_keys SET wrapped = 'nonsense' WHERE kid = ?").bind(kid).run();
  const seen = reports();
  const rewrap = (vault: Vault) => vault.rewrapAll((about, work) => attempt('secrets', about, work));
  expect(await rewrap(vaultWith(next, old))).toBe(n - 1);
  expect(seen()).toEqual([{ event: 'sweep_failed', task: 'secrets', id: kid, name: 'Error', at: expect.any(Array) }]);
  await db.prepare('UPDATE issuing_keys SET wrapped = ? WHERE kid = ?').bind(wrapped, kid).run();
  expect(await vaultWith(old, next).rewrapAll()).toBe(n - 1);
  expect((await vaultWith(old, undefined).issuingKey(kid)).kid).toBe(kid);
});

test('an object that cannot be deleted keeps none of the others', async () => {
  const batches = ['bad', 'good', 'fine'];
  for (const batch of batches) {
    await insertPendingPacks(db, batch, 1, now());
    await updateDoomed(db, batch);
    await insertAttachment(db, {
      owner: school.client.subject,
      sha256: batch,
      type: 'application/pdf',
      size: 1,
      created_at: now() - 100_000,
    });
  }
  const refusing = {
    delete: async (keys: string | string[]) => {
      if ([keys].flat().some((key) => key.includes('bad'))) throw new Error('R2 refuses');
      await files.delete(keys as string);
    },
  };
  const seen = reports();
  expect(await sweepPhotos({ ...service(), files: refusing as never })).toBe(2);
  await sweepFiles({ ...service(), files: refusing as never });
  expect(seen().map(({ task, batch, sha256 }) => [task, batch ?? sha256])).toEqual([
    ['photos', 'bad'],
    ['files', 'bad'],
  ]);
  expect(
    (await db.prepare('SELECT batch AS name FROM photo_packs UNION ALL SELECT sha256 FROM attachments').all()).results,
  ).toEqual([{ name: 'bad' }, { name: 'bad' }]);
});
