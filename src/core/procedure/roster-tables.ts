/**
 * Owns rosters and results as people have them, in workbooks, text files and pasted cells: read with the columns, the
 * spellings and the traps of uploaded rows (row-file.ts, row-check.ts), so that one file is judged alike everywhere.
 * Only here 缺考 is a score. Rows are read again after somebody mended them in place.
 * It refuses files whose columns cannot be told; what is wrong in a row is told beside it, all at once.
 */

import { writeCsv, writeXlsx } from '../../formats/table/table-write.ts';
import { ID_TYPE_NAMES } from '../identity.ts';
import { levelName } from '../number.ts';
import { FIELDS, type Field, fieldOf, namesOf, type RawRow, type ScopeEntry } from '../rows/row.ts';
import { readId, readIdType, readName, readReplaces } from '../rows/row-check.ts';
import { readNamedRows } from '../rows/row-file.ts';
import { indexScope, placeInScope, type ScopeIndex, scopeOf } from '../rows/row-scope.ts';
import { type Flaw, type Read, readExamDate, readScore, squeeze, textOf } from '../rows/row-values.ts';
import { acrossPersons, type Person, qualificationKey } from './persons.ts';
import type { ResultRow, RosterEntry } from './plan.ts';
import { commonFault, inOrder, type Part, type PlanFault, planFault } from './plan-faults.ts';

const PERSON = ['name', 'id_type', 'id_number', 'occupation_code', 'occupation_name', 'job_type', 'level'] as const;
export const ROSTER_FIELDS = [...PERSON, 'sessions'] as const;
export const RESULT_FIELDS = FIELDS;

type RosterField = (typeof ROSTER_FIELDS)[number] | 'remark';
type ResultField = Field | 'remark';

const extraOf = namesOf({
  sessions: 'session 场次 场次编号 考试场次 考核场次 场次号',
  remark: 'remarks note 备注 说明',
});

function rosterFieldOf(header: string): RosterField | undefined {
  const extra = extraOf(header);
  if (extra) return extra;
  const field = fieldOf(header);
  // A list of results serves as a roster: scores and days are not its columns.
  return (PERSON as readonly (string | undefined)[]).includes(field) ? (field as RosterField) : undefined;
}

const resultFieldOf = (header: string): ResultField | undefined =>
  extraOf(header) === 'remark' ? 'remark' : fieldOf(header);

export interface TableOptions {
  /** The filing's, whose spelling the rows then have; without it what the rows themselves say. */
  scope?: readonly ScopeEntry[];
  /** Where the file has no column of sessions, or a blank in it: the plan has one session. */
  session?: string;
  /** Shanghai day after which no exam can have been; none without it. */
  today?: string;
}

/** `rows` are those without a fault; `raw` all, as they stood in the file, for mending in place. */
export interface ReadTable<Row> {
  rows: Row[];
  raw: RawRow[];
  faults: PlanFault[];
  /** Columns of the file that were not used. */
  ignored: string[];
}

/** The first cell of a template's example row's remark. */
const EXAMPLE = '示例';

/** Collects what is wrong with a row, and gives what is right. */
function reader(part: Part, { row, values, cells }: RawRow, allowed: readonly string[]) {
  const person: Person = { row, faults: [] };
  const report = (field: string, what: Flaw): void => void person.faults.push(commonFault(part, row, field, what));
  if (cells) report('row', { flaw: 'row_cells', facts: cells });
  for (const key of Object.keys(values))
    if (!allowed.includes(key)) report(key.slice(0, 40), { flaw: 'field_unknown' });
  const remark = textOf(values.remark);
  if ('value' in remark && squeeze(remark.value).startsWith(EXAMPLE))
    person.faults.push(planFault(part, row, 'remark', 'example_row'));
  const keep = <T>(field: string, read: Read<T> | undefined): T | undefined => {
    if (read && 'flaw' in read) report(field, read);
    return read && 'value' in read ? read.value : undefined;
  };
  return { person, report, keep };
}

type Reader = ReturnType<typeof reader>;

/** Name, document, occupation, job and level of a row, as a body of a step has them. */
function readPart(
  { person, report, keep }: Reader,
  { row, values }: RawRow,
  scope: ScopeIndex,
): Omit<RosterEntry, 'sessions'> | undefined {
  const name = keep('name', readName(values.name));
  const type = keep('id_type', readIdType(values.id_type));
  const id = keep('id_number', readId(values.id_number, type));
  const { occupation, job, level, flaws } = placeInScope(values, scope);
  for (const { field, ...what } of flaws) report(field, what);
  if (name !== undefined) person.name = name;
  if (type && id) person.id = { type, ...id };
  if (!occupation || job === undefined || level === undefined || flaws.length > 0) return undefined;
  person.placed = { occupation, job };
  person.qualification = qualificationKey(person.placed, level);
  if (name === undefined || !type || !id) return undefined;
  return {
    row,
    name,
    id_type: type,
    id_number: id.number,
    occupation_code: occupation.code,
    occupation_name: occupation.name,
    job_type: job,
    level,
  };
}

/** Rows whose cells have slipped sideways say nothing more. */
function judge<Row>(
  part: Part,
  raw: RawRow[],
  { scope }: TableOptions,
  allowed: readonly string[],
  read: (reader: Reader, row: RawRow, scope: ScopeIndex) => Row | undefined,
): Omit<ReadTable<Row>, 'ignored'> {
  const index = indexScope(scope ?? scopeOf(raw));
  const judged = raw.map((row) => {
    const one = reader(part, row, allowed);
    const value = row.cells ? undefined : read(one, row, index);
    return { person: one.person, value };
  });
  const persons = judged.map(({ person }) => person);
  const faults = inOrder([...persons.flatMap((person) => person.faults), ...acrossPersons(part, persons)]);
  return {
    raw,
    faults,
    rows: judged.flatMap(({ person, value }) => (person.faults.length === 0 && value !== undefined ? [value] : [])),
  };
}

/** `s1;s2`, each once. */
function readSessions(
  row: number,
  value: unknown,
  fallback: string | undefined,
  { person, keep }: Reader,
): string[] | undefined {
  const given = keep('sessions', textOf(typeof value === 'number' ? String(value) : value));
  if (given === undefined) return undefined;
  const ids = [
    ...new Set(
      given
        .normalize('NFKC')
        .split(/[;,、|\s]+/)
        .filter((id) => id !== ''),
    ),
  ];
  if (ids.length === 0 && fallback !== undefined) return [fallback];
  if (ids.length === 0) return keep('sessions', { flaw: 'value_missing' });
  if (ids.length <= 20 && ids.every((id) => /^[A-Za-z0-9_-]{1,20}$/.test(id))) return ids;
  person.faults.push(planFault('roster', row, 'sessions', 'sessions_malformed'));
  return undefined;
}

/** Judges rows of a roster (考生名册), from a file or mended. */
export function checkRosterRows(raw: RawRow[], options: TableOptions = {}): Omit<ReadTable<RosterEntry>, 'ignored'> {
  return judge('roster', raw, options, [...ROSTER_FIELDS, 'remark'], (one, row, scope) => {
    const part = readPart(one, row, scope);
    const sessions = readSessions(row.row, row.values.sessions, options.session, one);
    return part && sessions ? { ...part, sessions } : undefined;
  });
}

/** Judges rows of results (结果), from a file or mended. */
export function checkResultRows(raw: RawRow[], options: TableOptions = {}): Omit<ReadTable<ResultRow>, 'ignored'> {
  return judge('rows', raw, options, [...FIELDS, 'replaces', 'remark'], (one, row, scope) => {
    const { values } = row;
    const part = readPart(one, row, scope);
    const [theory, practice] = (['score_theory', 'score_practice'] as const).map((field) => {
      const read = readScore(values[field], 0);
      return 'flaw' in read && read.flaw === 'score_absent' ? 'absent' : one.keep(field, read);
    });
    const date = one.keep('exam_date', readExamDate(values.exam_date, options.today ?? '9999-12-31'));
    const replaces = one.keep('replaces', readReplaces(values.replaces));
    if (!part || theory === undefined || practice === undefined || date === undefined) return undefined;
    return {
      ...part,
      score_theory: theory,
      score_practice: practice,
      exam_date: date,
      ...(replaces === undefined ? {} : { replaces }),
    };
  });
}

/**
 * Reads a roster from a file.
 * @throws Refusal `csv_columns_missing` and what else readNamedRows throws
 */
export function readRosterTable(bytes: Uint8Array, options: TableOptions = {}): ReadTable<RosterEntry> {
  const required = options.session === undefined ? ROSTER_FIELDS : PERSON;
  const { rows, ignored } = readNamedRows<RosterField>(bytes, rosterFieldOf, required);
  return { ...checkRosterRows(rows, options), ignored };
}

/**
 * Reads results from a file.
 * @throws Refusal `csv_columns_missing` and what else readNamedRows throws
 */
export function readResultsTable(bytes: Uint8Array, options: TableOptions = {}): ReadTable<ResultRow> {
  const { rows, ignored } = readNamedRows<ResultField>(bytes, resultFieldOf, RESULT_FIELDS);
  return { ...checkResultRows(rows, options), ignored };
}

// Owns the empty tables to fill in: roster (考生名册) and results (结果), with the Chinese headers that the readers of
// tables.ts know, and one row that says it is an example. Cells are texts, so that no document number loses its digits.

/** GB 11643's own example, which is nobody's; 无 rather than dashes, which spreadsheets take for formulas. */
const EXAMPLE_ROW = ['张三', ID_TYPE_NAMES.resident_id, '11010519491231002X', '6-31-01-03', '电工', '无', levelName(3)];
const HEADERS = ['姓名', '证件类型', '证件号码', '职业编码', '职业名称', '工种', '等级'];
const WIDTHS = [12, 18, 24, 14, 14, 14, 14];
const REMARK = `${EXAMPLE}，请删除本行 / example, delete this row`;

export const TEMPLATES = {
  roster: {
    title: '考生名册',
    header: [...HEADERS, '场次', '备注'],
    example: [...EXAMPLE_ROW, 's1', REMARK],
    widths: [...WIDTHS, 10, 40],
  },
  results: {
    title: '考核结果',
    header: [...HEADERS, '理论成绩', '实操成绩', '考试日期', '备注'],
    example: [...EXAMPLE_ROW, '80', '缺考', '2026-11-01', REMARK],
    widths: [...WIDTHS, 10, 10, 14, 40],
  },
} as const;

export type TemplateName = keyof typeof TEMPLATES;

/** A template as a file. */
export function template(name: TemplateName, form: 'csv' | 'xlsx'): Uint8Array<ArrayBuffer> {
  const { title, header, example, widths } = TEMPLATES[name];
  return form === 'csv' ? writeCsv([header, example]) : writeXlsx(title, [header, example], widths);
}
