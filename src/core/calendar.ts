/**
 * Working days (工作日): Saturdays and Sundays are free, except as the State Council's yearly notices say otherwise
 * (节假日安排): weekdays that are holidays, and weekend days that are worked instead. Days are Shanghai calendar days.
 * Years announced when the program was written are built in; later ones, and corrections, are announced by the
 * province's centre. Years not announced are not guessed (`calendar_not_covered`): that could shorten a notice.
 */
import { dayNumber, dayOf, shanghaiDay } from '../base/day.ts';
import { isRefusal, Refusal } from '../base/refusal.ts';
import type { Directory } from './directory.ts';
import { STEP_AGE, STEP_AHEAD } from './procedure/read-case.ts';
import { MOST_DAYS, type Payload } from './schema.ts';
import { SKEW, type Statement } from './statement.ts';
import { endOf } from './withdrawal.ts';

/** The days of one year as announced. Days are `YYYY-MM-DD` and lie in that year. */
export interface AnnouncedYear {
  year: number;
  /** Days that are free. Weekend days may stand among them: they are free anyway. */
  holidays: ReadonlySet<string>;
  /** Saturdays and Sundays that are worked (调休上班). */
  workdays: ReadonlySet<string>;
  /** What it rests on, as a rule 国务院办公厅关于部分节假日安排的通知. */
  source: string;
  /** Since when it is known, NumericDate; -Infinity for what the program brings. */
  since: number;
  /** Until when it counts, NumericDate: a withdrawal ends it; else Infinity. */
  ends: number;
}

interface Year {
  /** 国务院办公厅关于部分节假日安排的通知. */
  notice: string;
  /** Weekdays that are free, MM-DD. */
  off: string;
  /** Saturdays and Sundays that are worked (调休上班). */
  on: string;
}

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

/** The years that the program brings. */
export const BUILT_IN: readonly AnnouncedYear[] = Object.entries(YEARS).map(([year, { notice, off, on }]) => {
  const days = (list: string) => new Set(list.split(' ').map((day) => `${year}-${day}`));
  return {
    year: Number(year),
    holidays: days(off),
    workdays: days(on),
    source: notice,
    since: -Infinity,
    ends: Infinity,
  };
});

/** Whether a day is a Saturday or a Sunday. @throws Refusal `day_malformed` */
function isWeekend(day: string): boolean {
  // 1970-01-01 was a Thursday.
  const weekday = (dayNumber(day) + 4) % 7;
  return weekday === 0 || weekday === 6;
}

/** Which days are worked, as far as years were announced. */
export class WorkingDays {
  readonly #years: ReadonlyMap<number, AnnouncedYear>;

  /** @param announced in any order; of one year the announcement that is known the shortest counts */
  constructor(announced: readonly AnnouncedYear[]) {
    this.#years = new Map(
      [...announced].sort((a, b) => (a.since < b.since ? -1 : a.since > b.since ? 1 : 0)).map((one) => [one.year, one]),
    );
  }

  /** The announcement that counts for a year, if there is one. */
  year(year: number): AnnouncedYear | undefined {
    return this.#years.get(year);
  }

  /** The years that were announced, the earliest first. */
  get years(): number[] {
    return [...this.#years.keys()].sort((a, b) => a - b);
  }

  /** Whether a day is worked. @throws Refusal `calendar_not_covered`, `day_malformed` */
  isWorked(day: string): boolean {
    const weekend = isWeekend(day);
    const announced = this.#years.get(Number(day.slice(0, 4)));
    if (!announced) {
      const year = day.slice(0, 4);
      throw new Refusal(
        'calendar_not_covered',
        `The working days of ${year} were not announced here yet. The province's centre announces them once the State Council has; choose an earlier day, or ask the centre.`,
        { part: 'day', day, year: Number(year), years: this.years.join(' ') },
      );
    }
    return weekend ? announced.workdays.has(day) : !announced.holidays.has(day);
  }

  /**
   * The day on which `count` working days have passed, the start day not counted: after one working day comes the first
   * working day behind it. With 0 it is the day itself.
   * @throws Refusal `calendar_not_covered`, `day_malformed`
   */
  add(day: string, count: number): string {
    let at = dayNumber(day);
    for (let left = count; left > 0; ) {
      at += 1;
      if (this.isWorked(dayOf(at))) left -= 1;
    }
    return dayOf(at);
  }

  /**
   * How many working days lie behind `from` up to and with `to`; 0 if `to` is not later.
   * @throws Refusal `calendar_not_covered`, `day_malformed`
   */
  between(from: string, to: string): number {
    let count = 0;
    for (let at = dayNumber(from) + 1; at <= dayNumber(to); at += 1) if (this.isWorked(dayOf(at))) count += 1;
    return count;
  }
}

/** What was known at an instant (NumericDate). */
export const knownAt = (announced: readonly AnnouncedYear[], at: number): WorkingDays =>
  new WorkingDays(announced.filter(({ since, ends }) => since <= at && at < ends));

/**
 * The last day of a period of working days that began on a day: an announcement made since then may lengthen it, never
 * shorten it. @param until its last day as computed before
 */
export function lengthened(days: WorkingDays, from: string, count: number, until: string): string {
  try {
    const end = days.add(from, count);
    return end > until ? end : until;
  } catch (error) {
    // An announcement that was withdrawn takes nothing back.
    if (isRefusal(error, 'calendar_not_covered')) return until;
    throw error;
  }
}

// The announcement of a year's working days (`calendar+jwt`, 节假日安排): signed by the province's centre for years that
// are not built in, and to correct any year that has not passed. A withdrawn announcement counts until its end.

/** Seconds between signing an announcement and handing it in: as for withdrawals. */
export const ANNOUNCEMENT_AGE = 300;

export type Announcement = Payload<'calendar+jwt'>;

/** What is wrong with a day: a fact of the refusal. */
type DayFault = 'unreadable' | 'other_year' | 'repeated' | 'not_weekend';

const wrong = (part: 'holidays' | 'workdays', day: string, fault: DayFault, why: string) =>
  new Refusal('calendar_day_wrong', `${day} ${why}`, { part: `calendar+jwt:${part}`, day, fault });

/** Checks the days of an announcement. @throws Refusal `calendar_day_wrong`, `day_malformed` */
export function checkDays({ year, holidays, workdays }: Pick<Announcement, 'year' | 'holidays' | 'workdays'>): void {
  const seen = new Set<string>();
  for (const [part, days] of [
    ['holidays', holidays],
    ['workdays', workdays],
  ] as const) {
    for (const day of days) {
      const weekend = isWeekend(day);
      if (!day.startsWith(`${year}-`)) throw wrong(part, day, 'other_year', `is no day of ${year}.`);
      if (seen.has(day)) throw wrong(part, day, 'repeated', 'stands here twice.');
      if (part === 'workdays' && !weekend)
        throw wrong(part, day, 'not_weekend', 'is no Saturday or Sunday: other days are worked anyway.');
      seen.add(day);
    }
  }
}

/** `10-01`, `2027-10-01`, `2027/10/1`, `10月1日`: the year may be left out. */
const DAY = /^(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?$/;
/** Between the first and the last day of several. */
const RANGE = /^(.+?)(?:\.\.|~|—|–|至|到)(.+)$/;

/**
 * Reads days as people type them: separated by spaces, lines, commas or 、, several together as `10-01..10-07`.
 * @param part what the days are, for the refusal
 * @throws Refusal `calendar_day_wrong`
 */
export function readDays(text: string, year: number, part: 'holidays' | 'workdays'): string[] {
  const unread = (word: string) =>
    wrong(part, word, 'unreadable', `is no day; write ${year}-10-01, 10-01 or 10-01..10-07.`);
  const readDay = (typed: string, word: string): number => {
    const [, itsYear = String(year), month = '', day = ''] = DAY.exec(typed) ?? [];
    try {
      return dayNumber(`${itsYear}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`);
    } catch (error) {
      throw isRefusal(error, 'day_malformed') ? unread(word) : error;
    }
  };
  const words = text
    .normalize('NFKC')
    .split(/[\s,;、；，]+/)
    .filter((word) => word !== '');
  return words.flatMap((word) => {
    const [, from, to] = RANGE.exec(word) ?? [];
    const first = readDay(from ?? word, word);
    const last = to === undefined ? first : readDay(to, word);
    if (last < first || last - first > MOST_DAYS) throw unread(word);
    return Array.from({ length: last - first + 1 }, (_, at) => dayOf(first + at));
  });
}

/**
 * Opens an announcement. @param at when the signing key must still count, if later than `iat`: the instant of arrival
 * @throws Refusal of the statement and its signer, `calendar_day_wrong`, `day_malformed`
 */
export async function openAnnouncement(
  token: string,
  directory: Directory,
  at = 0,
): Promise<Statement<'calendar+jwt'>> {
  const statement = await directory.memo.open(token, 'calendar+jwt', directory.findCentre);
  const { kid, payload } = statement;
  directory.centreAt(kid, payload.iss, payload.iat, Math.max(payload.iat, at));
  checkDays(payload);
  return statement;
}

/** What the program brings, and what was announced since and verifies; the rest is left out. */
export async function openAnnouncements(tokens: readonly string[], directory: Directory): Promise<AnnouncedYear[]> {
  const announced = [...BUILT_IN];
  for (const token of new Set(tokens)) {
    try {
      const { payload } = await openAnnouncement(token, directory);
      const { year, holidays, workdays, source, iat } = payload;
      // The register counts it no longer from the withdrawal's arrival on, whenever that says it is effective.
      const withdrawn = directory.withdrawals.ofStatement(payload);
      const ends = withdrawn ? Math.min(endOf(withdrawn), withdrawn.iat) : Infinity;
      announced.push({ year, holidays: new Set(holidays), workdays: new Set(workdays), source, since: iat, ends });
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  }
  return announced;
}

/**
 * The earliest last day that the register can have counted for a period of working days between two signed steps:
 * nobody signs when a step or an announcement arrived, so that midnight and the minutes around an announcement are in
 * doubt.
 * @param began `iat` of the step that began it @param at `iat` of the step that had to wait for its end
 * @throws Refusal `calendar_not_covered`
 */
export function earliestEnd(announced: readonly AnnouncedYear[], began: number, count: number, at: number): string {
  const from = shanghaiDay(began - STEP_AHEAD);
  const known = (instant: number): string[] =>
    [instant - ANNOUNCEMENT_AGE - SKEW, instant + STEP_AGE].flatMap((moment) => {
      try {
        return [knownAt(announced, moment).add(from, count)];
      } catch (error) {
        if (isRefusal(error, 'calendar_not_covered')) return [];
        throw error;
      }
    });
  const ends = [known(began), known(at)].flatMap((days) => days.sort().slice(0, 1));
  return ends.sort().at(-1) ?? new WorkingDays(announced).add(from, count);
}
