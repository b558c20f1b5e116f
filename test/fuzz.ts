/**
 * fast-check with a tenth of the runs that each property asks for, at least five where it asks for as many; all of them
 * with FUZZ=full or CI in the environment (vitest.config.ts). A failure prints the seed and path that repeat it.
 */
import fc from 'fast-check';
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    fuzz: 'full' | 'tenth';
  }
}

const share = inject('fuzz') === 'full' ? 1 : 0.1;

const scaled = (runs = 100): number => Math.max(Math.ceil(runs * share), Math.min(runs, 5));

/** As `fc.assert`, with the number of runs scaled. */
const assert = ((property: never, options: { numRuns?: number } = {}) =>
  fc.assert(property, { ...options, numRuns: scaled(options.numRuns) })) as typeof fc.assert;

/** A quarter of what an exhaustive test asks again and again, another quarter with each turn; all of it where runs are full. */
export const inTurn = <T>(all: readonly T[], turn: number): readonly T[] =>
  share === 1 ? all : all.filter((_, at) => (at + turn) % 4 === 0);

const scaledCheck: typeof fc = { ...fc, assert };
export default scaledCheck;
