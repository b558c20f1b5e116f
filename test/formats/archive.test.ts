/** ZIP archives of strangers: what real programs write is read, and one vector per lie is refused. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { expect, it, onTestFinished, test } from 'vitest';
import { concat, encodeUtf8 } from '../../src/base/bytes.ts';
import { isRefusal } from '../../src/base/refusal.ts';
import { openArchive } from '../../src/formats/zip-read.ts';
import fc from '../fuzz.ts';
import { hasTool } from './fixtures-pdf.ts';
import { type End, type Zipped, zip } from './fixtures-zip.ts';

const LIMITS = { files: 5, each: 1000, total: 3000 };
const open = (bytes: Uint8Array, limits = LIMITS) =>
  openArchive(bytes, limits).map(({ name, base, size, read }) => ({
    name,
    base,
    size,
    content: new TextDecoder().decode(read()),
  }));

function codeOf(bytes: Uint8Array, limits = LIMITS): string {
  try {
    open(bytes, limits);
    return 'read';
  } catch (error) {
    if (isRefusal(error)) return error.code;
    throw error;
  }
}

const A: Zipped = { name: 'a.jpg', bytes: encodeUtf8('aaaaaaaaaa') };
const B: Zipped = { name: 'b.png', bytes: encodeUtf8('bbbbbbbbbb'), store: true };
const lying = (lie: Zipped['lie'], of = A) => zip([{ ...of, lie } as Zipped, B]);
const ending = (end: End) => zip([A, B], end);
const MALFORMED = 'archive_malformed';

test('files come in the order of the directory, without folders and what desktops add', () => {
  const none = new Uint8Array();
  const files: Zipped[] = [
    { name: 'photos/', bytes: none, store: true },
    { name: 'photos\\', bytes: none, store: true },
    { ...B, name: 'photos/sub/b.png' },
    { ...A, name: '../../etc/a.jpg' },
    { ...A, name: '照片\\a.jpg' },
    ...[
      '__MACOSX/photos/._b.png',
      '__MACOSX/x.jpg',
      'photos/.DS_Store',
      'photos/Thumbs.db',
      'photos/._a.jpg',
      'desktop.ini',
      'THUMBS.DB',
    ].map((name) => ({ ...A, name })),
    // 照片 in GBK, no flag that says so.
    { ...A, name: concat(Uint8Array.of(0xd5, 0xd5, 0xc6, 0xac), encodeUtf8('/370102.jpg')) },
    // 誠 in GBK ends with the byte of a backslash.
    { ...A, name: concat(Uint8Array.of(0xd5, 0x5c), encodeUtf8('.jpg')) },
  ];
  expect(open(zip(files)).map(({ name, base, content }) => [name, base, content[0]])).toEqual([
    ['photos/sub/b.png', 'b.png', 'b'],
    ['../../etc/a.jpg', 'a.jpg', 'a'],
    ['照片\\a.jpg', 'a.jpg', 'a'],
    ['照片/370102.jpg', '370102.jpg', 'a'],
    ['誠.jpg', '誠.jpg', 'a'],
  ]);
});

test.each<[code: string, name: string, bytes: Uint8Array, limits?: typeof LIMITS]>([
  ['read', 'an ordinary archive', zip([A, B])],
  ['read', 'sizes behind the file', lying({ behind: true })],
  ['read', 'a comment', ending({ comment: encodeUtf8('by WinRAR') })],
  [
    'read',
    'a comment that holds the mark of the end',
    ending({ comment: concat(Uint8Array.of(0x50, 0x4b, 5, 6), new Uint8Array(30)) }),
  ],
  ['read', 'an empty archive', zip([])],
  ['read', 'an empty file', zip([{ ...A, bytes: new Uint8Array(), store: true }])],
  [MALFORMED, 'nothing', new Uint8Array()],
  [MALFORMED, 'a text', encodeUtf8('x'.repeat(100))],
  [MALFORMED, 'RAR', concat(encodeUtf8('Rar!\x1a\x07\x01\0'), new Uint8Array(100))],
  [MALFORMED, 'an archive that ends early', zip([A, B]).subarray(0, -1)],
  [MALFORMED, 'something behind', concat(zip([A, B]), Uint8Array.of(0))],
  [MALFORMED, 'something before (a program that unpacks itself)', ending({ before: encodeUtf8('MZ'), start: 80 })],
  [MALFORMED, 'something before, with the offsets moved', ending({ before: encodeUtf8('MZ') })],
  [MALFORMED, 'records between directory and end, as in the 64-bit form', ending({ between: new Uint8Array(76) })],
  [MALFORMED, 'the 64-bit form: number of files', ending({ total: 0xffff })],
  [MALFORMED, 'the 64-bit form: start', ending({ start: 0xffff_ffff })],
  [MALFORMED, 'the 64-bit form: offset of a file', lying({ central: { offset: 0xffff_ffff } })],
  [MALFORMED, 'the 64-bit form: sizes', lying({ central: { size: 0xffff_ffff, deflated: 0xffff_ffff } })],
  [MALFORMED, 'the second part of a split archive', ending({ disk: 1 })],
  [MALFORMED, 'files on another disk', lying({ central: { disk: 1 } })],
  [MALFORMED, 'files here and in all', ending({ here: 1, total: 2 })],
  [MALFORMED, 'more files than the directory has', ending({ total: 3 })],
  [MALFORMED, 'fewer files than the directory has', ending({ total: 1 })],
  [MALFORMED, 'a longer directory', ending({ length: 1000 })],
  [MALFORMED, 'a name beyond the directory', lying({ central: { nameLength: 0xffff } })],
  [MALFORMED, 'no name', zip([{ ...A, name: '' }])],
  [MALFORMED, 'a comment beyond the directory', lying({ central: { commentLength: 0xffff } })],
  [MALFORMED, 'a wrong mark in the directory', lying({ central: { signature: 1 } })],
  [MALFORMED, 'a wrong mark before a file', lying({ local: { signature: 1 } })],
  [MALFORMED, 'another name before the file', lying({ localName: 'b.jpg' })],
  [MALFORMED, 'a longer name before the file', lying({ localName: 'a.jpg.exe' })],
  [MALFORMED, 'another method before the file', lying({ local: { method: 0 } })],
  [MALFORMED, 'encrypted before the file alone', lying({ local: { flags: 1 } })],
  [MALFORMED, 'sizes behind the file, before the file alone', lying({ local: { flags: 8 } })],
  [MALFORMED, 'another size before the file', lying({ local: { size: 11 } })],
  [MALFORMED, 'another checksum before the file', lying({ local: { crc: 1 } })],
  [MALFORMED, 'a size that is too small', lying({ local: { size: 9 }, central: { size: 9 } })],
  [MALFORMED, 'a size that is too large', lying({ local: { size: 11 }, central: { size: 11 } })],
  [
    MALFORMED,
    'a bomb',
    zip([{ ...A, bytes: new Uint8Array(10_000_000), lie: { local: { size: 900 }, central: { size: 900 } } }]),
  ],
  [MALFORMED, 'a wrong checksum', lying({ local: { crc: 1 }, central: { crc: 1 } })],
  [MALFORMED, 'a stored file of two sizes', zip([{ ...B, lie: { local: { size: 9 }, central: { size: 9 } } }])],
  [MALFORMED, 'data that ends early', lying({ data: Uint8Array.of(0) })],
  [MALFORMED, 'no data', lying({ data: new Uint8Array() })],
  [MALFORMED, 'data beyond the archive', lying({ local: { deflated: 5000 }, central: { deflated: 5000 } })],
  [MALFORMED, 'data that reaches into the next file', lying({ local: { deflated: 30 }, central: { deflated: 30 } })],
  [MALFORMED, 'an extra field that reaches into the directory', zip([{ ...A, lie: { local: { extraLength: 60 } } }])],
  [MALFORMED, 'two files in one place', zip([A, { ...A, lie: { at: 0 } }])],
  [
    MALFORMED,
    'a file inside another',
    zip([
      { name: 'outer', bytes: zip([A]), store: true },
      { ...A, lie: { at: 35 } },
    ]),
  ],
  [MALFORMED, 'a folder with content', zip([{ ...A, name: 'folder/' }])],
  ['archive_encrypted', 'a password', lying({ local: { flags: 1 }, central: { flags: 1 } })],
  ['archive_encrypted', 'strong encryption', lying({ local: { flags: 0x41 }, central: { flags: 0x41 } })],
  ['archive_encrypted', 'AES of WinZip', lying({ local: { method: 99 }, central: { method: 99 } })],
  ['archive_method', 'deflate64', lying({ local: { method: 9 }, central: { method: 9 } })],
  ['archive_method', 'LZMA', lying({ local: { method: 14 }, central: { method: 14 } })],
  ['archive_too_many', 'too many files', zip(Array.from({ length: 6 }, () => A))],
  [
    'read',
    'as many as allowed, beside folders',
    zip([
      ...Array.from({ length: 5 }, () => A),
      ...Array.from({ length: 20 }, () => ({ name: 'f/', bytes: new Uint8Array(), store: true })),
    ]),
  ],
  ['archive_too_large', 'a file that is larger than what is read', zip([{ ...A, bytes: new Uint8Array(1001) }])],
  ['archive_too_large', 'all together', zip(Array.from({ length: 4 }, () => ({ ...A, bytes: new Uint8Array(900) })))],
])('%s: %s', (code, _name, bytes, limits) => {
  expect(codeOf(bytes, limits)).toBe(code);
});

test('a file that is too large to be read is still named, and does not count', () => {
  const files = openArchive(
    zip([...Array.from({ length: 4 }, () => ({ ...A, bytes: new Uint8Array(5_000_000) })), B]),
    LIMITS,
  );
  expect(files.map(({ size }) => size)).toEqual([5_000_000, 5_000_000, 5_000_000, 5_000_000, 10]);
  expect(new TextDecoder().decode(files[4]?.read())).toBe('bbbbbbbbbb');
});

test('archives of any files, by another writer, come back as they were', () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z0-9]{1,8}\/[a-z0-9]{1,8}\.jpg$/), {
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(
    fc.property(names, fc.uint8Array({ maxLength: 500 }), fc.constantFrom(0, 6), (list, bytes, level) => {
      const files = openArchive(zipSync(Object.fromEntries(list.map((name) => [name, bytes])), { level: level as 0 }), {
        files: 5,
        each: 500,
        total: 5000,
      });
      expect(files.map(({ name }) => name).sort()).toEqual([...list].sort());
      for (const file of files) expect(new Uint8Array(file.read())).toEqual(bytes);
    }),
    { numRuns: 50 },
  );
});

test('no bytes make it throw anything but a refusal', () => {
  const good = zip([A, B, { ...A, name: 'c', lie: { behind: true } }]);
  const changes = fc.array(fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 })), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(changes, (list) => {
      const copy = new Uint8Array(good);
      for (const [at, value] of list) copy[at] = value;
      expect(codeOf(copy)).toMatch(/^(read|archive_[a-z_]+)$/);
    }),
    { numRuns: 1000 },
  );
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      (bytes) => void codeOf(concat(bytes, Uint8Array.of(0x50, 0x4b, 5, 6), new Uint8Array(18))),
    ),
  );
});

it.skipIf(!hasTool('zip', 'python3'))('archives of other programs are read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'luzheng-zip-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, '照片'));
  for (const name of ['照片/1.jpg', '2.png']) writeFileSync(join(folder, name), `content of ${name} `.repeat(20));
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { cwd: folder, maxBuffer: 1e7, stdio: ['ignore', 'pipe', 'pipe'] });
  run('zip', '-r', 'plain.zip', '照片', '2.png');
  run('zip', '-r', '-0', 'stored.zip', '照片', '2.png');
  run('zip', '-r', '-P', 'secret', 'secret.zip', '照片', '2.png');
  writeFileSync(join(folder, 'streamed.zip'), run('zip', '-r', '-fd', '-', '照片', '2.png'));
  run(
    'python3',
    '-c',
    'import zipfile\nwith zipfile.ZipFile("python.zip", "w", zipfile.ZIP_DEFLATED) as z:\n  z.write("照片/1.jpg"); z.write("2.png")\nwith zipfile.ZipFile("lzma.zip", "w", zipfile.ZIP_LZMA) as z: z.write("2.png")',
  );
  const read = (name: string) =>
    openArchive(new Uint8Array(readFileSync(join(folder, name))), { files: 10, each: 10_000, total: 100_000 }).map(
      (file) => [file.name, new TextDecoder().decode(file.read()).slice(0, 18)],
    );
  for (const name of ['plain.zip', 'stored.zip', 'python.zip', 'streamed.zip'])
    expect([name, read(name).sort()]).toEqual([
      name,
      [
        ['2.png', 'content of 2.png c'],
        ['照片/1.jpg', 'content of 照片/1.jp'],
      ],
    ]);
  expect(codeOf(new Uint8Array(readFileSync(join(folder, 'secret.zip'))))).toBe('archive_encrypted');
  expect(codeOf(new Uint8Array(readFileSync(join(folder, 'lzma.zip'))))).toBe('archive_method');
});
