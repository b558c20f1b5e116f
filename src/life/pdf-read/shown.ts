/**
 * Owns the words for what a page shows. Places are points from the bottom left of the sheet as it is shown.
 */
import type { Colour } from './colours.ts';
import type { Box } from './geometry.ts';

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
