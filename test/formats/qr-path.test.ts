/** The QR code as rectangles: exactly the dark modules, each once, few of them, and smaller than in reading order. */

import { zlibSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { darkRectangles, qrMatrix } from '../../src/formats/qr.ts';
import fc from '../fuzz.ts';

const rectangles = (path: string) =>
  (path.match(/[^\n]+/g) ?? []).map((line) => {
    const numbers = /^(\d+) (\d+) ([1-9]\d*) ([1-9]\d*) re$/.exec(line) as RegExpExecArray;
    return numbers.slice(1).map(Number) as [number, number, number, number];
  });

/** How often each module is painted; what is outside the square throws. */
function painted(size: number, path: string): number[] {
  const times = new Array<number>(size * size).fill(0);
  for (const [x, y, width, height] of rectangles(path)) {
    if (x + width > size || y + height > size) throw new Error('A rectangle leaves the square.');
    for (let row = y; row < y + height; row++)
      for (let column = x; column < x + width; column++) (times[row * size + column] as number)++;
  }
  return times;
}

/** One rectangle a run of a row, in reading order. */
function rowByRow(size: number, modules: Uint8Array): string {
  let path = '';
  for (let y = 0; y < size; y++) {
    for (const run of Buffer.from(modules.subarray(y * size, y * size + size))
      .toString('hex')
      .replace(/0(.)/g, '$1')
      .matchAll(/1+/g)) {
      path += `${run.index} ${y} ${run[0].length} 1 re\n`;
    }
  }
  return path;
}

const squares = fc.integer({ min: 1, max: 61 }).chain((size) =>
  fc.record({
    size: fc.constant(size),
    modules: fc.uint8Array({ minLength: size * size, maxLength: size * size, max: 1 }),
  }),
);

describe('darkRectangles', () => {
  it('paints each dark module once and no other, whatever the square', () => {
    fc.assert(
      fc.property(squares, ({ size, modules }) => {
        const before = [...modules];
        expect(painted(size, darkRectangles({ size, modules }))).toEqual(before);
        expect([...modules]).toEqual(before);
      }),
      { numRuns: 300 },
    );
  });

  it('paints the modules of codes up to the largest', () => {
    const digits = fc
      .integer({ min: 1, max: 5500 })
      .chain((length) => fc.stringMatching(new RegExp(`^\\d{${length}}$`)));
    fc.assert(
      fc.property(digits, (text) => {
        const qr = qrMatrix(`https://luzheng.cn/#${text}`);
        expect(painted(qr.size, darkRectangles(qr))).toEqual([...qr.modules]);
      }),
      { numRuns: 30 },
    );
  });

  it('takes a whole square, a bar and a lone module as one rectangle each, and nothing as nothing', () => {
    const of = (...rows: string[]) =>
      darkRectangles({ size: rows.length, modules: Uint8Array.from(rows.join(''), Number) });
    expect(of('111', '111', '111')).toBe('0 0 3 3 re\n');
    expect(of('010', '010', '010')).toBe('1 0 1 3 re\n');
    expect(of('000', '000', '001')).toBe('2 2 1 1 re\n');
    expect(of('000', '000', '000')).toBe('');
    // The wide run stays whole.
    expect(of('010', '111', '010')).toBe('1 0 1 1 re\n1 2 1 1 re\n0 1 3 1 re\n');
  });

  it.each([
    [250, 8],
    [300, 9],
    [440, 11],
  ])('is a tenth smaller than rows of runs when compressed: %i digits, version %i', (length, version) => {
    const size = (path: string) => zlibSync(Buffer.from(path)).length;
    const [some] = fc.sample(fc.stringMatching(new RegExp(`^\\d{${length}}$`)), { numRuns: 1, seed: 1 });
    const qr = qrMatrix(`https://luzheng.cn/c/S000037000001263000001#${some as string}`);
    expect(qr.version).toBe(version);
    expect(size(darkRectangles(qr))).toBeLessThan((size(rowByRow(qr.size, qr.modules)) * 9) / 10);
  });
});
