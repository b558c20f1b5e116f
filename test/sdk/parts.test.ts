/** Certificates in parts over a line that breaks anywhere: each comes once, in order, and nothing is asked for twice. */

import { expect, test } from 'vitest';
import { encodeUtf8 } from '../../src/base/bytes.ts';
import { Refusal } from '../../src/base/refusal.ts';
import { writeZip } from '../../src/formats/zip-stream.ts';
import { type Line, PART, takeParts } from '../../src/sdk/fetch-certificates.ts';
import fc from '../fuzz.ts';

class Accident extends Error {}

interface Asked {
  from: number;
  limit: number;
}

/**
 * A service with `count` certificates. `breaks`: for each request, after how many certificates the line breaks;
 * it holds when the list is over. `bad`: what it cannot give.
 */
function service(count: number, breaks: number[], bad = -1) {
  const asked: Asked[] = [];
  const turns: number[] = [];
  const line: Line = {
    async ask(from, limit) {
      asked.push({ from, limit });
      const hold = breaks.shift() ?? Infinity;
      if (from === bad) throw new Refusal('register_differs', 'bad');
      async function* files() {
        for (let at = from; at < Math.min(count, from + limit); at++) {
          if (at === bad || at - from === hold) throw new Accident();
          yield { name: `${at}.pdf`, bytes: encodeUtf8(`%PDF-${at}`), at: 1_795_399_200 };
        }
      }
      const chunks = writeZip(files());
      return new ReadableStream({
        async pull(controller) {
          const { done, value } = await chunks.next();
          if (done) controller.close();
          else controller.enqueue(value);
        },
      });
    },
    async accident(error, turn) {
      turns.push(turn);
      if (!(error instanceof Accident) || turn > 3) throw error;
    },
  };
  return { line, asked, turns };
}

async function taken(line: Line, from: number, to: number): Promise<{ names: string[]; error?: unknown }> {
  const names: string[] = [];
  try {
    for await (const { name } of takeParts(line, from, to)) names.push(name);
    return { names };
  } catch (error) {
    return { names, error };
  }
}
const numbered = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `${from + n}.pdf`);

test('wherever it breaks, each certificate comes once, in order', async () => {
  const line = fc.record({
    count: fc.integer({ min: 1, max: 3 * PART }),
    from: fc.nat({ max: PART }),
    breaks: fc.array(fc.oneof(fc.constant(0), fc.nat({ max: PART })), { maxLength: 6 }),
  });
  await fc.assert(
    fc.asyncProperty(line, async ({ count, from, breaks }) => {
      // Three in a row without a certificate are borne, a fourth is not: some good attempts between.
      const { line, asked, turns } = service(
        from + count,
        breaks.flatMap((hold, at) => (at % 3 === 2 ? [hold, Infinity] : [hold])),
      );
      expect(await taken(line, from, from + count)).toEqual({ names: numbered(from, from + count) });
      expect(asked.every(({ limit }) => limit >= 1 && limit <= PART)).toBe(true);
      expect(asked[0]).toEqual({ from, limit: Math.min(PART, count) });
      expect(Math.max(0, ...turns)).toBeLessThanOrEqual(3);
    }),
    { numRuns: 60 },
  );
});

test('after an accident the next one alone, then parts again; turns are counted since the last certificate', async () => {
  const { line, asked, turns } = service(500, [150, 0, 0, 1, 120]);
  expect((await taken(line, 0, 500)).names).toEqual(numbered(0, 500));
  expect(asked).toEqual([
    { from: 0, limit: 200 },
    { from: 150, limit: 1 },
    { from: 150, limit: 1 },
    { from: 150, limit: 1 },
    { from: 151, limit: 200 },
    { from: 271, limit: 1 },
    { from: 272, limit: 200 },
    { from: 472, limit: 28 },
  ]);
  expect(turns).toEqual([1, 2, 3, 1]);
});

test('given up, it throws what happened, behind what came', async () => {
  const { line, asked } = service(300, [250, 70, 0, 0, 0]);
  expect(await taken(line, 0, 300)).toEqual({ names: numbered(0, 270), error: expect.any(Accident) });
  expect(asked).toHaveLength(5);
});

test('one that cannot be given is refused by itself, with those before it taken', async () => {
  const { line, asked } = service(300, [], 42);
  expect(await taken(line, 0, 300)).toEqual({
    names: numbered(0, 42),
    error: expect.objectContaining({ code: 'register_differs' }),
  });
  expect(asked).toEqual([
    { from: 0, limit: 200 },
    { from: 42, limit: 1 },
  ]);
});

test('an archive with fewer certificates than were asked for is an accident', async () => {
  const { line } = service(10, []);
  expect(await taken(line, 5, 12)).toEqual({
    names: numbered(5, 10),
    error: expect.objectContaining({ code: 'zip_broken' }),
  });
});
