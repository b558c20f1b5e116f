/**
 * Draws (双随机、一公开): lists and commitment first, the seed later, findings of what was drawn alone; what everybody reads and
 * what stays between centre and organization; and nobody draws again in silence.
 */
import { beforeAll, expect, test } from 'vitest';
import { CallError } from '../../src/cli/caller.ts';
import type { Identity } from '../../src/cli/sign.ts';
import { toBase64url } from '../../src/life/bytes.ts';
import type { Body } from '../../src/life/procedure/bodies.ts';
import { checkDraw, type DrawRecord } from '../../src/life/procedure/draw-record.ts';
import { commitmentOf } from '../../src/life/procedure/drawing.ts';
import { anyone, as, db, fileWith, foundProvince, makeCentre, type Organization, type Province } from '../kit.ts';
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

const problemOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'none';
  } catch (error) {
    if (error instanceof CallError) return `${error.problem.status}:${error.problem.code}`;
    throw error;
  }
};

const NAMES: Record<string, string> = {};
const sessionOf = ({ code }: Organization, session: string, date: string): Commit['sessions'][number] => ({ plan: plans.get(code) as string, session, organization: code, name: NAMES[code] as string, date, label: '电工 三级/高级工' });

async function filePlan(organization: Organization, name: string): Promise<void> {
  const about = fresh('plan');
  const one = samplePlan('2026-12-05').sessions[0] as Body<'plan.file'>['sessions'][number];
  const sessions = [one, { ...one, id: 's2', date: '2026-12-06' }];
  const plan = samplePlan('2026-12-05', 2, { sessions });
  await take(organization.client, about, 'plan.file', { ...plan, staff: plan.staff.map((one) => ({ ...one, sessions: ['s1', 's2'] })), roster: plan.roster.map((entry) => ({ ...entry, sessions: ['s1', 's2'] })) });
  plans.set(organization.code, about);
  NAMES[organization.code] = name;
}

const inspectors = ['甲', '乙', '丙'].map((name, i) => ({ id: `d${i + 1}`, name: `${name}督导`, unit: '济南市职业技能鉴定指导中心', ...(i === 0 ? { avoids: ['Y000037000002'] } : {}) }));
const lists = (change: Partial<Commit> = {}): Commit => ({ title: '2026 年第四季度督导（虚构）', sessions: [sessionOf(school, 's1', '2026-12-05'), sessionOf(school, 's2', '2026-12-06')], inspectors, pick: 1, per_session: 2, commitment, ...change });
const publicDraw = async (about: string): Promise<DrawRecord> => (await (await anyone.send('GET', `/v1/draws/${about.slice(5)}`)).json()) as DrawRecord;

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
  const commit = (who: Identity, body: Commit) => problemOf(take(who, fresh('draw'), 'draw.commit', body, { seq: 0 }));
  expect(await commit(school.client, lists())).toBe('403:role_wrong');
  expect(await commit(otherCity, lists())).toBe('403:out_of_reach');
  expect(await commit(world.city, lists({ sessions: [sessionOf(plant, 's1', '2026-12-05')] }))).toBe('403:out_of_reach');
  const wrong: Partial<Commit['sessions'][number]>[] = [{ date: '2026-12-07' }, { session: 's9' }, { organization: plant.code }, { plan: 'plan:p00000000' }, { name: '另一个名称' }];
  for (const change of wrong) expect([change, await commit(world.province, lists({ sessions: [{ ...sessionOf(school, 's1', '2026-12-05'), ...change }] }))]).toEqual([change, '409:draw_session_unknown']);
  expect(await commit(world.city, lists({ pick: 3 }))).toBe('400:draw_impossible');
  expect(await commit(world.province, lists({ sessions: [sessionOf(plant, 's1', '2026-12-05')], per_session: 3 }))).toBe('400:draw_impossible');
  expect(await commit(world.province, lists({ sessions: [school, plant, faraway].map((one) => sessionOf(one, 's1', '2026-12-05')), pick: 2 }))).toBe('none');
  onDay('2026-12-05');
  expect(await commit(world.city, lists())).toBe('409:draw_session_unknown');
  onDay('2026-11-20');
});

test('from commitment to follow-up: what is drawn is computed again by anybody; details stay with the inspected and their centres', async () => {
  const about = fresh('draw');
  await take(world.city, about, 'draw.commit', lists({ public_source: '双色球 2026138 期开奖号码' }), { seq: 0 });
  expect(await publicDraw(about)).toMatchObject({ state: 'committed', centre: 'centre:3701', committed: { body: { commitment }, by: 'centre:3701' }, findings: [] });
  expect(await checkDraw(await publicDraw(about))).toEqual([{ id: 'lists', result: 'pass' }, { id: 'seed', result: 'not_reached' }, { id: 'draw', result: 'not_reached' }]);
  expect(await problemOf(take(world.city, about, 'draw.finding', { plan: plans.get(school.code) as string, session: 's1', inspectors: ['d1'], finding: 'minor', summary: '无', files: [] }))).toBe('409:step_not_now');
  expect(await problemOf(take(world.city, about, 'draw.reveal', { seed: toBase64url(new Uint8Array(32)), public_value: '03' }))).toBe('400:seed_differs');
  expect(await problemOf(take(world.city, about, 'draw.reveal', { seed }))).toBe('400:public_value_missing');
  expect(await problemOf(take(otherCity, about, 'draw.reveal', { seed, public_value: '03' }, { seq: 1 }))).toBe('403:out_of_reach');
  await take(world.city, about, 'draw.reveal', { seed, public_value: '03 11 19 22 27 31 + 08' });
  const record = await publicDraw(about);
  const [drawn] = record.drawn as [NonNullable<DrawRecord['drawn']>[number]];
  expect([record.drawn?.length, drawn.organization, drawn.inspectors.length]).toEqual([1, school.code, 2]);
  expect((await checkDraw(record)).map(({ result }) => result)).toEqual(['pass', 'pass', 'pass']);
  expect((await checkDraw(record, ['plan:x/s1: d1 d2']))[2]).toEqual({ id: 'draw', result: 'fail' });
  expect((await checkDraw({ ...record, committed: { ...record.committed, body: { ...record.committed.body, inspectors: [...inspectors].reverse() } } }))[0]?.result).toBe('fail');

  const { plan, session } = drawn;
  const others = inspectors.map(({ id }) => id).filter((id) => !drawn.inspectors.some((one) => one.id === id));
  const finding: Body<'draw.finding'> = { plan, session, inspectors: drawn.inspectors.map(({ id }) => id), finding: 'serious', summary: '监考员少一人', details: '只到了一名监考员，王某请假', files: [] };
  const find = (change: Partial<Body<'draw.finding'>> = {}) => problemOf(take(world.city, about, 'draw.finding', { ...finding, ...change }));
  expect(await find()).toBe('409:finding_too_early');
  onDay(drawn.date);
  expect(await find({ session: session === 's1' ? 's2' : 's1' })).toBe('409:session_not_drawn');
  expect(await find({ inspectors: others })).toBe('409:inspector_not_drawn');
  expect(await problemOf(take(school.client, about, 'draw.follow', { plan, session, summary: '已整改', files: [] }, { seq: 2, last: (await view(world.city, about)).last }))).toBe('409:finding_missing');
  expect(await problemOf(take(world.city, about, 'draw.close', { summary: '办结' }))).toBe('409:finding_missing');
  const pdf = new TextEncoder().encode('%PDF-1.7 inspection');
  const { sha256, size } = await as(world.city).json<{ sha256: string; size: number }>('POST', '/v1/files', { body: pdf, type: 'application/pdf' });
  expect(await find({ files: [{ name: '现场记录.pdf', type: 'application/pdf', size, sha256 }] })).toBe('none');

  const seen = await as(school.client).get<{ seq: number; last: string; findings: { details: string }[] }>(`/v1/draws/${about}/findings`);
  expect(seen.findings.map(({ details }) => details)).toEqual([finding.details]);
  expect(new Uint8Array(await (await as(school.client).take('GET', `/v1/draws/${about}/files/${sha256}`)).arrayBuffer())).toEqual(pdf);
  expect((await as(plant.client).get<{ findings: unknown[] }>(`/v1/draws/${about}/findings`)).findings).toEqual([]);
  expect(await problemOf(as(plant.client).take('GET', `/v1/draws/${about}/files/${sha256}`))).toBe('404:file_not_found');
  const follow = { plan, session, summary: '已补足监考员并培训', details: '内部说明', files: [] };
  const place = { seq: seen.seq, last: seen.last };
  expect(await problemOf(take(plant.client, about, 'draw.follow', follow, place))).toBe('403:out_of_reach');
  expect(await problemOf(take(otherCity, about, 'draw.follow', follow, place))).toBe('403:out_of_reach');
  await take(school.client, about, 'draw.follow', follow, place);
  await take(world.city, about, 'draw.close', { summary: '已督促整改' });

  const text = await (await anyone.send('GET', `/v1/draws/${about.slice(5)}`)).text();
  for (const said of ['监考员少一人', '已补足监考员并培训', '已督促整改']) expect(text).toContain(said);
  for (const secret of ['王某', '内部说明', '现场记录']) expect(text).not.toContain(secret);
  const [line] = await cases(world.city, '?kind=draw&state=closed');
  expect(line).toMatchObject({ about, facts: { found: 1, serious: 1, pick: 1 } });
  const { facts } = (await db.prepare('SELECT facts FROM cases WHERE about = ?').bind(about).first<{ facts: string }>()) as { facts: string };
  for (const person of ['督导员', '甲督导', '乙督导', '监考']) expect(facts).not.toContain(person);
  const { draws } = (await (await anyone.send('GET', '/v1/draws')).json()) as { draws: { id: string; state: string }[] };
  expect(draws.find(({ id }) => `draw:${id}` === about)).toMatchObject({ state: 'closed' });
  const page = await (await anyone.send('GET', `/supervision/${about.slice(5)}`)).text();
  for (const said of [seed, commitment, '监考员少一人', '已补足监考员并培训', drawn.inspectors[0]?.name as string]) expect(page).toContain(said);
  for (const secret of ['王某', '内部说明']) expect(page).not.toContain(secret);
  onDay('2026-11-20');
});

test('a draw that is given up stays, with its reason; without an announced source no value joins the seed', async () => {
  const about = fresh('draw');
  await take(world.city, about, 'draw.commit', lists(), { seq: 0 });
  expect(await problemOf(take(world.city, about, 'draw.reveal', { seed, public_value: '凑出来的值' }))).toBe('400:public_value_unasked');
  await take(world.city, about, 'draw.abandon', { reason: '种子文件遗失' });
  expect(await problemOf(take(world.city, about, 'draw.reveal', { seed }))).toBe('409:step_not_now');
  expect(await publicDraw(about)).toMatchObject({ state: 'abandoned', abandoned: { body: { reason: '种子文件遗失' } } });
  expect(await (await anyone.send('GET', '/supervision')).text()).toContain('已作废');
  expect(await (await anyone.send('GET', `/supervision/${about.slice(5)}`)).text()).toContain('种子文件遗失');
  for (const path of ['/v1/draws/d00000000', '/v1/draws/rules:x', '/supervision/d00000000']) expect([path, (await anyone.send('GET', path)).status]).toEqual([path, 404]);
  expect(((await (await anyone.send('GET', '/v1/draws/d00000000')).json()) as { code: string }).code).toBe('draw_not_found');
});
