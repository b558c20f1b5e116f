/**
 * Owns how the command comes by a snapshot: over HTTP, to be kept by `luzheng trust` or carried by the single-file
 * verifier, and from the file where it was kept.
 * It refuses what is no trust list.
 */
import { readFileSync } from 'node:fs';
import { FOREIGN } from '../life/gateway.ts';
import { readSnapshot, type Snapshot } from '../life/snapshot.ts';
import { takeSnapshot } from '../life/snapshot-take.ts';
import { CallError, type Caller } from './caller.ts';
import { now } from './sign.ts';
import { Failure } from './talk.ts';

/** @throws Failure when the service gives no trust list */
export async function fetchSnapshot(service: Caller): Promise<Snapshot> {
  const ask = async (path: string): Promise<string | undefined> => {
    try {
      return await (await service.take('GET', path)).text();
    } catch (error) {
      if (error instanceof CallError && error.problem.status === 404 && error.problem.code !== FOREIGN)
        return undefined;
      throw error;
    }
  };
  const taken = readSnapshot(await takeSnapshot(ask, Number.POSITIVE_INFINITY, now()));
  if (!taken)
    throw new Failure(1, `${service.origin} 没有给出信任列表`, 'the service gives no trust list', 'trust_missing');
  return taken;
}

/** A file of `luzheng trust`, or a plain trust.json. @throws Failure when it is neither */
export function readSnapshotFile(path: string): Snapshot {
  let kept: Snapshot | undefined;
  try {
    kept = readSnapshot(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  if (kept === undefined) throw new Failure(2, `${path} 不是 trust.json`, 'it is not a trust.json', 'unreadable');
  return kept;
}
