/**
 * Owns how the bytes of a file become a table: one header and rows with the numbers that a spreadsheet shows.
 * What a file is, its content says: names and media types of uploads are often wrong. Workbooks (.xlsx) and texts are read.
 * It refuses every other form of spreadsheet by name, so that people know what to save the file as.
 */
import { Refusal } from '../../base/refusal.ts';
import { readWorkbook } from '../xlsx/xlsx.ts';
import { type Columns, type Table, TableBudget } from './cells.ts';
import { readText } from './csv.ts';

const begins = (bytes: Uint8Array, ...magic: number[]): boolean => magic.every((byte, at) => bytes[at] === byte);

/** Whether the bytes are a ZIP, as every .xlsx is. */
export const isZip = (bytes: Uint8Array): boolean => begins(bytes, 0x50, 0x4b, 3, 4);

/** The compound file of Office 97–2003, in which password-protected .xlsx files are wrapped as well. */
function refuseCompound(bytes: Uint8Array): never {
  const entry = new TextEncoder().encode([...'EncryptedPackage'].join('\0'));
  for (let at = bytes.indexOf(0x45); at >= 0; at = bytes.indexOf(0x45, at + 1)) {
    if (entry.every((byte, i) => bytes[at + i] === byte))
      throw new Refusal('xlsx_encrypted', 'The workbook is protected with a password. Save it without one.');
  }
  throw new Refusal(
    'table_format_unsupported',
    'The file has the old format .xls. Open it in Excel or WPS and save it as .xlsx or CSV UTF-8, then upload that file.',
  );
}

/** Many systems export a web page, or XML, and call it .xls. */
const isMarkup = (bytes: Uint8Array): boolean =>
  /^(?:\xef\xbb\xbf)?\s*<(?:[!?]|html|meta|table)/i.test(String.fromCharCode(...bytes.subarray(0, 100)));

/**
 * Reads a file.
 * @throws Refusal `table_format_unsupported`, `table_too_large`, `csv_not_utf8`, `csv_quotes_malformed`, `csv_header_unclear`,
 *   what `requireFew` throws, and for workbooks what readWorkbook throws
 */
export function readTable(bytes: Uint8Array, columns: Columns, budget = new TableBudget()): Table {
  if (isZip(bytes)) return readWorkbook(bytes, columns, budget);
  if (begins(bytes, 0xd0, 0xcf, 0x11, 0xe0)) refuseCompound(bytes);
  if (isMarkup(bytes))
    throw new Refusal(
      'table_format_unsupported',
      'The file is a web page or XML, whatever its name says. Open it in Excel or WPS and save it as .xlsx or CSV UTF-8, then upload that file.',
    );
  return readText(bytes, columns, budget);
}
