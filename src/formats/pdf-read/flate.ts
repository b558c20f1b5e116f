/**
 * Owns DEFLATE (RFC 1951), decoded symbol by symbol from canonical codes, within a budget.
 * Ours, because hostile input may come from anyone: fflate 0.8.3 fills a table of 32,768 entries for every block, and
 * fills it again for every symbol of a code that has more symbols than room, so that 31 bytes cost it 26 ms and a file
 * of 5 MB more than an hour; and the platform's DecompressionStream is asynchronous. Here a block costs its own length.
 * It refuses codes with too many or too few symbols, distances before the start, and data cut off (`pdf_malformed`).
 */

import { type Budget, malformed, Output } from './limits.ts';

interface Code {
  /** How many symbols have a code of each length. */
  counts: Uint16Array;
  /** Symbols in the order of their codes. */
  symbols: Uint16Array;
}

/** @throws Refusal `pdf_malformed` unless the lengths fill the code space, or there is a single code at most */
function makeCode(lengths: Uint8Array): Code {
  const counts = new Uint16Array(16);
  for (const length of lengths) counts[length] = (counts[length] as number) + 1;
  let room = 1;
  const next = new Uint16Array(16);
  for (let length = 1; length <= 15; length++) {
    room = 2 * room - (counts[length] as number);
    if (room < 0) throw malformed('compressed data has a code with too many symbols');
    if (length > 1) next[length] = (next[length - 1] as number) + (counts[length - 1] as number);
  }
  if (room > 0 && lengths.length - (counts[0] as number) > 1)
    throw malformed('compressed data has a code with too few symbols');
  counts[0] = 0;
  const symbols = new Uint16Array(lengths.length);
  lengths.forEach((length, symbol) => {
    if (length > 0) symbols[next[length] as number] = symbol;
    if (length > 0) next[length] = (next[length] as number) + 1;
  });
  return { counts, symbols };
}

const ramp = (first: number, extra: readonly number[]): Uint16Array => {
  const bases = new Uint16Array(extra.length);
  extra.reduce((base, bits, i) => (bases[i] = base) + (1 << bits), first);
  return bases;
};
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const LENGTHS = ramp(3, LENGTH_BITS);
LENGTHS[28] = 258;
const DISTANCE_BITS = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
];
const DISTANCES = ramp(1, DISTANCE_BITS);
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const fixedLengths = new Uint8Array(288).fill(8).fill(9, 144, 256).fill(7, 256, 280);
const FIXED = { literals: makeCode(fixedLengths), distances: makeCode(new Uint8Array(32).fill(5)) };

class Bits {
  readonly #bytes: Uint8Array;
  #pos: number;
  #held = 0;
  #count = 0;

  constructor(bytes: Uint8Array, pos: number) {
    this.#bytes = bytes;
    this.#pos = pos;
  }

  #byte(): number {
    const byte = this.#bytes[this.#pos++];
    if (byte === undefined) throw malformed('compressed data is cut off');
    return byte;
  }

  take(count: number): number {
    while (this.#count < count) {
      this.#held |= this.#byte() << this.#count;
      this.#count += 8;
    }
    const value = this.#held & ((1 << count) - 1);
    this.#held >>>= count;
    this.#count -= count;
    return value;
  }

  symbol({ counts, symbols }: Code): number {
    let [code, first, index] = [0, 0, 0];
    for (let length = 1; length <= 15; length++) {
      if (this.#count === 0) {
        this.#held = this.#byte();
        this.#count = 8;
      }
      code |= this.#held & 1;
      this.#held >>>= 1;
      this.#count--;
      const count = counts[length] as number;
      if (code - first < count) return symbols[index + code - first] as number;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw malformed('compressed data has a code without symbol');
  }

  /** A stored block (§3.2.4). */
  stored(): Uint8Array {
    this.#held = this.#count = 0;
    const [length, complement] = [this.take(16), this.take(16)];
    if ((length ^ complement) !== 0xffff || this.#pos + length > this.#bytes.length)
      throw malformed('compressed data is cut off');
    return this.#bytes.subarray(this.#pos, (this.#pos += length));
  }
}

/** The head of a block (§3.2.7): a dozen bytes may spell it, and it takes the time of a kilobyte. */
function readCodes(bits: Bits, budget: Budget): { literals: Code; distances: Code } {
  budget.spend('work', 1024);
  const [literals, distances, count] = [bits.take(5) + 257, bits.take(5) + 1, bits.take(4) + 4];
  const short = new Uint8Array(19);
  for (let i = 0; i < count; i++) short[ORDER[i] as number] = bits.take(3);
  const code = makeCode(short);
  const lengths = new Uint8Array(literals + distances);
  for (let at = 0; at < lengths.length; ) {
    const symbol = bits.symbol(code);
    if (symbol < 16) {
      lengths[at++] = symbol;
      continue;
    }
    if (symbol === 16 && at === 0) throw malformed('compressed data repeats nothing');
    const value = symbol === 16 ? (lengths[at - 1] as number) : 0;
    const times = symbol === 16 ? 3 + bits.take(2) : symbol === 17 ? 3 + bits.take(3) : 11 + bits.take(7);
    if (at + times > lengths.length) throw malformed('compressed data has a code with too many symbols');
    lengths.fill(value, at, (at += times));
  }
  return { literals: makeCode(lengths.subarray(0, literals)), distances: makeCode(lengths.subarray(literals)) };
}

/**
 * Decodes zlib data, or bare DEFLATE as some producers write it. The checksum is not looked at, nor what follows the end.
 * @throws Refusal `pdf_malformed`, `pdf_too_large`
 */
export function inflate(input: Uint8Array, budget: Budget, cap: number): Uint8Array {
  const [cmf = 0, flg = 0] = input;
  const zlib = (cmf & 15) === 8 && (cmf * 256 + flg) % 31 === 0;
  return inflateRaw(zlib ? input.subarray(2) : input, budget, cap);
}

/** Decodes bare DEFLATE, as archives hold it. @throws Refusal `pdf_malformed`, `pdf_too_large` */
export function inflateRaw(input: Uint8Array, budget: Budget, cap: number): Uint8Array {
  const bits = new Bits(input, 0);
  const output = new Output(budget, cap);
  for (let last = 0; last === 0; ) {
    last = bits.take(1);
    const type = bits.take(2);
    if (type === 3) throw malformed('compressed data has a block of an unknown kind');
    if (type === 0) {
      output.append(bits.stored());
      continue;
    }
    const { literals, distances } = type === 1 ? FIXED : readCodes(bits, budget);
    for (let symbol = bits.symbol(literals); symbol !== 256; symbol = bits.symbol(literals)) {
      if (symbol < 256) {
        output.push(symbol);
        continue;
      }
      const length = LENGTHS[symbol - 257];
      if (length === undefined) throw malformed('compressed data has an unknown length');
      const run = length + bits.take(LENGTH_BITS[symbol - 257] as number);
      const far = bits.symbol(distances);
      const distance = DISTANCES[far];
      if (distance === undefined) throw malformed('compressed data has an unknown distance');
      output.repeat(distance + bits.take(DISTANCE_BITS[far] as number), run);
    }
  }
  return output.done();
}
