/**
 * Owns what every form of file is read into: a header, and rows of cells with the numbers that a spreadsheet shows.
 * Text files have texts; workbooks know more, and their numbers, truth values and unreadable cells are handed on as such.
 */
import type { FaultCode } from './faults.ts';

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

export const isBlank = (cell: Cell): boolean => (typeof cell === 'string' ? cell.trim() === '' : cell instanceof Unreadable && cell.blank);

export interface TableRow {
  /** 1 for the first row, as a spreadsheet numbers it: a record with a quoted line break is one row. */
  row: number;
  cells: Cell[];
}

export interface Table {
  /** The first row that is not blank. */
  header: string[];
  /** The other rows that are not blank. */
  rows: TableRow[];
}

/** By what a reader knows the list: in which encoding, behind which delimiter, on which sheet. */
export interface Columns {
  isKnown(header: string): boolean;
  /** How many columns the list must have. */
  required: number;
}
