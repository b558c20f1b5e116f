/**
 * A batch's PDFs in parts, as files or as archives: what is there stays, what broke off is asked for again from where
 * it stopped, and a file that is there is whole.
 */
import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { parseNumber } from '../core/number.ts';
import { readZip } from '../formats/zip-stream.ts';
import { CallError, type Caller } from '../sdk/call.ts';
import { archiveLine, type Line, PART, takeParts } from '../sdk/fetch-certificates.ts';
import { writeWhole } from './collect.ts';
import { Failure, type Progress } from './talk.ts';

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

/** Fetches a batch as `<batch>.part-0001.zip` and on, each with `PART` certificates. @returns names, and how many certificates came */
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
