/**
 * Owns the structure of a PNG (ISO/IEC 15948): its chunks and their checksums, as far as a PDF needs it to embed the
 * compressed pixels as they are (FlateDecode with PNG predictors).
 * It refuses what a PDF cannot take so (interlaced, other than 8 bits, transparency), critical chunks that nobody
 * knows, a picture that is upright only by an Exif mark, and pixels that are not exactly as many as the header says.
 */

import { concat } from '../../base/bytes.ts';
import { type Flaw, flaw, type Read } from '../../core/rows/row-values.ts';
import { adler32, crc32 } from '../checksum.ts';
import { inflateExactly } from '../inflate.ts';
import { orientationOf } from './jpeg.ts';

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
  if (header?.type !== 'IHDR' || header.data.length !== 13) return flaw('photo_damaged');
  const view = new DataView(header.data.buffer, header.data.byteOffset, 13);
  const [depth, colour, compression, filter, interlace] = header.data.subarray(8) as unknown as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (colour === 4 || colour === 6) return flaw('photo_transparent');
  if (depth !== 8 || interlace !== 0) return flaw('photo_type');
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  if (![GREY, RGB, PALETTE].includes(colour) || compression !== 0 || filter !== 0 || width === 0 || height === 0)
    return flaw('photo_damaged');
  return { width, height, colour };
}

/** Reads the structure; the pixels are not inflated. */
export function readPng(bytes: Uint8Array): Read<PngImage> {
  const chunks = chunksOf(bytes);
  if (!chunks) return flaw('photo_damaged');
  const header = readHeader(chunks[0]);
  if ('flaw' in header) return header;
  const { width, height, colour } = header;
  const all = (type: string) => chunks.filter((chunk) => chunk.type === type);
  if (all('tRNS').length > 0) return flaw('photo_transparent');
  if (all('eXIf').some(({ data }) => orientationOf(data) !== 1)) return flaw('photo_turned');
  const [idat, plte] = [all('IDAT'), all('PLTE')];
  const first = chunks.findIndex(({ type }) => type === 'IDAT');
  const consecutive = idat.length > 0 && chunks.slice(first, first + idat.length).every(({ type }) => type === 'IDAT');
  // An upper-case first letter says that the picture cannot be shown without the chunk.
  const known = chunks.every(({ type }) => /^[a-z]|^(?:IHDR|PLTE|IDAT|IEND)$/.test(type));
  const ended = chunks.at(-1)?.type === 'IEND' && chunks.at(-1)?.data.length === 0;
  const once = all('IHDR').length === 1 && all('IEND').length === 1 && plte.length <= 1;
  if (!consecutive || !known || !ended || !once) return flaw('photo_damaged');
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
    return flaw('photo_damaged');
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
