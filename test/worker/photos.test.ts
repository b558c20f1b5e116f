/**
 * Photos of candidates at rest, from the upload to the centres' eyes: what is stored, who sees it, what an operator who
 * alters it gets, and that a fault at any write leaves nothing that the sweep does not take.
 */
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { concat, encodeUtf8, toBase64url } from '../../src/base/bytes.ts';
import type { Env } from '../../src/env.ts';
import { serviceOf } from '../../src/env.ts';
import { openZip } from '../../src/service/download.ts';
import { readPhoto } from '../../src/service/photo-packs.ts';
import { jpeg } from '../formats/fixtures-photo.ts';
import { type Zipped, zip } from '../formats/fixtures-zip.ts';
import {
  anyone,
  approve,
  as,
  candidate,
  db,
  files,
  formOf,
  type Issued,
  idNumber,
  issue,
  type Submitted,
} from '../kit.ts';
import { type Answer, callAs } from './forge.ts';
import { faults } from './photos-faults.ts';
import {
  archive,
  digestOf,
  foundThem,
  look,
  object,
  objects,
  one,
  packs,
  photoDigest,
  plant,
  province,
  type Row,
  refOf,
  rowsOf,
  same,
  school,
  two,
  upload,
} from './photos-kit.ts';

beforeAll(foundThem);

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
    const photos: Zipped[] = [
      { name: `photos/${idNumber(1).toLowerCase()}.JPG`, bytes: one },
      {
        name: concat(Uint8Array.of(0xd5, 0xd5, 0xc6, 0xac), encodeUtf8(`\\${idNumber(2)}.png`)),
        bytes: two,
        store: true,
      },
    ];
    const { body, type } = await formOf({
      rows: new File([text], '名单.csv', { type: 'application/vnd.ms-excel' }),
      photos: new File([zip(photos)], 'p.zip'),
    });
    batch = refOf(await callAs(school.client, 'POST', '/v1/batches', body, { 'Content-Type': type }));
    rows = await rowsOf(batch.id);
  });

  test('each row says whether it has a photo, and discloses its digest', async () => {
    expect(rows.map(({ row, photo }) => [row, photo])).toEqual([
      [2, true],
      [3, true],
      [4, true],
      [5, false],
    ]);
    expect(rows.map(photoDigest)).toEqual([await digestOf(one), await digestOf(two), await digestOf(one), null]);
  });

  test('organization and centres see the very bytes; others nothing', async () => {
    for (const by of [school.client, province.city, province.province]) {
      for (const [position, bytes, type] of [
        [0, one, 'image/jpeg'],
        [1, two, 'image/png'],
        [2, one, 'image/jpeg'],
      ] as const) {
        const response = await as(by).take('GET', `/v1/batches/${batch.id}/rows/${position}/photo`);
        expect([
          response.headers.get('content-type'),
          response.headers.get('cache-control'),
          response.headers.get('x-content-type-options'),
        ]).toEqual([type, 'private, no-store', 'nosniff']);
        same(await response.arrayBuffer(), bytes);
      }
    }
    expect(await look(plant.client, batch.id, 0)).toMatchObject({ status: 403, code: 'out_of_reach' });
    expect(await look(undefined, batch.id, 0)).toMatchObject({ status: 401 });
    for (const position of [3, 4, '00000000', '-1', 'x', '1e0'])
      expect([position, await look(province.city, batch.id, position)]).toEqual([
        position,
        expect.objectContaining({ status: 404, code: 'photo_not_found' }),
      ]);
    expect(await look(province.city, 'b0', 0)).toMatchObject({ status: 404, code: 'batch_not_found' });
  });

  test('what lies in R2 is one object of ciphertext: no picture, no person', async () => {
    expect(await objects()).toEqual([`photos/${batch.id}/0`]);
    const sealed = new Uint8Array(await (await object(`photos/${batch.id}/0`)).arrayBuffer());
    // The person of two rows has one photo.
    expect(sealed.length).toBe(one.length + two.length + 2 * 28);
    const text = String.fromCharCode(...sealed);
    for (const clear of [
      '\xff\xd8\xff',
      'JFIF',
      '\x89PNG',
      'IDAT',
      'IEND',
      idNumber(1),
      idNumber(2),
      String.fromCharCode(...one.subarray(0, 12)),
    ])
      expect(text.includes(clear)).toBe(false);
    expect(await packs()).toEqual([{ batch: batch.id, pack: 0, state: 'kept' }]);
    // Nor does the digest stand in D1, by which the owner of a file could be found.
    const { results } = await db.prepare('SELECT * FROM photos').all();
    expect(results).toEqual(
      [0, 1, 2].map((position) => ({
        batch: batch.id,
        position,
        pack: 0,
        offset: position === 1 ? one.length + 28 : 0,
        length: (position === 1 ? two : one).length + 28,
      })),
    );
    const { results: all } = await db.prepare('SELECT facts, sealed FROM rows').all();
    expect(JSON.stringify(all)).not.toContain(await digestOf(one));
  });

  test('the centres approve the digests: the certificate discloses them, and the photo is found by its signed digest', async () => {
    await issue(school, batch, await approve(province, school, batch));
    const { certificates } = await as(school.client).get<{ certificates: Issued[] }>(
      `/v1/batches/${batch.id}/certificates`,
    );
    const service = serviceOf(env as Env);
    for (const { row, credential, number } of certificates) {
      const claims = credential
        .split('~')
        .slice(1, -1)
        .map(
          (part) =>
            JSON.parse(
              new TextDecoder().decode(
                Uint8Array.from(atob(part.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0)),
              ),
            ) as [string, string, unknown],
        );
      const digest = claims.find(([, name]) => name === 'photo_digest')?.[2] as string | null;
      expect(digest).toBe(row === 5 ? null : await digestOf(row === 3 ? two : one));
      expect(await anyone.post('/v1/verify', { credential })).toMatchObject({
        verdict: 'valid',
        certificate: { number },
      });
      if (digest !== null)
        same(await readPhoto(service, { batch: batch.id, position: row - 2 }, digest), row === 3 ? two : one);
    }
    await expect(readPhoto(service, { batch: batch.id, position: 0 }, await digestOf(two))).rejects.toMatchObject({
      code: 'photo_differs',
    });
    await expect(readPhoto(service, { batch: batch.id, position: 3 }, await digestOf(two))).rejects.toMatchObject({
      code: 'photo_differs',
    });
    // An archive asks once where the photos of its rows lie.
    const prepare = vi.spyOn(db, 'prepare');
    await new Response(
      await openZip(service, { batch: batch.id, from: 0, to: batch.count }, school.client.subject),
    ).arrayBuffer();
    expect(prepare.mock.calls.filter(([sql]) => sql.includes('FROM photos'))).toHaveLength(1);
    prepare.mockRestore();
  });

  describe('an operator who touches what is stored', () => {
    const key = () => `photos/${batch.id}/0`;
    /** Puts another object there, looks, and puts the old one back. */
    async function altered(change: (old: Uint8Array<ArrayBuffer>) => Promise<unknown> | unknown): Promise<Answer> {
      const old = new Uint8Array(await (await object(key())).arrayBuffer());
      await change(new Uint8Array(old));
      try {
        return await look(province.city, batch.id, 0);
      } finally {
        await files.put(key(), old);
      }
    }
    const differs = { status: 409, code: 'photo_differs' };

    test('alters a byte', async () => {
      for (const at of [0, 11, 12, 500, one.length + 27])
        expect(await altered((old) => ((old[at] = (old[at] as number) ^ 1), files.put(key(), old)))).toMatchObject(
          differs,
        );
    });
    test('cuts the object, or deletes it', async () => {
      expect(await altered((old) => files.put(key(), old.subarray(0, 1000)))).toMatchObject(differs);
      expect(await altered((old) => files.put(key(), old.subarray(0, 1)))).toMatchObject(differs);
      expect(await altered(() => files.delete(key()))).toMatchObject(differs);
    });
    test('puts the picture itself there, or ciphertext of another batch', async () => {
      expect(await altered((old) => files.put(key(), concat(one, old.subarray(one.length))))).toMatchObject(differs);
      const other = refOf(await upload([candidate(90)], archive([`${idNumber(90)}.jpg`, one])));
      expect(
        await altered(async () => files.put(key(), await (await object(`photos/${other.id}/0`)).arrayBuffer())),
      ).toMatchObject(differs);
    });
    test('points a row to another photo, to no object, or nowhere', async () => {
      const edit = async (set: string) => {
        const old = await db
          .prepare('SELECT pack, offset, length FROM photos WHERE batch = ? AND position = 0')
          .bind(batch.id)
          .first<{ pack: number; offset: number; length: number }>();
        await db.prepare(`UPDATE photos SET ${set} WHERE batch = ? AND position = 0`).bind(batch.id).run();
        const answer = await look(province.city, batch.id, 0);
        await db
          .prepare('UPDATE photos SET pack = ?, offset = ?, length = ? WHERE batch = ? AND position = 0')
          .bind(old?.pack, old?.offset, old?.length, batch.id)
          .run();
        return answer;
      };
      expect(await edit(`offset = ${one.length + 28}, length = ${two.length + 28}`)).toMatchObject(differs);
      expect(await edit('offset = 1')).toMatchObject(differs);
      expect(await edit('length = 5')).toMatchObject(differs);
      expect(await edit('offset = 100000000')).toMatchObject(differs);
      const lost = await db
        .prepare('SELECT * FROM photos WHERE batch = ? AND position = 0')
        .bind(batch.id)
        .first<Record<string, unknown>>();
      await db.prepare('DELETE FROM photos WHERE batch = ? AND position = 0').bind(batch.id).run();
      expect(await look(province.city, batch.id, 0)).toMatchObject(differs);
      await db
        .prepare('INSERT INTO photos (batch, position, pack, offset, length) VALUES (?, 0, ?, ?, ?)')
        .bind(batch.id, lost?.pack, lost?.offset, lost?.length)
        .run();
    });
    test('and afterwards everything is as before', async () => {
      expect((await look(province.city, batch.id, 0)).status).toBe(200);
    });
  });
});

test('photos in JSON candidates', async () => {
  const base64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes));
  const batch = refOf(
    await callAs(school.client, 'POST', '/v1/batches', {
      candidates: [
        candidate(10, { photo: base64(one) }),
        candidate(11, { photo: `data:image/png;base64,${toBase64url(two)}` }),
        candidate(12, { photo: null }),
        candidate(13),
      ],
    }),
  );
  expect((await rowsOf(batch.id)).map(({ photo }) => photo)).toEqual([true, true, false, false]);
  same(await (await as(province.city).take('GET', `/v1/batches/${batch.id}/rows/1/photo`)).arrayBuffer(), two);
});

test('many photos go into several objects', async () => {
  const people = Array.from({ length: 45 }, (_, i) => 20 + i);
  const pictures = new Map(people.map((n) => [n, jpeg({ size: 200_000, text: `person ${n}` })]));
  const batch = refOf(
    await upload(
      people.map((n) => candidate(n)),
      zip(people.map((n) => ({ name: `${idNumber(n)}.jpg`, bytes: pictures.get(n) as Uint8Array, store: true }))),
    ),
  );
  expect((await objects()).filter((key) => key.includes(batch.id))).toEqual(
    [0, 1, 2].map((pack) => `photos/${batch.id}/${pack}`),
  );
  for (const position of [0, 18, 19, 20, 44])
    same(
      await (await as(school.client).take('GET', `/v1/batches/${batch.id}/rows/${position}/photo`)).arrayBuffer(),
      pictures.get(20 + position) as Uint8Array,
    );
});

faults();
