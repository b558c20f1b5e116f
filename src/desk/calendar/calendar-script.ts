/** The announcement of a year's working days: what was typed is read, shown once more in whole days, and signed. */
import { isRefusal } from '../../base/refusal.ts';
import { filled } from '../../base/words.ts';
import { type Announcement, checkDays, readDays } from '../../core/calendar.ts';
import { announceYear } from '../../sdk/sign.ts';
import { one } from '../../web/frame/page-script.ts';
import { troubleAt, typed } from '../frame/desk-call.ts';
import { register } from '../frame/desk-script.ts';
import { CALENDAR_WORDS } from '../words/desk-words.ts';

/** What was typed, as days. @throws Trouble naming the field and the day */
function announced(): Pick<Announcement, 'year' | 'holidays' | 'workdays' | 'source'> {
  const year = Number(typed('calendar-year'));
  if (!/^2\d{3}$/.test(typed('calendar-year'))) throw troubleAt('calendar-year', 'year_wrong');
  try {
    const read = {
      year,
      holidays: readDays(typed('calendar-holidays'), year, 'holidays'),
      workdays: readDays(typed('calendar-workdays'), year, 'workdays'),
      source: typed('calendar-source'),
    };
    checkDays(read);
    if (read.holidays.length === 0) throw troubleAt('calendar-holidays', 'holidays_missing');
    if (read.source === '') throw troubleAt('calendar-source', 'source_missing');
    return read;
  } catch (error) {
    if (!isRefusal(error, 'calendar_day_wrong')) throw error;
    const { part = '', day } = error.facts;
    const name = part.endsWith('workdays') ? 'workdays' : 'holidays';
    throw troubleAt(`calendar-${name}`, name === 'workdays' ? 'workday_wrong' : 'holiday_wrong', {
      day: String(day),
      year: String(year),
    });
  }
}

register('announce-year', async (desk) => {
  const { signer, caller } = desk;
  const days = announced();
  const { year, holidays, workdays, source } = days;
  const list = (all: readonly string[]) =>
    [...all]
      .sort()
      .map((day) => day.slice(5))
      .join(' ') || '—';
  const facts = {
    year: String(year),
    count: String(holidays.length),
    holidays: list(holidays),
    workdays: list(workdays),
    source,
  };
  if (!confirm(one(filled(CALENDAR_WORDS.confirm, facts)))) return;
  await caller.post('/v1/calendars', { statement: await announceYear(signer, days) });
  desk.go('#/calendar');
  desk.say(filled(CALENDAR_WORDS.done, { year: String(year) }), 'done');
});
