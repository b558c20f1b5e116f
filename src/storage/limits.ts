/**
 * The counters of wrong entries: one named function per SQL statement. A guess is written down before it is judged and
 * taken back when it was right, so that guesses made at the same moment cannot slip past a limit. What was guessed is not
 * known here: subjects are certificate numbers and keyed digests.
 */
import type { D1Database } from './bindings.ts';

/** How often a subject is guessed at: `n` times at once for the rows of a list. */
export interface Guesses {
  subject: string;
  n: number;
  /** NumericDate until which they count. */
  until: number;
}

/** A subject that closes a comparison when it has as many wrong guesses in the hours after `after` (exclusive). */
export interface Closing {
  subject: string;
  after: number;
  most: number;
}

/**
 * Writes a guess down under all its subjects, unless one of `closing` is exhausted: then under none.
 * @returns false when a subject was exhausted
 */
export async function insertGuess(
  db: D1Database,
  guesses: readonly Guesses[],
  closing: readonly Closing[],
  hour: number,
): Promise<boolean> {
  const { results } = await db
    .prepare(
      `INSERT INTO wrong_factors (subject, hour, wrong, until)
       SELECT value ->> 'subject', ?2, value ->> 'n', value ->> 'until' FROM json_each(?1)
       WHERE NOT EXISTS (
         SELECT 1 FROM json_each(?3) c
         WHERE (SELECT sum(wrong) FROM wrong_factors w WHERE w.subject = c.value ->> 'subject' AND w.hour > c.value ->> 'after')
           >= c.value ->> 'most')
       ON CONFLICT (subject, hour) DO UPDATE SET wrong = wrong + excluded.wrong, until = max(until, excluded.until)
       RETURNING subject`,
    )
    .bind(JSON.stringify(guesses), hour, JSON.stringify(closing))
    .all();
  return results.length > 0;
}

/** Writes guesses down. @returns for each subject how many wrong ones, or ones still being judged, there were before */
export async function insertGuesses(
  db: D1Database,
  guesses: readonly Guesses[],
  hour: number,
): Promise<Map<string, number>> {
  const { results } = await db
    .prepare(
      `INSERT INTO wrong_factors (subject, hour, wrong, until)
       SELECT value ->> 'subject', ?2, value ->> 'n', value ->> 'until' FROM json_each(?1) WHERE true
       ON CONFLICT (subject, hour) DO UPDATE SET wrong = wrong + excluded.wrong RETURNING subject, wrong`,
    )
    .bind(JSON.stringify(guesses), hour)
    .all<{ subject: string; wrong: number }>();
  const after = new Map(results.map(({ subject, wrong }) => [subject, wrong]));
  return new Map(guesses.map(({ subject, n }) => [subject, (after.get(subject) ?? n) - n]));
}

/** The hours in which subjects were guessed at, oldest first. */
export async function selectGuesses(
  db: D1Database,
  subjects: readonly string[],
): Promise<{ subject: string; hour: number; wrong: number }[]> {
  const { results } = await db
    .prepare(
      `SELECT subject, hour, wrong FROM wrong_factors
       WHERE subject IN (SELECT value FROM json_each(?)) ORDER BY hour`,
    )
    .bind(JSON.stringify(subjects))
    .all<{ subject: string; hour: number; wrong: number }>();
  return results;
}

/** Takes guesses back that were right; a counter of none is forgotten. */
export async function deleteGuesses(
  db: D1Database,
  guesses: readonly Pick<Guesses, 'subject' | 'n'>[],
  hour: number,
): Promise<void> {
  const json = JSON.stringify(guesses);
  await db.batch([
    db
      .prepare(
        `UPDATE wrong_factors SET wrong = wrong - (j.value ->> 'n') FROM json_each(?1) j
       WHERE subject = j.value ->> 'subject' AND hour = ?2`,
      )
      .bind(json, hour),
    db
      .prepare(
        `DELETE FROM wrong_factors
       WHERE subject IN (SELECT value ->> 'subject' FROM json_each(?1)) AND hour = ?2 AND wrong <= 0`,
      )
      .bind(json, hour),
  ]);
}

/** Forgets what does not count any more. */
export async function deleteGuessesBefore(db: D1Database, instant: number): Promise<void> {
  await db.prepare('DELETE FROM wrong_factors WHERE until <= ?').bind(instant).run();
}
