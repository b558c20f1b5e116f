/**
 * What every form of file is read into: a header, and rows of cells with the numbers that a spreadsheet shows.
 * Text files have texts; workbooks know more, and their numbers, truth values and unreadable cells are handed on as such.
 */
import { Budget } from '../../base/budget.ts';
import { Refusal } from '../../base/refusal.ts';
import type { FaultCode } from '../../core/rows/faults.ts';

/** A cell of a workbook that has no value of its own: whoever reads it gets the fault. */
export class Unreadable {
  readonly fault: Extract<FaultCode, `cell_${string}`>;
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

/** What a table may have. `work`: characters looked at, each time that they are: a text is tried in encodings and delimiters. */
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
