/**
 * A megabyte of every separator, quote, bracket and blank for every reader of what strangers send: each ends with a
 * refusal of its own or with an answer, and has looked at the input no more often than its budget allows.
 */

import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { JSON_LIMITS } from '../../src/base/bounded.ts';
import { isRefusal } from '../../src/base/refusal.ts';
import { readAddress, readPasted } from '../../src/core/address.ts';
import { countRows, readBulk, readStaffList } from '../../src/core/bulk-list.ts';
import { splitCredential } from '../../src/core/credential.ts';
import { readBytes } from '../../src/core/file-kind.ts';
import { readInspectorText, readResultsTable, readRosterTable } from '../../src/core/procedure/name-lists.ts';
import { checkPhoto, photosOfArchive, photosOfRows } from '../../src/core/rows/row-photos.ts';
import { MAX_ROWS, readRows, readScope, requireFew } from '../../src/core/rows/rows.ts';
import { readSeal } from '../../src/core/seal.ts';
import { readHeader, unverified } from '../../src/core/statement.ts';
import { DER_LIMIT, openDer } from '../../src/formats/pades/der.ts';
import { readPdf } from '../../src/formats/pdf-read/read-pdf.ts';
import { readTable } from '../../src/formats/table/table.ts';
import { type Columns, HEADER_ROWS, TABLE_LIMITS, TableBudget } from '../../src/formats/table/table-rows.ts';
import { openArchive } from '../../src/formats/zip-read.ts';
import { parseJson, readForm } from '../../src/http/body.ts';
import { bytesOfList } from '../../src/web/frame/page-script.ts';
import { HEAD, LINE, line, refusal, row, workbook } from '../formats/fixtures-xlsx.ts';
import { onePage, write } from '../formats/pdf-read-kit.ts';
import { inTurn } from '../fuzz.ts';

const FILLS: Record<string, string> = {
  LF: '\n',
  CR: '\r',
  CRLF: '\r\n',
  commas: ',',
  tabs: '\t',
  semicolons: ';',
  quotes: '"',
  'quoted nothing': '"",',
  'quotes and lines': '"\n',
  'lines of a comma': ',\n',
  'lines of a letter': 'a\n',
  spaces: ' ',
  'no-break spaces': '\u00a0',
  'ideographic spaces': '\u3000',
  'zero-width spaces': '\u200b',
  NUL: '\0',
  '^Z': '\u001a',
  'byte order marks': '\ufeff',
  brackets: '[',
  'closing brackets': ']',
  braces: '{"a":',
  parentheses: '(',
  remarks: '（）',
  'Chinese brackets': '】【',
  'less than': '<',
  'greater than': '>',
  ampersands: '&',
  letters: 'a',
  digits: '1',
  'numbers in groups': 'S0 1 ',
  tildes: '~',
  'parts of an SD-JWT': '~a',
  dots: '.',
  slashes: '/',
  'paths of certificates': 'a/c/',
  schemes: 'https://',
  'signs of a number': '#',
  percents: '%',
  backslashes: '\\',
  Chinese: '证',
  'objects of a PDF': '1 0 obj<<',
  'streams of a PDF': 'stream\nendstream ',
  'lines of a separator': 'sep=,\n',
  'JSON values': '{},',
  'JSON numbers': '1,',
};

const bytesOf = (unit: string, size: number): Uint8Array<ArrayBuffer> => {
  const one = new TextEncoder().encode(unit);
  const all = new Uint8Array(Math.floor(size / one.length) * one.length);
  all.set(one);
  for (let done = one.length; done < all.length; done *= 2) all.copyWithin(done, 0, Math.min(done, all.length - done));
  return all;
};

const joined = (...parts: (string | Uint8Array)[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part))));

const textOf = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

const FIELDS_LINE = '姓名,证件类型,证件号码,职业编码,职业名称,工种,等级,理论成绩,实操成绩,考试日期\n';

const TABLE =
  /^(?:accepted|table_too_large|table_format_unsupported|csv_\w+|batch_empty|batch_too_large|scope_malformed|bulk_empty|bulk_too_many)$/;

const MB = 1_000_000;

interface Reader {
  read(bytes: Uint8Array<ArrayBuffer>): unknown;
  /** Bytes that it is given: a megabyte, or the most that reach it. */
  size: number;
  /** How it may end. */
  ends: RegExp;
}

const READERS: Record<string, Reader> = {
  'results from a file': { read: (all) => readRows(all), size: MB, ends: TABLE },
  'results below a header': { read: (all) => readRows(joined(FIELDS_LINE, all)), size: MB, ends: TABLE },
  'a scope': { read: (all) => readScope(joined('职业编码,职业名称,工种,等级\n', all)), size: MB, ends: TABLE },
  'a roster': { read: (all) => readRosterTable(joined(FIELDS_LINE, all), { session: 's1' }), size: MB, ends: TABLE },
  'results of a plan': { read: (all) => readResultsTable(joined(FIELDS_LINE, all)), size: MB, ends: TABLE },
  'a staff list': { read: (all) => readStaffList(all), size: MB, ends: TABLE },
  'inspectors, pasted': { read: (all) => readInspectorText(textOf(all)), size: MB, ends: TABLE },
  JSON: {
    read: (all) => parseJson(all),
    size: MB,
    ends: /^(?:accepted|utf8_malformed|json_malformed|json_too_deep|json_too_large)$/,
  },
  'JSON within a text': { read: (all) => parseJson(joined('"', all)), size: MB, ends: /^json_malformed$/ },
  'JSON within an array': {
    read: (all) => parseJson(joined('[', all)),
    size: MB,
    ends: /^json_(?:malformed|too_deep|too_large)$/,
  },
  NDJSON: {
    read: (all) => (countRows(all, MAX_ROWS), [...readBulk(all)].length),
    size: MB,
    ends: /^(?:accepted|bulk_empty|bulk_too_many)$/,
  },
  'a form': {
    read: (all) =>
      readForm(
        joined('--x\r\nContent-Disposition: form-data; name="rows"\r\n\r\n', all),
        'multipart/form-data; boundary=x',
        ['rows'],
      ),
    size: MB,
    ends: /^multipart_malformed$/,
  },
  'the headers of a part': {
    read: (all) => readForm(joined('--x\r\nContent-Disposition: ', all), 'multipart/form-data; boundary=x', ['rows']),
    size: MB,
    ends: /^multipart_malformed$|^utf8_malformed$/,
  },
  'a header of a request': {
    read: (all) => readForm(joined('--x'), `multipart/form-data;${textOf(all)}`, ['rows']),
    size: 64_000,
    ends: /^multipart_malformed$/,
  },
  'what is brought to be checked': { read: (all) => readBytes(all), size: MB, ends: /^accepted$/ },
  'a PDF': { read: (all) => readPdf(joined('%PDF-1.7\n', all)), size: MB, ends: /^pdf_(?:malformed|too_large)$/ },
  'the contents of a page': {
    read: (all) => readPdf(write(onePage(['/Filter/FlateDecode', deflateSync(all)]))),
    size: MB,
    ends: /^(?:accepted|pdf_(?:malformed|too_large))$/,
  },
  'a JPEG': {
    read: (all) => checkPhoto(joined(Uint8Array.of(255, 216, 255), all)),
    size: 200 * 1024,
    ends: /^accepted$/,
  },
  'a PNG': {
    read: (all) => checkPhoto(joined(Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10), all)),
    size: 200 * 1024,
    ends: /^accepted$/,
  },
  'a photo in base64': {
    read: (all) => photosOfRows([{ row: 1, values: { photo: textOf(all) } }]),
    size: MB,
    ends: /^accepted$/,
  },
  'an archive of photos': {
    read: (all) => photosOfArchive(joined('PK\u0003\u0004', all)),
    size: MB,
    ends: /^archive_malformed$/,
  },
  'an archive that ends as one': {
    read: (all) =>
      openArchive(joined('PK\u0003\u0004', all, 'PK\u0005\u0006', new Uint8Array(18)), { files: 9, each: 9, total: 9 }),
    size: MB,
    ends: /^archive_malformed$/,
  },
  'a workbook that is none': {
    read: (all) => readRows(joined('PK\u0003\u0004', all)),
    size: MB,
    ends: /^xlsx_malformed$/,
  },
  'an old workbook': {
    read: (all) => readRows(joined(Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0), all)),
    size: MB,
    ends: /^table_format_unsupported$/,
  },
  'a statement': { read: (all) => readHeader(textOf(all), 'step+jwt'), size: MB, ends: /^statement_malformed$/ },
  'what a statement claims': { read: (all) => unverified(textOf(all)).header.typ, size: MB, ends: /^accepted$/ },
  'an SD-JWT': {
    read: (all) => splitCredential(`a.b.c${textOf(all)}`),
    size: MB,
    ends: /^(?:accepted|credential_malformed)$/,
  },
  DER: { read: (all) => openDer(all), size: DER_LIMIT, ends: /^der_malformed$/ },
  'the text of a QR code': {
    read: (all) => readAddress(`https://h/c/${textOf(all)}`),
    size: MB,
    ends: /^(?:accepted|seal_url_malformed)$/,
  },
  'the digits of a seal': {
    read: (all) => readSeal('S000037000001263000001', textOf(all)),
    size: MB,
    ends: /^seal_malformed$/,
  },
  'the one search box': {
    read: (all) => readPasted(textOf(all), () => true),
    size: MB,
    ends: /^(?:accepted|number_\w+|seal_url_malformed)$/,
  },
};

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
