/**
 * A TrueType font, and the set of fonts that a document is printed with: which characters they have and how wide these
 * are. Opening reads the directory and the character map and copies nothing: a font of 15 MB opens in a millisecond.
 */
import { Refusal } from '../../base/refusal.ts';

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

// The container of a TrueType font: its table directory, its character map, and putting tables back together. Nothing
// is copied when a font is read: tables are places in the caller's bytes. Every offset, length and count is compared
// with these bytes (`font_unusable`), so that no reader behind it can loop or run off the end; CFF outlines and
// collections are not read.

export interface Table {
  at: number;
  length: number;
}

/** Code points `starts[i]..ends[i]` map to glyphs `glyphs[i]…`, sorted by code point. */
interface CharacterMap {
  starts: Uint32Array;
  ends: Uint32Array;
  glyphs: Uint32Array;
}

export function unusable(table: string, why: string): Refusal {
  return new Refusal('font_unusable', `The font cannot be used: ${why}.`, { part: table });
}

/** The tables by tag, each proved to lie inside the bytes. */
export function readTables(view: DataView): Map<string, Table> {
  if (view.byteLength < 12) throw unusable('header', 'it is shorter than a header');
  const kind = view.getUint32(0);
  if (kind === 0x4f54544f) throw unusable('header', 'it has CFF outlines, and TrueType outlines are needed');
  if (kind !== 0x00010000 && kind !== 0x74727565) throw unusable('header', 'it is not a single TrueType font');
  const count = view.getUint16(4);
  if (12 + 16 * count > view.byteLength) throw unusable('header', 'its table directory is cut off');
  const tables = new Map<string, Table>();
  for (let i = 0; i < count; i++) {
    const entry = 12 + 16 * i;
    const tag = String.fromCharCode(...[0, 1, 2, 3].map((byte) => view.getUint8(entry + byte)));
    const table = { at: view.getUint32(entry + 8), length: view.getUint32(entry + 12) };
    if (table.at + table.length > view.byteLength) throw unusable(tag, `table ${tag} lies outside the file`);
    if (tables.has(tag)) throw unusable(tag, `table ${tag} stands twice`);
    tables.set(tag, table);
  }
  return tables;
}

/** Finds a table that must exist with at least `length` bytes. */
function needTable(tables: ReadonlyMap<string, Table>, tag: string, length: number): Table {
  const table = tables.get(tag);
  if (table === undefined) throw unusable(tag, `table ${tag} is missing`);
  if (table.length < length) throw unusable(tag, `table ${tag} is too short`);
  return table;
}

/** Reads the best Unicode character map: format 12 (all planes), else format 4 (the first plane). */
function readCharacterMap(view: DataView, cmap: Table, glyphCount: number): CharacterMap {
  const count = view.getUint16(cmap.at + 2);
  if (4 + 8 * count > cmap.length) throw unusable('cmap', 'its list of character maps is cut off');
  let fallback: Table | undefined;
  for (let i = 0; i < count; i++) {
    const record = cmap.at + 4 + 8 * i;
    const platform = view.getUint16(record);
    const encoding = view.getUint16(record + 2);
    const offset = view.getUint32(record + 4);
    if (offset + 16 > cmap.length) throw unusable('cmap', 'a character map lies outside its table');
    const map = { at: cmap.at + offset, length: cmap.length - offset };
    const format = view.getUint16(map.at);
    const unicode = platform === 0 || (platform === 3 && (encoding === 1 || encoding === 10));
    if (unicode && format === 12) return readGroups(view, map, glyphCount);
    if (unicode && format === 4) fallback ??= map;
  }
  if (fallback === undefined) throw unusable('cmap', 'it has no Unicode character map of format 12 or 4');
  return readSegments(view, fallback, glyphCount);
}

function readGroups(view: DataView, map: Table, glyphCount: number): CharacterMap {
  const count = view.getUint32(map.at + 12);
  if (16 + 12 * count > map.length) throw unusable('cmap', 'its groups are cut off');
  const starts = new Uint32Array(count);
  const ends = new Uint32Array(count);
  const glyphs = new Uint32Array(count);
  let last = -1;
  for (let i = 0; i < count; i++) {
    const at = map.at + 16 + 12 * i;
    const start = view.getUint32(at);
    const end = view.getUint32(at + 4);
    const glyph = view.getUint32(at + 8);
    if (start <= last || end < start || end > 0x10ffff) throw unusable('cmap', 'its groups are not in order');
    if (glyph + (end - start) >= glyphCount) throw unusable('cmap', 'it names a glyph that does not exist');
    starts[i] = start;
    ends[i] = end;
    glyphs[i] = glyph;
    last = end;
  }
  return { starts, ends, glyphs };
}

/** Format 4 is unrolled into one-character groups, of which there are 65,535 at most. */
function readSegments(view: DataView, map: Table, glyphCount: number): CharacterMap {
  const twice = view.getUint16(map.at + 6);
  if (twice % 2 !== 0 || 16 + 4 * twice > map.length) throw unusable('cmap', 'its segments are cut off');
  const codes: number[] = [];
  const glyphs: number[] = [];
  let last = -1;
  for (let i = 0; i < twice; i += 2) {
    const end = view.getUint16(map.at + 14 + i);
    const start = view.getUint16(map.at + 16 + twice + i);
    const delta = view.getUint16(map.at + 16 + 2 * twice + i);
    const place = map.at + 16 + 3 * twice + i;
    const range = view.getUint16(place);
    if (start <= last || end < start) throw unusable('cmap', 'its segments are not in order');
    last = end;
    for (let code = start; code <= end && code < 0xffff; code++) {
      const at = place + range + 2 * (code - start);
      if (range !== 0 && at + 2 > map.at + map.length) throw unusable('cmap', 'a segment points outside its table');
      const raw = range === 0 ? code : view.getUint16(at);
      const glyph = range !== 0 && raw === 0 ? 0 : (raw + delta) & 0xffff;
      if (glyph >= glyphCount) throw unusable('cmap', 'it names a glyph that does not exist');
      if (glyph === 0) continue;
      codes.push(code);
      glyphs.push(glyph);
    }
  }
  const starts = Uint32Array.from(codes);
  return { starts, ends: starts, glyphs: Uint32Array.from(glyphs) };
}

/** The font's own PostScript name (name ID 6), or a neutral one where it has none that a PDF name can hold. */
function readPostScriptName(view: DataView, name: Table | undefined): string {
  const neutral = 'EmbeddedFont';
  if (name === undefined || name.length < 6) return neutral;
  const count = view.getUint16(name.at + 2);
  const storage = view.getUint16(name.at + 4);
  for (let i = 0; i < count && 6 + 12 * (i + 1) <= name.length; i++) {
    const record = name.at + 6 + 12 * i;
    const length = view.getUint16(record + 8);
    const from = storage + view.getUint16(record + 10);
    if (view.getUint16(record) !== 3 || view.getUint16(record + 6) !== 6 || from + length > name.length) continue;
    let text = '';
    for (let at = 0; at + 1 < length; at += 2) text += String.fromCharCode(view.getUint16(name.at + from + at));
    if (/^[A-Za-z0-9-]{1,63}$/.test(text)) return text;
  }
  return neutral;
}

function checksum(view: DataView, at: number, length: number): number {
  let sum = 0;
  for (let i = at; i < at + length; i += 4) sum = (sum + view.getUint32(i)) >>> 0;
  return sum;
}

/** Puts tables together, sorted by tag, 4-byte aligned, with checksums; `head` gets the checksum of the whole. */
export function writeFont(parts: Record<string, Uint8Array>): Uint8Array<ArrayBuffer> {
  const tags = Object.keys(parts).sort();
  const padded = (length: number) => (length + 3) & ~3;
  const size = tags.reduce((sum, tag) => sum + padded((parts[tag] as Uint8Array).length), 12 + 16 * tags.length);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  const power = Math.floor(Math.log2(tags.length));
  view.setUint32(0, 0x00010000);
  view.setUint16(4, tags.length);
  view.setUint16(6, 16 << power);
  view.setUint16(8, power);
  view.setUint16(10, 16 * tags.length - (16 << power));
  let at = 12 + 16 * tags.length;
  let head = 0;
  tags.forEach((tag, i) => {
    const part = parts[tag] as Uint8Array;
    bytes.set(part, at);
    if (tag === 'head') {
      head = at;
      view.setUint32(at + 8, 0);
    }
    const entry = 12 + 16 * i;
    for (let byte = 0; byte < 4; byte++) bytes[entry + byte] = tag.charCodeAt(byte);
    view.setUint32(entry + 4, checksum(view, at, padded(part.length)));
    view.setUint32(entry + 8, at);
    view.setUint32(entry + 12, part.length);
    at += padded(part.length);
  });
  view.setUint32(head + 8, (0xb1b0afba - checksum(view, 0, size)) >>> 0);
  return bytes;
}
