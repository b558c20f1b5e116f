/**
 * The announcement of a year's working days (`calendar+jwt`, 节假日安排): signed by the province's centre for years that
 * are not built in, and to correct any year that has not passed. A withdrawn announcement counts until its end.
 */
import { dayNumber, dayOf, shanghaiDay } from '../base/day.ts';
import { isRefusal, Refusal } from '../base/refusal.ts';
import type { Directory } from './directory.ts';
import { STEP_AGE, STEP_AHEAD } from './procedure/sign-step.ts';
import { MOST_DAYS, type Payload } from './schema.ts';
import { SKEW, type Statement } from './statement.ts';
import { endOf } from './withdrawal.ts';
import { type AnnouncedYear, BUILT_IN, isWeekend, knownAt, WorkingDays } from './workdays.ts';

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
