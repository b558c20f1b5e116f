/**
 * Tells by content what somebody brings to be checked: a PDF with a bundle in it, a bundle, an SD-JWT, or a JSON
 * object that holds one (a line of certificates.jsonl). Anything else is undefined.
 */

import { parseJsonText } from '../base/bounded.ts';
import { decodeUtf8 } from '../base/bytes.ts';
import { isRefusal } from '../base/refusal.ts';
import { readAddress } from './address.ts';
import { type Opened, openBundle, readBundle } from './bundle.ts';
import { openDocument } from './paper/document-check.ts';

export type Brought =
  /** A bundle, by itself or in the PDF that carries it. */
  | { kind: 'bundle'; opened: Opened }
  | { kind: 'credential'; credential: string; seal?: { number: string; digits: string } };

export const isSdJwt = (text: string): boolean => SD_JWT.test(text);
const SD_JWT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+(?:~[A-Za-z0-9_-]+)*~?$/;
const PDF_MARK = '%PDF-';

/** Whether a file says that it is a PDF; readers look for that in its first 1,024 bytes. */
export const looksLikePdf = (bytes: Uint8Array): boolean =>
  String.fromCharCode(...bytes.subarray(0, 1024)).includes(PDF_MARK);

/** @throws Refusal `bundle_malformed`, `seal_url_malformed` */
export function readObject(value: unknown): Brought | undefined {
  const object = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  if ('statements' in object || 'inclusion' in object) return { kind: 'bundle', opened: openBundle(readBundle(value)) };
  const { credential, seal_url } = object;
  if (typeof credential !== 'string') return undefined;
  const seal = typeof seal_url === 'string' ? readAddress(seal_url) : undefined;
  return {
    kind: 'credential',
    credential,
    ...(seal?.digits === undefined ? {} : { seal: { number: seal.number, digits: seal.digits } }),
  };
}

/** @throws Refusal of `readObject` */
function readText(text: string): Brought | undefined {
  const plain = text.replace(/^\ufeff/, '').trim();
  if (isSdJwt(plain)) return { kind: 'credential', credential: plain };
  let value: unknown;
  try {
    value = parseJsonText(plain);
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
  return readObject(value);
}

/** @throws Refusal of `readObject` and `openDocument` */
export function readBytes(bytes: Uint8Array<ArrayBuffer>): Brought | undefined {
  if (looksLikePdf(bytes)) return { kind: 'bundle', opened: openDocument(bytes) };
  let text: string;
  try {
    text = decodeUtf8(bytes);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return undefined;
  }
  return readText(text);
}
