/**
 * What every form of file is read into: a header, and rows of cells with the numbers that a spreadsheet shows.
 * Text files have texts; workbooks know more, and their numbers, truth values and unreadable cells are handed on as
 * such.
 */
import { Budget } from '../../base/bounded.ts';
import { Refusal } from '../../base/refusal.ts';

/** A cell of a workbook that has no value of its own: whoever reads it gets the fault. */
export class Unreadable {
  readonly fault: 'cell_formula' | 'cell_error';
  /** It shows nothing: rows that were only prepared for somebody's entries are blank. */
  readonly blank: boolean;
  constructor(fault: Unreadable['fault'], blank = false) {
    this.fault = fault;
    this.blank = blank;
  }
}

/** Days are texts, `2026-11-01`. */
export type Cell = string | number | boolean | Unreadable;

export const isBlank = (cell: Cell): boolean =>
  typeof cell === 'string' ? cell.trim() === '' : cell instanceof Unreadable && cell.blank;

/** What a cell says as a column's name; a formula names no column. */
export const headerText = (cell: Cell): string =>
  isBlank(cell) ? '' : cell instanceof Unreadable ? '?' : String(cell);

export interface TableRow {
  /** 1 for the first row, as a spreadsheet numbers it: a record with a quoted line break is one row. */
  row: number;
  cells: Cell[];
}

export interface Table {
  /** The names of the columns; empty where the list has no header, and where there is no row at all. */
  header: string[];
  /** The rows below it that are not blank. */
  rows: TableRow[];
}

/** By what a reader knows the list: in which encoding, behind which delimiter, on which sheet, below which header. */
export interface Columns {
  /** The column that a header cell names. */
  nameOf(header: string): string | undefined;
  /** The columns that the list must have. */
  required: readonly string[];
  /** Of lists that may come without a header: whether a cell can only be one of their values. */
  isValue?(cell: string): boolean;
  /** Called with the number of rows so far; throws what the list's reader says of too many. */
  requireFew(rows: number): void;
}

/**
 * What a table may have. `work`: characters looked at, each time that they are: a text is tried in encodings and
 * delimiters.
 */
export const TABLE_LIMITS = {
  /** The largest body of an upload. */
  bytes: 12_000_000,
  work: 100_000_000,
  /** The last row and the last column with content (IV), and the characters of a cell, as spreadsheets have them. */
  rows: 1_048_576,
  columns: 256,
  cell: 32_767,
} as const;
export type TableLimit = keyof typeof TABLE_LIMITS;

export const tableTooLarge = (part: TableLimit): Refusal =>
  new Refusal(
    'table_too_large',
    `The file is larger than any list: more than ${TABLE_LIMITS[part]} (${part}). Copy the list alone into a new file.`,
    { part, limit: TABLE_LIMITS[part] },
  );

/** What may still be spent on reading one file. */
export class TableBudget extends Budget<TableLimit> {
  constructor() {
    super(TABLE_LIMITS, tableTooLarge);
  }
}

// How the rows of a file become a list, the same for texts and workbooks: which row names the columns, and where to
// stop. A title or instructions may stand above the header; nothing else may, and the header is one row.

/** Rows that are not blank among which the header is looked for. */
export const HEADER_ROWS = 20;

const namesIn = (cells: readonly Cell[], { nameOf }: Columns): Set<string> =>
  new Set(cells.flatMap((cell) => nameOf(headerText(cell)) ?? []));

const hasValue = (cells: readonly Cell[], { isValue }: Columns): boolean =>
  isValue !== undefined && cells.some((cell) => isValue(headerText(cell)));

/**
 * How many of the required columns the likeliest header among some rows names; all of them where the first is a row of
 * the list.
 */
export function likeness(rows: readonly TableRow[], columns: Columns): number {
  const { required } = columns;
  const likenesses = rows.map(({ cells }, at) => {
    if (at === 0 && hasValue(cells, columns)) return required.length;
    const names = namesIn(cells, columns);
    return required.filter((name) => names.has(name)).length;
  });
  return Math.max(0, ...likenesses);
}

const unclear = (message: string, rows: number[]) =>
  new Refusal('csv_header_unclear', `${message} Keep one header row, above the list.`, { rows });

/**
 * Whether a row above the header may be passed over: a title, or a line of particulars, and none of the list's rows.
 */
const isTitle = ({ cells }: TableRow, columns: Columns): boolean =>
  columns.isValue
    ? !hasValue(cells, columns)
    : 2 * cells.filter((cell) => !isBlank(cell)).length <= columns.required.length;

/**
 * Finds the header.
 * @returns its place among the rows; -1 if the list has none. Where no row names all columns, the likeliest one
 * @throws Refusal `csv_header_unclear` with `rows` where it is there twice, takes two rows, or stands below other rows
 */
function findHeader(rows: readonly TableRow[], columns: Columns): number {
  const { required } = columns;
  const [first] = rows;
  if (!first || hasValue(first.cells, columns)) return -1;
  const names = rows.map(({ cells }) => namesIn(cells, columns));
  const isHeader = (found: ReadonlySet<string>) => required.every((name) => found.has(name));
  const numbered = (places: readonly number[]) => places.map((at) => (rows[at] as TableRow).row);

  const headers = [...names.keys()].filter((at) => isHeader(names[at] as Set<string>));
  const [header] = headers;
  if (headers.length > 1)
    throw unclear(`The header is there more than once: rows ${numbered(headers).join(', ')}.`, numbered(headers));
  if (header !== undefined) {
    if (rows.slice(0, header).every((row) => isTitle(row, columns))) return header;
    throw unclear(`The header, row ${numbered([header]).join()}, stands below rows of a list.`, numbered([header]));
  }
  for (let at = 0; at + 1 < names.length; at++) {
    const [upper, lower] = [names[at] as Set<string>, names[at + 1] as Set<string>];
    if (upper.size === 0 || lower.size === 0 || !isHeader(new Set([...upper, ...lower]))) continue;
    throw unclear(`The header takes two rows: ${numbered([at, at + 1]).join(' and ')}.`, numbered([at, at + 1]));
  }
  const like = rows.map((row) => likeness([row], columns));
  const best = like.indexOf(Math.max(...like));
  return 2 * (like[best] as number) >= required.length ? best : 0;
}

/** Collects the rows of a list while they are read. */
export class Collector<Row extends TableRow> {
  readonly #columns: Columns;
  readonly #rows: Row[] = [];
  #header: number | undefined;

  constructor(columns: Columns) {
    this.#columns = columns;
  }

  /**
   * Takes the next row that is not blank.
   * @throws Refusal `table_too_large`, `csv_header_unclear`, and what `requireFew` throws
   */
  take(row: Row): void {
    if (row.cells.some((cell) => typeof cell === 'string' && cell.length > TABLE_LIMITS.cell))
      throw tableTooLarge('cell');
    this.#rows.push(row);
    if (this.#rows.length === HEADER_ROWS) this.#header = findHeader(this.#rows, this.#columns);
    if (this.#header !== undefined) this.#columns.requireFew(this.#rows.length - 1 - this.#header);
  }

  /** The header's row, if the list has one, and the rows below it. @throws Refusal as `take` does */
  done(): { header: Row | undefined; rows: Row[] } {
    const header = this.#header ?? findHeader(this.#rows, this.#columns);
    this.#columns.requireFew(this.#rows.length - 1 - header);
    return { header: this.#rows[header], rows: this.#rows.slice(header + 1) };
  }
}
