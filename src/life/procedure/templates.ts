/**
 * Owns the empty tables to fill in: roster (考生名册) and results (结果), with the Chinese headers that the readers of
 * tables.ts know, and one row that says it is an example. Cells are texts, so that no document number loses its digits.
 */
import { ID_TYPE_NAMES } from '../identity.ts';
import { levelName } from '../level.ts';
import { writeCsv, writeXlsx } from '../table-write.ts';
import { EXAMPLE } from './tables.ts';

/** GB 11643's own example, which is nobody's; 无 rather than dashes, which spreadsheets take for formulas. */
const PERSON = ['张三', ID_TYPE_NAMES.resident_id, '11010519491231002X', '6-31-01-03', '电工', '无', levelName(3)];
const HEADERS = ['姓名', '证件类型', '证件号码', '职业编码', '职业名称', '工种', '等级'];
const WIDTHS = [12, 18, 24, 14, 14, 14, 14];
const REMARK = `${EXAMPLE}，请删除本行 / example, delete this row`;

export const TEMPLATES = {
  roster: {
    title: '考生名册',
    header: [...HEADERS, '场次', '备注'],
    example: [...PERSON, 's1', REMARK],
    widths: [...WIDTHS, 10, 40],
  },
  results: {
    title: '考核结果',
    header: [...HEADERS, '理论成绩', '实操成绩', '考试日期', '备注'],
    example: [...PERSON, '80', '缺考', '2026-11-01', REMARK],
    widths: [...WIDTHS, 10, 10, 14, 40],
  },
} as const;

export type TemplateName = keyof typeof TEMPLATES;

/** A template as a file. */
export function template(name: TemplateName, form: 'csv' | 'xlsx'): Uint8Array<ArrayBuffer> {
  const { title, header, example, widths } = TEMPLATES[name];
  return form === 'csv' ? writeCsv([header, example]) : writeXlsx(title, [header, example], widths);
}
