/**
 * `npm test`: the programs that tests need, then every test with `npm run check` beside them, quiet when all is well.
 * Arguments go to vitest. Ends with one line `tests: N passed, N failed, N skipped`, printed by the reporter of reporter.ts.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../src/cli/build.ts';
import { check } from './check.ts';
import { installPrograms } from './programs.ts';

function runTests(): Promise<number> {
  const args = [
    join(ROOT, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--config',
    'test/vitest.config.ts',
    '--reporter=minimal',
    '--reporter=./test/reporter.ts',
    ...process.argv.slice(2),
  ];
  const env = {
    ...process.env,
    NODE_COMPILE_CACHE: join(ROOT, '.dev/compiled'),
    WRANGLER_SEND_METRICS: 'false',
    CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: 'inherit', env });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

installPrograms();
const [checked, status] = await Promise.all([check(constants.priority.PRIORITY_BELOW_NORMAL), runTests()]);
process.exitCode = status || (checked ? 0 : 1);
