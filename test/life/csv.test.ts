/** CSV files as spreadsheets write them: columns, delimiters, line ends, row numbers; the scope; and the samples. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import Papa from 'papaparse';
import { expect, test } from 'vitest';
import { makeCandidates, makeScope } from '../../src/cli/samples/make.ts';
import { readCsv, readScopeCsv, scopeOf } from '../../src/life/csv.ts';
import { isRefusal, type RefusalFacts } from '../../src/life/refusal.ts';
import { checkRows, FIELDS } from '../../src/life/rows.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const HEADER = FIELDS.join(',');
const LINE = '张伟,居民身份证,11010519491231002X,6-31-01-03,电工,--,3,80,85.5,2026-11-01';
const CELLS = LINE.split(',');
const VALUES = Object.fromEntries(FIELDS.map((field, at) => [field, CELLS[at]]));

function refusal(work: () => unknown): { code: string; facts: RefusalFacts } {
  try {
    work();
  } catch (error) {
    if (isRefusal(error)) return { code: error.code, facts: error.facts };
    throw error;
  }
  return { code: 'accepted', facts: {} };
}

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
  ['other Chinese headers', `考生姓名,证件类别,身份证号,职业代码,职业,工种/职业方向,职业技能等级,理论知识成绩,操作技能成绩,考核日期\n${LINE}\n`],
  ['remarks, marks and width', `* 姓名,证件类型（必填）,证件号码【18位】,职业（工种）编码,职业名称,工种（职业方向）,等　级,理论成绩(100分制),实操成绩,考试日期：\n${LINE}\n`],
])('a file with %s', (_, text) => {
  expect(readCsv(bytes(text))).toEqual({ rows: [{ row: 2, values: VALUES }], ignored: [] });
});

test('columns in any order; others are ignored and named; an optional one is kept', () => {
  const text = `序号,备注,${[...FIELDS].reverse().join(',')},所在单位,替换证书编号\n1,,${[...CELLS].reverse().join(',')},某厂,S000037000001263000001\n`;
  expect(readCsv(bytes(text))).toEqual({ rows: [{ row: 2, values: { ...VALUES, replaces: 'S000037000001263000001' } }], ignored: ['序号', '备注', '所在单位'] });
});

test('rows are numbered as the spreadsheet numbers them: blank lines count, a quoted line break does not', () => {
  const text = `\n${HEADER},备注\n\n${LINE},"两\n行"\n , ,,\n${LINE},\n\n`;
  expect(readCsv(bytes(text)).rows.map(({ row }) => row)).toEqual([4, 6]);
});

test('cells that do not fit the header are said to, and not read', () => {
  const cells = (line: string, header = HEADER) => readCsv(bytes(`${header}\n${line}\n`)).rows[0]?.cells;
  expect(cells(`${LINE},x`)).toEqual({ expected: 10, found: 11 });
  expect(cells('张伟,居民身份证')).toEqual({ expected: 10, found: 2 });
  expect(cells(LINE, `${HEADER},备注,replaces`)).toBeUndefined();
});

test.each([
  ['csv_not_utf8', new Uint8Array([0xd5, 0xc5, 0xce, 0xb0]), {}],
  ['csv_not_utf8', new Uint8Array(Buffer.from(`\ufeff${HEADER}`, 'utf16le')), {}],
  ['csv_not_utf8', new Uint8Array(Buffer.from(HEADER, 'utf16le')), {}],
  ['csv_columns_missing', bytes('姓名,证件号码\n张伟,1\n'), { columns: FIELDS.filter((field) => field !== 'name' && field !== 'id_number') }],
  ['csv_columns_missing', bytes(`${LINE}\n`), { columns: [...FIELDS] }],
  ['csv_column_repeated', bytes(`${HEADER},姓名\n${LINE},x\n`), { column: 'name' }],
  ['csv_quotes_malformed', bytes(`${HEADER}\n\n"${LINE}\n${LINE}\n`), { row: 3 }],
  ['csv_quotes_malformed', bytes(`${HEADER}\n${LINE}\n"张"伟${LINE.slice(2)}\n`), { row: 3 }],
  ['batch_empty', bytes(''), {}],
  ['batch_empty', bytes('\ufeff\n\n'), {}],
  ['batch_empty', bytes(`${HEADER}\n,,\n`), {}],
  ['batch_too_large', bytes(`${HEADER}\n${`${LINE}\n`.repeat(10_001)}`), { limit: 10_000, count: 10_001 }],
])('refused: %s', (code, file, facts) => {
  expect(refusal(() => readCsv(file))).toEqual({ code, facts });
});

test('what is written as CSV is read back, whatever the cells hold', () => {
  // Line ends inside a cell come back as LF: files that were merged by hand have several.
  const text = fc.string({ unit: fc.oneof(fc.constantFrom(...',;"\n\t= ·张𬭎x1'), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 })) })
    .map((value) => value.replace(/[\r\0]/g, ' '));
  const row = fc.tuple(...FIELDS.map(() => text));
  fc.assert(fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), fc.constantFrom(',', '\t', ';'), fc.constantFrom('\n', '\r\n'), fc.boolean(), (rows, delimiter, newline, mark) => {
    const file = (mark ? '\ufeff' : '') + Papa.unparse({ fields: [...FIELDS], data: rows }, { delimiter, newline });
    const expected = rows
      .map((cells, at) => ({ row: at + 2, values: Object.fromEntries(FIELDS.map((field, column) => [field, cells[column]])) }))
      .filter((_, at) => (rows[at] as string[]).some((cell) => cell.trim() !== ''));
    if (expected.length === 0) expect(refusal(() => readCsv(bytes(file))).code).toBe('batch_empty');
    else expect(readCsv(bytes(file)).rows).toEqual(expected);
  }));
});

test('arbitrary bytes are read or refused, never worse', () => {
  fc.assert(fc.property(fc.uint8Array(), (file) => void refusal(() => readCsv(file))));
  fc.assert(fc.property(fc.string(), (line) => void refusal(() => readCsv(bytes(`${HEADER}\n${line}`)))));
});

const SCOPE_HEADER = 'occupation_code,occupation_name,job_types,levels';

test('a scope: lists with either semicolon, levels in any spelling, the edition 2022 unless given', () => {
  const text = `${SCOPE_HEADER},edition\n6-31-01-03,电工,,5；4;三级/高级工,\n6-18-01-01,车工,普通车工；数控车工;--,3,2015\n4-10-01-05,养老护理员,--,1,\n`;
  expect(readScopeCsv(bytes(text))).toEqual([
    { code: '6-31-01-03', name: '电工', edition: '2022', jobs: [], levels: [5, 4, 3] },
    { code: '6-18-01-01', name: '车工', edition: '2015', jobs: ['普通车工', '数控车工', '--'], levels: [3] },
    { code: '4-10-01-05', name: '养老护理员', edition: '2022', jobs: [], levels: [1] },
  ]);
  expect(readScopeCsv(bytes(text.replaceAll(',', '\t')))).toHaveLength(3);
  expect(readScopeCsv(bytes('职业编码,职业名称,工种,等级\n6-31-01-03,电工,,5\n'))).toHaveLength(1);
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
  expect(refusal(() => readScopeCsv(bytes(`${SCOPE_HEADER}\n${line}\n`)))).toMatchObject({ code: 'scope_malformed', facts: { row: 2, field } });
});

test('a scope that files one occupation and job twice, that is empty, or has a bad edition', () => {
  expect(refusal(() => readScopeCsv(bytes(`${SCOPE_HEADER}\n6-31-01-03,电工,,5\n6-31-01-03,电工,,4\n`))).facts).toEqual({ row: 3, field: 'occupation_code' });
  expect(refusal(() => readScopeCsv(bytes(`${SCOPE_HEADER}\n`))).code).toBe('scope_malformed');
  expect(refusal(() => readScopeCsv(bytes(`${SCOPE_HEADER},edition\n6-31-01-03,电工,,5,新版\n`))).facts).toEqual({ row: 2, field: 'edition' });
});

const sample = (name: string) => new Uint8Array(readFileSync(new URL(`../../src/cli/samples/${name}`, import.meta.url)));
const RULES = { pass_mark: 60, today: '2026-11-20', missingGlyphs: () => [] };

test('the samples are what their seed makes, and have no fault', () => {
  expect(new TextDecoder().decode(sample('candidates.csv'))).toBe(makeCandidates());
  expect(new TextDecoder().decode(sample('scope.csv'))).toBe(makeScope());
  const { rows, faults } = checkRows(readCsv(sample('candidates.csv')).rows, { ...RULES, scope: readScopeCsv(sample('scope.csv')) });
  expect(faults).toEqual([]);
  expect(rows).toHaveLength(200);
  expect(new Set(rows.map(({ id_type }) => id_type)).size).toBe(6);
  expect(new Set(rows.map(({ level }) => level)).size).toBe(5);
});

test('the scope that a file asks for accepts the file, and skips what it cannot read', () => {
  const { rows } = readCsv(sample('candidates.csv'));
  expect(checkRows(rows, { ...RULES, scope: scopeOf(rows) }).faults).toEqual([]);
  expect(scopeOf([{ row: 1, values: { ...VALUES, level: '9' } }, { row: 2, values: {} }])).toEqual([]);
  expect(scopeOf([{ row: 1, values: VALUES }, { row: 2, values: { ...VALUES, occupation_name: '别名', level: 4 } }]))
    .toEqual([{ code: '6-31-01-03', name: '电工', edition: '2022', jobs: [], levels: [4, 3] }]);
});
