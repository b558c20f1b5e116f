/**
 * What the codes of a font mean and how far each moves the pen (ISO 32000-1 §9.5–9.10). Font programs are not looked
 * into: the text is what the file says its codes stand for, which a forger can choose. A code without meaning is
 * U+FFFD.
 */
import { Lexer } from './lexer.ts';
import type { Budget } from './limits.ts';
import type { PdfFile } from './object-file.ts';
import { type Dict, isWhole, Name, Stream, utf16, type Value, Word } from './objects.ts';

interface CMap {
  texts: Map<number, string>;
  /** Bytes of a code, where a codespace range says so. */
  codeLength: number | undefined;
}

/** Bytes that one code may stand for: the longest ligature has 18 letters. */
const LONGEST = 64;

const number = (bytes: Uint8Array): number => bytes.reduce((value, byte) => value * 256 + byte, 0);

function readCMap(bytes: Uint8Array, budget: Budget): CMap {
  const lexer = new Lexer(bytes, budget);
  const texts = new Map<number, string>();
  let codeLength: number | undefined;
  let operands: Value[] = [];
  budget.spend('work', bytes.length);
  for (let token = lexer.token(); token !== undefined; token = lexer.token()) {
    if (!(token instanceof Word)) {
      budget.spend('values');
      operands.push(token);
      continue;
    }
    if (token.text === 'endcodespacerange' && operands[0] instanceof Uint8Array) codeLength ??= operands[0].length;
    if (token.text === 'endbfchar')
      for (let i = 0; i + 1 < operands.length; i += 2)
        addRange(texts, operands[i], operands[i], operands[i + 1], budget);
    if (token.text === 'endbfrange')
      for (let i = 0; i + 2 < operands.length; i += 3)
        addRange(texts, operands[i], operands[i + 1], operands[i + 2], budget);
    operands = [];
  }
  return { texts, codeLength };
}

/** A range ends where codes of two bytes end; its last UTF-16 unit counts up. */
function addRange(
  texts: Map<number, string>,
  low: Value | undefined,
  high: Value | undefined,
  to: Value | undefined,
  budget: Budget,
): void {
  if (!(low instanceof Uint8Array) || !(high instanceof Uint8Array)) return;
  const first = number(low);
  const last = Math.min(number(high), 0xffff);
  for (let code = first; code <= last; code++) {
    const one = Array.isArray(to) ? to[code - first] : to;
    if (!(one instanceof Uint8Array) || one.length > LONGEST) return;
    budget.spend('values');
    texts.set(code, utf16(Array.isArray(to) || code === first ? one : countUp(one, code - first)));
  }
}

function countUp(text: Uint8Array, by: number): Uint8Array {
  const found = text.slice();
  let carry = by;
  for (let at = found.length - 1; at >= 0 && at >= found.length - 2; at--) {
    carry += found[at] as number;
    found[at] = carry & 255;
    carry >>= 8;
  }
  return found;
}

interface Glyph {
  text: string;
  /** In units of the type size. */
  width: number;
}

export interface PdfFont {
  /** /BaseFont with its subset tag; `Type3` for fonts whose letters are drawings. */
  name: string;
  /** 1 or 2. */
  codeLength: number;
  vertical: boolean;
  glyph(code: number): Glyph;
}

const UNKNOWN = '\ufffd';

/** A font as its page uses it: widths and texts of its codes. @throws Refusal `pdf_malformed`, `pdf_too_large` */
export function readFont(file: PdfFile, dict: Dict): PdfFont {
  const composite = file.name(dict.get('Subtype')) === 'Type0';
  const map = readToUnicode(file, dict.get('ToUnicode'));
  const { codeLength, vertical, width, text } = composite ? readComposite(file, dict) : readSimple(file, dict);
  const glyphs = new Map<number, Glyph>();
  return {
    name: file.name(dict.get('BaseFont')) ?? file.name(dict.get('Subtype')) ?? '',
    codeLength,
    vertical,
    glyph(code) {
      let glyph = glyphs.get(code);
      if (glyph === undefined)
        glyphs.set(code, (glyph = { text: (map?.texts.get(code) ?? text(code)) || UNKNOWN, width: width(code) }));
      return glyph;
    },
  };
}

interface Coding {
  codeLength: number;
  vertical: boolean;
  width(code: number): number;
  text(code: number): string | undefined;
}

function readToUnicode(file: PdfFile, value: Value | undefined): CMap | undefined {
  const found = file.get(value);
  return found instanceof Stream ? readCMap(file.data(found), file.budget) : undefined;
}

/** Composite fonts: two bytes a code, unless an embedded map says one; codes of the Unicode maps are their own text. */
function readComposite(file: PdfFile, dict: Dict): Coding {
  const encoding = file.get(dict.get('Encoding'));
  const name = encoding instanceof Name ? encoding.text : (file.name(file.dict(encoding).get('CMapName')) ?? '');
  const descendant = file.dict(file.array(dict.get('DescendantFonts'))[0]);
  const widths = readCidWidths(file, descendant.get('W'));
  const otherwise = file.number(descendant.get('DW')) ?? 1000;
  const unicode = /^Uni.*UCS2/.test(name);
  return {
    codeLength: readToUnicode(file, encoding)?.codeLength === 1 ? 1 : 2,
    vertical: name.endsWith('V'),
    width: (code) => (unicode ? (code < 0x80 ? 500 : otherwise) : (widths.get(code) ?? otherwise)) / 1000,
    text: (code) => (unicode ? String.fromCharCode(code).replace(/\p{Surrogate}/u, UNKNOWN) : undefined),
  };
}

/** /W: `first [width …]` and `first last width` (§9.7.4.3). */
function readCidWidths(file: PdfFile, value: Value | undefined): Map<number, number> {
  const widths = new Map<number, number>();
  const list = file.array(value).map(file.get);
  for (let i = 0; i + 1 < list.length; ) {
    const [first, second, third] = [list[i], list[i + 1], list[i + 2]];
    if (!isWhole(first)) break;
    if (Array.isArray(second)) {
      file.array(second).forEach((width, n) => widths.set(first + n, file.number(width) ?? 0));
      i += 2;
      continue;
    }
    if (!isWhole(second) || typeof third !== 'number') break;
    for (let code = first; code <= Math.min(second, 0xffff); code++) {
      file.budget.spend('values');
      widths.set(code, third);
    }
    i += 3;
  }
  return widths;
}

/** Fonts that every reader has are used without widths: digits at least are known (they are all equally wide). */
const usualWidth = (name: string): number => (/Courier|Mono/.test(name) ? 600 : /Times|Serif/.test(name) ? 500 : 556);

function readSimple(file: PdfFile, dict: Dict): Coding {
  const descriptor = file.dict(dict.get('FontDescriptor'));
  const first = file.number(dict.get('FirstChar')) ?? 0;
  const widths = file.array(dict.get('Widths'));
  const missing =
    file.number(descriptor.get('MissingWidth')) ??
    (widths.length === 0 ? usualWidth(file.name(dict.get('BaseFont')) ?? '') : 0);
  const type3 = file.name(dict.get('Subtype')) === 'Type3';
  const scale = type3 ? (file.numbers(dict.get('FontMatrix'), 6)?.[0] ?? 0.001) : 0.001;
  const encoding = file.get(dict.get('Encoding'));
  const symbolic = ((file.number(descriptor.get('Flags')) ?? 0) & 4) !== 0 || type3;
  const base =
    encoding instanceof Name
      ? encoding.text
      : (file.name(file.dict(encoding).get('BaseEncoding')) ?? (symbolic ? '' : 'StandardEncoding'));
  const names = readDifferences(file, file.dict(encoding).get('Differences'));
  return {
    codeLength: 1,
    vertical: false,
    width: (code) => (file.number(widths[code - first]) ?? missing) * scale,
    text: (code) => (names.has(code) ? glyphNameText(names.get(code) as string) : baseCharacter(base, code)),
  };
}

function readDifferences(file: PdfFile, value: Value | undefined): Map<number, string> {
  const names = new Map<number, string>();
  let code = 0;
  for (const item of file.array(value).map(file.get)) {
    if (item instanceof Name) names.set(code++, item.text);
    else if (isWhole(item)) code = item;
  }
  return names;
}

// What the bytes of simple fonts mean (ISO 32000-1 annex D): three base encodings and the usual glyph names.

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

function baseCharacter(encoding: string, code: number): string | undefined {
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
function glyphNameText(name: string): string | undefined {
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
