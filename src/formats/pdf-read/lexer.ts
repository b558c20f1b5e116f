/**
 * The syntax of PDF objects (ISO 32000-1 §7.2, §7.3): bytes in, values out, in files and content streams alike. No
 * reference is followed.
 */
import { type Budget, LIMITS, malformed, tooLarge } from './limits.ts';
import {
  type Dict,
  find,
  fromHex,
  isRegular,
  isSpace,
  isWhole,
  latin,
  Name,
  OPERATORS,
  Ref,
  Stream,
  startsAt,
  unescapeString,
  type Value,
  Word,
} from './objects.ts';

/** Words of up to three bytes by these as one number: there are many of them, and few different ones. */
const SHORT = new Map(
  [...OPERATORS, 'obj', ...'R[]{})'].map((text) => [
    [...text].reduce((key, character) => key * 256 + character.charCodeAt(0), 0),
    new Word(text),
  ]),
);
const CLOSE = new Word('>>');

export class Lexer {
  readonly bytes: Uint8Array;
  readonly budget: Budget;
  pos: number;

  constructor(bytes: Uint8Array, budget: Budget, pos = 0) {
    this.bytes = bytes;
    this.budget = budget;
    this.pos = pos;
  }

  /** The next value or keyword; undefined at the end. */
  next(): Value | Word | undefined {
    const from = this.pos;
    try {
      return this.token();
    } finally {
      this.budget.spend('work', this.pos - from);
    }
  }

  /** Values up to one of some keywords, and that keyword. */
  until(...closers: string[]): { items: Value[]; closer: string } {
    const from = this.pos;
    try {
      return this.#items(closers, 0);
    } finally {
      this.budget.spend('work', this.pos - from);
    }
  }

  skipSpace(): void {
    const { bytes } = this;
    for (; this.pos < bytes.length; this.pos++) {
      const byte = bytes[this.pos] as number;
      if (byte === 37)
        while (this.pos + 1 < bytes.length && bytes[this.pos + 1] !== 10 && bytes[this.pos + 1] !== 13) this.pos++;
      else if (!isSpace(byte)) return;
    }
  }

  /** As `next`, for who has spent the work on all the bytes beforehand. */
  token(depth = 0): Value | Word | undefined {
    this.skipSpace();
    const { bytes } = this;
    const first = bytes[this.pos];
    if (first === undefined) return undefined;
    if ((first >= 48 && first <= 57) || first === 45 || first === 46 || first === 43) return this.#number();
    if (first === 47) return this.#name();
    if (first === 40) return this.#literal();
    if (first === 60 && bytes[this.pos + 1] !== 60) return this.#hex();
    if (first === 62 && bytes[this.pos + 1] === 62) {
      this.pos += 2;
      return CLOSE;
    }
    if (first === 60 || first === 91) {
      if (depth >= LIMITS.nesting) throw tooLarge('nesting');
      this.pos += first === 60 ? 2 : 1;
      const { items } = this.#items(first === 60 ? ['>>'] : [']'], depth + 1);
      return first === 60 ? toDict(items) : items;
    }
    if (isRegular(first)) return this.#word();
    this.pos++;
    const single = SHORT.get(first);
    if (single === undefined) throw malformed('a > stands alone');
    return single;
  }

  #items(closers: readonly string[], depth: number): { items: Value[]; closer: string } {
    const items: Value[] = [];
    for (;;) {
      const token = this.token(depth);
      if (token === undefined) throw malformed('it is cut off');
      if (!(token instanceof Word)) {
        this.budget.spend('values');
        items.push(token);
      } else if (closers.includes(token.text)) {
        return { items, closer: token.text };
      } else {
        const gen = items.pop();
        const num = items.pop();
        if (token.text !== 'R' || !isWhole(num) || !isWhole(gen))
          throw malformed('an object has a word where it may have none');
        items.push(new Ref(num, gen));
      }
    }
  }

  /** The run of regular characters from here on. */
  #run(): Uint8Array {
    const from = this.pos;
    while (isRegular(this.bytes[this.pos])) this.pos++;
    return this.bytes.subarray(from, this.pos);
  }

  #word(): Value | Word {
    const { bytes, pos } = this;
    let [end, key] = [pos, 0];
    for (; isRegular(bytes[end]); end++) key = (key * 256 + (bytes[end] as number)) % 0x1000000;
    this.pos = end;
    const operator = end - pos <= 3 ? SHORT.get(key) : undefined;
    if (operator !== undefined) return operator;
    const text = latin(bytes.subarray(pos, end));
    return text === 'true' ? true : text === 'false' ? false : text === 'null' ? null : new Word(text);
  }

  #number(): number | Word {
    const { bytes, pos } = this;
    let at = pos;
    let sign = 1;
    // A doubled minus is a known slip of producers; readers take it for one.
    for (; bytes[at] === 43 || bytes[at] === 45; at++) if (bytes[at] === 45) sign = -1;
    let [value, scale] = [0, 0];
    for (let byte = bytes[at]; isRegular(byte); byte = bytes[++at]) {
      if (byte === 46 && scale === 0) scale = 1;
      else if (byte < 48 || byte > 57 || at - pos > 40) return this.#misspelt(pos);
      else {
        value = value * 10 + byte - 48;
        scale *= 10;
      }
    }
    this.pos = at;
    return sign * (scale > 1 ? value / scale : value);
  }

  /** What begins like a number and is none. */
  #misspelt(from: number): Word {
    this.pos = from;
    return new Word(latin(this.#run()));
  }

  #name(): Name {
    this.pos++;
    const text = latin(this.#run());
    return new Name(
      text.includes('#')
        ? text.replace(/#([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
        : text,
    );
  }

  #hex(): Uint8Array {
    const end = this.bytes.indexOf(62, this.pos);
    if (end === -1) {
      this.pos = this.bytes.length;
      throw malformed('a string is cut off');
    }
    const digits = this.bytes.subarray(this.pos + 1, end);
    this.pos = end + 1;
    return fromHex(digits);
  }

  #literal(): Uint8Array {
    const { bytes } = this;
    const from = ++this.pos;
    for (let open = 1; open > 0; this.pos++) {
      const byte = bytes[this.pos];
      if (byte === undefined) throw malformed('a string is cut off');
      if (byte === 92) this.pos++;
      else if (byte === 40) open++;
      else if (byte === 41) open--;
    }
    return unescapeString(bytes.subarray(from, this.pos - 1));
  }
}

/** Keys and values in turn. Of a key given twice, readers take one value or the other: it is refused. */
export function toDict(items: readonly Value[]): Dict {
  const dict: Dict = new Map();
  if (items.length % 2 !== 0) throw malformed('a dictionary has a key without value');
  for (let at = 0; at < items.length; at += 2) {
    const key = items[at];
    if (!(key instanceof Name)) throw malformed('a dictionary has a key that is no name');
    if (dict.has(key.text)) throw malformed('a dictionary has a key twice');
    dict.set(key.text, items[at + 1] as Value);
  }
  return dict;
}

// An indirect object where it stands in the file (ISO 32000-1 §7.3.10), streams with their bytes. A stream says its
// length and ends with a word; where the two differ, as in files repaired by hand, the word holds.

const END = 'endstream';

export interface Indirect {
  num: number;
  gen: number;
  value: Value;
  /** A stream whose length was wrong. */
  repaired: boolean;
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
  const found = { num: Number(header[1]), gen: Number(header[2]), repaired: false };
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
  return { ...found, value: new Stream(value, bytes.subarray(start, last)), end: end + END.length, repaired: true };
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
