/**
 * Names with letters and characters that few fonts have: what the fonts print is issued and printed; what they do not is
 * refused at the upload, naming the character, and nowhere else.
 */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { BulkAnswer } from '../../src/core/bulk-list.ts';
import type { Report } from '../../src/core/report.ts';
import { CallError } from '../../src/sdk/call.ts';
import {
  anyone,
  as,
  candidate,
  certify,
  fileWith,
  foundProvince,
  idNumber,
  type Organization,
  type Province,
  submit,
} from '../kit.ts';
import { resultsOf } from '../plans-kit.ts';
import { fresh, onDay, samplePlan, take, view } from '../procedure-kit.ts';
import { call } from './forge.ts';

/** CJK Extension I: in no font that comes with the product. */
const RARE = '王\u{2ebf0}';
let world: Province;
let school: Organization;

beforeAll(async () => {
  onDay('2026-09-28');
  world = await foundProvince();
  school = await fileWith(world.city, 'S000037000001');
});
afterAll(() => void vi.useRealTimers());

const problemOf = async (work: Promise<unknown>): Promise<Record<string, unknown>> => {
  try {
    return (await work) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof CallError) return error.problem as never;
    throw error;
  }
};

test('Latin Extended is printed, found and checked', async () => {
  onDay('2026-11-02');
  const names = ['Čapek Łukasz', 'Nguyễn Thị Ánh', 'Begić Ñandú-Şahin'];
  const { certificates } = await certify(
    world,
    school,
    names.map((name, n) => candidate(n, { name })),
  );
  for (const [at, name] of names.entries()) {
    const { number } = certificates[at] as { number: string };
    const pdf = await (await as(school.client).take('GET', `/v1/certificates/${number}.pdf`)).arrayBuffer();
    const { text } = await call('POST', '/v1/verify', { 'Content-Type': 'application/pdf' }, new Uint8Array(pdf));
    const report = JSON.parse(text) as Report;
    expect([
      report.verdict,
      report.certificate?.holder.name,
      report.checks.find(({ id }) => id === 'document')?.result,
    ]).toEqual(['valid', name, 'pass']);
    const { results } = await anyone.post<{ results: Report[] }>('/v1/certificates/search', {
      number,
      name: name.toUpperCase(),
    });
    expect(results.map(({ certificate }) => certificate?.holder.name)).toEqual([name]);
  }
});

test('what cannot be printed is refused at the upload, which names the character', async () => {
  const { code, errors } = await problemOf(submit(school, [candidate(10), candidate(11, { name: RARE })]));
  expect(code).toBe('rows_refused');
  expect(errors).toMatchObject([{ row: 2, field: 'name', code: 'glyph_missing' }]);
  expect((errors as { message: string }[])[0]?.message).toContain('\u{2ebf0} (U+2EBF0)');
});

test('searching and checking lists takes such a name', async () => {
  const { certificates } = await certify(world, school, [candidate(20)]);
  const { number } = certificates[0] as { number: string };
  expect(await problemOf(anyone.post('/v1/certificates/search', { number, name: RARE }))).toMatchObject({
    status: 404,
    code: 'no_match',
  });
  const { text } = await call(
    'POST',
    '/v1/verify/bulk',
    { 'Content-Type': 'application/x-ndjson' },
    `${JSON.stringify({ number, name: RARE })}\n`,
  );
  expect(JSON.parse(text.split('\n')[0] as string) as BulkAnswer).toMatchObject({
    number,
    verdict: 'valid',
    name: 'no_match',
  });
});

test('plans, rosters and results take it; the batch made of them is where it is refused', async () => {
  const sample = samplePlan('2026-10-19', 2);
  const roster = sample.roster.map((entry, i) => ({
    ...entry,
    id_number: idNumber(30 + i),
    ...(i === 1 ? { name: RARE } : {}),
  }));
  const staff = sample.staff.map((member) => ({ ...member, name: `${RARE}${member.name}` }));
  const plan = { ...sample, roster, staff };
  const planAbout = fresh('plan');
  const about = fresh('results');
  onDay('2026-10-12');
  await take(school.client, planAbout, 'plan.file', plan);
  onDay('2026-10-19T17:00');
  await take(school.client, about, 'results.publish', resultsOf(planAbout, plan));
  expect(await view(world.city, about)).toMatchObject({ state: 'notice' });
  onDay('2026-10-27');
  const { code, errors } = await problemOf(as(school.client).post(`/v1/results/${about}/batch`, {}));
  expect([code, errors]).toMatchObject(['rows_refused', [{ code: 'glyph_missing', field: 'name' }]]);
});
