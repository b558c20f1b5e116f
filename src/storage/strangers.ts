/**
 * Owns the tables that bound what keys leave here that nobody has named: one named function per SQL statement.
 */
import type { D1Database } from './bindings.ts';

/** Counts a step or bytes of a sender on a day, before they are judged. @returns what there is of it that day, this included */
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
 * Bytes of bodies that such keys left here and nobody selected, granted or cleared: of cases that wait, and of those that
 * changed since an instant.
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

/** Bytes of files that such keys handed in and no step names. */
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
