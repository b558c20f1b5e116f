/** Plans and results for tests: those of everybody on a plan's roster, good unless said otherwise. */
import type { Body } from '../src/core/procedure/bodies.ts';
import type { ResultRow } from '../src/core/procedure/plan.ts';
import { idNumber, type Organization } from './kit.ts';
import { fresh, onDay, salt, samplePlan, take } from './procedure-kit.ts';

/** A batch as it is answered when it was made of results. */
export interface Made {
  id: string;
  count: number;
  root: string;
  state: string;
  results: string;
}

/** A plan whose one session is on 19 October 2026, with people that no other test has. */
export function planFor(from: number, count: number, change: Partial<Body<'plan.file'>> = {}): Body<'plan.file'> {
  const plan = samplePlan('2026-10-19', count, change);
  return { ...plan, roster: plan.roster.map((entry, i) => ({ ...entry, id_number: idNumber(from + i) })) };
}

/** Files such a plan and publishes its results, whose notice runs from 19 to 26 October. */
export async function published(
  { client }: Organization,
  plan: Body<'plan.file'>,
): Promise<{ about: string; planAbout: string }> {
  const [planAbout, about] = [fresh('plan'), fresh('results')];
  onDay('2026-10-12');
  await take(client, planAbout, 'plan.file', plan);
  onDay('2026-10-19T17:00');
  await take(client, about, 'results.publish', resultsOf(planAbout, plan));
  return { about, planAbout };
}

type Scores = [theory: number | 'absent', practice: number | 'absent'];

/** A row for each roster entry; `scores` for the first ones. */
export function resultsOf(
  about: string,
  plan: Body<'plan.file'>,
  scores: readonly Scores[] = [],
  change: Partial<Body<'results.publish'>> = {},
): Body<'results.publish'> {
  const dates = new Map(plan.sessions.map(({ id, date }) => [id, date]));
  const rows = plan.roster.map(({ sessions, ...entry }, i): ResultRow => {
    const [score_theory, score_practice] = scores[i] ?? [80, 85.5];
    return { ...entry, score_theory, score_practice, exam_date: dates.get(sessions[0] as string) as string };
  });
  return { salt: salt(), plan: about, rows, working_days: 5, ...change };
}
