/**
 * The mask of a QR code (ISO/IEC 18004 § 7.8.3): of eight the one that looks least like function patterns, the first of
 * equals. The same choice as `qrcode` makes; its own search asks a function for each module and costs a quarter of a
 * certificate's PDF.
 *
 * The square is cut into strips 31 columns wide; a strip is one word a line, one bit a column, its top bit the next
 * strip's first column. So a line's neighbour is the next word, one operation judges 31 columns, and no bit ever has
 * to cross into another word. Rows are judged as the columns of the transposed square.
 */

/** Modules row by row (1 is dark), as strips one after the other, and the strips of the transpose. */
interface Square {
  modules: Uint8Array;
  rows: Int32Array;
  columns: Int32Array;
}

const WIDTH = 31;

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

const squareOf = (size: number, modules: Uint8Array): Square => ({
  modules,
  rows: pack(size, modules, size, 1),
  columns: pack(size, modules, 1, size),
});

/** What differs between two; of one and its changes, the changed one. */
function invert<Bits extends Int32Array | Uint8Array>(from: Bits, change: Bits, into: Bits): Bits {
  for (let at = 0; at < into.length; at++) into[at] = (from[at] as number) ^ (change[at] as number);
  return into;
}

/** How many bits of a word are set. */
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

/** Rule 2, 3 for each block of 2 × 2 in one colour, and rule 4, 10 for each 5 % that the dark share is off a half. */
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

/** By size: for each mask what differs from the same code under mask 0, whatever the code says. */
const changesBySize = new Map<number, Square[]>();

/**
 * A code under its best mask.
 * @param under the code under one of the masks 0–7, of level M
 */
export function underBestMask(size: number, under: (mask: number) => Uint8Array): Uint8Array {
  const { modules, rows, columns } = squareOf(size, under(0));
  const blank = () => new Uint8Array(modules.length);
  let changes = changesBySize.get(size);
  if (changes === undefined) {
    changes = Array.from({ length: 8 }, (_, mask) => squareOf(size, invert(modules, under(mask), blank())));
    changesBySize.set(size, changes);
  }
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
  return invert(modules, best.modules, blank());
}
