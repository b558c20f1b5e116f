/** Every reader of what others send, and what fills a megabyte for each: for hostile-inputs.test.ts. */
import { deflateSync } from 'node:zlib';
import { readAddress, readPasted } from '../../src/core/address.ts';
import { countRows, readBulk, readStaffList } from '../../src/core/bulk-list.ts';
import { splitCredential } from '../../src/core/credential.ts';
import { readBytes } from '../../src/core/file-kind.ts';
import { readInspectorText, readResultsTable, readRosterTable } from '../../src/core/procedure/name-lists.ts';
import { checkPhoto, photosOfArchive, photosOfRows } from '../../src/core/rows/row-photos.ts';
import { MAX_ROWS, readRows, readScope } from '../../src/core/rows/rows.ts';
import { readSeal } from '../../src/core/seal.ts';
import { readHeader, unverified } from '../../src/core/statement.ts';
import { DER_LIMIT, openDer } from '../../src/formats/pades/der.ts';
import { readPdf } from '../../src/formats/pdf-read/read-pdf.ts';
import { openArchive } from '../../src/formats/zip-read.ts';
import { parseJson, readForm } from '../../src/http/body.ts';
import { onePage, write } from '../formats/pdf-read-kit.ts';

export const FILLS: Record<string, string> = {
  LF: '\n',
  CR: '\r',
  CRLF: '\r\n',
  commas: ',',
  tabs: '\t',
  semicolons: ';',
  quotes: '"',
  'quoted nothing': '"",',
  'quotes and lines': '"\n',
  'lines of a comma': ',\n',
  'lines of a letter': 'a\n',
  spaces: ' ',
  'no-break spaces': '\u00a0',
  'ideographic spaces': '\u3000',
  'zero-width spaces': '\u200b',
  NUL: '\0',
  '^Z': '\u001a',
  'byte order marks': '\ufeff',
  brackets: '[',
  'closing brackets': ']',
  braces: '{"a":',
  parentheses: '(',
  remarks: '（）',
  'Chinese brackets': '】【',
  'less than': '<',
  'greater than': '>',
  ampersands: '&',
  letters: 'a',
  digits: '1',
  'numbers in groups': 'S0 1 ',
  tildes: '~',
  'parts of an SD-JWT': '~a',
  dots: '.',
  slashes: '/',
  'paths of certificates': 'a/c/',
  schemes: 'https://',
  'signs of a number': '#',
  percents: '%',
  backslashes: '\\',
  Chinese: '证',
  'objects of a PDF': '1 0 obj<<',
  'streams of a PDF': 'stream\nendstream ',
  'lines of a separator': 'sep=,\n',
  'JSON values': '{},',
  'JSON numbers': '1,',
};

export const bytesOf = (unit: string, size: number): Uint8Array<ArrayBuffer> => {
  const one = new TextEncoder().encode(unit);
  const all = new Uint8Array(Math.floor(size / one.length) * one.length);
  all.set(one);
  for (let done = one.length; done < all.length; done *= 2) all.copyWithin(done, 0, Math.min(done, all.length - done));
  return all;
};

export const joined = (...parts: (string | Uint8Array)[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part))));

const textOf = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

export const FIELDS_LINE = '姓名,证件类型,证件号码,职业编码,职业名称,工种,等级,理论成绩,实操成绩,考试日期\n';

export const TABLE =
  /^(?:accepted|table_too_large|table_format_unsupported|csv_\w+|batch_empty|batch_too_large|scope_malformed|bulk_empty|bulk_too_many)$/;

export const MB = 1_000_000;

export interface Reader {
  read(bytes: Uint8Array<ArrayBuffer>): unknown;
  /** Bytes that it is given: a megabyte, or the most that reach it. */
  size: number;
  /** How it may end. */
  ends: RegExp;
}

export const READERS: Record<string, Reader> = {
  'results from a file': { read: (all) => readRows(all), size: MB, ends: TABLE },
  'results below a header': { read: (all) => readRows(joined(FIELDS_LINE, all)), size: MB, ends: TABLE },
  'a scope': { read: (all) => readScope(joined('职业编码,职业名称,工种,等级\n', all)), size: MB, ends: TABLE },
  'a roster': { read: (all) => readRosterTable(joined(FIELDS_LINE, all), { session: 's1' }), size: MB, ends: TABLE },
  'results of a plan': { read: (all) => readResultsTable(joined(FIELDS_LINE, all)), size: MB, ends: TABLE },
  'a staff list': { read: (all) => readStaffList(all), size: MB, ends: TABLE },
  'inspectors, pasted': { read: (all) => readInspectorText(textOf(all)), size: MB, ends: TABLE },
  JSON: {
    read: (all) => parseJson(all),
    size: MB,
    ends: /^(?:accepted|utf8_malformed|json_malformed|json_too_deep|json_too_large)$/,
  },
  'JSON within a text': { read: (all) => parseJson(joined('"', all)), size: MB, ends: /^json_malformed$/ },
  'JSON within an array': {
    read: (all) => parseJson(joined('[', all)),
    size: MB,
    ends: /^json_(?:malformed|too_deep|too_large)$/,
  },
  NDJSON: {
    read: (all) => (countRows(all, MAX_ROWS), [...readBulk(all)].length),
    size: MB,
    ends: /^(?:accepted|bulk_empty|bulk_too_many)$/,
  },
  'a form': {
    read: (all) =>
      readForm(
        joined('--x\r\nContent-Disposition: form-data; name="rows"\r\n\r\n', all),
        'multipart/form-data; boundary=x',
        ['rows'],
      ),
    size: MB,
    ends: /^multipart_malformed$/,
  },
  'the headers of a part': {
    read: (all) => readForm(joined('--x\r\nContent-Disposition: ', all), 'multipart/form-data; boundary=x', ['rows']),
    size: MB,
    ends: /^multipart_malformed$|^utf8_malformed$/,
  },
  'a header of a request': {
    read: (all) => readForm(joined('--x'), `multipart/form-data;${textOf(all)}`, ['rows']),
    size: 64_000,
    ends: /^multipart_malformed$/,
  },
  'what is brought to be checked': { read: (all) => readBytes(all), size: MB, ends: /^accepted$/ },
  'a PDF': { read: (all) => readPdf(joined('%PDF-1.7\n', all)), size: MB, ends: /^pdf_(?:malformed|too_large)$/ },
  'the contents of a page': {
    read: (all) => readPdf(write(onePage(['/Filter/FlateDecode', deflateSync(all)]))),
    size: MB,
    ends: /^(?:accepted|pdf_(?:malformed|too_large))$/,
  },
  'a JPEG': {
    read: (all) => checkPhoto(joined(Uint8Array.of(255, 216, 255), all)),
    size: 200 * 1024,
    ends: /^accepted$/,
  },
  'a PNG': {
    read: (all) => checkPhoto(joined(Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10), all)),
    size: 200 * 1024,
    ends: /^accepted$/,
  },
  'a photo in base64': {
    read: (all) => photosOfRows([{ row: 1, values: { photo: textOf(all) } }]),
    size: MB,
    ends: /^accepted$/,
  },
  'an archive of photos': {
    read: (all) => photosOfArchive(joined('PK\u0003\u0004', all)),
    size: MB,
    ends: /^archive_malformed$/,
  },
  'an archive that ends as one': {
    read: (all) =>
      openArchive(joined('PK\u0003\u0004', all, 'PK\u0005\u0006', new Uint8Array(18)), { files: 9, each: 9, total: 9 }),
    size: MB,
    ends: /^archive_malformed$/,
  },
  'a workbook that is none': {
    read: (all) => readRows(joined('PK\u0003\u0004', all)),
    size: MB,
    ends: /^xlsx_malformed$/,
  },
  'an old workbook': {
    read: (all) => readRows(joined(Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0), all)),
    size: MB,
    ends: /^table_format_unsupported$/,
  },
  'a statement': { read: (all) => readHeader(textOf(all), 'step+jwt'), size: MB, ends: /^statement_malformed$/ },
  'what a statement claims': { read: (all) => unverified(textOf(all)).header.typ, size: MB, ends: /^accepted$/ },
  'an SD-JWT': {
    read: (all) => splitCredential(`a.b.c${textOf(all)}`),
    size: MB,
    ends: /^(?:accepted|credential_malformed)$/,
  },
  DER: { read: (all) => openDer(all), size: DER_LIMIT, ends: /^der_malformed$/ },
  'the text of a QR code': {
    read: (all) => readAddress(`https://h/c/${textOf(all)}`),
    size: MB,
    ends: /^(?:accepted|seal_url_malformed)$/,
  },
  'the digits of a seal': {
    read: (all) => readSeal('S000037000001263000001', textOf(all)),
    size: MB,
    ends: /^seal_malformed$/,
  },
  'the one search box': {
    read: (all) => readPasted(textOf(all), () => true),
    size: MB,
    ends: /^(?:accepted|number_\w+|seal_url_malformed)$/,
  },
};
