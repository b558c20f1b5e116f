/**
 * How PDF objects become bytes: a section of objects, where each stands, and the end of the file that says so. Objects
 * are pdf-lib's; its writer is not used, because it writes every object of a file again and compresses with large
 * buffers for each: unchanging objects are written once and copied (half of the cost). Compression is fflate's and not
 * CompressionStream, whose bytes differ between engines and processors: the same input gives the same bytes everywhere.
 */
import { strToU8, zlibSync } from 'fflate';
import { PDFContext, PDFHexString, type PDFObject, type PDFRef, PDFStream, PDFString } from 'pdf-lib';
import { concat } from '../../base/bytes.ts';

/** Where an object stands: at a byte of the file, or as the n-th of an object stream. */
type Place = { at: number } | { stream: number; index: number };

/** A stretch of a file. */
export interface Section {
  bytes: Uint8Array;
  places: readonly (readonly [object: number, place: Place])[];
}

/**
 * zlib; the text is Latin-1. `level` 0–9: what is written once may take longer than what every file needs.
 */
export const deflate = (contents: string | Uint8Array, level: 4 | 9 = 4): Uint8Array =>
  zlibSync(typeof contents === 'string' ? strToU8(contents, true) : contents, { level });

/** PDF 1.7, and bytes by which transports know that the file is not text (ISO 32000-1 § 7.5.2). */
const HEADER = Uint8Array.of(...strToU8('%PDF-1.7\n%'), 0xe4, 0xba, 0xba, 0xe6, 0x0a);

function bytesOf(object: PDFObject): Uint8Array {
  const bytes = new Uint8Array(object.sizeInBytes());
  object.copyBytesInto(bytes, 0);
  return bytes;
}

/** Several small objects in one compressed stream (§ 7.5.7). */
function packSmall(context: PDFContext, objects: readonly (readonly [PDFRef, PDFObject])[]): PDFStream {
  const texts = objects.map(([, object]) => object.toString());
  let at = 0;
  const index = objects.map(([ref], i) => {
    const entry = `${ref.objectNumber} ${at}`;
    at += (texts[i] as string).length + 1;
    return entry;
  });
  const head = `${index.join(' ')}\n`;
  return context.stream(deflate(head + texts.join('\n')), {
    Type: 'ObjStm',
    N: objects.length,
    First: head.length,
    Filter: 'FlateDecode',
  });
}

/**
 * Writes all objects of a context: streams as they are, all others packed into one compressed stream.
 * @param start the place of the section in the file; a section that starts a file begins with the header
 */
export function writeSection(context: PDFContext, start: number): Section {
  const objects = context.enumerateIndirectObjects();
  const small = objects.filter(([, object]) => !(object instanceof PDFStream));
  const pack = context.register(packSmall(context, small));
  const places: [number, Place][] = small.map(([ref], index) => [
    ref.objectNumber,
    { stream: pack.objectNumber, index },
  ]);
  const chunks: Uint8Array[] = start === 0 ? [HEADER] : [];
  let at = start + (start === 0 ? HEADER.length : 0);
  for (const [ref, object] of context.enumerateIndirectObjects()) {
    if (!(object instanceof PDFStream)) continue;
    places.push([ref.objectNumber, { at }]);
    const parts = [strToU8(`${ref.objectNumber} 0 obj\n`), bytesOf(object), strToU8('\nendobj\n')];
    chunks.push(...parts);
    at += parts.reduce((sum, part) => sum + part.length, 0);
  }
  return { bytes: concat(...chunks), places };
}

/** Bytes of one entry of the cross-reference stream: type, place, index. */
const WIDTHS = [1, 3, 1];

/**
 * Puts sections together and ends the file with its cross-reference stream (§ 7.5.8).
 * @param trailer Root, Info and ID
 */
export function writeFile(
  sections: readonly Section[],
  context: PDFContext,
  trailer: { Root: PDFRef; Info: PDFRef; ID: PDFObject },
): Uint8Array {
  const end = sections.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const own = context.largestObjectNumber + 1;
  const table = new Uint8Array(5 * (own + 1));
  const enter = (object: number, type: number, value: number, index: number) =>
    table.set([type, value >> 16, (value >> 8) & 255, value & 255, index], 5 * object);
  enter(0, 0, 0, 255);
  enter(own, 1, end, 0);
  for (const { places } of sections) {
    for (const [object, place] of places) {
      if ('at' in place) enter(object, 1, place.at, 0);
      else enter(object, 2, place.stream, place.index);
    }
  }
  // Uncompressed: it has 400 bytes, and compressing them takes longer than writing them.
  const xref = context.stream(table, { Type: 'XRef', Size: own + 1, W: WIDTHS, ...trailer });
  const tail = [strToU8(`${own} 0 obj\n`), bytesOf(xref), strToU8(`\nendobj\nstartxref\n${end}\n%%EOF\n`)];
  return concat(...sections.map(({ bytes }) => bytes), ...tail);
}

/** A context whose new objects are numbered from `first`. */
export function contextFrom(first: number): PDFContext {
  const context = PDFContext.create();
  context.largestObjectNumber = first - 1;
  return context;
}

/** ASCII as it is, everything else as UTF-16. */
export function pdfText(text: string): PDFString | PDFHexString {
  return /^[\w .,:;@/-]*$/.test(text) ? PDFString.of(text) : PDFHexString.fromText(text);
}

/** Midnight in Shanghai of a day `YYYY-MM-DD`. */
export const pdfDate = (day: string): PDFString => PDFString.of(`D:${day.replaceAll('-', '')}000000+08'00'`);
