/** Sentences with numbers in them: the value, and the English form that goes with it. */
import { expect, test } from 'vitest';
import { counted, filled } from '../../src/base/words.ts';
import { FORM_WORDS, TABLE_WORDS } from '../../src/desk/words/desk-words.ts';

test('one has its own form, none and many have the other', () => {
  expect([0, 1, 2].map((n) => counted(n, 'row'))).toEqual(['0 rows', '1 row', '2 rows']);
  expect(counted(1, 'batch waits', 'batches wait')).toBe('1 batch waits');
});

test('values and forms are filled in; what has no value stays', () => {
  const words = {
    zh: '共 {count} 行，{faults} 处错误',
    en: '{count} {count|row|rows}, {faults} {faults|fault|faults}, {other} {other|a|b}',
  };
  expect(filled(words, { count: 1, faults: 2 })).toEqual({
    zh: '共 1 行，2 处错误',
    en: '1 row, 2 faults, {other} {other|a|b}',
  });
  expect(filled(TABLE_WORDS.wrong, { count: 2, faults: 1 }).en).toBe('2 rows, 1 fault');
  expect(filled(FORM_WORDS.faults, { count: 1 }).en).toBe('1 place to correct; nothing was sent');
  // Texts of others are taken as they are.
  expect(filled({ zh: '{message}', en: '{message}' }, { message: '{count|x|y} $1' }).en).toBe('{count|x|y} $1');
});
