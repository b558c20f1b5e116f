/**
 * Cases of the procedure and their steps, which are only ever added. Constraints refuse a second open application of
 * whoever has one (`application_open`), and the upload of results that somebody objects to (`objection_open`).
 */
import type { Place } from '../base/bounded.ts';
import { Refusal } from '../base/refusal.ts';
import type { Kind } from '../core/procedure/steps.ts';
import { isCodeReleased } from './code-store.ts';
import { type D1Database, type D1PreparedStatement, guard, guardRefusal, JudgeAgain } from './database.ts';
import { isFileGone } from './object-store.ts';

export interface CaseRow {
  about: string;
  kind: Kind;
  state: string;
  seq: number;
  last: string;
  owner: string;
  organization: string | null;
  centre: string;
  parent: string | null;
  facts: string;
  due: string | null;
  created_at: number;
  updated_at: number;
}

export interface StepRow {
  about: string;
  seq: number;
  step: string;
  role: 'applicant' | 'organization' | 'city' | 'province' | 'service';
  iss: string;
  token: string;
  sealed: string;
  received_at: number;
}

const CASE =
  'SELECT about, kind, state, seq, last, owner, organization, centre, parent, facts, due, created_at, updated_at FROM cases';

export const selectCase = (db: D1Database, about: string): Promise<CaseRow | null> =>
  db.prepare(`${CASE} WHERE about = ?`).bind(about).first<CaseRow>();

export async function selectSteps(db: D1Database, about: string): Promise<StepRow[]> {
  return (
    await db
      .prepare('SELECT about, seq, step, role, iss, token, sealed, received_at FROM steps WHERE about = ? ORDER BY seq')
      .bind(about)
      .all<StepRow>()
  ).results;
}

/** All steps of some cases, those of each in their order. */
export async function selectStepsOf(db: D1Database, abouts: readonly string[]): Promise<StepRow[]> {
  const sql =
    'SELECT about, seq, step, role, iss, token, sealed, received_at FROM steps WHERE about IN (SELECT value FROM json_each(?)) ORDER BY about, seq';
  return (await db.prepare(sql).bind(JSON.stringify(abouts)).all<StepRow>()).results;
}

/** The last step of each of some cases. */
export async function selectLastSteps(db: D1Database, abouts: readonly string[]): Promise<StepRow[]> {
  const sql =
    'SELECT about, max(seq) AS seq, step, role, iss, token, sealed, received_at FROM steps WHERE about IN (SELECT value FROM json_each(?)) GROUP BY about';
  return (await db.prepare(sql).bind(JSON.stringify(abouts)).all<StepRow>()).results;
}

/** Who took a step and what was signed, without its body, which can be large. */
export const selectTaken = (
  db: D1Database,
  about: string,
  seq: number,
): Promise<Pick<StepRow, 'iss' | 'token'> | null> =>
  db
    .prepare('SELECT iss, token FROM steps WHERE about = ? AND seq = ?')
    .bind(about, seq)
    .first<Pick<StepRow, 'iss' | 'token'>>();

/** The newest step of a name in a case. */
export const selectLastStep = (db: D1Database, about: string, names: readonly string[]): Promise<StepRow | null> =>
  db
    .prepare(
      'SELECT about, seq, step, role, iss, token, sealed, received_at FROM steps WHERE about = ? AND step IN (SELECT value FROM json_each(?)) ORDER BY seq DESC LIMIT 1',
    )
    .bind(about, JSON.stringify(names))
    .first<StepRow>();

/** The case of a key that an organization reports lost (src/service/procedure/application-steps.ts). */
export const lossOf = (organization: string, jkt: string): string => `loss:${organization}-${jkt}`;

export interface CaseFilter {
  kind?: string | undefined;
  state?: string | undefined;
  organization?: string | undefined;
  centre?: string | undefined;
  owner?: string | undefined;
  parent?: string | undefined;
  /** Of any results of this plan, withdrawn ones included. */
  resultsOf?: string | undefined;
  /** Cases changed before this instant. */
  before?: number | undefined;
  /** Cases that stand after this place: for the next page. */
  after?: Place | undefined;
  /** States of those that stand first. */
  first?: readonly string[] | undefined;
}

/** Cases that fit every given part: those in a state that stands first, then the last changed first. */
export async function selectCases(db: D1Database, filter: CaseFilter, limit: number): Promise<CaseRow[]> {
  const { before, after, first, resultsOf, ...equal } = filter;
  const order =
    first === undefined
      ? ['-updated_at', 'about']
      : ['-(state IN (SELECT value FROM json_each(?)))', '-updated_at', 'about'];
  const leading = first === undefined ? [] : [JSON.stringify(first)];
  const parts: [sql: string, ...values: (string | number)[]][] = Object.entries(equal).flatMap(([column, value]) =>
    value === undefined ? [] : [[`${column} = ?`, value]],
  );
  if (resultsOf !== undefined)
    parts.push(["parent IN (SELECT about FROM cases WHERE parent = ? AND kind = 'results')", resultsOf]);
  if (before !== undefined) parts.push(['updated_at < ?', before]);
  if (after !== undefined)
    parts.push([
      `(${order.join(', ')}) > (${order.map(() => '?').join(', ')})`,
      ...leading,
      ...(first === undefined ? [] : [-after.first]),
      -after.at,
      after.id,
    ]);
  const where = parts.length > 0 ? ` WHERE ${parts.map(([sql]) => sql).join(' AND ')}` : '';
  const values = [...parts.flatMap(([, ...given]) => given), ...leading];
  const sql = `${CASE}${where} ORDER BY ${order.join(', ')} LIMIT ?`;
  return (
    await db
      .prepare(sql)
      .bind(...values, limit)
      .all<CaseRow>()
  ).results;
}

/** What the lines of some cases say, by case. */
export async function selectFacts(db: D1Database, abouts: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { results } = await db
    .prepare('SELECT about, facts FROM cases WHERE about IN (SELECT value FROM json_each(?))')
    .bind(JSON.stringify(abouts))
    .all<Pick<CaseRow, 'about' | 'facts'>>();
  return new Map(results.map(({ about, facts }) => [about, facts]));
}

/** The results of a plan that were not withdrawn: there is one at most. */
export const selectLivingResults = async (db: D1Database, plan: string): Promise<string | null> =>
  (
    await db
      .prepare("SELECT about FROM cases WHERE parent = ? AND kind = 'results' AND state <> 'withdrawn'")
      .bind(plan)
      .first<{ about: string }>()
  )?.about ?? null;

/**
 * How many objections keep results from upload, approval and numbering: to any publication of their plan, open, or
 * upheld and nothing corrected since.
 */
export const countBlocking = async (db: D1Database, results: string, state?: 'open' | 'upheld'): Promise<number> => {
  const sql = 'SELECT count(*) AS count FROM blocking_objections WHERE results = ?1 AND (?2 IS NULL OR state = ?2)';
  return (
    (
      await db
        .prepare(sql)
        .bind(results, state ?? null)
        .first<{ count: number }>()
    )?.count ?? 0
  );
};

/** Holds while results are on notice as a step published them. */
export const guardNotice = (db: D1Database, results: string, seq: number): D1PreparedStatement =>
  guard(
    db,
    'step_out_of_order',
    "EXISTS (SELECT 1 FROM cases WHERE about = ?1 AND state = 'notice' AND seq = ?2)",
    results,
    seq,
  );

/** Holds while an organization is not suspended. */
export const guardStanding = (db: D1Database, organization: string): D1PreparedStatement =>
  guard(
    db,
    'organization_suspended',
    "NOT EXISTS (SELECT 1 FROM cases WHERE about = 'standing:' || ?1 AND state = 'suspended')",
    organization,
  );

/** Holds while a key of an organization is not reported lost. */
export const guardKept = (db: D1Database, organization: string, jkt: string): D1PreparedStatement =>
  guard(
    db,
    'client_reported',
    "NOT EXISTS (SELECT 1 FROM cases WHERE about = ?1 AND state = 'reported')",
    lossOf(organization, jkt),
  );

/** Runs writes that an open objection aborts (migration 0015). @throws Refusal `objection_open` */
export async function unlessObjected<T>(write: Promise<T>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    throw error instanceof Error && /objection_open/.test(error.message) ? objectionOpen() : error;
  }
}

/** @param count how many, where it is known */
export const objectionOpen = (count?: number) =>
  new Refusal(
    'objection_open',
    'An objection to these results, or to earlier ones of the same plan, waits for its decision, or was upheld and nothing was corrected since.',
    count === undefined ? {} : { count },
  );

/**
 * Filed plans of an organization whose last exam is not after a day, and that have no living results; the oldest first.
 */
export async function selectUnpublished(db: D1Database, organization: string, day: string): Promise<string[]> {
  const sql = `SELECT about FROM cases AS plan WHERE organization = ? AND kind = 'plan' AND state = 'filed' AND CASE WHEN json_valid(facts) THEN json_extract(facts, '$.last') END <= ?
    AND NOT EXISTS (SELECT 1 FROM cases AS results WHERE results.parent = plan.about AND results.kind = 'results' AND results.state <> 'withdrawn') ORDER BY json_extract(facts, '$.last') LIMIT 200`;
  return (await db.prepare(sql).bind(organization, day).all<{ about: string }>()).results.map(({ about }) => about);
}

/** The case of a kind that somebody began and that is in one of these states. */
export async function selectOpenCase(
  db: D1Database,
  kind: string,
  owner: string,
  states: readonly string[],
): Promise<string | undefined> {
  const row = await db
    .prepare(
      'SELECT about FROM cases WHERE kind = ? AND owner = ? AND state IN (SELECT value FROM json_each(?)) LIMIT 1',
    )
    .bind(kind, owner, JSON.stringify(states))
    .first<{ about: string }>();
  return row?.about;
}

/** Two wrote the same place of a case at once: the other one was first. */
export class CaseMoved extends Error {
  override readonly name = 'CaseMoved';
}

/** Two began results of the same plan at once: the other one was first. */
export class PlanHasResults extends Error {
  override readonly name = 'PlanHasResults';
}

/**
 * Adds a step and moves its case, under `conditions` and with `effects` in the same transaction.
 * @throws CaseMoved when the place is taken, PlanHasResults when a plan's results are, JudgeAgain when a withdrawal
 *   came; Refusal `objection_open`, `application_open`, and of a condition; then nothing was written
 */
export async function insertStep(
  db: D1Database,
  row: CaseRow,
  step: StepRow,
  effects: readonly D1PreparedStatement[] = [],
  conditions: readonly D1PreparedStatement[] = [],
): Promise<void> {
  const { about, kind, state, seq, last, owner, organization, centre, parent, facts, due, created_at, updated_at } =
    row;
  const writeCase =
    step.seq === 1
      ? db
          .prepare(
            'INSERT INTO cases (about, kind, state, seq, last, owner, organization, centre, parent, facts, due, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
          )
          .bind(about, kind, state, seq, last, owner, organization, centre, parent, facts, due, created_at, updated_at)
      : db
          .prepare(
            'UPDATE cases SET state = ?, seq = ?, last = ?, organization = ?, centre = ?, parent = ?, facts = ?, due = ?, updated_at = ? WHERE about = ?',
          )
          .bind(state, seq, last, organization, centre, parent, facts, due, updated_at, about);
  const writeStep = db
    .prepare(
      'INSERT INTO steps (about, seq, step, role, iss, token, sealed, received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    )
    .bind(step.about, step.seq, step.step, step.role, step.iss, step.token, step.sealed, step.received_at);
  try {
    await unlessObjected(db.batch([...conditions, writeCase, writeStep, ...effects]));
  } catch (error) {
    if (error instanceof Error && /UNIQUE constraint failed: (cases|steps)\.about/.test(error.message))
      throw new CaseMoved();
    if (error instanceof Error && /UNIQUE constraint failed: cases\.parent/.test(error.message))
      throw new PlanHasResults();
    if (isFileGone(error))
      throw new Refusal(
        'file_not_found',
        'A file that is named was not submitted, or is gone by now: send it again with POST /v1/files.',
        { part: 'files' },
      );
    if (isCodeReleased(error))
      throw new Refusal('filing_withdrawn', 'The filing of the organization was withdrawn.', { part: 'filing+jwt' });
    if (error instanceof Error && /withdrawal_came/.test(error.message)) throw new JudgeAgain(error.message);
    // The index cases_open: another one came in while this one was looked at.
    if (error instanceof Error && /UNIQUE constraint failed: cases\.kind/.test(error.message))
      throw new Refusal('application_open', 'Another one of yours is not decided yet; amend or withdraw that one.');
    throw guardRefusal(error) ?? error;
  }
}

/** How many cases there are of each kind and state, for whoever the filter names. */
export async function countCases(
  db: D1Database,
  filter: Pick<CaseFilter, 'organization' | 'centre' | 'owner'>,
): Promise<{ kind: string; state: string; n: number }[]> {
  const parts = Object.entries(filter).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const where = parts.length > 0 ? ` WHERE ${parts.map(([column]) => `${column} = ?`).join(' AND ')}` : '';
  return (
    await db
      .prepare(`SELECT kind, state, count(*) AS n FROM cases${where} GROUP BY kind, state`)
      .bind(...parts.map(([, value]) => value))
      .all<{ kind: string; state: string; n: number }>()
  ).results;
}
