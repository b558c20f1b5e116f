/**
 * Owns the container of a workbook: a ZIP (APPNOTE.TXT 6.3.10) whose entries are named parts, inflated under one budget
 * for the whole workbook. What is not asked for is never inflated. Sizes in 64 bits are read, as some writers always give them.
 * It refuses encryption, macros, links to other files and data sources, and a container that lies about itself.
 */

import { SaxesParser } from 'saxes';
import { Refusal } from '../../base/refusal.ts';
import { crc32, inflateExactly } from '../inflate.ts';
import type { TableBudget } from '../table/table-rows.ts';

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

// Owns reading the XML of a workbook's parts: strict and with namespaces (saxes); a reader names the elements it wants
// by their path, everything else passes by, and it may stop when it has what it came for.
// It refuses what no workbook needs and parsers have been hurt by: a document type or entities (before the parser sees
// them), another encoding than UTF-8, deep nesting, and more elements than a large sheet has.

/** Elements of one part: three a cell, and many more empty cells that were only given a border. */
const MAX_ELEMENTS = 2_000_000;

const MAX_DEPTH = 50;

/** Pieces that one tag may take: a hundred thousand attributes, each of which the parser keeps until the tag ends. */
const MAX_TAG_PIECES = 32;

/** What the parser gets at a time, in characters: how far it may run on after a reader has stopped. */
const PIECE = 65_536;

/** Transitional and strict spreadsheets, relationships and content types (ECMA-376). */
const NAMESPACES = new Set([
  'http://schemas.openxmlformats.org/spreadsheetml/2006/main',
  'http://purl.oclc.org/ooxml/spreadsheetml/main',
  'http://schemas.openxmlformats.org/package/2006/relationships',
  'http://schemas.openxmlformats.org/package/2006/content-types',
]);

interface Element {
  /** `attribute(':id')` has a prefix, whichever. */
  open?(attribute: (name: string) => string | undefined): void;
  /** @param text what stands in the element itself; @returns true to stop */
  close?(text: string): boolean | void;
}

/** Elements by their local names from the root, e.g. `sst/si/t`. */
export type Elements = Record<string, Element>;

interface Step {
  element?: Element;
  children: Map<string, Step>;
}

function stepsOf(elements: Elements): Step {
  const root: Step = { children: new Map() };
  for (const [path, element] of Object.entries(elements)) {
    let step = root;
    for (const name of path.split('/')) {
      const next: Step = step.children.get(name) ?? { children: new Map() };
      step.children.set(name, next);
      step = next;
    }
    step.element = element;
  }
  return root;
}

/**
 * Reads a part.
 * @throws Refusal `xlsx_malformed`, `xlsx_external`, `xlsx_too_large`
 */
export function readXml(parts: Parts, name: string, wanted: Elements): void {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const steps: (Step | undefined)[] = [stepsOf(wanted)];
  const texts = [''];
  let elements = 0;
  let stopped = false;
  let opening = false;
  const add = (text: string) => {
    if (steps.at(-1)?.element?.close) texts[texts.length - 1] += text;
  };
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8') throw malformed(name, 'its text is not in UTF-8');
  });
  parser.on('text', add);
  parser.on('cdata', add);
  parser.on('opentagstart', () => void (opening = true));
  parser.on('opentag', ({ local, uri, attributes }) => {
    opening = false;
    if (stopped) return;
    if (++elements > MAX_ELEMENTS) throw tooLarge('elements', MAX_ELEMENTS);
    if (steps.length > MAX_DEPTH) throw malformed(name, 'it is nested too deeply');
    const step = NAMESPACES.has(uri) ? steps.at(-1)?.children.get(local) : undefined;
    steps.push(step);
    texts.push('');
    step?.element?.open?.(
      (key) =>
        (key.startsWith(':')
          ? Object.values(attributes).find(({ prefix, local: own }) => prefix !== '' && own === key.slice(1))
          : attributes[key]
        )?.value,
    );
  });
  parser.on('closetag', () => {
    if (stopped) return;
    const text = texts.pop() as string;
    stopped = steps.pop()?.element?.close?.(text) === true;
  });
  // Its own message quotes the file.
  parser.on('error', () => {
    throw malformed(name, 'a part is not well-formed XML');
  });

  const text = decode(parts.read(name), name);
  if (/<!(?:DOCTYPE|ENTITY)/.test(text))
    throw new Refusal(
      'xlsx_external',
      'The workbook contains a document type or entities. Save it again in Excel or WPS.',
      { part: name },
    );
  let pieces = 0;
  for (let at = 0; at < text.length && !stopped; at += PIECE) {
    parser.write(text.slice(at, at + PIECE));
    pieces = opening ? pieces + 1 : 0;
    if (pieces > MAX_TAG_PIECES) throw malformed(name, 'one of its tags is longer than any other');
  }
  if (!stopped) parser.close();
}

function decode(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) throw malformed(name, 'its text is not in UTF-8');
    throw error;
  }
}
