/**
 * Owns reading a ZIP archive (APPNOTE 6.3) that strangers send, whole in memory: the files that its central directory
 * names, each inflated only when it is asked for, to exactly the size that the directory says.
 * Names are labels, never paths to write to. It refuses encryption, 64-bit and split forms, methods besides stored and
 * deflate, and every archive that says two things: a local header or a size that differs from the directory, files
 * that overlap, bytes before the first record or between directory and end. Other readers might see other files there.
 */

import { decodeUtf8 } from '../base/bytes.ts';
import { isRefusal, Refusal } from '../base/refusal.ts';
import { crc32, inflateExactly } from './inflate.ts';

export interface ArchivedFile {
  /** Name with folders, as the archive gives it. */
  name: string;
  /** The last part of the name. */
  base: string;
  /** Bytes that `read` gives. */
  size: number;
  /**
   * The content.
   * @throws Refusal `archive_malformed` when it is not what size and checksum promise, `archive_too_large` beyond `each`
   */
  read(): Uint8Array;
}

/** The largest archive that its reader wants. */
export interface ArchiveLimits {
  /** Files besides folders and what desktops add. */
  files: number;
  /** Bytes of a file that can be read; larger ones are only named. */
  each: number;
  /** Bytes of all that can be read. */
  total: number;
}

const END = 22;
const ENTRY = 46;
const LOCAL = 30;
const COMMENT = 0xffff;
/** Flags: encrypted, strongly encrypted, masked headers. */
const ENCRYPTED = 0x2041;
/** Flag: sizes and checksum stand behind the file and not in its local header. */
const BEHIND = 0x0008;

const malformed = (message: string) =>
  new Refusal('archive_malformed', `${message} Make the ZIP archive anew, as an ordinary one.`);

/** UTF-8 where it is; else what Chinese Windows writes. ASCII, and so every ID number, is the same in both. */
function decodeName(bytes: Uint8Array): string {
  try {
    return decodeUtf8(bytes);
  } catch (error) {
    if (isRefusal(error, 'utf8_malformed')) return new TextDecoder('gb18030').decode(bytes);
    throw error;
  }
}

/** What macOS and Windows put beside the files that people meant. */
const isDebris = (parts: readonly string[]): boolean =>
  parts.includes('__MACOSX') || /^(?:\._.*|\.DS_Store|Thumbs\.db|desktop\.ini)$/i.test(parts.at(-1) ?? '');

/** Finds the end record: the one whose comment reaches exactly to the end. */
function findEnd(view: DataView): number {
  for (let at = view.byteLength - END; at >= 0 && at >= view.byteLength - END - COMMENT; at--) {
    if (view.getUint32(at, true) === 0x06054b50 && at + END + view.getUint16(at + 20, true) === view.byteLength)
      return at;
  }
  throw malformed('This is no ZIP archive, or it ends early.');
}

interface Entry {
  name: string;
  flags: number;
  method: number;
  crc: number;
  deflated: number;
  size: number;
  local: number;
  rawName: Uint8Array;
}

function readEntry(bytes: Uint8Array, view: DataView, at: number, end: number): { entry: Entry; next: number } {
  if (at + ENTRY > end || view.getUint32(at, true) !== 0x02014b50)
    throw malformed('The directory of the archive is damaged.');
  const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true)) as [
    number,
    number,
    number,
  ];
  const next = at + ENTRY + nameLength + extraLength + commentLength;
  if (next > end || nameLength === 0 || view.getUint16(at + 34, true) !== 0)
    throw malformed('The directory of the archive is damaged.');
  const rawName = bytes.subarray(at + ENTRY, at + ENTRY + nameLength);
  const entry = {
    name: decodeName(rawName),
    rawName,
    flags: view.getUint16(at + 8, true),
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    deflated: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    local: view.getUint32(at + 42, true),
  };
  if (entry.flags & ENCRYPTED || entry.method === 99)
    throw new Refusal('archive_encrypted', 'The archive is encrypted; make it without a password.');
  if (entry.method !== 0 && entry.method !== 8)
    throw new Refusal(
      'archive_method',
      'The archive is compressed in a way that is not read here; choose “deflate” or “store”.',
      { method: entry.method },
    );
  // The 64-bit form writes 0xffffffff here, which no offset within the archive is.
  if (entry.local + LOCAL > bytes.length || (entry.method === 0 && entry.deflated !== entry.size))
    throw malformed('The directory of the archive is damaged.');
  return { entry, next };
}

/** Compares a file's local header with its entry. @returns where its data begins */
function requireLocal(
  bytes: Uint8Array,
  view: DataView,
  { local, flags, method, crc, deflated, size, rawName }: Entry,
): number {
  const differs = () => malformed('A file in the archive is described in two different ways.');
  const sizes = [view.getUint32(local + 14, true), view.getUint32(local + 18, true), view.getUint32(local + 22, true)];
  const promised = [crc, deflated, size];
  const open = (flags & BEHIND) !== 0 && sizes.every((value, i) => value === 0 || value === promised[i]);
  const sameFlags = ((view.getUint16(local + 6, true) ^ flags) & (ENCRYPTED | BEHIND)) === 0;
  if (view.getUint32(local, true) !== 0x04034b50 || !sameFlags || view.getUint16(local + 8, true) !== method)
    throw differs();
  if (!open && sizes.some((value, i) => value !== promised[i])) throw differs();
  const name = bytes.subarray(local + LOCAL, local + LOCAL + view.getUint16(local + 26, true));
  if (name.length !== rawName.length || name.some((byte, i) => byte !== rawName[i])) throw differs();
  return local + LOCAL + name.length + view.getUint16(local + 28, true);
}

/**
 * Opens an archive: its files in the directory's order, without folders and what desktops add.
 * Nothing is inflated yet.
 * @throws Refusal `archive_malformed`, `archive_encrypted`, `archive_method`, `archive_too_many`, `archive_too_large`
 */
export function openArchive(bytes: Uint8Array, limits: ArchiveLimits): ArchivedFile[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  const [disk, firstDisk, here, total] = [4, 6, 8, 10].map((offset) => view.getUint16(end + offset, true)) as [
    number,
    number,
    number,
    number,
  ];
  const [length, start] = [view.getUint32(end + 12, true), view.getUint32(end + 16, true)];
  // Directory and end are neighbours; between them the 64-bit form has records of its own.
  if (disk !== 0 || firstDisk !== 0 || here !== total || start + length !== end)
    throw malformed('The archive is split, damaged, or of the 64-bit form.');
  const files: ArchivedFile[] = [];
  const places: [from: number, to: number][] = [];
  let at = start;
  let inflated = 0;
  for (let i = 0; i < total; i++) {
    const { entry, next } = readEntry(bytes, view, at, end);
    at = next;
    const from = requireLocal(bytes, view, entry);
    const { name, deflated, size, method, crc } = entry;
    places.push([entry.local, from + deflated]);
    const parts = name.split(/[/\\]/);
    if (parts.at(-1) === '') {
      if (size !== 0) throw malformed('A folder in the archive has content.');
      continue;
    }
    if (isDebris(parts)) continue;
    if (files.length === limits.files)
      throw new Refusal('archive_too_many', `An archive has at most ${limits.files} files; split it.`, {
        limit: limits.files,
      });
    if (size <= limits.each) inflated += size;
    if (inflated > limits.total)
      throw new Refusal(
        'archive_too_large',
        `The files in the archive have more than ${limits.total} bytes; split it.`,
        { limit: limits.total },
      );
    const data = bytes.subarray(from, from + deflated);
    const read = () => {
      if (size > limits.each)
        throw new Refusal('archive_too_large', `A file in the archive has more than ${limits.each} bytes.`, {
          limit: limits.each,
        });
      const content = method === 0 ? data : inflateExactly(data, size);
      if (!content || crc32(content) !== crc)
        throw malformed('A file in the archive is not what its size and checksum say.');
      return content;
    };
    files.push({ name, base: parts.at(-1) as string, size, read });
  }
  if (at !== end) throw malformed('The directory of the archive is damaged.');
  requireApart(places, start);
  return files;
}

/** Files lie one behind the other, from the first byte to the directory; only sizes written behind a file lie between. */
function requireApart(places: [from: number, to: number][], directory: number): void {
  places.sort(([a], [b]) => a - b);
  let free = 0;
  for (const [from, to] of places) {
    if (from < free) throw malformed('Files in the archive overlap.');
    free = to;
  }
  if ((places[0]?.[0] ?? directory) !== 0 || free > directory)
    throw malformed('Files in the archive overlap its directory, or something stands before them.');
}
