/**
 * Owns making the single-file verifier: one HTML file with style, code, root and snapshot inside, which a browser opens
 * from a disk or stick. Its policy allows the code and style inside, by their digests, and no request of any kind.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Snapshot } from '../core/snapshot.ts';
import { BROWSER, ROOT } from './build.ts';

const digest = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

async function bundle(path: string, define: Record<string, string> = {}): Promise<string> {
  const { outputFiles } = await build({
    ...BROWSER,
    entryPoints: [join(ROOT, path)],
    format: 'iife',
    write: false,
    define,
  });
  const [file] = outputFiles;
  if (!file) throw new Error(`${path} was not built`);
  return file.text;
}

/** @returns the HTML; the same arguments and sources give the same bytes */
export async function buildVerifier(roots: readonly string[], snapshot: Snapshot | undefined): Promise<string> {
  const [style, script] = await Promise.all([
    bundle('src/web/style/base.css'),
    bundle('src/web/verifier/verifier.entry.tsx', {
      ROOTS: JSON.stringify(roots),
      SNAPSHOT: JSON.stringify(snapshot ?? null),
    }),
  ]);
  // Whatever stands in the texts, the element ends where it should.
  if (/<\/(script|style)/i.test(script + style)) throw new Error('the code would end its own element');
  const policy = `default-src 'none'; script-src ${digest(script)}; style-src ${digest(style)}; img-src data:; base-uri 'none'; form-action 'none'`;
  return `<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>鲁证离线核验 luzheng verifier</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<div id="app"></div>
<noscript><p>核验需要启用 JavaScript；本文件不联网。 / Verification needs JavaScript; this file uses no network.</p></noscript>
<script>${script}</script>
</body>
</html>
`;
}
