/**
 * Owns places on the page: matrices, boxes, and what a graphics state holds (ISO 32000-1 §8.3, §8.4).
 * It refuses places beyond any page, and so all that is not finite (`pdf_malformed`).
 */
import type { Colour } from './colours.ts';
import type { PdfFont } from './fonts.ts';
import { malformed } from './limits.ts';

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
