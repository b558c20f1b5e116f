/** Owns the types that Hono's handlers share, and the factory that is made once. */
import { createFactory } from 'hono/factory';
import type { Env } from '../env.ts';
import type { Caller } from '../service/enrol.ts';
import type { Service } from '../service/service.ts';

export interface AppEnv {
  Bindings: Env;
  Variables: { service: Service; caller: Caller };
}

export const factory = createFactory<AppEnv>();
