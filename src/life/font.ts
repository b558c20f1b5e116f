/**
 * Owns the TrueType font that certificates are printed with: which characters it has, how wide they are, and cutting
 * out the few glyphs one document needs. The cut is ours because pdf-lib's drops Chinese glyphs without a word.
 * Opening reads the directory and the character map and copies nothing, so a font of 15 MB opens in a millisecond.
 * It refuses fonts it cannot trust (`font_unusable`) and characters it cannot show (`glyph_missing`); a character
 * that would print as nothing, and is no space, counts as missing.
 */
import {
  needTable, readCharacterMap, readPostScriptName, readTables, unusable, writeFont,
  type CharacterMap, type Table,
} from './pdf-sfnt.ts';
import { Refusal } from './refusal.ts';

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
}

export interface FontSlice {
  /** A TrueType font of these glyphs alone; glyph 0 is the original's .notdef. */
  bytes: Uint8Array<ArrayBuffer>;
  gidByCodePoint: ReadonlyMap<number, number>;
  /** Advance by new glyph, in font units. */
  widths: number[];
}

/** Composites of composites stop here; real fonts nest one or two deep. */
const DEEPEST_COMPOSITE = 6;
const COPIED_TABLES = ['cvt ', 'fpgm', 'prep'];

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
  if (glyphCount === 0 || longMetrics === 0 || longMetrics > glyphCount) throw unusable('hhea', 'its count of metrics is out of range');
  needTable(tables, 'hmtx', 4 * longMetrics + 2 * (glyphCount - longMetrics));
  needTable(tables, 'loca', (glyphCount + 1) * (locaFormat === 1 ? 4 : 2));
  needTable(tables, 'glyf', 0);
  const box = [36, 38, 40, 42].map((at) => view.getInt16(head.at + at)) as [number, number, number, number];
  return {
    bytes, view, tables, unitsPerEm, glyphCount, longMetrics, box,
    longLoca: locaFormat === 1,
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

function advanceOfGlyph(font: Font, gid: number): number {
  return font.view.getUint16(tableAt(font, 'hmtx') + 4 * Math.min(gid, font.longMetrics - 1));
}

function leftBearing(font: Font, gid: number): number {
  const hmtx = tableAt(font, 'hmtx');
  return font.view.getInt16(gid < font.longMetrics ? hmtx + 4 * gid + 2 : hmtx + 4 * font.longMetrics + 2 * (gid - font.longMetrics));
}

/** How far a code point moves the pen, in font units; .notdef's width where there is no glyph. */
export const advance = (font: Font, codePoint: number): number => advanceOfGlyph(font, glyphOf(font, codePoint));

/** The bytes of one glyph's `glyf` entry, not copied; empty for a space. */
export function outlineOf(font: Font, gid: number): Uint8Array {
  if (gid < 0 || gid >= font.glyphCount) throw unusable('glyf', 'it names a glyph that does not exist');
  const loca = tableAt(font, 'loca');
  const glyf = font.tables.get('glyf') as Table;
  const [from, to] = font.longLoca
    ? [font.view.getUint32(loca + 4 * gid), font.view.getUint32(loca + 4 * gid + 4)]
    : [2 * font.view.getUint16(loca + 2 * gid), 2 * font.view.getUint16(loca + 2 * gid + 2)];
  if (to < from || to > glyf.length || (to > from && to - from < 10)) throw unusable('loca', 'a glyph lies outside its table');
  return font.bytes.subarray(glyf.at + from, glyf.at + to);
}

/** Code points of `text` that would not show, each once, in order of appearance. */
export function missingGlyphs(font: Font, text: string): number[] {
  const missing = new Set<number>();
  for (const character of text) {
    const codePoint = character.codePointAt(0) as number;
    const gid = glyphOf(font, codePoint);
    if (gid === 0 || (outlineOf(font, gid).length === 0 && !/^\p{Zs}$/u.test(character))) missing.add(codePoint);
  }
  return [...missing];
}

/** `U+4DAE` */
export const codePointName = (codePoint: number): string => `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;

/** @throws Refusal `glyph_missing` with `code_point`, and `code_points` for all of them */
export function requireGlyphs(font: Font, text: string): void {
  const names = missingGlyphs(font, text).map(codePointName);
  if (names.length > 0) {
    throw new Refusal('glyph_missing', `The font has no glyph for ${names.join(', ')}.`, { code_point: names[0], code_points: names });
  }
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
    at += 4 + ((flags & 0x01) !== 0 ? 4 : 2) + ((flags & 0x08) !== 0 ? 2 : (flags & 0x40) !== 0 ? 4 : (flags & 0x80) !== 0 ? 8 : 0);
  }
}

/**
 * Cuts out the glyphs of some code points. New glyphs: 0 is .notdef, then one for each code point in ascending order,
 * then the components that composites are made of. Outlines and advances are the original's, byte for byte.
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
    if (original === 0) requireGlyphs(font, String.fromCodePoint(codePoint));
    gidByCodePoint.set(codePoint, add(original));
  }
  const done = new Set<number>();
  const follow = (original: number, path: number[]): void => {
    if (path.length > DEEPEST_COMPOSITE || path.includes(original)) throw unusable('glyf', 'its composite glyphs are nested too deep');
    if (done.has(original)) return;
    eachComponent(outlineOf(font, original), (_at, component) => {
      if (!newByOriginal.has(component)) add(component);
      follow(component, [...path, original]);
    });
    done.add(original);
  };
  for (const original of [...originals]) follow(original, []);
  if (originals.length > 0xffff) throw unusable('glyf', 'too many glyphs are wanted');
  return { bytes: assemble(font, originals, newByOriginal), gidByCodePoint, widths: originals.map((gid) => advanceOfGlyph(font, gid)) };
}

function assemble(font: Font, originals: number[], newByOriginal: ReadonlyMap<number, number>): Uint8Array<ArrayBuffer> {
  const outlines = originals.map((gid) => outlineOf(font, gid));
  const glyf = new Uint8Array(outlines.reduce((sum, outline) => sum + ((outline.length + 3) & ~3), 0));
  const glyfView = new DataView(glyf.buffer);
  const loca = new DataView(new ArrayBuffer(4 * (originals.length + 1)));
  const hmtx = new DataView(new ArrayBuffer(4 * originals.length));
  let at = 0;
  outlines.forEach((outline, gid) => {
    const original = originals[gid] as number;
    glyf.set(outline, at);
    eachComponent(outline, (place, component) => glyfView.setUint16(at + place, newByOriginal.get(component) as number));
    at += (outline.length + 3) & ~3;
    loca.setUint32(4 * (gid + 1), at);
    hmtx.setUint16(4 * gid, advanceOfGlyph(font, original));
    hmtx.setInt16(4 * gid + 2, leftBearing(font, original));
  });
  const copy = (tag: string): Uint8Array<ArrayBuffer> => {
    const table = font.tables.get(tag) as Table;
    return new Uint8Array(font.bytes.subarray(table.at, table.at + table.length));
  };
  const [head, hhea, maxp] = [copy('head'), copy('hhea'), copy('maxp')];
  new DataView(head.buffer).setInt16(50, 1);
  new DataView(hhea.buffer).setUint16(34, originals.length);
  new DataView(maxp.buffer).setUint16(4, originals.length);
  const parts: Record<string, Uint8Array> = { head, hhea, maxp, glyf, loca: new Uint8Array(loca.buffer), hmtx: new Uint8Array(hmtx.buffer) };
  for (const tag of COPIED_TABLES) if (font.tables.has(tag)) parts[tag] = copy(tag);
  return writeFont(parts);
}
