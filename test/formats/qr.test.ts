/** The QR code: the same symbol as qrcode's own, mixed segments, refusals. */

import { create } from 'qrcode/lib/core/qrcode.js';
import { describe, expect, it } from 'vitest';
import type { Refusal } from '../../src/base/refusal.ts';
import { qrMatrix } from '../../src/formats/qr.ts';
import { QUIET_ZONE } from '../../templates/v1/layout.ts';
import fc from '../fuzz.ts';

const PREFIX = 'https://luzheng.cn/c/S000037000001263000001#';
/** ISO/IEC 18004, Table 7: bytes that versions 1–25 hold at level M. */
const BYTES_M = [
  14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666, 711, 779, 857, 911,
  997,
];
/** Without `#`, behind which digits are packed. */
const PRINTABLE = Array.from({ length: 94 }, (_, at) => String.fromCharCode(0x21 + at)).filter(
  (character) => character !== '#',
);
const digits = (length: number) => '9'.repeat(length);

describe('qrMatrix', () => {
  it('is the symbol that qrcode makes with the mask it chooses itself', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{1,700}$/), (text) => {
        const ours = qrMatrix(PREFIX + text);
        const { modules, version } = create(
          [
            { data: PREFIX, mode: 'byte' },
            { data: text, mode: 'numeric' },
          ],
          { errorCorrectionLevel: 'M' },
        );
        expect(ours.version).toBe(version);
        expect(ours.size).toBe(17 + 4 * version);
        expect(Buffer.from(ours.modules).equals(Buffer.from(modules.data))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('is that symbol for every version from 1 to 25, full or not, of many contents or of one repeated character', () => {
    BYTES_M.forEach((most, at) => {
      const fewest = (BYTES_M[at - 1] ?? 0) + 1;
      const length = fc.integer({ min: fewest, max: most });
      const many = length.chain((n) => fc.string({ unit: fc.constantFrom(...PRINTABLE), minLength: n, maxLength: n }));
      const one = fc.tuple(fc.constantFrom(...PRINTABLE), length).map(([character, n]) => character.repeat(n));
      fc.assert(
        fc.property(fc.oneof(many, one), (text) => {
          const ours = qrMatrix(text);
          const { modules, version } = create([{ data: text, mode: 'byte' }], { errorCorrectionLevel: 'M' });
          expect(version).toBe(at + 1);
          expect(Buffer.from(ours.modules).equals(Buffer.from(modules.data))).toBe(true);
        }),
        { numRuns: 12 },
      );
    });
  });

  it.each([
    ['50', 2],
    ['273', 2],
    ['275', 1],
  ])('takes the first of masks that are equally good: %s has mask %i', (text, mask) => {
    const code = (maskPattern?: number) =>
      create([{ data: text, mode: 'byte' }], {
        errorCorrectionLevel: 'M',
        ...(maskPattern === undefined ? {} : { maskPattern }),
      });
    expect(Buffer.from(code(mask).modules.data).equals(Buffer.from(code().modules.data))).toBe(true);
    expect(Buffer.from(qrMatrix(text).modules).equals(Buffer.from(code().modules.data))).toBe(true);
  });

  it('packs the digits: 3⅓ bits each, so the longest seal stays within version 11', () => {
    const free = 254 * 8 - (4 + 16 + 8 * PREFIX.length) - (4 + 12);
    const most = Math.floor((free * 3) / 10);
    expect(qrMatrix(PREFIX + digits(most)).version).toBe(11);
    expect(qrMatrix(PREFIX + digits(most + 3)).version).toBe(12);
  });

  it('answers dark(x, y) by column and row', () => {
    const qr = qrMatrix('https://luzheng.cn');
    expect(qr.dark(0, 0)).toBe(true);
    expect(qr.dark(1, 1)).toBe(false);
    // The dark module stands at row size-8, column 8, and its mirror place belongs to the format bits.
    expect(qr.dark(8, qr.size - 8)).toBe(true);
    expect(QUIET_ZONE).toBe(4);
  });

  it.each([
    ['', 'qr_unusable'],
    ['https://鲁证.cn/#1', 'qr_unusable'],
    ['https://a b', 'qr_unusable'],
    [PREFIX + digits(8000), 'qr_unusable'],
  ])('refuses %#', (url, code) => {
    expect(() => qrMatrix(url)).toThrow(expect.objectContaining({ code }) as Refusal);
  });
});
