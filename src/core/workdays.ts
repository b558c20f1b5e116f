/**
 * Working days (工作日): Saturdays and Sundays are free, except as the State Council's yearly notices say otherwise
 * (节假日安排): weekdays that are holidays, and weekend days that are worked instead. Days are Shanghai calendar days.
 * Years announced when the program was written are built in; later ones, and corrections, are announced by the
 * province's centre (announcement.ts). Years not announced are not guessed (`calendar_not_covered`): that could
 * shorten a notice.
 */
import { dayNumber, dayOf } from '../base/day.ts';
import { isRefusal, Refusal } from '../base/refusal.ts';

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
export function isWeekend(day: string): boolean {
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
