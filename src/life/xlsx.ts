/**
 * Owns how a workbook becomes a table: which of its sheets is the list, and that people saw every row of it.
 * It refuses two lists in one workbook, hidden or filtered rows (leaving them out would be as wrong as taking them), and
 * merged cells, because nobody can tell which rows the one value is for.
 */
import { Refusal } from './refusal.ts';
import { isBlank, Unreadable, type Cell, type Columns, type Table } from './row-cells.ts';
import { checkCount, MAX_ROWS } from './rows.ts';
import { openBook } from './xlsx-book.ts';
import { malformed, Parts } from './xlsx-parts.ts';
import { readSheet, type SheetRow } from './xlsx-sheet.ts';

/** How many rows or ranges a refusal names. */
const NAMED = 20;

/** A formula names no column. */
const headerText = (cell: Cell): string => (isBlank(cell) ? '' : cell instanceof Unreadable ? '?' : String(cell));

/**
 * Reads the list: the sheet whose first row that is not blank has known headers.
 * @throws Refusal `table_format_unsupported`, `xlsx_malformed`, `xlsx_too_large`, `xlsx_encrypted`, `xlsx_macros`,
 * `xlsx_external`, `xlsx_sheets`, `xlsx_hidden_rows`, `xlsx_merged_cells`, `batch_too_large`
 */
export function readWorkbook(bytes: Uint8Array, columns: Columns): Table {
  const parts = new Parts(bytes);
  const book = openBook(parts);
  const lists = book.sheets.flatMap((part, at) => {
    let header: string[] = [];
    readSheet(parts, part, book, ({ cells }) => {
      header = cells.map(headerText);
      return true;
    });
    // A sheet of occupations beside the list, or of examiners, shares a few headers with it.
    return 2 * header.filter(columns.isKnown).length >= columns.required ? [{ part, sheet: at + 1 }] : [];
  });
  if (lists.length > 1) {
    const sheets = lists.map(({ sheet }) => sheet);
    throw new Refusal('xlsx_sheets', `Several sheets of the workbook are lists (${sheets.join(', ')}, counted from the left). Upload one list a file.`, { sheets });
  }
  const part = lists[0]?.part ?? book.sheets[0];
  if (part === undefined) throw malformed('xl/workbook.xml', 'it has no visible sheet');

  const rows: SheetRow[] = [];
  const merges = readSheet(parts, part, book, (row) => {
    rows.push(row);
    if (rows.length > MAX_ROWS + 1) checkCount(rows.length - 1);
  });
  const [first, ...data] = rows;
  if (!first) return { header: [], rows: [] };
  const last = rows.at(-1) as SheetRow;
  const merged = merges.filter(({ from, to }) => from.row <= last.row && to.row >= first.row && from.column <= first.cells.length);
  if (merged.length > 0) {
    const ranges = merged.slice(0, NAMED).map(({ text }) => text);
    throw new Refusal('xlsx_merged_cells', `The list has merged cells: ${ranges.join(', ')}. Unmerge them and fill in every row.`, { ranges });
  }
  const hidden = data.filter((row) => row.hidden).map(({ row }) => row);
  if (hidden.length > 0) {
    const named = hidden.slice(0, NAMED);
    const more = hidden.length > NAMED ? ' and more' : '';
    throw new Refusal('xlsx_hidden_rows', `The list has hidden or filtered rows: ${named.join(', ')}${more}. Show all rows, and delete those that do not belong to the list.`, { rows: named, count: hidden.length });
  }
  const width = first.cells.length;
  const padded = ({ row, cells }: SheetRow) => ({ row, cells: [...cells, ...Array.from({ length: Math.max(0, width - cells.length) }, () => '')] });
  return { header: first.cells.map(headerText), rows: data.map(padded) };
}
