/**
 * Gives every test file an empty database with all migrations, no stored files, today's clock, and modules that remember
 * nothing: files run one after another in the same workerd, for starting one costs more than most of them.
 */
import { applyD1Migrations, reset } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterAll, vi } from 'vitest';
import type { R2Bucket } from '../../src/storage/bindings.ts';

const { DB, FILES, MIGRATIONS } = env as unknown as { DB: never; FILES: R2Bucket; MIGRATIONS: never };

// Each file has a vitest of its own, which knows nothing of the clock that another one set: it is taken back here.
const kept = globalThis as { realDate?: DateConstructor };
kept.realDate ??= Date;
globalThis.Date = kept.realDate;
afterAll(() => void vi.restoreAllMocks());

vi.resetModules();
await reset();
for (;;) {
  const { objects } = await FILES.list();
  if (objects.length === 0) break;
  await FILES.delete(objects.map(({ key }) => key));
}
await applyD1Migrations(DB, MIGRATIONS);
