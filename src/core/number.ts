/**
 * The certificate number (证书编号), the organization code that is its first half (机构备案编码) and the skill level in it, by
 * 人社鉴发〔2019〕2号: 1 letter and 21 digits.
 *
 * What people paste is normalised (spaces, dashes, invisible marks, an apostrophe before, a stop after, full-width
 * characters, lower case), but a digit is never corrected: there is no check character, so a mistyped number can be
 * another well-formed number. Two other kinds of number are recognised, to tell people what they hold.
 * And the unified social credit code, which says what body an organization is.
 */
import { Refusal } from '../base/refusal.ts';
import { DASHES, withoutMarks } from '../base/words.ts';
import { HERE, type Province } from './province.ts';

export interface CertificateNumber {
  /** The whole number, normalised: 22 characters. */
  text: string;
  /** Positions 1–13, e.g. `S000037000001`. */
  organization: string;
  /** Year of issue in Asia/Shanghai, e.g. 2026. Two digits are stored; the century is 20. */
  year: number;
  level: Level;
  /** 1–999999, counted per organization, year and level. */
  serial: number;
}

/** Serials have six digits. */
const LAST_SERIAL = 999_999;

export interface NumberRule {
  /** Whose numbers are taken; the service's own, if absent. */
  province?: Province;
  /** Leading letters of special-grade technicians' numbers (特级技师); not published, so off by default. */
  specialGradeLetters?: readonly string[];
}

const GROUPING = new RegExp(`[\\s${DASHES}]`, 'gu');

/** What spreadsheets put before a text of digits, and what sentences put after one. */
const AROUND = /^['‘’]|(?<![.,;。、])[.,;。、]+$/gu;

/**
 * Removes white space, the dashes that people group with, invisible marks and what stands around; folds full-width
 * forms and case.
 */
export function normalizeNumber(text: string): string {
  return withoutMarks(text.normalize('NFKC')).replace(GROUPING, '').replace(AROUND, '').toUpperCase();
}

function malformed(part: string, message: string): Refusal {
  return new Refusal('number_malformed', message, { part });
}

/** Checks the 13 characters of an organization code; throws `organization_code_malformed` with `part`. */
export function parseOrganizationCode(text: string, { code, english }: Province = HERE): string {
  const bad = (part: string, message: string) => new Refusal('organization_code_malformed', message, { part });
  if (text.length !== 13) throw bad('length', 'An organization code has 13 characters, e.g. S000037000001.');
  if (!/^[YS]/.test(text))
    throw bad('category', 'An organization code begins with Y (employer) or S (training organization).');
  if (!/^\d{4}$/.test(text.slice(1, 5))) throw bad('body', 'Positions 2–5 of an organization code are digits.');
  if (text.slice(5, 7) !== code)
    throw bad('province', `Positions 6–7 of an organization code are ${code} (${english}).`);
  if (!/^\d{6}$/.test(text.slice(7))) throw bad('sequence', 'Positions 8–13 of an organization code are digits.');
  return text;
}

/**
 * Parses a certificate number after normalising it.
 * @throws Refusal `number_malformed` (with `part`), `number_special_grade`, `number_old_qualification`
 */
export function parseNumber(
  input: string,
  { province = HERE, specialGradeLetters = [] }: NumberRule = {},
): CertificateNumber {
  const text = normalizeNumber(input);
  if (/^\d{16}$/.test(text)) {
    throw new Refusal(
      'number_old_qualification',
      'A number of 16 digits belongs to a national vocational qualification certificate (职业资格证书), which this service does not hold.',
      { part: 'length' },
    );
  }
  // I and O are left out: as a second character they are a mistyped 1 or 0, not a letter of a code.
  if (/^[A-Z][A-HJ-NP-Z]\d{20}$/.test(text)) {
    const known = specialGradeLetters.includes(text.slice(0, 2));
    throw new Refusal(
      'number_special_grade',
      known
        ? 'This is a number of a special-grade technician (特级技师); such certificates are not issued here.'
        : 'Two letters and 20 digits is the form of special-grade technicians (特级技师), whose certificates are not issued here.',
      { part: 'category' },
    );
  }
  if (text.length !== 22) {
    const length = [...text].length;
    throw new Refusal(
      'number_malformed',
      `A certificate number has 22 characters (one letter and 21 digits); this one has ${length}.`,
      { part: 'length', length },
    );
  }
  if (!/^[YS]/.test(text))
    throw malformed('category', 'A certificate number begins with Y (employer) or S (training organization).');
  if (!/^\d{4}$/.test(text.slice(1, 5))) throw malformed('body', 'Positions 2–5 (body code) must be digits.');
  if (!/^\d{2}$/.test(text.slice(5, 7))) throw malformed('province', 'Positions 6–7 (province) must be digits.');
  if (text.slice(5, 7) !== province.code)
    throw malformed(
      'province',
      `Positions 6–7 are not ${province.code}: this service holds certificates of bodies filed in ${province.english} only.`,
    );
  if (!/^\d{6}$/.test(text.slice(7, 13))) throw malformed('sequence', 'Positions 8–13 (body sequence) must be digits.');
  if (!/^\d{2}$/.test(text.slice(13, 15))) throw malformed('year', 'Positions 14–15 (year of issue) must be digits.');
  const level = Number(text[15]);
  if (!/^\d$/.test(text[15] as string) || !isLevel(level))
    throw malformed('level', 'Position 16 (level) must be a digit from 1 to 5.');
  if (!/^\d{6}$/.test(text.slice(16))) throw malformed('serial', 'Positions 17–22 (serial) must be digits.');
  const serial = Number(text.slice(16));
  if (serial === 0) throw malformed('serial', 'Positions 17–22 (serial) run from 000001.');
  return { text, organization: text.slice(0, 13), year: 2000 + Number(text.slice(13, 15)), level, serial };
}

/**
 * Builds a number. @param year full year in Asia/Shanghai, 2000–2099; @param serial from 1
 * @throws Refusal `serials_exhausted` beyond 999999, `number_malformed` for parts out of range
 */
export function buildNumber(
  organization: string,
  year: number,
  level: Level,
  serial: number,
  province: Province = HERE,
): string {
  parseOrganizationCode(organization, province);
  if (!Number.isInteger(year) || year < 2000 || year > 2099)
    throw malformed('year', 'The year of issue must lie in 2000–2099.');
  if (!isLevel(level)) throw malformed('level', 'The level must be a number from 1 to 5.');
  if (!Number.isInteger(serial) || serial < 1) throw malformed('serial', 'Serials run from 1.');
  if (serial > LAST_SERIAL) {
    throw new Refusal(
      'serials_exhausted',
      `All ${LAST_SERIAL} serials of this organization, year and level are used.`,
      { part: 'serial' },
    );
  }
  return `${organization}${String(year % 100).padStart(2, '0')}${level}${String(serial).padStart(6, '0')}`;
}

/** The five skill levels (职业技能等级): position 16 of a number; 5 is the lowest, 1 the highest. */
export type Level = 1 | 2 | 3 | 4 | 5;

export const LEVELS: readonly Level[] = [5, 4, 3, 2, 1];

const NAMES: Record<Level, { rank: string; title: string; english: string }> = {
  5: { rank: '五级', title: '初级工', english: 'Level 5 / Elementary' },
  4: { rank: '四级', title: '中级工', english: 'Level 4 / Intermediate' },
  3: { rank: '三级', title: '高级工', english: 'Level 3 / Advanced' },
  2: { rank: '二级', title: '技师', english: 'Level 2 / Technician' },
  1: { rank: '一级', title: '高级技师', english: 'Level 1 / Senior Technician' },
};

export const isLevel = (value: unknown): value is Level =>
  typeof value === 'number' && (LEVELS as readonly number[]).includes(value);

/** `三级/高级工`: how a certificate prints the level. */
export const levelName = (level: Level): string => `${NAMES[level].rank}/${NAMES[level].title}`;

/** `{ rank: '三级', title: '高级工', english: 'Level 3 / Advanced' }` */
export const levelWords = (level: Level): { rank: string; title: string; english: string } => NAMES[level];

// The unified social credit code (统一社会信用代码): 18 characters, the last a check character; no letters I O S V Z.

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
