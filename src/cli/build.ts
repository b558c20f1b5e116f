/**
 * Owns what is built for a deployment: the font of the templates, the browser code and the stylesheet, into
 * `.dev/assets`.
 * Called by wrangler before it bundles the Worker, and by tests. Unchanged files are left alone.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const OUT = join(ROOT, '.dev/assets');
const FONT = 'NotoSerifSC_400Regular.ttf';

export async function buildAssets(): Promise<void> {
  const source = join(dirname(createRequire(import.meta.url).resolve('@expo-google-fonts/noto-serif-sc/package.json')), '400Regular', FONT);
  const target = join(OUT, 'fonts', FONT);
  mkdirSync(dirname(target), { recursive: true });
  if (!existsSync(target) || statSync(target).size !== statSync(source).size) cpSync(source, target);
  const client = join(ROOT, 'src/client');
  const entries = existsSync(client) ? readdirSync(client).filter((name) => /^[a-z-]+\.entry\.ts$/.test(name)) : [];
  await build({
    entryPoints: {
      ...Object.fromEntries(entries.map((name) => [name.replace('.entry.ts', ''), join(client, name)])),
      style: join(ROOT, 'src/pages/style.css'),
    },
    outdir: join(OUT, 'client'),
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: ['chrome90', 'safari15', 'firefox90'],
    legalComments: 'none',
    logLevel: 'warning',
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildAssets();
