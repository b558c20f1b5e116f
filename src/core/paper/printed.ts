/**
 * Owns comparing what a PDF shows with what the signed data in it say (核对版面): each value is looked for in its place.
 * It finds values that were exchanged, added, hidden, covered or drawn over; what it cannot find (an exchanged outline,
 * another picture) the file's signature does.
 */

import { A4, MM } from '../../formats/pdf/drawing.ts';
import type { ShownPage } from '../../formats/pdf-read/first-page.ts';
import type { Box } from '../../formats/pdf-read/geometry.ts';
import type { DocumentFacts, PrintedField, Template } from './document.ts';

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
export function alteredParts(page: ShownPage, template: Template, facts: DocumentFacts): string[] {
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
