/** Whose photo is whose: one vector per fault, names as people write them, and persons who stand in several rows. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { toBase64url } from '../../src/base/bytes.ts';
import { isRefusal } from '../../src/base/refusal.ts';
import { FAULTS, type Fault } from '../../src/core/rows/faults.ts';
import { type GivenPhoto, matchPhotos, photosOfArchive, photosOfRows } from '../../src/core/rows/row-photos.ts';
import { type RawRow, readCandidates } from '../../src/core/rows/rows.ts';
import { jpeg, MATCHING_FAULTS, png, turned } from '../formats/fixtures-photo.ts';
import { type Zipped, zip } from '../formats/fixtures-zip.ts';

const ID = '11010519491231002X';
const OTHER = '370102198001011018';
const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64url');
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const one = jpeg({ text: 'one' });
const two = jpeg({ text: 'two' });

/** Rows as a CSV file numbers them: the first is 2. */
const rowsOf = (...people: [type: string, number: unknown][]): RawRow[] =>
  people.map(([id_type, id_number], at) => ({ row: at + 2, values: { id_type, id_number } }));
const BOTH = rowsOf(['居民身份证', ID], ['身份证', OTHER]);
const archiveOf = (...files: [name: string, bytes: Uint8Array][]): GivenPhoto[] =>
  photosOfArchive(zip(files.map(([name, bytes]): Zipped => ({ name, bytes, store: true }))));

const short = (faults: Fault[]) =>
  faults.map(({ row, code, file }) => `${row} ${code}${file === undefined ? '' : ` ${file}`}`);
async function match(
  rows: RawRow[],
  given: GivenPhoto[],
): Promise<{ faults: string[]; digests: Record<number, string> }> {
  const { photos, faults } = await matchPhotos(rows, given);
  for (const { field, message, code } of faults) {
    expect(field).toBe('photo');
    expect(message, code).toMatch(/^[^\n]*\p{Script=Han}[^\n]* \/ [A-Z][^\n]*\.$/u);
    // Whose it is stands in `file` alone: messages are for everybody.
    expect(message, code).not.toMatch(/[{}]|undefined|\d{9}|\.jpg$/);
  }
  return {
    faults: short(faults),
    digests: Object.fromEntries(Array.from(photos, ([row, { digest }]) => [row, digest])),
  };
}
const seen = new Set<string>();
const expectFaults = async (rows: RawRow[], given: GivenPhoto[], ...faults: string[]) => {
  const found = (await match(rows, given)).faults;
  expect(found).toEqual(faults);
  for (const fault of found) seen.add(fault.split(' ')[1] as string);
};

test('each person gets the photo with their number, in any folder and spelling', async () => {
  for (const [mine, theirs] of [
    [`${ID}.jpg`, `${OTHER}.PNG`],
    [`photos/a b/${ID.toLowerCase()}.JPEG`, `${OTHER}.jpg`],
    ['１１０１０５１９４９１２３１００２ｘ．ｊｐｇ', ` ${OTHER} .jpg`],
    ['..\\..\\11010519491231002x.jpg', `/${OTHER}.jpg`],
  ] as const) {
    expect(await match(BOTH, archiveOf([theirs, two], [mine, one]))).toEqual({
      faults: [],
      digests: { 2: digestOf(one), 3: digestOf(two) },
    });
  }
});

test('a row without a photo is no fault, and a batch without photos neither', async () => {
  expect(await match(BOTH, archiveOf([`${OTHER}.jpg`, png()]))).toEqual({
    faults: [],
    digests: { 3: digestOf(png()) },
  });
  expect(await match(BOTH, [])).toEqual({ faults: [], digests: {} });
});

test('all rows of one person get the photo', async () => {
  const rows = rowsOf(['居民身份证', ID], ['身份证', OTHER], ['111', ` ${ID.toLowerCase()}`]);
  expect((await match(rows, archiveOf([`${ID}.jpg`, one]))).digests).toEqual({ 2: digestOf(one), 4: digestOf(one) });
  const json = photosOfRows(
    readCandidates([
      { id_type: '111', id_number: ID },
      { id_type: '111', id_number: ID, photo: base64(one) },
      { id_type: '111', id_number: ID, photo: base64(one) },
    ]),
  );
  expect(await match(json.rows, json.photos)).toEqual({
    faults: [],
    digests: { 1: digestOf(one), 2: digestOf(one), 3: digestOf(one) },
  });
});

test('a photo belongs to exactly one person', async () => {
  await expectFaults(BOTH, archiveOf(['370102198001011019.jpg', one]), '0 photo_without_row 370102198001011019.jpg');
  await expectFaults(BOTH, archiveOf([`a/${ID}(1).jpg`, one]), `0 photo_without_row a/${ID}(1).jpg`);
  await expectFaults(
    rowsOf(['护照', '12345678'], ['台胞证', '12345678']),
    archiveOf(['12345678.jpg', one]),
    '2 photo_ambiguous 12345678.jpg',
  );
  await expectFaults(rowsOf(['护照', ''], ['护照', null]), archiveOf([' .jpg', one]), '0 photo_without_row  .jpg');
});

test('a person has one photo; the same file twice is one', async () => {
  await expectFaults(
    BOTH,
    archiveOf([`${ID}.jpg`, one], [`again/${ID}.jpeg`, two]),
    `2 photo_repeated again/${ID}.jpeg`,
  );
  await expectFaults(BOTH, archiveOf([`${ID}.jpg`, one], [`again/${ID}.jpg`, one]));
  const json = photosOfRows(
    readCandidates([
      { id_type: '111', id_number: ID, photo: base64(one) },
      { id_type: '身份证', id_number: ID, photo: base64(two) },
    ]),
  );
  await expectFaults(json.rows, json.photos, '2 photo_repeated');
});

test('.jfif is a JPEG, and any name counts less than the content', async () => {
  await expectFaults(BOTH, archiveOf([`${ID}.jfif`, one]));
  await expectFaults(BOTH, archiveOf([`again/${ID}.JFIF`, one]));
});

test('files that are not named like photos', async () => {
  for (const name of ['读我.txt', `${ID}.bmp`, `${ID}.jpg.exe`, 'inner.zip', ID, '.jpg'])
    await expectFaults(BOTH, archiveOf([name, one]), `0 photo_name ${name}`);
});

test('whatever a photo lacks is a fault of its row, all at once, beside rows that have faults of their own', async () => {
  const rows = rowsOf(['没有这种证', ID], ['身份证', OTHER], ['身份证', 5]);
  await expectFaults(
    rows,
    archiveOf([`${ID}.jpg`, new Uint8Array(300_000)], [`${OTHER}.png`, turned(3)], ['5.jpg', jpeg({ width: 400 })]),
    `2 photo_size ${ID}.jpg`,
    `3 photo_turned ${OTHER}.png`,
    '4 photo_ratio 5.jpg',
  );
});

test('photos in JSON: base64 or base64url, padded or not, wrapped, or as a data URL', async () => {
  const photo = png({ colour: 0 });
  for (const text of [
    base64(photo),
    toBase64url(photo),
    base64(photo).replace(/=+$/, ''),
    base64(photo).replace(/(.{76})/g, '$1\r\n'),
    `data:image/png;base64,${base64(photo)}`,
    `DATA:image/jpeg;base64,${toBase64url(photo)}`,
  ]) {
    const { rows, photos } = photosOfRows(readCandidates([{ name: 'x', photo: text, id_number: ID }]));
    expect(rows).toEqual([{ row: 1, values: { name: 'x', id_number: ID } }]);
    expect(await match(rows, photos)).toEqual({ faults: [], digests: { 1: digestOf(photo) } });
  }
  for (const none of [null, ''])
    expect(photosOfRows(readCandidates([{ photo: none }]))).toEqual({ rows: [{ row: 1, values: {} }], photos: [] });
});

test('what is no base64, or too much of it', async () => {
  const given = (photo: unknown) => photosOfRows(readCandidates([{ id_number: '' }, { id_number: '', photo }]));
  for (const photo of [
    5,
    true,
    {},
    [base64(one)],
    'data:image/png;base64,',
    'data:text/plain;base64,AAAA',
    'https://example.cn/1.jpg',
    'A',
    'AAAAA',
    'AA!A',
    '照片',
  ]) {
    const { rows, photos } = given(photo);
    await expectFaults(rows, photos, '2 photo_encoding');
  }
  const { rows, photos } = given('A'.repeat(400_000));
  await expectFaults(rows, photos, '2 photo_size');
  expect(await match(given(base64(one)).rows, given(base64(one)).photos)).toEqual({
    faults: [],
    digests: { 2: digestOf(one) },
  });
});

test('an archive without a photo', () => {
  try {
    photosOfArchive(
      zip([
        { name: 'folder/', bytes: new Uint8Array(), store: true },
        { name: '.DS_Store', bytes: one },
      ]),
    );
    expect.unreachable();
  } catch (error) {
    expect(isRefusal(error, 'archive_empty')).toBe(true);
  }
});

test('every fault of whose photo it is has a vector here', () => {
  expect([...seen].filter((code) => !(code in FAULTS))).toEqual([]);
  expect(MATCHING_FAULTS.filter((code) => !seen.has(code))).toEqual([]);
});
