/**
 * Owns fetching a batch's PDFs in parts, as files or as archives: what is there stays, what broke off is asked for
 * again from where it stopped, and a file that is there is whole.
 * It refuses to take anything but the certificates that the batch lists, in their order.
 */
import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { parseNumber } from '../life/number.ts';
import { isRefusal } from '../life/refusal.ts';
import { readZip } from '../life/zip.ts';
import { CallError, type Caller } from './caller.ts';
import { writeWhole } from './collect.ts';
import { Failure, type Progress } from './talk.ts';

/** Certificates asked for at once: a second or so of the service's work. */
export const PART = 200;
/** Times in a row that a part is asked for again without a certificate more. */
const RETRIES = 3;
/** Milliseconds before the first of them; the second waits twice as long. */
const PAUSE = 500;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Whether a transfer broke off, which another attempt may mend: fetch throws TypeErrors, and a proxy that repeats a
 * request by itself after such an accident gets its proof refused.
 */
const brokeOff = (error: unknown): boolean =>
  error instanceof TypeError || isRefusal(error, 'zip_broken') || (error instanceof CallError && (error.problem.status >= 500 || error.problem.code === 'proof_replayed'));

async function* archive(caller: Caller, id: string, from: number, limit: number, each: (chunk: Uint8Array) => void = () => undefined) {
  const { body } = await caller.take('GET', `/v1/batches/${id}/certificates.zip?from=${from}&limit=${limit}`);
  const passing = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      each(chunk);
      controller.enqueue(chunk);
    },
  });
  yield* readZip((body as ReadableStream<Uint8Array>).pipeThrough(passing));
}

const other = (number: string) => new Failure(1, `服务给出的不是所要的证书 ${number}`, 'the service gave other certificates than the batch lists', 'certificates_differ');

/**
 * Fetches `<number>.pdf` of each certificate into a folder.
 * @param numbers all of the batch, in its order
 * @param force also those that are there
 * @returns how many came, and those that the service cannot give
 */
export async function fetchPdfs(caller: Caller, id: string, numbers: readonly string[], folder: string, force: boolean, progress: Progress): Promise<{ fetched: number; refused: string[] }> {
  mkdirSync(folder, { recursive: true });
  // What the service calls a number becomes the name of a file.
  const names = numbers.map((number) => `${parseNumber(number).text}.pdf`);
  const missing = new Set([...names.keys()].filter((at) => force || !existsSync(join(folder, names[at] as string))));
  const refused: string[] = [];
  let [fetched, turns] = [0, 0];
  while (missing.size > 0) {
    const first = missing.values().next().value as number;
    // After an accident the next one alone: either it comes, or its refusal says what is wrong with it.
    let last = turns > 0 ? first : first + PART - 1;
    while (!missing.has(last)) last--;
    const before = fetched;
    try {
      let at = first;
      for await (const { name, bytes } of archive(caller, id, first, last - first + 1)) {
        if (name !== names[at]) throw other(numbers[at] as string);
        if (missing.has(at)) {
          writeWhole(join(folder, name), bytes);
          missing.delete(at);
          progress.at(names.length - missing.size, names.length);
          fetched++;
        }
        at++;
      }
      if (at <= last) throw other(numbers[at] as string);
      turns = 0;
    } catch (error) {
      if (error instanceof CallError && error.problem['position'] === first) {
        refused.push(numbers[first] as string);
        missing.delete(first);
        continue;
      }
      turns = fetched > before ? 1 : turns + 1;
      if (!brokeOff(error) || turns > RETRIES) throw error;
      await pause(turns * PAUSE);
    }
  }
  progress.end();
  return { fetched, refused };
}

/** Fetches one part as an archive, as it comes. */
async function fetchZip(caller: Caller, id: string, path: string, from: number, length: number, each: (got: number) => void): Promise<void> {
  for (let turn = 1; ; turn++) {
    const file = openSync(`${path}.part`, 'w');
    let got = 0;
    try {
      for await (const _ of archive(caller, id, from, length, (chunk) => void writeSync(file, chunk))) each(++got);
      if (got !== length) throw new Failure(1, `第 ${from + got + 1} 张缺失`, 'the service gave fewer certificates than the batch lists', 'certificates_differ');
      break;
    } catch (error) {
      if (!brokeOff(error) || turn > RETRIES) throw error;
      await pause(turn * PAUSE);
    } finally {
      closeSync(file);
    }
  }
  renameSync(`${path}.part`, path);
}

/** Fetches a batch as `<batch>.part-0001.zip` and on, each with `PART` certificates. @returns names, and how many certificates came */
export async function fetchZips(caller: Caller, id: string, count: number, folder: string, force: boolean, progress: Progress): Promise<{ fetched: number; parts: string[] }> {
  mkdirSync(folder, { recursive: true });
  const parts: string[] = [];
  let fetched = 0;
  for (let from = 0; from < count; from += PART) {
    const name = `${id}.part-${String(from / PART + 1).padStart(4, '0')}.zip`;
    const length = Math.min(PART, count - from);
    if (force || !existsSync(join(folder, name))) {
      await fetchZip(caller, id, join(folder, name), from, length, (got) => progress.at(from + got, count));
      fetched += length;
    }
    parts.push(name);
  }
  progress.end();
  return { fetched, parts };
}
