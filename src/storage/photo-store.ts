/** Packs of photos: their table, the place of each row's photo in them, and the objects in R2, which hold ciphertext. */

import { type D1Database, type D1PreparedStatement, jsonChunks, type R2Bucket } from './database.ts';

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

const keyOf = ({ batch, pack }: Pack): string => `photos/${batch}/${pack}`;

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

/** Dooms the packs of a batch that was not stored. Kept ones stay: the batch was stored after all. */
export async function updateDoomed(db: D1Database, batch: string): Promise<void> {
  await db.prepare("UPDATE photo_packs SET state = 'doomed' WHERE batch = ? AND state = 'pending'").bind(batch).run();
}

/** Dooms all packs that have waited for their batch since before an instant. */
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
  await files.put(keyOf(pack), bytes as never);
}

/** Deletes objects; those that are not there are no error. */
export async function deletePacks(files: R2Bucket, packs: readonly Pack[]): Promise<void> {
  await files.delete(packs.map(keyOf));
}

/** Reads a stretch of a pack; undefined when the object or that stretch of it is not there. */
export async function getPart(
  files: R2Bucket,
  pack: Pack,
  { offset, length }: PhotoPlace,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const object = await files.get(keyOf(pack), { range: { offset, length } });
    return object ? new Uint8Array(await object.arrayBuffer()) : undefined;
  } catch (error) {
    if (error instanceof Error && error.message.includes(OUT_OF_RANGE)) return undefined;
    throw error;
  }
}
