/** Reviews and audit trails against the real Worker: who sees what, and that what is exported holds and breaks. */
import { beforeAll, expect, test } from 'vitest';
import { isRefusal } from '../../src/base/refusal.ts';
import { Reading, requireShown, rowWords, type ShownRow } from '../../src/core/approved-rows.ts';
import { openDirectory } from '../../src/core/directory.ts';
import { checkTrail, type TrailReport } from '../../src/core/procedure/trail.ts';
import { readTrailFile, type TrailFile } from '../../src/core/procedure/trail-links.ts';
import { Memo } from '../../src/core/statement.ts';
import type { Review } from '../../src/service/procedure/reviews.ts';
import {
  as,
  candidates,
  certify,
  fileWith,
  foundProvince,
  type Organization,
  type Province,
  type Submitted,
  submit,
} from '../kit.ts';

let world: Province;
let school: Organization;
let plant: Organization;
let waiting: Submitted;
let number: string;
beforeAll(async () => {
  world = await foundProvince();
  school = await fileWith(world.city, 'S000037000001');
  plant = await fileWith(world.province, 'Y000037000002', { name: '山东重工集团' });
  number = ((await certify(world, school, candidates(2))).certificates[0] as { number: string }).number;
  waiting = await submit(school, candidates(3, 50));
  await submit(plant, candidates(1, 80));
});

test('a centre sees the batches within its reach, and whose approval they wait for', async () => {
  const list = async (who = world.province, query = '') =>
    (await as(who).get<{ reviews: Review[] }>(`/v1/reviews${query}`)).reviews;
  expect((await list(world.city)).map(({ organization, missing }) => [organization, missing]).sort()).toEqual([
    [school.code, null],
    [school.code, 'city'],
  ]);
  expect((await list(world.province, '?missing=province')).map(({ organization }) => organization)).toEqual([
    plant.code,
  ]);
  expect((await list()).length).toBe(3);
});

test('rows are read by one rule: altered, exchanged or other rows are refused', async () => {
  const { rows } = await as(world.city).get<{ rows: ShownRow[] }>(`/v1/batches/${waiting.id}/rows`);
  const read = (shown: ShownRow[], root = waiting.root) => {
    const reading = new Reading();
    try {
      reading.add(shown);
      return reading.root({ root, count: waiting.count });
    } catch (error) {
      if (isRefusal(error)) return error.code;
      throw error;
    }
  };
  expect(read(rows)).toBe(waiting.root);
  const [a, b] = rows as [ShownRow, ShownRow, ShownRow];
  expect(read([{ ...a, masked_name: '王**' }, ...rows.slice(1)])).toBe('rows_differ');
  expect(read([{ ...a, disclosures: b.disclosures }, ...rows.slice(1)])).toBe('disclosure_not_signed');
  expect(read([{ ...a, level: 1 }, ...rows.slice(1)])).toBe('root_differs');
  expect(read(rows.slice(0, 2))).toBe('root_differs');
  const reading = new Reading();
  reading.add(rows);
  const words = rowWords(reading.rows[0] as (typeof reading.rows)[number]);
  requireShown(new Map([[0, words]]), reading.rows);
  expect(() => requireShown(new Map([[0, words.with(1, '王小明')]]), reading.rows)).toThrow();
  // The certificate that a row replaces is signed over, so it is looked at too.
  expect(() => requireShown(new Map([[0, [...words, 'S000037000001263000001']]]), reading.rows)).toThrow();
  expect(
    rowWords({ ...(reading.rows[0] as (typeof reading.rows)[number]), replaces: 'S000037000001263000001' }),
  ).toEqual([...words, 'S000037000001263000001']);
});

test('a trail holds offline under the root, and not when a byte of it is another', async () => {
  const { trail, report } = await as(world.city).get<{ trail: TrailFile; report: TrailReport }>(
    `/v1/certificates/${number}/trail`,
  );
  expect(report).toMatchObject({ number, holds: true, complete: false });
  expect(new Set(report.entries.map(({ group }) => group))).toEqual(
    new Set(['certificate', 'order', 'approval', 'client', 'filing', 'centre']),
  );
  const file = readTrailFile(JSON.parse(JSON.stringify(trail)));
  const check = async (one: TrailFile, root = world.root.kid) =>
    checkTrail(
      one,
      await openDirectory({ thumbprints: [root], roots: one.roots }, one.statements.centres, new Memo()),
      one.made_at,
    );
  expect((await check(file)).holds).toBe(true);
  expect((await check(file, 'A'.repeat(43))).holds).toBe(false);
  expect((await check({ ...file, order: file.approval })).holds).toBe(false);
  let code = '';
  try {
    readTrailFile({ ...trail, cases: 1 });
  } catch (error) {
    if (isRefusal(error)) code = error.code;
  }
  expect(code).toBe('trail_malformed');
});
