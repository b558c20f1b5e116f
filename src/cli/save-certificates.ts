/**
 * Certificates into a folder: certificates.jsonl, PDFs one by one or in parts, bundles; for the demonstration each is
 * checked as a stranger would, and the approved root is computed again. A file that is there is whole.
 */

import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { decodeUtf8 } from '../base/bytes.ts';
import { leafText, rootOfTexts } from '../core/approved-rows.ts';
import { openBundle, readBundle } from '../core/bundle.ts';
import { openCredential, splitCredential } from '../core/credential.ts';
import { openDirectory } from '../core/directory.ts';
import type { PublicJwk } from '../core/keys.ts';
import { parseNumber } from '../core/number.ts';
import { openDocument } from '../core/paper/document-check.ts';
import { type CheckId, lackOf, type Report } from '../core/report.ts';
import type { Jwks } from '../core/shapes/certificate-shapes.ts';
import { Memo } from '../core/statement.ts';
import { verify } from '../core/verify.ts';
import { readZip } from '../formats/zip-stream.ts';
import { type Answer, CallError, Caller } from '../sdk/call.ts';
import {
  archiveLine,
  certificatesOf,
  holderFile,
  holderOf,
  type Issued,
  type Line,
  PART,
  pdfOf,
  takeParts,
} from '../sdk/fetch-certificates.ts';
import { now, type Speaker } from '../sdk/sign.ts';
import { Failure, type Progress, showing } from './talk.ts';

/** Writes beside and renames: a file that is there is whole. */
export function writeWhole(path: string, content: string | Uint8Array, mode = 0o666): void {
  rmSync(`${path}.part`, { force: true });
  writeFileSync(`${path}.part`, content, { mode });
  renameSync(`${path}.part`, path);
}

/** Runs `work` on every item, a few at a time. */
export async function eachOf<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < items.length) await work(items[next++] as T);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
}

/** Refuses a report that is not as good as can be. @param waived checks that need not have been made of this evidence */
function requireGood(number: string, { checks }: Report, waived: readonly CheckId[], from = ''): void {
  const lack = lackOf(checks, waived);
  if (lack) throw wrong(number, `${from}${lack.id}: ${lack.result} ${lack.code ?? ''}`);
}

const wrong = (number: string, why: string) =>
  new Failure(1, `自查未通过：${number} ${why}`, 'the self-check failed', 'self_check_failed');

export interface Wanted {
  origin: string;
  client: Speaker;
  batch: string;
  /** Where files go; created. */
  folder: string;
  /** How many PDFs and bundles. */
  pdf: number;
  approval: string;
  root: { kid: string; jwk: PublicJwk };
  expectedRoot: string;
}

export interface Collected {
  certificates: number;
  pdfs: number;
  first: string;
  last: string;
}

/** Writes certificates.jsonl line by line; a run that fails leaves only the .part file. */
export async function writeLines(
  caller: Caller,
  batch: string,
  path: string,
  each: (issued: Issued) => Promise<void> | void,
): Promise<void> {
  const file = openSync(`${path}.part`, 'w');
  try {
    await showing('下载凭证 fetching credentials', async (progress) => {
      for await (const issued of certificatesOf(caller, batch, progress)) {
        const { row, number, credential, seal_url } = issued;
        writeSync(file, `${JSON.stringify({ row, number, credential, seal_url })}\n`);
        await each(issued);
      }
    });
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.part`, path);
}

export async function collect({ origin, client, batch, folder, pdf, root, expectedRoot }: Wanted): Promise<Collected> {
  const caller = new Caller(origin, client);
  const anyone = new Caller(origin);
  const memo = new Memo();
  const { keys } = await anyone.get<Answer<typeof Jwks>>('/.well-known/jwks.json');
  const find = async (kid: string) => {
    const jwk = keys.find((key) => key.kid === kid);
    return jwk && memo.key(jwk);
  };
  const leaves: string[] = [];
  const printed: Issued[] = [];
  let first = '';
  let last = '';
  await writeLines(caller, batch, join(folder, 'certificates.jsonl'), async (issued) => {
    const facts = await openCredential(splitCredential(issued.credential).jws, find);
    if (facts.number !== issued.number) throw wrong(issued.number, 'number');
    leaves.push(leafText(facts.row));
    if (printed.length < pdf) printed.push(issued);
    first ||= issued.number;
    last = issued.number;
  });
  if (rootOfTexts(leaves) !== expectedRoot) throw wrong(`${first} …`, 'root');

  await fetchFiles(origin, client, folder, printed, async (number, file) => {
    const {
      evidence,
      centres,
      withdrawals,
      bundle: { roots },
    } = file.kind === 'pdf' ? openDocument(file.bytes) : openBundle(readBundle(file.value));
    const directory = await openDirectory({ thumbprints: [root.kid], roots }, centres, memo, withdrawals);
    const { report } = await verify({ asked: number, ...evidence }, directory, now());
    requireGood(number, report, ['status'], `${file.kind} `);
    // A report may do without a document; that of a PDF may not.
    if (file.kind === 'pdf' && !report.checks.some(({ id, result }) => id === 'document' && result === 'pass'))
      throw wrong(number, 'pdf document: not_checked');
  });
  // What the public sees, of a few.
  for (const number of new Set([first, last])) {
    requireGood(number, await anyone.get<Report>(`/v1/certificates/${number}`), []);
  }
  return { certificates: leaves.length, pdfs: printed.length, first, last };
}

/** What a holder gets. */
type Fetched = { kind: 'pdf'; bytes: Uint8Array<ArrayBuffer> } | { kind: 'bundle'; value: unknown };

/** The organization's PDF and the holder's bundle of each certificate. */
export async function fetchFiles(
  origin: string,
  client: Speaker,
  folder: string,
  issued: readonly Issued[],
  check: (number: string, file: Fetched) => Promise<void> | void,
): Promise<void> {
  const caller = new Caller(origin, client);
  const anyone = new Caller(origin);
  for (const sub of ['pdf', 'bundle']) mkdirSync(join(folder, sub), { recursive: true });
  let done = 0;
  await showing('下载 PDF 与核验包 fetching PDFs and bundles', (progress) =>
    eachOf(issued, 4, async ({ number, credential }) => {
      const bytes = await pdfOf(caller, number);
      await check(number, { kind: 'pdf', bytes });
      writeWhole(join(folder, 'pdf', `${number}.pdf`), bytes);
      const bundle = await holderFile(anyone, number, holderOf(credential), 'bundle');
      await check(number, { kind: 'bundle', value: JSON.parse(decodeUtf8(bundle)) });
      writeWhole(join(folder, 'bundle', `${number}.json`), bundle);
      progress(++done, issued.length);
    }),
  );
}

// A batch's PDFs in parts, as files or as archives: what is there stays, what broke off is asked for again from where
// it stopped, and a file that is there is whole.

/**
 * Fetches `<number>.pdf` of each certificate into a folder.
 * @param numbers all of the batch, in its order
 * @param force also those that are there
 * @returns how many came, and those that the service cannot give
 */
export async function fetchPdfs(
  caller: Caller,
  id: string,
  numbers: readonly string[],
  folder: string,
  force: boolean,
  progress: Progress,
): Promise<{ fetched: number; refused: string[] }> {
  mkdirSync(folder, { recursive: true });
  // What the service calls a number becomes the name of a file.
  const names = numbers.map((number) => `${parseNumber(number).text}.pdf`);
  const missing = new Set([...names.keys()].filter((at) => force || !existsSync(join(folder, names[at] as string))));
  const refused: string[] = [];
  let fetched = 0;
  while (missing.size > 0) {
    let at = missing.values().next().value as number;
    let last = at + PART - 1;
    while (!missing.has(last)) last--;
    try {
      for await (const { name, bytes } of takeParts(archiveLine(caller, id), at, last + 1)) {
        if (name !== names[at])
          throw new Failure(
            1,
            `服务给出的不是所要的证书 ${numbers[at]}`,
            'the service gave other certificates than the batch lists',
            'certificates_differ',
          );
        if (missing.delete(at)) {
          writeWhole(join(folder, name), bytes);
          progress.at(names.length - missing.size, names.length);
          fetched++;
        }
        at++;
      }
    } catch (error) {
      if (!(error instanceof CallError) || error.problem.position !== at) throw error;
      refused.push(numbers[at] as string);
      missing.delete(at);
    }
  }
  progress.end();
  return { fetched, refused };
}

/** Fetches one part as an archive, as it comes. */
async function fetchZip(
  line: Line,
  path: string,
  from: number,
  length: number,
  each: (got: number) => void,
): Promise<void> {
  for (let turn = 1; ; turn++) {
    const file = openSync(`${path}.part`, 'w');
    const passing = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        writeSync(file, chunk);
        controller.enqueue(chunk);
      },
    });
    try {
      let got = 0;
      for await (const _ of readZip((await line.ask(from, length)).pipeThrough(passing))) each(++got);
      if (got !== length)
        throw new Failure(
          1,
          `第 ${from + got + 1} 张缺失`,
          'the service gave fewer certificates than the batch lists',
          'certificates_differ',
        );
      break;
    } catch (error) {
      await line.accident(error, turn);
    } finally {
      closeSync(file);
    }
  }
  renameSync(`${path}.part`, path);
}

/**
 * Fetches a batch as `<batch>.part-0001.zip` and on, each with `PART` certificates. @returns names, and how many
 * certificates came
 */
export async function fetchZips(
  caller: Caller,
  id: string,
  count: number,
  folder: string,
  force: boolean,
  progress: Progress,
): Promise<{ fetched: number; parts: string[] }> {
  mkdirSync(folder, { recursive: true });
  const parts: string[] = [];
  let fetched = 0;
  for (let from = 0; from < count; from += PART) {
    const name = `${id}.part-${String(from / PART + 1).padStart(4, '0')}.zip`;
    const length = Math.min(PART, count - from);
    if (force || !existsSync(join(folder, name))) {
      await fetchZip(archiveLine(caller, id), join(folder, name), from, length, (got) =>
        progress.at(from + got, count),
      );
      fetched += length;
    }
    parts.push(name);
  }
  progress.end();
  return { fetched, parts };
}
