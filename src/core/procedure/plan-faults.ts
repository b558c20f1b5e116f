/**
 * What can be wrong in a plan, its roster or its results besides what rows of uploads can have (faults.ts): a closed
 * list with its sentences. Never personal data: placeholders are row numbers, names of sessions and days.
 */
import { filled, together, type Words } from '../../base/words.ts';
import type { FaultCode } from '../rows/faults.ts';
import { acrossRows, type FieldFlaw, type Judged } from '../rows/row-check.ts';
import { toFault } from '../rows/row-values.ts';

/** Which list of the plan or of the results. */
export type Part = 'sessions' | 'staff' | 'roster' | 'rows';

export interface PlanFault {
  part: Part;
  /**
   * Of roster and results the row's own number; of sessions and staff the place in the list, from 1; 0: the whole list.
   */
  row: number;
  field: string;
  code: PlanFaultCode | FaultCode;
  /** `中文 / English` */
  message: string;
}

export const PLAN_FAULTS = {
  // Sessions and staff
  session_repeated: { zh: '场次编号与第 {first} 场重复', en: 'The session has the same id as session {first}.' },
  session_times: { zh: '结束时间不晚于开始时间', en: 'The session does not end after it starts.' },
  session_empty: { zh: '该场次没有考生', en: 'Nobody attends this session.' },
  session_unknown: { zh: '没有编号为 {session} 的场次', en: 'There is no session {session}.' },
  invigilator_missing: { zh: '该场次没有监考员', en: 'The session has no invigilator.' },
  assessor_missing: { zh: '该场次没有考评员', en: 'The session has no assessor.' },
  supervisor_missing: { zh: '考核计划没有督导员', en: 'The plan has no supervisor.' },

  // Roster
  row_repeated: { zh: '行号与前面的行重复', en: 'An earlier row has the same number.' },
  session_differs: {
    zh: '场次 {session} 的职业、工种或等级与该考生不符',
    en: 'Session {session} is for another occupation, job or level.',
  },
  sessions_malformed: {
    zh: '场次编号只用字母和数字，多个场次用分号隔开',
    en: 'Ids of sessions have letters and digits; several are separated by semicolons.',
  },
  example_row: {
    zh: '这是模板的示例行：请删除，或填好后清空备注',
    en: 'This is the example row of the template: delete it, or fill it in and clear its remark.',
  },

  // Results
  candidate_missing: {
    zh: '名册第 {first} 行的考生没有结果；缺考填“缺考”',
    en: 'The candidate in row {first} of the roster has no result; write absent for who did not come.',
  },
  candidate_unknown: { zh: '名册中没有此证件号码的考生', en: 'The roster has no candidate with this document.' },
  roster_differs: { zh: '与名册第 {first} 行不一致', en: 'It differs from row {first} of the roster.' },
  exam_date_differs: {
    zh: '考试日期不是该考生的场次日期（{days}）',
    en: 'The exam date is not a day of the candidate’s sessions ({days}).',
  },
} as const satisfies Record<string, Words>;

export type PlanFaultCode = keyof typeof PLAN_FAULTS;

/** A fault of this list. */
export function planFault(
  part: Part,
  row: number,
  field: string,
  code: PlanFaultCode,
  facts: Record<string, string | number> = {},
): PlanFault {
  return { part, row, field, code, message: together(filled(PLAN_FAULTS[code], facts)) };
}

/** A fault that rows of uploads have too. */
export const commonFault = (part: Part, row: number, flaw: FieldFlaw): PlanFault => ({
  part,
  ...toFault(row, flaw.field, flaw),
});

/** What only several rows of a list together show: row numbers used twice, and what acrossRows says. */
export function faultsAcross(part: Part, judged: readonly Judged[]): PlanFault[] {
  const seen = new Set<number>();
  const repeated = judged
    .filter(({ row }) => seen.size === seen.add(row).size)
    .map(({ row }) => planFault(part, row, 'row', 'row_repeated'));
  return [...repeated, ...acrossRows(judged).map((flaw) => commonFault(part, flaw.row, flaw))];
}

const ORDER: readonly Part[] = ['sessions', 'staff', 'roster', 'rows'];

/** Part by part, row by row; faults of one row keep their order. */
export const inOrder = (faults: PlanFault[]): PlanFault[] =>
  faults.sort((a, b) => ORDER.indexOf(a.part) - ORDER.indexOf(b.part) || a.row - b.row);
