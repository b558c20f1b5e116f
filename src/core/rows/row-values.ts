/**
 * How one cell of a row of people is read: name, document, level, score, day, occupation code, and the words for
 * "none". What can be known is normalised (full-width digits, spaces, several spellings of a day); what cannot (三级/初级工,
 * a serial date, a two-digit year, 11/1/2026) is a flaw, each with its own code.
 */
import { dayNumber, dayOf } from '../../base/day.ts';
import { isRefusal } from '../../base/refusal.ts';
import { withoutMarks } from '../../base/words.ts';
import { Unreadable } from '../../formats/table/table-rows.ts';
import { isLevel, LEVELS, type Level, levelWords, parseNumber } from '../number.ts';
import { checkIdNumber, checkName, type IdType, parseIdType } from '../person.ts';
import { type Fault, type FaultCode, fault } from './faults.ts';

/** What a reader returns: the value, or the code (with facts) of what is wrong. */
export type Read<T> = { value: T } | Flaw;
export interface Flaw {
  flaw: FaultCode;
  facts?: Record<string, string | number>;
}
export const flaw = (code: FaultCode, facts?: Record<string, string | number>): Flaw =>
  facts ? { flaw: code, facts } : { flaw: code };
export const toFault = (row: number, field: string, { flaw: code, facts }: Flaw): Fault =>
  fault(row, field, code, facts);

/** Level names, dates and numbers may be padded anywhere: all white space and zero-width marks go. */
export const squeeze = (text: string): string => withoutMarks(text.normalize('NFKC')).replace(/\s/gu, '');

/**
 * Comparison form of filed texts (occupation, job): full-width and half-width brackets, and stray spaces, do not count.
 */
export const foldText = (text: string): string => squeeze(text).toUpperCase();

/** Whether a spreadsheet would take a text for a formula. */
export const looksLikeFormula = (text: string): boolean => /^[=+\-@]/.test(text);

/** What forms write where there is no job: nothing, dashes, a slash, 无. */
export const isNone = (text: string): boolean =>
  /^(?:[-\u2010-\u2015\u2212\u2500_]*|\/|无|NONE|N\/A|NA)$/i.test(squeeze(text));

/**
 * Why no occupation is called so: a table would read a formula (`formula`), or nothing at all (`none`). A job may be
 * `none`.
 */
export function nameFlaw(name: string): 'formula' | 'none' | undefined {
  if (isNone(name)) return 'none';
  return looksLikeFormula(name.normalize('NFKC').trim()) ? 'formula' : undefined;
}

/** Characters of any value: what is longer is damage, and is not looked at. */
const LONGEST = 1_000;

/** A text field as given: cells of files are text already, JSON may hold anything. Missing is the empty text. */
export function textOf(value: unknown): Read<string> {
  if (value === undefined || value === null) return { value: '' };
  if (value instanceof Unreadable) return flaw(value.fault);
  if (typeof value !== 'string') return flaw('value_type');
  return value.length > LONGEST ? flaw('value_too_long', { most: LONGEST }) : { value };
}

/** Scores and level may be JSON numbers. */
const textOrNumber = (value: unknown): Read<string> =>
  typeof value === 'number' ? { value: String(value) } : textOf(value);

const RANKS = new Map<string, Level>(
  LEVELS.flatMap((level) => {
    const rank = levelWords(level).rank.slice(0, 1);
    return [rank, `${rank}级`, `${level}`, `${level}级`, `LEVEL${level}`].map((word) => [word, level] as const);
  }),
);
const TITLES = new Map<string, Level>(LEVELS.map((level) => [levelWords(level).title, level]));
const LEVEL_SHAPE = /^((?:LEVEL)?[1-5]级?|[一二三四五]级?)?(初级工|中级工|高级工|高级技师|技师)?$/;
const LEVEL_REVERSED = /^(初级工|中级工|高级工|高级技师|技师)([1-5]级?|[一二三四五]级?)$/;

/** `3`, 三级, 高级工, 三级/高级工 and the like; a rank and a title that disagree are refused. */
export function readLevel(value: unknown): Read<Level> {
  if (typeof value === 'number') return isLevel(value) ? { value } : flaw('level_unknown');
  const given = textOf(value);
  if ('flaw' in given) return given;
  // Where a column holds numbers, some systems write 3 as 3.0.
  const text = squeeze(given.value)
    .toUpperCase()
    .replace(/^([1-5])\.0+(?=级?$)/, '$1');
  if (text === '') return flaw('value_missing');
  if (looksLikeFormula(text)) return flaw('formula');
  const bare = text.replace(/[/()、,·|\-\u2013\u2014]/g, '');
  const reversed = LEVEL_REVERSED.exec(bare);
  const [rankWord, title] = reversed ? [reversed[2], reversed[1]] : (LEVEL_SHAPE.exec(bare)?.slice(1) ?? []);
  const byRank = rankWord === undefined ? undefined : RANKS.get(rankWord);
  const byTitle = title === undefined ? undefined : TITLES.get(title);
  if (byRank !== undefined && byTitle !== undefined && byRank !== byTitle) return flaw('level_contradictory');
  const level = byRank ?? byTitle;
  return level === undefined ? flaw('level_unknown') : { value: level };
}

/** A number from the pass mark to 100 with at most two decimals. */
export function readScore(value: unknown, passMark: number): Read<number> {
  const given = textOrNumber(value);
  if ('flaw' in given) return given;
  const text = squeeze(given.value);
  if (text === '') return flaw('score_blank');
  if (/^(?:缺考|缺席|旷考|未考|未参加|弃考|absent)$/i.test(text)) return flaw('score_absent');
  const parts = /^-?\d+(?:\.(\d+))?$/.exec(text);
  if (!parts) return flaw(looksLikeFormula(text) ? 'formula' : 'score_not_number');
  // Trailing zeros are no further decimals: 78.500 is 78.5, as it would be as a JSON number.
  if ((parts[1] ?? '').replace(/0+$/, '').length > 2) return flaw('score_decimals');
  const score = Number(text);
  if (score < 0 || score > 100) return flaw('score_range');
  return score < passMark ? flaw('score_below_pass', { pass: passMark }) : { value: score };
}

/** Skill level certificates exist since the number rule of 2019; an earlier day is a slip. */
const FIRST_EXAM_DAY = '2019-01-01';

const YEAR_FIRST = [
  /^(\d{4})-(\d{1,2})-(\d{1,2})$/,
  /^(\d{4})\/(\d{1,2})\/(\d{1,2})$/,
  /^(\d{4})\.(\d{1,2})\.(\d{1,2})$/,
  /^(\d{4})年(\d{1,2})月(\d{1,2})[日号]?$/,
  /^(\d{4})(\d{2})(\d{2})$/,
];

/** A time behind a day. */
const TIME = /[\sT]\s*(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?$/;
/**
 * Seconds by which software misses a midnight that it means: browsers in China write days 43 s early, sums lose one.
 */
const BESIDE_MIDNIGHT = 60;

/**
 * Splits a midnight, or what misses it by seconds, from a day; any other time stays where it is, for it is not ours to
 * drop.
 */
function splitMidnight(text: string): { text: string; shift: 0 | 1 } {
  const [whole, hours, minutes, seconds] = TIME.exec(text) ?? [];
  if (whole === undefined) return { text, shift: 0 };
  const time = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds ?? 0);
  const early = time < BESIDE_MIDNIGHT;
  // 23:59 without seconds is somebody's last minute of the day.
  const late = seconds !== undefined && time >= 86_400 - BESIDE_MIDNIGHT && time < 86_400;
  return early || late ? { text: text.slice(0, -whole.length), shift: late ? 1 : 0 } : { text, shift: 0 };
}

/** A real day, year first, from 2019 to `today`; the result is `YYYY-MM-DD`. */
export function readExamDate(value: unknown, today: string): Read<string> {
  const given = textOrNumber(value);
  if ('flaw' in given) return given;
  const timed = splitMidnight(given.value.normalize('NFKC').trim());
  const text = squeeze(timed.text).replace(/[\u2010-\u2015\u2212]/g, '-');
  if (text === '') return flaw('value_missing');
  if (looksLikeFormula(text)) return flaw('formula');
  if (/^\d{5}(?:\.\d+)?$/.test(text)) return flaw('exam_date_serial');
  // An 8-digit JSON number is not taken for a date: numbers are for scores and level.
  if (typeof value === 'number') return flaw('value_type');
  const parts = YEAR_FIRST.map((shape) => shape.exec(text)).find((match) => match !== null);
  if (!parts) {
    if (/^\d{1,2}([-/.])\d{1,2}\1\d{4}$/.test(text)) return flaw('exam_date_ambiguous');
    if (/^\d{1,2}([-/.])\d{1,2}\1\d{1,2}$|^\d{2}年\d{1,2}月\d{1,2}[日号]?$|^\d{6}$/.test(text))
      return flaw('exam_date_two_digit_year');
    return flaw('exam_date_unreadable');
  }
  let day = `${parts[1]}-${(parts[2] as string).padStart(2, '0')}-${(parts[3] as string).padStart(2, '0')}`;
  try {
    day = dayOf(dayNumber(day) + timed.shift);
  } catch (error) {
    if (isRefusal(error, 'day_malformed')) return flaw('exam_date_not_real');
    throw error;
  }
  if (day > today) return flaw('exam_date_future');
  return day < FIRST_EXAM_DAY ? flaw('exam_date_too_early', { first: FIRST_EXAM_DAY }) : { value: day };
}

/** N-NN-NN-NN; any of the dashes that word processors put in. */
export function readOccupationCode(value: unknown): Read<string> {
  const given = textOf(value);
  if ('flaw' in given) return given;
  const text = squeeze(given.value).replace(/[\u2010-\u2015\u2212]/g, '-');
  if (text === '') return flaw('value_missing');
  if (looksLikeFormula(text)) return flaw('formula');
  return /^\d-\d{2}-\d{2}-\d{2}$/.test(text) ? { value: text } : flaw('occupation_code_malformed');
}

/** A name, normalised and checked. */
export function readName(value: unknown): Read<string> {
  const given = textOf(value);
  if ('flaw' in given) return given;
  const result = checkName(given.value);
  return 'name' in result ? { value: result.name } : flaw(result.fault, result.facts);
}

/** A document type, by name or code. */
export function readIdType(value: unknown): Read<IdType> {
  const given = textOf(value);
  if ('flaw' in given) return given;
  if (squeeze(given.value) === '') return flaw('value_missing');
  if (looksLikeFormula(squeeze(given.value))) return flaw('formula');
  const type = parseIdType(given.value);
  return type ? { value: type } : flaw('id_type_unknown');
}

/** With an unknown type only what no type allows is reported. */
export function readId(value: unknown, type: IdType | undefined): Read<{ number: string; born?: string }> | undefined {
  // A JSON number has been a float on its way here: 18 digits do not survive that, and fewer lose leading zeros.
  if (typeof value === 'number') return flaw('id_number_float');
  const given = textOf(value);
  if ('flaw' in given) return given;
  const result = checkIdNumber(type ?? 'passport', given.value);
  if ('fault' in result) return type || result.fault !== 'passport_malformed' ? flaw(result.fault) : undefined;
  return type ? { value: { number: result.id_number, ...(result.born ? { born: result.born } : {}) } } : undefined;
}

/** The number of a certificate that is replaced, if there is one. */
export function readReplaces(value: unknown): Read<string | undefined> {
  const given = textOf(value);
  if ('flaw' in given) return given;
  if (isNone(given.value)) return { value: undefined };
  if (looksLikeFormula(squeeze(given.value))) return flaw('formula');
  try {
    return { value: parseNumber(given.value).text };
  } catch (error) {
    if (isRefusal(error)) return flaw('replaces_malformed');
    throw error;
  }
}
