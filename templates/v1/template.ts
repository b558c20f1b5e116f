/**
 * Owns the drawing of the certificate, version 1: `fixed` is the same on every sheet, `values` are one holder's,
 * `seal` is the QR code in vector modules. Contents by 人社鉴发〔2021〕1号; no state emblem, no ministry seal.
 * FROZEN ONCE USED: a certificate printed again must be the same sheet. A change makes templates/v2.
 */
import type { DocumentFacts } from '../../src/life/document.ts';
import { levelName, levelWords } from '../../src/life/level.ts';
import { A4, MM, num, rgb, type Page, type TextStyle } from '../../src/life/pdf-page.ts';
import { fit, measure, wrap, type Lines } from '../../src/life/pdf-text.ts';
import { QUIET_ZONE, type QrMatrix } from '../../src/life/qr.ts';
import * as at from './layout.ts';
import { flourish, ornament } from './ornament.ts';
import * as words from './words.ts';

const zhLabel: TextStyle = { size: 10.5, colour: at.PINE };
const enLabel: TextStyle = { size: at.SMALL, colour: at.LABEL };
const small: TextStyle = { size: at.SMALL, colour: at.INK };

function heading(page: Page): void {
  page.text(words.TITLE.zh, at.CENTRE, at.TITLE_Y, { size: 31, colour: at.PINE, tracking: 7, align: 'centre', embolden: 0.55 });
  page.text(words.TITLE.en, at.CENTRE, at.SUBTITLE_Y, { size: 13, colour: at.PINE, tracking: 1.1, align: 'centre' });
  flourish(page, at.FLOURISH_Y);
}

/** Chinese is set in full lines, every line but the last stretched to both edges; English is left ragged. */
function sentence(page: Page): void {
  const width = (at.RIGHT - at.LEFT) * MM;
  const [zh, en] = [{ size: 12, colour: at.INK }, { size: 8.5, colour: at.LABEL }];
  const indent = 2 * zh.size;
  const lines = wrap(page.font, words.SENTENCE.zh, zh.size, width, indent);
  lines.forEach((line, i) => {
    const inset = i === 0 ? indent : 0;
    const spare = (width - inset - measure(page.font, line, zh.size)) / ([...line].length - 1);
    page.text(line, at.LEFT + inset / MM, at.SENTENCE_Y + i * 7.2, { ...zh, tracking: i < lines.length - 1 ? spare : 0 });
  });
  wrap(page.font, words.SENTENCE.en, en.size, width).forEach((line, i) => page.text(line, at.LEFT, at.SENTENCE_EN_Y + i * 4.2, en));
}

function rows(page: Page): void {
  const rule = (row: number) => page.line(at.LEFT, rowTop(row), row <= 3 ? at.PHOTO.x - 5 : at.RIGHT, rowTop(row), 0.35, at.HAIR);
  words.ROWS.forEach((row, i) => {
    rule(i);
    page.text(row.zh, at.LEFT, rowTop(i) + 5.6, zhLabel);
    page.text(row.en, at.LEFT, rowTop(i) + 9.5, enLabel);
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
  page.text(words.PHOTO_LABEL.zh, photo.x + photo.width / 2, photo.y + 17, { size: 10, colour: at.LABEL, align: 'centre', tracking: 3 });
  page.text(words.PHOTO_LABEL.en, photo.x + photo.width / 2, photo.y + 21.5, { ...enLabel, align: 'centre' });
  frame(page, { x: qr.x, y: qr.y, width: qr.side, height: qr.side });
  page.text(words.SCAN, qr.x + qr.side / 2, qr.y + qr.side + 4.6, { ...enLabel, align: 'centre' });
  label(page, words.ORGANIZATION, at.SIGN_NAME - 7);
  label(page, words.ISSUED, at.SIGN_DATE);
  foot(page);
}

function label(page: Page, text: { zh: string; en: string }, y: number): void {
  page.text(text.zh, at.SIGN_LEFT, y, zhLabel);
  page.text(text.en, at.SIGN_LEFT + measure(page.font, text.zh, zhLabel.size) / MM + 2.5, y, enLabel);
}

const footLine = (line: number): number => at.FOOT_TOP + 5.6 + line * at.FOOT_STEP;

function foot(page: Page): void {
  const pair = (x: number, line: number, text: string, address: string) => {
    page.text(text, x, footLine(line), enLabel);
    page.text(address, x + measure(page.font, `${text}  `, at.SMALL) / MM, footLine(line), small);
  };
  page.line(at.LEFT, at.FOOT_TOP, at.RIGHT, at.FOOT_TOP, 0.35, at.HAIR);
  pair(at.LEFT, 0, words.FOOT.certificates.label, words.FOOT.certificates.address);
  pair(at.FOOT_RIGHT_COLUMN, 0, words.FOOT.organizations.label, words.FOOT.organizations.address);
  page.text(words.FOOT.service.label, at.LEFT, footLine(1), enLabel);
  page.text(words.FOOT.root.label, at.LEFT, footLine(2), enLabel);
}

/** Draws fitted lines downwards; `first` is the first baseline. */
function block(page: Page, set: Lines, x: number, first: number, style: Omit<TextStyle, 'size'>): void {
  set.lines.forEach((line, i) => page.text(line, x, first + (i * set.leading) / MM, { ...style, size: set.size }));
}

function values(page: Page, facts: DocumentFacts): void {
  const row = (index: number, text: string) => {
    const part = words.ROWS[index]?.part ?? '';
    const set = fit(page.font, text, at.rowPlace(part, index));
    const middle = rowTop(index) + at.ROW / 2;
    const first = middle + (set.size * 0.36 - ((set.lines.length - 1) * set.leading) / 2) / MM;
    block(page, set, at.VALUE_LEFT, first, { colour: at.INK });
    return first;
  };
  const level = levelName(facts.level);
  row(0, facts.name);
  row(1, facts.id_type_name);
  row(2, facts.id_number);
  row(3, facts.occupation.name);
  row(4, facts.job);
  const y = row(5, level);
  page.text(levelWords(facts.level).english, at.VALUE_LEFT + measure(page.font, level, 12) / MM + 4, y, { size: 9, colour: at.LABEL });
  row(6, facts.number);
  block(page, fit(page.font, facts.organization.name, at.SIGN_PLACE), at.SIGN_LEFT, at.SIGN_NAME, { colour: at.INK });
  const [year, month, day] = facts.issued_on.split('-').map(Number) as [number, number, number];
  const date = `${year}年${month}月${day}日`;
  page.text(date, at.SIGN_LEFT, at.SIGN_DATE + 7, { size: 12, colour: at.INK });
  page.text(`${day} ${words.MONTHS[month - 1]} ${year}`, at.SIGN_LEFT + measure(page.font, date, 12) / MM + 4, at.SIGN_DATE + 7, { size: 9, colour: at.LABEL });
  footValue(page, 'query_url', words.FOOT.service.label, facts.query_url, 1);
  footValue(page, 'trust_root', words.FOOT.root.label, facts.trust_root, 2);
}

function footValue(page: Page, part: string, text: string, value: string, line: number): void {
  const x = at.LEFT + measure(page.font, `${text}  `, at.SMALL) / MM;
  const place = { part, width: (at.RIGHT - x) * MM, height: at.SMALL, sizes: [at.SMALL], leading: 1 };
  for (const shown of fit(page.font, value, place).lines) page.text(shown, x, footLine(line), small);
}

/** Dark modules as few rectangles in one path: separate paths would leave hairlines between rows on some screens. */
function seal(page: Page, qr: QrMatrix): void {
  const module = (at.QR.side * MM) / (qr.size + 2 * QUIET_ZONE);
  const { size } = qr;
  const left = new Uint8Array(qr.modules);
  let boxes = '';
  for (let y = 0, place = 0; y < size; y++) {
    for (let x = 0; x < size; x++, place++) {
      if (left[place] === 0) continue;
      let [width, height] = [1, 1];
      while (x + width < size && left[place + width] === 1) width++;
      if (width === 1) while (y + height < size && left[place + height * size] === 1) height++;
      for (let row = 0; row < height; row++) left.fill(0, place + row * size, place + row * size + width);
      boxes += `${x} ${y} ${width} ${height} re\n`;
    }
  }
  const originX = at.QR.x * MM + QUIET_ZONE * module;
  const originY = (A4.height - at.QR.y) * MM - QUIET_ZONE * module;
  page.raw(`q ${rgb([0, 0, 0])} rg ${module.toFixed(5)} 0 0 ${(-module).toFixed(5)} ${num(originX)} ${num(originY)} cm\n${boxes}f Q`);
}

export const template = {
  version: 'v1',
  /** Characters nearly every sheet shows: cut with the fixed part, so that they are not cut again. */
  always: '0123456789年月日-/',
  fixed,
  values,
  seal,
};
