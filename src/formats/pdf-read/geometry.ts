/**
 * What a page's graphics state holds and where things stand: colours, matrices, boxes, glyphs (ISO 32000-1 §8.3–8.6,
 * §9.4); and the words for what a page shows. Places beyond any page, and so all that is not finite, are
 * `pdf_malformed`.
 */

import { type Budget, malformed } from './limits.ts';
import type { PdfFile } from './object-file.ts';
import type { Value } from './objects.ts';
import type { PdfFont } from './page-fonts.ts';

/** 0–1 each. */
export type Colour = [red: number, green: number, blue: number];

/** Patterns, separations and the like are no colour here: what counts is to tell ink from paper. */
const SHADES = new Map([
  ['DeviceGray', 1],
  ['CalGray', 1],
  ['DeviceRGB', 3],
  ['CalRGB', 3],
  ['DeviceCMYK', 4],
]);

/** How many shades make a colour of a colour space; 0 where it is no mixture of red, green and blue. */
export function countShades(file: PdfFile, space: Value | undefined): number {
  const [family, profile] = Array.isArray(space) ? file.array(space) : [space];
  const name = file.name(family) ?? '';
  return name === 'ICCBased' ? (file.number(file.dict(profile).get('N')) ?? 0) : (SHADES.get(name) ?? 0);
}

/** Gray, RGB or CMYK as RGB; undefined for other numbers of components. */
export function toColour(parts: readonly number[]): Colour | undefined {
  const [a = 0, b = 0, c = 0, k = 0] = parts;
  if (parts.length === 1) return [a, a, a];
  if (parts.length === 3) return [a, b, c];
  return parts.length === 4 ? [(1 - a) * (1 - k), (1 - b) * (1 - k), (1 - c) * (1 - k)] : undefined;
}

export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** Points from the bottom left of the page. */
export interface Box {
  left: number;
  bottom: number;
  right: number;
  top: number;
}

export const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];
export const NOWHERE: Box = { left: Infinity, bottom: Infinity, right: -Infinity, top: -Infinity };

const FARTHEST = 1e12;

function near(value: number): number {
  if (!(Math.abs(value) < FARTHEST)) throw malformed('a place lies beyond any page');
  return value;
}

export const toMatrix = ([a = 0, b = 0, c = 0, d = 0, e = 0, f = 0]: readonly number[]): Matrix => [a, b, c, d, e, f];

/** First `a`, then `b`. */
export const multiply = (a: Matrix, b: Matrix): Matrix => [
  near(a[0] * b[0] + a[1] * b[2]),
  near(a[0] * b[1] + a[1] * b[3]),
  near(a[2] * b[0] + a[3] * b[2]),
  near(a[2] * b[1] + a[3] * b[3]),
  near(a[4] * b[0] + a[5] * b[2] + b[4]),
  near(a[4] * b[1] + a[5] * b[3] + b[5]),
];

const apply = (m: Matrix, x: number, y: number): [x: number, y: number] => [
  near(m[0] * x + m[2] * y + m[4]),
  near(m[1] * x + m[3] * y + m[5]),
];

function extend(box: Box, [x, y]: readonly [number, number]): Box {
  return {
    left: Math.min(box.left, x),
    bottom: Math.min(box.bottom, y),
    right: Math.max(box.right, x),
    top: Math.max(box.top, y),
  };
}

/** The corners of a rectangle, given as x, y, width, height. */
export const cornersOf = ([x = 0, y = 0, width = 0, height = 0]: readonly number[]): number[] => [
  x,
  y,
  x + width,
  y,
  x,
  y + height,
  x + width,
  y + height,
];

/** The box with the points of a path in it, seen through a matrix. */
export function extendBy(box: Box, m: Matrix, coordinates: readonly number[]): Box {
  let { left, bottom, right, top } = box;
  for (let i = 0; i + 1 < coordinates.length; i += 2) {
    const [x, y] = apply(m, coordinates[i] as number, coordinates[i + 1] as number);
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < bottom) bottom = y;
    if (y > top) top = y;
  }
  return { left, bottom, right, top };
}

export const intersect = (a: Box, b: Box): Box => ({
  left: Math.max(a.left, b.left),
  bottom: Math.max(a.bottom, b.bottom),
  right: Math.min(a.right, b.right),
  top: Math.min(a.top, b.top),
});

export const isEmpty = (box: Box): boolean => box.left > box.right || box.bottom > box.top;

/** The box around a rectangle seen through a matrix. */
export function boxOf(m: Matrix, x: number, y: number, width: number, height: number): Box {
  return [apply(m, x + width, y), apply(m, x, y + height), apply(m, x + width, y + height)].reduce(
    extend,
    extend(NOWHERE, apply(m, x, y)),
  );
}

export interface State {
  ctm: Matrix;
  /** The box around what may be painted on. */
  clip: Box;
  /** Nothing painted can be seen for sure: transparent, or behind a soft mask. */
  faint: boolean;
  fill: Colour | undefined;
  /** Components of the fill colour space; 0 where they are no shades of red, green and blue. */
  components: number;
  lineWidth: number;
  font: PdfFont | undefined;
  size: number;
  charSpace: number;
  wordSpace: number;
  /** 1 for 100 %. */
  stretch: number;
  leading: number;
  rise: number;
  mode: number;
}

/** The graphics state with which a page begins. */
export const initialState = (ctm: Matrix, clip: Box): State => ({
  ctm,
  clip,
  faint: false,
  fill: [0, 0, 0],
  components: 1,
  lineWidth: 1,
  font: undefined,
  size: 0,
  charSpace: 0,
  wordSpace: 0,
  stretch: 1,
  leading: 0,
  rise: 0,
  mode: 0,
});

/** §9.4.4: where the glyphs of some strings stand; numbers between them move the pen. */
export function layGlyphs(
  { font, size, charSpace, wordSpace, stretch, rise, ctm, clip }: State,
  from: Matrix,
  parts: readonly Value[],
  budget: Budget,
): { glyphs: ShownText['glyphs']; outside: boolean; end: [x: number, y: number]; pen: Matrix; size: number } {
  const base = multiply(from, ctm);
  const glyphs: ShownText['glyphs'] = [];
  let pen = 0;
  let end = 0;
  let outside = false;
  const place = (at: number) => (font?.vertical ? apply(base, 0, at) : apply(base, at, rise));
  for (const part of parts) {
    if (typeof part === 'number') {
      pen -= (part / 1000) * size * (font?.vertical ? 1 : stretch);
      continue;
    }
    if (!(part instanceof Uint8Array)) throw malformed('text is neither strings nor numbers');
    if (font === undefined) throw malformed('its page shows text without a font');
    budget.spend('glyphs', part.length / font.codeLength);
    for (let i = 0; i < part.length; i += font.codeLength) {
      const code = font.codeLength === 1 ? (part[i] as number) : (part[i] as number) * 256 + (part[i + 1] ?? 0);
      const { text, width } = font.glyph(code);
      const [x, y] = place(pen);
      outside ||= x < clip.left || x > clip.right || y < clip.bottom || y > clip.top;
      glyphs.push({ text, x, y });
      const space = charSpace + (code === 32 && font.codeLength === 1 ? wordSpace : 0);
      end = pen + (font.vertical ? -size : width * size * stretch);
      pen = end + (font.vertical ? -space : space * stretch);
    }
  }
  return {
    glyphs,
    outside,
    end: glyphs.length === 0 ? [0, 0] : place(end),
    pen: multiply(font?.vertical ? [1, 0, 0, 1, 0, pen] : [1, 0, 0, 1, pen, 0], from),
    size: Math.abs(size) * Math.hypot(base[2], base[3]),
  };
}

// What a page shows. Places are points from the bottom left of the sheet as it is shown.

export interface ShownText {
  text: string;
  /** Where each code's origin stands; `text` may be more than one character (a ligature). */
  glyphs: { text: string; x: number; y: number }[];
  /** The pen before the first glyph and after the last one. */
  x: number;
  y: number;
  endX: number;
  endY: number;
  /** Points, after all matrices. */
  size: number;
  font: string;
  /** Rendering mode, 0–7: 3 and 7 show nothing. */
  mode: number;
  /** Undefined for patterns and separations. */
  colour?: Colour;
  /**
   * Why it may not be seen although its mode shows it: outside the page or a clip, transparent or masked, on a layer.
   */
  veiled?: 'clip' | 'transparent' | 'layer';
  mcid?: number;
  artifact: boolean;
  actualText?: string;
  /** Form XObjects around it. */
  depth: number;
  /** Of everything shown: what has a higher one lies above. */
  order: number;
}

export interface ShownImage extends Box {
  /** Pixels. */
  width: number;
  height: number;
  /** E.g. `DCTDecode`; absent for plain samples. */
  format?: string;
  /** The embedded file of an image that has a format of its own. */
  bytes?: Uint8Array;
  order: number;
}

export interface Paint extends Box {
  kind: 'fill' | 'stroke' | 'shading';
  /** Of a fill. */
  colour?: Colour;
  order: number;
}
