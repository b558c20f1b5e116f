/**
 * Owns the judgement of one candidate row: every fault it has, and its checked form if it has none.
 * What only several rows together show is in rows.ts.
 */

import { Refusal } from '../../base/refusal.ts';
import { checkIdNumber, type IdType, parseIdType } from '../identity.ts';
import { checkName } from '../name.ts';
import type { Level } from '../number.ts';
import { parseNumber } from '../number.ts';
import { type Fault, fault } from './faults.ts';
import { type CheckedRow, FIELDS, NO_JOB, OPTIONAL_FIELDS, type RawRow } from './row.ts';
import { placeInScope, type ScopeIndex } from './row-scope.ts';
import {
  type Flaw,
  flaw,
  isNone,
  looksLikeFormula,
  type Read,
  readExamDate,
  readScore,
  squeeze,
  textOf,
  toFault,
} from './row-values.ts';

export interface RowContext {
  scope: ScopeIndex;
  pass_mark: number;
  today: string;
  /** `U+XXXX U+YYYY` of the glyphs that a printed text lacks, or ''. */
  lacking: (text: string) => string;
}

/** What is known of a row, faults or not: the cross-row rules judge as much as they can. */
export interface RowFindings {
  row: number;
  faults: Fault[];
  checked?: CheckedRow;
  name?: string;
  id?: { type: IdType; number: string };
  /** Occupation, job and level as one key. */
  qualification?: string;
  replaces?: string;
}

const KNOWN: ReadonlySet<string> = new Set([...FIELDS, ...OPTIONAL_FIELDS]);

/** A name, normalised and checked. */
export function readName(value: unknown): Read<string> {
  const given = textOf(value);
  if ('flaw' in given) return given;
  const result = checkName(given.value);
  return 'name' in result ? { value: result.name } : flaw(result.fault, result.facts);
}

/** A document type, by name or code. */
export function readIdType(value: unknown): Read<IdType> {
  const given = textOf(value);
  if ('flaw' in given) return given;
  if (squeeze(given.value) === '') return flaw('value_missing');
  if (looksLikeFormula(squeeze(given.value))) return flaw('formula');
  const type = parseIdType(given.value);
  return type ? { value: type } : flaw('id_type_unknown');
}

/** With an unknown type only what no type allows is reported. */
export function readId(value: unknown, type: IdType | undefined): Read<{ number: string; born?: string }> | undefined {
  // A JSON number has been a float on its way here: 18 digits do not survive that, and fewer lose leading zeros.
  if (typeof value === 'number') return flaw('id_number_float');
  const given = textOf(value);
  if ('flaw' in given) return given;
  const result = checkIdNumber(type ?? 'passport', given.value);
  if ('fault' in result) return type || result.fault !== 'passport_malformed' ? flaw(result.fault) : undefined;
  return type ? { value: { number: result.id_number, ...(result.born ? { born: result.born } : {}) } } : undefined;
}

/** The number of a certificate that is replaced, if there is one. */
export function readReplaces(value: unknown): Read<string | undefined> {
  const given = textOf(value);
  if ('flaw' in given) return given;
  if (isNone(given.value)) return { value: undefined };
  if (looksLikeFormula(squeeze(given.value))) return flaw('formula');
  try {
    return { value: parseNumber(given.value).text };
  } catch (error) {
    if (error instanceof Refusal) return flaw('replaces_malformed');
    throw error;
  }
}

/** The day on which somebody is sixteen. Dates compare as text. Sixteen years after 29 February there is one again. */
export const turnsSixteen = (born: string) => `${Number(born.slice(0, 4)) + 16}${born.slice(4)}`;

export function checkRow(raw: RawRow, context: RowContext): RowFindings {
  const { row, values } = raw;
  // Cells that have slipped sideways would only produce faults that are not there.
  if (raw.cells) return { row, faults: [fault(row, 'row', 'row_cells', raw.cells)] };

  const findings: RowFindings = { row, faults: [] };
  const report = (field: string, what: Flaw) => void findings.faults.push(toFault(row, field, what));
  const keep = <T>(field: string, result: Read<T> | undefined): T | undefined => {
    if (result && 'flaw' in result) report(field, result);
    return result && 'value' in result ? result.value : undefined;
  };
  const printable = (field: string, text: string | undefined) => {
    const points = text === undefined ? '' : context.lacking(text);
    if (points !== '') report(field, flaw('glyph_missing', { points }));
  };

  for (const key of Object.keys(values)) if (!KNOWN.has(key)) report(key.slice(0, 40), flaw('field_unknown'));
  const name = keep('name', readName(values.name));
  printable('name', name);
  const idType = keep('id_type', readIdType(values.id_type));
  const id = keep('id_number', readId(values.id_number, idType));
  const { occupation, job, level, flaws } = placeInScope(values, context.scope);
  for (const { field, ...what } of flaws) report(field, what);
  if (!flaws.some(({ field }) => field === 'occupation_name')) printable('occupation_name', occupation?.name);
  printable('job_type', job);
  const theory = keep('score_theory', readScore(values.score_theory, context.pass_mark));
  const practice = keep('score_practice', readScore(values.score_practice, context.pass_mark));
  const examDate = keep('exam_date', readExamDate(values.exam_date, context.today));
  if (id?.born && examDate && turnsSixteen(id.born) > examDate) report('exam_date', flaw('under_16'));
  const replaces = keep('replaces', readReplaces(values.replaces));

  if (name !== undefined) findings.name = name;
  if (idType && id) findings.id = { type: idType, number: id.number };
  if (occupation && job !== undefined && level) findings.qualification = `${occupation.code} ${job} ${level}`;
  if (replaces) findings.replaces = replaces;
  if (findings.faults.length === 0) {
    // Without a fault every reader has returned its value.
    findings.checked = {
      row,
      name: name as string,
      id_type: idType as IdType,
      id_number: (id as { number: string }).number,
      occupation: occupation as CheckedRow['occupation'],
      job: job ?? NO_JOB,
      level: level as Level,
      score_theory: theory as number,
      score_practice: practice as number,
      exam_date: examDate as string,
      ...(replaces ? { replaces } : {}),
    };
  }
  return findings;
}
