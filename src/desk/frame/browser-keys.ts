/**
 * Keys in the browser: those of a key file, which live in memory as long as the page, and those made here with
 * WebCrypto so that nobody can take them out, kept in IndexedDB with the access token that speaks for them.
 */
import { deleteDB, type IDBPDatabase, openDB } from 'idb';
import { type PublicJwk, thumbprint } from '../../core/keys.ts';
import { unverified } from '../../core/statement.ts';
import { CallError, type Caller } from '../../sdk/call.ts';
import { namingsOf } from '../../sdk/file-organization.ts';
import { type KeyOfFile, readKeyText } from '../../sdk/read-key-file.ts';
import { asApplicant } from '../../sdk/send-step.ts';
import { now } from '../../sdk/sign.ts';
import type { Signer } from './actions.ts';
import { Trouble } from './desk-call.ts';

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

/** Forgets a key for good: whatever was encrypted or enrolled for it needs another. The last one takes the whole store along. */
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
