/**
 * Checks a certificate's PDF (核验证书文件): the bundle in it is the evidence, and the file is compared with it: what each
 * field shows, then the organization's signature over every byte. Runs in the Worker, in the browser without a
 * network, and in the command. What is wrong with a file that can be read is the Report's `document` check.
 */
import { templateOf } from '../../../templates/index.ts';
import { decodeUtf8, sha256, toBase64url } from '../../base/bytes.ts';
import { isRefusal, isUnreadable, Refusal } from '../../base/refusal.ts';
import { A4, MM } from '../../formats/pdf/drawing.ts';
import type { Box } from '../../formats/pdf-read/geometry.ts';
import type { ShownPage } from '../../formats/pdf-read/read-pdf.ts';
import { type ReadPdf, readPdf } from '../../formats/pdf-read/read-pdf.ts';
import {
  BUNDLE_MEDIA_TYPE,
  type Bundle,
  type Opened,
  type Outcome,
  openBundle,
  type PrintedDocument,
  readBundle,
} from '../bundle.ts';
import type { Holder } from '../disclose.ts';
import { checkPdfSignature, type PdfSignature, speaksFor } from './pdf-signature.ts';
import { type DocumentFacts, documentFacts, type PrintedField, type Template } from './template.ts';

type Judged = Parameters<PrintedDocument['judge']>[0];

const altered = (parts: readonly string[], message = 'What the file shows is not what was signed.') =>
  new Refusal('document_altered', message, { part: parts[0] ?? 'file', parts: [...parts] });

/** The bundle among the attached files; a second one would let one file mean two certificates. */
function bundleIn(pdf: ReadPdf): Bundle {
  const bundles = pdf.attachments.filter(
    ({ name, mediaType }) => mediaType === BUNDLE_MEDIA_TYPE || name.endsWith('.bundle.json'),
  );
  const [first] = bundles;
  if (!first || bundles.length > 1) {
    throw new Refusal(
      'document_without_bundle',
      'The PDF does not hold one bundle of signed statements. Check the number printed on it, or scan its QR code.',
      { count: bundles.length },
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(decodeUtf8(first.bytes));
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    throw new Refusal('bundle_malformed', 'The bundle in the PDF is not JSON.', { part: 'bundle' });
  }
  return readBundle(value);
}

/** A photograph that is a file of its own is the one that was approved. */
async function photoDiffers(pdf: ReadPdf, digest: string | null): Promise<boolean> {
  const jpegs = pdf.page.images.filter(({ format, bytes }) => format === 'DCTDecode' && bytes !== undefined);
  for (const { bytes } of jpegs)
    if (digest === null || toBase64url(await sha256(bytes as Uint8Array<ArrayBuffer>)) !== digest) return true;
  return false;
}

async function judgeSignature(
  file: Uint8Array<ArrayBuffer>,
  pdf: ReadPdf,
  bundle: Bundle,
  { filing, thumbprints }: Judged,
): Promise<Outcome> {
  const [field] = pdf.signatures;
  if (!field) return { result: 'not_checked', code: 'document_unsigned' };
  if (field.misplaced) throw altered(['file'], 'The file was written again after it was signed.');
  let signature: PdfSignature;
  try {
    signature = await checkPdfSignature(
      file,
      { ...field, contents: field.contents as Uint8Array<ArrayBuffer> },
      { thumbprints, roots: bundle.roots },
    );
  } catch (error) {
    if (isRefusal(error)) throw altered(['signature'], error.message);
    throw error;
  }
  if (!signature.intact) throw altered(['file'], 'The file was altered after it was signed.');
  if (!signature.whole || pdf.signatures.length > 1 || pdf.repaired)
    throw altered(['file'], 'Something was added to the file after it was signed.');
  if (!(await speaksFor(signature.signer, signature.root, filing)))
    throw new Refusal(
      'document_signed_by_another',
      'The file is signed, but not by the organization that issued the certificate.',
      { part: 'signature' },
    );
  return { result: 'pass' };
}

async function judge(file: Uint8Array<ArrayBuffer>, pdf: ReadPdf, bundle: Bundle, found: Judged): Promise<Outcome> {
  const { name, id_type, id_number, photo_digest } = found.holder;
  if (name === undefined || id_type === undefined || id_number === undefined || photo_digest === undefined) {
    // The page cannot be compared; a file that was altered after it was signed is told all the same.
    await judgeSignature(file, pdf, bundle, found);
    return { result: 'not_checked', code: 'document_incomplete' };
  }
  if (pdf.pages !== 1) throw altered(['page']);
  const holder: Holder = { name, id_type, id_number, photo_digest };
  const shown = pdf.page.texts.map(({ text }) => text).join('');
  const trust_root = found.thumbprints.find((one) => shown.includes(one)) ?? found.thumbprints[0] ?? '';
  const template = bundle.template ?? 'v1';
  const expected = documentFacts(found.facts, holder, {
    template,
    seal_url: bundle.seal_url ?? '',
    trust_root,
    copy: found.copy,
  });
  const parts = alteredParts(pdf.page, templateOf(template), expected);
  if (!parts.includes('photo') && (await photoDiffers(pdf, photo_digest))) parts.push('photo');
  if (parts.length > 0) throw altered(parts);
  return judgeSignature(file, pdf, bundle, found);
}

/**
 * Opens a PDF for verification: its bundle's evidence, with the file to be judged by it.
 * @throws Refusal `pdf_malformed`, `pdf_too_large`, `pdf_encrypted`, `pdf_active`, `document_without_bundle`,
 *   `bundle_malformed`
 */
export function openDocument(file: Uint8Array<ArrayBuffer>): Opened {
  const pdf = readPdf(file);
  const opened = openBundle(bundleIn(pdf));
  return {
    ...opened,
    evidence: { ...opened.evidence, document: { judge: (found) => judge(file, pdf, opened.bundle, found) } },
  };
}

// Comparing what the page shows with what was signed (核对版面): each value is looked for in its place. This finds values
// that were exchanged, added, hidden, covered or drawn over; other changes (an exchanged outline, another picture)
// break the file's signature.

interface Glyph {
  text: string;
  x: number;
  y: number;
  order: number;
}

const bare = (text: string): string => text.normalize('NFC').replace(/[\s\u00a0]/g, '');

/** A field's box in points from the bottom left. */
const boxOf = ({ box }: PrintedField): Box => ({
  left: box.left * MM,
  right: box.right * MM,
  bottom: (A4.height - box.bottom) * MM,
  top: (A4.height - box.top) * MM,
});

const holds = (box: Box, x: number, y: number): boolean =>
  x >= box.left && x < box.right && y >= box.bottom && y < box.top;
const meets = (a: Box, b: Box): boolean => a.left < b.right && b.left < a.right && a.bottom < b.top && b.bottom < a.top;

/** Every character of the page, whatever its colour and mode: what is hidden was hidden by somebody. */
function glyphsOf(page: ShownPage, pale: string): Glyph[] {
  // Several fonts may draw one word, so parts of it are let by; there is nothing else that they could say.
  const own = page.texts.filter(({ artifact, text }) => !(artifact && bare(pale).includes(bare(text))));
  const drawn = own.flatMap(({ glyphs, order }) => glyphs.map((glyph) => ({ ...glyph, order })));
  const noted = page.annotations.flatMap(({ rect, text }) =>
    text === undefined || text === ''
      ? []
      : [{ text, x: (rect.left + rect.right) / 2, y: (rect.bottom + rect.top) / 2, order: Number.POSITIVE_INFINITY }],
  );
  return [...drawn, ...noted];
}

/** Lines from top to bottom, each from left to right. Baselines within a point of each other are one line. */
function read(glyphs: readonly Glyph[]): string {
  const sorted = [...glyphs].sort((a, b) => b.y - a.y);
  const lines: Glyph[][] = [];
  for (const glyph of sorted) {
    const line = lines.at(-1);
    if (line && Math.abs((line[0] as Glyph).y - glyph.y) < 1) line.push(glyph);
    else lines.push([glyph]);
  }
  return lines
    .map((line) =>
      line
        .sort((a, b) => a.x - b.x)
        .map(({ text }) => text)
        .join(''),
    )
    .join('');
}

/** Something opaque that was painted over characters which stood there before. */
function covered(page: ShownPage, box: Box, glyphs: readonly Glyph[]): boolean {
  const first = Math.min(...glyphs.map(({ order }) => order));
  const over = page.paints.filter(({ kind, order }) => kind !== 'stroke' && order > first);
  return [...over, ...page.images].some(
    (area) =>
      meets(area, box) &&
      glyphs.some(
        ({ x, y, order }) => area.order > order && holds({ ...area, top: area.top + 1, bottom: area.bottom - 4 }, x, y),
      ),
  );
}

/**
 * The parts of a page that are not what `facts` say, in the order of the page; empty when all are.
 * @param facts of the verified credential with all its disclosures
 */
function alteredParts(page: ShownPage, template: Template, facts: DocumentFacts): string[] {
  if (Math.abs(page.width - A4.width * MM) > 1 || Math.abs(page.height - A4.height * MM) > 1) return ['page'];
  const glyphs = glyphsOf(page, template.pale);
  const altered = template.fields(facts).filter((field) => {
    const box = boxOf(field);
    const inside = glyphs.filter(({ x, y }) => holds(box, x, y));
    return bare(read(inside)) !== bare(field.text) || covered(page, box, inside);
  });
  const { photo } = template;
  const frame = boxOf({
    part: 'photo',
    text: '',
    box: { left: photo.x, right: photo.x + photo.width, top: photo.y, bottom: photo.y + photo.height },
  });
  const pictures = page.images.filter((image) => meets(image, frame)).length;
  return [...altered.map(({ part }) => part), ...(pictures === (facts.photo ? 1 : 0) ? [] : ['photo'])];
}
