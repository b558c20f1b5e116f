/**
 * Owns the container of a workbook: a ZIP (APPNOTE.TXT 6.3.10) whose entries are named parts, inflated under one budget
 * for the whole workbook. What is not asked for is never inflated. Sizes in 64 bits are read, as some writers always give them.
 * It refuses encryption, macros, links to other files and data sources, and a container that lies about itself.
 */

import { Refusal } from '../../base/refusal.ts';
import { crc32 } from '../checksum.ts';
import { inflateExactly } from '../inflate.ts';
import type { TableBudget } from '../table/cells.ts';

/** Entries of a container. A list has about ten, and one for each picture that somebody put into a cell. */
const MAX_ENTRIES = 2000;

/** Bytes of one part, inflated: twice what the sheet of 10,000 rows of 12 columns takes, for borders drawn far below them. */
const MAX_PART = 16_000_000;

/** Bytes of all parts that are read. */
const MAX_INFLATED = 48_000_000;

export const malformed = (part: string, why: string, facts: { row?: number } = {}): Refusal =>
  new Refusal(
    'xlsx_malformed',
    `The workbook cannot be read: ${why}. Open it in Excel or WPS and save it again as .xlsx.`,
    { part: part.slice(0, 100), ...facts },
  );

/** `part` says what there is too much of. */
export const tooLarge = (part: string, limit: number): Refusal =>
  new Refusal(
    'xlsx_too_large',
    `The workbook is too large: more than ${limit} ${part}. Copy the list alone into a new workbook.`,
    { part, limit },
  );

interface Entry {
  /** Where the packed bytes begin. */
  at: number;
  packed: number;
  size: number;
  crc: number;
  stored: boolean;
}

export class Parts {
  readonly #bytes: Uint8Array;
  readonly #entries: Map<string, Entry>;
  #inflated = 0;
  /** The part read last: a sheet is looked at before it is read. */
  #last: { name: string; bytes: Uint8Array } | undefined;

  readonly #budget: TableBudget;

  /** @throws Refusal `xlsx_malformed`, `xlsx_too_large`, `xlsx_encrypted`, `xlsx_macros`, `xlsx_external` */
  constructor(bytes: Uint8Array, budget: TableBudget) {
    this.#bytes = bytes;
    this.#budget = budget;
    this.#entries = readDirectory(bytes);
    for (const name of this.#entries.keys()) {
      if (/(?:^|\/)vbaproject\.bin$|^xl\/macrosheets\//.test(name))
        throw new Refusal('xlsx_macros', 'The workbook contains macros. Save it as .xlsx, without macros.');
      if (/^xl\/(?:externallinks\/|querytables\/|connections\.xml$)/.test(name)) {
        throw new Refusal(
          'xlsx_external',
          'The workbook is linked to other files or data sources. Copy the list and paste values only into a new workbook.',
          { part: 'links' },
        );
      }
    }
  }

  /** Part names do not distinguish upper and lower case (ECMA-376-2 §6.2.2.3). */
  has(name: string): boolean {
    return this.#entries.has(name.toLowerCase());
  }

  /** The bytes of a part, whole and undamaged; what is read twice is spent twice. @throws Refusal, `table_too_large` among others */
  read(name: string): Uint8Array {
    if (this.#last?.name === name) {
      this.#budget.spend('work', this.#last.bytes.length);
      return this.#last.bytes;
    }
    const entry = this.#entries.get(name.toLowerCase());
    if (!entry) throw malformed(name, 'a part is missing');
    const { at, packed, size, crc, stored } = entry;
    if (size > MAX_PART) throw tooLarge('bytes in a part', MAX_PART);
    if ((this.#inflated += size) > MAX_INFLATED) throw tooLarge('bytes', MAX_INFLATED);
    this.#budget.spend('work', size);
    const given = this.#bytes.subarray(at, at + packed);
    const bytes = stored ? given : inflateExactly(given, size);
    if (bytes?.length !== size || crc32(bytes) !== crc) throw malformed(name, 'its compressed data are damaged');
    this.#last = { name, bytes };
    return bytes;
  }
}

/** Reads the central directory; every entry lies whole before it, and none in another. */
function readDirectory(bytes: Uint8Array): Map<string, Entry> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const zip = (why: string) => malformed('zip', why);
  let end = bytes.length - 22;
  const last = Math.max(0, end - 0xffff);
  while (
    end >= last &&
    !(view.getUint32(end, true) === 0x06054b50 && end + 22 + view.getUint16(end + 20, true) === bytes.length)
  )
    end--;
  if (end < last) throw zip('the end of the file is missing');
  const [count, length, start] = [
    view.getUint16(end + 10, true),
    view.getUint32(end + 12, true),
    view.getUint32(end + 16, true),
  ];
  if (view.getUint32(end + 4, true) !== 0 || view.getUint16(end + 8, true) !== count || start + length > end)
    throw zip('its directory is damaged');
  if (count > MAX_ENTRIES) throw tooLarge('parts', MAX_ENTRIES);

  const entries = new Map<string, Entry>();
  const places: [from: number, to: number][] = [];
  try {
    for (let i = 0, at = start; i < count; i++) {
      if (view.getUint32(at, true) !== 0x02014b50) throw zip('its directory is damaged');
      const field = (offset: number) => view.getUint16(at + offset, true);
      const [flags, method, nameLength, extraLength] = [field(8), field(10), field(28), field(30)];
      if (flags & 0x41)
        throw new Refusal('xlsx_encrypted', 'The workbook is protected with a password. Save it without one.');
      const name = bytes.subarray(at + 46, at + 46 + nameLength);
      const [packed, size, local] = sizes(view, at, extraLength);
      const data = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
      const named = bytes.subarray(local + 30, local + 30 + view.getUint16(local + 26, true));
      if (view.getUint32(local, true) !== 0x04034b50 || data + packed > start || nameOf(name) !== nameOf(named))
        throw zip('its directory does not fit its contents');
      places.push([local, data + packed]);
      if (entries.has(nameOf(name))) throw zip('a part is there twice');
      if (method === 0 || method === 8)
        entries.set(nameOf(name), { at: data, packed, size, crc: view.getUint32(at + 16, true), stored: method === 0 });
      at += 46 + nameLength + extraLength + field(32);
    }
  } catch (error) {
    if (error instanceof RangeError) throw zip('its directory is damaged');
    throw error;
  }
  places.sort(([a], [b]) => a - b);
  if (places.some(([from], i) => i > 0 && from < (places[i - 1] as [number, number])[1]))
    throw zip('its parts overlap');
  return entries;
}

/** As names are compared; bytes beyond ASCII stand for themselves, because no part that is read has any. */
const nameOf = (bytes: Uint8Array): string =>
  String.fromCharCode(...bytes)
    .replaceAll('\\', '/')
    .replace(/^\/+/, '')
    .toLowerCase();

/** Packed size, size and place of an entry: in the extra field 1 where its own field is full, as some writers always do (ZIP64). */
function sizes(view: DataView, at: number, extraLength: number): [packed: number, size: number, local: number] {
  const extra = at + 46 + view.getUint16(at + 28, true);
  const long: number[] = [];
  for (let field = extra; field + 4 <= extra + extraLength; field += 4 + view.getUint16(field + 2, true)) {
    if (view.getUint16(field, true) !== 1) continue;
    for (let place = field + 4; place + 8 <= field + 4 + view.getUint16(field + 2, true); place += 8)
      long.push(Number(view.getBigUint64(place, true)));
  }
  const value = (offset: number): number => {
    const own = view.getUint32(at + offset, true);
    return own === 0xffffffff ? (long.shift() ?? own) : own;
  };
  // The order in which the extra field has them.
  const size = value(24);
  const packed = value(20);
  return [packed, size, value(42)];
}
