/**
 * Owns the lists that employers have: workbooks, text files and pasted cells with a column of certificate numbers and, if they
 * like, one of names. The header may be missing: a first row in which a cell looks like a certificate number is a row.
 * Cells are handed on as they are; what a number is worth is said row by row by the check itself.
 * It refuses files whose columns cannot be told, and lists without rows or with too many.
 */

import { encodeUtf8 } from '../base/bytes.ts';
import { Refusal } from '../base/refusal.ts';
import { type Cell, headerText } from '../formats/table/cells.ts';
import { readTable } from '../formats/table/table.ts';
import { HEADER_ROWS } from '../formats/table/table-rows.ts';
import { KEYED_ROWS } from './bulk-list.ts';
import { normalizeNumber } from './number.ts';
import { namesOf } from './rows/row.ts';

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
 * @throws Refusal `csv_columns_missing`, `csv_column_repeated`, `bulk_empty`, `bulk_too_many`, and what readTable throws
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
