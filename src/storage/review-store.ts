/** What centres read of batches and organizations (审核队列), and what is counted for the public statistics. */

import type { Place } from '../base/bounded.ts';
import { PROVINCE_CENTRE } from '../core/province.ts';
import type { DelayCell, IssuedCell, OutcomeCell } from '../core/statistics-year.ts';
import type { BatchState } from './batch-store.ts';
import type { D1Database } from './database.ts';

export interface ReviewRow {
  id: string;
  organization: string;
  /** Row of the statement under which it was uploaded. */
  filing: number;
  token: string;
  count: number;
  state: BatchState;
  results: string | null;
  created_at: number;
  approved: string;
}

export interface ReviewFilter {
  /** The centre that filed the organization last. */
  centre?: string | undefined;
  organization?: string | undefined;
  state?: string | undefined;
  /** Tier whose approval is the next that is needed. */
  missing?: 'city' | 'province' | undefined;
  /** Batches that came before this instant. */
  before?: number | undefined;
  /** Batches that stand after this place: for the next page. */
  after?: Place | undefined;
  /** Tier whose next batches stand first. */
  first?: 'city' | 'province' | undefined;
}

/** Whose approval a batch waits for; the state and the filing's signer say it. */
const MISSING = `CASE WHEN b.state = 'city_approved' OR (b.state = 'submitted' AND f.iss = '${PROVINCE_CENTRE}') THEN 'province' WHEN b.state = 'submitted' THEN 'city' END`;

const FILED_BY = `(SELECT s.iss FROM statements s WHERE s.typ = 'filing+jwt' AND s.sub = 'org:' || b.organization ORDER BY s.iat DESC, s.id DESC LIMIT 1)`;

/** How many batches wait for a tier's approval, of those a centre filed where one is named. */
export async function countMissing(db: D1Database, missing: 'city' | 'province', centre?: string): Promise<number> {
  const sql = `SELECT count(*) AS n FROM batches b JOIN statements f ON f.id = b.filing WHERE b.state IN ('submitted', 'city_approved') AND ${MISSING} = ?1 AND (?2 IS NULL OR ${FILED_BY} = ?2)`;
  return (
    (
      await db
        .prepare(sql)
        .bind(missing, centre ?? null)
        .first<{ n: number }>()
    )?.n ?? 0
  );
}

/** Batches that fit every given part: those that wait for the tier that stands first, then the newest first. */
export async function selectReviews(
  db: D1Database,
  filter: ReviewFilter,
  limit: number,
): Promise<(ReviewRow & { missing: 'city' | 'province' | null })[]> {
  const { after, first } = filter;
  const leading = first === undefined ? [] : [first];
  const order = [...(first === undefined ? [] : [`-coalesce(${MISSING} = ?, 0)`]), '-b.created_at', 'b.id'];
  const parts: [sql: string, ...values: (string | number | undefined)[]][] = [
    [`${FILED_BY} = ?`, filter.centre],
    ['b.organization = ?', filter.organization],
    ['b.state = ?', filter.state],
    [`${MISSING} = ?`, filter.missing],
    ['b.created_at < ?', filter.before],
  ];
  if (after)
    parts.push([
      `(${order.join(', ')}) > (${order.map(() => '?').join(', ')})`,
      ...leading,
      ...(first === undefined ? [] : [-after.first]),
      -after.at,
      after.id,
    ]);
  const given = parts.filter((part): part is [string, ...(string | number)[]] => part[1] !== undefined);
  const sql = `SELECT b.id, b.organization, b.filing, f.token, b.count, b.state, b.results, b.created_at, ${MISSING} AS missing,
      (SELECT json_group_array(json_object('tier', a.tier, 'iss', a.iss, 'received_at', a.received_at)) FROM approvals a WHERE a.batch = b.id) AS approved
    FROM batches b JOIN statements f ON f.id = b.filing
    ${given.length === 0 ? '' : `WHERE ${given.map(([part]) => part).join(' AND ')}`} ORDER BY ${order.join(', ')} LIMIT ?`;
  return (
    await db
      .prepare(sql)
      .bind(...given.flatMap(([, ...values]) => values), ...leading, limit)
      .all<ReviewRow & { missing: 'city' | 'province' | null }>()
  ).results;
}

/** How many batches of an organization are in which state. */
export async function countBatches(
  db: D1Database,
  organization: string,
): Promise<{ state: string; n: number; rows: number }[]> {
  return (
    await db
      .prepare('SELECT state, count(*) AS n, sum(count) AS rows FROM batches WHERE organization = ? GROUP BY state')
      .bind(organization)
      .all<{ state: string; n: number; rows: number }>()
  ).results;
}

/** How many certificates of an organization are in which state. */
export async function countCertificates(db: D1Database, organization: string): Promise<{ state: string; n: number }[]> {
  return (
    await db
      .prepare('SELECT state, count(*) AS n FROM certificates WHERE organization = ? GROUP BY state')
      .bind(organization)
      .all<{ state: string; n: number }>()
  ).results;
}

export interface ReturnedRow {
  id: string;
  count: number;
  created_at: number;
  returned_sealed: string | null;
  returned_reason: string | null;
}

/** Batches of an organization that were given back, the newest first. */
export async function selectReturned(db: D1Database, organization: string, limit: number): Promise<ReturnedRow[]> {
  const sql =
    "SELECT id, count, created_at, returned_sealed, returned_reason FROM batches WHERE organization = ? AND state = 'returned' ORDER BY created_at DESC LIMIT ?";
  return (await db.prepare(sql).bind(organization, limit).all<ReturnedRow>()).results;
}

/** Whether any row of a batch replaces a certificate. */
export async function selectReplaces(db: D1Database, batch: string): Promise<boolean> {
  return (
    (await db
      .prepare(
        "SELECT 1 AS found FROM rows WHERE batch = ? AND CASE WHEN json_valid(facts) THEN json_extract(facts, '$.replaces') ELSE replaces END IS NOT NULL LIMIT 1",
      )
      .bind(batch)
      .first('found')) !== null
  );
}

/** When the events of a certificate arrived, first to last. */
export async function selectEventTimes(db: D1Database, number: string): Promise<number[]> {
  return (
    await db
      .prepare('SELECT received_at FROM events WHERE number = ? ORDER BY seq')
      .bind(number)
      .all<{ received_at: number }>()
  ).results.map(({ received_at }) => received_at);
}

/** Statements about an organization's devices, the oldest first. */
export async function selectDevices(
  db: D1Database,
  organization: string,
): Promise<{ jkt: string; jti: string; iss: string; iat: number; exp: number; token: string }[]> {
  return (
    await db
      .prepare("SELECT jkt, jti, iss, iat, exp, token FROM statements WHERE typ = 'client+jwt' AND sub = ? ORDER BY id")
      .bind(`org:${organization}`)
      .all<{ jkt: string; jti: string; iss: string; iat: number; exp: number; token: string }>()
  ).results;
}

/** Asia/Shanghai is eight hours ahead the year round. */
const ISSUED = "o.issued_at + 28800, 'unixepoch'";

// A row edited by hand must not keep everything else from being counted.
const OCCUPATION =
  "CASE WHEN json_valid(r.facts) THEN json_extract(r.facts, '$.occupation.name') ELSE r.occupation_code END";

const EXAM = "CASE WHEN json_valid(r.facts) THEN json_extract(r.facts, '$.exam_date') END";

const FROM =
  "FROM certificates c JOIN batches b ON b.id = c.batch AND b.state = 'issued' JOIN orders o ON o.batch = c.batch JOIN rows r ON r.batch = c.batch AND r.position = c.position";

/** Certificates that are neither revoked nor replaced, by month, level, occupation and the centre of the filing. */
export async function countIssued(db: D1Database): Promise<IssuedCell[]> {
  const sql = `SELECT strftime('%Y-%m', ${ISSUED}) AS month, c.level, c.occupation_code AS code, max(${OCCUPATION}) AS name, s.iss AS centre, count(*) AS n
    ${FROM} JOIN statements s ON s.id = b.filing WHERE c.state IN ('valid', 'suspended') GROUP BY 1, c.level, c.occupation_code, s.iss HAVING month IS NOT NULL`;
  return (await db.prepare(sql).all<IssuedCell>()).results;
}

/** Days from exam to issue; a replacement's exam is that of the certificate before it and does not count. */
export async function countDelays(db: D1Database): Promise<DelayCell[]> {
  const sql = `SELECT strftime('%Y', ${ISSUED}) AS year, CAST(julianday(date(${ISSUED})) - julianday(${EXAM}) AS INTEGER) AS days, count(*) AS n
    ${FROM} WHERE c.state IN ('valid', 'suspended') AND r.replaces IS NULL GROUP BY 1, 2 HAVING year IS NOT NULL AND days IS NOT NULL`;
  return (await db.prepare(sql).all<DelayCell>()).results;
}

/** Results whose notice is over or that are uploaded, by the year of their notice and the centre. */
export async function countOutcomes(db: D1Database, today: string): Promise<OutcomeCell[]> {
  const sql = `SELECT substr(json_extract(facts, '$.from'), 1, 4) AS year, centre, sum(json_extract(facts, '$.counts.passed')) AS passed, sum(json_extract(facts, '$.counts.failed')) AS failed
    FROM cases WHERE kind = 'results' AND json_valid(facts) AND json_extract(facts, '$.from') IS NOT NULL AND (state = 'uploaded' OR (state = 'notice' AND due < ?)) GROUP BY 1, centre`;
  return (await db.prepare(sql).bind(today).all<OutcomeCell>()).results;
}
