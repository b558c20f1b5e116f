/**
 * The files within the file: those of the name tree, those associated with the document, those pinned to its first page
 * (ISO 32000-1 §7.11.4, ISO 32000-2 §14.13), each once; and its signatures.
 */
import { equalBytes } from '../../base/bytes.ts';
import { decode } from './filters.ts';
import { LIMITS, malformed, tooLarge } from './limits.ts';
import type { PdfFile } from './object-file.ts';
import { type Dict, fromHex, isWhole, Stream, type Value } from './objects.ts';

export interface Attachment {
  name: string;
  mediaType?: string;
  /** /AFRelationship: `Data`, `Source`… */
  relationship?: string;
  bytes: Uint8Array;
}

/**
 * The files that a PDF carries: in its name tree, its associated files (/AF) and the annotations of a page.
 * @throws Refusal `pdf_malformed`, `pdf_too_large`
 */
export function readAttachments(file: PdfFile, catalog: Dict, page: Dict): Attachment[] {
  const specifications: Value[] = [];
  const seen = new Set<Dict>();
  const visit = (value: Value | undefined, depth: number): void => {
    const node = file.dict(value);
    if (seen.has(node)) throw malformed('a name tree forms a loop', 'loop');
    if (depth > LIMITS.nesting) throw tooLarge('nesting');
    seen.add(node);
    // Names and files in turn.
    file.array(node.get('Names')).forEach((value, i) => i % 2 === 1 && specifications.push(value));
    for (const kid of file.array(node.get('Kids'))) visit(kid, depth + 1);
  };
  visit(file.dict(catalog.get('Names')).get('EmbeddedFiles'), 0);
  for (const value of file.array(catalog.get('AF'))) specifications.push(value);
  for (const annotation of file.array(page.get('Annots'))) specifications.push(file.dict(annotation).get('FS') ?? null);
  const taken = new Set<Stream>();
  return specifications.flatMap((value) => {
    const specification = file.dict(value);
    const embedded = file.dict(specification.get('EF'));
    const stream = file.get(embedded.get('UF') ?? embedded.get('F'));
    if (!(stream instanceof Stream) || taken.has(stream)) return [];
    file.budget.spend('attachments');
    taken.add(stream);
    const mediaType = file.name(stream.dict.get('Subtype'));
    const relationship = file.name(specification.get('AFRelationship'));
    return {
      name: file.text(specification.get('UF') ?? specification.get('F')) ?? '',
      ...(mediaType === undefined ? {} : { mediaType }),
      ...(relationship === undefined ? {} : { relationship }),
      bytes: decode(stream, file.budget, file.get, LIMITS.attachment).bytes,
    };
  });
}

// The signatures of a file (ISO 32000-1 §12.7.4.5, §12.8) and what they say they cover. None is judged; `misplaced`
// says that a value is not what stands in the file between the bytes that it covers.

export interface FoundSignature {
  /** The full name of its field. */
  field?: string;
  /** E.g. `ETSI.CAdES.detached`, `ETSI.RFC3161`. */
  subFilter: string;
  /** Two runs of the file, as start and length: everything but `contents` in its angle brackets. */
  byteRange: [number, number, number, number];
  /** The value does not stand in the gap that it leaves out: the file was written again after it was signed. */
  misplaced: boolean;
  /** The CMS message, followed by the zeros that keep its place. */
  contents: Uint8Array;
  /** /M as written, e.g. `D:20261123000000+08'00'`. */
  time?: string;
  reason?: string;
  location?: string;
  name?: string;
}

/** The signatures in the fields of a form. @throws Refusal `pdf_malformed`, `pdf_too_large` */
export function findSignatures(file: PdfFile, catalog: Dict): FoundSignature[] {
  const found: FoundSignature[] = [];
  const seen = new Set<Dict>();
  const visit = (value: Value, path: string, inherited: string | undefined, depth: number): void => {
    const field = file.dict(value);
    if (seen.has(field)) throw malformed('its form fields form a loop', 'loop');
    if (depth > LIMITS.nesting) throw tooLarge('nesting');
    seen.add(field);
    const part = file.text(field.get('T')) ?? '';
    if (path.length + part.length >= LIMITS.name) throw tooLarge('name');
    const name = path === '' || part === '' ? path + part : `${path}.${part}`;
    const type = file.name(field.get('FT')) ?? inherited;
    const signature = file.get(field.get('V'));
    if (type === 'Sig' && signature instanceof Map) {
      file.budget.spend('signatures');
      found.push({ ...(name === '' ? {} : { field: name }), ...readSignature(file, signature) });
    }
    for (const kid of file.array(field.get('Kids'))) visit(kid, name, type, depth + 1);
  };
  for (const field of file.array(file.dict(catalog.get('AcroForm')).get('Fields'))) visit(field, '', undefined, 0);
  return found;
}

function readSignature(file: PdfFile, dict: Dict): FoundSignature {
  const { bytes } = file;
  const byteRange = file.numbers(dict.get('ByteRange'), 4) as FoundSignature['byteRange'] | undefined;
  const contents = file.get(dict.get('Contents'));
  if (byteRange === undefined || !byteRange.every(isWhole) || !(contents instanceof Uint8Array))
    throw malformed('a signature has no usable value');
  const [from, to] = [byteRange[0] + byteRange[1], byteRange[2]];
  const gap = from + 2 <= to && to + byteRange[3] <= bytes.length && bytes[from] === 0x3c && bytes[to - 1] === 0x3e;
  if (gap) file.budget.spend('work', to - from);
  const misplaced = !gap || !equalBytes(fromHex(bytes.subarray(from + 1, to - 1)), contents);
  const texts = { time: 'M', reason: 'Reason', location: 'Location', name: 'Name' };
  const said = Object.entries(texts).flatMap(([part, key]) => {
    const text = file.text(dict.get(key));
    return text === undefined ? [] : [[part, text] as const];
  });
  return {
    subFilter: file.name(dict.get('SubFilter')) ?? '',
    byteRange,
    misplaced,
    contents,
    ...Object.fromEntries(said),
  };
}
