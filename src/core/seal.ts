/**
 * The seal (二维码防伪签名): the facts in the QR code, signed by the organization's issuing key.
 *
 * The text of the code is `<origin>/c/<number>#<digits>`. `<digits>` is one big decimal number (QR numeric
 * mode, 3⅓ bits a digit) of these bytes:
 *
 *     01                sentinel, keeps leading zeros
 *     format            1 byte: 1, 2 or 3
 *     key number        1 byte: n of the issuing key `<code>-<n>`
 *     issue day         2 bytes, big-endian: days since 2020-01-01, Asia/Shanghai
 *     occupation code   4 bytes: N, NN, NN, NN
 *     occupation name   1 byte length, UTF-8
 *     job               1 byte length, UTF-8; empty means `--`
 *     holder's name     1 byte length, UTF-8
 *     signature         64 bytes, ES256
 *
 * In format 2 the name is the first 16 bytes of the digest of the name's SD-JWT disclosure (salted; the salt
 * is in that disclosure). In format 3 occupation and job are also digests: the first 16 bytes of SHA-256 of
 * their UTF-8. The lowest format whose code stays within QR version 11-M is used.
 *
 * The signature is that of a compact JWS with header `{"alg":"ES256","typ":"seal+jwt","kid":"<code>-<n>"}`
 * and as payload the RFC 8785 JSON of `{number, issued_on, occupation: {code, name}, job, name}`; digests
 * stand as base64url in `name_digest`, `job_digest` and `occupation.name_digest` instead. Any JOSE library can
 * verify the rebuilt JWS. No host is signed: a service that moves keeps its seals.
 */
import canonicalize from 'canonicalize';
import { CompactSign, type CryptoKey } from 'jose';
import { concat, decodeUtf8, encodeUtf8, equalBytes, fromBase64url, sha256Short, toBase64url } from '../base/bytes.ts';
import { dayNumber, dayOf } from '../base/day.ts';
import { Refusal } from '../base/refusal.ts';
import { parseNumber } from './number.ts';
import { type KeyFinder, openBytes } from './statement.ts';

const SEAL_TYP = 'seal+jwt';
/** Data bits of QR version 11 at level M (ISO/IEC 18004: 254 codewords). */
const BUDGET_BITS = 254 * 8;
const EPOCH = dayNumber('2020-01-01');
const DIGEST_BYTES = 16;
const SIGNATURE_BYTES = 64;

/** A text, or in its place the first 16 bytes of a digest, base64url. */
type SealText = { text: string } | { digest: string };

export interface SealFacts {
  number: string;
  /** n of the issuing key. */
  key_number: number;
  issued_on: string;
  occupation_code: string;
  occupation: SealText;
  /** `--` when there is none. */
  job: SealText;
  name: SealText;
}

/** What a certificate offers for its seal. `name_digest`: the SD-JWT digest of the name's disclosure. */
export interface SealInput {
  origin: string;
  number: string;
  key_number: number;
  issued_on: string;
  occupation: { code: string; name: string };
  job: string;
  name: string;
  name_digest: string;
}

const short = (digest: Uint8Array): string => toBase64url(digest.slice(0, DIGEST_BYTES));
/** How format 2 names a holder: the first 16 bytes of the name disclosure's digest. */
const shortNameDigest = (sdDigest: string): string => short(fromBase64url(sdDigest));
const textDigest = (text: string): string => short(sha256Short(encodeUtf8(text)));
/** By which a certificate names its own seal: SHA-256 of the digits, base64url. */
export const sealDigest = (digits: string): string => toBase64url(sha256Short(encodeUtf8(digits)));

/** kid of a seal: `<code>-<n>`, without a host. */
export const sealKid = (facts: { number: string; key_number: number }): string =>
  `${facts.number.slice(0, 13)}-${facts.key_number}`;

const claim = (name: string, value: SealText): Record<string, string> =>
  'text' in value ? { [name]: value.text } : { [`${name}_digest`]: value.digest };

function payloadOf(facts: SealFacts): Uint8Array<ArrayBuffer> {
  return encodeUtf8(
    canonicalize({
      number: facts.number,
      issued_on: facts.issued_on,
      occupation: { code: facts.occupation_code, ...claim('name', facts.occupation) },
      ...claim('job', facts.job),
      ...claim('name', facts.name),
    }) as string,
  );
}

const headerOf = (facts: SealFacts) => ({ alg: 'ES256', typ: SEAL_TYP, kid: sealKid(facts) });

/** The compact JWS that a seal stands for, with the given signature (base64url). */
export const sealToken = (facts: SealFacts, signature: string): string =>
  [toBase64url(encodeUtf8(JSON.stringify(headerOf(facts)))), toBase64url(payloadOf(facts)), signature].join('.');

/** 1: plain; 2: the name is a digest; 3: occupation and job are digests too. */
function formatOf(facts: SealFacts): number {
  if ('digest' in facts.occupation) return 3;
  return 'digest' in facts.name ? 2 : 1;
}

const field = (value: SealText, empty?: string): Uint8Array => {
  const bytes = 'digest' in value ? fromBase64url(value.digest) : encodeUtf8(value.text === empty ? '' : value.text);
  if (bytes.length > 255) throw new Refusal('seal_text_too_long', 'A text in the QR code has more than 255 bytes.');
  return concat(Uint8Array.of(bytes.length), bytes);
};

function bytesOf(facts: SealFacts, signature: Uint8Array): Uint8Array {
  const days = dayNumber(facts.issued_on) - EPOCH;
  if (days < 0 || days > 0xffff)
    throw new Refusal('seal_date_out_of_range', 'The issue date does not fit a seal (2020–2199).');
  if (facts.key_number < 1 || facts.key_number > 255)
    throw new Refusal('seal_key_out_of_range', 'A seal names keys 1 to 255.');
  const code = facts.occupation_code.split('-').map(Number);
  return concat(
    Uint8Array.of(1, formatOf(facts), facts.key_number, days >> 8, days & 0xff, ...code),
    field(facts.occupation),
    field(facts.job, '--'),
    field(facts.name),
    signature,
  );
}

const toDigits = (bytes: Uint8Array): string =>
  BigInt(`0x${Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')}`).toString();

/** Most decimal digits of a number of that many bytes whose first is the sentinel 01. */
const mostDigits = (bytes: number): number => Math.floor(((bytes - 1) * 8 + 1) * Math.log10(2)) + 1;

/** Data bits of the QR code: URL in byte mode, digits in numeric mode, header sizes of versions 10–26. */
function codeBits(origin: string, digits: number): number {
  const url = encodeUtf8(`${origin}/c/`).length + 22 + 1;
  return 4 + 16 + 8 * url + 4 + 12 + Math.ceil((digits * 10) / 3);
}

/**
 * Chooses the lowest format that fits the budget; refuses `seal_too_large` (only an origin of extreme length does
 * that).
 */
export function chooseFormat(input: SealInput): SealFacts {
  const { number, key_number, issued_on, occupation } = input;
  const base = { number, key_number, issued_on, occupation_code: occupation.code };
  const plain: SealFacts = {
    ...base,
    occupation: { text: occupation.name },
    job: { text: input.job },
    name: { text: input.name },
  };
  const nameDigest = { digest: shortNameDigest(input.name_digest) };
  const candidates = [
    () => plain,
    () => ({ ...plain, name: nameDigest }),
    () => ({
      ...base,
      occupation: { digest: textDigest(occupation.name) },
      job: { digest: textDigest(input.job) },
      name: nameDigest,
    }),
  ];
  const unsigned = new Uint8Array(SIGNATURE_BYTES);
  for (const candidate of candidates) {
    const facts = candidate();
    if ('text' in facts.name && encodeUtf8(facts.name.text).length > 255) continue;
    if (codeBits(input.origin, mostDigits(bytesOf(facts, unsigned).length)) <= BUDGET_BITS) return facts;
  }
  throw new Refusal('seal_too_large', 'The QR code would exceed its size limit.');
}

/** Signs a seal and gives its digits. */
export async function signSeal(facts: SealFacts, key: CryptoKey): Promise<string> {
  const token = await new CompactSign(payloadOf(facts)).setProtectedHeader(headerOf(facts)).sign(key);
  return toDigits(bytesOf(facts, fromBase64url(token.split('.')[2] as string)));
}

/** The text of a certificate's QR code. @param digits of its seal */
export const sealUrl = (origin: string, number: string, digits: string): string => `${origin}/c/${number}#${digits}`;

const malformed = (message: string) => new Refusal('seal_malformed', message);

/** Reads the digits of a seal. Nothing is verified yet: `openSeal` does that. */
export function readSeal(number: string, digits: string): { facts: SealFacts; token: string } {
  if (!/^[1-9]\d{100,800}$/.test(digits)) throw malformed('The part after # of the code is not a seal.');
  const hex = BigInt(digits).toString(16);
  if (hex.length % 2 === 0 || !hex.startsWith('1')) throw malformed('The seal does not begin as seals do.');
  const bytes = Uint8Array.from({ length: (hex.length + 1) / 2 }, (_, i) =>
    Number.parseInt(`0${hex}`.slice(2 * i, 2 * i + 2), 16),
  );
  const format = bytes[1] as number;
  if (format < 1 || format > 3)
    throw new Refusal('seal_format_unknown', 'The seal has a format that this version does not know.', {
      part: 'format',
    });
  let at = 9;
  const take = (): Uint8Array => {
    const length = bytes[at] ?? 0;
    const part = bytes.slice(at + 1, at + 1 + length);
    at += 1 + length;
    if (at > bytes.length - SIGNATURE_BYTES) throw malformed('The lengths in the seal do not add up.');
    return part;
  };
  const text = (digested: boolean, empty?: string): SealText => {
    const part = take();
    if (digested && part.length !== DIGEST_BYTES) throw malformed('A digest in the seal has another length.');
    return digested
      ? { digest: toBase64url(part) }
      : { text: part.length === 0 && empty !== undefined ? empty : decodeUtf8(part) };
  };
  const [major, ...minor] = [...bytes.slice(5, 9)];
  const facts: SealFacts = {
    number: parseNumber(number).text,
    key_number: bytes[2] as number,
    issued_on: dayOf(EPOCH + (bytes[3] as number) * 256 + (bytes[4] as number)),
    occupation_code: [major, ...minor.map((part) => String(part).padStart(2, '0'))].join('-'),
    occupation: text(format === 3),
    job: text(format === 3, '--'),
    name: text(format >= 2),
  };
  if (at !== bytes.length - SIGNATURE_BYTES) throw malformed('The lengths in the seal do not add up.');
  const signature = bytes.slice(at);
  // One spelling only: what is read must write back to the same bytes.
  if (!equalBytes(bytesOf(facts, signature), bytes)) throw malformed('The seal is not in its canonical form.');
  return { facts, token: sealToken(facts, toBase64url(signature)) };
}

/** Verifies a seal's rebuilt JWS with the issuing key its kid names. */
export async function openSeal(number: string, digits: string, find: KeyFinder): Promise<SealFacts> {
  const { facts, token } = readSeal(number, digits);
  await openBytes(token, SEAL_TYP, find);
  return facts;
}
