/**
 * A candidate's photo: a one-inch portrait (25 × 35 mm, 人社鉴发〔2019〕2号), JPEG or PNG by content, that goes into a PDF
 * byte for byte. Nothing is re-encoded and no metadata stripped: the digest that centres approve is of the uploaded
 * bytes, so that whoever has the file can compare it. Below: whose photo it is.
 */

import { sha256, toBase64url } from '../../base/bytes.ts';
import { Refusal } from '../../base/refusal.ts';
import { hasAllPixels, isJpeg, isPng, type JpegImage, type PngImage, readJpeg, readPng } from '../../formats/image.ts';
import { type ArchiveLimits, openArchive } from '../../formats/zip-read.ts';
import { normalizeIdNumber, parseIdType } from '../person.ts';
import type { Fault } from './faults.ts';
import type { RawRow } from './row.ts';
import { type Flaw, flaw, type Read, toFault } from './row-values.ts';
import { MAX_ROWS } from './rows.ts';

/** A photo as a PDF embeds it: `data` of a JPEG under DCTDecode, of a PNG under FlateDecode with /Predictor 15. */
export type PhotoImage = JpegImage | PngImage;

/** Bytes of a file. */
const LEAST_BYTES = 1024;
const MOST_BYTES = 200 * 1024;

/** Pixels: 150 × 210 are 152 dpi on 25 × 35 mm; one inch at 300 dpi is 295 × 413. */
const LEAST = { width: 150, height: 210 };
const MOST = { width: 1000, height: 1400 };
const RATIO = 25 / 35;
const TOLERANCE = 0.02;

function read(bytes: Uint8Array): Read<PhotoImage> {
  const found = isJpeg(bytes) ? readJpeg(bytes) : isPng(bytes) ? readPng(bytes) : { flaw: 'type' as const };
  return 'flaw' in found ? flaw(`photo_${found.flaw}`) : found;
}

/** The flaw of a file's size; also for files that were not read because of it. */
function flawOfSize(bytes: number): Flaw | undefined {
  if (bytes >= LEAST_BYTES && bytes <= MOST_BYTES) return undefined;
  return flaw('photo_size', { found: (bytes / 1024).toFixed(1), least: LEAST_BYTES / 1024, most: MOST_BYTES / 1024 });
}

/** Judges a photo: the first flaw, or the image. */
export function checkPhoto(bytes: Uint8Array): Read<PhotoImage> {
  const size = flawOfSize(bytes.length);
  if (size) return size;
  const result = read(bytes);
  if ('flaw' in result) return result;
  const { width, height } = result.value;
  if (width < LEAST.width || height < LEAST.height || width > MOST.width || height > MOST.height)
    return flaw('photo_dimensions', { width, height });
  if (Math.abs(width / height / RATIO - 1) > TOLERANCE) return flaw('photo_ratio', { width, height });
  // Last, because only now is it known that there are few pixels.
  if (result.value.kind === 'png' && !hasAllPixels(result.value)) return flaw('photo_damaged');
  return result;
}

/**
 * A photo that was accepted before, ready for a PDF.
 * @throws Refusal `photo_unusable` for any other bytes
 */
export function imageOf(bytes: Uint8Array): PhotoImage {
  const result = read(bytes);
  if ('flaw' in result)
    throw new Refusal('photo_unusable', 'These bytes are no photo that was ever accepted.', { part: result.flaw });
  return result.value;
}

/** The media type of a photo. */
export const photoType = (bytes: Uint8Array): 'image/jpeg' | 'image/png' => (isPng(bytes) ? 'image/png' : 'image/jpeg');

// Whose photo is whose: photos from an archive, named by ID number, and photos inside JSON candidates, matched with the
// persons of a batch. A person who stands in several rows has one photo for all of them; a row without one is no fault.

/** A photo that was checked. The bytes are not kept: a batch has more of them than fit into memory twice. */
export interface Photo {
  /** SHA-256 of the bytes, base64url. */
  digest: string;
  size: number;
  read(): Uint8Array;
}

/** A photo as it was submitted. */
export interface GivenPhoto {
  /** The row that it stood in; otherwise `number` says whose it is. */
  row?: number;
  /** Normalised document number in the file's name. */
  number?: string;
  /** The file's name in the archive: personal data, told to the uploader alone. */
  file?: string;
  size: number;
  /** Why it is no photo, if that shows without its bytes. */
  flaw?: Flaw;
  read(): Uint8Array;
}

/** Photos inflate hardly at all: an archive that passes as a body and holds more than this is no archive of photos. */
const PHOTO_ARCHIVE: ArchiveLimits = { files: MAX_ROWS, each: MOST_BYTES, total: 100_000_000 };

/** .jfif is what browsers on Windows call some JPEGs. */
const IMAGE_NAME = /^(.+)\.(?:jpe?g|jfif|png)$/i;

/**
 * The photos of an archive.
 * @throws Refusal `archive_empty` and what openArchive throws
 */
export function photosOfArchive(bytes: Uint8Array): GivenPhoto[] {
  const files = openArchive(bytes, PHOTO_ARCHIVE);
  if (files.length === 0) throw new Refusal('archive_empty', 'The archive has no photos.');
  return files.map(({ name, base, size, read }): GivenPhoto => {
    const [, stem] = IMAGE_NAME.exec(base.normalize('NFKC')) ?? [];
    return {
      file: name,
      size,
      read,
      ...(stem === undefined ? { flaw: flaw('photo_name') } : { number: normalizeIdNumber(stem) }),
    };
  });
}

/** Characters of a data URL before its base64, and line breaks of wrapped base64. */
const SLACK = 8192;

function decodePhoto(value: unknown): Read<Uint8Array> {
  if (typeof value !== 'string') return flaw('photo_encoding');
  if (value.length > (MOST_BYTES * 4) / 3 + SLACK)
    return flawOfSize(Math.floor((value.length * 3) / 4)) ?? flaw('photo_encoding');
  const text = value
    .replace(/^data:image\/[a-z.+-]+;base64,/i, '')
    .replace(/\s+/g, '')
    .replace(/-/g, '+')
    .replace(/_/g, '/')
    .replace(/={0,2}$/, '');
  if (!/^[A-Za-z0-9+/]+$/.test(text) || text.length % 4 === 1) return flaw('photo_encoding');
  return { value: Uint8Array.from(atob(text), (character) => character.charCodeAt(0)) };
}

/** Takes the field `photo` out of JSON candidates. */
export function photosOfRows(raw: readonly RawRow[]): { rows: RawRow[]; photos: GivenPhoto[] } {
  const photos: GivenPhoto[] = [];
  const rows = raw.map((one): RawRow => {
    if (!Object.hasOwn(one.values, 'photo')) return one;
    const { photo, ...values } = one.values;
    if (photo !== null && photo !== '') {
      const read = decodePhoto(photo);
      if ('flaw' in read) photos.push({ row: one.row, size: 0, flaw: read, read: () => new Uint8Array() });
      else photos.push({ row: one.row, size: read.value.length, read: () => read.value });
    }
    return { ...one, values };
  });
  return { rows, photos };
}

interface Person {
  rows: number[];
  photo?: Photo;
}

const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

/**
 * The persons of a batch, by row and by document number. Their rows may have faults: a photo is matched all the same.
 */
function personsOf(raw: readonly RawRow[]): { byRow: Map<number, Person>; byNumber: Map<string, Person[]> } {
  const persons = new Map<string, Person>();
  const byRow = new Map<number, Person>();
  const byNumber = new Map<string, Person[]>();
  for (const { row, values } of raw) {
    const number = normalizeIdNumber(textOf(values.id_number));
    const type = textOf(values.id_type);
    // A row without a number is a person of its own.
    const key = number === '' ? `row ${row}` : `${parseIdType(type) ?? type} ${number}`;
    const known = persons.get(key);
    const person = known ?? { rows: [] };
    if (!known) {
      persons.set(key, person);
      const same = byNumber.get(number);
      if (same) same.push(person);
      else if (number !== '') byNumber.set(number, [person]);
    }
    person.rows.push(row);
    byRow.set(row, person);
  }
  return { byRow, byNumber };
}

async function checked(given: GivenPhoto): Promise<Read<Photo>> {
  const known = given.flaw ?? flawOfSize(given.size);
  if (known) return known;
  const bytes = given.read();
  const result = checkPhoto(bytes);
  if ('flaw' in result) return result;
  return {
    value: {
      digest: toBase64url(await sha256(bytes as Uint8Array<ArrayBuffer>)),
      size: bytes.length,
      read: given.read,
    },
  };
}

/**
 * Checks all photos and gives each row its own.
 * @returns `photos` by row; they are the batch's only if `faults` is empty. A fault of a photo that is nobody's has row
 *   0
 */
export async function matchPhotos(
  raw: readonly RawRow[],
  given: readonly GivenPhoto[],
): Promise<{ photos: Map<number, Photo>; faults: Fault[] }> {
  const faults: Fault[] = [];
  const photos = new Map<number, Photo>();
  if (given.length === 0) return { photos, faults };
  const { byRow, byNumber } = personsOf(raw);
  for (const one of given) {
    const owners = one.row === undefined ? (byNumber.get(one.number ?? '') ?? []) : [byRow.get(one.row) as Person];
    const owner = owners[0];
    const report = (what: Flaw) =>
      faults.push({
        ...toFault(one.row ?? owner?.rows[0] ?? 0, 'photo', what),
        ...(one.file === undefined ? {} : { file: one.file }),
      });
    if (one.flaw) report(one.flaw);
    else if (!owner) report(flaw('photo_without_row'));
    else if (owners.length > 1) report(flaw('photo_ambiguous'));
    else {
      const result = await checked(one);
      if ('flaw' in result) report(result);
      else if (owner.photo && owner.photo.digest !== result.value.digest) report(flaw('photo_repeated'));
      else owner.photo ??= result.value;
    }
  }
  for (const [row, { photo }] of byRow) if (photo) photos.set(row, photo);
  return { photos, faults };
}
