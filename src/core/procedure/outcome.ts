/**
 * Owns the outcome of one row of results (合格、不合格、缺考), and how many there are of each. The only place that says what
 * passing is: both scores from the filing's pass mark to 100.
 */
import type { ResultRow } from './plan.ts';

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
