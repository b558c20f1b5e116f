/**
 * Reading a request's body: bounded in bytes while it streams and in depth before it is parsed, with the content types
 * that a route takes; the parts of a form; and query parameters.
 */
import type { Context } from 'hono';
import * as v from 'valibot';
import { LARGEST_BODY, parseJsonText } from '../base/bounded.ts';
import { concat, decodeUtf8, encodeUtf8 } from '../base/bytes.ts';
import { Refusal } from '../base/refusal.ts';
import { sentenceOf, wordsOfIssue } from '../core/field-words.ts';

/**
 * Bytes. Statements and searches are small; a certificate chain has 16 KB in JSON; bundles hold a filing; a PDF its
 * photo; steps a plan with its roster; lists to be checked hold 100 rows, or 10,000 with a key; batches hold 10,000
 * rows; photos fill what an isolate of 128 MB leaves when the fonts, the code and one pack of photos have theirs.
 */
export const LIMITS = {
  small: 16_384,
  bulkOpen: 250_000,
  bulk: 4_000_000,
  chain: 20_000,
  statement: 300_000,
  bundle: 1_000_000,
  document: 5_242_880,
  step: 6_000_000,
  file: 10_000_000,
  batch: 12_000_000,
  photos: LARGEST_BODY,
} as const;

/** The media type without parameters, lower case. */
export const mediaType = (c: Context): string =>
  (c.req.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

/**
 * One reading of the client's stream: it fails where the client breaks off, or where the chunks of the transfer are
 * malformed.
 */
async function readPart<T>(read: Promise<T>): Promise<T> {
  try {
    return await read;
  } catch {
    throw new Refusal('body_unreadable', 'The body ends early, or its transfer encoding (chunked) is malformed.');
  }
}

/** Reads a body of an announced length, where HTTP ends it, into its own place: memory for one body and no more. */
async function readAnnounced(body: ReadableStream<Uint8Array>, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader({ mode: 'byob' });
  let bytes = new Uint8Array(length);
  let size = 0;
  while (size < length) {
    const { done, value } = await readPart(reader.read(bytes.subarray(size)));
    // The stream takes the memory and gives it back with each answer.
    if (value) bytes = new Uint8Array(value.buffer);
    if (done) break;
    size += value.byteLength;
  }
  return bytes.subarray(0, size);
}

/**
 * Bodies come as they are: a compressed one would have to be bounded twice (RFC 9110 §15.5.16 names the answer and its
 * header).
 */
function requireIdentity(c: Context): void {
  const codings = (c.req.header('content-encoding') ?? '')
    .toLowerCase()
    .split(',')
    .map((one) => one.trim());
  if (codings.every((one) => one === '' || one === 'identity')) return;
  c.header('Accept-Encoding', 'identity');
  throw new Refusal('encoding_not_supported', 'Send the body as it is: a Content-Encoding is not taken.', {
    allowed: ['identity'],
  });
}

/** Reads the body up to a limit, whatever Content-Length says. `advice`: what to do about a body that is too large. */
export async function readBytes(c: Context, limit: number, advice = ''): Promise<Uint8Array<ArrayBuffer>> {
  requireIdentity(c);
  const tooLarge = () =>
    new Refusal('body_too_large', `The body has more than ${limit} bytes. ${advice}`.trim(), { limit });
  const announced = Number(c.req.header('content-length') ?? 0);
  if (announced > limit) throw tooLarge();
  if (c.req.raw.body && announced > 0) return readAnnounced(c.req.raw.body, announced);
  const reader = c.req.raw.body?.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  while (reader) {
    const { done, value } = await readPart(reader.read());
    if (done) break;
    size += value.byteLength;
    if (size > limit) {
      await reader.cancel();
      throw tooLarge();
    }
    parts.push(value);
  }
  return concat(...parts);
}

/** Parses JSON bytes. @throws Refusal `utf8_malformed` and what parseJsonText throws */
export const parseJson = (bytes: Uint8Array): unknown => parseJsonText(decodeUtf8(bytes).replace(/^\ufeff/, ''));

export function requireType(c: Context, allowed: readonly string[]): string {
  const type = mediaType(c);
  if (!allowed.includes(type))
    throw new Refusal('media_type_not_supported', `Send one of: ${allowed.join(', ')}.`, { allowed });
  return type;
}

export function readShape<T extends v.GenericSchema>(value: unknown, schema: T): v.InferOutput<T> {
  const read = v.safeParse(schema, value);
  if (read.success) return read.output;
  const part = v.getDotPath(read.issues[0]) ?? 'body';
  throw new Refusal('body_malformed', sentenceOf(part, wordsOfIssue(read.issues[0])), { part });
}

/** What a route takes, by media type; `advice` says what to do about a body that is too large. */
export type Bodies = Readonly<
  Record<
    string,
    {
      readonly schema: v.GenericSchema;
      readonly example?: unknown;
      readonly limit?: number;
      readonly advice?: string;
    }
  >
>;
type Parts<S> = S extends { readonly entries: infer E } ? ReadonlyMap<keyof E, Part> : never;
/** What was sent: always the bytes, of JSON the value in its shape, of a form its parts. */
export type Sent<B extends Bodies> = {
  [T in keyof B]: { type: T; bytes: Uint8Array<ArrayBuffer> } & (T extends 'application/json'
    ? { json: v.InferOutput<B[T]['schema']> }
    : T extends 'multipart/form-data'
      ? { form: Parts<B[T]['schema']> }
      : unknown);
}[keyof B];

/** Bytes of whatever type the sender names. */
const ANY_TYPE = 'application/octet-stream';

/**
 * Reads a body as it is declared.
 * @throws Refusal `media_type_not_supported`, `body_too_large`, `body_malformed` naming the part, and what reading
 * bytes, JSON and forms throws
 */
export async function readBody<B extends Bodies>(c: Context, declared: B): Promise<Sent<B>> {
  const type = ANY_TYPE in declared ? ANY_TYPE : requireType(c, Object.keys(declared));
  const { schema, limit = 0, advice } = declared[type] as Bodies[string];
  const bytes = await readBytes(c, limit, advice);
  const read =
    type === 'application/json'
      ? { json: readShape(parseJson(bytes), schema) }
      : type === 'multipart/form-data'
        ? { form: readForm(bytes, c.req.header('content-type') ?? '', Object.keys((schema as FormSchema).entries)) }
        : {};
  return { type, bytes, ...read } as Sent<B>;
}
type FormSchema = v.StrictObjectSchema<v.ObjectEntries, undefined>;

/** The fields of a page's form. */
export async function readFields(c: Context, limit: number = LIMITS.small): Promise<URLSearchParams> {
  requireType(c, ['application/x-www-form-urlencoded']);
  return new URLSearchParams(decodeUtf8(await readBytes(c, limit)));
}

// The parts of a form (multipart/form-data, RFC 7578) that lies in memory: each part a view of the body, nothing
// copied. The runtime's formData() holds body and files at once, measured 118 MB for a body of 48 MB, of the 128 MB
// that an isolate has. @remix-run/multipart-parser takes what this refuses: a line that only begins like the boundary,
// any two bytes behind it, a field named twice.

export interface Part {
  /** Media type without parameters, lower case; empty if the part has none. */
  type: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** Bytes of a part's headers. */
const MOST_HEADERS = 4096;

const malformed = () =>
  new Refusal(
    'multipart_malformed',
    'The body is not multipart/form-data with the boundary of its Content-Type, or ends early.',
  );

/** Where `wanted` stands at or behind `from` and before `to`; -1 if nowhere. Linear whatever the bytes are. */
function find(bytes: Uint8Array, wanted: Uint8Array, from: number, to = bytes.length): number {
  const first = wanted[0];
  for (let at = from; at <= to - wanted.length; at++) {
    if (bytes[at] !== first) continue;
    let same = 1;
    while (same < wanted.length && bytes[at + same] === wanted[same]) same++;
    if (same === wanted.length) return at;
  }
  return -1;
}

const startsWith = (bytes: Uint8Array, text: Uint8Array, at: number): boolean =>
  text.every((byte, i) => bytes[at + i] === byte);

/**
 * A parameter of a header: `name="value"` or `name=value`, read from the left so that none hides in another's value.
 */
function parameter(header: string, name: string): string | undefined {
  for (const [, key, quoted, token] of header.matchAll(/;\s*([\w*-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/g)) {
    if (key?.toLowerCase() === name) return quoted ?? token;
  }
  return undefined;
}

const headerOf = (lines: readonly string[], name: string): string => {
  const line = lines.find((one) => one.toLowerCase().startsWith(`${name}:`));
  return line?.slice(name.length + 1).trim() ?? '';
};

/**
 * Splits a form.
 * @param contentType the request's header, which names the boundary
 * @param fields what the form may have, each once
 * @throws Refusal `multipart_malformed`, `multipart_field_unexpected` naming the field
 */
export function readForm(
  bytes: Uint8Array<ArrayBuffer>,
  contentType: string,
  fields: readonly string[],
): Map<string, Part> {
  const boundary = parameter(contentType, 'boundary');
  // RFC 2046 §5.1.1.
  if (boundary === undefined || !/^[\w'()+,./:=? -]{1,70}$/.test(boundary)) throw malformed();
  const delimiter = encodeUtf8(`\r\n--${boundary}`);
  const [lineEnd, blankLine, close] = [encodeUtf8('\r\n'), encodeUtf8('\r\n\r\n'), encodeUtf8('--')];
  const parts = new Map<string, Part>();
  if (!startsWith(bytes, delimiter.subarray(2), 0)) throw malformed();
  for (let at = delimiter.length - 2; ; ) {
    if (startsWith(bytes, close, at)) return parts;
    const start = startsWith(bytes, lineEnd, at)
      ? find(bytes, blankLine, at, Math.min(bytes.length, at + MOST_HEADERS))
      : -1;
    const end = start < 0 ? -1 : find(bytes, delimiter, start + blankLine.length);
    if (end < 0) throw malformed();
    const lines = decodeUtf8(bytes.subarray(at + lineEnd.length, start)).split('\r\n');
    const name = parameter(headerOf(lines, 'content-disposition'), 'name');
    if (name === undefined) throw malformed();
    if (!fields.includes(name) || parts.has(name)) {
      throw new Refusal(
        'multipart_field_unexpected',
        `The form has the fields ${fields.join(' and ')}, each at most once.`,
        { part: name.slice(0, 40), allowed: fields },
      );
    }
    parts.set(name, {
      type: headerOf(lines, 'content-type').split(';', 1)[0]?.trim().toLowerCase() ?? '',
      bytes: bytes.subarray(start + blankLine.length, end),
    });
    at = end + delimiter.length;
  }
}
