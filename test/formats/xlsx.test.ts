/** Workbooks: files that other software wrote, every kind of cell, which sheet is the list, and what people did not see. */

import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import { checkRows, FIELDS, type RawRow, readRows, readScope, scopeOf, typeOfFile } from '../../src/core/rows/rows.ts';
import { Unreadable } from '../../src/formats/table/table-rows.ts';
import { sample, table } from '../core/samples.ts';
import fc from '../fuzz.ts';
import { encodeGb18030, HEAD, LINE, line, list, refusal, row, textCell, workbook } from './fixtures-xlsx.ts';

const RULES = { pass_mark: 60, today: '2026-11-20', missingGlyphs: () => [], scope: readScope(sample('scope.csv')) };
const check = (rows: RawRow[]) => checkRows(rows, RULES);
const codes = (file: Uint8Array) =>
  check(readRows(file).rows).faults.map(({ row: at, field, code }) => `${at} ${field} ${code}`);
const values = (file: Uint8Array) => readRows(file).rows.map((each) => each.values);
/** The value of one cell in a good row. */
const cell = (field: (typeof FIELDS)[number], xml: string, spec: Parameters<typeof list>[1] = {}): unknown =>
  values(list(row(line({ [field]: xml })), spec))[0]?.[field];
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

describe('cells', () => {
  test('text: shared, inline, in runs, with readings left out, with escapes and foreign elements', () => {
    const strings =
      '<si><t>甲</t></si><si><r><rPr><b/></rPr><t>欧阳</t></r><r><t xml:space="preserve"> 建国</t></r><rPh sb="0" eb="2"><t>ouyang</t></rPh><phoneticPr fontId="1"/></si>';
    expect(cell('name', '<c t="s"><v>1</v></c>', { strings })).toBe('欧阳 建国');
    expect(
      cell(
        'name',
        '<c t="inlineStr"><is><r><t>买买提</t></r><r><t>·吐尔逊</t></r><rPh sb="0" eb="1"><t>x</t></rPh></is></c>',
      ),
    ).toBe('买买提·吐尔逊');
    expect(cell('name', '<c t="inlineStr"><is><t><![CDATA[张<伟]]></t></is></c>')).toBe('张<伟');
    expect(cell('name', '<c t="str"><v>&#x2CB4E;&#183118;𬭎&amp;</v></c>')).toBe('𬭎𬭎𬭎&');
    expect(cell('name', '<c t="inlineStr"><is><t>a_x000D_\nb_x005F_x0041_\r\nc_xD872__xDF4E_</t></is></c>')).toBe(
      'a\nb_x0041_\nc𬭎',
    );
    expect(
      cell(
        'name',
        '<c t="inlineStr"><x:is xmlns:x="urn:x"><x:t>no</x:t></x:is><is><t>张</t><x:t xmlns:x="urn:x">no</x:t></is></c>',
      ),
    ).toBe('张');
    for (const empty of [
      '<c/>',
      '<c s="1"/>',
      '<c t="s"/>',
      '<c t="n"><v/></c>',
      '<c t="inlineStr"><is><t/></is></c>',
      '<c t="str"><v></v></c>',
    ])
      expect(cell('job_type', empty)).toBe('');
  });

  test.each([
    ['64.099999999999994', '64.1'],
    ['80', '80'],
    ['8.5E1', '85'],
    ['85.300000000000011', '85.30000000000001'],
    ['1.1010519491231002E+17', '110105194912310020'],
    ['-0', '0'],
    ['.5', '0.5'],
  ])('the number %s is the text %s', (xml, text) => {
    expect(cell('score_theory', `<c><v>${xml}</v></c>`)).toBe(text);
    expect(cell('id_number', `<c><v>${xml}</v></c>`)).toBe(Number(xml));
  });

  test('formulas, wherever their results lie, and errors', () => {
    const formula = new Unreadable('cell_formula');
    expect(cell('name', '<c t="str"><f>A1</f><v>张伟</v></c>')).toEqual(formula);
    expect(cell('level', '<c><v>3</v><f t="shared" si="0"/></c>')).toEqual(formula);
    expect(cell('level', '<c><f>1+2</f></c>')).toEqual(formula);
    expect(cell('level', '<c t="e"><f>1/0</f><v>#DIV/0!</v></c>')).toEqual(formula);
    expect(cell('level', '<c t="e"><v>#N/A</v></c>')).toEqual(new Unreadable('cell_error'));
    expect(cell('level', '<c t="b"><v>1</v></c>')).toBe(true);
    // The cells that one array formula fills have results only: rows 2 and 3 of names and document types.
    const spill =
      row(line({ name: '<c t="str"><f t="array" ref="A2:B3">FILTER(x,y)</f><v>张</v></c>' })) +
      row(line()) +
      row(line());
    expect(values(list(spill)).map(({ name, id_type, id_number }) => [name, id_type, id_number])).toEqual([
      [formula, formula, LINE[2]],
      [formula, formula, LINE[2]],
      LINE.slice(0, 3),
    ]);
  });

  test('formulas in columns that are not used do not matter; rows in which formulas show nothing are blank', () => {
    const head = row([...FIELDS, '序号'].map(textCell).join(''));
    const empty = row(`<c r="F4" t="str"><f>X</f><v></v></c><c r="K4" t="str"><f>X</f><v> </v></c>`, 'r="4"');
    const file = workbook({
      sheets: [
        `<sheetData>${head}${row(`${line()}<c><f>ROW()</f><v>2</v></c><c t="str"><f>X</f><v/></c>`)}${empty}</sheetData>`,
      ],
    });
    expect(readRows(file)).toEqual({
      rows: [{ row: 2, values: Object.fromEntries(FIELDS.map((field, at) => [field, LINE[at]])) }],
      ignored: ['序号'],
    });
    expect(cell('job_type', '<c t="str"><f>X</f><v></v></c>')).toEqual(new Unreadable('cell_formula', true));
    expect(codes(list(row(line({ job_type: '<c t="str"><f>X</f><v></v></c>' }))))).toEqual(['2 job_type cell_formula']);
  });

  test.each([
    // [numFmtId, code], serial number, 1900, 1904
    [[14], 46_327, '2026-11-01', '2030-11-02'],
    [[31], 46_327.000001, '2026-11-01', '2030-11-02'],
    [[176, 'yyyy"年"m"月"d"日";@'], 44_865, '2022-10-31', '2026-11-01'],
    [[177, '[$-804]yyyy/m/d\\ h:mm;@'], 46_327, '2026-11-01', '2030-11-02'],
    [[178, 'e"-"mm"-"dd'], 46_327, '2026-11-01', '2030-11-02'],
    [[179, 'dddd, mmmm dd, yyyy'], 46_327, '2026-11-01', '2030-11-02'],
    [[22], 46_327.375, '2026-11-01 09:00:00', '2030-11-02 09:00:00'],
    [[14], 46_327.999999, '2026-11-01 23:59:59', '2030-11-02 23:59:59'],
    [[14], 60, '1900-02-29', '1904-03-01'],
    [[14], 59, '1900-02-28', '1904-02-29'],
    [[14], 1, '1900-01-01', '1904-01-02'],
    [[14], 61, '1900-03-01', '1904-03-02'],
    // The day, or the year, was never entered: the software filled it in.
    [[57], 46_327, '2026-11', '2030-11'],
    [[180, 'yyyy"年"m"月"'], 46_327, '2026-11', '2030-11'],
    [[58], 46_327, '11-01', '11-02'],
    [[181, 'm/d'], 46_327, '11-01', '11-02'],
    [[182, 'mmm-yy'], 46_327, '2026-11', '2030-11'],
    [[193, 'dddd mmm yyyy'], 46_327, '2026-11', '2030-11'],
    // No days at all.
    [[0], 46_327, '46327', '46327'],
    [[1], 46_327, '46327', '46327'],
    [[20], 46_327, '46327', '46327'],
    [[183, '[h]:mm:ss'], 46_327, '46327', '46327'],
    [[192, '[h]:mm'], 46_327, '46327', '46327'],
    [[184, 'h"时"mm"分"'], 46_327, '46327', '46327'],
    [[185, '0.00"days"'], 46_327, '46327', '46327'],
    [[186, '[Red]0.00E+00;General'], 46_327, '46327', '46327'],
    [[187, 'G/通用格式'], 46_327, '46327', '46327'],
    [[188, '上午/下午h"时"mm"分"'], 46_327, '46327', '46327'],
    [[189, 'aaaa'], 46_327, '46327', '46327'],
    [[190, '_ ¥* #,##0.00_ ;\\d0'], 46_327, '46327', '46327'],
    [[191, `${'y'.repeat(200)}${'"m"'.repeat(50)}d`], 46_327, '46327', '46327'],
    [[14], -1, '-1', '-1'],
    [[14], 2_958_466, '2958466', '2958466'],
  ] as [[number, string?], number, string, string][])(
    'a format %j makes of %d the day %s, or %s after 1904',
    (style, serial, plain, mac) => {
      const xml = `<c s="1"><v>${serial}</v></c>`;
      expect(cell('exam_date', xml, { styles: [style] })).toBe(plain);
      expect(cell('exam_date', xml, { styles: [style], date1904: true })).toBe(mac);
    },
  );

  test('days of strict workbooks, and a day where a score should be', () => {
    const styles: [number][] = [[14], [57]];
    expect(
      [
        '<c s="1" t="d"><v>2026-11-01</v></c>',
        '<c s="1" t="d"><v>2026-11-01T00:00:00.000Z</v></c>',
        '<c s="2" t="d"><v>2026-11-01T00:00:00</v></c>',
        '<c s="1" t="d"><v>2026-11-01T09:30:00</v></c>',
      ].map((xml) => cell('exam_date', xml, { styles })),
    ).toEqual(['2026-11-01', '2026-11-01', '2026-11', '2026-11-01 09:30:00']);
    expect(codes(list(row(line({ score_theory: '<c s="1"><v>80</v></c>' })), { styles }))).toEqual([
      '2 score_theory score_not_number',
    ]);
  });

  test('dates that are not known are refused by the rules of every other file', () => {
    const date = (xml: string) => codes(list(row(line({ exam_date: xml })), { styles: [[14], [57], [58]] }));
    expect(date('<c s="1"><v>46327</v></c>')).toEqual([]);
    expect(date('<c s="1"><v>46327.5</v></c>')).toEqual(['2 exam_date exam_date_unreadable']);
    expect(date('<c s="2"><v>46327</v></c>')).toEqual(['2 exam_date exam_date_unreadable']);
    expect(date('<c s="3"><v>46327</v></c>')).toEqual(['2 exam_date exam_date_unreadable']);
    expect(date('<c s="9"><v>46327</v></c>')).toEqual(['2 exam_date exam_date_serial']);
    expect(date('<c><v>46327</v></c>')).toEqual(['2 exam_date exam_date_serial']);
    expect(date('<c s="1"><v>60</v></c>')).toEqual(['2 exam_date exam_date_not_real']);
    expect(date('<c s="1"><v>50000</v></c>')).toEqual(['2 exam_date exam_date_future']);
  });
});

describe('rows', () => {
  test('are numbered as the sheet numbers them, and their cells stand where they say', () => {
    const named = row(
      '<c r="A7" t="inlineStr"><is><t>李娜</t></is></c><c r="C7" t="inlineStr"><is><t>x</t></is></c>',
      'r="7"',
    );
    const { rows } = readRows(list(`${row('', 'r="3"')}${row(line(), 'r="5"')}${named}${row(line())}`));
    expect(
      rows.map(({ row: at, values: { name, id_type, id_number, exam_date } }) => [
        at,
        name,
        id_type,
        id_number,
        exam_date,
      ]),
    ).toEqual([
      [5, '张伟', '居民身份证', '11010519491231002X', '2026-11-01'],
      [7, '李娜', '', 'x', ''],
      [8, '张伟', '居民身份证', '11010519491231002X', '2026-11-01'],
    ]);
  });

  test('cells that fit no column are said to, as in CSV', () => {
    expect(codes(list(row(`${line()}${textCell('多余')}`)))).toEqual(['2 row row_cells']);
    expect(codes(list(row(`${line()}${textCell(' ')}<c/>`)))).toEqual([]);
  });

  test('hidden ones are refused, however they were hidden; blank ones may be', () => {
    const hide = (attributes: string) => refusal(() => readRows(list(row(line()) + row(line(), attributes))));
    for (const attributes of ['hidden="1"', 'hidden="true"', 'ht="0" customHeight="1"'])
      expect(hide(attributes)).toEqual({ code: 'xlsx_hidden_rows', facts: { rows: [3], count: 1 } });
    for (const attributes of ['hidden="0"', 'hidden="false"', 'ht="15"', 'collapsed="1"'])
      expect(hide(attributes).code).toBe('accepted');
    expect(readRows(list(row(line()) + row('<c/>', 'hidden="1"'))).rows).toHaveLength(1);
    const many = refusal(() => readRows(list(row(line(), 'hidden="1"').repeat(100))));
    expect(many).toEqual({
      code: 'xlsx_hidden_rows',
      facts: { rows: Array.from({ length: 20 }, (_, at) => at + 2), count: 100 },
    });
  });

  test('merged cells are refused in the list, and not beside or below it', () => {
    const merge = (...refs: string[]) =>
      refusal(() =>
        readRows(
          list(
            row(line()).repeat(3),
            {},
            `<mergeCells>${refs.map((ref) => `<mergeCell ref="${ref}"/>`).join('')}</mergeCells>`,
          ),
        ),
      );
    expect(merge('F2:F3', 'A1:B1')).toEqual({ code: 'xlsx_merged_cells', facts: { ranges: ['F2:F3', 'A1:B1'] } });
    expect(merge('A5:J9', 'L1:M3').code).toBe('accepted');
    for (const ref of ['nowhere', 'A1:B2:C3', '', 'A0:A1']) expect(merge(ref).code).toBe('xlsx_malformed');
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
