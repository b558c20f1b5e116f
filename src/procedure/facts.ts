/**
 * What a case's line says for lists. Numbers, days and closed words stand open, for SQL; what is somebody's own words and
 * not published is sealed beside them, bound to the case.
 */
import { isRefusal } from '../life/refusal.ts';
import type { Service } from '../service.ts';

const placeOf = (about: string): string => `case:${about}:facts`;

/** @param secret texts by name @returns what stands for them in the line */
export const sealFacts = async (service: Service, about: string, secret: Record<string, unknown>): Promise<{ sealed: string }> => ({ sealed: await service.vault.sealRow(placeOf(about), secret) });

/** The facts of a line as whoever reaches the case reads them. One that was altered by hand lacks its words, so that a list of many still shows. */
export async function openFacts(service: Service, { about, facts }: { about: string; facts: string }): Promise<Record<string, unknown>> {
  const { sealed, ...open } = JSON.parse(facts) as Record<string, unknown>;
  if (typeof sealed !== 'string') return open;
  try {
    return { ...open, ...((await service.vault.openRow(placeOf(about), sealed)) as Record<string, unknown>) };
  } catch (error) {
    if (isRefusal(error, 'ciphertext_wrong')) return open;
    throw error;
  }
}
