/**
 * Announcements of working days (节假日安排) against the real Worker: the procedure goes on past the years that the program
 * brings, corrections lengthen what runs and never shorten it, and who may announce what.
 */
import { env } from 'cloudflare:workers';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { announceMissing, demonstrationDays, momentsFor } from '../../src/cli/world.ts';
import { openDirectory } from '../../src/core/directory.ts';
import { checkTrail } from '../../src/core/procedure/trail.ts';
import { readTrailFile } from '../../src/core/procedure/trail-links.ts';
import { Memo, unverified } from '../../src/core/statement.ts';
import type { Env } from '../../src/env.ts';
import worker from '../../src/index.ts';
import { CallError } from '../../src/sdk/call.ts';
import { announceYear, type Identity, withdraw } from '../../src/sdk/sign.ts';
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
import { resultsOf } from '../plans-kit.ts';
import { fresh, onDay, samplePlan, take, view } from '../procedure-kit.ts';

let world: Province;
let school: Organization;

const seconds = (): number => Math.floor(Date.now() / 1000);
const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'taken';
  } catch (error) {
    if (error instanceof CallError) return `${error.problem.status}:${error.problem.code}`;
    throw error;
  }
};

const DAYS = { year: 2027, holidays: ['2027-01-01'], workdays: [] as string[], source: '国办发明电〔2026〕9号' };
const announce = async (change: Partial<typeof DAYS> = {}, who: Identity = world.province, iat = seconds()) =>
  as(who).post<{ jti: string }>('/v1/calendars', {
    statement: await announceYear(who, { ...DAYS, ...change }, { iat }),
  });
const html = async (who: Identity, path: string): Promise<string> =>
  (await as(who).send('GET', `/desk/view/${path}`)).text();

/** Results of an exam on 18 December 2026, published on a day. */
async function publish(day: string): Promise<string> {
  onDay('2026-12-01');
  const [plan, about] = [fresh('plan'), fresh('results')];
  const body = samplePlan('2026-12-18');
  await take(school.client, plan, 'plan.file', body);
  onDay(day);
  await take(school.client, about, 'results.publish', resultsOf(plan, body));
  return about;
}

const makeBatch = (about: string) =>
  as(school.client).post<{ id: string; root: string; count: number }>(`/v1/results/${about}/batch`, {});
const untilOf = async (about: string) => (({ due, facts }) => [due, facts.until])(await view(school.client, about));

beforeAll(async () => {
  onDay('2026-09-15');
  world = await foundProvince();
  school = await fileWith(world.city, 'S000037000001');
});
afterAll(() => void vi.useRealTimers());

test('the province is reminded from October on, until the coming year is announced', async () => {
  const reminder = '节假日安排待公布（2027 年）';
  expect(await html(world.province, 'home')).not.toContain(reminder);
  onDay('2026-10-01');
  expect(await html(world.province, 'home')).toContain(reminder);
  expect(await html(world.city, 'home')).not.toContain('节假日安排');
  expect(await html(world.province, 'calendar')).toContain('value="2027"');
  expect(await html(world.city, 'calendar')).toContain('role_wrong');
});

test('from 25 December the procedure stops until the province announces the year, and goes on at once', async () => {
  await expect(publish('2026-12-25')).rejects.toMatchObject({
    problem: { status: 422, code: 'calendar_not_covered', year: 2027 },
  });
  const plan = async () => codeOf(take(school.client, fresh('plan'), 'plan.file', samplePlan('2027-02-01')));
  onDay('2026-12-28');
  expect(await plan()).toBe('422:calendar_not_covered');
  const { jti } = await announce();
  const { calendars } = await anyone.get<{ calendars: string[] }>('/.well-known/trust.json');
  expect(calendars).toHaveLength(1);
  expect(await plan()).toBe('taken');
  expect(await html(world.province, 'home')).not.toContain('节假日安排待公布');
  expect(await html(world.province, 'calendar')).toContain(DAYS.source);
  const about = await publish('2026-12-25');
  expect(await untilOf(about)).toEqual(['2027-01-04', '2027-01-04']);
  expect(jti).toMatch(/^[0-9a-f-]{36}$/);
});

test('a correction lengthens a notice that runs, on its page and at the gate, and none shortens it', async () => {
  onDay('2026-12-28');
  await announce();
  const about = await publish('2026-12-28');
  expect(await untilOf(about)).toEqual(['2027-01-05', '2027-01-05']);
  onDay('2026-12-29');
  await announce({ holidays: ['2027-01-01', '2027-01-04', '2027-01-05'] });
  expect(await untilOf(about)).toEqual(['2027-01-07', '2027-01-07']);
  expect((await anyone.get<{ until: string }>(`/v1/notices/${about.slice('results:'.length)}`)).until).toBe(
    '2027-01-07',
  );
  onDay('2027-01-06');
  await expect(makeBatch(about)).rejects.toMatchObject({ problem: { code: 'notice_running', until: '2027-01-07' } });
  await announce({ workdays: ['2027-01-02', '2027-01-03'] });
  expect(await untilOf(about)).toEqual(['2027-01-07', '2027-01-07']);
  expect(await codeOf(makeBatch(about))).toBe('409:notice_running');
  onDay('2027-01-08');
  const made = await makeBatch(about);
  await take(school.client, about, 'results.upload', { batch: made.id, root: made.root, count: made.count });

  // The trail carries the announcements and counts by them.
  const ref = { ...made, batch: made.id, aud: ORIGIN, organization: school.code };
  await issue(school, ref, await approve(world, school, ref));
  const { certificates } = await as(school.client).get<{ certificates: { number: string }[] }>(
    `/v1/batches/${made.id}/certificates`,
  );
  const answer = await as(world.city).get<{ trail: unknown }>(
    `/v1/certificates/${certificates[0]?.number}/trail?people=all`,
  );
  const trail = readTrailFile(answer.trail);
  const check = async (file: typeof trail) =>
    checkTrail(
      file,
      await openDirectory(
        { thumbprints: [world.root.kid], roots: [world.root.jwk] },
        file.statements.centres,
        new Memo(),
        file.statements.withdrawals,
      ),
      seconds(),
    );
  const report = await check(trail);
  expect(trail.statements.calendars.length).toBeGreaterThanOrEqual(3);
  expect(report.links.filter(({ id }) => ['plan_in_time', 'notice_ran'].includes(id))).toEqual([
    { id: 'plan_in_time', result: 'pass' },
    { id: 'notice_ran', result: 'pass' },
  ]);
  expect(report.entries.filter(({ group, result }) => group === 'calendar' && result === 'pass')).toHaveLength(
    trail.statements.calendars.length,
  );
  expect(report.holds).toBe(true);
  const without = await check({ ...trail, statements: { ...trail.statements, calendars: [] } });
  expect(without.links.find(({ id }) => id === 'notice_ran')).toEqual({
    id: 'notice_ran',
    result: 'not_checked',
    code: 'calendar_not_covered',
  });
});

test('a notice whose publication crossed a correction is held at the gate, and the sweep mends its end', async () => {
  onDay('2027-02-01');
  const [plan, about] = [fresh('plan'), fresh('results')];
  const body = samplePlan('2027-02-20');
  await take(school.client, plan, 'plan.file', body);
  onDay('2027-02-22');
  await take(school.client, about, 'results.publish', resultsOf(plan, body));
  const [before] = await untilOf(about);
  await announce({ holidays: ['2027-01-01', '2027-02-24'] });
  // As if it had been counted just before and stored just after.
  await db
    .prepare("UPDATE cases SET due = ?1, facts = json_set(facts, '$.until', ?1) WHERE about = ?2")
    .bind(before, about)
    .run();
  onDay('2027-03-02');
  expect([before, await codeOf(makeBatch(about))]).toEqual(['2027-03-01', '409:notice_running']);
  onDay('2027-02-22T10:05');
  await worker.scheduled({}, env as unknown as Env);
  expect(await untilOf(about)).toEqual(['2027-03-02', '2027-03-02']);
});

test('who may announce what', async () => {
  onDay('2027-03-01');
  expect(await codeOf(announce({}, world.city))).toBe('403:role_wrong');
  // Signed with a city's key in the province's name, and submitted by the province.
  const forged = await announceYear({ ...world.city, subject: 'centre:3700' }, DAYS);
  expect(await codeOf(as(world.province).post('/v1/calendars', { statement: forged }))).toBe('403:authority_missing');
  expect(
    await codeOf(
      as(world.province).post('/v1/calendars', {
        statement: await announceYear({ ...world.root, subject: 'centre:3700', token: '' }, DAYS),
      }),
    ),
  ).toBe('403:key_unknown');
  expect(await codeOf(announce({ year: 2026, holidays: ['2026-12-31'] }))).toBe('422:calendar_year_over');
  expect(await codeOf(announce({ year: 2033, holidays: ['2033-01-03'] }))).toBe('422:calendar_year_far');
  expect(await codeOf(announce({ workdays: ['2027-03-01'] }))).toBe('422:calendar_day_wrong');
  expect(await codeOf(announce({ holidays: ['2027-02-30'] }))).toMatch(/day_malformed$/);
  expect(
    await codeOf(
      announce({
        holidays: Array.from(
          { length: 41 },
          (_, i) => `2027-0${1 + Math.floor(i / 28)}-${String(1 + (i % 28)).padStart(2, '0')}`,
        ),
      }),
    ),
  ).toMatch(/claims_malformed$/);
  expect(await codeOf(announce({ holidays: [] }))).toMatch(/claims_malformed$/);
  expect(await codeOf(announce({}, world.province, seconds() - 400))).toMatch(/statement_expired$/);
  expect(await codeOf(announce({}, world.province, seconds() + 120))).toMatch(/statement_not_yet_valid$/);
  const statement = await announceYear(world.province, { ...DAYS, holidays: ['2027-01-01', '2027-05-03'] });
  const first = await as(world.province).send('POST', '/v1/calendars', { body: { statement } });
  const again = await as(world.province).send('POST', '/v1/calendars', { body: { statement } });
  expect([first.status, again.status]).toEqual([201, 200]);
});

test('an announcement that was withdrawn counts no longer, and shortens nothing', async () => {
  onDay('2027-10-12');
  // The filing of before lasts a year.
  school = await fileWith(world.city, 'S000037000003', { name: '济南长清职业培训学校' });
  const { jti } = await announce({ year: 2028, holidays: ['2028-01-03'] });
  await announce({ holidays: ['2027-01-01', '2027-10-13'] });
  const [plan, about] = [fresh('plan'), fresh('results')];
  const sample = samplePlan('2027-11-01');
  // Other people than those who hold a certificate by now.
  const body = { ...sample, roster: sample.roster.map((entry, i) => ({ ...entry, id_number: idNumber(i + 500) })) };
  await take(school.client, plan, 'plan.file', body);
  onDay('2027-12-29');
  await take(school.client, about, 'results.publish', resultsOf(plan, body));
  expect(await untilOf(about)).toEqual(['2028-01-06', '2028-01-06']);
  await as(world.province).post('/v1/withdrawals', { statement: await withdraw(world.province, { jti }) });
  onDay('2027-12-29T10:01');
  expect(await codeOf(take(school.client, fresh('plan'), 'plan.file', samplePlan('2028-03-01')))).toBe(
    '422:calendar_not_covered',
  );
  onDay('2028-01-06');
  expect(await codeOf(makeBatch(about))).toBe('409:notice_running');
  onDay('2028-01-07');
  expect(await codeOf(makeBatch(about))).toBe('taken');
});

test('the demonstration announces for itself what nobody has, and runs at the turn of any year', async () => {
  onDay('2029-01-10');
  const [now, moment] = [seconds(), seconds() - 40 * 86_400];
  const days = demonstrationDays(moment, now);
  expect(momentsFor(['2028-12-10'], days, now)).toMatchObject({
    publish: expect.any(Number),
    upload: expect.any(Number),
  });
  const posted: string[] = [];
  const caller = {
    get: async () => ({ calendars: [] }),
    post: async (path: string, { statement }: { statement: string }) =>
      void posted.push(`${path} ${unverified<{ year: number }>(statement).claims.year}`),
  };
  await announceMissing(world.province, caller as never, moment, now);
  expect(posted).toEqual(['/v1/calendars 2028', '/v1/calendars 2029', '/v1/calendars 2030']);
  onDay('2026-11-30');
  await announceMissing(world.province, caller as never, seconds() - 40 * 86_400, seconds());
  expect(posted.slice(3)).toEqual(['/v1/calendars 2027']);
});
