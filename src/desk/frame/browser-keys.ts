/**
 * Owns the keys that live in this browser: made here with WebCrypto so that nobody can take them out, kept in IndexedDB
 * with the access token that speaks for them, and forgotten on demand. A key of a file is never kept.
 * It refuses nothing; where a browser keeps nothing (private windows), its own error says so.
 */

import { deleteDB, type IDBPDatabase, openDB } from 'idb';
import { type PublicJwk, thumbprint } from '../../core/keys.ts';
import { signApplicant } from '../../core/procedure/sign-step.ts';
import { unverified } from '../../core/statement.ts';
import type { Signer } from './actions.ts';
import type { Call } from './desk-call.ts';
import type { Claims, Pair } from './key-file.ts';

const NAME = 'luzheng-desk';
const STORE = 'keys';

export interface Kept extends Signer {
  /** NumericDate */
  made: number;
}

const seconds = (): number => Math.floor(Date.now() / 1000);

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
  const kept = { ...(await asApplicant({ key: privateKey, jwk, kid: await thumbprint(jwk) })), made: seconds() };
  await keepKey(kept);
  // Browsers that are short of space leave a persistent store alone; they may say no.
  await navigator.storage?.persist?.().catch(() => false);
  return kept;
}

/** A key that nobody has named speaks for itself. */
async function asApplicant(pair: Pair): Promise<Signer> {
  const { kty, crv, x, y } = pair.jwk;
  const token = await signApplicant(
    { key: pair.key, kid: pair.kid, jwk: { kty, crv, x, y } },
    seconds(),
    crypto.randomUUID(),
  );
  return { key: pair.key, jwk: pair.jwk, kid: pair.kid, subject: `key:${pair.kid}`, token };
}

/** Whether a token still holds for a while. */
const holds = (token: string, margin = 60): boolean => unverified<Claims>(token).claims.exp > seconds() + margin;

interface Naming {
  typ: string;
  sub: string;
  exp: number;
  token: string;
}

/**
 * The strongest token of a key: what others have said of it since, else the one it has, else its own.
 * @param callAs calls with a signer
 */
export async function strongest(
  pair: Pair & { subject?: string; token?: string },
  callAs: (signer: Signer) => Call,
): Promise<Signer> {
  const { key, jwk, kid, subject, token } = pair;
  const mine = { key, jwk, kid, ...(pair.certificate === undefined ? {} : { certificate: pair.certificate }) };
  if (token !== undefined && subject !== undefined && !subject.startsWith('key:') && holds(token))
    return { ...mine, subject, token };
  const own =
    subject?.startsWith('key:') && token !== undefined && holds(token)
      ? { ...mine, subject, token }
      : { ...(await asApplicant(pair)), ...mine };
  const { statements } = (await (await callAs(own)('/v1/me')).json()) as { statements: Naming[] };
  const named = statements
    .filter(({ typ, token: said }) => (typ === 'client+jwt' || typ === 'centre+jwt') && holds(said))
    .sort((a, b) => b.exp - a.exp);
  for (const { sub, token: said } of named) {
    const signer: Signer = { ...mine, subject: sub, token: said };
    // A statement may have been withdrawn or replaced: the service says so with the first call.
    if (
      await callAs(signer)('/v1/me').then(
        () => true,
        () => false,
      )
    )
      return signer;
  }
  return own;
}
