/** Text files as spreadsheets write them: encodings, columns, delimiters, line ends, row numbers; the scope; and the samples. */

import Papa from 'papaparse';
import { expect, test } from 'vitest';
import { makeCandidates, makeScope } from '../../src/cli/samples/make.ts';
import { checkRows, FIELDS, readRows, readScope, scopeOf } from '../../src/core/rows/rows.ts';
import { LINE as CELLS, encodeGb18030, refusal } from '../formats/fixtures-xlsx.ts';
import fc from '../fuzz.ts';
import { sample, table } from './samples.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const HEADER = FIELDS.join(',');
const LINE = CELLS.join(',');
const CHINESE = '姓名,证件类型,证件号码,职业编码,职业名称,工种,等级,理论成绩,实操成绩,考试日期';
const VALUES = Object.fromEntries(FIELDS.map((field, at) => [field, CELLS[at]]));

test.each([
  ['LF', `${HEADER}\n${LINE}\n`],
  ['CRLF', `${HEADER}\r\n${LINE}\r\n`],
  ['CR', `${HEADER}\r${LINE}\r`],
  ['mixed, no end', `${HEADER}\r\n${LINE}`],
  ['a byte order mark', `\ufeff${HEADER}\n${LINE}\n`],
  ['a byte order mark before a quote', `\ufeff"name"${HEADER.slice(4)}\n${LINE}\n`],
  ['tabs', `${HEADER}\n${LINE}\n`.replaceAll(',', '\t')],
  ['semicolons', `${HEADER}\n${LINE}\n`.replaceAll(',', ';')],
  ['everything quoted', `${HEADER}\n${LINE}\n`.replaceAll(/[^,\n]+/g, '"$&"')],
  ['trailing commas', `${HEADER},,\n${LINE},,\n`],
  ['trailing commas in the row alone', `${HEADER}\n${LINE},,\n`],
  ['upper case and spaces', `${HEADER.toUpperCase().replaceAll('_', ' ')}\n${LINE}\n`],
  ['Chinese headers', `姓名,证件类型,证件号码,职业编码,职业名称,工种,等级,理论成绩,实操成绩,考试日期\n${LINE}\n`],
  [
    'other Chinese headers',
    `考生姓名,证件类别,身份证号,职业代码,职业,工种/职业方向,职业技能等级,理论知识成绩,操作技能成绩,考核日期\n${LINE}\n`,
  ],
  [
    'remarks, marks and width',
    `* 姓名,证件类型（必填）,证件号码【18位】,职业（工种）编码,职业名称,工种（职业方向）,等　级,理论成绩(100分制),实操成绩,考试日期：\n${LINE}\n`,
  ],
])('a file with %s', (_, text) => {
  expect(readRows(bytes(text))).toEqual({ rows: [{ row: 2, values: VALUES }], ignored: [] });
});

test('columns in any order; others are ignored and named; an optional one is kept', () => {
  const text = `序号,备注,${[...FIELDS].reverse().join(',')},所在单位,替换证书编号\n1,,${[...CELLS].reverse().join(',')},某厂,S000037000001263000001\n`;
  expect(readRows(bytes(text))).toEqual({
    rows: [{ row: 2, values: { ...VALUES, replaces: 'S000037000001263000001' } }],
    ignored: ['序号', '备注', '所在单位'],
  });
});

test('rows are numbered as the spreadsheet numbers them: blank lines count, a quoted line break does not', () => {
  const text = `\n${HEADER},备注\n\n${LINE},"两\n行"\n , ,,\n${LINE},\n\n`;
  expect(readRows(bytes(text)).rows.map(({ row }) => row)).toEqual([4, 6]);
});

test('cells that do not fit the header are said to, and not read', () => {
  const cells = (line: string, header = HEADER) => readRows(bytes(`${header}\n${line}\n`)).rows[0]?.cells;
  expect(cells(`${LINE},x`)).toEqual({ expected: 10, found: 11 });
  expect(cells('张伟,居民身份证')).toEqual({ expected: 10, found: 2 });
  expect(cells(LINE, `${HEADER},备注,replaces`)).toBeUndefined();
});

test.each([
  ['csv_not_utf8', new Uint8Array([0xd5, 0xc5, 0xce, 0xb0]), {}],
  ['csv_not_utf8', new Uint8Array(Buffer.from(HEADER, 'utf16le')), {}],
  ['csv_not_utf8', new Uint8Array([0xff, 0xfe, 0x61]), {}],
  ['csv_not_utf8', new Uint8Array([0xff, 0xfe, 0x00, 0xd8, 0x61, 0x00]), {}],
  [
    'csv_columns_missing',
    bytes('姓名,证件号码\n张伟,1\n'),
    { columns: FIELDS.filter((field) => field !== 'name' && field !== 'id_number') },
  ],
  ['csv_columns_missing', bytes(`${LINE}\n`), { columns: [...FIELDS] }],
  ['csv_column_repeated', bytes(`${HEADER},姓名\n${LINE},x\n`), { column: 'name' }],
  ['csv_quotes_malformed', bytes(`${HEADER}\n\n"${LINE}\n${LINE}\n`), { row: 3 }],
  ['csv_quotes_malformed', bytes(`${HEADER}\n${LINE}\n"张"伟${LINE.slice(2)}\n`), { row: 3 }],
  ['batch_empty', bytes(''), {}],
  ['batch_empty', bytes('\ufeff\n\n'), {}],
  ['batch_empty', bytes(`${HEADER}\n,,\n`), {}],
  ['batch_too_large', bytes(`${HEADER}\n${`${LINE}\n`.repeat(10_001)}`), { limit: 10_000, count: 10_001 }],
])('refused: %s', (code, file, facts) => {
  expect(refusal(() => readRows(file))).toEqual({ code, facts });
});

const gbk = encodeGb18030;
const utf16 = (text: string, swap = false) => {
  const file = Buffer.from(`\ufeff${text}`, 'utf16le');
  return new Uint8Array(swap ? file.swap16() : file);
};
const RARE = LINE.replace('张伟', '欧阳䶮𬭎').replace('电工', '电工（𫖯）');

test.each([
  ["UTF-16, as Excel's Unicode text", utf16(`${CHINESE}\r\n${RARE}\r\n`.replaceAll(',', '\t'))],
  ['UTF-16, the other way round', utf16(`${HEADER}\n${RARE}\n`, true)],
  ['GB18030', gbk(`${CHINESE}\r\n${RARE}\r\n`)],
  ['GB18030 with English headers', gbk(`${HEADER}\n${RARE}\n`)],
  ['GB18030 with a mark', gbk(`\ufeff${HEADER}\n${RARE}\n`)],
  ['GB18030 with tabs', gbk(`${CHINESE}\n${RARE}\n`.replaceAll(',', '\t'))],
])('a file in %s', (_, file) => {
  expect(readRows(file).rows).toEqual([
    { row: 2, values: { ...VALUES, name: '欧阳䶮𬭎', occupation_name: '电工（𫖯）' } },
  ]);
});

test('the sample in GB18030, by another codec, is the sample', () => {
  expect(readRows(table('candidates.gb18030.csv'))).toEqual(readRows(sample('candidates.csv')));
  expect(gbk(new TextDecoder().decode(sample('candidates.csv')))).toEqual(table('candidates.gb18030.csv'));
});

test('a text in GBK whose bytes are also UTF-8 is read as the one under which the header is known', () => {
  // 隆 is C2 A1, which is ¡ in UTF-8; and of all words that name a column 职业 alone is UTF-8 by accident.
  const line = LINE.replace('张伟', '隆拢').replace('居民身份证', '111').replace('电工', '隆');
  const chinese = gbk(`${HEADER.replace('occupation_name', '职业')}\n${line}\n`);
  expect(new TextDecoder('utf-8', { fatal: true }).decode(chinese)).toContain('¡£');
  expect(readRows(chinese).rows[0]?.values).toMatchObject({ name: '隆拢', occupation_name: '隆' });
  // Under an English header the texts decide nothing, and UTF-8 is believed: then the occupation is not the one filed.
  const { rows } = readRows(gbk(`${HEADER}\n${line}\n`));
  expect(rows[0]?.values).toMatchObject({ name: '¡£', occupation_name: '¡' });
  const scope = [{ code: '6-31-01-03', name: '隆', edition: '2022', jobs: [], levels: [3 as const] }];
  expect(
    checkRows(rows, { pass_mark: 60, today: '2026-11-20', missingGlyphs: () => [], scope }).faults.map(
      ({ code }) => code,
    ),
  ).toEqual(['name_character', 'occupation_name_differs']);
});

test('UTF-8 with damaged bytes is not taken for GBK, whatever the header', () => {
  for (const header of [HEADER, CHINESE]) {
    for (let at = 0; at < 40; at++) {
      const file = bytes(`${header}\n${`${LINE}\n`.repeat(3)}`);
      const place = bytes(`${header}\n`).length + at;
      if ((file[place] as number) < 0x80) continue;
      file[place] = 0xa4;
      const found = refusal(() => readRows(file));
      // Another continuation byte makes another character, which no reader can know to be damage.
      if (found.code === 'accepted') expect(() => new TextDecoder('utf-8', { fatal: true }).decode(file)).not.toThrow();
      else expect(found).toEqual({ code: 'csv_not_utf8', facts: { row: 2 } });
    }
  }
});

test('what an encoding leaves in a cell is refused in its row: replacement and private-use characters in every field', () => {
  const good = { pass_mark: 60, today: '2026-11-20', missingGlyphs: () => [], scope: readScope(sample('scope.csv')) };
  for (const [encode, damage] of [
    [bytes, '\ufffd'],
    [bytes, '\ue000'],
    [gbk, '\ue000'],
    [gbk, '\u{f0001}'],
  ] as const) {
    FIELDS.forEach((field, at) => {
      const cells = CELLS.map((cell, column) => (column === at ? `${cell}${damage}` : cell));
      const { faults } = checkRows(readRows(encode(`${CHINESE}\n${LINE}\n${cells.join(',')}\n`)).rows, good);
      expect([field, faults.some((one) => one.row === 3 && one.field === field)]).toEqual([field, true]);
    });
  }
});

test.each([
  ['an old workbook', table('libreoffice.xls'), 'table_format_unsupported'],
  ['an OpenDocument workbook', table('libreoffice.ods'), 'table_format_unsupported'],
  ['a web page called .xls', bytes('<html><body><table><tr><td>姓名</td></tr></table>'), 'table_format_unsupported'],
  ['a web page in GBK called .xls', gbk('\r\n<meta charset="gb2312"><table><tr><td>姓名'), 'table_format_unsupported'],
  ['XML called .xls', bytes('\ufeff<?xml version="1.0"?><Workbook/>'), 'table_format_unsupported'],
])('%s is refused by its form', (_, file, code) => {
  expect(refusal(() => readRows(file)).code).toBe(code);
});

test('the scope in GB18030', () => {
  expect(readScope(gbk(new TextDecoder().decode(sample('scope.csv'))))).toEqual(readScope(sample('scope.csv')));
});

test('what is written as CSV is read back, whatever the cells hold', () => {
  // Line ends inside a cell come back as LF: files that were merged by hand have several.
  const text = fc
    .string({
      unit: fc.oneof(
        fc.constantFrom(...',;"\n\t= ·张𬭎x1'),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
      ),
    })
    .map((value) => value.replace(/[\r\0]/g, ' '));
  const row = fc.tuple(...FIELDS.map(() => text));
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 1, maxLength: 5 }),
      fc.constantFrom(',', '\t', ';'),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      (rows, delimiter, newline, mark) => {
        const file = (mark ? '\ufeff' : '') + Papa.unparse({ fields: [...FIELDS], data: rows }, { delimiter, newline });
        const expected = rows
          .map((cells, at) => ({
            row: at + 2,
            values: Object.fromEntries(FIELDS.map((field, column) => [field, cells[column]])),
          }))
          .filter((_, at) => (rows[at] as string[]).some((cell) => cell.trim() !== ''));
        if (expected.length === 0) expect(refusal(() => readRows(bytes(file))).code).toBe('batch_empty');
        else expect(readRows(bytes(file)).rows).toEqual(expected);
      },
    ),
  );
});

test('arbitrary bytes are read or refused, never worse', () => {
  fc.assert(fc.property(fc.uint8Array(), (file) => void refusal(() => readRows(file))));
  fc.assert(fc.property(fc.string(), (line) => void refusal(() => readRows(bytes(`${HEADER}\n${line}`)))));
});

const SCOPE_HEADER = 'occupation_code,occupation_name,job_types,levels';

test('a scope: lists with either semicolon, levels in any spelling, the edition 2022 unless given', () => {
  const text = `${SCOPE_HEADER},edition\n6-31-01-03,电工,,5；4;三级/高级工,\n6-18-01-01,车工,普通车工；数控车工;--,3,2015\n4-10-01-05,养老护理员,--,1,\n`;
  expect(readScope(bytes(text))).toEqual([
    { code: '6-31-01-03', name: '电工', edition: '2022', jobs: [], levels: [5, 4, 3] },
    { code: '6-18-01-01', name: '车工', edition: '2015', jobs: ['普通车工', '数控车工', '--'], levels: [3] },
    { code: '4-10-01-05', name: '养老护理员', edition: '2022', jobs: [], levels: [1] },
  ]);
  expect(readScope(bytes(text.replaceAll(',', '\t')))).toHaveLength(3);
  expect(readScope(bytes('职业编码,职业名称,工种,等级\n6-31-01-03,电工,,5\n'))).toHaveLength(1);
});

test.each([
  ['occupation_code', '6310103,电工,,5'],
  ['occupation_name', '6-31-01-03,,,5'],
  ['occupation_name', '6-31-01-03,=电工,,5'],
  ['occupation_name', `6-31-01-03,${'电'.repeat(29)},,5`],
  ['job_types', `6-31-01-03,电工,${'电'.repeat(29)};甲,5`],
  ['levels', '6-31-01-03,电工,,6'],
  ['levels', '6-31-01-03,电工,,'],
  ['row', '6-31-01-03,电工,,5,4'],
])('a scope with a bad %s', (field, line) => {
  expect(refusal(() => readScope(bytes(`${SCOPE_HEADER}\n${line}\n`)))).toMatchObject({
    code: 'scope_malformed',
    facts: { row: 2, field },
  });
});

test('a scope that files one occupation and job twice, that is empty, or has a bad edition', () => {
  expect(refusal(() => readScope(bytes(`${SCOPE_HEADER}\n6-31-01-03,电工,,5\n6-31-01-03,电工,,4\n`))).facts).toEqual({
    row: 3,
    field: 'occupation_code',
  });
  expect(refusal(() => readScope(bytes(`${SCOPE_HEADER}\n`))).code).toBe('scope_malformed');
  expect(refusal(() => readScope(bytes(`${SCOPE_HEADER},edition\n6-31-01-03,电工,,5,新版\n`))).facts).toEqual({
    row: 2,
    field: 'edition',
  });
});

const RULES = { pass_mark: 60, today: '2026-11-20', missingGlyphs: () => [] };

test('the samples are what their seed makes, and have no fault', () => {
  expect(new TextDecoder().decode(sample('candidates.csv'))).toBe(makeCandidates());
  expect(new TextDecoder().decode(sample('scope.csv'))).toBe(makeScope());
  const { rows, faults } = checkRows(readRows(sample('candidates.csv')).rows, {
    ...RULES,
    scope: readScope(sample('scope.csv')),
  });
  expect(faults).toEqual([]);
  expect(rows).toHaveLength(200);
  expect(new Set(rows.map(({ id_type }) => id_type)).size).toBe(6);
  expect(new Set(rows.map(({ level }) => level)).size).toBe(5);
});

test('the scope that a file asks for accepts the file, and skips what it cannot read', () => {
  const { rows } = readRows(sample('candidates.csv'));
  expect(checkRows(rows, { ...RULES, scope: scopeOf(rows) }).faults).toEqual([]);
  expect(
    scopeOf([
      { row: 1, values: { ...VALUES, level: '9' } },
      { row: 2, values: {} },
    ]),
  ).toEqual([]);
  expect(
    scopeOf([
      { row: 1, values: VALUES },
      { row: 2, values: { ...VALUES, occupation_name: '别名', level: 4 } },
    ]),
  ).toEqual([{ code: '6-31-01-03', name: '电工', edition: '2022', jobs: [], levels: [4, 3] }]);
});
