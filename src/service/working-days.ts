/**
 * The working days as the register knows them: announcements (`calendar+jwt`) of the province's centre, and the notices
 * (公示) that run on because of them.
 *
 *   1. the announcement → 2. the notices that it lengthens
 *
 * A crash between them leaves lists that show an earlier end; the upload computes the end again, and the sweep goes on.
 */

import { shanghaiDay, shanghaiYear } from '../base/day.ts';
import { Refusal } from '../base/refusal.ts';
import {
  ANNOUNCEMENT_AGE,
  type AnnouncedYear,
  openAnnouncement,
  openAnnouncements,
  WorkingDays,
} from '../core/calendar.ts';
import { readNoticeFacts } from '../core/procedure/notice.ts';
import { noticeUntil } from '../core/procedure/results-check.ts';
import { checkTimes } from '../core/statement.ts';
import type { D1PreparedStatement } from '../storage/database.ts';
import { selectRunningNotices, updateDue } from '../storage/notice-store.ts';
import {
  guardCalendars,
  selectNewestOfCalendar,
  selectReceived,
  selectRevision,
  selectStatement,
  selectTokens,
} from '../storage/statement-store.ts';
import { requireIssuer, storeStatement } from './enrol.ts';
import { directoryOf } from './on-file.ts';
import type { Caller } from './reach.ts';
import type { Service } from './service.ts';

/** The last second of a NumericDate: an announcement has no `exp`. */
const FOR_EVER = 253_402_300_799;
/** Years ahead that may be announced; more is a mistyped year. */
const AHEAD = 5;
/** Notices that are read at a time. */
const CHUNK = 200;
/** Seconds for which the sweep goes on lengthening after an announcement came in. */
const SWEPT = 600;
/** The month from which the coming year is asked for: the State Council announces it in autumn. */
const REMIND_FROM = '10';

/** All announcements that verify, opened once for each revision of the register. */
async function announcedYears(service: Service): Promise<AnnouncedYear[]> {
  const revision = String(await selectRevision(service.db));
  return service.calendars.once(revision, async () =>
    openAnnouncements(await selectTokens(service.db, 'calendar+jwt'), await directoryOf(service, Number(revision))),
  );
}

/** The working days as announced by now. Whatever the register has taken is known: `iat` only orders. */
export async function workingDaysOf(service: Service): Promise<WorkingDays> {
  return new WorkingDays((await announcedYears(service)).filter(({ ends }) => ends === Infinity));
}

/**
 * Takes an announcement of a year's working days from the province's centre.
 * @throws Refusal `calendar_day_wrong`, `calendar_year_over`, `calendar_year_far`, `issuer_not_caller`,
 *   `statement_expired`
 */
export async function acceptAnnouncement(
  service: Service,
  caller: Caller,
  token: string,
): Promise<{ jti: string; fresh: boolean }> {
  const now = service.now();
  const statement = await openAnnouncement(token, await directoryOf(service), now);
  const { iss, jti, iat, year } = statement.payload;
  requireIssuer(caller, iss, 'calendar+jwt');
  // The very same again, whenever.
  if ((await selectStatement(service.db, iss, jti))?.token === token) return { jti, fresh: false };
  checkTimes('calendar+jwt', { iat, exp: iat + ANNOUNCEMENT_AGE }, now);
  const current = shanghaiYear(now);
  if (year < current)
    throw new Refusal(
      'calendar_year_over',
      `${year} has passed; working days are announced for ${current} and later years.`,
      { part: 'calendar+jwt:year', year },
    );
  if (year > current + AHEAD)
    throw new Refusal('calendar_year_far', `${year} is more than ${AHEAD} years ahead; look at the year again.`, {
      part: 'calendar+jwt:year',
      year,
    });
  const fresh = await storeStatement(
    service,
    statement,
    { iss, sub: `calendar:${year}`, jti, iat, exp: FOR_EVER },
    null,
  );
  await lengthenNotices(service);
  return { jti, fresh };
}

/** Holds while no announcement and no withdrawal came since the working days were read. @see workingDaysOf */
export const guardWorkingDays = async ({ db }: Service): Promise<D1PreparedStatement> =>
  guardCalendars(db, await selectNewestOfCalendar(db));

/**
 * Brings the ends of running notices to what is announced now. They only grow, so that repeating it changes nothing.
 */
export async function lengthenNotices(service: Service): Promise<void> {
  const days = await workingDaysOf(service);
  const today = shanghaiDay(service.now());
  for (let after = ''; ; ) {
    const rows = await selectRunningNotices(service.db, today, after, CHUNK);
    const last = rows.at(-1);
    if (!last) return;
    after = last.about;
    const longer = rows.flatMap(({ about, facts, due }) => {
      const read = readNoticeFacts(facts);
      const until = read && noticeUntil(read, days);
      return until !== undefined && until > due ? [{ about, until }] : [];
    });
    if (longer.length > 0) await updateDue(service.db, longer);
  }
}

/** Goes on where an announcement or a withdrawal that came in lately was interrupted. */
export async function sweepNotices(service: Service): Promise<void> {
  if ((await selectReceived(service.db, ['calendar+jwt', 'withdrawal+jwt'])) > service.now() - SWEPT)
    await lengthenNotices(service);
}

/** The year that the province's centre is reminded to announce; undefined while there is none. */
export async function yearToAnnounce(service: Service): Promise<number | undefined> {
  const today = shanghaiDay(service.now());
  const days = await workingDaysOf(service);
  const current = Number(today.slice(0, 4));
  if (!days.year(current)) return current;
  return today.slice(5, 7) >= REMIND_FROM && !days.year(current + 1) ? current + 1 : undefined;
}
