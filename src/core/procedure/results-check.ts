/**
 * Results (结果) against their plan: everybody on the roster, nobody else, each with scores that can be and a day on
 * which the candidate sat; how long their notice (公示) lasts; and a batch against its plan. Every fault is told at once.
 */

import { Refusal } from '../../base/refusal.ts';
import { counted } from '../../base/words.ts';
import { lengthened, type WorkingDays } from '../calendar.ts';
import type { Level } from '../number.ts';
import { normalizeIdNumber } from '../person.ts';
import type { RawRow, ScopeEntry } from '../rows/row.ts';
import { indexScope, type Judged, judgePerson, judgeResult, personKey, type ScopeIndex } from '../rows/row-check.ts';
import {
  type Counts,
  commonFault,
  countOutcomes,
  faultsAcross,
  inOrder,
  NOTICE_DAYS,
  outcomeOf,
  type Plan,
  type PlanFault,
  planFault,
  type ResultRow,
  type Results,
  type RosterEntry,
} from './plan.ts';
import { type OccupationFacts, occupationsOf } from './plan-check.ts';

interface Entry {
  entry: RosterEntry;
  person: Judged;
  found: boolean;
}

/** Roster entries by person; one stands there more than once with several qualifications. */
function indexRoster(plan: Plan, scope: ScopeIndex): Map<string, Entry[]> {
  const index = new Map<string, Entry[]>();
  for (const entry of plan.roster) {
    const person = judgePerson(entry.row, entry, { scope });
    const key = personKey(person) ?? `row ${entry.row}`;
    index.set(key, [...(index.get(key) ?? []), { entry, person, found: false }]);
  }
  return index;
}

const differs = (row: number, field: string, first: number): PlanFault =>
  planFault('rows', row, field, 'roster_differs', { first });

/** Where a row's qualification is not the roster's: field by field. */
const qualificationFaults = (row: ResultRow, { entry }: Entry): PlanFault[] =>
  (['occupation_code', 'job_type', 'level'] as const)
    .filter((field) => row[field] !== entry[field])
    .map((field) => differs(row.row, field, entry.row));

function judgeRow(
  row: ResultRow,
  person: Judged,
  roster: Map<string, Entry[]>,
  dates: ReadonlyMap<string, string>,
): PlanFault[] {
  const faults = person.flaws.map((flaw) => commonFault('rows', row.row, flaw));
  const key = personKey(person);
  if (key === undefined) return faults;
  const entries = roster.get(key);
  if (!entries) return [...faults, planFault('rows', row.row, 'id_number', 'candidate_unknown')];
  const match = entries.find(
    (one) => one.person.qualification !== undefined && one.person.qualification === person.qualification,
  );
  const nearest = match ?? entries.find(({ found }) => !found) ?? (entries[0] as Entry);
  nearest.found = true;
  if (person.name !== undefined && person.name !== nearest.person.name)
    faults.push(differs(row.row, 'name', nearest.entry.row));
  if (!match) return person.filed ? [...faults, ...qualificationFaults(row, nearest)] : faults;
  const days = [...new Set(match.entry.sessions.map((id) => dates.get(id)).filter((day) => day !== undefined))].sort();
  if (!days.includes(row.exam_date))
    faults.push(planFault('rows', row.row, 'exam_date', 'exam_date_differs', { days: days.join('、') }));
  return faults;
}

/** Every fault of results against their plan; none if they can be published. */
export function resultFaults(rows: readonly ResultRow[], plan: Plan, filed: readonly ScopeEntry[]): PlanFault[] {
  const scope = indexScope(filed);
  const roster = indexRoster(plan, scope);
  const dates = new Map(plan.sessions.map(({ id, date }) => [id, date]));
  const persons = rows.map((row) => judgeResult(row.row, row, { scope }));
  const faults = rows.flatMap((row, at) => judgeRow(row, persons[at] as Judged, roster, dates));
  const missing = [...roster.values()]
    .flat()
    .filter(({ found }) => !found)
    .map(({ entry }) => planFault('rows', 0, 'row', 'candidate_missing', { first: entry.row }));
  return inOrder([...missing, ...faults, ...faultsAcross('rows', persons)]);
}

/** Refuses results with faults: `results_refused`, all of them as `errors`. */
export function requireResults(rows: readonly ResultRow[], plan: Plan, filed: readonly ScopeEntry[]): void {
  const errors = resultFaults(rows, plan, filed);
  if (errors.length > 0)
    throw new Refusal(
      'results_refused',
      `${counted(errors.length, 'fault')} in the results; nothing was stored. Correct them and publish again.`,
      { part: 'rows', count: errors.length, errors },
    );
}

/** What lists, the notice and statistics show of results; nothing of a person. */
export interface ResultsFacts {
  title: string;
  occupations: OccupationFacts[];
  counts: Counts;
  /** First and last day of the notice. */
  from: string;
  until: string;
  /** Working days that it lasts; five where they were not kept. */
  working_days?: number;
  /** The filing's, by which they were judged. */
  pass_mark: number;
  /** The batch that was uploaded. */
  batch?: string;
}

/**
 * The facts of a notice that is published on a day: it lasts the working days behind that day.
 * @throws Refusal `calendar_not_covered`
 */
export function resultsFacts(
  results: Results,
  plan: Plan,
  filing: { scope: readonly ScopeEntry[]; pass_mark: number },
  days: WorkingDays,
  today: string,
): ResultsFacts {
  return {
    title: plan.title,
    occupations: occupationsOf(
      results.rows.map((row) => ({ ...row, levels: [row.level] })),
      filing.scope,
    ),
    counts: countOutcomes(results.rows, filing.pass_mark),
    from: today,
    until: days.add(today, results.working_days),
    working_days: results.working_days,
    pass_mark: filing.pass_mark,
  };
}

/** The last day of a notice that runs, by what is announced now: later than the stored one, or the same. */
export const noticeUntil = (
  { from, until, working_days }: { from: string; until: string; working_days?: number | undefined },
  days: WorkingDays,
): string => lengthened(days, from, working_days ?? NOTICE_DAYS, until);

/** Whether a notice has run: from the day after its last. */
export const isNoticeOver = ({ until }: Pick<ResultsFacts, 'until'>, today: string): boolean => today > until;

/** The rows of those who passed, as an upload has them. */
export const passingRows = (rows: readonly ResultRow[], passMark: number): RawRow[] =>
  rows.filter((row) => outcomeOf(row, passMark) === 'passed').map(({ row, ...values }): RawRow => ({ row, values }));

// A batch against its plan, for reviewers (审核).

interface PassedRow {
  row: number;
  name: string;
  id_number: string;
  occupation: { code: string };
  job: string;
  level: Level;
}

/** `no_result`: on the roster, in no line of the results. `left_out`: passed by the results, and not in the batch. */
type Why = 'absent' | 'failed' | 'no_result' | 'left_out';

interface Missing {
  /** Line of the roster. */
  row: number;
  name: string;
  id_number: string;
  why: Why;
  score_theory?: number | 'absent';
  score_practice?: number | 'absent';
}

interface Added {
  row: number;
  name: string;
  id_number: string;
  /**
   * `unplanned`: not on the roster. `other_name`, `other_level`: on it otherwise. `other_result`: the results said
   * something else than passed.
   */
  why: 'unplanned' | 'other_name' | 'other_level' | 'other_result';
}

export interface Differences {
  planned: number;
  passed: number;
  missing: Missing[];
  added: Added[];
}

const person = (id: string): string => normalizeIdNumber(id);
const kindOf = (code: string, job: string, level: number): string => `${code}|${job}|${level}`;
const keyOf = ({
  id_number,
  occupation_code,
  job_type,
  level,
}: Pick<RosterEntry, 'id_number' | 'occupation_code' | 'job_type' | 'level'>): string =>
  `${person(id_number)}|${kindOf(occupation_code, job_type, level)}`;

/**
 * Who on the roster is not among the passed rows of a batch, and why; who is among them and not on the roster.
 * @param passMark of the filing under which the batch was uploaded
 */
export function compareWithPlan(
  roster: readonly RosterEntry[],
  results: readonly ResultRow[],
  passed: readonly PassedRow[],
  passMark: number,
): Differences {
  const inBatch = new Map(
    passed.map((row) => [`${person(row.id_number)}|${kindOf(row.occupation.code, row.job, row.level)}`, row]),
  );
  const byKey = new Map(results.map((row) => [keyOf(row), row]));
  const missing = roster.flatMap((entry): Missing[] => {
    if (inBatch.has(keyOf(entry))) return [];
    const result = byKey.get(keyOf(entry));
    const { row, name, id_number } = entry;
    if (!result) return [{ row, name, id_number, why: 'no_result' }];
    const { score_theory, score_practice } = result;
    const outcome = outcomeOf(result, passMark);
    return [{ row, name, id_number, why: outcome === 'passed' ? 'left_out' : outcome, score_theory, score_practice }];
  });
  const planned = new Map(roster.map((entry) => [keyOf(entry), entry]));
  const persons = new Set(roster.map(({ id_number }) => person(id_number)));
  const added = [...inBatch].flatMap(([key, { row, name, id_number }]): Added[] => {
    const entry = planned.get(key);
    if (!entry) return [{ row, name, id_number, why: persons.has(person(id_number)) ? 'other_level' : 'unplanned' }];
    if (entry.name !== name) return [{ row, name, id_number, why: 'other_name' }];
    const result = byKey.get(key);
    return result && outcomeOf(result, passMark) === 'passed' ? [] : [{ row, name, id_number, why: 'other_result' }];
  });
  return { planned: roster.length, passed: passed.length, missing, added };
}
