/**
 * Owns the seeds of draws that this browser keeps from their commitment to their publication: in IndexedDB, beside a file
 * that the person is offered, so that a lost browser does not lose the draw. A seed that was published is kept no longer.
 * It refuses nothing; where a browser keeps nothing (private windows), its own error says so.
 */

import type { IDBPDatabase } from 'idb';
import { type SeedFile, seedFileName, seedText } from '../../core/procedure/draw-seed.ts';
import { download } from '../../web/frame/page-script.ts';
import { inDatabase } from '../frame/browser-keys.ts';

const NAME = 'luzheng-draws';
const STORE = 'seeds';

export type KeptSeed = Omit<SeedFile, 'rule'>;

const inSeeds = <T>(work: (database: IDBPDatabase) => Promise<T>): Promise<T> =>
  inDatabase(NAME, STORE, 'commitment', work);

/** Keeps a seed, and asks the browser to leave it alone when it is short of space; it may say no. */
export async function keepSeed(seed: KeptSeed): Promise<void> {
  await inSeeds((database) => database.put(STORE, seed));
  await navigator.storage?.persist?.().catch(() => false);
}

/** The seed of a commitment, where this browser has it. */
export const keptSeed = (commitment: string): Promise<KeptSeed | undefined> =>
  inSeeds((database) => database.get(STORE, commitment) as Promise<KeptSeed | undefined>);

export const forgetSeed = (commitment: string): Promise<void> =>
  inSeeds((database) => database.delete(STORE, commitment));

/** Offers the file. */
export const saveSeed = (seed: KeptSeed): void =>
  download(seedFileName(seed.commitment), 'application/json', seedText(seed));
