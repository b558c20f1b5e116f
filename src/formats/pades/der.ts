/**
 * DER (X.690 §10): reading elements as they stand in the bytes, and writing them. One strict reader serves
 * certificates, signatures and timestamps alike; libraries of ASN.1 take BER, which has many spellings for one value,
 * and write again what must go on byte for byte. Tests hold this reader against such a library.
 * Whatever is not in its only spelling is `der_malformed`, and so are tags above 30, more elements or levels than a
 * signature has, and bytes left over.
 */
import { concat, encodeUtf8 } from '../../base/bytes.ts';
import { Refusal } from '../../base/refusal.ts';

/** Largest certificate, signature or timestamp that is looked at, in bytes. */
export const DER_LIMIT = 65_536;
const ELEMENTS = 8_000;
const DEPTH = 24;

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octets: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8: 0x0c,
  printable: 0x13,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;
/** A context-specific, constructed tag: `[n]`. */
export const context = (n: number): number => 0xa0 | n;

export interface Element {
  tag: number;
  /** Tag, length and content. */
  bytes: Uint8Array<ArrayBuffer>;
  content: Uint8Array<ArrayBuffer>;
}

const malformed = (what: string) => new Refusal('der_malformed', `The bytes are not DER: ${what}.`);

/** Reads the element that begins at `at`; checks tag and length alone. */
function elementAt(bytes: Uint8Array<ArrayBuffer>, at: number): Element {
  const [tag, first] = [bytes[at], bytes[at + 1]];
  if (tag === undefined || first === undefined) throw malformed('they end within an element');
  if ((tag & 0x1f) === 0x1f) throw malformed('a tag above 30');
  let [length, from] = [first, at + 2];
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > 3) throw malformed('an indefinite or huge length');
    length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + (bytes[from++] ?? 0);
    if (length < 0x80 || length < 256 ** (count - 1)) throw malformed('a length that is longer than it needs to be');
  }
  const end = from + length;
  if (end > bytes.length) throw malformed('an element is longer than what holds it');
  return { tag, bytes: bytes.subarray(at, end), content: bytes.subarray(from, end) };
}

/** The elements that follow one another in some bytes. */
export function elements(bytes: Uint8Array<ArrayBuffer>): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const element = elementAt(bytes, at);
    found.push(element);
    at += element.bytes.length;
  }
  return found;
}

function checkPrimitive({ tag, content }: Element): void {
  const [first, second] = content;
  const wrong =
    tag === TAG.boolean
      ? content.length !== 1 || (first !== 0 && first !== 0xff)
      : tag === TAG.integer
        ? first === undefined ||
          (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80)))
        : tag === TAG.bitString
          ? first === undefined ||
            first > 7 ||
            (content.length === 1 ? first !== 0 : ((content.at(-1) as number) & ((1 << first) - 1)) !== 0)
          : tag === TAG.null
            ? content.length !== 0
            : tag === TAG.oid
              ? first === undefined || ((content.at(-1) as number) & 0x80) !== 0
              : false;
  if (wrong) throw malformed(`a value of tag ${tag} in another than its only spelling`);
}

/** Checks the first element of some bytes to its last leaf. @returns it; what follows it is not looked at */
export function firstElement(bytes: Uint8Array<ArrayBuffer>): Element {
  let left = ELEMENTS;
  const check = (element: Element, depth: number): void => {
    if (--left < 0 || depth > DEPTH) throw malformed('more elements or levels than are taken');
    const universal = element.tag < 0x40;
    if (universal && ((element.tag & 0x20) !== 0) !== ((element.tag & 0x1f) === 16 || (element.tag & 0x1f) === 17))
      throw malformed('a string in pieces, or a sequence in one');
    if ((element.tag & 0x20) === 0) return checkPrimitive(element);
    for (const child of elements(element.content)) check(child, depth + 1);
  };
  const element = elementAt(bytes, 0);
  check(element, 0);
  return element;
}

/** Checks bytes that are one element and nothing else. */
export function openDer(bytes: Uint8Array<ArrayBuffer>): Element {
  if (bytes.length > DER_LIMIT) throw malformed(`more than ${DER_LIMIT} bytes`);
  const element = firstElement(bytes);
  if (element.bytes.length !== bytes.length) throw malformed('bytes after the end');
  return element;
}

/** The elements in a constructed one. Refuses another tag than the expected. */
export function open(element: Element | undefined, tag: number): Element[] {
  if (element?.tag !== tag) throw malformed(`tag ${tag} is expected, not ${element?.tag ?? 'the end'}`);
  return elements(element.content);
}

/** One element of a tag around parts that are encoded already. */
export function der(tag: number, ...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const digits: number[] = [];
  for (let rest = length; rest > 0; rest >>>= 8) digits.unshift(rest & 0xff);
  return concat(
    length < 0x80 ? Uint8Array.of(tag, length) : Uint8Array.of(tag, 0x80 | digits.length, ...digits),
    ...parts,
  );
}

export const integer = (value: number): Uint8Array<ArrayBuffer> => der(TAG.integer, Uint8Array.of(value));
export const octets = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => der(TAG.octets, bytes);
export const bits = (bytes: Uint8Array, unused = 0): Uint8Array<ArrayBuffer> =>
  der(TAG.bitString, Uint8Array.of(unused), bytes);
export const string = (tag: number, text: string): Uint8Array<ArrayBuffer> => der(tag, encodeUtf8(text));
export const sequence = (...parts: Uint8Array[]): Uint8Array<ArrayBuffer> => der(TAG.sequence, ...parts);

/** -1, 0, 1: the order of encodings in a SET OF (X.690 §11.6). */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return (a[i] as number) - (b[i] as number);
  return a.length - b.length;
}

/** SET OF, under its own or an implicit tag. */
export const setOf = (parts: readonly Uint8Array[], tag: number = TAG.set): Uint8Array<ArrayBuffer> =>
  der(tag, ...[...parts].sort(compareBytes));

/** An OBJECT IDENTIFIER from its dotted form. */
export function oid(dotted: string): Uint8Array<ArrayBuffer> {
  const [a, b, ...rest] = dotted.split('.').map(Number) as [number, number, ...number[]];
  const arcs = [a * 40 + b, ...rest].flatMap((arc) => {
    const digits = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) digits.unshift(0x80 | (left % 128));
    return digits;
  });
  return der(TAG.oid, Uint8Array.from(arcs));
}

/** The dotted form of an OBJECT IDENTIFIER. Refuses arcs that a number does not hold. */
export function dottedOf(element: Element | undefined): string {
  if (element?.tag !== TAG.oid) throw malformed('an object identifier is expected');
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of element.content) {
    if (arc === 0 && byte === 0x80) throw malformed('an arc that is longer than it needs to be');
    arc = arc * 128 + (byte & 0x7f);
    if (arc > Number.MAX_SAFE_INTEGER / 128) throw malformed('an arc of more than 45 bits');
    if (byte < 0x80) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const [first = 0, ...rest] = arcs;
  const top = Math.min(2, Math.floor(first / 40));
  return [top, first - 40 * top, ...rest].join('.');
}
