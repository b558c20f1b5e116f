/** A province, its centres and organizations, made over any `fetch`: for the demonstration, benches and tests alike. */

import { encodeUtf8 } from '../base/bytes.ts';
import { dayNumber, shanghaiDay, shanghaiYear } from '../base/day.ts';
import { isRefusal } from '../base/refusal.ts';
import { BUILT_IN, WorkingDays } from '../core/calendar.ts';
import type { Level } from '../core/number.ts';
import { centreName, PROVINCE_CODE } from '../core/province.ts';
import { NO_JOB, type RawRow, type ScopeEntry } from '../core/rows/row.ts';
import { scopeOf } from '../core/rows/row-check.ts';
import { foldText, isNone, looksLikeFormula, readLevel, readOccupationCode, textOf } from '../core/rows/row-values.ts';
import { unverified } from '../core/statement.ts';
import { type FontSet, missingGlyphs } from '../formats/font/font.ts';
import { Caller } from '../sdk/call.ts';
import {
  certifyCentre,
  certifyNewestKey,
  type FilingInput,
  nameServiceKey,
  sendClient,
  sendFiling,
  type TrustFile,
} from '../sdk/file-organization.ts';
import {
  announceYear,
  appointCentre,
  type Identity,
  type KeyPair,
  makeKey,
  type Speaker,
  type Times,
} from '../sdk/sign.ts';
import { ELECTRICIAN } from './sample-forms.ts';

/** Who acts at a moment (NumericDate); without one, now. */
export type Act = (who?: Speaker, moment?: number) => Caller;

/** Acts against a service whose requests may bring their own time. */
export const actorsOf =
  (origin: string): Act =>
  (who, moment) =>
    new Caller(origin, who, { moment: moment === undefined ? undefined : () => moment });

/** The root appoints a centre: its key, its statement and its certificate. Nothing is sent. */
export async function makeCentre(root: KeyPair, code: string, name: string, times: Times = {}): Promise<Identity> {
  const pair = await makeKey();
  const token = await appointCentre(root, { code, name, jwk: pair.jwk }, times);
  return { ...pair, subject: `centre:${code}`, token, certificate: await certifyCentre(root, token) };
}

/** The root appoints the province's centre and one city's, and names the service's key. */
export async function foundProvince(
  root: KeyPair,
  as: (who: Speaker) => Caller,
  times: Times = {},
): Promise<{ province: Identity; city: Identity }> {
  const make = (code: string) => makeCentre(root, code, centreName(code) as string, times);
  const [province, city] = [await make(PROVINCE_CODE), await make('3701')];
  for (const { token } of [province, city]) await as(province).post('/v1/centres', { statement: token });
  await nameServiceKey(root, as(province), times);
  return { province, city };
}

/** A centre files an organization with a new issuing key, certifies that and names a client key. */
export async function enrolOrganization(
  centre: Caller,
  input: FilingInput,
  times: Times = {},
  pair?: KeyPair,
): Promise<{ client: Identity; jti: string; filing: string }> {
  const own = pair ?? (await makeKey());
  const filing = await sendFiling(centre, input, true, times);
  await certifyNewestKey(centre, filing);
  const { client: token, jti } = await sendClient(centre, input.code, own.jwk, times);
  return { client: { ...own, subject: `org:${input.code}`, token }, jti, filing };
}

// The scope that a demonstration files when it is given none: the occupations, jobs and levels of the file. A cell that
// cannot be read widens nothing, but does not take its row's other cells with it.

const ALL: Level[] = [5, 4, 3, 2, 1];

/** A text that a filing may contain; undefined for any other cell. */
function text(value: unknown, fonts: FontSet): string | undefined {
  const read = textOf(value);
  if ('flaw' in read) return undefined;
  const given = read.value.normalize('NFC').trim();
  const good =
    !looksLikeFormula(given.normalize('NFKC')) &&
    !/[\p{C}\u2028\u2029]/u.test(given) &&
    encodeUtf8(given).length <= 85 &&
    missingGlyphs(fonts, given).length === 0;
  return good || isNone(given) ? given : undefined;
}

/** The scope of a file. Never empty: a file without any readable occupation gets one that its rows do not have. */
export function deriveScope(rows: RawRow[], fonts: FontSet): ScopeEntry[] {
  const clean = (entry: ScopeEntry) => ({
    ...entry,
    jobs: entry.jobs.filter((job) => job === NO_JOB || text(job, fonts) !== undefined),
  });
  const entries = new Map(
    scopeOf(rows)
      .filter(({ name }) => text(name, fonts) !== undefined)
      .map((entry) => [entry.code, clean(entry)]),
  );
  for (const { values, cells } of rows) {
    if (cells) continue;
    const code = readOccupationCode(values.occupation_code);
    const name = text(values.occupation_name, fonts);
    if ('flaw' in code || name === undefined || isNone(name)) continue;
    const level = readLevel(values.level);
    const job = text(values.job_type, fonts);
    const known = entries.get(code.value);
    const entry = known ?? { code: code.value, name, edition: '2022', jobs: [], levels: [] };
    if ('value' in level && !entry.levels.includes(level.value))
      entry.levels = [...entry.levels, level.value].sort((a, b) => b - a);
    if (job !== undefined) {
      const spelling = isNone(job) ? NO_JOB : job;
      // No jobs at all means `--` alone; the first job makes that explicit.
      const jobs = known && entry.jobs.length === 0 ? [NO_JOB] : entry.jobs;
      if (!jobs.some((one) => foldText(one) === foldText(spelling))) entry.jobs = [...jobs, spelling];
    }
    entries.set(code.value, entry);
  }
  const scope = [...entries.values()].map((entry) => ({
    ...entry,
    jobs: entry.jobs.length === 1 && entry.jobs[0] === NO_JOB ? [] : entry.jobs,
    levels: entry.levels.length === 0 ? ALL : entry.levels,
  }));
  return scope.length === 0 ? [ELECTRICIAN] : scope.slice(0, 500);
}

// The days on which a demonstration takes each step of the procedure before the certificates. Where the days do not allow
// the procedure, there are none (undefined).

const DAY = 86_400;
const HOUR = 3600;

/** When each step is taken, NumericDate: nine in the morning in Shanghai of its day. */
export interface Moments {
  apply: number;
  select: number;
  plan: number;
  publish: number;
  upload: number;
}

const morning = (day: string): number => dayNumber(day) * DAY + HOUR;

/** Holidays that the law fixes (全国年节及纪念日放假办法): enough for a demonstration in years that were not announced yet. */
const FIXED = ['01-01', '05-01', '05-02', '10-01', '10-02', '10-03'];

/** Years that the demonstration touches and the program does not bring: those from its earliest step on. */
function missingYears(moment: number, now: number): number[] {
  const [first, last] = [shanghaiYear(moment), shanghaiYear(now) + 1];
  return Array.from({ length: last - first + 1 }, (_, at) => first + at).filter(
    (year) => !BUILT_IN.some((known) => known.year === year),
  );
}

const fixedDays = (year: number): string[] => FIXED.map((day) => `${year}-${day}`);

/** The working days as the demonstration has them. */
export const demonstrationDays = (moment: number, now: number): WorkingDays =>
  new WorkingDays([
    ...BUILT_IN,
    ...missingYears(moment, now).map((year) => ({
      year,
      holidays: new Set(fixedDays(year)),
      workdays: new Set<string>(),
      source: '',
      since: moment,
      ends: Infinity,
    })),
  ]);

/**
 * Announces the working days that neither the program nor the service knows, so that the demonstration runs at the turn
 * of any year; each says of itself what it is. @param moment of the demonstration's earliest step
 */
export async function announceMissing(province: Speaker, caller: Caller, moment: number, now: number): Promise<void> {
  const { calendars = [] } = await caller.get<TrustFile>('/.well-known/trust.json');
  const announced = calendars.map((token) => unverified<{ year: number }>(token).claims.year);
  for (const year of missingYears(moment, now).filter((one) => !announced.includes(one))) {
    const days = { year, holidays: fixedDays(year), workdays: [], source: '仅供演示，不是国务院办公厅的通知' };
    await caller.post('/v1/calendars', { statement: await announceYear(province, days, { iat: moment }) });
  }
}

/**
 * The days of a procedure whose exams were held on these days and whose certificates are issued now; undefined where its
 * notice would still run, lies in years whose calendar is not known, or is too long ago for a filing of one year.
 */
export function momentsFor(examDays: readonly string[], days: WorkingDays, now: number): Moments | undefined {
  const [first, last] = [...examDays].sort().filter((_, i, all) => i === 0 || i === all.length - 1) as [
    string,
    string?,
  ];
  const end = last ?? first;
  try {
    const filed = shanghaiDay(morning(first) - 20 * DAY);
    const publish = days.add(end, 1);
    const upload = shanghaiDay(morning(days.add(publish, 5)) + DAY);
    const moments = {
      apply: morning(first) - 30 * DAY,
      select: morning(first) - 25 * DAY,
      plan: morning(filed),
      publish: morning(publish),
      upload: morning(upload),
    };
    return moments.upload <= now && moments.select > now - 350 * DAY && days.between(filed, first) >= 5
      ? moments
      : undefined;
  } catch (error) {
    if (isRefusal(error, 'calendar_not_covered')) return undefined;
    throw error;
  }
}
