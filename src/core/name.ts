/**
 * A person's name: normalised and checked before it is printed, folded for comparison, and masked. Rules of
 * 民委发〔2016〕33号: minority names are joined by U+00B7, at least 50 characters, all of GB 18030; characters are code
 * points, so 𬭎 is one. Rejects what spreadsheets and lost encodings leave behind, and anything but letters, the dot
 * and the few marks of Latin names.
 */
import { Refusal } from '../base/refusal.ts';
import { withoutMarks } from '../base/words.ts';
import type { FaultCode } from './rows/faults.ts';

export type NameFault = Extract<FaultCode, `name_${string}` | 'formula'>;

const LONGEST = 50;

// By range, not by \p{Script=Han}: engines disagree on which of the newest ideographs exist, and radicals are not
// names.
const HAN = '\\u3007\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{2fffd}\\u{30000}-\\u{3fffd}';
const LETTER = `\\p{L}${HAN}`;

/** In this order: the first that matches is the most helpful thing to say. */
const FORBIDDEN: readonly (readonly [RegExp, NameFault])[] = [
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
];

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
