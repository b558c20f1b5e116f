/**
 * Calls from a page, signed with the key that the person uses; which words of the page fit an error; and the keys that
 * this browser keeps.
 */

import { deleteDB, type IDBPDatabase, openDB } from 'idb';
import { isRefusal, type RefusalFacts } from '../../base/refusal.ts';
import { type PublicJwk, thumbprint } from '../../core/keys.ts';
import type { Case } from '../../core/shapes/procedure-shapes.ts';
import { unverified } from '../../core/statement.ts';
import { type Answer, asApplicant, CallError, Caller, type Problem } from '../../sdk/call.ts';
import { brokeOff } from '../../sdk/fetch-certificates.ts';
import { namingsOf } from '../../sdk/file-organization.ts';
import { type KeyOfFile, now, readKeyText, type Speaker } from '../../sdk/sign.ts';
import { refusalWords } from '../../web/words/refusal-words.ts';

/** Who signs: a key of this browser or of a file. */
export interface Signer extends Speaker {
  key: CryptoKey;
}

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

/** Something that the person at the page can correct; `code` names the words on the page. */
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

/** A case as the service has it now. */
export const caseNow = ({ caller }: { caller: Caller }, about: string): Promise<Answer<typeof Case>> =>
  caller.get<Answer<typeof Case>>(`/v1/cases/${about}`);

/** The case of a button, as it was shown: what is decided upon is what was read. @throws Trouble `moved` */
export async function shownCase(desk: { caller: Caller }, button: HTMLElement): Promise<Answer<typeof Case>> {
  const shown = await caseNow(desk, button.dataset.about as string);
  if (shown.last !== button.dataset.last) throw new Trouble('moved');
  return shown;
}

/** What stands in a field of a view, by its id. */
export const typed = (id: string): string => (document.querySelector<HTMLInputElement>(`#${id}`)?.value ?? '').trim();

/** What is wrong with a field, which gets the focus. */
export function troubleAt(id: string, code: string, words: Record<string, string> = {}): Trouble {
  document.querySelector<HTMLElement>(`#${id}`)?.focus();
  return new Trouble(code, words);
}

// Keys in the browser: those of a key file, which live in memory as long as the page, and those made here with
// WebCrypto so that nobody can take them out, kept in IndexedDB with the access token that speaks for them.

const NAME = 'luzheng-desk';
const STORE = 'keys';

export interface Kept extends Signer {
  /** NumericDate */
  made: number;
}

/** A database of this browser with one store, open for one work. @param keyPath what names a value in it */
export async function inDatabase<T>(
  name: string,
  store: string,
  keyPath: string,
  work: (database: IDBPDatabase) => Promise<T>,
): Promise<T> {
  const database = await openDB(name, 1, { upgrade: (fresh) => void fresh.createObjectStore(store, { keyPath }) });
  try {
    return await work(database);
  } finally {
    database.close();
  }
}

const inKeys = <T>(work: (database: IDBPDatabase) => Promise<T>): Promise<T> => inDatabase(NAME, STORE, 'kid', work);

/** For browsers that keep nothing (private windows): nothing in place of their error. */
export function nothingKept(error: unknown): undefined {
  if (!(error instanceof DOMException)) throw error;
  return undefined;
}

/** All keys of this browser. Nothing is written where nothing was kept. */
export async function keptKeys(): Promise<Kept[]> {
  const names = await indexedDB.databases?.();
  if (names && !names.some(({ name }) => name === NAME)) return [];
  return ((await inKeys((database) => database.getAll(STORE))) as Kept[]).sort((a, b) => b.made - a.made);
}

export const keepKey = async (kept: Kept): Promise<void> =>
  void (await inKeys((database) => database.put(STORE, kept)));

/**
 * Forgets a key for good: whatever was encrypted or enrolled for it needs another. The last one takes the whole store
 * along.
 */
export async function forgetKey(kid: string): Promise<void> {
  await inKeys((database) => database.delete(STORE, kid));
  if ((await keptKeys()).length === 0) await deleteDB(NAME);
}

/** Makes a key that only this browser can sign with. */
export async function makeKey(): Promise<Kept> {
  const { privateKey, publicKey } = (await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
    'sign',
  ])) as CryptoKeyPair;
  const { x, y } = (await crypto.subtle.exportKey('jwk', publicKey)) as { x: string; y: string };
  const jwk: PublicJwk = { kty: 'EC', crv: 'P-256', x, y };
  const kept = { ...(await asApplicant({ key: privateKey, jwk, kid: await thumbprint(jwk) }, now())), made: now() };
  await keepKey(kept);
  // Browsers that are short of space leave a persistent store alone; they may say no.
  await navigator.storage?.persist?.().catch(() => false);
  return kept;
}

/** Seconds that a token has to hold still. */
const MARGIN = 60;

/**
 * The strongest token of a key: what others have said of it since, else the one it has, else its own.
 * @param callerFor calls with a signer
 */
export async function strongest(pair: KeyOfFile, callerFor: (signer: Signer) => Caller): Promise<Signer> {
  const { key, jwk, kid, subject, token } = pair;
  const mine = { key, jwk, kid, ...(pair.certificate === undefined ? {} : { certificate: pair.certificate }) };
  const held =
    subject !== undefined && token !== undefined && endOf(token) > now() + MARGIN
      ? { ...mine, subject, token }
      : undefined;
  if (held && !held.subject.startsWith('key:')) return held;
  const own = held ?? (await asApplicant(mine, now()));
  for (const { sub, token: said } of await namingsOf(callerFor(own), ['client+jwt', 'centre+jwt'], MARGIN)) {
    const signer: Signer = { ...mine, subject: sub, token: said };
    // A statement may have been withdrawn or replaced: the service says so with the first call.
    try {
      await callerFor(signer).get('/v1/me');
      return signer;
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
    }
  }
  return own;
}

/** No key file is larger. */
export const KEY_FILE_BYTES = 100_000;

/** When an access token ends (NumericDate), unverified: the service verifies it with every call. */
export const endOf = (token: string): number => unverified<{ exp: number }>(token).claims.exp;

/** Reads the text of a key file. @throws Trouble `insecure`, and what readKeyText throws */
export function readKey(text: string): Promise<KeyOfFile> {
  // Browsers sign in secure contexts only.
  if (!globalThis.crypto?.subtle) throw new Trouble('insecure');
  return readKeyText(text);
}
