/** Reads CSV as a spreadsheet would: quotes, and the byte order mark left out. */
import Papa from 'papaparse';

export const readCsv = (text: string): string[][] =>
  Papa.parse<string[]>(text.replace(/^\ufeff/, ''), { skipEmptyLines: true }).data;
