/**
 * `luzheng submit`, `approve`, `return` and `issue`: a batch from file to certificates. What is signed is the root
 * computed from the rows that the service shows; submit also compares rows and photos with the files.
 */
import { readFileSync } from 'node:fs';
import { countsOf } from '../../core/approved-rows.ts';
import { readRows } from '../../core/rows/row-file.ts';
import { unverified } from '../../core/statement.ts';
import {
  issueBatch,
  photosFor,
  readBatch,
  requireSameRows,
  type Seen,
  sendApproval,
  submitList,
} from '../../sdk/batch.ts';
import type { Caller } from '../../sdk/call.ts';
import { takeStep } from '../../sdk/send-step.ts';
import { CENTRE_KEY, type Command, fromHere, KEY, KEY_HELP } from '../command.ts';
import { readArchive, savePhotos } from '../photos.ts';
import { Failure, showing } from '../talk.ts';

/** Reads a batch, showing how far it is. */
export const readShowing = (caller: Caller, id: string): Promise<Seen> =>
  showing('读取名单 reading rows', (progress) => readBatch(caller, id, { progress }));

const withPhoto = ({ rows }: Seen): number => rows.filter(({ photo_digest }) => photo_digest !== null).length;

/** What a centre is about to sign, in numbers. */
function summary({ rows }: Seen): string[] {
  return countsOf(rows).map(([line, count]) => `  ${String(count).padStart(6)}  ${line}`);
}

export const submit: Command = {
  takes: 'FILE',
  about: '机构上传结果名单 / an organization uploads its results',
  help: `${KEY_HELP}
  FILE             名单：.xlsx 工作簿，或 CSV（UTF-8、GBK、GB18030）/ the list: a .xlsx workbook, or CSV
  --photos ZIP|DIR 照片：ZIP 或文件夹，每人一个 JPEG 或 PNG，以证件号码命名，一寸白底 / portraits named by document number
  --idempotency-key TEXT   重复提交同一文件不会产生第二个批次 / the same file again makes no second batch
  名单有误时逐行列出，退出码 1，不保存任何内容 / every fault is listed as row N: field: code: message, and nothing is stored`,
  options: { ...KEY, photos: { type: 'string' }, 'idempotency-key': { type: 'string' } },
  async run(input) {
    const { caller } = await input.caller();
    const bytes = new Uint8Array(readFileSync(fromHere(input.word(0))));
    const { rows } = readRows(bytes);
    const archive = input.text('photos') === undefined ? undefined : readArchive(input.path('photos'));
    const made = await submitList(caller, bytes, { photos: archive, key: input.text('idempotency-key') });
    const seen = await readShowing(caller, made.id);
    requireSameRows(rows, seen, await photosFor(rows, archive));
    const { root, count } = seen.ref;
    const photos = withPhoto(seen);
    input.answer(
      [
        `批次 / batch            ${made.id}`,
        `人数 / rows             ${count}`,
        ...(archive
          ? [`照片 / photos           ${photos} 行 rows（摘要与所传文件一致 digests are those of the files）`]
          : []),
        `根 / root               ${root}（已由名单重新计算 recomputed from the rows）`,
        ...(made.ignored_columns ? [`未使用的列 / not used    ${made.ignored_columns.join(', ')}`] : []),
        `下一步 / next           由中心审核 / the centres approve: ${input.next(['approve', made.id], CENTRE_KEY)}`,
      ],
      { ...made, count, photos, root, state: seen.view.state },
    );
  },
};

export const approve: Command = {
  takes: 'BATCH',
  about: '市、省中心审核批次 / a centre approves a batch',
  help: `${KEY_HELP}
  每张照片都与名单中的摘要核对，不符即不签名 / every photo is compared with its digest; where one differs nothing is signed
  --photos DIR     保存照片供查看（row-<行号>.jpg，仅本人可读）：先加 --look 保存并查看，再以同一文件夹签名；
                   此次才保存的照片，审核声明写明未查看 / save them for looking at: first with --look, then sign with the same folder;
                   the approval says that nobody looked at those that only this run has saved
  --look           只查看，不签名 / look only, sign nothing
  省中心自动附上市级审核 / the province's approval carries the city's, which the service holds`,
  options: { ...KEY, photos: { type: 'string' }, look: { type: 'boolean' } },
  async run(input) {
    const { caller } = await input.caller();
    const seen = await readShowing(caller, input.word(0));
    const folder = input.text('photos') === undefined ? undefined : input.path('photos');
    const { photos, unseen } = await savePhotos(caller, seen, folder);
    const held = seen.rows.flatMap(({ row, held: number }) =>
      number === undefined ? [] : [`第 ${row} 行 row ${row}: ${number}`],
    );
    if (held.length > 0 && !input.flag('look')) {
      throw new Failure(
        1,
        `${held.length} 人已持有同职业、工种、等级的有效证书，请退回：luzheng return`,
        `already certified, so return the batch. ${held.slice(0, 20).join('; ')}`,
        'already_certified',
      );
    }
    const approval = input.flag('look')
      ? undefined
      : await sendApproval(caller, seen, photos === 0 ? undefined : unseen);
    const { batch, organization, count, root } = seen.ref;
    const compared = `${photos} 张摘要均已核对一致 ${photos} digests compared`;
    const kept = folder === undefined ? '' : `，已保存到 saved in ${folder}`;
    const look = input.text('photos') ?? 'my/look';
    const counts =
      folder === undefined
        ? `查看过照片的，请加 --photos ${look} / if you looked at them, add --photos ${look}`
        : `先查看再签名 look first, then sign: --look --photos ${look}`;
    const lacking =
      input.flag('look') && folder !== undefined
        ? `查看后签名 after looking, sign: luzheng approve ${batch} --photos ${look}`
        : `${unseen} 张未查看 not looked at；${counts}`;
    const where = photos === 0 ? '' : `（${compared}${kept}${unseen === 0 ? '' : `；${lacking}`}）`;
    input.answer(
      [
        `${approval === undefined ? '未签名 / not signed     ' : '已审核 / approved       '}${organization} ${seen.filing.name}，${count} 人 rows`,
        ...summary(seen),
        `照片 / photos           ${photos} 行 rows${where}`,
        ...held.map((line) => `已持有证书 / held       ${line}`),
        `根 / root               ${root}`,
      ],
      {
        batch,
        organization,
        count,
        photos,
        root,
        held: held.length,
        photos_unseen: unseen,
        ...(folder === undefined ? {} : { photos_saved: photos }),
        ...(approval === undefined ? {} : { jti: unverified<{ jti: string }>(approval).claims.jti, approval }),
      },
    );
  },
};

export const returnBatch: Command = {
  takes: 'BATCH',
  about: '中心退回批次 / a centre gives a batch back',
  help: `${KEY_HELP}
  --reason TEXT    退回原因，机构可见 / why; the organization reads it
  退回后不可再颁发，修改后作为新批次提交 / nothing of it can be issued; the mended file is a new batch`,
  options: { ...KEY, reason: { type: 'string' } },
  async run(input) {
    const { caller } = await input.caller();
    const id = input.word(0);
    const { state } = await takeStep(caller, `batch:${id}`, 'batch.return', { reason: input.need('reason') });
    input.answer([`已退回 / returned       ${id}`], { id, state });
  },
};

export const issue: Command = {
  takes: 'BATCH',
  about: '机构下达颁发指令并颁发 / an organization orders and issues',
  help: `${KEY_HELP}
  中断后重复同一命令即可继续 / after an interruption the same command goes on`,
  options: KEY,
  async run(input) {
    const { caller } = await input.caller();
    const seen = await readShowing(caller, input.word(0));
    const done = await showing('颁发 issuing', (progress) => issueBatch(caller, seen, { progress }));
    input.answer(
      [
        `已颁发 / issued         ${done.issued} 张 certificates`,
        `下一步 / next           ${input.next(['download', seen.ref.batch, '--out', 'my/certificates'])}`,
      ],
      { batch: seen.ref.batch, state: done.state, issued: done.issued, count: done.count },
    );
  },
};
