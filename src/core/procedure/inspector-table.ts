/**
 * Lists of inspectors (督导员名单) as people have them: a workbook, a text file, or cells pasted from either, with the
 * columns 编号, 姓名, 单位 and optionally 回避机构 (codes of organizations, separated by 、 or ;). All faults are told at once.
 */
import * as v from 'valibot';
import { encodeUtf8 } from '../../base/bytes.ts';
import { isRefusal } from '../../base/refusal.ts';
import { together } from '../../base/words.ts';
import { wordsOfIssue } from '../field-words.ts';
import { namesOf } from '../rows/row.ts';
import { readNamedRows } from '../rows/rows.ts';
import { type Inspector, inspector } from './draw.ts';

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
