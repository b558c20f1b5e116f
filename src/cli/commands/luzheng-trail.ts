/**
 * Owns `luzheng trust`: keeps the published trust list with the status lists of this moment in one file, for verifying
 * without a network. Nothing in the file is trusted: verification needs the root's thumbprint all the same.
 */

import { readFileSync } from 'node:fs';
import { shanghaiClock } from '../../base/day.ts';
import { counted } from '../../base/text.ts';
import { openDirectory } from '../../core/directory.ts';
import { checkTrail } from '../../core/procedure/trail.ts';
import { readTrailFile } from '../../core/procedure/trail-file.ts';
import { Memo } from '../../core/statement.ts';
import { Caller } from '../../sdk/call.ts';
import { now } from '../../sdk/sign.ts';
import { writeWhole } from '../collect.ts';
import { type Command, fromHere, SERVER } from '../command.ts';
import { fetchSnapshot } from '../examine.ts';
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

// Owns `luzheng trail`: checks an exported audit trail without the service. Exit codes: 0 holds, 1 does not, 2 something was not at hand.

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
