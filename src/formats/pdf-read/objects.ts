/**
 * Owns what PDF objects are here (ISO 32000-1 §7.3): strings are Uint8Array, dictionaries Map; and the few questions
 * that are asked of bytes. Dictionaries are maps, not objects, because their keys are a stranger's.
 */

export class Name {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export class Ref {
  readonly num: number;
  readonly gen: number;
  constructor(num: number, gen: number) {
    this.num = num;
    this.gen = gen;
  }
}

/** An operator or another bare word. */
export class Word {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export interface Dict extends Map<string, Value> {}

export class Stream {
  readonly dict: Dict;
  /** As in the file, not decoded. */
  readonly raw: Uint8Array;
  constructor(dict: Dict, raw: Uint8Array) {
    this.dict = dict;
    this.raw = raw;
  }
}

export type Value = null | boolean | number | Name | Ref | Uint8Array | Value[] | Dict | Stream;

export const isWord = (token: unknown, text: string): boolean => token instanceof Word && token.text === text;
export const isWhole = (token: unknown): token is number =>
  typeof token === 'number' && Number.isSafeInteger(token) && token >= 0;

/** 0: regular characters, 1: white space, 2: delimiters (§7.2.2). */
const CLASSES = new Uint8Array(256);
for (const byte of [0, 9, 10, 12, 13, 32]) CLASSES[byte] = 1;
for (const character of '()<>[]{}/%') CLASSES[character.charCodeAt(0)] = 2;

export const isSpace = (byte: number | undefined): byte is number => byte !== undefined && CLASSES[byte] === 1;
export const isRegular = (byte: number | undefined): byte is number => byte !== undefined && CLASSES[byte] === 0;

/** Bytes as characters U+0000–U+00FF, or code units as they are. */
export function latin(bytes: Uint8Array | Uint16Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096)
    text += String.fromCharCode.apply(null, bytes.subarray(at, at + 4096) as unknown as number[]);
  return text;
}

/** Where an ASCII text begins at or after `from`; -1 where it does not. */
export function find(bytes: Uint8Array, text: string, from: number): number {
  for (let at = bytes.indexOf(text.charCodeAt(0), from); at !== -1; at = bytes.indexOf(text.charCodeAt(0), at + 1))
    if (startsAt(bytes, text, at)) return at;
  return -1;
}

export function startsAt(bytes: Uint8Array, text: string, at: number): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}
