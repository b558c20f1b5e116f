/**
 * The rows of a batch as a whole: candidates of a JSON body, and the check of all rows. Every fault of every row is
 * reported at once, because a batch is stored whole or not at all. Linear in the number of rows.
 */

import { encodeUtf8 } from '../../base/bytes.ts';
import { Refusal } from '../../base/refusal.ts';
import { isZip, readTable } from '../../formats/table/table.ts';
import { type Cell, type Columns, isBlank } from '../../formats/table/table-rows.ts';
import type { Level } from '../number.ts';
import type { Fault } from './faults.ts';
import {
  type CheckedRow,
  FIELDS,
  type Field,
  fieldOf,
  MAX_TEXT_BYTES,
  NO_JOB,
  namesOf,
  OPTIONAL_FIELDS,
  type RawRow,
  type RowRules,
  type ScopeEntry,
} from './row.ts';
import { acrossRows, indexScope, type Judged, judgeResult, type RowContext, unknownFields } from './row-check.ts';
import { flaw, foldText, isNone, nameFlaw, readLevel, readOccupationCode, toFault } from './row-values.ts';

export type { Fault } from './faults.ts';
export { type CheckedRow, FIELDS, type RawRow, type RowRules, type ScopeEntry } from './row.ts';

/** The largest batch. */
export const MAX_ROWS = 10_000;

/** Refuses `batch_too_large`. */
export function requireFew(count: number): void {
  if (count > MAX_ROWS)
    throw new Refusal('batch_too_large', `A batch has at most ${MAX_ROWS} candidates; split it.`, {
      limit: MAX_ROWS,
      count,
    });
}

/** Refuses `batch_empty` and `batch_too_large`. */
export function checkCount(count: number): void {
  if (count === 0) throw new Refusal('batch_empty', 'The batch has no candidates.');
  requireFew(count);
}

/**
 * Takes the candidates of a JSON body.
 * @throws Refusal `candidates_malformed` (with `row` where one candidate is at fault), `batch_empty`, `batch_too_large`
 */
export function readCandidates(json: unknown): RawRow[] {
  if (!Array.isArray(json))
    throw new Refusal('candidates_malformed', 'The candidates must be a JSON array of objects.');
  checkCount(json.length);
  return json.map((values: unknown, at) => {
    if (typeof values !== 'object' || values === null || Array.isArray(values)) {
      throw new Refusal('candidates_malformed', 'Every candidate must be a JSON object.', { row: at + 1 });
    }
    return { row: at + 1, values: values as Record<string, unknown> };
  });
}

/** `𪛖 (U+2A6D6)`; the code point alone where the character is a mark or shows nothing. */
function characterName(codePoint: number): string {
  const character = String.fromCodePoint(codePoint);
  const name = `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
  // By plane too: engines disagree on which of the newest ideographs exist.
  const shows = /[\p{L}\p{N}\p{P}\p{S}]/u.test(character) || (codePoint >= 0x20000 && codePoint <= 0x3fffd);
  return shows ? `${character} (${name})` : name;
}

/** The same text (an occupation, a job) stands in thousands of rows: ask the font once. */
function rememberGlyphs(missingGlyphs: RowRules['missingGlyphs']): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    let points = known.get(text);
    if (points === undefined) {
      points = [...new Set(missingGlyphs(text))].map(characterName).join(' ');
      known.set(text, points);
    }
    return points;
  };
}

const ALLOWED: readonly string[] = [...FIELDS, ...OPTIONAL_FIELDS];

/** Judges a row of an upload. */
function judgeRow({ row, values, cells }: RawRow, context: RowContext): Judged {
  // Cells that have slipped sideways would only produce faults that are not there.
  if (cells) return { row, flaws: [{ field: 'row', ...flaw('row_cells', cells) }], filed: false };
  const judged = judgeResult(row, values, context);
  judged.flaws.unshift(...unknownFields(values, ALLOWED));
  return judged;
}

/** A row that was judged without a flaw: every field was read, for a score below the pass mark or 缺考 is one. */
const asChecked = ({ flaws, filed, qualification, born, ...row }: Judged): CheckedRow => row as CheckedRow;

/** Checks all rows. `rows` is the batch only if `faults` is empty; faults stand in row order. */
export function checkRows(raw: RawRow[], rules: RowRules): { rows: CheckedRow[]; faults: Fault[] } {
  const context: RowContext = {
    scope: indexScope(rules.scope),
    pass_mark: rules.pass_mark,
    today: rules.today,
    lacking: rememberGlyphs(rules.missingGlyphs),
  };
  const judged = raw.map((row) => judgeRow(row, context));
  const faults = [
    ...judged.flatMap(({ row, flaws }) => flaws.map((one) => toFault(row, one.field, one))),
    ...acrossRows(judged).map((one) => toFault(one.row, one.field, one)),
  ];
  // Array.prototype.sort is stable: within a row, columns keep their order and cross-row faults come last.
  faults.sort((a, b) => a.row - b.row);
  return { rows: judged.filter(({ flaws }) => flaws.length === 0).map(asChecked), faults };
}

// Files that carry rows of people, and the scope of a filing: workbooks and text files alike. Cells are handed on as
// they are and judged by row-check.ts, the same for every form of file and for JSON. Columns that nobody asked for are
// ignored and named.

export { scopeOf } from './row-check.ts';

export const XLSX_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** The media types of such files. Which of them a file is, its content says. */
export const FILE_TYPES = ['text/csv', XLSX_TYPE] as const;
/** The media type of a file, by its content. */
export const typeOfFile = (bytes: Uint8Array): (typeof FILE_TYPES)[number] => (isZip(bytes) ? XLSX_TYPE : 'text/csv');

const columnsOf = (nameOf: (header: string) => string | undefined, required: readonly string[]): Columns => ({
  nameOf,
  required,
  requireFew,
});

/** Maps columns to fields; refuses `csv_column_repeated` and `csv_columns_missing`. */
function mapColumns<Name extends string>(
  header: string[],
  nameOf: (header: string) => Name | undefined,
  required: readonly Name[],
) {
  const columns = header.map(nameOf);
  const seen = new Set<Name>();
  for (const name of columns) {
    if (name !== undefined && seen.has(name))
      throw new Refusal('csv_column_repeated', `The column ${name} is there twice.`, { column: name });
    if (name !== undefined) seen.add(name);
  }
  const missing = required.filter((name) => !seen.has(name));
  if (missing.length > 0)
    throw new Refusal('csv_columns_missing', `The header row lacks: ${missing.join(', ')}.`, { columns: missing });
  return columns;
}

/** A row may leave out trailing cells nobody needs, or have blank ones beyond the header; anything else has slipped. */
function misfit(
  cells: Cell[],
  header: string[],
  columns: (string | undefined)[],
  required: readonly string[],
): { expected: number; found: number } | undefined {
  const unheaded = cells.some((cell, at) => !isBlank(cell) && isBlank(header[at] ?? ''));
  const short = columns.slice(cells.length).some((field) => field !== undefined && required.includes(field));
  if (!unheaded && !short) return undefined;
  const lastUsed = (row: Cell[]) => row.findLastIndex((cell) => !isBlank(cell)) + 1;
  return { expected: lastUsed(header), found: short ? cells.length : lastUsed(cells) };
}

/**
 * A number is its shortest text, as a text file would have it. Only an ID number stays one: 18 digits do not fit into
 * it, and fewer have lost their leading zeros.
 */
const fieldValue = (field: string, cell: Cell): unknown =>
  typeof cell === 'number' && field !== 'id_number' ? String(cell) : cell;

/**
 * Reads rows with the columns that `nameOf` knows from a .xlsx workbook or a CSV file; those of `required` must be
 * there. `ignored` names the columns that were not used.
 * @throws Refusal `csv_columns_missing`, `csv_column_repeated`, `batch_empty`, `batch_too_large`, and what readTable
 *   throws
 */
export function readNamedRows<Name extends string>(
  bytes: Uint8Array,
  nameOf: (header: string) => Name | undefined,
  required: readonly Name[],
): { rows: RawRow[]; ignored: string[] } {
  const table = readTable(bytes, columnsOf(nameOf, required));
  if (table.header.length === 0) checkCount(0);
  const columns = mapColumns(table.header, nameOf, required);
  if (table.rows.length === 0) checkCount(0);
  const rows = table.rows.map(({ row, cells }): RawRow => {
    const values: Record<string, unknown> = {};
    columns.forEach((field, at) => {
      if (field !== undefined) values[field] = fieldValue(field, cells[at] ?? '');
    });
    const slipped = misfit(cells, table.header, columns, required);
    return slipped ? { row, values, cells: slipped } : { row, values };
  });
  const ignored = table.header
    .map((header) => header.trim())
    .filter((header, at) => columns[at] === undefined && header !== '');
  return { rows, ignored };
}

/** Reads candidate rows, as readNamedRows does. */
export const readRows = (bytes: Uint8Array): { rows: RawRow[]; ignored: string[] } =>
  readNamedRows<Field>(bytes, fieldOf, FIELDS);

const SCOPE_FIELDS = ['occupation_code', 'occupation_name', 'job_types', 'levels'] as const;
type ScopeField = (typeof SCOPE_FIELDS)[number] | 'edition';

const scopeWordOf = namesOf<'levels' | 'job_types' | 'edition'>({
  levels: '职业技能等级范围 评价等级范围 等级范围',
  job_types: 'jobs',
  edition: '大典版本 版本',
});

function scopeFieldOf(header: string): ScopeField | undefined {
  const own = scopeWordOf(header);
  if (own) return own;
  const field = fieldOf(header);
  if (field === 'occupation_code' || field === 'occupation_name') return field;
  return field === 'job_type' ? 'job_types' : field === 'level' ? 'levels' : undefined;
}

const splitList = (text: string): string[] =>
  text
    .split(/[;；、|]/)
    .map((item) => item.normalize('NFC').trim())
    .filter((item) => item !== '');

/**
 * Reads a filing's scope: occupation_code, occupation_name, job_types, levels (lists with `;`), and optionally edition
 * (2022).
 * @throws Refusal `scope_malformed` (with `row` and `field`), and what readRows throws for a file that cannot be read
 */
export function readScope(bytes: Uint8Array): ScopeEntry[] {
  const table = readTable(bytes, columnsOf(scopeFieldOf, SCOPE_FIELDS));
  const columns = mapColumns<ScopeField>(table.header, scopeFieldOf, SCOPE_FIELDS);
  const filed = new Set<string>();
  const entries = table.rows.map(({ row, cells }): ScopeEntry => {
    const bad = (field: string, message: string) =>
      new Refusal('scope_malformed', `Row ${row} of the scope: ${message}`, { row, field });
    const cell = (field: ScopeField): string => {
      const value = cells[columns.indexOf(field)] ?? '';
      if (typeof value !== 'string' && typeof value !== 'number')
        throw bad(field, 'a formula, an error or a truth value is no text.');
      return String(value).normalize('NFC').trim();
    };
    if (cells.some((value, at) => !isBlank(value) && isBlank(table.header[at] ?? '')))
      throw bad('row', 'it has more cells than the header.');
    const printable = (field: string, text: string): string => {
      if (text === '' || isNone(text)) throw bad(field, 'a text is required.');
      if (nameFlaw(text) === 'formula' || /[\p{C}\u2028\u2029]/u.test(text))
        throw bad(field, 'the text begins like a formula or contains control characters.');
      if (encodeUtf8(text).length > MAX_TEXT_BYTES)
        throw bad(field, `a text has at most ${MAX_TEXT_BYTES} bytes in UTF-8.`);
      return text;
    };

    const code = readOccupationCode(cell('occupation_code'));
    if ('flaw' in code) throw bad('occupation_code', 'an occupation code is written like 6-31-01-03.');
    const name = printable('occupation_name', cell('occupation_name'));
    const edition = cell('edition') || '2022';
    if (!/^(?:1999|20\d\d)$/.test(edition))
      throw bad('edition', 'an edition of the occupational classification is a year.');
    const jobs = splitList(cell('job_types')).map((job) => (isNone(job) ? NO_JOB : printable('job_types', job)));
    if (jobs.length === 1 && jobs[0] === NO_JOB) jobs.pop();
    const levels = new Set<Level>();
    for (const item of splitList(cell('levels'))) {
      const level = readLevel(item);
      if ('flaw' in level) throw bad('levels', 'levels are written 5;4;3 or 五级/初级工;四级/中级工.');
      levels.add(level.value);
    }
    if (levels.size === 0) throw bad('levels', 'at least one level is required.');

    // One occupation may take several lines, if its levels differ by job; the same job twice is a slip.
    for (const job of jobs.length === 0 ? [NO_JOB] : jobs) {
      const key = `${code.value} ${edition} ${foldText(job)}`;
      if (filed.has(key)) throw bad('occupation_code', 'this occupation and job already stand in an earlier row.');
      filed.add(key);
    }
    return { code: code.value, name, edition, jobs, levels: [...levels].sort((a, b) => b - a) };
  });
  if (entries.length === 0) throw new Refusal('scope_malformed', 'The scope has no rows.', { row: 1, field: 'row' });
  return entries;
}
