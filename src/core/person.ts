/**
 * What identifies a person: document and name. Resident IDs and residence permits follow GB 11643 (check character,
 * birth date; region codes that are no longer in use are accepted). A digit is never corrected; numbers that a
 * spreadsheet stored as floats are rejected, because the lost digits cannot be known.
 */
import { dayNumber } from '../base/day.ts';
import { isRefusal, Refusal } from '../base/refusal.ts';
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

const TYPES: ReadonlyMap<string, IdType> = /* @__PURE__ */ (() =>
  new Map(
    (Object.keys(ID_TYPE_NAMES) as IdType[]).flatMap((type) =>
      [type, ID_TYPE_NAMES[type], ...ALIASES[type].split(' ')].map((word) => [fold(word), type] as const),
    ),
  ))();

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

// A person's name: normalised and checked before it is printed, folded for comparison, and masked. Rules of
// 民委发〔2016〕33号: minority names are joined by U+00B7, at least 50 characters, all of GB 18030; characters are code
// points, so 𬭎 is one. Rejects what spreadsheets and lost encodings leave behind, and anything but letters, the dot
// and the few marks of Latin names.

export type NameFault = Extract<FaultCode, `name_${string}` | 'formula'>;

const LONGEST = 50;

// By range, not by \p{Script=Han}: engines disagree on which of the newest ideographs exist, and radicals are not
// names.
const HAN = '\\u3007\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{2fffd}\\u{30000}-\\u{3fffd}';
const LETTER = `\\p{L}${HAN}`;

/** In this order: the first that matches is the most helpful thing to say. */
const FORBIDDEN: readonly (readonly [RegExp, NameFault])[] = /* @__PURE__ */ (() =>
  [
    [/[\p{Cc}\u2028\u2029]/u, 'name_control'],
    [/[\p{Cs}\ufffd]|锟斤拷/u, 'name_replacement'],
    [/\p{Co}/u, 'name_private_use'],
    [/^[=+\-@]/u, 'formula'],
    // Digits before emoji: a keycap is a digit and two marks, © and ™ count as pictographs.
    [/(?!\u3007)\p{N}/u, 'name_digit'],
    [/[\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}\p{Emoji_Presentation}]/u, 'name_emoji'],
    [/[\p{Cf}\p{Default_Ignorable_Code_Point}]/u, 'name_invisible'],
    [/[<>]/u, 'name_angle_bracket'],
    [/\?/u, 'name_question_mark'],
    [/\p{M}{2}|^\p{M}/u, 'name_stacked_marks'],
    [/^[·.]|·$|[·.]{2}|·\.|\.·/u, 'name_dot'],
    // A full stop belongs to a Latin initial; between Chinese characters it is a dot someone mistyped.
    [new RegExp(`[${HAN}]\\.|\\.[${HAN}]`, 'u'), 'name_dot'],
    [new RegExp(`[${HAN}·] | [${HAN}·]`, 'u'), 'name_space'],
    [new RegExp(`[${HAN}]['\\-]|['\\-][${HAN}]`, 'u'), 'name_character'],
    [new RegExp(`[^${LETTER}\\p{M}· '.\\-]|^[^${LETTER}]`, 'u'), 'name_character'],
  ] as const)();

/**
 * NFC, full-width Latin to ASCII, look-alike dots to U+00B7, the curly apostrophe to the straight one, runs of spaces
 * to one.
 */
function normalizeName(input: string): string {
  return (
    input
      .normalize('NFC')
      .replace(/[\u2022\u2027\u2219\u22c5\u30fb\uff0e\uff65]/g, '·')
      .replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
      .replace(/\u2019/g, "'")
      // Space separators only: a line break or a tab inside a name cell is damage, and stays to be refused.
      .replace(/\p{Zs}+/gu, ' ')
      .replace(/^ | $/g, '')
      // Folding can leave a letter and its mark side by side that compose.
      .normalize('NFC')
  );
}

/**
 * A radical or a compatibility ideograph that stands for an ordinary one (UnicodeData: its NFKC), and that one. They
 * look alike, come from fonts and from text copied out of PDFs, and are no characters of names.
 */
function findLookalike(input: string): { found: string; proper: string } | undefined {
  for (const [one] of input.matchAll(/[\u2e80-\u2fdf\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu)) {
    const proper = one.normalize('NFKC');
    if (proper !== one) return { found: named(one), proper: named(proper) };
  }
  return undefined;
}

const named = (text: string): string =>
  `${text} (U+${(text.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')})`;

/**
 * Refuses a name that somebody asks for and that no certificate can bear, before anything is compared: question marks
 * where a program lost the Chinese, and characters that only look like the proper ones.
 * @throws Refusal `name_damaged`, `name_lookalike` with `found` and `proper`
 */
export function requireWritten(name: string): void {
  if (/[?\ufffd\p{Cs}]|锟斤拷/u.test(name.normalize('NFKC'))) {
    throw new Refusal(
      'name_damaged',
      'The name has question marks or damaged characters where its own were: a program sent it in an encoding that ' +
        'lacks them. Nothing was compared. Send it as UTF-8.',
      { part: 'name' },
    );
  }
  const lookalike = findLookalike(name);
  if (!lookalike) return;
  const { found, proper } = lookalike;
  throw new Refusal(
    'name_lookalike',
    `The name has ${found}, which only looks like ${proper}. Nothing was compared. Write ${proper}.`,
    { part: 'name', found, proper },
  );
}

/** Normalises and checks a name; the result is what a certificate prints. */
export function checkName(input: string): { name: string } | { fault: NameFault; facts?: Record<string, string> } {
  const lookalike = findLookalike(input);
  if (lookalike) return { fault: 'name_lookalike', facts: lookalike };
  const name = normalizeName(input);
  if (name === '') return { fault: 'name_blank' };
  for (const [pattern, code] of FORBIDDEN) if (pattern.test(name)) return { fault: code };
  let length = 0;
  for (const _ of name) length += 1;
  return length > LONGEST ? { fault: 'name_too_long' } : { name };
}

/**
 * The form in which two spellings of one name are equal: for comparing what a searcher typed with what is stored.
 * More lenient than checkName (case, spaces beside Chinese characters and dots, invisible marks), and never printed.
 */
export function foldName(name: string): string {
  const plain = withoutMarks(name).replace(/\s+/gu, ' ');
  return normalizeName(plain)
    .replace(new RegExp(` *([${HAN}·]) *`, 'gu'), '$1')
    .toLowerCase()
    .normalize('NFC');
}

/** `欧**`: the first code point and two asterisks, whatever the length, so that the length is not told. */
export function maskName(name: string): string {
  const first = name.codePointAt(0);
  return `${first === undefined ? '' : String.fromCodePoint(first)}**`;
}
