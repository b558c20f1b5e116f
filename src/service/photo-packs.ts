/**
 * Photos at rest, encrypted in packs: written at upload, read back by row, deleted when their batch never came to be.
 *
 *   1. packs announced in D1 → 2. objects in R2 → 3. one transaction stores the batch and keeps the packs
 *
 * A crash after 1 or 2 leaves pending packs that nobody can read; after an hour the sweep deletes the object, then the
 * line. Only bytes whose digest the centres approved are shown.
 */

import { sha256, toBase64url } from '../base/bytes.ts';
import { isRefusal, Refusal } from '../base/refusal.ts';
import type { Photo } from '../core/rows/row-photos.ts';
import {
  deleteDoomed,
  deletePacks,
  getPart,
  insertPendingPacks,
  type Pack,
  type PhotoPlace,
  putPack,
  selectDoomed,
  selectPlace,
  updateDoomed,
  updateDoomedBefore,
} from '../storage/object-store.ts';
import { SEALED_BYTES } from '../storage/vault.ts';
import type { Service } from './service.ts';
import { attempt } from './service.ts';

/** Bytes of a pack, about: few requests to R2 for a batch, and one at a time in memory. */
const PACK_BYTES = 4_000_000;
/** Seconds after which a batch that is not there will not come. */
const PENDING_SECONDS = 3600;
/** Objects deleted in one sweep; R2 takes 1,000 in one call. */
const SWEEP = 500;

/** What binds a photo's ciphertext to its batch and to its own content. */
const photoPlace = (batch: string, digest: string): string => `batch:${batch}:photo:${digest}`;

/** Puts photos one behind the other into packs, each different one once. */
function planPacks(photos: Iterable<Photo>): { photos: Photo[]; size: number }[] {
  const packs: { photos: Photo[]; size: number }[] = [];
  for (const photo of new Map(Array.from(photos, (one) => [one.digest, one])).values()) {
    const size = photo.size + SEALED_BYTES;
    let pack = packs.at(-1);
    if (!pack || pack.size + size > PACK_BYTES) packs.push((pack = { photos: [], size: 0 }));
    pack.photos.push(photo);
    pack.size += size;
  }
  return packs;
}

/**
 * Writes the photos of a batch that is about to be stored. Whatever fails, here or afterwards: `discardPhotos`.
 * @returns the place of each digest
 */
export async function storePhotos(
  service: Service,
  batch: string,
  photos: Iterable<Photo>,
): Promise<Map<string, PhotoPlace>> {
  const places = new Map<string, PhotoPlace>();
  const packs = planPacks(photos);
  if (packs.length === 0) return places;
  // A crash after this leaves lines of objects that are not there: deleting what is not there is no error.
  await insertPendingPacks(service.db, batch, packs.length, service.now());
  for (const [pack, planned] of packs.entries()) {
    const bytes = new Uint8Array(planned.size);
    let offset = 0;
    for (const photo of planned.photos) {
      const sealed = await service.vault.sealBytes(photoPlace(batch, photo.digest), photo.read());
      bytes.set(sealed, offset);
      places.set(photo.digest, { pack, offset, length: sealed.length });
      offset += sealed.length;
    }
    // A crash after this leaves an object that its line names.
    await putPack(service.files, { batch, pack }, bytes);
  }
  return places;
}

/** Deletes doomed objects, then their lines: a crash in between leaves lines for the next sweep. */
async function deleteSome(service: Service, batch?: string): Promise<number> {
  const packs = await selectDoomed(service.db, SWEEP, batch);
  if (packs.length === 0) return 0;
  const deleteThese = async (these: readonly Pack[]) => {
    await deletePacks(service.files, these);
    await deleteDoomed(service.db, these);
  };
  try {
    await deleteThese(packs);
    return packs.length;
  } catch (error) {
    if (packs.length === 1) throw error;
    // One that cannot be deleted keeps none of the others.
    let done = 0;
    for (const one of packs)
      if (await attempt('photos', { batch: one.batch, pack: one.pack }, () => deleteThese([one]))) done++;
    if (done === 0) throw error;
    return done;
  }
}

/** Deletes at once what was written for a batch that was not stored; nothing if it was. */
export async function discardPhotos(service: Service, batch: string): Promise<void> {
  await updateDoomed(service.db, batch);
  await deleteSome(service, batch);
}

/** The cron sweep: deletes packs whose batch did not come within an hour. @returns how many */
export async function sweepPhotos(service: Service): Promise<number> {
  await updateDoomedBefore(service.db, service.now() - PENDING_SECONDS);
  return deleteSome(service);
}

const differs = () =>
  new Refusal('photo_differs', 'The stored photo is missing, or is not the one that the centres approved.', {
    part: 'photo',
  });

/**
 * The photo of a row, as it was uploaded; `place` says where it lies; without it D1 is asked.
 * @param digest SHA-256, base64url, from the row's signed disclosure
 * @throws Refusal `photo_differs` when anything but that very file is stored
 */
export async function readPhoto(
  service: Service,
  row: { batch: string; position: number; place?: (() => Promise<PhotoPlace | null>) | undefined },
  digest: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const { batch, position } = row;
  const place = await (row.place ? row.place() : selectPlace(service.db, batch, position));
  const sealed = place && (await getPart(service.files, { batch, pack: place.pack }, place));
  if (!sealed) throw differs();
  try {
    const bytes = await service.vault.openBytes(photoPlace(batch, digest), sealed);
    if (toBase64url(await sha256(bytes)) === digest) return bytes;
  } catch (error) {
    if (!isRefusal(error, 'ciphertext_wrong')) throw error;
  }
  throw differs();
}
