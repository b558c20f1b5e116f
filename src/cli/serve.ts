/**
 * The process that serves the Worker on this machine: workerd by Miniflare, offline, with the bindings of
 * wrangler.toml, migrations applied and its cron run by a timer. local.ts forks it and sends the settings over the
 * channel, so that no secret stands on a command line; when the channel closes, the runtime stops.
 */
import { join } from 'node:path';
import { convertV4MiniflareOptions, Miniflare, NoOpLog } from 'miniflare';
import { bundleWorker, OPEN } from './worker-bundle.ts';

export interface ServeOptions {
  port: number;
  persist: string;
  /** Bindings in place of wrangler.toml's vars; those in `secrets` are not shown anywhere. */
  vars: Record<string, string>;
  secrets: Record<string, string>;
  /** For a service that lasts as long as one script, which asks faster than people may. */
  unbraked?: boolean;
  /** The cron does not run: it would act today on what requests do in moments of their own. */
  unswept?: boolean;
  /** `/healthz` answers 503 until OPEN is called: what people look for is still being put in. */
  held?: boolean;
}

export type ServeReport = { ready: true } | { failed: string };

/** Milliseconds between two runs of the scheduled handler. */
const CRON = 60_000;

/** Its address runs the scheduled handler, as wrangler's development server has it. */
const SCHEDULED = '/cdn-cgi/handler/scheduled';
/**
 * Its address applies what `wrangler d1 migrations apply` would, in the same table: each migration whole or not at all.
 */
const MIGRATE = '/cdn-cgi/handler/migrate';
/** Its address answers as `/healthz` does where it is not held. */
const HEALTH = '/cdn-cgi/handler/health';
/** What stands before the Worker on this machine. The addresses do what would happen by itself, and no more of it. */
const ENTRY = `import worker from './index.js';
import migrations from './migrations.json';
async function migrate(db) {
  await db.prepare('CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)').run();
  const { results } = await db.prepare('SELECT name FROM d1_migrations').all();
  for (const { name, statements } of JSON.parse(migrations)) {
    if (results.some((one) => one.name === name)) continue;
    await db.batch([...statements.map((one) => db.prepare(one)), db.prepare('INSERT INTO d1_migrations (name) VALUES (?)').bind(name)]);
  }
}
let opened = false;
const starting = () => new Response(JSON.stringify({ type: 'urn:luzheng:problem:starting', title: '正在写入演示数据，请稍候', status: 503, code: 'starting', detail: 'The demonstration is being put in; a moment more.' }), { status: 503, headers: { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store', 'Retry-After': '1' } });
export default {
  ...worker,
  async fetch(request, env, context) {
    const { pathname } = new URL(request.url);
    if (pathname === '${SCHEDULED}') await worker.scheduled({}, env, context);
    else if (pathname === '${MIGRATE}') await migrate(env.DB);
    else if (pathname === '${OPEN}') opened = true;
    else if (pathname === '${HEALTH}') return worker.fetch(new Request(new URL('/healthz', request.url)), env, context);
    else if (pathname === '/healthz' && env.HELD && !opened) return starting();
    else return worker.fetch(request, env, context);
    return new Response('ok');
  },
};`;

const wide = (name: string) => [name, { namespace_id: '3799', simple: { limit: 1_000_000_000, period: 60 } }];

async function serve({
  port,
  persist,
  vars,
  secrets,
  unbraked = false,
  unswept = false,
  held = false,
}: ServeOptions): Promise<Miniflare> {
  const { script, options, migrations } = await bundleWorker();
  const server = new Miniflare(
    convertV4MiniflareOptions({
      host: 'localhost',
      port,
      cf: false,
      log: new NoOpLog(),
      logRequests: false,
      telemetry: { enabled: false },
      // What the Worker itself says goes to the log of the service.
      handleStructuredLogs: ({ level, message }) =>
        void (level === 'error' || level === 'warn' ? console.error(message) : undefined),
      resourcePersistencePath: join(persist, 'v3'),
      resourceTmpPath: process.env.TMPDIR ?? persist,
      workers: [
        {
          ...options,
          name: 'luzheng',
          modules: [
            { type: 'ESModule', path: 'entry.js', contents: ENTRY },
            { type: 'ESModule', path: 'index.js', contents: script },
            { type: 'Text', path: 'migrations.json', contents: migrations },
          ],
          bindings: { ...options.bindings, ...vars, ...secrets, ...(held ? { HELD: 'yes' } : {}) },
          ratelimits: {
            ...options.ratelimits,
            ...(unbraked ? Object.fromEntries(['RATE_LOOKUP', 'RATE_SEARCH', 'RATE_VERIFY'].map(wide)) : {}),
          },
        },
      ],
    }),
  );
  await server.ready;
  const url = `http://localhost:${port}`;
  for (const path of [MIGRATE, HEALTH]) {
    const answer = await fetch(url + path);
    if (!answer.ok) throw new Error(`GET ${path} answered ${answer.status}: ${await answer.text()}`);
  }
  if (unswept) return server;
  setInterval(
    () =>
      void fetch(url + SCHEDULED).then(
        (answer) => answer.text(),
        () => undefined,
      ),
    CRON,
  ).unref();
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
