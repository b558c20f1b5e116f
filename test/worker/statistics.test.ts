/** Public statistics: what the register holds, by year; small counts hidden in page, JSON and CSV alike; counted seldom. */

import { beforeAll, expect, test, vi } from 'vitest';
import type { Statistics } from '../../src/core/statistics-year.ts';
import { changeStatus } from '../../src/sdk/sign.ts';
import {
  as,
  candidate,
  certify,
  db,
  fileWith,
  foundProvince,
  ORIGIN,
  type Organization,
  type Province,
  workerFetch,
} from '../kit.ts';
import { publish, resultRows } from '../notice-kit.ts';
import { onDay } from '../procedure-kit.ts';
import { readCsv } from './csv.ts';

interface Answer {
  counted_at: string;
  years: string[];
  statistics: Statistics[];
}

let world: Province;
let school: Organization;

const get = (path: string, headers: Record<string, string> = {}) =>
  workerFetch(ORIGIN + path, { headers: { Accept: 'text/html', ...headers } });
const text = async (path: string) => (await get(path)).text();
const json = async (path = '/v1/statistics'): Promise<Answer> => (await get(path)).json() as Promise<Answer>;
const counts = (lines: Statistics['certificates']['by_level']) =>
  Object.fromEntries((lines ?? []).map(({ name, count }) => [name, count]));

beforeAll(async () => {
  onDay('2026-11-20');
  world = await foundProvince();
  school = await fileWith(world.city, 'S000037000001');
  const plant = await fileWith(world.province, 'Y000037000002', { name: '山东重工集团' });
  const welder = { occupation_code: '6-18-02-04', occupation_name: '焊工', job_type: '电焊工' };
  const { certificates } = await certify(world, school, [
    ...Array.from({ length: 14 }, (_, i) => candidate(i)),
    ...Array.from({ length: 3 }, (_, i) => candidate(40 + i, welder)),
    ...Array.from({ length: 6 }, (_, i) => candidate(60 + i, { level: '四级/中级工', exam_date: '2026-11-05' })),
  ]);
  await certify(
    world,
    plant,
    Array.from({ length: 7 }, (_, i) => candidate(80 + i, { exam_date: '2026-10-31' })),
  );
  const number = certificates[0]?.number as string;
  await as(school.client).post(`/v1/certificates/${number}/status`, {
    statement: await changeStatus(school.client, { number, action: 'revoke', reason: 'fraud', seq: 1 }),
  });
  const names = (n: number) => Array.from({ length: n }, () => '欧阳建国');
  const scores = (passed: number, failed: number) => [
    ...Array.from({ length: passed }, () => 80),
    ...Array.from({ length: failed }, () => 40),
  ];
  await publish(school, {
    from: '2026-11-02',
    until: '2026-11-09',
    rows: resultRows('2026-11-01', names(20), scores(14, 6)),
  });
  await publish(plant, {
    from: '2026-11-02',
    until: '2026-11-09',
    rows: resultRows('2026-10-31', names(9), scores(7, 2)),
  });
  await publish(plant, { from: '2026-11-16', until: '2026-11-23', rows: resultRows('2026-11-14', names(50)) });
}, 60_000);

test('a year by occupation, level, centre and month, without revoked ones and without small counts', async () => {
  const { years, statistics } = await json();
  expect(years).toEqual(['2026']);
  const [{ certificates, exam_to_issue }] = statistics as [Statistics];
  expect(certificates.total).toBe(29);
  // 26 electricians would tell three welders.
  expect(counts(certificates.by_occupation)).toEqual({ 焊工: '<5', 电工: 'withheld' });
  expect(counts(certificates.by_level)).toEqual({
    '五级/初级工': 0,
    '四级/中级工': 6,
    '三级/高级工': 23,
    '二级/技师': 0,
    '一级/高级技师': 0,
  });
  expect(counts(certificates.by_centre)).toEqual({ 济南市职业技能鉴定指导中心: 22, 山东省职业技能鉴定指导中心: 7 });
  expect(certificates.by_month?.find(({ key }) => key === '2026-11')?.count).toBe(29);
  expect(certificates.by_month).toHaveLength(11);
  expect(exam_to_issue.median_days).toBe(19);
});

test('pass rates are of results whose notice is over, and two failures hide both lines', async () => {
  const { pass_rates } = (await json()).statistics[0] as Statistics;
  expect(pass_rates.overall).toEqual({ attended: 29, passed: 21, rate: 72.4 });
  expect(pass_rates.by_centre.map(({ rate }) => rate)).toEqual([null, null]);
});

test('the page has each chart with its name, its description and its table, in both languages', async () => {
  const page = await text('/statistics');
  for (const words of [
    '统计数据',
    '29',
    '72.4 %',
    '从考试到发证的天数（中位数）',
    '不公布',
    '&lt;5',
    '四级/中级工',
    '济南市职业技能鉴定指导中心',
    '<caption>按等级',
  ])
    expect(page).toContain(words);
  for (const id of ['by_level', 'by_centre', 'by_month', 'rates'])
    expect(page).toMatch(
      new RegExp(
        `<svg class="chart" role="img" aria-labelledby="${id}-title ${id}-desc" viewBox="[^"]+"><title id="${id}-title">[^<]+</title><desc id="${id}-desc">[^<]+</desc>`,
      ),
    );
  expect(page).not.toMatch(/style=|<script(?! type="module")/);
  const english = await (await get('/statistics?year=2026', { 'Accept-Language': 'en' })).text();
  for (const words of ['Level 4 / Intermediate', 'Pass rates of 2026', '<text x="0" y="14" lang="zh-CN">'])
    expect(english).toContain(words);
  expect(english).not.toMatch(/<text[^>]*><span/);
  for (const year of ['1999', 'x', '%3Cb%3E'])
    expect(await text(`/statistics?year=${year}`)).toContain('2026 年颁发的证书');
});

test('open data: JSON and CSV say the same, with their licence', async () => {
  const answer = await get('/v1/statistics.csv');
  expect([answer.headers.get('content-type'), answer.headers.get('link')]).toEqual([
    'text/csv; charset=utf-8',
    expect.stringContaining('rel="license"'),
  ]);
  const rows = readCsv(await answer.text());
  expect(rows[0]).toEqual(['year', 'table', 'key', 'name', 'measure', 'value']);
  const value = (...key: string[]) => rows.find((row) => key.every((one, i) => row[i] === one))?.[5];
  expect([
    value('2026', 'total', '', '', 'certificates'),
    value('2026', 'by_level', '4'),
    value('2026', 'by_occupation', '6-31-01-03'),
    value('2026', 'total', '', '', 'rate'),
    value('2026', 'by_centre', 'centre:3700', '山东省职业技能鉴定指导中心', 'rate'),
  ]).toEqual(['29', '6', 'withheld', '72.4', 'withheld']);
  expect(await json('/v1/statistics?year=2026')).toMatchObject({
    licence: 'CC-BY-4.0',
    small_below: 5,
    statistics: [{ year: '2026' }],
  });
  expect((await json('/v1/statistics?year=1999')).statistics).toEqual([]);
});

test('told by an ETag, and counted once in ten minutes however often it is asked', async () => {
  const first = await get('/v1/statistics');
  await first.arrayBuffer();
  expect(first.headers.get('cache-control')).toBe('public, max-age=60');
  expect((await get('/v1/statistics', { 'If-None-Match': first.headers.get('etag') as string })).status).toBe(304);
  const asked = vi.spyOn(db, 'prepare');
  const scans = () =>
    asked.mock.calls.filter(([sql]) => sql.includes('FROM certificates') || sql.includes('FROM cases')).length;
  onDay('2026-11-20T10:09');
  await Promise.all(['/statistics', '/v1/statistics', '/v1/statistics.csv', '/v1/statistics?year=2026'].map(text));
  expect(scans()).toBe(0);
  const { counted_at } = await json();
  onDay('2026-11-20T10:11');
  expect((await json()).counted_at > counted_at).toBe(true);
  expect(scans()).toBe(3);
  // An edit of the register ends it too.
  await fileWith(world.city, 'S000037000003');
  asked.mockClear();
  await json();
  expect(scans()).toBe(3);
  asked.mockRestore();
});
