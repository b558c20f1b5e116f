/** Working days against two packages of others, for every day of every year that the table covers. */
import { isWorkday } from 'chinese-days';
import { HolidayUtil } from 'lunar-javascript';
import { expect, test } from 'vitest';
import { dayNumber, dayOf } from '../../src/life/calendar.ts';
import { isRefusal } from '../../src/life/refusal.ts';
import { addWorkingDays, FIRST_KNOWN_DAY, isWorkingDay, LAST_KNOWN_DAY, noticeOf, workingDaysBetween } from '../../src/life/workdays.ts';

const days = Array.from({ length: dayNumber(LAST_KNOWN_DAY) - dayNumber(FIRST_KNOWN_DAY) + 1 }, (_, i) => dayOf(dayNumber(FIRST_KNOWN_DAY) + i));
const ours = new Set(days.filter(isWorkingDay));

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
  expect(addWorkingDays(day, count)).toBe(end);
  expect(workingDaysBetween(day, end)).toBe(count);
});

test('from a day to an earlier one there are none', () => {
  expect(workingDaysBetween('2026-11-09', '2026-11-02')).toBe(0);
});

const refusalOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (isRefusal(error)) return { code: error.code, last: error.facts['last'] };
    throw error;
  }
  return undefined;
};

test('beyond the years that were announced nothing is guessed', () => {
  const refused = { code: 'calendar_not_covered', last: LAST_KNOWN_DAY };
  expect(refusalOf(() => isWorkingDay('2027-01-04'))).toEqual(refused);
  expect(refusalOf(() => isWorkingDay('2019-12-31'))).toEqual(refused);
  expect(refusalOf(() => addWorkingDays('2026-12-30', 2))).toEqual(refused);
  expect(refusalOf(() => workingDaysBetween('2026-12-30', '2027-01-01'))).toEqual(refused);
  expect(addWorkingDays('2026-12-30', 1)).toBe('2026-12-31');
  expect(refusalOf(() => isWorkingDay('2026-02-30'))?.code).toBe('day_malformed');
  expect([noticeOf(2026), noticeOf(2027)]).toEqual(['国办发明电〔2025〕7号', undefined]);
});
