/**
 * Owns taking a snapshot over HTTP: what `luzheng trust` keeps and the single-file verifier carries.
 * It refuses an answer that is no trust list.
 */
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
      if (error instanceof CallError && error.problem.status === 404) return undefined;
      throw error;
    }
  };
  const taken = readSnapshot(await takeSnapshot(ask, Number.POSITIVE_INFINITY, now()));
  if (!taken) throw new Failure(1, `${service.origin} 没有给出信任列表`, 'the service gives no trust list', 'trust_missing');
  return taken;
}
