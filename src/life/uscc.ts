/**
 * Owns the unified social credit code (统一社会信用代码, GB 32100): 18 characters, the last a check character.
 * It refuses the letters I O S V Z, which the alphabet leaves out, and never corrects a character.
 */
import { withoutMarks } from './marks.ts';
export type UsccFault = 'uscc_length' | 'uscc_characters' | 'uscc_check_character';

const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** The check character for the first 17; weights are 3^i mod 31. */
export function usccCheckCharacter(head: string): string {
  let weight = 1;
  let sum = 0;
  for (let at = 0; at < 17; at++) {
    sum += weight * ALPHABET.indexOf(head[at] as string);
    weight = (weight * 3) % 31;
  }
  return ALPHABET[(31 - (sum % 31)) % 31] as string;
}

/** Normalises (full-width, spaces, case) and checks a code. */
export function checkUscc(input: string): { uscc: string } | { fault: UsccFault } {
  const text = withoutMarks(input.normalize('NFKC')).replace(/\s/gu, '').toUpperCase();
  if (text.length !== 18) return { fault: 'uscc_length' };
  // Two characters for department and kind of body, six digits of GB/T 2260, nine of the organization, one check.
  if (!/^[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}$/.test(text)) return { fault: 'uscc_characters' };
  return usccCheckCharacter(text) === text[17] ? { uscc: text } : { fault: 'uscc_check_character' };
}
