/**
 * Imports go one way: index → api, web, desk → http → service → storage → core → formats → base; the command, the scripts of
 * the desk and the tests → sdk → core. What is below runs in the Worker, the browser and Node alike.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = new URL('../..', import.meta.url).pathname;

/** Where a file belongs, from the bottom up; what stands in one room reaches its own room and those named. */
const ALLOWED: Record<string, readonly string[]> = {
  'src/base/': ['jose', '@noble/hashes'],
  'src/formats/': ['src/base/', 'pdf-lib', 'fflate', 'saxes', 'qrcode', 'jose', 'pako3'],
  'src/core/': ['src/formats/', 'src/base/', 'templates/', 'jose', 'valibot', 'canonicalize', '@noble/hashes'],
  'templates/': ['src/core/', 'src/formats/', 'src/base/'],
  'src/storage/': ['src/core/', 'src/formats/', 'src/base/', 'jose', '@cloudflare/workers-types'],
  'src/service/': ['src/storage/', 'src/core/', 'src/formats/', 'src/base/', 'templates/', 'valibot', 'jose', 'fflate'],
  'src/http/': ['src/service/', 'src/storage/', 'src/core/', 'src/formats/', 'src/base/', 'hono', 'valibot'],
  'src/api/': [
    'src/http/',
    'src/service/',
    'src/storage/',
    'src/core/',
    'src/formats/',
    'src/base/',
    'hono',
    'valibot',
    '@valibot/to-json-schema',
  ],
  'src/sdk/': ['src/core/', 'src/formats/', 'src/base/', 'jose', 'valibot'],
  // /docs is a rendering of the API's own table.
  'src/web/docs/': ['src/api/', 'src/web/', 'src/http/', 'src/service/', 'src/core/', 'src/base/', 'hono'],
  'src/web/': [
    'src/http/',
    'src/service/',
    'src/storage/',
    'src/core/',
    'src/formats/',
    'src/base/',
    'src/sdk/',
    'hono',
    'qr',
    'valibot',
  ],
  'src/desk/': [
    'src/web/',
    'src/http/',
    'src/service/',
    'src/storage/',
    'src/core/',
    'src/formats/',
    'src/base/',
    'src/sdk/',
    'hono',
    'idb',
  ],
  'src/cli/': [
    'src/sdk/',
    'src/web/words/',
    'src/storage/',
    'src/core/',
    'src/formats/',
    'src/base/',
    'keys/',
    'node:',
    'jose',
    'fflate',
    'wrangler',
    'miniflare',
    'esbuild',
  ],
  'keys/': ['src/sdk/', 'src/cli/', 'src/core/', 'src/formats/', 'src/base/', 'node:', 'jose'],
  'src/': ['src/', 'valibot'],
};

const files = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts'))
    .map((name) => join(folder, name));

function folderOf(file: string): string {
  const folder = Object.keys(ALLOWED)
    .filter((name) => name !== 'src/' && file.startsWith(name))
    .sort((a, b) => b.length - a.length)[0];
  return folder ?? 'src/';
}

const importsIn = (text: string): string[] =>
  [
    ...text.matchAll(
      /(?:^|\n)(?:import|export)\s[^;]*?from\s+'([^']+)'|(?:^|\n)import\s+'([^']+)'|import\(\s*['`]([^'`]+)['`]/g,
    ),
  ].map((match) => (match[1] ?? match[2] ?? match[3]) as string);

test('an import is seen in every form', () => {
  const text = [
    "import '../a.ts';",
    "import { b } from '../b.ts';",
    "export type {\n  C,\n} from '../c.ts';",
    "const d = await import('../d.ts');",
    "const e = await import(\n  '../e.ts',\n);",
    'const f = await import(`../f.ts`);',
    "type G = import('../g.ts').G;",
  ].join('\n');
  expect(importsIn(text)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => `../${name}.ts`));
});

function reaches(file: string, target: string): boolean {
  const resolved = target.startsWith('.') ? normalize(relative(ROOT, join(ROOT, dirname(file), target))) : target;
  const room = folderOf(file);
  return [room, ...(ALLOWED[room] as readonly string[])].some((one) =>
    one.endsWith('/') || one.endsWith(':')
      ? resolved.startsWith(one)
      : resolved === one || resolved.startsWith(`${one}/`),
  );
}

test.each(['src', 'templates', 'keys'])('%s imports what it may', (folder) => {
  const wrong = files(folder).flatMap((file) =>
    importsIn(readFileSync(join(ROOT, file), 'utf8'))
      .filter((target) => !reaches(file, target))
      .map((target) => `${file} → ${target}`),
  );
  expect(wrong).toEqual([]);
});

test('no two files of src have one name', () => {
  const code = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(tsx?|mjs|css)$/.test(name),
  );
  const names = code.map((file) => file.replace(/^.*\//, '').replace(/(\.entry)?\.(d\.)?(tsx?|mjs)$/, '$1'));
  expect(names.filter((name, at) => name !== 'index' && names.indexOf(name) !== at)).toEqual([]);
});

test('routes of the API answer JSON by `answer`, which holds them to the shape that they declare', () => {
  const wrong = files('src/api').filter((file) => readFileSync(join(ROOT, file), 'utf8').includes('c.json('));
  expect(wrong).toEqual([]);
});
