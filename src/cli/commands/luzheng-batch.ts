/**
 * `luzheng submit`, `approve`, `return` and `issue`: a batch from file to certificates. What is signed is the root
 * computed from the rows that the service shows; submit also compares rows and photos with the files.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { counted } from '../../base/words.ts';
import { countsOf } from '../../core/approved-rows.ts';
import { readBundle } from '../../core/bundle.ts';
import { parseNumber } from '../../core/number.ts';
import { openDocument } from '../../core/paper/document-check.ts';
import { readRows } from '../../core/rows/rows.ts';
import { unverified } from '../../core/statement.ts';
import {
  issueBatch,
  photosFor,
  readBatch,
  requireSameRows,
  type Seen,
  sendApproval,
  submitList,
  viewBatch,
} from '../../sdk/batch.ts';
import { Caller, takeStep } from '../../sdk/call.ts';
import { certificatesOf, type HolderOf, holderFile, type Issued, pdfOf } from '../../sdk/fetch-certificates.ts';
import { CENTRE_KEY, type Command, fromHere, type Input, KEY, KEY_HELP } from '../command.ts';
import { fetchFiles, fetchPdfs, fetchZips, writeLines, writeWhole } from '../save-certificates.ts';
import { readArchive, savePhotos } from '../subjects.ts';
import { err, Failure, Progress, showing, usage } from '../talk.ts';

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
  退回后不可再颁发，修改后作为新批次提交 / nothing of it can be issued; the corrected file is a new batch`,
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

// `luzheng download`: a batch's certificates for its organization, or one certificate for it or for its holder.
// Repeated, it goes on where it stopped.

function readHolder(input: Input): HolderOf | undefined {
  const file = input.text('holder');
  if (file !== undefined) return JSON.parse(readFileSync(file === '-' ? 0 : fromHere(file), 'utf8')) as HolderOf;
  const [name, id_number] = [input.text('name'), input.text('id-number')];
  if (name === undefined && id_number === undefined) return undefined;
  if (name === undefined || id_number === undefined)
    throw usage('--name 与 --id-number 须同时给出', '--name and --id-number go together');
  return { name, id_number };
}

const fetching = () => new Progress('下载 PDF fetching PDFs');

/** Says how to go on, whatever stopped it. */
const resumable = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    err('已下载的不会丢失，重复同一命令即可继续 / what was fetched is kept: repeat the command to go on');
    throw error;
  });

const refusedLines = (refused: readonly string[]) =>
  refused.map(
    (number) =>
      `无法下载 / not given      ${number}（登记数据与签名不符，请联系平台 the register differs from what was signed）`,
  );

async function batch(input: Input, id: string, folder: string): Promise<number> {
  const { identity, caller, origin } = await input.caller();
  const issued: Issued[] = [];
  await writeLines(caller, id, join(folder, 'certificates.jsonl'), (one) => void issued.push(one));
  const bundles = input.flag('bundles');
  const numbers = issued.map(({ number }) => number);
  let refused: string[] = [];
  if (bundles)
    await fetchFiles(
      origin,
      identity,
      folder,
      issued,
      (_number, file) => void (file.kind === 'pdf' ? openDocument(file.bytes) : readBundle(file.value)),
    );
  else if (!input.flag('no-pdf'))
    ({ refused } = await resumable(
      fetchPdfs(caller, id, numbers, join(folder, 'pdf'), input.flag('force'), fetching()),
    ));
  const pdfs = input.flag('no-pdf') && !bundles ? 0 : numbers.length - refused.length;
  input.answer(
    [
      `已下载 / downloaded     ${issued.length} 张凭证 credentials，${pdfs} 份 PDF，${bundles ? issued.length : 0} 个核验包 bundles`,
      ...refusedLines(refused),
      `输出 / written to       ${folder}`,
    ],
    { batch: id, certificates: issued.length, pdfs, bundles: bundles ? issued.length : 0, refused, out: folder },
  );
  return refused.length === 0 ? 0 : 1;
}

/** The PDFs of a batch and nothing else: as files, or as archives. */
async function pdfsOfBatch(input: Input, id: string, folder: string): Promise<number> {
  const { caller } = await input.caller();
  const { state, count } = await viewBatch(caller, id);
  if (state !== 'issued')
    throw new Failure(
      1,
      `批次尚未颁发完毕（状态 ${state}）`,
      `the batch is not issued yet (state: ${state})`,
      'batch_not_issued',
    );
  const force = input.flag('force');
  const about = (fetched: number) =>
    `已下载 / downloaded     ${fetched} 份 PDF，共 ${count} 张证书 of ${counted(count, 'certificate')}`;
  if (input.flag('zip')) {
    const { fetched, parts } = await resumable(fetchZips(caller, id, count, folder, force, fetching()));
    input.answer(
      [about(fetched), `输出 / written to       ${folder}: ${parts.length} 个压缩包 archives, ${parts[0]} …`],
      { batch: id, certificates: count, fetched, parts, out: folder },
    );
    return 0;
  }
  const numbers: string[] = [];
  for await (const { number } of certificatesOf(caller, id)) numbers.push(number);
  if (numbers.length !== count)
    throw new Failure(
      1,
      `服务只列出 ${numbers.length} 张证书，应有 ${count} 张`,
      `the service lists ${numbers.length} of ${count} certificates`,
      'certificates_differ',
    );
  const { fetched, refused } = await resumable(fetchPdfs(caller, id, numbers, folder, force, fetching()));
  input.answer([about(fetched), ...refusedLines(refused), `输出 / written to       ${folder}`], {
    batch: id,
    certificates: count,
    fetched,
    refused,
    out: folder,
  });
  return refused.length === 0 ? 0 : 1;
}

async function one(input: Input, number: string, folder: string): Promise<void> {
  const holder = readHolder(input);
  const files: string[] = [];
  const keep = (name: string, bytes: Uint8Array) => {
    writeWhole(join(folder, name), bytes);
    files.push(name);
  };
  if (holder) {
    const caller = new Caller(input.origin());
    keep(`${number}.pdf`, await holderFile(caller, number, holder, 'pdf'));
    keep(`${number}.json`, await holderFile(caller, number, holder, 'bundle'));
  } else {
    const { caller } = await input.caller();
    keep(`${number}.pdf`, await pdfOf(caller, number));
  }
  input.answer([`已下载 / downloaded     ${files.map((name) => join(folder, name)).join('  ')}`], {
    number,
    files,
    out: folder,
  });
}

export const download: Command = {
  takes: '[BATCH|NUMBER]',
  about: '下载证书 / fetch certificates',
  help: `  --out DIR        输出目录 / where files go
  --key FILE       机构密钥文件 / the organization's key file
  --batch ID       只要一批的 PDF，存为 DIR/<编号>.pdf / only the PDFs of a batch, as DIR/<number>.pdf
  --zip            与 --batch 同用：存为压缩包，每个 200 张 / with --batch: as archives of 200 certificates
  --force          已有的文件也重新下载 / fetch again what is there
  --bundles        同时下载每张证书的核验包（记为持证人下载）/ also each bundle, logged as a holder's download
  --no-pdf         只要 certificates.jsonl / certificates.jsonl alone
  --holder FILE    持证人本人：{"name", "id_number"}，- 为标准输入 / as the holder; - reads stdin
  --name --id-number   同上，但会留在命令历史中 / the same, but it stays in the shell's history
  --server ORIGIN  服务地址 / the service`,
  options: {
    ...KEY,
    out: { type: 'string' },
    batch: { type: 'string' },
    zip: { type: 'boolean' },
    force: { type: 'boolean' },
    bundles: { type: 'boolean' },
    'no-pdf': { type: 'boolean' },
    holder: { type: 'string' },
    name: { type: 'string' },
    'id-number': { type: 'string' },
  },
  async run(input) {
    const what = input.word(0) as string | undefined;
    const id = input.text('batch');
    if ((what === undefined) === (id === undefined))
      throw usage('请给出批次号或证书编号，或者用 --batch', 'give a batch or a number, or --batch');
    if (input.flag('zip') && id === undefined) throw usage('--zip 须与 --batch 同用', '--zip goes with --batch');
    const folder = input.path('out');
    if (id !== undefined) return pdfsOfBatch(input, id, folder);
    const isBatch = /^b[0-9a-f]{24}$/.test(what as string);
    const number = isBatch ? undefined : parseNumber(what as string).text;
    mkdirSync(folder, { recursive: true });
    return number === undefined ? batch(input, what as string, folder) : one(input, number, folder);
  },
};
