/**
 * Notices of results: masked names and nothing else of a person, on the page, in JSON, in the feed, in the columns of the
 * database and in the log; objections by anyone while a notice runs, followed by a code that is shown once.
 */
import { SaxesParser } from 'saxes';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { codeDigest, readObjectionCode } from '../../src/core/procedure/notice.ts';
import { db, ORIGIN } from '../kit.ts';
import { correct, publish, resultRows, store } from '../notice-kit.ts';
import { onDay } from '../procedure-kit.ts';
import {
  CONTACT,
  get,
  html,
  json,
  NAMES,
  notice,
  OBJECTOR,
  object,
  plant,
  post,
  prepare,
  RUNNING,
  school,
} from './notices-kit.ts';
import { objections } from './notices-objections.ts';

beforeAll(prepare);

afterEach(() => onDay('2026-11-17'));

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

objections();

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
