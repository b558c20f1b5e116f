/**
 * Owns `luzheng verifier` (`npm run build:verifier`): the single-file verifier, for an employer to keep.
 * It refuses to take a root from a trust list: whoever builds it says which root it trusts.
 */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Caller } from '../../sdk/call.ts';
import { ROOT } from '../build.ts';
import { writeWhole } from '../collect.ts';
import { type Command, fromHere } from '../command.ts';
import { fetchSnapshot, readSnapshotFile } from '../examine.ts';
import { readRoots } from '../subjects.ts';
import { buildVerifier } from '../verifier-file.ts';

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
