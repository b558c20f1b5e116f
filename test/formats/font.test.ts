/** The glyph slicer: outlines and advances survive the cut, and no font, however broken, gets past a Refusal. */

import { describe, expect, it } from 'vitest';
import { isRefusal } from '../../src/base/refusal.ts';
import {
  advanceOfGlyph,
  type Font,
  glyphOf,
  missingGlyphs,
  openFont,
  outlineOf,
  requireGlyphs,
  writeFont,
} from '../../src/formats/font/font.ts';
import { sliceFont } from '../../src/formats/font/font-slice.ts';
import fc from '../fuzz.ts';
import { composedFont, font, sameOutline } from './fixtures-pdf.ts';

const points = (text: string) => Array.from(text, (character) => character.codePointAt(0) as number);
const present = fc.integer({ min: 0x20, max: 0x2fa1f }).filter((codePoint) => glyphOf(font, codePoint) !== 0);
const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (isRefusal(error)) return error.code;
    throw error;
  }
  return 'none';
};

/** The sum that the head table's adjustment makes of a whole font. */
function wholeSum(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 4) sum = (sum + view.getUint32(at)) >>> 0;
  return sum;
}

const advance = (of: Font, codePoint: number): number => advanceOfGlyph(of, glyphOf(of, codePoint));

describe('openFont', () => {
  it('reads the certificate font without copying it', () => {
    expect(font).toMatchObject({
      postScriptName: 'NotoSerifSC-Regular',
      unitsPerEm: 1000,
      ascent: 1151,
      descent: -286,
      glyphCount: 30920,
    });
    expect(outlineOf(font, glyphOf(font, 0x4e2d)).buffer).toBe(font.bytes.buffer);
  });

  it('has every rare character that DOMAIN names, and all of the first 20,902 ideographs', () => {
    expect(missingGlyphs([font], '䶮㛃𬭎𫖯龑𬱖·')).toEqual([]);
    expect(
      missingGlyphs([font], String.fromCodePoint(...Array.from({ length: 0x9fa5 - 0x4e00 + 1 }, (_, i) => 0x4e00 + i))),
    ).toEqual([]);
  });

  it('names what would not show, each once: no glyph, or one without ink that is no space', () => {
    expect(missingGlyphs([font], '中\u{1f600}文\n\u200b \u3000\u{1f600}\ud800')).toEqual([
      0x1f600, 0x0a, 0x200b, 0xd800,
    ]);
    expect(() => requireGlyphs([font], '中\u{2a6d7}')).toThrow(
      expect.objectContaining({ code: 'glyph_missing', facts: { code_point: 'U+2A6D7', code_points: ['U+2A6D7'] } }),
    );
  });
});

describe('sliceFont', () => {
  it('keeps outline and advance of every code point, and opens again as a font', () => {
    fc.assert(
      fc.property(fc.array(present, { minLength: 1, maxLength: 60 }), (wanted) => {
        const slice = sliceFont(font, wanted);
        expect(wholeSum(slice.bytes)).toBe(0xb1b0afba);
        const cut = openFontWithMap(slice.bytes, [...slice.gidByCodePoint]);
        expect(slice.gidByCodePoint.size).toBe(new Set(wanted).size);
        expect(cut.glyphCount).toBe(slice.widths.length);
        for (const codePoint of wanted) {
          const gid = slice.gidByCodePoint.get(codePoint) as number;
          const original = outlineOf(font, glyphOf(font, codePoint));
          const kept = outlineOf(cut, gid);
          expect(sameOutline(kept, original, font.unitsPerEm)).toBe(true);
          expect(kept.byteOffset % 4).toBe(0);
          expect(cut.unitsPerEm).toBe(320);
          expect(Math.abs(advance(cut, codePoint) - 0.32 * advance(font, codePoint))).toBeLessThanOrEqual(0.5);
          // What the PDF says of a width and what the font in it says differ by no more than ISO 19005 allows.
          expect(Math.abs((slice.widths[gid] as number) - (advance(cut, codePoint) * 1000) / 320)).toBeLessThanOrEqual(
            0.5,
          );
        }
      }),
      { numRuns: 40 },
    );
  });

  it('gives the same bytes whatever the order', () => {
    expect(sliceFont(font, points('鲁证电工')).bytes).toEqual(sliceFont(font, points('工电证鲁鲁')).bytes);
  });

  it('gives two code points that share a glyph a number each, so that text copies as written', () => {
    const seen = new Map<number, number>();
    let pair: [number, number] | undefined;
    for (let codePoint = 0x2e80; codePoint <= 0xfaff && pair === undefined; codePoint++) {
      const gid = glyphOf(font, codePoint);
      if (gid === 0) continue;
      if (seen.has(gid)) pair = [seen.get(gid) as number, codePoint];
      else seen.set(gid, codePoint);
    }
    const slice = sliceFont(font, pair as [number, number]);
    expect(new Set(slice.gidByCodePoint.values()).size).toBe(2);
  });

  it('follows composite glyphs and renumbers their components', () => {
    const composed = openFont(composedFont());
    expect([0x41, 0x42, 0x43, 0x44, 0x45, 0x46].map((codePoint) => glyphOf(composed, codePoint))).toEqual([
      1, 2, 3, 4, 5, 0,
    ]);
    const slice = sliceFont(composed, [0x45]);
    // .notdef, E, then D, C, A, B as they were found.
    const cut = openFontWithMap(slice.bytes, [...slice.gidByCodePoint]);
    const component = (gid: number, at = 12) => new DataView(outlineOf(cut, gid).slice().buffer).getUint16(at);
    expect(cut.glyphCount).toBe(6);
    const [d, c] = [component(1), component(component(1))];
    const [a, b] = [component(c), component(c, 18)];
    expect([d, c].every((gid) => new DataView(outlineOf(cut, gid).slice().buffer).getInt16(0) === -1)).toBe(true);
    expect(sameOutline(outlineOf(cut, a), outlineOf(composed, 1), 1000)).toBe(true);
    expect(sameOutline(outlineOf(cut, b), outlineOf(composed, 2), 1000)).toBe(true);
    expect([slice.widths[a], slice.widths[b]]).toEqual([600, 600]);
    expect(cut.tables.has('prep')).toBe(false);
  });

  it('refuses a composite that contains itself', () => {
    const composed = openFont(composedFont(true));
    expect(code(() => sliceFont(composed, [0x45]))).toBe('font_unusable');
  });

  it('refuses code points without a glyph', () => {
    expect(code(() => sliceFont(font, [0x1f600]))).toBe('glyph_missing');
  });
});

describe('broken fonts', () => {
  const good = composedFont();
  const use = (bytes: Uint8Array) => () => {
    const opened = openFont(bytes);
    missingGlyphs([opened], 'ABCDE中\u{2a6d6}');
    sliceFont(
      opened,
      [0x41, 0x42, 0x43, 0x44, 0x45].filter((codePoint) => glyphOf(opened, codePoint) !== 0),
    );
  };

  it('refuses other kinds of file by name', () => {
    for (const text of [
      '',
      'OTTO',
      'OTTO\0\x01\0\0\0\0\0\0',
      'ttcf\0\x02\0\0\0\0\0\0',
      'wOF2'.padEnd(40),
      '%PDF-1.7'.padEnd(40),
    ]) {
      expect(code(use(new TextEncoder().encode(text)))).toBe('font_unusable');
    }
  });

  it('refuses the real font cut off anywhere', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: font.bytes.length - 4 }), (length) => {
        expect(code(use(font.bytes.subarray(0, length)))).toBe('font_unusable');
      }),
      { numRuns: 200 },
    );
  });

  it('refuses garbage and never fails in another way, byte by byte and at random', () => {
    for (let at = 0; at < good.length; at++) {
      for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
        const bad = new Uint8Array(good);
        bad[at] = value;
        expect(['none', 'font_unusable', 'glyph_missing']).toContain(code(use(bad)));
      }
      if (at < good.length - 4) expect(code(use(good.subarray(0, at)))).toBe('font_unusable');
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(code(use(Uint8Array.from([0, 1, 0, 0, ...bytes])))).toBe('font_unusable');
      }),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(40_000), fc.nat(255)), { minLength: 1, maxLength: 30 }), (changes) => {
        const bad = new Uint8Array(good);
        for (const [at, value] of changes) bad[at % bad.length] = value;
        expect(['none', 'font_unusable', 'glyph_missing']).toContain(code(use(bad)));
      }),
      { numRuns: 500 },
    );
  });
});

/** A slice has no character map (the PDF addresses glyphs by number): gives it one of format 12, in its own order. */
function openFontWithMap(bytes: Uint8Array, map: [number, number][]) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Record<string, Uint8Array> = {};
  for (let i = 0; i < view.getUint16(4); i++) {
    const at = 12 + 16 * i;
    const [from, length] = [view.getUint32(at + 8), view.getUint32(at + 12)];
    parts[String.fromCharCode(...bytes.subarray(at, at + 4))] = bytes.subarray(from, from + length);
  }
  const cmap = new DataView(new ArrayBuffer(28 + 12 * map.length));
  [0, 1, 3, 10, 0, 12].forEach((word, i) => cmap.setUint16(2 * i, word));
  cmap.setUint16(12, 12);
  cmap.setUint32(24, map.length);
  map
    .sort((a, b) => a[0] - b[0])
    .forEach(([codePoint, gid], i) => {
      [codePoint, codePoint, gid].forEach((value, n) => cmap.setUint32(28 + 12 * i + 4 * n, value));
    });
  return openFont(writeFont({ ...parts, cmap: new Uint8Array(cmap.buffer) }));
}
