/**
 * Attached files (证明材料): PDF, JPEG or PNG, told by their content, kept encrypted in R2 and read again by whoever
 * reaches the case that names them. Each owner has a share of space.
 */

import { sha256, toBase64url } from '../../base/bytes.ts';
import { Refusal } from '../../base/refusal.ts';
import { type AttachedFile, FILE_BYTES, FILE_TYPES } from '../../core/procedure/body-shapes.ts';
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
} from '../../storage/attachment-store.ts';
import type { D1PreparedStatement } from '../../storage/database.ts';
import { attempt } from '../attempt.ts';
import type { Service } from '../service.ts';

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

/** Refuses files that the signer of a step has not handed in. @returns what marks them as named */
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
        `The file ${name} was not handed in, or is another one: send it with POST /v1/files first.`,
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
