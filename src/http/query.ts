/** Owns reading query parameters: given and well-formed, or not given. It refuses others (`body_malformed`, with the part). */
import { Refusal } from '../life/refusal.ts';

/** @returns undefined for a parameter that is absent or empty */
export function oneOf(value: string | undefined, pattern: RegExp, part: string): string | undefined {
  if (value === undefined || value === '') return undefined;
  if (!pattern.test(value)) throw new Refusal('body_malformed', `The query parameter ${part} is malformed.`, { part });
  return value;
}
