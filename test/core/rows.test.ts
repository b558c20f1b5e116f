/** Candidate rows: one vector per flaw and per spelling that is accepted, then what only many rows together show. */

import Papa from 'papaparse';
import { expect, test } from 'vitest';
import { isRefusal } from '../../src/base/refusal.ts';
import { FAULTS, type FaultCode } from '../../src/core/rows/faults.ts';
import {
  checkRows,
  FIELDS,
  MAX_ROWS,
  type RawRow,
  readCandidates,
  readRows,
  type ScopeEntry,
} from '../../src/core/rows/rows.ts';
import { Unreadable } from '../../src/formats/table/table-rows.ts';
import fc from '../fuzz.ts';
import vectors from '../vectors/rows.json' with { type: 'json' };

interface Expected {
  row?: number;
  field: string;
  code: string;
}
interface Vector {
  name: string;
  input?: object | object[];
  unreadable?: Record<string, Unreadable['fault']>;
  csv?: string;
  missing?: number[];
  expect: Expected[];
}

const GOOD = {
  name: '张伟',
  id_type: '居民身份证',
  id_number: '11010519491231002X',
  occupation_code: '6-31-01-03',
  occupation_name: '电工',
  job_type: '--',
  level: '3',
  score_theory: '80',
  score_practice: '85.5',
  exam_date: '2026-11-01',
};
const SCOPE: ScopeEntry[] = [
  { code: '6-31-01-03', name: '电工', edition: '2022', jobs: [], levels: [5, 4, 3] },
  { code: '6-18-01-01', name: '车工', edition: '2022', jobs: ['普通车工', '数控车工'], levels: [4, 3] },
];
const rulesLacking = (missing: number[] = []) => ({
  scope: SCOPE,
  pass_mark: 60,
  today: '2026-11-23',
  missingGlyphs: (text: string) =>
    [...text].map((character) => character.codePointAt(0) as number).filter((point) => missing.includes(point)),
});
const check = (raw: RawRow[], missing?: number[]) => checkRows(raw, rulesLacking(missing));
/** Vectors count rows as a CSV file does: the first is 2. */
const asRows = (input: object | object[]): RawRow[] =>
  [input].flat().map((values, at) => ({ row: at + 2, values: { ...GOOD, ...values } }));
const fromCsv = (line: string) => readRows(new TextEncoder().encode(`${FIELDS.join(',')}\n${line}\n`)).rows;
const refused = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (isRefusal(error)) return error.code;
    throw error;
  }
  return 'accepted';
};

/** The rows of a vector: as JSON has them, with unreadable cells of a workbook, or as a line of CSV. */
const rowsOf = ({ input = {}, unreadable = {}, csv }: Vector): RawRow[] =>
  csv === undefined
    ? asRows(input).map(({ row, values }) => ({
        row,
        values: {
          ...values,
          ...Object.fromEntries(Object.entries(unreadable).map(([field, code]) => [field, new Unreadable(code)])),
        },
      }))
    : fromCsv(csv);

test.each(vectors as Vector[])('$name', (vector) => {
  const { input, missing, expect: expected } = vector;
  const { rows, faults } = check(rowsOf(vector), missing);
  const found = faults.map(({ row, field, code }) => ({ row, field, code }));
  expect(found).toEqual(expected.map((each) => ({ row: 2, ...each })));
  if (expected.length === 0) expect(rows).toHaveLength([input].flat().length);
});

test('every code of the catalog has a vector', () => {
  const used = new Set((vectors as Vector[]).flatMap(({ expect: expected }) => expected.map(({ code }) => code)));
  // Photos come beside the rows: photo.test.ts and row-photos.test.ts.
  expect((Object.keys(FAULTS) as FaultCode[]).filter((code) => !used.has(code) && !code.startsWith('photo_'))).toEqual(
    [],
  );
});

test('every sentence is Chinese, then English, with its placeholders filled and nobody named', () => {
  for (const vector of vectors as Vector[]) {
    const { name } = vector;
    for (const { message } of check(rowsOf(vector), vector.missing).faults) {
      expect(message, name).toMatch(/^[^\n]*\p{Script=Han}[^\n]* \/ [A-Z][^\n]*\.$/u);
      expect(message, name).not.toMatch(/[{}]|undefined|张|李|\d{9}/);
    }
  }
});

test('a good row comes out normalised, in the words of the filing', () => {
  const [row] = asRows({
    name: ' 买买提•吐尔逊 ',
    id_number: '11010519491231002x',
    occupation_code: '6-18-01-01',
    occupation_name: '车 工',
    job_type: ' 数控车工',
    level: '高级工',
    score_theory: '８０.50',
    exam_date: '2026年11月1日',
    replaces: 's000037000001263000001',
  });
  expect(check([row as RawRow])).toEqual({
    faults: [],
    rows: [
      {
        row: 2,
        name: '买买提·吐尔逊',
        id_type: 'resident_id',
        id_number: '11010519491231002X',
        occupation: { code: '6-18-01-01', name: '车工', edition: '2022' },
        job: '数控车工',
        level: 3,
        score_theory: 80.5,
        score_practice: 85.5,
        exam_date: '2026-11-01',
        replaces: 'S000037000001263000001',
      },
    ],
  });
});

test('messages help: the missing glyphs, the first row, the pass mark, the filed name', () => {
  const message = (input: object | object[], missing?: number[]) => check(asRows(input), missing).faults[0]?.message;
  expect(message({ name: '李𬭎䶮𬭎' }, [0x2cb4e, 0x4dae])).toContain('𬭎 (U+2CB4E) 䶮 (U+4DAE)，');
  expect(message({ name: '李明' }, [0x674e, 0x301])).toContain('李 (U+674E)，');
  expect(message([{}, {}])).toContain('row 2');
  expect(message({ score_theory: 59 })).toContain('pass mark 60');
  expect(message({ occupation_name: '电工师傅' })).toContain('“电工”');
});

test('two editions of one occupation: the one whose name, job and level fit; the newer if both do', () => {
  const scope: ScopeEntry[] = [
    { code: '6-31-01-03', name: '电工', edition: '2022', jobs: [], levels: [4] },
    { code: '6-31-01-03', name: '电工', edition: '2015', jobs: [], levels: [4, 3] },
  ];
  const edition = (level: string) =>
    checkRows(asRows({ level }), { ...rulesLacking(), scope }).rows[0]?.occupation.edition;
  expect([edition('3'), edition('4')]).toEqual(['2015', '2022']);
});

test("the pass mark is the filing's", () => {
  const codes = (score: number) =>
    checkRows(asRows({ score_theory: score }), { ...rulesLacking(), pass_mark: 70 }).faults.map(({ code }) => code);
  expect([codes(69.99), codes(70)]).toEqual([['score_below_pass'], []]);
});

test.each([
  ['candidates_malformed', { candidates: [] }],
  ['candidates_malformed', null],
  ['candidates_malformed', [GOOD, 'x']],
  ['candidates_malformed', [[]]],
  ['candidates_malformed', [null]],
  ['batch_empty', []],
  ['batch_too_large', Array.from({ length: MAX_ROWS + 1 }, () => GOOD)],
])('JSON that is no list of candidates: %s', (code, json) => {
  expect(refused(() => readCandidates(json))).toBe(code);
});

test('keys that JSON smuggles in are fields like any other', () => {
  const json = JSON.parse(JSON.stringify([GOOD]).replace('{', '{"__proto__":{"name":"x"},"constructor":1,'));
  const { faults } = check(readCandidates(json));
  expect(faults.map(({ row, field, code }) => ({ row, field, code }))).toEqual([
    { row: 1, field: '__proto__', code: 'field_unknown' },
    { row: 1, field: 'constructor', code: 'field_unknown' },
  ]);
});

test('CSV and JSON give the same rows and the same faults for the same values', () => {
  const inputs = (vectors as Vector[])
    .flatMap(({ input }) => (input ? [input].flat() : []))
    .filter((values) => Object.values(values).every((value) => typeof value === 'string') && !('salary' in values));
  const cell = fc.oneof(
    ...FIELDS.map((field) =>
      fc
        .constantFrom(
          ...inputs.flatMap((values) => (field in values ? [String((values as Record<string, unknown>)[field])] : [])),
          'x',
        )
        .map((text) => [field, text] as const),
    ),
  );
  fc.assert(
    fc.property(fc.array(fc.array(cell, { maxLength: 3 }), { minLength: 1, maxLength: 5 }), (overrides) => {
      const candidates = overrides.map((cells) => ({ ...GOOD, ...Object.fromEntries(cells) }));
      const csv = readRows(new TextEncoder().encode(Papa.unparse(candidates, { columns: [...FIELDS] }))).rows;
      const json = readCandidates(JSON.parse(JSON.stringify(candidates))).map((raw) => ({ ...raw, row: raw.row + 1 }));
      expect(check(csv)).toEqual(check(json));
    }),
  );
});

test('checking never throws, whatever JSON holds', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record(
          Object.fromEntries(
            [...FIELDS, 'replaces'].map((field) => [field, fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue())]),
          ),
          { requiredKeys: [] },
        ),
        { maxLength: 4 },
      ),
      (list) => {
        const { faults, rows } = check(list.map((values, at) => ({ row: at + 1, values })));
        expect(rows.length === list.length || faults.length > 0).toBe(true);
      },
    ),
  );
});

test('of 10,000 rows each is looked at as often as of 1,000', () => {
  const looks = (count: number): number => {
    let seen = 0;
    const counted = (values: Record<string, unknown>) =>
      new Proxy(values, { get: (target, name) => ((seen += 1), Reflect.get(target, name)) });
    const raw = Array.from(
      { length: count },
      (_, at): RawRow => ({
        row: at + 2,
        values: counted({ ...GOOD, id_type: '护照', id_number: `E${10_000_000 + at}` }),
      }),
    );
    expect(check(raw).rows).toHaveLength(count);
    return seen / count;
  };
  expect(looks(10_000)).toBe(looks(1000));
});

test('10,000 rows that are all wrong are all reported', () => {
  const { faults, rows } = check(Array.from({ length: MAX_ROWS }, (_, at) => ({ row: at + 2, values: {} })));
  expect(rows).toEqual([]);
  expect(new Set(faults.map(({ row }) => row)).size).toBe(MAX_ROWS);
  expect(faults).toHaveLength(MAX_ROWS * 9);
});
