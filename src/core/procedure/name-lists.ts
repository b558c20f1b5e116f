/**
 * Lists of names (名单) as people have them, in workbooks, text files and pasted cells: rosters, results and inspectors,
 * and the empty tables to fill in. Columns, spellings and judge of rosters and results are those of uploaded rows
 * (rows/), so that one file is judged alike everywhere; 缺考 is a score only here. What is wrong in a row is told beside
 * it, all at once; rows can be judged again after a correction.
 */

import * as v from 'valibot';
import { encodeUtf8 } from '../../base/bytes.ts';
import { isRefusal } from '../../base/refusal.ts';
import { together } from '../../base/words.ts';
import { writeCsv, writeXlsx } from '../../formats/table/table.ts';
import { wordsOfIssue } from '../field-words.ts';
import { levelName } from '../number.ts';
import { ID_TYPE_NAMES } from '../person.ts';
import { FIELDS, type Field, fieldOf, namesOf, type RawRow, type ScopeEntry } from '../rows/row.ts';
import {
  indexScope,
  type Judged,
  judgePerson,
  judgeResult,
  type RowContext,
  scopeOf,
  unknownFields,
} from '../rows/row-check.ts';
import { flaw, squeeze, textOf } from '../rows/row-values.ts';
import { readNamedRows } from '../rows/rows.ts';
import { type Inspector, inspector } from './draw.ts';
import {
  commonFault,
  faultsAcross,
  inOrder,
  type Part,
  type PlanFault,
  planFault,
  type ResultRow,
  type RosterEntry,
} from './plan.ts';

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

/** `rows` are those without a fault; `raw` all, as they stood in the file, for corrections in place. */
export interface ReadTable<Row> {
  rows: Row[];
  raw: RawRow[];
  faults: PlanFault[];
  /** Columns of the file that were not used. */
  ignored: string[];
}

/** The first cell of a template's example row's remark. */
const EXAMPLE = '示例';

/** What is wrong with a row before its values are judged. */
function rowFaults(part: Part, { row, values, cells }: RawRow, allowed: readonly string[]): PlanFault[] {
  const remark = textOf(values.remark);
  return [
    ...(cells ? [commonFault(part, row, { field: 'row', ...flaw('row_cells', cells) })] : []),
    ...unknownFields(values, allowed).map((one) => commonFault(part, row, one)),
    ...('value' in remark && squeeze(remark.value).startsWith(EXAMPLE)
      ? [planFault(part, row, 'remark', 'example_row')]
      : []),
  ];
}

/** Who a row is about, as a body of a step has it, of a row without flaws. */
function personOf(judged: Judged): Omit<RosterEntry, 'sessions'> | undefined {
  const { row, name, id_type, id_number, occupation, job, level } = judged;
  if (name === undefined || !id_type || !id_number || !occupation || job === undefined || level === undefined)
    return undefined;
  return {
    row,
    name,
    id_type,
    id_number,
    occupation_code: occupation.code,
    occupation_name: occupation.name,
    job_type: job,
    level,
  };
}

/** `s1;s2`, each once. */
function readSessions(row: number, value: unknown, fallback: string | undefined): string[] | PlanFault {
  const given = textOf(typeof value === 'number' ? String(value) : value);
  if ('flaw' in given) return commonFault('roster', row, { field: 'sessions', ...given });
  const ids = [
    ...new Set(
      given.value
        .normalize('NFKC')
        .split(/[;,、|\s]+/)
        .filter((id) => id !== ''),
    ),
  ];
  if (ids.length === 0 && fallback !== undefined) return [fallback];
  if (ids.length === 0) return commonFault('roster', row, { field: 'sessions', ...flaw('value_missing') });
  if (ids.length <= 20 && ids.every((id) => /^[A-Za-z0-9_-]{1,20}$/.test(id))) return ids;
  return planFault('roster', row, 'sessions', 'sessions_malformed');
}

/**
 * Judges the rows of a list.
 * @param read judges one row and makes of it what a body of a step has; its faults come behind those of the judge
 */
function judgeList<Row>(
  part: Part,
  raw: RawRow[],
  allowed: readonly string[],
  { scope, today }: TableOptions,
  read: (row: RawRow, context: RowContext) => { judged: Judged; value: Row | undefined; faults?: PlanFault[] },
): Omit<ReadTable<Row>, 'ignored'> {
  const context: RowContext = { scope: indexScope(scope ?? scopeOf(raw)), today };
  const all = raw.map((row) => {
    const faults = rowFaults(part, row, allowed);
    // Rows whose cells have slipped sideways say nothing more.
    if (row.cells) return { judged: { row: row.row, flaws: [], filed: false }, value: undefined, faults };
    const one = read(row, context);
    faults.push(...one.judged.flaws.map((flaw) => commonFault(part, row.row, flaw)), ...(one.faults ?? []));
    return { ...one, faults };
  });
  const across = faultsAcross(
    part,
    all.map(({ judged }) => judged),
  );
  return {
    raw,
    faults: inOrder([...all.flatMap(({ faults }) => faults), ...across]),
    rows: all.flatMap(({ faults, value }) => (faults.length === 0 && value !== undefined ? [value] : [])),
  };
}

/** Judges rows of a roster (考生名册), from a file or corrected in place. */
export function checkRosterRows(raw: RawRow[], options: TableOptions = {}): Omit<ReadTable<RosterEntry>, 'ignored'> {
  return judgeList('roster', raw, [...ROSTER_FIELDS, 'remark'], options, ({ row, values }, context) => {
    const judged = judgePerson(row, values, context);
    const sessions = readSessions(row, values.sessions, options.session);
    if (!Array.isArray(sessions)) return { judged, value: undefined, faults: [sessions] };
    const person = personOf(judged);
    return { judged, value: person && { ...person, sessions } };
  });
}

/** Judges rows of results (结果), from a file or corrected in place. */
export function checkResultRows(raw: RawRow[], options: TableOptions = {}): Omit<ReadTable<ResultRow>, 'ignored'> {
  return judgeList('rows', raw, [...FIELDS, 'replaces', 'remark'], options, ({ row, values }, context) => {
    const judged = judgeResult(row, values, context);
    const { score_theory, score_practice, exam_date, replaces } = judged;
    const person = personOf(judged);
    if (!person || score_theory === undefined || score_practice === undefined || exam_date === undefined)
      return { judged, value: undefined };
    const value = {
      ...person,
      score_theory,
      score_practice,
      exam_date,
      ...(replaces === undefined ? {} : { replaces }),
    };
    return { judged, value };
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

// The empty tables: Chinese headers, and one row that says it is an example. Cells are texts, so that no document
// number loses its digits.

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

// Inspectors (督导员名单): the columns 编号, 姓名, 单位 and optionally 回避机构 (codes of organizations, separated by 、 or ;).

const columnOf = namesOf({
  id: '编号 督导员编号 证号',
  name: '姓名',
  unit: '单位 工作单位 所在单位',
  avoids: '回避 回避机构 回避机构编码',
});
const REQUIRED = ['id', 'name', 'unit'] as const;
/** The first line of a list that has none. */
const HEADER_LINE = '编号\t姓名\t单位\t回避机构';

export interface InspectorFault {
  /** As in the file, counted from 1. */
  row: number;
  field: string;
  /** Chinese / English. */
  message: string;
}

/**
 * Reads a list of inspectors.
 * @throws Refusal `csv_columns_missing` and what else readNamedRows throws
 */
export function readInspectorTable(bytes: Uint8Array): { inspectors: Inspector[]; faults: InspectorFault[] } {
  const { rows } = readNamedRows(bytes, columnOf, REQUIRED);
  const inspectors: Inspector[] = [];
  const faults: InspectorFault[] = [];
  for (const { row, values } of rows) {
    const text = (field: string) =>
      String(values[field] ?? '')
        .normalize('NFC')
        .trim();
    const avoids = text('avoids')
      .split(/[;；、,，\s]+/)
      .filter((code) => code !== '');
    const read = v.safeParse(inspector, {
      id: text('id'),
      name: text('name'),
      unit: text('unit'),
      ...(avoids.length === 0 ? {} : { avoids }),
    });
    if (read.success) inspectors.push(read.output);
    else
      for (const issue of read.issues)
        faults.push({
          row,
          field: (v.getDotPath(issue) ?? 'row').split('.')[0] as string,
          message: together(wordsOfIssue(issue)),
        });
  }
  return { inspectors, faults };
}

/** The same of pasted text, which may come without its first line; its rows are then counted as they stand. */
export function readInspectorText(text: string): ReturnType<typeof readInspectorTable> {
  const lines = text.trim();
  if (lines === '') return { inspectors: [], faults: [] };
  try {
    return readInspectorTable(encodeUtf8(lines));
  } catch (error) {
    if (!isRefusal(error, 'csv_columns_missing')) throw error;
    const tabs = lines.includes('\t');
    const { inspectors, faults } = readInspectorTable(
      encodeUtf8(
        `${tabs ? HEADER_LINE : HEADER_LINE.replaceAll('\t', ',')}\n${tabs ? lines : lines.replaceAll('，', ',')}`,
      ),
    );
    return { inspectors, faults: faults.map((fault) => ({ ...fault, row: fault.row - 1 })) };
  }
}

/** A list as pasted text has it, for the next draw. */
export const inspectorText = (inspectors: readonly Inspector[]): string =>
  inspectors
    .map(({ id, name, unit, avoids = [] }) => [id, name, unit, avoids.join(';')].join('\t').trimEnd())
    .join('\n');
