/**
 * Owns the objects of the PDF file: one A4 page of compressed layers, cut fonts as Type 0 / Identity-H, one attached file.
 * Built from pdf-lib's low-level objects: its own font embedding drops Chinese glyphs, and its document API stamps the
 * present time. Compression is fflate's and not CompressionStream, whose bytes differ between engines and
 * processors: the same input gives the same bytes everywhere.
 * It refuses to read a clock or randomness: dates and identifier are arguments.
 */
import { strToU8, zlibSync } from 'fflate';
import { PDFContext, PDFHexString, PDFString, PDFStreamWriter, type PDFRef } from 'pdf-lib';
import { glyphOf, outlineOf, type Font, type FontSlice } from './font.ts';
import { A4, MM, num, type Face, type Form } from './pdf-page.ts';

/** A cut font, compressed: made once for the fixed layer, once a document for the values. */
export interface FaceFile extends Face {
  font: Font;
  /** Compressed font program and its length before. */
  program: Uint8Array;
  programLength: number;
  toUnicode: Uint8Array;
}

export interface FormFile {
  resource: string;
  box: Form['box'];
  /** Compressed. */
  contents: Uint8Array;
}

export interface PdfParts {
  faces: readonly FaceFile[];
  forms: readonly FormFile[];
  /** Compressed content streams, drawn one over the other. */
  layers: readonly Uint8Array[];
  attachment: { name: string; mediaType: string; description: string; bytes: Uint8Array };
  title: string;
  author: string;
  subject: string;
  keywords: string;
  /** `YYYY-MM-DD`, the only date in the file. */
  day: string;
  /** 16 bytes that follow from the content. */
  id: Uint8Array;
}

/** zlib; the text is Latin-1. */
export const deflate = (contents: string | Uint8Array): Uint8Array => zlibSync(typeof contents === 'string' ? strToU8(contents, true) : contents);

export function packFace(resource: string, font: Font, slice: FontSlice): FaceFile {
  return { resource, font, slice, program: deflate(slice.bytes), programLength: slice.bytes.length, toUnicode: deflate(toUnicode(slice)) };
}

export const packForm = ({ resource, operators, box }: Form): FormFile => ({ resource, box, contents: deflate(operators) });

const hex = (value: number, digits = 4): string => value.toString(16).toUpperCase().padStart(digits, '0');

/** From glyph back to text, so that a reader can copy and search; other planes as surrogate pairs. */
function toUnicode(slice: FontSlice): string {
  const rows = [...slice.gidByCodePoint].map(([codePoint, gid]) => {
    const text = String.fromCodePoint(codePoint);
    return `<${hex(gid)}> <${[...Array(text.length).keys()].map((at) => hex(text.charCodeAt(at))).join('')}>`;
  });
  const blocks: string[] = [];
  for (let at = 0; at < rows.length; at += 100) {
    const block = rows.slice(at, at + 100);
    blocks.push(`${block.length} beginbfchar\n${block.join('\n')}\nendbfchar`);
  }
  return [
    '/CIDInit /ProcSet findresource begin 12 dict begin begincmap',
    '/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def',
    '/CMapName /Adobe-Identity-UCS def /CMapType 2 def',
    '1 begincodespacerange <0000> <FFFF> endcodespacerange',
    ...blocks,
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
function widths(font: Font, slice: FontSlice): (number | number[])[] {
  const runs: (number | number[])[] = [];
  let run: number[] = [];
  slice.widths.forEach((units, gid) => {
    const width = Math.round((units * 1000) / font.unitsPerEm);
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

function addFont(context: PDFContext, { font, slice, program, programLength, toUnicode: map }: FaceFile): PDFRef {
  const scale = (units: number) => Math.round((units * 1000) / font.unitsPerEm);
  const name = `${tag(slice)}+${font.postScriptName}`;
  const descriptor = context.register(context.obj({
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
  }));
  const descendant = context.register(context.obj({
    Type: 'Font',
    Subtype: 'CIDFontType2',
    BaseFont: name,
    CIDSystemInfo: { Registry: PDFString.of('Adobe'), Ordering: PDFString.of('Identity'), Supplement: 0 },
    FontDescriptor: descriptor,
    CIDToGIDMap: 'Identity',
    DW: 1000,
    W: widths(font, slice),
  }));
  return context.register(context.obj({
    Type: 'Font',
    Subtype: 'Type0',
    BaseFont: name,
    Encoding: 'Identity-H',
    DescendantFonts: [descendant],
    ToUnicode: context.register(context.stream(map, { Filter: 'FlateDecode' })),
  }));
}

/** ASCII as it is, everything else as UTF-16. */
function pdfText(text: string): PDFString | PDFHexString {
  return /^[\w .,:;@/-]*$/.test(text) ? PDFString.of(text) : PDFHexString.fromText(text);
}

/** Midnight in Shanghai of the issue day. */
const pdfDate = (day: string): PDFString => PDFString.of(`D:${day.replaceAll('-', '')}000000+08'00'`);

function addAttachment(context: PDFContext, { attachment: file, day }: PdfParts): PDFRef {
  const stream = context.stream(deflate(file.bytes), {
    Filter: 'FlateDecode',
    Type: 'EmbeddedFile',
    Subtype: file.mediaType,
    Params: { Size: file.bytes.length, CreationDate: pdfDate(day), ModDate: pdfDate(day) },
  });
  return context.register(context.obj({
    Type: 'Filespec',
    F: PDFString.of(file.name),
    UF: pdfText(file.name),
    Desc: pdfText(file.description),
    AFRelationship: 'Data',
    EF: { F: context.register(stream) },
  }));
}

/** Writes the file with object streams (PDF 1.5), which save 2 KB of the 40 that a certificate may have. */
export async function writePdf(parts: PdfParts): Promise<Uint8Array> {
  const context = PDFContext.create();
  const pages = context.nextRef();
  const fonts: Record<string, PDFRef> = {};
  for (const face of parts.faces) fonts[face.resource] = addFont(context, face);
  const forms: Record<string, PDFRef> = {};
  for (const { resource, box, contents } of parts.forms) {
    const dict = { Type: 'XObject', Subtype: 'Form', BBox: box.map((value) => Number(num(value))), Filter: 'FlateDecode' };
    forms[resource] = context.register(context.stream(contents, dict));
  }
  const page = context.register(context.obj({
    Type: 'Page',
    Parent: pages,
    MediaBox: [0, 0, Number(num(A4.width * MM)), Number(num(A4.height * MM))],
    Resources: { Font: fonts, XObject: forms },
    Contents: parts.layers.map((layer) => context.register(context.stream(layer, { Filter: 'FlateDecode' }))),
  }));
  context.assign(pages, context.obj({ Type: 'Pages', Kids: [page], Count: 1 }));
  const file = addAttachment(context, parts);
  context.trailerInfo.Root = context.register(context.obj({
    Type: 'Catalog',
    Pages: pages,
    Lang: PDFString.of('zh-CN'),
    ViewerPreferences: { DisplayDocTitle: true },
    Names: { EmbeddedFiles: { Names: [pdfText(parts.attachment.name), file] } },
    AF: [file],
  }));
  context.trailerInfo.Info = context.register(context.obj({
    Title: pdfText(parts.title),
    Author: pdfText(parts.author),
    Subject: pdfText(parts.subject),
    Keywords: pdfText(parts.keywords),
    Creator: PDFString.of('luzheng'),
    Producer: PDFString.of('luzheng'),
    CreationDate: pdfDate(parts.day),
    ModDate: pdfDate(parts.day),
  }));
  const id = PDFHexString.of([...parts.id].map((byte) => hex(byte, 2)).join(''));
  context.trailerInfo.ID = context.obj([id, id]);
  return PDFStreamWriter.forContext(context, Number.POSITIVE_INFINITY).serializeToBuffer();
}
