/**
 * Photos of candidates, from the upload to the centres' eyes: what is stored, who sees it, what an operator who
 * alters it gets, and that a fault at any write leaves nothing that the sweep does not take.
 */
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { Caller } from '../../src/enrol.ts';
import type { Env } from '../../src/env.ts';
import { readForm } from '../../src/http/multipart.ts';
import { concat, encodeUtf8, sha256, toBase64url } from '../../src/life/bytes.ts';
import { readDisclosures } from '../../src/life/disclose.ts';
import { photosOfArchive } from '../../src/life/row-photos.ts';
import { readPhoto, sweepPhotos } from '../../src/photos.ts';
import { serviceOf, type Service } from '../../src/service.ts';
import { submitBatch, type Upload } from '../../src/submit.ts';
import { anyone, approve, as, candidate, db, fileWith, files, formOf, foundProvince, idNumber, issue, ORIGIN, uploadOf, type Issued, type Organization, type Province, type Submitted } from '../kit.ts';
import { jpeg, png, SAMPLES, turned } from '../life/fixtures-photo.ts';
import { zip, type Zipped } from '../life/fixtures-zip.ts';
import { Fault, faultyDatabase, type Mode } from './faults.ts';
import { callAs, snapshot, type Answer } from './forge.ts';

let province: Province;
let school: Organization;
let plant: Organization;

beforeAll(async () => {
  province = await foundProvince();
  school = await fileWith(province.city, 'S000037000001');
  plant = await fileWith(province.province, 'Y000037000002', { name: '山东重工集团' });
});

const one = jpeg({ text: 'one', size: 20_000 });
const two = png();
const archive = (...list: [name: string, bytes: Uint8Array][]): Uint8Array<ArrayBuffer> => zip(list.map(([name, bytes]): Zipped => ({ name, bytes })));
const digestOf = async (bytes: Uint8Array<ArrayBuffer>) => toBase64url(await sha256(bytes));
const same = (a: ArrayBuffer | Uint8Array, b: Uint8Array) => expect(toBase64url(new Uint8Array(a))).toBe(toBase64url(b));

interface Row { row: number; position: number; photo: boolean; disclosures: string[]; sd: string[] }
const rowsOf = async (id: string) => (await as(province.city).get<{ rows: Row[] }>(`/v1/batches/${id}/rows`)).rows;
const photoDigest = ({ disclosures, sd }: Row) => readDisclosures(disclosures, sd).holder.photo_digest;
const look = (by: Organization['client'] | undefined, id: string, position: number | string) => callAs(by, 'GET', `/v1/batches/${id}/rows/${position}/photo`);

/** Keys of all objects. */
const objects = async () => (await files.list({ limit: 1000 })).objects.map(({ key }) => key).sort();
const packs = async () => (await db.prepare('SELECT batch, pack, state FROM photo_packs ORDER BY batch, pack').all<{ batch: string; pack: number; state: string }>()).results;

async function upload(rows: readonly unknown[], photos: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Promise<Answer> {
  const { body, type } = await uploadOf(rows, photos);
  return callAs(school.client, 'POST', '/v1/batches', body, { 'Content-Type': type, ...headers });
}

const refOf = (answer: Answer): Submitted => {
  expect([answer.status, answer.text]).toEqual([201, expect.stringContaining('root')]);
  const { id, root, count } = JSON.parse(answer.text) as { id: string; root: string; count: number };
  return { id, batch: id, root, count, aud: ORIGIN, organization: school.code };
};

describe('a file of rows with an archive of photos', () => {
  let batch: Submitted;
  let rows: Row[];
  const welder = { occupation_code: '6-18-02-04', occupation_name: '焊工', job_type: '电焊工', level: 3 };

  beforeAll(async () => {
    // Two rows of one person, one with a PNG, one without.
    const csv = [candidate(1), candidate(2), candidate(1, welder), candidate(3)];
    const header = Object.keys(candidate(1));
    const text = [header.join(','), ...csv.map((row) => header.map((name) => row[name]).join(','))].join('\n');
    // A folder 照片 as Chinese Windows writes it: GBK, and no flag that says so.
    const photos: Zipped[] = [{ name: `photos/${idNumber(1).toLowerCase()}.JPG`, bytes: one }, { name: concat(Uint8Array.of(0xd5, 0xd5, 0xc6, 0xac), encodeUtf8(`\\${idNumber(2)}.png`)), bytes: two, store: true }];
    const { body, type } = await formOf({ rows: new File([text], '名单.csv', { type: 'application/vnd.ms-excel' }), photos: new File([zip(photos)], 'p.zip') });
    batch = refOf(await callAs(school.client, 'POST', '/v1/batches', body, { 'Content-Type': type }));
    rows = await rowsOf(batch.id);
  });

  test('each row says whether it has a photo, and discloses its digest', async () => {
    expect(rows.map(({ row, photo }) => [row, photo])).toEqual([[2, true], [3, true], [4, true], [5, false]]);
    expect(rows.map(photoDigest)).toEqual([await digestOf(one), await digestOf(two), await digestOf(one), null]);
  });

  test('organization and centres see the very bytes; others nothing', async () => {
    for (const by of [school.client, province.city, province.province]) {
      for (const [position, bytes, type] of [[0, one, 'image/jpeg'], [1, two, 'image/png'], [2, one, 'image/jpeg']] as const) {
        const response = await as(by).take('GET', `/v1/batches/${batch.id}/rows/${position}/photo`);
        expect([response.headers.get('content-type'), response.headers.get('cache-control'), response.headers.get('x-content-type-options')]).toEqual([type, 'private, no-store', 'nosniff']);
        same(await response.arrayBuffer(), bytes);
      }
    }
    expect(await look(plant.client, batch.id, 0)).toMatchObject({ status: 403, code: 'out_of_reach' });
    expect(await look(undefined, batch.id, 0)).toMatchObject({ status: 401 });
    for (const position of [3, 4, '00000000', '-1', 'x', '1e0']) expect([position, await look(province.city, batch.id, position)]).toEqual([position, expect.objectContaining({ status: 404, code: 'photo_not_found' })]);
    expect(await look(province.city, 'b0', 0)).toMatchObject({ status: 404, code: 'batch_not_found' });
  });

  test('what lies in R2 is one object of ciphertext: no picture, no person', async () => {
    expect(await objects()).toEqual([`photos/${batch.id}/0`]);
    const stored = new Uint8Array(await (await files.get(`photos/${batch.id}/0`))!.arrayBuffer());
    // The person of two rows has one photo.
    expect(stored.length).toBe(one.length + two.length + 2 * 28);
    const text = String.fromCharCode(...stored);
    for (const clear of ['\xff\xd8\xff', 'JFIF', '\x89PNG', 'IDAT', 'IEND', idNumber(1), idNumber(2), String.fromCharCode(...one.subarray(0, 12))]) expect(text.includes(clear)).toBe(false);
    expect(await packs()).toEqual([{ batch: batch.id, pack: 0, state: 'kept' }]);
    // Nor does the digest stand in D1, by which the owner of a file could be found.
    const { results } = await db.prepare('SELECT * FROM photos').all();
    expect(results).toEqual([0, 1, 2].map((position) => ({ batch: batch.id, position, pack: 0, offset: position === 1 ? one.length + 28 : 0, length: (position === 1 ? two : one).length + 28 })));
    const { results: all } = await db.prepare('SELECT facts, sealed FROM rows').all();
    expect(JSON.stringify(all)).not.toContain(await digestOf(one));
  });

  test('the centres approve the digests: the certificate discloses them, and the photo is found by its signed digest', async () => {
    await issue(school, batch, await approve(province, school, batch));
    const { certificates } = await as(school.client).get<{ certificates: Issued[] }>(`/v1/batches/${batch.id}/certificates`);
    const service = serviceOf(env as Env);
    for (const { row, credential, number } of certificates) {
      const claims = credential.split('~').slice(1, -1).map((part) => JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(part.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0)))) as [string, string, unknown]);
      const digest = claims.find(([, name]) => name === 'photo_digest')?.[2] as string | null;
      expect(digest).toBe(row === 5 ? null : await digestOf(row === 3 ? two : one));
      expect(await anyone.post('/v1/verify', { credential })).toMatchObject({ verdict: 'valid', certificate: { number } });
      if (digest !== null) same(await readPhoto(service, { batch: batch.id, position: row - 2 }, digest), row === 3 ? two : one);
    }
    await expect(readPhoto(service, { batch: batch.id, position: 0 }, await digestOf(two))).rejects.toMatchObject({ code: 'photo_differs' });
    await expect(readPhoto(service, { batch: batch.id, position: 3 }, await digestOf(two))).rejects.toMatchObject({ code: 'photo_differs' });
  });

  describe('an operator who touches what is stored', () => {
    const key = () => `photos/${batch.id}/0`;
    /** Puts another object there, looks, and puts the old one back. */
    async function altered(change: (old: Uint8Array<ArrayBuffer>) => Promise<unknown> | unknown): Promise<Answer> {
      const old = new Uint8Array(await (await files.get(key()))!.arrayBuffer());
      await change(new Uint8Array(old));
      try {
        return await look(province.city, batch.id, 0);
      } finally {
        await files.put(key(), old);
      }
    }
    const differs = { status: 409, code: 'photo_differs' };

    test('alters a byte', async () => {
      for (const at of [0, 11, 12, 500, one.length + 27]) expect(await altered((old) => ((old[at] = (old[at] as number) ^ 1), files.put(key(), old)))).toMatchObject(differs);
    });
    test('cuts the object, or deletes it', async () => {
      expect(await altered((old) => files.put(key(), old.subarray(0, 1000)))).toMatchObject(differs);
      expect(await altered((old) => files.put(key(), old.subarray(0, 1)))).toMatchObject(differs);
      expect(await altered(() => files.delete(key()))).toMatchObject(differs);
    });
    test('puts the picture itself there, or ciphertext of another batch', async () => {
      expect(await altered((old) => files.put(key(), concat(one, old.subarray(one.length))))).toMatchObject(differs);
      const other = refOf(await upload([candidate(90)], archive([`${idNumber(90)}.jpg`, one])));
      expect(await altered(async () => files.put(key(), await (await files.get(`photos/${other.id}/0`))!.arrayBuffer()))).toMatchObject(differs);
    });
    test('points a row to another photo, to no object, or nowhere', async () => {
      const edit = async (set: string) => {
        const old = await db.prepare('SELECT pack, offset, length FROM photos WHERE batch = ? AND position = 0').bind(batch.id).first<{ pack: number; offset: number; length: number }>();
        await db.prepare(`UPDATE photos SET ${set} WHERE batch = ? AND position = 0`).bind(batch.id).run();
        const answer = await look(province.city, batch.id, 0);
        await db.prepare('UPDATE photos SET pack = ?, offset = ?, length = ? WHERE batch = ? AND position = 0').bind(old?.pack, old?.offset, old?.length, batch.id).run();
        return answer;
      };
      expect(await edit(`offset = ${one.length + 28}, length = ${two.length + 28}`)).toMatchObject(differs);
      expect(await edit('offset = 1')).toMatchObject(differs);
      expect(await edit('length = 5')).toMatchObject(differs);
      expect(await edit('offset = 100000000')).toMatchObject(differs);
      const lost = await db.prepare('SELECT * FROM photos WHERE batch = ? AND position = 0').bind(batch.id).first<Record<string, unknown>>();
      await db.prepare('DELETE FROM photos WHERE batch = ? AND position = 0').bind(batch.id).run();
      expect(await look(province.city, batch.id, 0)).toMatchObject(differs);
      await db.prepare('INSERT INTO photos (batch, position, pack, offset, length) VALUES (?, 0, ?, ?, ?)').bind(batch.id, lost?.['pack'], lost?.['offset'], lost?.['length']).run();
    });
    test('and afterwards everything is as before', async () => {
      expect((await look(province.city, batch.id, 0)).status).toBe(200);
    });
  });
});

test('photos in JSON candidates', async () => {
  const base64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes));
  const batch = refOf(await callAs(school.client, 'POST', '/v1/batches', { candidates: [candidate(10, { photo: base64(one) }), candidate(11, { photo: `data:image/png;base64,${toBase64url(two)}` }), candidate(12, { photo: null }), candidate(13)] }));
  expect((await rowsOf(batch.id)).map(({ photo }) => photo)).toEqual([true, true, false, false]);
  same(await (await as(province.city).take('GET', `/v1/batches/${batch.id}/rows/1/photo`)).arrayBuffer(), two);
});

test('many photos go into several objects', async () => {
  const people = Array.from({ length: 45 }, (_, i) => 20 + i);
  const pictures = new Map(people.map((n) => [n, jpeg({ size: 200_000, text: `person ${n}` })]));
  const batch = refOf(await upload(people.map((n) => candidate(n)), zip(people.map((n) => ({ name: `${idNumber(n)}.jpg`, bytes: pictures.get(n) as Uint8Array, store: true })))));
  expect((await objects()).filter((key) => key.includes(batch.id))).toEqual([0, 1, 2].map((pack) => `photos/${batch.id}/${pack}`));
  for (const position of [0, 18, 19, 20, 44]) same(await (await as(school.client).take('GET', `/v1/batches/${batch.id}/rows/${position}/photo`)).arrayBuffer(), pictures.get(20 + position) as Uint8Array);
});

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
    ['photo_repeated', [[`a/${id}.jpg`, one], [`b/${id}.png`, two]], 1],
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
    expect(JSON.parse(answer.text)).toMatchObject({ errors: [{ row, field: 'photo', code, file: photos.at(-1)?.[0], message: expect.stringMatching(/\p{Script=Han}.* \/ [A-Z]/u) }] });
    expect(log).not.toHaveBeenCalled();
    log.mockRestore();
  });

  test('faults of photos stand beside faults of rows, in row order', async () => {
    const bad = [candidate(72), candidate(73, { id_number: '370102198001011019', level: '九级' }), candidate(74, { name: '' })];
    const answer = await refusedUpload(() => upload(bad, archive([`${idNumber(74)}.jpg`, turned(8)], ['370102198001011019.jpg', jpeg({ width: 300, height: 300 })], ['nobody.jpg', one])));
    const { errors } = JSON.parse(answer.text) as { errors: { row: number; code: string }[] };
    expect(errors.map(({ row, code }) => `${row} ${code}`)).toEqual(['0 photo_without_row', '2 id_number_check_digit', '2 level_unknown', '2 photo_ratio', '3 name_blank', '3 photo_turned']);
  });

  test('photos in JSON', async () => {
    const answer = await refusedUpload(() => callAs(school.client, 'POST', '/v1/batches', { candidates: [candidate(75, { photo: 'https://example.cn/75.jpg' })] }));
    expect(JSON.parse(answer.text)).toMatchObject({ errors: [{ row: 1, field: 'photo', code: 'photo_encoding' }] });
  });

  test('what only the register knows', async () => {
    const answer = await refusedUpload(() => upload([candidate(1)], archive([`${idNumber(1)}.jpg`, one])));
    expect(JSON.parse(answer.text)).toMatchObject({ errors: [{ field: 'id_number', code: 'already_certified' }] });
  });

  test.each<[code: string, status: number, photos: Uint8Array<ArrayBuffer>]>([
    ['archive_malformed', 400, encodeUtf8('no archive')],
    ['archive_malformed', 400, zip([{ name: `${id}.jpg`, bytes: one, lie: { local: { size: 9 }, central: { size: 1500 } } }])],
    ['archive_malformed', 400, zip([{ name: `${id}.jpg`, bytes: one, lie: { local: { size: 19_999 }, central: { size: 19_999 } } }])],
    ['archive_encrypted', 400, zip([{ name: `${id}.jpg`, bytes: one, lie: { local: { flags: 1 }, central: { flags: 1 } } }])],
    ['archive_method', 400, zip([{ name: `${id}.jpg`, bytes: one, lie: { local: { method: 12 }, central: { method: 12 } } }])],
    ['archive_empty', 400, zip([])],
    ['archive_too_many', 413, zip(Array.from({ length: 10_001 }, (_, i) => ({ name: `${i}.jpg`, bytes: new Uint8Array(), store: true })))],
    ['archive_too_large', 413, zip(Array.from({ length: 501 }, (_, i) => ({ name: `${i}.jpg`, bytes: new Uint8Array(), store: true, lie: { local: { size: 200_000, deflated: 200_000 }, central: { size: 200_000, deflated: 200_000 } } })))],
  ])('%s', async (code, status, photos) => {
    expect(await refusedUpload(() => upload(rows(), photos))).toMatchObject({ status, code });
  });
});

describe('forms', () => {
  const form = (body: string | Uint8Array<ArrayBuffer>, type = 'multipart/form-data; boundary=x') => callAs(school.client, 'POST', '/v1/batches', typeof body === 'string' ? encodeUtf8(body) : body, { 'Content-Type': type });
  const part = (name: string, content = '{"candidates": []}') => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${content}\r\n`;

  test.each<[code: string, name: string, body: string, type?: string]>([
    // The form was read: what it holds is an empty batch.
    ['batch_empty', 'a form', `${part('rows')}--x--\r\n`],
    ['batch_empty', 'a form and something behind', `${part('rows')}--x--\r\nepilogue`],
    ['batch_empty', 'a boundary in quotes, parameters in any order', `${part('rows')}--x--`, 'Multipart/Form-Data; charset=utf-8; boundary="x"'],
    ['batch_empty', 'names without quotes, other headers, names of files that look like parameters', '--x\r\nContent-Type: application/json\r\ncontent-disposition: form-data; filename="a; name=\\"photos\\".json"; name=rows\r\n\r\n{"candidates": []}\r\n--x--'],
    ['csv_columns_missing', 'content that looks like a boundary', `${part('rows', 'a,b\r\n-- x\r\n--\r\n-x\r\n')}--x--`],
    ['csv_columns_missing', 'a file that is no JSON', `${part('rows', 'a,b')}--x--`],
    ['body_malformed', 'no rows', `--x--`],
    ['body_malformed', 'photos alone', `${part('photos')}--x--`],
    ['archive_malformed', 'photos that are no archive', `${part('rows', '{"candidates": [{}]}')}${part('photos', 'x')}--x--`],
    ['multipart_field_unexpected', 'another field', `${part('rows')}${part('foto')}--x--`],
    ['multipart_field_unexpected', 'a field twice', `${part('rows')}${part('rows')}--x--`],
    ['multipart_malformed', 'nothing', ''],
    ['multipart_malformed', 'text', 'rows=1'],
    ['multipart_malformed', 'no boundary', `${part('rows')}--x--`, 'multipart/form-data'],
    ['multipart_malformed', 'another boundary', `${part('rows')}--x--`, 'multipart/form-data; boundary=y'],
    ['multipart_malformed', 'an empty boundary', `${part('rows')}--x--`, 'multipart/form-data; boundary=""'],
    ['multipart_malformed', 'a boundary of strange characters', `${part('rows')}--x--`, 'multipart/form-data; boundary="\\x"'],
    ['multipart_malformed', 'no end', part('rows')],
    ['multipart_malformed', 'half an end', `${part('rows')}--x-`],
    ['multipart_malformed', 'a part that ends early', part('rows').slice(0, -4)],
    ['multipart_malformed', 'a part without a name', '--x\r\nContent-Disposition: form-data\r\n\r\nx\r\n--x--'],
    ['multipart_malformed', 'a part without headers', '--x\r\n\r\nx\r\n--x--'],
    ['multipart_malformed', 'headers without an end', `--x\r\nContent-Disposition: ${'x'.repeat(5000)}\r\n\r\nx\r\n--x--`],
    ['multipart_malformed', 'lines that end with LF', part('rows').replaceAll('\r\n', '\n')],
    ['utf8_malformed', 'headers that are no UTF-8', ''],
  ])('%s: %s', async (code, name, body, type) => {
    const sent = name === 'headers that are no UTF-8' ? concat(encodeUtf8('--x\r\nContent-Disposition: '), Uint8Array.of(0xff), encodeUtf8('\r\n\r\nx\r\n--x--')) : body;
    expect(await form(sent, type)).toMatchObject({ code });
  });

  test('any content comes through as it is', async () => {
    const contents = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.array(fc.constantFrom('\r', '\n', '\r\n', '-', '--', '\r\n--', 'x', ':', 'Content-Disposition: form-data; name="rows"\r\n\r\n'), { maxLength: 30 }).map((texts) => encodeUtf8(texts.join(''))));
    await fc.assert(
      fc.asyncProperty(contents, contents, async (rows, photos) => {
        const { body, type } = await formOf({ rows: new Blob([rows as Uint8Array<ArrayBuffer>], { type: 'text/csv' }), photos: new Blob([photos as Uint8Array<ArrayBuffer>]) });
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
    const json = await callAs(school.client, 'POST', '/v1/batches', `{"candidates": [{"photo": "${'A'.repeat(12_000_000)}"}]}`);
    expect(json).toMatchObject({ status: 413, code: 'body_too_large' });
    expect(json.text).toContain('multipart/form-data');
    expect(await form(`${part('rows', 'x'.repeat(12_000_001))}--x--`)).toMatchObject({ status: 413, code: 'body_too_large' });
  });

  test('an Idempotency-Key is about the content of the parts', async () => {
    const key = { 'Idempotency-Key': 'photos-1' };
    const photos = archive([`${idNumber(80)}.jpg`, one]);
    const first = await upload([candidate(80)], photos, key);
    const { id } = refOf(first);
    // A new boundary is made for each form.
    const again = await upload([candidate(80)], photos, key);
    expect([JSON.parse(again.text), again.response.headers.get('idempotent-replayed')]).toEqual([JSON.parse(first.text), 'true']);
    for (const [rows, other] of [[[candidate(80)], archive([`${idNumber(80)}.jpg`, two])], [[candidate(81)], photos]] as const) {
      expect(await upload(rows, other, key)).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
    }
    expect(await callAs(school.client, 'POST', '/v1/batches', { candidates: [candidate(80)] }, key)).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
    expect((await objects()).filter((name) => name.includes(id))).toHaveLength(1);
  });

  test('two uploads with one key at the same moment make one batch, and leave one batch\'s photos', async () => {
    const before = await objects();
    const key = { 'Idempotency-Key': 'photos-2' };
    const photos = archive([`${idNumber(82)}.jpg`, one]);
    const ids = (await Promise.all([1, 2, 3].map(() => upload([candidate(82)], photos, key)))).map((answer) => refOf(answer).id);
    expect(new Set(ids).size).toBe(1);
    expect((await objects()).filter((name) => !before.includes(name))).toEqual([`photos/${ids[0]}/0`]);
    expect((await packs()).filter(({ state }) => state !== 'kept')).toEqual([]);
  });
});

describe('faults between the writes', () => {
  let person = 500;
  const nowSeconds = () => Math.floor(Date.now() / 1000);
  const serviceWith = (change: Partial<Service>): Service => ({ ...serviceOf(env as Env), ...change });
  const caller = (): Caller => ({ role: 'organization', subject: `org:${school.code}`, jkt: school.client.kid, key: school.client.jwk });
  const freshUpload = (): Upload => {
    const n = person++;
    return { rows: [{ row: 1, values: candidate(n) }], photos: photosOfArchive(archive([`${idNumber(n)}.jpg`, one])), digest: `digest ${n}` };
  };
  const sweepLater = () => sweepPhotos(serviceWith({ now: () => nowSeconds() + 3700 }));
  /** Objects and lines of batches that are not stored. */
  async function leftovers(): Promise<string[]> {
    const { results } = await db.prepare('SELECT id FROM batches').all<{ id: string }>();
    const known = new Set(results.map(({ id }) => id));
    return [...(await objects()).filter((key) => !known.has(key.split('/')[1] as string)), ...(await packs()).filter(({ batch }) => !known.has(batch)).map(({ batch, pack }) => `${batch} ${pack}`)];
  }
  /** The newest stored batches with photos have them. */
  async function expectWhole(newest: number): Promise<void> {
    const { results } = await db.prepare('SELECT p.batch, max(p.position) AS position FROM photos p JOIN batches b ON b.id = p.batch GROUP BY p.batch ORDER BY b.rowid DESC LIMIT ?').bind(newest).all<{ batch: string; position: number }>();
    expect(results.length).toBeGreaterThan(0);
    for (const { batch, position } of results) expect([batch, (await look(province.city, batch, position)).status]).toEqual([batch, 200]);
    expect((await packs()).filter(({ state }) => state !== 'kept')).toEqual([]);
  }

  test('the path has the writes that the table covers', async () => {
    const { db: counting, writes } = faultyDatabase(db, -1, 'failed');
    await submitBatch(serviceWith({ db: counting }), caller(), freshUpload(), null);
    expect(writes).toEqual(['INSERT INTO photo_packs', 'batch']);
  });

  const MODES: Mode[] = ['failed', 'persisted', 'killed before writing', 'killed after writing'];
  test.each(MODES.flatMap((mode) => [0, 1].map((at) => ({ mode, at }))))('write $at $mode', async ({ mode, at }) => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const stored = await db.prepare('SELECT count(*) AS n FROM batches').first<number>('n');
    await expect(submitBatch(serviceWith({ db: faultyDatabase(db, at, mode).db }), caller(), freshUpload(), null)).rejects.toThrow(Fault);
    log.mockRestore();
    // The transaction either was made or was not, whatever its caller was told.
    const made = at === 1 && (mode === 'persisted' || mode === 'killed after writing');
    expect(await db.prepare('SELECT count(*) AS n FROM batches').first<number>('n')).toBe((stored as number) + Number(made));
    // Who lives cleans up at once; who is dead leaves it to the sweep, and that waits.
    if (!mode.startsWith('killed')) expect(await leftovers()).toEqual([]);
    const left = await leftovers();
    expect(await sweepPhotos(serviceWith({}))).toBe(0);
    expect(await leftovers()).toEqual(left);
    await sweepLater();
    expect(await leftovers()).toEqual([]);
    await expectWhole(1);
  });

  test.each(['fails before writing', 'fails after writing'])('R2 %s: nothing is left', async (how) => {
    const failing = { put: async (key: string, bytes: never) => {
      if (how === 'fails after writing') await files.put(key, bytes);
      throw new Fault(how);
    }, delete: (keys: string[]) => files.delete(keys) };
    const before = [await snapshot(), await objects()];
    await expect(submitBatch(serviceWith({ files: failing as never }), caller(), freshUpload(), null)).rejects.toThrow(Fault);
    expect([await snapshot(), await objects()]).toEqual(before);
  });

  test('R2 dead: the failure is the answer, and the sweep takes the rest, object first', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const dead = { put: async (key: string, bytes: never) => (await files.put(key, bytes), Promise.reject(new Fault('put'))), delete: () => Promise.reject(new Error('delete')) };
    await expect(submitBatch(serviceWith({ files: dead as never }), caller(), freshUpload(), null)).rejects.toThrow('put');
    expect(log.mock.calls.map(([text]) => JSON.parse(String(text)))).toEqual([{ event: 'photos_left_to_sweep', batch: expect.stringMatching(/^b[0-9a-f]{24}$/) }]);
    log.mockRestore();
    expect(await leftovers()).toHaveLength(2);
    await expect(sweepPhotos(serviceWith({ files: dead as never }))).rejects.toThrow('delete');
    expect(await leftovers()).toHaveLength(2);
    // Doomed already: nobody waits for an hour.
    expect(await sweepPhotos(serviceWith({}))).toBe(1);
    expect(await leftovers()).toEqual([]);
  });

  test('a batch that comes after the sweep doomed its photos is not stored', async () => {
    const slow = { put: async (key: string, bytes: never) => {
      await files.put(key, bytes);
      await sweepLater();
    }, delete: (keys: string[]) => files.delete(keys) };
    const before = [await snapshot(), await objects()];
    await expect(submitBatch(serviceWith({ files: slow as never }), caller(), freshUpload(), null)).rejects.toThrow();
    expect([await snapshot(), await objects()]).toEqual(before);
    // Also when the sweep had only begun.
    const begun = { put: async (key: string, bytes: never) => {
      await files.put(key, bytes);
      await sweepPhotos(serviceWith({ now: () => nowSeconds() + 3700, files: { delete: () => Promise.reject(new Fault('sweep')) } as never })).catch(() => undefined);
    }, delete: (keys: string[]) => files.delete(keys) };
    await expect(submitBatch(serviceWith({ files: begun as never }), caller(), freshUpload(), null)).rejects.toThrow();
    expect([await snapshot(), await objects()]).toEqual(before);
  });

  test('the sweep leaves stored batches alone', async () => {
    const before = await objects();
    expect(before.length).toBeGreaterThan(3);
    expect(await sweepLater()).toBe(0);
    expect(await objects()).toEqual(before);
    await expectWhole(100);
  });
});
