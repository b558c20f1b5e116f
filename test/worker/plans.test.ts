/**
 * Plans, results and their upload, day by day against the real Worker: the whole way from a plan to a verified
 * certificate, and every refusal on it.
 */
import { env } from 'cloudflare:workers';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { app } from '../../src/app.ts';
import type { Body } from '../../src/core/procedure/bodies.ts';
import { ConfigError, type Env, readConfig } from '../../src/env.ts';
import { Caller } from '../../src/sdk/call.ts';
import { approveBatch } from '../../src/sdk/sign.ts';
import { jpeg } from '../formats/fixtures-photo.ts';
import { zip } from '../formats/fixtures-zip.ts';
import { anyone, approve, as, candidate, candidates, codeOf, db, idNumber, issue, ORIGIN, submit } from '../kit.ts';
import { type Made, planFor, resultsOf } from '../plans-kit.ts';
import { fresh, onDay, samplePlan, take, view } from '../procedure-kit.ts';
import {
  examined,
  makeBatch,
  now,
  object,
  plant,
  prepare,
  problemOf,
  published,
  school,
  upload,
  world,
} from './plans-world.ts';

beforeAll(prepare);

afterAll(() => void vi.useRealTimers());

test('from a plan to a verified certificate, each step on its day', async () => {
  const plan = planFor(0, 3);
  const planAbout = fresh('plan');
  onDay('2026-10-12');
  expect(await take(school.client, planAbout, 'plan.file', plan)).toMatchObject({ state: 'filed', seq: 1 });
  await take(world.city, planAbout, 'plan.receive', {});
  const filed = await view(world.province, planAbout);
  expect(filed).toMatchObject({ organization: school.code, centre: 'centre:3701', due: '2026-10-19', state: 'filed' });
  expect(filed.facts).toEqual({
    title: plan.title,
    first: '2026-10-19',
    last: '2026-10-19',
    candidates: 3,
    sessions: 1,
    occupations: [{ code: '6-31-01-03', name: '电工', job: '--', levels: [3] }],
    received: { 'centre:3701': '2026-10-12' },
  });

  onDay('2026-10-19T17:00');
  const about = fresh('results');
  await take(
    school.client,
    about,
    'results.publish',
    resultsOf(planAbout, plan, [
      [80, 85.5],
      [59.5, 90],
      ['absent', 'absent'],
    ]),
  );
  const notice = await view(world.city, about);
  expect(notice).toMatchObject({ state: 'notice', parent: planAbout, due: '2026-10-26' });
  expect(notice.facts).toEqual({
    title: plan.title,
    occupations: filed.facts.occupations,
    counts: { candidates: 3, passed: 1, failed: 1, absent: 1 },
    from: '2026-10-19',
    until: '2026-10-26',
    working_days: 5,
    pass_mark: 60,
  });
  expect(JSON.stringify([filed.facts, notice.facts])).not.toContain('欧阳');

  onDay('2026-10-26T23:59');
  expect(await problemOf(makeBatch(school, about))).toMatchObject({
    status: 409,
    code: 'notice_running',
    until: '2026-10-26',
  });
  onDay('2026-10-27T00:01');
  const made = await makeBatch(school, about);
  expect(made).toMatchObject({ count: 1, state: 'submitted', results: about });
  expect(await makeBatch(school, about)).toEqual(made);

  // Nobody approves or returns what is not uploaded.
  const ref = { ...made, batch: made.id, aud: ORIGIN, organization: school.code };
  expect(await codeOf(approve(world, school, ref))).toBe('409:batch_not_uploaded');
  expect(
    await codeOf(issue(school, ref, await approveBatch(world.province, ref, await approveBatch(world.city, ref)))),
  ).toBe('409:batch_not_uploaded');
  expect(await codeOf(take(world.city, `batch:${made.id}`, 'batch.return', { reason: '退回' }))).toBe(
    '409:batch_not_uploaded',
  );
  expect(await codeOf(upload(school, about, { ...made, root: `${'A'.repeat(43)}` }))).toBe('403:root_differs');
  expect(await codeOf(upload(school, about, { ...made, count: 2 }))).toBe('403:count_differs');
  expect(await codeOf(upload(school, about, { ...made, id: 'b0000000000' }))).toBe('403:batch_differs');
  expect(await upload(school, about, made)).toMatchObject({ state: 'uploaded' });
  expect((await view(world.city, about)).facts).toMatchObject({ batch: made.id });
  expect(await makeBatch(school, about)).toEqual(made);
  expect(await codeOf(take(school.client, about, 'results.withdraw', { reason: '撤回' }))).toBe('409:results_uploaded');

  const approval = await approve(world, school, ref);
  expect(await issue(school, ref, approval)).toMatchObject({ state: 'issued', issued: 1 });
  expect(await as(school.client).get(`/v1/batches/${made.id}`)).toMatchObject({
    procedure: 'notice',
    results: about,
    plan: planAbout,
  });
  const { certificates } = await as(school.client).get<{ certificates: { number: string }[] }>(
    `/v1/batches/${made.id}/certificates`,
  );
  expect(await anyone.get(`/v1/certificates/${certificates[0]?.number}`)).toMatchObject({
    verdict: 'valid',
    certificate: { level: 3 },
  });
});

test('a plan comes five working days ahead, from a filed organization in good standing, within its scope and capacity', async () => {
  onDay('2026-10-13');
  const file = (plan: Body<'plan.file'>, who = school) => problemOf(take(who.client, fresh('plan'), 'plan.file', plan));
  expect(await file(planFor(100, 1))).toMatchObject({ status: 409, code: 'plan_too_late', earliest: '2026-10-20' });
  // National Day counts for nothing.
  onDay('2026-09-29');
  expect(await file(samplePlan('2026-10-12'))).toMatchObject({ code: 'none' });
  expect(await file(samplePlan('2026-10-11'))).toMatchObject({ code: 'plan_too_late', earliest: '2026-10-12' });
  onDay('2026-12-30');
  expect(await file(samplePlan('2027-03-01'))).toMatchObject({ status: 422, code: 'calendar_not_covered' });
  onDay('2026-10-12');
  expect(await file(planFor(100, 3), plant)).toMatchObject({ status: 422, code: 'capacity_exceeded', allowed: 2 });
  const [session, ...rest] = planFor(100, 1).sessions;
  const refused = await file(
    planFor(100, 2, {
      sessions: [
        {
          ...(session as Body<'plan.file'>['sessions'][number]),
          occupation_code: '6-18-01-01',
          occupation_name: '车工',
        },
        ...rest,
      ],
      staff: [{ role: 'invigilator', name: '赵监考', sessions: ['s1', 's9'] }],
    }),
  );
  expect(refused).toMatchObject({ status: 422, code: 'plan_refused', count: 4 });
  expect((refused.errors as { part: string; code: string }[]).map(({ part, code }) => `${part}:${code}`)).toEqual([
    'sessions:occupation_not_filed',
    'sessions:assessor_missing',
    'staff:supervisor_missing',
    'staff:session_unknown',
  ]);
  await take(world.city, `standing:${school.code}`, 'standing.suspend', { reason: '现场检查发现问题' });
  expect(await file(planFor(100, 1))).toMatchObject({ code: 'organization_suspended' });
  await take(world.city, `standing:${school.code}`, 'standing.resume', { reason: '已整改' });
});

test('a plan is returned, amended with five days again, and cancelled, all before its first exam', async () => {
  const about = fresh('plan');
  onDay('2026-10-12');
  await take(school.client, about, 'plan.file', planFor(110, 1));
  onDay('2026-10-14');
  expect(await codeOf(take(plant.client, about, 'plan.cancel', { reason: 'x' }, { seq: 1 }))).toBe('403:out_of_reach');
  await take(world.city, about, 'plan.return', { reason: '缺少实操场地' });
  expect(await codeOf(take(school.client, about, 'plan.amend', planFor(110, 1)))).toBe('409:plan_too_late');
  expect(
    await take(school.client, about, 'plan.amend', { ...planFor(110, 1), ...samplePlan('2026-10-21', 1) }),
  ).toMatchObject({ state: 'filed' });
  onDay('2026-10-21T00:10');
  for (const step of ['plan.return', 'plan.cancel'] as const)
    expect(
      await codeOf(take(step === 'plan.cancel' ? school.client : world.province, about, step, { reason: '太晚' })),
    ).toBe('409:plan_under_way');
  expect(await codeOf(take(school.client, about, 'plan.amend', samplePlan('2026-11-21', 1)))).toBe(
    '409:plan_under_way',
  );
  const other = fresh('plan');
  await take(school.client, other, 'plan.file', samplePlan('2026-11-21', 1));
  expect(await take(school.client, other, 'plan.cancel', { reason: '报名人数不足' })).toMatchObject({
    state: 'cancelled',
  });
  expect(
    await codeOf(
      take(school.client, fresh('results'), 'results.publish', resultsOf(other, samplePlan('2026-11-21', 1))),
    ),
  ).toBe('409:plan_not_filed');
});

test('results are those of the roster, once, after the exam', async () => {
  const plan = planFor(120, 2);
  const about = await examined(plan);
  const publish = (body: Body<'results.publish'>, who = school) =>
    problemOf(take(who.client, fresh('results'), 'results.publish', body));
  onDay('2026-10-19T16:00');
  expect(await publish(resultsOf(about, plan))).toMatchObject({
    status: 409,
    code: 'exam_not_over',
    last: '2026-10-19',
  });
  onDay('2026-10-20');
  expect(await publish(resultsOf(about, plan), plant)).toMatchObject({ code: 'out_of_reach' });
  const good = resultsOf(about, plan);
  const [first] = good.rows as [Body<'results.publish'>['rows'][number]];
  const refused = await publish({
    ...good,
    rows: [{ ...first, name: '欧阳建民', exam_date: '2026-10-20', score_theory: 80.125 }],
  });
  expect(refused).toMatchObject({ status: 422, code: 'results_refused' });
  expect(
    (refused.errors as { row: number; field: string; code: string }[]).map(({ row, field, code }) => [
      row,
      field,
      code,
    ]),
  ).toEqual([
    [0, 'row', 'candidate_missing'],
    [2, 'score_theory', 'score_decimals'],
    [2, 'name', 'roster_differs'],
    [2, 'exam_date', 'exam_date_differs'],
  ]);
  const two = await Promise.all([publish(good), publish(resultsOf(about, plan))]);
  expect(two.map(({ code }) => code).sort()).toEqual(['none', 'results_exist']);
  expect(await publish(good)).toMatchObject({ code: 'results_exist' });
});

test('a correction starts the notice again and takes back the batch that was made before it', async () => {
  const plan = planFor(130, 2);
  const { about, planAbout } = await published(plan, [
    [80, 80],
    [70, 55],
  ]);
  expect(await codeOf(as(plant.client).post(`/v1/results/${about}/batch`, {}))).toBe('403:out_of_reach');
  expect(await codeOf(as(school.client).post(`/v1/results/${planAbout}/batch`, {}))).toBe('404:case_not_found');
  onDay('2026-10-27');
  const made = await makeBatch(school, about);
  expect(made.count).toBe(1);
  const corrected = resultsOf(planAbout, plan, [
    [80, 80],
    [70, 65],
  ]);
  expect(await codeOf(take(school.client, about, 'results.correct', corrected))).toBe('400:reason_missing');
  expect(
    await codeOf(take(school.client, about, 'results.correct', { ...corrected, plan: fresh('plan'), reason: 'x' })),
  ).toBe('409:plan_differs');
  await take(school.client, about, 'results.correct', { ...corrected, reason: '技能成绩登分有误' });
  expect((await view(school.client, about)).facts).toMatchObject({
    from: '2026-10-27',
    until: '2026-11-03',
    counts: { passed: 2 },
  });
  expect(await as(school.client).get(`/v1/batches/${made.id}`)).toMatchObject({ state: 'returned', results: about });
  expect(await codeOf(upload(school, about, made))).toBe('409:notice_running');
  onDay('2026-11-04');
  expect(await codeOf(upload(school, about, made))).toBe('409:batch_closed');
  const again = await makeBatch(school, about);
  expect(again.count).toBe(2);
  await upload(school, about, again);
  expect(await codeOf(take(school.client, about, 'results.correct', { ...corrected, reason: '再改' }))).toBe(
    '409:results_uploaded',
  );
  // What a centre returned can be corrected, or withdrawn for good; then the plan is free for other results.
  await take(world.city, `batch:${again.id}`, 'batch.return', { reason: '缺评分表' });
  expect(await codeOf(makeBatch(school, about))).toBe('409:step_not_now');
  expect(await take(school.client, about, 'results.withdraw', { reason: '重新评分' })).toMatchObject({
    state: 'withdrawn',
  });
  expect(await take(school.client, fresh('results'), 'results.publish', resultsOf(planAbout, plan))).toMatchObject({
    state: 'notice',
  });
});

test('an objection that is open, or upheld without a correction since, holds the upload', async () => {
  const plan = planFor(140, 1);
  const { about, planAbout } = await published(plan);
  onDay('2026-10-27');
  await object(about, 'rejected', now());
  await object(about, 'open', now());
  expect(await codeOf(makeBatch(school, about))).toBe('409:objection_open');
  await db.prepare("UPDATE cases SET state = 'upheld' WHERE parent = ? AND state = 'open'").bind(about).run();
  expect(await codeOf(makeBatch(school, about))).toBe('409:objection_open');
  onDay('2026-10-27T11:00');
  await take(school.client, about, 'results.correct', {
    ...resultsOf(planAbout, plan, [[90, 90]]),
    reason: '异议成立',
  });
  onDay('2026-11-04');
  const made = await makeBatch(school, about);
  await object(about, 'open', now());
  expect(await codeOf(upload(school, about, made))).toBe('409:objection_open');
});

test('photos come as an archive; others before the upload take the first batch back', async () => {
  const plan = planFor(150, 1);
  const { about } = await published(plan);
  onDay('2026-10-27');
  const bare = await makeBatch(school, about);
  const send = (bytes: Uint8Array<ArrayBuffer>) =>
    as(school.client).json<Made>('POST', `/v1/results/${about}/batch`, { body: bytes, type: 'application/zip' });
  const archive = zip([{ name: `${idNumber(150)}.jpg`, bytes: jpeg() }]) as Uint8Array<ArrayBuffer>;
  const pictured = await send(archive);
  expect(pictured.id).not.toBe(bare.id);
  expect(await send(archive)).toEqual(pictured);
  expect(await as(school.client).get(`/v1/batches/${bare.id}`)).toMatchObject({ state: 'returned' });
  expect(await as(school.client).get(`/v1/batches/${pictured.id}/rows`)).toMatchObject({
    rows: [{ photo: true, score_theory: 80 }],
  });
  const both = await Promise.all([makeBatch(school, about), makeBatch(school, about)]);
  expect(new Set(both.map(({ id }) => id)).size).toBe(1);
});

test('of results that nobody passed there is no batch', async () => {
  const { about } = await published(planFor(160, 1), [['absent', 80]]);
  onDay('2026-10-27');
  expect(await codeOf(makeBatch(school, about))).toBe('400:batch_empty');
});

test('where the notice is required, a batch by itself is refused; elsewhere it says that nothing came before', async () => {
  onDay('2026-11-02');
  const batch = await submit(school, candidates(1, 900));
  expect(await as(school.client).get(`/v1/batches/${batch.id}`)).toMatchObject({ procedure: 'none' });
  const strict = {
    ...(env as unknown as Env),
    REQUIRE_NOTICE: 'yes',
    DB: { prepare: (sql: string) => db.prepare(sql), batch: (all: never) => db.batch(all) },
  } as unknown as Env;
  const there = new Caller(ORIGIN, school.client, {
    fetch: async (url, init) => app.fetch(new Request(url, init), strict),
  });
  expect(await codeOf(there.post('/v1/batches', { candidates: [candidate(901)] }))).toBe('409:notice_required');
  expect(() => readConfig({ ...strict, REQUIRE_NOTICE: 'ja' })).toThrow(ConfigError);
});

test('empty tables are there for everybody', async () => {
  for (const name of ['roster.csv', 'results.xlsx']) {
    const answer = await anyone.send('GET', `/v1/templates/${name}`);
    expect([answer.status, answer.headers.get('Content-Disposition')]).toEqual([200, `attachment; filename="${name}"`]);
    await answer.arrayBuffer();
  }
  expect((await anyone.send('GET', '/v1/templates/other.csv')).status).toBe(404);
});
