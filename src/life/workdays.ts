/**
 * Owns working days (工作日): Saturdays and Sundays are free, except as the State Council's yearly notices say otherwise
 * (节假日安排): weekdays that are holidays, and weekend days that are worked instead. Days are Shanghai calendar days.
 * It refuses to compute past the years whose notice it knows (`calendar_not_covered`): the next year's holidays are
 * announced late in the year, and a guess would shorten somebody's notice.
 */
import { dayNumber, dayOf } from './calendar.ts';
import { Refusal } from './refusal.ts';

interface Year {
  /** 国务院办公厅关于部分节假日安排的通知. */
  notice: string;
  /** Weekdays that are free, MM-DD. */
  off: string;
  /** Saturdays and Sundays that are worked (调休上班). */
  on: string;
}

/** Changes with every line that is added or corrected. */
export const WORKDAYS_VERSION = '2026-1';

const YEARS: Record<string, Year> = {
  2020: {
    // The second notice of 2020 lengthened the Spring Festival to 2 February.
    notice: '国办发明电〔2019〕16号、〔2020〕1号',
    off: '01-01 01-24 01-27 01-28 01-29 01-30 01-31 04-06 05-01 05-04 05-05 06-25 06-26 10-01 10-02 10-05 10-06 10-07 10-08',
    on: '01-19 04-26 05-09 06-28 09-27 10-10',
  },
  2021: {
    notice: '国办发明电〔2020〕27号',
    off: '01-01 02-11 02-12 02-15 02-16 02-17 04-05 05-03 05-04 05-05 06-14 09-20 09-21 10-01 10-04 10-05 10-06 10-07',
    on: '02-07 02-20 04-25 05-08 09-18 09-26 10-09',
  },
  2022: {
    notice: '国办发明电〔2021〕11号',
    off: '01-03 01-31 02-01 02-02 02-03 02-04 04-04 04-05 05-02 05-03 05-04 06-03 09-12 10-03 10-04 10-05 10-06 10-07',
    on: '01-29 01-30 04-02 04-24 05-07 10-08 10-09',
  },
  2023: {
    notice: '国办发明电〔2022〕16号',
    off: '01-02 01-23 01-24 01-25 01-26 01-27 04-05 05-01 05-02 05-03 06-22 06-23 09-29 10-02 10-03 10-04 10-05 10-06',
    on: '01-28 01-29 04-23 05-06 06-25 10-07 10-08',
  },
  2024: {
    notice: '国办发明电〔2023〕7号',
    off: '01-01 02-12 02-13 02-14 02-15 02-16 04-04 04-05 05-01 05-02 05-03 06-10 09-16 09-17 10-01 10-02 10-03 10-04 10-07',
    on: '02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12',
  },
  2025: {
    notice: '国办发明电〔2024〕12号',
    off: '01-01 01-28 01-29 01-30 01-31 02-03 02-04 04-04 05-01 05-02 05-05 06-02 10-01 10-02 10-03 10-06 10-07 10-08',
    on: '01-26 02-08 04-27 09-28 10-11',
  },
  2026: {
    notice: '国办发明电〔2025〕7号',
    off: '01-01 01-02 02-16 02-17 02-18 02-19 02-20 02-23 04-06 05-01 05-04 05-05 06-19 09-25 10-01 10-02 10-05 10-06 10-07',
    on: '01-04 02-14 02-28 05-09 09-20 10-10',
  },
};

const known = Object.keys(YEARS);
/** First and last day whose kind is known. */
export const FIRST_KNOWN_DAY = `${known[0]}-01-01`;
export const LAST_KNOWN_DAY = `${known.at(-1)}-12-31`;

const daysOf = (pick: 'off' | 'on'): ReadonlySet<string> => new Set(Object.entries(YEARS).flatMap(([year, said]) => said[pick].split(' ').map((day) => `${year}-${day}`)));
const OFF = daysOf('off');
const ON = daysOf('on');

/** Which notice a year's days are from, for whoever wants to look it up. */
export const noticeOf = (year: number): string | undefined => YEARS[year]?.notice;

/**
 * Whether a day is worked.
 * @throws Refusal `calendar_not_covered`, `day_malformed`
 */
export function isWorkingDay(day: string): boolean {
  const number = dayNumber(day);
  if (!(day.slice(0, 4) in YEARS)) {
    throw new Refusal('calendar_not_covered', `Working days are known from ${FIRST_KNOWN_DAY} to ${LAST_KNOWN_DAY}; holidays of later years are announced by the State Council and added then. Choose an earlier day, or wait for the announcement.`, { part: 'day', day, first: FIRST_KNOWN_DAY, last: LAST_KNOWN_DAY, version: WORKDAYS_VERSION });
  }
  if (OFF.has(day)) return false;
  if (ON.has(day)) return true;
  // 1970-01-01 was a Thursday.
  const weekday = (number + 4) % 7;
  return weekday !== 0 && weekday !== 6;
}

/**
 * The day on which `count` working days have passed, the start day not counted: after one working day comes the first
 * working day behind it. With 0 it is the day itself.
 * @throws Refusal `calendar_not_covered`, `day_malformed`
 */
export function addWorkingDays(day: string, count: number): string {
  let at = dayNumber(day);
  for (let left = count; left > 0; ) {
    at += 1;
    if (isWorkingDay(dayOf(at))) left -= 1;
  }
  return dayOf(at);
}

/**
 * How many working days lie behind `from` up to and with `to`; 0 if `to` is not later.
 * @throws Refusal `calendar_not_covered`, `day_malformed`
 */
export function workingDaysBetween(from: string, to: string): number {
  let count = 0;
  for (let at = dayNumber(from) + 1; at <= dayNumber(to); at += 1) if (isWorkingDay(dayOf(at))) count += 1;
  return count;
}
