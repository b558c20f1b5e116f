/**
 * Attached files (证明材料): PDF, JPEG or PNG, told by their content, kept encrypted in R2 and read again by whoever
 * reaches the case that names them. Each owner has a share of space.
 */

import { sha256, toBase64url } from '../../base/bytes.ts';
import { shanghaiDay } from '../../base/day.ts';
import { Refusal } from '../../base/refusal.ts';
import { type AttachedFile, FILE_BYTES, FILE_TYPES } from '../../core/procedure/body-shapes.ts';
import type { D1PreparedStatement } from '../../storage/database.ts';
import {
  countStranger,
  countUndecided,
  selectBodyBytes,
  selectFileBytes,
  selectOldestUnnamed,
  selectUnnamedBytes,
} from '../../storage/limit-store.ts';
import {
  claimUnnamed,
  deleteAttachment,
  deleteClaimed,
  getAttachment,
  insertAttachment,
  letGoBefore,
  prepareNamed,
  putAttachment,
  selectAttachedBytes,
  selectAttachment,
  selectUnused,
} from '../../storage/object-store.ts';
import { attempt, type Service } from '../service.ts';

/** Bytes that one owner may keep. */
const SHARE = 500_000_000;
/** Bytes that a body which nobody has filed yet may keep. */
export const APPLICANT_SHARE = 60_000_000;
/** Seconds after which a file that no step names is deleted. */
const UNUSED_SECONDS = 86_400;
/** Seconds after which the files of an application are deleted that a stranger withdrew, or that was declined. */
export const ENDED_SECONDS = 30 * 86_400;

const STARTS: [type: (typeof FILE_TYPES)[number], bytes: number[]][] = [
  ['application/pdf', [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
];

const placeOf = (owner: string, digest: string): string => `file:${owner}:${digest}`;

/**
 * Keeps a file.
 * @param admit asked before a file that is not there yet is kept.
 * @returns how a step names it, but for its name
 */
export async function keepFile(
  service: Service,
  owner: string,
  bytes: Uint8Array<ArrayBuffer>,
  admit?: (size: number) => Promise<void>,
): Promise<Omit<AttachedFile, 'name'>> {
  const type = STARTS.find(([, start]) => start.every((byte, i) => bytes[i] === byte))?.[0];
  if (!type) throw new Refusal('file_type_unsupported', 'Attach PDF, JPEG or PNG files.', { allowed: FILE_TYPES });
  if (bytes.length > FILE_BYTES)
    throw new Refusal('body_too_large', `A file has at most ${FILE_BYTES} bytes.`, { limit: FILE_BYTES });
  const digest = toBase64url(await sha256(bytes));
  const share = owner.startsWith('key:') ? APPLICANT_SHARE : SHARE;
  const known = await selectAttachment(service.db, owner, digest);
  if (!known && (await selectAttachedBytes(service.db, owner)) + bytes.length > share)
    throw new Refusal('files_too_many', `Attached files take up to ${share} bytes in all.`, { limit: share });
  if (!known) await admit?.(bytes.length);
  await insertAttachment(service.db, { owner, sha256: digest, type, size: bytes.length, created_at: service.now() });
  // A crash here leaves a line without an object: the sweep takes it, and a step that names it is refused meanwhile.
  await putAttachment(service.files, owner, digest, await service.vault.sealBytes(placeOf(owner, digest), bytes));
  return { type, size: bytes.length, sha256: digest };
}

/** Refuses files that the signer of a step has not submitted. @returns what marks them as named */
export async function nameFiles(
  service: Service,
  owner: string,
  about: string,
  files: readonly AttachedFile[],
): Promise<D1PreparedStatement[]> {
  for (const { sha256: digest, type, size, name } of files) {
    const row = await selectAttachment(service.db, owner, digest);
    if (!row || row.type !== type || row.size !== size)
      throw new Refusal(
        'file_not_found',
        `The file ${name} was not submitted, or is another one: send it with POST /v1/files first.`,
        { part: 'files' },
      );
  }
  return files.length === 0
    ? []
    : prepareNamed(
        service.db,
        owner,
        files.map((file) => file.sha256),
        about,
      );
}

/** The bytes of a file. @throws Refusal `file_not_found`, `file_differs` */
export async function readFile(
  service: Service,
  owner: string,
  digest: string,
): Promise<{ type: string; bytes: Uint8Array<ArrayBuffer> }> {
  const row = await selectAttachment(service.db, owner, digest);
  const sealed = row && (await getAttachment(service.files, owner, digest));
  if (!row || !sealed) throw new Refusal('file_not_found', 'There is no such file.', { part: 'files' });
  const bytes = await service.vault.openBytes(placeOf(owner, digest), sealed);
  if (toBase64url(await sha256(bytes)) !== digest)
    throw new Refusal('file_differs', 'The stored file is not the one that was named.', { part: 'files' });
  return { type: row.type, bytes };
}

/** Deletes a file that no step names. A crash in between leaves a claimed line: the sweep goes on with it. */
export async function removeUnnamed(service: Service, owner: string, digest: string): Promise<void> {
  if (!(await claimUnnamed(service.db, owner, digest))) return;
  await deleteAttachment(service.files, owner, digest);
  await deleteClaimed(service.db, owner, digest);
}

/**
 * The cron sweep: deletes files that no step named within a day, those of applications that ended, and those that were
 * let go.
 */
export async function sweepFiles(service: Service): Promise<void> {
  await letGoBefore(service.db, service.now() - ENDED_SECONDS);
  for (const { owner, sha256: digest } of await selectUnused(service.db, service.now() - UNUSED_SECONDS, 100)) {
    await attempt('files', { sha256: digest }, () => removeUnnamed(service, owner, digest));
  }
}

// How much keys may leave here that nobody has named: anybody makes as many as he likes, so that limits by key bound
// nothing. Bounded are one network in a day, and all of them together: steps of a day, applications that wait for a
// centre, bytes of bodies and files that nobody selected, and of files that no application names yet, of which the
// oldest go first.

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
    'Much was submitted from your network today by keys that nobody has named. Go on tomorrow or from another network, or turn to the centre in writing.',
    { retry_after: secondsLeft(service.now()) },
  );

const full = (facts: { retry_after?: number } = {}) =>
  new Refusal(
    'applications_full',
    'As many applications were submitted as the centres take. Try again later, or turn to the centre in writing.',
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
