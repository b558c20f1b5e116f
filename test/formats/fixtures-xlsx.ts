/** For tests in Node and in workerd: workbooks put together from hand-written XML, and GB18030 as a writer. */
import { strToU8, type Zippable, zipSync } from 'fflate';
import { isRefusal, type RefusalFacts } from '../../src/base/refusal.ts';
import { FIELDS, readRows } from '../../src/core/rows/rows.ts';

export function refusal(work: () => unknown): { code: string; facts: RefusalFacts } {
  try {
    work();
  } catch (error) {
    if (isRefusal(error)) return { code: error.code, facts: error.facts };
    throw error;
  }
  return { code: 'accepted', facts: {} };
}

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const SHEET_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

export interface Workbook {
  /** What stands in `<worksheet>`, and the state of the tab. */
  sheets?: (string | { xml: string; state?: string })[];
  /** What stands in `<sst>`. */
  strings?: string;
  /** `[numFmtId, formatCode?]` of each style after the first. */
  styles?: [id: number, code?: string][];
  date1904?: boolean;
  /** Further entries, or others in place of these; undefined leaves one out. */
  parts?: Record<string, string | Uint8Array | undefined>;
}

const escapeXml = (text: string): string => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

/** The parts of a workbook. */
export function partsOf({
  sheets = [''],
  strings,
  styles = [],
  date1904 = false,
  parts = {},
}: Workbook): Record<string, Uint8Array> {
  const relation = (id: string, type: string, target: string) =>
    `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"/>`;
  const tabs = sheets.map((sheet) => (typeof sheet === 'string' ? { xml: sheet } : sheet));
  const all: Record<string, string | Uint8Array | undefined> = {
    '[Content_Types].xml': `<Types xmlns="${PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${SHEET_TYPE}.sheet.main+xml"/></Types>`,
    '_rels/.rels': `<Relationships xmlns="${PACKAGE}/relationships">${relation('rId1', 'officeDocument', 'xl/workbook.xml')}</Relationships>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${PACKAGE}/relationships">${tabs.map((_, at) => relation(`s${at}`, 'worksheet', `worksheets/sheet${at + 1}.xml`)).join('')}${relation('t', 'sharedStrings', '/xl/sharedStrings.xml')}${relation('f', 'styles', 'styles.xml')}</Relationships>`,
    'xl/workbook.xml': `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><workbookPr date1904="${date1904}"/><sheets>${tabs.map(({ state }, at) => `<sheet name="S${at}" sheetId="${at + 1}" r:id="s${at}"${state === undefined ? '' : ` state="${state}"`}/>`).join('')}</sheets></workbook>`,
    'xl/sharedStrings.xml': `<sst xmlns="${MAIN}">${strings ?? ''}</sst>`,
    'xl/styles.xml': `<styleSheet xmlns="${MAIN}"><numFmts>${styles.map(([id, code]) => (code === undefined ? '' : `<numFmt numFmtId="${id}" formatCode="${escapeXml(code)}"/>`)).join('')}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>${styles.map(([id]) => `<xf numFmtId="${id}"/>`).join('')}</cellXfs></styleSheet>`,
    ...Object.fromEntries(
      tabs.map(({ xml }, at) => [
        `xl/worksheets/sheet${at + 1}.xml`,
        `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="${MAIN}">${xml}</worksheet>`,
      ]),
    ),
    ...parts,
  };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, content]) =>
      content === undefined ? [] : [[name, typeof content === 'string' ? strToU8(content) : content]],
    ),
  );
}

export const zip = (parts: Record<string, Uint8Array>): Uint8Array =>
  zipSync(parts as Zippable, { level: 6, mtime: '2026-11-23' });
export const workbook = (spec: Workbook): Uint8Array => zip(partsOf(spec));

/** A text as a cell, with characters that XML does not have written _xHHHH_. */
export const textCell = (text: string): string => {
  const written = text
    .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replace(
      /[\u0000-\u0008\u000b-\u001f\ufffe\uffff]/g,
      (character) => `_x${character.charCodeAt(0).toString(16).padStart(4, '0')}_`,
    );
  return `<c t="inlineStr"><is><t xml:space="preserve">${escapeXml(written)}</t></is></c>`;
};

export const row = (cells: string, attributes = ''): string => `<row ${attributes}>${cells}</row>`;
export const HEAD = row(FIELDS.map(textCell).join(''));
export const LINE = [
  '张伟',
  '居民身份证',
  '11010519491231002X',
  '6-31-01-03',
  '电工',
  '--',
  '3',
  '80',
  '85.5',
  '2026-11-01',
];

/** A good row in which some cells are XML of their own. */
export const line = (change: Partial<Record<(typeof FIELDS)[number], string>> = {}): string =>
  FIELDS.map((field, at) => change[field] ?? textCell(LINE[at] as string)).join('');

/** A workbook of the header and these rows. */
export const list = (rows: string, spec: Omit<Workbook, 'sheets'> = {}, after = ''): Uint8Array =>
  workbook({ ...spec, sheets: [`<sheetData>${HEAD}${rows}</sheetData>${after}`] });

/** The four bytes of GB18030 with this index (WHATWG Encoding §10.2). */
const fourBytes = (at: number) => [
  0x81 + Math.floor(at / 12_600),
  0x30 + (Math.floor(at / 1260) % 10),
  0x81 + (Math.floor(at / 10) % 126),
  0x30 + (at % 10),
];

/** GB18030 by way of its decoder: what two bytes say, what four bytes say of the BMP; the other planes follow in order. */
const GB18030 = new Map<number, number[]>();
const pointsOf = (codes: number[][]) =>
  Array.from(
    new TextDecoder('gb18030').decode(Uint8Array.from(codes.flat())),
    (character) => character.codePointAt(0) as number,
  );
const four = Array.from({ length: 39_420 }, (_, at) => fourBytes(at));
pointsOf(four).forEach((point, at) => GB18030.set(point, four[at] as number[]));
for (let lead = 0x81; lead <= 0xfe; lead++) {
  for (let trail = 0x40; trail <= 0xfe; trail++) {
    const [point, none] = pointsOf([[lead, trail]]);
    if (point !== 0xfffd && none === undefined) GB18030.set(point as number, [lead, trail]);
  }
}

export const encodeGb18030 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(
    Array.from(text, (character) => {
      const point = character.codePointAt(0) as number;
      if (point < 0x80) return [point];
      const bytes = point > 0xffff ? fourBytes(189_000 + point - 0x10000) : GB18030.get(point);
      if (!bytes) throw new Error(`GB18030 has no U+${point.toString(16)}`);
      return bytes;
    }).flat(),
  );

/** What is quadratic, or unpacks a bomb, takes minutes, and the test's own time ends. */
export const refused = (file: Uint8Array): ReturnType<typeof refusal> => refusal(() => readRows(file));

export const code = (spec: Workbook) => refused(workbook(spec)).code;
const sheet = (xml: string) => refused(workbook({ sheets: [xml] }));
export const rows = (xml: string) => sheet(`<sheetData>${HEAD}${xml}</sheetData>`);
export const good = `<sheetData>${HEAD}${row(line())}</sheetData>`;
