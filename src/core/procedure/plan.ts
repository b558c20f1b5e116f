/**
 * What a plan says (考核计划, notice 2020, 四（一）): 评价流程, 评价职业（工种）, 时间场次安排, 考生名册, 监考员, 考评员, 督导员; what
 * results of a plan say from their notice (公示) to their upload; and who of them passed.
 */
import * as v from 'valibot';
import { filled, together, type Words } from '../../base/words.ts';
import { ID_TYPE_NAMES, type IdType } from '../person.ts';
import type { FaultCode } from '../rows/faults.ts';
import { acrossRows, type FieldFlaw, type Judged } from '../rows/row-check.ts';
import { toFault } from '../rows/row-values.ts';
import { reason } from './application.ts';
import { caseOf, day, digest, key, level, line, list, occupationCode, salt, text, time, whole } from './body-shapes.ts';

export const STAFF_ROLES = ['invigilator', 'assessor', 'supervisor'] as const;
export const SESSION_KINDS = ['theory', 'practice', 'both'] as const;

const idType = v.picklist(Object.keys(ID_TYPE_NAMES) as [IdType, ...IdType[]]);
/** `--` when there is none. */
const job = line(85);
const person = {
  row: whole(1, 1_000_000),
  name: line(50),
  id_type: idType,
  id_number: line(40),
  occupation_code: occupationCode,
  occupation_name: line(85),
  job_type: job,
  level,
};

const session = v.strictObject({
  id: key,
  kind: v.picklist(SESSION_KINDS),
  occupation_code: occupationCode,
  occupation_name: line(85),
  job_type: job,
  levels: list(level, 5, 1),
  date: day,
  starts: time,
  ends: time,
  venue: line(200),
  room: v.optional(line(60)),
});
const staffMember = v.strictObject({
  role: v.picklist(STAFF_ROLES),
  name: line(50),
  certificate: v.optional(line(60)),
  sessions: list(key, 500, 1),
});
const rosterEntry = v.strictObject({ ...person, sessions: list(key, 20, 1) });

const filing = v.strictObject({
  salt,
  title: line(100),
  /** 评价流程. */
  process: text(20_000),
  sessions: list(session, 500, 1),
  staff: list(staffMember, 2000, 1),
  roster: list(rosterEntry, 10_000, 1),
});

/** A score, or 缺考. */
const score = v.union([v.pipe(v.number(), v.minValue(0), v.maxValue(100)), v.literal('absent')]);
const resultRow = v.strictObject({
  ...person,
  score_theory: score,
  score_practice: score,
  exam_date: day,
  replaces: v.optional(line(22)),
});

/** Working days that a notice lasts at least (notice 2020, 四（三）). */
export const NOTICE_DAYS = 5;

const notice = v.strictObject({
  salt,
  plan: caseOf('plan'),
  /** Everybody on the roster: those who passed, those who did not, those who were absent. */
  rows: list(resultRow, 10_000, 1),
  /** Working days that the notice lasts, the day of publication not counted: five or more (notice 2020, 四（三）). */
  working_days: v.optional(whole(NOTICE_DAYS, 30), NOTICE_DAYS),
  /** Why it was corrected. */
  reason: v.optional(text(4000)),
});

export const PLAN_BODIES = {
  'plan.file': filing,
  'plan.amend': filing,
  'plan.receive': v.strictObject({ note: v.optional(text(4000)) }),
  'plan.return': reason,
  'plan.cancel': reason,
  'results.publish': notice,
  'results.correct': notice,
  'results.withdraw': reason,
  'results.upload': v.strictObject({
    batch: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{8,64}$/)),
    root: digest,
    count: whole(1, 10_000),
  }),
  /** 异议: contact data stays between the objector, the organization and its centres. */
  'objection.raise': v.strictObject({
    salt,
    results: caseOf('results'),
    row: v.optional(whole(1, 1_000_000)),
    grounds: text(2000),
    name: v.optional(line(50)),
    contact: v.optional(line(200)),
    code: digest,
  }),
  'objection.uphold': reason,
  'objection.reject': reason,
  'objection.reopen': reason,
  'batch.return': reason,
} as const;

export type Plan = v.InferOutput<typeof filing>;
export type Session = v.InferOutput<typeof session>;
export type StaffMember = v.InferOutput<typeof staffMember>;
export type RosterEntry = v.InferOutput<typeof rosterEntry>;
export type Results = v.InferOutput<typeof notice>;
export type ResultRow = v.InferOutput<typeof resultRow>;
export type Objection = v.InferOutput<(typeof PLAN_BODIES)['objection.raise']>;

// The outcome of one row of results (合格、不合格、缺考): the only place that says what passing is.

const OUTCOMES = ['passed', 'failed', 'absent'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Who missed either exam was absent; who is below the mark in either failed. */
export function outcomeOf(
  { score_theory, score_practice }: Pick<ResultRow, 'score_theory' | 'score_practice'>,
  passMark: number,
): Outcome {
  if (score_theory === 'absent' || score_practice === 'absent') return 'absent';
  return [score_theory, score_practice].every((score) => score >= passMark && score <= 100) ? 'passed' : 'failed';
}

export type Counts = { candidates: number } & Record<Outcome, number>;

/** How many passed, failed and were absent. @param passMark of the filing, in points */
export function countOutcomes(
  rows: readonly Pick<ResultRow, 'score_theory' | 'score_practice'>[],
  passMark: number,
): Counts {
  const counts: Counts = { candidates: rows.length, passed: 0, failed: 0, absent: 0 };
  for (const row of rows) counts[outcomeOf(row, passMark)] += 1;
  return counts;
}

// What can be wrong in a plan, its roster or its results besides what rows of uploads can have (faults.ts): a closed
// list with its sentences. Never personal data: placeholders are row numbers, names of sessions and days.

/** Which list of the plan or of the results. */
export type Part = 'sessions' | 'staff' | 'roster' | 'rows';

export interface PlanFault {
  part: Part;
  /**
   * Of roster and results the row's own number; of sessions and staff the place in the list, from 1; 0: the whole list.
   */
  row: number;
  field: string;
  code: PlanFaultCode | FaultCode;
  /** `中文 / English` */
  message: string;
}

export const PLAN_FAULTS = {
  // Sessions and staff
  session_repeated: { zh: '场次编号与第 {first} 场重复', en: 'The session has the same id as session {first}.' },
  session_times: { zh: '结束时间不晚于开始时间', en: 'The session does not end after it starts.' },
  session_empty: { zh: '该场次没有考生', en: 'Nobody attends this session.' },
  session_unknown: { zh: '没有编号为 {session} 的场次', en: 'There is no session {session}.' },
  invigilator_missing: { zh: '该场次没有监考员', en: 'The session has no invigilator.' },
  assessor_missing: { zh: '该场次没有考评员', en: 'The session has no assessor.' },
  supervisor_missing: { zh: '考核计划没有督导员', en: 'The plan has no supervisor.' },

  // Roster
  row_repeated: { zh: '行号与前面的行重复', en: 'An earlier row has the same number.' },
  session_differs: {
    zh: '场次 {session} 的职业、工种或等级与该考生不符',
    en: 'Session {session} is for another occupation, job or level.',
  },
  sessions_malformed: {
    zh: '场次编号只用字母和数字，多个场次用分号隔开',
    en: 'Ids of sessions have letters and digits; several are separated by semicolons.',
  },
  example_row: {
    zh: '这是模板的示例行：请删除，或填好后清空备注',
    en: 'This is the example row of the template: delete it, or fill it in and clear its remark.',
  },

  // Results
  candidate_missing: {
    zh: '名册第 {first} 行的考生没有结果；缺考填“缺考”',
    en: 'The candidate in row {first} of the roster has no result; write absent for who did not come.',
  },
  candidate_unknown: { zh: '名册中没有此证件号码的考生', en: 'The roster has no candidate with this document.' },
  roster_differs: { zh: '与名册第 {first} 行不一致', en: 'It differs from row {first} of the roster.' },
  exam_date_differs: {
    zh: '考试日期不是该考生的场次日期（{days}）',
    en: 'The exam date is not a day of the candidate’s sessions ({days}).',
  },
} as const satisfies Record<string, Words>;

export type PlanFaultCode = keyof typeof PLAN_FAULTS;

/** A fault of this list. */
export function planFault(
  part: Part,
  row: number,
  field: string,
  code: PlanFaultCode,
  facts: Record<string, string | number> = {},
): PlanFault {
  return { part, row, field, code, message: together(filled(PLAN_FAULTS[code], facts)) };
}

/** A fault that rows of uploads have too. */
export const commonFault = (part: Part, row: number, flaw: FieldFlaw): PlanFault => ({
  part,
  ...toFault(row, flaw.field, flaw),
});

/** What only several rows of a list together show: row numbers used twice, and what acrossRows says. */
export function faultsAcross(part: Part, judged: readonly Judged[]): PlanFault[] {
  const seen = new Set<number>();
  const repeated = judged
    .filter(({ row }) => seen.size === seen.add(row).size)
    .map(({ row }) => planFault(part, row, 'row', 'row_repeated'));
  return [...repeated, ...acrossRows(judged).map((flaw) => commonFault(part, flaw.row, flaw))];
}

const ORDER: readonly Part[] = ['sessions', 'staff', 'roster', 'rows'];

/** Part by part, row by row; faults of one row keep their order. */
export const inOrder = (faults: PlanFault[]): PlanFault[] =>
  faults.sort((a, b) => ORDER.indexOf(a.part) - ORDER.indexOf(b.part) || a.row - b.row);
