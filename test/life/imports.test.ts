/**
 * Imports go one way: index → app → http → pages, the registrar's files and the procedure's → life, storage. The core imports itself
 * and small pure libraries only, so that it runs in the Worker, the browser and Node alike.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = new URL('../..', import.meta.url).pathname;

/** Everything a folder may reach: folders end with `/`, packages are named. */
const ALLOWED: Record<string, readonly string[]> = {
  'src/life/': [
    'src/life/',
    'templates/',
    'jose',
    'qrcode',
    'pdf-lib',
    'valibot',
    'canonicalize',
    'fflate',
    'saxes',
    '@noble/hashes',
  ],
  'templates/': ['src/life/', 'templates/'],
  'src/storage/': ['src/storage/', 'src/life/', 'src/env.ts', 'jose', '@cloudflare/workers-types'],
  'src/pages/': ['src/pages/', 'src/life/', 'hono'],
  'src/client/': ['src/client/', 'src/life/', 'src/pages/', 'hono', 'qr'],
  'src/procedure/': ['src/procedure/', 'src/life/', 'src/storage/', 'src/*', 'valibot', 'fflate'],
  'src/http/': ['src/http/', 'src/procedure/', 'src/pages/', 'src/life/', 'src/storage/', 'src/*', 'hono', 'valibot'],
  'src/': ['src/*', 'src/procedure/', 'src/life/', 'src/storage/', 'templates/', 'valibot', 'jose'],
  'src/cli/': [
    'src/cli/',
    'src/life/',
    'src/pages/words.ts',
    'src/pages/bulk-words.ts',
    'src/pages/draw-words.ts',
    'src/pages/refusal-words.ts',
    'src/storage/bindings.ts',
    'src/storage/assets.ts',
    'src/procedure/read.ts',
    'keys/',
    'node:',
    'jose',
    'fflate',
    'wrangler',
    'miniflare',
    'esbuild',
  ],
  'keys/': ['keys/', 'src/cli/', 'src/life/', 'node:', 'jose'],
};

/** The files that may also reach http/: the way in. */
const ENTRY = ['src/index.ts', 'src/app.ts'];

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

const importsOf = (file: string): string[] =>
  [
    ...readFileSync(join(ROOT, file), 'utf8').matchAll(
      /(?:^|\n)(?:import|export)\s[^;]*?from\s+'([^']+)'|import\('([^']+)'\)/g,
    ),
  ].map((match) => (match[1] ?? match[2]) as string);

function reaches(file: string, target: string): boolean {
  const resolved = target.startsWith('.') ? normalize(relative(ROOT, join(ROOT, dirname(file), target))) : target;
  const allowed = ALLOWED[folderOf(file)] as readonly string[];
  return [...allowed, ...(ENTRY.includes(file) ? ['src/http/'] : [])].some((one) => {
    if (one === 'src/*') return /^src\/[^/]+$/.test(resolved) && !ENTRY.includes(resolved);
    if (one.endsWith('/') || one.endsWith(':')) return resolved.startsWith(one);
    return resolved === one || resolved.startsWith(`${one}/`);
  });
}

test.each(['src', 'templates', 'keys'])('%s imports what it may', (folder) => {
  const wrong = files(folder).flatMap((file) =>
    importsOf(file)
      .filter((target) => !reaches(file, target))
      .map((target) => `${file} → ${target}`),
  );
  // The URL table names every sub-app; the app itself is imported by index.ts alone.
  expect(wrong.filter((line) => line !== 'src/index.ts → ./app.ts')).toEqual([]);
});
