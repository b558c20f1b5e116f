/**
 * Uploads with photos: what refuses a batch as a whole, the form in which rows and archive come, its limits, and that one
 * key makes one batch.
 */

import { beforeAll, describe, expect, test, vi } from 'vitest';
import { concat, encodeUtf8 } from '../../src/base/bytes.ts';
import { readForm } from '../../src/http/body.ts';
import { jpeg, png, SAMPLES, turned } from '../formats/fixtures-photo.ts';
import { zip } from '../formats/fixtures-zip.ts';
import fc from '../fuzz.ts';
import { candidate, certify, formOf, idNumber } from '../kit.ts';
import { type Answer, callAs, snapshot } from './forge.ts';
import { archive, foundThem, objects, one, packs, province, refOf, same, school, two, upload } from './photos-kit.ts';

beforeAll(foundThem);

describe('a batch is refused as a whole, and nothing is stored', () => {
  const id = idNumber(70);
  const rows = () => [candidate(70), candidate(71)];

  async function refusedUpload(answer: () => Promise<Answer>): Promise<Answer> {
    const before = [await snapshot(), await objects()];
    const refused = await answer();
    expect([await snapshot(), await objects()]).toEqual(before);
    return refused;
  }

  test.each<[code: string, photos: [string, Uint8Array][], row: number]>([
    ['photo_without_row', [[`${idNumber(999)}.jpg`, one]], 0],
    ['photo_name', [[`${id}.txt`, one]], 0],
    [
      'photo_repeated',
      [
        [`a/${id}.jpg`, one],
        [`b/${id}.png`, two],
      ],
      1,
    ],
    ['photo_size', [[`${id}.jpg`, jpeg({ size: 500_000 })]], 1],
    ['photo_type', [[`${id}.jpg`, encodeUtf8('x'.repeat(2000))]], 1],
    ['photo_colour', [[`${id}.jpg`, jpeg({}, SAMPLES.cmyk)]], 1],
    ['photo_transparent', [[`${id}.png`, png({ colour: 6 })]], 1],
    ['photo_turned', [[`${id}.jpg`, turned(6)]], 1],
    ['photo_damaged', [[`${id}.jpg`, one.subarray(0, -5)]], 1],
    ['photo_dimensions', [[`${id}.jpg`, jpeg({ width: 100, height: 140 })]], 1],
    ['photo_ratio', [[`${id}.jpg`, jpeg({ width: 413, height: 295 })]], 1],
  ])('%s', async (code, photos, row) => {
    const log = vi.spyOn(console, 'error');
    const answer = await refusedUpload(() => upload(rows(), archive(...photos, [`${idNumber(71)}.jpg`, two])));
    expect(answer).toMatchObject({ status: 422, code: 'rows_refused' });
    // The name of the file is told to who sent it, and to nobody else.
    expect(JSON.parse(answer.text)).toMatchObject({
      errors: [
        {
          row,
          field: 'photo',
          code,
          file: photos.at(-1)?.[0],
          message: expect.stringMatching(/\p{Script=Han}.* \/ [A-Z]/u),
        },
      ],
    });
    expect(log).not.toHaveBeenCalled();
    log.mockRestore();
  });

  test('faults of photos stand beside faults of rows, in row order', async () => {
    const bad = [
      candidate(72),
      candidate(73, { id_number: '370102198001011019', level: '九级' }),
      candidate(74, { name: '' }),
    ];
    const answer = await refusedUpload(() =>
      upload(
        bad,
        archive(
          [`${idNumber(74)}.jpg`, turned(8)],
          ['370102198001011019.jpg', jpeg({ width: 300, height: 300 })],
          ['nobody.jpg', one],
        ),
      ),
    );
    const { errors } = JSON.parse(answer.text) as { errors: { row: number; code: string }[] };
    expect(errors.map(({ row, code }) => `${row} ${code}`)).toEqual([
      '0 photo_without_row',
      '2 id_number_check_digit',
      '2 level_unknown',
      '2 photo_ratio',
      '3 name_blank',
      '3 photo_turned',
    ]);
  });

  test('photos in JSON', async () => {
    const answer = await refusedUpload(() =>
      callAs(school.client, 'POST', '/v1/batches', {
        candidates: [candidate(75, { photo: 'https://example.cn/75.jpg' })],
      }),
    );
    expect(JSON.parse(answer.text)).toMatchObject({ errors: [{ row: 1, field: 'photo', code: 'photo_encoding' }] });
  });

  test('what only the register knows', async () => {
    await certify(province, school, [candidate(1)]);
    const answer = await refusedUpload(() => upload([candidate(1)], archive([`${idNumber(1)}.jpg`, one])));
    expect(JSON.parse(answer.text)).toMatchObject({ errors: [{ field: 'id_number', code: 'already_certified' }] });
  });

  test.each<[code: string, status: number, photos: Uint8Array<ArrayBuffer>]>([
    ['archive_malformed', 400, encodeUtf8('no archive')],
    [
      'archive_malformed',
      400,
      zip([{ name: `${id}.jpg`, bytes: one, lie: { local: { size: 9 }, central: { size: 1500 } } }]),
    ],
    [
      'archive_malformed',
      400,
      zip([{ name: `${id}.jpg`, bytes: one, lie: { local: { size: 19_999 }, central: { size: 19_999 } } }]),
    ],
    [
      'archive_encrypted',
      400,
      zip([{ name: `${id}.jpg`, bytes: one, lie: { local: { flags: 1 }, central: { flags: 1 } } }]),
    ],
    [
      'archive_method',
      400,
      zip([{ name: `${id}.jpg`, bytes: one, lie: { local: { method: 12 }, central: { method: 12 } } }]),
    ],
    ['archive_empty', 400, zip([])],
    [
      'archive_too_many',
      413,
      zip(Array.from({ length: 10_001 }, (_, i) => ({ name: `${i}.jpg`, bytes: new Uint8Array(), store: true }))),
    ],
    [
      'archive_too_large',
      413,
      zip(
        Array.from({ length: 501 }, (_, i) => ({
          name: `${i}.jpg`,
          bytes: new Uint8Array(),
          store: true,
          lie: { local: { size: 200_000, deflated: 200_000 }, central: { size: 200_000, deflated: 200_000 } },
        })),
      ),
    ],
  ])('%s', async (code, status, photos) => {
    expect(await refusedUpload(() => upload(rows(), photos))).toMatchObject({ status, code });
  });
});

describe('forms', () => {
  const form = (body: string | Uint8Array<ArrayBuffer>, type = 'multipart/form-data; boundary=x') =>
    callAs(school.client, 'POST', '/v1/batches', typeof body === 'string' ? encodeUtf8(body) : body, {
      'Content-Type': type,
    });
  const part = (name: string, content = '{"candidates": []}') =>
    `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${content}\r\n`;

  test.each<[code: string, name: string, body: string, type?: string]>([
    // The form was read: what it holds is an empty batch.
    ['batch_empty', 'a form', `${part('rows')}--x--\r\n`],
    ['batch_empty', 'a form and something behind', `${part('rows')}--x--\r\nepilogue`],
    [
      'batch_empty',
      'a boundary in quotes, parameters in any order',
      `${part('rows')}--x--`,
      'Multipart/Form-Data; charset=utf-8; boundary="x"',
    ],
    [
      'batch_empty',
      'names without quotes, other headers, names of files that look like parameters',
      '--x\r\nContent-Type: application/json\r\ncontent-disposition: form-data; filename="a; name=\\"photos\\".json"; name=rows\r\n\r\n{"candidates": []}\r\n--x--',
    ],
    [
      'csv_columns_missing',
      'content that looks like a boundary',
      `${part('rows', 'a,b\r\n-- x\r\n--\r\n-x\r\n')}--x--`,
    ],
    ['csv_columns_missing', 'a file that is no JSON', `${part('rows', 'a,b')}--x--`],
    ['body_malformed', 'no rows', `--x--`],
    ['body_malformed', 'photos alone', `${part('photos')}--x--`],
    [
      'archive_malformed',
      'photos that are no archive',
      `${part('rows', '{"candidates": [{}]}')}${part('photos', 'x')}--x--`,
    ],
    ['multipart_field_unexpected', 'another field', `${part('rows')}${part('foto')}--x--`],
    ['multipart_field_unexpected', 'a field twice', `${part('rows')}${part('rows')}--x--`],
    ['multipart_malformed', 'nothing', ''],
    ['multipart_malformed', 'text', 'rows=1'],
    ['multipart_malformed', 'no boundary', `${part('rows')}--x--`, 'multipart/form-data'],
    ['multipart_malformed', 'another boundary', `${part('rows')}--x--`, 'multipart/form-data; boundary=y'],
    ['multipart_malformed', 'an empty boundary', `${part('rows')}--x--`, 'multipart/form-data; boundary=""'],
    [
      'multipart_malformed',
      'a boundary of strange characters',
      `${part('rows')}--x--`,
      'multipart/form-data; boundary="\\x"',
    ],
    ['multipart_malformed', 'no end', part('rows')],
    ['multipart_malformed', 'half an end', `${part('rows')}--x-`],
    ['multipart_malformed', 'a part that ends early', part('rows').slice(0, -4)],
    ['multipart_malformed', 'a part without a name', '--x\r\nContent-Disposition: form-data\r\n\r\nx\r\n--x--'],
    ['multipart_malformed', 'a part without headers', '--x\r\n\r\nx\r\n--x--'],
    [
      'multipart_malformed',
      'headers without an end',
      `--x\r\nContent-Disposition: ${'x'.repeat(5000)}\r\n\r\nx\r\n--x--`,
    ],
    ['multipart_malformed', 'lines that end with LF', part('rows').replaceAll('\r\n', '\n')],
    ['utf8_malformed', 'headers that are no UTF-8', ''],
  ])('%s: %s', async (code, name, body, type) => {
    const sent =
      name === 'headers that are no UTF-8'
        ? concat(encodeUtf8('--x\r\nContent-Disposition: '), Uint8Array.of(0xff), encodeUtf8('\r\n\r\nx\r\n--x--'))
        : body;
    expect(await form(sent, type)).toMatchObject({ code });
  });

  test('any content comes through as it is', async () => {
    const contents = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .array(
          fc.constantFrom(
            '\r',
            '\n',
            '\r\n',
            '-',
            '--',
            '\r\n--',
            'x',
            ':',
            'Content-Disposition: form-data; name="rows"\r\n\r\n',
          ),
          { maxLength: 30 },
        )
        .map((texts) => encodeUtf8(texts.join(''))),
    );
    await fc.assert(
      fc.asyncProperty(contents, contents, async (rows, photos) => {
        const { body, type } = await formOf({
          rows: new Blob([rows as Uint8Array<ArrayBuffer>], { type: 'text/csv' }),
          photos: new Blob([photos as Uint8Array<ArrayBuffer>]),
        });
        const read = readForm(body, type, ['rows', 'photos']);
        expect([...read.keys(), read.get('rows')?.type]).toEqual(['rows', 'photos', 'text/csv']);
        same(read.get('rows')?.bytes as Uint8Array, rows);
        same(read.get('photos')?.bytes as Uint8Array, photos);
      }),
    );
  });

  test('a refused field is named', async () => {
    expect(await form(`${part('照片')}--x--`)).toMatchObject({ status: 400, part: '照片' });
  });

  test('the limits say how to send more', async () => {
    const large = await form(new Uint8Array(48_000_001));
    expect(large).toMatchObject({ status: 413, code: 'body_too_large' });
    expect(large.text).toContain('Split the batch');
    const json = await callAs(
      school.client,
      'POST',
      '/v1/batches',
      `{"candidates": [{"photo": "${'A'.repeat(12_000_000)}"}]}`,
    );
    expect(json).toMatchObject({ status: 413, code: 'body_too_large' });
    expect(json.text).toContain('multipart/form-data');
    expect(await form(`${part('rows', 'x'.repeat(12_000_001))}--x--`)).toMatchObject({
      status: 413,
      code: 'body_too_large',
    });
  });

  test('an Idempotency-Key is about the content of the parts', async () => {
    const key = { 'Idempotency-Key': 'photos-1' };
    const photos = archive([`${idNumber(80)}.jpg`, one]);
    const first = await upload([candidate(80)], photos, key);
    const { id } = refOf(first);
    // A new boundary is made for each form.
    const again = await upload([candidate(80)], photos, key);
    expect([JSON.parse(again.text), again.response.headers.get('idempotent-replayed')]).toEqual([
      JSON.parse(first.text),
      'true',
    ]);
    for (const [rows, other] of [
      [[candidate(80)], archive([`${idNumber(80)}.jpg`, two])],
      [[candidate(81)], photos],
    ] as const) {
      expect(await upload(rows, other, key)).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
    }
    expect(await callAs(school.client, 'POST', '/v1/batches', { candidates: [candidate(80)] }, key)).toMatchObject({
      status: 422,
      code: 'idempotency_key_reused',
    });
    expect((await objects()).filter((name) => name.includes(id))).toHaveLength(1);
  });

  test("two uploads with one key at the same moment make one batch, and leave one batch's photos", async () => {
    const before = await objects();
    const key = { 'Idempotency-Key': 'photos-2' };
    const photos = archive([`${idNumber(82)}.jpg`, one]);
    const ids = (await Promise.all([1, 2, 3].map(() => upload([candidate(82)], photos, key)))).map(
      (answer) => refOf(answer).id,
    );
    expect(new Set(ids).size).toBe(1);
    expect((await objects()).filter((name) => !before.includes(name))).toEqual([`photos/${ids[0]}/0`]);
    expect((await packs()).filter(({ state }) => state !== 'kept')).toEqual([]);
  });
});
