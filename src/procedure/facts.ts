/**
 * What a case's line says for lists. Numbers, days and closed words stand open, for SQL; what is somebody's own words and
 * not published is sealed beside them, bound to the case. A line that was altered by hand is no fact: lists leave it out
 * and report it, what is about that case alone refuses it (`register_differs`).
 */

import { reportDamaged } from '../damaged.ts';
import { type Facts, readFacts } from '../life/procedure/case-facts.ts';
import type { Kind } from '../life/procedure/steps.ts';
import { isUnreadable, Refusal } from '../life/refusal.ts';
import type { Service } from '../service.ts';
import type { CaseRow } from '../storage/cases.ts';

const placeOf = (about: string): string => `case:${about}:facts`;

type Line = Pick<CaseRow, 'about' | 'facts'>;

/** @param secret texts by name @returns what stands for them in the line */
export const sealFacts = async (
  service: Service,
  about: string,
  secret: Record<string, unknown>,
): Promise<{ sealed: string }> => ({ sealed: await service.vault.sealRow(placeOf(about), secret) });

/** The facts of a case's line. @throws Refusal `register_differs` */
export function requireFacts<K extends Kind>(kind: K, { about, facts }: Line): Facts<K> {
  const read = readFacts(kind, facts);
  if (!read)
    throw new Refusal('register_differs', 'What the register says of this case is not what was written there.', {
      part: 'facts',
      about,
    });
  return read;
}

/** The facts of a case's line for a list; undefined, and reported, for one that was altered. */
export function listedFacts<K extends Kind>(kind: K, { about, facts }: Line): Facts<K> | undefined {
  const read = readFacts(kind, facts);
  if (!read) reportDamaged('cases', about);
  return read;
}

/** The facts of a line as whoever reaches the case reads them, its sealed words among them; undefined for one that was altered. */
export async function openFacts(
  service: Service,
  { about, kind, facts }: Line & Pick<CaseRow, 'kind'>,
): Promise<Record<string, unknown> | undefined> {
  const read: Record<string, unknown> | undefined = about.startsWith(`${kind}:`)
    ? readFacts(kind as Kind, facts)
    : undefined;
  if (!read) return undefined;
  const { sealed, ...open } = read;
  if (typeof sealed !== 'string') return open;
  try {
    return { ...open, ...((await service.vault.openRow(placeOf(about), sealed)) as Record<string, unknown>) };
  } catch (error) {
    // Its words are lost; what stands open still shows.
    if (isUnreadable(error)) return open;
    throw error;
  }
}
