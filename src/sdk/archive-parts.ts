/**
 * Owns taking a batch's certificates in parts, in order, over a line that may break: what came is not asked for
 * again. The calls, and what to do after an accident, are arguments.
 * It refuses to guess why a part broke off: the next certificate alone either comes, or its refusal says why.
 */
import { Refusal } from '../base/refusal.ts';
import { readZip, type ZipFile } from '../formats/zip-stream.ts';

/** Certificates asked for at once: a second or so of the service's work. */
export const PART = 200;

export interface Line {
  /** Asks for `limit` certificates from position `from`, as an archive; throws what the service refuses. */
  ask(from: number, limit: number): Promise<ReadableStream<Uint8Array>>;
  /** After an accident: waits before another attempt, or throws to give up. `turn` counts those since the last certificate. */
  accident(error: unknown, turn: number): Promise<void>;
}

/** The certificates from position `from` to before `to`. */
export async function* takeParts(line: Line, from: number, to: number): AsyncGenerator<ZipFile> {
  let [next, turn] = [from, 0];
  while (next < to) {
    const before = next;
    const limit = turn > 0 ? 1 : Math.min(PART, to - next);
    try {
      for await (const file of readZip(await line.ask(next, limit))) {
        next++;
        yield file;
      }
      if (next !== before + limit)
        throw new Refusal('zip_broken', 'The archive has not as many certificates as were asked for.');
      turn = 0;
    } catch (error) {
      turn = next > before ? 1 : turn + 1;
      await line.accident(error, turn);
    }
  }
}
