/**
 * A candidate's photo: a one-inch portrait (25 × 35 mm, 人社鉴发〔2019〕2号), JPEG or PNG by content, that goes into a PDF
 * byte for byte. Nothing is re-encoded and no metadata stripped: the digest that centres approve is of the uploaded
 * bytes, so that whoever has the file can compare it. Whose photo it is: row-photos.ts.
 */
import { Refusal } from '../base/refusal.ts';
import { hasAllPixels, isJpeg, isPng, type JpegImage, type PngImage, readJpeg, readPng } from '../formats/image.ts';
import { type Flaw, flaw, type Read } from './rows/row-values.ts';

/** A photo as a PDF embeds it: `data` of a JPEG under DCTDecode, of a PNG under FlateDecode with /Predictor 15. */
export type PhotoImage = JpegImage | PngImage;

/** Bytes of a file. */
const LEAST_BYTES = 1024;
export const MOST_BYTES = 200 * 1024;

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
export function flawOfSize(bytes: number): Flaw | undefined {
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
