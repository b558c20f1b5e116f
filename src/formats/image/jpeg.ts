/**
 * Owns the structure of a JPEG (ITU-T T.81): the walk over its markers from SOI to EOI, as far as a PDF needs it to
 * embed the file as it is (DCTDecode). Pixels are not decoded.
 * It refuses what PDF readers do not all draw (arithmetic coding, lossless, 12 bits, CMYK), a picture that is upright
 * only by an Exif mark, a file that ends early, and anything behind the picture.
 */
import { type Flaw, flaw, type Read } from '../../core/rows/row-values.ts';

export interface JpegImage {
  kind: 'jpeg';
  width: number;
  height: number;
  /** 1 grey, 3 colour. */
  components: 1 | 3;
  /** The whole file. */
  data: Uint8Array;
}

export const isJpeg = (bytes: Uint8Array): boolean => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP1 = 0xe1;
const BASELINE = 0xc0;
const PROGRESSIVE = 0xc2;

/** Start of a frame of any kind: C0–CF but for the tables DHT (C4), JPG (C8) and DAC (CC). */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
const isRestart = (marker: number): boolean => marker >= 0xd0 && marker <= 0xd7;

interface Frame {
  width: number;
  height: number;
  ids: Set<number>;
}

function readFrame(marker: number, segment: Uint8Array): Frame | Flaw {
  if (marker !== BASELINE && marker !== PROGRESSIVE) return flaw('photo_type');
  const [precision = 0, h1 = 0, h0 = 0, w1 = 0, w0 = 0, count = 0] = segment;
  if (segment.length !== 6 + 3 * count) return flaw('photo_damaged');
  if (count === 4) return flaw('photo_colour');
  if (precision !== 8 || (count !== 1 && count !== 3)) return flaw('photo_type');
  const ids = new Set(Array.from({ length: count }, (_, i) => segment[6 + 3 * i] as number));
  const [width, height] = [(w1 << 8) | w0, (h1 << 8) | h0];
  return width > 0 && height > 0 && ids.size === count ? { width, height, ids } : flaw('photo_damaged');
}

/** Whether a scan names components of the frame; those that it names are taken from `missing`. */
function readScan(segment: Uint8Array, { ids }: Frame, missing: Set<number>): boolean {
  const count = segment[0] ?? 0;
  if (count < 1 || segment.length !== 4 + 2 * count) return false;
  for (let i = 0; i < count; i++) {
    const id = segment[1 + 2 * i] as number;
    if (!ids.has(id)) return false;
    missing.delete(id);
  }
  return true;
}

/** Where the entropy-coded data that begins at `at` ends: at the next marker that is no restart. */
function endOfData(bytes: Uint8Array, at: number): number {
  for (let next = bytes.indexOf(0xff, at); next >= 0; next = bytes.indexOf(0xff, next + 1)) {
    const code = bytes[next + 1];
    if (code !== 0 && code !== 0xff && code !== undefined && !isRestart(code)) return next;
  }
  return bytes.length;
}

const EXIF = [0x45, 0x78, 0x69, 0x66, 0, 0];
const isTurned = (segment: Uint8Array): boolean =>
  EXIF.every((byte, i) => segment[i] === byte) && orientationOf(segment.subarray(EXIF.length)) !== 1;

/** Reads the structure: the frame's size, and that every component has a scan and the file ends with its picture. */
export function readJpeg(bytes: Uint8Array): Read<JpegImage> {
  let frame: Frame | undefined;
  let missing = new Set<number>();
  let scans = 0;
  for (let at = 2; at < bytes.length; ) {
    if (bytes[at] !== 0xff) return flaw('photo_damaged');
    // Any number of FF may stand before a marker (B.1.1.2).
    while (bytes[at] === 0xff) at++;
    const marker = bytes[at++] ?? 0;
    if (marker === EOI) {
      if (!frame || scans === 0 || missing.size > 0 || at !== bytes.length) return flaw('photo_damaged');
      return {
        value: {
          kind: 'jpeg',
          width: frame.width,
          height: frame.height,
          components: frame.ids.size as 1 | 3,
          data: bytes,
        },
      };
    }
    if (marker < 0xc0 || marker === SOI || isRestart(marker)) return flaw('photo_damaged');
    const length = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    if (length < 2 || at + length > bytes.length) return flaw('photo_damaged');
    const segment = bytes.subarray(at + 2, at + length);
    at += length;
    if (isFrame(marker)) {
      const read = readFrame(marker, segment);
      if ('flaw' in read) return read;
      if (frame) return flaw('photo_damaged');
      frame = read;
      missing = new Set(frame.ids);
    } else if (marker === APP1) {
      if (isTurned(segment)) return flaw('photo_turned');
    } else if (marker === SOS) {
      if (!frame || !readScan(segment, frame, missing)) return flaw('photo_damaged');
      scans++;
      const end = endOfData(bytes, at);
      if (end === at) return flaw('photo_damaged');
      at = end;
    }
  }
  return flaw('photo_damaged');
}

/**
 * Owns one value of Exif (a TIFF file inside a picture): the orientation, by which some programs turn a picture and
 * print does not. It refuses nothing: Exif that cannot be read turns no picture.
 */

const ORIENTATION = 0x0112;
const SHORT = 3;

/** The orientation that a TIFF structure gives: 1 is upright, 2–8 turned or mirrored; 1 when it gives none. */
export function orientationOf(tiff: Uint8Array): number {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  if (tiff.length < 8) return 1;
  const order = view.getUint16(0);
  const little = order === 0x4949;
  if ((!little && order !== 0x4d4d) || view.getUint16(2, little) !== 42) return 1;
  const start = view.getUint32(4, little);
  if (start + 2 > tiff.length) return 1;
  const entries = view.getUint16(start, little);
  for (let i = 0, at = start + 2; i < entries && at + 12 <= tiff.length; i++, at += 12) {
    if (view.getUint16(at, little) !== ORIENTATION || view.getUint16(at + 2, little) !== SHORT) continue;
    const value = view.getUint16(at + 8, little);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}
