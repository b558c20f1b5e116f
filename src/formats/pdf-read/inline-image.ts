/**
 * Owns stepping over an image that stands within a content stream (ISO 32000-1 §8.9.7). Such data says nowhere how long
 * it is. Readers look for `EI`, or reckon with the size of the image.
 * It refuses images whose end is not beyond doubt (`pdf_malformed`): behind them one reader would find text and another none.
 */

import { type Lexer, toDict } from './lexer.ts';
import { malformed } from './limits.ts';
import type { PdfFile } from './object-file.ts';
import { type Dict, find, isSpace, Name, Stream } from './objects.ts';

const SHADES = new Map([
  ['G', 1],
  ['DeviceGray', 1],
  ['RGB', 3],
  ['DeviceRGB', 3],
  ['CMYK', 4],
  ['DeviceCMYK', 4],
]);

/** Reads from after `BI` to after `EI`. */
export function skipInlineImage(lexer: Lexer, file: PdfFile): Stream {
  const dict = toDict(lexer.until('ID').items);
  const { bytes } = lexer;
  const start = lexer.pos + 1;
  let at = find(bytes, 'EI', start);
  while (at !== -1 && !(isSpace(bytes[at - 1]) && (at + 2 === bytes.length || isSpace(bytes[at + 2]))))
    at = find(bytes, 'EI', at + 1);
  const length = plainLength(dict, file);
  const end = at === -1 ? bytes.length : at;
  file.budget.spend('work', end - start);
  if (
    at === -1 ||
    (length !== undefined && (at < start + length || at > start + length + 2)) ||
    !bytes.subarray(at + 2, at + 16).every(isText)
  )
    throw malformed('an image in its page has no certain end');
  lexer.pos = at + 2;
  return new Stream(dict, bytes.subarray(start, end));
}

const isText = (byte: number): boolean => (byte >= 32 && byte < 127) || isSpace(byte);

function plainLength(dict: Dict, file: PdfFile): number | undefined {
  const number = (key: string, short: string) => file.number(dict.get(key) ?? dict.get(short));
  const space = dict.get('ColorSpace') ?? dict.get('CS');
  const mask = (dict.get('ImageMask') ?? dict.get('IM')) === true;
  const shades = mask ? 1 : space instanceof Name ? SHADES.get(space.text) : undefined;
  const [width, height, depth] = [
    number('Width', 'W'),
    number('Height', 'H'),
    mask ? 1 : number('BitsPerComponent', 'BPC'),
  ];
  if (
    dict.has('Filter') ||
    dict.has('F') ||
    shades === undefined ||
    width === undefined ||
    height === undefined ||
    depth === undefined
  )
    return undefined;
  return Math.max(0, Math.ceil((width * shades * depth) / 8) * height);
}
