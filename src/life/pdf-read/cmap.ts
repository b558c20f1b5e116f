/**
 * Owns character maps: what the codes of a font stand for (ToUnicode, ISO 32000-1 §9.10.3) and how long codes are.
 * Expanded once into a table, whose every entry is spent from the budget.
 */
import { Lexer } from './lexer.ts';
import type { Budget } from './limits.ts';
import { type Value, Word } from './objects.ts';
import { utf16 } from './strings.ts';

export interface CMap {
  texts: Map<number, string>;
  /** Bytes of a code, where a codespace range says so. */
  codeLength: number | undefined;
}

/** Bytes that one code may stand for: the longest ligature has 18 letters. */
const LONGEST = 64;

const number = (bytes: Uint8Array): number => bytes.reduce((value, byte) => value * 256 + byte, 0);

export function readCMap(bytes: Uint8Array, budget: Budget): CMap {
  const lexer = new Lexer(bytes, budget);
  const texts = new Map<number, string>();
  let codeLength: number | undefined;
  let operands: Value[] = [];
  budget.spend('work', bytes.length);
  for (let token = lexer.token(); token !== undefined; token = lexer.token()) {
    if (!(token instanceof Word)) {
      budget.spend('values');
      operands.push(token);
      continue;
    }
    if (token.text === 'endcodespacerange' && operands[0] instanceof Uint8Array) codeLength ??= operands[0].length;
    if (token.text === 'endbfchar')
      for (let i = 0; i + 1 < operands.length; i += 2)
        addRange(texts, operands[i], operands[i], operands[i + 1], budget);
    if (token.text === 'endbfrange')
      for (let i = 0; i + 2 < operands.length; i += 3)
        addRange(texts, operands[i], operands[i + 1], operands[i + 2], budget);
    operands = [];
  }
  return { texts, codeLength };
}

/** A range ends where codes of two bytes end; its last UTF-16 unit counts up. */
function addRange(
  texts: Map<number, string>,
  low: Value | undefined,
  high: Value | undefined,
  to: Value | undefined,
  budget: Budget,
): void {
  if (!(low instanceof Uint8Array) || !(high instanceof Uint8Array)) return;
  const first = number(low);
  const last = Math.min(number(high), 0xffff);
  for (let code = first; code <= last; code++) {
    const one = Array.isArray(to) ? to[code - first] : to;
    if (!(one instanceof Uint8Array) || one.length > LONGEST) return;
    budget.spend('values');
    texts.set(code, utf16(Array.isArray(to) || code === first ? one : countUp(one, code - first)));
  }
}

function countUp(text: Uint8Array, by: number): Uint8Array {
  const found = text.slice();
  let carry = by;
  for (let at = found.length - 1; at >= 0 && at >= found.length - 2; at--) {
    carry += found[at] as number;
    found[at] = carry & 255;
    carry >>= 8;
  }
  return found;
}
