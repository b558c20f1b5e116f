/** A run without the programs of other people says which are missing, on the line before its last; with CI set it fails. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hasTool } from '../programs.ts';
import { removed, scratch } from './run.ts';

const ROOT = new URL('../..', import.meta.url).pathname;

/** One test of other programs, by a vitest of its own, where the programs in `there` are and no other. */
function runWith(there: readonly string[], env: NodeJS.ProcessEnv): { status: number | null; lines: string[] } {
  const folder = scratch();
  removed(folder);
  const path = join(folder, 'bin');
  mkdirSync(path);
  for (const name of ['which', 'sh', ...there])
    symlinkSync(spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim(), join(path, name));
  const { CI: _ci, ...rest } = process.env;
  const args = [
    join(ROOT, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--config',
    'test/vitest.config.ts',
    '--project=core',
    '--reporter=minimal',
    '--reporter=./test/reporter.ts',
    'test/formats/zip.test.ts',
  ];
  const { status, stdout } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...rest, PATH: path, ...env },
  });
  return { status, lines: stdout.trimEnd().split('\n') };
}

const CLOSING = /^tests: \d+ passed, 0 failed, (\d+) skipped$/;

test('a missing program is named, with the package that brings it', () => {
  const { status, lines } = runWith([], {});
  expect([status, CLOSING.exec(lines.at(-1) as string)?.[1], lines.at(-2)]).toEqual([
    0,
    '1',
    '缺少程序，有关测试未运行 / programs missing, their tests did not run: unzip (unzip)',
  ]);
});

test('with CI set it fails', () => {
  const { status, lines } = runWith([], { CI: 'true' });
  expect([status, CLOSING.test(lines.at(-1) as string), lines.at(-2)]).toEqual([
    1,
    true,
    expect.stringMatching(/unzip \(unzip\).*CI/),
  ]);
});

test.skipIf(!hasTool('unzip'))('where nothing is missing nothing is said', () => {
  const { status, lines } = runWith(['unzip'], { CI: 'true' });
  expect([status, CLOSING.exec(lines.at(-1) as string)?.[1], lines.join('\n')]).toEqual([
    0,
    '0',
    expect.not.stringContaining('missing'),
  ]);
});
