/**
 * Gives every test file a database with all migrations, in one transaction: one by one, as `applyD1Migrations` does it,
 * they would cost each file three seconds.
 */
import { env } from 'cloudflare:workers';
import type { D1Database } from '../../src/storage/database.ts';

const { DB, MIGRATIONS } = env as unknown as { DB: D1Database; MIGRATIONS: { queries: string[] }[] };

await DB.batch(MIGRATIONS.flatMap(({ queries }) => queries).map((query) => DB.prepare(query)));
