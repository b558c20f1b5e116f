/**
 * The draw: to the byte as it is described, by vectors and by another way of computing it; fair, and never to whom one must avoid.
 */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { encodeUtf8, toBase64url } from '../../src/base/bytes.ts';
import { checkLists, type DrawLists, drawFrom } from '../../src/core/procedure/draw.ts';
import {
  canonicalValue,
  commitmentOf,
  isDrawnOn,
  newSeed,
  openSeed,
  openValue,
  publicSource,
  readSeedFile,
  requireAhead,
  requireDrawn,
  seedText,
} from '../../src/core/procedure/draw-seed.ts';
import { inspectorText, readInspectorTable, readInspectorText } from '../../src/core/procedure/name-lists.ts';
import fc from '../fuzz.ts';
import vectors from '../vectors/draws.json' with { type: 'json' };
import { refusalOf } from './cast.ts';

const NUMBERS = '03 11 19 22 27 31 08';
const organizationOf = (n: number): string => `S00003700000${n}`;

/** Written from the description alone: other loops, other comparisons, another SHA-256. */
function recompute({ sessions, inspectors, pick, per_session }: DrawLists, seed: Buffer, value: string): string[] {
  const rank = (label: string, id: string) =>
    createHash('sha256')
      .update(seed)
      .update(value, 'utf8')
      .update('\0')
      .update(`luzheng-draw-1 ${label}`)
      .update('\0')
      .update(id)
      .digest();
  const remaining = [...sessions];
  const visits: { inspector: string; date: string }[] = [];
  const lines: string[] = [];
  while (lines.length < pick) {
    const [next] = [...remaining].sort((a, b) =>
      Buffer.compare(rank('session', `${a.plan}/${a.session}`), rank('session', `${b.plan}/${b.session}`)),
    );
    if (!next) throw new Error('no session is left');
    remaining.splice(remaining.indexOf(next), 1);
    const sorted = inspectors
      .filter((one) => one.avoids?.includes(next.organization) !== true)
      .map(({ id }) => {
        const all = visits.filter(({ inspector }) => inspector === id);
        return {
          id,
          sameDay: all.filter(({ date }) => date === next.date).length,
          load: all.length,
          rank: rank('inspector', `${id}/${all.length}`),
        };
      })
      .sort((a, b) => a.sameDay - b.sameDay || a.load - b.load || Buffer.compare(a.rank, b.rank));
    const chosen = sorted.slice(0, per_session).map(({ id }) => id);
    for (const inspector of chosen) visits.push({ inspector, date: next.date });
    lines.push(`${next.plan}/${next.session}: ${chosen.join(' ')}`);
  }
  return lines;
}

const linesOf = (drawn: ReturnType<typeof drawFrom>): string[] =>
  drawn.map(({ plan, session, inspectors }) => `${plan}/${session}: ${inspectors.map(({ id }) => id).join(' ')}`);

const listsOf = (
  sessions: number,
  inspectors: number,
  pick: number,
  per_session: number,
  avoids: readonly number[][] = [],
): DrawLists => ({
  sessions: Array.from({ length: sessions }, (_, i) => ({
    plan: `plan:p0000000${i % 3}`,
    session: `s${i}`,
    organization: organizationOf(i % 5),
    name: '虚构学校',
    date: `2026-12-0${1 + (i % 4)}`,
    label: '电工三级',
  })),
  inspectors: Array.from({ length: inspectors }, (_, i) => ({
    id: `i${i}`,
    name: `督导${i}`,
    unit: '虚构中心',
    avoids: (avoids[i] ?? []).map(organizationOf),
  })),
  pick,
  per_session,
});

test.each(vectors)('$name', ({ lists, seed, commitment, public_source, public_value, drawn }) => {
  const bytes = openSeed(commitment, seed);
  expect(linesOf(drawFrom(lists, bytes, openValue(v.parse(publicSource, public_source), public_value)))).toEqual(drawn);
  expect(recompute(lists, Buffer.from(seed, 'base64url'), public_value)).toEqual(drawn);
});

const worlds = fc
  .record({
    sessions: fc.integer({ min: 1, max: 25 }),
    inspectors: fc.integer({ min: 4, max: 12 }),
    pick: fc.integer({ min: 1, max: 25 }),
    per_session: fc.integer({ min: 1, max: 2 }),
    avoids: fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 4 }), { maxLength: 2 }), { maxLength: 2 }),
  })
  .map(({ sessions, inspectors, pick, per_session, avoids }) =>
    listsOf(sessions, inspectors, Math.min(pick, sessions), per_session, avoids),
  );
const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });

test('whoever computes it again finds the same, in whatever order the lists stand', () => {
  fc.assert(
    fc.property(worlds, seeds, fc.string(), (lists, seed, value) => {
      const drawn = linesOf(drawFrom(lists, seed, value));
      expect(recompute(lists, Buffer.from(seed), value)).toEqual(drawn);
      expect(
        linesOf(
          drawFrom(
            { ...lists, sessions: lists.sessions.toReversed(), inspectors: lists.inspectors.toReversed() },
            seed,
            value,
          ),
        ),
      ).toEqual(drawn);
    }),
    { numRuns: 60 },
  );
});

test('as many as asked, each once; nobody where he must not go; nobody twice on a day while another is free; loads within reason', () => {
  fc.assert(
    fc.property(worlds, seeds, (lists, seed) => {
      const drawn = drawFrom(lists, seed, NUMBERS);
      expect(new Set(drawn.map(({ plan, session }) => `${plan}/${session}`)).size).toBe(lists.pick);
      const days = new Map<string, Map<string, number>>();
      for (const { inspectors, organization, date } of drawn) {
        const free = lists.inspectors.filter(({ avoids = [] }) => !avoids.includes(organization));
        const today = days.get(date) ?? new Map<string, number>();
        expect(new Set(inspectors.map(({ id }) => id)).size).toBe(lists.per_session);
        for (const { id } of inspectors) {
          expect(free.map((one) => one.id)).toContain(id);
          const idle = free.filter(
            (one) =>
              (today.get(one.id) ?? 0) < (today.get(id) ?? 0) && !inspectors.some((chosen) => chosen.id === one.id),
          );
          expect(idle).toEqual([]);
        }
        for (const { id } of inspectors) today.set(id, (today.get(id) ?? 0) + 1);
        days.set(date, today);
      }
    }),
    { numRuns: 150 },
  );
});

test('every session and every inspector has the same chance', () => {
  const lists = listsOf(10, 6, 2, 1);
  const runs = 3000;
  const sessions = new Map<string, number>();
  const inspectors = new Map<string, number>();
  for (let run = 0; run < runs; run++) {
    for (const {
      session,
      inspectors: [one],
    } of drawFrom(lists, createHash('sha256').update(`seed ${run}`).digest(), NUMBERS)) {
      sessions.set(session, (sessions.get(session) ?? 0) + 1);
      inspectors.set(one?.id as string, (inspectors.get(one?.id as string) ?? 0) + 1);
    }
  }
  // 0.999 quantiles of chi-square with 9 and 5 degrees of freedom; drawing without replacement only lowers it.
  const chiSquare = (counts: Map<string, number>, expected: number) =>
    [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  expect([sessions.size, inspectors.size]).toEqual([10, 6]);
  expect(chiSquare(sessions, (2 * runs) / 10)).toBeLessThan(27.9);
  expect(chiSquare(inspectors, (2 * runs) / 6)).toBeLessThan(20.6);
});

test('what is drawn depends on seed and public value alone, and on both', () => {
  const lists = listsOf(25, 8, 10, 2);
  const seed = new Uint8Array(32).fill(7);
  const other = Uint8Array.from(seed).fill(8, 31);
  const all = [
    drawFrom(lists, seed, NUMBERS),
    drawFrom(lists, seed, '03 11 19 22 27 31 09'),
    drawFrom(lists, other, NUMBERS),
  ]
    .map(linesOf)
    .map(String);
  expect(new Set(all).size).toBe(3);
});

test('lists from which nothing can be drawn, and another seed, are refused', async () => {
  const good = listsOf(6, 4, 2, 2);
  const cases: [DrawLists, string][] = [
    [{ ...good, pick: 7 }, 'pick'],
    [{ ...good, per_session: 5 }, 'inspectors'],
    [listsOf(6, 4, 2, 3, [[1], [1]]), 'inspectors'],
    [{ ...good, sessions: [...good.sessions, good.sessions[0] as never] }, 'sessions'],
    [{ ...good, inspectors: [...good.inspectors, good.inspectors[0] as never] }, 'inspectors'],
  ];
  for (const [lists, part] of cases) {
    expect(await refusalOf(() => checkLists(lists))).toMatchObject({ code: 'draw_impossible', part });
    expect((await refusalOf(() => drawFrom(lists, new Uint8Array(32), NUMBERS))).code).toBe('draw_impossible');
  }
  const seed = new Uint8Array(32).fill(1);
  expect(openSeed(commitmentOf(seed), toBase64url(seed))).toEqual(seed);
  for (const wrong of [new Uint8Array(32).fill(2), seed.slice(1)])
    expect((await refusalOf(() => openSeed(commitmentOf(seed), toBase64url(wrong)))).code).toBe('seed_differs');
});

test('five thousand sessions and a thousand inspectors are drawn at once', () => {
  const lists = listsOf(5000, 1000, 500, 2);
  expect(drawFrom(lists, new Uint8Array(32), NUMBERS)).toHaveLength(500);
});

test('a public value has one spelling, is one that the lottery can draw, and comes on its day', async () => {
  for (const typed of ['03 11 19 22 27 31 08', '31, 27、3；11 19 22 + 8', '３ 11 19 22 27 31 蓝球 08'])
    expect([typed, canonicalValue('ssq', typed)]).toEqual([typed, NUMBERS]);
  expect(canonicalValue('dlt', '35 1 2 3 4 12 1')).toBe('01 02 03 04 35 01 12');
  const wrong: ['ssq' | 'dlt', string][] = [
    ['ssq', '03 11 19 22 27 31'],
    ['ssq', '03 11 19 22 27 34 08'],
    ['ssq', '03 03 19 22 27 31 08'],
    ['ssq', '03 11 19 22 27 31 17'],
    ['ssq', '00 11 19 22 27 31 08'],
    ['dlt', '01 02 03 04 05 06 06'],
    ['dlt', '01 02 03 04 36 01 02'],
    ['ssq', ''],
  ];
  for (const [lottery, typed] of wrong)
    expect([typed, await refusalOf(() => canonicalValue(lottery, typed))]).toMatchObject([
      typed,
      { code: 'public_value_malformed', part: 'public_value' },
    ]);
  expect(openValue({ lottery: 'ssq' }, NUMBERS)).toBe(NUMBERS);
  for (const spelled of ['11 03 19 22 27 31 08', '03 11 19 22 27 31  08', '3 11 19 22 27 31 8'])
    expect((await refusalOf(() => openValue({ lottery: 'ssq' }, spelled))).code).toBe('public_value_malformed');

  // Tuesday, 1 December 2026.
  const source = { lottery: 'ssq', issue: '2026138', date: '2026-12-01' };
  expect([isDrawnOn('ssq', '2026-12-01'), isDrawnOn('dlt', '2026-12-01'), isDrawnOn('dlt', '2026-12-02')]).toEqual([
    true,
    false,
    true,
  ]);
  expect(v.is(publicSource, source)).toBe(true);
  expect(v.is(publicSource, { lottery: 'dlt', issue: '26136', date: '2026-12-02' })).toBe(true);
  for (const change of [
    { date: '2026-12-02' },
    { date: '2026-12-32' },
    { issue: '2025138' },
    { issue: '2026000' },
    { issue: '26138' },
    { lottery: 'dlt' },
    { lottery: '3d' },
    { issue: '' },
  ])
    expect([change, v.is(publicSource, { ...source, ...change })]).toEqual([change, false]);
  const sessions = [{ date: '2026-12-09' }, { date: '2026-12-02' }];
  expect(requireAhead({ date: '2026-12-01' }, '2026-11-30', sessions)).toBeUndefined();
  for (const [date, today] of [
    ['2026-12-01', '2026-12-01'],
    ['2026-12-02', '2026-11-30'],
  ] as const)
    expect((await refusalOf(() => requireAhead({ date }, today, sessions))).code).toBe('public_source_late');
  expect(requireDrawn({ date: '2026-12-01' }, '2026-12-01')).toBeUndefined();
  expect((await refusalOf(() => requireDrawn({ date: '2026-12-01' }, '2026-11-30'))).code).toBe('public_value_early');
});

test('whoever chooses the seed before the numbers are drawn gains nothing by trying seeds', () => {
  // The best of 20 seeds, judged by 150 outcomes of the lottery that one could imagine, does no better with those that come.
  const lists = listsOf(10, 4, 1, 1);
  const hits = (seed: Buffer, from: number, count: number) =>
    Array.from({ length: count }, (_, i) => drawFrom(lists, seed, `value ${from + i}`)[0]?.session === 's0').filter(
      Boolean,
    ).length / count;
  const tried = Array.from({ length: 20 }, (_, n) => createHash('sha256').update(`trial ${n}`).digest()).map(
    (seed) => ({ seed, hits: hits(seed, 0, 150) }),
  );
  const best = tried.reduce((a, b) => (b.hits > a.hits ? b : a));
  expect(best.hits).toBeGreaterThan(0.12);
  expect(Math.abs(hits(best.seed, 1_000_000, 1500) - 0.1)).toBeLessThan(0.03);
});

test('the file of a seed opens for its own draw alone', async () => {
  const made = newSeed(new Uint8Array(32).fill(3));
  const text = seedText({ ...made, about: 'draw:d0123456789', title: '督导（虚构）' });
  expect(readSeedFile(text, made.commitment)).toMatchObject(made);
  const other = newSeed(new Uint8Array(32).fill(4));
  for (const wrong of [text.replace(made.seed, other.seed), seedText(other)])
    expect((await refusalOf(() => readSeedFile(wrong, made.commitment))).code).toBe('seed_differs');
  for (const wrong of ['', '{}', made.seed, text.replace('luzheng-draw-1', 'other')])
    expect((await refusalOf(() => readSeedFile(wrong, made.commitment))).code).toBe('seed_file_malformed');
});

test('a list of inspectors is read from a table or a paste, with or without its first line', async () => {
  const [zhao, qian] = [
    { id: 'd1', name: '赵督导', unit: '济南市职业技能鉴定指导中心' },
    { id: 'd2', name: '钱督导', unit: '山东省职业技能鉴定指导中心', avoids: ['S000037000001', 'Y000037000002'] },
  ];
  const line =
    '\nd1\t赵督导\t济南市职业技能鉴定指导中心\nd2\t钱督导\t山东省职业技能鉴定指导中心\tS000037000001、Y000037000002\n';
  for (const text of [
    `编号\t姓名\t单位\t回避机构${line}`,
    line,
    line.replaceAll('\t', '，'),
    inspectorText([zhao, qian]),
  ])
    expect([text, readInspectorText(text)]).toEqual([text, { inspectors: [zhao, qian], faults: [] }]);
  expect(readInspectorText(' \n')).toEqual({ inspectors: [], faults: [] });
  const faulty = readInspectorText('d1\t赵督导\t中心\n督导\t钱督导\t中心\tS1\n\t孙督导\t');
  expect([faulty.inspectors.length, [...new Set(faulty.faults.map(({ row, field }) => `${row} ${field}`))]]).toEqual([
    1,
    ['2 id', '2 avoids', '3 id', '3 unit'],
  ]);
  expect((await refusalOf(() => readInspectorTable(encodeUtf8('姓名,单位\n赵督导,中心\n')))).code).toBe(
    'csv_columns_missing',
  );
});
