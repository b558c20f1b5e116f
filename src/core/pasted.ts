/**
 * Reads what people paste into the search box: a number in any spelling, the address in a QR code, or a sentence
 * around either. Never corrects or completes a digit, and never chooses among several numbers.
 */
import { Refusal } from '../base/refusal.ts';
import { DASHES, withoutMarks } from '../base/text.ts';
import { type Fragment, readAddress, readUrl } from './address.ts';
import { normalizeNumber, parseNumber } from './number.ts';

export type Pasted =
  | { kind: 'number'; number: string }
  /**
   * The text of a QR code of ours; `digits` only where it had them, `unread` where something else stood in their place.
   */
  | ({ kind: 'address'; number: string } & Fragment)
  /** Different well-formed numbers, and what looked like numbers but are none; in their order. */
  | { kind: 'several'; numbers: string[]; others: string[] }
  | { kind: 'nothing' };

/** Numbers and others shown of one text. */
const MOST = 50;
/** Fewer characters are a year, an amount or a room, not somebody's attempt at a number. */
const SHORTEST = 10;

const isNumber = (text: string): boolean => {
  try {
    parseNumber(text);
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
};

/** The address in a text. @throws Refusal `host_unknown`, `seal_url_malformed`, and what parseNumber throws */
function ofAddress(text: string, isOurs: (host: string) => boolean): Pasted {
  const other = readUrl(text);
  if (other && /^https?:$/.test(other.protocol) && !isOurs(other.host)) throw foreign(other.host);
  const { host, number, digits, unread } = readAddress(text);
  if (!isOurs(host)) throw foreign(host);
  return { kind: 'address', number: parseNumber(number).text, digits, ...(unread ? { unread } : {}) };
}

const foreign = (host: string) => new Refusal('host_unknown', 'The address is of another host.', { host });

interface Found {
  address: string;
  from: number;
  to: number;
}

/** What follows at `at` of the pattern, which is sticky; empty if nothing does. */
function follows(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

const HOST = /[\w.:@-]+/g;
const CERTIFICATE = /\/c\/[!#-&*+\-./0-9:=?-~]+/iy;
const ANYTHING = /\/\/[!-~]+/y;

/**
 * The addresses in a text: of certificates, with or without scheme, as far as they can be such; or any others.
 * Each run of characters is looked at once, whatever the text is: a pattern of the whole address would look at a run
 * again from each of its characters.
 */
function addressesIn(text: string): Found[] {
  const found: Found[] = [];
  const take = (from: number, to: number): void => {
    found.push({ address: text.slice(from, to), from, to });
    HOST.lastIndex = to;
  };
  HOST.lastIndex = 0;
  for (let host = HOST.exec(text); host; host = HOST.exec(text)) {
    const end = HOST.lastIndex;
    const [scheme] = /https?:$/i.exec(host[0].slice(-6)) ?? [];
    const certificate = follows(CERTIFICATE, text, end);
    if (certificate !== '') take(host.index, end + certificate.length);
    else if (scheme !== undefined && text.startsWith('//', end)) {
      const name = follows(/[\w.:@-]+/y, text, end + 2);
      const path = name === '' ? '' : follows(CERTIFICATE, text, end + 2 + name.length);
      const rest = path === '' ? follows(ANYTHING, text, end) : `//${name}${path}`;
      if (rest !== '') take(end - scheme.length, end + rest.length);
    }
    // A pattern that found nothing starts from 0 again; the next run is wanted.
    if (HOST.lastIndex < end) HOST.lastIndex = end;
  }
  return found;
}

/** A text with a space in place of each address. */
function withoutAddresses(text: string, found: readonly Found[]): string {
  const ends = [0, ...found.map(({ to }) => to)];
  return [...found.map(({ from }, at) => text.slice(ends[at], from)), text.slice(ends.at(-1))].join(' ');
}

/** Runs of letters and digits: each is one number, or several glued together when a field lost its line breaks. */
const runsOf = (folded: string): string[] =>
  (folded.match(/[A-Z0-9]+/g) ?? []).flatMap((run) =>
    /^(?:[A-Z]\d{21}){2,}$/.test(run) ? (run.match(/.{22}/g) as string[]) : [run],
  );

/** Runs that somebody may have meant as a number: long enough, and nearly all digits. */
const attemptsIn = (runs: readonly string[]): string[] =>
  runs.filter((run) => run.length >= SHORTEST && run.replace(/\D/g, '').length >= run.length - 3);

const GROUPS = new RegExp(`(^|[^A-Z0-9])([A-Z]\\d*(?:[\\s${DASHES}]+\\d+)+)(?![A-Z0-9])`, 'gu');

/** Closes the gaps of numbers in groups (`S000037 000001-26-3 000001`), where the groups make exactly one number. */
const closeGaps = (folded: string): string =>
  folded.replace(GROUPS, (whole, before: string, groups: string) =>
    isNumber(groups) ? before + normalizeNumber(groups) : whole,
  );

/**
 * Reads a pasted text. `isOurs`: whether a host (with port) is one that this service ever used.
 * @throws Refusal `host_unknown`, `seal_url_malformed`, `number_malformed`, `number_old_qualification`,
 *   `number_special_grade`
 */
export function readPasted(text: string, isOurs: (host: string) => boolean): Pasted {
  const folded = withoutMarks(text.normalize('NFKC')).trim();
  if (isNumber(folded)) return { kind: 'number', number: parseNumber(folded).text };
  const found = addressesIn(folded);
  const addresses = found.map(({ address }) => address);
  const rest = closeGaps(withoutAddresses(folded, found).toUpperCase());
  const attempts = attemptsIn(runsOf(rest));
  const numbers = attempts.filter(isNumber);
  // Beside a number, a foreign address is only part of the sentence; alone, it is what was asked about.
  const [address] = addresses;
  if (address !== undefined && numbers.length === 0) return ofAddress(address, isOurs);
  const different = [...new Set([...addresses.flatMap((one) => numbersOfOurs(one, isOurs)), ...numbers])];
  const others = [...new Set(attempts.filter((one) => !isNumber(one)))];
  if (different.length === 1 && others.length === 0)
    return { kind: 'number', number: parseNumber(different[0] as string).text };
  if (different.length > 0)
    return { kind: 'several', numbers: different.slice(0, MOST), others: others.slice(0, MOST) };
  // Nothing is a number: one attempt, or a text that is nothing else, is told what is wrong with it.
  const [attempt = ''] = others;
  const alone = /^(?:[A-Z]+|[^\p{L}\s]+)$/u.test(rest) || (/^[A-Z0-9\s]+$/.test(rest) && /\d/.test(rest));
  if (others.length === 1 || alone) return { kind: 'number', number: parseNumber(alone ? rest : attempt).text };
  return others.length === 0 ? { kind: 'nothing' } : { kind: 'several', numbers: [], others: others.slice(0, MOST) };
}

function numbersOfOurs(address: string, isOurs: (host: string) => boolean): string[] {
  try {
    const read = ofAddress(address, isOurs);
    return read.kind === 'address' ? [read.number] : [];
  } catch (error) {
    if (error instanceof Refusal) return [];
    throw error;
  }
}
