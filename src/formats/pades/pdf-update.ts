/**
 * The incremental update (ISO 32000-1 §7.5.6) that makes room for a signature at the end of a PDF of ours: the catalog
 * and the page again with a form and an invisible field (with an empty appearance, where the file is to be accessible),
 * a signature dictionary whose /Contents is still empty, and a cross-reference stream. Not one byte of the document
 * before it changes.
 */
import {
  ParseSpeeds,
  PDFArray,
  PDFContext,
  PDFDict,
  PDFDocument,
  PDFHexString,
  PDFName,
  PDFNumber,
  type PDFObject,
  PDFObjectParser,
  PDFRawStream,
  PDFRef,
  PDFString,
} from 'pdf-lib';
import { concat, encodeUtf8, sha256Short, toHex } from '../../base/bytes.ts';
import { Refusal } from '../../base/refusal.ts';

/** What a reader shows of a signature besides its certificate. */
export interface Labels {
  name: string;
  reason: string;
  /** NumericDate: the claimed time of signing (/M). */
  at: number;
  /** Of a file that claims PDF/UA-1: what a screen reader says of the field, which then has an appearance. */
  fieldName?: string | undefined;
}

export interface Prepared {
  /** Base and update; /Contents is zeros. */
  file: Uint8Array<ArrayBuffer>;
  /** Where `<` of /Contents stands, and the place after its `>`. */
  from: number;
  to: number;
}

const unsignable = (what: string) => new Refusal('pdf_unsignable', `This PDF cannot be signed here: ${what}.`);
const name = (text: string) => PDFName.of(text);
const EMPTY_FORM =
  '<< /Type /XObject /Subtype /Form /BBox [0 0 0 0] /Resources << >> /Length 0 >>\nstream\n\nendstream';
/** Digits that hold any offset: /ByteRange has the same length whatever it says. */
const WIDTH = 10;
const latin = new TextDecoder('latin1');

interface Base {
  catalog: [ref: PDFRef, dict: PDFDict];
  page: [ref: PDFRef, dict: PDFDict];
  /** Of the last cross-reference stream. */
  xref: number;
  size: number;
  info: PDFObject | undefined;
  id: string;
}

/** The dictionary of the cross-reference stream at the end. */
function readTrailer(base: Uint8Array): { xref: number; dict: PDFDict } {
  const end = /startxref\s+(\d{1,10})\s+%%EOF\s*$/.exec(latin.decode(base.subarray(-64)));
  if (!end) throw unsignable('it has no end');
  const xref = Number(end[1]);
  const head = /^\d+ 0 obj\s*/.exec(latin.decode(base.subarray(xref, xref + 32)));
  const stream =
    head && PDFObjectParser.forBytes(base.subarray(xref + head[0].length), PDFContext.create()).parseObject();
  if (!(stream instanceof PDFRawStream) || stream.dict.get(name('Type')) !== name('XRef'))
    throw unsignable('it has no cross-reference stream');
  return { xref, dict: stream.dict };
}

async function readBase(base: Uint8Array): Promise<Base> {
  const { xref, dict } = readTrailer(base);
  const { context } = await PDFDocument.load(base, {
    updateMetadata: false,
    parseSpeed: ParseSpeeds.Fastest,
    throwOnInvalidObject: true,
  });
  const [root, size, id] = [dict.get(name('Root')), dict.get(name('Size')), dict.get(name('ID'))];
  const catalog = context.lookup(root);
  const pages = catalog instanceof PDFDict ? context.lookup(catalog.get(name('Pages'))) : undefined;
  const kids = pages instanceof PDFDict ? context.lookup(pages.get(name('Kids'))) : undefined;
  const first = kids instanceof PDFArray ? kids.get(0) : undefined;
  const page = context.lookup(first);
  if (
    !(root instanceof PDFRef) ||
    !(catalog instanceof PDFDict) ||
    !(first instanceof PDFRef) ||
    !(page instanceof PDFDict) ||
    !(size instanceof PDFNumber) ||
    !(id instanceof PDFArray)
  ) {
    throw unsignable('its catalog or its first page was not found');
  }
  if (catalog.has(name('AcroForm'))) throw unsignable('it has a form already');
  return {
    catalog: [root, catalog],
    page: [first, page],
    xref,
    size: size.asNumber(),
    info: dict.get(name('Info')),
    id: String(id.get(0)),
  };
}

/** `D:20261123100000+08'00'`: how PDF writes an instant, on Shanghai's clock. */
const pdfDate = (at: number): string =>
  `D:${new Date((at + 8 * 3600) * 1000).toISOString().slice(0, 19).replace(/\D/g, '')}+08'00'`;

const text = (value: string): string => String(PDFHexString.fromText(value));

function bytesOf(object: PDFObject): Uint8Array {
  const bytes = new Uint8Array(object.sizeInBytes());
  object.copyBytesInto(bytes, 0);
  return bytes;
}

/** The page's annotations and one more. */
function withWidget(page: PDFDict, widget: PDFRef): PDFDict {
  const annotations = page.lookup(name('Annots'));
  const list = annotations instanceof PDFArray ? annotations.clone() : PDFArray.withContext(page.context);
  list.push(widget);
  const again = page.clone();
  again.set(name('Annots'), list);
  return again;
}

/**
 * Appends a signature field with room for `room` bytes of CMS.
 * @throws Refusal `pdf_unsignable`
 */
export async function prepare(base: Uint8Array<ArrayBuffer>, labels: Labels, room: number): Promise<Prepared> {
  const { catalog, page, xref, size, info, id: firstId } = await readBase(base);
  const { fieldName } = labels;
  const [widget, signature, appearance] = [PDFRef.of(size), PDFRef.of(size + 1), PDFRef.of(size + 2)];
  const table = PDFRef.of(size + (fieldName === undefined ? 2 : 3));
  const form = catalog[1].clone();
  form.set(name('AcroForm'), form.context.obj({ Fields: [widget], SigFlags: 3 }));
  // 132: Print and Locked. A field without extent needs no appearance in PDF/A.
  const field = form.context.obj({
    Type: 'Annot',
    Subtype: 'Widget',
    FT: 'Sig',
    T: PDFString.of('Signature1'),
    Rect: [0, 0, 0, 0],
    F: 132,
    P: page[0],
    V: signature,
  });
  if (fieldName !== undefined && field instanceof PDFDict) {
    // What lies outside the page needs no place in the structure (ISO 14289-1 § 7.18.1).
    field.set(name('Rect'), form.context.obj([-1, -1, -1, -1]));
    field.set(name('TU'), PDFHexString.fromText(fieldName));
    field.set(name('AP'), form.context.obj({ N: appearance }));
  }
  const before = [
    '<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached',
    `/M (${pdfDate(labels.at)}) /Name ${text(labels.name)} /Reason ${text(labels.reason)}`,
    '/ByteRange [',
  ].join('\n');
  const range = ' '.repeat(4 * (WIDTH + 1));
  const objects: [ref: PDFRef, body: Uint8Array][] = [
    [catalog[0], bytesOf(form)],
    [page[0], bytesOf(withWidget(page[1], widget))],
    [widget, bytesOf(field)],
    ...(fieldName === undefined ? [] : [[appearance, encodeUtf8(EMPTY_FORM)] as [PDFRef, Uint8Array]]),
    // The last: its place is looked for below.
    [signature, encodeUtf8(`${before}${range}] /Contents <${'0'.repeat(2 * room)}> >>`)],
  ];
  const parts: Uint8Array[] = [base, encodeUtf8('\n')];
  let length = base.length + 1;
  const offsets: [ref: PDFRef, offset: number][] = [];
  for (const [ref, body] of objects) {
    offsets.push([ref, length]);
    const whole = concat(
      encodeUtf8(`${ref.objectNumber} ${ref.generationNumber} obj\n`),
      body,
      encodeUtf8('\nendobj\n'),
    );
    parts.push(whole);
    length += whole.length;
  }
  const startOfSignature = (offsets.at(-1) as [PDFRef, number])[1] + `${signature.objectNumber} 0 obj\n`.length;
  offsets.push([table, length]);
  // ISO 32000-1 §14.4: the second identifier changes with every update; the first stays.
  const id = sha256Short(encodeUtf8(`${firstId} ${labels.name} ${labels.at}`)).subarray(0, 16);
  const trailer = `/Root ${catalog[0]}${info === undefined ? '' : ` /Info ${info}`} /ID [${firstId} <${toHex(id).toUpperCase()}>] /Prev ${xref}`;
  parts.push(crossReferences(table, offsets, trailer), encodeUtf8(`startxref\n${length}\n%%EOF\n`));
  const file = concat(...parts);
  const from = startOfSignature + before.length + range.length + '] /Contents '.length;
  const to = from + 2 * room + 2;
  const numbers = [0, from, to, file.length - to].map((number) => String(number).padEnd(WIDTH)).join(' ');
  file.set(encodeUtf8(numbers), startOfSignature + before.length);
  return { file, from, to };
}

/** A cross-reference stream (ISO 32000-1 §7.5.8), as it is: compressed it would hardly be shorter. */
function crossReferences(
  table: PDFRef,
  offsets: readonly [ref: PDFRef, offset: number][],
  trailer: string,
): Uint8Array {
  const sorted = [...offsets].sort(([a], [b]) => a.objectNumber - b.objectNumber);
  const entries = sorted.flatMap(([, offset]) => [
    1,
    offset >>> 24,
    (offset >>> 16) & 0xff,
    (offset >>> 8) & 0xff,
    offset & 0xff,
    0,
  ]);
  const index = sorted.map(([ref]) => `${ref.objectNumber} 1`).join(' ');
  const head = `${table.objectNumber} 0 obj\n<< /Type /XRef /Size ${table.objectNumber + 1} /W [1 4 1] /Index [${index}] ${trailer} /Length ${entries.length} >>\nstream\n`;
  return concat(encodeUtf8(head), Uint8Array.from(entries), encodeUtf8('\nendstream\nendobj\n'));
}
