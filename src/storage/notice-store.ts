/** What public notices, objections and draws ask of the cases. */

import type { CaseRow, StepRow } from './case-store.ts';
import { type D1Database, type D1PreparedStatement, guard } from './database.ts';

export interface NoticeCase {
  about: string;
  state: string;
  last: string;
  /** Null, and the next one too, in a line that was altered. */
  organization: string | null;
  /** The plan. */
  parent: string | null;
  facts: string;
  due: string;
  updated_at: number;
  /** When results were corrected last. */
  corrected_at: number | null;
}

export interface NoticeFilter {
  /** Of these organizations alone. */
  organizations?: readonly string[] | undefined;
  /** Words in the occupations. */
  occupation?: string | undefined;
  state?: 'running' | 'over' | 'uploaded' | 'withdrawn' | undefined;
}

const NOTICE = `SELECT about, state, last, organization, parent, facts, due, updated_at,
  (SELECT max(s.received_at) FROM steps s WHERE s.about = cases.about AND s.step = 'results.correct') AS corrected_at FROM cases`;

const STATES: Record<NonNullable<NoticeFilter['state']>, string> = {
  running: "state = 'notice' AND due >= ?1",
  over: "state = 'notice' AND due < ?1",
  uploaded: "state = 'uploaded' AND ?1 <> ''",
  withdrawn: "state = 'withdrawn' AND ?1 <> ''",
};

function whereOf({ state, occupation }: NoticeFilter): string {
  return [
    "kind = 'results' AND due IS NOT NULL",
    state ? STATES[state] : "?1 <> ''",
    '(?2 IS NULL OR organization IN (SELECT value FROM json_each(?2)))',
    occupation === undefined
      ? '?3 IS NULL'
      : "EXISTS (SELECT 1 FROM json_tree(facts, '$.occupations') WHERE type = 'text' AND instr(value, ?3) > 0)",
  ].join(' AND ');
}

const bound = (filter: NoticeFilter, today: string) => [
  today,
  filter.organizations ? JSON.stringify(filter.organizations) : null,
  filter.occupation ?? null,
];

/** Those that run first (the one that ends soonest before the others), then the past ones, the last first. */
export async function selectNotices(
  db: D1Database,
  filter: NoticeFilter,
  today: string,
  limit: number,
  offset: number,
): Promise<NoticeCase[]> {
  const sql = `${NOTICE} WHERE ${whereOf(filter)} ORDER BY state = 'notice' AND due >= ?1 DESC, CASE WHEN state = 'notice' AND due >= ?1 THEN due END, due DESC, about LIMIT ?4 OFFSET ?5`;
  return (
    await db
      .prepare(sql)
      .bind(...bound(filter, today), limit, offset)
      .all<NoticeCase>()
  ).results;
}

/** How many notices a filter finds. */
export async function countNotices(db: D1Database, filter: NoticeFilter, today: string): Promise<number> {
  const row = await db
    .prepare(`SELECT count(*) AS n FROM cases WHERE ${whereOf(filter)}`)
    .bind(...bound(filter, today))
    .first<{ n: number }>();
  return row?.n ?? 0;
}

/** Those that changed last. */
export async function selectChangedNotices(db: D1Database, limit: number): Promise<NoticeCase[]> {
  return (
    await db
      .prepare(`${NOTICE} WHERE kind = 'results' AND due IS NOT NULL ORDER BY updated_at DESC, about LIMIT ?`)
      .bind(limit)
      .all<NoticeCase>()
  ).results;
}

/** A notice by its case; null where its results have none. */
export const selectNotice = (db: D1Database, about: string): Promise<NoticeCase | null> =>
  db.prepare(`${NOTICE} WHERE kind = 'results' AND due IS NOT NULL AND about = ?`).bind(about).first<NoticeCase>();

/** Notices that run on a day, in the order of their addresses, from one on. */
export async function selectRunningNotices(
  db: D1Database,
  today: string,
  after: string,
  limit: number,
): Promise<Pick<NoticeCase, 'about' | 'facts' | 'due'>[]> {
  const sql =
    "SELECT about, facts, due FROM cases WHERE kind = 'results' AND state = 'notice' AND due >= ? AND about > ? ORDER BY about LIMIT ?";
  return (await db.prepare(sql).bind(today, after, limit).all<Pick<NoticeCase, 'about' | 'facts' | 'due'>>()).results;
}

/** Lengthens notices that still run; none becomes shorter. */
export async function updateDue(db: D1Database, longer: readonly { about: string; until: string }[]): Promise<void> {
  await db
    .prepare(
      `UPDATE cases SET due = v.value ->> 'until', facts = json_set(facts, '$.until', v.value ->> 'until') FROM json_each(?) v
       WHERE about = v.value ->> 'about' AND kind = 'results' AND state = 'notice' AND due < v.value ->> 'until'`,
    )
    .bind(JSON.stringify(longer))
    .run();
}

/** How many objections are in each state, of those to any results of a plan: withdrawing results settles none. */
export async function countObjections(db: D1Database, plan: string): Promise<{ state: string; n: number }[]> {
  const sql =
    "SELECT state, count(*) AS n FROM cases WHERE kind = 'objection' AND parent IN (SELECT about FROM cases WHERE parent = ? AND kind = 'results') GROUP BY state";
  return (await db.prepare(sql).bind(plan).all<{ state: string; n: number }>()).results;
}

/** Counts an objection of a sender, before it is judged. @returns how many there are of it that day */
export async function countSender(db: D1Database, sender: string, day: string): Promise<number> {
  const row = await db
    .prepare(
      'INSERT INTO objection_senders (sender, day, n) VALUES (?, ?, 1) ON CONFLICT (sender, day) DO UPDATE SET n = n + 1 RETURNING n',
    )
    .bind(sender, day)
    .first<{ n: number }>();
  return row?.n ?? 1;
}

/** Takes back one that was not kept. */
export async function uncountSender(db: D1Database, sender: string, day: string): Promise<void> {
  await db.prepare('UPDATE objection_senders SET n = n - 1 WHERE sender = ? AND day = ?').bind(sender, day).run();
}

/** Forgets the counts of earlier days. */
export async function deleteSendersBefore(db: D1Database, day: string): Promise<void> {
  await db.prepare('DELETE FROM objection_senders WHERE day < ?').bind(day).run();
}

/** Keeps the digest of an objection's code, if the notice runs at that very moment: else all of its step is aborted. */
export const prepareObjectionCode = (
  db: D1Database,
  code: string,
  about: string,
  results: string,
  today: string,
): D1PreparedStatement =>
  db
    .prepare(
      "INSERT INTO objection_codes (code, about, running) VALUES (?, ?, coalesce((SELECT state = 'notice' AND due >= ? FROM cases WHERE about = ?), 0))",
    )
    .bind(code, about, today, results);

/** Whether a write was aborted because the notice did not run any more. */
export const isNoticeOver = (error: unknown): boolean =>
  error instanceof Error && /CHECK constraint failed: notice_over/.test(error.message);

/** The objection that somebody was given a code for. @param code its digest */
export const selectByCode = (db: D1Database, code: string): Promise<{ about: string } | null> =>
  db.prepare('SELECT about FROM objection_codes WHERE code = ?').bind(code).first<{ about: string }>();

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

/**
 * Filed plans whose first session is on or after a day, the soonest first.
 * @param centre only those it is responsible for
 */
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
