/** Runs the scripts as people do: as processes of their own, in a folder of their own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, inject, onTestFinished } from 'vitest';

const ROOT = new URL('../..', import.meta.url).pathname;

export interface Run {
  exit: number | null;
  out: string;
  err: string;
}

export interface Running {
  child: ChildProcess;
  /** What stdout held so far. */
  text(): string;
  /** Resolves when stdout matches; rejects when the process ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  end: Promise<Run>;
}

/** Starts `node src/cli/<script>` in a process group of its own. */
export function start(script: string, args: string[], env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(process.execPath, [join(ROOT, 'src/cli', script), ...args], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const end = new Promise<Run>((resolve) => child.once('close', (exit) => resolve({ exit, out, err })));
  const says = async (pattern: RegExp): Promise<RegExpExecArray> => {
    let ended = false;
    void end.then(() => (ended = true));
    for (;;) {
      const found = pattern.exec(out);
      if (found) return found;
      if (ended) throw new Error(`it ended without saying ${pattern}: ${out}${err}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  return { child, text: () => out, says, end };
}

export const run = (script: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Run> =>
  start(script, args, env).end;

/** With it a command, and a service with the demonstration clock that it calls, live at a moment (NumericDate). */
export const clockAt = (moment: number): NodeJS.ProcessEnv => ({
  NODE_OPTIONS: `--import ${new URL('clock.ts', import.meta.url).href}`,
  LUZHENG_AT: String(moment),
});

/** A folder for one test or file. */
export function scratch(): string {
  return mkdtempSync(join(tmpdir(), 'luzheng-test-'));
}

export const removed = (folder: string): void =>
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export interface Started {
  /** A folder for the tests of the file, removed after them. */
  at(name: string): string;
  origin: string;
  /** Arguments that name it to a command. */
  server: string[];
  /** What it said when it started: the demonstration's certificates. */
  text(): string;
}

/** The `npm start` that files of the project share (global.ts), with a folder for the file that calls it. */
export function useStart(): Started {
  const folder = scratch();
  let said = '';
  const started: Started = { at: (name) => join(folder, name), origin: '', server: [], text: () => said };
  beforeAll(async () => {
    const answer = await fetch(inject('started'));
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    ({ said, origin: started.origin } = JSON.parse(text) as { said: string; origin: string });
    started.server = ['--server', started.origin];
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return started;
}
