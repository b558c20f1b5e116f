/** Owns the Worker's entry points: requests, and the cron sweep that repairs what a crash left behind. */
import { app } from './app.ts';
import { shanghaiDay } from './base/day.ts';
import { PROOF_AGE } from './core/dpop.ts';
import type { Env } from './env.ts';
import { attempt } from './service/attempt.ts';
import { sweepBatches } from './service/issue.ts';
import { sweepFiles } from './service/procedure/case-files.ts';
import { sweepPhotos } from './service/row-photos-at-rest.ts';
import { sweepUnsealed } from './service/seal-old-rows.ts';
import { type Service, serviceOf } from './service/service.ts';
import { mendStates } from './service/withdraw.ts';
import { sweepNotices } from './service/working-days.ts';
import { deleteUsageBefore } from './storage/bulk-key-store.ts';
import { deleteGuessesBefore, deleteStrangersBefore } from './storage/guess-store.ts';
import { deleteSendersBefore } from './storage/notice-store.ts';
import { deleteProofsBefore } from './storage/statement-store.ts';

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

export default {
  fetch: app.fetch,
  async scheduled(_event: unknown, env: Env): Promise<void> {
    const service = serviceOf(env);
    for (const [task, work] of Object.entries(TASKS)) await attempt(task, {}, () => work(service));
  },
};
