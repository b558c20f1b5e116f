/**
 * The scheduled sweep: goes on with whatever a crash interrupted, and deletes what has had its time. Each task is tried
 * on its own, and what it repairs is described where it is written.
 */
import { shanghaiDay } from '../base/day.ts';
import { PROOF_AGE } from '../core/dpop.ts';
import { deleteGuessesBefore, deleteStrangersBefore, deleteUsageBefore } from '../storage/limit-store.ts';
import { deleteSendersBefore } from '../storage/notice-store.ts';
import { deleteProofsBefore } from '../storage/statement-store.ts';
import {
  deleteUnsealed,
  replaceFacts,
  replaceIdempotencyKey,
  replaceName,
  replaceReason,
  selectUnsealed,
  type Unsealed,
} from '../storage/unsealed-rows.ts';
import { sealName } from './bulk-check.ts';
import { sweepBatches } from './issue.ts';
import { sealReason } from './open-batch.ts';
import { sweepPhotos } from './photo-packs.ts';
import { sweepFiles } from './procedure/case-files.ts';
import { sealFacts } from './procedure/stored-cases.ts';
import type { Service } from './service.ts';
import { attempt } from './service.ts';
import { idempotencyDigest } from './upload.ts';
import { mendStates } from './withdraw.ts';
import { sweepNotices } from './working-days.ts';

/** Seconds for which a DPoP proof is remembered: twice as long as it could be used. */
const PROOF_MEMORY = 2 * PROOF_AGE;
/** Seconds that one sweep may sign. */
const SWEEP_SECONDS = 25;

/** What the sweep does, in this order; none waits for another to succeed. */
const TASKS: Record<string, (service: Service) => Promise<unknown>> = {
  proofs: ({ db, now }) => deleteProofsBefore(db, now() - PROOF_MEMORY),
  guesses: ({ db, now }) => deleteGuessesBefore(db, now()),
  senders: ({ db, now }) => deleteSendersBefore(db, shanghaiDay(now())),
  strangers: ({ db, now }) => deleteStrangersBefore(db, shanghaiDay(now())),
  usage: ({ db, now }) => deleteUsageBefore(db, shanghaiDay(now() - 90 * 86_400)),
  secrets: ({ vault }) => vault.rewrapAll((about, rewrap) => attempt('secrets', about, rewrap)),
  states: (service) => mendStates(service, service.now() + SWEEP_SECONDS),
  batches: (service) => sweepBatches(service, service.now() + SWEEP_SECONDS),
  notices: sweepNotices,
  photos: sweepPhotos,
  files: sweepFiles,
  unsealed: sweepUnsealed,
};

/** Does every task; what one throws is logged and keeps no other from its turn. */
export async function sweep(service: Service): Promise<void> {
  for (const [task, work] of Object.entries(TASKS)) await attempt(task, {}, () => work(service));
}

// What earlier versions kept in plain text (storage/migrations/0015_sealed.sql, 0011_returned.sql): each row is changed
// from what was read to its sealed form, or left for the next sweep where somebody changed it meanwhile.

/** Rows that one sweep seals. */
const AT_ONCE = 200;

/** Seals what earlier versions kept in plain text, a number of rows at a time. */
export async function sweepUnsealed(service: Service): Promise<void> {
  for (const row of await selectUnsealed(service.db, AT_ONCE)) {
    await attempt('unsealed', { kind: row.kind, id: row.id }, async () => {
      await sealOne(service, row);
      await deleteUnsealed(service.db, row.kind, row.id);
    });
  }
}

async function sealOne(service: Service, { kind, id, owner, value }: Unsealed): Promise<void> {
  if (value === null) return;
  if (kind === 'bulk_key') return replaceName(service.db, id, value, await sealName(service, id, value));
  if (kind === 'returned') return replaceReason(service.db, id, value, await sealReason(service, id, value));
  if (kind === 'batch')
    return replaceIdempotencyKey(service.db, id, value, await idempotencyDigest(service, owner, value));
  const { title, name, ...open } = JSON.parse(value) as Record<string, unknown>;
  const secret = { ...(title === undefined ? {} : { title }), ...(name === undefined ? {} : { name }) };
  if (open.sealed !== undefined || Object.keys(secret).length === 0) return;
  await replaceFacts(service.db, id, value, JSON.stringify({ ...open, ...(await sealFacts(service, id, secret)) }));
}
