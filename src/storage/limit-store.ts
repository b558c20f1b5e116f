/**
 * Counters of wrong entries, and of what strangers leave here. A guess is written down before it is judged and taken
 * back when it was right, so that guesses made at the same moment cannot pass a limit. What was guessed is not known
 * here: subjects are certificate numbers and keyed digests.
 */
import type { D1Database } from './database.ts';

/** How often a subject is guessed at: `n` times at once for the rows of a list. */
export interface Guesses {
  subject: string;
  n: number;
  /** NumericDate until which they count. */
  until: number;
}

/** A subject that closes a comparison when it has as many wrong guesses in the hours after `after` (exclusive). */
export interface Closing {
  subject: string;
  after: number;
  most: number;
}

/**
 * Writes a guess down under all its subjects, unless one of `closing` is exhausted: then under none.
 * @returns false when a subject was exhausted
 */
export async function insertGuess(
  db: D1Database,
  guesses: readonly Guesses[],
  closing: readonly Closing[],
  hour: number,
): Promise<boolean> {
  const { results } = await db
    .prepare(
      `INSERT INTO wrong_factors (subject, hour, wrong, until)
       SELECT value ->> 'subject', ?2, value ->> 'n', value ->> 'until' FROM json_each(?1)
       WHERE NOT EXISTS (
         SELECT 1 FROM json_each(?3) c
         WHERE (SELECT sum(wrong) FROM wrong_factors w WHERE w.subject = c.value ->> 'subject' AND w.hour > c.value ->> 'after')
           >= c.value ->> 'most')
       ON CONFLICT (subject, hour) DO UPDATE SET wrong = wrong + excluded.wrong, until = max(until, excluded.until)
       RETURNING subject`,
    )
    .bind(JSON.stringify(guesses), hour, JSON.stringify(closing))
    .all();
  return results.length > 0;
}

/** Writes guesses down. @returns for each subject how many wrong ones, or ones still being judged, there were before */
export async function insertGuesses(
  db: D1Database,
  guesses: readonly Guesses[],
  hour: number,
): Promise<Map<string, number>> {
  const { results } = await db
    .prepare(
      `INSERT INTO wrong_factors (subject, hour, wrong, until)
       SELECT value ->> 'subject', ?2, value ->> 'n', value ->> 'until' FROM json_each(?1) WHERE true
       ON CONFLICT (subject, hour) DO UPDATE SET wrong = wrong + excluded.wrong RETURNING subject, wrong`,
    )
    .bind(JSON.stringify(guesses), hour)
    .all<{ subject: string; wrong: number }>();
  const after = new Map(results.map(({ subject, wrong }) => [subject, wrong]));
  return new Map(guesses.map(({ subject, n }) => [subject, (after.get(subject) ?? n) - n]));
}

/** The hours in which subjects were guessed at, oldest first. */
export async function selectGuesses(
  db: D1Database,
  subjects: readonly string[],
): Promise<{ subject: string; hour: number; wrong: number }[]> {
  const { results } = await db
    .prepare(
      `SELECT subject, hour, wrong FROM wrong_factors
       WHERE subject IN (SELECT value FROM json_each(?)) ORDER BY hour`,
    )
    .bind(JSON.stringify(subjects))
    .all<{ subject: string; hour: number; wrong: number }>();
  return results;
}

/** Takes guesses back that were right; a counter of none is forgotten. */
export async function deleteGuesses(
  db: D1Database,
  guesses: readonly Pick<Guesses, 'subject' | 'n'>[],
  hour: number,
): Promise<void> {
  const json = JSON.stringify(guesses);
  await db.batch([
    db
      .prepare(
        `UPDATE wrong_factors SET wrong = wrong - (j.value ->> 'n') FROM json_each(?1) j
       WHERE subject = j.value ->> 'subject' AND hour = ?2`,
      )
      .bind(json, hour),
    db
      .prepare(
        `DELETE FROM wrong_factors
       WHERE subject IN (SELECT value ->> 'subject' FROM json_each(?1)) AND hour = ?2 AND wrong <= 0`,
      )
      .bind(json, hour),
  ]);
}

/** Forgets what does not count any more. */
export async function deleteGuessesBefore(db: D1Database, instant: number): Promise<void> {
  await db.prepare('DELETE FROM wrong_factors WHERE until <= ?').bind(instant).run();
}

/**
 * Counts a step or bytes of a sender on a day, before they are judged.
 * @returns what there is of it that day, this included
 */
export async function countStranger(
  db: D1Database,
  sender: string,
  day: string,
  { steps = 0, bytes = 0 }: { steps?: number; bytes?: number },
): Promise<{ steps: number; bytes: number }> {
  const sql =
    'INSERT INTO stranger_senders (sender, day, steps, bytes) VALUES (?, ?, ?, ?) ON CONFLICT (sender, day) DO UPDATE SET steps = steps + excluded.steps, bytes = bytes + excluded.bytes RETURNING steps, bytes';
  return (
    (await db.prepare(sql).bind(sender, day, steps, bytes).first<{ steps: number; bytes: number }>()) ?? {
      steps,
      bytes,
    }
  );
}

/** Forgets the days before one. */
export async function deleteStrangersBefore(db: D1Database, day: string): Promise<void> {
  await db.prepare('DELETE FROM stranger_senders WHERE day < ?').bind(day).run();
}

/** Applications and requests of devices that keys which nobody has named began, and that wait for somebody. */
export async function countUndecided(db: D1Database): Promise<number> {
  const sql =
    "SELECT count(*) AS n FROM cases WHERE kind IN ('application', 'device') AND state IN ('submitted', 'returned', 'requested', 'endorsed') AND owner GLOB 'key:*'";
  return (await db.prepare(sql).first<{ n: number }>())?.n ?? 0;
}

/**
 * Bytes of bodies that such keys left here and nobody selected, granted or cleared: of cases that wait, and of those
 * that changed since an instant.
 */
export async function selectBodyBytes(db: D1Database, since: number): Promise<number> {
  const sql = `SELECT coalesce(sum(bytes), 0) AS bytes FROM cases WHERE owner GLOB 'key:*' AND state NOT IN ('selected', 'granted', 'cleared')
    AND (updated_at >= ? OR state IN ('submitted', 'returned', 'requested', 'endorsed'))`;
  return (await db.prepare(sql).bind(since).first<{ bytes: number }>())?.bytes ?? 0;
}

/** Bytes of files, named or not, of such keys of which nothing was selected or granted. */
export async function selectFileBytes(db: D1Database): Promise<number> {
  const sql = `SELECT coalesce(sum(size), 0) AS bytes FROM attachments a WHERE owner GLOB 'key:*' AND about IS NOT '-'
    AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.owner = a.owner AND c.state IN ('selected', 'granted'))`;
  return (await db.prepare(sql).first<{ bytes: number }>())?.bytes ?? 0;
}

/** Bytes of files that such keys submitted and no step names. */
export async function selectUnnamedBytes(db: D1Database): Promise<number> {
  return (
    (
      await db
        .prepare("SELECT coalesce(sum(size), 0) AS bytes FROM attachments WHERE about IS NULL AND owner GLOB 'key:*'")
        .first<{ bytes: number }>()
    )?.bytes ?? 0
  );
}

/** The oldest of those files. */
export async function selectOldestUnnamed(
  db: D1Database,
  limit: number,
): Promise<{ owner: string; sha256: string; size: number }[]> {
  const sql =
    "SELECT owner, sha256, size FROM attachments WHERE about IS NULL AND owner GLOB 'key:*' ORDER BY created_at LIMIT ?";
  return (await db.prepare(sql).bind(limit).all<{ owner: string; sha256: string; size: number }>()).results;
}

// Bulk keys and their use. The key itself never comes here, only its digest.

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

/** Adds a bulk key. @param digest SHA-256 of the key itself, which is not kept */
export async function insertBulkKey(db: D1Database, row: StoredKey, digest: string): Promise<void> {
  await db
    .prepare(
      'INSERT INTO bulk_keys (id, digest, name, sealed_name, issued_by, quota_per_day, expires_on, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    )
    .bind(row.id, digest, row.name, row.sealed_name, row.issued_by, row.quota_per_day, row.expires_on, row.created_at)
    .run();
}

/** The bulk key with a digest. */
export const selectBulkKeyByDigest = (db: D1Database, digest: string): Promise<StoredKey | null> =>
  db.prepare(`SELECT ${COLUMNS} FROM bulk_keys WHERE digest = ?`).bind(digest).first<StoredKey>();

/** The bulk key with an id. */
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
