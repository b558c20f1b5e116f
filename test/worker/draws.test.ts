/** Draws (双随机、一公开): commitment, seed and findings; who reads what of them, and that nobody draws again in silence. */
import { beforeAll, expect, test } from 'vitest';
import { toBase64url } from '../../src/base/bytes.ts';
import { openDirectory } from '../../src/core/directory.ts';
import type { Body } from '../../src/core/procedure/bodies.ts';
import {
  checkDraw,
  type DrawFile,
  type DrawRecord,
  endOf,
  readDrawFile,
} from '../../src/core/procedure/draw-record.ts';
import { commitmentOf } from '../../src/core/procedure/draw-seed.ts';
import { Memo } from '../../src/core/statement.ts';
import type { Identity } from '../../src/sdk/sign.ts';
import {
  anyone,
  as,
  codeOf,
  db,
  fileWith,
  foundProvince,
  makeCentre,
  type Organization,
  type Province,
} from '../kit.ts';
import { cases, fresh, onDay, samplePlan, take, view } from '../procedure-kit.ts';

type Commit = Body<'draw.commit'>;
let world: Province;
let otherCity: Identity;
let school: Organization;
let plant: Organization;
let faraway: Organization;
const plans = new Map<string, string>();
const seed = toBase64url(new Uint8Array(32).fill(9));
const commitment = commitmentOf(new Uint8Array(32).fill(9));
const NAMES: Record<string, string> = {};
const sessionOf = ({ code }: Organization, session: string, date: string): Commit['sessions'][number] => ({
  plan: plans.get(code) as string,
  session,
  organization: code,
  name: NAMES[code] as string,
  date,
  label: '电工 三级/高级工',
});

async function filePlan(organization: Organization, name: string): Promise<void> {
  const about = fresh('plan');
  const one = samplePlan('2026-12-05').sessions[0] as Body<'plan.file'>['sessions'][number];
  const sessions = [one, { ...one, id: 's2', date: '2026-12-06' }];
  const plan = samplePlan('2026-12-05', 2, { sessions });
  await take(organization.client, about, 'plan.file', {
    ...plan,
    staff: plan.staff.map((one) => ({ ...one, sessions: ['s1', 's2'] })),
    roster: plan.roster.map((entry) => ({ ...entry, sessions: ['s1', 's2'] })),
  });
  plans.set(organization.code, about);
  NAMES[organization.code] = name;
}

const inspectors = ['甲', '乙', '丙'].map((name, i) => ({
  id: `d${i + 1}`,
  name: `${name}督导`,
  unit: '济南市职业技能鉴定指导中心',
  ...(i === 0 ? { avoids: ['Y000037000002'] } : {}),
}));
const lists = (change: Partial<Commit> = {}): Commit => ({
  title: '2026 年第四季度督导（虚构）',
  sessions: [sessionOf(school, 's1', '2026-12-05'), sessionOf(school, 's2', '2026-12-06')],
  inspectors,
  pick: 1,
  per_session: 2,
  commitment,
  public_source: { lottery: 'ssq', issue: '2026136', date: '2026-11-26' },
  ...change,
});
const NUMBERS = '03 11 19 22 27 31 08';
const publicDraw = async (about: string): Promise<DrawFile> =>
  readDrawFile(await (await anyone.send('GET', `/v1/draws/${about.slice(5)}`)).json());
/** What anybody finds out who has the root's thumbprint and the record. */
async function checked(file: DrawFile, shown?: readonly string[], root = world.root.kid): Promise<string[]> {
  const checks = await checkDraw(
    file,
    await openDirectory(
      { thumbprints: [root], roots: file.roots },
      file.statements.centres,
      new Memo(),
      file.statements.withdrawals,
    ),
    shown,
  );
  return [
    endOf(file, checks),
    ...checks.flatMap(({ id, result }) => (result === 'fail' || result === 'not_checked' ? [`${id} ${result}`] : [])),
  ];
}

beforeAll(async () => {
  onDay('2026-11-20');
  world = await foundProvince();
  otherCity = await makeCentre(world.root, '3702', '青岛市职业技能鉴定指导中心');
  await as(world.province).post('/v1/centres', { statement: otherCity.token });
  school = await fileWith(world.city, 'S000037000001', { name: '济南示范职业培训学校' });
  plant = await fileWith(world.province, 'Y000037000002', { name: '山东重工集团' });
  faraway = await fileWith(otherCity, 'S000037000003', { name: '青岛虚构技工学校' });
  await filePlan(school, '济南示范职业培训学校');
  await filePlan(plant, '山东重工集团');
  await filePlan(faraway, '青岛虚构技工学校');
});

test('a city draws from its own organizations’ sessions to come, as their plans hold them; the province from all', async () => {
  const commit = (who: Identity, body: Commit) => codeOf(take(who, fresh('draw'), 'draw.commit', body, { seq: 0 }));
  expect(await commit(school.client, lists())).toBe('403:role_wrong');
  expect(await commit(otherCity, lists())).toBe('403:out_of_reach');
  expect(await commit(world.city, lists({ sessions: [sessionOf(plant, 's1', '2026-12-05')] }))).toBe(
    '403:out_of_reach',
  );
  const wrong: Partial<Commit['sessions'][number]>[] = [
    { date: '2026-12-07' },
    { session: 's9' },
    { organization: plant.code },
    { plan: 'plan:p00000000' },
    { name: '另一个名称' },
  ];
  for (const change of wrong)
    expect([
      change,
      await commit(world.province, lists({ sessions: [{ ...sessionOf(school, 's1', '2026-12-05'), ...change }] })),
    ]).toEqual([change, '409:draw_session_unknown']);
  expect(await commit(world.city, lists({ pick: 3 }))).toBe('400:draw_impossible');
  expect(
    await commit(world.province, lists({ sessions: [sessionOf(plant, 's1', '2026-12-05')], per_session: 3 })),
  ).toBe('400:draw_impossible');
  expect(
    await commit(
      world.province,
      lists({ sessions: [school, plant, faraway].map((one) => sessionOf(one, 's1', '2026-12-05')), pick: 2 }),
    ),
  ).toBe('none');
  onDay('2026-12-05');
  expect(await commit(world.city, lists())).toBe('409:draw_session_unknown');
  onDay('2026-11-20');
});

test('from commitment to follow-up: what is drawn is computed again by anybody; details stay with the inspected and their centres', async () => {
  const about = fresh('draw');
  await take(world.city, about, 'draw.commit', lists(), { seq: 0 });
  expect(await publicDraw(about)).toMatchObject({
    state: 'committed',
    centre: 'centre:3701',
    committed: { body: { commitment }, by: 'centre:3701' },
    findings: [],
  });
  expect(await checked(await publicDraw(about))).toEqual(['waiting']);
  expect(await codeOf(take(world.city, fresh('draw'), 'draw.commit', lists(), { seq: 0 }))).toBe('409:draw_open');
  expect(
    await codeOf(
      take(world.city, about, 'draw.finding', {
        plan: plans.get(school.code) as string,
        session: 's1',
        inspectors: ['d1'],
        finding: 'minor',
        summary: '无',
        files: [],
      }),
    ),
  ).toBe('409:step_not_now');
  const reveal = (public_value: string, opened = seed, who = world.city) =>
    codeOf(
      take(who, about, 'draw.reveal', { seed: opened, public_value }, ...(who === world.city ? [] : [{ seq: 1 }])),
    );
  expect(await reveal(NUMBERS)).toBe('409:public_value_early');
  onDay('2026-11-27');
  expect(await reveal(NUMBERS, toBase64url(new Uint8Array(32)))).toBe('400:seed_differs');
  for (const wrong of ['03', '03 11 19 22 27 31 + 08'])
    expect([wrong, await reveal(wrong)]).toEqual([wrong, '400:step_body_malformed']);
  for (const wrong of ['11 03 19 22 27 31 08', '03 11 19 22 27 34 08'])
    expect([wrong, await reveal(wrong)]).toEqual([wrong, '400:public_value_malformed']);
  expect(await reveal(NUMBERS, seed, otherCity)).toBe('403:out_of_reach');
  expect(await reveal(NUMBERS)).toBe('none');
  const record = await publicDraw(about);
  const [drawn] = record.drawn as [NonNullable<DrawRecord['drawn']>[number]];
  expect([record.drawn?.length, drawn.organization, drawn.inspectors.length]).toEqual([1, school.code, 2]);
  const committed = (change: Partial<Commit>): DrawFile => ({
    ...record,
    committed: { ...record.committed, body: { ...record.committed.body, ...change } },
  });
  expect(await checked(record)).toEqual(['agrees']);
  expect(await checked(record, ['plan:x/s1: d1 d2'])).toEqual(['differs', 'draw fail']);
  expect(await checked({ ...record, drawn: [{ ...drawn, name: '另一所学校' }] })).toEqual(['differs', 'draw fail']);
  expect(await checked(committed({ inspectors: [...inspectors].reverse() }))).toEqual(['differs', 'lists fail']);
  expect(await checked(committed({ public_source: { lottery: 'ssq', issue: '2026135', date: '2026-11-19' } }))).toEqual(
    ['differs', 'lists fail', 'source fail'],
  );
  expect(await checked(record, undefined, world.city.kid)).toEqual(['unsigned', 'signed not_checked']);
  // Another centre's key, a statement that nobody signed, and a centre that the root has not named.
  for (const forged of [
    { ...record, centre: 'centre:3702' },
    { ...record, statements: { ...record.statements, centres: [otherCity.token] } },
    {
      ...record,
      revealed: {
        ...(record.revealed as NonNullable<DrawRecord['revealed']>),
        token: String(record.revealed?.token).replace(/\.[^.]*$/, (last) => `.${last.slice(2)}A`),
      },
    },
  ])
    expect((await checked(forged)).slice(0, 2)).toEqual(['differs', 'signed fail']);
  for (const broken of [{}, { ...record, committed: { ...record.committed, token: 7 } }, null])
    expect(() => readDrawFile(broken)).toThrow(expect.objectContaining({ code: 'draw_malformed' }) as Error);

  const { plan, session } = drawn;
  const others = inspectors.map(({ id }) => id).filter((id) => !drawn.inspectors.some((one) => one.id === id));
  const finding: Body<'draw.finding'> = {
    plan,
    session,
    inspectors: drawn.inspectors.map(({ id }) => id),
    finding: 'serious',
    summary: '监考员少一人',
    details: '只到了一名监考员，王某请假',
    files: [],
  };
  const find = (change: Partial<Body<'draw.finding'>> = {}) =>
    codeOf(take(world.city, about, 'draw.finding', { ...finding, ...change }));
  expect(await find()).toBe('409:finding_too_early');
  onDay(drawn.date);
  expect(await find({ session: session === 's1' ? 's2' : 's1' })).toBe('409:session_not_drawn');
  expect(await find({ inspectors: others })).toBe('409:inspector_not_drawn');
  expect(
    await codeOf(
      take(
        school.client,
        about,
        'draw.follow',
        { plan, session, summary: '已整改', files: [] },
        { seq: 2, last: (await view(world.city, about)).last },
      ),
    ),
  ).toBe('409:finding_missing');
  expect(await codeOf(take(world.city, about, 'draw.close', { summary: '办结' }))).toBe('409:finding_missing');
  const pdf = new TextEncoder().encode('%PDF-1.7 inspection');
  const { sha256, size } = await as(world.city).json<{ sha256: string; size: number }>('POST', '/v1/files', {
    body: pdf,
    type: 'application/pdf',
  });
  expect(await find({ files: [{ name: '现场记录.pdf', type: 'application/pdf', size, sha256 }] })).toBe('none');

  const seen = await as(school.client).get<{ seq: number; last: string; findings: { details: string }[] }>(
    `/v1/draws/${about}/findings`,
  );
  expect(seen.findings.map(({ details }) => details)).toEqual([finding.details]);
  expect(
    new Uint8Array(await (await as(school.client).take('GET', `/v1/draws/${about}/files/${sha256}`)).arrayBuffer()),
  ).toEqual(pdf);
  expect((await as(plant.client).get<{ findings: unknown[] }>(`/v1/draws/${about}/findings`)).findings).toEqual([]);
  expect(await codeOf(as(plant.client).take('GET', `/v1/draws/${about}/files/${sha256}`))).toBe('404:file_not_found');
  const follow = { plan, session, summary: '已补足监考员并培训', details: '内部说明', files: [] };
  const place = { seq: seen.seq, last: seen.last };
  expect(await codeOf(take(plant.client, about, 'draw.follow', follow, place))).toBe('403:out_of_reach');
  expect(await codeOf(take(otherCity, about, 'draw.follow', follow, place))).toBe('403:out_of_reach');
  await take(school.client, about, 'draw.follow', follow, place);
  await take(world.city, about, 'draw.close', { summary: '已督促整改' });

  const text = await (await anyone.send('GET', `/v1/draws/${about.slice(5)}`)).text();
  for (const said of ['监考员少一人', '已补足监考员并培训', '已督促整改']) expect(text).toContain(said);
  for (const secret of ['王某', '内部说明', '现场记录']) expect(text).not.toContain(secret);
  const [line] = await cases(world.city, '?kind=draw&state=closed');
  expect(line).toMatchObject({ about, facts: { found: 1, serious: 1, pick: 1 } });
  const { facts } = (await db
    .prepare('SELECT facts FROM cases WHERE about = ?')
    .bind(about)
    .first<{ facts: string }>()) as { facts: string };
  for (const person of ['督导员', '甲督导', '乙督导', '监考']) expect(facts).not.toContain(person);
  const { draws } = (await (await anyone.send('GET', '/v1/draws')).json()) as {
    draws: { id: string; state: string }[];
  };
  expect(draws.find(({ id }) => `draw:${id}` === about)).toMatchObject({ state: 'closed' });
  const page = await (await anyone.send('GET', `/supervision/${about.slice(5)}`)).text();
  for (const said of [seed, commitment, '监考员少一人', '已补足监考员并培训', drawn.inspectors[0]?.name as string])
    expect(page).toContain(said);
  for (const secret of ['王某', '内部说明']) expect(page).not.toContain(secret);
  onDay('2026-11-20');
});

test('a value that could be known when the lists are fixed, or only after the first session, is no public value', async () => {
  const commit = (date: string, issue = '2026137') =>
    codeOf(
      take(world.city, fresh('draw'), 'draw.commit', lists({ public_source: { lottery: 'ssq', issue, date } }), {
        seq: 0,
      }),
    );
  onDay('2026-11-22');
  for (const late of ['2026-11-22', '2026-11-19', '2026-12-06'])
    expect([late, await commit(late)]).toEqual([late, '409:public_source_late']);
  for (const [date, issue] of [
    ['2026-11-23', '2026137'],
    ['2026-11-24', '26137'],
  ] as const)
    expect([date, await commit(date, issue)]).toEqual([date, '400:step_body_malformed']);
  const { public_source: _, ...without } = lists();
  expect(await codeOf(take(world.city, fresh('draw'), 'draw.commit', without as Commit, { seq: 0 }))).toBe(
    '400:step_body_malformed',
  );
  onDay('2026-11-20');
});

test('a centre sees the sessions that it can draw from, as a draw takes them', async () => {
  const seen = async (who: Identity) => (await as(who).get<{ sessions: Commit['sessions'] }>('/v1/sessions')).sessions;
  const own = await seen(world.city);
  expect(own.map(({ session, date, organization, name, label }) => [session, date, organization, name, label])).toEqual(
    ['s1', 's2'].map((session, i) => [
      session,
      `2026-12-0${5 + i}`,
      school.code,
      '济南示范职业培训学校',
      '电工 三级/高级工 理论和实操 08:30',
    ]),
  );
  expect((await seen(world.province)).length).toBe(6);
  onDay('2026-12-05');
  expect((await seen(world.city)).map(({ session }) => session)).toEqual(['s2']);
  onDay('2026-11-20');
  const about = fresh('draw');
  await take(world.city, about, 'draw.commit', lists({ sessions: own }), { seq: 0 });
  await take(world.city, about, 'draw.abandon', { reason: '演练' });
});

test('a draw that is given up stays, with its reason', async () => {
  const about = fresh('draw');
  await take(world.city, about, 'draw.commit', lists(), { seq: 0 });
  await take(world.city, about, 'draw.abandon', { reason: '种子文件遗失' });
  expect(await codeOf(take(world.city, about, 'draw.reveal', { seed, public_value: NUMBERS }))).toBe(
    '409:step_not_now',
  );
  expect(await checked(await publicDraw(about))).toEqual(['given_up']);
  expect(await publicDraw(about)).toMatchObject({
    state: 'abandoned',
    abandoned: { body: { reason: '种子文件遗失' } },
  });
  expect(await (await anyone.send('GET', '/supervision')).text()).toContain('已作废');
  expect(await (await anyone.send('GET', `/supervision/${about.slice(5)}`)).text()).toContain('种子文件遗失');
  for (const path of ['/v1/draws/d00000000', '/v1/draws/rules:x', '/supervision/d00000000'])
    expect([path, (await anyone.send('GET', path)).status]).toEqual([path, 404]);
  expect(((await (await anyone.send('GET', '/v1/draws/d00000000')).json()) as { code: string }).code).toBe(
    'draw_not_found',
  );
});
