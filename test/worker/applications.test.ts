/**
 * From an application to a filed organization, and how further devices come to speak for it: signed by whoever is
 * responsible, against the real Worker.
 */
import { beforeAll, expect, test } from 'vitest';
import { bodyDigest, signStep } from '../../src/core/procedure/read-case.ts';
import { scopeFrom } from '../../src/core/procedure/selection.ts';
import type { Filing } from '../../src/core/schema.ts';
import { type Identity, withdraw } from '../../src/sdk/sign.ts';
import { anyone, as, candidates, db, fileWith, ORIGIN, type Organization, submit, workerFetch } from '../kit.ts';
import { cases, fresh, makeApplicant, rulesOf, salt, sampleApplication, take, view } from '../procedure-kit.ts';
import { CODE, file, jtiOf, name, now, otherCity, prepare, problemOf, world } from './applications-kit.ts';
import { selection } from './applications-selection.ts';
import { claimsOf } from './forge.ts';

beforeAll(prepare);

let school: Identity;

test('a stranger applies, mends what was returned, is selected, and uploads with the very key it applied with', async () => {
  const stranger = await makeApplicant();
  const about = fresh('application');
  const pdf = new TextEncoder().encode('%PDF-1.7\n%proof');
  const kept = await as(stranger).json<{ type: 'application/pdf'; size: number; sha256: string }>('POST', '/v1/files', {
    body: pdf,
    type: 'application/pdf',
  });
  const first = sampleApplication(stranger, { files: [{ ...kept, name: '房产证.pdf' }] });
  expect(await take(stranger, about, 'application.submit', first)).toEqual({
    about,
    step: 'application.submit',
    seq: 1,
    state: 'submitted',
  });

  const [line] = await cases(world.city, '?kind=application&state=submitted');
  expect(line).toMatchObject({
    about,
    organization: null,
    centre: 'centre:3701',
    facts: { purpose: 'new', name: '济南泉城职业培训学校', nature: 'training_school', occupations: 3 },
  });
  expect(await cases(otherCity, '?kind=application')).toEqual([]);
  for (const text of ['吴联系', '周示范', '0531-00000000', 'office@example.cn'])
    expect(JSON.stringify((await db.prepare('SELECT * FROM cases').all()).results)).not.toContain(text);
  expect(
    new Uint8Array(await (await as(world.city).take('GET', `/v1/cases/${about}/files/${kept.sha256}`)).arrayBuffer()),
  ).toEqual(pdf);
  expect(await problemOf(as(otherCity).take('GET', `/v1/cases/${about}/files/${kept.sha256}`))).toBe(
    '403:out_of_reach',
  );

  await take(world.city, about, 'application.return', { reason: '请补充焊工气焊工位情况' });
  expect((await view(stranger, about)).allowed).toEqual(['application.amend', 'application.withdraw']);
  const corrected = sampleApplication(
    stranger,
    { files: first.files },
    { premises: '实训楼 2000 平方米，电工工位 40 个，气焊工位 8 个。' },
  );
  expect(await take(stranger, about, 'application.amend', corrected)).toMatchObject({ seq: 3, state: 'submitted' });

  const filing = await file(world.city, CODE, corrected);
  expect((claimsOf(filing) as unknown as Filing).scope).toEqual([
    { code: '6-31-01-03', name: '电工', edition: '2022', jobs: [], levels: [5, 4, 3] },
    { code: '6-18-02-04', name: '焊工', edition: '2022', jobs: ['电焊工'], levels: [5, 4] },
    { code: '6-18-02-04', name: '焊工', edition: '2022', jobs: ['气焊工'], levels: [5] },
  ]);
  const client = await name(world.city, CODE, stranger);
  expect(
    await take(world.city, about, 'application.select', {
      organization: CODE,
      filing: jtiOf(filing),
      client: jtiOf(client),
    }),
  ).toMatchObject({ seq: 4, state: 'selected' });

  // What the device does next: it asks what its key is known as, and goes on under that name.
  const { statements } = await as(stranger).get<{ statements: { typ: string; sub: string; token: string }[] }>(
    '/v1/me',
  );
  expect(statements).toEqual([expect.objectContaining({ typ: 'client+jwt', sub: `org:${CODE}`, token: client })]);
  school = { ...stranger, subject: `org:${CODE}`, token: statements[0]?.token as string };
  expect(
    await submit({ code: CODE, centre: world.city, client: school, filing } satisfies Organization, candidates(1)),
  ).toMatchObject({ count: 1 });
  expect((await view(school, about)).steps.map(({ step, iss }) => [step, iss])).toEqual([
    ['application.submit', stranger.subject],
    ['application.return', 'centre:3701'],
    ['application.amend', stranger.subject],
    ['application.select', 'centre:3701'],
  ]);
});

selection();

test('a filed organization asks for a change of its own filing, with its own centre or the province', async () => {
  const about = fresh('application');
  const asked = (change: Parameters<typeof sampleApplication>[1]) =>
    sampleApplication(school, { purpose: 'change', organization: CODE, annual_capacity: 900, ...change });
  const submitted = (change: Parameters<typeof sampleApplication>[1]) =>
    problemOf(take(school, about, 'application.submit', asked(change)));
  expect(await submitted({ organization: 'S000037000012' })).toBe('403:organization_differs organization');
  expect(await problemOf(take(school, about, 'application.submit', sampleApplication(school)))).toBe(
    '403:organization_differs organization',
  );
  expect(await submitted({ centre: 'centre:3702' })).toBe('404:centre_unknown centre');
  expect(await submitted({})).toBe('none');
  const [first, ...others] = asked({}).form.occupations;
  const fewer = await file(world.city, CODE, asked({}), {
    scope: scopeFrom([{ ...(first as (typeof others)[number]), levels: [5] }, ...others]),
  });
  expect(
    await problemOf(take(world.city, about, 'application.select', { organization: CODE, filing: jtiOf(fewer) })),
  ).toBe('409:selection_reason_missing reason');
  const filing = await file(world.city, CODE, asked({}));
  await take(world.city, about, 'application.select', { organization: CODE, filing: jtiOf(filing), note: '规模调整' });
  expect(await anyone.get(`/v1/organizations/${CODE}`)).toMatchObject({ annual_capacity: 900, state: 'in_force' });
});

test('a second device is endorsed by the first and named by the centre', async () => {
  const device = await makeApplicant();
  const about = fresh('device');
  const request = (change: object = {}) => ({
    salt: salt(),
    organization: CODE,
    key: sampleApplication(device).key,
    label: '教务处电脑',
    holder: '吴联系',
    why: 'second' as const,
    ...change,
  });
  expect(await problemOf(take(device, about, 'device.request', request({ organization: 'S000037000099' })))).toBe(
    '409:organization_not_filed',
  );
  expect(
    await problemOf(
      take(device, about, 'device.request', request({ key: sampleApplication(await makeApplicant()).key })),
    ),
  ).toBe('403:key_not_callers key');
  await take(device, about, 'device.request', request());
  expect(await problemOf(take(device, fresh('device'), 'device.request', request()))).toBe('409:application_open');
  expect((await cases(school, '?kind=device'))[0]).toMatchObject({
    about,
    state: 'requested',
    facts: { why: 'second', key: device.kid },
  });
  expect(await cases(otherCity)).toEqual([]);
  const client = await name(world.city, CODE, device);
  const grant = (who: Identity, jti: string) => problemOf(take(who, about, 'device.grant', { client: jti }, undefined));
  expect(await grant(world.city, jtiOf(client))).toBe('409:endorsement_missing');
  const plant = await fileWith(world.province, 'Y000037000002', { name: '山东重工集团' });
  expect(await problemOf(take(plant.client, about, 'device.endorse', {}, { seq: 1 }))).toBe('403:out_of_reach');
  await take(school, about, 'device.endorse', { note: '已当面核对指纹' });
  expect(await grant(world.province, jtiOf(client))).toBe('403:out_of_reach');
  expect(await grant(world.city, jtiOf(school.token))).toBe('409:client_names_other_key client');
  expect(await grant(world.city, jtiOf(client))).toBe('none');
  const { statements } = await as(device).get<{ statements: { token: string }[] }>('/v1/me');
  const second: Identity = { ...device, subject: `org:${CODE}`, token: statements[0]?.token as string };
  expect((await as(second).get<{ batches: unknown[] }>('/v1/batches')).batches).toHaveLength(1);
});

test('who lost every device asks without endorsement; the old key is ended by its withdrawal', async () => {
  const device = await makeApplicant();
  const about = fresh('device');
  await take(device, about, 'device.request', {
    salt: salt(),
    organization: CODE,
    key: sampleApplication(device).key,
    label: '新电脑',
    holder: '吴联系',
    why: 'loss',
    note: '原电脑损坏',
  });
  const client = await name(world.city, CODE, device);
  await take(world.city, about, 'device.grant', { client: jtiOf(client) });
  await as(world.city).post('/v1/withdrawals', { statement: await withdraw(world.city, { kid: school.kid }) });
  expect(await problemOf(as(school).get('/v1/batches'))).toBe('401:client_withdrawn client+jwt');
  school = { ...device, subject: `org:${CODE}`, token: client };
  expect((await as(school).get<{ batches: unknown[] }>('/v1/batches')).batches).toHaveLength(1);
  const thief = await makeApplicant();
  const again = fresh('device');
  await take(thief, again, 'device.request', {
    salt: salt(),
    organization: CODE,
    key: sampleApplication(thief).key,
    label: '？',
    holder: '？',
    why: 'loss',
  });
  await take(school, again, 'device.refuse', { reason: '不是本机构的设备' });
  expect((await view(thief, again)).state).toBe('refused');
});

test('the public reads filing, nature and address, published rules, and a suspension with its reason', async () => {
  const page = async (path: string) => (await workerFetch(ORIGIN + path, { headers: { Accept: 'text/html' } })).text();
  expect(await page(`/organizations/${CODE}`)).toContain('尚未在本平台公开管理办法');
  await take(school, `rules:${CODE}`, 'rules.publish', rulesOf('2026-1'));
  await take(world.city, `standing:${CODE}`, 'standing.suspend', {
    reason: '现场检查发现<考务>问题',
    until: '2027-01-31',
  });
  const one = await page(`/organizations/${CODE}`);
  for (const words of [
    '民办职业培训机构',
    '济南市历下区文化东路 1 号',
    '暂停评价',
    '现场检查发现&lt;考务&gt;问题',
    '2027-01-31',
    '考务管理办法',
    '收费标准',
    '2026-1',
    'Published rules',
  ])
    expect(one).toContain(words);
  for (const words of ['吴联系', '周示范', '0531-00000000', 'office@example.cn', '100 万元', '教务主任'])
    expect(one).not.toContain(words);
  const list = await page('/organizations');
  expect(list.split('暂停评价').length).toBe(2);
  const { organizations } = await anyone.get<{
    organizations: { code: string; state: string; suspended: boolean; rules_version: string | null }[];
  }>('/v1/organizations?q=泉城');
  expect(organizations.find(({ code }) => code === CODE)).toMatchObject({
    state: 'in_force',
    suspended: true,
    rules_version: '2026-1',
  });
  const data = await anyone.get<{ rules: Record<string, unknown> & { statement: string }; suspension: object }>(
    `/v1/organizations/${CODE}`,
  );
  expect(data).toMatchObject({
    nature: 'training_school',
    suspension: {
      reason: '现场检查发现<考务>问题',
      until: '2027-01-31',
      by: 'centre:3701',
      by_name: '济南市职业技能鉴定指导中心',
    },
  });
  // Anyone can hold the rules against the signature that published them.
  const { published_at: _at, statement, ...rules } = data.rules;
  expect(await bodyDigest(rules)).toBe(claimsOf(statement).body);
  // A suspension ends neither the filing nor what was issued.
  expect(await as(world.city).get(`/v1/cases/standing:${CODE}`)).toMatchObject({ state: 'suspended' });
  await take(world.city, `standing:${CODE}`, 'standing.resume', { reason: '已整改' });
  expect(await page('/organizations')).not.toContain('暂停评价');
});

test('a step for a filing of a later day, and one signed for another case', async () => {
  const stranger = await makeApplicant();
  const about = fresh('application');
  const asked = sampleApplication(stranger);
  await take(stranger, about, 'application.submit', asked);
  const later = await file(world.city, 'S000037000013', asked, { nbf: now() + 30 * 86_400 });
  expect(
    await take(world.city, about, 'application.select', { organization: 'S000037000013', filing: jtiOf(later) }),
  ).toMatchObject({ state: 'selected' });
  const body = { reason: '退回' };
  const statement = await signStep(
    world.city,
    { aud: ORIGIN, about: fresh('application'), step: 'application.return', seq: 1, last: 'A'.repeat(43), body },
    now(),
    crypto.randomUUID(),
  );
  expect(await problemOf(as(world.city).post('/v1/steps', { statement, body }))).toBe('409:step_not_now');
});
