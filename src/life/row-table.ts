/**
 * Owns how the bytes of a file become a table: one header and rows with the numbers that a spreadsheet shows.
 * What a file is, its content says: names and media types of uploads are often wrong. Texts are read.
 * It refuses other forms of spreadsheet by name, so that people know what to save the file as.
 */
import { Refusal } from './refusal.ts';
import type { Columns, Table } from './row-cells.ts';
import { readText } from './row-text.ts';

/** Many systems export a web page, or XML, and call it .xls. */
const isMarkup = (bytes: Uint8Array): boolean => /^(?:\xef\xbb\xbf)?\s*<(?:[!?]|html|meta|table)/i.test(String.fromCharCode(...bytes.subarray(0, 100)));

/**
 * Reads a file.
 * @throws Refusal `table_format_unsupported`, `csv_not_utf8`, `csv_quotes_malformed`
 */
export function readTable(bytes: Uint8Array, columns: Columns): Table {
  if (isMarkup(bytes)) throw new Refusal('table_format_unsupported', 'The file is a web page or XML, whatever its name says. Open it in Excel or WPS and save it as .xlsx or CSV UTF-8, then upload that file.');
  return readText(bytes, columns);
}
