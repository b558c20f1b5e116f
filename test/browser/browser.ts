/**
 * Finds a Chromium for the browser tests, and installs Debian's when there is none and this machine lets us
 * (root and apt-get). Without one: in CI the tests fail; elsewhere they are skipped, with one loud line.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable', '/opt/google/chrome/chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];
const FLAGS = ['--no-sandbox', '--disable-background-networking', '--disable-quic', '--no-first-run', '--disable-component-update', '--disable-sync'];

const installed = (): string | undefined => [process.env['LUZHENG_CHROMIUM'] ?? '', ...PLACES].find((path) => path !== '' && existsSync(path));

function install(): void {
  const canInstall = process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (!canInstall) return;
  console.error('未找到 Chromium，正在安装 Debian 的 chromium 软件包 / no Chromium found, installing Debian\'s package chromium …');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [['update', '-qq'], ['install', '-y', '-qq', '--no-install-recommends', 'chromium']]) spawnSync('/usr/bin/apt-get', args, { env, stdio: 'ignore', timeout: 300_000 });
}

/** Path of a browser, or undefined where the tests are to be skipped. @throws in CI, where they must run */
export function findChromium(): string | undefined {
  const path = installed() ?? (install(), installed());
  if (path !== undefined) return path;
  const hint = 'install Debian\'s package chromium, or name a browser in LUZHENG_CHROMIUM';
  if (process.env['CI']) throw new Error(`No Chromium for the browser tests, and in CI they must run: ${hint}.`);
  console.error(`\n!!! 浏览器测试已跳过：没有 Chromium / BROWSER TESTS SKIPPED: no Chromium; ${hint}\n`);
  return undefined;
}

export const launch = (executablePath: string, flags: readonly string[] = []): Promise<Browser> => chromium.launch({ executablePath, headless: true, args: [...FLAGS, ...flags] });
