/**
 * Statistics that show nobody: whatever the counts, a reader with the total and everything shown still finds every value
 * from 1 to 4 possible in each small cell.
 */

import { expect, test } from 'vitest';
import {
  alone,
  type IssuedCell,
  medianOf,
  type Published,
  passRates,
  statisticsOf,
  suppress,
  yearsOf,
} from '../../src/core/statistics-year.ts';
import fc from '../fuzz.ts';

/** Values that a reader finds possible for each `<5`, from what is shown: found by trying all. */
function possible(cells: readonly Published[], total: number): Set<number>[] {
  const rest = total - cells.reduce<number>((sum, cell) => sum + (typeof cell === 'number' ? cell : 0), 0);
  const small = cells.flatMap((cell, i) => (cell === '<5' ? [i] : []));
  const withheld = cells.filter((cell) => cell === 'withheld').length;
  const found = cells.map(() => new Set<number>());
  const go = (at: number, left: number, values: number[]): void => {
    if (at === small.length) {
      // Withheld ones are five or more each; none of them leaves no remainder.
      if (withheld === 0 ? left === 0 : left >= 5 * withheld)
        small.forEach((i, j) => found[i]?.add(values[j] as number));
      return;
    }
    for (let value = 1; value <= 4; value++) go(at + 1, left - value, [...values, value]);
  };
  go(0, rest, []);
  return found;
}

test('no total tells a small count', () => {
  const cells = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 40 }));
  fc.assert(
    fc.property(fc.array(cells, { maxLength: 6 }), (counts) => {
      const total = counts.reduce((sum, n) => sum + n, 0);
      const shown = suppress(counts);
      if (shown === null) return;
      expect(shown).toHaveLength(counts.length);
      shown.forEach((cell, i) => {
        const n = counts[i] as number;
        if (typeof cell === 'number') expect([cell, n > 0 && n < 5]).toEqual([n, false]);
        else expect(cell === '<5').toBe(n > 0 && n < 5);
      });
      // A total below five is not shown either; one line may stand for it.
      if (total < 5) expect(shown.filter((cell) => cell === '<5').length).toBeLessThanOrEqual(1);
      else
        possible(shown, total).forEach((values, i) =>
          expect([...values].sort()).toEqual(shown[i] === '<5' ? [1, 2, 3, 4] : []),
        );
    }),
    { numRuns: 3000 },
  );
});

test.each<[number[], Published[] | null]>([
  [[], []],
  [
    [0, 7, 12],
    [0, 7, 12],
  ],
  [
    [3, 20, 30],
    ['<5', 'withheld', 30],
  ],
  [
    [1, 5, 9, 50],
    ['<5', 5, 'withheld', 50],
  ],
  [
    [2, 3, 40],
    ['<5', '<5', 40],
  ],
  [
    [4, 4, 40],
    ['<5', '<5', 'withheld'],
  ],
  [[1, 5], null],
  [[4], ['<5']],
  [[1, 2], null],
  [[1, 1, 1, 1, 1], null],
  [
    [0, 0, 3],
    [0, 0, '<5'],
  ],
])('%j is shown as %j', (counts, shown) => {
  expect(suppress(counts)).toEqual(shown);
});

test('pass rates: hidden lines never add up to few', () => {
  const outcome = fc.record({ passed: fc.integer({ min: 0, max: 30 }), failed: fc.integer({ min: 0, max: 12 }) });
  fc.assert(
    fc.property(fc.array(outcome, { maxLength: 6 }), (rows) => {
      const { overall, by_centre } = passRates(rows.map((row, i) => ({ key: `c${i}`, name: `c${i}`, ...row })));
      const shown = by_centre.flatMap(({ rate }) => (rate ? [rate] : []));
      for (const { attended, passed } of shown)
        expect([passed >= 5, attended === passed || attended - passed >= 5]).toEqual([true, true]);
      const hidden = by_centre.length - shown.length;
      if (!overall || hidden === 0) return;
      expect(hidden).toBeGreaterThan(1);
      const passed = overall.passed - shown.reduce((sum, one) => sum + one.passed, 0);
      const failed = overall.attended - overall.passed - shown.reduce((sum, one) => sum + one.attended - one.passed, 0);
      expect([passed >= 5, failed === 0 || failed >= 5]).toEqual([true, true]);
    }),
    { numRuns: 2000 },
  );
  expect(passRates([{ key: 'a', name: 'a', passed: 20, failed: 10 }])).toEqual({
    overall: { attended: 30, passed: 20, rate: 66.7 },
    by_centre: [{ key: 'a', name: 'a', rate: { attended: 30, passed: 20, rate: 66.7 } }],
  });
  expect(passRates([{ key: 'a', name: 'a', passed: 20, failed: 1 }])).toEqual({
    overall: null,
    by_centre: [{ key: 'a', name: 'a', rate: null }],
  });
  expect(passRates([])).toEqual({ overall: null, by_centre: [] });
});

test('the median of few is not told', () => {
  expect(medianOf([{ days: 9, n: 4 }])).toBeNull();
  expect(
    medianOf([
      { days: 30, n: 1 },
      { days: 10, n: 4 },
    ]),
  ).toBe(10);
  expect(
    medianOf([
      { days: 20, n: 3 },
      { days: 11, n: 3 },
    ]),
  ).toBe(15.5);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 90 }), { minLength: 5, maxLength: 30 }), (days) => {
      const sorted = [...days].sort((a, b) => a - b);
      const middle =
        ((sorted[Math.floor((sorted.length - 1) / 2)] as number) + (sorted[Math.floor(sorted.length / 2)] as number)) /
        2;
      expect(medianOf(days.map((day) => ({ days: day, n: 1 })))).toBe(middle);
    }),
  );
});

const cell = (change: Partial<IssuedCell>): IssuedCell => ({
  month: '2026-03',
  level: 3,
  code: '6-31-01-03',
  name: '电工',
  centre: 'centre:3701',
  n: 10,
  ...change,
});

test('one year by occupation, level, centre and month', () => {
  const issued = [
    cell({}),
    cell({ month: '2026-05', level: 4, n: 7 }),
    cell({ code: '6-18-02-04', name: '焊工', centre: 'centre:3702', n: 30 }),
    cell({ month: '2025-12', n: 100 }),
  ];
  const counted = {
    issued,
    delays: [{ year: '2026', days: 21, n: 47 }],
    outcomes: [
      { year: '2026', centre: 'centre:3701', passed: 17, failed: 5 },
      { year: '2024', centre: 'centre:3701', passed: 9, failed: 0 },
    ],
  };
  expect(yearsOf(counted)).toEqual(['2026', '2025', '2024']);
  const { certificates, pass_rates, exam_to_issue } = statisticsOf(counted, '2026', '2026-06-01', (centre) =>
    centre === 'centre:3701' ? '济南' : centre,
  );
  expect(certificates.total).toBe(47);
  expect(certificates.by_occupation).toEqual([
    { key: '6-18-02-04', name: '焊工', count: 30 },
    { key: '6-31-01-03', name: '电工', count: 17 },
  ]);
  expect(certificates.by_level?.map(({ key, count }) => [key, count])).toEqual([
    ['5', 0],
    ['4', 7],
    ['3', 40],
    ['2', 0],
    ['1', 0],
  ]);
  expect(certificates.by_centre?.map(({ name, count }) => [name, count])).toEqual([
    ['centre:3702', 30],
    ['济南', 17],
  ]);
  expect(certificates.by_month?.map(({ key, count }) => [key, count])).toEqual([
    ['2026-01', 0],
    ['2026-02', 0],
    ['2026-03', 40],
    ['2026-04', 0],
    ['2026-05', 7],
    ['2026-06', 0],
  ]);
  expect([pass_rates.overall?.rate, exam_to_issue.median_days]).toEqual([77.3, 21]);
});

test('of a year with few certificates nothing is told but that they are few', () => {
  const { certificates } = statisticsOf(
    { issued: [cell({ n: 3 })], delays: [], outcomes: [] },
    '2026',
    '2026-12-31',
    (centre) => centre,
  );
  expect(certificates).toEqual({ total: '<5', by_occupation: null, by_level: null, by_centre: null, by_month: null });
  expect([0, 1, 4, 5].map(alone)).toEqual([0, '<5', '<5', 5]);
});
