/** Owns `luzheng trail`: checks an exported audit trail without the service. Exit codes: 0 holds, 1 does not, 2 something was not at hand. */
import { readFileSync } from 'node:fs';
import { openDirectory } from '../../life/authority.ts';
import { Memo } from '../../life/memo.ts';
import { checkTrail } from '../../life/procedure/trail.ts';
import { readTrailFile } from '../../life/procedure/trail-file.ts';
import { type Command, fromHere } from '../command.ts';
import { readRoots } from '../roots.ts';
import { now } from '../sign.ts';

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
