/**
 * Owns `luzheng calendar` (节假日安排): the province's centre announces the working days of a year; without one it lists
 * what was announced. A notice of the State Council comes late in the year before, and no program has to be changed for it.
 */

import { readFileSync } from 'node:fs';
import { type Announcement, checkDays, readDays } from '../../core/announcement.ts';
import { unverified } from '../../core/statement.ts';
import { BUILT_IN } from '../../core/workdays.ts';
import { Caller } from '../../sdk/call.ts';
import type { TrustFile } from '../../sdk/file-organization.ts';
import { announceYear } from '../../sdk/sign.ts';
import { type Command, fromHere, type Input, KEY, KEY_HELP } from '../command.ts';
import { usage } from '../talk.ts';

type Days = Pick<Announcement, 'year' | 'holidays' | 'workdays' | 'source'>;

/** What is announced: of the options, or of a JSON file with the same members. */
function daysOf(input: Input): Days {
  const from = input.text('from');
  const given = from === undefined ? {} : (JSON.parse(readFileSync(fromHere(from), 'utf8')) as Partial<Days>);
  const year = input.whole('year', given.year ?? 0);
  if (year < 2000 || year > 2999) throw usage('--year 应为四位年份，如 2027', '--year takes a year, e.g. 2027');
  const days = (part: 'holidays' | 'workdays') =>
    readDays(input.text(part) ?? (given[part] ?? []).join(' '), year, part);
  const holidays = days('holidays');
  if (holidays.length === 0) throw usage('缺少 --holidays', '--holidays is missing');
  const read = {
    year,
    holidays,
    workdays: days('workdays'),
    source: input.text('source') ?? given.source ?? input.need('source'),
  };
  checkDays(read);
  return read;
}

/** The years that count, as the service says of itself: the newest announcement of each. */
async function list(input: Input): Promise<void> {
  const { calendars = [] } = await new Caller(input.origin()).get<TrustFile>('/.well-known/trust.json');
  const years = new Map<number, { source: string; holidays: number; workdays: number; announced: boolean }>();
  for (const { year, source, holidays, workdays } of BUILT_IN)
    years.set(year, { source, holidays: holidays.size, workdays: workdays.size, announced: false });
  const announced = calendars.map((token) => unverified<Announcement>(token).claims).sort((a, b) => a.iat - b.iat);
  for (const { year, source, holidays, workdays } of announced)
    years.set(year, { source, holidays: holidays.length, workdays: workdays.length, announced: true });
  const sorted = [...years].sort(([a], [b]) => a - b).map(([year, one]) => ({ year, ...one }));
  input.answer(
    sorted.map(
      ({ year, source, holidays, workdays, announced: own }) =>
        `${year}  ${source}（放假 ${holidays} 天，调休上班 ${workdays} 天${own ? '，省中心公布' : '，程序内置'}） / ${holidays} holidays, ${workdays} worked weekend days, ${own ? 'announced' : 'built in'}`,
    ),
    { years: sorted },
  );
}

export const calendar: Command = {
  takes: '',
  about: "省中心公布一年的节假日安排；不带 --year 则列出 / the province announces a year's working days, or lists them",
  help: `${KEY_HELP}
  --year N         年份，如 2027 / the year
  --holidays DAYS  放假日，如 2027-01-01,2027-10-01..2027-10-07（可含周末，最多 40 天） / free days, weekends may be among them, 40 at most
  --workdays DAYS  调休上班的周六、周日 / Saturdays and Sundays that are worked
  --source TEXT    依据，如 国办发明电〔2026〕N号 / what it rests on
  --from FILE      或用 JSON 给出全部 / or all of it as JSON: {year, holidays, workdays, source}
  同一年份再次公布即为更正：只会延长进行中的公示，不会缩短 / a second announcement of a year corrects it: notices that run become longer, never shorter`,
  options: {
    ...KEY,
    year: { type: 'string' },
    holidays: { type: 'string' },
    workdays: { type: 'string' },
    source: { type: 'string' },
    from: { type: 'string' },
  },
  async run(input) {
    if (input.text('year') === undefined && input.text('from') === undefined) return list(input);
    const days = daysOf(input);
    const { identity, caller } = await input.caller();
    const statement = await announceYear(identity, days);
    const { jti } = await caller.post<{ jti: string }>('/v1/calendars', { statement });
    input.answer(
      [
        `已公布 / announced       ${days.year} 年：放假 ${days.holidays.length} 天，调休上班 ${days.workdays.length} 天 / ${days.holidays.length} holidays, ${days.workdays.length} worked weekend days`,
        `依据 / source            ${days.source}`,
      ],
      { ...days, jti, statement },
    );
  },
};
