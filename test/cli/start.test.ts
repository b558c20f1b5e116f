/** `npm start` as a process: what a newcomer sees in the first minutes, and a kill -9 in between. */

import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../src/cli/local.ts';
import { isAlive, type Running, readShown, run, type Shown, scratch, start } from './run.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const folder = scratch();
const state = join(folder, 'state');
let port: number;
let origin: string;
let service: Running;
let valid: string;
let holder: Shown['holder'];
let revoked: string;
let root: string;
let bundle: string;

const luzheng = (...args: string[]) => run('luzheng.ts', args);
const verify = async (...args: string[]) => (await luzheng('verify', ...args)).exit;
const launch = () => start('start.ts', ['--port', String(port), '--persist-to', state]);

beforeAll(async () => {
  port = await freePort();
  origin = `http://localhost:${port}`;
  service = launch();
  await service.says(/filled in/);
  ({ valid, revoked, holder, root } = readShown(service.text()));
  writeFileSync(join(folder, 'holder.json'), JSON.stringify(holder));
  bundle = join(folder, `${valid}.json`);
}, 60_000);
afterAll(async () => {
  service.child.kill('SIGTERM');
  await service.end;
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}, 30_000);

test('it shows a certificate to open and one that was revoked; keys are for their owner alone', async () => {
  expect(await (await fetch(`${origin}/v1/certificates/${valid}`)).json()).toMatchObject({ verdict: 'valid' });
  expect(await (await fetch(`${origin}/v1/certificates/${revoked}`)).json()).toMatchObject({ verdict: 'revoked' });
  expect(service.text()).toContain(`${origin}/c/${valid}`);
  expect(root).toBe(readFileSync(join(ROOT, '.dev/root.txt'), 'utf8').trim());
  for (const file of ['.dev/keys/root.json', '.dev/secrets.json'])
    expect(statSync(join(ROOT, file)).mode & 0o777).toBe(0o600);
  expect((await fetch(`${origin}/cdn-cgi/handler/scheduled`)).status).toBe(200);
});

test('a second service refuses the port, and the folder, in words', async () => {
  const [busy, shared] = await Promise.all([
    run('start.ts', ['--port', String(port), '--persist-to', join(folder, 'other')]),
    run('start.ts', ['--port', String(await freePort()), '--persist-to', state]),
  ]);
  expect([busy.exit, busy.err]).toEqual([1, expect.stringContaining(`port ${port} is in use`)]);
  expect([shared.exit, shared.err]).toEqual([1, expect.stringContaining('is in use by process')]);
}, 60_000);

test('the holder downloads PDF and bundle', async () => {
  const { exit } = await luzheng(
    'download',
    valid,
    '--out',
    folder,
    '--holder',
    join(folder, 'holder.json'),
    '--server',
    origin,
  );
  expect(exit).toBe(0);
  expect([existsSync(bundle), existsSync(join(folder, `${valid}.pdf`))]).toEqual([true, true]);
  // The demonstration's own PDFs are signed.
  expect(readFileSync(join(folder, `${valid}.pdf`)).toString('latin1')).toContain('/SubFilter /ETSI.CAdES.detached');
});

test('kill -9 of everything loses nothing: the same numbers, the same data', async () => {
  const server = Number(readFileSync(join(state, 'server.pid'), 'utf8'));
  process.kill(-server, 'SIGKILL');
  process.kill(-(service.child.pid as number), 'SIGKILL');
  await service.end;
  service = launch();
  await service.says(/Ctrl-C/);
  for (const number of [valid, revoked, root]) expect(service.text()).toContain(number);
  expect(await verify(bundle, '--root', root, '--server', origin)).toBe(0);
});

test('kill -9 of the script alone leaves no runtime behind', async () => {
  const server = Number(readFileSync(join(state, 'server.pid'), 'utf8'));
  process.kill(service.child.pid as number, 'SIGKILL');
  await service.end;
  for (let i = 0; i < 100 && isAlive(server); i++) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(isAlive(server)).toBe(false);
  await expect(fetch(`${origin}/healthz`)).rejects.toThrow();
});

test('an interrupted seeding is taken up again, with the same certificates', async () => {
  // As if the first start had died after writing to the register and before remembering the numbers.
  const file = join(state, 'luzheng.json');
  const { seeded, ...kept } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  expect(seeded).toMatchObject({ valid, revoked });
  writeFileSync(file, JSON.stringify(kept));
  service = launch();
  await service.says(/filled in/);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ seeded: { valid, revoked, holder } });
  service.child.kill('SIGINT');
  expect((await service.end).exit).toBe(0);
});
