/**
 * Numbers that identify a person or a body. Resident IDs and residence permits follow GB 11643 (check character, birth
 * date; region codes that are no longer in use are accepted), credit codes GB 32100. A digit is never corrected;
 * numbers that a spreadsheet stored as floats are rejected, because the lost digits cannot be known.
 */
import { dayNumber } from '../base/day.ts';
import { isRefusal } from '../base/refusal.ts';
import { withoutMarks } from '../base/words.ts';
import type { FaultCode } from './rows/faults.ts';

export type IdType =
  | 'resident_id'
  | 'residence_permit'
  | 'hk_macao_permit'
  | 'taiwan_permit'
  | 'passport'
  | 'foreign_permanent_resident';

/** How a certificate prints the type. */
export const ID_TYPE_NAMES: Record<IdType, string> = {
  resident_id: '居民身份证',
  residence_permit: '港澳台居民居住证',
  hk_macao_permit: '港澳居民来往内地通行证',
  taiwan_permit: '台湾居民来往大陆通行证',
  passport: '护照',
  foreign_permanent_resident: '外国人永久居留身份证',
};

export type IdFault = Extract<
  FaultCode,
  `id_number_${string}` | `${string}_malformed` | 'id_type_differs' | 'value_missing' | 'formula'
>;

/**
 * What spreadsheets write, besides the official name. Three digits are GA/T 2000.156 codes.
 * Left out on purpose: 港澳通行证 and 台湾通行证, which also name the permits of mainland residents, and plain 居住证.
 */
const ALIASES: Record<IdType, string> = {
  resident_id:
    '身份证 二代身份证 第二代身份证 第二代居民身份证 中华人民共和国居民身份证 中国居民身份证 大陆居民身份证 内地居民身份证 公民身份证 111 residentid residentidcard residentidentitycard idcard identitycard nationalid',
  residence_permit:
    '港澳台居住证 港澳居民居住证 台湾居民居住证 香港居民居住证 澳门居民居住证 中华人民共和国港澳居民居住证 中华人民共和国台湾居民居住证 residencepermit hkmacaotaiwanresidencepermit',
  hk_macao_permit:
    '港澳居民往来内地通行证 港澳居民通行证 港澳来往内地通行证 回乡证 港澳居民回乡证 516 hkmacaopermit hkmacaupermit hkmopermit homereturnpermit',
  taiwan_permit: '台湾居民往来大陆通行证 台湾居民通行证 台胞证 511 taiwanpermit taiwancompatriotpermit mtp',
  passport: '普通护照 外国护照 外国人护照 中国护照 414 passport',
  foreign_permanent_resident:
    '外国人永久居留证 外国人永久居留身份证件 永久居留身份证 永久居留证 553 foreignpermanentresident foreignpermanentresidentidcard foreignpermanentresidentcard permanentresidentcard',
};

const fold = (text: string) =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_\-./()]/g, '');

const TYPES = new Map<string, IdType>(
  (Object.keys(ID_TYPE_NAMES) as IdType[]).flatMap((type) =>
    [type, ID_TYPE_NAMES[type], ...ALIASES[type].split(' ')].map((word) => [fold(word), type] as const),
  ),
);

/** The type that a word or code names, or undefined. */
export const parseIdType = (text: string): IdType | undefined => TYPES.get(fold(text));

/** Full-width to ASCII, spaces and zero-width marks removed, upper case. */
export const normalizeIdNumber = (text: string): string =>
  withoutMarks(text.normalize('NFKC')).replace(/\s/gu, '').toUpperCase();

/**
 * What somebody may know of a document number who guesses the rest: all but its last four characters, and these four;
 * of resident IDs the birthday too (districts can be tried out as well). One text each; the number is normalised.
 */
export function partsOfId(idNumber: string): string[] {
  const ends = [`first:${idNumber.slice(0, -4)}`, `last:${idNumber.slice(-4)}`];
  return /^\d{17}[\dX]$/.test(idNumber) ? [...ends, `born:${idNumber.slice(6, 14)}`] : ends;
}

const PROVINCES = /^(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71)/;
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;

/** The check character that GB 11643 gives to the first 17 digits. */
export function residentCheckCharacter(digits: string): string {
  return '10X98765432'[WEIGHTS.reduce((sum, weight, at) => sum + weight * Number(digits[at]), 0) % 11] as string;
}

/**
 * True for 18 digits as a float may leave them: Excel keeps 15 digits and writes zeros after them.
 * A right check character makes it likely a true number; `rows.ts` weighs that against its neighbours.
 */
export const mayBeFloat = (idNumber: string): boolean => /^\d{15}000$/.test(idNumber);

/**
 * Certainly a float: exponent form, a decimal part, a person's sequence 000 (never assigned), or zeros that break the
 * check.
 */
function isFloat(text: string): boolean {
  if (/^\d(?:\.\d+)?E\+\d+$|^\d\.\d+E\d+$|^\d{17,18}\.\d*$/.test(text)) return true;
  return mayBeFloat(text) && (text.endsWith('0000') || residentCheckCharacter(text) !== '0');
}

function checkEighteen(text: string, prefix: RegExp): { id_number: string; born: string } | { fault: IdFault } {
  if (text.length !== 18) return { fault: /^\d{15}$/.test(text) ? 'id_number_15_digits' : 'id_number_length' };
  if (!/^\d{17}[\dX]$/.test(text)) return { fault: 'id_number_characters' };
  if (!prefix.test(text))
    return { fault: /^(?:9|8[123])/.test(text) || PROVINCES.test(text) ? 'id_type_differs' : 'id_number_region' };
  const born = `${text.slice(6, 10)}-${text.slice(10, 12)}-${text.slice(12, 14)}`;
  if (!isRealBirthDate(born)) return { fault: 'id_number_birth_date' };
  if (residentCheckCharacter(text) !== text[17]) return { fault: 'id_number_check_digit' };
  return { id_number: text, born };
}

function isRealBirthDate(day: string): boolean {
  // GB 11643's own example was born in 1880.
  if (day < '1850') return false;
  try {
    dayNumber(day);
    return true;
  } catch (error) {
    if (isRefusal(error, 'day_malformed')) return false;
    throw error;
  }
}

/** Checks a number against its document type. `born` (YYYY-MM-DD) is there when the number tells it. */
export function checkIdNumber(type: IdType, input: string): { id_number: string; born?: string } | { fault: IdFault } {
  const text = normalizeIdNumber(input);
  if (text === '') return { fault: 'value_missing' };
  if (/^[=+\-@]/.test(text)) return { fault: 'formula' };
  if (isFloat(text)) return { fault: 'id_number_float' };
  const shaped = (pattern: RegExp, fault: IdFault) => (pattern.test(text) ? { id_number: text } : { fault });
  switch (type) {
    case 'resident_id':
      return checkEighteen(text, PROVINCES);
    case 'residence_permit':
      return checkEighteen(text, /^8[123]/);
    case 'foreign_permanent_resident':
      if (/^\d{17}[\dX]$/.test(text)) return checkEighteen(text, /^9/);
      return shaped(/^[A-Z]{3}\d{12}$/, 'foreign_card_malformed');
    case 'hk_macao_permit':
      return shaped(/^[HM](?:\d{8}|\d{10})$/, 'hk_macao_permit_malformed');
    case 'taiwan_permit':
      return shaped(/^(?:\d{8}|\d{10})$/, 'taiwan_permit_malformed');
    case 'passport':
      return shaped(/^[A-Z0-9]{5,17}$/, 'passport_malformed');
  }
}

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
