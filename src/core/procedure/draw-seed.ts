/**
 * What a draw depends on: a seed that is committed to, kept in a file and published later, and a public value that
 * joins it, the numbers of a state lottery drawn after the lists were fixed. Whoever makes the seed cannot know them,
 * so that trying seeds gains nothing; they are written in one way only, so that trying spellings gains nothing either.
 *
 *   value = two digits a number, one space between: the main numbers ascending, then the special ones ascending
 */
import * as v from 'valibot';
import { fromBase64url, sha256Short, toBase64url } from '../../base/bytes.ts';
import { isUnreadable, Refusal } from '../../base/refusal.ts';
import { day, digest } from './body-shapes.ts';

export const DRAW_RULE = 'luzheng-draw-1';
const SEED_BYTES = 32;

/** What is published before the draw of a seed that stays secret until then. */
export const commitmentOf = (seed: Uint8Array): string => toBase64url(sha256Short(seed));

/** Opens a commitment. @returns the seed; @throws Refusal `seed_differs` */
export function openSeed(commitment: string, seed: string): Uint8Array<ArrayBuffer> {
  const bytes = fromBase64url(seed);
  if (bytes.length !== SEED_BYTES || commitmentOf(bytes) !== commitment)
    throw new Refusal(
      'seed_differs',
      'SHA-256 of this seed is not the commitment that was published before the draw.',
      { part: 'seed' },
    );
  return bytes;
}

interface Lottery {
  main: { count: number; most: number };
  special: { count: number; most: number };
  /** Days of the week on which it is drawn, 0 is Sunday. */
  days: readonly number[];
  /** How its issues are numbered. */
  issue: RegExp;
}

/** 双色球 of the welfare lottery, 大乐透 of the sports lottery: drawn in public in the evening, published for ever. */
const LOTTERIES = {
  ssq: { main: { count: 6, most: 33 }, special: { count: 1, most: 16 }, days: [0, 2, 4], issue: /^20(\d{2})(\d{3})$/ },
  dlt: { main: { count: 5, most: 35 }, special: { count: 2, most: 12 }, days: [1, 3, 6], issue: /^(\d{2})(\d{3})$/ },
} as const satisfies Record<string, Lottery>;

export type LotteryName = keyof typeof LOTTERIES;
export const LOTTERY_NAMES = Object.keys(LOTTERIES) as LotteryName[];

const weekdayOf = (date: string): number => new Date(`${date}T00:00:00Z`).getUTCDay();
/** Whether a lottery is drawn on a day of the week. */
export const isDrawnOn = (lottery: LotteryName, date: string): boolean =>
  (LOTTERIES[lottery].days as readonly number[]).includes(weekdayOf(date));

const issueFits = ({ lottery, issue, date }: { lottery: LotteryName; issue: string; date: string }): boolean => {
  const [, year, number] = LOTTERIES[lottery].issue.exec(issue) ?? [];
  return year === date.slice(2, 4) && Number(number) > 0;
};

/** Which value joins the seed: a lottery, its issue, and the day on which that is drawn. The issue decides. */
export const publicSource = v.pipe(
  v.strictObject({
    lottery: v.picklist(LOTTERY_NAMES),
    issue: v.pipe(v.string(), v.regex(/^\d{5,7}$/, '期号为 5 至 7 位数字 / an issue has 5 to 7 digits')),
    date: day,
  }),
  v.forward(
    v.partialCheck(
      [['lottery'], ['date']],
      ({ lottery, date }) => isDrawnOn(lottery, date),
      '这一天没有该彩种开奖 / this lottery is not drawn on that day of the week',
    ),
    ['date'],
  ),
  v.forward(
    v.partialCheck(
      [['lottery'], ['issue'], ['date']],
      issueFits,
      '期号与彩种、年份不符：双色球如 2026138，大乐透如 26136 / the issue does not fit the lottery or the year of the day',
    ),
    ['issue'],
  ),
);
export type PublicSource = v.InferOutput<typeof publicSource>;

/** As a statement holds it. */
export const publicValue = v.pipe(
  v.string(),
  v.regex(/^\d\d( \d\d){6}$/, '应为 7 个两位数，以一个空格分隔 / seven numbers of two digits, one space between'),
);

const malformed = (why: string) =>
  new Refusal('public_value_malformed', `These are no numbers of this lottery: ${why}.`, { part: 'public_value' });

/** Numbers of one kind, ascending. */
function ordered(numbers: readonly number[], { count, most }: Lottery['main']): number[] {
  const sorted = [...numbers].sort((a, b) => a - b);
  if (sorted.length !== count || new Set(sorted).size !== count)
    throw malformed(`${count} different numbers are needed where ${sorted.length} stand`);
  if (sorted.some((one) => one < 1 || one > most)) throw malformed(`they run from 1 to ${most}`);
  return sorted;
}

/**
 * The numbers as they join the seed, from however they were typed: `11, 3 … + 8`.
 * @throws Refusal `public_value_malformed`
 */
export function canonicalValue(lottery: LotteryName, typed: string): string {
  const { main, special } = LOTTERIES[lottery];
  const numbers = (typed.normalize('NFKC').match(/\d+/g) ?? []).map(Number);
  if (numbers.length !== main.count + special.count)
    throw malformed(`${main.count} and ${special.count} numbers are drawn, ${numbers.length} stand here`);
  return [...ordered(numbers.slice(0, main.count), main), ...ordered(numbers.slice(main.count), special)]
    .map((one) => String(one).padStart(2, '0'))
    .join(' ');
}

/** Refuses a value in any other spelling than the one (`public_value_malformed`). @returns it */
export function openValue({ lottery }: Pick<PublicSource, 'lottery'>, value: string): string {
  if (canonicalValue(lottery, value) !== value) throw malformed('two digits each, ascending, one space between');
  return value;
}

/**
 * Refuses a value that whoever fixes the lists could know, or that comes too late for the first session
 * (`public_source_late`).
 */
export function requireAhead(
  { date }: Pick<PublicSource, 'date'>,
  today: string,
  sessions: readonly { date: string }[],
): void {
  const first = sessions.map((one) => one.date).sort()[0] as string;
  if (date <= today)
    throw new Refusal(
      'public_source_late',
      `The lottery is drawn on ${date}; it must be a day to come, so that nobody can know the value when the lists are fixed.`,
      { part: 'public_source.date' },
    );
  if (date >= first)
    throw new Refusal(
      'public_source_late',
      `The lottery is drawn on ${date} and the first session is on ${first}: who inspects it must be known before.`,
      { part: 'public_source.date', first },
    );
}

/** Refuses a value before the day on which it is drawn (`public_value_early`). */
export function requireDrawn({ date }: Pick<PublicSource, 'date'>, today: string): void {
  if (today < date)
    throw new Refusal('public_value_early', `The lottery is drawn on ${date}; nobody can know its numbers yet.`, {
      part: 'public_value',
    });
}

// The file that keeps the seed from its commitment to its publication: the desk offers it, the command writes it, and
// either opens what the other saved. Whoever has it can compute the draw once the public value is known.

const SEED_FILE = v.object({
  rule: v.literal(DRAW_RULE),
  about: v.optional(v.string()),
  title: v.optional(v.string()),
  commitment: digest,
  seed: digest,
});
export type SeedFile = v.InferOutput<typeof SEED_FILE>;

/** @param random 32 bytes that nobody else knows */
export const newSeed = (random: Uint8Array): Pick<SeedFile, 'commitment' | 'seed'> => ({
  seed: toBase64url(random),
  commitment: commitmentOf(random),
});

/** The text of a seed file, as readSeedFile reads it. */
export const seedText = ({ about, title, commitment, seed }: Omit<SeedFile, 'rule'>): string =>
  `${JSON.stringify({ rule: DRAW_RULE, about, title, commitment, seed }, null, 2)}\n`;

/** What such a file is called: by its commitment, which is public. */
export const seedFileName = (commitment: string): string => `draw-seed-${commitment.slice(0, 10)}.json`;

/** Reads a file, for a draw with this commitment. */
export function readSeedFile(text: string, commitment: string): SeedFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
  }
  const read = v.safeParse(SEED_FILE, value);
  if (!read.success)
    throw new Refusal('seed_file_malformed', 'This is no file with the seed of a draw.', { part: 'seed' });
  openSeed(commitment, read.output.seed);
  return read.output;
}
