/** A province, its centres and organizations, made over any `fetch`: for the demonstration, benches and tests alike. */

import { encodeUtf8 } from '../base/bytes.ts';
import { dayNumber, shanghaiDay, shanghaiYear } from '../base/day.ts';
import { isRefusal } from '../base/refusal.ts';
import { BUILT_IN, WorkingDays } from '../core/calendar.ts';
import type { PublicJwk } from '../core/keys.ts';
import type { Level } from '../core/number.ts';
import type { Application } from '../core/procedure/application.ts';
import type { Plan, Results } from '../core/procedure/plan.ts';
import { centreName, PROVINCE_CODE } from '../core/province.ts';
import { type CheckedRow, NO_JOB, type RawRow, type ScopeEntry } from '../core/rows/row.ts';
import { scopeOf } from '../core/rows/row-check.ts';
import { foldText, isNone, looksLikeFormula, readLevel, readOccupationCode, textOf } from '../core/rows/row-values.ts';
import type { ScopeEntry as FiledScope } from '../core/schema.ts';
import { unverified } from '../core/statement.ts';
import { type FontSet, missingGlyphs } from '../formats/font/font.ts';
import { Caller, newSalt } from '../sdk/call.ts';
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

/** A centre files an organization, certifies its issuing key and names its first client key. */
export async function enrolOrganization(
  centre: Caller,
  input: FilingInput,
  times: Times = {},
  pair?: KeyPair,
): Promise<{ client: Identity; jti: string; filing: string }> {
  const own = pair ?? (await makeKey());
  const filing = await sendFiling(centre, input, false, times);
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
  return scope.length === 0
    ? [{ code: '6-31-01-03', name: '电工', edition: '2022', jobs: [], levels: ALL }]
    : scope.slice(0, 500);
}

// Samples of the procedure before the certificates (application, plan, results) and the days on which a demonstration
// takes each step. All people are invented. Where the days do not allow the procedure, there are none (undefined).

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

/** An application of an invented training school for a scope, with every field of annexes 1 and 2. */
export function sampleApplication(school: {
  name: string;
  uscc: string;
  centre: string;
  key: PublicJwk;
  scope: readonly FiledScope[];
  capacity: number;
}): Application {
  const { name, uscc, centre, key, scope, capacity } = school;
  const lines = scope.flatMap(({ code, name: occupation, jobs, levels }) =>
    (jobs.length === 0 ? [undefined] : jobs).map((job) => ({
      name: occupation,
      ...(job === undefined || job === '--' ? {} : { job }),
      code,
      standard: `${occupation}国家职业技能标准`,
      experience: '5 年',
      assessed: 1200,
      levels,
    })),
  );
  return {
    salt: newSalt(),
    purpose: 'new',
    centre,
    key: { kty: key.kty, crv: key.crv, x: key.x, y: key.y },
    annual_capacity: capacity,
    form: {
      name,
      uscc,
      address: '济南市历下区示范路 1 号（虚构）',
      registrar: '济南市历下区行政审批服务局',
      nature: 'training_school',
      legal_representative: '示例代表',
      registered_capital: '500 万元',
      contact: '示例联系人',
      position: '教务主任',
      phone: '0531-00000000',
      email: 'office@school.example',
      occupations: lines,
      strengths: '办学二十年，参与过地方技能竞赛的命题与执裁。',
      premises: '理论考场 4 间共 200 座，实训车间 6 间，设备清单见附件。',
      staff: '专职人员 12 人，考评人员 30 人，均签有劳动合同或聘书。',
      pledges: { truthful: true, public_benefit: true, supervision: true },
      signed_by: '示例代表',
    },
    work_plan: {
      overall: '立足本市技能人才需求，每季度组织一次认定，全年不超过备案规模。',
      organization: '设考务、质量、证书三个小组，各有专人负责。',
      occupations: '按申报表所列职业、等级开展，依据国家职业技能标准，题库由专家组建立并逐年更新。',
      process: '报名、资格审查、理论考试、技能考核、成绩公示、上传、颁发。',
      content: '理论知识机考或笔试，技能操作现场考核，二级以上加综合评审。',
      safeguards: '场地、设备、经费、安全与应急预案齐备，全程录像保存三年。',
    },
    files: [],
  };
}

/** A plan for the people of a file: one session for each day, occupation and job. */
export function samplePlan(title: string, rows: readonly CheckedRow[]): Plan {
  const sessions = new Map<string, Plan['sessions'][number]>();
  const roster = rows.map((row): Plan['roster'][number] => {
    const name = `${row.exam_date} ${row.occupation.code} ${row.job}`;
    const session = sessions.get(name) ?? {
      id: `s${sessions.size + 1}`,
      kind: 'both' as const,
      occupation_code: row.occupation.code,
      occupation_name: row.occupation.name,
      job_type: row.job,
      levels: [],
      date: row.exam_date,
      starts: '08:30',
      ends: '17:30',
      venue: '示范路校区实训楼（虚构）',
    };
    sessions.set(name, session);
    if (!session.levels.includes(row.level)) session.levels.push(row.level);
    return {
      row: row.row,
      name: row.name,
      id_type: row.id_type,
      id_number: row.id_number,
      occupation_code: row.occupation.code,
      occupation_name: row.occupation.name,
      job_type: row.job,
      level: row.level,
      sessions: [session.id],
    };
  });
  const all = [...sessions.keys()].map((_, i) => `s${i + 1}`);
  return {
    salt: newSalt(),
    title,
    process: '报名与资格审查；理论知识考试；技能操作考核；成绩汇总与公示。',
    sessions: [...sessions.values()],
    staff: [
      { role: 'invigilator', name: '示例监考员', sessions: all },
      { role: 'assessor', name: '示例考评员', certificate: '3701-2026-0001', sessions: all },
      { role: 'supervisor', name: '示例督导员', sessions: all },
    ],
    roster,
  };
}

/** The results of those people, as their file has them. */
export const sampleResults = (plan: string, rows: readonly CheckedRow[]): Results => ({
  salt: newSalt(),
  plan,
  working_days: 5,
  rows: rows.map((row) => ({
    row: row.row,
    name: row.name,
    id_type: row.id_type,
    id_number: row.id_number,
    occupation_code: row.occupation.code,
    occupation_name: row.occupation.name,
    job_type: row.job,
    level: row.level,
    score_theory: row.score_theory,
    score_practice: row.score_practice,
    exam_date: row.exam_date,
    ...(row.replaces === undefined ? {} : { replaces: row.replaces }),
  })),
});
