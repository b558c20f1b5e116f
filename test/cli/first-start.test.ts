/** The first `npm start`: when `/healthz` says that the service is there, its summary holds; what comes later is said to come. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { freePort } from '../../src/cli/local.ts';
import { type Running, scratch, start } from './run.ts';

const folder = scratch();
let service: Running | undefined;
afterAll(async () => {
  service?.child.kill('SIGTERM');
  await service?.end;
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}, 30_000);

/** Asks `/healthz` until it is well; gives what it said before that, and what was printed in that moment. */
async function untilWell(origin: string, { text }: Running): Promise<{ before: Set<number>; printed: string }> {
  const before = new Set<number>();
  for (;;) {
    const status = await fetch(`${origin}/healthz`).then(
      ({ status }) => status,
      (error: unknown) => (error instanceof TypeError ? 0 : Promise.reject(error as Error)),
    );
    if (status === 200) return { before, printed: text() };
    before.add(status);
    if (status !== 0) expect(text()).not.toContain('Ctrl-C');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('a certificate can be looked up as soon as the service is well; the rest of the demonstration is announced, and comes', async () => {
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const launch = () => (service = start('start.ts', ['--port', String(port), '--persist-to', join(folder, 'state')]));
  const first = launch();
  const { before, printed } = await untilWell(origin, first);
  // It listens before that, and says that it is not there yet.
  expect([...before].sort()).toEqual([0, 503]);
  expect(printed).not.toContain('filled in');
  const [, valid] = await first.says(/^有效证书 valid {10}(S\d{21})$/m);
  const [, revoked] = await first.says(/^已撤销证书 revoked {6}(S\d{21})$/m);
  expect(await (await fetch(`${origin}/v1/certificates/${valid}`)).json()).toMatchObject({ verdict: 'valid' });
  expect(await (await fetch(`${origin}/v1/certificates/${revoked}`)).json()).toMatchObject({ verdict: 'revoked' });
  await first.says(/^正在写入 filling in {6}\S.* \/ .*\n\n[^]*Ctrl-C$/m);
  await first.says(/^已写全 filled in {9}/m);
  for (const [path, name] of [
    ['/v1/notices', 'notices'],
    ['/v1/draws', 'draws'],
  ] as const)
    expect(((await (await fetch(origin + path)).json()) as Record<string, unknown[]>)[name]?.length).toBeGreaterThan(0);

  // A later start has nothing to put in, and is well at once.
  first.child.kill('SIGTERM');
  await first.end;
  const second = launch();
  expect([...(await untilWell(origin, second)).before]).toEqual([0]);
  await second.says(/Ctrl-C/);
  expect(second.text()).not.toMatch(/filling in|filled in/);
}, 120_000);
