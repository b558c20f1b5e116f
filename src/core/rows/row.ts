/** The shape of a candidate row, as given and as checked, and the names that its columns go by. */

import { withoutMarks } from '../../base/words.ts';
import type { Level } from '../number.ts';
import type { IdType } from '../person.ts';

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
  /**
   * The file's own row number, as a spreadsheet shows it: the header is 1, first data row 2, blank rows counted; in
   * JSON the first candidate is 1.
   */
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

// The names that columns go by: the English field names, and the Chinese headers that spreadsheets use.
// Spaces, case, width, marks such as * and remarks in brackets do not count. An unknown header is nobody's column.

const WORDS: Record<Field, string> = {
  name: '姓名 考生姓名 学员姓名 人员姓名 fullname',
  id_type: '证件类型 证件类别 证件种类 证件名称 身份证件类型',
  id_number: '证件号码 证件号 证件编号 身份证号 身份证号码 身份证件号码 公民身份号码 idno',
  occupation_code: '职业编码 职业代码 职业工种编码 职业工种代码',
  occupation_name: '职业名称 职业 职业工种名称 申报职业 认定职业 评价职业 occupation',
  job_type: '工种 工种名称 工种职业方向 职业方向 职业方向工种 工种方向 job',
  level: '等级 级别 职业技能等级 技能等级 职业等级 认定等级 评价等级 申报等级 申报级别 认定级别',
  score_theory: '理论成绩 理论知识成绩 理论知识考试成绩 理论考试成绩 理论分数 理论知识 理论 theoryscore',
  score_practice:
    '实操成绩 操作技能成绩 操作技能考核成绩 技能成绩 技能操作成绩 技能考核成绩 实操分数 操作技能 实操 practicescore',
  exam_date: '考试日期 考核日期 认定日期 评价日期 考试时间 考核时间',
  replaces: '替换证书编号 被替换证书编号 替换的证书编号 原证书编号 换发原证书编号',
};

const strip = (text: string) =>
  withoutMarks(text.normalize('NFKC'))
    .toLowerCase()
    .replace(/[\s*_\-/、:]/gu, '');

/** Longer texts are no header, and are not looked at. */
const LONGEST = 200;

/**
 * Makes the function that says which column a header cell names, for any kind of list.
 * @param words by column, its names, separated by spaces
 */
export function namesOf<Name extends string>(
  words: Readonly<Record<Name, string>>,
): (header: string) => Name | undefined {
  const names = new Map<string, Name>(
    (Object.keys(words) as Name[]).flatMap((name) =>
      [name, ...words[name].split(' ')].map((word) => [strip(word), name] as const),
    ),
  );
  return (header) => {
    if (header.length > LONGEST) return undefined;
    const text = strip(header);
    // 工种(职业方向) and 证件号码(必填) alike: first as a whole, then without the remark.
    return (
      names.get(text.replace(/[()[\]【】]/g, '')) ?? names.get(text.replace(/\([^()]*\)|\[[^[\]]*\]|【[^【】]*】/g, ''))
    );
  };
}

/** The field of a candidate's row that a column header names, or undefined. */
export const fieldOf = namesOf(WORDS);
