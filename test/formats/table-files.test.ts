/** Lists as people have them: what stands above, beside and behind the table itself, alike for every list and form of file. */
import { describe, expect, test } from 'vitest';
import { readStaffList } from '../../src/core/bulk-list.ts';
import { readInspectorTable, readResultsTable, readRosterTable } from '../../src/core/procedure/name-lists.ts';
import { readExamDate, readLevel } from '../../src/core/rows/row-values.ts';
import { readRows, readScope } from '../../src/core/rows/rows.ts';
import vectors from '../vectors/files.json' with { type: 'json' };
import { line, list, refusal, row, textCell, workbook } from './fixtures-xlsx.ts';

interface Vector {
  name: string;
  text: string;
  rows?: number[];
  refusal?: { code: string; facts: object };
  levels?: number[];
  /** Of each row: the day, or the flaw. */
  days?: string[];
}
const bytes = (text: string) => new TextEncoder().encode(text);
const isSheet = ({ text }: Vector) => !/^sep=|\u001a/i.test(text);
/** The same cells as a workbook; blank rows are counted there as well. */
const asWorkbook = (text: string) =>
  workbook({
    sheets: [
      `<sheetData>${text
        .split(/\r?\n/)
        .map((one, at) =>
          row(
            one
              .split(',')
              .map((cell) => (cell === '' ? '<c/>' : textCell(cell)))
              .join(''),
            `r="${at + 1}"`,
          ),
        )
        .join('')}</sheetData>`,
    ],
  });

describe.each(vectors as Vector[])('$name', (vector) => {
  const files: [string, Uint8Array][] = [
    ['as a text', bytes(vector.text)],
    ...(isSheet(vector) ? ([['as a workbook', asWorkbook(vector.text)]] as [string, Uint8Array][]) : []),
  ];
  test.each(files)('%s', (_, file) => {
    if (vector.refusal) {
      expect(refusal(() => readRows(file))).toEqual(vector.refusal);
      return;
    }
    const { rows } = readRows(file);
    expect(rows.map(({ row: at }) => at)).toEqual(vector.rows);
    for (const { values, cells } of rows) expect([values.name, cells]).toEqual(['张伟', undefined]);
    if (vector.levels)
      expect(rows.map(({ values }) => readLevel(values.level))).toEqual(vector.levels.map((value) => ({ value })));
    if (vector.days)
      expect(rows.map(({ values }) => readExamDate(values.exam_date, '2026-11-20'))).toEqual(
        vector.days.map((day) => (/^\d/.test(day) ? { value: day } : { flaw: day })),
      );
    // A roster and the results of a plan are read by the same rules.
    expect(readResultsTable(file).raw.map(({ row: at }) => at)).toEqual(vector.rows);
    expect(readRosterTable(file, { session: 's1' }).raw.map(({ row: at }) => at)).toEqual(vector.rows);
  });
});

/** Each kind of list: its header, a row, and how many rows its reader finds where. */
const NUMBER = 'S000037000001263000001';
const LISTS: Record<string, { header: string; line: string; rowsOf(file: Uint8Array): number[] }> = {
  'a scope': {
    header: '职业编码,职业名称,工种,等级',
    line: '6-31-01-03,电工,,3.0',
    rowsOf: (file) => readScope(file).flatMap(({ levels }) => levels),
  },
  inspectors: {
    header: '编号,姓名,单位',
    line: 'D01,李娜,某某中心',
    rowsOf: (file) => readInspectorTable(file).inspectors.map(() => 3),
  },
  'a staff list': {
    header: '证书编号,姓名',
    line: `${NUMBER},张伟`,
    rowsOf: (file) => readStaffList(file).map(({ row: at }) => at),
  },
  'a staff list of numbers': {
    header: '证书编号',
    line: NUMBER,
    rowsOf: (file) => readStaffList(file).map(({ row: at }) => at),
  },
};

describe.each(Object.entries(LISTS))('%s', (_, { header, line: one, rowsOf }) => {
  const second = one.replace('6-31-01-03', '6-31-01-04').replace('D01', 'D02');
  const remarked = header.replaceAll(',', '（必填）,').concat(' (required)');
  test.each([
    ['a title above it', `2026年名单\n${header}\n${one}\n`],
    ['a remark in every header', `\n${remarked}\n${one}\n`],
    ['marks and brackets in the header', `\n*${header.replaceAll(',', '【选填】,* ')}：\n${one}\n`],
    ['sep= and ^Z', `sep=,\n\n${header}\n${one}\n\u001a`],
  ])('with %s', (what, text) => {
    // Where `sep=` stands, spreadsheets do not count it.
    expect(rowsOf(bytes(text))).toEqual([3]);
    if (!what.includes('sep')) expect(rowsOf(asWorkbook(text))).toEqual([3]);
  });

  test('with its header twice', () => {
    for (const file of [bytes, asWorkbook])
      expect(refusal(() => rowsOf(file(`${header}\n${one}\n${header}\n${second}\n`)))).toEqual({
        code: 'csv_header_unclear',
        facts: { rows: [1, 3] },
      });
  });
});

test('a staff list is split where its columns are, though a number and a tab are still like a number', () => {
  const rows = [
    ['S000037000001263000001', ''],
    ['Y000037000002265000017', '李娜'],
  ];
  const body = rows.map((cells) => cells.join('\t')).join('\n');
  for (const text of [body, `证书编号\t姓名\n${body}\n`, `2026年名单\n证书编号\t姓名\n${body}`])
    expect(readStaffList(bytes(text)).map(({ number, name }) => [number, name])).toEqual(rows);
});

test('a staff list keeps the numbers of its rows where no header stands above it', () => {
  expect(readStaffList(bytes(`\n\n${NUMBER},张伟\n\n${NUMBER},李娜\n`)).map(({ row: at }) => at)).toEqual([3, 5]);
  expect(readStaffList(bytes(`sep=;\n${NUMBER};张伟\n`)).map(({ row: at, name }) => [at, name])).toEqual([[1, '张伟']]);
});

test.each([
  ['[$-804]yyyy"年"m"月"d"日"dddd;@', '2026-11-01'],
  ['yyyy"年"m"月"d"日"\\ dddd', '2026-11-01'],
  ['yyyy"年"m"月"d"日"aaaa', '2026-11-01'],
  ['dddd, yyyy-mm-dd', '2026-11-01'],
  ['d"."ddd yyyy/m', '2026-11-01'],
  ['yyyy"年"m"月"dddd', '2026-11'],
  ['yyyy"年"m"月"d"日"dddd h"时"mm"分"', '2026-11-01'],
])('a day under the format %s', (format, day) => {
  const { rows } = readRows(list(row(line({ exam_date: '<c s="1"><v>46327</v></c>' })), { styles: [[200, format]] }));
  expect(rows[0]?.values.exam_date).toBe(day);
});

test('a serial number that misses midnight by seconds is that day, whatever wrote it', () => {
  for (const serial of [46_327.0005, 46_326.9995, 46_327.000001, 46_326.999999]) {
    const { rows } = readRows(list(row(line({ exam_date: `<c s="1"><v>${serial}</v></c>` })), { styles: [[14]] }));
    expect(readExamDate(rows[0]?.values.exam_date, '2026-11-20')).toEqual({ value: '2026-11-01' });
  }
});
