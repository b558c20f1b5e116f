/**
 * A cut font as PDF objects: Type 0, Identity-H, with widths and the way back from glyphs to text. Written here because
 * pdf-lib's own font embedding drops Chinese glyphs without a word.
 */
import { type PDFContext, type PDFRef, PDFString } from 'pdf-lib';
import { type Font, glyphOf, outlineOf } from '../font/font.ts';
import type { FontSlice } from '../font/font-slice.ts';
import type { Face } from './drawing.ts';
import { deflate } from './pdf-write.ts';

/** A cut font, compressed: made once for the fixed layer, once a document for the values. */
export interface FaceFile extends Face {
  font: Font;
  /** Compressed font program and its length before. */
  program: Uint8Array;
  programLength: number;
  toUnicode: Uint8Array;
}

/** @param level of compression: see deflate */
export function packFace(resource: string, font: Font, slice: FontSlice, level: 4 | 9 = 4): FaceFile {
  return {
    resource,
    font,
    slice,
    program: deflate(slice.bytes, level),
    programLength: slice.bytes.length,
    toUnicode: deflate(toUnicode(slice), level),
  };
}

const hex = (value: number): string => value.toString(16).toUpperCase().padStart(4, '0');
const utf16 = (codePoint: number): string => {
  const text = String.fromCodePoint(codePoint);
  return [...Array(text.length).keys()].map((at) => hex(text.charCodeAt(at))).join('');
};

/** A block of a character map has at most so many lines (ISO 32000-1 § 9.10.3). */
const BLOCK = 100;

function blocks(kind: 'bfchar' | 'bfrange', lines: readonly string[]): string[] {
  const found: string[] = [];
  for (let at = 0; at < lines.length; at += BLOCK) {
    const some = lines.slice(at, at + BLOCK);
    found.push(`${some.length} begin${kind}\n${some.join('\n')}\nend${kind}`);
  }
  return found;
}

/**
 * From glyph back to text, so that a reader can copy and search; other planes as surrogate pairs. Glyphs are in the
 * order of their code points: runs of letters and digits are ranges. (Ranges with a list would be shorter still, but
 * Ghostscript does not read them.)
 */
function toUnicode(slice: FontSlice): string {
  const rows = [...slice.gidByCodePoint].sort(([, a], [, b]) => a - b);
  const ranges: string[] = [];
  const single: string[] = [];
  for (let at = 0; at < rows.length; ) {
    const [codePoint, gid] = rows[at] as [number, number];
    let end = at + 1;
    // Neither the glyph's nor the character's first byte may change within a range.
    const follows = ([next, glyph]: [number, number]) =>
      next === codePoint + end - at &&
      glyph === gid + end - at &&
      next >> 8 === codePoint >> 8 &&
      glyph >> 8 === gid >> 8;
    while (codePoint < 0x10000 && end < rows.length && follows(rows[end] as [number, number])) end++;
    if (end - at > 2) ranges.push(`<${hex(gid)}> <${hex(gid + end - at - 1)}> <${hex(codePoint)}>`);
    else for (const [one, glyph] of rows.slice(at, end)) single.push(`<${hex(glyph)}> <${utf16(one)}>`);
    at = end;
  }
  return [
    '/CIDInit /ProcSet findresource begin 9 dict begin begincmap',
    '/CMapName /Adobe-Identity-UCS def /CMapType 2 def',
    '1 begincodespacerange <0000> <FFFF> endcodespacerange',
    ...blocks('bfrange', ranges),
    ...blocks('bfchar', single),
    'endcmap CMapName currentdict /CMap defineresource pop end end',
  ].join('\n');
}

/** Six letters that follow from the characters: cuts of one font in merged files must not share a name. */
function tag(slice: FontSlice): string {
  let hash = 0x811c9dc5;
  for (const codePoint of slice.gidByCodePoint.keys()) hash = Math.imul(hash ^ codePoint, 0x01000193) >>> 0;
  let letters = '';
  for (let i = 0; i < 6; i++) {
    letters += String.fromCharCode(65 + (hash % 26));
    hash = Math.floor(hash / 26);
  }
  return letters;
}

/** PDF's /W: runs of glyphs that are not one em wide (the default, that of Chinese characters). */
function widths(slice: FontSlice): (number | number[])[] {
  const runs: (number | number[])[] = [];
  let run: number[] = [];
  slice.widths.forEach((width, gid) => {
    if (width === 1000) run = [];
    else if (run.push(width) === 1) runs.push(gid, run);
  });
  return runs;
}

/** The top of a capital H; the ascent in a font without one. */
function capHeight(font: Font): number {
  const outline = outlineOf(font, glyphOf(font, 0x48));
  return outline.length === 0 ? font.ascent : new DataView(outline.buffer, outline.byteOffset).getInt16(8);
}

/** Adds the font's objects; the answer is what a page's resources name. */
export function addFont(
  context: PDFContext,
  { font, slice, program, programLength, toUnicode: map }: FaceFile,
): PDFRef {
  const scale = (units: number) => Math.round((units * 1000) / font.unitsPerEm);
  const name = `${tag(slice)}+${font.postScriptName}`;
  const descriptor = context.register(
    context.obj({
      Type: 'FontDescriptor',
      FontName: name,
      Flags: 4,
      FontBBox: font.box.map(scale),
      ItalicAngle: 0,
      Ascent: scale(font.ascent),
      Descent: scale(font.descent),
      CapHeight: scale(capHeight(font)),
      StemV: 80,
      FontFile2: context.register(context.stream(program, { Filter: 'FlateDecode', Length1: programLength })),
    }),
  );
  const descendant = context.register(
    context.obj({
      Type: 'Font',
      Subtype: 'CIDFontType2',
      BaseFont: name,
      CIDSystemInfo: { Registry: PDFString.of('Adobe'), Ordering: PDFString.of('Identity'), Supplement: 0 },
      FontDescriptor: descriptor,
      CIDToGIDMap: 'Identity',
      DW: 1000,
      W: widths(slice),
    }),
  );
  return context.register(
    context.obj({
      Type: 'Font',
      Subtype: 'Type0',
      BaseFont: name,
      Encoding: 'Identity-H',
      DescendantFonts: [descendant],
      ToUnicode: context.register(context.stream(map, { Filter: 'FlateDecode' })),
    }),
  );
}
