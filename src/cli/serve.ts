/**
 * Owns the process that serves the Worker on this machine: wrangler's own dev server, quiet and offline, with
 * the migrations applied and the cron of wrangler.toml run by a timer, because it does not fire by itself here.
 * Forked by local.ts, which sends the settings over the channel, so that no secret stands on a command line.
 * When the channel closes, for whatever reason, the runtime is stopped: no orphan survives a kill -9 of the parent.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unstable_splitSqlQuery, unstable_startWorker } from 'wrangler';
import type { D1Database } from '../storage/bindings.ts';
import { ROOT } from './build.ts';

export interface ServeOptions {
  port: number;
  persist: string;
  /** Bindings in place of wrangler.toml's vars; those in `secrets` are not shown anywhere. */
  vars: Record<string, string>;
  secrets: Record<string, string>;
  /** For a service that lasts as long as one script, which asks faster than people may. */
  unbraked?: boolean;
}

export type ServeReport = { ready: true } | { failed: string };

const MIGRATIONS = join(ROOT, 'src/storage/migrations');
/** Milliseconds between two runs of the scheduled handler. */
const CRON = 60_000;

/** What is used of wrangler's development server: its public types leave the runtime out. */
interface DevServer {
  ready: Promise<void>;
  dispose(): Promise<void>;
  raw: { runtimes: { mf?: { getD1Database(binding: string): Promise<D1Database> } }[] };
}

/** Applies what `wrangler d1 migrations apply` would, in the same table, without a second runtime. */
async function migrate(db: D1Database): Promise<void> {
  await db.prepare('CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)').run();
  const { results } = await db.prepare('SELECT name FROM d1_migrations').all<{ name: string }>();
  const applied = new Set(results.map(({ name }) => name));
  for (const name of readdirSync(MIGRATIONS).filter((file) => file.endsWith('.sql')).sort()) {
    if (applied.has(name)) continue;
    const parts = unstable_splitSqlQuery(readFileSync(join(MIGRATIONS, name), 'utf8')).map((part) => db.prepare(part));
    // One transaction: a migration is applied whole or not at all.
    await db.batch([...parts, db.prepare('INSERT INTO d1_migrations (name) VALUES (?)').bind(name)]);
  }
}

const bindings = (values: Record<string, string>, type: 'plain_text' | 'secret_text') => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { type, value }]));

const wide = (name: string) => [name, { type: 'ratelimit', namespace_id: '3799', simple: { limit: 1_000_000_000, period: 60 } }];

async function serve({ port, persist, vars, secrets, unbraked = false }: ServeOptions): Promise<DevServer> {
  const server = (await unstable_startWorker({
    config: join(ROOT, 'wrangler.toml'),
    bindings: { ...bindings(vars, 'plain_text'), ...bindings(secrets, 'secret_text'), ...(unbraked ? Object.fromEntries(['RATE_LOOKUP', 'RATE_SEARCH', 'RATE_VERIFY'].map(wide)) : {}) },
    dev: { server: { hostname: 'localhost', port }, persist, inspector: false, watch: false, liveReload: false, remote: false, testScheduled: true, generateTypes: false, logLevel: 'error' },
  } as Parameters<typeof unstable_startWorker>[0])) as unknown as DevServer;
  await server.ready;
  // The first answer comes when the runtime behind the proxy is up.
  const url = `http://localhost:${port}`;
  await fetch(`${url}/healthz`);
  const runtime = server.raw.runtimes.find(({ mf }) => mf !== undefined)?.mf;
  if (!runtime) throw new Error('the local runtime did not start');
  await migrate(await runtime.getD1Database('DB'));
  const health = await fetch(`${url}/healthz`);
  if (!health.ok) throw new Error(`GET /healthz answered ${health.status}: ${await health.text()}`);
  setInterval(() => void fetch(`${url}/cdn-cgi/handler/scheduled`).then((answer) => answer.text(), () => undefined), CRON).unref();
  return server;
}

let server: Promise<DevServer> | undefined;
let stopping = false;

async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  // A runtime that hangs must not keep the port: after three seconds the group is taken down by force.
  setTimeout(() => process.kill(-process.pid, 'SIGKILL'), 3000).unref();
  await server?.then((running) => running.dispose()).catch(() => undefined);
  process.exit(0);
}

const report = (message: ServeReport) => process.send?.(message);

process.on('message', (options: ServeOptions | 'stop') => {
  if (options === 'stop') return void stop();
  server = serve(options);
  server.then(
    () => report({ ready: true }),
    (error: unknown) => report({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
process.on('disconnect', () => void stop());
// The parent decides when to stop; a Ctrl-C that reaches the group is its to handle.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => void stop());
