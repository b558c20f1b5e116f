/**
 * Owns what a number format makes of a number in a workbook: whether it shows a day, and the day that a serial number is.
 * A day is known only if the format shows its year, month and day: “2026年11月” was stored as the first of November, and
 * nobody entered that first. What a format does not show is left out of the text, which is then refused as a date.
 */
import { dayOf } from '../../base/day.ts';

/** Which parts of a day a format shows. */
export interface Shown {
  year: boolean;
  month: boolean;
  day: boolean;
}

const FULL: Shown = { year: true, month: true, day: true };
const YEAR_MONTH: Shown = { year: true, month: true, day: false };
const MONTH_DAY: Shown = { year: false, month: true, day: true };

/** Formats that a file does not spell out (ECMA-376-1 §18.8.30), 27–58 as Chinese versions have them. Times of day are none. */
const BUILT_IN = new Map<number, Shown>([
  ...[14, 15, 22, 30, 31].map((id) => [id, FULL] as const),
  ...[17, 27, 36, 50, 52, 57].map((id) => [id, YEAR_MONTH] as const),
  ...[16, 28, 29, 51, 53, 54, 58].map((id) => [id, MONTH_DAY] as const),
]);

/** Longer codes do not fit into Excel's own field. */
const LONGEST = 255;

/** What a format shows of a day; undefined if it shows a number, a text or a time of day. */
export function shownBy(id: number, code: string | undefined): Shown | undefined {
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
