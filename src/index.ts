/** The Worker's entry points: requests, and the cron that finishes what a crash left unfinished. */
import { app } from './app.ts';
import { type Env, serviceOf } from './env.ts';
import { sweep } from './service/sweep.ts';

export default {
  fetch: app.fetch,
  scheduled: (_event: unknown, env: Env): Promise<void> => sweep(serviceOf(env)),
};
