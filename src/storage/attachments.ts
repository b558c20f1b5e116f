/**
 * Owns attached files: their lines in D1 and the encrypted objects in R2. The line comes first, so that no object is ever
 * forgotten; one that no step names within a day is swept, object first, then line.
 */
import type { D1Database, D1PreparedStatement, R2Bucket } from './bindings.ts';

export interface AttachmentRow {
  owner: string;
  sha256: string;
  type: string;
  size: number;
  about: string | null;
  created_at: number;
}

const keyOf = (owner: string, sha256: string): string => `files/${owner.replace(':', '/')}/${sha256}`;

export async function insertAttachment(db: D1Database, row: Omit<AttachmentRow, 'about'>): Promise<void> {
  const { owner, sha256, type, size, created_at } = row;
  await db
    .prepare('INSERT INTO attachments (owner, sha256, type, size, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (owner, sha256) DO UPDATE SET created_at = CASE WHEN about IS NULL THEN excluded.created_at ELSE created_at END')
    .bind(owner, sha256, type, size, created_at)
    .run();
}

export const selectAttachment = (db: D1Database, owner: string, sha256: string): Promise<AttachmentRow | null> =>
  db.prepare('SELECT owner, sha256, type, size, about, created_at FROM attachments WHERE owner = ? AND sha256 = ?').bind(owner, sha256).first<AttachmentRow>();

/** How many bytes an owner keeps. */
export async function selectAttachedBytes(db: D1Database, owner: string): Promise<number> {
  return (await db.prepare('SELECT coalesce(sum(size), 0) AS bytes FROM attachments WHERE owner = ?').bind(owner).first<{ bytes: number }>())?.bytes ?? 0;
}

/** Marks files as named by a case, in the transaction that stores the step. */
export const prepareNamed = (db: D1Database, owner: string, digests: readonly string[], about: string): D1PreparedStatement =>
  db.prepare('UPDATE attachments SET about = coalesce(about, ?) WHERE owner = ? AND sha256 IN (SELECT value FROM json_each(?))').bind(about, owner, JSON.stringify(digests));

export async function selectUnused(db: D1Database, before: number, limit: number): Promise<{ owner: string; sha256: string }[]> {
  return (await db.prepare('SELECT owner, sha256 FROM attachments WHERE about IS NULL AND created_at < ? LIMIT ?').bind(before, limit).all<{ owner: string; sha256: string }>()).results;
}

export async function deleteUnused(db: D1Database, owner: string, sha256: string): Promise<void> {
  await db.prepare('DELETE FROM attachments WHERE owner = ? AND sha256 = ? AND about IS NULL').bind(owner, sha256).run();
}

export async function putAttachment(files: R2Bucket, owner: string, sha256: string, sealed: Uint8Array): Promise<void> {
  await files.put(keyOf(owner, sha256), sealed);
}

export async function getAttachment(files: R2Bucket, owner: string, sha256: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const object = await files.get(keyOf(owner, sha256));
  return object ? new Uint8Array(await object.arrayBuffer()) : undefined;
}

export const deleteAttachment = (files: R2Bucket, owner: string, sha256: string): Promise<void> => files.delete(keyOf(owner, sha256));
