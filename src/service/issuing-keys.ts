/**
 * Owns reading the public halves of issuing keys as stored. A line that was altered by hand is no key: lists leave it out
 * and report it, what needs that very key refuses it (`register_differs`).
 */
import * as v from 'valibot';
import { isUnreadable, Refusal } from '../base/refusal.ts';
import { type PublicJwk, publicJwk } from '../core/schema.ts';
import { reportDamaged } from './attempt.ts';

interface Stored {
  kid: string;
  /** JSON of the public JWK. */
  public: string;
}
export type NamedJwk = PublicJwk & { kid: string };

function readKey({ kid, public: text }: Stored): NamedJwk | undefined {
  try {
    const read = v.safeParse(publicJwk, JSON.parse(text));
    return read.success && read.output.kid === kid ? { ...read.output, kid } : undefined;
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}

/** The keys among stored lines. */
export const listedKeys = (stored: readonly Stored[]): NamedJwk[] =>
  stored.flatMap((row) => {
    const key = readKey(row);
    if (!key) reportDamaged('issuing_keys', row.kid);
    return key ?? [];
  });

export const keyDiffers = () =>
  new Refusal('register_differs', 'What the register says of this issuing key is not what was written there.', {
    part: 'key',
  });

/** One key. @throws Refusal `register_differs` */
export function requireKey(stored: Stored): NamedJwk {
  const key = readKey(stored);
  if (!key) throw keyDiffers();
  return key;
}
