/** What the command refuses about photos, with a service that does not do what it should. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sha256, toBase64url } from '../../src/base/bytes.ts';
import { readArchive, savePhotos } from '../../src/cli/subjects.ts';
import { photosOfArchive } from '../../src/core/rows/row-photos.ts';
import type { Filing } from '../../src/core/schema.ts';
import { photosFor, requireSameRows, type Seen } from '../../src/sdk/batch.ts';
import { Caller } from '../../src/sdk/call.ts';
import { jpeg, png } from '../formats/fixtures-photo.ts';
import { removed, scratch } from './run.ts';

const ID = '11010519491231002X';
const photo = jpeg();
const VALUES = {
  name: '张伟',
  id_type: '居民身份证',
  id_number: ID,
  occupation_code: '6-31-01-03',
  occupation_name: '电工',
  job_type: '--',
  level: '3',
  score_theory: '80',
  score_practice: '85.5',
  exam_date: '2026-11-01',
};
const FILING = {
  scope: [{ code: '6-31-01-03', name: '电工', edition: '2022', jobs: [], levels: [3] }],
  pass_mark: 60,
} as unknown as Filing;

const seenWith = (photo_digest: string | null): Seen => ({
  view: {} as Seen['view'],
  filing: FILING,
  ref: { organization: 'S000037000001', aud: 'https://lz.example.cn', batch: 'b1', root: '', count: 1 },
  rows: [
    {
      row: 2,
      position: 0,
      name: '张伟',
      id_type: 'resident_id',
      id_number: ID,
      photo_digest,
      occupation: { code: '6-31-01-03', name: '电工', edition: '2022' },
      job: '--',
      level: 3,
      exam_date: '2026-11-01',
      masked_name: '张**',
      sd: [],
      disclosures: [],
    },
  ],
});
const serviceWith = (bytes: Uint8Array<ArrayBuffer>) =>
  new Caller('https://lz.example.cn', undefined, { fetch: async () => new Response(bytes) });

test('a photo whose digest its row does not disclose is not saved, and nothing is signed', async () => {
  const folder = scratch();
  removed(folder);
  const seen = seenWith(toBase64url(await sha256(photo)));
  await expect(savePhotos(serviceWith(png()), seen, join(folder, 'a'))).rejects.toMatchObject({
    code: 'photo_differs',
    exit: 1,
  });
  expect(readdirSync(join(folder, 'a'))).toEqual([]);
  expect(await savePhotos(serviceWith(photo), seen, join(folder, 'b'))).toEqual({ photos: 1, unseen: 1 });
  // What an earlier look saved is seen; what was changed since is not, and is saved again.
  expect(await savePhotos(serviceWith(photo), seen, join(folder, 'b'))).toEqual({ photos: 1, unseen: 0 });
  writeFileSync(join(folder, 'b', 'row-2.jpg'), 'x');
  expect(await savePhotos(serviceWith(photo), seen, join(folder, 'b'))).toEqual({ photos: 1, unseen: 1 });
  // The second look finds another type: the old picture is gone.
  expect(await savePhotos(serviceWith(png()), seenWith(toBase64url(await sha256(png()))), join(folder, 'b'))).toEqual({
    photos: 1,
    unseen: 1,
  });
  expect(readdirSync(join(folder, 'b'))).toEqual(['row-2.png']);
  expect(await savePhotos(serviceWith(photo), seenWith(null), join(folder, 'c'))).toEqual({ photos: 0, unseen: 0 });
  // Without a folder nothing is written, and every photo is compared all the same.
  expect(await savePhotos(serviceWith(photo), seen)).toEqual({ photos: 1, unseen: 1 });
  await expect(savePhotos(serviceWith(png()), seen)).rejects.toMatchObject({ code: 'photo_differs' });
  expect(existsSync(join(folder, 'c'))).toBe(true);
});

test('rows whose digests are not those of the files that were sent are refused', async () => {
  const folder = scratch();
  removed(folder);
  writeFileSync(join(folder, `${ID}.jpg`), photo);
  const raw = [{ row: 2, values: VALUES }];
  const archive = readArchive(folder);
  expect(photosOfArchive(archive).map(({ file }) => file)).toEqual([`${ID}.jpg`]);
  const photos = await photosFor(raw, archive);
  const [digest, other] = [toBase64url(await sha256(photo)), toBase64url(await sha256(png()))];
  requireSameRows(raw, seenWith(digest), photos);
  requireSameRows(raw, seenWith(null), new Map());
  for (const [shown, sent] of [
    [other, photos],
    [null, photos],
    [digest, new Map()],
  ] as const)
    expect(() => requireSameRows(raw, seenWith(shown), sent)).toThrow('photo that the service stored');
});

test('a folder without pictures is a slip', () => {
  const folder = scratch();
  removed(folder);
  writeFileSync(join(folder, 'notes.txt'), 'x');
  expect(() => readArchive(folder)).toThrow('no .jpg');
});
