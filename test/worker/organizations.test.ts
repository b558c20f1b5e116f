/** The public list of filed organizations: what filings say, found by name, code or occupation, and honest when they end. */
import { beforeAll, expect, test, vi } from 'vitest';
import { shanghaiDay } from '../../src/base/day.ts';
import { serviceOf } from '../../src/env.ts';
import { withdraw } from '../../src/sdk/sign.ts';
import { listOrganizations } from '../../src/service/organizations.ts';
import { anyone, as, db, fileWith, foundProvince, ORIGIN, type Province, testEnv, workerFetch } from '../kit.ts';

let world: Province;

beforeAll(async () => {
  world = await foundProvince();
  await fileWith(world.city, 'S000037000001');
  await fileWith(world.province, 'Y000037000002', { name: '山东重工集团' });
});

const get = (path: string, headers: Record<string, string> = {}) =>
  workerFetch(ORIGIN + path, { headers: { Accept: 'text/html', ...headers } });
const text = async (path: string, status = 200) => {
  const answer = await get(path);
  expect(answer.status).toBe(status);
  return answer.text();
};

test('the list names every organization, its centre, and how long it is filed', async () => {
  const all = await text('/organizations');
  for (const words of [
    '济南泉城职业培训学校',
    '山东重工集团',
    '济南市职业技能鉴定指导中心',
    '备案有效',
    'Filing in force',
    '电工',
    '共 2 家',
    'href="/organizations/S000037000001"',
  ])
    expect(all).toContain(words);
});

test.each([
  ['重工', 1],
  ['Y000037000002', 1],
  ['ｙ０００037000002', 1],
  ['电工', 2],
  ['6-31-01-03', 2],
  ['没有这家', 0],
  ['', 2],
  ['<b>', 0],
  ['%', 0],
])('a search for %s finds %i', async (query, count) => {
  const found = await text(`/organizations?q=${encodeURIComponent(query)}`);
  expect(found.split('<li class="card">')).toHaveLength(count + 1);
  expect(found).not.toContain('<b>');
});

test('searches are not kept, the list is', async () => {
  expect((await get('/organizations')).headers.get('cache-control')).toBe('public, max-age=60');
  expect((await get('/organizations?q=x')).headers.get('cache-control')).toBe('no-store');
});

test.each(['0', '-1', '99999999999999999999', 'x', '1e9', 'NaN'])('page %s is a page', async (page) => {
  expect(await text(`/organizations?page=${page}`)).toContain('共 2 家');
});

test('one organization: code, scope, keys; its keys are those of its DID document', async () => {
  const page = await text('/organizations/s000037000001');
  for (const words of [
    'S000037000001',
    '91350100M000100Y43',
    '市级和省级中心',
    '五级/初级工',
    '6-31-01-03',
    '2022',
    'href="/orgs/S000037000001/did.json"',
  ])
    expect(page).toContain(words);
  const { assertionMethod } = (await (
    await get('/orgs/S000037000001/did.json', { Accept: 'application/json' })
  ).json()) as { assertionMethod: string[] };
  for (const kid of assertionMethod) expect(page).toContain(kid);
  expect(await text('/organizations/S000037000009', 404)).toContain('没有这个机构');
  expect(await text('/organizations/x', 400)).toContain('organization_code_malformed');
});

test('a filing that ended says so, and one that was edited by hand is not shown', async () => {
  const service = serviceOf(testEnv as never);
  const [first] = await listOrganizations(service);
  const later = vi.spyOn(service, 'now').mockReturnValue((first?.filing.exp ?? 0) + 3600);
  expect((await listOrganizations(service)).map(({ code, state }) => [code, state])).toEqual([
    ['S000037000001', 'expired'],
    ['Y000037000002', 'expired'],
  ]);
  later.mockReturnValue((first?.filing.iat ?? 0) - 3600);
  expect((await listOrganizations(service)).map(({ state }) => state)).toEqual(['not_yet', 'not_yet']);
  later.mockRestore();
  const [listed] = await listOrganizations(service);
  const { jti } = (listed as NonNullable<typeof listed>).filing as { jti: string };
  await as(world.city).post('/v1/withdrawals', {
    statement: await withdraw(world.city, { jti }, { reason: '单位已<b>注销' }),
  });
  expect((await listOrganizations(service)).map(({ state }) => state)).toEqual(['withdrawn', 'in_force']);
  // Everybody reads why, since when and by whom.
  const data = await anyone.get<{ withdrawal: { since: number } }>('/v1/organizations/S000037000001');
  expect(data.withdrawal).toEqual({
    since: expect.any(Number),
    by: 'centre:3701',
    by_name: '济南市职业技能鉴定指导中心',
    reason: '单位已<b>注销',
  });
  const page = await text('/organizations/S000037000001');
  for (const words of [
    '备案已撤回',
    '单位已&lt;b&gt;注销',
    `自 <time datetime="${shanghaiDay(data.withdrawal.since)}">`,
    `No longer in force from ${shanghaiDay(data.withdrawal.since)}`,
    '济南市职业技能鉴定指导中心 · ',
  ])
    expect(page).toContain(words);
  // Filed again, the withdrawn filing stays among the others, with its reason.
  await fileWith(world.city, 'S000037000001');
  const again = await anyone.get<{ state: string; withdrawal: unknown; other_filings: unknown[] }>(
    '/v1/organizations/S000037000001',
  );
  expect(again).toMatchObject({
    state: 'in_force',
    withdrawal: null,
    other_filings: [{ state: 'withdrawn', withdrawal: { reason: '单位已<b>注销', by: 'centre:3701' } }],
  });
  const renewed = await text('/organizations/S000037000001');
  expect([renewed.includes('单位已&lt;b&gt;注销'), renewed.includes('id="withdrawal"')]).toEqual([true, false]);
  await db
    .prepare(
      "UPDATE statements SET token = replace(token, '.', '.e') WHERE sub = 'org:Y000037000002' AND typ = 'filing+jwt'",
    )
    .run();
  expect((await listOrganizations(service)).map(({ code }) => code)).toEqual(['S000037000001']);
});
