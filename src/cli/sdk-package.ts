/**
 * `npm run build:sdk`: the caller's half (src/sdk) as a package under .dev/sdk, for programs of others: one file that
 * runs in Node and in browsers, with its types. `npm install` takes the folder, or what `npm pack` makes of it.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { ROOT } from './build.ts';

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

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await buildSdk());
