/**
 * Owns the TrueType font that certificates are printed with: which characters it has, how wide they are, and cutting
 * out the few glyphs one document needs. The cut is ours because pdf-lib's drops Chinese glyphs without a word.
 * Opening reads the directory and the character map and copies nothing, so a font of 15 MB opens in a millisecond.
 * It refuses fonts it cannot trust (`font_unusable`) and to cut out a character that the font lacks (`glyph_missing`).
 */

import { Refusal } from '../../base/refusal.ts';
import { rescale } from './font-slice.ts';
import {
  type CharacterMap,
  needTable,
  readCharacterMap,
  readPostScriptName,
  readTables,
  type Table,
  unusable,
  writeFont,
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

export interface FontSlice {
  /** A TrueType font of these glyphs alone; glyph 0 is the original's .notdef. */
  bytes: Uint8Array<ArrayBuffer>;
  gidByCodePoint: ReadonlyMap<number, number>;
  /** Advance by new glyph, in thousandths of an em. */
  widths: number[];
}

/** Units an em of a cut font, where the original is finer. */
const GRID = 320;

/** Composites of composites stop here; real fonts nest one or two deep. */
const DEEPEST_COMPOSITE = 6;

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

function leftBearing(font: Font, gid: number): number {
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

/** Calls back with the place and value of every component's glyph number in a composite outline. */
function eachComponent(outline: Uint8Array, visit: (at: number, gid: number) => void): void {
  const view = new DataView(outline.buffer, outline.byteOffset, outline.byteLength);
  if (outline.length === 0 || view.getInt16(0) >= 0) return;
  for (let at = 10; ; ) {
    if (at + 4 > outline.length) throw unusable('glyf', 'a composite glyph is cut off');
    const flags = view.getUint16(at);
    visit(at + 2, view.getUint16(at + 2));
    if ((flags & 0x20) === 0) return;
    at +=
      4 +
      ((flags & 0x01) !== 0 ? 4 : 2) +
      ((flags & 0x08) !== 0 ? 2 : (flags & 0x40) !== 0 ? 4 : (flags & 0x80) !== 0 ? 8 : 0);
  }
}

/**
 * Cuts out the glyphs of some code points. New glyphs: 0 is .notdef, then one for each code point in ascending order,
 * then the components that composites are made of. Outlines are the original's on a grid of GRID units an em.
 * @throws Refusal `glyph_missing`, `font_unusable`
 */
export function sliceFont(font: Font, codePoints: Iterable<number>): FontSlice {
  const wanted = [...new Set(codePoints)].sort((a, b) => a - b);
  const originals: number[] = [0];
  const newByOriginal = new Map<number, number>([[0, 0]]);
  const gidByCodePoint = new Map<number, number>();
  const add = (original: number): number => {
    const gid = originals.push(original) - 1;
    if (!newByOriginal.has(original)) newByOriginal.set(original, gid);
    return gid;
  };
  for (const codePoint of wanted) {
    const original = glyphOf(font, codePoint);
    if (original === 0)
      throw new Refusal('glyph_missing', `The font has no glyph for U+${codePoint.toString(16).toUpperCase()}.`);
    gidByCodePoint.set(codePoint, add(original));
  }
  const done = new Set<number>();
  const follow = (original: number, path: number[]): void => {
    if (path.length > DEEPEST_COMPOSITE || path.includes(original))
      throw unusable('glyf', 'its composite glyphs are nested too deep');
    if (done.has(original)) return;
    eachComponent(outlineOf(font, original), (_at, component) => {
      if (!newByOriginal.has(component)) add(component);
      follow(component, [...path, original]);
    });
    done.add(original);
  };
  for (const original of [...originals]) follow(original, []);
  if (originals.length > 0xffff) throw unusable('glyf', 'too many glyphs are wanted');
  const scale = Math.min(1, GRID / font.unitsPerEm);
  const unitsPerEm = Math.round(font.unitsPerEm * scale);
  const widths = originals.map((gid) =>
    Math.round((Math.round(advanceOfGlyph(font, gid) * scale) * 1000) / unitsPerEm),
  );
  return { bytes: assemble(font, originals, newByOriginal, scale), gidByCodePoint, widths };
}

/** How many cut outlines a font remembers: about a megabyte. */
const REMEMBERED = 4_096;

function coarse(font: Font, gid: number, scale: number): Uint8Array {
  let outline = font.cut.get(gid);
  if (outline === undefined) {
    outline = rescale(outlineOf(font, gid), scale);
    if (font.cut.size >= REMEMBERED) font.cut.clear();
    font.cut.set(gid, outline);
  }
  return outline;
}

function assemble(
  font: Font,
  originals: number[],
  newByOriginal: ReadonlyMap<number, number>,
  scale: number,
): Uint8Array<ArrayBuffer> {
  const outlines = originals.map((gid) => coarse(font, gid, scale));
  const scaled = (units: number) => Math.round(units * scale);
  const glyf = new Uint8Array(outlines.reduce((sum, outline) => sum + ((outline.length + 3) & ~3), 0));
  const glyfView = new DataView(glyf.buffer);
  const loca = new DataView(new ArrayBuffer(4 * (originals.length + 1)));
  const hmtx = new DataView(new ArrayBuffer(4 * originals.length));
  let at = 0;
  outlines.forEach((outline, gid) => {
    const original = originals[gid] as number;
    glyf.set(outline, at);
    eachComponent(outline, (place, component) =>
      glyfView.setUint16(at + place, newByOriginal.get(component) as number),
    );
    at += (outline.length + 3) & ~3;
    loca.setUint32(4 * (gid + 1), at);
    hmtx.setUint16(4 * gid, scaled(advanceOfGlyph(font, original)));
    hmtx.setInt16(4 * gid + 2, scaled(leftBearing(font, original)));
  });
  const copy = (tag: string): Uint8Array<ArrayBuffer> => {
    const table = font.tables.get(tag) as Table;
    return new Uint8Array(font.bytes.subarray(table.at, table.at + table.length));
  };
  const [head, hhea, maxp] = [copy('head'), copy('hhea'), copy('maxp')];
  const headView = new DataView(head.buffer);
  const hheaView = new DataView(hhea.buffer);
  headView.setUint16(18, scaled(font.unitsPerEm));
  for (const at of [36, 38, 40, 42]) headView.setInt16(at, scaled(headView.getInt16(at)));
  headView.setInt16(50, 1);
  for (const at of [4, 6, 8, 10, 12, 14, 16]) hheaView.setInt16(at, scaled(hheaView.getInt16(at)));
  hheaView.setUint16(34, originals.length);
  new DataView(maxp.buffer).setUint16(4, originals.length);
  const parts: Record<string, Uint8Array> = {
    head,
    hhea,
    maxp,
    glyf,
    loca: new Uint8Array(loca.buffer),
    hmtx: new Uint8Array(hmtx.buffer),
  };
  return writeFont(parts);
}

// Owns the fonts of a certificate as a set: the template's own font first, then the fonts that a deployer added for
// characters that it lacks (CJK Ext B and beyond), then one for Latin Extended. A character is taken from the first font
// that shows it.
// It refuses characters that no font of the set shows (`glyph_missing`): nothing is ever drawn as a box or left out.

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
