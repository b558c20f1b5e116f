/** Workbooks whose ZIP container lies or holds more than it says: refused, in bounded time and memory. */
import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { FIELDS, readRows } from '../../src/core/rows/rows.ts';
import { inflate } from '../../src/formats/pdf-read/filters.ts';
import { Budget } from '../../src/formats/pdf-read/limits.ts';
import { table } from '../core/samples.ts';
import fc from '../fuzz.ts';
import { code, good, line, list, partsOf, refusal, refused, row, rows, workbook, zip } from './fixtures-xlsx.ts';

/** Little-endian numbers of 2 and 4 bytes. */
const u16 = (...numbers: number[]) => numbers.flatMap((one) => [one & 255, (one >> 8) & 255]);
const u32 = (...numbers: number[]) =>
  numbers.flatMap((one) => [one & 255, (one >> 8) & 255, (one >> 16) & 255, (one >>> 24) & 255]);

interface Lie {
  name?: string;
  flags?: number;
  method?: number;
  size?: number;
  packed?: number;
  crc?: number;
  local?: number;
  /** Sizes in the extra field 1 instead. */
  long?: boolean;
  localName?: string;
  /** Instead of the deflated bytes. */
  stream?: Uint8Array;
}

/** A container of these parts, deflated, with what is said of some of them changed. */
function container(
  parts: Record<string, Uint8Array>,
  lies: Record<string, Lie> = {},
  end: { count?: number; comment?: string; start?: number } = {},
): Uint8Array {
  const locals: Uint8Array[] = [];
  const directory: number[] = [];
  let at = 0;
  for (const [name, bytes] of Object.entries(parts)) {
    const lie = lies[name] ?? {};
    const packed = lie.stream ?? (lie.method === 0 ? bytes : deflateRawSync(bytes));
    const named = Buffer.from(lie.name ?? name);
    const local = Buffer.from(lie.localName ?? lie.name ?? name);
    const [size, length, crc] = [lie.size ?? bytes.length, lie.packed ?? packed.length, lie.crc ?? crc32(bytes)];
    locals.push(
      Uint8Array.from([...u32(0x04034b50), ...u16(20, 0, 8, 0, 0), ...u32(0, 0, 0), ...u16(local.length, 0), ...local]),
      packed,
    );
    const extra = lie.long ? [...u16(1, 16), ...u32(size, 0, length, 0)] : [];
    directory.push(
      ...u32(0x02014b50),
      ...u16(20, 20, lie.flags ?? 0, lie.method ?? 8, 0, 0),
      ...u32(crc, ...(lie.long ? [-1, -1] : [length, size])),
      ...u16(named.length, extra.length, 0, 0, 0),
      ...u32(0, lie.local ?? at),
      ...named,
      ...extra,
    );
    at += 30 + local.length + packed.length;
  }
  const count = end.count ?? Object.keys(parts).length;
  const comment = Buffer.from(end.comment ?? '');
  return new Uint8Array(
    Buffer.concat([
      ...locals,
      Uint8Array.from([
        ...directory,
        ...u32(0x06054b50),
        ...u16(0, 0, count, count),
        ...u32(directory.length, end.start ?? at),
        ...u16(comment.length),
        ...comment,
      ]),
    ]),
  );
}

const SHEET = 'xl/worksheets/sheet1.xml';
const parts = partsOf({ sheets: [good] });
const lying = (lie: Lie, name = SHEET) => refused(container(parts, { [name]: lie }));

describe('the container', () => {
  test('the writer of these tests tells the truth when it does not lie', () => {
    for (const file of [
      container(parts),
      container(parts, {}, { comment: 'PK\u0005\u0006 by hand' }),
      container(parts, { [SHEET]: { long: true } }),
      container(parts, { [SHEET]: { method: 0 } }),
    ])
      expect(refused(file).code).toBe('accepted');
  });

  test.each([
    ['a size that is too small', { size: 10 }],
    ['a size that is too large', { size: 15_000_000 }],
    ['a packed size that is too small', { packed: 100 }],
    ['a packed size beyond the end', { packed: 900_000_000 }],
    ['a place beyond the end', { local: 900_000_000 }],
    ['the place of another part', { local: 0 }],
    ['another checksum', { crc: 1 }],
    ['another method', { method: 9 }],
    ['another name where the part is', { localName: 'xl/worksheets/sheet9.xml' }],
    ['no deflated data', { method: 8, size: 0, packed: 0 }],
  ] as [string, Lie][])('%s', (_, lie) => {
    expect(lying(lie).code).toBe('xlsx_malformed');
  });

  test('a directory that is cut, counts wrongly, lies elsewhere or names a part twice', () => {
    const file = container(parts);
    for (const cut of [5, 30, 100, 400, file.length - 1, file.length - 10, file.length - 22, file.length - 60])
      expect(refused(file.slice(0, cut))).toMatchObject({ code: 'xlsx_malformed', facts: { part: 'zip' } });
    for (const end of [{ count: 100 }, { start: 0 }, { start: file.length }])
      expect(refused(container(parts, {}, end)).code).toBe('xlsx_malformed');
    expect(
      refused(
        container(
          { ...parts, 'x.xml': parts[SHEET] as Uint8Array },
          { 'x.xml': { name: 'XL\\Worksheets\\sheet1.xml' } },
        ),
      ).code,
    ).toBe('xlsx_malformed');
    expect(refused(new Uint8Array([...file, 0])).code).toBe('xlsx_malformed');
  });

  test('flipped bytes are never taken for a list with other values', () => {
    const file = container(parts);
    const whole = JSON.stringify(readRows(file));
    fc.assert(
      fc.property(fc.nat({ max: file.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const flipped = file.slice();
        flipped[at] = (flipped[at] as number) ^ change;
        if (refusal(() => readRows(flipped)).code === 'accepted') expect(JSON.stringify(readRows(flipped))).toBe(whole);
      }),
      { numRuns: 300 },
    );
  });

  test('arbitrary bytes behind the magic are refused', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400 }),
        (bytes) =>
          void expect(refusal(() => readRows(Uint8Array.from([0x50, 0x4b, 3, 4, ...bytes]))).code).toBe(
            'xlsx_malformed',
          ),
      ),
    );
  });

  test('thousands of parts; a password; parts that overlap', () => {
    expect(
      refused(
        zip({
          ...parts,
          ...Object.fromEntries(Array.from({ length: 2000 }, (_, at) => [`xl/media/${at}.png`, new Uint8Array(1)])),
        }),
      ),
    ).toEqual({ code: 'xlsx_too_large', facts: { part: 'parts', limit: 2000 } });
    expect(lying({ flags: 1 }).code).toBe('xlsx_encrypted');
    // One bomb, named many times: an entry whose place is inside another.
    const inner = Uint8Array.from([
      ...u32(0x04034b50),
      ...u16(20, 0, 0, 0, 0),
      ...u32(0, 0, 0),
      ...u16(5, 0),
      ...Buffer.from('b.xml<x/>'),
    ]);
    const overlapping = (local: number) =>
      refused(
        container(
          { 'a.bin': inner, ...parts, 'b.xml': Buffer.from('<x/>') },
          { 'a.bin': { method: 0 }, 'b.xml': { method: 0, ...(local > 0 ? { local } : {}) } },
        ),
      ).code;
    expect([overlapping(0), overlapping(35)]).toEqual(['accepted', 'xlsx_malformed']);
  });

  test('a workbook with a password, and an old one, in the same old container', () => {
    const compound = (name: string) =>
      Uint8Array.from([
        0xd0,
        0xcf,
        0x11,
        0xe0,
        0xa1,
        0xb1,
        0x1a,
        0xe1,
        ...new Uint8Array(1000),
        ...Buffer.from(name, 'utf16le'),
        ...new Uint8Array(40),
      ]);
    expect(refused(compound('EncryptedPackage')).code).toBe('xlsx_encrypted');
    expect(refused(compound('Workbook')).code).toBe('table_format_unsupported');
    expect(refused(table('libreoffice.xls')).code).toBe('table_format_unsupported');
  });

  test('a ZIP of anything else: documents, photos, a ZIP in a ZIP', () => {
    expect(refused(table('libreoffice.ods')).code).toBe('table_format_unsupported');
    expect(refused(zip({ 'a.jpg': new Uint8Array(10) })).code).toBe('table_format_unsupported');
    const nested = zip({ 'inner.xlsx': zip({ 'inner.xlsx': workbook({ sheets: [good] }) }) });
    expect(refused(nested).code).toBe('table_format_unsupported');
    expect(refused(zip({ ...parts, 'xl/embeddings/again.zip': nested })).code).toBe('accepted');
    const type = (main: string) =>
      code({
        parts: {
          '[Content_Types].xml': `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="${main}"/></Types>`,
        },
      });
    expect(type('application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml')).toBe(
      'table_format_unsupported',
    );
    expect(type('application/vnd.ms-excel.sheet.binary.macroEnabled.main')).toBe('xlsx_macros');
    expect(type('application/vnd.ms-excel.sheet.macroEnabled.main+xml')).toBe('xlsx_macros');
  });
});

/** A block of DEFLATE with codes of its own, and an empty one that fills up the byte; `lengths` spells the code lengths. */
function block(codeLengths: Record<number, number>, literals: number, lengths: string, data: string): Uint8Array {
  const put = (value: number, count: number) => Array.from({ length: count }, (_, i) => (value >> i) & 1).join('');
  const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
  let bits = `${[[0, 1], [2, 2], [literals - 257, 5], [0, 5], [15, 4], ...order.map((symbol) => [codeLengths[symbol] ?? 0, 3])].map(([value, count]) => put(value as number, count as number)).join('') + lengths + data}000`;
  bits = bits.padEnd(Math.ceil(bits.length / 8) * 8, '0');
  return Uint8Array.from([
    ...(bits.match(/.{8}/g) as string[]).map((byte) => Number.parseInt([...byte].reverse().join(''), 2)),
    0,
    0,
    255,
    255,
  ]);
}

describe('bombs', () => {
  const tabs = (sheets: string[]) => refused(container(partsOf({ sheets })));
  const bomb = (xml: string, count: number, name = SHEET) => {
    const [before, after] = [
      '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>',
      '</sheetData></worksheet>',
    ];
    return container({ ...parts, [name]: Buffer.from(before + xml.repeat(count) + after) });
  };

  test('1000:1: forty megabytes of spaces in forty kilobytes, whether the container says so or not', () => {
    const file = bomb(' '.repeat(1000), 40_000);
    expect(file.length).toBeLessThan(45_000);
    expect(refused(file)).toEqual({ code: 'xlsx_too_large', facts: { part: 'bytes in a part', limit: 16_000_000 } });
    expect(
      refused(container({ ...parts, [SHEET]: Buffer.alloc(40_000_000, ' ') }, { [SHEET]: { size: 1000 } })).code,
    ).toBe('xlsx_malformed');
    const sheets = Array.from({ length: 4 }, () => `<!--${' '.repeat(15_000_000)}-->`);
    expect(tabs(sheets)).toEqual({ code: 'xlsx_too_large', facts: { part: 'bytes', limit: 48_000_000 } });
  });

  test('DEFLATE whose blocks cost a decoder far more than their length', () => {
    // A code with more symbols than room, for which others fill a table again for each; and heads of blocks without contents.
    const crowded = block({ 16: 1, 1: 2, 15: 2 }, 257, `1110${'011'.repeat(42)}010`, '');
    const empty = block({ 18: 1, 0: 2, 1: 2 }, 257, '01111111011010111110', '0');
    for (const one of [crowded, empty]) {
      const stream = Buffer.alloc(one.length * 100_000, one);
      expect(refused(container(parts, { [SHEET]: { stream } })).code).toBe('xlsx_malformed');
      expect(['pdf_malformed', 'pdf_too_large']).toContain(refusal(() => inflate(stream, new Budget(), 9)).code);
    }
  });

  test.each([
    ['a million rows', '<row/>', 1_000_000, 'batch_empty'],
    ['more rows than there are', '<row/>', 1_100_000, 'xlsx_malformed'],
    ['ten megabytes of cells in no row', '<c/>', 2_500_000, 'xlsx_too_large'],
    ['as many in rows', `<row>${'<c/>'.repeat(100)}</row>`, 25_000, 'xlsx_too_large'],
    ['deep nesting', '<row>', 2_000_000, 'xlsx_malformed'],
    ['unclosed elements of other names', '<a:b xmlns:a="urn:a">', 500_000, 'xlsx_malformed'],
    ['references without end', '&amp;&#65;', 500_000, 'batch_empty'],
  ])('%s', (_, xml, count, expected) => {
    expect(refused(bomb(xml, count)).code).toBe(expected);
  });

  test('a million cells in one row, a million attributes, a name of a megabyte, a comment of ten', () => {
    expect(rows(row('<c/>'.repeat(1_000_000))).code).toBe('xlsx_malformed');
    expect(
      rows(`<row ${Array.from({ length: 100_000 }, (_, at) => `a${at}="1"`).join(' ')}>${line()}</row>`).code,
    ).toBe('accepted');
    expect(rows(`<${'x'.repeat(1_000_000)}/>${row(line())}`).code).toBe('accepted');
    expect(rows(`<!--${' '.repeat(10_000_000)}-->${row(line())}`).code).toBe('accepted');
  });

  test('10,001 rows are too many, and the rest of the sheet is not read', () => {
    const many = `${row(line()).repeat(10_001)}<not well-formed`;
    expect(rows(many)).toEqual({ code: 'batch_too_large', facts: { limit: 10_000, count: 10_001 } });
    expect(refused(list(row(line()).repeat(10_000))).code).toBe('accepted');
    // Prepared rows are none.
    expect(refused(list(row(line()) + row(`${'<c s="1"/>'.repeat(10)}`).repeat(30_000))).code).toBe('accepted');
  });

  test('one long text shared by all cells, and too many texts', () => {
    const shared = row(FIELDS.map(() => '<c t="s"><v>0</v></c>').join('')).repeat(1000);
    expect(refused(list(shared, { strings: `<si><t>${'字'.repeat(30_000)}</t></si>` }))).toEqual({
      code: 'xlsx_too_large',
      facts: { part: 'characters', limit: 12_000_000 },
    });
    expect(refused(list('', { strings: `<si><t>${'x'.repeat(13_000_000)}</t></si>` }))).toEqual({
      code: 'xlsx_too_large',
      facts: { part: 'characters', limit: 12_000_000 },
    });
    expect(refused(list('', { strings: '<si/>'.repeat(300_001) }))).toEqual({
      code: 'xlsx_too_large',
      facts: { part: 'texts', limit: 300_000 },
    });
  });

  test('formulas that fill everything, and merged cells without end', () => {
    const array = (at: number) => row(`<c r="K${at}"><f t="array" ref="A1:XFD1048576">1</f><v>1</v></c>`, `r="${at}"`);
    expect(rows(Array.from({ length: 9000 }, (_, at) => array(at + 2)).join('')).code).toBe('accepted');
    expect(
      refused(list(row(line()), {}, `<mergeCells>${'<mergeCell ref="A90:B91"/>'.repeat(100_000)}</mergeCells>`)),
    ).toEqual({ code: 'xlsx_too_large', facts: { part: 'merged ranges', limit: 10_000 } });
  });

  test('a format that makes patterns slow', () => {
    for (const evil of ['['.repeat(200_000), `${'h:'.repeat(100)}`, '"'.repeat(255), 'd'.repeat(255), '\\'.repeat(255)])
      expect(code({ sheets: [good], styles: [[200, evil]] })).toBe('accepted');
  });
});
