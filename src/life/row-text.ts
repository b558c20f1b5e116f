/**
 * Owns how a text file becomes a table: UTF-8 with or without BOM, GB18030 (and so GBK and GB 2312), UTF-16 with BOM;
 * comma, tab or semicolon; any line ending; line breaks inside quotes; blank lines are counted.
 * It refuses other encodings, damaged texts and broken quotes, because guessing at them would put wrong names on certificates.
 */
import Papa from 'papaparse';
import { Refusal } from './refusal.ts';
import { isBlank, type Columns, type Table } from './row-cells.ts';

const SAVE_AS = 'In Excel or WPS choose Save As and the type .xlsx or “CSV UTF-8 (Comma delimited)” (另存为 → CSV UTF-8（逗号分隔）), then upload that file.';

/** The text, or undefined if the bytes are not in this encoding. */
function decode(bytes: Uint8Array, encoding: string): string | undefined {
  let text: string;
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
  // UTF-16 without a byte order mark is valid UTF-8 full of NUL.
  if (text.includes('\0')) return undefined;
  // One line ending, because the parser takes one, and files that were merged by hand have several.
  return text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
}

const parse = (text: string, delimiter: string, preview: number) => Papa.parse<string[]>(text, { delimiter, newline: '\n', preview, skipEmptyLines: false });

interface Reading {
  text: string;
  delimiter: string;
  /** How many cells of the first line that is not blank are known headers. */
  known: number;
}

/** The delimiter under which most header cells are known. */
function tryHeader(text: string, { isKnown }: Columns): Reading {
  const start = /^[\s,;]*/.exec(text)?.[0].split('\n').length ?? 1;
  const tries = [',', '\t', ';'].map((delimiter) => ({ text, delimiter, known: (parse(text, delimiter, start).data.at(-1) ?? []).filter(isKnown).length }));
  return tries.reduce((best, next) => (next.known > best.known ? next : best));
}

const count = (text: string, pattern: RegExp): number => text.length - text.replace(pattern, '').length;

/**
 * UTF-8 in which a few bytes are wrong often passes for GB18030, and would give names that nobody has.
 * Then most of its Chinese is still Chinese as UTF-8; of GB18030 almost nothing is.
 */
function refuseDamaged(bytes: Uint8Array): void {
  const lossy = new TextDecoder().decode(bytes);
  if (count(lossy, /\p{Script=Han}/gu) <= count(lossy, /\ufffd/g)) return;
  const row = lossy.slice(0, lossy.indexOf('\ufffd')).split('\n').length;
  throw new Refusal('csv_not_utf8', `The file is UTF-8 with damaged characters, the first in row ${row}. ${SAVE_AS}`, { row });
}

/**
 * The text in the encoding under which the header is known. UTF-8 goes first: what is valid as UTF-8 and has the
 * columns is believed. No encoding is believed because it merely decodes, except UTF-8, whose lack of columns is then named.
 */
function read(bytes: Uint8Array, columns: Columns): Reading {
  const mark = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : undefined;
  const first = decode(bytes, mark ?? 'utf-8');
  const reading = first === undefined ? undefined : tryHeader(first, columns);
  if (reading && (mark || reading.known >= columns.required)) return reading;
  if (!mark) {
    const text = decode(bytes, 'gb18030');
    const other = text === undefined ? undefined : tryHeader(text, columns);
    if (!reading) refuseDamaged(bytes);
    if (other && other.known > (reading?.known ?? 0)) return other;
  }
  if (reading) return reading;
  throw new Refusal('csv_not_utf8', `The file is neither UTF-8 nor GBK. ${SAVE_AS}`);
}

/**
 * Splits a text file into its header (the first line that is not blank) and its other lines that are not blank.
 * @throws Refusal `csv_not_utf8` (with `row` where it is damaged), `csv_quotes_malformed` (with `row`)
 */
export function readText(bytes: Uint8Array, columns: Columns): Table {
  const { text, delimiter } = read(bytes, columns);
  const { data, errors } = parse(text, delimiter, 0);
  const broken = errors.find(({ type }) => type === 'Quotes');
  if (broken) {
    const row = (broken.row ?? 0) + 1;
    throw new Refusal('csv_quotes_malformed', `A quotation mark in row ${row} is not closed, or is followed by text.`, { row });
  }
  const lines = data.map((cells, at) => ({ row: at + 1, cells })).filter(({ cells }) => !cells.every(isBlank));
  return { header: lines[0]?.cells ?? [], rows: lines.slice(1) };
}
