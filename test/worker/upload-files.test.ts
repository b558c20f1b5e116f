/** Files as people send them, to the Worker in workerd: GBK and workbooks become the same batch as JSON; what they are, their content says. */
import { beforeAll, expect, test } from 'vitest';
import { encodeGb18030, row, textCell, type Workbook, workbook } from '../formats/fixtures-xlsx.ts';
import { as, candidate, fileWith, foundProvince, type Organization } from '../kit.ts';
import { callAs } from './forge.ts';

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const CHINESE = '姓名,证件类型,证件号码,职业编码,职业名称,工种,等级,理论成绩,实操成绩,考试日期'.split(',');
const people = (from: number) => [
  candidate(from, { name: '张䶮' }),
  candidate(from + 1, { name: '买买提·吐尔逊', level: '5' }),
  candidate(from + 2, { name: '李𬭎𫖯', id_type: '护照', id_number: `E${10_000_000 + from}` }),
];
const csv = (rows: Record<string, unknown>[]) =>
  [CHINESE, ...rows.map(Object.values)].map((cells) => cells.join(',')).join('\r\n');
/** Scores as numbers, dates as dates, as Excel has them. */
const list = (rows: Record<string, unknown>[], spec: Omit<Workbook, 'sheets'> = {}, attributes = '') => {
  const cells = (values: unknown[]) =>
    values
      .map((value) =>
        typeof value === 'number'
          ? `<c><v>${value}</v></c>`
          : value === '2026-11-01'
            ? '<c s="1"><v>46327</v></c>'
            : textCell(String(value)),
      )
      .join('');
  return workbook({
    styles: [[14]],
    ...spec,
    sheets: [
      `<sheetData>${row(CHINESE.map(textCell).join(''))}${rows.map((one) => row(cells(Object.values(one)), attributes)).join('')}</sheetData>`,
    ],
  });
};

let school: Organization;
beforeAll(async () => {
  const { city } = await foundProvince();
  school = await fileWith(city, 'S000037000001');
});

const send = (body: unknown, type: string) =>
  callAs(school.client, 'POST', '/v1/batches', body, { 'Content-Type': type });

/** What a batch holds, but for its salts and what follows from them. */
async function held(answer: Awaited<ReturnType<typeof send>>): Promise<unknown[]> {
  expect([answer.status, answer.status === 201 ? '' : answer.text]).toEqual([201, '']);
  const { id } = JSON.parse(answer.text) as { id: string };
  const { rows } = await as(school.client).get<{ rows: { row: number; sd: string[]; disclosures: string[] }[] }>(
    `/v1/batches/${id}/rows`,
  );
  return rows.map(({ row: at, sd: _sd, disclosures, ...facts }) => [
    at,
    facts,
    disclosures.map((one) =>
      (
        JSON.parse(
          new TextDecoder().decode(
            Uint8Array.from(atob(one.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0)),
          ),
        ) as unknown[]
      ).slice(1),
    ),
  ]);
}

test('GBK, UTF-16 and a workbook hold what UTF-8 holds, whatever type they are sent as', async () => {
  const rows = people(1);
  const text = csv(rows);
  const expected = await held(await send(text, 'text/csv'));
  expect(JSON.stringify(expected)).toMatch(/张䶮.*买买提·吐尔逊.*李𬭎𫖯/);
  const utf16 = new Uint8Array(
    new Uint16Array(
      [...`\ufeff${text}`].flatMap((character) =>
        Array.from({ length: character.length }, (_, i) => character.charCodeAt(i)),
      ),
    ).buffer,
  );
  for (const [body, type] of [
    [encodeGb18030(text), 'text/csv'],
    [encodeGb18030(text), 'text/csv; charset=utf-8'],
    [text, 'text/csv; charset=gbk'],
    [utf16, 'text/csv'],
    [list(rows), XLSX],
    [list(rows), 'text/csv'],
    [text, XLSX],
  ] as const) {
    expect(await held(await send(body, type))).toEqual(expected);
  }
});

test('other types are not taken, because a program says what it sends', async () => {
  for (const type of ['application/octet-stream', 'application/vnd.ms-excel', 'text/plain', ''])
    expect(await send(list(people(10)), type)).toMatchObject({ status: 415, code: 'media_type_not_supported' });
});

test('faults name the row and the column of the sheet', async () => {
  const [first, ...others] = people(20);
  const answer = await send(
    list([{ ...first, name: '=A1', id_number: 110105194912310020 }, ...others], { parts: {} }),
    XLSX,
  );
  expect(answer).toMatchObject({ status: 422, code: 'rows_refused' });
  expect(
    (JSON.parse(answer.text) as { errors: { row: number; field: string; code: string }[] }).errors.map(
      ({ row: at, field, code }) => [at, field, code],
    ),
  ).toEqual([
    [2, 'name', 'formula'],
    [2, 'id_number', 'id_number_float'],
  ]);
});

test.each([
  ['hidden rows', list(people(30), {}, 'hidden="1"'), 422, 'xlsx_hidden_rows', { rows: [2, 3, 4], count: 3 }],
  ['macros', list(people(30), { parts: { 'xl/vbaProject.bin': 'x' } }), 422, 'xlsx_macros', {}],
  ['links', list(people(30), { parts: { 'xl/externalLinks/externalLink1.xml': '<x/>' } }), 422, 'xlsx_external', {}],
  ['a document type', list(people(30), { parts: { 'xl/styles.xml': '<!DOCTYPE x><x/>' } }), 422, 'xlsx_external', {}],
  [
    'a bomb',
    list(people(30), { parts: { 'xl/sharedStrings.xml': ' '.repeat(17_000_000) } }),
    413,
    'xlsx_too_large',
    { limit: 16_000_000 },
  ],
  ['a broken container', list(people(30)).slice(0, 1000), 400, 'xlsx_malformed', { part: 'zip' }],
  [
    'an old workbook',
    Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1),
    415,
    'table_format_unsupported',
    {},
  ],
  [
    'GBK that is damaged',
    encodeGb18030(csv(people(30)))
      .slice(0, -1)
      .fill(0xff, 200, 201),
    400,
    'csv_not_utf8',
    {},
  ],
])('%s', async (_, body, status, code, facts) => {
  const answer = await send(body, XLSX);
  expect(answer).toMatchObject({ status, code });
  expect(JSON.parse(answer.text)).toMatchObject({
    ...facts,
    title: expect.stringMatching(/\p{Script=Han}/u) as string,
  });
  expect(answer.text).not.toMatch(/张|买买提|E1000/);
});
