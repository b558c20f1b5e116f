/**
 * Owns the text forms of bytes: strict base64url, hex, UTF-8, and SHA-256.
 * It refuses every non-canonical spelling, because two spellings of one value are two identities.
 */
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

/**
 * Decodes base64url without padding (RFC 4648 §5).
 * Refuses whitespace, padding and unused bits that are not zero (`base64url_malformed`).
 */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  if (/^[A-Za-z0-9_-]*$/.test(text) && text.length % 4 !== 1) {
    const bytes = new Uint8Array(base64url.decode(text));
    if (base64url.encode(bytes) === text) return bytes;
  }
  throw new Refusal('base64url_malformed', 'The text is not canonical base64url without padding.');
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

export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

/** Compares without stopping at the first difference. Lengths are public. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number);
  return difference === 0;
}
