/** Photos: one vector per flaw, the kinds that are accepted, and files that nobody meant. */
import { deflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { concat, encodeUtf8 } from '../../src/base/bytes.ts';
import { FAULTS, fault } from '../../src/core/rows/faults.ts';
import { checkPhoto } from '../../src/core/rows/row-photos.ts';
import { adler32, crc32, inflateExactly } from '../../src/formats/inflate.ts';
import {
  behindStart,
  chunk,
  jpeg,
  MATCHING_FAULTS,
  PNG_SIGNATURE,
  pixels,
  placeOf,
  png,
  SAMPLES,
  segment,
  turned,
} from '../formats/fixtures-photo.ts';
import fc from '../fuzz.ts';

const codeOf = (bytes: Uint8Array): string => {
  const result = checkPhoto(bytes);
  return 'flaw' in result ? result.flaw : 'accepted';
};

/** A file with some of its bytes replaced. */
function patched(bytes: Uint8Array, at: number, ...values: number[]): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes);
  copy.set(values, at < 0 ? copy.length + at : at);
  return copy;
}

const good = jpeg();
const frame = placeOf(good, 0xc0);
const scan = placeOf(good, 0xda);
const cmyk = jpeg({}, SAMPLES.cmyk);
/** A zlib stream of 150 × 210 RGB pixels. */
const stream = (raw: Uint8Array) => new Uint8Array(deflateSync(raw));
const raw = pixels(150, 210, 3);
/** 100 MB in 100 KB. */
const bombData = stream(new Uint8Array(100_000_000));
const bomb = png({ data: bombData });
const exif = turned(6).subarray(2, 40).subarray(10);

const VECTORS: [code: string, name: string, bytes: () => Uint8Array][] = [
  ['accepted', 'a baseline JPEG', () => good],
  ['accepted', 'a progressive JPEG', () => jpeg({}, SAMPLES.progressive)],
  ['accepted', 'a grey JPEG', () => jpeg({}, SAMPLES.grey)],
  ['accepted', 'an upright JPEG', () => turned(1)],
  ['accepted', 'an orientation that does not exist', () => turned(9)],
  ['accepted', 'Exif that ends early', () => behindStart(good, segment(0xe1, encodeUtf8('Exif\0\0II*')))],
  ['accepted', 'fill bytes before a marker', () => behindStart(good, Uint8Array.of(0xff, 0xff))],
  ['accepted', 'the largest and the smallest', () => jpeg({ width: 1000, height: 1400, size: 204_800 })],
  ['accepted', 'the smallest', () => jpeg({ width: 150, height: 210, size: 1024 })],
  ['accepted', 'an RGB PNG', () => png()],
  ['accepted', 'a grey PNG', () => png({ colour: 0 })],
  ['accepted', 'a PNG with a palette', () => png({ colour: 3 })],
  ['accepted', 'a PNG in many pieces, with a text', () => png({ cut: 9, before: [chunk('tEXt', encodeUtf8('a\0b'))] })],
  ['accepted', 'every filter', () => png({ filter: 4 })],

  ['photo_size', 'nothing', () => new Uint8Array()],
  ['photo_size', 'a thumbnail', () => jpeg({ width: 150, height: 210, size: 1023 })],
  ['photo_size', 'a file beyond 200 KB', () => jpeg({ size: 204_801 })],

  ['photo_type', 'a text', () => encodeUtf8('x'.repeat(2000))],
  ['photo_type', 'a GIF', () => concat(encodeUtf8('GIF89a'), new Uint8Array(2000))],
  ['photo_type', 'a PDF', () => concat(encodeUtf8('%PDF-1.7\n'), new Uint8Array(2000))],
  ['photo_type', 'an archive', () => concat(Uint8Array.of(0x50, 0x4b, 3, 4), new Uint8Array(2000))],
  ['photo_type', 'JPEG: extended sequential', () => patched(good, frame + 1, 0xc1)],
  ['photo_type', 'JPEG: lossless', () => patched(good, frame + 1, 0xc3)],
  ['photo_type', 'JPEG: arithmetic coding', () => patched(good, frame + 1, 0xc9)],
  ['photo_type', 'JPEG: 12 bits', () => patched(good, frame + 4, 12)],
  ['photo_type', 'PNG: 16 bits', () => png({ depth: 16 })],
  ['photo_type', 'PNG: 1 bit', () => png({ colour: 0, depth: 1 })],
  ['photo_type', 'PNG: interlaced', () => png({ interlace: 1 })],

  ['photo_colour', 'JPEG: CMYK', () => cmyk],
  ['photo_transparent', 'PNG: alpha', () => png({ colour: 6 })],
  ['photo_transparent', 'PNG: grey and alpha', () => png({ colour: 4 })],
  ['photo_transparent', 'PNG: a transparent colour', () => png({ before: [chunk('tRNS', new Uint8Array(6))] })],
  ...[2, 3, 4, 5, 6, 7, 8].map((value): [string, string, () => Uint8Array] => [
    'photo_turned',
    `Exif orientation ${value}`,
    () => turned(value, value % 2 === 0),
  ]),
  ['photo_turned', 'PNG: Exif', () => png({ before: [chunk('eXIf', exif)] })],

  ['photo_damaged', 'JPEG: cut', () => good.subarray(0, -20)],
  ['photo_damaged', 'JPEG: no end', () => good.subarray(0, -2)],
  ['photo_damaged', 'JPEG: something behind', () => concat(good, encodeUtf8('PK'))],
  ['photo_damaged', 'JPEG: two pictures', () => concat(good, good)],
  [
    'photo_damaged',
    'JPEG: no picture',
    () => behindStart(Uint8Array.of(0xff, 0xd8, 0xff, 0xd9), segment(0xfe, new Uint8Array(2000))),
  ],
  ['photo_damaged', 'JPEG: no scan', () => concat(good.subarray(0, scan), Uint8Array.of(0xff, 0xd9))],
  ['photo_damaged', 'JPEG: an empty scan', () => concat(good.subarray(0, scan + 14), Uint8Array.of(0xff, 0xd9))],
  [
    'photo_damaged',
    'JPEG: a component without a scan',
    () =>
      patched(
        concat(good.subarray(0, scan), segment(0xda, Uint8Array.of(1, 1, 0, 0, 63, 0)), good.subarray(scan + 14)),
        0,
      ),
  ],
  ['photo_damaged', 'JPEG: a scan of a component that is not there', () => patched(good, scan + 5, 9)],
  [
    'photo_damaged',
    'JPEG: a scan before the frame',
    () => behindStart(good, good.subarray(scan, scan + 14), Uint8Array.of(1)),
  ],
  ['photo_damaged', 'JPEG: two frames', () => behindStart(good, good.subarray(frame, frame + 19))],
  ['photo_damaged', 'JPEG: no height', () => patched(good, frame + 5, 0, 0)],
  ['photo_damaged', 'JPEG: a component twice', () => patched(good, frame + 13, 1)],
  [
    'photo_damaged',
    'JPEG: a segment beyond the end',
    () => concat(good.subarray(0, 2), Uint8Array.of(0xff, 0xfe, 0xff, 0xff), new Uint8Array(2000)),
  ],
  ['photo_damaged', 'JPEG: a segment without length', () => behindStart(good, Uint8Array.of(0xff, 0xfe, 0, 1))],
  [
    'photo_damaged',
    'JPEG: no marker where one must be',
    () => behindStart(good, segment(0xfe, new Uint8Array(5)), Uint8Array.of(0)),
  ],
  ['photo_damaged', 'JPEG: a second start', () => behindStart(good, Uint8Array.of(0xff, 0xd8))],

  ['photo_damaged', 'PNG: cut', () => png().subarray(0, -5)],
  ['photo_damaged', 'PNG: a flipped bit', () => patched(png(), 5000, 0)],
  ['photo_damaged', 'PNG: something behind', () => concat(png(), encodeUtf8('PK'))],
  [
    'photo_damaged',
    'PNG: no header first',
    () => concat(PNG_SIGNATURE, chunk('tEXt', new Uint8Array(2000)), png().subarray(8)),
  ],
  ['photo_damaged', 'PNG: two headers', () => concat(png().subarray(0, 33), png().subarray(8))],
  ['photo_damaged', 'PNG: a chunk with a length beyond the file', () => patched(png(), 33, 0x7f, 0xff, 0xff, 0xff)],
  ['photo_damaged', 'PNG: a critical chunk of somebody', () => png({ before: [chunk('CgBI', new Uint8Array(4))] })],
  ['photo_damaged', 'PNG: a chunk without a name', () => png({ before: [chunk('\0\0\0\0', new Uint8Array(4))] })],
  ['photo_damaged', 'PNG: an unknown colour type', () => png({ colour: 1 })],
  ['photo_damaged', 'PNG: no width', () => png({ width: 0, data: stream(raw) })],
  [
    'photo_damaged',
    'PNG: no pixels',
    () => concat(png({ cut: 1 }).subarray(0, 33), chunk('tEXt', new Uint8Array(2000)), chunk('IEND', new Uint8Array())),
  ],
  [
    'photo_damaged',
    'PNG: pixels in two places',
    () =>
      concat(
        png().subarray(0, -12),
        chunk('tEXt', new Uint8Array(1)),
        chunk('IDAT', new Uint8Array(1)),
        chunk('IEND', new Uint8Array()),
      ),
  ],
  ['photo_damaged', 'PNG: no palette', () => png({ colour: 3, palette: 0 })],
  [
    'photo_damaged',
    'PNG: a palette that is no triples',
    () => png({ colour: 3, palette: 0, before: [chunk('PLTE', new Uint8Array(4))] }),
  ],
  ['photo_damaged', 'PNG: one row too few', () => png({ data: stream(raw.subarray(451)) })],
  ['photo_damaged', 'PNG: one byte too many', () => png({ data: stream(concat(raw, new Uint8Array(1))) })],
  ['photo_damaged', 'PNG: a bomb', () => bomb],
  ['photo_damaged', 'PNG: compressed data that ends early', () => png({ data: stream(raw).subarray(0, -100) })],
  [
    'photo_damaged',
    'PNG: a wrong checksum of the pixels',
    () => png({ data: patched(stream(raw), -1, stream(raw).at(-1) === 0 ? 1 : 0) }),
  ],
  [
    'photo_damaged',
    'PNG: a preset dictionary',
    () => png({ data: new Uint8Array(deflateSync(raw, { dictionary: Buffer.from('abc') })) }),
  ],
  ['photo_damaged', 'PNG: a filter that does not exist', () => png({ filter: 5 })],

  ['photo_dimensions', 'a stamp', () => jpeg({ width: 149, height: 209 })],
  ['photo_dimensions', 'a poster', () => jpeg({ width: 1001, height: 1401 })],
  [
    'photo_dimensions',
    'a PNG of 2³¹ pixels, refused before anything is inflated',
    () => png({ width: 2 ** 31 - 1, height: 2 ** 31 - 1, data: stream(raw) }),
  ],
  ['photo_ratio', 'two inches (35 × 49 is the same shape, 35 × 53 is not)', () => jpeg({ width: 413, height: 626 })],
  ['photo_ratio', 'a landscape', () => jpeg({ width: 413, height: 295 })],
  ['photo_ratio', 'a square PNG', () => png({ width: 210, height: 210 })],
];

test.each(VECTORS)('%s: %s', (code, _name, bytes) => {
  expect(codeOf(bytes())).toBe(code);
});

test('the bomb is left early', () => {
  expect(bomb.length).toBeLessThan(200_000);
  expect(codeOf(bomb)).toBe('photo_damaged');
});

test('shapes within two per cent of 25:35 pass, others do not', () => {
  fc.assert(
    fc.property(fc.integer({ min: 150, max: 1000 }), fc.integer({ min: 210, max: 1400 }), (width, height) => {
      const off = Math.abs((width * 35) / (height * 25) - 1);
      if (Math.abs(off - 0.02) > 1e-9)
        expect(codeOf(jpeg({ width, height }))).toBe(off <= 0.02 ? 'accepted' : 'photo_ratio');
    }),
  );
});

test('no bytes make it throw, however near they are to a photo', () => {
  const files = [good, jpeg({}, SAMPLES.progressive), png({ colour: 3, cut: 3 }), turned(6)];
  const near = fc.tuple(
    fc.constantFrom(...files),
    fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 }),
    fc.nat(),
  );
  fc.assert(
    fc.property(near, ([file, changes, cut]) => {
      const copy = new Uint8Array(cut % 5 === 0 ? file.subarray(0, 1024 + (cut % (file.length - 1024))) : file);
      for (const [at, value] of changes) copy[at % copy.length] = value;
      expect(codeOf(copy), String(cut)).toMatch(/^(accepted|photo_[a-z]+)$/);
    }),
    { numRuns: 400 },
  );
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1024, maxLength: 3000 }),
      (bytes) => void expect(codeOf(concat(Uint8Array.of(0xff, 0xd8, 0xff), bytes))).not.toBe('accepted'),
    ),
  );
});

test('a PNG whose content is altered anywhere is refused', () => {
  const file = png({ colour: 0 });
  fc.assert(
    fc.property(fc.integer({ min: 8, max: file.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
      expect(codeOf(patched(file, at, (file[at] as number) ^ change))).not.toBe('accepted');
    }),
  );
});

test('checksums are those of the formats', () => {
  const text = encodeUtf8('123456789');
  expect([crc32(text), adler32(text), crc32(new Uint8Array()), adler32(new Uint8Array())]).toEqual([
    0xcbf43926, 0x091e01de, 0, 1,
  ]);
  const large = new Uint8Array(100_000).fill(255);
  expect(adler32(large)).toBe(deflateSync(large).readUInt32BE(deflateSync(large).length - 4));
});

test('inflating gives exactly what was promised, or nothing', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5000 }), fc.integer({ min: -3, max: 3 }), (bytes, off) => {
      const deflated = new Uint8Array(deflateSync(bytes)).subarray(2, -4);
      const size = Math.max(0, bytes.length + off);
      expect(inflateExactly(deflated, size)).toEqual(size === bytes.length ? bytes : undefined);
    }),
  );
});

test('every fault of a picture has a vector', () => {
  const codes = Object.keys(FAULTS).filter((code) => code.startsWith('photo_') && !MATCHING_FAULTS.includes(code));
  expect([...new Set(VECTORS.map(([code]) => code))].filter((code) => code !== 'accepted').sort()).toEqual(
    codes.sort(),
  );
});

test('a bomb fills no more memory than was asked for', () => {
  const deflated = bombData.subarray(2, -4);
  const before = process.memoryUsage().arrayBuffers;
  expect(inflateExactly(deflated, 1000)).toBe(undefined);
  // 100 MB came out of it otherwise.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000);
});

test('advice is Chinese, then English, and says how large and of which shape', () => {
  for (const [code, , bytes] of VECTORS) {
    const result = checkPhoto(bytes());
    if (!('flaw' in result)) continue;
    expect(code).toBe(result.flaw);
    const { message } = fault(2, 'photo', result.flaw, result.facts);
    expect(message).toMatch(/^[^\n]*\p{Script=Han}[^\n]* \/ [A-Z][^\n]*\.$/u);
    expect(message).not.toMatch(/[{}]|undefined/);
    if (/ratio|dimensions/.test(code)) expect(message).toContain('295×413');
  }
});
