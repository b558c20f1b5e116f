/**
 * What README, README.zh and .github say of the sources: the files that they name exist, the settings are those that the
 * Worker reads, and the fixed figures are the constants that stand beside them.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const ROOT = new URL('../..', import.meta.url).pathname;
const read = (path: string) => readFileSync(ROOT + path, 'utf8');
const READMES = ['README.md', 'README.zh.md'];
const TEXTS = [...READMES, 'keys/README.md', ...readdirSync(`${ROOT}.github`).map((name) => `.github/${name}`)];

test.each(TEXTS)('%s names files that exist', (text) => {
  const named = [...read(text).matchAll(/(?<![\w/.-])(?:src|test|keys|templates)\/[\w./-]*\w\b\/?/g)].map(
    ([path]) => path,
  );
  expect(named.filter((path) => !existsSync(ROOT + path))).toEqual([]);
});

test.each(READMES)('%s has every setting, and no other', (readme) => {
  const table = read(readme)
    .split(/\n## /)
    .find((part) => part.includes('| `MASTER_SECRET` |')) as string;
  const rows = [...table.matchAll(/^\| ((?:`[A-Z_]+` ?)+) \| (.*?) \|/gm)].map(([, names, kind]) => ({
    names: [...(names as string).matchAll(/[A-Z_]+/g)].map(([name]) => name),
    kind: kind as string,
  }));
  // Those of the command and of the tests are read elsewhere.
  const told = rows.filter(({ kind }) => !/environment|环境/.test(kind)).flatMap(({ names }) => names);
  const settings = /export interface Env[^{]*\{([^]*?)\n\}/.exec(read('src/env.ts'))?.[1] as string;
  expect(told.toSorted()).toEqual(
    [...settings.matchAll(/^ {2}([A-Z_]+)\??:/gm)].map(([, name]) => name as string).toSorted(),
  );
});

/** `NAME` or `name` in a cell, as it is defined in a file of the same cell; products are worked out. */
function figureOf(name: string, files: readonly string[]): number | undefined {
  for (const file of files) {
    const found = new RegExp(`(?:const ${name} = |[ {]${name}: )([\\d_ *]+)[;,} ]`).exec(read(file))?.[1];
    if (found) return found.split('*').reduce((product, factor) => product * Number(factor.replaceAll('_', '')), 1);
  }
  return undefined;
}

test.each(READMES)('the fixed figures of %s are those of the sources', (readme) => {
  const rows = read(readme)
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([, , , where]) => where !== undefined && /`src\/[\w./-]+\.tsx?`.*`\w+`/.test(where));
  expect(rows.length).toBeGreaterThan(20);
  const wrong = rows.flatMap(([, what, figure, where]) => {
    const named = [...(where as string).matchAll(/`([^`]+)`/g)].map(([, name]) => name as string);
    const files = named.filter((name) => name.includes('/'));
    const figures = [...(figure as string).matchAll(/\d[\d,]*/g)].map(([text]) => Number(text.replaceAll(',', '')));
    return named
      .filter((name) => /^\w+$/.test(name) && !figures.includes(figureOf(name, files) as number))
      .map((name) => `${what}: ${name} is ${figureOf(name, files)}`);
  });
  expect(wrong).toEqual([]);
});
