/**
 * The way from the catalog to the first page: the page tree, what pages inherit, how the sheet is turned (ISO 32000-1
 * §7.7.3), and the annotations that lie on it.
 */
import { Canvas } from './content.ts';
import type { Paint, ShownImage, ShownText } from './geometry.ts';
import { type Box, boxOf, IDENTITY, intersect, type Matrix, multiply } from './geometry.ts';
import { LIMITS, malformed, tooLarge } from './limits.ts';
import type { PdfFile } from './object-file.ts';
import { type Dict, Stream, type Value } from './objects.ts';
import type { PdfFont } from './page-fonts.ts';

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
export function findPages(file: PdfFile, root: Value | undefined): { first: Dict; count: number } {
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

export function readPage(file: PdfFile, page: Dict): ShownPage {
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
