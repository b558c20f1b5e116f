/**
 * Owns the seeds of draws that this browser keeps from their commitment to their publication: in IndexedDB, beside a file
 * that the person is offered, so that a lost browser does not lose the draw. A seed that was published is kept no longer.
 * It refuses nothing; where a browser keeps nothing (private windows), its own error says so.
 */
import { type SeedFile, seedFileName, seedText } from '../../core/procedure/draw-seed.ts';
import { download } from '../frame/list-filter.ts';

const NAME = 'luzheng-draws';
const STORE = 'seeds';

export type KeptSeed = Omit<SeedFile, 'rule'>;

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error as DOMException);
  });

async function within<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const opening = indexedDB.open(NAME, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: 'commitment' });
  const database = await done(opening);
  try {
    return await done(work(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

/** Keeps a seed, and asks the browser to leave it alone when it is short of space; it may say no. */
export async function keepSeed(seed: KeptSeed): Promise<void> {
  await within('readwrite', (store) => store.put(seed));
  await navigator.storage?.persist?.().catch(() => false);
}

/** The seed of a commitment, where this browser has it. */
export const keptSeed = (commitment: string): Promise<KeptSeed | undefined> =>
  within('readonly', (store) => store.get(commitment) as IDBRequest<KeptSeed | undefined>);

export const forgetSeed = (commitment: string): Promise<undefined> =>
  within('readwrite', (store) => store.delete(commitment));

/** Offers the file. */
export const saveSeed = (seed: KeptSeed): void =>
  download(seedFileName(seed.commitment), 'application/json', seedText(seed));
