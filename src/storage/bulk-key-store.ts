/** Bulk keys and their use. The key itself never comes here, only its digest. */
import type { D1Database } from './database.ts';

export interface BulkKeyRow {
  id: string;
  name: string;
  issued_by: string;
  quota_per_day: number;
  /** Last day in Shanghai. */
  expires_on: string;
  created_at: number;
  revoked_at: number | null;
}

/** As stored: `name` is empty where the sealed one stands. */
export interface StoredKey extends BulkKeyRow {
  sealed_name: string | null;
}

const COLUMNS = 'id, name, sealed_name, issued_by, quota_per_day, expires_on, created_at, revoked_at';

export async function insertBulkKey(db: D1Database, row: StoredKey, digest: string): Promise<void> {
  await db
    .prepare(
      'INSERT INTO bulk_keys (id, digest, name, sealed_name, issued_by, quota_per_day, expires_on, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    )
    .bind(row.id, digest, row.name, row.sealed_name, row.issued_by, row.quota_per_day, row.expires_on, row.created_at)
    .run();
}

export const selectBulkKeyByDigest = (db: D1Database, digest: string): Promise<StoredKey | null> =>
  db.prepare(`SELECT ${COLUMNS} FROM bulk_keys WHERE digest = ?`).bind(digest).first<StoredKey>();

export const selectBulkKey = (db: D1Database, id: string): Promise<StoredKey | null> =>
  db.prepare(`SELECT ${COLUMNS} FROM bulk_keys WHERE id = ?`).bind(id).first<StoredKey>();

/** The newest keys, of one centre or (`issuer` null) of all, with the rows that each asked for on a day. */
export async function selectBulkKeys(
  db: D1Database,
  issuer: string | null,
  day: string,
  limit: number,
): Promise<(StoredKey & { used_today: number })[]> {
  const { results } = await db
    .prepare(
      `SELECT k.id, k.name, k.sealed_name, k.issued_by, k.quota_per_day, k.expires_on, k.created_at, k.revoked_at, coalesce(u.rows, 0) AS used_today
       FROM bulk_keys k LEFT JOIN bulk_usage u ON u.key = k.id AND u.day = ?2
       WHERE ?1 IS NULL OR k.issued_by = ?1 ORDER BY k.created_at DESC, k.id LIMIT ?3`,
    )
    .bind(issuer, day, limit)
    .all<StoredKey & { used_today: number }>();
  return results;
}

/** Ends a key; one that is ended already keeps its time. */
export async function revokeBulkKey(db: D1Database, id: string, now: number): Promise<void> {
  await db.prepare('UPDATE bulk_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL').bind(now, id).run();
}

/** Counts rows against a key's day, all of them or none. @returns false when that would be more than the quota */
export async function spendQuota(
  db: D1Database,
  key: string,
  day: string,
  rows: number,
  quota: number,
): Promise<boolean> {
  const { meta } = await db
    .prepare(
      `INSERT INTO bulk_usage (key, day, rows) SELECT ?1, ?2, ?3 WHERE ?3 <= ?4
       ON CONFLICT (key, day) DO UPDATE SET rows = rows + excluded.rows WHERE rows + excluded.rows <= ?4`,
    )
    .bind(key, day, rows, quota)
    .run();
  return meta.changes > 0;
}

/** Forgets what keys asked for before a day. */
export async function deleteUsageBefore(db: D1Database, day: string): Promise<void> {
  await db.prepare('DELETE FROM bulk_usage WHERE day < ?').bind(day).run();
}
