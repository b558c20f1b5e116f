/**
 * What lies in R2, with its lines in D1: attached files, photos, signatures of printed certificates. Of an attached
 * file the line comes first, so that no object is ever forgotten; one that no step names within a day, or that was let
 * go, is claimed (`about` is '-') and deleted, object first.
 */
import { type D1Database, type D1PreparedStatement, jsonChunks, type R2Bucket } from './database.ts';

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
    .prepare(
      "INSERT INTO attachments (owner, sha256, type, size, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (owner, sha256) DO UPDATE SET created_at = CASE WHEN about IS NULL OR about = '-' THEN excluded.created_at ELSE created_at END, about = nullif(about, '-')",
    )
    .bind(owner, sha256, type, size, created_at)
    .run();
}

export const selectAttachment = (db: D1Database, owner: string, sha256: string): Promise<AttachmentRow | null> =>
  db
    .prepare(
      "SELECT owner, sha256, type, size, about, created_at FROM attachments WHERE owner = ? AND sha256 = ? AND about IS NOT '-'",
    )
    .bind(owner, sha256)
    .first<AttachmentRow>();

/** How many bytes an owner keeps. */
export async function selectAttachedBytes(db: D1Database, owner: string): Promise<number> {
  return (
    (
      await db
        .prepare('SELECT coalesce(sum(size), 0) AS bytes FROM attachments WHERE owner = ?')
        .bind(owner)
        .first<{ bytes: number }>()
    )?.bytes ?? 0
  );
}

/** Whether a step failed because a file that it names is gone (prepareHeld). */
export const isFileGone = (error: unknown): boolean =>
  error instanceof Error && /NOT NULL constraint failed: attachments\.type/.test(error.message);

/** Aborts the transaction in which a step names files that are no longer there. */
const prepareHeld = (db: D1Database, owner: string, digests: string): D1PreparedStatement =>
  db
    .prepare(
      "INSERT INTO attachments (owner, sha256, type, size, created_at) SELECT ?1, value, NULL, 0, 0 FROM json_each(?2) WHERE NOT EXISTS (SELECT 1 FROM attachments WHERE owner = ?1 AND sha256 = value AND about IS NOT '-')",
    )
    .bind(owner, digests);

/**
 * Marks files as named by a case, in the transaction that stores the step: by the first application, or by any other
 * case, whose files no end of an application takes away.
 */
export function prepareNamed(
  db: D1Database,
  owner: string,
  digests: readonly string[],
  about: string,
): D1PreparedStatement[] {
  const list = JSON.stringify(digests);
  return [
    prepareHeld(db, owner, list),
    db
      .prepare(
        "UPDATE attachments SET about = CASE WHEN ?1 GLOB 'application:*' THEN coalesce(about, ?1) ELSE ?1 END WHERE owner = ?2 AND sha256 IN (SELECT value FROM json_each(?3))",
      )
      .bind(about, owner, list),
  ];
}

/**
 * That an application of the same owner began after the one that named a file, and still may need it.
 * @param alive SQL
 */
const neededLater = (
  alive: string,
): string => `EXISTS (SELECT 1 FROM cases later JOIN cases first ON first.about = attachments.about
  WHERE later.owner = attachments.owner AND later.kind = 'application' AND later.about <> first.about AND later.created_at >= first.created_at AND ${alive})`;

/**
 * Lets the files of an application go that is cleared, and of those that its owner withdrew, in the transaction that
 * stores the step.
 */
export const prepareCleared = (db: D1Database, owner: string, about: string): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE attachments SET about = '-' WHERE owner = ?1
       AND (about = ?2 OR about IN (SELECT about FROM cases WHERE owner = ?1 AND kind = 'application' AND state IN ('withdrawn', 'cleared')))
       AND NOT ${neededLater("later.state NOT IN ('withdrawn', 'cleared')")}`,
    )
    .bind(owner, about);

/**
 * Lets the files of applications go that keys which nobody has named withdrew, or that were declined or cleared, before
 * an instant.
 */
export async function letGoBefore(db: D1Database, instant: number): Promise<void> {
  const sql = `UPDATE attachments SET about = '-' WHERE owner GLOB 'key:*'
    AND EXISTS (SELECT 1 FROM cases c WHERE c.about = attachments.about AND c.kind = 'application' AND c.state IN ('withdrawn', 'declined', 'cleared') AND c.updated_at < ?1)
    AND NOT ${neededLater("(later.state NOT IN ('withdrawn', 'declined', 'cleared') OR (later.state <> 'cleared' AND later.updated_at >= ?1))")}`;
  await db.prepare(sql).bind(instant).run();
}

/** Files that are to be deleted: those that no step named before an instant, and those that were let go. */
export async function selectUnused(
  db: D1Database,
  before: number,
  limit: number,
): Promise<{ owner: string; sha256: string }[]> {
  const sql =
    "SELECT owner, sha256 FROM attachments WHERE about = '-' UNION ALL SELECT owner, sha256 FROM attachments WHERE about IS NULL AND created_at < ? LIMIT ?";
  return (await db.prepare(sql).bind(before, limit).all<{ owner: string; sha256: string }>()).results;
}

/** Claims a file that no step names for deletion: from then on none can. @returns false when one does */
export async function claimUnnamed(db: D1Database, owner: string, sha256: string): Promise<boolean> {
  return (
    (
      await db
        .prepare("UPDATE attachments SET about = '-' WHERE owner = ? AND sha256 = ? AND (about IS NULL OR about = '-')")
        .bind(owner, sha256)
        .run()
    ).meta.changes > 0
  );
}

/** Deletes the line of a file that no case names. */
export async function deleteClaimed(db: D1Database, owner: string, sha256: string): Promise<void> {
  await db.prepare("DELETE FROM attachments WHERE owner = ? AND sha256 = ? AND about = '-'").bind(owner, sha256).run();
}

/** Stores a sealed file. */
export async function putAttachment(files: R2Bucket, owner: string, sha256: string, sealed: Uint8Array): Promise<void> {
  await files.put(keyOf(owner, sha256), sealed);
}

/** A sealed file; undefined where there is none. */
export async function getAttachment(
  files: R2Bucket,
  owner: string,
  sha256: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const object = await files.get(keyOf(owner, sha256));
  return object ? new Uint8Array(await object.arrayBuffer()) : undefined;
}

/** Deletes a stored file. */
export const deleteAttachment = (files: R2Bucket, owner: string, sha256: string): Promise<void> =>
  files.delete(keyOf(owner, sha256));

// Packs of photos: their table, the place of each row's photo in them, and the objects in R2, which hold ciphertext.

/** Where a ciphertext lies. */
export interface PhotoPlace {
  pack: number;
  offset: number;
  length: number;
}

export interface Pack {
  batch: string;
  pack: number;
}

/** R2's error for a range that begins behind the object's end (InvalidRange). */
const OUT_OF_RANGE = '(10039)';

const packKey = ({ batch, pack }: Pack): string => `photos/${batch}/${pack}`;

/** Announces the packs 0 … count − 1 of a batch, before any of them is written. */
export async function insertPendingPacks(db: D1Database, batch: string, count: number, now: number): Promise<void> {
  await db
    .prepare('INSERT INTO photo_packs (batch, pack, created_at) SELECT ?1, value, ?3 FROM json_each(?2)')
    .bind(batch, JSON.stringify(Array.from({ length: count }, (_, pack) => pack)), now)
    .run();
}

/**
 * Statements that keep a batch's packs and place its rows' photos, for the transaction that stores the batch. A pack
 * that was doomed meanwhile aborts it: NULL is no state.
 */
export function keepPhotos(
  db: D1Database,
  batch: string,
  places: readonly (PhotoPlace & { position: number })[],
): D1PreparedStatement[] {
  return [
    db.prepare("UPDATE photo_packs SET state = CASE state WHEN 'pending' THEN 'kept' END WHERE batch = ?").bind(batch),
    ...jsonChunks(places).map((chunk) =>
      db
        .prepare(
          `INSERT INTO photos (batch, position, pack, offset, length)
           SELECT ?1, value ->> 'position', value ->> 'pack', value ->> 'offset', value ->> 'length' FROM json_each(?2)`,
        )
        .bind(batch, chunk),
    ),
  ];
}

/** Marks the packs for deletion of a batch that was not stored. Kept ones stay: the batch was stored after all. */
export async function updateDoomed(db: D1Database, batch: string): Promise<void> {
  await db.prepare("UPDATE photo_packs SET state = 'doomed' WHERE batch = ? AND state = 'pending'").bind(batch).run();
}

/** Marks all packs for deletion that have waited for their batch since before an instant. */
export async function updateDoomedBefore(db: D1Database, instant: number): Promise<void> {
  await db
    .prepare("UPDATE photo_packs SET state = 'doomed' WHERE state = 'pending' AND created_at < ?")
    .bind(instant)
    .run();
}

/** Doomed packs, of one batch or of any. */
export async function selectDoomed(db: D1Database, limit: number, batch?: string): Promise<Pack[]> {
  const { results } = await db
    .prepare("SELECT batch, pack FROM photo_packs WHERE state = 'doomed' AND (?1 IS NULL OR batch = ?1) LIMIT ?2")
    .bind(batch ?? null, limit)
    .all<Pack>();
  return results;
}

/** Forgets packs whose objects were deleted. */
export async function deleteDoomed(db: D1Database, packs: readonly Pack[]): Promise<void> {
  await db
    .prepare(
      `DELETE FROM photo_packs WHERE state = 'doomed' AND (batch, pack) IN (SELECT value ->> 'batch', value ->> 'pack' FROM json_each(?))`,
    )
    .bind(JSON.stringify(packs))
    .run();
}

/** Where the photo of a row lies. */
export const selectPlace = (db: D1Database, batch: string, position: number): Promise<PhotoPlace | null> =>
  db
    .prepare('SELECT pack, offset, length FROM photos WHERE batch = ? AND position = ?')
    .bind(batch, position)
    .first<PhotoPlace>();

/** Where the photos of a stretch of rows lie, by position; rows without one are left out. */
export async function selectPlaces(
  db: D1Database,
  batch: string,
  from: number,
  to: number,
): Promise<Map<number, PhotoPlace>> {
  const { results } = await db
    .prepare('SELECT position, pack, offset, length FROM photos WHERE batch = ? AND position >= ? AND position < ?')
    .bind(batch, from, to)
    .all<PhotoPlace & { position: number }>();
  return new Map(results.map(({ position, ...place }) => [position, place]));
}

export async function putPack(files: R2Bucket, pack: Pack, bytes: Uint8Array): Promise<void> {
  await files.put(packKey(pack), bytes as never);
}

/** Deletes objects; those that are not there are no error. */
export async function deletePacks(files: R2Bucket, packs: readonly Pack[]): Promise<void> {
  await files.delete(packs.map(packKey));
}

/** Reads a stretch of a pack; undefined when the object or that stretch of it is not there. */
export async function getPart(
  files: R2Bucket,
  pack: Pack,
  { offset, length }: PhotoPlace,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const object = await files.get(packKey(pack), { range: { offset, length } });
    return object ? new Uint8Array(await object.arrayBuffer()) : undefined;
  } catch (error) {
    if (error instanceof Error && error.message.includes(OUT_OF_RANGE)) return undefined;
    throw error;
  }
}

// Signatures of printed certificates in R2, which are written once.

/** A kept signature as it was sealed; undefined where there is none. */
export const readSignature = async (files: R2Bucket, key: string): Promise<string | undefined> =>
  (await files.get(key))?.text();

/** Keeps a signature. @returns the one that is kept: another, when somebody else came first; `replace` replaces it */
export async function writeSignature(
  files: R2Bucket,
  key: string,
  signature: string,
  replace: boolean,
): Promise<string> {
  const put = await files.put(key, signature, replace ? {} : { onlyIf: { etagDoesNotMatch: '*' } });
  return put === null ? ((await readSignature(files, key)) ?? signature) : signature;
}
