/** Calls from a page, signed with the key that the person uses, and which words of the page fit an error. */
import { isRefusal, type RefusalFacts } from '../../base/refusal.ts';
import { CallError, Caller, type Problem } from '../../sdk/call.ts';
import { brokeOff } from '../../sdk/fetch-certificates.ts';
import { refusalWords } from '../../web/words/refusal-words.ts';
import type { Signer } from './actions.ts';

/**
 * A caller for a signer: the service's own address is reached as the page's, without cookies, and what the rate limit
 * refuses is said at once. @param origin what the service calls itself, which proofs name
 */
export const callerFor = (signer: Signer, origin: string): Caller =>
  new Caller(origin, signer, {
    fetch: (url, init) =>
      fetch(url.slice(origin.length), {
        ...init,
        // The language is a cookie's, and cookies are not sent.
        headers: { ...(init.headers as Record<string, string>), 'Accept-Language': document.documentElement.lang },
        credentials: 'omit',
        cache: 'no-store',
        redirect: 'error',
      }),
    patience: 0,
  });

/** Refusals with words of their own on the page. */
const KNOWN = ['code_taken', 'client_unknown', 'client_reported', 'client_withdrawn', 'organization_not_filed'];

/** What is refused on this page before anything is sent, in words of the page. */
const OWN: Record<string, { code: string; words?: (facts: RefusalFacts) => Record<string, string> }> = {
  rows_differ: { code: 'rows_differ', words: ({ row }) => ({ row: String(row) }) },
  root_differs: { code: 'root_differs' },
  photo_differs: { code: 'photo_differs', words: ({ row }) => ({ row: String(row) }) },
  city_approval_missing: { code: 'city_first' },
  approval_missing: { code: 'not_approved' },
  filed_by_other_centre: { code: 'filed_since', words: ({ centre }) => ({ centre: String(centre) }) },
  key_file_malformed: { code: 'key_unreadable' },
  key_on_card: { code: 'key_on_card' },
};

/** What of a problem can be filled into words. */
const textsOf = (problem: Problem): Record<string, string> =>
  Object.fromEntries(
    Object.entries(problem).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );

/** The words on the page for an error, with what stands in them. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof Trouble) return error;
  if (brokeOff(error)) return new Trouble('network');
  if (error instanceof CallError) {
    const { code, title = '', detail = '', part = '', position } = error.problem;
    if (code === 'proof_wrong' && part.endsWith(':iat')) return new Trouble('clock');
    if (code === 'proof_wrong' && part.endsWith(':htu')) return new Trouble('address');
    if (typeof position === 'number') return new Trouble('certificate', { place: String(position + 1), title, code });
    return KNOWN.includes(code)
      ? new Trouble(code, textsOf(error.problem))
      : new Trouble('refused', { title: refusalWords(code, { ...error.problem }) ?? title, detail, code });
  }
  if (isRefusal(error)) {
    const own = OWN[error.code];
    if (own) return new Trouble(own.code, own.words?.(error.facts));
    return new Trouble('refused', {
      title: refusalWords(error.code, error.facts) ?? '内容无法读取',
      detail: error.message,
      code: error.code,
    });
  }
  if (error instanceof DOMException)
    return new Trouble(error.name === 'AbortError' ? 'cancelled' : 'disk', { code: error.name });
  return new Trouble('refused', {
    title: '本页出错',
    detail: error instanceof Error ? error.message : String(error),
    code: 'unexpected',
  });
}

/** Something that the person at the page can mend; `code` names the words on the page. */
export class Trouble extends Error {
  override readonly name = 'Trouble';
  readonly code: string;
  readonly words: Record<string, string>;
  constructor(code: string, words: Record<string, string> = {}) {
    super(code);
    this.code = code;
    this.words = words;
  }
}
