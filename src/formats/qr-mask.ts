/**
 * The mask of a QR code (ISO/IEC 18004 § 7.8.3): of eight the one that looks least like function patterns, the first of
 * equals. The same choice as `qrcode` makes; its own search asks a function for each module and costs a quarter of a
 * certificate's PDF.
 */

/** Modules row by row, 1 is dark. */
type Modules = Uint8Array;

/** The last eleven modules of a line as bits, the newest lowest. */
const WINDOW = 0x7ff;

/** Rule 1: a run of n ≥ 5 gives n − 2, which is one for each five modules in it and two for its first five. */
const RUNS = Uint8Array.from({ length: WINDOW + 1 }, (_, window) => {
  const five = window & 0b11111;
  if (five !== 0 && five !== 0b11111) return 0;
  return ((window >> 5) & 1) === (five & 1) ? 1 : 3;
});
/** And rule 3: 1011101 before or behind four light modules gives 40. */
const RUNS_AND_FINDERS = RUNS.map((points, window) =>
  window === 0b10111010000 || window === 0b00001011101 ? points + 40 : points,
);

/** Rules 1 and 3 along one line; tables in place of branches, which no processor foresees here. */
function linePenalty(modules: Modules, size: number, from: number, step: number): number {
  // Before the line stand modules in turns, the last unlike its first: no run begins there.
  let window = modules[from] === 1 ? 0b1010 : 0b0101;
  let points = 0;
  let at = from;
  for (let k = 0; k < 10; k++, at += step) {
    window = ((window << 1) & WINDOW) | (modules[at] as number);
    points += RUNS[window] as number;
  }
  for (let k = 10; k < size; k++, at += step) {
    window = ((window << 1) & WINDOW) | (modules[at] as number);
    points += RUNS_AND_FINDERS[window] as number;
  }
  return points;
}

/** By the dark modules of a block of 2 × 2: whether it has one colour. */
const BLOCKS = Uint8Array.of(1, 0, 0, 0, 1);

/** Rule 2, 3 for each block of 2 × 2 in one colour, and rule 4, 10 for each 5 % that the dark share is off a half. */
function areaPenalty(modules: Modules, size: number): number {
  let blocks = 0;
  let dark = 0;
  for (let at = 0; at < modules.length; at++) dark += modules[at] as number;
  for (let y = 0; y + 1 < size; y++) {
    let left = (modules[y * size] as number) + (modules[(y + 1) * size] as number);
    for (let x = 1, at = y * size + 1; x < size; x++, at++) {
      const right = (modules[at] as number) + (modules[at + size] as number);
      blocks += BLOCKS[left + right] as number;
      left = right;
    }
  }
  return 3 * blocks + 10 * Math.abs(Math.ceil((dark * 100) / modules.length / 5) - 10);
}
function penalty(modules: Modules, size: number): number {
  let points = areaPenalty(modules, size);
  for (let i = 0; i < size; i++)
    points += linePenalty(modules, size, i * size, 1) + linePenalty(modules, size, i, size);
  return points;
}

/** The modules in which two codes of one size differ; of a code and its changes, the changed code. */
function differing(a: Modules, b: Modules): Modules {
  const found = new Uint8Array(a.length);
  for (let at = 0; at < a.length; at++) found[at] = (a[at] as number) ^ (b[at] as number);
  return found;
}

/** By size: for each mask the modules in which a code differs from the same code under mask 0, whatever it says. */
const changesBySize = new Map<number, Modules[]>();

/**
 * A code under its best mask.
 * @param under the code under one of the masks 0–7, of level M
 */
export function underBestMask(size: number, under: (mask: number) => Modules): Modules {
  const first = under(0);
  let changes = changesBySize.get(size);
  if (changes === undefined) {
    changes = Array.from({ length: 8 }, (_, mask) => differing(first, under(mask)));
    changesBySize.set(size, changes);
  }
  let best = first;
  let fewest = Number.POSITIVE_INFINITY;
  for (const change of changes) {
    const tried = differing(first, change);
    const points = penalty(tried, size);
    if (points >= fewest) continue;
    fewest = points;
    best = tried;
  }
  return best;
}
