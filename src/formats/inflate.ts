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
