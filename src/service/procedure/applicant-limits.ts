/**
 * How much keys may leave here that nobody has named: anybody makes as many as he likes, so that limits by key bound
 * nothing. Bounded are one network in a day, and all of them together: steps of a day, applications that wait for a
 * centre, bytes of bodies and files that nobody selected, and of files that no application names yet, of which the
 * oldest go first.
 */
import { shanghaiDay } from '../../base/day.ts';
import { Refusal } from '../../base/refusal.ts';
import {
  countStranger,
  countUndecided,
  selectBodyBytes,
  selectFileBytes,
  selectOldestUnnamed,
  selectUnnamedBytes,
} from '../../storage/guess-store.ts';
import type { Service } from '../service.ts';
import { ENDED_SECONDS, removeUnnamed } from './case-files.ts';

/** Steps of one network in a day. */
export const NETWORK_STEPS = 30;
/** Bytes of files of one network in a day. */
export const NETWORK_BYTES = 150_000_000;
/** As many times that of one network may come from one IPv6 site (/48), which has 65,536 of them. */
export const SITE_TIMES = 4;
/** Steps of all networks in a day. */
export const DAY_STEPS = 2_000;
/** Bytes of bodies that nobody selected, granted or cleared, in the database: of those that wait and of 30 days. */
export const BODY_BYTES = 500_000_000;
/** Bytes of files, named or not, of keys of which nothing was selected or granted. */
export const FILE_BYTES_IN_ALL = 5_000_000_000;
/** Applications and requests of devices that wait, of all networks. */
export const UNDECIDED = 2_000;
/** Bytes of files that no step names, of all networks. */
export const UNNAMED_BYTES = 500_000_000;

/** Seconds until the day ends in Shanghai. */
const secondsLeft = (now: number): number => 86_400 - ((now + 8 * 3600) % 86_400);

const tooOften = (service: Service) =>
  new Refusal(
    'applications_too_often',
    'Much was handed in from your network today by keys that nobody has named. Go on tomorrow or from another network, or turn to the centre in writing.',
    { retry_after: secondsLeft(service.now()) },
  );

const full = (facts: { retry_after?: number } = {}) =>
  new Refusal(
    'applications_full',
    'As many applications were handed in as the centres take. Try again later, or turn to the centre in writing.',
    facts,
  );

/** Where a call comes from: keyed digests of its network and, for IPv6, its site. */
export interface Sender {
  id: string;
  /** How many times the limits of one network it has. */
  times: number;
}

/** All networks together; no keyed digest is so short. */
const ALL = 'all';

/** Counts a step or bytes against each sender. @throws Refusal `applications_too_often` */
async function count(
  service: Service,
  senders: readonly Sender[],
  { steps = 0, bytes = 0 }: { steps?: number; bytes?: number },
): Promise<void> {
  for (const { id, times } of senders) {
    const counted = await countStranger(service.db, id, shanghaiDay(service.now()), { steps, bytes });
    const over =
      (steps > 0 && counted.steps > NETWORK_STEPS * times) || (bytes > 0 && counted.bytes > NETWORK_BYTES * times);
    if (over) throw tooOften(service);
  }
}

/**
 * Before a step of such a key.
 * @param senders none where they are not known.
 * @throws Refusal `applications_too_often`, `applications_full`
 */
export async function admitStep(service: Service, senders: readonly Sender[]): Promise<void> {
  await count(service, senders, { steps: 1 });
  const { steps } = await countStranger(service.db, ALL, shanghaiDay(service.now()), { steps: 1 });
  if (steps > DAY_STEPS) throw full({ retry_after: secondsLeft(service.now()) });
}

/**
 * Before what such a key asks is stored.
 * @param begins whether a case begins with it.
 * @throws Refusal `applications_full`
 */
export async function requireRoom(service: Service, begins: boolean): Promise<void> {
  if (begins && (await countUndecided(service.db)) >= UNDECIDED) throw full();
  if ((await selectBodyBytes(service.db, service.now() - ENDED_SECONDS)) >= BODY_BYTES) throw full();
}

/** Before a file of such a key is kept: counts it against its network, and makes room for it. @throws as `admitStep` */
export async function admitFile(service: Service, senders: readonly Sender[], size: number): Promise<void> {
  await count(service, senders, { bytes: size });
  if ((await selectFileBytes(service.db)) + size > FILE_BYTES_IN_ALL) throw full();
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
