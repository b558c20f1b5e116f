/** Every kind of cell of a workbook, and where rows begin and end. */
import { describe, expect, test } from 'vitest';
import { checkRows, FIELDS, type RawRow, readRows, readScope } from '../../src/core/rows/rows.ts';
import { Unreadable } from '../../src/formats/table/table-rows.ts';
import { sample } from '../core/samples.ts';
import { LINE, line, list, refusal, row, textCell, workbook } from './fixtures-xlsx.ts';

const RULES = { pass_mark: 60, today: '2026-11-20', missingGlyphs: () => [], scope: readScope(sample('scope.csv')) };
const check = (rows: RawRow[]) => checkRows(rows, RULES);
const codes = (file: Uint8Array) =>
  check(readRows(file).rows).faults.map(({ row: at, field, code }) => `${at} ${field} ${code}`);
const values = (file: Uint8Array) => readRows(file).rows.map((each) => each.values);
/** The value of one cell in a good row. */
const cell = (field: (typeof FIELDS)[number], xml: string, spec: Parameters<typeof list>[1] = {}): unknown =>
  values(list(row(line({ [field]: xml })), spec))[0]?.[field];

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
