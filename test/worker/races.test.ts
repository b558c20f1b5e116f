/**
 * The fault table of two acts at once. The act that comes too late has read everything and is about to write when the other one
 * happens, whole: it must write nothing, and be told why. Each row is one such pair; add rows where states change.
 */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { isRefusal } from '../../src/base/refusal.ts';
import { serviceOf } from '../../src/env.ts';
import { db, testEnv } from '../kit.ts';
import { interposed } from './faults.ts';
import { expectInvariants } from './invariants.ts';
import { prepare } from './races-kit.ts';
import { PAIRS } from './races-pairs.ts';

beforeAll(prepare);

afterAll(() => void vi.useRealTimers());

test.each(Object.entries(PAIRS))('%s', async (_name, pair) => {
  const { first, late, told, holds } = await pair();
  const service = { ...serviceOf(testEnv as never), db: interposed(db, first) };
  const outcome = await late(service).then(
    () => 'went through',
    (error: unknown) => {
      if (isRefusal(error)) return error.code;
      throw error;
    },
  );
  expect(outcome).toBe(told);
  await holds?.();
});

test('what holds of the register after all of it', expectInvariants);
