/**
 * A megabyte of every separator, quote, bracket and blank for every reader of what strangers send: each ends with a
 * refusal of its own or with an answer, and has looked at the input no more often than its budget allows.
 */
import { describe, expect, test } from 'vitest';
import { JSON_LIMITS } from '../../src/base/bounded.ts';
import { isRefusal } from '../../src/base/refusal.ts';
import { MAX_ROWS, readRows, requireFew } from '../../src/core/rows/rows.ts';
import { readTable } from '../../src/formats/table/table.ts';
import { type Columns, HEADER_ROWS, TABLE_LIMITS, TableBudget } from '../../src/formats/table/table-rows.ts';
import { parseJson } from '../../src/http/body.ts';
import { bytesOfList } from '../../src/web/frame/page-script.ts';
import { HEAD, LINE, line, refusal, row, workbook } from '../formats/fixtures-xlsx.ts';
import { inTurn } from '../fuzz.ts';
import { bytesOf, FIELDS_LINE, FILLS, joined, MB, READERS, TABLE } from './hostile-readers.ts';

describe('ends with an answer or a refusal of its own', () => {
  test.each(Object.entries(READERS).map(([name, reader], turn) => [name, reader, turn] as const))(
    '%s',
    (_, { read, size, ends }, turn) => {
      const found = inTurn(Object.entries(FILLS), turn).map(([fill, unit]) => [
        fill,
        refusal(() => read(bytesOf(unit, size))).code,
      ]);
      expect(found.filter(([, code]) => !ends.test(code as string))).toEqual([]);
    },
    120_000,
  );
});

describe('a table is looked at a few times, and no further than its limits', () => {
  test.each(Object.entries(FILLS))(
    '10 MB of %s',
    (_, unit) => {
      for (const [head, size] of [
        ['', 10 * MB],
        [FIELDS_LINE, MB],
      ] as const) {
        const file = joined(head, bytesOf(unit, size));
        const budget = new TableBudget();
        let [names, most] = [0, 0];
        const columns: Columns = {
          nameOf: (header) => (names++, FIELDS_LINE.includes(header) && header !== '' ? header : undefined),
          required: ['姓名', '证件号码'],
          requireFew: (rows) => ((most = Math.max(most, rows)), requireFew(rows)),
        };
        const { code } = refusal(() => readTable(file, columns, budget));
        expect(code).toMatch(TABLE);
        // Two encodings, three delimiters or four each, and the reading itself; a blank beginning of a row is seen twice.
        expect(budget.spent('work')).toBeLessThan(9 * file.length);
        // The header is looked for among a few rows, a few times in each.
        expect(names).toBeLessThan(50 * HEADER_ROWS * TABLE_LIMITS.columns);
        expect(most).toBeLessThanOrEqual(MAX_ROWS + 1);
      }
    },
    60_000,
  );

  test('rows, columns and characters of a cell have their limits, blank ones and all', () => {
    const read = (text: string) => refusal(() => readRows(new TextEncoder().encode(text)));
    const list = `${FIELDS_LINE}${LINE.join(',')}`;
    expect(read('\n'.repeat(TABLE_LIMITS.rows + 1))).toEqual({
      code: 'table_too_large',
      facts: { part: 'rows', limit: TABLE_LIMITS.rows },
    });
    expect(read(`${list}\n${',,\n'.repeat(TABLE_LIMITS.rows - 2)}`).code).toBe('accepted');
    expect(read(`${list}${','.repeat(1000)}x\n`)).toEqual({
      code: 'table_too_large',
      facts: { part: 'columns', limit: TABLE_LIMITS.columns },
    });
    expect(read(`${list}${','.repeat(1000)}\n`).code).toBe('accepted');
    for (const cell of [
      'x'.repeat(TABLE_LIMITS.cell + 1),
      `"${'x'.repeat(TABLE_LIMITS.cell + 1)}"`,
      `"${'""'.repeat(TABLE_LIMITS.cell + 1)}"`,
    ]) {
      expect(read(`${list}\n${cell}`)).toEqual({
        code: 'table_too_large',
        facts: { part: 'cell', limit: TABLE_LIMITS.cell },
      });
    }
    expect(read(`${list}${' '.repeat(12 * MB)}`)).toMatchObject({ code: 'table_too_large', facts: { part: 'bytes' } });
    expect(
      refusal(() =>
        readRows(
          workbook({
            sheets: [
              `<sheetData>${HEAD}${row(line({ name: `<c t="inlineStr"><is><t>${'x'.repeat(40_000)}</t></is></c>` }))}</sheetData>`,
            ],
          }),
        ),
      ),
    ).toMatchObject({ code: 'table_too_large', facts: { part: 'cell' } });
  });

  test('the row after the last one that may be there is not split any more', () => {
    const budget = new TableBudget();
    const few = FIELDS_LINE + `${LINE.join(',')}\n`.repeat(MAX_ROWS + 1);
    const file = new TextEncoder().encode(few + 'x,y\n'.repeat(MB));
    const columns: Columns = {
      nameOf: (header) => (header === '姓名' ? 'name' : undefined),
      required: ['name'],
      requireFew,
    };
    expect(refusal(() => readTable(file, columns, budget))).toEqual({
      code: 'batch_too_large',
      facts: { limit: MAX_ROWS, count: MAX_ROWS + 1 },
    });
    expect(budget.spent('work')).toBeLessThan(3 * few.length);
  });
});

test('a page does not read a file that is larger than any list', async () => {
  let read = 0;
  const fileOf = (size: number) =>
    ({ size, arrayBuffer: async () => (read++, new ArrayBuffer(size)) }) as unknown as File;
  await expect(bytesOfList(fileOf(TABLE_LIMITS.bytes + 1))).rejects.toMatchObject({
    code: 'table_too_large',
    facts: { part: 'bytes' },
  });
  expect(read).toBe(0);
  expect((await bytesOfList(fileOf(9))).length).toBe(9);
});

test('JSON is counted before it is parsed', () => {
  const { values, depth } = JSON_LIMITS;
  const read = (text: string) => refusal(() => parseJson(new TextEncoder().encode(text)));
  expect(read(`[${'1,'.repeat(values - 1)}1]`)).toEqual({ code: 'accepted', facts: {} });
  expect(read(`[${'1,'.repeat(values)}1]`)).toEqual({ code: 'json_too_large', facts: { limit: values } });
  expect(read(`[${'{},'.repeat(values)}`)).toEqual({ code: 'json_too_large', facts: { limit: values } });
  expect(read(`${'['.repeat(depth)}${']'.repeat(depth)}`).code).toBe('accepted');
  expect(read('['.repeat(depth + 1)).code).toBe('json_too_deep');
  // What stands in a text is no value, and no bracket.
  expect(read(JSON.stringify({ a: '[{,'.repeat(values) })).code).toBe('accepted');
});

describe('a workbook whose parts refer to each other without end', () => {
  const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const PACKAGE = 'http://schemas.openxmlformats.org/package/2006/relationships';
  const good = `<sheetData>${HEAD}${row(line())}</sheetData>`;
  const book = (parts: Record<string, string>, sheet = good) => {
    const budget = new TableBudget();
    const columns: Columns = { nameOf: (header) => header, required: ['name'], requireFew };
    const { code, facts } = refusal(() => readTable(workbook({ sheets: [sheet], parts }), columns, budget));
    return { code, facts, work: budget.spent('work') };
  };
  const styles = (xml: string) => book({ 'xl/styles.xml': `<styleSheet xmlns="${MAIN}">${xml}</styleSheet>` });

  test('one sheet under many tabs is read once', () => {
    const sheets = '<sheet r:id="s0"/>'.repeat(1000);
    const found = book(
      { 'xl/workbook.xml': `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${sheets}</sheets></workbook>` },
      `<!--${' '.repeat(10 * MB)}-->`,
    );
    expect(found).toMatchObject({ code: 'xlsx_malformed', facts: { part: 'xl/workbook.xml' } });
    expect(found.work).toBeLessThan(MB);
  });

  test('many styles, many formats', () => {
    expect(styles(`<cellXfs>${'<xf/>'.repeat(65_537)}</cellXfs>`)).toMatchObject({
      code: 'xlsx_too_large',
      facts: { part: 'styles', limit: 65_536 },
    });
    const formats = Array.from({ length: 5001 }, (_, at) => `<numFmt numFmtId="${at + 200}" formatCode="d"/>`).join('');
    expect(styles(`<numFmts>${formats}</numFmts>`)).toMatchObject({
      code: 'xlsx_too_large',
      facts: { part: 'number formats', limit: 5000 },
    });
    // One format of the slowest kind is judged once, however many cells have it.
    expect(
      styles(
        `<numFmts><numFmt numFmtId="200" formatCode="${'h'.repeat(255)}"/></numFmts><cellXfs>${'<xf numFmtId="200"/>'.repeat(65_000)}</cellXfs>`,
      ).code,
    ).toBe('accepted');
  });

  test('a name of a megabyte, a tag of ten', () => {
    const relation = `<Relationship Id="a" Type="x/y" Target="${'/'.repeat(MB)}"/>`;
    expect(book({ '_rels/.rels': `<Relationships xmlns="${PACKAGE}">${relation}</Relationships>` })).toMatchObject({
      code: 'xlsx_malformed',
      facts: { part: '_rels/.rels' },
    });
    const attributes = Array.from({ length: 900_000 }, (_, at) => `a${at}=""`).join(' ');
    expect(book({}, `<sheetData><row ${attributes}/></sheetData>`)).toMatchObject({
      code: 'xlsx_malformed',
      facts: { part: 'xl/worksheets/sheet1.xml' },
    });
  });
});

test('only refusals are caught on the way', () => {
  const broken: Columns = {
    nameOf: () => {
      throw new RangeError('a defect');
    },
    required: ['a'],
    requireFew,
  };
  let found: unknown;
  try {
    readTable(new TextEncoder().encode('a,b\n1,2\n'), broken);
  } catch (error) {
    found = error;
  }
  expect(isRefusal(found)).toBe(false);
  expect(found).toBeInstanceOf(RangeError);
});
