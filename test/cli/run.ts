/** Runs the scripts as people do: as processes of their own, in a folder of their own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, inject, onTestFinished } from 'vitest';
import { readIdentity, writeKeyFile } from '../../keys/make.ts';
import { enrolOrganization } from '../../src/cli/world.ts';
import type { ScopeEntry } from '../../src/core/schema.ts';
import { Caller } from '../../src/sdk/call.ts';

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
  /** What it showed when it started. */
  shown(): Shown;
}

/** The demonstration's certificates and the root, as `npm start` prints them. */
export interface Shown {
  valid: string;
  revoked: string;
  holder: { name: string; id_number: string };
  root: string;
}

export function readShown(said: string): Shown {
  const found = (pattern: RegExp) => (pattern.exec(said) as unknown as [string, string])[1];
  return {
    valid: found(/valid +(\S+)/),
    revoked: found(/revoked +(\S+)/),
    holder: { name: found(/holder, invented: (.+) \S+/), id_number: found(/holder, invented: .+ (\S+)/) },
    root: found(/root +(\S+)/),
  };
}

/** The `npm start` that files of the project share (global.ts), with a folder for the file that calls it. */
export function useStart(): Started {
  const folder = scratch();
  let said = '';
  const started: Started = { at: (name) => join(folder, name), origin: '', server: [], shown: () => readShown(said) };
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

/** A school that its city files on the service for one file. @returns the path of its key file */
export async function enrolSchool({ origin, at }: Started, code: string, scope: ScopeEntry[]): Promise<string> {
  const city = new Caller(origin, await readIdentity(join(ROOT, '.dev/keys/city-3701.json')));
  const { client } = await enrolOrganization(city, {
    code,
    name: '济南上传职业培训学校',
    uscc: '91350100M000100Y43',
    scope,
    annual_capacity: 100,
  });
  writeKeyFile(at('school.json'), { ...client, server: origin });
  return at('school.json');
}
