/**
 * Copies for one purpose (加注): the issuing key states what a copy of the certificate is for, from when until when, and
 * whom it names. An expired copy says so; the certificate is not affected.
 * The holder stands in this statement and not in disclosures beside it: whoever takes the statement away, and with it
 * purpose and expiry, keeps nothing but the public credential.
 */
import type { CryptoKey } from 'jose';
import { dayNumber, shanghaiDay } from '../base/day.ts';
import { isRefusal, Refusal } from '../base/refusal.ts';
import type { Holder } from './disclose.ts';
import type { CopyFacts } from './paper/template.ts';
import { maskName } from './person.ts';
import { type KeyFinder, openStatement, payloadDigest, signStatement } from './statement.ts';

/** A copy lasts a year at most: longer, the certificate itself is the thing to show. */
const LONGEST_COPY_DAYS = 366;
/** Code points of a purpose. */
const LONGEST_PURPOSE = 40;

const DAY = 86_400;
const SHANGHAI = 8 * 3600;

/**
 * What is asked for, checked. `expires_on`: `YYYY-MM-DD`, the last day.
 * @throws Refusal `purpose_malformed`, `expiry_malformed`
 */
export function copyFacts(asked: { purpose: string; expires_on: string }, now: number): CopyFacts {
  const purpose = asked.purpose.normalize('NFC').trim();
  const length = [...purpose].length;
  if (length === 0 || length > LONGEST_PURPOSE || /[\p{C}\p{Zl}\p{Zp}]|\p{M}{2}/u.test(purpose)) {
    throw new Refusal('purpose_malformed', `A purpose is one line of 1 to ${LONGEST_PURPOSE} characters.`, {
      part: 'purpose',
      limit: LONGEST_PURPOSE,
    });
  }
  const stamped_on = shanghaiDay(now);
  let ahead: number;
  try {
    ahead = dayNumber(asked.expires_on) - dayNumber(stamped_on);
  } catch (error) {
    if (!isRefusal(error, 'day_malformed')) throw error;
    ahead = Number.NaN;
  }
  if (!(ahead >= 0 && ahead <= LONGEST_COPY_DAYS)) {
    throw new Refusal(
      'expiry_malformed',
      `The last day of a copy is written YYYY-MM-DD, from today to ${LONGEST_COPY_DAYS} days ahead.`,
      { part: 'expires_on', limit: LONGEST_COPY_DAYS },
    );
  }
  return { purpose, stamped_on, expires_on: asked.expires_on };
}

/** SHA-256 of what the certificate's signature covers, base64url: whatever the spelling of the signature. */
export const credentialDigest = (jws: string): string => payloadDigest(jws);

/** The end of a day in Shanghai, as NumericDate. */
const endOf = (day: string): number => (dayNumber(day) + 1) * DAY - SHANGHAI - 1;

/** What a copy is made of: the public credential, and who its certificate is for. */
export interface Copied {
  number: string;
  /** Without disclosures. */
  jws: string;
  holder: Holder;
}

/** @param kid of the certificate's issuing key */
export function signCopy(
  copy: CopyFacts,
  of: Copied,
  by: { key: CryptoKey; kid: string },
  made: { iat: number; jti: string },
): Promise<string> {
  const { name, id_type, id_number, photo_digest } = of.holder;
  const payload = {
    number: of.number,
    credential: credentialDigest(of.jws),
    purpose: copy.purpose,
    name,
    document: { type: id_type, number: id_number },
    photo: photo_digest,
    iat: made.iat,
    exp: endOf(copy.expires_on),
    jti: made.jti,
  };
  return signStatement('copy+jwt', payload, by.key, by.kid);
}

export interface OpenedCopy {
  facts: CopyFacts;
  /** Undefined in copies of before, whose bundle has the disclosures. */
  holder: Holder | undefined;
  exp: number;
  iat: number;
  kid: string;
}

/**
 * Opens a copy's statement.
 * @param of the certificate beside it, verified; `masked_name` as it is signed there
 * @throws Refusal `copy_differs` when it is of another certificate or names somebody else, and what openStatement
 *   throws
 */
export async function openCopy(
  token: string,
  of: { number: string; jws: string; masked_name: string },
  find: KeyFinder,
): Promise<OpenedCopy> {
  const { payload, kid } = await openStatement(token, 'copy+jwt', find);
  const { number, credential, purpose, name, document, photo, iat, exp } = payload;
  if (number !== of.number || credential !== credentialDigest(of.jws)) {
    throw new Refusal('copy_differs', 'The copy was stamped for another certificate.', { part: 'copy' });
  }
  const whole = name !== undefined && document !== undefined && photo !== undefined;
  const holder = whole ? { name, id_type: document.type, id_number: document.number, photo_digest: photo } : undefined;
  if (holder && maskName(holder.name) !== of.masked_name) {
    throw new Refusal('copy_differs', 'The copy names another person than the certificate.', { part: 'copy' });
  }
  return { facts: { purpose, stamped_on: shanghaiDay(iat), expires_on: shanghaiDay(exp) }, holder, exp, iat, kid };
}
