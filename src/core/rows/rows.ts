/**
 * The rows of a batch as a whole: candidates of a JSON body, and the check of all rows. Every fault of every row is
 * reported at once, because a batch is stored whole or not at all. Linear in the number of rows.
 */

import { Refusal } from '../../base/refusal.ts';
import type { Fault } from './faults.ts';
import { type CheckedRow, FIELDS, OPTIONAL_FIELDS, type RawRow, type RowRules } from './row.ts';
import { acrossRows, type Judged, judgeResult, type RowContext, unknownFields } from './row-check.ts';
import { indexScope } from './row-scope.ts';
import { flaw, toFault } from './row-values.ts';

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

/** A row as an upload has it; only without faults is it `checked`. */
function checkRow({ row, values, cells }: RawRow, context: RowContext): { judged: Judged; checked?: CheckedRow } {
  // Cells that have slipped sideways would only produce faults that are not there.
  if (cells) return { judged: { row, flaws: [{ field: 'row', ...flaw('row_cells', cells) }], filed: false } };
  const judged = judgeResult(row, values, context);
  judged.flaws.unshift(...unknownFields(values, ALLOWED));
  if (judged.flaws.length > 0) return { judged };
  // Without a flaw every field was read, and below the pass mark or 缺考 is one.
  const { name, id, occupation, job, level, score_theory, score_practice, exam_date, replaces } =
    judged as Required<Judged>;
  return {
    judged,
    checked: {
      row,
      name,
      id_type: id.type,
      id_number: id.number,
      occupation,
      job,
      level,
      score_theory: score_theory as number,
      score_practice: score_practice as number,
      exam_date,
      ...(replaces ? { replaces } : {}),
    },
  };
}

/** Checks all rows. `rows` is the batch only if `faults` is empty; faults stand in row order. */
export function checkRows(raw: RawRow[], rules: RowRules): { rows: CheckedRow[]; faults: Fault[] } {
  const context: RowContext = {
    scope: indexScope(rules.scope),
    pass_mark: rules.pass_mark,
    today: rules.today,
    lacking: rememberGlyphs(rules.missingGlyphs),
  };
  const all = raw.map((row) => checkRow(row, context));
  const judged = all.map((one) => one.judged);
  const faults = [
    ...judged.flatMap(({ row, flaws }) => flaws.map((one) => toFault(row, one.field, one))),
    ...acrossRows(judged).map((one) => toFault(one.row, one.field, one)),
  ];
  // Array.prototype.sort is stable: within a row, columns keep their order and cross-row faults come last.
  faults.sort((a, b) => a.row - b.row);
  return { rows: all.flatMap(({ checked }) => (checked ? [checked] : [])), faults };
}
