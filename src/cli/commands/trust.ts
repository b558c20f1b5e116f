/**
 * Owns `luzheng trust`: keeps the published trust list with the status lists of this moment in one file, for verifying
 * without a network. Nothing in the file is trusted: verification needs the root's thumbprint all the same.
 */
import { counted } from '../../life/counted.ts';
import { shanghaiClock } from '../../pages/words.ts';
import { Caller } from '../caller.ts';
import { writeWhole } from '../collect.ts';
import { type Command, fromHere, SERVER } from '../command.ts';
import { fetchSnapshot } from '../snapshot.ts';

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
