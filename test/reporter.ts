/**
 * Ends a test run: the programs that tests lacked, if any, and as the last line `tests: N passed, N failed, N skipped`.
 * With CI set, where every program can be installed, one that is missing fails the run.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';
import { MISSING_FILE } from './programs.ts';

export default class ClosingLines implements Reporter {
  readonly #folder = mkdtempSync(join(tmpdir(), 'luzheng-run-'));
  readonly #missing = join(this.#folder, 'missing');

  constructor() {
    writeFileSync(this.#missing, '');
    // The processes of the tests inherit it.
    process.env[MISSING_FILE] = this.#missing;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state !== 'pending') counts[state]++;
      }
      // A file that does not load has no tests, and must not pass for that.
      if (module.state() === 'failed' && module.errors().length > 0) counts.failed++;
    }
    process.on('exit', () => {
      const missing = [...new Set(readFileSync(this.#missing, 'utf8').split('\n').filter(Boolean))].sort();
      rmSync(this.#folder, { recursive: true });
      const fails = missing.length > 0 && Boolean(process.env.CI);
      if (fails) process.exitCode = 1;
      const told =
        missing.length === 0
          ? ''
          : `缺少程序，有关测试未运行 / programs missing, their tests did not run: ${missing.join(', ')}${fails ? '; with CI set that fails the run' : ''}\n`;
      process.stdout.write(
        `\n${told}tests: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`,
      );
    });
  }
}
