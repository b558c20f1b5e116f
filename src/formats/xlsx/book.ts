/**
 * What the cells of a workbook refer to: its visible sheets in the order of their tabs, the shared strings, which
 * styles show days, and the date system (ECMA-376-1 §18.2–18.4, 18.8). Hidden sheets are nobody's list.
 */
import { dayOf } from '../../base/day.ts';
import { Refusal } from '../../base/refusal.ts';
import { malformed, type Parts, readXml, tooLarge } from './package.ts';

/** Characters of all shared strings, and of all cells: what the body of a CSV upload may have. */
export const MAX_TEXT = 12_000_000;

/** Shared strings: every cell of 10,000 rows of 12 columns has one of its own, and other sheets theirs. */
const MAX_STRINGS = 300_000;

/** Number formats and cell styles: more than Excel allows, as other writers do not count theirs. */
const MAX_FORMATS = 5_000;
const MAX_STYLES = 65_536;

/** Characters of a part's name. */
const MAX_NAME = 1_000;

export interface Book {
  /** Part names of the visible worksheets. */
  sheets: string[];
  strings: string[];
  /** By number of the style: what it shows of a day, if it does. */
  shown: (Shown | undefined)[];
  date1904: boolean;
}

/**
 * A cell's text: characters that XML cannot hold are written _xHHHH_ (§22.9.2.19), and a line ends as in every other
 * file.
 */
export const cellText = (text: string): string =>
  text
    .replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/\r\n?/g, '\n');

export const isTrue = (value: string | undefined): boolean => value === '1' || value === 'true';

const MAIN = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml';

/**
 * Reads everything but the sheets.
 * @throws Refusal `table_format_unsupported`, `xlsx_macros`, `xlsx_external`, `xlsx_malformed`, `xlsx_too_large`
 */
export function openBook(parts: Parts): Book {
  const main = parts.has('[Content_Types].xml')
    ? related(parts, '').find(({ type }) => type === 'officeDocument')?.part
    : undefined;
  const type = main === undefined ? undefined : typeOf(parts, main);
  if (type?.includes('macroEnabled'))
    throw new Refusal('xlsx_macros', 'The workbook contains macros. Save it as .xlsx, without macros.');
  if (main === undefined || type !== MAIN) {
    throw new Refusal(
      'table_format_unsupported',
      'The file is no .xlsx workbook. Open it in Excel or WPS and save it as .xlsx or CSV UTF-8, then upload that file.',
    );
  }

  const relations = related(parts, main);
  const byId = new Map(relations.map((relation) => [relation.id, relation]));
  const partOf = (wanted: string) => relations.find(({ type: kind }) => kind === wanted)?.part;
  const seen = new Set<string>();
  const book: Book = { sheets: [], strings: [], shown: [], date1904: false };
  readXml(parts, main, {
    'workbook/workbookPr': { open: (attribute) => void (book.date1904 = isTrue(attribute('date1904'))) },
    'workbook/sheets/sheet': {
      open(attribute) {
        if ((attribute('state') ?? 'visible') !== 'visible') return;
        const sheet = byId.get(attribute(':id') ?? '');
        if (!sheet) throw malformed(main, 'a sheet is missing');
        if (seen.has(sheet.part)) throw malformed(main, 'a sheet is there twice');
        seen.add(sheet.part);
        // Charts have sheets of their own.
        if (sheet.type === 'worksheet') book.sheets.push(sheet.part);
      },
    },
  });
  const [strings, styles] = [partOf('sharedStrings'), partOf('styles')];
  if (strings !== undefined) book.strings = readStrings(parts, strings);
  if (styles !== undefined) book.shown = readStyles(parts, styles);
  return book;
}

interface Relation {
  id: string;
  /** The last word of its type: transitional and strict workbooks differ in the words before. */
  type: string;
  part: string;
}

/** What a part, or with `''` the package, refers to by name. */
function related(parts: Parts, source: string): Relation[] {
  const slash = source.lastIndexOf('/') + 1;
  const name = `${source.slice(0, slash)}_rels/${source.slice(slash)}.rels`;
  const found: Relation[] = [];
  readXml(parts, name, {
    'Relationships/Relationship': {
      open(attribute) {
        const [id = '', type = '', target = ''] = [attribute('Id'), attribute('Type'), attribute('Target')];
        if (target.length > MAX_NAME) throw malformed(name, 'a part has a name that is longer than any other');
        const word = type.slice(type.lastIndexOf('/') + 1);
        if (attribute('TargetMode') !== 'External')
          found.push({ id, type: word, part: resolve(source.slice(0, slash), target) });
        else if (['worksheet', 'sharedStrings', 'styles', 'officeDocument'].includes(word)) {
          throw new Refusal(
            'xlsx_external',
            'A part of the workbook lies outside the file. Copy the list and paste values only into a new workbook.',
            { part: name },
          );
        }
      },
    },
  });
  return found;
}

function resolve(folder: string, target: string): string {
  const steps: string[] = [];
  for (const step of (target.startsWith('/') ? target : `${folder}${target}`).split('/')) {
    if (step === '..') steps.pop();
    else if (step !== '' && step !== '.') steps.push(step);
  }
  return steps.join('/');
}

/** The content type of a part: its own, or that of its extension. */
function typeOf(parts: Parts, part: string): string | undefined {
  let [own, usual]: (string | undefined)[] = [];
  readXml(parts, '[Content_Types].xml', {
    'Types/Override': {
      open: (attribute) =>
        void (attribute('PartName')?.toLowerCase() === `/${part.toLowerCase()}` && (own = attribute('ContentType'))),
    },
    'Types/Default': {
      open: (attribute) =>
        void (
          part.toLowerCase().endsWith(`.${attribute('Extension')?.toLowerCase()}`) && (usual = attribute('ContentType'))
        ),
    },
  });
  return own ?? usual;
}

/** Shared strings: plain, or in runs. Readings of characters (rPh) stand beside them and are not read. */
function readStrings(parts: Parts, part: string): string[] {
  const strings: string[] = [];
  let text = '';
  let length = 0;
  const add = { close: (own: string) => void (text += own) };
  readXml(parts, part, {
    'sst/si/t': add,
    'sst/si/r/t': add,
    'sst/si': {
      close() {
        strings.push(cellText(text));
        length += text.length;
        text = '';
        if (strings.length > MAX_STRINGS) throw tooLarge('texts', MAX_STRINGS);
        if (length > MAX_TEXT) throw tooLarge('characters', MAX_TEXT);
      },
    },
  });
  return strings;
}

function readStyles(parts: Parts, part: string): Book['shown'] {
  const codes = new Map<number, string>();
  const formats = new Map<number, Shown | undefined>();
  const shown: Book['shown'] = [];
  readXml(parts, part, {
    'styleSheet/numFmts/numFmt': {
      open(attribute) {
        codes.set(Number(attribute('numFmtId')), attribute('formatCode') ?? '');
        if (codes.size > MAX_FORMATS) throw tooLarge('number formats', MAX_FORMATS);
      },
    },
    'styleSheet/cellXfs/xf': {
      open(attribute) {
        const id = Number(attribute('numFmtId') ?? 0);
        if (!formats.has(id)) formats.set(id, shownBy(id, codes.get(id)));
        if (shown.push(formats.get(id)) > MAX_STYLES) throw tooLarge('styles', MAX_STYLES);
      },
    },
  });
  return shown;
}

// What a number format makes of a number: whether it shows a day, and which. A day is known only if the format shows
// its year, month and day: “2026年11月” was stored as the first of November, and nobody entered that first. What a format
// does not show is left out of the text, which is then refused as a date.

/** Which parts of a day a format shows. */
export interface Shown {
  year: boolean;
  month: boolean;
  day: boolean;
}

const FULL: Shown = { year: true, month: true, day: true };
const YEAR_MONTH: Shown = { year: true, month: true, day: false };
const MONTH_DAY: Shown = { year: false, month: true, day: true };

/**
 * Formats that a file does not spell out (ECMA-376-1 §18.8.30), 27–58 as Chinese versions have them. Times of day are
 * none.
 */
const BUILT_IN = new Map<number, Shown>([
  ...[14, 15, 22, 30, 31].map((id) => [id, FULL] as const),
  ...[17, 27, 36, 50, 52, 57].map((id) => [id, YEAR_MONTH] as const),
  ...[16, 28, 29, 51, 53, 54, 58].map((id) => [id, MONTH_DAY] as const),
]);

/** Longer codes do not fit into Excel's own field. */
const LONGEST = 255;

/** What a format shows of a day; undefined if it shows a number, a text or a time of day. */
function shownBy(id: number, code: string | undefined): Shown | undefined {
  if (code === undefined) return BUILT_IN.get(id);
  if (code.length > LONGEST) return undefined;
  // A text between two runs keeps them apart: d"日"dddd is the day and its name.
  const bare = code
    .replace(/"[^"]*"|\\.|[_*]./gu, ' ')
    .replace(/\[(?:h+|m+|s+)\]/gi, 'h')
    .replace(/\[[^\]]*\]|general|am\/pm|a\/p|e[+-]/gi, '')
    .split(';', 1)[0] as string;
  // Minutes stand beside hours or seconds.
  const days = bare.replace(/h+[:. 时]*m+|m+[:. 分]*s+/gi, '');
  // ddd is a day of the week.
  const shown = {
    year: /[ye]/i.test(days),
    month: /m/i.test(days),
    day: (days.match(/d+/gi) ?? []).some((run) => run.length < 3),
  };
  return shown.year || shown.month || shown.day ? shown : undefined;
}

/** The last day that workbooks know, 9999-12-31. */
const LAST = 2_958_466;

/** Days from the first day of each system to 1970-01-01. */
const EPOCH = { 1900: 25_569, 1904: 24_107 };

/**
 * The text of a serial number under a format: `2026-11-01`, with the time behind it if it is not midnight.
 * @returns undefined for what no workbook shows as a day
 */
export function dateText(serial: number, shown: Shown, date1904: boolean): string | undefined {
  if (!(serial >= 0 && serial < LAST)) return undefined;
  const days = Math.floor(serial);
  // Excel has a 29 February 1900, and is right by accident after it.
  const day =
    !date1904 && days === 60
      ? '1900-02-29'
      : dayOf(days - (date1904 ? EPOCH[1904] : EPOCH[1900] - (days < 60 ? 1 : 0)));
  // Half a second is less than any clock shows, and more than what is lost in a sum.
  const seconds = Math.min(Math.round((serial - days) * 86_400), 86_399);
  return showDay(day, new Date(seconds * 1000).toISOString().slice(11, 19), shown);
}

/** A day as a format shows it. */
export function showDay(day: string, time: string, { year, month, day: dated }: Shown): string {
  const [y, m, d] = day.split('-');
  const text = [year ? y : '', month ? m : '', dated ? d : ''].filter(Boolean).join('-');
  return time === '00:00:00' ? text : `${text} ${time}`;
}
