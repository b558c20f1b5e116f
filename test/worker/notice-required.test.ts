/** A deployment that requires the notice (REQUIRE_NOTICE=yes) after it went without: what is under way, and what is not. */
import { env } from 'cloudflare:workers';
import { beforeAll, expect, test } from 'vitest';
import { app } from '../../src/app.ts';
import { type Env, serviceOf } from '../../src/env.ts';
import { Caller } from '../../src/sdk/call.ts';
import { approveBatch, type Identity } from '../../src/sdk/sign.ts';
import { sweepBatches } from '../../src/service/issue.ts';
import type { Service } from '../../src/service/service.ts';
import {
  approve,
  as,
  candidates,
  db,
  fileWith,
  foundProvince,
  ORIGIN,
  type Organization,
  order,
  type Province,
  submit,
} from '../kit.ts';
import { take } from '../procedure-kit.ts';
import { Fault, faultyDatabase, issueStored } from './faults.ts';

let world: Province;
let school: Organization;
/** The same Worker, with the setting. */
const strict = {
  ...(env as unknown as Env),
  REQUIRE_NOTICE: 'yes',
  DB: { prepare: (sql: string) => db.prepare(sql), batch: (all: never) => db.batch(all) },
} as unknown as Env;
const there = (who: Identity) =>
  new Caller(ORIGIN, who, { fetch: async (url, init) => app.fetch(new Request(url, init), strict) });
const NOTICE = { problem: { status: 409, code: 'notice_required' } };

beforeAll(async () => {
  world = await foundProvince();
  school = await fileWith(world.city, 'S000037000001');
});

test('a batch without a notice is approved and numbered no more, and can be returned', async () => {
  const [fresh, approved] = [await submit(school, candidates(1)), await submit(school, candidates(1, 1))];
  const approval = await approve(world, school, approved);
  await expect(
    there(world.city).post(`/v1/batches/${fresh.id}/approvals`, { approval: await approveBatch(world.city, fresh) }),
  ).rejects.toMatchObject(NOTICE);
  await expect(
    there(school.client).post(`/v1/batches/${approved.id}/issue`, {
      approval,
      order: await order(school, approved, approval),
    }),
  ).rejects.toMatchObject(NOTICE);
  await expect(there(school.client).post('/v1/batches', { candidates: candidates(1, 2) })).rejects.toMatchObject(
    NOTICE,
  );
  expect(await db.prepare('SELECT count(*) AS n FROM orders').first('n')).toBe(0);
  expect(await take(world.city, `batch:${approved.id}`, 'batch.return', { reason: '请先公示' })).toMatchObject({
    state: 'returned',
  });
});

test('a batch that was numbered before finishes, by the same call and by the sweep', async () => {
  const lenient = serviceOf(env as Env);
  for (const [from, finish] of [
    [10, 'call'],
    [20, 'sweep'],
  ] as const) {
    const batch = await submit(school, candidates(3, from));
    const approval = await approve(world, school, batch);
    const tokens = { approval, order: await order(school, batch, approval) };
    const cut = { ...lenient, db: faultyDatabase(db, 2, 'killed before writing').db };
    await expect(issueStored(cut, batch.id, tokens, lenient.now() + 20)).rejects.toThrow(Fault);
    expect(await as(school.client).get(`/v1/batches/${batch.id}`)).toMatchObject({ state: 'issuing' });
    const later: Service = { ...serviceOf(strict), now: () => lenient.now() + 40 };
    if (finish === 'call') await issueStored(later, batch.id, tokens, later.now() + 20);
    else await sweepBatches(later, later.now() + 20);
    expect(await as(school.client).get(`/v1/batches/${batch.id}`)).toMatchObject({ state: 'issued', issued: 3 });
  }
});
