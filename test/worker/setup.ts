/**
 * Gives every test file an empty database with all migrations, today's clock, and modules that remember nothing: files run one after another
 * in the same workerd, for starting one costs more than most of them.
 */
import { applyD1Migrations, reset } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { vi } from 'vitest';

vi.useRealTimers();
vi.restoreAllMocks();
vi.resetModules();
await reset();
await applyD1Migrations((env as unknown as { DB: never }).DB, (env as unknown as { MIGRATIONS: never }).MIGRATIONS);
