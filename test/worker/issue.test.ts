/**
 * Issuing under faults and concurrency. The fault table takes every write of the path, in every way it can go
 * wrong, then repeats the call as a client would (or lets the cron sweep run), and re-checks all invariants.
 */

import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, test } from 'vitest';
import { Recent } from '../../src/base/bounded.ts';
import { Memo } from '../../src/core/statement.ts';
import type { Env } from '../../src/env.ts';
import { serviceOf } from '../../src/env.ts';
import { sweepBatches } from '../../src/service/issue.ts';
import { drawStatusIndexes } from '../../src/service/issue-gate.ts';
import type { Service } from '../../src/service/service.ts';
import {
  approve,
  as,
  candidate,
  candidates,
  db,
  fileWith,
  foundProvince,
  issue,
  type Organization,
  order,
  type Province,
  submit,
} from '../kit.ts';
import { Fault, faultyDatabase, issueStored, type Mode } from './faults.ts';
import { expectInvariants } from './invariants.ts';

let province: Province;
let school: Organization;
let person = 0;
const fresh = (count: number) => {
  person += count;
  return candidates(count, person - count);
};
const nowSeconds = () => Math.floor(Date.now() / 1000);

/** A service as a new process would have it: nothing remembered. */
const serviceWith = (change: Partial<Service> = {}): Service => ({
  ...serviceOf(env as Env),
  memo: new Memo(),
  lately: { batches: new Recent(10), rows: new Recent(10) },
  intact: new Recent(10),
  verified: new Recent(10),
  directories: new Recent(10),
  ...change,
});

beforeAll(async () => {
  province = await foundProvince();
  school = await fileWith(province.city, 'S000037000001');
});

/** A faultless run names the writes that the table goes through. */
async function writesOfOneRun(rows: number): Promise<string[]> {
  const batch = await submit(school, fresh(rows));
  const approval = await approve(province, school, batch);
  const { db: counting, writes } = faultyDatabase(db, -1, 'failed');
  await issueStored(
    serviceWith({ db: counting }),
    batch.id,
    { approval, order: await order(school, batch, approval) },
    nowSeconds() + 20,
  );
  return writes;
}

const MODES: Mode[] = ['failed', 'persisted', 'killed before writing', 'killed after writing'];

describe('fault table', () => {
  // Two chunks of signatures, so that a fault can fall between them.
  const ROWS = 210;

  test('the path has the writes that the table covers', async () => {
    expect(await writesOfOneRun(ROWS)).toEqual([
      'batch', // number
      'UPDATE batches SET', // lease
      'INSERT INTO credentials', // sign, first chunk
      'UPDATE batches SET', // lease, renewed
      'INSERT INTO credentials', // sign, second chunk
      'UPDATE batches SET', // lease, renewed
      'UPDATE batches SET', // close
    ]);
  });

  test.each(MODES.flatMap((mode) => [0, 1, 2, 3, 4, 5, 6].map((at) => ({ mode, at }))))(
    'write $at $mode, then the call again',
    async ({ mode, at }) => {
      const batch = await submit(school, fresh(ROWS));
      const approval = await approve(province, school, batch);
      const tokens = { approval, order: await order(school, batch, approval) };
      const faulty = faultyDatabase(db, at, mode);
      await expect(issueStored(serviceWith({ db: faulty.db }), batch.id, tokens, nowSeconds() + 20)).rejects.toThrow(
        Fault,
      );
      const before = await stored(batch.id);
      // A dead signer still holds its lease: the next one comes after it has run out.
      const later = serviceWith({ now: () => nowSeconds() + 40 });
      expect(await issueStored(later, batch.id, tokens, nowSeconds() + 60)).toMatchObject({
        state: 'issued',
        issued: ROWS,
      });
      // What was signed before the fault stays as it was.
      expect(await stored(batch.id)).toMatchObject(before);
    },
  );

  test('what holds after all of it', expectInvariants);

  test('the cron sweep finishes what nobody repeats', async () => {
    const batch = await submit(school, fresh(ROWS));
    const approval = await approve(province, school, batch);
    const faulty = faultyDatabase(db, 3, 'killed before writing');
    await expect(
      issueStored(
        serviceWith({ db: faulty.db }),
        batch.id,
        { approval, order: await order(school, batch, approval) },
        nowSeconds() + 20,
      ),
    ).rejects.toThrow(Fault);
    expect(await as(school.client).get(`/v1/batches/${batch.id}`)).toMatchObject({
      state: 'issuing',
      issued: 200,
      count: ROWS,
    });
    expect(await sweepBatches(serviceWith(), nowSeconds() + 20)).toBe(0);
    expect(await sweepBatches(serviceWith({ now: () => nowSeconds() + 40 }), nowSeconds() + 60)).toBe(1);
    expect(await as(school.client).get(`/v1/batches/${batch.id}`)).toMatchObject({ state: 'issued', issued: ROWS });
  });
});

/** Signatures stored for a batch, by number. */
async function stored(batch: string): Promise<Record<string, string>> {
  const { results } = await db
    .prepare(
      'SELECT k.number, k.credential FROM credentials k JOIN certificates c ON c.number = k.number WHERE c.batch = ?',
    )
    .bind(batch)
    .all<{ number: string; credential: string }>();
  return Object.fromEntries(results.map((row) => [row.number, row.credential]));
}

test('20 calls at once over several batches of one organization', async () => {
  const prepared = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const batch = await submit(school, fresh(30));
      return { batch, approval: await approve(province, school, batch) };
    }),
  );
  const calls = Array.from({ length: 20 }, (_, i) => prepared[i % 5] as (typeof prepared)[number]).map(
    ({ batch, approval }) => issue(school, batch, approval),
  );
  for (const done of await Promise.all(calls)) expect(done).toMatchObject({ state: 'issued', issued: 30 });
  await expectInvariants();
});

test('two batches with the same person, approved at once: one is issued, the other refused as a whole', async () => {
  const shared = candidate(person++);
  const prepared = await Promise.all(
    [0, 1].map(async () => {
      const batch = await submit(school, [...fresh(3), shared]);
      return { batch, approval: await approve(province, school, batch) };
    }),
  );
  const outcomes = await Promise.allSettled(prepared.map(({ batch, approval }) => issue(school, batch, approval)));
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const refused = outcomes.find((one) => one.status === 'rejected') as PromiseRejectedResult;
  expect(refused.reason).toMatchObject({ problem: { status: 409, code: 'already_certified' } });
  await expectInvariants();
  // From now on the upload itself says so, naming the row.
  await expect(submit(school, [...fresh(1), shared])).rejects.toMatchObject({
    problem: { code: 'rows_refused', errors: [{ row: 2, field: 'id_number', code: 'already_certified' }] },
  });
});

test('serials end at 999999, and a batch that would pass the end is refused as a whole', async () => {
  const small = await fileWith(province.city, 'S000037000009');
  const year = new Date(Date.now() + 8 * 3_600_000).getUTCFullYear();
  await db
    .prepare('INSERT INTO serials (organization, year, level, last) VALUES (?, ?, 3, 999998)')
    .bind(small.code, year)
    .run();
  const two = await submit(small, fresh(2));
  const approval = await approve(province, small, two);
  await expect(issue(small, two, approval)).rejects.toMatchObject({
    problem: { status: 409, code: 'serials_exhausted' },
  });
  expect(
    await db.prepare('SELECT count(*) AS n FROM certificates WHERE organization = ?').bind(small.code).first('n'),
  ).toBe(0);
  const one = await submit(small, fresh(1));
  await issue(small, one, await approve(province, small, one));
  expect(
    await db.prepare('SELECT number FROM certificates WHERE organization = ?').bind(small.code).first('number'),
  ).toBe(`${small.code}${year % 100}3999999`);
  await db.prepare('DELETE FROM serials WHERE organization = ?').bind(small.code).run();
});

test('capacity is checked at upload and again when numbers are given', async () => {
  const small = await fileWith(province.city, 'S000037000008', { annual_capacity: 5 });
  await expect(submit(small, fresh(6))).rejects.toMatchObject({
    problem: { status: 422, code: 'capacity_exceeded', allowed: 5, used: 0, count: 6 },
  });
  const [first, second] = [await submit(small, fresh(3)), await submit(small, fresh(3))];
  await issue(small, first, await approve(province, small, first));
  await expect(issue(small, second, await approve(province, small, second))).rejects.toMatchObject({
    problem: { status: 422, code: 'capacity_exceeded' },
  });
});

test('a replacement: approved like any row, the old number points to the new', async () => {
  const original = candidate(person++, { name: '张三' });
  const first = await submit(school, [original]);
  await issue(school, first, await approve(province, school, first));
  const old = (
    await as(school.client).get<{ certificates: { number: string }[] }>(`/v1/batches/${first.id}/certificates`)
  ).certificates[0]?.number as string;
  await expect(submit(school, [{ ...original, replaces: 'S000037000001263999999' }])).rejects.toMatchObject({
    problem: { errors: [{ field: 'replaces', code: 'replaces_not_live' }, { code: 'already_certified' }] },
  });
  const second = await submit(school, [{ ...original, name: '章三', replaces: old }]);
  await issue(school, second, await approve(province, school, second));
  const next = (
    await as(school.client).get<{ certificates: { number: string }[] }>(`/v1/batches/${second.id}/certificates`)
  ).certificates[0]?.number as string;
  expect(await as(school.client).get(`/v1/certificates/${old}`)).toMatchObject({
    verdict: 'replaced',
    replaced_by: next,
  });
  expect(await as(school.client).get(`/v1/certificates/${next}`)).toMatchObject({
    verdict: 'valid',
    certificate: { replaces: old },
  });
  await expect(submit(school, [{ ...original, name: '章三', replaces: old }])).rejects.toMatchObject({
    problem: { code: 'rows_refused' },
  });
});

test('places for a batch of the largest size are drawn without repeat', async () => {
  const { indexes } = await drawStatusIndexes(serviceWith(), 10_000);
  expect(new Set(indexes).size).toBe(10_000);
  expect(indexes.every((index) => index >= 0 && index < 131_072)).toBe(true);
});
