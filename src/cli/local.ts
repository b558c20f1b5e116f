/**
 * A service on this machine for as long as a script needs it: free ports, the forked server of serve.ts, and its end.
 * The server runs in a process group of its own, so that Ctrl-C reaches the script alone, which stops it in order.
 */
import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from './build.ts';
import type { ServeOptions, ServeReport } from './serve.ts';
import { Failure } from './talk.ts';
import { OPEN } from './worker-bundle.ts';

export interface LocalService {
  origin: string;
  /** Lets `/healthz` answer where it was held. */
  open(): Promise<void>;
  /** Ends the runtime; safe to call twice. */
  stop(): Promise<void>;
  /** Resolves when the server ends by itself. */
  ended: Promise<void>;
}

const listens = (port: number, host: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' || error.code === 'EACCES'
        ? resolve(undefined)
        : host === '::1'
          ? resolve(port)
          : reject(error),
    );
    server.listen({ port, host, exclusive: true }, () => {
      const { port: got } = server.address() as { port: number };
      server.close(() => resolve(got));
    });
  });

/** Whether nobody listens on a port of localhost, by either protocol. */
const isFree = async (port: number): Promise<boolean> =>
  (await listens(port, '127.0.0.1')) !== undefined && (await listens(port, '::1')) !== undefined;

export async function freePort(): Promise<number> {
  for (;;) {
    const port = await listens(0, '127.0.0.1');
    if (port !== undefined && (await isFree(port))) return port;
  }
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Waits a little: a server whose script was killed a moment ago is just closing. */
async function waitFor(condition: () => boolean | Promise<boolean>, milliseconds: number): Promise<boolean> {
  for (const end = Date.now() + milliseconds; ; await pause(100)) {
    if (await condition()) return true;
    if (Date.now() > end) return false;
  }
}

function isRunning(pidFile: string): boolean {
  try {
    const pid = Number(readFileSync(pidFile, 'utf8'));
    process.kill(pid, 0);
    // After a reboot the number may be somebody else's.
    const { status, stdout } = spawnSync('ps', ['-p', String(pid), '-o', 'args='], { encoding: 'utf8' });
    return status !== 0 || stdout.includes('serve.ts');
  } catch {
    return false;
  }
}

/** The parent of a process, where the system tells. */
function parentOf(pid: number): string | undefined {
  try {
    return /^\d+ \(.*\) \S (\d+) /s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

/** Calls back when npm, or the shell that it put between, is gone: a signal to npm does not always reach this far. */
export function onAbandoned(callback: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const above = parentOf(parent);
  setInterval(() => {
    if (process.ppid !== parent || parentOf(parent) !== above) callback();
  }, 250).unref();
}

/** Starts the Worker. `log`: where its own errors go. */
export async function startLocal(options: ServeOptions & { log: string }): Promise<LocalService> {
  const { port, persist, log } = options;
  mkdirSync(persist, { recursive: true, mode: 0o700 });
  const pidFile = join(persist, 'server.pid');
  if (!(await waitFor(() => !isRunning(pidFile), 4000))) {
    throw new Failure(
      1,
      `数据目录 ${persist} 正被另一个进程使用`,
      `the data folder ${persist} is in use by process ${readFileSync(pidFile, 'utf8').trim()}; stop it, or choose another with --persist-to DIR`,
    );
  }
  if (!(await waitFor(() => isFree(port), 2000))) {
    throw new Failure(
      1,
      `端口 ${port} 已被占用，请换一个：npm start -- --port N`,
      `port ${port} is in use; choose another: npm start -- --port N`,
    );
  }
  const child = spawnServer(options, log);
  writeFileSync(pidFile, String(child.pid));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let asked = false;
  const stop = async (): Promise<void> => {
    if (!asked && child.connected) child.send('stop');
    asked = true;
    await Promise.race([ended, pause(5000)]);
    killGroup(child);
    rmSync(pidFile, { force: true });
  };
  // Whatever ends this script, nothing stays behind.
  process.once('exit', () => {
    killGroup(child);
    if (existsSync(pidFile) && readFileSync(pidFile, 'utf8') === String(child.pid)) rmSync(pidFile, { force: true });
  });
  const first = await Promise.race([
    new Promise<ServeReport>((resolve) => child.once('message', (message) => resolve(message as ServeReport))),
    ended.then((): ServeReport => ({ failed: 'the server ended' })),
  ]);
  if ('failed' in first) {
    await stop();
    throw new Failure(1, `服务没有启动成功，详见 ${log}`, `the service did not start; see ${log}: ${first.failed}`);
  }
  const origin = `http://localhost:${port}`;
  const open = async (): Promise<void> => void (await (await fetch(origin + OPEN)).text());
  return { origin, open, stop, ended };
}

function spawnServer(options: ServeOptions, log: string): ChildProcess {
  const { port, persist, vars, secrets, unbraked = false, unswept = false, held = false } = options;
  const out = openSync(log, 'a', 0o600);
  // What a killed runtime leaves in its temporary folder goes with the next start.
  const temporary = join(persist, 'tmp');
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary);
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env.PATH ?? ''}`,
    CLOUDFLARE_CF_FETCH_ENABLED: 'false',
    WRANGLER_SEND_METRICS: 'false',
    WRANGLER_HIDE_BANNER: 'true',
    // Everything that it writes stays in the data folder.
    TMPDIR: temporary,
    WRANGLER_LOG_PATH: join(persist, 'logs'),
    WRANGLER_REGISTRY_PATH: join(persist, 'registry'),
    X_LOCAL_OBSERVABILITY: 'false',
    NO_COLOR: '1',
  };
  const child = fork(fileURLToPath(new URL('serve.ts', import.meta.url)), [], {
    cwd: ROOT,
    env,
    detached: true,
    stdio: ['ignore', out, out, 'ipc'],
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  closeSync(out);
  child.send({ port, persist, vars, secrets, unbraked, unswept, held } satisfies ServeOptions);
  return child;
}

function killGroup(child: ChildProcess): void {
  try {
    process.kill(-(child.pid as number), 'SIGKILL');
  } catch {
    // Nobody is left in the group.
  }
}
