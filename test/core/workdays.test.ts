/** Working days against two packages of others, for every day of every year that the table covers. */
import { isWorkday } from 'chinese-days';
import { HolidayUtil } from 'lunar-javascript';
import { expect, test } from 'vitest';
import { dayNumber, dayOf } from '../../src/base/day.ts';
import { isRefusal } from '../../src/base/refusal.ts';
import {
  type AnnouncedYear,
  BUILT_IN,
  checkDays,
  earliestEnd,
  knownAt,
  lengthened,
  readDays,
  WorkingDays,
} from '../../src/core/calendar.ts';

const known = new WorkingDays(BUILT_IN);
const [first, last] = [`${known.years[0]}-01-01`, `${known.years.at(-1)}-12-31`];
const days = Array.from({ length: dayNumber(last) - dayNumber(first) + 1 }, (_, i) => dayOf(dayNumber(first) + i));
const ours = new Set(days.filter((day) => known.isWorked(day)));

test('every covered day is what chinese-days says', () => {
  expect(days).toHaveLength(7 * 365 + 2);
  expect(days.filter((day) => isWorkday(day) !== ours.has(day))).toEqual([]);
});

test('every covered day is what lunar-javascript says', () => {
  const theirs = (day: string): boolean => {
    const holiday = HolidayUtil.getHoliday(day);
    return holiday ? holiday.isWork() : ![0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay());
  };
  expect(days.filter((day) => theirs(day) !== ours.has(day))).toEqual([]);
});

test.each([
  // National Day 2026 is a week off, and Saturday the 10th is worked.
  ['2026-09-30', 1, '2026-10-08'],
  ['2026-09-30', 3, '2026-10-10'],
  ['2026-09-30', 4, '2026-10-12'],
  ['2026-11-02', 5, '2026-11-09'],
  // The start day does not count, whether it is worked or not.
  ['2026-11-06', 1, '2026-11-09'],
  ['2026-11-07', 1, '2026-11-09'],
  ['2026-11-08', 0, '2026-11-08'],
  // Sunday 20 September 2026 is worked, for Friday the 25th.
  ['2026-09-18', 1, '2026-09-20'],
])('%s and %i working days is %s', (day, count, end) => {
  expect(known.add(day, count)).toBe(end);
  expect(known.between(day, end)).toBe(count);
});

test('from a day to an earlier one there are none', () => {
  expect(known.between('2026-11-09', '2026-11-02')).toBe(0);
});

const refusalOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (isRefusal(error)) return { code: error.code, year: error.facts.year };
    throw error;
  }
  return undefined;
};

test('beyond the years that were announced nothing is guessed', () => {
  const refused = (year: number) => ({ code: 'calendar_not_covered', year });
  expect(refusalOf(() => known.isWorked('2027-01-04'))).toEqual(refused(2027));
  expect(refusalOf(() => known.isWorked('2019-12-31'))).toEqual(refused(2019));
  expect(refusalOf(() => known.add('2026-12-30', 2))).toEqual(refused(2027));
  expect(refusalOf(() => known.between('2026-12-30', '2027-01-01'))).toEqual(refused(2027));
  expect(known.add('2026-12-30', 1)).toBe('2026-12-31');
  expect(refusalOf(() => known.isWorked('2026-02-30'))?.code).toBe('day_malformed');
  expect([known.year(2026)?.source, known.year(2027)]).toEqual(['国办发明电〔2025〕7号', undefined]);
});

const NOON = 43_200;
const at = (day: string): number => dayNumber(day) * 86_400 + NOON;
const announced = (year: number, since: string, holidays: string[], workdays: string[] = []): AnnouncedYear => ({
  year,
  holidays: new Set(holidays.map((day) => `${year}-${day}`)),
  workdays: new Set(workdays.map((day) => `${year}-${day}`)),
  source: '',
  since: at(since),
  ends: Infinity,
});

test('an announced year goes on where the built-in ones end, and the newest of a year counts', () => {
  const next = announced(2027, '2026-11-10', ['01-01', '01-04'], ['01-09']);
  const corrected = announced(2027, '2026-12-20', ['01-01', '01-05']);
  const all = [...BUILT_IN, corrected, next];
  expect(knownAt(all, at('2026-11-11')).add('2026-12-30', 4)).toBe('2027-01-07');
  expect(knownAt(all, at('2026-11-11')).add('2027-01-07', 2)).toBe('2027-01-09');
  expect(knownAt(all, at('2026-12-21')).add('2026-12-30', 4)).toBe('2027-01-07');
  expect(knownAt(all, at('2026-12-21')).isWorked('2027-01-04')).toBe(true);
  expect(refusalOf(() => knownAt(all, at('2026-11-09')).add('2026-12-30', 4))?.code).toBe('calendar_not_covered');
  expect(
    refusalOf(() =>
      knownAt(
        all.map((one) => ({ ...one, ends: at('2026-12-22') })),
        at('2026-12-23'),
      ).isWorked('2027-01-04'),
    )?.code,
  ).toBe('calendar_not_covered');
});

test('a correction lengthens a period that runs, and never shortens it', () => {
  const until = known.add('2026-12-14', 5);
  expect(until).toBe('2026-12-21');
  const longer = new WorkingDays([...BUILT_IN, announced(2026, '2026-12-15', ['12-16', '12-17'])]);
  const shorter = new WorkingDays([...BUILT_IN, announced(2026, '2026-12-15', ['12-31'], ['12-19', '12-20'])]);
  expect(lengthened(longer, '2026-12-14', 5, until)).toBe('2026-12-23');
  expect(shorter.add('2026-12-14', 5)).toBe('2026-12-19');
  expect(lengthened(shorter, '2026-12-14', 5, until)).toBe(until);
  // Withdrawn since: nothing is known, and the end stays.
  expect(lengthened(known, '2026-12-30', 5, '2027-01-08')).toBe('2027-01-08');
});

test('whoever looks back judges by what the register can have known at either end, and leaves midnight in doubt', () => {
  const all = [...BUILT_IN, announced(2026, '2026-12-16', ['12-17', '12-18'])];
  expect(earliestEnd(all, at('2026-12-14'), 5, at('2026-12-15'))).toBe('2026-12-21');
  expect(earliestEnd(all, at('2026-12-14'), 5, at('2026-12-22'))).toBe('2026-12-23');
  expect(
    earliestEnd([...BUILT_IN, announced(2027, '2027-02-01', ['01-01'])], at('2026-12-30'), 3, at('2027-01-20')),
  ).toBe('2027-01-05');
  expect(refusalOf(() => earliestEnd(BUILT_IN, at('2026-12-30'), 3, at('2027-01-20')))?.code).toBe(
    'calendar_not_covered',
  );
  // An announcement of the last minutes may not have been submitted, and a clock may have been ahead past midnight.
  expect(earliestEnd(all, at('2026-12-14'), 5, at('2026-12-16') + 350)).toBe('2026-12-21');
  expect(earliestEnd(all, at('2026-12-14'), 5, at('2026-12-16') + 361)).toBe('2026-12-23');
  const midnight = at('2026-12-15') - NOON - 8 * 3600;
  expect([30, 61].map((after) => earliestEnd(BUILT_IN, midnight + after, 5, at('2026-12-30')))).toEqual([
    '2026-12-21',
    '2026-12-22',
  ]);
});

test('days are read as people type them', () => {
  expect(readDays('2027-01-01、02-05..02-07，10月1日至10月3日\n2027/12/31', 2027, 'holidays')).toEqual([
    '2027-01-01',
    '2027-02-05',
    '2027-02-06',
    '2027-02-07',
    '2027-10-01',
    '2027-10-02',
    '2027-10-03',
    '2027-12-31',
  ]);
  expect(readDays('', 2027, 'workdays')).toEqual([]);
  for (const wrong of ['13-01', '02-30', 'Friday', '10-07..10-01', '01-01..12-31', '1'])
    expect([wrong, refusalOf(() => readDays(wrong, 2027, 'holidays'))?.code]).toEqual([wrong, 'calendar_day_wrong']);
});

test.each([
  ['a day of another year', { holidays: ['2026-12-31'], workdays: [] }],
  ['a day twice', { holidays: ['2027-01-01', '2027-01-01'], workdays: [] }],
  ['a day that is free and worked', { holidays: ['2027-01-02'], workdays: ['2027-01-02'] }],
  ['a worked day that is no weekend day', { holidays: ['2027-01-01'], workdays: ['2027-01-04'] }],
])('an announcement with %s is refused', (_, days) => {
  expect(refusalOf(() => checkDays({ year: 2027, ...days }))?.code).toBe('calendar_day_wrong');
});
