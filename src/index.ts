/** Owns the Worker's entry points: requests, and the cron sweep that repairs what a crash left behind. */
import { app } from './app.ts';
import type { Env } from './env.ts';
import { shanghaiDay } from './life/calendar.ts';
import { PROOF_AGE } from './life/dpop.ts';
import { sweepPhotos } from './photos.ts';
import { sweepFiles } from './procedure/files.ts';
import { sweepNotices } from './working-days.ts';
import { sweepBatches } from './registrar.ts';
import { serviceOf } from './service.ts';
import { deleteUsageBefore } from './storage/bulk.ts';
import { deleteGuessesBefore } from './storage/limits.ts';
import { deleteSendersBefore } from './storage/notices.ts';
import { deleteProofsBefore } from './storage/statements.ts';

/** Seconds for which a DPoP proof is remembered: twice as long as it could be used. */
const PROOF_MEMORY = 2 * PROOF_AGE;
/** Seconds that one sweep may sign. */
const SWEEP_SECONDS = 25;

export default {
  fetch: app.fetch,
  async scheduled(_event: unknown, env: Env): Promise<void> {
    const service = serviceOf(env);
    await deleteProofsBefore(service.db, service.now() - PROOF_MEMORY);
    await deleteGuessesBefore(service.db, service.now());
    await deleteSendersBefore(service.db, shanghaiDay(service.now()));
    await deleteUsageBefore(service.db, shanghaiDay(service.now() - 90 * 86_400));
    await service.vault.rewrapAll();
    await sweepBatches(service, service.now() + SWEEP_SECONDS);
    await sweepNotices(service);
    await sweepPhotos(service);
    await sweepFiles(service);
  },
};
