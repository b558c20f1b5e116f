/** ZIP archives as they flow: what goes in comes out, however the stream is cut; what ended early is never whole. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync, Zip, ZipPassThrough, zipSync } from 'fflate';
import { afterEach, expect, test, vi } from 'vitest';
import { concat, encodeUtf8 } from '../../src/base/bytes.ts';
import { type DatedFile, LARGEST_FILE, readZip, writeZip, type ZipFile } from '../../src/formats/zip-stream.ts';
import { refusalOf } from '../core/cast.ts';
import fc from '../fuzz.ts';
import { hasTool } from './fixtures-pdf.ts';

/** 2026-11-23 10:00:02 in Shanghai. */
const AT = Date.UTC(2026, 10, 23, 2, 0, 2) / 1000;

async function* each<T>(items: readonly T[], taken?: (at: number) => void): AsyncGenerator<T> {
  for (const [at, item] of items.entries()) {
    taken?.(at);
    yield item;
  }
}

async function written(files: readonly DatedFile[]): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of writeZip(each(files))) chunks.push(chunk);
  return concat(...chunks);
}

/** The archive as a stream whose chunks have these lengths, over and over. */
function flowing(bytes: Uint8Array, lengths: readonly number[], cancelled = () => {}): ReadableStream<Uint8Array> {
  let [at, turn] = [0, 0];
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      const length = lengths[turn++ % lengths.length] as number;
      controller.enqueue(bytes.slice(at, at + length));
      at += length;
    },
    cancel: cancelled,
  });
}

async function read(bytes: Uint8Array, lengths: readonly number[] = [65_536]): Promise<ZipFile[]> {
  const files: ZipFile[] = [];
  for await (const file of readZip(flowing(bytes, lengths))) files.push(file);
  return files;
}

const number = (n: number) => `S00003700000126300${String(n).padStart(4, '0')}.pdf`;
/** Bytes that hold the very marks by which readers find their way. */
const marked = fc
  .uint8Array({ maxLength: 400 })
  .map((noise) => concat(noise, Uint8Array.of(0x50, 0x4b, 7, 8, 0x50, 0x4b, 3, 4, 0x50, 0x4b, 5, 6), noise));
const contents = fc.array(fc.oneof(fc.uint8Array({ maxLength: 300 }), marked), { maxLength: 12 });
const named = (parts: readonly Uint8Array[]): DatedFile[] =>
  parts.map((bytes, n) => ({ name: number(n), bytes, at: AT }));
const plain = (files: readonly ZipFile[]) => files.map(({ name, bytes }) => [name, [...bytes]]);

test('what goes in comes out, in order, however the stream is cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      contents,
      fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 5 }),
      async (parts, lengths) => {
        const files = named(parts);
        const archive = await written(files);
        expect(plain(await read(archive, lengths))).toEqual(plain(files));
        // A reader that begins with the directory finds the same.
        expect(Object.entries(unzipSync(archive)).map(([name, bytes]) => [name, [...bytes]])).toEqual(plain(files));
      },
    ),
    { numRuns: 60 },
  );
});

test('an archive that ends early, anywhere, is broken', async () => {
  const archive = await written(named([encodeUtf8('%PDF-1.7 one'), encodeUtf8('%PDF-1.7 two')]));
  for (let length = 0; length < archive.length; length++)
    expect([length, (await refusalOf(() => read(archive.slice(0, length)))).code]).toEqual([length, 'zip_broken']);
  expect((await refusalOf(() => read(concat(archive, Uint8Array.of(0))))).code).toBe('zip_broken');
  // The directory of another archive at its end: files are missing in the middle.
  const end = archive.slice(archive.length - 150);
  expect((await refusalOf(() => read(concat(archive.slice(0, 70), end)))).code).toBe('zip_broken');
});

test('compressed files, files of unknown size and giants are not read', async () => {
  const archives = [
    zipSync({ 'a.pdf': encodeUtf8('a'.repeat(100)) }),
    zipSync({ 'a.pdf': new Uint8Array(LARGEST_FILE + 1) }, { level: 0 }),
  ];
  const chunks: Uint8Array[] = [];
  const zip = new Zip((_, chunk) => void chunks.push(chunk));
  const file = new ZipPassThrough('a.pdf');
  zip.add(file);
  file.push(encodeUtf8('%PDF-'), true);
  zip.end();
  for (const archive of [...archives, concat(...chunks)])
    expect((await refusalOf(() => read(archive))).code).toBe('zip_broken');
});

test('a reader that leaves, or that fails, cancels the stream', async () => {
  const archive = await written(named(Array.from({ length: 50 }, () => new Uint8Array(1000))));
  for (const bytes of [archive, concat(zipSync({ 'a.pdf': new Uint8Array(5000) }), archive)]) {
    const cancelled = vi.fn();
    const leave = async () => {
      for await (const file of readZip(flowing(bytes, [1000], cancelled))) if (file.name === number(2)) break;
    };
    await (bytes === archive ? leave() : refusalOf(leave));
    expect(cancelled).toHaveBeenCalledTimes(1);
  }
});

test('the next file is asked for when the one before was taken', async () => {
  const taken = vi.fn();
  const chunks = writeZip(each(named([new Uint8Array(9), new Uint8Array(9), new Uint8Array(9)]), taken));
  for (let i = 1; i <= 3; i++) {
    await chunks.next();
    expect(taken).toHaveBeenCalledTimes(i);
  }
});

test('more than 32-bit offsets or 16-bit counts hold is refused', async () => {
  const drain = async (files: readonly DatedFile[], largest?: number) => {
    for await (const _ of writeZip(each(files), largest));
  };
  const three = named([new Uint8Array(100), new Uint8Array(100), new Uint8Array(100)]);
  await drain(three, 468);
  expect((await refusalOf(() => drain(three, 467))).code).toBe('zip_too_large');
  const many = Array.from({ length: 65_536 }, () => ({ name: 'a', bytes: new Uint8Array(), at: AT }));
  expect((await refusalOf(() => drain(many))).code).toBe('zip_too_large');
});

afterEach(() => vi.unstubAllEnvs());

test.each(['UTC', 'Asia/Shanghai', 'America/New_York'])(
  'files bear the clock of Shanghai, on a machine in %s',
  async (zone) => {
    vi.stubEnv('TZ', zone);
    const archive = new DataView((await written(named([new Uint8Array(1)]))).buffer);
    const [time, day] = [archive.getUint16(10, true), archive.getUint16(12, true)];
    expect([(day >> 9) + 1980, (day >> 5) & 15, day & 31, time >> 11, (time >> 5) & 63, (time & 31) * 2]).toEqual([
      2026, 11, 23, 10, 0, 2,
    ]);
  },
);

test.skipIf(!hasTool('unzip'))('unzip finds nothing wrong', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'luzheng-zip-'));
  try {
    for (const count of [1, 250]) {
      const path = join(folder, `${count}.zip`);
      writeFileSync(path, await written(named(Array.from({ length: count }, (_, n) => encodeUtf8(`%PDF-1.7 ${n}`)))));
      const { status, stdout } = spawnSync('unzip', ['-t', path], { encoding: 'utf8' });
      expect([status, stdout.match(/ OK$/gm)?.length]).toEqual([0, count]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
