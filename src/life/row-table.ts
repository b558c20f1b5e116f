/**
 * Owns how the bytes of a spreadsheet export become records with the file's own row numbers.
 * UTF-8 with or without BOM; comma, tab or semicolon; any line ending; line breaks inside quotes; blank lines are counted.
 * It refuses other encodings and broken quotes, because guessing at either would put wrong names on certificates.
 */
import Papa from 'papaparse';
import { decodeUtf8 } from './bytes.ts';
import { isRefusal, Refusal } from './refusal.ts';

export interface TableRow {
  /** 1 for the first line, as a spreadsheet numbers it: a record with a quoted line break is one row. */
  row: number;
  cells: string[];
}

const NOT_UTF8 =
  'The file is not UTF-8. In Excel or WPS choose Save As and the type “CSV UTF-8 (Comma delimited)” (另存为 → CSV UTF-8（逗号分隔）), then upload that file.';

function decode(bytes: Uint8Array): string {
  let text: string;
  try {
    text = decodeUtf8(bytes);
  } catch (error) {
    if (isRefusal(error, 'utf8_malformed')) throw new Refusal('csv_not_utf8', NOT_UTF8);
    throw error;
  }
  // UTF-16 without a byte order mark is valid UTF-8 full of NUL.
  if (text.includes('\0')) throw new Refusal('csv_not_utf8', NOT_UTF8);
  // One line ending, because the parser takes one, and files that were merged by hand have several.
  return text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
}

const isBlank = (cells: readonly string[]) => cells.every((cell) => cell.trim() === '');

/**
 * Splits a file into its header (the first line that is not blank) and its other lines that are not blank.
 * The delimiter is the one under which most header cells are known.
 * @throws Refusal `csv_not_utf8`, `csv_quotes_malformed` (with `row`)
 */
export function readTable(bytes: Uint8Array, isKnown: (header: string) => boolean): { header: string[]; rows: TableRow[] } {
  const text = decode(bytes);
  const parse = (delimiter: string, preview: number) =>
    Papa.parse<string[]>(text, { delimiter, newline: '\n', preview, skipEmptyLines: false });

  const start = /^[\s,;]*/.exec(text)?.[0].split('\n').length ?? 1;
  const score = (delimiter: string) => (parse(delimiter, start).data.at(-1) ?? []).filter(isKnown).length;
  const delimiter = [',', '\t', ';'].reduce((best, next) => (score(next) > score(best) ? next : best));

  const { data, errors } = parse(delimiter, 0);
  const broken = errors.find(({ type }) => type === 'Quotes');
  if (broken) {
    const row = (broken.row ?? 0) + 1;
    throw new Refusal('csv_quotes_malformed', `A quotation mark in row ${row} is not closed, or is followed by text.`, { row });
  }
  const lines = data.map((cells, at) => ({ row: at + 1, cells })).filter(({ cells }) => !isBlank(cells));
  return { header: lines[0]?.cells ?? [], rows: lines.slice(1) };
}
