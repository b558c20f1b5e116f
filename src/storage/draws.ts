/** Owns what draws ask of the table of cases: many plans at once, with their last word. */
import type { D1Database, D1PreparedStatement } from './bindings.ts';
import type { CaseRow, StepRow } from './cases.ts';
import { guard } from './guards.ts';

/** The cases with these names. */
export async function selectCasesNamed(
  db: D1Database,
  abouts: readonly string[],
): Promise<Pick<CaseRow, 'about' | 'state' | 'organization' | 'centre'>[]> {
  return (
    await db
      .prepare('SELECT about, state, organization, centre FROM cases WHERE about IN (SELECT value FROM json_each(?))')
      .bind(JSON.stringify(abouts))
      .all<Pick<CaseRow, 'about' | 'state' | 'organization' | 'centre'>>()
  ).results;
}

/** Of each of these plans, the step that says what it is now. */
export async function selectLastPlans(db: D1Database, abouts: readonly string[]): Promise<StepRow[]> {
  const sql =
    "SELECT about, max(seq) AS seq, step, role, iss, token, sealed, received_at FROM steps WHERE about IN (SELECT value FROM json_each(?)) AND step IN ('plan.file', 'plan.amend') GROUP BY about";
  return (await db.prepare(sql).bind(JSON.stringify(abouts)).all<StepRow>()).results;
}

/** Filed plans whose first session is on or after a day, the soonest first. @param centre only those it is responsible for */
export async function selectPlansFrom(
  db: D1Database,
  first: string,
  centre: string | undefined,
  limit: number,
): Promise<Pick<CaseRow, 'about' | 'organization' | 'due'>[]> {
  const sql = `SELECT about, organization, due FROM cases WHERE kind = 'plan' AND state = 'filed' AND due >= ?${centre === undefined ? '' : ' AND centre = ?'} ORDER BY due, about LIMIT ?`;
  return (
    await db
      .prepare(sql)
      .bind(first, ...(centre === undefined ? [] : [centre]), limit)
      .all<Pick<CaseRow, 'about' | 'organization' | 'due'>>()
  ).results;
}

/** Holds while a centre has no draw whose seed is kept back but these. */
export const guardDraws = (db: D1Database, centre: string, seen: readonly string[]): D1PreparedStatement =>
  guard(
    db,
    'step_out_of_order',
    "NOT EXISTS (SELECT 1 FROM cases WHERE kind = 'draw' AND state = 'committed' AND centre = ?1 AND about NOT IN (SELECT value FROM json_each(?2)))",
    centre,
    JSON.stringify(seen),
  );
