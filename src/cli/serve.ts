/**
 * Owns the process that serves the Worker on this machine: Cloudflare's own runtime (workerd, by Miniflare), quiet and offline,
 * with the bindings of wrangler.toml, the migrations applied, and its cron run by a timer, because it does not fire by itself here.
 * Forked by local.ts, which sends the settings over the channel, so that no secret stands on a command line.
 * When the channel closes, for whatever reason, the runtime is stopped: no orphan survives a kill -9 of the parent.
 */
import { join } from 'node:path';
import { convertV4MiniflareOptions, Miniflare, NoOpLog } from 'miniflare';
import type { D1Database } from '../storage/bindings.ts';
import { bundleWorker, type Migration } from './bundle.ts';

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

/** Milliseconds between two runs of the scheduled handler. */
const CRON = 60_000;

/** Applies what `wrangler d1 migrations apply` would, in the same table. */
async function migrate(db: D1Database, migrations: readonly Migration[]): Promise<void> {
  await db.prepare('CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)').run();
  const { results } = await db.prepare('SELECT name FROM d1_migrations').all<{ name: string }>();
  const applied = new Set(results.map(({ name }) => name));
  for (const { name, statements } of migrations) {
    if (applied.has(name)) continue;
    // One transaction: a migration is applied whole or not at all.
    await db.batch([...statements.map((one) => db.prepare(one)), db.prepare('INSERT INTO d1_migrations (name) VALUES (?)').bind(name)]);
  }
}

/** Its address runs the scheduled handler, as wrangler's development server has it. */
const SCHEDULED = '/cdn-cgi/handler/scheduled';
const ENTRY = `import worker from './index.js';
export default {
  ...worker,
  async fetch(request, env, context) {
    if (new URL(request.url).pathname !== '${SCHEDULED}') return worker.fetch(request, env, context);
    await worker.scheduled({}, env, context);
    return new Response('ok');
  },
};`;

const wide = (name: string) => [name, { namespace_id: '3799', simple: { limit: 1_000_000_000, period: 60 } }];

async function serve({ port, persist, vars, secrets, unbraked = false }: ServeOptions): Promise<Miniflare> {
  const { script, options, migrations } = await bundleWorker();
  const server = new Miniflare(convertV4MiniflareOptions({
    host: 'localhost',
    port,
    cf: false,
    log: new NoOpLog(),
    logRequests: false,
    telemetry: { enabled: false },
    // What the Worker itself says goes to the log of the service.
    handleStructuredLogs: ({ level, message }) => void (level === 'error' || level === 'warn' ? console.error(message) : undefined),
    resourcePersistencePath: join(persist, 'v3'),
    resourceTmpPath: process.env['TMPDIR'] ?? persist,
    workers: [
      {
        ...options,
        name: 'luzheng',
        modules: [{ type: 'ESModule', path: 'entry.js', contents: ENTRY }, { type: 'ESModule', path: 'index.js', contents: script }],
        bindings: { ...options.bindings, ...vars, ...secrets },
        ratelimits: { ...options.ratelimits, ...(unbraked ? Object.fromEntries(['RATE_LOOKUP', 'RATE_SEARCH', 'RATE_VERIFY'].map(wide)) : {}) },
      },
    ],
  }));
  await server.ready;
  const url = `http://localhost:${port}`;
  await migrate((await server.getD1Database('DB')) as unknown as D1Database, migrations);
  const health = await fetch(`${url}/healthz`);
  if (!health.ok) throw new Error(`GET /healthz answered ${health.status}: ${await health.text()}`);
  setInterval(() => void fetch(url + SCHEDULED).then((answer) => answer.text(), () => undefined), CRON).unref();
  return server;
}

let server: Promise<Miniflare> | undefined;
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
