/**
 * What people hand to `luzheng verify` and what holds no certificate: exit code 2 with words, never 0 for nothing.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readSubjects } from '../../src/cli/subjects.ts';

const folder = mkdtempSync(join(tmpdir(), 'luzheng-subjects-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ['empty', ''], ['blank', ' \n\n'], ['a byte order mark', '\ufeff'], ['an empty object', '{}'], ['an empty list', '[]'], ['words', '职业技能等级证书'], ['a list of empty objects', '{}\n{}'],
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
