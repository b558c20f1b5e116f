/**
 * Owns the files within the file: those of the name tree, those associated with the document, those pinned to its first
 * page (ISO 32000-1 §7.11.4, ISO 32000-2 §14.13), each once.
 * It refuses too many, too large ones (`pdf_too_large`), and name trees that are no trees (`pdf_malformed`).
 */
import type { PdfFile } from './file.ts';
import { decode } from './filters.ts';
import { LIMITS, malformed, tooLarge } from './limits.ts';
import { type Dict, Stream, type Value } from './objects.ts';

export interface Attachment {
  name: string;
  mediaType?: string;
  /** /AFRelationship: `Data`, `Source`… */
  relationship?: string;
  bytes: Uint8Array;
}

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
