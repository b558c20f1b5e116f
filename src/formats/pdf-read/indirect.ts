/**
 * Owns reading one indirect object where it stands in the file (ISO 32000-1 §7.3.10), streams with their bytes.
 * A stream says its length and ends with a word; where the two differ, as in files mended by hand, the word holds.
 * It refuses places where no object begins (`pdf_malformed`, part `structure`), and objects cut off.
 */
import { Lexer } from './lexer.ts';
import { type Budget, malformed } from './limits.ts';
import { find, isSpace, latin, Stream, startsAt, type Value } from './objects.ts';

const END = 'endstream';

export interface Indirect {
  num: number;
  gen: number;
  value: Value;
  /** A stream whose length was wrong. */
  mended: boolean;
  /** Where the next one may begin. */
  end: number;
}

/** @param lengthOf a stream's /Length as a number, where it can be known */
export function readIndirect(
  bytes: Uint8Array,
  at: number,
  budget: Budget,
  lengthOf: (value: Value | undefined) => number | undefined,
): Indirect {
  const header = /^[\0\t\n\f\r ]*(\d{1,10})[\0\t\n\f\r ]+(\d{1,10})[\0\t\n\f\r ]+obj/.exec(
    latin(bytes.subarray(at, at + 64)),
  );
  if (header === null) throw malformed('an object is not where it should be', 'structure');
  const found = { num: Number(header[1]), gen: Number(header[2]), mended: false };
  const lexer = new Lexer(bytes, budget, at + header[0].length);
  const { items, closer } = lexer.until('endobj', 'stream');
  if (items.length > 1) throw malformed('an object has more than one value');
  const value = items[0] ?? null;
  if (closer === 'endobj') return { ...found, value, end: lexer.pos };
  if (!(value instanceof Map)) throw malformed('a stream has no dictionary');
  const start = afterLineEnd(bytes, lexer.pos);
  const length = lengthOf(value.get('Length'));
  const said = length === undefined ? -1 : beforeWord(bytes, start + length);
  if (length !== undefined && said !== -1)
    return { ...found, value: new Stream(value, bytes.subarray(start, start + length)), end: said + END.length };
  const end = find(bytes, END, start);
  budget.spend('work', (end === -1 ? bytes.length : end) - start);
  if (end === -1) throw malformed('a stream is cut off');
  let last = end;
  if (last > start && bytes[last - 1] === 10) last--;
  if (last > start && bytes[last - 1] === 13) last--;
  return { ...found, value: new Stream(value, bytes.subarray(start, last)), end: end + END.length, mended: true };
}

export function afterLineEnd(bytes: Uint8Array, at: number): number {
  const next = bytes[at] === 13 ? at + 1 : at;
  return bytes[next] === 10 ? next + 1 : next;
}

/** Where the end is named, a line end away at most; -1 where it is not. */
function beforeWord(bytes: Uint8Array, at: number): number {
  let next = at;
  while (isSpace(bytes[next]) && next < at + 4) next++;
  return startsAt(bytes, END, next) ? next : -1;
}
