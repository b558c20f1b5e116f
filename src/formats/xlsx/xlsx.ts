/**
 * Owns how a workbook becomes a table: which of its sheets is the list, and that people saw every row of it.
 * It refuses two lists in one workbook, hidden or filtered rows (leaving them out would be as wrong as taking them), and
 * merged cells, because nobody can tell which rows the one value is for.
 */
import { Refusal } from '../../base/refusal.ts';
import { type Columns, headerText, type Table, TableBudget } from '../table/cells.ts';
import { Collector, HEADER_ROWS, likeness } from '../table/table-rows.ts';
import { openBook } from './book.ts';
import { malformed, Parts } from './package.ts';
import { readSheet, type SheetRow } from './sheet.ts';

/** How many rows or ranges a refusal names. */
const NAMED = 20;

/**
 * Reads the list: the sheet that has known headers among its first rows.
 * @throws Refusal `table_format_unsupported`, `xlsx_malformed`, `xlsx_too_large`, `xlsx_encrypted`, `xlsx_macros`,
 * `xlsx_external`, `xlsx_sheets`, `xlsx_hidden_rows`, `xlsx_merged_cells`, `csv_header_unclear`,
 * `table_too_large`, and what `requireFew` throws
 */
export function readWorkbook(bytes: Uint8Array, columns: Columns, budget = new TableBudget()): Table {
  const parts = new Parts(bytes, budget);
  const book = openBook(parts);
  const look = (part: string) => {
    const rows: SheetRow[] = [];
    const merges = readSheet(parts, part, book, (row) => rows.push(row) === HEADER_ROWS);
    return { part, rows, merges };
  };
  const looks = book.sheets.map(look);
  // A sheet of occupations beside the list, or of examiners, shares a few headers with it.
  const lists = looks.flatMap((one, at) =>
    2 * likeness(one.rows, columns) >= columns.required.length ? [{ ...one, sheet: at + 1 }] : [],
  );
  if (lists.length > 1) {
    const sheets = lists.map(({ sheet }) => sheet);
    throw new Refusal(
      'xlsx_sheets',
      `Several sheets of the workbook are lists (${sheets.join(', ')}, counted from the left). Upload one list a file.`,
      { sheets },
    );
  }
  const chosen = lists[0] ?? looks[0];
  if (chosen === undefined) throw malformed('xl/workbook.xml', 'it has no visible sheet');

  const list = new Collector<SheetRow>(columns);
  // A short sheet was read to its end.
  const isWhole = chosen.rows.length < HEADER_ROWS;
  if (isWhole) for (const row of chosen.rows) list.take(row);
  const merges = isWhole ? chosen.merges : readSheet(parts, chosen.part, book, (row) => list.take(row));
  const { header, rows: data } = list.done();
  const first = header ?? data[0];
  const last = data.at(-1) ?? first;
  if (!first || !last) return { header: [], rows: [] };
  const merged = merges.filter(
    ({ from, to }) => from.row <= last.row && to.row >= first.row && from.column <= first.cells.length,
  );
  if (merged.length > 0) {
    const ranges = merged.slice(0, NAMED).map(({ text }) => text);
    throw new Refusal(
      'xlsx_merged_cells',
      `The list has merged cells: ${ranges.join(', ')}. Unmerge them and fill in every row.`,
      { ranges },
    );
  }
  const hidden = data.filter((row) => row.hidden).map(({ row }) => row);
  if (hidden.length > 0) {
    const named = hidden.slice(0, NAMED);
    const more = hidden.length > NAMED ? ' and more' : '';
    throw new Refusal(
      'xlsx_hidden_rows',
      `The list has hidden or filtered rows: ${named.join(', ')}${more}. Show all rows, and delete those that do not belong to the list.`,
      { rows: named, count: hidden.length },
    );
  }
  const width = first.cells.length;
  const padded = ({ row, cells }: SheetRow) => ({
    row,
    cells: [...cells, ...Array.from({ length: Math.max(0, width - cells.length) }, () => '')],
  });
  return { header: header?.cells.map(headerText) ?? [], rows: data.map(padded) };
}
