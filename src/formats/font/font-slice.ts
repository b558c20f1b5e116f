/**
 * Owns writing a TrueType outline anew on a coarser grid: what a certificate's fonts weigh is mostly the places of their
 * points, and a grid of 320 units an em moves none by more than 0.02 mm in the largest type, which no printer shows
 * and which saves a tenth of the file. Points, contours and their order stay as they are; instructions are left out.
 * It refuses outlines that do not fit their bytes (`font_unusable`).
 */
import { concat } from '../../base/bytes.ts';
import { unusable } from './sfnt.ts';

/** Flags of a simple outline's points (OpenType, glyf table). */
const ON_CURVE = 0x01;
const X_SHORT = 0x02;
const Y_SHORT = 0x04;
const REPEAT = 0x08;
const X_SAME = 0x10;
const Y_SAME = 0x20;
const OVERLAP = 0x40;

/** Flags of a composite's parts. */
const WORDS = 0x01;
const OFFSETS = 0x02;

/** Places of all points along one axis. */
function readAxis(
  view: DataView,
  start: number,
  flags: Uint8Array,
  short: number,
  same: number,
): { places: Int32Array; end: number } {
  const places = new Int32Array(flags.length);
  let at = start;
  let place = 0;
  for (let i = 0; i < flags.length; i++) {
    const flag = flags[i] as number;
    if ((flag & short) !== 0) place += (flag & same) !== 0 ? view.getUint8(at++) : -view.getUint8(at++);
    else if ((flag & same) === 0) {
      place += view.getInt16(at);
      at += 2;
    }
    places[i] = place;
  }
  return { places, end: at };
}

function readFlags(view: DataView, start: number, count: number): { flags: Uint8Array; end: number } {
  const flags = new Uint8Array(count);
  let at = start;
  for (let i = 0; i < count; ) {
    const flag = view.getUint8(at++);
    let times = (flag & REPEAT) === 0 ? 1 : 1 + view.getUint8(at++);
    while (times-- > 0 && i < count) flags[i++] = flag;
  }
  return { flags, end: at };
}

/** Steps from point to point in as few bytes as the format allows; sets the flags that say how. */
function writeAxis(
  places: Int32Array,
  scale: number,
  flags: Uint8Array,
  short: number,
  same: number,
  bytes: number[],
): void {
  let before = 0;
  places.forEach((place, i) => {
    const now = Math.round(place * scale);
    const step = now - before;
    before = now;
    if (step === 0) flags[i] = (flags[i] as number) | same;
    else if (step > -256 && step < 256) {
      flags[i] = (flags[i] as number) | short | (step > 0 ? same : 0);
      bytes.push(Math.abs(step));
    } else bytes.push((step >> 8) & 255, step & 255);
  });
}

function packFlags(flags: Uint8Array): number[] {
  const packed: number[] = [];
  for (let i = 0; i < flags.length; ) {
    const flag = flags[i] as number;
    let times = 1;
    while (times < 256 && flags[i + times] === flag) times++;
    if (times > 2) packed.push(flag | REPEAT, times - 1);
    else for (let n = 0; n < times; n++) packed.push(flag);
    i += times;
  }
  return packed;
}

function simple(view: DataView, contours: number, scale: number): Uint8Array {
  const body = 10 + 2 * contours;
  const count = contours === 0 ? 0 : view.getUint16(body - 2) + 1;
  const { flags: given, end: afterFlags } = readFlags(view, body + 2 + view.getUint16(body), count);
  const x = readAxis(view, afterFlags, given, X_SHORT, X_SAME);
  const y = readAxis(view, x.end, given, Y_SHORT, Y_SAME);
  const flags = given.map((flag) => flag & (ON_CURVE | OVERLAP));
  const steps: number[] = [];
  writeAxis(x.places, scale, flags, X_SHORT, X_SAME, steps);
  writeAxis(y.places, scale, flags, Y_SHORT, Y_SAME, steps);
  const ends = new Uint8Array(view.buffer, view.byteOffset + 10, 2 * contours);
  return concat(ends, Uint8Array.of(0, 0), Uint8Array.from(packFlags(flags)), Uint8Array.from(steps));
}

/** Parts of a composite keep their glyphs and turns; only their offsets are scaled. Instructions at its end stay away. */
function composite(outline: Uint8Array, scale: number): Uint8Array {
  // Not slice(): a Buffer's shares its memory, and the offsets would be scaled in the font itself.
  const copy = new Uint8Array(outline.subarray(10));
  const view = new DataView(copy.buffer);
  for (let at = 0; ; ) {
    const flags = view.getUint16(at);
    const words = (flags & WORDS) !== 0;
    if ((flags & OFFSETS) !== 0) {
      for (const n of [0, 1]) {
        if (words) view.setInt16(at + 4 + 2 * n, Math.round(view.getInt16(at + 4 + 2 * n) * scale));
        else view.setInt8(at + 4 + n, Math.round(view.getInt8(at + 4 + n) * scale));
      }
    }
    view.setUint16(at, flags & ~0x0100);
    at += 4 + (words ? 4 : 2) + ((flags & 0x08) !== 0 ? 2 : (flags & 0x40) !== 0 ? 4 : (flags & 0x80) !== 0 ? 8 : 0);
    if ((flags & 0x20) === 0) return copy.subarray(0, at);
  }
}

/** An outline with every place multiplied by `scale` and rounded. @throws Refusal `font_unusable` */
export function rescale(outline: Uint8Array, scale: number): Uint8Array {
  if (outline.length === 0) return outline;
  const view = new DataView(outline.buffer, outline.byteOffset, outline.byteLength);
  try {
    const contours = view.getInt16(0);
    const head = new DataView(new ArrayBuffer(10));
    head.setInt16(0, contours);
    for (let at = 2; at < 10; at += 2) head.setInt16(at, Math.round(view.getInt16(at) * scale));
    return concat(
      new Uint8Array(head.buffer),
      contours < 0 ? composite(outline, scale) : simple(view, contours, scale),
    );
  } catch (error) {
    if (error instanceof RangeError) throw unusable('glyf', 'an outline is cut off');
    throw error;
  }
}
