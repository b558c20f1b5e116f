/**
 * The one transaction that gives numbers, and the writes that follow it. It is pure SQL; any constraint aborts all of
 * it, and the constraint's name says why.
 */

import { Refusal } from '../base/refusal.ts';
import type { Form } from '../core/credential.ts';
import { guardOpen } from './batch-store.ts';
import type { D1Database, D1PreparedStatement } from './database.ts';
import { guardRefusal, JudgeAgain } from './database.ts';
import { nextLiving } from './status-store.ts';

export interface OrderInput {
  batch: string;
  organization: string;
  approval_jti: string;
  approval: string;
  order_token: string;
  client: number;
  issued_at: number;
  year: number;
  key_number: number;
  /** Of the certificates' payload; whoever signs them, now or after a crash, keeps to it. */
  form: Form;
  /** Filed certificates a year. */
  annual_capacity: number;
  count: number;
  /** Events of the certificates that the batch replaces, as many as were judged. */
  replaced_events: number;
  status_list: number;
  /** One random index per row, by position. */
  status_indexes: readonly number[];
  /** Under which the gate let it through; asked again inside the transaction. */
  conditions: readonly D1PreparedStatement[];
}

/** Constraint → refusal. SQLite names CHECK constraints, and the columns of UNIQUE ones. */
const CONSTRAINTS: readonly [RegExp, string, string][] = [
  [/approval_used|orders\.approval_jti/, 'approval_used', 'This approval was used before.'],
  [/orders\.batch/, 'batch_already_ordered', 'This batch was ordered before, with another approval.'],
  [/serials_exhausted/, 'serials_exhausted', 'The serials of this organization, year and level are used up (999999).'],
  [
    /capacity_exceeded/,
    'capacity_exceeded',
    'The organization would issue more certificates this year than it is filed for.',
  ],
  [/replaced_not_live/, 'replaces_not_live', 'A certificate that this batch replaces is no longer in force.'],
  [
    /objection_open/,
    'objection_open',
    'A centre opened an objection to these results again: it is to be decided first.',
  ],
  [
    /certificates\.person/,
    'already_certified',
    'Since it was approved, a certificate was issued that keeps this batch from being numbered. Ask your centre to return it: it sees the row.',
  ],
];

/** Thrown when a status index was taken by another batch at the same moment: draw again. */
export class StatusIndexTaken extends Error {}

/**
 * Numbers a whole batch. Rows of one level follow each other in row order without a gap.
 * @throws Refusal `approval_used`, `batch_already_ordered`, `serials_exhausted`, `capacity_exceeded`,
 *   `replaces_not_live`, `already_certified`, `objection_open`, `batch_closed`, and of the conditions;
 *   StatusIndexTaken, JudgeAgain
 */
export async function numberBatch(db: D1Database, o: OrderInput): Promise<void> {
  const statements = [
    db
      .prepare(
        `INSERT INTO orders (approval_jti, batch, approval, order_token, client, issued_at, key_number, form, replaceable, judged)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?10, NOT EXISTS (
           SELECT 1 FROM rows r LEFT JOIN certificates c ON c.number = r.replaces AND c.organization = ?8 AND c.live = 1
           WHERE r.batch = ?2 AND r.replaces IS NOT NULL AND c.number IS NULL),
           -- Events are only ever added, so their number says whether there is a new one.
           (SELECT count(*) FROM rows r JOIN events e ON e.number = r.replaces WHERE r.batch = ?2) = ?9`,
      )
      .bind(
        o.approval_jti,
        o.batch,
        o.approval,
        o.order_token,
        o.client,
        o.issued_at,
        o.key_number,
        o.organization,
        o.replaced_events,
        o.form,
      ),
    guardOpen(db, o.batch),
    ...o.conditions,
    db
      .prepare(
        `INSERT INTO capacity (organization, year, used, allowed) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (organization, year) DO UPDATE SET used = used + excluded.used, allowed = excluded.allowed`,
      )
      .bind(o.organization, o.year, o.count, o.annual_capacity),
    // The replaced leave the index of living certificates before their successors enter it.
    db
      .prepare(
        `UPDATE certificates SET state = 'replaced', live = 0 WHERE number IN (SELECT replaces FROM rows WHERE batch = ?1 AND replaces IS NOT NULL)`,
      )
      .bind(o.batch),
    db
      .prepare(
        // The indexes are materialized first: joined as they are, SQLite would read them again for each row.
        `WITH i(position, status_index) AS MATERIALIZED (SELECT key, value FROM json_each(?5))
         INSERT INTO certificates (number, organization, year, level, serial, batch, position, person, occupation_code, job, status_list, status_index)
         SELECT printf('%s%02d%d%06d', ?1, CAST(?2 AS INTEGER) % 100, n.level, n.serial), ?1, CAST(?2 AS INTEGER), n.level, n.serial,
                n.batch, n.position, n.person, n.occupation_code, n.job, CAST(?4 AS INTEGER), i.status_index
         FROM (SELECT r.batch, r.position, r.level, r.person, r.occupation_code, r.job, row_number() OVER (PARTITION BY r.level ORDER BY r.position)
                 + coalesce((SELECT s.last FROM serials s WHERE s.organization = ?1 AND s.year = CAST(?2 AS INTEGER) AND s.level = r.level), 0) AS serial
               FROM rows r WHERE r.batch = ?3) n
         JOIN i ON i.position = n.position`,
      )
      .bind(o.organization, o.year, o.batch, o.status_list, JSON.stringify(o.status_indexes)),
    db
      .prepare(
        `INSERT INTO serials (organization, year, level, last)
         SELECT ?1, CAST(?2 AS INTEGER), level, count(*) FROM rows WHERE batch = ?3 GROUP BY level
         ON CONFLICT (organization, year, level) DO UPDATE SET last = last + excluded.last`,
      )
      .bind(o.organization, o.year, o.batch),
    db
      .prepare(
        `UPDATE certificates SET replaced_by = (
           SELECT c.number FROM rows r JOIN certificates c ON c.batch = r.batch AND c.position = r.position
           WHERE r.batch = ?1 AND r.replaces = certificates.number)
         WHERE number IN (SELECT replaces FROM rows WHERE batch = ?1 AND replaces IS NOT NULL)`,
      )
      .bind(o.batch),
    // A successor need not be equal to what it replaces.
    db.prepare(nextLiving('SELECT replaces FROM rows WHERE batch = ?1')).bind(o.batch),
    db.prepare(`UPDATE batches SET state = 'issuing' WHERE id = ?`).bind(o.batch),
  ];
  try {
    await db.batch(statements);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const known = CONSTRAINTS.find(([pattern]) => pattern.test(message));
    if (known) throw new Refusal(known[1], known[2]);
    if (/certificates\.status_/.test(message)) throw new StatusIndexTaken(message);
    if (/replaced_changed|withdrawal_came/.test(message)) throw new JudgeAgain(message);
    throw guardRefusal(error) ?? error;
  }
}

/** The list that is being filled and how full it is. */
export async function selectStatusList(db: D1Database): Promise<{ list: number; used: number }> {
  const row = await db
    .prepare(
      'SELECT status_list AS list, count(*) AS used FROM certificates WHERE status_list = (SELECT max(status_list) FROM certificates) GROUP BY status_list',
    )
    .first<{ list: number; used: number }>();
  return row ?? { list: 1, used: 0 };
}

/** Which of these indexes of a list are taken. */
export async function selectTakenIndexes(
  db: D1Database,
  list: number,
  indexes: readonly number[],
): Promise<Set<number>> {
  const { results } = await db
    .prepare(
      'SELECT status_index AS i FROM certificates WHERE status_list = CAST(? AS INTEGER) AND status_index IN (SELECT value FROM json_each(?))',
    )
    .bind(list, JSON.stringify(indexes))
    .all<{ i: number }>();
  return new Set(results.map((row) => row.i));
}

export interface StoredOrder {
  approval_jti: string;
  approval: string;
  order_token: string;
  client: number;
  issued_at: number;
  key_number: number;
  form: Form;
}

/** The order under which a batch is issued; null where there is none. */
export const selectOrder = (db: D1Database, batch: string): Promise<StoredOrder | null> =>
  db
    .prepare(
      'SELECT approval_jti, approval, order_token, client, issued_at, key_number, form FROM orders WHERE batch = ?',
    )
    .bind(batch)
    .first<StoredOrder>();

/** Takes the right to sign a batch for some seconds. @returns false while another holds it */
export async function takeLease(
  db: D1Database,
  batch: string,
  lease: string,
  now: number,
  until: number,
): Promise<boolean> {
  const { meta } = await db
    .prepare(
      "UPDATE batches SET lease = ?1, lease_until = ?2 WHERE id = ?3 AND state = 'issuing' AND (lease_until < ?4 OR lease = ?1)",
    )
    .bind(lease, until, batch, now)
    .run();
  return meta.changes === 1;
}

/** Gives the right to sign a batch back. */
export async function releaseLease(db: D1Database, batch: string, lease: string): Promise<void> {
  await db
    .prepare('UPDATE batches SET lease = NULL, lease_until = 0 WHERE id = ? AND lease = ?')
    .bind(batch, lease)
    .run();
}

export interface UnsignedRow {
  number: string;
  position: number;
  status_list: number;
  status_index: number;
  facts: string;
  sealed: string;
}

/** Certificates that have a number but no signature yet, from a position on. */
export async function selectUnsigned(
  db: D1Database,
  batch: string,
  from: number,
  limit: number,
): Promise<UnsignedRow[]> {
  const { results } = await db
    .prepare(
      `SELECT c.number, c.position, c.status_list, c.status_index, r.facts, r.sealed FROM certificates c
       JOIN rows r ON r.batch = c.batch AND r.position = c.position
       WHERE c.batch = ? AND c.position >= ? AND NOT EXISTS (SELECT 1 FROM credentials k WHERE k.number = c.number) ORDER BY c.position LIMIT ?`,
    )
    .bind(batch, from, limit)
    .all<UnsignedRow>();
  return results;
}

/** Stores signatures; where one is stored already, it stays (ES256 signatures differ each time). */
export async function insertCredentials(
  db: D1Database,
  credentials: readonly { number: string; credential: string; seal: string; path: string }[],
): Promise<void> {
  await db
    .prepare(
      `INSERT INTO credentials (number, credential, seal, path)
       SELECT value ->> 'number', value ->> 'credential', value ->> 'seal', value ->> 'path' FROM json_each(?) WHERE true ON CONFLICT (number) DO NOTHING`,
    )
    .bind(JSON.stringify(credentials))
    .run();
}

/** Signed certificates of a batch. */
export async function countSigned(db: D1Database, batch: string): Promise<number> {
  const row = await db
    .prepare('SELECT count(*) AS n FROM certificates c JOIN credentials k ON k.number = c.number WHERE c.batch = ?')
    .bind(batch)
    .first<{ n: number }>();
  return row?.n ?? 0;
}

/** Closes a batch if every row has its signature. */
export async function updateIssued(db: D1Database, batch: string): Promise<void> {
  await db
    .prepare(
      `UPDATE batches SET state = 'issued', lease = NULL, lease_until = 0 WHERE id = ?1 AND state = 'issuing'
       AND count = (SELECT count(*) FROM certificates c JOIN credentials k ON k.number = c.number WHERE c.batch = ?1)`,
    )
    .bind(batch)
    .run();
}

/** Notes when signing a batch failed, so that others come first. Whoever holds the lease keeps it. */
export async function updateTried(db: D1Database, batch: string, now: number): Promise<void> {
  await db
    .prepare("UPDATE batches SET lease_until = ?2 WHERE id = ?1 AND state = 'issuing' AND lease_until < ?2")
    .bind(batch, now)
    .run();
}

/** Batches whose signing stopped: nobody holds the lease. Those that were tried last stand last. */
export async function selectInterrupted(db: D1Database, now: number, limit: number): Promise<string[]> {
  const { results } = await db
    .prepare("SELECT id FROM batches WHERE state = 'issuing' AND lease_until < ? ORDER BY lease_until LIMIT ?")
    .bind(now, limit)
    .all<{ id: string }>();
  return results.map((row) => row.id);
}
