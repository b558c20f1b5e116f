/**
 * Owns the file that keeps the seed of a draw from its commitment to its publication: the desk offers it, the command writes
 * it, and either opens what the other saved. Whoever has it can compute the draw once the public value is known.
 * It refuses what is no such file (`seed_file_malformed`), and a seed that is not the one committed to (`seed_differs`).
 */
import * as v from 'valibot';
import { toBase64url } from '../../base/bytes.ts';
import { isUnreadable, Refusal } from '../../base/refusal.ts';
import { digest } from './body-shapes.ts';
import { commitmentOf, DRAW_RULE, openSeed } from './draw.ts';

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
