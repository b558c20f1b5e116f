/** Batches with their rows and approvals. */
import type { Place } from '../base/bounded.ts';
import type { D1Database, D1PreparedStatement } from './database.ts';
import { guard, jsonChunks, runGuarded } from './database.ts';

export type BatchState = 'submitted' | 'city_approved' | 'approved' | 'returned' | 'issuing' | 'issued';

export interface BatchRow {
  id: string;
  organization: string;
  filing: number;
  count: number;
  root: string;
  state: BatchState;
  created_at: number;
  /** Why it was returned (service/open-batch.ts). */
  returned_sealed: string | null;
  /** The same from earlier versions, until the sweep has sealed it. */
  returned_reason: string | null;
  body_digest: string;
  /** The results it was made of; null for a batch that came by itself. */
  results: string | null;
}

export interface StoredRow {
  position: number;
  row: number;
  level: number;
  occupation_code: string;
  job: string;
  replaces: string | null;
  person: string;
  facts: string;
  sealed: string;
}

const BATCH =
  'SELECT id, organization, filing, count, root, state, created_at, returned_sealed, returned_reason, body_digest, results FROM batches';

export const selectBatch = (db: D1Database, id: string): Promise<BatchRow | null> =>
  db.prepare(`${BATCH} WHERE id = ?`).bind(id).first<BatchRow>();

/** @param digest of the key @param plain the key itself, as earlier versions kept it */
export const selectBatchByIdempotencyKey = (
  db: D1Database,
  organization: string,
  digest: string,
  plain: string,
): Promise<BatchRow | null> =>
  db
    .prepare(`${BATCH} WHERE organization = ? AND idempotency_key IN (?, ?)`)
    .bind(organization, digest, plain)
    .first<BatchRow>();

/** The batch that was made of results and was not returned: there is one at most. */
export const selectBatchOfResults = (db: D1Database, results: string): Promise<BatchRow | null> =>
  db.prepare(`${BATCH} WHERE results = ? AND state <> 'returned'`).bind(results).first<BatchRow>();

/**
 * Stores a batch with all its rows in one transaction, all or nothing, after what goes `before` it (conditions and the
 * return of the batch that it replaces) and with what goes `along`. @throws Refusal of a condition
 */
export async function insertBatch(
  db: D1Database,
  batch: {
    id: string;
    organization: string;
    filing: number;
    count: number;
    root: string;
    created_at: number;
    idempotency_key: string | null;
    body_digest: string;
    template: string;
    results: string | null;
  },
  rows: readonly StoredRow[],
  { before, along }: { before: readonly D1PreparedStatement[]; along: readonly D1PreparedStatement[] },
): Promise<void> {
  const { id, organization, filing, count, root, created_at, idempotency_key, body_digest, template, results } = batch;
  await runGuarded(db, [
    ...before,
    db
      .prepare(
        `INSERT INTO batches (id, organization, filing, count, root, state, created_at, idempotency_key, body_digest, template, results) VALUES (?, ?, ?, ?, ?, 'submitted', ?, ?, ?, ?, ?)`,
      )
      .bind(id, organization, filing, count, root, created_at, idempotency_key, body_digest, template, results),
    ...jsonChunks(rows).map((chunk) =>
      db
        .prepare(
          `INSERT INTO rows (batch, position, row, level, occupation_code, job, replaces, person, facts, sealed)
           SELECT ?1, value ->> 'position', value ->> 'row', value ->> 'level', value ->> 'occupation_code', value ->> 'job',
                  value ->> 'replaces', value ->> 'person', value ->> 'facts', value ->> 'sealed' FROM json_each(?2)`,
        )
        .bind(id, chunk),
    ),
    ...along,
  ]);
}

/** A stretch of a batch's rows in row order. */
export async function selectRows(db: D1Database, batch: string, from: number, limit: number): Promise<StoredRow[]> {
  const { results } = await db
    .prepare(
      'SELECT position, row, level, occupation_code, job, replaces, person, facts, sealed FROM rows WHERE batch = ? AND position >= ? ORDER BY position LIMIT ?',
    )
    .bind(batch, from, limit)
    .all<StoredRow>();
  return results;
}

/** The public part of every row, in row order: what the root is computed from. */
export async function selectFacts(db: D1Database, batch: string): Promise<string[]> {
  const { results } = await db
    .prepare('SELECT facts FROM rows WHERE batch = ? ORDER BY position')
    .bind(batch)
    .all<{ facts: string }>();
  return results.map((row) => row.facts);
}

/**
 * Rows whose person already holds a living certificate of this organization for the same occupation, job and level.
 * What others have issued is not read: numbers begin with the organization's code, and the index that is searched ends
 * with the number.
 */
export async function selectAlreadyCertified(
  db: D1Database,
  organization: string,
  keys: readonly { person: string; occupation_code: string; job: string; level: number }[],
): Promise<string[]> {
  const found: string[] = [];
  for (const chunk of jsonChunks(keys)) {
    const { results } = await db
      .prepare(
        `SELECT c.person || '|' || c.occupation_code || '|' || c.job || '|' || c.level || '|' || c.number AS held FROM json_each(?) j
         JOIN certificates c ON c.person = j.value ->> 'person' AND c.occupation_code = j.value ->> 'occupation_code'
          AND c.job = j.value ->> 'job' AND c.level = j.value ->> 'level' AND c.live = 1 AND c.number BETWEEN ?2 AND ?2 || '~'`,
      )
      .bind(chunk, organization)
      .all<{ held: string }>();
    found.push(...results.map((row) => row.held));
  }
  return found;
}

/** A row whose person holds a certificate in force that keeps it from being numbered, whoever issued that. */
export interface HeldRow {
  position: number;
  row: number;
  number: string;
}

/** Such rows of a batch, for its centres alone: an organization does not learn what others have issued to whom. */
export async function selectHeld(db: D1Database, batch: string, from: number, limit: number): Promise<HeldRow[]> {
  const { results } = await db
    .prepare(
      `SELECT r.position, r.row, c.number FROM rows r
       JOIN certificates c ON c.person = r.person AND c.occupation_code = r.occupation_code AND c.job = r.job AND c.level = r.level AND c.live = 1
       WHERE r.batch = ?1 AND r.position >= ?2 AND r.position < ?2 + ?3 AND c.batch <> ?1
         AND c.number NOT IN (SELECT replaces FROM rows WHERE batch = ?1 AND replaces IS NOT NULL)
       ORDER BY r.position`,
    )
    .bind(batch, from, limit)
    .all<HeldRow>();
  return results;
}

/** Which of these numbers are living certificates of the organization, with what they certify. */
export async function selectReplaceable(
  db: D1Database,
  organization: string,
  numbers: readonly string[],
): Promise<{ number: string; occupation_code: string; job: string; level: number; person: string }[]> {
  const { results } = await db
    .prepare(
      `SELECT number, occupation_code, job, level, person FROM certificates
       WHERE organization = ? AND live = 1 AND number IN (SELECT value FROM json_each(?))`,
    )
    .bind(organization, JSON.stringify(numbers))
    .all<{ number: string; occupation_code: string; job: string; level: number; person: string }>();
  return results;
}

/** Certificates that an organization was given numbers for in a year. */
export async function selectUsedCapacity(db: D1Database, organization: string, year: number): Promise<number> {
  const row = await db
    .prepare('SELECT used FROM capacity WHERE organization = ? AND year = ?')
    .bind(organization, year)
    .first<{ used: number }>();
  return row?.used ?? 0;
}

export interface StoredApproval {
  tier: 'city' | 'province';
  iss: string;
  jti: string;
  token: string;
  received_at: number;
}

const OPEN = "state IN ('submitted', 'city_approved', 'approved')";

/** Holds while a batch is neither ordered nor returned. */
export const guardOpen = (db: D1Database, batch: string): D1PreparedStatement =>
  guard(db, 'batch_closed', `EXISTS (SELECT 1 FROM batches WHERE id = ?1 AND ${OPEN})`, batch);

/** Holds while a batch was only submitted. */
export const guardSubmitted = (db: D1Database, batch: string): D1PreparedStatement =>
  guard(db, 'batch_closed', "EXISTS (SELECT 1 FROM batches WHERE id = ?1 AND state = 'submitted')", batch);

/** Holds while no other batch than this one (or none, for null) is made of some results. */
export const guardBatchOfResults = (db: D1Database, results: string, batch: string | null): D1PreparedStatement =>
  guard(
    db,
    'step_out_of_order',
    "NOT EXISTS (SELECT 1 FROM batches WHERE results = ?1 AND state <> 'returned' AND id IS NOT ?2)",
    results,
    batch,
  );

/**
 * Stores a centre's approval and moves the batch on, in one transaction. A later approval of the same centre
 * replaces the earlier one (the first may have expired). @throws Refusal `batch_closed` once it was ordered or returned
 */
export async function insertApproval(db: D1Database, batch: string, approval: StoredApproval): Promise<void> {
  const { tier, iss, jti, token, received_at } = approval;
  await runGuarded(db, [
    guardOpen(db, batch),
    db
      .prepare(
        `INSERT INTO approvals (batch, tier, iss, jti, token, received_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (batch, tier) DO UPDATE SET iss = excluded.iss, jti = excluded.jti, token = excluded.token, received_at = excluded.received_at`,
      )
      .bind(batch, tier, iss, jti, token, received_at),
    db
      .prepare(
        `UPDATE batches SET state = CASE WHEN ?2 = 'province' OR state = 'approved' THEN 'approved' ELSE 'city_approved' END WHERE id = ?1`,
      )
      .bind(batch, tier),
  ]);
}

export async function selectApprovals(db: D1Database, batch: string): Promise<StoredApproval[]> {
  const { results } = await db
    .prepare('SELECT tier, iss, jti, token, received_at FROM approvals WHERE batch = ? ORDER BY tier')
    .bind(batch)
    .all<StoredApproval>();
  return results;
}

/** Returns a batch to its organization, unless it was ordered or returned (`batch_closed`). @param sealed the reason */
export const prepareReturned = (db: D1Database, batch: string, sealed: string): D1PreparedStatement[] => [
  guardOpen(db, batch),
  db.prepare("UPDATE batches SET state = 'returned', returned_sealed = ? WHERE id = ?").bind(sealed, batch),
];

/** Batches of an organization that stand after a place, newest first. */
export async function selectBatchesOf(
  db: D1Database,
  organization: string,
  limit: number,
  after?: Place,
): Promise<BatchRow[]> {
  const { at, id } = after ?? { at: Number.MAX_SAFE_INTEGER, id: '' };
  const { results } = await db
    .prepare(`${BATCH} WHERE organization = ? AND (-created_at, id) > (?, ?) ORDER BY created_at DESC, id LIMIT ?`)
    .bind(organization, -at, id, limit)
    .all<BatchRow>();
  return results;
}
