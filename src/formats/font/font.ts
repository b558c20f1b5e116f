/**
 * A TrueType font, and the set of fonts that a document is printed with: which characters they have and how wide these
 * are. Opening reads the directory and the character map and copies nothing: a font of 15 MB opens in a millisecond.
 */
import { Refusal } from '../../base/refusal.ts';
import {
  type CharacterMap,
  needTable,
  readCharacterMap,
  readPostScriptName,
  readTables,
  type Table,
  unusable,
} from './sfnt.ts';

export interface Font {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly tables: ReadonlyMap<string, Table>;
  readonly characters: CharacterMap;
  readonly postScriptName: string;
  readonly unitsPerEm: number;
  readonly ascent: number;
  readonly descent: number;
  /** xMin, yMin, xMax, yMax in font units. */
  readonly box: readonly [number, number, number, number];
  readonly glyphCount: number;
  /** How many glyphs have an advance of their own in `hmtx`. */
  readonly longMetrics: number;
  readonly longLoca: boolean;
  /** Outlines on the coarser grid, as last cut: the same characters stand on most certificates. */
  readonly cut: Map<number, Uint8Array>;
}

/** @throws Refusal `font_unusable` (with `part`: the table) */
export function openFont(bytes: Uint8Array): Font {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tables = readTables(view);
  const head = needTable(tables, 'head', 54);
  const hhea = needTable(tables, 'hhea', 36);
  const glyphCount = view.getUint16(needTable(tables, 'maxp', 32).at + 4);
  if (view.getUint32(head.at + 12) !== 0x5f0f3cf5) throw unusable('head', 'its magic number is wrong');
  const unitsPerEm = view.getUint16(head.at + 18);
  if (unitsPerEm < 16 || unitsPerEm > 16384) throw unusable('head', 'its units per em are out of range');
  const locaFormat = view.getInt16(head.at + 50);
  if (locaFormat !== 0 && locaFormat !== 1) throw unusable('head', 'its glyph index has an unknown format');
  const longMetrics = view.getUint16(hhea.at + 34);
  if (glyphCount === 0 || longMetrics === 0 || longMetrics > glyphCount)
    throw unusable('hhea', 'its count of metrics is out of range');
  needTable(tables, 'hmtx', 4 * longMetrics + 2 * (glyphCount - longMetrics));
  needTable(tables, 'loca', (glyphCount + 1) * (locaFormat === 1 ? 4 : 2));
  needTable(tables, 'glyf', 0);
  const box = [36, 38, 40, 42].map((at) => view.getInt16(head.at + at)) as [number, number, number, number];
  return {
    bytes,
    view,
    tables,
    unitsPerEm,
    glyphCount,
    longMetrics,
    box,
    longLoca: locaFormat === 1,
    cut: new Map(),
    ascent: view.getInt16(hhea.at + 4),
    descent: view.getInt16(hhea.at + 6),
    characters: readCharacterMap(view, needTable(tables, 'cmap', 4), glyphCount),
    postScriptName: readPostScriptName(view, tables.get('name')),
  };
}

/** The glyph of a code point; 0 where the font has none. */
export function glyphOf(font: Font, codePoint: number): number {
  const { starts, ends, glyphs } = font.characters;
  let low = 0;
  let high = starts.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const start = starts[middle] as number;
    if (codePoint < start) high = middle - 1;
    else if (codePoint > (ends[middle] as number)) low = middle + 1;
    else return (glyphs[middle] as number) + codePoint - start;
  }
  return 0;
}

const tableAt = (font: Font, tag: string): number => (font.tables.get(tag) as Table).at;

/** How far a glyph moves the pen, in font units. */
export function advanceOfGlyph(font: Font, gid: number): number {
  return font.view.getUint16(tableAt(font, 'hmtx') + 4 * Math.min(gid, font.longMetrics - 1));
}

/** The distance from the pen to a glyph's left edge, in font units. */
export function leftBearing(font: Font, gid: number): number {
  const hmtx = tableAt(font, 'hmtx');
  return font.view.getInt16(
    gid < font.longMetrics ? hmtx + 4 * gid + 2 : hmtx + 4 * font.longMetrics + 2 * (gid - font.longMetrics),
  );
}

/** The bytes of one glyph's `glyf` entry, not copied; empty for a space. */
export function outlineOf(font: Font, gid: number): Uint8Array {
  if (gid < 0 || gid >= font.glyphCount) throw unusable('glyf', 'it names a glyph that does not exist');
  const loca = tableAt(font, 'loca');
  const glyf = font.tables.get('glyf') as Table;
  const [from, to] = font.longLoca
    ? [font.view.getUint32(loca + 4 * gid), font.view.getUint32(loca + 4 * gid + 4)]
    : [2 * font.view.getUint16(loca + 2 * gid), 2 * font.view.getUint16(loca + 2 * gid + 2)];
  if (to < from || to > glyf.length || (to > from && to - from < 10))
    throw unusable('loca', 'a glyph lies outside its table');
  return font.bytes.subarray(glyf.at + from, glyf.at + to);
}

/**
 * The fonts of a document: its own first, then those that a deployer added for characters that it lacks (CJK Ext B and
 * beyond), then one for Latin Extended. A character is taken from the first font that shows it.
 */
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
