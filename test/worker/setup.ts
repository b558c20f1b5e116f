/**
 * Gives every test file a world of its own in a runtime that files share (two run at a time): the Worker's modules are
 * loaded again, the clock is real, and storage is empty but for the migrations. These run in one transaction: one by one,
 * as `applyD1Migrations` does it, they would take three seconds.
 */
import { env } from 'cloudflare:workers';
import { vi } from 'vitest';
import type { D1Database, R2Bucket } from '../../src/storage/database.ts';

const { DB, FILES, MIGRATIONS } = env as unknown as {
  DB: D1Database;
  FILES: R2Bucket;
  MIGRATIONS: { queries: string[] }[];
};

vi.resetModules();
vi.useRealTimers();

const { results } = await DB.prepare(
  "SELECT type, name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*'",
).all<{ type: string; name: string }>();
await DB.batch(
  [
    'PRAGMA defer_foreign_keys = true',
    ...results.map(({ type, name }) => `DROP ${type} "${name}"`),
    ...MIGRATIONS.flatMap(({ queries }) => queries),
  ].map((query) => DB.prepare(query)),
);
for (let more = true; more; ) {
  const { objects, truncated } = await FILES.list();
  await FILES.delete(objects.map(({ key }) => key));
  more = truncated;
}
