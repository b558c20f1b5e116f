/**
 * Owns what an upload of results consists of: candidate rows, from a file or as JSON, and photos, from an archive or
 * inside the candidates. Nothing is judged here but the form.
 * It refuses other content types, other fields, and bodies beyond their limits, saying how to send more.
 */
import type { Context } from 'hono';
import * as v from 'valibot';
import { encodeUtf8, sha256, toBase64url } from '../base/bytes.ts';
import { Refusal } from '../base/refusal.ts';
import { FILE_TYPES, readRows as readTable } from '../core/rows/row-file.ts';
import { type GivenPhoto, photosOfArchive, photosOfRows } from '../core/rows/row-photos.ts';
import { type RawRow, readCandidates } from '../core/rows/rows.ts';
import { LIMITS, parseJson, readBytes, readForm, readShape, requireType } from '../http/body.ts';

export interface Intake {
  rows: RawRow[];
  /** Columns of the file that were not used. */
  ignored: string[];
  photos: GivenPhoto[];
  /** Digest of what was sent, whatever the boundary of a form: tells whether an Idempotency-Key comes with the same. */
  digest: string;
}

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'multipart/form-data';

const CANDIDATES = v.object({
  candidates: v.array(v.unknown()),
  plan: v.optional(v.pipe(v.string(), v.maxLength(100))),
});

const TO_FORM = `Send photos as ${FORM_TYPE}, up to ${LIMITS.photos} bytes, or split the batch.`;
const TO_SPLIT = 'Split the batch, or make the photos smaller: one inch is 295 × 413 pixels.';

/** The one place where the bytes of a file of rows become rows. */
function readFile(bytes: Uint8Array): { rows: RawRow[]; ignored: string[] } {
  return readTable(bytes);
}

function readRows(bytes: Uint8Array, isJson: boolean): Pick<Intake, 'rows' | 'ignored' | 'photos'> {
  if (!isJson) return { ...readFile(bytes), photos: [] };
  return { ...photosOfRows(readCandidates(readShape(parseJson(bytes), CANDIDATES).candidates)), ignored: [] };
}

/** A form's file of rows is JSON when it says so or begins like it. */
const looksLikeJson = (bytes: Uint8Array): boolean =>
  /^(?:\u00ef\u00bb\u00bf)?\s*[{[]/.test(String.fromCharCode(...bytes.subarray(0, 64)));

const digestOf = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> => toBase64url(await sha256(bytes));

async function readFormIntake(c: Context): Promise<Intake> {
  const form = readForm(await readBytes(c, LIMITS.photos, TO_SPLIT), c.req.header('content-type') ?? '', [
    'rows',
    'photos',
  ]);
  const [rows, archive] = [form.get('rows'), form.get('photos')];
  if (!rows)
    throw new Refusal('body_malformed', 'The form has no field rows with the file of candidates.', { part: 'rows' });
  if (rows.bytes.length > LIMITS.batch)
    throw new Refusal(
      'body_too_large',
      `The file of candidates has more than ${LIMITS.batch} bytes; split the batch.`,
      { limit: LIMITS.batch },
    );
  const read = readRows(rows.bytes, rows.type === JSON_TYPE || looksLikeJson(rows.bytes));
  const digest = await digestOf(
    encodeUtf8(`rows ${await digestOf(rows.bytes)} photos ${archive ? await digestOf(archive.bytes) : ''}`),
  );
  return { ...read, photos: [...read.photos, ...(archive ? photosOfArchive(archive.bytes) : [])], digest };
}

/** Reads the body of an upload. */
export async function readIntake(c: Context): Promise<Intake> {
  const type = requireType(c, [JSON_TYPE, ...FILE_TYPES, FORM_TYPE]);
  if (type === FORM_TYPE) return readFormIntake(c);
  const bytes = await readBytes(c, LIMITS.batch, TO_FORM);
  return { ...readRows(bytes, type === JSON_TYPE), digest: await digestOf(bytes) };
}
