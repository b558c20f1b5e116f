/**
 * Owns reading a PDF that anybody may have made or altered, so that it can be compared with what was issued: what its
 * first page shows and where, the files within it, its signatures and revisions. Pure and synchronous; it runs in the
 * Worker, in the browser and in Node.
 * Libraries that read PDF put no bound on what a hostile file may cost and weigh a megabyte; this reader's bounds are in limits.ts.
 * It refuses what cannot be read (`pdf_malformed`), what is larger or more complicated than any certificate
 * (`pdf_too_large`), encrypted files (`pdf_encrypted`) and files that act (`pdf_active`). It judges nothing.
 */
import { isRefusal } from '../../base/refusal.ts';
import { refuseActive } from './active.ts';
import { type Attachment, type FoundSignature, findSignatures, readAttachments } from './attachments.ts';
import { findPages, readPage, type ShownPage } from './first-page.ts';
import { afterLineEnd } from './indirect.ts';
import { Budget, LIMITS, malformed, tooLarge } from './limits.ts';
import { PdfFile } from './object-file.ts';
import { find, latin } from './objects.ts';
import { searchStructure } from './search.ts';
import type { Structure } from './xref.ts';
import { readStructure } from './xref.ts';

export interface ReadPdf {
  /** Bytes of the file. */
  size: number;
  /** Where each revision ends: after its %%EOF and the line end that follows. What comes after the last belongs to none. */
  revisions: number[];
  /** The table of objects or the length of a stream was wrong, and was mended: other readers may show another document. */
  mended: boolean;
  pages: number;
  /** The first. */
  page: ShownPage;
  attachments: Attachment[];
  signatures: FoundSignature[];
  info: { title?: string; author?: string; keywords?: string };
}

/** @throws Refusal `pdf_malformed`, `pdf_too_large` with `limit`, `pdf_encrypted`, `pdf_active` with `part`; nothing else */
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
  return { ...found, mended: file.mended };
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
