/**
 * Owns how much keys may leave here that nobody has named: anybody makes as many as he likes, so that limits by key bound
 * nothing. Bounded are one network in a day, and all of them together: applications that wait for a centre, and bytes of
 * files that no application names yet, of which the oldest go first.
 * It refuses whoever goes beyond, and more applications than centres can look at (a centre clears what is rubbish).
 */
import { shanghaiDay } from '../life/calendar.ts';
import { Refusal } from '../life/refusal.ts';
import type { Service } from '../service.ts';
import { countStranger, countUndecided, selectOldestUnnamed, selectUnnamedBytes } from '../storage/strangers.ts';
import { removeUnnamed } from './files.ts';

/** Steps of one network in a day. */
export const NETWORK_STEPS = 30;
/** Bytes of files of one network in a day. */
export const NETWORK_BYTES = 150_000_000;
/** Applications and requests of devices that wait, of all networks. */
export const UNDECIDED = 2_000;
/** Bytes of files that no step names, of all networks. */
export const UNNAMED_BYTES = 500_000_000;

/** Seconds until the day ends in Shanghai. */
const secondsLeft = (now: number): number => 86_400 - ((now + 8 * 3600) % 86_400);

const tooOften = (service: Service) => new Refusal('applications_too_often', 'Much was handed in from your network today by keys that nobody has named. Go on tomorrow or from another network, or turn to the centre in writing.', { retry_after: secondsLeft(service.now()) });

/** Before a step of such a key. @param sender keyed digest of the network; undefined where it is not known */
export async function admitStep(service: Service, sender: string | undefined): Promise<void> {
  if (sender !== undefined && (await countStranger(service.db, sender, shanghaiDay(service.now()), { steps: 1 })).steps > NETWORK_STEPS) throw tooOften(service);
}

/** Before a case of such a key begins. */
export async function requireRoom(service: Service): Promise<void> {
  if ((await countUndecided(service.db)) >= UNDECIDED) throw new Refusal('applications_full', 'As many applications wait for the centres as they take. Try again later, or turn to the centre in writing.');
}

/** Before a file of such a key is kept: counts it against its network, and makes room for it. */
export async function admitFile(service: Service, sender: string | undefined, size: number): Promise<void> {
  if (sender !== undefined && (await countStranger(service.db, sender, shanghaiDay(service.now()), { bytes: size })).bytes > NETWORK_BYTES) throw tooOften(service);
  let over = (await selectUnnamedBytes(service.db)) + size - UNNAMED_BYTES;
  while (over > 0) {
    const oldest = await selectOldestUnnamed(service.db, 20);
    if (oldest.length === 0) return;
    for (const file of oldest) {
      if (over <= 0) return;
      await removeUnnamed(service, file.owner, file.sha256);
      over -= file.size;
    }
  }
}
