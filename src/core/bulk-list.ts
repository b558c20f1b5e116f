/**
 * Lists of certificates to check at once. The API takes NDJSON: one `{number, name?}` a line, answered by one line
 * each, in order and with the line's own number; what is wrong with a row is said in its answer. Employers bring
 * tables.
 */
import { decodeUtf8, encodeUtf8 } from '../base/bytes.ts';
import { isRefusal, Refusal } from '../base/refusal.ts';
import { readTable } from '../formats/table/table.ts';
import { type Cell, HEADER_ROWS, headerText } from '../formats/table/table-rows.ts';
import { type Level, normalizeNumber, parseNumber } from './number.ts';
import { requireWritten } from './person.ts';
import type { Verdict } from './report.ts';
import { namesOf } from './rows/row.ts';

export const NDJSON_TYPE = 'application/x-ndjson';
/** The names under which such lists go: the older one, and the one that most programs know now. */
export const NDJSON_TYPES = [NDJSON_TYPE, 'application/jsonl'] as const;

/** Rows that anyone may ask for at once, and rows with a key. */
export const OPEN_ROWS = 100;
export const KEYED_ROWS = 10_000;
/** Rows a day with a key, unless its centre says otherwise, and the most that it may say. */
export const QUOTA = 10_000;
export const LARGEST_QUOTA = 1_000_000;
/** Bytes of one row. */
const ROW_BYTES = 2_000;
/** Characters of a number or a name, as for a search. */
const TEXT = 200;

/**
 * `not_found`: not in this register, which does not mean false. `unreadable`: the row itself could not be understood.
 */
export type BulkVerdict = Verdict | 'not_found' | 'unreadable';
export const BULK_VERDICTS: readonly BulkVerdict[] = [
  'valid',
  'incomplete',
  'suspended',
  'revoked',
  'replaced',
  'invalid',
  'not_found',
  'unreadable',
];

export interface BulkAnswer {
  /** Line of the request, from 1. */
  row: number;
  /** As understood; null where there is none to understand. */
  number: string | null;
  verdict: BulkVerdict;
  /** Whether the name is the certificate's; absent where none was given or none was compared. */
  name?: 'match' | 'no_match';
  /** Why a row is unreadable, a certificate not found, or a name not compared. */
  code?: string;
  part?: string;
  /** Characters of a number that has the wrong number of them. */
  length?: number;
  organization?: string;
  occupation?: string;
  job?: string;
  level?: Level;
  issued_on?: string;
  replaced_by?: string;
}

/** A row that can be looked up, or its answer already. */
export type BulkRow = { row: number; number: string; name?: string } | { answer: BulkAnswer };

const isBlank = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);

/** The lines that are not blank, with their numbers from 1. */
function* linesOf(bytes: Uint8Array): Generator<{ row: number; line: Uint8Array }> {
  let from = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  for (let row = 1; from < bytes.length; row++) {
    const end = bytes.indexOf(0x0a, from);
    const line = bytes.subarray(from, end < 0 ? bytes.length : end);
    if (!isBlank(line)) yield { row, line };
    if (end < 0) return;
    from = end + 1;
  }
}

/**
 * Counts the rows of a request.
 * @throws Refusal `bulk_empty`, `bulk_too_many` with `limit`
 */
export function countRows(bytes: Uint8Array, limit: number): number {
  let rows = 0;
  for (const _ of linesOf(bytes)) rows++;
  if (rows === 0) throw new Refusal('bulk_empty', 'The list has no rows. Send one {"number": …, "name": …} a line.');
  if (rows > limit)
    throw new Refusal(
      'bulk_too_many',
      `This list has ${rows} rows; at most ${limit} can be checked at once.${limit < KEYED_ROWS ? ' A centre gives employers keys for longer lists.' : ''}`,
      { limit, count: rows },
    );
  return rows;
}

/** Reads the rows one by one. */
export function* readBulk(bytes: Uint8Array): Generator<BulkRow> {
  for (const { row, line } of linesOf(bytes)) yield readRow(row, line);
}

/** What is echoed of a number that could not be understood. */
const shown = (text: string): string => text.replace(/[\p{C}\ufffd]/gu, '').slice(0, 60);

function readRow(row: number, line: Uint8Array): BulkRow {
  const unreadable = (code: string, number: string | null = null, part?: string, length?: number): BulkRow => ({
    answer: {
      row,
      number,
      verdict: 'unreadable',
      code,
      ...(part === undefined ? {} : { part }),
      ...(length === undefined ? {} : { length }),
    },
  });
  if (line.length > ROW_BYTES) return unreadable('body_too_large');
  let value: unknown;
  try {
    value = JSON.parse(decodeUtf8(line));
  } catch (error) {
    return unreadable(isRefusal(error) ? error.code : 'json_malformed');
  }
  const { number, name } = (typeof value === 'object' && value !== null ? value : {}) as {
    number?: unknown;
    name?: unknown;
  };
  if (typeof number !== 'string' || number.length > TEXT) return unreadable('body_malformed', null, 'number');
  const given = name === undefined || name === null ? '' : name;
  if (typeof given !== 'string' || given.length > TEXT) return unreadable('body_malformed', shown(number), 'name');
  if (normalizeNumber(number) === '') return unreadable('number_missing', null, 'number');
  try {
    const { text } = parseNumber(number);
    requireWritten(given);
    return { row, number: text, ...(given.trim() === '' ? {} : { name: given }) };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return unreadable(error.code, shown(number), error.facts.part, error.facts.length as number | undefined);
  }
}

// Tables of employers: workbooks, text files and pasted cells with a column of certificate numbers and, optionally, one
// of names. The header may be missing: a first row in which a cell looks like a certificate number is a row.

export interface StaffRow {
  /** As the file or the spreadsheet numbers it. */
  row: number;
  number: string;
  /** Empty where there is none to compare. */
  name: string;
}

const columnOf = namesOf({
  number: 'certificatenumber certificate certno 证书编号 编号 证书号 证书号码 职业技能等级证书编号 技能等级证书编号',
  name: 'fullname 姓名 员工姓名 持证人 持证人姓名 人员姓名',
});

/** Nothing else in a staff list begins with these letters and goes on for so long. */
const looksLikeNumber = (text: string): boolean =>
  !text.includes('\t') && /^[YS][\dOIL]{15,25}$/.test(normalizeNumber(text));

const textOf = (cell: Cell | undefined): string =>
  typeof cell === 'string' ? cell.trim() : typeof cell === 'number' ? String(cell) : '';

/**
 * The columns of a list without a header: the number's by its first row, and the name's by the first row that has one:
 * right after the number, or right before it, or the first that could be one.
 */
function guessColumns(rows: readonly (readonly string[])[]): { number: number; name: number } {
  const number = rows[0]?.findIndex(looksLikeNumber) ?? -1;
  for (const cells of rows) {
    const isName = (at: number) => at !== number && /^[\p{L}\p{M}·•. '’-]{2,60}$/u.test(cells[at]?.trim() ?? '');
    const name = [number + 1, number - 1, ...cells.keys()].find(isName);
    if (name !== undefined) return { number, name };
  }
  return { number, name: -1 };
}

/** Refuses more rows than may be checked at once. */
function requireFew(rows: number): void {
  if (rows > KEYED_ROWS)
    throw new Refusal('bulk_too_many', `The list has more than ${KEYED_ROWS} rows; no more can be checked at once.`, {
      limit: KEYED_ROWS,
      count: rows,
    });
}

/**
 * Reads a list.
 * @throws Refusal `csv_columns_missing`, `csv_column_repeated`, `bulk_empty`, `bulk_too_many`, and what readTable
 *   throws
 */
export function readStaffList(bytes: Uint8Array): StaffRow[] {
  const { header, rows } = readTable(bytes, {
    nameOf: columnOf,
    required: ['number'],
    isValue: looksLikeNumber,
    requireFew,
  });
  const columns =
    header.length > 0
      ? namedColumns(header)
      : guessColumns(rows.slice(0, HEADER_ROWS).map(({ cells }) => cells.map(headerText)));
  const list = rows
    .map(({ row, cells }) => ({
      row,
      number: textOf(cells[columns.number]),
      name: columns.name < 0 ? '' : textOf(cells[columns.name]),
    }))
    .filter(({ number, name }) => number !== '' || name !== '');
  if (list.length === 0) throw new Refusal('bulk_empty', 'The list has no rows.');
  return list;
}

function namedColumns(header: readonly string[]): { number: number; name: number } {
  const names = header.map(columnOf);
  for (const column of ['number', 'name'] as const) {
    if (names.indexOf(column) !== names.lastIndexOf(column))
      throw new Refusal('csv_column_repeated', `The column ${column} is there twice.`, { column });
  }
  if (!names.includes('number'))
    throw new Refusal(
      'csv_columns_missing',
      'No column is named 证书编号 (number), and none holds certificate numbers.',
      { columns: ['number'] },
    );
  return { number: names.indexOf('number'), name: names.indexOf('name') };
}

/** The rows as the body of a bulk check; its line n is `rows[n - 1]`. */
export const toNdjson = (rows: readonly StaffRow[]): Uint8Array<ArrayBuffer> =>
  encodeUtf8(
    rows.map(({ number, name }) => `${JSON.stringify(name === '' ? { number } : { number, name })}\n`).join(''),
  );
