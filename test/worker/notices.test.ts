/**
 * Notices of results: masked names and nothing else of a person, on the page, in JSON, in the feed, in the columns of the
 * database and in the log; objections by anyone while a notice runs, followed by a code that is shown once.
 */
import { SaxesParser } from 'saxes';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { codeDigest, readObjectionCode } from '../../src/core/procedure/notice.ts';
import { serviceOf } from '../../src/env.ts';
import { CallError } from '../../src/sdk/call.ts';
import { raiseObjection } from '../../src/service/procedure/objection-steps.ts';
import { db, fileWith, foundProvince, ORIGIN, type Organization, type Province, testEnv, workerFetch } from '../kit.ts';
import { correct, publish, resultRows, store } from '../notice-kit.ts';
import { cases, onDay, take, view } from '../procedure-kit.ts';

const NAMES = ['欧阳壹甲', '司徒贰乙', '诸葛叁丙', '上官肆丁'];
const RUNNING = { from: '2026-11-16', until: '2026-11-23' };
const CONTACT = '13900001111';
const OBJECTOR = '公孙伍戊';

let world: Province;
let school: Organization;
let plant: Organization;
let notice: string;

beforeAll(async () => {
  onDay('2026-11-16');
  world = await foundProvince();
  school = await fileWith(world.city, 'S000037000001');
  plant = await fileWith(world.province, 'Y000037000002', { name: '山东重工集团' });
  notice = await publish(school, { ...RUNNING, rows: resultRows('2026-11-14', NAMES, [80, 90, 59.5, 'absent']) });
});
afterEach(() => onDay('2026-11-17'));

const get = (path: string, headers: Record<string, string> = {}) =>
  workerFetch(ORIGIN + path, { headers: { Accept: 'text/html', ...headers }, redirect: 'manual' });
const html = async (path: string, status = 200) => {
  const answer = await get(path);
  expect([path, answer.status]).toEqual([path, status]);
  return answer.text();
};
const json = async <T = Record<string, unknown>>(path: string): Promise<T> =>
  (await get(path, { Accept: 'application/json' })).json() as Promise<T>;
const post = (path: string, body: unknown) =>
  workerFetch(ORIGIN + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
const send = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  workerFetch(ORIGIN + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'text/html', ...headers },
    body: new URLSearchParams(fields).toString(),
    redirect: 'manual',
  });
const object = async (id: string, body: Record<string, unknown> = {}) => {
  const answer = await post(`/v1/notices/${id}/objections`, { grounds: '第二行考试当日未到场', ...body });
  return { status: answer.status, ...((await answer.json()) as { code: string }) };
};
const follow = async (code: string) =>
  (await post('/v1/notices/objections', { code })).json() as Promise<Record<string, unknown>>;
const problemOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => (error instanceof CallError ? `${error.problem.status}:${error.problem.code}` : String(error)),
  );

test('a notice names those who passed by their first character, and only counts the others', async () => {
  const page = await html(`/notices/${notice}`);
  for (const words of [
    '电工三级认定（虚构）',
    '公示中',
    '欧**',
    '司**',
    '2026-11-14',
    '2026-11-16',
    '2026-11-23',
    '应考 4 人，合格 2 人，不合格 1 人，缺考 1 人',
    '三级/高级工',
    'href="/organizations/S000037000001"',
    '提出异议',
    `action="/notices/${notice}/objections"`,
  ])
    expect(page).toContain(words);
  for (const words of [...NAMES, '诸**', '上**', '370102']) expect(page).not.toContain(words);
  expect(await json(`/v1/notices/${notice}`)).toEqual({
    id: notice,
    state: 'running',
    organization: { code: 'S000037000001', name: '济南泉城职业培训学校' },
    title: '电工三级认定（虚构）',
    occupations: ['电工'],
    counts: { candidates: 4, passed: 2, failed: 1, absent: 1 },
    ...RUNNING,
    corrected_on: null,
    exam_days: ['2026-11-14'],
    objections: { raised: 0, open: 0, upheld: 0, rejected: 0 },
    rows: [
      { row: 2, name: '欧**' },
      { row: 3, name: '司**' },
    ].map((row) => ({
      ...row,
      occupation: { code: '6-31-01-03', name: '电工' },
      job: '--',
      level: 3,
      level_name: '三级/高级工',
      exam_date: '2026-11-14',
    })),
  });
  expect(await html('/notices/r0000000000', 404)).toContain('没有这项公示');
  expect(await json('/v1/notices/x')).toMatchObject({ code: 'notice_not_found' });
});

test('a list that is not the one that was signed is not shown', async () => {
  const id = await publish(school, { ...RUNNING, rows: resultRows('2026-11-14', NAMES) });
  const other = await publish(school, { ...RUNNING, rows: resultRows('2026-11-14', NAMES) });
  await db.prepare('DROP TRIGGER steps_stay_update').run();
  await db
    .prepare('UPDATE steps SET sealed = (SELECT sealed FROM steps WHERE about = ?) WHERE about = ?')
    .bind(`results:${other}`, `results:${id}`)
    .run();
  expect(await json(`/v1/notices/${id}`)).toMatchObject({ status: 409, code: 'ciphertext_wrong' });
  await db
    .prepare('UPDATE steps SET token = (SELECT token FROM steps WHERE about = ?) WHERE about = ?')
    .bind(`results:${notice}`, `results:${other}`)
    .run();
  expect(await json(`/v1/notices/${other}`)).toMatchObject({ status: 409, code: 'register_differs' });
  await db
    .prepare('DELETE FROM objection_codes WHERE about IN (SELECT about FROM cases WHERE parent IN (?1, ?2))')
    .bind(`results:${id}`, `results:${other}`)
    .run();
  await db.prepare('DROP TRIGGER steps_stay_delete').run();
  for (const about of [`results:${id}`, `results:${other}`]) {
    await db.prepare('DELETE FROM steps WHERE about = ?').bind(about).run();
    await db.prepare('DELETE FROM cases WHERE about = ?').bind(about).run();
  }
});

test('the list: those that run first, found by organization, occupation and state', async () => {
  const past = await publish(plant, {
    from: '2026-10-08',
    until: '2026-10-15',
    title: '焊工认定',
    rows: resultRows('2026-09-30', NAMES).map((row) => ({
      ...row,
      occupation_code: '6-18-02-04',
      occupation_name: '焊工',
    })),
  });
  const ids = async (query: string) =>
    (await json<{ notices: { id: string }[] }>(`/v1/notices${query}`)).notices.map(({ id }) => id);
  expect(await ids('')).toEqual([notice, past]);
  expect(await ids('?organization=重工')).toEqual([past]);
  expect(await ids('?organization=s000037000001')).toEqual([notice]);
  expect(await ids('?organization=没有这家')).toEqual([]);
  expect(await ids('?occupation=焊')).toEqual([past]);
  expect(await ids('?occupation=%25')).toEqual([]);
  expect(await ids('?state=running')).toEqual([notice]);
  expect(await ids('?state=over')).toEqual([past]);
  expect(await ids('?state=uploaded')).toEqual([]);
  expect(await ids('?state=withdrawn')).toEqual([]);
  expect(await ids('?state=<b>&page=1e99')).toEqual([notice, past]);
  const page = await html('/notices');
  expect(page.indexOf('电工三级认定')).toBeLessThan(page.indexOf('焊工认定'));
  for (const words of ['共 2 项公示', '公示期满', `href="/notices/${notice}"`]) expect(page).toContain(words);
  expect(await html('/notices?organization=没有')).toContain('没有相符的公示');
});

test('pages of the list are of twenty, those of a notice of two hundred rows', async () => {
  const many = await publish(school, {
    from: '2026-11-16',
    until: '2026-11-24',
    title: '人数众多的认定',
    rows: resultRows(
      '2026-11-14',
      Array.from({ length: 201 }, () => '欧阳建国'),
    ),
  });
  expect((await html(`/notices/${many}`)).split('<td class="number">')).toHaveLength(201);
  expect((await html(`/notices/${many}?page=2`)).split('<td class="number">')).toHaveLength(2);
  await Promise.all(
    Array.from({ length: 20 }, () =>
      publish(plant, { from: '2025-01-06', until: '2025-01-13', rows: resultRows('2025-01-04', ['欧阳建国']) }),
    ),
  );
  const { total, pages, notices } = await json<{ total: number; pages: number; notices: unknown[] }>(
    '/v1/notices?page=2',
  );
  expect([pages, notices.length]).toEqual([2, total - 20]);
  expect(await html('/notices')).toContain('href="/notices?page=2"');
});

test('pages, JSON and feed may be kept a minute and are told by their ETag; answers about objections are not kept', async () => {
  for (const path of ['/notices', `/notices/${notice}`, '/notices/feed.xml', '/v1/notices', `/v1/notices/${notice}`]) {
    const answer = await get(path);
    expect([path, answer.headers.get('cache-control')]).toEqual([path, 'public, max-age=60']);
    await answer.arrayBuffer();
    expect((await get(path, { 'If-None-Match': answer.headers.get('etag') as string })).status).toBe(304);
  }
  expect((await get('/notices?organization=x')).headers.get('cache-control')).toBe('no-store');
  expect((await post('/v1/notices/objections', { code: 'x' })).headers.get('cache-control')).toBe('no-store');
});

test('the feed is well-formed Atom with the newest change first', async () => {
  const changed = await publish(school, {
    ...RUNNING,
    title: '名称含 <标记> & “引号” 的认定',
    rows: resultRows('2026-11-14', NAMES),
  });
  const xml = await html('/notices/feed.xml');
  const seen: Record<string, string[]> = {};
  const open: string[] = [];
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ local, uri, attributes }) => {
    expect(uri).toBe('http://www.w3.org/2005/Atom');
    open.push(local);
    if (local === 'link')
      (seen[`link ${(attributes.rel as { value: string }).value}`] ??= []).push(
        (attributes.href as { value: string }).value,
      );
  });
  parser.on('text', (text) => {
    if (text.trim() !== '') (seen[open.slice(-2).join(' ')] ??= []).push(text);
  });
  parser.on('closetag', () => void open.pop());
  parser.write(xml).close();
  // RFC 4287 §4.1.1 and §4.1.2: one id, title and updated each; an author; a link to itself.
  expect(seen['feed id']).toEqual([`${ORIGIN}/notices/feed.xml`]);
  expect(seen['link self']).toEqual([`${ORIGIN}/notices/feed.xml`]);
  for (const name of ['id', 'title', 'updated', 'summary'])
    expect([name, seen[`entry ${name}`]?.length]).toEqual([name, seen['entry id']?.length]);
  for (const day of [...(seen['feed updated'] as string[]), ...(seen['entry updated'] as string[])])
    expect(day).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  expect(seen['entry title']?.some((title) => title === '名称含 <标记> & “引号” 的认定')).toBe(true);
  expect(seen['entry id']).toContain(`${ORIGIN}/notices/${changed}`);
  expect(seen['entry id']?.length).toBeLessThanOrEqual(50);
  for (const name of NAMES) expect(xml).not.toContain(name);
  expect((await get('/notices/feed.xml')).headers.get('content-type')).toContain('application/atom+xml');
});

test('corrected results run again without the earlier names; withdrawn ones show none; long after the end there are only counts', async () => {
  const id = await publish(school, { ...RUNNING, rows: resultRows('2026-11-14', ['百里陆己']) });
  onDay('2026-11-18');
  await correct(school, id, { from: '2026-11-18', until: '2026-11-25', rows: resultRows('2026-11-14', ['白里陆己']) });
  const page = await html(`/notices/${id}`);
  expect(page).toContain('已更正，自 2026-11-18 起重新公示');
  expect(page).toContain('白**');
  expect(page).not.toContain('百**');
  expect(await json(`/v1/notices/${id}`)).toMatchObject({
    state: 'running',
    corrected_on: '2026-11-18',
    until: '2026-11-25',
  });
  onDay('2026-12-25');
  expect(await json(`/v1/notices/${id}`)).toMatchObject({ state: 'over', rows: [{ name: '白**' }] });
  onDay('2026-12-26');
  expect(await json(`/v1/notices/${id}`)).toMatchObject({ state: 'over', rows: null, counts: { passed: 1 } });
  expect(await html(`/notices/${id}`)).not.toContain('白**');
  onDay('2026-11-19');
  await store(school, `results:${id}`, 'results.withdraw', { reason: '重新组织考试' }, { state: 'withdrawn' });
  expect(await json(`/v1/notices/${id}`)).toMatchObject({ state: 'withdrawn', rows: null });
  const withdrawn = await html(`/notices/${id}`);
  expect(withdrawn).toContain('已撤回');
  for (const words of ['白**', '提交异议', '重新组织考试']) expect(withdrawn).not.toContain(words);
});

test('anyone objects; the organization decides with a reason, a centre opens it again; the code leads to all of it', async () => {
  onDay('2026-11-17');
  const { status, code } = await object(notice, { row: 2, name: OBJECTOR, contact: CONTACT });
  expect(status).toBe(201);
  expect(code).toMatch(/^[0-9A-Z]{5}(-[0-9A-Z]{5}){3}$/);
  expect(await follow(code)).toEqual({
    state: 'open',
    raised_on: '2026-11-17',
    notice: { id: notice, title: '电工三级认定（虚构）' },
    history: [],
  });
  expect(await json(`/v1/notices/${notice}`)).toMatchObject({
    objections: { raised: 1, open: 1, upheld: 0, rejected: 0 },
  });

  const [line] = await cases(school.client, '?kind=objection');
  expect(line).toMatchObject({
    state: 'open',
    organization: school.code,
    centre: 'centre:3701',
    parent: `results:${notice}`,
    facts: { results: `results:${notice}`, row: true },
    due: RUNNING.until,
  });
  const about = line?.about as string;
  expect(about).toMatch(/^objection:/);
  for (const who of [school.client, world.city, world.province])
    expect((await view(who, about)).steps[0]).toMatchObject({
      iss: ORIGIN,
      role: 'service',
      body: { row: 2, name: OBJECTOR, contact: CONTACT },
    });
  expect(await problemOf(view(plant.client, about))).toBe('403:out_of_reach');
  expect(await problemOf(take(world.city, about, 'objection.reject', { reason: '越权' }))).toBe('403:role_wrong');
  expect(
    await problemOf(
      take(plant.client, about, 'objection.reject', { reason: '越权' }, { seq: 1, last: line?.last as string }),
    ),
  ).toBe('403:out_of_reach');

  onDay('2026-11-18');
  await take(school.client, about, 'objection.reject', { reason: '经核对监控，该考生到场。' });
  onDay('2026-11-19');
  await take(world.city, about, 'objection.reopen', { reason: '请附签到表。' });
  await take(school.client, about, 'objection.uphold', { reason: '签到表缺失，更正结果。' });
  expect(await follow(` ${code.toLowerCase().replaceAll('-', '－')} `)).toMatchObject({
    state: 'upheld',
    history: [
      { decision: 'rejected', on: '2026-11-18', by: 'org:S000037000001', reason: '经核对监控，该考生到场。' },
      { decision: 'reopened', on: '2026-11-19', by: 'centre:3701', reason: '请附签到表。' },
      { decision: 'upheld', on: '2026-11-19', by: 'org:S000037000001', reason: '签到表缺失，更正结果。' },
    ],
  });
  const followed = await (await send('/notices/objections', { code })).text();
  for (const words of ['异议成立', '济南市职业技能鉴定指导中心', '请附签到表。', `href="/notices/${notice}"`])
    expect(followed).toContain(words);
  for (const words of [OBJECTOR, CONTACT, '第二行考试当日未到场']) expect(followed).not.toContain(words);
  expect(await json(`/v1/notices/${notice}`)).toMatchObject({
    objections: { raised: 1, open: 0, upheld: 1, rejected: 0 },
  });
  const shown = (await html(`/notices/${notice}`)) + JSON.stringify(await json(`/v1/notices/${notice}`));
  expect(shown).toContain('共 1 件：处理中 0，成立 1，不成立 0');
  for (const words of [OBJECTOR, CONTACT, '第二行考试当日未到场', '签到表']) expect(shown).not.toContain(words);
});

test('the form works without JavaScript, leads on by a redirect, and shows the code once', async () => {
  const sent = await send(`/notices/${notice}/objections`, {
    row: '３',
    grounds: '成绩有误',
    name: '',
    contact: CONTACT,
  });
  expect([sent.status, sent.headers.get('location')]).toEqual([303, `/notices/${notice}/objected`]);
  const cookie = sent.headers.get('set-cookie') as string;
  expect(cookie).toMatch(/^objection=[^;]+; Max-Age=600; Path=\/notices; HttpOnly; Secure; SameSite=Strict$/);
  const code = cookie.slice('objection='.length, cookie.indexOf(';'));
  const shown = await get(`/notices/${notice}/objected`, { Cookie: `objection=${code}` });
  expect(await shown.text()).toContain(code);
  expect([shown.headers.get('cache-control'), shown.headers.get('set-cookie')]).toEqual([
    'no-store',
    expect.stringContaining('objection=; Max-Age=0'),
  ]);
  const again = await html(`/notices/${notice}/objected`);
  expect(again).toContain('已经显示过');
  expect(again).not.toContain(code);
  expect(await (await get(`/notices/${notice}/objected`, { Cookie: 'objection=<b>x' })).text()).not.toContain('<b>x');
  expect(await (await send('/notices/objections', { code })).text()).toContain('处理中');
  const missing = await send('/notices/objections', { code: '00000-00000-00000-00000' });
  expect([missing.status, (await missing.text()).includes('没有查到')]).toEqual([404, true]);
});

test.each([
  ['grounds', { grounds: '' }, '不能为空'],
  ['grounds', { grounds: 'x'.repeat(2001) }, '最多 2000 个字'],
  ['row', { row: '999', grounds: '成绩有误' }, '名单中没有这一行'],
  ['row', { row: 'abc', grounds: '成绩有误' }, '名单中没有这一行'],
  ['contact', { contact: 'x'.repeat(201), grounds: '成绩有误' }, '最多 200 个字'],
])('a fault in %s stands beside the field, and what was typed stays', async (field, typed, words) => {
  const answer = await send(`/notices/${notice}/objections`, typed);
  const page = await answer.text();
  expect([answer.status, page.includes(`id="objection-${field}-fault"`), page.includes(words)]).toEqual([
    400,
    true,
    true,
  ]);
  if (typed.grounds) expect(page).toContain(typed.grounds.slice(0, 4));
});

test('what cannot be an objection is refused by its code', async () => {
  const count = async () =>
    (await db.prepare("SELECT count(*) AS n FROM cases WHERE kind = 'objection'").first<{ n: number }>())?.n;
  const before = await count();
  expect(await object(notice, { row: 77 })).toMatchObject({ status: 400, code: 'objection_row_unknown' });
  expect(await object(notice, { grounds: ' ' })).toMatchObject({ status: 400, code: 'step_body_malformed' });
  expect(await object(notice, { row: 0.5 })).toMatchObject({ status: 400, code: 'step_body_malformed' });
  expect(await object(notice, { code: 'mine' })).toMatchObject({ status: 400, code: 'body_malformed' });
  expect(await object('r0000000000')).toMatchObject({ status: 404, code: 'notice_not_found' });
  expect(await object('..')).toMatchObject({ status: 404 });
  expect(await follow('ABCDE')).toMatchObject({ status: 404, code: 'objection_not_found' });
  expect((await send('/notices/x/objections', { grounds: 'x' })).status).toBe(404);
  expect(
    await problemOf(
      take(
        school.client,
        `objection:o00000000`,
        'objection.raise',
        { salt: 'AAAAAAAAAAAAAAAAAAAAAA', results: `results:${notice}`, grounds: '自己', code: 'A'.repeat(43) },
        { seq: 0 },
      ),
    ),
  ).toBe('403:role_wrong');
  expect(await count()).toBe(before);
});

test('after the last day nobody objects any more, nor while an upload overtakes it', async () => {
  onDay('2026-11-23T23:50');
  expect((await object(notice)).status).toBe(201);
  onDay('2026-11-24T00:10');
  expect(await object(notice)).toMatchObject({ status: 409, code: 'notice_over' });
  const late = await send(`/notices/${notice}/objections`, { grounds: '来迟了' });
  expect([late.status, (await late.text()).includes('公示已结束')]).toEqual([409, true]);
  expect(await html(`/notices/${notice}`)).not.toContain('提交异议');
  onDay('2026-11-20');
  const id = await publish(school, { ...RUNNING, rows: resultRows('2026-11-14', NAMES) });
  const service = serviceOf(testEnv as never);
  const sealed = vi.spyOn(service.vault, 'sealBytes').mockImplementationOnce(async (place, bytes) => {
    await db.prepare("UPDATE cases SET state = 'uploaded' WHERE about = ?").bind(`results:${id}`).run();
    return service.vault.sealBytes(place, bytes);
  });
  await expect(raiseObjection(service, id, { grounds: '同时' })).rejects.toMatchObject({ code: 'notice_over' });
  sealed.mockRestore();
  expect(await json(`/v1/notices/${id}`)).toMatchObject({ state: 'uploaded', objections: { raised: 0 } });
});

test('a flood leaves room: one network sends 20 a day, a notice holds 200 undecided ones, and words say how else to object', async () => {
  onDay('2026-11-17');
  const id = await publish(school, { ...RUNNING, rows: resultRows('2026-11-14', NAMES) });
  const other = await publish(school, { ...RUNNING, rows: resultRows('2026-11-14', NAMES) });
  const from = (address: string, at = id) =>
    workerFetch(`${ORIGIN}/v1/notices/${at}/objections`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'CF-Connecting-IP': address },
      body: JSON.stringify({ grounds: '成绩有误' }),
    });
  const statuses = await Promise.all(
    Array.from({ length: 22 }, async (_, i) => (await from(`2001:db8:1:2::${i + 1}`)).status),
  );
  expect(statuses.sort()).toEqual([...Array(20).fill(201), 429, 429]);
  const refused = await from('2001:db8:1:2::99');
  expect([
    refused.status,
    refused.headers.get('retry-after'),
    ((await refused.json()) as { code: string }).code,
  ]).toEqual([429, String(14 * 3600), 'objections_too_often']);
  // What is not kept does not count, other networks and other notices are free, and the next day is another.
  expect([(await from('2001:db8:1:3::1')).status, (await from('2001:db8:1:2::1', other)).status]).toEqual([201, 201]);
  onDay('2026-11-18');
  expect((await from('2001:db8:1:2::1')).status).toBe(201);
  expect(JSON.stringify((await db.prepare('SELECT * FROM objection_senders').all()).results)).not.toContain('2001');

  const { open } = (await json<{ objections: { open: number } }>(`/v1/notices/${id}`)).objections;
  expect(open).toBe(22);
  await db
    .prepare(
      "INSERT INTO cases SELECT 'objection:flood' || value, kind, state, seq, last, owner, organization, centre, parent, facts, due, created_at, updated_at, bytes FROM (SELECT * FROM cases WHERE kind = 'objection' AND parent = ? LIMIT 1), (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 178) SELECT value FROM n)",
    )
    .bind(`results:${id}`)
    .run();
  expect(await object(id)).toMatchObject({ status: 409, code: 'objections_full' });
  const page = await html(`/notices/${id}`);
  expect([
    page.includes('已达上限'),
    page.includes(`href="/organizations/${school.code}"`),
    page.includes('提交异议'),
  ]).toEqual([true, true, false]);
  const sent = await send(`/notices/${id}/objections`, { grounds: '签到表缺页', contact: CONTACT });
  const answer = await sent.text();
  expect([
    sent.status,
    answer.includes('role="alert"'),
    answer.includes('签到表缺页'),
    answer.includes(CONTACT),
  ]).toEqual([409, true, true, true]);
  // Said before the list, with the way to the form below it; so are faults of single fields.
  const blank = await (await send(`/notices/${id}/objections`, { grounds: '', contact: CONTACT })).text();
  for (const text of [answer, blank]) {
    expect(text.indexOf('异议没有提交')).toBeGreaterThan(0);
    expect(text.indexOf('异议没有提交')).toBeLessThan(text.indexOf('<h1>'));
  }
  await db.prepare("UPDATE cases SET state = 'rejected' WHERE about = 'objection:flood1'").run();
  expect((await object(id)).status).toBe(201);
});

test('neither columns nor logs hold anything of a person, nor a code', async () => {
  const logs = (['log', 'error', 'warn', 'info'] as const).map((level) => vi.spyOn(console, level));
  const { code } = await object(notice, { row: 2, name: OBJECTOR, contact: CONTACT, grounds: '欧阳壹甲未到场' });
  await object(notice, { row: 999, name: OBJECTOR, contact: CONTACT });
  const said = logs.flatMap((log) => log.mock.calls.flat()).join('\n');
  logs.forEach((log) => log.mockRestore());
  const tables = await Promise.all(
    ['cases', 'steps', 'objection_codes'].map(async (table) =>
      JSON.stringify((await db.prepare(`SELECT * FROM ${table}`).all()).results),
    ),
  );
  const stored = tables.join('\n');
  expect(stored).toContain(await codeDigest(code));
  for (const words of [...NAMES, OBJECTOR, CONTACT, '未到场', code, code.replaceAll('-', ''), '370102'])
    expect([words, stored.includes(words), said.includes(words)]).toEqual([words, false, false]);
});

test('a code is read as people write it', () => {
  expect(readObjectionCode('ilo00-00000-00000-0000o')).toBe('11000-00000-00000-00000');
  for (const wrong of ['', 'U0000-00000-00000-00000', '00000-00000-00000-0000', '00000-00000-00000-000000'])
    expect(readObjectionCode(wrong)).toBeUndefined();
});
