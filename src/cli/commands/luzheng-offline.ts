/**
 * For checking without the service: `luzheng trust` keeps the trust list with its status lists, `luzheng trail` checks an
 * exported audit trail, `luzheng verifier` makes the single-file verifier. Nothing in a kept file is trusted: the root
 * is always named by whoever checks.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { shanghaiClock } from '../../base/day.ts';
import { counted } from '../../base/text.ts';
import { openDirectory } from '../../core/directory.ts';
import { checkTrail } from '../../core/procedure/trail.ts';
import { readTrailFile } from '../../core/procedure/trail-file.ts';
import type { Snapshot } from '../../core/snapshot.ts';
import { Memo } from '../../core/statement.ts';
import { Caller } from '../../sdk/call.ts';
import { now } from '../../sdk/sign.ts';
import { BROWSER, ROOT } from '../build.ts';
import { type Command, fromHere, SERVER } from '../command.ts';
import { fetchSnapshot, readSnapshotFile } from '../examine.ts';
import { writeWhole } from '../save-certificates.ts';
import { readRoots } from '../subjects.ts';

export const trust: Command = {
  takes: '',
  about: '保存信任列表和状态列表，供离线查验 / keep the trust list and status lists, to verify offline',
  help: `  --out FILE       写入的文件，默认 trust.json / the file to write, trust.json by default
  --server ORIGIN  服务地址 / the service`,
  options: { ...SERVER, out: { type: 'string' } },
  async run(input) {
    const path = fromHere(input.text('out') ?? 'trust.json');
    const snapshot = await fetchSnapshot(new Caller(input.origin()));
    writeWhole(path, JSON.stringify(snapshot, null, 1));
    const { filings, status_lists, kept_at = '' } = snapshot;
    input.answer(
      [
        `${path}: ${filings.length} 项备案、${status_lists.length} 份状态列表，截至 ${shanghaiClock(kept_at)}（北京时间） / ${counted(filings.length, 'filing')} and ${counted(status_lists.length, 'status list')}, as of ${shanghaiClock(kept_at)} (UTC+8)`,
      ],
      { file: path, filings: filings.length, status_lists: status_lists.length, kept_at },
    );
  },
};

export const trail: Command = {
  takes: 'FILE',
  about: '离线核对问题回溯文件 / check an exported audit trail, offline',
  help: `  FILE               导出的 JSON / the exported JSON
  --root THUMBPRINT  信任的省级根指纹，或写有它的文件 / the root to trust, or a file with it`,
  options: { root: { type: 'string', multiple: true } },
  async run(input) {
    const roots = readRoots(input);
    const json = JSON.parse(readFileSync(fromHere(input.word(0)), 'utf8')) as { trail?: unknown };
    const file = readTrailFile(json.trail ?? json);
    const { centres, withdrawals } = file.statements;
    const report = await checkTrail(
      file,
      await openDirectory({ thumbprints: roots, roots: file.roots }, centres, new Memo(), withdrawals),
      now(),
    );
    const { number, holds, complete, entries, forward, links } = report;
    const time = (at: number) => new Date(at * 1000).toISOString().slice(0, 19);
    input.answer(
      [
        `${number}  ${holds ? '签名全部成立 every signature holds' : '有不成立之处 something does not hold'}${complete ? '' : '，材料不全 not all was at hand'}`,
        ...[...forward, ...entries].map(
          (one) =>
            `  ${one.result === 'pass' ? '✓' : '✗'} ${time(one.at)} ${one.what} ${one.by} ${one.kid.slice(-43)}${one.code === undefined ? '' : ` [${one.code}]`}`,
        ),
        ...links.map(
          ({ id, result, code }) =>
            `  ${{ pass: '✓', fail: '✗', not_checked: '·' }[result]} ${id}${code === undefined ? '' : ` [${code}]`}`,
        ),
      ],
      { ...report },
    );
    return holds ? (complete ? 0 : 2) : 1;
  },
};

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

export const verifier: Command = {
  takes: '',
  about: '生成单文件离线核验器 / make the single-file verifier',
  help: `  --root THUMBPRINT|FILE  信任的省级根指纹，写入核验器；开发时默认取 .dev/root.txt / the root that it trusts; the one of npm start otherwise
  --trust FILE|URL        写入的信任列表：luzheng trust 保存的文件，或服务地址；没有则只能核对 PDF 和核验包 / the trust list inside: a file of luzheng trust, or the service; without one only PDFs and bundles can be checked
  --out FILE              写入的文件，默认 out/luzheng-verifier.html / the file to write`,
  options: { root: { type: 'string', multiple: true }, trust: { type: 'string' }, out: { type: 'string' } },
  async run(input) {
    const roots = readRoots(input);
    const source = input.text('trust');
    const snapshot =
      source === undefined
        ? undefined
        : /^https?:\/\//.test(source)
          ? await fetchSnapshot(new Caller(new URL(source).origin))
          : readSnapshotFile(fromHere(source));
    const given = input.text('out');
    const path = given === undefined ? join(ROOT, 'out/luzheng-verifier.html') : fromHere(given);
    const html = await buildVerifier(roots, snapshot);
    mkdirSync(dirname(path), { recursive: true });
    writeWhole(path, html);
    const kept_at = snapshot?.kept_at ?? null;
    input.answer(
      [
        `${path}（${Math.ceil(html.length / 1024)} KB）`,
        `  信任根 root: ${roots.join(' ')}`,
        `  信任列表 trust list: ${snapshot ? (kept_at ?? '未注明时间 undated') : '无 none'}`,
      ],
      { file: path, bytes: html.length, roots, kept_at },
    );
  },
};
