/** Workbooks that other software wrote, or the same rows as CSV: sheets, namespaces, scopes. */
import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import { checkRows, FIELDS, type RawRow, readRows, readScope, scopeOf, typeOfFile } from '../../src/core/rows/rows.ts';
import { sample, table } from '../core/samples.ts';
import fc from '../fuzz.ts';
import { encodeGb18030, HEAD, LINE, line, list, refusal, row, textCell, workbook } from './fixtures-xlsx.ts';

const RULES = { pass_mark: 60, today: '2026-11-20', missingGlyphs: () => [], scope: readScope(sample('scope.csv')) };
const check = (rows: RawRow[]) => checkRows(rows, RULES);
const codes = (file: Uint8Array) =>
  check(readRows(file).rows).faults.map(({ row: at, field, code }) => `${at} ${field} ${code}`);

const utf8 = (text: string) => new TextEncoder().encode(text);

describe('files that other software wrote', () => {
  const csv = readRows(sample('candidates.csv'));
  const people = check(csv.rows).rows;

  test('LibreOffice: the same rows as its CSV', () => {
    expect(readRows(table('libreoffice.xlsx'))).toEqual(csv);
  });

  test('openpyxl: scores are numbers, dates are dates; the same people', () => {
    const { rows } = readRows(table('openpyxl.xlsx'));
    expect(check(rows)).toEqual({ rows: people, faults: [] });
    expect(people.map(({ name }) => name).join()).toMatch(/䶮.*𬭎.*𫖯|𫖯.*䶮/u);
    expect(people.some(({ name }) => name.includes('·'))).toBe(true);
    expect(new Set(people.map(({ id_type }) => id_type)).size).toBe(6);
  });

  test('XlsxWriter: 1904, runs of colour, blank rows, a title sheet and a hidden one beside the list', () => {
    const { rows } = readRows(table('xlsxwriter.xlsx'));
    expect(check(rows)).toEqual({
      rows: people.slice(0, 40).map((each, at) => ({ ...each, row: 5 + 2 * at })),
      faults: [],
    });
  });

  test('what is not written there as a value is refused in its row and column', () => {
    expect(codes(table('odd-xlsxwriter.xlsx'))).toEqual([
      '2 name cell_formula',
      '3 id_number id_number_float',
      '4 score_theory cell_formula',
      '5 score_practice value_type',
      '6 exam_date exam_date_serial',
      '7 exam_date exam_date_unreadable',
      '8 exam_date exam_date_unreadable',
      '9 occupation_code cell_formula',
      '9 occupation_name cell_formula',
    ]);
  });

  test('filtered rows and merged cells are named', () => {
    expect(refusal(() => readRows(table('hidden.xlsx')))).toEqual({
      code: 'xlsx_hidden_rows',
      facts: { rows: [4, 6], count: 2 },
    });
    expect(refusal(() => readRows(table('merged.xlsx')))).toEqual({
      code: 'xlsx_merged_cells',
      facts: { ranges: ['F3:F5'] },
    });
  });
});

describe('the same rows', () => {
  const text = fc
    .string({
      unit: fc.oneof(
        fc.constantFrom(...',;"\t\n= ·張䶮𬭎𫖯㛃１x_&<>\u00a0\u3000', '_x0041_', ']]>'),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
      ),
    })
    // Some private-use characters have no bytes in GB18030, text files have no NUL, and line ends come back as LF.
    .map((value) => value.replace(/[\r\0\ue000-\uf8ff]/g, ' '));
  const CHINESE = '姓名,证件类型,证件号码,职业编码,职业名称,工种,等级,理论成绩,实操成绩,考试日期'.split(',');

  test('as UTF-8, as GB18030 and as a workbook give the same values, row numbers and columns not used', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(...FIELDS.map(() => text), text), { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        (rows, shared) => {
          const csv = Papa.unparse({ fields: [...CHINESE, '备注'], data: rows }, { newline: '\r\n' });
          const head = row([...CHINESE, '备注'].map(textCell).join(''));
          const strings = rows
            .flat()
            .map((value) => `<si>${textCell(value).replace(/<\/?(?:c|is)\b[^>]*>/g, '')}</si>`)
            .join('');
          let at = 0;
          const body = rows
            .map((cells) =>
              row(cells.map((value) => (shared ? `<c t="s"><v>${at++}</v></c>` : textCell(value))).join('')),
            )
            .join('');
          const files = [
            utf8(csv),
            encodeGb18030(csv),
            workbook({ sheets: [`<sheetData>${head}${body}</sheetData>`], strings }),
          ];
          const [first, ...others] = files.map((file) => {
            const { code, facts } = refusal(() => readRows(file));
            return code === 'accepted' ? readRows(file) : { code, facts };
          });
          for (const other of others) expect(other).toEqual(first);
        },
      ),
    );
  });

  test('a number is judged as the text that CSV has of it, and in an ID number as the number that JSON has', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...FIELDS),
        fc.oneof(
          fc.integer({ min: -5, max: 120 }),
          fc.double({ min: 0, max: 101, noNaN: true }),
          fc.integer(),
          fc.constantFrom(46_327, 20_261_101, 2.5e17),
        ),
        (field, number) => {
          const found = codes(list(row(line({ [field]: `<c><v>${number}</v></c>` }))));
          const given = Object.fromEntries(
            FIELDS.map((name, at) => [
              name,
              name !== field ? LINE[at] : field === 'id_number' ? number : String(number),
            ]),
          );
          expect(found).toEqual(check([{ row: 2, values: given }]).faults.map((one) => `2 ${one.field} ${one.code}`));
        },
      ),
    );
  });
});

describe('sheets', () => {
  const good = `<sheetData>${HEAD}${row(line())}</sheetData>`;
  const other = (text: string) => `<sheetData>${row(textCell(text))}</sheetData>`;
  const sheets = (...list: Parameters<typeof workbook>[0]['sheets'] & object) =>
    refusal(() => readRows(workbook({ sheets: list })));

  test('the one list is read, wherever its tab is', () => {
    for (const list of [
      [good],
      [good, ''],
      [good, other('备注')],
      [other('填表说明'), good],
      [good, { xml: good, state: 'hidden' }],
      [{ xml: good, state: 'veryHidden' }, good],
    ])
      expect(sheets(...list).code).toBe('accepted');
    // A list of occupations, or of examiners, shares headers with it.
    const shares = (text: string) => `<sheetData>${row(text.split(' ').map(textCell).join(''))}</sheetData>`;
    expect(sheets(good, shares('职业编码 职业名称 工种 等级'), shares('姓名 证件类型 证件号码 职务')).code).toBe(
      'accepted',
    );
  });

  test('two lists are not, even if one lacks columns', () => {
    expect(sheets(good, '', good)).toEqual({ code: 'xlsx_sheets', facts: { sheets: [1, 3] } });
    const short = `<sheetData>${row(['姓名', '证件类型', '证件号码', '理论成绩', '实操成绩'].map(textCell).join(''))}</sheetData>`;
    expect(sheets(good, short)).toEqual({ code: 'xlsx_sheets', facts: { sheets: [1, 2] } });
  });

  test('no list at all', () => {
    expect(sheets(other('姓名'), '').code).toBe('csv_columns_missing');
    expect(sheets('').code).toBe('batch_empty');
    expect(sheets(`<sheetData>${HEAD}</sheetData>`).code).toBe('batch_empty');
    expect(sheets({ xml: good, state: 'hidden' }).code).toBe('xlsx_malformed');
    expect(refusal(() => readRows(list(row(line()), {}).slice(0, 0))).code).toBe('batch_empty');
    expect(sheets(`<sheetData>${row(`${FIELDS.map(textCell).join('')}${textCell('姓名')}`)}</sheetData>`).code).toBe(
      'csv_column_repeated',
    );
    // A formula names no column.
    expect(
      sheets(
        `<sheetData>${row(`<c t="str"><f>X</f><v>姓名</v></c>${FIELDS.slice(1).map(textCell).join('')}`)}</sheetData>`,
      ),
    ).toEqual({ code: 'csv_columns_missing', facts: { columns: ['name'] } });
  });
});

test('writers differ: prefixed elements, strict namespaces, other places and cases of names, stored parts', () => {
  const plain = workbook({ sheets: [`<sheetData>${HEAD}${row(line())}</sheetData>`] });
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const prefixed = (xml: string) => xml.replace(/<(\/?)(?=\w)/g, '<$1x:').replace('xmlns=', 'xmlns:x=');
  const sheet = `<worksheet xmlns="${main}"><sheetData>${HEAD}${row(line())}</sheetData></worksheet>`;
  for (const written of [
    prefixed(sheet),
    sheet.replace(main, 'http://purl.oclc.org/ooxml/spreadsheetml/main'),
    `\ufeff${sheet}`,
    `<?xml version="1.0"?><!-- by hand --><?x y?>${sheet}\n`,
  ]) {
    expect(readRows(workbook({ parts: { 'xl/worksheets/sheet1.xml': written } }))).toEqual(readRows(plain));
  }
  const moved = workbook({
    sheets: [''],
    parts: { 'xl/worksheets/sheet1.xml': undefined, 'XL/Worksheets/SHEET1.xml': sheet },
  });
  expect(readRows(moved)).toEqual(readRows(plain));
});

test('a scope as a workbook: numbers as levels and editions, and what a filing must not guess', () => {
  const head = row(['职业编码', '职业名称', '工种', '等级', '大典版本'].map(textCell).join(''));
  const scope = (cells: string) => readScope(workbook({ sheets: [`<sheetData>${head}${row(cells)}</sheetData>`] }));
  expect(scope(`${textCell('6-31-01-03')}${textCell('电工')}<c/><c><v>5</v></c><c><v>2022</v></c>`)).toEqual([
    { code: '6-31-01-03', name: '电工', edition: '2022', jobs: [], levels: [5] },
  ]);
  expect(
    refusal(() => scope(`${textCell('6-31-01-03')}<c t="str"><f>X</f><v>电工</v></c><c/><c><v>5</v></c>`)),
  ).toEqual({ code: 'scope_malformed', facts: { row: 2, field: 'occupation_name' } });
  expect(refusal(() => scope(`${textCell('6-31-01-03')}${textCell('电工')}<c/><c t="b"><v>1</v></c>`))).toEqual({
    code: 'scope_malformed',
    facts: { row: 2, field: 'levels' },
  });
  const rows = Papa.parse<string[]>(new TextDecoder().decode(sample('scope.csv')).trim()).data;
  expect(
    readScope(
      workbook({
        sheets: [`<sheetData>${rows.map((cells) => row(cells.map(textCell).join(''))).join('')}</sheetData>`],
      }),
    ),
  ).toEqual(readScope(sample('scope.csv')));
});

test('what a file is, its content says', () => {
  expect([table('openpyxl.xlsx'), sample('scope.csv'), table('candidates.gb18030.csv')].map(typeOfFile)).toEqual([
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    'text/csv',
    'text/csv',
  ]);
});

test('the scope that a workbook asks for skips rows with cells that cannot be read', () => {
  const rows = readRows(table('odd-xlsxwriter.xlsx')).rows.filter(({ row: at }) => at === 9);
  expect(scopeOf(rows)).toEqual([]);
});
