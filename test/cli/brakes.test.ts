/**
 * The brakes as wrangler.toml sets them, the command that waits at one, and the optional check that a person sits at a form,
 * against a siteverify of this test's own.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort, type LocalService, startLocal } from '../../src/cli/local.ts';
import { newSecret, settingsFor } from '../../src/cli/worker-bundle.ts';
import { CallError, Caller } from '../../src/sdk/call.ts';
import { makeKey } from '../../src/sdk/sign.ts';

test('RATE_LIMITS says what the bindings are set to', () => {
  const toml = readFileSync(new URL('../../wrangler.toml', import.meta.url), 'utf8');
  const bound = [...toml.matchAll(/name = "RATE_(\w+)".*\n.*\nsimple = \{ limit = (\d+), period = (\d+) \}/g)].map(
    ([, name, limit, period]) => `${name?.toLowerCase()}=${limit}/${period}`,
  );
  expect(bound).toHaveLength(3);
  expect(/RATE_LIMITS = "(.*)"/.exec(toml)?.[1]?.split(' ')).toEqual(bound);
});

test('a command waits at the brake as long as it is told, and not at a lock of an hour', async () => {
  const asked: number[] = [];
  const caller = (retryAfter: string) =>
    new Caller('http://localhost', undefined, {
      fetch: async () => {
        asked.push(Date.now());
        return asked.length < 2
          ? new Response('{"code":"too_many_requests"}', { status: 429, headers: { 'Retry-After': retryAfter } })
          : Response.json({ ok: true });
      },
    });
  expect(await caller('1').get('/')).toEqual({ ok: true });
  expect((asked[1] as number) - (asked[0] as number)).toBeGreaterThanOrEqual(990);
  asked.length = 0;
  await expect(caller('1800').get('/')).rejects.toThrow(CallError);
  expect(asked).toHaveLength(1);
});

describe('Turnstile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'luzheng-turnstile-'));
  const seen: Record<string, unknown>[] = [];
  let siteverify: Server;
  let service: LocalService;
  let broken = false;

  beforeAll(async () => {
    siteverify = createServer((request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += part.toString()));
      request.on('end', () => {
        const asked = JSON.parse(body) as { secret: string; response: string };
        seen.push(asked);
        response.writeHead(broken ? 500 : 200, { 'Content-Type': 'application/json' });
        response.end(broken ? 'down' : JSON.stringify({ success: asked.response === 'a person', 'error-codes': [] }));
      });
    });
    await new Promise<void>((resolve) => siteverify.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(siteverify.address() as AddressInfo).port}/siteverify`;
    const port = await freePort();
    const settings = settingsFor(`http://localhost:${port}`, await makeKey(), newSecret());
    service = await startLocal({
      port,
      persist: folder,
      vars: { ...settings.vars, TURNSTILE_SITE_KEY: '1x0-site', TURNSTILE_URL: url },
      secrets: { ...settings.secrets, TURNSTILE_SECRET: 'of the test' },
      log: join(folder, 'log'),
    });
  }, 60_000);
  afterAll(async () => {
    await service?.stop();
    siteverify?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const send = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(service.origin + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(fields).toString(),
    });
  const number = 'S000037000001263000001';

  test('forms carry the widget, and the policy lets its host in', async () => {
    const page = await fetch(`${service.origin}/`);
    expect(await page.text()).toContain('class="cf-turnstile" data-sitekey="1x0-site"');
    expect(page.headers.get('content-security-policy')).toContain(
      "script-src 'self' https://challenges.cloudflare.com;",
    );
    expect(page.headers.get('content-security-policy')).toContain('frame-src https://challenges.cloudflare.com');
  });

  test('a form without a good token is refused, with one it is read', async () => {
    for (const path of ['/search', `/c/${number}/download`]) {
      const fields = { number, name: '欧阳建国', id_number: '370102198504123118' };
      for (const token of [
        {},
        { 'cf-turnstile-response': 'a robot' },
        { 'cf-turnstile-response': 'x'.repeat(3000) },
      ] as Record<string, string>[]) {
        const answer = await send(path, { ...fields, ...token });
        expect([path, answer.status, ((await answer.json()) as { code: string }).code]).toEqual([
          path,
          403,
          'human_check_failed',
        ]);
      }
      for (const answer of [
        await send(path, { ...fields, 'cf-turnstile-response': 'a person' }),
        await send(path, fields, { 'cf-turnstile-response': 'a person' }),
      ])
        expect([path, answer.status]).toEqual([path, 404]);
    }
    // Nothing of the form goes along, nor who sent it.
    for (const asked of seen) expect(Object.keys(asked).sort()).toEqual(['response', 'secret']);
    expect(seen.every(({ secret }) => secret === 'of the test')).toBe(true);
  });

  test('while siteverify fails, nobody passes', async () => {
    broken = true;
    expect((await send('/search', { number, 'cf-turnstile-response': 'a person' })).status).toBe(403);
  });

  test('look-ups and the API are not asked', async () => {
    expect((await fetch(`${service.origin}/v1/certificates/${number}`)).status).toBe(404);
  });
});
