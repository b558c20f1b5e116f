/**
 * Gives every test file an empty database with all migrations, no stored files, and modules that remember nothing, and takes
 * back its clock and spies when it ends: files run one after another in the same workerd, for starting one costs more than
 * most of them.
 */
import { applyD1Migrations, reset } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterAll, vi } from 'vitest';
import type { R2Bucket } from '../../src/storage/bindings.ts';

const { DB, FILES, MIGRATIONS } = env as unknown as { DB: never; FILES: R2Bucket; MIGRATIONS: never };

afterAll(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

vi.resetModules();
await reset();
for (;;) {
  const { objects } = await FILES.list();
  if (objects.length === 0) break;
  await FILES.delete(objects.map(({ key }) => key));
}
await applyD1Migrations(DB, MIGRATIONS);
