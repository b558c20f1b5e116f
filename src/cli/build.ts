/**
 * What a deployment needs beside the Worker, into `.dev/assets`: fonts, browser code and stylesheet. wrangler calls it
 * before it bundles the Worker; where nothing changed since the last time, nothing is built.
 */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import { type Font, type FontSet, openFont } from '../formats/font/font.ts';
import { FONT_LIST, STYLES, VERSIONS } from '../storage/database.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Where the assets lie. */
export const ASSETS = join(ROOT, '.dev/assets');
/** Fonts that a deployer adds for characters that the packages' fonts lack; not part of the repository. */
export const FURTHER = join(ROOT, 'templates/fonts');
/** What static assets take (bytes a file). */
export const LARGEST_ASSET = 25 * 1024 * 1024;

/** A font and the licence that goes with it. */
export interface FontFile {
  path: string;
  licence: string | undefined;
}

function packaged(name: string, file: string): FontFile {
  const folder = dirname(createRequire(import.meta.url).resolve(`@expo-google-fonts/${name}/package.json`));
  return { path: join(folder, '400Regular', file), licence: join(folder, 'LICENSE_FONT') };
}

/** Chinese, and Latin as in most names. */
const CHINESE = packaged('noto-serif-sc', 'NotoSerifSC_400Regular.ttf');
/** Latin Extended, for names with Č, ł or ñ. */
const LATIN = packaged('noto-serif', 'NotoSerif_400Regular.ttf');
export const PACKAGED: readonly FontFile[] = [CHINESE, LATIN];

const licenceOf = (path: string): string => path.replace(/\.ttf$/i, '.LICENSE_FONT');

/**
 * Files of the certificates' fonts in the order in which they are asked for a character. The Latin one comes last,
 * where it was added last: what a font before it can draw stays as it was drawn on certificates of before.
 * @throws where one cannot be used
 */
export function fontFiles(): FontFile[] {
  const names = existsSync(FURTHER)
    ? readdirSync(FURTHER)
        .filter((name) => /\.ttf$/i.test(name))
        .sort()
    : [];
  const further = names.map((name): FontFile => {
    const path = join(FURTHER, name);
    if (statSync(path).size > LARGEST_ASSET) {
      throw new Error(`${path} has more than 25 MiB, which static assets do not take: see templates/fonts/README.md.`);
    }
    openFont(new Uint8Array(readFileSync(path)));
    return { path, licence: existsSync(licenceOf(path)) ? licenceOf(path) : undefined };
  });
  return [CHINESE, ...further, LATIN];
}

/** Those fonts, read. */
export function readFonts(): FontSet {
  const [first, ...others] = fontFiles().map(({ path }) => openFont(readFileSync(path)));
  return [first as Font, ...others];
}

function copyFonts(): void {
  const folder = join(ASSETS, 'fonts');
  mkdirSync(folder, { recursive: true });
  const files = fontFiles();
  const copies = files.flatMap(({ path, licence }): [source: string, name: string][] => {
    const name = basename(path);
    return [[path, name], ...(licence === undefined ? [] : [[licence, licenceOf(name)] as [string, string]])];
  });
  for (const [source, name] of copies) {
    const target = join(folder, name);
    if (!existsSync(target) || statSync(target).size !== statSync(source).size) cpSync(source, target);
  }
  const kept = [FONT_LIST, ...copies.map(([, name]) => name)];
  for (const name of readdirSync(folder)) if (!kept.includes(name)) rmSync(join(folder, name));
  writeFileSync(join(folder, FONT_LIST), JSON.stringify(files.map(({ path }) => basename(path))));
}

/** What each file of the pages is now: its version goes into its address, under which it may be kept for ever. */
function writeVersions(files: readonly string[]): void {
  const versions = files.map((path) => [
    basename(path),
    createHash('sha256').update(readFileSync(path)).digest('base64url').slice(0, 12),
  ]);
  writeFileSync(join(ASSETS, VERSIONS), JSON.stringify(Object.fromEntries(versions)));
}

/** The style by its parts: a page holds those that it needs, allowed by their digests. */
async function writeStyles(): Promise<void> {
  const { outputFiles } = await build({
    ...BROWSER,
    entryPoints: readdirSync(STYLE).map((name) => join(STYLE, name)),
    outdir: STYLE,
    write: false,
  });
  const parts = outputFiles.map(({ path, text }) => {
    const css = text.trimEnd();
    if (css.includes('</')) throw new Error(`${path} would end its own element.`);
    return [basename(path, '.css'), { css, sha256: createHash('sha256').update(css).digest('base64') }];
  });
  writeFileSync(join(ASSETS, STYLES), JSON.stringify(Object.fromEntries(parts)));
}

const WEB = join(ROOT, 'src/web');
const DESK = join(ROOT, 'src/desk');
const ICONS = join(WEB, 'icons');
const STYLE = join(WEB, 'style');

const within = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));

/** The scripts of pages by the name under which they are served: `bulk.entry.ts` is bulk.js. */
const ENTRIES = Object.fromEntries(
  [...within(WEB), ...within(DESK)].flatMap((path) => {
    const name = /([a-z-]+)\.entry\.tsx?$/.exec(path)?.[1];
    return name === undefined ? [] : [[name, path]];
  }),
);

/** How all browser code is built. */
export const BROWSER = {
  bundle: true,
  minify: true,
  platform: 'browser',
  target: ['chrome90', 'safari15', 'firefox90'],
  jsx: 'automatic',
  jsxImportSource: 'hono/jsx',
  legalComments: 'none',
  logLevel: 'warning',
} as const satisfies BuildOptions;

/** Built apart: the service worker knows the version of the rest, the verifier is a file of its own. */
const APART = ['sw', 'verifier'];

/** Changes with every file that a service worker keeps, and with the pages' own sources. */
function versionOf(folder: string): string {
  const hash = createHash('sha256');
  for (const path of [
    ...readdirSync(folder)
      .filter((name) => name !== 'sw.js')
      .map((name) => join(folder, name)),
    ...within(WEB),
    ...within(DESK),
  ].sort()) {
    if (statSync(path).isFile()) hash.update(basename(path)).update(readFileSync(path));
  }
  return hash.digest('hex').slice(0, 16);
}

/** What something is made of, and what was made: where both are as they were after the last build, nothing is built. */
function state(out: string, further: readonly string[]): string {
  const hash = createHash('sha256');
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).map((name) =>
    join('src', name),
  );
  for (const name of ['package-lock.json', 'wrangler.toml', ...sources].sort())
    if (statSync(join(ROOT, name)).isFile()) hash.update(name).update(readFileSync(join(ROOT, name)));
  for (const path of further) hash.update(path).update(readFileSync(path));
  const made = existsSync(out) ? readdirSync(out, { recursive: true, encoding: 'utf8' }).sort() : [];
  return [hash.digest('hex'), ...made.map((name) => `${name} ${statSync(join(out, name)).size}`)].join('\n');
}

/**
 * Makes what lies in a folder, unless nothing changed since it was made.
 * @param stamp file beside the folder that remembers the state
 * @param further paths of sources outside src
 */
export async function whenChanged(
  stamp: string,
  out: string,
  further: readonly string[],
  make: () => Promise<void>,
): Promise<void> {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === state(out, further)) return;
  rmSync(stamp, { force: true });
  await make();
  writeFileSync(stamp, state(out, further));
}

export const buildAssets = (): Promise<void> =>
  whenChanged(
    join(ROOT, '.dev/built'),
    ASSETS,
    fontFiles().map(({ path }) => path),
    makeAssets,
  );

async function makeAssets(): Promise<void> {
  copyFonts();
  await writeStyles();
  const outdir = join(ASSETS, 'client');
  const { metafile } = await build({
    ...BROWSER,
    entryPoints: Object.fromEntries(Object.entries(ENTRIES).filter(([name]) => !APART.includes(name))),
    outdir,
    metafile: true,
    format: 'esm',
    absWorkingDir: ROOT,
  });
  for (const name of readdirSync(ICONS)) cpSync(join(ICONS, name), join(outdir, name));
  writeVersions(Object.keys(metafile.outputs).map((path) => join(ROOT, path)));
  await build({
    ...BROWSER,
    entryPoints: { sw: ENTRIES.sw as string },
    outdir,
    format: 'iife',
    define: { VERSION: JSON.stringify(versionOf(outdir)) },
  });
}

// `npm run build:sdk`: the caller's half (src/sdk) as a package under .dev/sdk, for programs of others: one file that
// runs in Node and in browsers, with its types. `npm install` takes the folder, or what `npm pack` makes of it.

const OUT = join(ROOT, '.dev/sdk');
const TYPES = join(OUT, 'types');

/** Types name their neighbours as the compiler finds them outside this repository. */
function writeTypes(): void {
  const config = join(OUT, 'tsconfig.json');
  const compilerOptions = { noEmit: false, declaration: true, emitDeclarationOnly: true, outDir: TYPES, rootDir: ROOT };
  const files = [join(ROOT, 'src/sdk/index.ts')];
  writeFileSync(config, JSON.stringify({ extends: '../../tsconfig.json', compilerOptions, files, include: [] }));
  execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', config]);
  rmSync(config);
  for (const name of readdirSync(TYPES, { recursive: true, encoding: 'utf8' }).filter((one) => one.endsWith('.d.ts'))) {
    const text = readFileSync(join(TYPES, name), 'utf8');
    writeFileSync(join(TYPES, name), text.replace(/(from |import\()'(\.[^']*)\.tsx?'/g, "$1'$2.js'"));
  }
}

/** @returns the folder */
async function buildSdk(): Promise<string> {
  rmSync(OUT, { recursive: true, force: true });
  await build({
    entryPoints: [join(ROOT, 'src/sdk/index.ts')],
    outfile: join(OUT, 'luzheng-sdk.js'),
    bundle: true,
    platform: 'neutral',
    mainFields: ['module', 'main'],
    format: 'esm',
    target: 'es2023',
    logLevel: 'warning',
  });
  writeTypes();
  const { name, version, license, dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license: string;
    dependencies: Record<string, string>;
  };
  const { jose, valibot } = dependencies;
  const entry = { types: './types/src/sdk/index.d.ts', default: './luzheng-sdk.js' };
  writeFileSync(
    join(OUT, 'package.json'),
    // The code is whole; the types name those two.
    `${JSON.stringify({ name, version, license, type: 'module', exports: { './sdk': entry }, dependencies: { jose, valibot } }, null, 2)}\n`,
  );
  return OUT;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv[2] === 'sdk') console.log(await buildSdk());
  else await buildAssets();
}
