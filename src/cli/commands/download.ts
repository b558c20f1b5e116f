/** Owns `luzheng download`: a batch's certificates for its organization, or one certificate for it or for its holder. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUNDLE_MEDIA_TYPE, readBundle } from '../../life/bundle.ts';
import { parseNumber } from '../../life/number.ts';
import { Caller } from '../caller.ts';
import { eachOf, fetchFiles, writeLines, writeWhole } from '../collect.ts';
import { fromHere, KEY, type Command, type Input } from '../command.ts';
import type { HolderOf, Issued } from '../steps.ts';
import { Progress, usage } from '../talk.ts';

function readHolder(input: Input): HolderOf | undefined {
  const file = input.text('holder');
  if (file !== undefined) return JSON.parse(readFileSync(file === '-' ? 0 : fromHere(file), 'utf8')) as HolderOf;
  const [name, id_number] = [input.text('name'), input.text('id-number')];
  if (name === undefined && id_number === undefined) return undefined;
  if (name === undefined || id_number === undefined) throw usage('--name 与 --id-number 须同时给出', '--name and --id-number go together');
  return { name, id_number };
}

async function batch(input: Input, id: string, folder: string): Promise<void> {
  const { identity, caller, origin } = await input.caller();
  const issued: Issued[] = [];
  await writeLines(caller, id, join(folder, 'certificates.jsonl'), (one) => void issued.push(one));
  const bundles = input.flag('bundles');
  let pdfs = 0;
  if (bundles) await fetchFiles(origin, identity, folder, issued, (_number, bundle) => void readBundle(bundle));
  else if (!input.flag('no-pdf')) {
    mkdirSync(join(folder, 'pdf'), { recursive: true });
    const progress = new Progress('下载 PDF fetching PDFs');
    await eachOf(issued, 4, async ({ number }) => {
      writeWhole(join(folder, 'pdf', `${number}.pdf`), await bytesOf(caller, 'GET', `/v1/certificates/${number}.pdf`));
      progress.at(++pdfs, issued.length);
    });
    progress.end();
  }
  const printed = bundles ? issued.length : pdfs;
  input.answer([`已下载 / downloaded     ${issued.length} 张凭证 credentials，${printed} 份 PDF，${bundles ? issued.length : 0} 个核验包 bundles`, `输出 / written to       ${folder}`], { batch: id, certificates: issued.length, pdfs: printed, bundles: bundles ? issued.length : 0, out: folder });
}

const bytesOf = async (caller: Caller, method: string, path: string, body?: unknown, accept?: string): Promise<Uint8Array> =>
  new Uint8Array(await (await caller.take(method, path, { ...(body === undefined ? {} : { body }), ...(accept === undefined ? {} : { accept }) })).arrayBuffer());

async function one(input: Input, number: string, folder: string): Promise<void> {
  const holder = readHolder(input);
  const files: string[] = [];
  const keep = (name: string, bytes: Uint8Array) => {
    writeWhole(join(folder, name), bytes);
    files.push(name);
  };
  if (holder) {
    const caller = new Caller(input.origin());
    keep(`${number}.pdf`, await bytesOf(caller, 'POST', `/v1/certificates/${number}/download`, holder, 'application/pdf'));
    keep(`${number}.json`, await bytesOf(caller, 'POST', `/v1/certificates/${number}/download`, holder, BUNDLE_MEDIA_TYPE));
  } else {
    const { caller } = await input.caller();
    keep(`${number}.pdf`, await bytesOf(caller, 'GET', `/v1/certificates/${number}.pdf`));
  }
  input.answer([`已下载 / downloaded     ${files.map((name) => join(folder, name)).join('  ')}`], { number, files, out: folder });
}

export const download: Command = {
  takes: 'BATCH|NUMBER',
  about: '下载证书 / fetch certificates',
  help: `  --out DIR        输出目录 / where files go
  --key FILE       机构密钥文件 / the organization's key file
  --bundles        同时下载每张证书的核验包（记为持证人下载）/ also each bundle, logged as a holder's download
  --no-pdf         只要 certificates.jsonl / certificates.jsonl alone
  --holder FILE    持证人本人：{"name", "id_number"}，- 为标准输入 / as the holder; - reads stdin
  --name --id-number   同上，但会留在命令历史中 / the same, but it stays in the shell's history
  --server ORIGIN  服务地址 / the service`,
  options: { ...KEY, out: { type: 'string' }, bundles: { type: 'boolean' }, 'no-pdf': { type: 'boolean' }, holder: { type: 'string' }, name: { type: 'string' }, 'id-number': { type: 'string' } },
  async run(input) {
    const folder = input.path('out');
    const what = input.word(0);
    const isBatch = /^b[0-9a-f]{24}$/.test(what);
    const number = isBatch ? undefined : parseNumber(what).text;
    mkdirSync(folder, { recursive: true });
    await (number === undefined ? batch(input, what, folder) : one(input, number, folder));
  },
};
