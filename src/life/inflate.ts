/**
 * Owns inflating (RFC 1951) what strangers send: to exactly the size that was promised beforehand.
 * It refuses to go on once there is more: input is given in small pieces, because one of n bytes inflates to at most
 * 1,032 n, and a bomb is left after the first piece too many.
 */
import { Inflate } from 'fflate';

/** Bytes of input at a time: no more than 4 MB come out of it. */
const PIECE = 4096;

/** Inflates to `size` bytes; undefined when the data is broken, ends early, or holds fewer or more. */
export function inflateExactly(deflated: Uint8Array, size: number): Uint8Array<ArrayBuffer> | undefined {
  const out = new Uint8Array(size);
  let filled = 0;
  const inflate = new Inflate((bytes) => {
    if (filled + bytes.length <= size) out.set(bytes, filled);
    filled += bytes.length;
  });
  try {
    for (let at = 0; at < deflated.length && filled <= size; at += PIECE) inflate.push(deflated.subarray(at, at + PIECE), at + PIECE >= deflated.length);
  } catch (error) {
    // fflate's errors about data have a number; anything else is a defect.
    if (typeof (error as { code?: unknown }).code === 'number') return undefined;
    throw error;
  }
  return filled === size && deflated.length > 0 ? out : undefined;
}
