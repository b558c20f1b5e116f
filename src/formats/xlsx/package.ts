/**
 * The container of a workbook: a ZIP of named parts, inflated under one budget for the whole workbook, and the XML in
 * them. What is not asked for is never inflated. Macros, and links to other files and data sources, are refused.
 */
import { SaxesParser } from 'saxes';
import { Refusal } from '../../base/refusal.ts';
import type { TableBudget } from '../table/table-rows.ts';
import { readDirectory, readEntry, type ZipEntry, type ZipFault, type ZipRules } from '../zip-read.ts';

/** Entries of a container. A list has about ten, and one for each picture that somebody put into a cell. */
const MAX_ENTRIES = 2000;

/**
 * Bytes of one part, inflated: twice what the sheet of 10,000 rows of 12 columns takes, for borders drawn far below
 * them.
 */
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

export class Parts {
  readonly #bytes: Uint8Array;
  readonly #entries: Map<string, ZipEntry>;
  #inflated = 0;
  /** The part read last: a sheet is looked at before it is read. */
  #last: { name: string; bytes: Uint8Array } | undefined;

  readonly #budget: TableBudget;

  /** @throws Refusal `xlsx_malformed`, `xlsx_too_large`, `xlsx_encrypted`, `xlsx_macros`, `xlsx_external` */
  constructor(bytes: Uint8Array, budget: TableBudget) {
    this.#bytes = bytes;
    this.#budget = budget;
    this.#entries = readParts(bytes);
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

  /**
   * The bytes of a part, whole and undamaged; what is read twice is spent twice.
   * @throws Refusal, `table_too_large` among others
   */
  read(name: string): Uint8Array {
    if (this.#last?.name === name) {
      this.#budget.spend('work', this.#last.bytes.length);
      return this.#last.bytes;
    }
    const entry = this.#entries.get(name.toLowerCase());
    if (!entry) throw malformed(name, 'a part is missing');
    const { size } = entry;
    if (size > MAX_PART) throw tooLarge('bytes in a part', MAX_PART);
    if ((this.#inflated += size) > MAX_INFLATED) throw tooLarge('bytes', MAX_INFLATED);
    this.#budget.spend('work', size);
    const bytes = readEntry(this.#bytes, entry);
    if (!bytes) throw malformed(name, 'its compressed data are damaged');
    this.#last = { name, bytes };
    return bytes;
  }
}

const FAULTS: Record<Exclude<ZipFault, 'encrypted'>, string> = {
  end: 'the end of the file is missing',
  form: 'its directory is damaged',
  directory: 'its directory is damaged',
  local: 'its directory does not fit its contents',
  overlap: 'its parts overlap',
  outside: 'its directory does not fit its contents',
};

const WORKBOOK: ZipRules = {
  strict: false,
  sameName: (local, name) => nameOf(local) === nameOf(name),
  refusal: (fault) =>
    fault === 'encrypted'
      ? new Refusal('xlsx_encrypted', 'The workbook is protected with a password. Save it without one.')
      : malformed('zip', FAULTS[fault]),
};

/** The parts by name. What is compressed in another way than by DEFLATE is no part. */
function readParts(bytes: Uint8Array): Map<string, ZipEntry> {
  const names = new Set<string>();
  const entries = new Map<string, ZipEntry>();
  for (const entry of readDirectory(bytes, WORKBOOK)) {
    const name = nameOf(entry.name);
    if (names.has(name)) throw malformed('zip', 'a part is there twice');
    if (names.add(name).size > MAX_ENTRIES) throw tooLarge('parts', MAX_ENTRIES);
    if (entry.method === 0 || entry.method === 8) entries.set(name, entry);
  }
  return entries;
}

/** As names are compared; bytes beyond ASCII stand for themselves, because no part that is read has any. */
const nameOf = (bytes: Uint8Array): string =>
  String.fromCharCode(...bytes)
    .replaceAll('\\', '/')
    .replace(/^\/+/, '')
    .toLowerCase();

// The XML of the parts: strict and with namespaces (saxes). A reader names the elements it wants by their path,
// everything else passes by, and it may stop when it has what it came for. What parsers have been hurt by is refused: a
// document type or entities (before the parser sees them), other encodings than UTF-8, deep nesting, too many elements.

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
