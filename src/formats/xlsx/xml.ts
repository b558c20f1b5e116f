/**
 * Owns reading the XML of a workbook's parts: strict and with namespaces (saxes); a reader names the elements it wants
 * by their path, everything else passes by, and it may stop when it has what it came for.
 * It refuses what no workbook needs and parsers have been hurt by: a document type or entities (before the parser sees
 * them), another encoding than UTF-8, deep nesting, and more elements than a large sheet has.
 */
import { SaxesParser } from 'saxes';
import { Refusal } from '../../base/refusal.ts';
import { malformed, type Parts, tooLarge } from './package.ts';

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
