/**
 * Owns "two commands, nothing before them": runs `npm ci` when the installed packages are not those of the lock
 * file. Plain JavaScript without packages, because it runs on whatever Node the machine has, before anything
 * is installed. It refuses to go on when the installation fails.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const stamp = `${root}/node_modules/.luzheng-lock`;
// The platform belongs to the stamp: a folder shared with another machine holds other binaries.
const wanted = createHash('sha256').update(readFileSync(`${root}/package-lock.json`)).update(`${process.platform}-${process.arch}`).digest('hex');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  console.error('正在安装依赖，首次约需一分钟 / installing packages, about a minute the first time …');
  const run = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (run.status !== 0) {
    console.error('安装失败，请检查网络与 npm 设置后重试 / installing failed; check the network and npm settings, then try again.');
    process.exit(run.status ?? 1);
  }
  mkdirSync(`${root}/node_modules`, { recursive: true });
  writeFileSync(stamp, wanted);
}
