/**
 * Reads a PDF that anybody may have made or altered, so that it can be compared with what was issued: what its first
 * page shows and where, the files within it, its signatures and revisions. Pure and synchronous; it runs in the Worker,
 * in the browser and in Node. Libraries that read PDF put no bound on what a hostile file may cost and weigh a
 * megabyte; this reader's bounds are in limits.ts.
 */
import { isRefusal, Refusal } from '../../base/refusal.ts';
import { type Attachment, type FoundSignature, findSignatures, readAttachments } from './attachments.ts';
import { Canvas } from './content.ts';
import {
  type Box,
  boxOf,
  IDENTITY,
  intersect,
  type Matrix,
  multiply,
  type Paint,
  type ShownImage,
  type ShownText,
} from './geometry.ts';
import { afterLineEnd } from './lexer.ts';
import { Budget, LIMITS, malformed, tooLarge } from './limits.ts';
import { PdfFile } from './object-file.ts';
import { type Dict, find, latin, Stream, type Value } from './objects.ts';
import type { PdfFont } from './page-fonts.ts';
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

// The way from the catalog to the first page: the page tree, what pages inherit, how the sheet is turned (ISO 32000-1
// §7.7.3), and the annotations that lie on it.

interface ShownAnnotation {
  /** E.g. `FreeText`, `Widget`. */
  subtype: string;
  /** A widget's: `Sig`, `Tx`… */
  fieldType?: string;
  rect: Box;
  /** What its appearance shows, or else its /Contents. */
  text?: string;
}

export interface ShownPage {
  /** Points, as the page is shown. */
  width: number;
  height: number;
  texts: ShownText[];
  images: ShownImage[];
  /** Painted areas by their bounding boxes. */
  paints: Paint[];
  annotations: ShownAnnotation[];
}

/**
 * The leaves of the page tree: the first, with what it inherits, and how many there are. Readers find a page by the
 * counts in the tree or by its leaves: where these differ, they show different pages.
 */
function findPages(file: PdfFile, root: Value | undefined): { first: Dict; count: number } {
  const seen = new Set<Dict>();
  let first: Dict | undefined;
  const visit = (value: Value | undefined, inherited: Dict, depth: number): number => {
    const node = file.get(value);
    if (!(node instanceof Map)) throw malformed('its page tree has a gap');
    if (seen.has(node)) throw malformed('its page tree forms a loop', 'loop');
    if (depth > LIMITS.nesting) throw tooLarge('nesting');
    seen.add(node);
    const kids = node.get('Kids');
    if ((kids === undefined) !== (file.name(node.get('Type')) === 'Page'))
      throw malformed('its page tree has something else');
    if (kids === undefined) {
      first ??= new Map([...inherited, ...node]);
      return 1;
    }
    const passed = new Map([...inherited, ...node].filter(([key]) => INHERITED.has(key)));
    const count = file.array(kids).reduce<number>((sum, kid) => sum + visit(kid, passed, depth + 1), 0);
    if (file.get(node.get('Count')) !== count) throw malformed('its page tree counts wrong');
    return count;
  };
  const count = visit(root, new Map(), 0);
  if (first === undefined) throw malformed('it has no page');
  return { first, count };
}

const INHERITED = new Set(['Resources', 'MediaBox', 'CropBox', 'Rotate']);

function readBox(file: PdfFile, value: Value | undefined): Box | undefined {
  const found = file.numbers(value, 4) as [number, number, number, number] | undefined;
  return found && boxOf(IDENTITY, found[0], found[1], found[2] - found[0], found[3] - found[1]);
}

/** From the page's own coordinates to points from the bottom left of the sheet as it is shown. */
function upright(width: number, height: number, quarters: number): Matrix {
  if (quarters === 1) return [0, -1, 1, 0, 0, width];
  if (quarters === 2) return [-1, 0, 0, -1, width, height];
  return quarters === 3 ? [0, 1, -1, 0, height, 0] : IDENTITY;
}

function readPage(file: PdfFile, page: Dict): ShownPage {
  const media = readBox(file, page.get('MediaBox'));
  const quarters = (file.number(page.get('Rotate')) ?? 0) / 90;
  if (media === undefined || media.right <= media.left || media.top <= media.bottom)
    throw malformed('its page has no size');
  if (!Number.isSafeInteger(quarters)) throw malformed('its page is turned by no right angle');
  const unit = file.number(page.get('UserUnit')) ?? 1;
  const [width, height] = [(media.right - media.left) * unit, (media.top - media.bottom) * unit];
  const turned = quarters % 2 !== 0;
  const ctm = multiply(
    [unit, 0, 0, unit, -media.left * unit, -media.bottom * unit],
    upright(width, height, ((quarters % 4) + 4) % 4),
  );
  const shown = intersect(media, readBox(file, page.get('CropBox')) ?? media);
  const fonts = new Map<Dict, PdfFont>();
  const canvas = new Canvas(
    file,
    fonts,
    ctm,
    boxOf(ctm, shown.left, shown.bottom, shown.right - shown.left, shown.top - shown.bottom),
  );
  canvas.run(readContents(file, page.get('Contents')), file.dict(page.get('Resources')));
  const { texts, images, paints } = canvas;
  const annotations = file.array(page.get('Annots')).map((value) => readAnnotation(file, file.dict(value), ctm, fonts));
  return { width: turned ? height : width, height: turned ? width : height, texts, images, paints, annotations };
}

/** Several streams are one, a token never going from one to the next (§7.8.2). */
function readContents(file: PdfFile, value: Value | undefined): Uint8Array {
  const found = file.get(value);
  const parts = (found instanceof Stream ? [found] : file.array(found)).map((part) => {
    const stream = file.get(part);
    return stream instanceof Stream ? file.data(stream) : new Uint8Array();
  });
  const [only, ...more] = parts;
  if (only !== undefined && more.length === 0) return only;
  const length = parts.reduce((sum, part) => sum + part.length + 1, 0);
  file.budget.spend('inflated', length);
  const whole = new Uint8Array(length).fill(10);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length + 1;
  }
  return whole;
}

function readAnnotation(file: PdfFile, dict: Dict, ctm: Matrix, fonts: Map<Dict, PdfFont>): ShownAnnotation {
  file.budget.spend('annotations');
  const rect = readBox(file, dict.get('Rect'));
  const fieldType = file.name(dict.get('FT') ?? file.dict(dict.get('Parent')).get('FT'));
  const text = readAppearance(file, dict, fonts) || file.text(dict.get('Contents'));
  return {
    subtype: file.name(dict.get('Subtype')) ?? '',
    rect:
      rect === undefined
        ? boxOf(ctm, 0, 0, 0, 0)
        : boxOf(ctm, rect.left, rect.bottom, rect.right - rect.left, rect.top - rect.bottom),
    ...(fieldType === undefined ? {} : { fieldType }),
    ...(text === undefined || text === '' ? {} : { text }),
  };
}

function readAppearance(file: PdfFile, dict: Dict, fonts: Map<Dict, PdfFont>): string {
  const normal = file.get(file.dict(dict.get('AP')).get('N'));
  const stream = normal instanceof Map ? file.get(normal.get(file.name(dict.get('AS')) ?? '')) : normal;
  if (!(stream instanceof Stream)) return '';
  const canvas = new Canvas(file, fonts, IDENTITY, { left: -1e9, bottom: -1e9, right: 1e9, top: 1e9 });
  canvas.form(stream);
  return canvas.texts.map(({ text }) => text).join('');
}
