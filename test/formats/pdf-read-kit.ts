/**
 * PDF files made by hand for the tests of the reader: objects in, bytes out, with a classic table or a stream of
 * cross-references, and incremental updates of them. It shares nothing with the reader.
 */
import { deflateSync, inflateSync } from 'node:zlib';
import { PDFDocument, PDFName, PDFRawStream } from 'pdf-lib';
import { expect } from 'vitest';
import { Refusal } from '../../src/base/refusal.ts';
import { readPdf } from '../../src/formats/pdf-read/read-pdf.ts';

/** An object as written, or a stream: its dictionary without /Length and its data. */
export type Source = string | [dict: string, data: string | Uint8Array];
export type Sources = Record<number, Source>;

export const latin = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
export const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
export const join = (...parts: (string | Uint8Array)[]): Uint8Array =>
  new Uint8Array(Buffer.concat(parts.map((part) => (typeof part === 'string' ? latin(part) : part))));

function body(num: number | string, source: Source): Uint8Array {
  if (typeof source === 'string') return join(`${num} 0 obj\n${source}\nendobj\n`);
  const data = typeof source[1] === 'string' ? latin(source[1]) : source[1];
  const length = source[0].includes('/Length') ? '' : `/Length ${data.length}`;
  return join(`${num} 0 obj\n<<${source[0]}${length}>>\nstream\n`, data, '\nendstream\nendobj\n');
}

/** A page of 600 × 800 with Helvetica as /F1: object 3 is the page, 4 its contents, 5 the font. */
export const onePage = (contents: Source = ['', ''], { page = '', catalog = '', resources = '' } = {}): Sources => ({
  1: `<</Type/Catalog/Pages 2 0 R${catalog}>>`,
  2: '<</Type/Pages/Kids[3 0 R]/Count 1>>',
  3: `<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>${resources}>>${page}>>`,
  4: contents,
  5: '<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>',
});

/** Appends objects and a table that knows them: a whole file on `%PDF-1.7`, an incremental update on anything else. */
export function write(
  objects: Sources,
  trailer = '/Root 1 0 R',
  base: Uint8Array = latin('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n'),
): Uint8Array {
  const parts = [base];
  let [at, table] = [base.length, 'xref\n0 1\n0000000000 65535 f \n'];
  for (const [num, source] of Object.entries(objects)) {
    const part = body(num, source);
    table += `${num} 1\n${String(at).padStart(10, '0')} 00000 n \n`;
    parts.push(part);
    at += part.length;
  }
  return join(...parts, `${table}trailer\n<</Size 100${trailer}>>\nstartxref\n${at}\n%%EOF\n`);
}

export const startOf = (bytes: Uint8Array): number => Number(/startxref\s+(\d+)\s+%%EOF\s*$/.exec(text(bytes))?.[1]);

export const update = (base: Uint8Array, objects: Sources, trailer = ''): Uint8Array =>
  write(objects, `/Root 1 0 R/Prev ${startOf(base)}${trailer}`, base);

/** Object streams and a cross-reference stream (numbers 90 and 91) in place of tables; streams stay as they are. */
export function writeCompressed(objects: Sources, { predictor = false, swap = false, extra = '' } = {}): Uint8Array {
  let bytes = latin('%PDF-1.7\n');
  const rows: [num: number, kind: number, second: number, third: number][] = [];
  let [head, inside, index] = ['', '', 0];
  for (const [num, source] of Object.entries(objects)) {
    if (typeof source === 'string') {
      head += `${num} ${inside.length} `;
      inside += `${source} `;
      rows.push([Number(num), 2, 90, swap ? 3 - index++ : index++]);
    } else {
      rows.push([Number(num), 1, bytes.length, 0]);
      bytes = join(bytes, body(num, source));
    }
  }
  rows.push([90, 1, bytes.length, 0]);
  bytes = join(
    bytes,
    body(90, [`/Type/ObjStm/N ${index}/First ${head.length}/Filter/FlateDecode`, deflateSync(head + inside)]),
  );
  rows.push([91, 1, bytes.length, 0]);
  const data = rows.flatMap(([, kind, second, third]) => [
    kind,
    second >> 16,
    (second >> 8) & 255,
    second & 255,
    third,
  ]);
  const predicted = data.flatMap((value, i) =>
    i % 5 === 0 ? [2, value - (data[i - 5] ?? 0)] : [value - (data[i - 5] ?? 0)],
  );
  const parms = predictor ? '/DecodeParms<</Predictor 12/Columns 5>>' : '';
  const dict = `/Type/XRef/W[1 3 1]/Index[${rows.map(([num]) => `${num} 1`).join(' ')}]/Size 100/Root 1 0 R/Filter/FlateDecode${parms}${extra}`;
  const at = bytes.length;
  return join(
    bytes,
    body(91, [dict, deflateSync(Uint8Array.from(predictor ? predicted : data))]),
    `startxref\n${at}\n%%EOF\n`,
  );
}

/** What each text of the first page says. */
export const texts = (bytes: Uint8Array): string[] => readPdf(bytes).page.texts.map((shown) => shown.text);

/** How the reader says no, or undefined where it reads. Anything but a Refusal fails, and so do three seconds of work. */
export function refusal(bytes: Uint8Array): { code: string; part?: unknown; limit?: unknown } | undefined {
  // Of this thread alone: the machine may be busy with other tests.
  const from = process.threadCpuUsage();
  try {
    readPdf(bytes);
    return undefined;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return {
      code: error.code,
      ...('part' in error.facts ? { part: error.facts.part } : {}),
      ...('limit' in error.facts ? { limit: error.facts.limit } : {}),
    };
  } finally {
    const { user, system } = process.threadCpuUsage(from);
    expect((user + system) / 1000).toBeLessThan(3000);
  }
}

/** The same document without object streams and without compression, so that changed bytes meet the syntax. */
export async function uncompressed(bytes: Uint8Array): Promise<Uint8Array> {
  const document = await PDFDocument.load(bytes, { updateMetadata: false });
  for (const [ref, object] of document.context.enumerateIndirectObjects()) {
    if (!(object instanceof PDFRawStream) || object.dict.get(PDFName.of('Filter')) === undefined) continue;
    object.dict.delete(PDFName.of('Filter'));
    document.context.assign(ref, PDFRawStream.of(object.dict, inflateSync(object.getContents())));
  }
  return document.save({ useObjectStreams: false });
}

export const contents = (operators: string | Uint8Array): Source => ['', operators];
export const malformed = { code: 'pdf_malformed' };
export const tooLarge = (limit: string) => ({ code: 'pdf_too_large', limit });

/** How the reader says no to these objects as a file. */
export const refused = (objects: Sources) => refusal(write(objects));
export const say = (words: string, at = '50 700') => `BT /F1 12 Tf ${at} Td (${words}) Tj ET`;

/** The first page with these operators, as it is read. */
export const page = (operators: string, more?: Parameters<typeof onePage>[1]) =>
  readPdf(write(onePage(contents(operators), more))).page;
