/**
 * An objection (异议) follows the plan: withdrawing the results and publishing them again settles nothing. And identifiers
 * that clients choose never stand where a page does.
 */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { app } from '../../src/app.ts';
import type { Body } from '../../src/core/procedure/bodies.ts';
import { planFacts } from '../../src/core/procedure/plan-check.ts';
import { signStep } from '../../src/core/procedure/read-case.ts';
import { isFreshId, KINDS, requireFreshId } from '../../src/core/procedure/steps.ts';
import { viewPaths } from '../../src/desk/frame/desk-page.tsx';
import { serviceOf } from '../../src/env.ts';
import { approveBatch } from '../../src/sdk/sign.ts';
import { takeStep } from '../../src/service/procedure/take-step.ts';
import {
  approve,
  as,
  codeOf,
  db,
  fileWith,
  foundProvince,
  idNumber,
  issue,
  ORIGIN,
  type Organization,
  type Province,
  testEnv,
  workerFetch,
} from '../kit.ts';
import { store } from '../notice-kit.ts';
import { resultsOf } from '../plans-kit.ts';
import { cases, fresh, onDay, samplePlan, take, view } from '../procedure-kit.ts';

interface Made {
  id: string;
  count: number;
  root: string;
}

let world: Province;

let school: Organization;

beforeAll(async () => {
  onDay('2026-09-28');
  world = await foundProvince();
  school = await fileWith(world.city, 'S000037000001');
});

afterAll(() => void vi.useRealTimers());

const makeBatch = (about: string): Promise<Made> => as(school.client).post<Made>(`/v1/results/${about}/batch`, {});

const upload = (about: string, { id, root, count }: Made) =>
  take(school.client, about, 'results.upload', { batch: id, root, count });

const desk = async (who: Parameters<typeof as>[0], path: string): Promise<string> =>
  (await as(who).send('GET', `/desk/view/${path}`)).text();

const seconds = (): number => Math.floor(Date.now() / 1000);

async function examined(from: number): Promise<{ plan: string; body: Body<'plan.file'> }> {
  const sample = samplePlan('2026-10-19', 2);
  const body = { ...sample, roster: sample.roster.map((entry, i) => ({ ...entry, id_number: idNumber(from + i) })) };
  const plan = fresh('plan');
  onDay('2026-10-12');
  await take(school.client, plan, 'plan.file', body);
  onDay('2026-10-19T17:00');
  return { plan, body };
}

async function publish({ plan, body }: Awaited<ReturnType<typeof examined>>): Promise<string> {
  const about = fresh('results');
  await take(school.client, about, 'results.publish', resultsOf(plan, body));
  return about;
}

async function object(results: string, grounds: string): Promise<string> {
  const answer = await workerFetch(`${ORIGIN}/v1/notices/${results.slice('results:'.length)}/objections`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ grounds }),
  });
  expect(answer.status).toBe(201);
  const [line] = await cases(school.client, `?kind=objection&parent=${results}`);
  return line?.about as string;
}

test('an objection to withdrawn results keeps those that are published instead from upload, until it is decided', async () => {
  const plan = await examined(100);
  const first = await publish(plan);
  const objection = await object(first, '第三行当日未到场');
  await take(school.client, first, 'results.withdraw', { reason: '录入有误' });
  const second = await publish(plan);
  const id = second.slice('results:'.length);

  const notice = await (await workerFetch(`${ORIGIN}/v1/notices/${id}`, {})).json();
  expect(notice).toMatchObject({ state: 'running', objections: { raised: 1, open: 1, upheld: 0, rejected: 0 } });
  const page = await (await workerFetch(`${ORIGIN}/notices/${id}`, { headers: { Accept: 'text/html' } })).text();
  for (const words of ['共 1 件：处理中 1', '此前', '没有处理完']) expect(page).toContain(words);
  for (const who of [world.city, world.province])
    expect(await desk(who, `results/${second}`)).toContain(objection.slice('objection:'.length));
  expect(await desk(school.client, `results/${second}`)).toContain('1 / 1');
  expect(await desk(school.client, `results/${second}/objections`)).toContain('第三行当日未到场');

  onDay('2026-10-27T09:00');
  expect(await desk(school.client, `results/${second}`)).toContain('有 1 件异议未处理');
  expect(await codeOf(makeBatch(second))).toBe('409:objection_open');
  // Decided against the withdrawn ones after these were published: they are to be corrected as well.
  await take(school.client, objection, 'objection.uphold', { reason: '确未到场' });
  expect(await desk(school.client, `results/${second}`)).toContain('有异议成立');
  expect(await codeOf(makeBatch(second))).toBe('409:objection_open');
  await take(world.city, objection, 'objection.reopen', { reason: '请附签到表' });
  await take(school.client, objection, 'objection.reject', { reason: '签到表在案' });
  const made = await makeBatch(second);
  expect(await upload(second, made)).toMatchObject({ state: 'uploaded' });
});

test('one that was upheld before the results were published again does not stand against those', async () => {
  const plan = await examined(110);
  const first = await publish(plan);
  const objection = await object(first, '成绩有误');
  onDay('2026-10-19T18:00');
  await take(school.client, objection, 'objection.uphold', { reason: '确有误' });
  await take(school.client, first, 'results.withdraw', { reason: '异议成立' });
  onDay('2026-10-19T18:30');
  const second = await publish(plan);
  onDay('2026-10-27T09:00');
  expect(await upload(second, await makeBatch(second))).toMatchObject({ state: 'uploaded' });
});

test('one that a centre opens again keeps uploaded results from approval and from numbering', async () => {
  const plan = await examined(120);
  const first = await publish(plan);
  const objection = await object(first, '成绩有误');
  await take(school.client, objection, 'objection.reject', { reason: '成绩无误' });
  await take(school.client, first, 'results.withdraw', { reason: '姓名有误' });
  const second = await publish(plan);
  onDay('2026-10-27T09:00');
  const made = await makeBatch(second);
  await upload(second, made);
  const ref = { ...made, batch: made.id, aud: ORIGIN, organization: school.code };
  await take(world.city, objection, 'objection.reopen', { reason: '请附签到表' });
  expect(await desk(world.city, `batches/${made.id}`)).toContain('有 1 件异议');
  expect(await codeOf(approve(world, school, ref))).toBe('409:objection_open');
  await take(school.client, objection, 'objection.reject', { reason: '签到表已附' });
  const approval = await approve(world, school, ref);
  await take(world.province, objection, 'objection.reopen', { reason: '请附录像' });
  expect(await codeOf(issue(school, ref, approval))).toBe('409:objection_open');
  expect(await db.prepare('SELECT count(*) AS n FROM orders WHERE batch = ?').bind(made.id).first()).toEqual({ n: 0 });
  await take(school.client, objection, 'objection.reject', { reason: '录像已附' });
  expect(await issue(school, ref, approval)).toMatchObject({ state: 'issued', issued: 2 });
  // Numbered: nothing takes that back.
  await take(world.province, objection, 'objection.reopen', { reason: '再核' });
  expect(await issue(school, ref, approval)).toMatchObject({ state: 'issued' });
  expect(await approveBatch(world.province, ref)).toBeTruthy();
});

test('opened again while the upload is under way: the upload is refused in its own transaction', async () => {
  const plan = await examined(130);
  const results = await publish(plan);
  const objection = await object(results, '成绩有误');
  await take(school.client, objection, 'objection.reject', { reason: '成绩无误' });
  onDay('2026-10-27T09:00');
  const { id, root, count } = await makeBatch(results);
  const service = serviceOf(testEnv as never);
  const { seq, last } = await view(school.client, results);
  const body = { batch: id, root, count };
  const statement = await signStep(
    school.client,
    { aud: ORIGIN, about: results, step: 'results.upload', seq, last, body },
    seconds(),
    crypto.randomUUID(),
  );
  const sealed = vi.spyOn(service.vault, 'sealBytes').mockImplementationOnce(async (place, bytes) => {
    await take(world.city, objection, 'objection.reopen', { reason: '请附签到表' });
    return service.vault.sealBytes(place, bytes);
  });
  const caller = {
    role: 'organization',
    subject: school.client.subject,
    jkt: school.client.kid,
    key: school.client.jwk,
    token: school.client.token,
    organization: school.code,
  } as never;
  await expect(takeStep(service, caller, statement, body)).rejects.toMatchObject({ code: 'objection_open' });
  sealed.mockRestore();
  expect(await view(school.client, results)).toMatchObject({ state: 'notice', seq });
});

test.each(['objections', 'objected', 'feed-xml', 'checking', 'download', 'p'.repeat(15)])(
  'a case does not begin as %s: an identifier is no word of an address',
  async (id) => {
    const body = samplePlan('2026-10-30', 1);
    onDay('2026-10-12');
    expect(await codeOf(take(school.client, `plan:${id}`, 'plan.file', body, { seq: 0 }))).toBe(
      '400:case_id_malformed',
    );
    expect(
      await codeOf(take(school.client, `results:${id}`, 'results.publish', resultsOf(fresh('plan'), body), { seq: 0 })),
    ).toBe('400:case_id_malformed');
  },
);

test('a case that began under an identifier without a digit is read, and goes on', async () => {
  onDay('2026-10-12');
  const about = 'plan:shortest';
  const plan = samplePlan('2026-10-30', 1);
  await store(school, about, 'plan.file', plan, { state: 'filed', facts: JSON.stringify(planFacts(plan, [])) });
  expect(await take(world.city, about, 'plan.receive', {})).toMatchObject({ about, seq: 2, state: 'filed' });
  expect(await view(school.client, about)).toMatchObject({ about, seq: 2 });
});

test('what identifies something else already is its own: an organization, a batch, a key', () => {
  const own = {
    standing: school.code,
    rules: school.code,
    batch: 'b0123456789',
    loss: `${school.code}-${'A'.repeat(43)}`,
  };
  for (const kind of KINDS) {
    const wants = () => requireFreshId(kind, (own as Record<string, string>)[kind] ?? 'shortest');
    if (kind in own) expect(wants()).toBeUndefined();
    else expect(wants).toThrow(expect.objectContaining({ code: 'case_id_malformed' }));
    expect(requireFreshId(kind, fresh(kind).slice(kind.length + 1))).toBeUndefined();
  }
});

test('no address and no view of the desk has a word where an identifier could stand', () => {
  const segments = [...app.routes.map(({ path }) => path), ...viewPaths].flatMap((path) => path.split('/'));
  expect(segments).toContain('objections');
  expect(segments.filter((one) => isFreshId(one))).toEqual([]);
});
