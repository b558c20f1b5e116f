/**
 * How often a second factor may be guessed wrong, for right and wrong guesses alike (README: limits of use).
 *
 *     asked for             counts against                            is closed by
 *     number + name         number                                    number
 *     number + ID           number, ID, parts with the number,        all of these
 *                           parts with any number
 *     name + ID             ID, parts with the name                   all of these
 *     number + name + ID    number, pair, ID, parts with the number,  all of these but the number
 *                           parts with the holder's name
 *
 * Number, ID and pair (number and name) bear 10 wrong guesses an hour. So a number bounds guessing names and IDs at it,
 * and an ID bounds guessing names and numbers at it. The parts of an ID (core/person.ts) are what somebody may know who
 * completes it: all but the last four, the birthday, the last four; each bears, with what the table says, 10 in 24
 * hours and 30 in 30 days, for everybody together. The number alone can always be looked up.
 *
 * Numbers are no secret and a person may have many, so parts with one number bound little. Each of the three ways to
 * guess an ID has a counter that all certificates of a person share: 30 answers in 30 days each, 90 in all.
 * - Name and ID: parts with the name. Somebody can so close a name and a birthday for others; whoever adds the
 *   certificate's number is not touched by it.
 * - Number and ID: parts with any number, whoever holds it. A counter for the holder would be closed at all their
 *   numbers at once, and so tell which belong to the same person. This one knows only what was typed; it closes for
 *   strangers who share a birthday as well, until they add the name.
 * - All three: parts with the holder's name, where that is the name given; a wrong one is counted apart. It takes a
 *   number of the holder and the name to close this, and at one certificate as many wrong guesses as parts with the
 *   number do; the holder's other certificates and those of namesakes are closed along with it. That they have this
 *   name is what number and name are answered with anyway. Number and ID do not count here: filled without a name, it
 *   would tell whether a name is right at another number of the holder.
 *
 * The name alone closes nothing but the network from which it is tried, and there a person is asked for where that can
 * be checked. One network has a number of wrong IDs a day, so that it cannot fill the table.
 */

import { Refusal } from '../base/refusal.ts';
import { foldName, normalizeIdNumber, partsOfId } from '../core/person.ts';
import { type Closing, deleteGuesses, type Guesses, insertGuess, selectGuesses } from '../storage/limit-store.ts';
import type { Service } from './service.ts';

/** Wrong guesses that a number, an ID or a pair bears in an hour. */
export const WRONG_GUESSES = 10;
/** Seconds. */
export const WINDOW = 3600;
const DAY = 24 * WINDOW;
/** Wrong guesses that a part of an ID with what else was given bears in 24 hours, and in 30 days. */
export const PAIR_DAY = 10;
export const PAIR_MONTH = 30;
/**
 * From one network in 24 hours: for one name, and for all together. Offices, schools and mobile networks share an
 * address.
 */
const NAME_OF_SENDER = 20;
const ALL_OF_SENDER = 300;

/** What was asked for; `number` normalised. */
export interface Factors {
  number?: string | undefined;
  name?: string | undefined;
  id_number?: string | undefined;
}

/** The name on the certificate whose number is given, if there is one. */
export type HolderName = string | undefined;

/** Who asks. */
export interface Guesser {
  /** Keyed digest of a network; undefined where it is not known, which then bounds nothing. */
  network?: string | undefined;
  /** Whether a person was shown just now. */
  human?: boolean;
}

/** At most so many wrong guesses within so many seconds, in whole hours. */
interface Limit {
  most: number;
  within: number;
}
const HOURLY: readonly Limit[] = [{ most: WRONG_GUESSES, within: WINDOW }];
const OF_PART: readonly Limit[] = [
  { most: PAIR_DAY, within: DAY },
  { most: PAIR_MONTH, within: 30 * DAY },
];

type Lock = 'second_factor_locked' | 'pair_locked' | 'too_many_requests';

/** What a guess counts against; `lock`: what it is refused with at the limits, absent where it closes nothing. */
interface Subject {
  subject: string;
  limits: readonly Limit[];
  lock?: Lock;
  /** Closes one network, and asks for a person there. */
  ofSender?: boolean;
}

/** The start of the running window. */
export const windowAt = (now: number): number => now - (now % WINDOW);

/** The subject under which guesses at a certificate number are counted. */
export const numberSubject = (number: string): string => `number:${number}`;

/** What is given with the parts of an ID when these are counted. */
function knownWith({ number, name }: Factors, holder: HolderName): string[] {
  const folded = foldName(name ?? '');
  if (number === undefined) return [`name|${folded}`];
  if (name === undefined) return [`number|${number}`, 'any number'];
  // Another name is counted as well, so that both cost the same; never above the number's own count.
  const named = holder !== undefined && foldName(holder) === folded;
  return [`number|${number}`, named ? `holder|${folded}` : `other|${number}|${folded}`];
}

async function subjectsOf(
  { vault }: Service,
  factors: Factors,
  holder: HolderName,
  { network }: Guesser,
): Promise<Subject[]> {
  const { number, name, id_number } = factors;
  const keyed = async (kind: string, text: string): Promise<string> => `${kind}:${await vault.factor(text)}`;
  const all = number !== undefined && name !== undefined && id_number !== undefined;
  const subjects: Subject[] = [];
  if (number !== undefined) {
    subjects.push({ subject: numberSubject(number), limits: HOURLY, ...(all ? {} : { lock: 'second_factor_locked' }) });
  }
  if (all) {
    const subject = await keyed('pair', `${number}|${foldName(name)}`);
    subjects.push({ subject, limits: HOURLY, lock: 'second_factor_locked' });
  }
  if (id_number === undefined) return subjects;
  const id = normalizeIdNumber(id_number);
  subjects.push({ subject: await keyed('id', id), limits: HOURLY, lock: 'second_factor_locked' });
  const lock = number === undefined ? 'pair_locked' : 'second_factor_locked';
  for (const known of knownWith(factors, holder)) {
    for (const part of partsOfId(id))
      subjects.push({ subject: await keyed('part', `${known}|${part}`), limits: OF_PART, lock });
  }
  if (network === undefined) return subjects;
  const ofSender = async (text: string, most: number, lock: Lock): Promise<Subject> => ({
    subject: await keyed('sender', `${network}|${text}`),
    limits: [{ most, within: DAY }],
    lock,
    ofSender: true,
  });
  if (number === undefined)
    subjects.push(await ofSender(`name|${foldName(name ?? '')}`, NAME_OF_SENDER, 'pair_locked'));
  return [...subjects, await ofSender('', ALL_OF_SENDER, 'too_many_requests')];
}

/** Why a guess was not taken, and until when: of all that close it, what lasts longest. */
async function lockedBy(
  { db, isHuman }: Service,
  { number, name, id_number }: Factors,
  closing: readonly Subject[],
  now: number,
): Promise<Refusal> {
  const rows = await selectGuesses(
    db,
    closing.map(({ subject }) => subject),
  );
  let found: { subject: Subject; opens: number } | undefined;
  for (const subject of closing) {
    for (const { most, within } of subject.limits) {
      const counted = rows.filter((row) => row.subject === subject.subject && row.hour > windowAt(now) - within);
      let left = counted.reduce((sum, { wrong }) => sum + wrong, 0);
      // It opens when enough of the oldest hours have left the window.
      for (const { hour, wrong } of counted) {
        if (left < most) break;
        left -= wrong;
        if (!found || hour + within > found.opens) found = { subject, opens: hour + within };
      }
    }
  }
  // What closed it was taken back meanwhile, as a right one.
  const { subject, opens } = found ?? { subject: closing[0] as Subject, opens: now + 1 };
  const facts = { retry_after: opens - now };
  if (subject.ofSender && isHuman) {
    return new Refusal(
      'human_check_required',
      'Many entries from your network did not match. Show that a person asks: ' +
        'send the token of the check in the header cf-turnstile-response, or use the form of the page.',
    );
  }
  if (subject.lock === 'pair_locked') {
    return new Refusal(
      'pair_locked',
      'Too many entries with this name and document did not match. This says nothing about ' +
        'the present one. Add the certificate number: with it the comparison goes on as usual.',
      facts,
    );
  }
  if (subject.lock === 'too_many_requests') {
    return new Refusal('too_many_requests', 'Too many entries from your network did not match today.', facts);
  }
  const then =
    facts.retry_after > WINDOW
      ? 'Retry-After says when it is compared again. The organization named on the certificate can help at once.'
      : 'try again when the hour has passed.';
  const whole = number !== undefined && name !== undefined && id_number !== undefined;
  const add = whole ? '' : ' Number, name and document number together may be compared even now.';
  const detail = `Too many entries that did not match. This says nothing about the present one; ${then}${add}`;
  return new Refusal('second_factor_locked', detail, facts);
}

/**
 * Judges a guess: `find` says what matches, undefined for nothing; `holder` counts with all three only.
 * @throws Refusal `second_factor_locked`, `pair_locked`, `too_many_requests` with `retry_after` in seconds,
 *   `human_check_required`, and for whatever does not match the uniform `no_match`
 */
export async function guess<T>(
  service: Service,
  factors: Factors,
  holder: HolderName,
  asker: Guesser,
  find: () => Promise<T | undefined>,
): Promise<T> {
  const now = service.now();
  const hour = windowAt(now);
  const subjects = await subjectsOf(service, factors, holder, asker);
  const closing = subjects.filter(({ lock, ofSender }) => lock !== undefined && !(ofSender && asker.human));
  const guesses = subjects.map(({ subject, limits }): Guesses => {
    return { subject, n: 1, until: hour + Math.max(...limits.map(({ within }) => within)) };
  });
  const limits = closing.flatMap(({ subject, limits }) => {
    return limits.map(({ most, within }): Closing => ({ subject, most, after: hour - within }));
  });
  if (!(await insertGuess(service.db, guesses, limits, hour))) throw await lockedBy(service, factors, closing, now);
  const found = await find();
  if (found === undefined) throw noMatch();
  await deleteGuesses(service.db, guesses, hour);
  return found;
}

export const noMatch = (): Refusal =>
  new Refusal(
    'no_match',
    'No certificate matches. Check each character; this does not mean that a certificate is false.',
  );
