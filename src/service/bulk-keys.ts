/**
 * The keys with which employers check long lists: a centre makes one, shows it once, and can end it at once. A key opens
 * nothing but the length of a list and its quota of the day; what is answered is what anyone is answered.
 */

import { encodeUtf8, sha256, toBase64url, toHex } from '../base/bytes.ts';
import { dayNumber, dayOf, shanghaiDay } from '../base/day.ts';
import { Refusal } from '../base/refusal.ts';
import { QUOTA } from '../core/bulk-list.ts';
import {
  type BulkKeyRow,
  insertBulkKey,
  revokeBulkKey,
  type StoredKey,
  selectBulkKey,
  selectBulkKeyByDigest,
  selectBulkKeys,
  spendQuota,
} from '../storage/bulk-key-store.ts';
import type { Caller } from './caller.ts';
import { outOfReach, reachesCentre, reachOf } from './reach.ts';
import type { Service } from './service.ts';

/** Days for which a key may be given. */
const LONGEST_LIFE = 3 * 366;
const LISTED = 1000;

const placeOf = (id: string): string => `bulk-key:${id}`;
/** The name of an employer at rest: an employer can be a person. */
export const sealName = (service: Service, id: string, name: string): Promise<string> =>
  service.vault.sealRow(placeOf(id), name);

/** A row with its name, which was not always sealed. */
async function opened<R extends StoredKey>(
  service: Service,
  { sealed_name, ...row }: R,
): Promise<Omit<R, 'sealed_name'>> {
  return sealed_name === null
    ? row
    : { ...row, name: (await service.vault.openRow(placeOf(row.id), sealed_name)) as string };
}

const digestOf = async (key: string): Promise<string> => toBase64url(await sha256(encodeUtf8(key)));

export interface AskedKey {
  name: string;
  quota_per_day?: number | undefined;
  expires_on: string;
}

/** Makes a key. @returns the only sight of it. @throws Refusal `day_malformed`, `bulk_key_expiry_wrong` */
export async function makeBulkKey(
  service: Service,
  caller: Caller,
  asked: AskedKey,
): Promise<BulkKeyRow & { key: string }> {
  const now = service.now();
  const days = dayNumber(asked.expires_on) - dayNumber(shanghaiDay(now));
  if (days < 0 || days > LONGEST_LIFE)
    throw new Refusal('bulk_key_expiry_wrong', `A bulk key is given for at most ${LONGEST_LIFE} days, from today on.`, {
      part: 'expires_on',
      limit: LONGEST_LIFE,
    });
  const key = `lzb_${toBase64url(service.random(32))}`;
  const row: BulkKeyRow = {
    id: `k${toHex(service.random(8))}`,
    name: asked.name.trim(),
    issued_by: caller.subject,
    quota_per_day: asked.quota_per_day ?? QUOTA,
    expires_on: asked.expires_on,
    created_at: now,
    revoked_at: null,
  };
  await insertBulkKey(
    service.db,
    { ...row, name: '', sealed_name: await sealName(service, row.id, row.name) },
    await digestOf(key),
  );
  return { ...row, key };
}

/** The keys that a centre gave; the province sees all. */
export async function listBulkKeys(service: Service, caller: Caller) {
  const rows = await selectBulkKeys(service.db, reachOf(caller).centre ?? null, shanghaiDay(service.now()), LISTED);
  return Promise.all(rows.map((row) => opened(service, row)));
}

/** Ends a key. @throws Refusal `bulk_key_not_found`, `out_of_reach` */
export async function endBulkKey(service: Service, caller: Caller, id: string): Promise<BulkKeyRow> {
  const row = await selectBulkKey(service.db, id);
  if (!row) throw new Refusal('bulk_key_not_found', 'There is no such bulk key.');
  if (!reachesCentre(caller, row.issued_by)) throw outOfReach('Another centre gave this bulk key.');
  await revokeBulkKey(service.db, id, service.now());
  return opened(service, (await selectBulkKey(service.db, id)) as StoredKey);
}

/** The key that an Authorization header shows. @throws Refusal `bulk_key_unknown`, `bulk_key_ended` */
export async function readBulkKey(service: Service, authorization: string): Promise<BulkKeyRow> {
  const [, key] = /^Bearer +(lzb_[A-Za-z0-9_-]{43})$/i.exec(authorization.trim()) ?? [];
  const row = key === undefined ? null : await selectBulkKeyByDigest(service.db, await digestOf(key));
  if (!row)
    throw new Refusal(
      'bulk_key_unknown',
      'This is no bulk key of this service. Send Authorization: Bearer <key>, or none for at most 100 rows.',
    );
  if (row.revoked_at !== null || row.expires_on < shanghaiDay(service.now()))
    throw new Refusal('bulk_key_ended', 'This bulk key has ended. The centre that gave it can give another.');
  return row;
}

/** Counts rows against a key's day. @throws Refusal `bulk_quota_exceeded` with `retry_after`: seconds until the next day in Shanghai */
export async function spendRows(service: Service, { id, quota_per_day }: BulkKeyRow, rows: number): Promise<void> {
  const now = service.now();
  const day = shanghaiDay(now);
  if (await spendQuota(service.db, id, day, rows, quota_per_day)) return;
  const midnight = dayNumber(dayOf(dayNumber(day) + 1)) * 86_400 - 8 * 3600;
  throw new Refusal(
    'bulk_quota_exceeded',
    `These ${rows} rows are more than is left of the key's ${quota_per_day} a day.`,
    { limit: quota_per_day, retry_after: midnight - now },
  );
}
