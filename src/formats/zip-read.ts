/**
 * Reading ZIP files (APPNOTE 6.3) that strangers send, whole in memory. `readDirectory` reads the directory for
 * archives and workbooks alike; `openArchive` gives the files of an archive, each inflated when it is asked for and no
 * sooner. Names are labels, never paths to write to. An archive that says two things is refused: other readers might
 * see other files there.
 */

import { decodeUtf8, equalBytes } from '../base/bytes.ts';
import { isRefusal, Refusal } from '../base/refusal.ts';
import { crc32, inflateExactly } from './inflate.ts';

const END = 22;
const ENTRY = 46;
const LOCAL = 30;
const COMMENT = 0xffff;
/** Flags: encrypted, strongly encrypted, masked headers. */
const ENCRYPTED = 0x2041;
/** Flag: sizes and checksum stand behind the file and not in its local header. */
const BEHIND = 0x0008;
/** In a field of 32 bits: the number stands in the extra field. */
const LONG = 0xffff_ffff;

export type ZipFault = 'end' | 'form' | 'directory' | 'local' | 'overlap' | 'outside' | 'encrypted';

export interface ZipRules {
  /**
   * Every local header repeats the directory, nothing stands before the first file or between directory and end, and
   * there are no 64-bit forms. Programs that write workbooks do otherwise.
   */
  strict: boolean;
  /** Whether a file's name in its local header is that in the directory. */
  sameName(local: Uint8Array, name: Uint8Array): boolean;
  refusal(fault: ZipFault): Refusal;
}

/** A file as the directory describes it. */
export interface ZipEntry {
  name: Uint8Array;
  flags: number;
  /** 0 stored, 8 deflated. */
  method: number;
  crc: number;
  packed: number;
  size: number;
  /** Where its local header begins, and where its data. */
  local: number;
  data: number;
}

/** The content of a stored or deflated file; undefined where it is not what size and checksum promise. */
export function readEntry(bytes: Uint8Array, { method, data, packed, size, crc }: ZipEntry): Uint8Array | undefined {
  const given = bytes.subarray(data, data + packed);
  const content = method === 0 ? given : inflateExactly(given, size);
  return content?.length === size && crc32(content) === crc ? content : undefined;
}

/** Finds the end record: the one whose comment reaches exactly to the end; -1 where there is none. */
function findEnd(view: DataView): number {
  for (let at = view.byteLength - END; at >= 0 && at >= view.byteLength - END - COMMENT; at--) {
    if (view.getUint32(at, true) === 0x06054b50 && at + END + view.getUint16(at + 20, true) === view.byteLength)
      return at;
  }
  return -1;
}

/**
 * Size, packed size and place of a file: in the extra field 1 where its own field is full, as some writers always do.
 */
function longFields(view: DataView, at: number, extra: number, end: number): number[] {
  const long: number[] = [];
  for (let field = extra; field + 4 <= end; field += 4 + view.getUint16(field + 2, true)) {
    if (view.getUint16(field, true) !== 1) continue;
    const last = Math.min(end, field + 4 + view.getUint16(field + 2, true));
    for (let place = field + 4; place + 8 <= last; place += 8) long.push(Number(view.getBigUint64(place, true)));
  }
  // The order in which the extra field has them.
  return [24, 20, 42].map((offset) => {
    const own = view.getUint32(at + offset, true);
    return own === LONG ? (long.shift() ?? own) : own;
  });
}

/** The entry at a place of the directory. */
function entryAt(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  rules: ZipRules,
): { entry: ZipEntry; next: number } {
  if (at + ENTRY > end || view.getUint32(at, true) !== 0x02014b50) throw rules.refusal('directory');
  const field = (offset: number) => view.getUint16(at + offset, true);
  const [flags, method, nameLength, extraLength, commentLength] = [8, 10, 28, 30, 32].map(field) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const extra = at + ENTRY + nameLength;
  const next = extra + extraLength + commentLength;
  if (next > end || (rules.strict && (nameLength === 0 || field(34) !== 0))) throw rules.refusal('directory');
  if (flags & ENCRYPTED || method === 99) throw rules.refusal('encrypted');
  const [size, packed, local] = longFields(view, at, extra, rules.strict ? extra : extra + extraLength) as [
    number,
    number,
    number,
  ];
  if (local + LOCAL > bytes.length || (rules.strict && method === 0 && packed !== size))
    throw rules.refusal('directory');
  const data = local + LOCAL + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  const name = bytes.subarray(at + ENTRY, extra);
  return { entry: { name, flags, method, crc: view.getUint32(at + 16, true), packed, size, local, data }, next };
}

/** Compares a file's local header with its entry. */
function requireLocal(bytes: Uint8Array, view: DataView, entry: ZipEntry, rules: ZipRules): void {
  const { local, flags, method } = entry;
  const name = bytes.subarray(local + LOCAL, local + LOCAL + view.getUint16(local + 26, true));
  if (view.getUint32(local, true) !== 0x04034b50 || !rules.sameName(name, entry.name)) throw rules.refusal('local');
  if (!rules.strict) return;
  const sameFlags = ((view.getUint16(local + 6, true) ^ flags) & (ENCRYPTED | BEHIND)) === 0;
  const promised = [entry.crc, entry.packed, entry.size];
  const said = [14, 18, 22].map((offset) => view.getUint32(local + offset, true));
  const open = (flags & BEHIND) !== 0;
  const same = said.every((value, i) => value === promised[i] || (open && value === 0));
  if (!sameFlags || view.getUint16(local + 8, true) !== method || !same) throw rules.refusal('local');
}

/**
 * The files in the directory's order, each with its local header compared; nothing is inflated. That no two overlap is
 * known when all have been taken.
 * @throws what `refusal` gives
 */
export function* readDirectory(bytes: Uint8Array, rules: ZipRules): Generator<ZipEntry> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  if (end < 0) throw rules.refusal('end');
  const total = view.getUint16(end + 10, true);
  const [disks, length, start] = [4, 12, 16].map((offset) => view.getUint32(end + offset, true)) as [
    number,
    number,
    number,
  ];
  const neighbours = rules.strict ? start + length === end : start + length <= end;
  if (disks !== 0 || view.getUint16(end + 8, true) !== total || !neighbours) throw rules.refusal('form');
  const places: [from: number, to: number][] = [];
  let at = start;
  for (let i = 0; i < total; i++) {
    const { entry, next } = entryAt(bytes, view, at, end, rules);
    at = next;
    requireLocal(bytes, view, entry, rules);
    const to = entry.data + entry.packed;
    if (!rules.strict && to > start) throw rules.refusal('local');
    places.push([entry.local, to]);
    yield entry;
  }
  if (rules.strict && at !== end) throw rules.refusal('directory');
  places.sort(([a], [b]) => a - b);
  // Files lie one behind the other; only sizes written behind a file lie between.
  let free = 0;
  for (const [from, to] of places) {
    if (from < free) throw rules.refusal('overlap');
    free = to;
  }
  if (rules.strict && ((places[0]?.[0] ?? start) !== 0 || free > start)) throw rules.refusal('outside');
}

export interface ArchivedFile {
  /** Name with folders, as the archive gives it. */
  name: string;
  /** The last part of the name. */
  base: string;
  /** Bytes that `read` gives. */
  size: number;
  /**
   * The content.
   * @throws Refusal `archive_malformed` when it is not what size and checksum promise, `archive_too_large` over `each`
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

const malformed = (message: string) =>
  new Refusal('archive_malformed', `${message} Make the ZIP archive again, as an ordinary one.`);

const FAULTS: Record<Exclude<ZipFault, 'encrypted'>, string> = {
  end: 'This is no ZIP archive, or it ends early.',
  form: 'The archive is split, damaged, or of the 64-bit form.',
  directory: 'The directory of the archive is damaged.',
  local: 'A file in the archive is described in two different ways.',
  overlap: 'Files in the archive overlap.',
  outside: 'Files in the archive overlap its directory, or something stands before them.',
};

const ARCHIVE: ZipRules = {
  strict: true,
  sameName: equalBytes,
  refusal: (fault) =>
    fault === 'encrypted'
      ? new Refusal('archive_encrypted', 'The archive is encrypted; make it without a password.')
      : malformed(FAULTS[fault]),
};

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

const tooLarge = (message: string, limit: number) => new Refusal('archive_too_large', message, { limit });

/**
 * Opens an archive: its files in the directory's order, without folders and what desktops add.
 * @throws Refusal `archive_malformed`, `archive_encrypted`, `archive_method`, `archive_too_many`, `archive_too_large`
 */
export function openArchive(bytes: Uint8Array, { files: most, each, total }: ArchiveLimits): ArchivedFile[] {
  const files: ArchivedFile[] = [];
  let inflated = 0;
  for (const entry of readDirectory(bytes, ARCHIVE)) {
    const { method, size } = entry;
    if (method !== 0 && method !== 8)
      throw new Refusal(
        'archive_method',
        'The archive is compressed in a way that is not read here; choose “deflate” or “store”.',
        { method },
      );
    const name = decodeName(entry.name);
    const parts = name.split(/[/\\]/);
    if (parts.at(-1) === '') {
      if (size !== 0) throw malformed('A folder in the archive has content.');
      continue;
    }
    if (isDebris(parts)) continue;
    if (files.length === most)
      throw new Refusal('archive_too_many', `An archive has at most ${most} files; split it.`, { limit: most });
    if (size <= each) inflated += size;
    if (inflated > total) throw tooLarge(`The files in the archive have more than ${total} bytes; split it.`, total);
    const read = () => {
      if (size > each) throw tooLarge(`A file in the archive has more than ${each} bytes.`, each);
      const content = readEntry(bytes, entry);
      if (!content) throw malformed('A file in the archive is not what its size and checksum say.');
      return content;
    };
    files.push({ name, base: parts.at(-1) as string, size, read });
  }
  return files;
}
