/**
 * Owns the rows of a batch as a whole: reading candidates from JSON, and checking all rows together.
 * Every fault of every row is reported at once, because a batch is stored whole or not at all and people mend a file once.
 * It refuses outright only what is not a list of 1–10,000 candidates. Linear in the number of rows.
 */

import { Refusal } from '../../base/refusal.ts';
import { mayBeFloat } from '../identity.ts';
import { type Fault, fault } from './faults.ts';
import type { CheckedRow, RawRow, RowRules } from './row.ts';
import { checkRow, type RowFindings } from './row-check.ts';
import { indexScope } from './row-scope.ts';

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

/**
 * A float always loses an ID number's last digits to 000, and one in eleven then still has a right check character.
 * So a number ending in 000 is believed only while no other row of the file shows the damage.
 */
export function floatsByNeighbours(all: RowFindings[]): Fault[] {
  if (!all.some(({ faults }) => faults.some(({ code }) => code === 'id_number_float'))) return [];
  return all.flatMap(({ row, id }) =>
    id && mayBeFloat(id.number) ? [fault(row, 'id_number', 'id_number_float')] : [],
  );
}

/** One person twice for one qualification; one ID number under two names; one certificate replaced twice. */
export function acrossRows(all: RowFindings[]): Fault[] {
  const faults: Fault[] = [];
  const names = new Map<string, { row: number; name: string }>();
  const qualified = new Map<string, number>();
  const replaced = new Map<string, number>();
  for (const { row, name, id, qualification, replaces } of all) {
    // The type is part of who it is: a passport and a permit may have the same digits.
    const person = id && `${id.type} ${id.number}`;
    if (person && name !== undefined) {
      const first = names.get(person);
      if (!first) names.set(person, { row, name });
      else if (first.name !== name) faults.push(fault(row, 'id_number', 'id_with_two_names', { first: first.row }));
    }
    if (person && qualification) {
      const key = `${person} ${qualification}`;
      const first = qualified.get(key);
      if (first === undefined) qualified.set(key, row);
      else faults.push(fault(row, 'id_number', 'person_repeated', { first }));
    }
    if (replaces) {
      const first = replaced.get(replaces);
      if (first === undefined) replaced.set(replaces, row);
      else faults.push(fault(row, 'replaces', 'replaces_repeated', { first }));
    }
  }
  return faults;
}

/** Checks all rows. `rows` is the batch only if `faults` is empty; faults stand in row order. */
export function checkRows(raw: RawRow[], rules: RowRules): { rows: CheckedRow[]; faults: Fault[] } {
  const context = {
    scope: indexScope(rules.scope),
    pass_mark: rules.pass_mark,
    today: rules.today,
    lacking: rememberGlyphs(rules.missingGlyphs),
  };
  const all = raw.map((row) => checkRow(row, context));
  const faults = all.flatMap((findings) => findings.faults).concat(floatsByNeighbours(all), acrossRows(all));
  // Array.prototype.sort is stable: within a row, columns keep their order and cross-row faults come last.
  faults.sort((a, b) => a.row - b.row);
  return { rows: all.flatMap(({ checked }) => (checked ? [checked] : [])), faults };
}
