/**
 * Owns colours as far as they matter for telling ink from paper (ISO 32000-1 §8.6): gray, RGB and CMYK, in whatever way
 * they are called. Patterns, separations and the like are no colour here.
 */
import type { PdfFile } from './file.ts';
import type { Value } from './objects.ts';

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
