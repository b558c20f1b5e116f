/** Results for tests: those of everybody on a plan's roster, good unless said otherwise. */
import type { Body } from '../src/life/procedure/bodies.ts';
import type { ResultRow } from '../src/life/procedure/plan.ts';
import { salt } from './procedure-kit.ts';

type Scores = [theory: number | 'absent', practice: number | 'absent'];

/** A row for each roster entry; `scores` for the first ones. */
export function resultsOf(about: string, plan: Body<'plan.file'>, scores: readonly Scores[] = [], change: Partial<Body<'results.publish'>> = {}): Body<'results.publish'> {
  const dates = new Map(plan.sessions.map(({ id, date }) => [id, date]));
  const rows = plan.roster.map(({ sessions, ...entry }, i): ResultRow => {
    const [score_theory, score_practice] = scores[i] ?? [80, 85.5];
    return { ...entry, score_theory, score_practice, exam_date: dates.get(sessions[0] as string) as string };
  });
  return { salt: salt(), plan: about, rows, working_days: 5, ...change };
}
