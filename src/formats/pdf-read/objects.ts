/**
 * What PDF objects are here (ISO 32000-1 §7.3), and the few questions that are asked of bytes. Strings are Uint8Array;
 * dictionaries are maps, not objects, because their keys are a stranger's.
 */
import { malformed } from './limits.ts';

export class Name {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export class Ref {
  readonly num: number;
  readonly gen: number;
  constructor(num: number, gen: number) {
    this.num = num;
    this.gen = gen;
  }
}

/** An operator or another bare word. */
export class Word {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export interface Dict extends Map<string, Value> {}

export class Stream {
  readonly dict: Dict;
  /** As in the file, not decoded. */
  readonly raw: Uint8Array;
  constructor(dict: Dict, raw: Uint8Array) {
    this.dict = dict;
    this.raw = raw;
  }
}

export type Value = null | boolean | number | Name | Ref | Uint8Array | Value[] | Dict | Stream;

export const isWord = (token: unknown, text: string): boolean => token instanceof Word && token.text === text;
export const isWhole = (token: unknown): token is number =>
  typeof token === 'number' && Number.isSafeInteger(token) && token >= 0;

/** 0: regular characters, 1: white space, 2: delimiters (§7.2.2). */
const CLASSES = new Uint8Array(256);
for (const byte of [0, 9, 10, 12, 13, 32]) CLASSES[byte] = 1;
for (const character of '()<>[]{}/%') CLASSES[character.charCodeAt(0)] = 2;

export const isSpace = (byte: number | undefined): byte is number => byte !== undefined && CLASSES[byte] === 1;
export const isRegular = (byte: number | undefined): byte is number => byte !== undefined && CLASSES[byte] === 0;

/** Bytes as characters U+0000–U+00FF, or code units as they are. */
export function latin(bytes: Uint8Array | Uint16Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096)
    text += String.fromCharCode.apply(null, bytes.subarray(at, at + 4096) as unknown as number[]);
  return text;
}

/** Where an ASCII text begins at or after `from`; -1 where it does not. */
export function find(bytes: Uint8Array, text: string, from: number): number {
  for (let at = bytes.indexOf(text.charCodeAt(0), from); at !== -1; at = bytes.indexOf(text.charCodeAt(0), at + 1))
    if (startsAt(bytes, text, at)) return at;
  return -1;
}

export function startsAt(bytes: Uint8Array, text: string, at: number): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

// What strings hold: their bytes, out of hexadecimal digits or escapes (ISO 32000-1 §7.3.4), and the text that the
// bytes stand for (§7.9.2.2). What is no text is U+FFFD.

/** Value of a hexadecimal digit, or -1. */
function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const upper = byte & 0xdf;
  return upper >= 65 && upper <= 70 ? upper - 55 : -1;
}

/** Pairs of hexadecimal digits, spaces between them ignored, an odd last one filled up with 0 (§7.3.4.3). */
export function fromHex(digits: Uint8Array): Uint8Array {
  const found = new Uint8Array((digits.length + 1) >> 1);
  let count = 0;
  for (const byte of digits) {
    const digit = hexDigit(byte);
    if (digit >= 0) found[count >> 1] = (found[count >> 1] as number) | (count++ % 2 === 0 ? digit << 4 : digit);
    else if (!isSpace(byte)) throw malformed('a hexadecimal string has another character');
  }
  return found.subarray(0, (count + 1) >> 1);
}

const ESCAPES: Record<string, number> = { n: 10, r: 13, t: 9, b: 8, f: 12 };

/** What stands between the brackets of a literal string. */
export function unescapeString(source: Uint8Array): Uint8Array {
  if (!source.includes(92) && !source.includes(13)) return source;
  const found = new Uint8Array(source.length);
  let length = 0;
  for (let at = 0; at < source.length; at++) {
    let byte = source[at] as number;
    if (byte === 92) {
      byte = source[++at] ?? 92;
      if (byte === 13 && source[at + 1] === 10) at++;
      if (byte === 10 || byte === 13) continue;
      if (byte >= 48 && byte <= 55) {
        let octal = byte - 48;
        for (let more = 0; more < 2 && (source[at + 1] ?? 0) >= 48 && (source[at + 1] ?? 0) <= 55; more++)
          octal = octal * 8 + (source[++at] as number) - 48;
        byte = octal & 255;
      } else byte = ESCAPES[String.fromCharCode(byte)] ?? byte;
    } else if (byte === 13) {
      if (source[at + 1] === 10) at++;
      byte = 10;
    }
    found[length++] = byte;
  }
  return found.subarray(0, length);
}

/** PDFDocEncoding where it differs from Latin-1 (annex D.2). */
const DOC_ENCODING = [...'•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž\ufffd€'];

/** UTF-16 or UTF-8 by their marks, PDFDocEncoding otherwise. What is not text is U+FFFD. */
export function decodeText(bytes: Uint8Array): string {
  const [a, b, c] = bytes;
  if (a === 0xfe && b === 0xff) return utf16(bytes.subarray(2));
  if (a === 0xff && b === 0xfe) return utf16(bytes.subarray(2), true);
  if (a === 0xef && b === 0xbb && c === 0xbf) return new TextDecoder().decode(bytes);
  return latin(bytes).replace(/[\x80-\xa0]/g, (character) => DOC_ENCODING[character.charCodeAt(0) - 0x80] as string);
}

export function utf16(bytes: Uint8Array, littleEndian = false): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const units = new Uint16Array(bytes.length >> 1).map((_, i) => view.getUint16(2 * i, littleEndian));
  return latin(units).replace(/\p{Surrogate}/gu, '\ufffd');
}

// The operators of content streams and what each is given (ISO 32000-1 annex A). Every other operator or number of
// operands is `pdf_malformed`, although readers pass over them: each does so in its own way, and what one shows another
// does not.

/** n: number, N: name, s: string, a: array, p: properties (a name or a dictionary), *: any number of anything. */
const OPERANDS = new Map(
  Object.entries({
    q: '',
    Q: '',
    cm: 'nnnnnn',
    w: 'n',
    J: 'n',
    j: 'n',
    M: 'n',
    d: 'an',
    ri: 'N',
    i: 'n',
    gs: 'N',
    m: 'nn',
    l: 'nn',
    c: 'nnnnnn',
    v: 'nnnn',
    y: 'nnnn',
    h: '',
    re: 'nnnn',
    S: '',
    s: '',
    f: '',
    F: '',
    'f*': '',
    B: '',
    'B*': '',
    b: '',
    'b*': '',
    n: '',
    W: '',
    'W*': '',
    g: 'n',
    G: 'n',
    rg: 'nnn',
    RG: 'nnn',
    k: 'nnnn',
    K: 'nnnn',
    cs: 'N',
    CS: 'N',
    sc: '*',
    SC: '*',
    scn: '*',
    SCN: '*',
    sh: 'N',
    Do: 'N',
    BI: '',
    BMC: 'N',
    BDC: 'Np',
    EMC: '',
    MP: 'N',
    DP: 'Np',
    BX: '',
    EX: '',
    d0: 'nn',
    d1: 'nnnnnn',
    BT: '',
    ET: '',
    Tc: 'n',
    Tw: 'n',
    Tz: 'n',
    TL: 'n',
    Ts: 'n',
    Tr: 'n',
    Tf: 'Nn',
    Td: 'nn',
    TD: 'nn',
    Tm: 'nnnnnn',
    'T*': '',
    Tj: 's',
    TJ: 'a',
    "'": 's',
    '"': 'nns',
  }),
);

export const OPERATORS = [...OPERANDS.keys()];

function fits(value: Value | undefined, kind: string | undefined): boolean {
  if (kind === 'n') return typeof value === 'number';
  if (kind === 'N') return value instanceof Name;
  if (kind === 's') return value instanceof Uint8Array;
  return kind === 'a' ? Array.isArray(value) : value instanceof Name || value instanceof Map;
}

/** Refuses an unknown operator of a page, and operands that are not its own. @throws Refusal `pdf_malformed` */
export function checkOperands(operator: string, operands: readonly Value[]): void {
  const kinds = OPERANDS.get(operator);
  if (kinds === undefined) throw malformed('its page has an unknown operator');
  if (kinds === '*') return;
  if (operands.length !== kinds.length) throw malformed('an operator has too few or too many operands');
  for (let i = 0; i < kinds.length; i++)
    if (!fits(operands[i], kinds[i])) throw malformed('an operator has a wrong operand');
}
