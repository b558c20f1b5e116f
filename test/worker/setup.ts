/** Gives every test file a database with all migrations. */
import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';

await applyD1Migrations((env as unknown as { DB: never }).DB, (env as unknown as { MIGRATIONS: never }).MIGRATIONS);
