/**
 * How a workbook becomes a table: which of its sheets is the list, and that people saw every row of it. Two lists in
 * one workbook, hidden or filtered rows (leaving them out would be as wrong as taking them) and merged cells are
 * refused, because nobody can tell what was meant.
 */
import { Refusal } from '../../base/refusal.ts';
import {
  type Cell,
  Collector,
  type Columns,
  HEADER_ROWS,
  headerText,
  isBlank,
  likeness,
  type Table,
  TableBudget,
  Unreadable,
} from '../table/table-rows.ts';
import { type Book, cellText, dateText, isTrue, MAX_TEXT, openBook, showDay } from './book.ts';
import { malformed, Parts, readXml, tooLarge } from './package.ts';

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

// One sheet: its rows that are not blank, with the row numbers that people see and every cell as what it is: text,
// number, day, truth value, or what has no value of its own (ECMA-376-1 §18.3.1). A result that a formula left is not a
// value: such a cell, and every cell that an array formula fills, is unreadable.

/** Columns that may hold anything: A to IV. */
const MAX_COLUMNS = 256;

const MAX_MERGES = 10_000;

/** The last column and row that a sheet has. */
const LAST = { column: 16_384, row: 1_048_576 };

interface SheetRow {
  row: number;
  /** From column A; '' for an empty cell. Empty cells at the end are left out. */
  cells: Cell[];
  hidden: boolean;
}

interface Range {
  text: string;
  from: Place;
  to: Place;
}
interface Place {
  column: number;
  row: number;
}

function placeOf(text: string | undefined): Place | undefined {
  const found = /^\$?([A-Z]{1,3})\$?([1-9]\d{0,6})$/.exec(text ?? '');
  if (!found) return undefined;
  const column = [...(found[1] as string)].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);
  const row = Number(found[2]);
  return column > LAST.column || row > LAST.row ? undefined : { column, row };
}

function rangeOf(text: string | undefined): Range | undefined {
  const [first, second = first, ...more] = (text ?? '').split(':');
  const [from, to] = [placeOf(first), placeOf(second)];
  return from && to && more.length === 0 ? { text: text as string, from, to } : undefined;
}

/**
 * Gives each row that is not blank to `take`, which stops the reading by returning true.
 * @returns the merged ranges, if the sheet was read to its end
 * @throws Refusal `xlsx_malformed`, `xlsx_too_large`, `xlsx_external`
 */
function readSheet(parts: Parts, part: string, book: Book, take: (row: SheetRow) => boolean | void): Range[] {
  const merges: Range[] = [];
  /** By column: the last row that an array formula fills. */
  const filled: number[] = [];
  let row: SheetRow = { row: 0, cells: [], hidden: false };
  let column = 0;
  let cell: { type: string; style: number; value: string | undefined; text: string; formula: boolean } = {
    type: 'n',
    style: 0,
    value: undefined,
    text: '',
    formula: false,
  };
  let length = 0;
  const bad = (why: string) => malformed(part, why, { row: row.row });

  const fill = (range: Range | undefined) => {
    if (!range) return;
    for (let at = range.from.column; at <= Math.min(range.to.column, MAX_COLUMNS); at++)
      filled[at] = Math.max(filled[at] ?? 0, range.to.row);
  };

  function cellValue(): Cell {
    const { type, style, value, text, formula } = cell;
    if (formula || row.row <= (filled[column] ?? 0))
      return new Unreadable(
        'cell_formula',
        (type === 'inlineStr' ? text : type === 'str' ? (value ?? '') : '?').trim() === '',
      );
    if (type === 'inlineStr') return cellText(text);
    if (value === undefined || value === '') return '';
    const shown = book.shown[style];
    switch (type) {
      case 's': {
        const shared = /^\d{1,7}$/.test(value) ? book.strings[Number(value)] : undefined;
        if (shared === undefined) throw bad('a cell names a text that is not there');
        return shared;
      }
      case 'str':
        return cellText(value);
      case 'b':
        return isTrue(value);
      case 'e':
        return new Unreadable('cell_error');
      case 'd': {
        const day = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d)(?:\.0+)?Z?)?$/.exec(value);
        return day && shown ? showDay(day[1] as string, day[2] ?? '00:00:00', shown) : cellText(value);
      }
      case 'n': {
        if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:E[+-]?\d+)?$/i.test(value)) throw bad('a number is none');
        const number = Number(value);
        return (shown && dateText(number, shown, book.date1904)) ?? number;
      }
      default:
        throw bad('a cell is of an unknown kind');
    }
  }

  const ROW = 'worksheet/sheetData/row';
  const add = { close: (text: string) => void (cell.text += text) };
  readXml(parts, part, {
    [ROW]: {
      open(attribute) {
        const number = Number(attribute('r') ?? row.row + 1);
        if (!(number > row.row && number <= LAST.row && Number.isInteger(number)))
          throw bad('its rows are out of order');
        const height = attribute('ht');
        row = {
          row: number,
          cells: [],
          hidden: isTrue(attribute('hidden')) || (height !== undefined && Number(height) === 0),
        };
        column = 0;
      },
      close: () => !row.cells.every(isBlank) && take(row) === true,
    },
    [`${ROW}/c`]: {
      open(attribute) {
        const given = attribute('r');
        const place = given === undefined ? { column: column + 1, row: row.row } : placeOf(given);
        if (!place || place.row !== row.row || place.column <= column || place.column > LAST.column)
          throw bad('its cells are out of order');
        column = place.column;
        cell = {
          type: attribute('t') ?? 'n',
          style: Number(attribute('s') ?? 0),
          value: undefined,
          text: '',
          formula: false,
        };
      },
      close() {
        const value = cellValue();
        if (value === '') return;
        if (column > MAX_COLUMNS) {
          if (isBlank(value)) return;
          throw tooLarge('columns', MAX_COLUMNS);
        }
        while (row.cells.length < column - 1) row.cells.push('');
        row.cells.push(value);
        // A long text may be shared by all cells: it is read again in each.
        if (typeof value === 'string' && (length += value.length) > MAX_TEXT) throw tooLarge('characters', MAX_TEXT);
      },
    },
    [`${ROW}/c/f`]: {
      open(attribute) {
        cell.formula = true;
        if (/^(?:array|dataTable)$/.test(attribute('t') ?? '')) fill(rangeOf(attribute('ref')));
      },
    },
    [`${ROW}/c/v`]: {
      close(text) {
        if (cell.value !== undefined) throw bad('a cell has two values');
        cell.value = text;
      },
    },
    // Plain, or in runs; readings of characters (rPh) stand beside them and are not read.
    [`${ROW}/c/is/t`]: add,
    [`${ROW}/c/is/r/t`]: add,
    'worksheet/mergeCells/mergeCell': {
      open(attribute) {
        const range = rangeOf(attribute('ref'));
        if (!range) throw bad('merged cells are nowhere');
        if (merges.push(range) > MAX_MERGES) throw tooLarge('merged ranges', MAX_MERGES);
      },
    },
  });
  return merges;
}
