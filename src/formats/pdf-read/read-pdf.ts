/**
 * Reads a PDF that anybody may have made or altered, so that it can be compared with what was issued: what its first
 * page shows and where, the files within it, its signatures and revisions. Pure and synchronous; it runs in the Worker,
 * in the browser and in Node. Libraries that read PDF put no bound on what a hostile file may cost and weigh a
 * megabyte; this reader's bounds are in limits.ts.
 */
import { isRefusal, Refusal } from '../../base/refusal.ts';
import { type Attachment, type FoundSignature, findSignatures, readAttachments } from './attachments.ts';
import { findPages, readPage, type ShownPage } from './first-page.ts';
import { afterLineEnd } from './lexer.ts';
import { Budget, LIMITS, malformed, tooLarge } from './limits.ts';
import { PdfFile } from './object-file.ts';
import { type Dict, find, latin, Stream, type Value } from './objects.ts';
import { readStructure, type Structure, searchStructure } from './xref.ts';

export interface ReadPdf {
  /** Bytes of the file. */
  size: number;
  /**
   * Where each revision ends: after its %%EOF and the line end that follows. What comes after the last belongs to none.
   */
  revisions: number[];
  /**
   * The table of objects or the length of a stream was wrong, and repaired: other readers may show another document.
   */
  repaired: boolean;
  pages: number;
  /** The first. */
  page: ShownPage;
  attachments: Attachment[];
  signatures: FoundSignature[];
  info: { title?: string; author?: string; keywords?: string };
}

/**
 * @throws Refusal `pdf_malformed`, `pdf_too_large` with `limit`, `pdf_encrypted`, `pdf_active` with `part`; nothing
 * else
 */
export function readPdf(bytes: Uint8Array): ReadPdf {
  if (bytes.length > LIMITS.file) throw tooLarge('file');
  if (!latin(bytes.subarray(0, 1024)).includes('%PDF-')) throw malformed('it is no PDF');
  const budget = new Budget();
  try {
    return read(bytes, budget, readStructure(bytes, budget));
  } catch (error) {
    if (!isRefusal(error, 'pdf_malformed') || error.facts.part !== 'structure') throw error;
    return read(bytes, budget, searchStructure(bytes, budget));
  }
}

function read(bytes: Uint8Array, budget: Budget, structure: Structure): ReadPdf {
  const file = new PdfFile(bytes, budget, structure);
  const catalog = file.dict(structure.trailer.get('Root'));
  if (!catalog.has('Pages')) throw malformed('it has no pages', structure.searched ? undefined : 'structure');
  refuseActive(file);
  const { first, count } = findPages(file, catalog.get('Pages'));
  const info = file.dict(structure.trailer.get('Info'));
  const said = ['Title', 'Author', 'Keywords'].flatMap((key) => {
    const text = file.text(info.get(key));
    return text === undefined ? [] : [[key.toLowerCase(), text] as const];
  });
  const found = {
    size: bytes.length,
    revisions: findRevisions(bytes, budget),
    pages: count,
    page: readPage(file, first),
    attachments: readAttachments(file, catalog, first),
    signatures: findSignatures(file, catalog),
    info: Object.fromEntries(said),
  };
  return { ...found, repaired: file.repaired };
}

function findRevisions(bytes: Uint8Array, budget: Budget): number[] {
  const ends: number[] = [];
  for (let at = find(bytes, '%%EOF', 0); at !== -1; at = find(bytes, '%%EOF', at + 5)) {
    budget.spend('revisions');
    // The first half of a linearized file ends like a revision, but points to 0 (annex F.3.3).
    if (/startxref\s+0*[1-9]\d*\s*$/.test(latin(bytes.subarray(Math.max(0, at - 40), at))))
      ends.push(afterLineEnd(bytes, at + 5));
  }
  return ends;
}

// What acts by itself (scripts, programs, forms that send, media) is refused wherever the document reaches it: a
// certificate has none, and what a script may show cannot be verified.

const ACTIONS = new Set([
  'JavaScript',
  'Launch',
  'SubmitForm',
  'ImportData',
  'RichMediaExecute',
  'Rendition',
  'Movie',
  'Sound',
  'GoTo3DView',
]);
const KEYS = ['JS', 'JavaScript', 'XFA'];
const MEDIA = new Set(['RichMedia', 'Screen', 'Movie', 'Sound', '3D']);

/** @throws Refusal `pdf_active` with `part`: the key or action found */
function refuseActive(file: PdfFile): void {
  const seen = new Set<Value>();
  const left: Value[] = [file.structure.trailer];
  for (let value = left.pop(); value !== undefined; value = left.pop()) {
    const found = file.get(value);
    if (found === null || typeof found !== 'object' || seen.has(found)) continue;
    seen.add(found);
    const dict = found instanceof Stream ? found.dict : found;
    if (dict instanceof Map) refuseActiveDict(file, dict);
    if (dict instanceof Map || Array.isArray(dict)) for (const item of dict.values()) left.push(item);
  }
}

function refuseActiveDict(file: PdfFile, dict: Dict): void {
  for (const key of KEYS) if (dict.has(key)) refuse(key);
  const kind = file.name(dict.get('S'));
  if (kind !== undefined && ACTIONS.has(kind)) refuse(kind);
  const subtype = file.name(dict.get('Subtype'));
  if (subtype !== undefined && MEDIA.has(subtype)) refuse(subtype);
  const opening = file.get(dict.get('OpenAction'));
  if (opening instanceof Map && !isGoTo(file, opening)) refuse('OpenAction');
  const additional = file.dict(dict.get('AA'));
  file.budget.spend('values', additional.size);
  for (const value of additional.values()) {
    const action = file.get(value);
    if (action instanceof Map && action.has('S') && !isGoTo(file, action)) refuse('AA');
  }
}

const isGoTo = (file: PdfFile, action: Dict): boolean => file.name(action.get('S')) === 'GoTo' && !action.has('Next');

function refuse(part: string): never {
  throw new Refusal('pdf_active', `The PDF contains something that acts by itself (${part}); certificates do not.`, {
    part,
  });
}
