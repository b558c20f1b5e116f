/** Rows that earlier versions stored in plain text, and their replacement. */
import type { D1Database } from './database.ts';

export interface Unsealed {
  kind: 'application' | 'plan' | 'bulk_key' | 'batch' | 'returned';
  id: string;
  /** The organization, of a batch. */
  owner: string;
  /** Facts, name, Idempotency-Key or reason of a return as they stand; null where the row is sealed or gone. */
  value: string | null;
}

/** Rows of earlier versions that are still to be sealed. */
export async function selectUnsealed(db: D1Database, limit: number): Promise<Unsealed[]> {
  const sql = `SELECT u.kind, u.id, coalesce(b.organization, '') AS owner, CASE u.kind
      WHEN 'bulk_key' THEN (SELECT name FROM bulk_keys WHERE id = u.id AND sealed_name IS NULL)
      WHEN 'batch' THEN b.idempotency_key
      ELSE (SELECT facts FROM cases WHERE about = u.id AND kind = u.kind AND state <> 'selected') END AS value
    FROM unsealed u LEFT JOIN batches b ON u.kind = 'batch' AND b.id = u.id
    UNION ALL SELECT 'returned', id, organization, returned_reason FROM batches WHERE returned_reason IS NOT NULL LIMIT ?`;
  return (await db.prepare(sql).bind(limit).all<Unsealed>()).results;
}

/** Strikes a row off. One that somebody changed between reading and replacing was written by this version: sealed. */
export async function deleteUnsealed(db: D1Database, kind: string, id: string): Promise<void> {
  await db.prepare('DELETE FROM unsealed WHERE kind = ? AND id = ?').bind(kind, id).run();
}

export async function replaceFacts(db: D1Database, about: string, was: string, facts: string): Promise<void> {
  await db.prepare('UPDATE cases SET facts = ? WHERE about = ? AND facts = ?').bind(facts, about, was).run();
}

export async function replaceName(db: D1Database, id: string, was: string, sealed: string): Promise<void> {
  await db
    .prepare("UPDATE bulk_keys SET name = '', sealed_name = ? WHERE id = ? AND name = ? AND sealed_name IS NULL")
    .bind(sealed, id, was)
    .run();
}

export async function replaceIdempotencyKey(db: D1Database, batch: string, was: string, digest: string): Promise<void> {
  await db
    .prepare('UPDATE batches SET idempotency_key = ? WHERE id = ? AND idempotency_key = ?')
    .bind(digest, batch, was)
    .run();
}

export async function replaceReason(db: D1Database, batch: string, was: string, sealed: string): Promise<void> {
  await db
    .prepare('UPDATE batches SET returned_sealed = ?, returned_reason = NULL WHERE id = ? AND returned_reason = ?')
    .bind(sealed, batch, was)
    .run();
}
