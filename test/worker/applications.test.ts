/**
 * From an application to a filed organization, and how further devices come to speak for it: signed by whoever is
 * responsible, against the real Worker.
 */
import { beforeAll, expect, test } from 'vitest';
import { bodyDigest, signStep } from '../../src/core/procedure/read-case.ts';
import { filingFrom, scopeFrom } from '../../src/core/procedure/selection.ts';
import type { Filing } from '../../src/core/schema.ts';
import { signStatement } from '../../src/core/statement.ts';
import { CallError } from '../../src/sdk/call.ts';
import { type Identity, type KeyPair, makeKey, nameClient, withdraw } from '../../src/sdk/sign.ts';
import {
  anyone,
  as,
  candidates,
  db,
  fileWith,
  foundProvince,
  makeCentre,
  ORIGIN,
  type Organization,
  type Province,
  submit,
  workerFetch,
} from '../kit.ts';
import { cases, fresh, makeApplicant, rulesOf, salt, sampleApplication, take, view } from '../procedure-kit.ts';
import { claimsOf } from './forge.ts';

let world: Province;
let otherCity: Identity;
const CODE = 'S000037000011';
const now = () => Math.floor(Date.now() / 1000);
const jtiOf = (token: string) => claimsOf(token).jti as string;

/** `status:code`, with the part that is meant. */
const problemOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'none';
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    const { status, code, part } = error.problem;
    return `${status}:${code}${part === undefined ? '' : ` ${part}`}`;
  }
};

/** A centre makes the filing that an application leads to, with anything in it changed, and submits it. */
async function file(
  centre: Identity,
  code: string,
  application: ReturnType<typeof sampleApplication>,
  change: Partial<Filing> = {},
): Promise<string> {
  const key = await as(centre).post<Filing['issuing_jwks']['keys'][number]>(`/v1/organizations/${code}/keys`, {});
  const claims = filingFrom(application, {
    code,
    centre: centre.subject,
    keys: [key],
    iat: now(),
    exp: now() + 365 * 86_400,
    jti: crypto.randomUUID(),
  });
  const token = await signStatement('filing+jwt', { ...claims, ...change }, centre.key, centre.kid);
  await as(centre).post('/v1/filings', { statement: token });
  return token;
}

async function name(centre: Identity, code: string, pair: KeyPair): Promise<string> {
  const token = await nameClient(centre, code, pair.jwk);
  await as(centre).post('/v1/clients', { statement: token });
  return token;
}

beforeAll(async () => {
  world = await foundProvince();
  otherCity = await makeCentre(world.root, '3702', '青岛市职业技能鉴定指导中心');
  await as(world.province).post('/v1/centres', { statement: otherCity.token });
});

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

test('selection takes only a filing that was submitted, and that does not go beyond the application', async () => {
  const stranger = await makeApplicant();
  const about = fresh('application');
  const asked = sampleApplication(stranger);
  const code = 'S000037000012';
  await take(stranger, about, 'application.submit', asked);
  const select = (
    filing: string,
    client?: string,
    organization = code,
    reason: string | undefined = '焊工工位不足，先核准电工五级',
  ) =>
    problemOf(
      take(world.city, about, 'application.select', {
        organization,
        filing,
        ...(client === undefined ? {} : { client }),
        ...(reason === '' ? {} : { reason }),
      }),
    );
  expect(await select('nothing')).toBe('409:filing_unknown filing');
  const [electrician] = asked.form.occupations;
  const wider = (levels: Filing['scope'][number]['levels'], jobs: string[] = []) => [
    { code: electrician?.code as string, name: '电工', edition: '2022', jobs, levels },
  ];
  for (const [change, part] of [
    [{ name: '济南泉城职业技术学校' }, 'name'],
    [{ annual_capacity: 501 }, 'annual_capacity'],
    [{ scope: wider([3, 2]) }, 'scope'],
    [{ scope: wider([3], ['电缆工']) }, 'scope'],
    [{ scope: [{ code: '6-18-01-01', name: '车工', edition: '2022', jobs: [], levels: [5] }] }, 'scope'],
    // Level 4 was asked for one job, not for the other.
    [
      { scope: [{ code: '6-18-02-04', name: '焊工', edition: '2022', jobs: ['电焊工', '气焊工'], levels: [4] }] },
      'scope',
    ],
  ] as [Partial<Filing>, string][]) {
    expect(await select(jtiOf(await file(world.city, code, asked, change)))).toBe(
      `409:filing_differs_from_application ${part}`,
    );
  }
  const ofAnother = 'S000037000014';
  expect(
    await select(jtiOf(await file(world.city, ofAnother, asked, { uscc: '91110000600037341L' })), undefined, ofAnother),
  ).toBe('409:filing_differs_from_application uscc');
  const less = await file(world.city, code, asked, { annual_capacity: 100, scope: wider([5]) });
  expect(await select(jtiOf(less), undefined, CODE)).toBe('409:filing_differs_from_application organization');
  expect(await select(jtiOf(less), 'nothing')).toBe('409:client_statement_unknown client');
  expect(await select(jtiOf(less), jtiOf(await name(world.city, code, await makeKey())))).toBe(
    '409:client_names_other_key client',
  );
  expect(await select(jtiOf(less), jtiOf(less))).toBe('409:client_statement_unknown client');
  // The province sees it, but the centre that was asked decides; another city sees nothing.
  expect(
    await problemOf(take(world.province, about, 'application.select', { organization: code, filing: jtiOf(less) })),
  ).toBe('403:out_of_reach');
  expect(await problemOf(take(otherCity, about, 'application.return', { reason: '不归本中心' }, { seq: 1 }))).toBe(
    '403:out_of_reach',
  );
  expect(
    await problemOf(take(stranger, about, 'application.select', { organization: code, filing: jtiOf(less) })),
  ).toBe('403:out_of_reach');
  expect(await select(jtiOf(less), undefined, code, '')).toBe('409:selection_reason_missing reason');
  expect(await select(jtiOf(less))).toBe('none');
  // Whoever applied reads what was granted, what was not, and why.
  expect(await view(stranger, about)).toMatchObject({ state: 'selected', facts: { narrower: true } });
  const shown = await (await as(stranger).send('GET', `/desk/view/apply/${about}`)).text();
  for (const words of [
    '核准备案的内容',
    '焊工工位不足，先核准电工五级',
    '申报 500',
    '四级/中级工、三级/高级工',
    '焊工（气焊工）',
  ])
    expect(shown).toContain(words);
  expect(await select(jtiOf(less))).toBe('409:step_not_now');
});

test('an application says what it must: an appointed centre, the own key, files that were submitted, all pledges', async () => {
  const stranger = await makeApplicant();
  const submitted = (
    change: Parameters<typeof sampleApplication>[1],
    form: Parameters<typeof sampleApplication>[2] = {},
  ) => problemOf(take(stranger, fresh('application'), 'application.submit', sampleApplication(stranger, change, form)));
  expect(await submitted({ centre: 'centre:3716' })).toBe('404:centre_unknown centre');
  expect(await submitted({ key: sampleApplication(await makeApplicant()).key })).toBe('403:key_not_callers key');
  expect(await submitted({ purpose: 'change', organization: CODE })).toBe('403:role_wrong');
  expect(await submitted({ purpose: 'change' })).toBe('400:step_body_malformed organization');
  expect(
    await submitted({ files: [{ name: 'a.pdf', type: 'application/pdf', size: 3, sha256: 'A'.repeat(43) }] }),
  ).toBe('404:file_not_found files');
  expect(await submitted({}, { uscc: '91350100M000100Y44' })).toBe('400:step_body_malformed form.uscc');
  const [line] = sampleApplication(stranger).form.occupations;
  for (const [change, part] of [
    [{ name: '=电工' }, 'name'],
    [{ name: '＠电工' }, 'name'],
    [{ name: '无' }, 'name'],
    [{ name: '电'.repeat(29) }, 'name'],
    [{ job: '-电焊工' }, 'job'],
    [{ job: '电'.repeat(29) }, 'job'],
  ] as const) {
    expect(await submitted({}, { occupations: [{ ...(line as NonNullable<typeof line>), ...change }] })).toBe(
      `400:step_body_malformed form.occupations.0.${part}`,
    );
  }
  expect(await submitted({}, { pledges: { truthful: true, public_benefit: true, supervision: false } as never })).toBe(
    '400:step_body_malformed form.pledges.supervision',
  );
  expect(await cases(stranger)).toEqual([]);
});

test('one open application for each who asks; declined or withdrawn, the next may come', async () => {
  const stranger = await makeApplicant();
  const [first, second, third] = [fresh('application'), fresh('application'), fresh('application')];
  const answers = await Promise.all(
    [first, second].map((about) => problemOf(take(stranger, about, 'application.submit', sampleApplication(stranger)))),
  );
  expect(answers.sort()).toEqual(['409:application_open', 'none']);
  const [open] = await cases(stranger);
  const about = open?.about as string;
  expect(await problemOf(take(stranger, third, 'application.submit', sampleApplication(stranger)))).toBe(
    '409:application_open',
  );
  // To another centre, which decides from then on: the first one reads it no more.
  expect(
    await problemOf(take(stranger, about, 'application.amend', sampleApplication(stranger, { centre: 'centre:3716' }))),
  ).toBe('404:centre_unknown centre');
  expect(
    await take(stranger, about, 'application.amend', sampleApplication(stranger, { centre: 'centre:3702' })),
  ).toMatchObject({ state: 'submitted', seq: 2 });
  expect([
    await cases(otherCity, '?kind=application&state=submitted'),
    await problemOf(as(world.city).get(`/v1/cases/${about}`)),
  ]).toEqual([[expect.objectContaining({ about, centre: 'centre:3702' })], '403:out_of_reach']);
  await take(otherCity, about, 'application.return', { reason: '请向济南市申报' });
  await take(stranger, about, 'application.amend', sampleApplication(stranger));
  const other = await makeApplicant();
  expect(
    await problemOf(
      take(other, about, 'application.amend', sampleApplication(other), {
        seq: 4,
        last: (await view(stranger, about)).last,
      }),
    ),
  ).toBe('403:out_of_reach');
  await take(stranger, about, 'application.withdraw', {});
  await take(stranger, third, 'application.submit', sampleApplication(stranger));
  expect(await take(world.city, third, 'application.decline', { reason: '场地条件不具备' })).toMatchObject({
    state: 'declined',
  });
  expect(await problemOf(take(stranger, third, 'application.amend', sampleApplication(stranger)))).toBe(
    '409:step_not_now',
  );
});

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
