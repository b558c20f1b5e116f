/**
 * Text forms of bytes: strict base64url, hex, UTF-8; and SHA-256. Only canonical spellings are read, because two
 * spellings of one value are two identities.
 */
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { base64url } from 'jose';
import { Refusal } from './refusal.ts';

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const encodeUtf8 = (text: string): Uint8Array<ArrayBuffer> => utf8.encode(text);

/** Decodes UTF-8; throws `utf8_malformed` instead of inserting replacement characters. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    throw new Refusal('utf8_malformed', 'The bytes are not UTF-8.');
  }
}

export const toBase64url = (bytes: Uint8Array): string => base64url.encode(bytes);

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/**
 * Whether a text of the base64url alphabet has the length and the last character of its only spelling: bits that mean
 * nothing are zero.
 */
export function endsCanonically(text: string): boolean {
  const rest = text.length % 4;
  const unused = rest === 2 ? 15 : rest === 3 ? 3 : 0;
  return rest !== 1 && (ALPHABET.indexOf(text.at(-1) ?? 'A') & unused) === 0;
}

/**
 * Decodes base64url without padding (RFC 4648 §5).
 * Refuses whitespace, padding and unused bits that are not zero (`base64url_malformed`).
 */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || !endsCanonically(text))
    throw new Refusal('base64url_malformed', 'The text is not canonical base64url without padding.');
  return base64url.decode(text) as Uint8Array<ArrayBuffer>;
}

/** Base64 with padding (RFC 4648 §4), as `data:` addresses and PEM have it. */
export function toBase64(bytes: Uint8Array): string {
  let text = '';
  // A stretch at a time: a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

export const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

export function concat(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** SHA-256 of bytes of any length. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

/**
 * SHA-256 of a few hundred bytes, at once: for tree nodes, leaves and disclosures, of which there are many and
 * where waiting for WebCrypto costs more than the hash (test/bench).
 */
export const sha256Short = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  nobleSha256(bytes) as Uint8Array<ArrayBuffer>;

/** Compares without stopping at the first difference. Lengths are public. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number);
  return difference === 0;
}
