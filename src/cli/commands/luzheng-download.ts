/**
 * `luzheng download`: a batch's certificates for its organization, or one certificate for it or for its holder.
 * Repeated, it goes on where it stopped.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { counted } from '../../base/text.ts';
import { readBundle } from '../../core/bundle.ts';
import { parseNumber } from '../../core/number.ts';
import { openDocument } from '../../core/paper/document-check.ts';
import { viewBatch } from '../../sdk/batch.ts';
import { Caller } from '../../sdk/call.ts';
import { certificatesOf, type HolderOf, holderFile, type Issued, pdfOf } from '../../sdk/fetch-certificates.ts';
import { type Command, fromHere, type Input, KEY } from '../command.ts';
import { fetchFiles, fetchPdfs, fetchZips, writeLines, writeWhole } from '../save-certificates.ts';
import { err, Failure, Progress, usage } from '../talk.ts';

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
