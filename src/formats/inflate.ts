/**
 * DEFLATE (RFC 1951) that strangers compressed, by pako, and the checksums that stand beside it in ZIP, PNG and zlib.
 * Not by fflate, which fills a table of 32,768 entries for each block: 31 bytes cost it 26 ms, and 5 MB more than an
 * hour.
 */
import { Z_BLOCK, Z_OK, Z_STREAM_END, ZStream, zlibInflate, zlibInflateInit2 } from 'pako3';

/** Bytes that one step may give out. */
const STEP = 16_384;

/** Steps of one file in an archive: a block may be a dozen bytes long, and each takes some microseconds. */
const MOST_STEPS = 65_536;

/**
 * Inflates bare DEFLATE step by step. What follows its end is not looked at.
 * @param take gets what a step gave out, valid until the next one: the end of a block, or 16 KB. It ends the work by
 * returning false or by throwing
 * @returns whether the data is whole
 */
export function inflateSteps(deflated: Uint8Array, take: (bytes: Uint8Array) => boolean): boolean {
  const stream = new ZStream();
  zlibInflateInit2(stream, -15);
  stream.input = deflated;
  stream.avail_in = deflated.length;
  stream.output = new Uint8Array(STEP);
  for (;;) {
    stream.next_out = 0;
    stream.avail_out = STEP;
    const status = zlibInflate(stream, Z_BLOCK);
    if (!take(stream.output.subarray(0, stream.next_out))) return false;
    if (status !== Z_OK) return status === Z_STREAM_END;
  }
}

/** Inflates to `size` bytes; undefined where the data is broken, ends early, or holds fewer or more. */
export function inflateExactly(deflated: Uint8Array, size: number): Uint8Array<ArrayBuffer> | undefined {
  const found = new Uint8Array(size);
  let [length, steps] = [0, 0];
  const whole = inflateSteps(deflated, (bytes) => {
    if (length + bytes.length > size || ++steps > MOST_STEPS) return false;
    found.set(bytes, length);
    length += bytes.length;
    return true;
  });
  return whole && length === size ? found : undefined;
}

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
