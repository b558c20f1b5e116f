/**
 * What a plan says (考核计划, notice 2020, 四（一）): 评价流程, 评价职业（工种）, 时间场次安排, 考生名册, 监考员, 考评员, 督导员; what
 * results of a plan say from their notice (公示) to their upload; and who of them passed.
 */
import * as v from 'valibot';
import { ID_TYPE_NAMES, type IdType } from '../identity.ts';
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

export function countOutcomes(
  rows: readonly Pick<ResultRow, 'score_theory' | 'score_practice'>[],
  passMark: number,
): Counts {
  const counts: Counts = { candidates: rows.length, passed: 0, failed: 0, absent: 0 };
  for (const row of rows) counts[outcomeOf(row, passMark)] += 1;
  return counts;
}
