/**
 * Owns the choice of a QR code's mask (ISO/IEC 18004 § 7.8.3): the one of eight that looks least like function patterns.
 * The same choice as `qrcode` makes, whose own search was three quarters of a code's cost, by bits instead of modules.
 * It changes nothing but the mask: modules that are reserved keep their place, format bits are set for the new mask.
 *
 * The square is cut into strips 31 columns wide; a strip is one word a line, one bit a column, its top bit the next
 * strip's first column. So a line's neighbour is the next word, one operation judges 31 columns, and no bit ever has
 * to cross into another word. Rows are judged as the columns of the transposed square.
 */

/** What `qrcode` gives: modules row by row, and which of them are not data (that follows from the size). */
export interface QrGrid {
  size: number;
  data: Uint8Array;
  reservedBit: Uint8Array;
}

/** Modules row by row, as strips one after the other, and the strips of the transpose. */
interface Square {
  modules: Uint8Array;
  rows: Int32Array;
  columns: Int32Array;
}

const WIDTH = 31;

/** Format information for level M and masks 0–7, after the standard's BCH code and mask (Annex C). */
const FORMAT_M = [0x5412, 0x5125, 0x5e7c, 0x5b4b, 0x45f9, 0x40ce, 0x4f97, 0x4aa0];

/** § 7.8.2: whether data in row i and column j is inverted. */
const MASKS: readonly ((row: number, column: number) => boolean)[] = [
  (i, j) => (i + j) % 2 === 0,
  (i) => i % 2 === 0,
  (_i, j) => j % 3 === 0,
  (i, j) => (i + j) % 3 === 0,
  (i, j) => (Math.floor(i / 2) + Math.floor(j / 3)) % 2 === 0,
  (i, j) => ((i * j) % 2) + ((i * j) % 3) === 0,
  (i, j) => (((i * j) % 2) + ((i * j) % 3)) % 2 === 0,
  (i, j) => (((i * j) % 3) + ((i + j) % 2)) % 2 === 0,
];

function pack(size: number, modules: Uint8Array, lineStep: number, step: number): Int32Array {
  const strips = new Int32Array(Math.ceil(size / WIDTH) * size);
  for (let first = 0, word = 0; first < size; first += WIDTH) {
    for (let line = 0; line < size; line++, word++) {
      let bits = 0;
      for (let c = first, at = line * lineStep + c * step; c < size && c <= first + WIDTH; c++, at += step)
        bits |= (modules[at] as number) << (c - first);
      strips[word] = bits;
    }
  }
  return strips;
}

function squareOf(size: number, modules: Uint8Array): Square {
  return { modules, rows: pack(size, modules, size, 1), columns: pack(size, modules, 1, size) };
}

/** For each mask the modules in which its symbol differs from mask 0's. */
function changesOf({ size, reservedBit }: QrGrid): Square[] {
  return MASKS.map((mask, m) => {
    const modules = reservedBit.map((reserved, at) => {
      const [i, j] = [Math.floor(at / size), at % size];
      return reserved === 0 && mask(i, j) !== ((i + j) % 2 === 0) ? 1 : 0;
    });
    const format = (FORMAT_M[m] as number) ^ (FORMAT_M[0] as number);
    for (let i = 0; i < 15; i++) {
      const bit = (format >> i) & 1;
      modules[(i < 6 ? i : i < 8 ? i + 1 : size - 15 + i) * size + 8] = bit;
      modules[8 * size + (i < 8 ? size - i - 1 : i < 9 ? 15 - i : 14 - i)] = bit;
    }
    return squareOf(size, modules);
  });
}

function invert<Bits extends Int32Array | Uint8Array>(from: Bits, change: Bits, into: Bits): Bits {
  for (let at = 0; at < into.length; at++) into[at] = (from[at] as number) ^ (change[at] as number);
  return into;
}

/** Changes by size: there are forty sizes, and a service meets four or five of them. */
const known: Square[][] = [];

function count(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** The first `columns` bits, at most a strip's own. */
const lowest = (columns: number): number => (columns < WIDTH ? (1 << columns) - 1 : 0x7fffffff);

/**
 * Rules 1 and 3 down the columns. A run of n ≥ 5 gives n − 2: one for each five in it and two for its first.
 * 1011101 beside four light modules, either way round, gives 40: of the eleven, what both ways share is tested first.
 */
function columnPenalty(x: Int32Array, size: number): number {
  const at = (place: number): number => x[place] as number;
  let points = 0;
  for (let first = 0, from = 0; first < size; first += WIDTH, from += size) {
    const own = lowest(size - first);
    let before = 0;
    for (let i = from; i + 4 < from + size; i++) {
      const dark = at(i) & at(i + 1) & at(i + 2) & at(i + 3) & at(i + 4);
      const five = (dark | ~(at(i) | at(i + 1) | at(i + 2) | at(i + 3) | at(i + 4))) & own;
      points += count(five) + 2 * count(five & ~before);
      before = five;
    }
    for (let i = from; i + 10 < from + size; i++) {
      const shared = at(i + 4) & at(i + 6) & ~(at(i + 1) | at(i + 5) | at(i + 9)) & own;
      const after = at(i) & at(i + 2) & at(i + 3) & ~(at(i + 7) | at(i + 8) | at(i + 10));
      const ahead = at(i + 7) & at(i + 8) & at(i + 10) & ~(at(i) | at(i + 2) | at(i + 3));
      points += 40 * count(shared & (after | ahead));
    }
  }
  return points;
}

/** Rule 2, blocks of 2 × 2 in one colour, and rule 4, the share of dark modules. */
function areaPenalty(x: Int32Array, size: number): number {
  let blocks = 0;
  let dark = 0;
  for (let first = 0, from = 0; first < size; first += WIDTH, from += size) {
    for (let at = from; at < from + size; at++) {
      const line = x[at] as number;
      dark += count(line & lowest(size - first));
      if (at + 1 === from + size) break;
      const differs = line ^ (x[at + 1] as number);
      blocks += count(~(differs | (differs >>> 1) | (line ^ (line >>> 1))) & lowest(size - first - 1));
    }
  }
  return 3 * blocks + 10 * Math.abs(Math.ceil((dark * 100) / (size * size) / 5) - 10);
}

/** The modules under the best mask, from a grid made with mask 0 at level M. */
export function bestMask(grid: QrGrid): Uint8Array {
  const { size, data } = grid;
  const changes = (known[size] ??= changesOf(grid));
  const { rows, columns } = squareOf(size, data);
  const tried = new Int32Array(rows.length);
  let [best] = changes as [Square];
  let fewest = Number.POSITIVE_INFINITY;
  for (const change of changes) {
    const across = columnPenalty(invert(columns, change.columns, tried), size);
    const points = across + columnPenalty(invert(rows, change.rows, tried), size) + areaPenalty(tried, size);
    if (points >= fewest) continue;
    fewest = points;
    best = change;
  }
  return invert(data, best.modules, new Uint8Array(data.length));
}
