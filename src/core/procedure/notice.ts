/**
 * What a notice of results (公示, notice 2020, 四（三）) shows to everybody: who passed, under a masked name, and where the
 * notice stands. Those who failed or were absent are only counted; a while after the end nobody is shown any more.
 * Also the code by which somebody who objected finds the answer.
 */
import { encodeUtf8, sha256, toBase64url } from '../../base/bytes.ts';
import { dayNumber } from '../../base/day.ts';
import { type Level, levelName } from '../number.ts';
import { maskName } from '../person.ts';
import { type Facts, readFacts } from './bodies.ts';
import type { ResultRow } from './plan.ts';
import { outcomeOf } from './plan.ts';

/** `over`: it ran its days and the results are not uploaded yet. */
export const NOTICE_STATES = ['running', 'over', 'uploaded', 'withdrawn'] as const;
export type NoticeState = (typeof NOTICE_STATES)[number];

/** Days after its last one for which a notice shows rows. */
export const SHOWN_DAYS = 30;

/** What everybody reads of the line of a case of results. */
export interface NoticeFacts
  extends Pick<Facts<'results'>, 'title' | 'counts' | 'from' | 'until' | 'working_days' | 'pass_mark'> {
  occupations: string[];
}

/** `焊工（电焊工）`; each is named once, whatever its levels. */
const occupationNames = (occupations: Facts<'results'>['occupations']): string[] => [
  ...new Set(occupations.map(({ name, job }) => (job === '--' ? name : `${name}（${job}）`))),
];

/** What the line of a case of results says, as stored; undefined for anything else. */
export function readNoticeFacts(stored: string): NoticeFacts | undefined {
  const facts = readFacts('results', stored);
  if (!facts) return undefined;
  const { title, counts, from, until, working_days, pass_mark } = facts;
  return { title, counts, from, until, working_days, pass_mark, occupations: occupationNames(facts.occupations) };
}

/** Where a notice stands on a day. @param state of its case @param until its last day */
export function noticeState(state: string, until: string, today: string): NoticeState {
  if (state === 'withdrawn' || state === 'uploaded') return state;
  return today <= until ? 'running' : 'over';
}

/** Whether rows are still shown on a day: not of withdrawn results, nor long after the end. */
export const showsRows = (state: NoticeState, until: string, today: string): boolean =>
  state !== 'withdrawn' && dayNumber(today) - dayNumber(until) <= SHOWN_DAYS;

/** One of those who passed, as everybody may see it. */
export interface NoticeRow {
  /** The row of the list, as a reference for objections. */
  row: number;
  name: string;
  occupation: { code: string; name: string };
  job: string;
  level: Level;
  level_name: string;
  exam_date: string;
}

/** Those who passed, masked, in the order of their rows. */
export const noticeRows = (rows: readonly ResultRow[], passMark: number): NoticeRow[] =>
  rows
    .filter((row) => outcomeOf(row, passMark) === 'passed')
    .map(({ row, name, occupation_code, occupation_name, job_type, level, exam_date }) => ({
      row,
      name: maskName(name),
      occupation: { code: occupation_code, name: occupation_name },
      job: job_type,
      level,
      level_name: levelName(level),
      exam_date,
    }))
    .sort((a, b) => a.row - b.row);

/** Undecided objections that one notice takes: a flood must not bury those that an organization can decide. */
export const MOST_OPEN = 200;
/** Objections to one notice from one network in a day: offices, schools and mobile networks share an address. */
export const MOST_OF_SENDER = 20;

/** Crockford's base 32: no letter that is mistaken for a digit. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE_LENGTH = 20;
/** Random bytes for a code. */
export const CODE_BYTES = CODE_LENGTH;

/** `7K2QM-0R4TZ-…`: 100 random bits, for people to write down. */
export const objectionCode = (random: Uint8Array): string =>
  Array.from(random.subarray(0, CODE_LENGTH), (byte) => ALPHABET[byte & 31])
    .join('')
    .replace(/.{5}(?!$)/g, '$&-');

/** A code as typed: full width, small letters, O for 0, spaces; undefined when it cannot be one. */
export function readObjectionCode(typed: string): string | undefined {
  const plain = typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\p{Pd}]/gu, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
  return plain.length === CODE_LENGTH && [...plain].every((one) => ALPHABET.includes(one))
    ? plain.replace(/.{5}(?!$)/g, '$&-')
    : undefined;
}

/** What is kept of a code: it has 100 random bits, so that its digest tells nothing. */
export const codeDigest = async (code: string): Promise<string> => toBase64url(await sha256(encodeUtf8(code)));
