/**
 * Owns the fonts of a certificate as a set: the template's own font first, then the fonts that a deployer added for
 * characters that it lacks (CJK Ext B and beyond), then one for Latin Extended. A character is taken from the first font
 * that shows it.
 * It refuses characters that no font of the set shows (`glyph_missing`): nothing is ever drawn as a box or left out.
 */

import { Refusal } from '../../base/refusal.ts';
import { advanceOfGlyph, type Font, glyphOf, outlineOf } from './font.ts';

export type FontSet = readonly [Font, ...Font[]];

/** True when a font draws this code point, or it is a space. */
export function shows(font: Font, codePoint: number): boolean {
  const gid = glyphOf(font, codePoint);
  return gid !== 0 && (outlineOf(font, gid).length > 0 || /^\p{Zs}$/u.test(String.fromCodePoint(codePoint)));
}

/** The font that shows a code point; the first font where none does. */
export function fontFor(fonts: FontSet, codePoint: number): Font {
  if (fonts.length === 1 || shows(fonts[0], codePoint)) return fonts[0];
  return fonts.find((font) => shows(font, codePoint)) ?? fonts[0];
}

/** How far a code point moves the pen, as a fraction of the type size. */
export function advance(fonts: FontSet, codePoint: number): number {
  const font = fontFor(fonts, codePoint);
  return advanceOfGlyph(font, glyphOf(font, codePoint)) / font.unitsPerEm;
}

/** Code points of `text` that would not show, each once, in order of appearance. */
export function missingGlyphs(fonts: FontSet, text: string): number[] {
  const missing = new Set<number>();
  for (const character of text) {
    const codePoint = character.codePointAt(0) as number;
    if (!fonts.some((font) => shows(font, codePoint))) missing.add(codePoint);
  }
  return [...missing];
}

/** `U+4DAE` */
const codePointName = (codePoint: number): string => `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;

/** @throws Refusal `glyph_missing` with `code_point`, and `code_points` for all of them */
export function requireGlyphs(fonts: FontSet, text: string): void {
  const names = missingGlyphs(fonts, text).map(codePointName);
  if (names.length > 0) {
    throw new Refusal('glyph_missing', `The font has no glyph for ${names.join(', ')}.`, {
      code_point: names[0],
      code_points: names,
    });
  }
}
