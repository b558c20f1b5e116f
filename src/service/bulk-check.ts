/**
 * Checks a list: each row is looked up and verified like any look-up, in stretches, so that memory is that of one
 * stretch however long the list is; the last line is the signed receipt (core/receipt.ts). Of a holder it says only
 * whether the name that was given is theirs, and ten wrong names at a number in an hour close that comparison here as
 * anywhere (guesses.ts).
 */

import { concat, encodeUtf8, sha256, toBase64url, toHex } from '../base/bytes.ts';
import { dayNumber, dayOf, shanghaiDay } from '../base/day.ts';
import { Refusal } from '../base/refusal.ts';
import { type BulkAnswer, type BulkRow, KEYED_ROWS, QUOTA, readBulk } from '../core/bulk-list.ts';
import { foldName } from '../core/person.ts';
import { type Receipt, receiptLine, Tally } from '../core/receipt.ts';
import { complete, selectOwnRows } from '../storage/certificate-store.ts';
import {
  type BulkKeyRow,
  deleteGuesses,
  type Guesses,
  insertBulkKey,
  insertGuesses,
  revokeBulkKey,
  type StoredKey,
  selectBulkKey,
  selectBulkKeyByDigest,
  selectBulkKeys,
  spendQuota,
} from '../storage/limit-store.ts';
import { numberSubject, WINDOW, WRONG_GUESSES, windowAt } from './guesses.ts';
import { examine } from './lookup.ts';
import { type Caller, outOfReach, reachesCentre, reachOf } from './reach.ts';
import type { Found, Service } from './service.ts';

/** Rows that are looked up together: a statement of D1 for them all, and at most 1,000 statements a request. */
const STRETCH = Math.ceil(KEYED_ROWS / 100);

type Readable = Exclude<BulkRow, { answer: BulkAnswer }>;

/** How often each number is named in a stretch. */
function countNames(rows: readonly Readable[], found: ReadonlyMap<string, Found>, hour: number): Guesses[] {
  const counts = new Map<string, number>();
  for (const { number, name } of rows)
    if (name !== undefined && found.has(number)) counts.set(number, (counts.get(number) ?? 0) + 1);
  return [...counts].map(([number, n]) => ({ subject: numberSubject(number), n, until: hour + WINDOW }));
}

/** Certificates by number, verified; with the holder's name opened where some row gives one. */
async function findAll(service: Service, rows: readonly Readable[]): Promise<Map<string, Found>> {
  const named = new Set(rows.flatMap(({ number, name }) => (name === undefined ? [] : [number])));
  const owns = await selectOwnRows(service.db, [...new Set(rows.map(({ number }) => number))]);
  const found = await Promise.all(
    (await complete(service.db, service.lately, owns)).map((row) =>
      examine(service, row, row.number, named.has(row.number) ? ['name'] : []),
    ),
  );
  return new Map(found.map((one) => [one.row.number, one]));
}

function viewOf({
  verification: { report },
}: Found): Pick<BulkAnswer, 'organization' | 'occupation' | 'job' | 'level' | 'issued_on' | 'replaced_by'> {
  const { certificate, replaced_by } = report;
  if (!certificate) return {};
  const { organization, occupation, job, level, issued_on } = certificate;
  return {
    organization: organization.name,
    occupation: occupation.name,
    ...(job === '--' ? {} : { job }),
    level,
    issued_on,
    ...(replaced_by === undefined ? {} : { replaced_by }),
  };
}

/** Answers a stretch of rows, in their order. */
async function answerStretch(service: Service, rows: readonly BulkRow[]): Promise<BulkAnswer[]> {
  const readable = rows.filter((row): row is Readable => !('answer' in row));
  const found = await findAll(service, readable);
  const hour = windowAt(service.now());
  const guesses = countNames(readable, found, hour);
  const wrong = guesses.length === 0 ? new Map<string, number>() : await insertGuesses(service.db, guesses, hour);
  const before = new Map(wrong);

  const compare = (one: Found, name: string): Pick<BulkAnswer, 'name' | 'code'> => {
    const subject = numberSubject(one.row.number);
    const count = wrong.get(subject) ?? 0;
    if (count >= WRONG_GUESSES) return { code: 'second_factor_locked' };
    const held = one.verification.disclosed?.holder.name;
    if (held !== undefined && foldName(held) === foldName(name)) return { name: 'match' };
    wrong.set(subject, count + 1);
    return { name: 'no_match' };
  };
  const answers = rows.map((row): BulkAnswer => {
    if ('answer' in row) return row.answer;
    const one = found.get(row.number);
    if (!one) return { row: row.row, number: row.number, verdict: 'not_found', code: 'certificate_not_found' };
    return {
      row: row.row,
      number: row.number,
      verdict: one.verification.report.verdict,
      ...(row.name === undefined ? {} : compare(one, row.name)),
      ...viewOf(one),
    };
  });

  const right = guesses
    .map(({ subject, n }) => ({ subject, n: n - ((wrong.get(subject) ?? 0) - (before.get(subject) ?? 0)) }))
    .filter(({ n }) => n > 0);
  if (right.length > 0) await deleteGuesses(service.db, right, hour);
  return answers;
}

/**
 * Answers a list as NDJSON, a stretch of lines at a time, and at the end with the receipt's line.
 * @param request the body as sent; its rows were counted before
 * @param key id of the bulk key
 */
export async function* answerBulk(
  service: Service,
  request: Uint8Array<ArrayBuffer>,
  rows: number,
  key?: string,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const began = service.now();
  const tally = new Tally();
  let stretch: BulkRow[] = [];
  const flush = async () => {
    const answers = await answerStretch(service, stretch);
    stretch = [];
    return concat(...answers.map((answer) => tally.add(answer)));
  };
  for (const row of readBulk(request)) {
    stretch.push(row);
    if (stretch.length === STRETCH) yield await flush();
  }
  if (stretch.length > 0) yield await flush();
  const asked = { sha256: toBase64url(await sha256(request)), bytes: request.length, rows };
  const receipt: Receipt = {
    iss: service.config.origin,
    began,
    iat: service.now(),
    jti: toBase64url(service.random(16)),
    request: asked,
    ...tally.claims,
    ...(key === undefined ? {} : { key }),
  };
  yield await receiptLine(receipt, await service.vault.service());
}

// The keys with which employers check long lists: a centre makes one, shows it once, and can end it at once. A key
// opens nothing but the length of a list and its quota of the day; what is answered is what anyone is answered.

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

/**
 * Counts rows against a key's day.
 * @throws Refusal `bulk_quota_exceeded` with `retry_after`: seconds until the next day in Shanghai
 */
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
