/**
 * Cutting out of a font the few glyphs that one document needs, on a coarser grid. Ours because pdf-lib's own drops
 * Chinese glyphs without a word.
 *
 * What a cut font weighs is mostly the places of its points. A grid of 320 units an em moves none by more than 0.02 mm
 * in the largest type, which no printer shows, and saves a tenth of the file. Points, contours and their order stay as
 * they are; instructions are left out.
 */
import { concat } from '../../base/bytes.ts';
import { Refusal } from '../../base/refusal.ts';
import { advanceOfGlyph, type Font, glyphOf, leftBearing, outlineOf, type Table, unusable, writeFont } from './font.ts';

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

/**
 * Parts of a composite keep their glyphs and turns; only their offsets are scaled. Instructions at its end stay away.
 */
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
function rescale(outline: Uint8Array, scale: number): Uint8Array {
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

export interface FontSlice {
  /** A TrueType font of these glyphs alone; glyph 0 is the original's .notdef. */
  bytes: Uint8Array<ArrayBuffer>;
  gidByCodePoint: ReadonlyMap<number, number>;
  /** Advance by new glyph, in thousandths of an em. */
  widths: number[];
}

/** Units an em of a cut font, where the original is finer. */
const GRID = 320;

/** Composites of composites stop here; real fonts nest one or two deep. */
const DEEPEST_COMPOSITE = 6;

/** Calls back with the place and value of every component's glyph number in a composite outline. */
function eachComponent(outline: Uint8Array, visit: (at: number, gid: number) => void): void {
  const view = new DataView(outline.buffer, outline.byteOffset, outline.byteLength);
  if (outline.length === 0 || view.getInt16(0) >= 0) return;
  for (let at = 10; ; ) {
    if (at + 4 > outline.length) throw unusable('glyf', 'a composite glyph is cut off');
    const flags = view.getUint16(at);
    visit(at + 2, view.getUint16(at + 2));
    if ((flags & 0x20) === 0) return;
    at +=
      4 +
      ((flags & 0x01) !== 0 ? 4 : 2) +
      ((flags & 0x08) !== 0 ? 2 : (flags & 0x40) !== 0 ? 4 : (flags & 0x80) !== 0 ? 8 : 0);
  }
}

/**
 * Cuts out the glyphs of some code points. New glyphs: 0 is .notdef, then one for each code point in ascending order,
 * then the components that composites are made of. Outlines are the original's on a grid of GRID units an em.
 * @throws Refusal `glyph_missing`, `font_unusable`
 */
export function sliceFont(font: Font, codePoints: Iterable<number>): FontSlice {
  const wanted = [...new Set(codePoints)].sort((a, b) => a - b);
  const originals: number[] = [0];
  const newByOriginal = new Map<number, number>([[0, 0]]);
  const gidByCodePoint = new Map<number, number>();
  const add = (original: number): number => {
    const gid = originals.push(original) - 1;
    if (!newByOriginal.has(original)) newByOriginal.set(original, gid);
    return gid;
  };
  for (const codePoint of wanted) {
    const original = glyphOf(font, codePoint);
    if (original === 0)
      throw new Refusal('glyph_missing', `The font has no glyph for U+${codePoint.toString(16).toUpperCase()}.`);
    gidByCodePoint.set(codePoint, add(original));
  }
  const done = new Set<number>();
  const follow = (original: number, path: number[]): void => {
    if (path.length > DEEPEST_COMPOSITE || path.includes(original))
      throw unusable('glyf', 'its composite glyphs are nested too deep');
    if (done.has(original)) return;
    eachComponent(outlineOf(font, original), (_at, component) => {
      if (!newByOriginal.has(component)) add(component);
      follow(component, [...path, original]);
    });
    done.add(original);
  };
  for (const original of [...originals]) follow(original, []);
  if (originals.length > 0xffff) throw unusable('glyf', 'too many glyphs are wanted');
  const scale = Math.min(1, GRID / font.unitsPerEm);
  const unitsPerEm = Math.round(font.unitsPerEm * scale);
  const widths = originals.map((gid) =>
    Math.round((Math.round(advanceOfGlyph(font, gid) * scale) * 1000) / unitsPerEm),
  );
  return { bytes: assemble(font, originals, newByOriginal, scale), gidByCodePoint, widths };
}

/** How many cut outlines a font remembers: about a megabyte. */
const REMEMBERED = 4_096;

function coarse(font: Font, gid: number, scale: number): Uint8Array {
  let outline = font.cut.get(gid);
  if (outline === undefined) {
    outline = rescale(outlineOf(font, gid), scale);
    if (font.cut.size >= REMEMBERED) font.cut.clear();
    font.cut.set(gid, outline);
  }
  return outline;
}

function assemble(
  font: Font,
  originals: number[],
  newByOriginal: ReadonlyMap<number, number>,
  scale: number,
): Uint8Array<ArrayBuffer> {
  const outlines = originals.map((gid) => coarse(font, gid, scale));
  const scaled = (units: number) => Math.round(units * scale);
  const glyf = new Uint8Array(outlines.reduce((sum, outline) => sum + ((outline.length + 3) & ~3), 0));
  const glyfView = new DataView(glyf.buffer);
  const loca = new DataView(new ArrayBuffer(4 * (originals.length + 1)));
  const hmtx = new DataView(new ArrayBuffer(4 * originals.length));
  let at = 0;
  outlines.forEach((outline, gid) => {
    const original = originals[gid] as number;
    glyf.set(outline, at);
    eachComponent(outline, (place, component) =>
      glyfView.setUint16(at + place, newByOriginal.get(component) as number),
    );
    at += (outline.length + 3) & ~3;
    loca.setUint32(4 * (gid + 1), at);
    hmtx.setUint16(4 * gid, scaled(advanceOfGlyph(font, original)));
    hmtx.setInt16(4 * gid + 2, scaled(leftBearing(font, original)));
  });
  const copy = (tag: string): Uint8Array<ArrayBuffer> => {
    const table = font.tables.get(tag) as Table;
    return new Uint8Array(font.bytes.subarray(table.at, table.at + table.length));
  };
  const [head, hhea, maxp] = [copy('head'), copy('hhea'), copy('maxp')];
  const headView = new DataView(head.buffer);
  const hheaView = new DataView(hhea.buffer);
  headView.setUint16(18, scaled(font.unitsPerEm));
  for (const at of [36, 38, 40, 42]) headView.setInt16(at, scaled(headView.getInt16(at)));
  headView.setInt16(50, 1);
  for (const at of [4, 6, 8, 10, 12, 14, 16]) hheaView.setInt16(at, scaled(hheaView.getInt16(at)));
  hheaView.setUint16(34, originals.length);
  new DataView(maxp.buffer).setUint16(4, originals.length);
  const parts: Record<string, Uint8Array> = {
    head,
    hhea,
    maxp,
    glyf,
    loca: new Uint8Array(loca.buffer),
    hmtx: new Uint8Array(hmtx.buffer),
  };
  return writeFont(parts);
}
