/**
 * Working days at their edges against the real Worker: midnight and clocks that differ, announcements on their way, one
 * that is withdrawn. What the register legally took, its trail does not call broken; what was withdrawn shortens nothing.
 */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Body } from '../../src/core/procedure/bodies.ts';
import { signStep } from '../../src/core/procedure/read-case.ts';
import type { StepName } from '../../src/core/procedure/steps.ts';
import type { TrailReport } from '../../src/core/procedure/trail.ts';
import { announceYear, withdraw } from '../../src/sdk/sign.ts';
import { selectCase } from '../../src/storage/case-store.ts';
import {
  anyone,
  approve,
  as,
  db,
  fileWith,
  foundProvince,
  idNumber,
  issue,
  ORIGIN,
  type Organization,
  type Province,
} from '../kit.ts';
import { type Made, resultsOf } from '../plans-kit.ts';
import { cases, fresh, onDay, samplePlan, take, view } from '../procedure-kit.ts';

let world: Province;
let school: Organization;
let person = 5000;

const seconds = (): number => Math.floor(Date.now() / 1000);
/** Sets the clock to a moment in Shanghai, seconds and all. */
const at = (moment: string): void => void vi.setSystemTime(new Date(`${moment}+08:00`));
const announce = async (holidays: string[], iat = seconds()) =>
  as(world.province).post<{ jti: string }>('/v1/calendars', {
    statement: await announceYear(
      world.province,
      { year: 2027, holidays, workdays: [], source: '国办发明电〔2026〕9号' },
      { iat },
    ),
  });
const SHORT = ['2027-01-01'];
const LONG = ['2027-01-01', '2027-01-04', '2027-01-05'];

/** Takes a step of the school's, signed so many seconds from the register's clock. */
async function step<S extends StepName>(about: string, name: S, body: Body<S>, shift: number): Promise<void> {
  const row = await selectCase(db, about);
  const statement = await signStep(
    school.client,
    { aud: ORIGIN, about, step: name, seq: row?.seq ?? 0, last: row?.last, body },
    seconds() + shift,
    crypto.randomUUID(),
  );
  await as(school.client).post('/v1/steps', { statement, body });
}

async function publish(moment: string, shift = 0): Promise<{ about: string; plan: string; body: Body<'plan.file'> }> {
  onDay('2026-12-01');
  const [plan, about] = [fresh('plan'), fresh('results')];
  const sample = samplePlan('2026-12-18', 1);
  person += 1;
  const body = { ...sample, roster: sample.roster.map((entry) => ({ ...entry, id_number: idNumber(person) })) };
  await take(school.client, plan, 'plan.file', body);
  at(moment);
  await step(about, 'results.publish', resultsOf(plan, body), shift);
  return { about, plan, body };
}

async function upload(about: string, shift = 0): Promise<Made> {
  const made = await as(school.client).post<Made>(`/v1/results/${about}/batch`, {});
  await step(about, 'results.upload', { batch: made.id, root: made.root, count: made.count }, shift);
  return made;
}

/** The trail of what was uploaded, once it is issued. */
async function trailOf(made: Made): Promise<{ trail: { cases: { about: string }[] }; report: TrailReport }> {
  const ref = { ...made, batch: made.id, aud: ORIGIN, organization: school.code };
  await issue(school, ref, await approve(world, school, ref));
  const { certificates } = await as(school.client).get<{ certificates: { number: string }[] }>(
    `/v1/batches/${made.id}/certificates`,
  );
  return as(world.city).get(`/v1/certificates/${certificates[0]?.number}/trail?people=all`);
}

async function expectHolds(made: Made): Promise<void> {
  const { report } = await trailOf(made);
  expect([report.holds, report.links.filter(({ result }) => result !== 'pass')]).toEqual([true, []]);
}

beforeAll(async () => {
  onDay('2026-09-15');
  world = await foundProvince();
  school = await fileWith(world.city, 'S000037000001');
  onDay('2026-11-20');
  await announce(SHORT);
});
afterAll(() => void vi.useRealTimers());

test('published just before midnight, by a clock that is ahead', async () => {
  const { about } = await publish('2026-12-21T23:59:40', 40);
  at('2026-12-29T09:00:00');
  await expectHolds(await upload(about));
});

test('uploaded just after midnight, and signed just before', async () => {
  const { about } = await publish('2026-12-21T10:00:00');
  at('2026-12-29T00:00:20');
  await expectHolds(await upload(about, -40));
});

test('an objection to results that were withdrawn is in the trail of those that were published instead', async () => {
  const { about, plan, body } = await publish('2026-12-21T10:00:00');
  await anyone.post(`/v1/notices/${about.slice('results:'.length)}/objections`, { grounds: '第二行考试当日未到场' });
  const [objection] = await cases(school.client, `?kind=objection&parent=${about}`);
  await take(school.client, about, 'results.withdraw', { reason: '重新评分' });
  const again = fresh('results');
  await take(school.client, again, 'results.publish', resultsOf(plan, body));
  await take(school.client, objection?.about as string, 'objection.reject', { reason: '成绩无误' });
  at('2026-12-29T12:00:00');
  const { trail, report } = await trailOf(await upload(again));
  expect(trail.cases.map(({ about: one }) => one)).toContain(objection?.about);
  expect(report.holds).toBe(true);
});

test('a withdrawn announcement brings the longer one back: on the page, for objections and at the gate alike', async () => {
  at('2026-12-26T12:00:00');
  await announce(LONG);
  at('2026-12-26T12:00:05');
  const { jti } = await announce(SHORT);
  const { about } = await publish('2026-12-28T12:00:00');
  expect((await view(school.client, about)).due).toBe('2027-01-05');
  at('2026-12-30T12:00:00');
  await as(world.province).post('/v1/withdrawals', { statement: await withdraw(world.province, { jti }) });
  expect((await view(school.client, about)).due).toBe('2027-01-07');
  at('2027-01-06T12:00:00');
  const id = about.slice('results:'.length);
  expect(await anyone.get(`/v1/notices/${id}`)).toMatchObject({ state: 'running', until: '2027-01-07' });
  expect(await anyone.post(`/v1/notices/${id}/objections`, { grounds: '第二行考试当日未到场' })).toMatchObject({
    code: expect.any(String),
  });
  await expect(upload(about)).rejects.toMatchObject({ problem: { code: 'notice_running', until: '2027-01-07' } });
});

test('an announcement signed before the upload and submitted after it does not undo the upload', async () => {
  at('2026-12-30T13:00:00');
  await announce(SHORT);
  const { about } = await publish('2026-12-30T14:00:00');
  expect((await view(school.client, about)).due).toBe('2027-01-07');
  at('2027-01-08T09:00:00');
  const signed = seconds();
  at('2027-01-08T09:01:00');
  const made = await upload(about);
  at('2027-01-08T09:03:20');
  await announce([...LONG, '2027-01-06'], signed);
  await expectHolds(made);
});
