/**
 * How text is measured and broken into lines on paper. Chinese breaks between any two characters, Latin words at spaces
 * and after hyphens, slashes and the dot of minority names (at the dots alone, where that is enough); no line begins
 * with a closing mark or ends with an opening one. A word longer than a line is broken anywhere. Text that does not fit
 * its place at the smallest size is refused (`text_too_long`), so that nothing ever overflows.
 */
import { Refusal } from '../../base/refusal.ts';
import { advance, type FontSet } from '../font/font.ts';

export interface Place {
  /** What stands here, named in a refusal: `name`, `occupation`… */
  part: string;
  /** Points. */
  width: number;
  height: number;
  /** Type sizes to try, the wanted one first. */
  sizes: readonly number[];
  /** Distance of two baselines as a multiple of the type size. */
  leading: number;
}

export interface Lines {
  size: number;
  leading: number;
  lines: string[];
}

const NEVER_FIRST = new Set('，。、；：？！）〕】》」』”’·…—,.;:?!)]}%-/');
const NEVER_LAST = new Set('（〔【《「『“‘([{');
const BREAK_AFTER = new Set(' -/·');

/** Width in points, with `tracking` points after every character but the last. */
export function measure(fonts: FontSet, text: string, size: number, tracking = 0): number {
  let ems = 0;
  let count = 0;
  for (const character of text) {
    ems += advance(fonts, character.codePointAt(0) as number);
    count++;
  }
  return ems * size + tracking * Math.max(0, count - 1);
}

/** Ideographs, kana, full-width forms: scripts written without spaces. */
function isWide(character: string): boolean {
  const code = character.codePointAt(0) as number;
  return (
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe4f) ||
    (code >= 0xff00 && code <= 0xffef) ||
    code >= 0x20000
  );
}

/** Cuts a text into pieces that must not be broken; spaces stay at the end of their piece. */
function pieces(text: string): string[] {
  const found: string[] = [];
  let before = '';
  for (const character of text) {
    const mayBreak =
      before !== '' &&
      !NEVER_LAST.has(before) &&
      !NEVER_FIRST.has(character) &&
      character !== ' ' &&
      (isWide(before) || isWide(character) || BREAK_AFTER.has(before));
    if (mayBreak || before === '') found.push(character);
    else found[found.length - 1] += character;
    before = character;
  }
  return found;
}

const atDots = (text: string): string[] => text.split(/(?<=·)/u);

/** Breaks a text into lines no wider than `width` points. The first line may be shorter by `indent`. */
export function wrap(fonts: FontSet, text: string, size: number, width: number, indent = 0, cut = pieces): string[] {
  const lines: string[] = [];
  let line = '';
  const room = () => width - (lines.length === 0 ? indent : 0);
  const fits = (candidate: string) => measure(fonts, candidate.trimEnd(), size) <= room() + 1e-6;
  for (const piece of cut(text)) {
    if (fits(line + piece)) {
      line += piece;
      continue;
    }
    if (line !== '') lines.push(line.trimEnd());
    line = '';
    for (const part of fits(piece) ? [piece] : piece) {
      if (line !== '' && !fits(line + part)) {
        lines.push(line.trimEnd());
        line = '';
      }
      line += part;
    }
  }
  if (line !== '') lines.push(line.trimEnd());
  return lines;
}

/** The narrowest width that needs no more lines: two lines of equal length instead of a long one and an orphan. */
function balance(
  fonts: FontSet,
  text: string,
  size: number,
  width: number,
  count: number,
  cut: typeof pieces,
): string[] {
  if (count <= 1) return wrap(fonts, text, size, width, 0, cut);
  let low = Math.max(width / (count + 1), ...cut(text).map((piece) => measure(fonts, piece, size)));
  let high = width;
  while (high - low > size / 4) {
    const middle = (low + high) / 2;
    if (wrap(fonts, text, size, middle, 0, cut).length <= count) high = middle;
    else low = middle;
  }
  return wrap(fonts, text, size, high, 0, cut);
}

/**
 * Sets a text into its place: the largest of its sizes at which the wrapped lines fit, the lines balanced.
 * @throws Refusal `text_too_long` with `part`
 */
export function fit(fonts: FontSet, text: string, place: Place): Lines {
  for (const size of place.sizes) {
    const leading = size * place.leading;
    if (measure(fonts, text, size) <= place.width) return { size, leading, lines: [text] };
    const most = Math.max(1, Math.floor((place.height - size) / leading) + 1);
    for (const cut of text.includes('·') ? [atDots, pieces] : [pieces]) {
      const whole = cut(text).every((piece) => measure(fonts, piece.trimEnd(), size) <= place.width);
      if (cut === atDots && !whole) continue;
      const count = wrap(fonts, text, size, place.width, 0, cut).length;
      if (count <= most) return { size, leading, lines: balance(fonts, text, size, place.width, count, cut) };
    }
  }
  throw new Refusal('text_too_long', `The ${place.part} does not fit its place on the certificate.`, {
    part: place.part,
  });
}
