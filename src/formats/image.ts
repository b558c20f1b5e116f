/**
 * JPEG (ITU-T T.81) and PNG (ISO/IEC 15948) as far as a PDF needs them to embed the file as it is: sizes, structure,
 * checksums. Pixels of a JPEG are not decoded. What PDF readers do not all draw is a flaw.
 */
import { concat } from '../base/bytes.ts';
import { adler32, crc32, inflateExactly } from './inflate.ts';

/**
 * Why a picture is not taken. `type`: of a kind that PDF readers do not all draw; `turned`: upright only by an Exif
 * mark.
 */
type PictureFlaw = 'type' | 'damaged' | 'colour' | 'turned' | 'transparent';
interface Flaw {
  flaw: PictureFlaw;
}
type Read<Image> = { value: Image } | Flaw;
const flaw = (code: PictureFlaw): Flaw => ({ flaw: code });

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
  if (marker !== BASELINE && marker !== PROGRESSIVE) return flaw('type');
  const [precision = 0, h1 = 0, h0 = 0, w1 = 0, w0 = 0, count = 0] = segment;
  if (segment.length !== 6 + 3 * count) return flaw('damaged');
  if (count === 4) return flaw('colour');
  if (precision !== 8 || (count !== 1 && count !== 3)) return flaw('type');
  const ids = new Set(Array.from({ length: count }, (_, i) => segment[6 + 3 * i] as number));
  const [width, height] = [(w1 << 8) | w0, (h1 << 8) | h0];
  return width > 0 && height > 0 && ids.size === count ? { width, height, ids } : flaw('damaged');
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
    if (bytes[at] !== 0xff) return flaw('damaged');
    // Any number of FF may stand before a marker (B.1.1.2).
    while (bytes[at] === 0xff) at++;
    const marker = bytes[at++] ?? 0;
    if (marker === EOI) {
      if (!frame || scans === 0 || missing.size > 0 || at !== bytes.length) return flaw('damaged');
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
    if (marker < 0xc0 || marker === SOI || isRestart(marker)) return flaw('damaged');
    const length = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    if (length < 2 || at + length > bytes.length) return flaw('damaged');
    const segment = bytes.subarray(at + 2, at + length);
    at += length;
    if (isFrame(marker)) {
      const read = readFrame(marker, segment);
      if ('flaw' in read) return read;
      if (frame) return flaw('damaged');
      frame = read;
      missing = new Set(frame.ids);
    } else if (marker === APP1) {
      if (isTurned(segment)) return flaw('turned');
    } else if (marker === SOS) {
      if (!frame || !readScan(segment, frame, missing)) return flaw('damaged');
      scans++;
      const end = endOfData(bytes, at);
      if (end === at) return flaw('damaged');
      at = end;
    }
  }
  return flaw('damaged');
}

const ORIENTATION = 0x0112;
const SHORT = 3;

/** The orientation that a TIFF structure gives: 1 is upright, 2–8 turned or mirrored; 1 when it gives none. */
function orientationOf(tiff: Uint8Array): number {
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

// PNG: the compressed pixels go into a PDF as they are (FlateDecode with PNG predictors).

export interface PngImage {
  kind: 'png';
  width: number;
  height: number;
  /** 1 grey or palette, 3 colour: bytes of a pixel. */
  components: 1 | 3;
  /** The pixels as zlib data (RFC 1950), rows with PNG filters: all IDAT chunks. */
  data: Uint8Array;
  /** Three bytes an entry; only where pixels are indexes. */
  palette?: Uint8Array;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
export const isPng = (bytes: Uint8Array): boolean => SIGNATURE.every((byte, i) => bytes[i] === byte);

const GREY = 0;
const RGB = 2;
const PALETTE = 3;

interface Chunk {
  type: string;
  data: Uint8Array;
}

/** Splits into chunks, each whole and with its right checksum; undefined otherwise. */
function chunksOf(bytes: Uint8Array): Chunk[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE.length; at < bytes.length; ) {
    if (at + 12 > bytes.length) return undefined;
    const length = view.getUint32(at);
    const end = at + 8 + length;
    if (end + 4 > bytes.length || crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end)) return undefined;
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (!/^[A-Za-z]{4}$/.test(type)) return undefined;
    chunks.push({ type, data: bytes.subarray(at + 8, end) });
    at = end + 4;
  }
  return chunks;
}

function readHeader(header: Chunk | undefined): { width: number; height: number; colour: number } | Flaw {
  if (header?.type !== 'IHDR' || header.data.length !== 13) return flaw('damaged');
  const view = new DataView(header.data.buffer, header.data.byteOffset, 13);
  const [depth, colour, compression, filter, interlace] = header.data.subarray(8) as unknown as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (colour === 4 || colour === 6) return flaw('transparent');
  if (depth !== 8 || interlace !== 0) return flaw('type');
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  if (![GREY, RGB, PALETTE].includes(colour) || compression !== 0 || filter !== 0 || width === 0 || height === 0)
    return flaw('damaged');
  return { width, height, colour };
}

/** Reads the structure; the pixels are not inflated. */
export function readPng(bytes: Uint8Array): Read<PngImage> {
  const chunks = chunksOf(bytes);
  if (!chunks) return flaw('damaged');
  const header = readHeader(chunks[0]);
  if ('flaw' in header) return header;
  const { width, height, colour } = header;
  const all = (type: string) => chunks.filter((chunk) => chunk.type === type);
  if (all('tRNS').length > 0) return flaw('transparent');
  if (all('eXIf').some(({ data }) => orientationOf(data) !== 1)) return flaw('turned');
  const [idat, plte] = [all('IDAT'), all('PLTE')];
  const first = chunks.findIndex(({ type }) => type === 'IDAT');
  const consecutive = idat.length > 0 && chunks.slice(first, first + idat.length).every(({ type }) => type === 'IDAT');
  // An upper-case first letter says that the picture cannot be shown without the chunk.
  const known = chunks.every(({ type }) => /^[a-z]|^(?:IHDR|PLTE|IDAT|IEND)$/.test(type));
  const ended = chunks.at(-1)?.type === 'IEND' && chunks.at(-1)?.data.length === 0;
  const once = all('IHDR').length === 1 && all('IEND').length === 1 && plte.length <= 1;
  if (!consecutive || !known || !ended || !once) return flaw('damaged');
  const image = {
    kind: 'png' as const,
    width,
    height,
    components: colour === RGB ? (3 as const) : (1 as const),
    data: idat.length === 1 ? (idat[0] as Chunk).data : concat(...idat.map(({ data }) => data)),
  };
  if (colour !== PALETTE) return { value: image };
  const palette = plte[0]?.data ?? new Uint8Array();
  if (
    palette.length === 0 ||
    palette.length % 3 !== 0 ||
    palette.length > 768 ||
    chunks.findIndex(({ type }) => type === 'PLTE') > first
  )
    return flaw('damaged');
  return { value: { ...image, palette } };
}

/** Whether the pixels inflate to exactly what the header says, in rows whose filters exist. */
export function hasAllPixels({ width, height, components, data }: PngImage): boolean {
  const [method = 0, flags = 0] = data;
  // RFC 1950 §2.2: deflate with a window of at most 32 KB, a header check, no preset dictionary.
  if (
    (method & 15) !== 8 ||
    method >> 4 > 7 ||
    ((method << 8) | flags) % 31 !== 0 ||
    (flags & 32) !== 0 ||
    data.length < 7
  )
    return false;
  const stride = 1 + width * components;
  const pixels = inflateExactly(data.subarray(2, -4), height * stride);
  if (!pixels || adler32(pixels) !== new DataView(data.buffer, data.byteOffset + data.length - 4, 4).getUint32(0))
    return false;
  for (let at = 0; at < pixels.length; at += stride) if ((pixels[at] as number) > 4) return false;
  return true;
}
