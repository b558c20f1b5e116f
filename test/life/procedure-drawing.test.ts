/**
 * The draw: to the byte as it is described, by vectors and by another way of computing it; fair, and never to whom one must avoid.
 */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toBase64url } from '../../src/life/bytes.ts';
import { checkLists, commitmentOf, drawFrom, openSeed, type DrawLists } from '../../src/life/procedure/drawing.ts';
import vectors from '../vectors/draws.json' with { type: 'json' };
import { refusalOf } from './cast.ts';

const organizationOf = (n: number): string => `S00003700000${n}`;

/** Written from the description alone: other loops, other comparisons, another SHA-256. */
function recompute({ sessions, inspectors, pick, per_session }: DrawLists, seed: Buffer, value: string): string[] {
  const rank = (label: string, id: string) => createHash('sha256').update(seed).update(value, 'utf8').update('\0').update(`luzheng-draw-1 ${label}`).update('\0').update(id).digest();
  const remaining = [...sessions];
  const visits: { inspector: string; date: string }[] = [];
  const lines: string[] = [];
  while (lines.length < pick) {
    const [next] = [...remaining].sort((a, b) => Buffer.compare(rank('session', `${a.plan}/${a.session}`), rank('session', `${b.plan}/${b.session}`)));
    if (!next) throw new Error('no session is left');
    remaining.splice(remaining.indexOf(next), 1);
    const sorted = inspectors
      .filter((one) => one.avoids?.includes(next.organization) !== true)
      .map(({ id }) => {
        const all = visits.filter(({ inspector }) => inspector === id);
        return { id, sameDay: all.filter(({ date }) => date === next.date).length, load: all.length, rank: rank('inspector', `${id}/${all.length}`) };
      })
      .sort((a, b) => a.sameDay - b.sameDay || a.load - b.load || Buffer.compare(a.rank, b.rank));
    const chosen = sorted.slice(0, per_session).map(({ id }) => id);
    for (const inspector of chosen) visits.push({ inspector, date: next.date });
    lines.push(`${next.plan}/${next.session}: ${chosen.join(' ')}`);
  }
  return lines;
}

const linesOf = (drawn: ReturnType<typeof drawFrom>): string[] => drawn.map(({ plan, session, inspectors }) => `${plan}/${session}: ${inspectors.map(({ id }) => id).join(' ')}`);

const listsOf = (sessions: number, inspectors: number, pick: number, per_session: number, avoids: readonly number[][] = []): DrawLists => ({
  sessions: Array.from({ length: sessions }, (_, i) => ({ plan: `plan:p0000000${i % 3}`, session: `s${i}`, organization: organizationOf(i % 5), name: '虚构学校', date: `2026-12-0${1 + (i % 4)}`, label: '电工三级' })),
  inspectors: Array.from({ length: inspectors }, (_, i) => ({ id: `i${i}`, name: `督导${i}`, unit: '虚构中心', avoids: (avoids[i] ?? []).map(organizationOf) })),
  pick,
  per_session,
});

test.each(vectors)('$name', ({ lists, seed, commitment, public_value, drawn }) => {
  const bytes = openSeed(commitment, seed);
  expect(linesOf(drawFrom(lists, bytes, public_value))).toEqual(drawn);
  expect(recompute(lists, Buffer.from(seed, 'base64url'), public_value)).toEqual(drawn);
});

const worlds = fc
  .record({ sessions: fc.integer({ min: 1, max: 25 }), inspectors: fc.integer({ min: 4, max: 12 }), pick: fc.integer({ min: 1, max: 25 }), per_session: fc.integer({ min: 1, max: 2 }), avoids: fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 4 }), { maxLength: 2 }), { maxLength: 2 }) })
  .map(({ sessions, inspectors, pick, per_session, avoids }) => listsOf(sessions, inspectors, Math.min(pick, sessions), per_session, avoids));
const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });

test('whoever computes it again finds the same, in whatever order the lists stand', () => {
  fc.assert(
    fc.property(worlds, seeds, fc.string(), (lists, seed, value) => {
      const drawn = linesOf(drawFrom(lists, seed, value));
      expect(recompute(lists, Buffer.from(seed), value)).toEqual(drawn);
      expect(linesOf(drawFrom({ ...lists, sessions: lists.sessions.toReversed(), inspectors: lists.inspectors.toReversed() }, seed, value))).toEqual(drawn);
    }),
    { numRuns: 60 },
  );
});

test('as many as asked, each once; nobody where he must not go; nobody twice on a day while another is free; loads within reason', () => {
  fc.assert(
    fc.property(worlds, seeds, (lists, seed) => {
      const drawn = drawFrom(lists, seed);
      expect(new Set(drawn.map(({ plan, session }) => `${plan}/${session}`)).size).toBe(lists.pick);
      const days = new Map<string, Map<string, number>>();
      for (const { inspectors, organization, date } of drawn) {
        const free = lists.inspectors.filter(({ avoids = [] }) => !avoids.includes(organization));
        const today = days.get(date) ?? new Map<string, number>();
        expect(new Set(inspectors.map(({ id }) => id)).size).toBe(lists.per_session);
        for (const { id } of inspectors) {
          expect(free.map((one) => one.id)).toContain(id);
          const idle = free.filter((one) => (today.get(one.id) ?? 0) < (today.get(id) ?? 0) && !inspectors.some((chosen) => chosen.id === one.id));
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
    for (const { session, inspectors: [one] } of drawFrom(lists, createHash('sha256').update(`seed ${run}`).digest())) {
      sessions.set(session, (sessions.get(session) ?? 0) + 1);
      inspectors.set(one?.id as string, (inspectors.get(one?.id as string) ?? 0) + 1);
    }
  }
  // 0.999 quantiles of chi-square with 9 and 5 degrees of freedom; drawing without replacement only lowers it.
  const chiSquare = (counts: Map<string, number>, expected: number) => [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  expect([sessions.size, inspectors.size]).toEqual([10, 6]);
  expect(chiSquare(sessions, (2 * runs) / 10)).toBeLessThan(27.9);
  expect(chiSquare(inspectors, (2 * runs) / 6)).toBeLessThan(20.6);
});

test('what is drawn depends on seed and public value alone, and on both', () => {
  const lists = listsOf(25, 8, 10, 2);
  const seed = new Uint8Array(32).fill(7);
  const other = Uint8Array.from(seed).fill(8, 31);
  const all = [drawFrom(lists, seed), drawFrom(lists, seed, '03 11 19 22 27 31 + 08'), drawFrom(lists, other)].map(linesOf).map(String);
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
    expect((await refusalOf(() => drawFrom(lists, new Uint8Array(32)))).code).toBe('draw_impossible');
  }
  const seed = new Uint8Array(32).fill(1);
  expect(openSeed(commitmentOf(seed), toBase64url(seed))).toEqual(seed);
  for (const wrong of [new Uint8Array(32).fill(2), seed.slice(1)]) expect((await refusalOf(() => openSeed(commitmentOf(seed), toBase64url(wrong)))).code).toBe('seed_differs');
});

test('five thousand sessions and a thousand inspectors are drawn at once', () => {
  const lists = listsOf(5000, 1000, 500, 2);
  const began = performance.now();
  expect(drawFrom(lists, new Uint8Array(32))).toHaveLength(500);
  expect(performance.now() - began).toBeLessThan(3000);
});
