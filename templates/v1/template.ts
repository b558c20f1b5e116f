/**
 * The drawing of the certificate, version 1: `fixed` is the same on every sheet, `values` are one holder's,
 * with the QR code in vector modules. Contents by 人社鉴发〔2021〕1号; no state emblem, no ministry seal.
 * FROZEN ONCE USED: a certificate printed again must be the same sheet. A change makes templates/v2.
 */

import { levelName, levelWords } from '../../src/core/number.ts';
import type { DocumentFacts, Template } from '../../src/core/paper/template.ts';
import {
  A4,
  fit,
  type Lines,
  MM,
  measure,
  num,
  type Page,
  rgb,
  type TextStyle,
  wrap,
} from '../../src/formats/pdf/drawing.ts';
import type { QrMatrix } from '../../src/formats/qr.ts';
import { darkRectangles } from '../../src/formats/qr.ts';
import { drawCopy, drawPale } from './copy.ts';
import { fields } from './fields.ts';
import * as at from './layout.ts';
import { flourish, ornament } from './ornament.ts';
import { structure } from './structure.ts';
import * as words from './words.ts';

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

function rows(page: Page): void {
  const rule = (row: number) =>
    page.line(at.LEFT, rowTop(row), row <= 3 ? at.PHOTO.x - 5 : at.RIGHT, rowTop(row), 0.35, at.HAIR);
  words.ROWS.forEach((row, i) => {
    rule(i);
    page.mark(`${row.part}_label`, () => {
      page.text(`${row.zh} `, at.LEFT, rowTop(i) + 5.6, zhLabel);
      page.text(row.en, at.LEFT, rowTop(i) + 9.5, enLabel);
    });
  });
  rule(words.ROWS.length);
}

const rowTop = (row: number): number => at.ROWS_TOP + row * at.ROW;

/** An empty frame on white ground. */
function frame(page: Page, { x, y, width, height }: { x: number; y: number; width: number; height: number }): void {
  page.rectangle(x, y, width, height, 'f', at.WHITE);
  page.rectangle(x, y, width, height, 'S', at.HAIR, 0.5);
}

function fixed(page: Page): void {
  ornament(page);
  heading(page);
  sentence(page);
  rows(page);
  const { PHOTO: photo, QR: qr } = at;
  frame(page, photo);
  frame(page, { x: qr.x, y: qr.y, width: qr.side, height: qr.side });
  page.mark('scan', () =>
    page.text(words.SCAN, qr.x + qr.side / 2, qr.y + qr.side + 4.6, { ...enLabel, align: 'centre' }),
  );
  label(page, 'organization', words.ORGANIZATION, at.SIGN_NAME - 7);
  label(page, 'issued_on', words.ISSUED, at.SIGN_DATE);
  foot(page);
}

function label(page: Page, part: string, text: { zh: string; en: string }, y: number): void {
  page.mark(`${part}_label`, () => {
    page.text(`${text.zh} `, at.SIGN_LEFT, y, zhLabel);
    page.text(text.en, at.SIGN_LEFT + measure(page.fonts, text.zh, zhLabel.size) / MM + 2.5, y, enLabel);
  });
}

const footLine = (line: number): number => at.FOOT_TOP + 5.6 + line * at.FOOT_STEP;

function foot(page: Page): void {
  const pair = (part: string, x: number, line: number, text: string, address?: string) => {
    page.mark(`${part}_label`, () => page.text(text, x, footLine(line), enLabel));
    if (address !== undefined)
      page.mark(part, () =>
        page.text(address, x + measure(page.fonts, `${text}  `, at.SMALL) / MM, footLine(line), small),
      );
  };
  page.line(at.LEFT, at.FOOT_TOP, at.RIGHT, at.FOOT_TOP, 0.35, at.HAIR);
  pair('certificates', at.LEFT, 0, words.FOOT.certificates.label, words.FOOT.certificates.address);
  pair('organizations', at.FOOT_RIGHT_COLUMN, 0, words.FOOT.organizations.label, words.FOOT.organizations.address);
  pair('query_url', at.LEFT, 1, words.FOOT.service.label);
  pair('trust_root', at.LEFT, 2, words.FOOT.root.label);
}

/** Draws fitted lines downwards; `first` is the first baseline. */
function block(page: Page, set: Lines, x: number, first: number, style: Omit<TextStyle, 'size'>): void {
  set.lines.forEach((line, i) => page.text(line, x, first + (i * set.leading) / MM, { ...style, size: set.size }));
}

function values(page: Page, facts: DocumentFacts, qr: QrMatrix | undefined): void {
  if (facts.copy) drawCopy(page, facts.copy);
  photograph(page, facts.photo === true);
  rowValues(page, facts);
  page.mark('organization', () =>
    block(page, fit(page.fonts, facts.organization.name, at.SIGN_PLACE), at.SIGN_LEFT, at.SIGN_NAME, {
      colour: at.INK,
    }),
  );
  const [year, month, day] = facts.issued_on.split('-').map(Number) as [number, number, number];
  const date = `${year}年${month}月${day}日`;
  page.mark('issued_on', () => {
    page.text(`${date} `, at.SIGN_LEFT, at.SIGN_DATE + 7, { size: 12, colour: at.INK });
    page.text(
      `${day} ${words.MONTHS[month - 1]} ${year}`,
      at.SIGN_LEFT + measure(page.fonts, date, 12) / MM + 4,
      at.SIGN_DATE + 7,
      { size: 9, colour: at.LABEL },
    );
  });
  footValue(page, 'query_url', words.FOOT.service.label, facts.query_url, 1);
  footValue(page, 'trust_root', words.FOOT.root.label, facts.trust_root, 2);
  if (qr) page.mark('seal', () => seal(page, qr));
}

/** The photograph fills its frame; without one the frame says so. */
function photograph(page: Page, given: boolean): void {
  const { x, y, width, height } = at.PHOTO;
  page.mark('photo', () => {
    if (given)
      return page.raw(
        `q ${num(width * MM)} 0 0 ${num(height * MM)} ${num(x * MM)} ${num((A4.height - y - height) * MM)} cm /${at.PHOTO_RESOURCE} Do Q`,
      );
    page.text(words.NO_PHOTO.zh, x + width / 2, y + 17.5, { size: 9, colour: at.LABEL, align: 'centre', tracking: 1 });
    page.text(words.NO_PHOTO.en, x + width / 2, y + 21.8, { ...enLabel, align: 'centre' });
  });
}

function rowValues(page: Page, facts: DocumentFacts): void {
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
  words.ROWS.forEach(({ part }, index) =>
    page.mark(part, () => {
      const set = fit(page.fonts, texts[index] as string, at.rowPlace(part, index));
      const middle = rowTop(index) + at.ROW / 2;
      const first = middle + (set.size * 0.36 - ((set.lines.length - 1) * set.leading) / 2) / MM;
      block(page, set, at.VALUE_LEFT, first, { colour: at.INK });
      if (part === 'level')
        page.text(levelWords(facts.level).english, at.VALUE_LEFT + measure(page.fonts, level, 12) / MM + 4, first, {
          size: 9,
          colour: at.LABEL,
        });
    }),
  );
}

function footValue(page: Page, part: string, text: string, value: string, line: number): void {
  const x = at.LEFT + measure(page.fonts, `${text}  `, at.SMALL) / MM;
  const place = { part, width: (at.RIGHT - x) * MM, height: at.SMALL, sizes: [at.SMALL], leading: 1 };
  page.mark(part, () => {
    for (const shown of fit(page.fonts, value, place).lines) page.text(shown, x, footLine(line), small);
  });
}

/** The dark modules as one path: separate paths would leave hairlines between rows on some screens. */
function seal(page: Page, qr: QrMatrix): void {
  const module = (at.QR.side * MM) / (qr.size + 2 * at.QUIET_ZONE);
  const originX = at.QR.x * MM + at.QUIET_ZONE * module;
  const originY = (A4.height - at.QR.y) * MM - at.QUIET_ZONE * module;
  page.raw(
    `q ${rgb([0, 0, 0])} rg ${module.toFixed(5)} 0 0 ${(-module).toFixed(5)} ${num(originX)} ${num(originY)} cm\n${darkRectangles(qr)}f Q`,
  );
}

export const template: Template = {
  version: 'v1',
  always: `0123456789年月日-/${words.NO_PHOTO.zh}`,
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
