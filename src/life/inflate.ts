/**
 * Owns inflating (RFC 1951) what strangers send: to exactly the size that was promised beforehand, and never into more
 * memory than that asks for. n bytes inflate to at most 1,032 n, so that the time is bounded too.
 */
import { Inflate, inflateSync } from 'fflate';

/** fflate's errors about data have a number, and a copy beyond the end is a RangeError; anything else is a defect. */
function requireFault(error: unknown): undefined {
  if (typeof (error as { code?: unknown }).code === 'number' || error instanceof RangeError) return undefined;
  throw error;
}

/**
 * Inflates in one go, with the least memory. What is beyond `size` is decoded but goes nowhere: 2 s for a bomb of 200 KB,
 * so this is for where the first lie ends everything.
 * @returns undefined when the data is broken, ends early, or holds fewer or more bytes
 */
export function inflateWhole(deflated: Uint8Array, size: number): Uint8Array<ArrayBuffer> | undefined {
  try {
    // One byte more than promised shows whether there is more.
    const out = inflateSync(deflated, { out: new Uint8Array(size + 1) });
    return deflated.length > 0 && out.length === size ? (out as Uint8Array<ArrayBuffer>) : undefined;
  } catch (error) {
    return requireFault(error);
  }
}

/** Bytes of input at a time: no more than 4 MB come out of it. */
const PIECE = 4096;

/**
 * Inflates piece by piece and stops after the first piece too many: 40 ms for any bomb, with more memory in passing.
 * @returns undefined when the data is broken, ends early, or holds fewer or more bytes
 */
export function inflateWarily(deflated: Uint8Array, size: number): Uint8Array<ArrayBuffer> | undefined {
  const out = new Uint8Array(size);
  let filled = 0;
  const inflate = new Inflate((bytes) => {
    if (filled + bytes.length <= size) out.set(bytes, filled);
    filled += bytes.length;
  });
  try {
    for (let at = 0; at < deflated.length && filled <= size; at += PIECE) inflate.push(deflated.subarray(at, at + PIECE), at + PIECE >= deflated.length);
  } catch (error) {
    return requireFault(error);
  }
  return filled === size && deflated.length > 0 ? out : undefined;
}
