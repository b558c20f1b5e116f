/** Names: what is normalised, what two spellings share, and what a mask gives away. Flaws are in vectors/rows.json. */

import { expect, test } from 'vitest';
import { checkName, foldName, maskName, requireWritten } from '../../src/core/person.ts';
import { fault } from '../../src/core/rows/faults.ts';
import fc from '../fuzz.ts';

const LETTERS = [...'王欧阳诸葛䶮㛃𬭎𫖯龑𬱖〇ABéñ'];
const goodName = fc
  .array(
    fc.array(fc.constantFrom(...LETTERS), { minLength: 1, maxLength: 12 }).map((part) => part.join('')),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => parts.join('·'));
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(...LETTERS, ' ', '·', '•', '．', 'Ａ', '\u0301', '\u200b', "'", '.', '-', 'ﬁ', 'İ'),
  }),
);

test.each([
  ['spaces at the ends', ' \u3000张伟\u00a0', '张伟'],
  ['look-alike dots', '阿•卜・杜‧热．西', '阿·卜·杜·热·西'],
  ['half of a composed letter', 'JOSE\u0301', 'JOSÉ'],
  ['an ideograph of that block that is an ordinary one', '\ufa0e明', '\ufa0e明'],
  ['further dots', '阿\uff65卜\u22c5杜\u2219热', '阿·卜·杜·热'],
  ['full-width Latin', 'ＭＡＲＩＡ　Ｏ＇ＮＥＩＬＬ', "MARIA O'NEILL"],
  ['runs of spaces between Latin words', 'MARIA  \u00a0SMITH', 'MARIA SMITH'],
  ['the curly apostrophe', 'O’NEILL', "O'NEILL"],
  ['initials', 'JOHN F. CARTER JR.', 'JOHN F. CARTER JR.'],
  ['a Chinese numeral is a letter', '张一〇', '张一〇'],
  ['the newest ideographs', '张\u{2ebf0}\u{323b0}', '张\u{2ebf0}\u{323b0}'],
])('%s', (_, input, name) => {
  expect(checkName(input)).toEqual({ name });
});

test('50 code points are enough, 51 too many, whatever their plane', () => {
  expect(checkName('𬭎'.repeat(50))).toEqual({ name: '𬭎'.repeat(50) });
  expect(checkName('𬭎'.repeat(51))).toEqual({ fault: 'name_too_long' });
});

test.each([
  ['王\u2f00', '\u2f00 (U+2F00)', '一 (U+4E00)'],
  ['\u2fb3明', '\u2fb3 (U+2FB3)', '音 (U+97F3)'],
  ['\u2ef3明', '\u2ef3 (U+2EF3)', '龟 (U+9F9F)'],
  ['\uf9d1明', '\uf9d1 (U+F9D1)', '六 (U+516D)'],
  ['张\ufa19', '\ufa19 (U+FA19)', '神 (U+795E)'],
  ['张\u{2f800}', '\u{2f800} (U+2F800)', '丽 (U+4E3D)'],
])('%s names the character and the proper one', (input, found, proper) => {
  expect(checkName(input)).toEqual({ fault: 'name_lookalike', facts: { found, proper } });
  expect(fault(1, 'name', 'name_lookalike', { found, proper }).message).toContain(`${found}，请改用 ${proper}`);
  expect(() => requireWritten(input)).toThrow(
    expect.objectContaining({ code: 'name_lookalike', facts: { part: 'name', found, proper } }),
  );
});

test.each(['????', '张?', '？？？', '\ufffd伟', '锟斤拷', '张\ud83d'])(
  '%s is no name that anybody has, and is not compared',
  (name) => {
    expect(() => requireWritten(name)).toThrow(
      expect.objectContaining({ code: 'name_damaged', facts: { part: 'name' } }),
    );
  },
);

test('every name that a certificate can bear may be asked for', () => {
  fc.assert(
    fc.property(fc.oneof(goodName, text), (input) => {
      const result = checkName(input);
      if ('name' in result) expect(requireWritten(result.name)).toBe(undefined);
    }),
  );
});

test('a lone surrogate is damage', () => {
  expect(checkName('张\ud83d')).toEqual({ fault: 'name_replacement' });
});

test('normalising twice is normalising once', () => {
  fc.assert(
    fc.property(text, (input) => {
      const once = checkName(input);
      if ('name' in once) expect(checkName(once.name)).toEqual(once);
    }),
  );
  fc.assert(
    fc.property(text, (input) => void expect(foldName(foldName(input))).toBe(foldName(input))),
    { numRuns: 1000 },
  );
});

test('good names pass unchanged; what is accepted prints on one line', () => {
  fc.assert(
    fc.property(goodName, (name) => {
      fc.pre([...name].length <= 50);
      expect(checkName(name)).toEqual({ name });
    }),
  );
  fc.assert(
    fc.property(text, (input) => {
      const result = checkName(input);
      if ('name' in result)
        expect(result.name).toMatch(/^[\p{L}\u3007\u{20000}-\u{3fffd}][\p{L}\p{M}\u3007\u{20000}-\u{3fffd}· '.-]*$/u);
    }),
  );
});

test.each([
  ["MARIA O'NEILL", 'Maria  Ｏ’Neill '],
  ['买买提·吐尔逊', '买买提 • 吐尔逊'],
  ['张伟', '张 \u200b伟\n'],
  ['买买提·吐尔逊', '买买提\uff65吐尔逊'],
  ['买买提·吐尔逊', '买买提 \u22c5 吐尔逊'],
  ['买买提·吐尔逊', '\u202a买买提\u2219吐尔逊\u202c'],
])('what a searcher types matches what is stored: %s', (stored, typed) => {
  expect(foldName(typed)).toBe(foldName(stored));
});

test.each([
  ['张伟', '张维'],
  ['MARIA SMITH', 'MARIASMITH'],
  ['买买提·吐尔逊', '买买提吐尔逊'],
])('two names stay two: %s, %s', (a, b) => {
  expect(foldName(a)).not.toBe(foldName(b));
});

test('what is accepted folds to what its own input folds to', () => {
  fc.assert(
    fc.property(text, (input) => {
      const result = checkName(input);
      if ('name' in result) expect(foldName(result.name)).toBe(foldName(input));
    }),
  );
});

test('a mask is one code point and two asterisks, and never tells the length', () => {
  expect([maskName('欧阳娜娜'), maskName('𬭎'), maskName("MARIA O'NEILL")]).toEqual(['欧**', '𬭎**', 'M**']);
  fc.assert(
    fc.property(fc.oneof(goodName, fc.string()), (name) => {
      expect([...maskName(name)].length).toBeLessThanOrEqual(3);
      expect(maskName(name).endsWith('**')).toBe(true);
    }),
  );
});
