/**
 * The address in a QR code, `https://<host>/c/<number>#<digits>`, in every spelling in which it arrives:
 *
 *     HTTPS://HOST/C/…                      from codes in capitals
 *     …/c/<number>?from=…#<digits>          a query that WeChat or QQ put in
 *     …#<digits>&shareTo=weixin, …?from=…   text that they append
 *     …%23<digits>                          # written as in a link within a link
 *     …/c/<number>/  …。  …）  …，请查      a slash, a bracket or a sentence that became part of the link
 *     …#wechat_redirect, …#_=_, …#rd        something else in the place of the digits
 *     full width, and invisible marks
 *
 * Where something else stands in place of the digits, the number is looked up and the answer says that no seal was
 * checked (`unread`). A run of digits is always a seal, right or wrong: an altered one never counts as none. Which
 * hosts are ours is for the caller to say.
 */
import { Refusal } from '../base/refusal.ts';
import { DASHES, withoutMarks } from '../base/words.ts';
import { normalizeNumber, parseNumber } from './number.ts';

/** A seal has more digits than this; such a run is one wherever it stands. */
const LEAST_DIGITS = 100;
/** The whole address; a seal has up to 800 digits. */
const LONGEST = 4000;

/** What stands after # in an address. */
export interface Fragment {
  digits: string | undefined;
  /** Something stands there that is no seal. */
  unread?: true;
}

export interface Address extends Fragment {
  /** Scheme, host and port. */
  origin: string;
  host: string;
  /** Normalised, and not yet parsed. */
  number: string;
}

/** In place of what was no seal, where an address goes on to its page. */
const UNREAD = 'unread';

/** @param text without the # */
export function readFragment(text: string): Fragment {
  const plain = withoutMarks(text.normalize('NFKC')).trim();
  const digits = new RegExp(`\\d{${LEAST_DIGITS},}`).exec(plain)?.[0] ?? /^\d+/.exec(plain)?.[0];
  return plain === '' || digits !== undefined ? { digits } : { digits, unread: true };
}

/** What stands after # when an address goes on to its page, with the #. */
export const writeFragment = ({ digits, unread }: Fragment): string =>
  digits === undefined ? (unread ? `#${UNREAD}` : '') : `#${digits}`;

/** A URL, or undefined; without URL.parse, which browsers inside other apps do not have yet. */
export function readUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

const malformed = () =>
  new Refusal(
    'seal_url_malformed',
    "This is not the text of a certificate's QR code: https://<host>/c/<number>#<digits>.",
  );

const NUMBER = new RegExp(`^([\\dA-Z${DASHES} ]{1,100})(.*)$`, 'isu');

/** The number at the start of what stands after /c/: up to the first character that belongs to no number. */
function readNumber(path: string): string {
  let text: string;
  try {
    text = withoutMarks(decodeURIComponent(path).normalize('NFKC'));
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    throw malformed();
  }
  const [, number, rest = ''] = NUMBER.exec(text) ?? [];
  // A slash may stand at the end; a path that goes on is another address.
  if (number === undefined || number.trim() === '' || /^\/[\dA-Z]/i.test(rest)) throw malformed();
  return normalizeNumber(number);
}

/** Takes an address apart; the scheme may be missing. @throws Refusal `seal_url_malformed` */
export function readAddress(text: string): Address {
  const plain = withoutMarks(text.normalize('NFKC')).trim();
  if (plain.length > LONGEST) throw malformed();
  const [, scheme = 'https://', authority, path, fragment = ''] =
    /^(https?:\/\/)?([^\s/?#\\%]{1,253})\/c\/((?:(?!%23)[^?#])+)(?:\?(?:(?!%23)[^#])*)?(?:(?:#|%23)(.*))?$/is.exec(
      plain,
    ) ?? [];
  const url = authority === undefined ? undefined : readUrl(scheme.toLowerCase() + authority);
  if (!url || path === undefined) throw malformed();
  return { origin: url.origin, host: url.host, number: readNumber(path), ...readFragment(fragment) };
}

// Reads what people paste into the search box: a number in any spelling, the address in a QR code, or a sentence
// around either. Never corrects or completes a digit, and never chooses among several numbers.

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
