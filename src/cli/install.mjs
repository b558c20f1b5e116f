/**
 * Before every npm script: runs `npm ci` when the installed packages are not those of the lock file. Plain JavaScript
 * without packages, because it runs on whatever Node the machine has, before anything is installed. It stops where no
 * Node runs TypeScript: neither the machine's own nor, on Linux, the one that the packages bring.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Whether this very Node runs TypeScript by itself: 22.18 and later do. npm puts the packages' Node before it once it is there. */
const runsTypeScript = Boolean(process.features.typescript);
const bundled = process.platform === 'linux' && (process.arch === 'x64' || process.arch === 'arm64');

function requireNode(zh, en) {
  console.error(`这里的 Node 是 ${process.version}，不能直接运行 TypeScript；本项目的脚本需要 Node 22.18 或更新的版本${zh}。请从 https://nodejs.org 安装后重试
The Node here is ${process.version}, which does not run TypeScript by itself; the scripts need Node 22.18 or later${en}. Install it from https://nodejs.org and try again.`);
  process.exit(1);
}

if (!runsTypeScript && !bundled) requireNode('', '');

const root = fileURLToPath(new URL('../..', import.meta.url));
const stamp = `${root}/node_modules/.luzheng-lock`;
// The platform belongs to the stamp: a folder shared with another machine holds other binaries.
const wanted = createHash('sha256')
  .update(readFileSync(`${root}/package-lock.json`))
  .update(`${process.platform}-${process.arch}`)
  .digest('hex');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  console.error('正在安装依赖，首次约需一分钟 / installing packages, about a minute the first time …');
  const run = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (run.status !== 0) {
    console.error(
      '安装失败，请检查网络与 npm 设置后重试 / installing failed; check the network and npm settings, then try again.',
    );
    process.exit(run.status ?? 1);
  }
  mkdirSync(`${root}/node_modules`, { recursive: true });
  writeFileSync(stamp, wanted);
}

if (!runsTypeScript) {
  const name = `node-linux-${process.arch}`;
  const { status } = spawnSync(`${root}/node_modules/.bin/node`, ['--version'], { stdio: 'ignore' });
  if (status !== 0)
    requireNode(
      `；依赖包 ${name} 自带一个，但没有装上或不能在本机运行`,
      `; the optional package ${name} brings one, but it is not installed or does not run on this machine`,
    );
}
