/**
 * Owns copies for one purpose (加注): a holder lets the organization's issuing key state what a copy of the certificate
 * is for, since when and until when. A copy that has run out says so; the certificate itself is not touched by it.
 * It refuses purposes that do not print as one line and days that make no sense, and copies of another certificate.
 */
import type { CryptoKey } from 'jose';
import { fromBase64url, sha256Short, toBase64url } from './bytes.ts';
import { dayNumber, shanghaiDay } from './calendar.ts';
import type { CopyFacts } from './document.ts';
import { Refusal } from './refusal.ts';
import { openStatement, signStatement, type KeyFinder } from './statement.ts';

/** A copy lasts a year at most: longer, the certificate itself is the thing to show. */
export const LONGEST_COPY_DAYS = 366;
/** Code points of a purpose. */
export const LONGEST_PURPOSE = 40;

const DAY = 86_400;
const SHANGHAI = 8 * 3600;

/** What is asked for, checked. `expires_on`: `YYYY-MM-DD`, the last day. @throws Refusal `purpose_malformed`, `expiry_malformed` */
export function copyFacts(asked: { purpose: string; expires_on: string }, now: number): CopyFacts {
  const purpose = asked.purpose.normalize('NFC').trim();
  const length = [...purpose].length;
  if (length === 0 || length > LONGEST_PURPOSE || /[\p{C}\p{Zl}\p{Zp}]|\p{M}{2}/u.test(purpose)) {
    throw new Refusal('purpose_malformed', `A purpose is one line of 1 to ${LONGEST_PURPOSE} characters.`, { part: 'purpose', limit: LONGEST_PURPOSE });
  }
  const stamped_on = shanghaiDay(now);
  let ahead: number;
  try {
    ahead = dayNumber(asked.expires_on) - dayNumber(stamped_on);
  } catch {
    ahead = Number.NaN;
  }
  if (!(ahead >= 0 && ahead <= LONGEST_COPY_DAYS)) {
    throw new Refusal('expiry_malformed', `The last day of a copy is written YYYY-MM-DD, from today to ${LONGEST_COPY_DAYS} days ahead.`, { part: 'expires_on', limit: LONGEST_COPY_DAYS });
  }
  return { purpose, stamped_on, expires_on: asked.expires_on };
}

/** SHA-256 of what the certificate's signature covers, base64url: whatever the spelling of the signature. */
export const credentialDigest = (jws: string): string => toBase64url(sha256Short(fromBase64url(jws.split('.')[1] ?? '')));

/** The end of a day in Shanghai, as NumericDate. */
const endOf = (day: string): number => (dayNumber(day) + 1) * DAY - SHANGHAI - 1;

/** @param kid of the certificate's issuing key */
export function signCopy(copy: CopyFacts, of: { number: string; jws: string }, by: { key: CryptoKey; kid: string }, made: { iat: number; jti: string }): Promise<string> {
  const payload = { number: of.number, credential: credentialDigest(of.jws), purpose: copy.purpose, iat: made.iat, exp: endOf(copy.expires_on), jti: made.jti };
  return signStatement('copy+jwt', payload, by.key, by.kid);
}

/** Opens a copy's statement. @throws Refusal `copy_differs` when it is of another certificate, and what openStatement throws */
export async function openCopy(token: string, of: { number: string; jws: string }, find: KeyFinder): Promise<CopyFacts & { exp: number; iat: number; kid: string }> {
  const { payload, kid } = await openStatement(token, 'copy+jwt', find);
  if (payload.number !== of.number || payload.credential !== credentialDigest(of.jws)) throw new Refusal('copy_differs', 'The copy was stamped for another certificate.', { part: 'copy' });
  return { purpose: payload.purpose, stamped_on: shanghaiDay(payload.iat), expires_on: shanghaiDay(payload.exp), exp: payload.exp, iat: payload.iat, kid };
}
