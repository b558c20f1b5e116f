/**
 * ZIP archives (APPNOTE 6.3) written and read as streams, one file in memory at a time. Files are stored: PDFs are
 * compressed already. Size and checksum stand before each file. Streaming writers put them after it (data descriptors);
 * then whoever reads the stream must guess where a stored file ends, and a PDF that holds the mark by chance is cut:
 * fflate's reader does that, and Java's takes no such archive.
 */
import { Unzip, zipSync } from 'fflate';
import { concat } from '../base/bytes.ts';
import { shanghaiWallClock } from '../base/day.ts';
import { Refusal } from '../base/refusal.ts';

export interface ZipFile {
  /** ASCII, without a folder. */
  name: string;
  bytes: Uint8Array;
}

export interface DatedFile extends ZipFile {
  /** NumericDate that the file bears. */
  at: number;
}

/** Bytes of the record that ends an archive, without a comment. */
const END = 22;
const END_SIGNATURE = 0x06054b50;

/** Offsets have 32 bits, and the number of files 16. */
const BYTES = 0xffff_ffff;
const FILES = 0xffff;

/** Largest file that a reader keeps in memory. */
export const LARGEST_FILE = 16_777_216;

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** How many files the end record counts, and where the directory begins and how long it is. */
function readEnd(bytes: Uint8Array): { files: number; size: number; offset: number } | undefined {
  if (bytes.length < END) return undefined;
  const end = view(bytes.subarray(-END));
  return end.getUint32(0, true) === END_SIGNATURE
    ? { files: end.getUint16(10, true), size: end.getUint32(12, true), offset: end.getUint32(16, true) }
    : undefined;
}

/**
 * Writes an archive: one chunk a file, then the directory. The next file is asked for when the chunk before was taken.
 * The same files give the same bytes.
 * @param largest bytes before the directory
 * @throws Refusal `zip_too_large`
 */
export async function* writeZip(
  files: AsyncIterable<DatedFile>,
  largest = BYTES,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const directory: Uint8Array[] = [];
  let offset = 0;
  for await (const { name, bytes, at } of files) {
    // An archive of this file alone: its record, its entry in the directory, the end.
    const alone = zipSync({ [name]: bytes }, { level: 0, mtime: shanghaiWallClock(at) });
    const { size, offset: length } = readEnd(alone) as { size: number; offset: number };
    if (directory.length === FILES || offset + length > largest)
      throw new Refusal('zip_too_large', 'The files are too many or too large for one archive; take them in parts.', {
        files: directory.length,
      });
    const entry = alone.slice(length, length + size);
    view(entry).setUint32(42, offset, true);
    directory.push(entry);
    offset += length;
    yield alone.subarray(0, length);
  }
  const entries = concat(...directory);
  const end = zipSync({});
  view(end).setUint16(8, directory.length, true);
  view(end).setUint16(10, directory.length, true);
  view(end).setUint32(12, entries.length, true);
  view(end).setUint32(16, offset, true);
  yield concat(entries, end);
}

const broken = (message: string) => new Refusal('zip_broken', message);

/**
 * Reads an archive of stored files whose sizes stand before them: each file as soon as it is whole. Leaving the loop
 * cancels the stream. What the checksums are for is left to the transport and to the signatures inside.
 * @throws Refusal `zip_broken` when it is none or ended early; whatever the stream fails with
 */
export async function* readZip(stream: ReadableStream<Uint8Array>): AsyncGenerator<ZipFile> {
  const whole: ZipFile[] = [];
  const unzip = new Unzip((file) => {
    if (file.compression !== 0 || (file.size ?? Infinity) > LARGEST_FILE)
      throw broken('The archive has a file that is compressed, too large, or of unknown size.');
    const parts: Uint8Array[] = [];
    file.ondata = (error, bytes, final) => {
      if (error) throw error;
      parts.push(bytes);
      if (final) whole.push({ name: file.name, bytes: concat(...parts) });
    };
    file.start();
  });
  const reader = stream.getReader();
  let [files, length, tail]: [number, number, Uint8Array] = [0, 0, new Uint8Array()];
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      unzip.push(next.value);
      length += next.value.length;
      tail = (next.value.length < END ? concat(tail, next.value) : next.value).slice(-END);
      files += whole.length;
      yield* whole.splice(0);
    }
    const end = readEnd(tail);
    if (!end || end.files !== files || end.offset + end.size + END !== length)
      throw broken('The archive ended before its directory, or is none.');
  } finally {
    // Whoever stopped reading early wants no more of it; at its end this does nothing.
    await reader.cancel();
  }
}
