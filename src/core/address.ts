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
import { DASHES, withoutMarks } from '../base/text.ts';
import { normalizeNumber } from './number.ts';

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
