/**
 * Owns the comparison of a batch with its plan (审核): who on the roster is not among the passed, and why; who is among
 * the passed and not on the roster. Reviewers see it beside the rows; nothing is decided here.
 * It refuses nothing: what cannot be explained by the results is said to be unexplained.
 */
import { normalizeIdNumber } from '../identity.ts';
import type { Level } from '../number.ts';
import type { ResultRow, RosterEntry } from './plan.ts';

export interface PassedRow {
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
  /** `unplanned`: not on the roster. `other_name`, `other_level`: on it otherwise. `other_result`: the results said something else than passed. */
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

/** @param passMark of the filing under which the batch was uploaded */
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
  const hasPassed = ({ score_theory, score_practice }: ResultRow): boolean =>
    [score_theory, score_practice].every((score) => score !== 'absent' && score >= passMark);
  const missing = roster.flatMap((entry): Missing[] => {
    if (inBatch.has(keyOf(entry))) return [];
    const result = byKey.get(keyOf(entry));
    const { row, name, id_number } = entry;
    if (!result) return [{ row, name, id_number, why: 'no_result' }];
    const { score_theory, score_practice } = result;
    const why: Why = hasPassed(result)
      ? 'left_out'
      : score_theory === 'absent' || score_practice === 'absent'
        ? 'absent'
        : 'failed';
    return [{ row, name, id_number, why, score_theory, score_practice }];
  });
  const planned = new Map(roster.map((entry) => [keyOf(entry), entry]));
  const persons = new Set(roster.map(({ id_number }) => person(id_number)));
  const added = [...inBatch].flatMap(([key, { row, name, id_number }]): Added[] => {
    const entry = planned.get(key);
    if (!entry) return [{ row, name, id_number, why: persons.has(person(id_number)) ? 'other_level' : 'unplanned' }];
    if (entry.name !== name) return [{ row, name, id_number, why: 'other_name' }];
    const result = byKey.get(key);
    return result && hasPassed(result) ? [] : [{ row, name, id_number, why: 'other_result' }];
  });
  return { planned: roster.length, passed: passed.length, missing, added };
}
