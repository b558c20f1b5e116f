/**
 * Owns what the bytes of simple fonts mean (ISO 32000-1 annex D): three base encodings and the usual glyph names.
 * A byte or name without a known meaning is undefined.
 */

const ASCII = ' !"#$%&\'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~';
const LATIN = String.fromCharCode(...Array.from({ length: 96 }, (_, i) => 0xa0 + i));
const WINDOWS = '€•‚ƒ„…†‡ˆ‰Š‹Œ•Ž••‘’“”•–—˜™š›œ•žŸ';
const MAC =
  'ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø¿¡¬√ƒ≈∆«»… ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ';
/** From 0xA1 on; a blank stands for nothing. */
const STANDARD = "¡¢£⁄¥ƒ§¤'“«‹›ﬁﬂ –†‡· ¶•‚„”»…‰ ¿ `´ˆ˜¯˘˙¨ ˚¸ ˝˛ˇ—                Æ ª    ŁØŒº     æ   ı  łøœß";

/** Characters by code, from 0x20 on. */
const BASES = new Map([
  ['WinAnsiEncoding', `${ASCII}•${WINDOWS}${LATIN}`],
  ['MacRomanEncoding', `${ASCII}\ufffd${MAC}`],
  [
    'StandardEncoding',
    `${ASCII.replace("'", '’').replace('`', '‘')}${'\ufffd'.repeat(34)}${STANDARD.replaceAll(' ', '\ufffd')}`,
  ],
]);

export function baseCharacter(encoding: string, code: number): string | undefined {
  const character = BASES.get(encoding)?.[code - 0x20];
  return character === '\ufffd' ? undefined : character;
}

const words = (text: string): string[] => text.split(' ');
const NAMES = new Map<string, string>();
const ASCII_NAMES = words(
  'space exclam quotedbl numbersign dollar percent ampersand quotesingle parenleft parenright asterisk plus comma hyphen period slash ' +
    'zero one two three four five six seven eight nine colon semicolon less equal greater question at',
);
ASCII_NAMES.forEach((name, i) => NAMES.set(name, ASCII[i] as string));
words('bracketleft backslash bracketright asciicircum underscore grave').forEach((name, i) =>
  NAMES.set(name, ASCII[0x3b + i] as string),
);
words('braceleft bar braceright asciitilde').forEach((name, i) => NAMES.set(name, ASCII[0x5b + i] as string));
words(
  'nbspace exclamdown cent sterling currency yen brokenbar section dieresis copyright ordfeminine guillemotleft logicalnot softhyphen registered macron ' +
    'degree plusminus twosuperior threesuperior acute mu paragraph periodcentered cedilla onesuperior ordmasculine guillemotright onequarter onehalf threequarters questiondown',
).forEach((name, i) => NAMES.set(name, LATIN[i] as string));
const OTHERS = words(
  'AE Æ ae æ OE Œ oe œ Oslash Ø oslash ø Eth Ð eth ð Thorn Þ thorn þ germandbls ß Lslash Ł lslash ł dotlessi ı multiply × divide ÷ minus − Euro € ' +
    'bullet • ellipsis … endash – emdash — quoteleft ‘ quoteright ’ quotedblleft “ quotedblright ” quotesinglbase ‚ quotedblbase „ guilsinglleft ‹ guilsinglright › ' +
    'dagger † daggerdbl ‡ perthousand ‰ trademark ™ florin ƒ fraction ⁄ circumflex ˆ tilde ˜ caron ˇ breve ˘ dotaccent ˙ ring ˚ ogonek ˛ hungarumlaut ˝ ' +
    'fi fi fl fl ff ff ffi ffi ffl ffl middot · sfthyphen \u00ad',
);
for (let i = 0; i < OTHERS.length; i += 2) NAMES.set(OTHERS[i] as string, OTHERS[i + 1] as string);

const ACCENTS = new Map(
  Object.entries({
    grave: '\u0300',
    acute: '\u0301',
    circumflex: '\u0302',
    tilde: '\u0303',
    macron: '\u0304',
    breve: '\u0306',
    dotaccent: '\u0307',
    dieresis: '\u0308',
    ring: '\u030a',
    hungarumlaut: '\u030b',
    caron: '\u030c',
    cedilla: '\u0327',
    ogonek: '\u0328',
  }),
);

/** `A`, `Aacute`, `seven.alt`, `uni4E00`, `u2B5AF`; undefined for names that say nothing (`g17`, `cid123`). */
export function glyphNameText(name: string): string | undefined {
  const bare = name.split('.', 1)[0] as string;
  if (/^[A-Za-z]$/.test(bare)) return bare;
  const known = NAMES.get(bare);
  if (known !== undefined) return known;
  const units = /^uni((?:[0-9A-F]{4}){1,18})$/.exec(bare)?.[1]?.match(/.{4}/g);
  if (units !== undefined && units !== null)
    return String.fromCharCode(...units.map((unit) => Number.parseInt(unit, 16))).replace(/\p{Surrogate}/gu, '\ufffd');
  const code = Number.parseInt(/^u([0-9A-F]{4,6})$/.exec(bare)?.[1] ?? '', 16);
  if (code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)) return String.fromCodePoint(code);
  const [, letter, accent] = /^([A-Za-z])([a-z]+)$/.exec(bare) ?? [];
  const mark = ACCENTS.get(accent ?? '');
  return mark === undefined ? undefined : `${letter}${mark}`.normalize('NFC');
}
