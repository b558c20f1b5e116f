/**
 * Owns what is counted of certificates and results for the public statistics: one named function per SQL statement. Each
 * reads whole tables, so that src/service/statistics-service.ts asks seldom.
 */
import type { DelayCell, IssuedCell, OutcomeCell } from '../core/statistics-year.ts';
import type { D1Database } from './bindings.ts';

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

export async function selectRevision(db: D1Database): Promise<number> {
  return (await db.prepare('SELECT n FROM revision').first<{ n: number }>())?.n ?? 0;
}
