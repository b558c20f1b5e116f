/**
 * Owns `npm test`: the programs that tests need, the type-check, then every test, quiet when all is well. Arguments go to
 * vitest. Ends with one line `tests: N passed, N failed, N skipped`, printed by the reporter of reporter.ts.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../src/cli/build.ts';
import { installPrograms } from './programs.ts';

const bin = (name: string) => join(ROOT, 'node_modules', ...name.split('/'));

function run(...args: string[]): void {
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, NODE_COMPILE_CACHE: join(ROOT, '.dev/compiled'), WRANGLER_SEND_METRICS: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false' } });
  if (status !== 0) process.exit(status ?? 1);
}

installPrograms();
run(bin('typescript/bin/tsc'), '--noEmit', '-p', ROOT);
run(bin('vitest/vitest.mjs'), 'run', '--config', 'test/vitest.config.ts', '--reporter=minimal', '--reporter=./test/reporter.ts', ...process.argv.slice(2));
