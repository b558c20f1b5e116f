/**
 * What people hand to `luzheng verify` and what holds no certificate: exit code 2 with words, never 0 for nothing.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readSubjects } from '../../src/cli/subjects.ts';
import addresses from '../vectors/addresses.json' with { type: 'json' };
import spelled from '../vectors/spelled-numbers.json' with { type: 'json' };

const folder = mkdtempSync(join(tmpdir(), 'luzheng-subjects-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ['empty', ''],
  ['blank', ' \n\n'],
  ['a byte order mark', '\ufeff'],
  ['an empty object', '{}'],
  ['an empty list', '[]'],
  ['words', '职业技能等级证书'],
  ['a list of empty objects', '{}\n{}'],
  ['a PDF cut off', '%PDF-1.7'],
])('a file that is %s cannot be told', (_what, contents) => {
  const path = join(folder, 'file');
  writeFileSync(path, contents);
  expect(() => readSubjects('file', path)).toThrow(expect.objectContaining({ exit: 2 }));
});

test('a folder, a file that is not there', () => {
  expect(() => readSubjects('folder', folder)).toThrow(expect.objectContaining({ exit: 2 }));
  expect(() => readSubjects('none.pdf', join(folder, 'none.pdf'))).toThrow(expect.objectContaining({ exit: 2 }));
});

test.each(spelled.spellings)('a spelled number: %j', (word) =>
  expect(readSubjects(word, join(folder, word))).toEqual([{ kind: 'number', number: spelled.number }]),
);

const DIGITS = '1234567890'.repeat(22);
const written = (text: string) =>
  text.replace(/(\/[cd]\/+[^N]*)N/i, `$1${spelled.number}`).replace(/D(?![a-z])/, DIGITS);
const subject = (text: string) => readSubjects(written(text), join(folder, 'none'));

test.each(addresses.sealed)('%s: an address with its seal', (text) =>
  expect(subject(text)).toEqual([expect.objectContaining({ kind: 'url', number: spelled.number, digits: DIGITS })]),
);
test.each(addresses.bare)('%s: an address', (text) =>
  expect(subject(text)).toEqual([
    { kind: 'url', origin: 'https://lz.example.cn', host: 'lz.example.cn', number: spelled.number },
  ]),
);
test.each(addresses.unread)('%s: an address without a seal', (text) =>
  expect(subject(text)).toEqual([expect.objectContaining({ kind: 'url', number: spelled.number, unread: true })]),
);
test('an address without its scheme', () =>
  expect(subject('lz.example.cn/c/N#D')).toEqual([
    expect.objectContaining({ origin: 'https://lz.example.cn', number: spelled.number, digits: DIGITS }),
  ]));
