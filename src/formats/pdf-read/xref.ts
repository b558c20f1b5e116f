/**
 * Where the objects of a file are: by its cross-reference tables, or by a search through the whole file where these are
 * wrong or gone.
 */
import { isRefusal, Refusal } from '../../base/refusal.ts';
import { decode } from './filters.ts';
import { Lexer, readIndirect } from './lexer.ts';
import { type Budget, LIMITS, malformed, tooLarge } from './limits.ts';
import { type Dict, find, isSpace, isWhole, isWord, latin, Name, Ref, Stream, type Value } from './objects.ts';

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
const direct = (value: Value | undefined): Value => (value instanceof Ref ? null : (value ?? null));
const directLength = (value: Value | undefined): number | undefined => (isWhole(value) ? value : undefined);
const hasType = (dict: Dict, type: string): boolean => {
  const value = dict.get('Type');
  return value instanceof Name && value.text === type;
};

class Table {
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

function refuseEncrypted(trailer: Dict): void {
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

// Cross-reference tables and streams, hybrids of both, and the chain of revisions (ISO 32000-1 §7.5). What a table
// claims and has no data for is not there. A chain that comes back to itself is refused with part `loop`, a table with
// a fault with part `structure`: then the objects are searched for.

interface Section {
  trailer: Dict;
  entries: [num: number, entry: Entry | null][];
}

/** @throws Refusal `pdf_malformed` with part `structure` where the objects should be searched for */
export function readStructure(bytes: Uint8Array, budget: Budget): Structure {
  try {
    return readChain(bytes, budget);
  } catch (error) {
    if (!isRefusal(error, 'pdf_malformed') || error.facts.part !== undefined) throw error;
    throw malformed('its cross-reference table has a fault', 'structure');
  }
}

function readChain(bytes: Uint8Array, budget: Budget): Structure {
  const table = new Table();
  const visited = new Set<number>();
  const read = (at: number): Section => {
    if (visited.has(at)) throw malformed('its cross-reference sections form a loop', 'loop');
    visited.add(at);
    budget.spend('sections');
    const section = readSection(bytes, at, budget);
    refuseEncrypted(section.trailer);
    return section;
  };
  let trailer: Dict | undefined;
  for (let at: Value = lastStart(bytes, budget); at !== null; ) {
    if (!isWhole(at)) throw malformed('the previous cross-reference section is nowhere');
    const section = read(at);
    trailer ??= section.trailer;
    const hybrid = section.trailer.get('XRefStm');
    // A hybrid's table calls free what only its stream knows (§7.5.8.4).
    if (isWhole(hybrid)) {
      table.setNew(section.entries.filter(([, entry]) => entry !== null));
      table.setNew(read(hybrid).entries);
    }
    table.setNew(section.entries);
    at = section.trailer.get('Prev') ?? null;
  }
  return { entries: table.entries, trailer: trailer as Dict, searched: false };
}

function lastStart(bytes: Uint8Array, budget: Budget): number {
  const tail = bytes.subarray(-2048);
  const at = latin(tail).lastIndexOf('startxref');
  const offset = at === -1 ? undefined : new Lexer(tail, budget, at + 9).next();
  if (!isWhole(offset)) throw malformed('it does not say where its cross-reference table is');
  return offset;
}

function readSection(bytes: Uint8Array, at: number, budget: Budget): Section {
  const lexer = new Lexer(bytes, budget, at);
  if (isWord(lexer.next(), 'xref')) return readTable(lexer);
  const { value } = readIndirect(bytes, at, budget, directLength);
  if (!(value instanceof Stream) || !hasType(value.dict, 'XRef'))
    throw malformed('its cross-reference table is not where it should be');
  return { trailer: value.dict, entries: readXrefStream(value, budget) };
}

function add(entries: Section['entries'], num: number, entry: Entry | null): void {
  if (entries.push([num, entry]) > LIMITS.objects) throw tooLarge('objects');
}

function readTable(lexer: Lexer): Section {
  const entries: Section['entries'] = [];
  const whole = (token = lexer.next()): number => {
    if (!isWhole(token)) throw malformed('its cross-reference table has a fault');
    return token;
  };
  for (let token = lexer.next(); !isWord(token, 'trailer'); token = lexer.next()) {
    const first = whole(token);
    const count = whole();
    for (let i = 0; i < count; i++) {
      const at = whole();
      whole();
      const kind = lexer.next();
      if (!isWord(kind, 'n') && !isWord(kind, 'f')) throw malformed('its cross-reference table has a fault');
      add(entries, first + i, isWord(kind, 'n') && at > 0 ? { at } : null);
    }
  }
  const trailer = lexer.next();
  if (!(trailer instanceof Map)) throw malformed('it has no trailer');
  return { trailer, entries };
}

/** §7.5.8 */
function readXrefStream(stream: Stream, budget: Budget): Section['entries'] {
  const { bytes, image } = decode(stream, budget, direct);
  const widths = stream.dict.get('W');
  const index = stream.dict.get('Index') ?? [0, stream.dict.get('Size') ?? 0];
  if (
    image !== undefined ||
    !Array.isArray(widths) ||
    widths.length !== 3 ||
    !widths.every(isWhole) ||
    widths.some((width) => width > 7)
  )
    throw malformed('a cross-reference stream has unusable widths');
  if (!Array.isArray(index) || index.length % 2 !== 0 || !index.every(isWhole))
    throw malformed('a cross-reference stream has an unusable index');
  const [kindWidth, secondWidth, thirdWidth] = widths as [number, number, number];
  const row = kindWidth + secondWidth + thirdWidth;
  let at = 0;
  const field = (width: number): number => {
    let value = 0;
    for (const end = at + width; at < end; at++) value = value * 256 + (bytes[at] as number);
    return value;
  };
  const entries: Section['entries'] = [];
  for (let i = 0; i < index.length; i += 2) {
    const [first, count] = [index[i] as number, index[i + 1] as number];
    for (let n = 0; n < count && row > 0 && at + row <= bytes.length; n++) {
      const kind = kindWidth === 0 ? 1 : field(kindWidth);
      const [second, third] = [field(secondWidth), field(thirdWidth)];
      add(entries, first + n, kind === 1 ? { at: second } : kind === 2 ? { stream: second, index: third } : null);
    }
  }
  return entries;
}

// The search looks for `n g obj` from the start to the end. Of two objects with one number the later holds, as after an
// incremental update.

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
