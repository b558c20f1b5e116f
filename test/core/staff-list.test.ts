/** Employers' lists: with and without a header, in every form of file, and what is refused. And the tables that leave again. */
import { readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import { decodeUtf8, encodeUtf8 } from '../../src/base/bytes.ts';
import { type BulkAnswer, countRows, readBulk, readStaffList, toNdjson } from '../../src/core/bulk-list.ts';
import { readTable, writeCsv, writeXlsx } from '../../src/formats/table/table.ts';
import { resultTable } from '../../src/web/words/list-words.ts';
import fc from '../fuzz.ts';
import spelled from '../vectors/spelled-numbers.json' with { type: 'json' };
import { refusalOf } from './cast.ts';

const A = 'S000037000001263000001';
const B = 'Y000037000002265000017';
const list = (text: string) => readStaffList(encodeUtf8(text));
const bare = (text: string) => list(text).map(({ number, name }) => [number, name]);

describe('a list', () => {
  test.each([
    ['Chinese headers, in any order', `工号,姓名,证书编号\n1,欧阳建国,${A}\n2,李龑,${B}\n`],
    ['English headers', `Name;Certificate number\n欧阳建国;${A}\n李龑;${B}\n`],
    ['tabs, as pasted from a sheet', `证书编号\t姓名\n${A}\t欧阳建国\n${B}\t李龑`],
    ['no header', `${A},欧阳建国\n${B},李龑\n`],
    ['no header, the name first, other columns beside', `1\t欧阳建国\t2020-01-01\t${A}\n2\t李龑\t2021-01-01\t${B}\n`],
    ['no header, and another column of words', `${A},欧阳建国,电工\n${B},李龑,焊工\n`],
    ['blank lines and a byte order mark', `\ufeff\n\n证书编号,姓名\n\n${A},欧阳建国\r\n,\n${B},李龑\n`],
  ])('with %s', (_, text) =>
    expect(bare(text)).toEqual([
      [A, '欧阳建国'],
      [B, '李龑'],
    ]),
  );

  test('of numbers alone, and of numbers as people write them', () => {
    expect(bare(`${A}\n${B}\n`)).toEqual([
      [A, ''],
      [B, ''],
    ]);
    expect(bare(`证书编号\ns000037 000001 263 000001\n不知道\n`)).toEqual([
      ['s000037 000001 263 000001', ''],
      ['不知道', ''],
    ]);
    // A slip in the first row does not make a header of it.
    expect(bare(`S00003700000126300000\n${B}\n`)).toEqual([
      ['S00003700000126300000', ''],
      [B, ''],
    ]);
  });

  test('without a header, whatever else stands among the names', () =>
    expect(bare(`${A},欧阳建国\n${B},=1+1\n`)).toEqual([
      [A, '欧阳建国'],
      [B, '=1+1'],
    ]));

  test('keeps the rows of the file', () =>
    expect(list(`证书编号,姓名\n\n${A},甲\n\n${B},\n`).map(({ row }) => row)).toEqual([3, 5]));

  test('in GBK', () => {
    const text = `证书编号,姓名\n${A},欧阳建国\n`;
    const gbk = Uint8Array.from([
      0xd6,
      0xa4,
      0xca,
      0xe9,
      0xb1,
      0xe0,
      0xba,
      0xc5,
      0x2c,
      0xd0,
      0xd5,
      0xc3,
      0xfb,
      0x0a,
      ...encodeUtf8(`${A},`),
      0xc5,
      0xb7,
      0xd1,
      0xf4,
      0xbd,
      0xa8,
      0xb9,
      0xfa,
      0x0a,
    ]);
    expect(readStaffList(gbk)).toEqual(list(text));
    expect(readStaffList(gbk.subarray(14)).map(({ name }) => name)).toEqual(['欧阳建国']);
  });

  test('as a workbook, with and without a header', () => {
    expect(
      readStaffList(
        writeXlsx(
          '名单',
          [
            ['证书编号', '姓名'],
            [A, '欧阳建国'],
            [B, '李龑'],
          ],
          [],
        ),
      ),
    ).toEqual([
      { row: 2, number: A, name: '欧阳建国' },
      { row: 3, number: B, name: '李龑' },
    ]);
    expect(
      readStaffList(
        writeXlsx(
          '名单',
          [
            [A, '欧阳建国'],
            [B, '李龑'],
          ],
          [],
        ),
      ),
    ).toEqual([
      { row: 1, number: A, name: '欧阳建国' },
      { row: 2, number: B, name: '李龑' },
    ]);
  });

  test.each([
    ['csv_columns_missing', '姓名\n张伟\n'],
    ['csv_columns_missing', '张伟\n李娜\n'],
    ['csv_column_repeated', `证书编号,编号\n${A},${A}\n`],
    ['bulk_empty', ''],
    ['bulk_empty', ' \n\n'],
    ['bulk_empty', '证书编号,姓名\n'],
    ['bulk_empty', '证书编号,姓名\n , \n'],
    ['bulk_too_many', `${A}\n`.repeat(10_001)],
    ['table_format_unsupported', '<html><table><tr><td>证书编号'],
  ])('is refused as %s', async (code, text) => expect(await refusalOf(() => list(text))).toMatchObject({ code }));

  test('becomes a request whose lines are its rows', () => {
    const rows = list(`证书编号,姓名\n${A},"甲""乙"\n\n${B},\nx,丙\n`);
    const request = toNdjson(rows);
    expect(countRows(request, 3)).toBe(3);
    expect([...readBulk(request)]).toEqual([
      { row: 1, number: A, name: '甲"乙' },
      { row: 2, number: B },
      { answer: { row: 3, number: 'x', verdict: 'unreadable', code: 'number_malformed', part: 'length', length: 1 } },
    ]);
  });
});

describe('a table that leaves', () => {
  const cellText = fc.string({ unit: 'binary', maxLength: 30 });
  const tableOf = fc.array(fc.array(cellText, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 8 });
  const formula = /^[=+\-@\t\r]/;

  test.each(['=1+1', '+86', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '＝1', '\ufeff=cmd|x', '\u200b-2'])(
    'as CSV: %j stays a text',
    (cell) => {
      const { data } = Papa.parse<string[]>(decodeUtf8(writeCsv([[cell, 'x']])).slice(1));
      expect(data[0]?.[0]).toBe(`'${cell}`);
    },
  );

  test('as CSV: any cells come back, and none begins like a formula', () =>
    fc.assert(
      fc.property(tableOf, (table) => {
        const text = decodeUtf8(writeCsv(table));
        expect(text.startsWith('\ufeff')).toBe(true);
        const { data } = Papa.parse<string[]>(text.slice(1), { newline: '\r\n', delimiter: ',' });
        expect(data.slice(0, -1).map((row) => row.map((cell) => cell.replace(/^'/, '')))).toEqual(
          table.map((row) => row.map((cell) => encodeLone(cell).replace(/^'/, ''))),
        );
        for (const row of data) for (const cell of row) expect(cell).not.toMatch(formula);
      }),
    ));

  test('as a workbook: any cells come back as texts, never as formulas', () =>
    fc.assert(
      fc.property(tableOf, (table) => {
        const file = writeXlsx('表', [['证书编号', 'b', 'c'], ...table], [10, 20, 30]);
        const sheet = decodeUtf8(unzipSync(file)['xl/worksheets/sheet1.xml'] as Uint8Array);
        expect(sheet).not.toMatch(/<f[ >]/);
        const { rows } = readTable(file, {
          nameOf: (header) => (header === '证书编号' ? 'number' : undefined),
          required: ['number'],
          requireFew: () => undefined,
        });
        const kept = table.filter((row) => row.some((cell) => cell.trim() !== ''));
        expect(rows.map(({ cells }) => cells.map((cell) => (cell as string).trim()))).toEqual(
          kept.map((row) => row.map((cell) => asXml(cell).trim())),
        );
      }),
      { numRuns: 50, examples: [[[['=1+1', '_x0041_', '<&">']]]] },
    ));

  test('of results: one line an answer, in words, with the row of the file', () => {
    const rows = list(`证书编号,姓名\n\n${A},=cmd\n${B},李龑\nx,\n`);
    const table = resultTable(rows, [
      {
        row: 1,
        number: A,
        verdict: 'valid',
        name: 'no_match',
        organization: '=机构',
        occupation: '电工',
        level: 3,
        issued_on: '2026-11-24',
      },
      { row: 2, number: B, verdict: 'replaced', code: 'second_factor_locked', replaced_by: A },
      { row: 3, number: 'x', verdict: 'unreadable', code: 'number_malformed', part: 'length' },
    ]);
    expect(table.slice(1)).toEqual([
      ['3', A, '=cmd', '有效 Valid', '不相符 does not match', '电工', '', '三级/高级工', '=机构', '2026-11-24', ''],
      [
        '4',
        B,
        '李龑',
        '已被替换 Replaced',
        expect.stringContaining('暂不比对'),
        '',
        '',
        '',
        '',
        '',
        `新证书 ${A} replaced by ${A}`,
      ],
      [
        '5',
        'x',
        '',
        '无法识别 Unreadable',
        '未比对 not compared',
        '',
        '',
        '',
        '',
        '',
        expect.stringContaining('位数不对'),
      ],
    ]);
    expect(decodeUtf8(writeCsv(table))).toContain(`,'=cmd,`);
    expect(readFileSync(new URL('../../src/web/words/list-words.ts', import.meta.url), 'utf8')).not.toMatch(
      /假|伪|fake/i,
    );
  });
});

/** UTF-8 has no lone surrogates. */
const encodeLone = (text: string): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(encodeUtf8(text));
/** Nor has XML most controls. */
const asXml = (text: string): string =>
  encodeLone(text)
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/\r\n?/g, '\n');

test.each([
  ...spelled.spellings,
  ...["'N", 'N.', 'N．', 'N。', "'N，", ' ‘N ；'].map((text) => text.replace('N', spelled.number)),
])('a spelled number is the number, with a header and without: %j', (text) => {
  for (const header of ['证书编号,姓名\n', '']) {
    const rows = readStaffList(encodeUtf8(`${header}${text},张伟\n${text},李娜\n`));
    expect([...readBulk(toNdjson(rows))]).toEqual([
      { row: 1, number: spelled.number, name: '张伟' },
      { row: 2, number: spelled.number, name: '李娜' },
    ]);
  }
});

test('a row without a number, and one of a wrong length, say so', () => {
  const rows = readStaffList(encodeUtf8(`证书编号,姓名\n,张伟\n'。,李娜\n'${A.slice(1)}.,\n${A}00,\n`));
  const answers = [...readBulk(toNdjson(rows))].map((row) => ('answer' in row ? row.answer : undefined) as BulkAnswer);
  expect(answers.map(({ code, length }) => [code, length])).toEqual([
    ['number_missing', undefined],
    ['number_missing', undefined],
    ['number_malformed', 21],
    ['number_malformed', 24],
  ]);
  expect(
    resultTable(rows, answers)
      .slice(1)
      .map((cells) => cells.at(-1)),
  ).toEqual([
    '这一行没有证书编号 This row has no certificate number',
    '这一行没有证书编号 This row has no certificate number',
    expect.stringMatching(/共 22 位.*这里是 21 位.*this one has 21$/),
    expect.stringMatching(/这里是 24 位.*this one has 24$/),
  ]);
});

test('names that a program lost are said so, row by row', () => {
  const rows = readStaffList(encodeUtf8(`证书编号,姓名\n${spelled.number},????\n${spelled.number},王\u2f00\n`));
  expect([...readBulk(toNdjson(rows))]).toEqual(
    ['name_damaged', 'name_lookalike'].map((code, at) => ({
      answer: { row: at + 1, number: spelled.number, verdict: 'unreadable', code, part: 'name' },
    })),
  );
});
