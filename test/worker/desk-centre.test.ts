/** The desk's views of centres against the real Worker: what each tier is shown, and what lies outside its reach. */
import { beforeAll, expect, test } from 'vitest';
import type { Body } from '../../src/core/procedure/bodies.ts';
import { newSeed } from '../../src/core/procedure/draw-seed.ts';
import { type Identity, withdraw } from '../../src/sdk/sign.ts';
import {
  as,
  candidates,
  certify,
  db,
  fileWith,
  foundProvince,
  makeCentre,
  type Organization,
  type Province,
  type Submitted,
  submit,
} from '../kit.ts';
import { cases, fresh, makeApplicant, onDay, sampleApplication, samplePlan, take } from '../procedure-kit.ts';

let world: Province;
let school: Organization;
let plant: Organization;
let waiting: Submitted;
let number: string;
let plan: string;
let application: string;
let device: string;

const html = async (who: Identity, view: string): Promise<string> => {
  const answer = await as(who).send('GET', `/desk/view/${view}`);
  return answer.ok ? answer.text() : `${answer.status} ${((await answer.json()) as { code: string }).code}`;
};

beforeAll(async () => {
  onDay('2026-11-02');
  world = await foundProvince();
  school = await fileWith(world.city, 'S000037000001');
  plant = await fileWith(world.province, 'Y000037000002', { name: '山东重工集团' });
  number = ((await certify(world, school, candidates(2))).certificates[0] as { number: string }).number;
  waiting = await submit(school, candidates(3, 50));
  plan = (await take(school.client, fresh('plan'), 'plan.file', samplePlan('2026-11-20'))).about;
  const asking = await makeApplicant();
  application = (await take(asking, fresh('application'), 'application.submit', sampleApplication(asking))).about;
  const second = await makeApplicant();
  const { kty, crv, x, y } = second.jwk;
  device = (
    await take(second, fresh('device'), 'device.request', {
      salt: 'AAAAAAAAAAAAAAAAAAAAAA',
      organization: school.code,
      key: { kty, crv, x, y },
      label: '新电脑',
      holder: '郑教务',
      why: 'loss',
    })
  ).about;
});

test('the queue counts what waits for this tier', async () => {
  const city = await html(world.city, 'home');
  for (const words of ['个批次待本中心审核', '件申报待审核', '份考核计划已报送', '台设备待登记'])
    expect(city).toContain(words);
  // One batch, one application, one plan, one device: the English says so.
  for (const words of ['batch waits for your approval', 'application to review', 'plan filed', 'device to name'])
    expect(city).toMatch(new RegExp(`>${words}<`));
  expect(await html(world.province, 'home')).not.toContain('个批次待本中心审核');
  expect(city).toContain('href="#/trail"');
});

test('a batch is shown with its rows, and loudly where no plan and no notice stand behind it', async () => {
  const shown = await html(world.city, `batches/${waiting.id}`);
  for (const words of [
    'data-action="approve-batch"',
    '没有考核计划，也没有经过公示',
    'data-position="2"',
    'data-step="batch.return"',
  ])
    expect(shown).toContain(words);
  expect(await html(world.province, `batches/${waiting.id}`)).not.toContain('approve-batch');
  expect(await html(world.city, `batches/${waiting.id}/rows/2`)).not.toContain('data-position="1"');
  const own = await submit(plant, candidates(1, 80));
  expect(await html(world.city, `batches/${own.id}`)).toBe('403 out_of_reach');
  expect(await html(world.province, `batches/${own.id}`)).toContain('approve-batch');
  expect(await html(world.city, `batches/${waiting.id}/rows/x`)).toBe('404 not_found');
});

test('plans, applications, devices: decisions are offered to the responsible centre alone', async () => {
  expect(await html(world.city, `plans/${plan}`)).toContain('data-step="plan.receive"');
  for (const [view, step] of [
    [`applications/${application}`, 'data-action="review-selection"'],
    [`devices/${device}`, 'data-action="grant-device"'],
  ] as const) {
    expect(await html(world.city, view)).toContain(step);
    expect(await html(world.province, view)).not.toContain(step);
  }
  // The organization has its list and its answer to the same device.
  expect(await html(school.client, 'devices')).toContain(`href="#/devices/${device}"`);
  for (const step of ['device.endorse', 'device.refuse'])
    expect(await html(school.client, `devices/${device}`)).toContain(`data-step="${step}"`);
  expect(await html(plant.client, `devices/${device}`)).toBe('403 out_of_reach');
  expect(await html(world.city, `applications/${application}`)).toContain('总体规划');
  expect(await html(world.city, `applications/${device}`)).toBe('404 case_not_found');
  for (const view of ['results', 'objections', 'applications', 'plans', 'batches', 'devices'])
    expect(await html(world.city, view)).toContain('<h1');
});

test('organizations within reach are suspended and resumed', async () => {
  expect(await html(world.city, 'organizations')).not.toContain(plant.code);
  expect(await html(world.province, 'organizations')).toContain(plant.code);
  expect(await html(world.city, `organizations/${plant.code}`)).toBe('403 out_of_reach');
  expect(await html(world.city, `organizations/${school.code}`)).toContain('data-step="standing.suspend"');
  await take(world.city, `standing:${school.code}`, 'standing.suspend', { reason: '考场记录不全' });
  const stopped = await html(world.city, `organizations/${school.code}`);
  expect([stopped.includes('data-step="standing.resume"'), stopped.includes('考场记录不全')]).toEqual([true, true]);
  expect(await html(world.city, `batches/${waiting.id}`)).toContain('该机构已被暂停评价');
});

test('a trail is shown with every signature, within reach', async () => {
  expect(await html(world.city, 'trail')).toContain('open-trail');
  const shown = await html(world.city, `trail/${number}`);
  for (const words of ['data-action="export-trail"', '颁发指令', '现有签名全部通过核验'])
    expect(shown).toContain(words);
});

test('a draw: its form lists the sessions to come; seed, findings and close are offered when their time has come', async () => {
  expect(await html(world.city, 'draws')).toContain('还没有抽取');
  const blank = await html(world.city, 'draws/new');
  for (const words of [
    'data-step="draw.commit"',
    'data-session="{&quot;plan&quot;:',
    '电工 三级/高级工 理论和实操',
    'value="2026-11-03"',
  ])
    expect(blank).toContain(words);
  const { sessions } = await as(world.city).get<{ sessions: Body<'draw.commit'>['sessions'] }>('/v1/sessions');
  const seed = newSeed(new Uint8Array(32).fill(6));
  const { about } = await take(
    world.city,
    fresh('draw'),
    'draw.commit',
    {
      title: '督导（虚构）',
      sessions,
      inspectors: [{ id: 'd1', name: '甲督导', unit: '虚构中心' }],
      pick: 1,
      per_session: 1,
      commitment: seed.commitment,
      public_source: { lottery: 'ssq', issue: '2026127', date: '2026-11-05' },
    },
    { seq: 0 },
  );
  expect(await html(world.city, 'draws/new')).toContain('d1\t甲督导\t虚构中心');
  expect(await html(world.city, 'home')).toContain('次抽取待公布种子');
  const early = await html(world.city, `draws/${about}`);
  for (const words of ['从那天起可以公布', 'data-step="draw.abandon"', `data-seed="${seed.commitment}"`])
    expect(early).toContain(words);
  expect(early).not.toContain('data-public-value');
  expect(await html(world.city, `draws/${about}/drawn/1`)).toBe('404 not_found');
  onDay('2026-11-05');
  expect(await html(world.city, `draws/${about}`)).toContain('data-public-value="ssq"');
  await take(world.city, about, 'draw.reveal', { seed: seed.seed, public_value: '03 11 19 22 27 31 08' });
  const drawn = await html(world.city, `draws/${about}`);
  for (const words of [`#/draws/${about}/drawn/1`, '甲督导（d1）', '还有 1 个场次没有检查结果'])
    expect(drawn).toContain(words);
  expect(await html(world.city, `draws/${about}/drawn/1`)).toContain('从那天起可以填写');
  onDay('2026-11-20');
  expect(await html(world.city, `draws/${about}/drawn/1`)).toContain('data-step="draw.finding"');
  const { plan: of, session } = sessions[0] as (typeof sessions)[number];
  await take(world.city, about, 'draw.finding', {
    plan: of,
    session,
    inspectors: ['d1'],
    finding: 'minor',
    summary: '标识不全',
    details: '内部',
    files: [],
  });
  const found = await html(world.city, `draws/${about}/drawn/1`);
  for (const words of ['一般问题', '内部', 'data-step="draw.follow"']) expect(found).toContain(words);
  expect(await html(world.city, `draws/${about}`)).toContain('data-step="draw.close"');
  expect(await html(world.province, `draws/${about}`)).toContain('督导（虚构）');
  expect(await html(school.client, `draws/${about}`)).toBe('403 role_wrong');
  // The inspected see their own, with the details, and say what became of it.
  expect(await html(school.client, 'inspections')).toContain(`#/inspections/${about}/1`);
  const own = await html(school.client, `inspections/${about}/1`);
  for (const words of ['标识不全', '内部', 'data-step="draw.follow"']) expect(own).toContain(words);
  expect(own).not.toContain('data-step="draw.finding"');
  expect(await html(plant.client, 'inspections')).toContain('没有被抽中的场次');
  for (const path of [`inspections/${about}/1`, `inspections/${about}/9`])
    expect(await html(plant.client, path)).toBe('404 not_found');
  onDay('2026-11-02');
});

test("what the province drew of a city's organizations, their city reads with its findings, and no other", async () => {
  expect(await html(world.city, 'draws')).toContain('href="#/draws/province"');
  expect(await html(world.province, 'draws')).not.toContain('#/draws/province');
  expect(await html(world.city, 'draws/province')).toContain('没有抽中过');
  const { sessions } = await as(world.province).get<{ sessions: Body<'draw.commit'>['sessions'] }>('/v1/sessions');
  const seed = newSeed(new Uint8Array(32).fill(7));
  const { about } = await take(
    world.province,
    fresh('draw'),
    'draw.commit',
    {
      title: '省级督导（虚构）',
      sessions,
      inspectors: [{ id: 'p1', name: '丙督导', unit: '虚构省中心' }],
      pick: sessions.length,
      per_session: 1,
      commitment: seed.commitment,
      public_source: { lottery: 'ssq', issue: '2026127', date: '2026-11-05' },
    },
    { seq: 0 },
  );
  onDay('2026-11-05');
  await take(world.province, about, 'draw.reveal', { seed: seed.seed, public_value: '03 11 19 22 27 31 08' });
  onDay('2026-11-20');
  const { plan: of, session, organization } = sessions[0] as (typeof sessions)[number];
  expect(organization).toBe(school.code);
  await take(world.province, about, 'draw.finding', {
    plan: of,
    session,
    inspectors: ['p1'],
    finding: 'serious',
    summary: '监考员少一人',
    details: '只给本市看',
    files: [],
  });
  const list = await html(world.city, 'draws/province');
  const [, address = ''] = new RegExp(`href="#/(draws/province/${about}/\\d+)"`).exec(list) ?? [];
  expect([list.includes(school.code), list.includes('严重问题')]).toEqual([true, true]);
  const shown = await html(world.city, address);
  for (const words of ['监考员少一人', '只给本市看', `#/organizations/${school.code}`]) expect(shown).toContain(words);
  expect(shown).not.toContain('data-step');
  expect(await html(world.city, `draws/province/${about}/99`)).toBe('404 not_found');
  const other = await makeCentre(world.root, '3702', '青岛市职业技能鉴定指导中心');
  await as(world.province).post('/v1/centres', { statement: other.token });
  expect(await html(other, 'draws/province')).toContain('没有抽中过');
  expect(await html(other, address)).toBe('404 not_found');
  for (const who of [world.province, school.client]) expect(await html(who, address)).toBe('403 role_wrong');
  onDay('2026-11-02');
});

test('long lists come page by page to their end, what waits first, though all lines are of one second', async () => {
  await db
    .prepare(
      "INSERT INTO cases SELECT 'plan:copy' || substr('000' || value, -4), kind, CASE WHEN value % 50 = 0 THEN 'filed' ELSE 'cancelled' END, seq, last, owner, organization, centre, parent, facts, due, created_at, 5, bytes FROM cases, (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 230) SELECT value FROM n) WHERE about = ?",
    )
    .bind(plan)
    .run();
  const seen: string[] = [];
  for (let after: string | null = ''; after !== null; ) {
    const page: { cases: { about: string }[]; next: string | null } = await as(world.city).get(
      `/v1/cases?kind=plan${after === '' ? '' : `&after=${after}`}`,
    );
    expect(page.cases.length).toBeLessThanOrEqual(100);
    seen.push(...page.cases.map(({ about }) => about));
    after = page.next;
  }
  expect([seen.length, new Set(seen).size]).toEqual([231, 231]);
  expect((await as(world.city).send('GET', '/v1/cases?after=x')).status).toBe(400);
  const shown: string[] = [];
  for (let view: string | undefined = 'plans'; view !== undefined; ) {
    const page: string = await html(world.city, view);
    shown.push(...[...page.matchAll(/href="#\/plans\/(plan:[^"]+)"/g)].map(([, about]) => about as string));
    view = /data-more="([^"]+)"/.exec(page)?.[1];
  }
  expect([shown.length, new Set(shown).size]).toEqual([231, 231]);
  expect(shown.slice(0, 5).sort()).toEqual(
    [plan, 'plan:copy0050', 'plan:copy0100', 'plan:copy0150', 'plan:copy0200'].sort(),
  );
  expect((await cases(school.client, '?kind=plan')).length).toBe(100);
  expect((await html(school.client, 'plans')).includes('data-more="plans/after/0.5.plan:copy')).toBe(true);
  expect(await html(world.city, 'plans/after/x')).toBe('400 body_malformed');
});

test('batches come page by page to their end, for centres and their organization', async () => {
  await db
    .prepare(
      "INSERT INTO batches (id, organization, filing, count, root, state, created_at, body_digest) SELECT 'copy' || substr('0000' || value, -5), organization, filing, count, root, CASE WHEN value = 7 THEN 'submitted' ELSE 'returned' END, 5, body_digest FROM batches, (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 405) SELECT value FROM n) WHERE id = ?",
    )
    .bind(waiting.id)
    .run();
  const read = async (who: Identity, path: string, key: 'reviews' | 'batches') => {
    const seen: string[] = [];
    for (let after: string | null = ''; after !== null; ) {
      const page: Record<'reviews' | 'batches', { id: string }[]> & { next: string | null } = await as(who).get(
        `${path}${after === '' ? '' : `?after=${after}`}`,
      );
      seen.push(...page[key].map(({ id }) => id));
      after = page.next;
    }
    return seen;
  };
  for (const [who, path, key] of [
    [world.city, '/v1/reviews', 'reviews'],
    [school.client, '/v1/batches', 'batches'],
  ] as const) {
    const seen = await read(who, path, key);
    expect([seen.length, new Set(seen).size]).toEqual([407, 407]);
  }
  const queue = await html(world.city, 'batches');
  expect([...queue.matchAll(/href="#\/batches\/([^"]+)"/g)].slice(0, 2).map(([, id]) => id)).toEqual([
    waiting.id,
    'copy00007',
  ]);
  const next = /data-more="([^"]+)"/.exec(queue)?.[1] as string;
  expect((await html(world.city, next)).includes('copy00007')).toBe(false);
});

test('filings and keys of an organization are withdrawn by whoever signed them, or by the province, and everybody reads why', async () => {
  const form = `organizations/${school.code}/withdraw/client/${school.client.kid}`;
  for (const who of [world.city, world.province])
    expect(await html(who, form)).toContain('data-action="withdraw-statement"');
  expect(await html(world.city, `organizations/${school.code}`)).toContain(`href="#/${form}"`);
  expect(await html(world.city, `organizations/${plant.code}/withdraw/client/${plant.client.kid}`)).toBe(
    '403 out_of_reach',
  );
  expect(await html(world.city, `organizations/${school.code}/withdraw/filing/${school.client.kid}`)).toBe(
    '404 not_found',
  );
  expect(await html(school.client, form)).toBe('403 role_wrong');
  await as(world.city).post('/v1/withdrawals', {
    statement: await withdraw(world.city, { kid: school.client.kid }, { reason: '设备遗失' }),
  });
  expect(await html(world.city, form)).toBe('404 not_found');
  const shown = await html(world.city, `organizations/${school.code}`);
  expect([shown.includes(`href="#/${form}"`), shown.includes('设备遗失')]).toEqual([false, true]);
  expect((await as(school.client).send('GET', '/v1/batches')).status).toBe(401);
});
