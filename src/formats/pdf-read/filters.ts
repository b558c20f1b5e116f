/**
 * The filters of streams (ISO 32000-1 §7.4): Flate and LZW with their predictors, ASCII hex, ASCII 85, run lengths.
 * Images in a format of their own (DCT, JPX, CCITT, JBIG2) are left as they are and named.
 */
import { inflateSteps } from '../inflate.ts';
import { type Budget, LIMITS, malformed, Output, tooLarge } from './limits.ts';
import { type Dict, fromHex, isSpace, isWhole, Name, type Stream, type Value } from './objects.ts';

/** Follows references. */
export type Get = (value: Value | undefined) => Value;

export interface Decoded {
  bytes: Uint8Array;
  /** The image format that remains, e.g. `DCTDecode`. */
  image?: string;
}

const IMAGES = new Set(['DCTDecode', 'DCT', 'JPXDecode', 'CCITTFaxDecode', 'CCF', 'JBIG2Decode']);
const list = (value: Value): Value[] => (Array.isArray(value) ? value : value === null ? [] : [value]);

/** @param cap most bytes that any filter of this stream may give */
export function decode(stream: Stream, budget: Budget, get: Get, cap: number = LIMITS.inflated): Decoded {
  const filters = list(get(stream.dict.get('Filter') ?? stream.dict.get('F')));
  const parameters = list(get(stream.dict.get('DecodeParms') ?? stream.dict.get('DP')));
  if (filters.length > LIMITS.filters) throw tooLarge('filters');
  let bytes = stream.raw;
  for (const [i, filter] of filters.entries()) {
    const name = get(filter);
    if (!(name instanceof Name)) throw malformed('a filter is no name');
    if (IMAGES.has(name.text)) return { bytes, image: name.text };
    // Whatever the filter: programs that save a file again name one for streams without data too.
    if (bytes.length === 0) continue;
    const parms = get(parameters[i]);
    budget.spend('work', bytes.length);
    bytes = apply(name.text, bytes, parms instanceof Map ? parms : new Map(), budget, get, cap);
  }
  if (bytes.length > cap) throw tooLarge('attachment');
  return { bytes };
}

function apply(name: string, bytes: Uint8Array, parms: Dict, budget: Budget, get: Get, cap: number): Uint8Array {
  const number = (key: string, otherwise: number) => {
    const value = get(parms.get(key));
    return isWhole(value) ? value : otherwise;
  };
  switch (name) {
    case 'FlateDecode':
    case 'Fl':
      return unpredict(inflate(bytes, budget, cap), number, budget);
    case 'LZWDecode':
    case 'LZW':
      return unpredict(lzw(bytes, number('EarlyChange', 1), new Output(budget, cap)), number, budget);
    case 'ASCIIHexDecode':
    case 'AHx':
      return asciiHex(bytes, budget);
    case 'ASCII85Decode':
    case 'A85':
      return ascii85(bytes, new Output(budget, cap));
    case 'RunLengthDecode':
    case 'RL':
      return runLength(bytes, new Output(budget, cap));
    default:
      throw malformed('it has an unknown filter');
  }
}

/**
 * Inflates zlib data, or bare DEFLATE as some producers write it. The checksum is not looked at, nor what follows the
 * end.
 * @throws Refusal `pdf_malformed`, `pdf_too_large`
 */
export function inflate(input: Uint8Array, budget: Budget, cap: number): Uint8Array {
  const [cmf = 0, flg = 0] = input;
  const zlib = (cmf & 15) === 8 && (cmf * 256 + flg) % 31 === 0;
  const output = new Output(budget, cap);
  const whole = inflateSteps(zlib ? input.subarray(2) : input, (bytes) => {
    // A block of a dozen bytes takes the time of a kilobyte.
    budget.spend('work', 1024);
    output.append(bytes);
    return true;
  });
  if (!whole) throw malformed('compressed data is damaged, or cut off');
  return output.done();
}

/** Undoes the PNG (10 and above) and TIFF (2) predictors; PNG data says its kind at the start of each row. */
function unpredict(bytes: Uint8Array, number: (key: string, otherwise: number) => number, budget: Budget): Uint8Array {
  const predictor = number('Predictor', 1);
  if (predictor < 2) return bytes;
  const [colors, depth, columns] = [number('Colors', 1), number('BitsPerComponent', 8), number('Columns', 1)];
  const step = Math.max(1, (colors * depth) >> 3);
  const width = Math.ceil((colors * depth * columns) / 8);
  if (colors > 32 || depth > 16 || columns > LIMITS.file || width < 1 || (predictor === 2 && depth !== 8))
    throw malformed('a predictor has unusable parameters');
  const png = predictor >= 10 ? 1 : 0;
  const found = new Uint8Array(bytes.length - png * Math.ceil(bytes.length / (width + png)));
  budget.spend('inflated', found.length);
  for (let at = 0, row = 0; row < found.length; at += width + png, row += width) {
    const kind = png === 0 ? 1 : (bytes[at] as number);
    if (kind > 4) throw malformed('a predictor is unknown');
    const end = Math.min(row + width, found.length);
    for (let to = row, from = at + png; to < end; to++, from++)
      found[to] = (bytes[from] as number) + guess(kind, found, to, row, step, width);
  }
  return found;
}

/** PNG §9.2: what a byte is expected to be, from those to its left and above. */
function guess(kind: number, found: Uint8Array, at: number, row: number, step: number, width: number): number {
  if (kind === 0) return 0;
  const left = at - row >= step ? (found[at - step] as number) : 0;
  const up = row > 0 ? (found[at - width] as number) : 0;
  if (kind === 1) return left;
  if (kind === 2) return up;
  if (kind === 3) return (left + up) >> 1;
  return paeth(left, up, row > 0 && at - row >= step ? (found[at - width - step] as number) : 0);
}

function paeth(left: number, up: number, corner: number): number {
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

/**
 * §7.4.4: every code is what some earlier one stood for and the byte after it, so the table holds places in the output.
 */
function lzw(bytes: Uint8Array, early: number, output: Output): Uint8Array {
  const starts = new Uint32Array(4097);
  const lengths = new Uint16Array(4097);
  let [next, width, held, count] = [258, 9, 0, 0];
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xffffff;
    count += 8;
    if (count < width) continue;
    count -= width;
    const code = (held >> count) & ((1 << width) - 1);
    if (code === 257) return output.done();
    if (code === 256) {
      [next, width] = [258, 9];
      continue;
    }
    const start = output.length;
    if (code < 256) output.push(code);
    else if (code < next) output.repeat(start - (starts[code] as number), lengths[code] as number);
    else throw malformed('compressed data has an unknown code');
    // The entry that the next code completes: this code's bytes and the one after them.
    if (next < 4096) {
      starts[next] = start;
      lengths[next++] = output.length - start + 1;
    }
    if (next + early > 1 << width && width < 12) width++;
  }
  return output.done();
}

function asciiHex(bytes: Uint8Array, budget: Budget): Uint8Array {
  const end = bytes.indexOf(62);
  budget.spend('inflated', bytes.length >> 1);
  return fromHex(end === -1 ? bytes : bytes.subarray(0, end));
}

function ascii85(bytes: Uint8Array, output: Output): Uint8Array {
  let [value, count] = [0, 0];
  const flush = (size: number) => {
    if (value > 0xffffffff) throw malformed('ASCII 85 data has a group that is too large');
    for (let i = 0; i < size; i++) output.push(Math.floor(value / 256 ** (3 - i)) & 255);
    [value, count] = [0, 0];
  };
  for (const byte of bytes) {
    if (byte === 126) break;
    if (isSpace(byte)) continue;
    if (byte === 122 && count === 0) {
      flush(4);
      continue;
    }
    if (byte < 33 || byte > 117) throw malformed('ASCII 85 data has another character');
    value = value * 85 + byte - 33;
    if (++count === 5) flush(4);
  }
  if (count === 1) throw malformed('ASCII 85 data is cut off');
  const size = count - 1;
  if (count > 0) {
    for (; count < 5; count++) value = value * 85 + 84;
    flush(size);
  }
  return output.done();
}

function runLength(bytes: Uint8Array, output: Output): Uint8Array {
  for (let at = 0; at < bytes.length; ) {
    const length = bytes[at++] as number;
    if (length === 128) break;
    if (length < 128) {
      output.append(bytes.subarray(at, (at += length + 1)));
    } else {
      const byte = bytes[at++] ?? 0;
      for (let i = length; i < 257; i++) output.push(byte);
    }
  }
  return output.done();
}
