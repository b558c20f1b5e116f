/**
 * Checks a list: each row is looked up and verified like any look-up, in stretches, so that memory is that of one stretch
 * however long the list is; the last line is the signed receipt (core/receipt.ts). Of a holder it says only whether the name
 * that was given is theirs, and ten wrong names at a number in an hour close that comparison here as anywhere (guesses.ts).
 */

import { concat, sha256, toBase64url } from '../base/bytes.ts';
import { type BulkAnswer, type BulkRow, KEYED_ROWS, readBulk } from '../core/bulk-list.ts';
import { foldName } from '../core/name.ts';
import { type Receipt, receiptLine, Tally } from '../core/receipt.ts';
import { complete, selectOwnRows } from '../storage/certificate-store.ts';
import { deleteGuesses, type Guesses, insertGuesses } from '../storage/guess-store.ts';
import { numberSubject, WINDOW, WRONG_GUESSES, windowAt } from './guesses.ts';
import { examine } from './read-certificate.ts';
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
