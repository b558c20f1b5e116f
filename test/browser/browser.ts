/**
 * Finds the Chromium of the browser tests and starts it. Without one: in CI the tests fail; elsewhere they are skipped,
 * with one loud line.
 */
import { chromium, type Browser } from 'playwright-core';
import { browserPath } from '../programs.ts';

const FLAGS = ['--no-sandbox', '--disable-background-networking', '--disable-quic', '--no-first-run', '--disable-component-update', '--disable-sync'];

/** Path of a browser, or undefined where the tests are to be skipped. @throws in CI, where they must run */
export function findChromium(): string | undefined {
  const path = browserPath();
  if (path !== undefined) return path;
  const hint = 'install Debian\'s package chromium-headless-shell or chromium, or name a browser in LUZHENG_CHROMIUM';
  if (process.env['CI']) throw new Error(`No Chromium for the browser tests, and in CI they must run: ${hint}.`);
  console.error(`\n!!! 浏览器测试已跳过：没有 Chromium / BROWSER TESTS SKIPPED: no Chromium; ${hint}\n`);
  return undefined;
}

export const launch = (executablePath: string, flags: readonly string[] = []): Promise<Browser> => chromium.launch({ executablePath, headless: true, args: [...FLAGS, ...flags] });
