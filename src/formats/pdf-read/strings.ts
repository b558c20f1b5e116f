/**
 * Owns what strings hold: their bytes, out of hexadecimal digits or escapes (ISO 32000-1 §7.3.4), and the text that bytes
 * stand for (§7.9.2.2). What is no text is U+FFFD.
 */
import { malformed } from './limits.ts';
import { isSpace, latin } from './objects.ts';

/** Value of a hexadecimal digit, or -1. */
function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const upper = byte & 0xdf;
  return upper >= 65 && upper <= 70 ? upper - 55 : -1;
}

/** Pairs of hexadecimal digits, spaces between them ignored, an odd last one filled up with 0 (§7.3.4.3). */
export function fromHex(digits: Uint8Array): Uint8Array {
  const found = new Uint8Array((digits.length + 1) >> 1);
  let count = 0;
  for (const byte of digits) {
    const digit = hexDigit(byte);
    if (digit >= 0) found[count >> 1] = (found[count >> 1] as number) | (count++ % 2 === 0 ? digit << 4 : digit);
    else if (!isSpace(byte)) throw malformed('a hexadecimal string has another character');
  }
  return found.subarray(0, (count + 1) >> 1);
}

const ESCAPES: Record<string, number> = { n: 10, r: 13, t: 9, b: 8, f: 12 };

/** What stands between the brackets of a literal string. */
export function unescapeString(source: Uint8Array): Uint8Array {
  if (!source.includes(92) && !source.includes(13)) return source;
  const found = new Uint8Array(source.length);
  let length = 0;
  for (let at = 0; at < source.length; at++) {
    let byte = source[at] as number;
    if (byte === 92) {
      byte = source[++at] ?? 92;
      if (byte === 13 && source[at + 1] === 10) at++;
      if (byte === 10 || byte === 13) continue;
      if (byte >= 48 && byte <= 55) {
        let octal = byte - 48;
        for (let more = 0; more < 2 && (source[at + 1] ?? 0) >= 48 && (source[at + 1] ?? 0) <= 55; more++)
          octal = octal * 8 + (source[++at] as number) - 48;
        byte = octal & 255;
      } else byte = ESCAPES[String.fromCharCode(byte)] ?? byte;
    } else if (byte === 13) {
      if (source[at + 1] === 10) at++;
      byte = 10;
    }
    found[length++] = byte;
  }
  return found.subarray(0, length);
}

/** PDFDocEncoding where it differs from Latin-1 (annex D.2). */
const DOC_ENCODING = [...'•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž\ufffd€'];

/** UTF-16 or UTF-8 by their marks, PDFDocEncoding otherwise. What is not text is U+FFFD. */
export function decodeText(bytes: Uint8Array): string {
  const [a, b, c] = bytes;
  if (a === 0xfe && b === 0xff) return utf16(bytes.subarray(2));
  if (a === 0xff && b === 0xfe) return utf16(bytes.subarray(2), true);
  if (a === 0xef && b === 0xbb && c === 0xbf) return new TextDecoder().decode(bytes);
  return latin(bytes).replace(/[\x80-\xa0]/g, (character) => DOC_ENCODING[character.charCodeAt(0) - 0x80] as string);
}

export function utf16(bytes: Uint8Array, littleEndian = false): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const units = new Uint16Array(bytes.length >> 1).map((_, i) => view.getUint16(2 * i, littleEndian));
  return latin(units).replace(/\p{Surrogate}/gu, '\ufffd');
}
