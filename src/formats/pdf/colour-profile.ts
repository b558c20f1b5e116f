/**
 * Owns the colour profile of the certificate: sRGB (IEC 61966-2-1) as a small ICC profile, version 2.1, which an
 * archived file must carry so that its colours mean the same later (ISO 19005-3 § 6.2.4).
 * Made here because the profiles that packages ship have 3 KB and more; this one has 600 bytes, 350 compressed.
 */
import { concat, encodeUtf8 } from '../../base/bytes.ts';

const words = (...values: number[]): Uint8Array =>
  Uint8Array.from(values.flatMap((value) => [(value >> 8) & 255, value & 255]));
const longs = (...values: number[]): Uint8Array =>
  Uint8Array.from(
    values.flatMap((value) => [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]),
  );
const s15Fixed16 = (value: number): number => Math.round(value * 65536);
const ascii = encodeUtf8;

/** Colour coordinates relative to the D50 white of the connection space (Bradford-adapted primaries of sRGB). */
const WHITE = [0.9642, 1, 0.82491];
const RED = [0.43607, 0.22249, 0.01392];
const GREEN = [0.38515, 0.71687, 0.09708];
const BLUE = [0.14307, 0.06061, 0.7141];

const xyz = (coordinates: number[]): Uint8Array => concat(ascii('XYZ '), longs(0, ...coordinates.map(s15Fixed16)));

/** IEC 61966-2-1: from the value of a pixel to light, sampled; readers interpolate between the points. */
function curve(points: number): Uint8Array {
  const samples = Array.from({ length: points }, (_, i) => {
    const value = i / (points - 1);
    return Math.round(65535 * (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  });
  return concat(ascii('curv'), longs(0, points), words(...samples));
}

/** An ICC textDescriptionType: the text in ASCII, no Unicode and no ScriptCode form. */
const description = (text: string): Uint8Array =>
  concat(ascii('desc'), longs(0, text.length + 1), ascii(`${text}\0`), new Uint8Array(4 + 4 + 2 + 1 + 67));
const plain = (text: string): Uint8Array => concat(ascii('text'), longs(0), ascii(`${text}\0`));

const padded = (bytes: Uint8Array): Uint8Array => concat(bytes, new Uint8Array(-bytes.length & 3));

/** The profile's bytes. The three curves are one. */
export function srgbProfile(): Uint8Array {
  const trc = padded(curve(65));
  const tags: [string, Uint8Array][] = [
    ['desc', padded(description('sRGB'))],
    ['cprt', padded(plain('No copyright, use freely'))],
    ['wtpt', xyz(WHITE)],
    ['rXYZ', xyz(RED)],
    ['gXYZ', xyz(GREEN)],
    ['bXYZ', xyz(BLUE)],
    ['rTRC', trc],
    ['gTRC', trc],
    ['bTRC', trc],
  ];
  const places = new Map<Uint8Array, number>();
  let end = 128 + 4 + 12 * tags.length;
  for (const [, data] of tags) {
    if (places.has(data)) continue;
    places.set(data, end);
    end += data.length;
  }
  const table = concat(
    longs(tags.length),
    ...tags.map(([tag, data]) => concat(ascii(tag), longs(places.get(data) as number, data.length))),
  );
  const header = concat(
    longs(end, 0, 0x02100000),
    ascii('mntrRGB XYZ '),
    words(2026, 1, 1, 0, 0, 0),
    ascii('acsp'),
    longs(0, 0, 0, 0, 0, 0, 0),
    xyz(WHITE).subarray(8),
    new Uint8Array(48),
  );
  return concat(header, table, ...places.keys());
}
