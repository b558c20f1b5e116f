/**
 * Issuing (颁发): the order of writes from an approved batch to signed certificates.
 *
 *   gate (issue-gate.ts) → 1. number (one transaction) → 2. sign, in chunks under a lease → 3. close
 *
 * A crash before 1 leaves nothing. After 1 the batch is `issuing` and nothing is refused any more: whoever calls again,
 * or the cron sweep, goes through 2 and 3, which skip what is done. No step is undone.
 */
import { toBase64url, toHex } from '../base/bytes.ts';
import { shanghaiDay } from '../base/day.ts';
import { isRefusal, Refusal } from '../base/refusal.ts';
import { leafOfText, type RowFacts } from '../core/approved-rows.ts';
import { type CredentialFacts, signCredential } from '../core/credential.ts';
import { readDisclosures } from '../core/disclose.ts';
import { chooseFormat, sealDigest, signSeal } from '../core/seal.ts';
import { inclusionPath, tree } from '../formats/merkle.ts';
import { type BatchRow, selectBatch } from '../storage/batch-store.ts';
import { JudgeAgain } from '../storage/database.ts';
import {
  countSigned,
  insertCredentials,
  numberBatch,
  releaseLease,
  StatusIndexTaken,
  type StoredOrder,
  selectInterrupted,
  selectOrder,
  selectUnsigned,
  takeLease,
  type UnsignedRow,
  updateIssued,
  updateTried,
} from '../storage/numbering.ts';
import { drawStatusIndexes, passGate, type Tokens } from './issue-gate.ts';
import { directoryOf, requireSameCentre } from './on-file.ts';
import { batchFacts, type OpenBatch, openBatch, openSecret } from './open-batch.ts';
import type { Service } from './service.ts';
import { attempt } from './service.ts';

/** Certificates signed and stored at a time. */
const CHUNK = 200;

/** Seconds a signer may be silent before another takes over; two at once would only waste work. */
const LEASE_SECONDS = 10;

/** Batches that one sweep goes on with. */
const SWEEP = 20;

/** Seconds a call works before it answers 202. */
export const CALL_SECONDS = 20;

export interface Progress {
  state: BatchRow['state'];
  count: number;
  issued: number;
}

/**
 * Issues a batch, or goes on where an earlier call stopped. `until`: NumericDate after which it answers.
 * @throws Refusal of the gate, of numbering, `batch_closed`, `filed_by_other_centre`
 */
export async function issueBatch(
  service: Service,
  opened: OpenBatch,
  tokens: Tokens,
  until: number,
): Promise<Progress> {
  const { batch, filing, directory } = opened;
  const ordered = await selectOrder(service.db, batch.id);
  if (!ordered) {
    if (batch.state === 'returned')
      throw new Refusal('batch_closed', 'The batch was returned by a centre; send the corrected file as a new batch.', {
        state: batch.state,
      });
    await requireSameCentre(service, directory, filing);
    return finishBatch(service, opened, await order(service, opened, tokens), until);
  }
  if (ordered.approval !== tokens.approval) {
    // The same call again continues; another approval for an ordered batch is a different wish.
    throw new Refusal('batch_already_ordered', 'This batch was ordered before, with another approval.');
  }
  return finishBatch(service, opened, { ordered }, until);
}

/** An ordered batch; with the public part of its rows, where they were read and checked in the same call. */
interface Ordered {
  ordered: StoredOrder;
  texts?: string[];
}

/** Attempts to number a batch while others take its status indexes, or change what the gate judged. */
const ATTEMPTS = 6;

/** The gate and the numbering. A crash before the transaction ends leaves the batch as it was. */
async function order(service: Service, opened: OpenBatch, tokens: Tokens): Promise<Ordered> {
  const { batch } = opened;
  for (let attempt = 1; ; attempt++) {
    const { texts, ...passed } = await passGate(service, opened, tokens);
    const { list, indexes } = await drawStatusIndexes(service, batch.count);
    try {
      await numberBatch(service.db, { ...passed, count: batch.count, status_list: list, status_indexes: indexes });
      // Signed is what was stored.
      return { ordered: (await selectOrder(service.db, batch.id)) as StoredOrder, texts };
    } catch (error) {
      // Between our look and our write another batch drew one of our indexes, or something came that the gate has to
      // see.
      if ((error instanceof StatusIndexTaken || error instanceof JudgeAgain) && attempt < ATTEMPTS) continue;
      // The same call twice at once: the other one numbered it, which is what this one wanted.
      const ordered = isRefusal(error) ? await selectOrder(service.db, batch.id) : null;
      if (ordered?.approval === tokens.approval) return { ordered };
      throw error;
    }
  }
}

/**
 * Signs what has a number and no signature yet, then closes the batch. Only the holder of the lease signs; a
 * crash leaves signed chunks stored and the lease to run out.
 */
async function finishBatch(service: Service, opened: OpenBatch, ordered: Ordered, until: number): Promise<Progress> {
  const lease = toHex(service.random(8));
  const { id } = opened.batch;
  let signer: Signer | undefined;
  let from = 0;
  while (service.now() <= until) {
    if (!(await takeLease(service.db, id, lease, service.now(), service.now() + LEASE_SECONDS))) {
      // Closed, or somebody else signs: look again in a moment.
      const seen = await progress(service, id);
      if (seen.state !== 'issuing') return seen;
      await pause(100);
      continue;
    }
    const unsigned = await selectUnsigned(service.db, id, from, CHUNK);
    const last = unsigned.at(-1);
    if (!last) {
      await updateIssued(service.db, id);
      return progress(service, id);
    }
    from = last.position + 1;
    signer ??= await makeSigner(service, opened, ordered);
    await insertCredentials(service.db, await Promise.all(unsigned.map(signer)));
    // Signing fills the isolate: let the requests that wait (progress, look-ups) in between.
    await pause(0);
  }
  await releaseLease(service.db, id, lease);
  return progress(service, id);
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function progress(service: Service, id: string): Promise<Progress> {
  const batch = (await selectBatch(service.db, id)) as BatchRow;
  return {
    state: batch.state,
    count: batch.count,
    issued: batch.state === 'issued' ? batch.count : await countSigned(service.db, id),
  };
}

type Signer = (row: UnsignedRow) => Promise<{ number: string; credential: string; seal: string; path: string }>;

/** Prepares what all certificates of a batch share: the key and the tree. */
async function makeSigner(
  service: Service,
  { batch, filing }: OpenBatch,
  { ordered, texts: read }: Ordered,
): Promise<Signer> {
  const texts = read ?? (await batchFacts(service, batch)).texts;
  const directory = await directoryOf(service);
  // The origin that was approved and ordered, even if the service has moved since.
  const { aud: origin } = (await service.memo.open(ordered.approval, 'approval+jwt', directory.findCentre)).payload;
  const levels = tree(texts.map(leafOfText));
  const kid = filing.issuing_jwks.keys.find((key) =>
    key.kid.endsWith(`#${batch.organization}-${ordered.key_number}`),
  )?.kid;
  if (kid === undefined)
    throw new Refusal('issuing_key_missing', 'The filing does not name the key that the batch was ordered under.');
  const { key } = await service.vault.issuingKey(kid);
  const issued_on = shanghaiDay(ordered.issued_at);
  return async ({ number, position, status_list, status_index, facts: text, sealed }) => {
    const row = JSON.parse(text) as RowFacts;
    const { disclosures } = await openSecret(service, batch.id, { position, sealed });
    const { holder, digests } = readDisclosures(disclosures, row.sd);
    const seal = chooseFormat({
      origin,
      number,
      key_number: ordered.key_number,
      issued_on,
      occupation: row.occupation,
      job: row.job,
      name: holder.name as string,
      name_digest: digests.name as string,
    });
    const digits = await signSeal(seal, key);
    const certificate: CredentialFacts = {
      form: ordered.form,
      origin,
      number,
      organization_name: filing.name,
      kid,
      row,
      issued_at: ordered.issued_at,
      batch: batch.id,
      approval: ordered.approval_jti,
      seal_digest: sealDigest(digits),
      status: { list: status_list, index: status_index },
    };
    const credential = await signCredential(certificate, key);
    return { number, credential, seal: digits, path: inclusionPath(levels, position).map(toBase64url).join('.') };
  };
}

/** Finishes a batch that was interrupted after its numbers were given. */
async function goOn(service: Service, id: string, until: number): Promise<void> {
  const ordered = await selectOrder(service.db, id);
  if (ordered) await finishBatch(service, await openBatch(service, id), { ordered }, until);
}

/**
 * The cron sweep: goes on with batches whose signer fell silent, each on its own. One that fails goes to the end of the
 * queue. @returns how many were touched
 */
export async function sweepBatches(service: Service, until: number): Promise<number> {
  const ids = await selectInterrupted(service.db, service.now(), SWEEP);
  for (const id of ids) {
    if (!(await attempt('batches', { batch: id }, () => goOn(service, id, until))))
      await updateTried(service.db, id, service.now());
  }
  return ids.length;
}
