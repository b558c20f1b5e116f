/**
 * Owns what is known of where the objects of a file are, however that was found out (xref.ts, search.ts).
 * It refuses encrypted files (`pdf_encrypted`) and more objects than a certificate can have (`pdf_too_large`).
 */
import { Refusal } from '../refusal.ts';
import { Lexer } from './lexer.ts';
import { type Budget, LIMITS, malformed, tooLarge } from './limits.ts';
import { type Dict, isWhole, Name, Ref, type Stream, type Value } from './objects.ts';

/** A byte offset, or the place in an object stream. */
export type Entry = { at: number } | { stream: number; index: number };

export interface Structure {
  /** null: free. */
  entries: Map<number, Entry | null>;
  /** The newest revision's. */
  trailer: Dict;
  /** The table was wrong and the objects were searched for. */
  searched: boolean;
}

/** What stands in a table of objects is direct. */
export const direct = (value: Value | undefined): Value => (value instanceof Ref ? null : (value ?? null));
export const directLength = (value: Value | undefined): number | undefined => (isWhole(value) ? value : undefined);
export const hasType = (dict: Dict, type: string): boolean => {
  const value = dict.get('Type');
  return value instanceof Name && value.text === type;
};

export class Table {
  readonly entries = new Map<number, Entry | null>();

  set(num: number, entry: Entry | null): void {
    this.entries.set(num, entry);
    if (this.entries.size > LIMITS.objects) throw tooLarge('objects');
  }

  /** What is known already is newer. */
  setNew(found: Iterable<[num: number, entry: Entry | null]>): void {
    for (const [num, entry] of found) if (!this.entries.has(num)) this.set(num, entry);
  }
}

export function refuseEncrypted(trailer: Dict): void {
  if ((trailer.get('Encrypt') ?? null) !== null)
    throw new Refusal('pdf_encrypted', 'The PDF is encrypted; certificates are not.');
}

/** The objects in an object stream and where they begin, as its head says (§7.5.7). */
export function readHead(stream: Stream, bytes: Uint8Array, budget: Budget): { num: number; at: number }[] {
  const [count, first] = [stream.dict.get('N'), stream.dict.get('First')];
  if (!isWhole(count) || !isWhole(first)) throw malformed('an object stream has no usable head');
  if (count > LIMITS.objects) throw tooLarge('objects');
  const head = bytes.subarray(0, first);
  const lexer = new Lexer(head, budget);
  budget.spend('work', head.length);
  const objects: { num: number; at: number }[] = [];
  for (let i = 0; i < count; i++) {
    const [num, offset] = [lexer.token(), lexer.token()];
    if (!isWhole(num) || !isWhole(offset)) throw malformed('an object stream has no usable head');
    objects.push({ num, at: first + offset });
  }
  return objects;
}
