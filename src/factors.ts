/**
 * Owns how often a second factor may be guessed wrong: 10 times an hour for each subject, then 429 until the hour ends,
 * for right and wrong guesses alike.
 *
 *     asked for               counts against                    is closed by
 *     number + name           number                            number
 *     number + ID             number, ID                        number, ID
 *     name + ID               ID                                ID
 *     number + name + ID      number, (number, name), ID        (number, name), ID
 *
 * So a number bounds guessing names and IDs at it, and an ID bounds guessing names and numbers at it. The download asks for
 * all three and is closed by the pair of number and name: a stranger who knows no more than a number can close the
 * comparison of that number for an hour at a time, but neither the holder's download nor the search by name and ID. The
 * number alone can always be looked up. Guessing IDs that belong to nobody is bounded by the brake alone (http/limits.ts).
 * It refuses to tell why nothing matched, and keeps nothing but numbers and keyed digests.
 */
import { normalizeIdNumber } from './life/identity.ts';
import { foldName } from './life/name.ts';
import { Refusal } from './life/refusal.ts';
import type { Service } from './service.ts';
import { deleteGuesses, insertGuesses } from './storage/limits.ts';

/** Wrong guesses that a subject bears in a window. */
export const WRONG_GUESSES = 10;
/** Seconds. */
export const WINDOW = 3600;

/** What was asked for; `number` normalised. */
export interface Factors {
  number?: string | undefined;
  name?: string | undefined;
  id_number?: string | undefined;
}

/** The start of the running window. */
export const windowAt = (now: number): number => now - (now % WINDOW);

/** The subject under which guesses at a certificate number are counted. */
export const numberSubject = (number: string): string => `number:${number}`;

async function subjectsOf({ vault }: Service, { number, name, id_number }: Factors): Promise<{ counted: string[]; closing: string[] }> {
  const ofNumber = number === undefined ? [] : [numberSubject(number)];
  const ofId = id_number === undefined ? [] : [`id:${await vault.factor(normalizeIdNumber(id_number))}`];
  if (number === undefined || name === undefined || id_number === undefined) return { counted: [...ofNumber, ...ofId], closing: [...ofNumber, ...ofId] };
  const closing = [`pair:${await vault.factor(`${number}|${foldName(name)}`)}`, ...ofId];
  return { counted: [...ofNumber, ...closing], closing };
}

/**
 * Judges a guess: `find` says what matches, undefined for nothing.
 * @throws Refusal `second_factor_locked` with `retry_after` in seconds, and for whatever does not match the uniform `no_match`
 */
export async function guess<T>(service: Service, factors: Factors, find: () => Promise<T | undefined>): Promise<T> {
  const hour = windowAt(service.now());
  const { counted, closing } = await subjectsOf(service, factors);
  const guesses = counted.map((subject) => ({ subject, n: 1 }));
  const before = await insertGuesses(service.db, guesses, hour);
  if (closing.some((subject) => (before.get(subject) ?? 0) >= WRONG_GUESSES)) {
    throw new Refusal('second_factor_locked', 'Too many entries that did not match. This says nothing about the present one; try again when the hour has passed.', { retry_after: hour + WINDOW - service.now() });
  }
  const found = await find();
  if (found === undefined) throw noMatch();
  await deleteGuesses(service.db, guesses, hour);
  return found;
}

export const noMatch = (): Refusal => new Refusal('no_match', 'No certificate matches. Check each character; this does not mean that a certificate is false.');
