/**
 * How the bytes of a file become a table. What a file is, its content says: names and media types of uploads are often
 * wrong. Workbooks (.xlsx) and texts are read; every other form of spreadsheet is refused by name, so that people know
 * what to save the file as.
 */

import { strToU8, zipSync } from 'fflate';
import { encodeUtf8 } from '../../base/bytes.ts';
import { isRefusal, Refusal } from '../../base/refusal.ts';
import { readWorkbook } from '../xlsx/workbook.ts';
import {
  Collector,
  type Columns,
  HEADER_ROWS,
  headerText,
  isBlank,
  likeness,
  TABLE_LIMITS,
  type Table,
  TableBudget,
  type TableRow,
  tableTooLarge,
} from './table-rows.ts';

const begins = (bytes: Uint8Array, ...magic: number[]): boolean => magic.every((byte, at) => bytes[at] === byte);

/** Whether the bytes are a ZIP, as every .xlsx is. */
export const isZip = (bytes: Uint8Array): boolean => begins(bytes, 0x50, 0x4b, 3, 4);

/** The compound file of Office 97–2003, in which password-protected .xlsx files are wrapped as well. */
function refuseCompound(bytes: Uint8Array): never {
  const entry = new TextEncoder().encode([...'EncryptedPackage'].join('\0'));
  for (let at = bytes.indexOf(0x45); at >= 0; at = bytes.indexOf(0x45, at + 1)) {
    if (entry.every((byte, i) => bytes[at + i] === byte))
      throw new Refusal('xlsx_encrypted', 'The workbook is protected with a password. Save it without one.');
  }
  throw new Refusal(
    'table_format_unsupported',
    'The file has the old format .xls. Open it in Excel or WPS and save it as .xlsx or CSV UTF-8, then upload that file.',
  );
}

/** Many systems export a web page, or XML, and call it .xls. */
const isMarkup = (bytes: Uint8Array): boolean =>
  /^(?:\xef\xbb\xbf)?\s*<(?:[!?]|html|meta|table)/i.test(String.fromCharCode(...bytes.subarray(0, 100)));

/**
 * Reads a file.
 * @throws Refusal `table_format_unsupported`, `table_too_large`, `csv_not_utf8`, `csv_quotes_malformed`,
 *   `csv_header_unclear`, what `requireFew` throws, and for workbooks what readWorkbook throws
 */
export function readTable(bytes: Uint8Array, columns: Columns, budget = new TableBudget()): Table {
  if (isZip(bytes)) return readWorkbook(bytes, columns, budget);
  if (begins(bytes, 0xd0, 0xcf, 0x11, 0xe0)) refuseCompound(bytes);
  if (isMarkup(bytes))
    throw new Refusal(
      'table_format_unsupported',
      'The file is a web page or XML, whatever its name says. Open it in Excel or WPS and save it as .xlsx or CSV UTF-8, then upload that file.',
    );
  return readText(bytes, columns, budget);
}

// How a text file becomes a table: UTF-8 with or without BOM, GB18030 (and so GBK and GB 2312), UTF-16 with BOM; comma,
// tab or semicolon, or what a first line `sep=` names; any line ending; line breaks inside quotes; blank rows are
// counted. Other encodings, damaged texts and broken quotes are refused, because guessing at them would put wrong names
// on certificates. Records are split here and not by a library: a row of ten million commas must be refused at its
// 257th cell, and libraries build rows whole before they hand them out.

const SAVE_AS =
  'In Excel or WPS choose Save As and the type .xlsx or “CSV UTF-8 (Comma delimited)” (另存为 → CSV UTF-8（逗号分隔）), then upload that file.';

/** What Excel reads as the delimiter's name and does not show as a row. */
const SEPARATOR_LINE = /^"?sep=([^"\r\n])"?[,;\t ]*(?:\r\n?|\n|$)/i;

/** The text, or undefined if the bytes are not in this encoding. */
function decode(bytes: Uint8Array, encoding: string): string | undefined {
  let text: string;
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
  // UTF-16 without a byte order mark is valid UTF-8 full of NUL.
  if (text.includes('\0')) return undefined;
  return withoutEnd(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
}

/** Without the ^Z that DOS programs put behind a text. */
function withoutEnd(text: string): string {
  let end = text.trimEnd().length;
  if (text[end - 1] !== '\u001a') return text;
  while (text[end - 1] === '\u001a') end--;
  return text.slice(0, end);
}

const [TAB, LF, CR, SPACE, QUOTE] = [9, 10, 13, 32, 34] as const;

/**
 * The records of a text that are not blank (RFC 4180), one by one.
 * @throws Refusal `csv_quotes_malformed` (with `row`), `table_too_large`
 */
function* recordsOf(text: string, delimiter: string, budget: TableBudget): Generator<TableRow> {
  const [end, comma] = [text.length, delimiter.charCodeAt(0)];
  const isBreak = (code: number) => code === LF || code === CR;
  let at = 0;
  const passBreak = () => void (at += text.charCodeAt(at) === CR && text.charCodeAt(at + 1) === LF ? 2 : 1);

  function quoted(row: number): string {
    const start = at + 1;
    for (at = start; ; at += 2) {
      at = text.indexOf('"', at);
      if (at < 0) throw quotes(row);
      if (text.charCodeAt(at + 1) !== QUOTE) break;
    }
    if (at - start > 2 * TABLE_LIMITS.cell) throw tableTooLarge('cell');
    const cell = text.slice(start, at++).replaceAll('""', '"').replace(/\r\n?/g, '\n');
    while (at < end && text.charCodeAt(at) === SPACE) at++;
    if (at < end && text.charCodeAt(at) !== comma && !isBreak(text.charCodeAt(at))) throw quotes(row);
    return cell;
  }

  function plain(): string {
    const start = at;
    const most = Math.min(end, start + TABLE_LIMITS.cell + 1);
    for (let code = text.charCodeAt(at); at < most && code !== comma && !isBreak(code); ) code = text.charCodeAt(++at);
    if (at - start > TABLE_LIMITS.cell) throw tableTooLarge('cell');
    return text.slice(start, at);
  }

  for (let row = 1; at < end; row++) {
    if (row > TABLE_LIMITS.rows) throw tableTooLarge('rows');
    const from = at;
    for (let code = text.charCodeAt(at); at < end && (code === comma || code === SPACE || code === TAB); )
      code = text.charCodeAt(++at);
    if (at >= end || isBreak(text.charCodeAt(at))) {
      budget.spend('work', at - from + 1);
      passBreak();
      continue;
    }
    at = from;
    const cells: string[] = [];
    for (;;) {
      const cell = text.charCodeAt(at) === QUOTE ? quoted(row) : plain();
      if (cells.length < TABLE_LIMITS.columns) cells.push(cell);
      else if (!isBlank(cell)) throw tableTooLarge('columns');
      if (at >= end || text.charCodeAt(at) !== comma) break;
      at++;
    }
    budget.spend('work', 2 * (at - from) + 1);
    passBreak();
    if (!cells.every(isBlank)) yield { row, cells };
  }
}

const quotes = (row: number) =>
  new Refusal('csv_quotes_malformed', `A quotation mark in row ${row} is not closed, or is followed by text.`, { row });

interface Reading {
  text: string;
  delimiter: string;
  /** How many of the required columns the header names. */
  known: number;
}

/** The first rows under a delimiter, as far as they can be split by it. */
function firstRows(text: string, delimiter: string, budget: TableBudget): TableRow[] {
  const rows: TableRow[] = [];
  try {
    for (const row of recordsOf(text, delimiter, budget)) if (rows.push(row) === HEADER_ROWS) break;
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
  return rows;
}

/** The delimiter under which most columns are known; the one that a first line names goes first. */
function tryDelimiters(whole: string, columns: Columns, budget: TableBudget): Reading {
  const named = SEPARATOR_LINE.exec(whole);
  const text = named ? whole.slice(named[0].length) : whole;
  const tries = [...new Set([...(named?.[1] ?? ''), ',', '\t', ';'])].map((delimiter) => ({
    text,
    delimiter,
    known: likeness(firstRows(text, delimiter, budget), columns),
  }));
  return tries.reduce((best, next) => (next.known > best.known ? next : best));
}

/**
 * UTF-8 in which a few bytes are wrong often passes for GB18030, and would give names that nobody has.
 * Then most of its Chinese is still Chinese as UTF-8; of GB18030 almost nothing is.
 */
function refuseDamaged(bytes: Uint8Array): void {
  const lossy = new TextDecoder().decode(bytes);
  let [chinese, damaged, row] = [0, 0, 1];
  for (const character of lossy) {
    if (character === '\ufffd') damaged++;
    else if (character === '\n' && damaged === 0) row++;
    else if (character > '\u2e7f' && /\p{Script=Han}/u.test(character)) chinese++;
  }
  if (chinese > damaged)
    throw new Refusal(
      'csv_not_utf8',
      `The file is UTF-8 with damaged characters, the first in row ${row}. ${SAVE_AS}`,
      { row },
    );
}

/**
 * The text in the encoding under which the header is known. UTF-8 goes first: what is valid as UTF-8 and has the
 * columns is believed. No encoding is believed because it merely decodes, except UTF-8, whose lack of columns is then
 * named.
 */
function read(bytes: Uint8Array, columns: Columns, budget: TableBudget): Reading {
  const mark =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : undefined;
  const first = decode(bytes, mark ?? 'utf-8');
  const reading = first === undefined ? undefined : tryDelimiters(first, columns, budget);
  if (reading && (mark || reading.known >= columns.required.length)) return reading;
  if (!mark) {
    const text = decode(bytes, 'gb18030');
    const other = text === undefined ? undefined : tryDelimiters(text, columns, budget);
    if (!reading) refuseDamaged(bytes);
    if (other && other.known > (reading?.known ?? 0)) return other;
  }
  if (reading) return reading;
  throw new Refusal('csv_not_utf8', `The file is neither UTF-8 nor GBK. ${SAVE_AS}`);
}

/**
 * Reads a text file, row by row, to its end or to the first row too many.
 * @throws Refusal `csv_not_utf8` (with `row` where it is damaged), `csv_quotes_malformed` (with `row`),
 *   `csv_header_unclear`, `table_too_large` (with `part`), and what `requireFew` throws
 */
function readText(bytes: Uint8Array, columns: Columns, budget = new TableBudget()): Table {
  budget.spend('bytes', bytes.length);
  const { text, delimiter } = read(bytes, columns, budget);
  const list = new Collector(columns);
  for (const row of recordsOf(text, delimiter, budget)) list.take(row);
  const { header, rows } = list.done();
  return { header: header?.cells.map(headerText) ?? [], rows };
}

// Tables for a spreadsheet: CSV (RFC 4180, UTF-8 with byte order mark, so that Excel and WPS read it) and minimal
// workbooks (ECMA-376: one sheet, texts inline). What a stranger wrote must stay text: in CSV a cell that a spreadsheet
// would take for a formula gets an apostrophe before it; a workbook says of every cell that it is a text. A library
// would be some hundred kilobytes for the browser; the archive is fflate's, which the page has for reading.

const safe = (cell: string): string =>
  /^[\s\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠]|^[\t\r\n]/u.test(cell) ? `'${cell}` : cell;
const quoted = (cell: string): string =>
  /[",\r\n]/.test(cell) || /^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;

/** A table as CSV. */
export const writeCsv = (rows: readonly (readonly string[])[]): Uint8Array<ArrayBuffer> =>
  encodeUtf8(`\ufeff${rows.map((cells) => `${cells.map((cell) => quoted(safe(cell))).join(',')}\r\n`).join('')}`);

/** XML 1.0 has no way to say these characters. */
const escaped = (text: string): string =>
  text
    // Lone surrogates too.
    .replace(
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
      '\ufffd',
    )
    .replace(/\r\n?/g, '\n')
    // Read as an escape (ECMA-376, ST_Xstring) unless its underscore is one itself.
    .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

/** `A`, `B` … `Z`, `AA`. */
const columnName = (at: number): string =>
  (at < 26 ? '' : columnName(Math.floor(at / 26) - 1)) + String.fromCharCode(65 + (at % 26));

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** A table as a workbook. @param title name of its sheet; @param widths of the columns, in characters */
export function writeXlsx(
  title: string,
  rows: readonly (readonly string[])[],
  widths: readonly number[],
): Uint8Array<ArrayBuffer> {
  const cell = (text: string, row: number, at: number) =>
    text === ''
      ? ''
      : `<c r="${columnName(at)}${row + 1}" s="${row === 0 ? 2 : 1}" t="inlineStr"><is><t xml:space="preserve">${escaped(text)}</t></is></c>`;
  const data = rows
    .map((cells, row) => `<row r="${row + 1}">${cells.map((text, at) => cell(text, row, at)).join('')}</row>`)
    .join('');
  const columns = widths
    .map((width, at) => `<col min="${at + 1}" max="${at + 1}" width="${width}" style="1" customWidth="1"/>`)
    .join('');
  const parts: Record<string, string> = {
    '[Content_Types].xml': `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${TYPE}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="${TYPE}.styles+xml"/></Types>`,
    '_rels/.rels': `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets><sheet name="${escaped(title)}" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`,
    // Format 49 is Text: a cell that somebody edits stays one.
    'xl/styles.xml': `<styleSheet xmlns="${MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" quotePrefix="1"/><xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`,
    'xl/worksheets/sheet1.xml': `<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>${columns === '' ? '' : `<cols>${columns}</cols>`}<sheetData>${data}</sheetData></worksheet>`,
  };
  return zipSync(
    Object.fromEntries(
      Object.entries(parts).map(([name, xml]) => [name, [strToU8(HEAD + xml), { mtime: '1980-01-01T00:00:00' }]]),
    ),
    { level: 6 },
  ) as Uint8Array<ArrayBuffer>;
}
