/** Documents with every ending, and how the service answers a guess: for endings.test.ts. */
import { isRefusal } from '../../src/base/refusal.ts';
import { residentCheckCharacter } from '../../src/core/person.ts';

export const DAY = 86_400;
export const NAME = '令狐问天';
export const KNOWN = '37010219900307';
export const ending = (n: number): string => {
  const digits = `${KNOWN}${String(n).padStart(3, '0')}`;
  return digits + residentCheckCharacter(digits);
};
/** Every ending with its check character; the true one is what an attacker comes to last. */
export const ALL = Array.from({ length: 1000 }, (_, n) => ending(n));
export const TRUE = ending(999);
export const MANY = { name: '司徒明月', id_number: ending(998) };
export const PASSPORT = 'E73925841';
export const ZHANG = `37010219850505001${residentCheckCharacter('37010219850505001')}`;

export type Said = { code: string; retry?: number | undefined };

export async function codeOf(act: Promise<unknown>): Promise<Said> {
  try {
    await act;
    return { code: 'found' };
  } catch (error) {
    if (isRefusal(error)) return { code: error.code, retry: error.facts.retry_after as number | undefined };
    throw error;
  }
}

export const informs = ({ code }: Said): boolean => code === 'found' || code === 'no_match';

/** The most answers within so many seconds. */
export const mostWithin = (times: readonly number[], seconds: number): number =>
  Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + seconds).length));
