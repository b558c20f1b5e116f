/**
 * Owns finding the objects of a file whose table of them is wrong or gone: it looks for `n g obj` from the start to the
 * end. Of two objects with one number the later holds, as after an incremental update.
 * It refuses files in which there is nothing to find (`pdf_malformed`).
 */
import { isRefusal } from '../../base/refusal.ts';
import { decode } from './filters.ts';
import { readIndirect } from './indirect.ts';
import { Lexer } from './lexer.ts';
import { type Budget, malformed } from './limits.ts';
import { type Dict, find, isSpace, Ref, Stream, type Value } from './objects.ts';
import { direct, directLength, hasType, readHead, refuseEncrypted, type Structure, Table } from './xref.ts';

/** The contents of streams are stepped over, so that a file within the file is not taken for its parts. */
export function searchStructure(bytes: Uint8Array, budget: Budget): Structure {
  const table = new Table();
  let trailer: Dict | undefined;
  let catalog: number | undefined;
  const offer = (dict: Value | undefined): void => {
    if (!(dict instanceof Map)) return;
    refuseEncrypted(dict);
    if (dict.has('Root')) trailer = dict;
  };
  const take = (num: number, at: number, value: Value): void => {
    table.set(num, { at });
    if (value instanceof Map && hasType(value, 'Catalog')) catalog = num;
    if (!(value instanceof Stream)) return;
    if (hasType(value.dict, 'XRef')) offer(value.dict);
    if (!hasType(value.dict, 'ObjStm')) return;
    budget.spend('object_streams');
    readHead(value, decode(value, budget, direct).bytes, budget).forEach((inside, index) =>
      table.set(inside.num, { stream: num, index }),
    );
  };
  budget.spend('work', bytes.length);
  let nextTrailer = find(bytes, 'trailer', 0);
  for (let at = find(bytes, 'obj', 0), from = 0; at !== -1 || nextTrailer !== -1; ) {
    if (nextTrailer !== -1 && (at === -1 || nextTrailer < at)) {
      from = nextTrailer + 7;
      budget.spend('sections');
      attempt(() => offer(new Lexer(bytes, budget, from).next() as Value));
    } else {
      from = at + 3;
      const start = numbersBefore(bytes, at);
      if (start !== -1) {
        budget.spend('objects');
        attempt(() => {
          const { num, value, end } = readIndirect(bytes, start, budget, directLength);
          from = end;
          take(num, start, value);
        });
      }
    }
    if (nextTrailer !== -1 && nextTrailer < from) nextTrailer = find(bytes, 'trailer', from);
    if (at !== -1 && at < from) at = find(bytes, 'obj', from);
  }
  if (trailer === undefined && catalog !== undefined) trailer = new Map([['Root', new Ref(catalog, 0)]]);
  if (trailer === undefined) throw malformed('it has neither a trailer nor a catalog');
  return { entries: table.entries, trailer, searched: true };
}

/** Where the two numbers before `obj` begin; -1 where they are not. */
function numbersBefore(bytes: Uint8Array, at: number): number {
  let start = at;
  for (const part of [isSpace, isDigit, isSpace, isDigit]) {
    const end = start;
    while (start > Math.max(0, end - 10) && part(bytes[start - 1])) start--;
    if (start === end) return -1;
  }
  return start;
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57;

/** What has a fault is no object: the search goes on after it. */
function attempt(read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!isRefusal(error, 'pdf_malformed')) throw error;
  }
}
