/**
 * Owns the counters of wrong second factors: one named function per SQL statement. A guess is written down before it
 * is judged and taken back when it was right, so that guesses made at the same moment cannot slip past the limit.
 * It refuses to know what was guessed: its subjects are certificate numbers and keyed digests.
 */
import type { D1Database } from './bindings.ts';

/** How often a subject is guessed at: `n` times at once for the rows of a list. */
export interface Guesses {
  subject: string;
  n: number;
}

/** Writes guesses down. @returns for each subject how many wrong ones, or ones still being judged, there were before */
export async function insertGuesses(db: D1Database, guesses: readonly Guesses[], hour: number): Promise<Map<string, number>> {
  const { results } = await db
    .prepare(
      `INSERT INTO wrong_factors (subject, hour, wrong) SELECT value ->> 'subject', ?2, value ->> 'n' FROM json_each(?1) WHERE true
       ON CONFLICT (subject, hour) DO UPDATE SET wrong = wrong + excluded.wrong RETURNING subject, wrong`,
    )
    .bind(JSON.stringify(guesses), hour)
    .all<{ subject: string; wrong: number }>();
  const after = new Map(results.map(({ subject, wrong }) => [subject, wrong]));
  return new Map(guesses.map(({ subject, n }) => [subject, (after.get(subject) ?? n) - n]));
}

/** Takes guesses back that were right. */
export async function deleteGuesses(db: D1Database, guesses: readonly Guesses[], hour: number): Promise<void> {
  await db
    .prepare(`UPDATE wrong_factors SET wrong = wrong - (j.value ->> 'n') FROM json_each(?1) j WHERE subject = j.value ->> 'subject' AND hour = ?2`)
    .bind(JSON.stringify(guesses), hour)
    .run();
}

/** Forgets the windows that began before an instant. */
export async function deleteGuessesBefore(db: D1Database, instant: number): Promise<void> {
  await db.prepare('DELETE FROM wrong_factors WHERE hour < ?').bind(instant).run();
}
