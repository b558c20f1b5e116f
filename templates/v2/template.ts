/**
 * The drawing of the certificate, version 2. It looks as version 1 does, with larger modules in the QR code; what is
 * new is what programs read: PDF/UA-1, labels drawn with their values and in the order of the structure, words that
 * stay apart. `fixed` is the same on every sheet, `values` are one holder's, with all labels. FROZEN ONCE USED: a
 * certificate printed again must be the same sheet. A change makes templates/v3.
 */

import { levelName, levelWords } from '../../src/core/number.ts';
import type { DocumentFacts, Template } from '../../src/core/paper/template.ts';
import {
  A4,
  fit,
  MM,
  measure,
  num,
  type Page,
  type Place,
  rgb,
  type TextStyle,
  wrap,
} from '../../src/formats/pdf/drawing.ts';
import type { QrMatrix } from '../../src/formats/qr.ts';
import { darkRectangles } from '../../src/formats/qr.ts';
import { drawPale } from '../v1/copy.ts';
import { fields } from '../v1/fields.ts';
import * as at from '../v1/layout.ts';
import { flourish, ornament } from '../v1/ornament.ts';
import * as words from '../v1/words.ts';
import { drawCopy } from './copy.ts';
import { QR } from './layout.ts';
import { structure } from './structure.ts';

const zhLabel: TextStyle = { size: 10.5, colour: at.PINE };
const enLabel: TextStyle = { size: at.SMALL, colour: at.LABEL };
const small: TextStyle = { size: at.SMALL, colour: at.INK };

function heading(page: Page): void {
  page.mark('title', () =>
    page.text(words.TITLE.zh, at.CENTRE, at.TITLE_Y, {
      size: 31,
      colour: at.PINE,
      tracking: 7,
      align: 'centre',
      embolden: 0.55,
    }),
  );
  page.mark('subtitle', () =>
    page.text(words.TITLE.en, at.CENTRE, at.SUBTITLE_Y, { size: 13, colour: at.PINE, tracking: 1.1, align: 'centre' }),
  );
  flourish(page, at.FLOURISH_Y);
}

/** Chinese is set in full lines, every line but the last stretched to both edges; English is left ragged. */
function sentence(page: Page): void {
  const width = (at.RIGHT - at.LEFT) * MM;
  const [zh, en] = [
    { size: 12, colour: at.INK },
    { size: 8.5, colour: at.LABEL },
  ];
  const indent = 2 * zh.size;
  const lines = wrap(page.fonts, words.SENTENCE.zh, zh.size, width, indent);
  page.mark('sentence', () =>
    lines.forEach((line, i) => {
      const inset = i === 0 ? indent : 0;
      const spare = (width - inset - measure(page.fonts, line, zh.size)) / ([...line].length - 1);
      page.text(line, at.LEFT + inset / MM, at.SENTENCE_Y + i * 7.2, {
        ...zh,
        tracking: i < lines.length - 1 ? spare : 0,
      });
    }),
  );
  page.mark('sentence_en', () =>
    wrap(page.fonts, words.SENTENCE.en, en.size, width).forEach((line, i) =>
      page.text(`${line} `, at.LEFT, at.SENTENCE_EN_Y + i * 4.2, en),
    ),
  );
}

const rowTop = (row: number): number => at.ROWS_TOP + row * at.ROW;

/** An empty frame on white ground. */
function frame(page: Page, x: number, y: number, width: number, height: number): void {
  page.rectangle(x, y, width, height, 'f', at.WHITE);
  page.rectangle(x, y, width, height, 'S', at.HAIR, 0.5);
}

function fixed(page: Page): void {
  ornament(page);
  heading(page);
  sentence(page);
  for (let row = 0; row <= words.ROWS.length; row++) {
    page.line(at.LEFT, rowTop(row), row <= 3 ? at.PHOTO.x - 5 : at.RIGHT, rowTop(row), 0.35, at.HAIR);
  }
  frame(page, at.PHOTO.x, at.PHOTO.y, at.PHOTO.width, at.PHOTO.height);
  frame(page, QR.x, QR.y, QR.side, QR.side);
  page.line(at.LEFT, at.FOOT_TOP, at.RIGHT, at.FOOT_TOP, 0.35, at.HAIR);
}

function values(page: Page, facts: DocumentFacts, qr: QrMatrix | undefined): void {
  if (facts.copy) drawCopy(page, facts.copy);
  photograph(page, facts.photo === true);
  rows(page, facts);
  label(page, 'organization', words.ORGANIZATION, at.SIGN_NAME - 7);
  const { leading } = at.SIGN_PLACE;
  const set = fit(page.fonts, facts.organization.name, at.SIGN_PLACE);
  page.mark('organization', () =>
    withSpaces(facts.organization.name, set.lines).forEach((line, i) =>
      page.text(line, at.SIGN_LEFT, at.SIGN_NAME + (i * set.size * leading) / MM, { size: set.size, colour: at.INK }),
    ),
  );
  issued(page, facts.issued_on);
  if (qr) page.mark('seal', () => seal(page, qr));
  page.mark('scan', () =>
    page.text(words.SCAN, QR.x + QR.side / 2, QR.y + QR.side + 4.6, { ...enLabel, align: 'centre' }),
  );
  foot(page, facts);
}

/** The photograph fills its frame; without one the frame says so. */
function photograph(page: Page, given: boolean): void {
  const { x, y, width, height } = at.PHOTO;
  page.mark('photo', () => {
    if (given)
      return page.raw(
        `q ${num(width * MM)} 0 0 ${num(height * MM)} ${num(x * MM)} ${num((A4.height - y - height) * MM)} cm /${at.PHOTO_RESOURCE} Do Q`,
      );
    const zh: TextStyle = { size: 9, colour: at.LABEL, tracking: 1 };
    // Centred without the space that follows it.
    const left = x + width / 2 - measure(page.fonts, words.NO_PHOTO.zh, 9, 1) / MM / 2;
    page.text(`${words.NO_PHOTO.zh} `, left, y + 17.5, zh);
    page.text(words.NO_PHOTO.en, x + width / 2, y + 21.8, { ...enLabel, align: 'centre' });
  });
}

/** The space at which a line was broken stays in the text: what is extracted is what was written. */
function withSpaces(text: string, lines: readonly string[]): string[] {
  let end = 0;
  return lines.map((line) => {
    end += line.length;
    const broken = text[end] === ' ';
    while (text[end] === ' ') end++;
    return broken ? `${line} ` : line;
  });
}

function rows(page: Page, facts: DocumentFacts): void {
  const level = levelName(facts.level);
  const texts = [
    facts.name,
    facts.id_type_name,
    facts.id_number,
    facts.occupation.name,
    facts.job,
    level,
    facts.number,
  ];
  words.ROWS.forEach(({ part, zh, en }, index) => {
    const text = texts[index] as string;
    page.mark(`${part}_label`, () => {
      page.text(`${zh} `, at.LEFT, rowTop(index) + 5.6, zhLabel);
      page.text(en, at.LEFT, rowTop(index) + 9.5, enLabel);
    });
    page.mark(part, () => {
      const set = fit(page.fonts, text, at.rowPlace(part, index));
      const first = rowTop(index) + at.ROW / 2 + (set.size * 0.36 - ((set.lines.length - 1) * set.leading) / 2) / MM;
      const lines = withSpaces(part === 'level' ? `${text} ` : text, set.lines);
      lines.forEach((line, i) =>
        page.text(line, at.VALUE_LEFT, first + (i * set.leading) / MM, { size: set.size, colour: at.INK }),
      );
      if (part !== 'level') return;
      const x = at.VALUE_LEFT + measure(page.fonts, level, 12) / MM + 4;
      page.text(levelWords(facts.level).english, x, first, { size: 9, colour: at.LABEL });
    });
  });
}

function label(page: Page, part: string, text: { zh: string; en: string }, y: number): void {
  page.mark(`${part}_label`, () => {
    page.text(`${text.zh} `, at.SIGN_LEFT, y, zhLabel);
    page.text(text.en, at.SIGN_LEFT + measure(page.fonts, text.zh, zhLabel.size) / MM + 2.5, y, enLabel);
  });
}

function issued(page: Page, on: string): void {
  const [year, month, day] = on.split('-').map(Number) as [number, number, number];
  const date = `${year}年${month}月${day}日`;
  label(page, 'issued_on', words.ISSUED, at.SIGN_DATE);
  page.mark('issued_on', () => {
    page.text(`${date} `, at.SIGN_LEFT, at.SIGN_DATE + 7, { size: 12, colour: at.INK });
    page.text(
      `${day} ${words.MONTHS[month - 1]} ${year}`,
      at.SIGN_LEFT + measure(page.fonts, date, 12) / MM + 4,
      at.SIGN_DATE + 7,
      { size: 9, colour: at.LABEL },
    );
  });
}

function foot(page: Page, facts: DocumentFacts): void {
  const { certificates, organizations, service, root } = words.FOOT;
  const pair = (part: string, left: number, line: number, text: string, value: string) => {
    const y = at.FOOT_TOP + 5.6 + line * at.FOOT_STEP;
    const x = left + measure(page.fonts, `${text}  `, at.SMALL) / MM;
    const place: Place = { part, width: (at.RIGHT - x) * MM, height: at.SMALL, sizes: [at.SMALL], leading: 1 };
    page.mark(`${part}_label`, () => page.text(text, left, y, enLabel));
    page.mark(part, () => {
      for (const shown of fit(page.fonts, value, place).lines) page.text(shown, x, y, small);
    });
  };
  pair('certificates', at.LEFT, 0, certificates.label, certificates.address);
  pair('organizations', at.FOOT_RIGHT_COLUMN, 0, organizations.label, organizations.address);
  pair('query_url', at.LEFT, 1, service.label, facts.query_url);
  pair('trust_root', at.LEFT, 2, root.label, facts.trust_root);
}

/** The dark modules as one path: separate paths would leave hairlines between rows on some screens. */
function seal(page: Page, qr: QrMatrix): void {
  const module = (QR.side * MM) / (qr.size + 2 * at.QUIET_ZONE);
  const originX = QR.x * MM + at.QUIET_ZONE * module;
  const originY = (A4.height - QR.y) * MM - at.QUIET_ZONE * module;
  page.raw(
    `q ${rgb([0, 0, 0])} rg ${module.toFixed(5)} 0 0 ${(-module).toFixed(5)} ${num(originX)} ${num(originY)} cm\n${darkRectangles(qr)}f Q`,
  );
}

const { ROWS, ORGANIZATION, ISSUED, FOOT, SCAN, NO_PHOTO } = words;
const LABELS = [
  ...[...ROWS, ORGANIZATION, ISSUED].flatMap(({ zh, en }) => [zh, en]),
  ...Object.values(FOOT).map((entry) => entry.label + ('address' in entry ? entry.address : '')),
  SCAN,
  NO_PHOTO.zh,
  NO_PHOTO.en,
];

export const template: Template = {
  version: 'v2',
  always: `0123456789年月日-/${LABELS.join('')}`,
  accessible: true,
  photoResource: at.PHOTO_RESOURCE,
  structure,
  fields,
  photo: at.PHOTO,
  pale: `${words.COPY.zh} ${words.COPY.en}`,
  beneath: (page, { copy }) => {
    if (copy) drawPale(page);
  },
  fixed,
  values,
};
