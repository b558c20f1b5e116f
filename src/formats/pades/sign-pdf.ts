/**
 * Signs a certificate's PDF: PAdES baseline B-B (ETSI EN 319 142-1), with a timestamp B-T. The signature is a CMS
 * SignedData (RFC 5652) over the file but for the room that holds it.
 * Signed attributes are content type, message digest and the digest of the signer's certificate, and no others: the
 * baseline forbids signing-time, which stands in the PDF as /M. The CMS is put together from bytes, because
 * certificates and attributes go in as they are.
 */
import type { CryptoKey } from 'jose';
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
import { concat, encodeUtf8, sha256, sha256Short, toHex } from '../../base/bytes.ts';
import { Refusal } from '../../base/refusal.ts';
import { derEcdsa, OID } from './algorithms.ts';
import { context, der, integer, octets, oid, open, openDer, sequence, setOf, TAG } from './der.ts';
import { CMS } from './signed-data.ts';

export interface SignBy extends Labels {
  /** Private key, ECDSA P-256. */
  key: CryptoKey;
  /** DER, the signer's first; the root is left out. */
  chain: readonly Uint8Array<ArrayBuffer>[];
  /** Gives a TimeStampToken (RFC 3161, DER) for a SHA-256 digest. */
  timestamp?: (digest: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer>>;
}

/** A DER signature of P-256 has at most so many bytes. */
const SIGNATURE_BYTES = 72;
/**
 * Bytes kept for a timestamp; tokens with their certificates mostly have 3,000 to 6,000. One that has more is asked for
 * again, with room for it.
 */
const TIMESTAMP_BYTES = 6_144;
const TIMESTAMP_LIMIT = 16_384;

const SHA256 = sequence(oid(OID.sha256));
const VERSION_1 = integer(1);
const attribute = (type: string, value: Uint8Array): Uint8Array<ArrayBuffer> => sequence(oid(type), setOf([value]));

/** The attributes that are signed, in the order of DER. */
async function signedAttributes(digest: Uint8Array, leaf: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>[]> {
  // ESSCertIDv2 (RFC 5035): SHA-256 is its default, so that the algorithm is not named.
  const certificate = sequence(sequence(sequence(octets(await sha256(leaf)))));
  return [
    attribute(CMS.contentType, oid(CMS.data)),
    attribute(CMS.messageDigest, octets(digest)),
    attribute(CMS.signingCertificateV2, certificate),
  ];
}

function signedData(
  chain: readonly Uint8Array<ArrayBuffer>[],
  attributes: readonly Uint8Array[],
  signature: Uint8Array,
  token?: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const [tbs] = open(openDer(chain[0] as Uint8Array<ArrayBuffer>), TAG.sequence);
  const [, serialNumber, , issuer] = open(tbs, TAG.sequence) as [
    unknown,
    { bytes: Uint8Array },
    unknown,
    { bytes: Uint8Array },
  ];
  const signer = sequence(
    VERSION_1,
    sequence(issuer.bytes, serialNumber.bytes),
    SHA256,
    setOf(attributes, context(0)),
    sequence(oid(OID.ecdsaWithSha256)),
    octets(signature),
    ...(token ? [setOf([attribute(CMS.timestamp, token)], context(1))] : []),
  );
  const content = sequence(
    VERSION_1,
    setOf([SHA256]),
    sequence(oid(CMS.data)),
    setOf(chain, context(0)),
    setOf([signer]),
  );
  return sequence(oid(CMS.signedData), der(context(0), content));
}

const EMPTY = new Uint8Array(32);

/**
 * Signs a PDF that src/formats/pdf/pdf-file.ts wrote. @returns the base, unchanged, and the signature's section after
 * it
 * @throws Refusal `pdf_unsignable`, `timestamp_too_large`, and what `timestamp` throws
 */
export async function signPdf(base: Uint8Array<ArrayBuffer>, by: SignBy): Promise<Uint8Array<ArrayBuffer>> {
  const { chain, key, timestamp } = by;
  const leaf = chain[0] as Uint8Array<ArrayBuffer>;
  const bare = signedData(chain, await signedAttributes(EMPTY, leaf), new Uint8Array(SIGNATURE_BYTES)).length;
  // A timestamp is made over the signature, and the signature over the length of the room: so the room comes first.
  for (let reserved = timestamp ? TIMESTAMP_BYTES : 0; ; ) {
    const { file, from, to } = await prepare(base, by, bare + (timestamp ? reserved + 64 : 0));
    const attributes = await signedAttributes(await sha256(concat(file.subarray(0, from), file.subarray(to))), leaf);
    const raw = new Uint8Array(
      await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key as globalThis.CryptoKey, setOf(attributes)),
    );
    const signature = derEcdsa(raw);
    const token = await timestamp?.(await sha256(signature));
    if (token && token.length > reserved) {
      if (reserved !== TIMESTAMP_BYTES || token.length > TIMESTAMP_LIMIT)
        throw new Refusal('timestamp_too_large', `The timestamp has ${token.length} bytes.`, {
          limit: TIMESTAMP_LIMIT,
        });
      reserved = token.length + 256;
      continue;
    }
    file.set(encodeUtf8(toHex(signedData(chain, attributes, signature, token))), from + 1);
    return file;
  }
}

// The incremental update (ISO 32000-1 §7.5.6) that makes room for a signature at the end of a PDF of ours: the catalog
// and the page again with a form and an invisible field (with an empty appearance, where the file is to be accessible),
// a signature dictionary whose /Contents is still empty, and a cross-reference stream. Not one byte of the document
// before it changes.

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
