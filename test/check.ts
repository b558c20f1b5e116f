/**
 * `npm run check`: format and lint (Biome), types (tsc), promises that nobody awaits (oxlint, which asks the compiler: Biome
 * does not know the types of packages), unused files, exports and packages (knip), side by side.
 * Quiet when all is well; otherwise each program that fails says what it found, and the exit code is 1.
 */
import { spawn } from 'node:child_process';
import { constants, getPriority, setPriority } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../src/cli/build.ts';

const bin = (name: string) => join(ROOT, 'node_modules', ...name.split('/'));

const PROGRAMS: Record<string, string[]> = {
  'format and lint (fix what can be fixed: npx biome check --write)': [
    bin('@biomejs/biome/bin/biome'),
    'ci',
    '--error-on-warnings',
    '--colors=off',
  ],
  'promises that nobody awaits': [
    bin('oxlint/bin/oxlint'),
    '--type-aware',
    '--config',
    '.oxlintrc.json',
    'src',
    'templates',
    'keys',
    'test',
  ],
  types: [bin('typescript/bin/tsc'), '--noEmit', '-p', ROOT],
  'unused files, exports and packages': [bin('knip/bin/knip.js'), '--config', '.knip.jsonc', '--no-progress'],
};

/**
 * Runs every program at once. Shape: whether all passed; the output of those that did not stands on stderr.
 * @param priority of `node:os`: what runs beside the tests takes the time that they leave
 */
export async function check(priority = constants.priority.PRIORITY_NORMAL): Promise<boolean> {
  const passed = await Promise.all(
    Object.entries(PROGRAMS).map(
      ([name, args]) =>
        new Promise<boolean>((resolve, reject) => {
          const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
          if (child.pid !== undefined && priority > getPriority()) setPriority(child.pid, priority);
          const said: Buffer[] = [];
          child.stdout.on('data', (part: Buffer) => said.push(part));
          child.stderr.on('data', (part: Buffer) => said.push(part));
          child.on('error', reject);
          child.on('close', (code) => {
            if (code !== 0) console.error(`check: ${name}\n${Buffer.concat(said).toString()}`);
            resolve(code === 0);
          });
        }),
    ),
  );
  return passed.every(Boolean);
}

if (import.meta.main) process.exitCode = (await check()) ? 0 : 1;
