/** Owns the Worker's entry points: requests, and the cron sweep that repairs what a crash left behind. */
import { app } from './app.ts';
import { attempt } from './attempt.ts';
import type { Env } from './env.ts';
import { shanghaiDay } from './life/calendar.ts';
import { PROOF_AGE } from './life/dpop.ts';
import { sweepPhotos } from './photos.ts';
import { sweepFiles } from './procedure/files.ts';
import { sweepBatches } from './registrar.ts';
import { type Service, serviceOf } from './service.ts';
import { deleteUsageBefore } from './storage/bulk.ts';
import { deleteGuessesBefore } from './storage/limits.ts';
import { deleteSendersBefore } from './storage/notices.ts';
import { deleteProofsBefore } from './storage/statements.ts';
import { deleteStrangersBefore } from './storage/strangers.ts';
import { sweepUnsealed } from './unsealed.ts';
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

export default {
  fetch: app.fetch,
  async scheduled(_event: unknown, env: Env): Promise<void> {
    const service = serviceOf(env);
    for (const [task, work] of Object.entries(TASKS)) await attempt(task, {}, () => work(service));
  },
};
