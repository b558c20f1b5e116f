/**
 * One layer of a page: drawing collected first, written as PDF operators later. Text is kept as text until `encode`,
 * because glyph numbers are known only when the fonts have been cut. What is drawn within `mark` belongs to an element
 * of the page's structure (a screen reader reads those, in order); everything else is ornament and says so.
 * Places are millimetres from the top left corner of the sheet; type sizes, tracking and line widths are points.
 */

import { Refusal } from '../../base/refusal.ts';
import { advance, type FontSet } from '../font/font.ts';
import type { FontSlice } from '../font/font-slice.ts';

export type Colour = readonly [red: number, green: number, blue: number];

export interface TextStyle {
  size: number;
  colour: Colour;
  /** Points added after every character. */
  tracking?: number;
  align?: 'left' | 'centre' | 'right';
  /** Outlines the letters in their own colour, this many points wide: a heading from a regular weight. */
  embolden?: number;
  /** Degrees, counter-clockwise, about the start of the line. */
  turn?: number;
}

/** A cut font and the name by which the page knows it. */
export interface Face {
  resource: string;
  slice: FontSlice;
}

/** Operators drawn more than once: a form XObject. */
export interface Form {
  resource: string;
  operators: string;
  /** Left, bottom, right, top: nothing shows outside. */
  box: readonly [number, number, number, number];
}

/** Of a marked part: the structure type that it has and its number on the page (ISO 32000-1 § 14.7.4). */
export type Marks = ReadonlyMap<string, { type: string; mcid: number; actual?: string | undefined }>;

interface TextItem {
  text: string;
  x: number;
  y: number;
  style: TextStyle;
}

interface Item {
  mark: string | undefined;
  drawn: string | TextItem;
}

export const MM = 72 / 25.4;
export const A4 = { width: 210, height: 297 };

/** A PDF number: at most three decimals, never an exponent, never -0. */
export const num = (value: number): string => String(Math.round(value * 1000) / 1000 || 0);

export const rgb = (colour: Colour): string => colour.map(num).join(' ');

export class Page {
  readonly fonts: FontSet;
  readonly forms: Form[] = [];
  readonly #items: Item[] = [];
  #mark: string | undefined;

  constructor(fonts: FontSet) {
    this.fonts = fonts;
  }

  /** What `draw` draws is the part `key` of the structure. */
  mark(key: string, draw: () => void): void {
    this.#mark = key;
    draw();
    this.#mark = undefined;
  }

  /** Adds operators as they stand (in points from the bottom left). */
  raw(operators: string): void {
    this.#items.push({ mark: this.#mark, drawn: operators });
  }

  /** Keeps operators to be drawn several times; the answer draws them once, at the present coordinate system. */
  form(operators: string, box: Form['box']): string {
    const resource = `X${this.forms.length}`;
    this.forms.push({ resource, operators, box });
    return `/${resource} Do`;
  }

  /** Adds one line of text; `y` is its baseline. */
  text(text: string, x: number, y: number, style: TextStyle): void {
    const width =
      style.align === undefined || style.align === 'left' ? 0 : measure(this.fonts, text, style.size, style.tracking);
    const shift = style.align === 'centre' ? width / 2 : style.align === 'right' ? width : 0;
    this.#items.push({ mark: this.#mark, drawn: { text, x: x * MM - shift, y: (A4.height - y) * MM, style } });
  }

  /** Adds a straight line. */
  line(x1: number, y1: number, x2: number, y2: number, width: number, colour: Colour): void {
    const point = (x: number, y: number) => `${num(x * MM)} ${num((A4.height - y) * MM)}`;
    this.raw(`${rgb(colour)} RG ${num(width)} w ${point(x1, y1)} m ${point(x2, y2)} l S`);
  }

  /** Adds a rectangle: `S` its edge, `f` its area. */
  rectangle(x: number, y: number, width: number, height: number, paint: 'S' | 'f', colour: Colour, stroke = 0.5): void {
    const box = [x, A4.height - y - height, width, height].map((value) => num(value * MM)).join(' ');
    this.raw(paint === 'S' ? `${rgb(colour)} RG ${num(stroke)} w ${box} re S` : `${rgb(colour)} rg ${box} re f`);
  }

  /** Every character shown so far, each once. */
  characters(): string {
    return [...new Set(this.#items.flatMap(({ drawn }) => (typeof drawn === 'string' ? [] : [...drawn.text])))].join(
      '',
    );
  }

  /** The content stream; each character is taken from the first face that has it. */
  encode(faces: readonly Face[], marks: Marks): string {
    const lines: string[] = [];
    let open: string | null | undefined = null;
    let end = 'EMC';
    for (const { mark, drawn } of this.#items) {
      if (mark !== open) {
        if (open !== null) lines.push(end);
        const element = mark === undefined ? undefined : marks.get(mark);
        if (mark !== undefined && element === undefined) throw new Error(`The structure has no part ${mark}.`);
        lines.push(element ? `/${element.type} <</MCID ${element.mcid}>> BDC` : '/Artifact BMC');
        // A span of its own: readers look for it there.
        if (element?.actual !== undefined) lines.push(`/Span <</ActualText <${utf16(element.actual)}>>> BDC`);
        end = element?.actual === undefined ? 'EMC' : 'EMC EMC';
        open = mark;
      }
      lines.push(typeof drawn === 'string' ? drawn : showText(drawn, faces));
    }
    if (open !== null) lines.push(end);
    return lines.join('\n');
  }
}

/** A text string in UTF-16BE, as hexadecimal digits (ISO 32000-1 § 7.9.2). */
function utf16(text: string): string {
  return `feff${Array.from({ length: text.length }, (_, at) => text.charCodeAt(at).toString(16).padStart(4, '0')).join('')}`;
}

function showText({ text, x, y, style }: TextItem, faces: readonly Face[]): string {
  const size = num(style.size);
  let shown = '';
  let open: Face | undefined;
  for (const character of text) {
    const codePoint = character.codePointAt(0) as number;
    const face = faces.find(({ slice }) => slice.gidByCodePoint.has(codePoint));
    if (face === undefined) throw new Error('A character was not collected before its font was cut.');
    if (face !== open) {
      shown += `${open === undefined ? '' : '> Tj '}/${face.resource} ${size} Tf <`;
      open = face;
    }
    shown += (face.slice.gidByCodePoint.get(codePoint) as number).toString(16).padStart(4, '0');
  }
  if (open === undefined) return '';
  const weight = style.embolden === undefined ? '0 Tr' : `2 Tr ${rgb(style.colour)} RG ${num(style.embolden)} w`;
  const angle = ((style.turn ?? 0) * Math.PI) / 180;
  const [cos, sin] = [num(Math.cos(angle)), num(Math.sin(angle))];
  return `BT ${rgb(style.colour)} rg ${weight} ${num(style.tracking ?? 0)} Tc ${cos} ${sin} ${num(-Math.sin(angle))} ${cos} ${num(x)} ${num(y)} Tm ${shown}> Tj ET`;
}

// How text is measured and broken into lines on paper. Chinese breaks between any two characters, Latin words at spaces
// and after hyphens, slashes and the dot of minority names (at the dots alone, where that is enough); no line begins
// with a closing mark or ends with an opening one. A word longer than a line is broken anywhere. Text that does not fit
// its place at the smallest size is refused (`text_too_long`), so that nothing ever overflows.

export interface Place {
  /** What stands here, named in a refusal: `name`, `occupation`… */
  part: string;
  /** Points. */
  width: number;
  height: number;
  /** Type sizes to try, the wanted one first. */
  sizes: readonly number[];
  /** Distance of two baselines as a multiple of the type size. */
  leading: number;
}

export interface Lines {
  size: number;
  leading: number;
  lines: string[];
}

const NEVER_FIRST = new Set('，。、；：？！）〕】》」』”’·…—,.;:?!)]}%-/');
const NEVER_LAST = new Set('（〔【《「『“‘([{');
const BREAK_AFTER = new Set(' -/·');

/** Width in points, with `tracking` points after every character but the last. */
export function measure(fonts: FontSet, text: string, size: number, tracking = 0): number {
  let ems = 0;
  let count = 0;
  for (const character of text) {
    ems += advance(fonts, character.codePointAt(0) as number);
    count++;
  }
  return ems * size + tracking * Math.max(0, count - 1);
}

/** Ideographs, kana, full-width forms: scripts written without spaces. */
function isWide(character: string): boolean {
  const code = character.codePointAt(0) as number;
  return (
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe4f) ||
    (code >= 0xff00 && code <= 0xffef) ||
    code >= 0x20000
  );
}

/** Cuts a text into pieces that must not be broken; spaces stay at the end of their piece. */
function pieces(text: string): string[] {
  const found: string[] = [];
  let before = '';
  for (const character of text) {
    const mayBreak =
      before !== '' &&
      !NEVER_LAST.has(before) &&
      !NEVER_FIRST.has(character) &&
      character !== ' ' &&
      (isWide(before) || isWide(character) || BREAK_AFTER.has(before));
    if (mayBreak || before === '') found.push(character);
    else found[found.length - 1] += character;
    before = character;
  }
  return found;
}

const atDots = (text: string): string[] => text.split(/(?<=·)/u);

/** Breaks a text into lines no wider than `width` points. The first line may be shorter by `indent`. */
export function wrap(fonts: FontSet, text: string, size: number, width: number, indent = 0, cut = pieces): string[] {
  const lines: string[] = [];
  let line = '';
  const room = () => width - (lines.length === 0 ? indent : 0);
  const fits = (candidate: string) => measure(fonts, candidate.trimEnd(), size) <= room() + 1e-6;
  for (const piece of cut(text)) {
    if (fits(line + piece)) {
      line += piece;
      continue;
    }
    if (line !== '') lines.push(line.trimEnd());
    line = '';
    for (const part of fits(piece) ? [piece] : piece) {
      if (line !== '' && !fits(line + part)) {
        lines.push(line.trimEnd());
        line = '';
      }
      line += part;
    }
  }
  if (line !== '') lines.push(line.trimEnd());
  return lines;
}

/** The narrowest width that needs no more lines: two lines of equal length instead of a long one and an orphan. */
function balance(
  fonts: FontSet,
  text: string,
  size: number,
  width: number,
  count: number,
  cut: typeof pieces,
): string[] {
  if (count <= 1) return wrap(fonts, text, size, width, 0, cut);
  let low = Math.max(width / (count + 1), ...cut(text).map((piece) => measure(fonts, piece, size)));
  let high = width;
  while (high - low > size / 4) {
    const middle = (low + high) / 2;
    if (wrap(fonts, text, size, middle, 0, cut).length <= count) high = middle;
    else low = middle;
  }
  return wrap(fonts, text, size, high, 0, cut);
}

/**
 * Sets a text into its place: the largest of its sizes at which the wrapped lines fit, the lines balanced.
 * @throws Refusal `text_too_long` with `part`
 */
export function fit(fonts: FontSet, text: string, place: Place): Lines {
  for (const size of place.sizes) {
    const leading = size * place.leading;
    if (measure(fonts, text, size) <= place.width) return { size, leading, lines: [text] };
    const most = Math.max(1, Math.floor((place.height - size) / leading) + 1);
    for (const cut of text.includes('·') ? [atDots, pieces] : [pieces]) {
      const whole = cut(text).every((piece) => measure(fonts, piece.trimEnd(), size) <= place.width);
      if (cut === atDots && !whole) continue;
      const count = wrap(fonts, text, size, place.width, 0, cut).length;
      if (count <= most) return { size, leading, lines: balance(fonts, text, size, place.width, count, cut) };
    }
  }
  throw new Refusal('text_too_long', `The ${place.part} does not fit its place on the certificate.`, {
    part: place.part,
  });
}
