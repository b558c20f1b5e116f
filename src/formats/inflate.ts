/**
 * Owns inflating (RFC 1951) what strangers send in archives and pictures: to exactly the size that was promised beforehand,
 * by the decoder of pdf-read, whose cost is linear in what goes in and comes out (fflate's is not: see there).
 * It refuses nothing by throwing: broken data, and data of another size, are `undefined`.
 */

import { isRefusal } from '../base/refusal.ts';
import { inflateRaw } from './pdf-read/flate.ts';
import { Budget } from './pdf-read/limits.ts';

/** Inflates to `size` bytes; undefined when the data is broken, ends early, or holds fewer or more. */
export function inflateExactly(deflated: Uint8Array, size: number): Uint8Array<ArrayBuffer> | undefined {
  try {
    const bytes = inflateRaw(deflated, new Budget(), size);
    return bytes.length === size ? (bytes as Uint8Array<ArrayBuffer>) : undefined;
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

/**
 * Owns the checksums of file formats, which no hash function replaces: CRC-32 (ISO 3309, in ZIP and PNG) and Adler-32
 * (RFC 1950, in zlib). They find damage; against forgery they are no help.
 */

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 as an unsigned number. */
export function crc32(bytes: Uint8Array): number {
  let value = 0xffff_ffff;
  for (let i = 0; i < bytes.length; i++)
    value = (value >>> 8) ^ (TABLE[(value ^ (bytes[i] as number)) & 255] as number);
  return ~value >>> 0;
}

/** Adler-32 as an unsigned number. */
export function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (let at = 0; at < bytes.length; ) {
    // 3,800 bytes cannot overflow 32 bits, so that the division is done rarely.
    for (const end = Math.min(at + 3800, bytes.length); at < end; at++) b += a += bytes[at] as number;
    a %= 65_521;
    b %= 65_521;
  }
  return ((b << 16) | a) >>> 0;
}
