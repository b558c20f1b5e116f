/**
 * Owns the shape of a candidate row, as given and as checked, and the fields it may have.
 * How values are judged is in row-values.ts (one cell), row-check.ts (one row) and rows.ts (all rows together).
 */
import type { IdType } from './identity.ts';
import type { Level } from './level.ts';

export const FIELDS = [
  'name',
  'id_type',
  'id_number',
  'occupation_code',
  'occupation_name',
  'job_type',
  'level',
  'score_theory',
  'score_practice',
  'exam_date',
] as const;

/** Besides FIELDS: the number of the certificate that this row replaces. */
export const OPTIONAL_FIELDS = ['replaces'] as const;

export type Field = (typeof FIELDS)[number] | (typeof OPTIONAL_FIELDS)[number];

export interface RawRow {
  /** The file's own row number, as a spreadsheet shows it: the header is 1, first data row 2, blank rows counted; in JSON the first candidate is 1. */
  row: number;
  /** Texts; what else JSON or a workbook holds is judged by the readers of row-values.ts. */
  values: Record<string, unknown>;
  /** Set by the reader of files when the row's cells do not fit the header, so that its values cannot be told apart. */
  cells?: { expected: number; found: number };
}

/** One line of a filing's scope. */
export interface ScopeEntry {
  code: string;
  name: string;
  /** Edition of the 国家职业分类大典 that the code belongs to, e.g. `2022`. */
  edition: string;
  /** `[]`: the occupation has no jobs, only `--`. Otherwise `--` is allowed only when listed. */
  jobs: string[];
  levels: Level[];
}

export interface CheckedRow {
  row: number;
  name: string;
  id_type: IdType;
  id_number: string;
  occupation: { code: string; name: string; edition: string };
  /** `--` when the occupation has none. */
  job: string;
  level: Level;
  score_theory: number;
  score_practice: number;
  /** `YYYY-MM-DD` */
  exam_date: string;
  /** Number of the certificate that this one replaces. */
  replaces?: string;
}

export interface RowRules {
  scope: ScopeEntry[];
  pass_mark: number;
  /** Shanghai day, `YYYY-MM-DD`. */
  today: string;
  /** Code points of the text for which the certificate font has no glyph. */
  missingGlyphs: (text: string) => number[];
}

/** The job of an occupation that has none. */
export const NO_JOB = '--';

/** Occupation names and jobs travel in the QR code behind a length byte; the filing has the same limit. */
export const MAX_TEXT_BYTES = 85;
