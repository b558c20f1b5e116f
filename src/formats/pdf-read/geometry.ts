/**
 * Owns colours as far as they matter for telling ink from paper (ISO 32000-1 §8.6): gray, RGB and CMYK, in whatever way
 * they are called. Patterns, separations and the like are no colour here.
 */

import { malformed } from './limits.ts';
import type { PdfFile } from './object-file.ts';
import type { Value } from './objects.ts';
import type { PdfFont } from './page-fonts.ts';

/** 0–1 each. */
export type Colour = [red: number, green: number, blue: number];

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

// Owns places on the page: matrices, boxes, and what a graphics state holds (ISO 32000-1 §8.3, §8.4).
// It refuses places beyond any page, and so all that is not finite (`pdf_malformed`).

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

export const apply = (m: Matrix, x: number, y: number): [x: number, y: number] => [
  near(m[0] * x + m[2] * y + m[4]),
  near(m[1] * x + m[3] * y + m[5]),
];

export function extend(box: Box, [x, y]: readonly [number, number]): Box {
  return {
    left: Math.min(box.left, x),
    bottom: Math.min(box.bottom, y),
    right: Math.max(box.right, x),
    top: Math.max(box.top, y),
  };
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

// Owns the words for what a page shows. Places are points from the bottom left of the sheet as it is shown.

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
  /** Why it may not be seen although its mode shows it: outside the page or a clip, transparent or masked, on a layer. */
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
