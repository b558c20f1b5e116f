/** What the Worker refuses of single requests: one vector per code of test/vectors/requests.json; and how it fails. */
import { beforeAll, expect, test, vi } from 'vitest';
import { app } from '../../src/app.ts';
import { PROBLEMS } from '../../src/http/problems.ts';
import type { Identity } from '../../src/sdk/sign.ts';
import { candidate, certify, fileWith, foundProvince, ORIGIN, submit, testEnv } from '../kit.ts';
import vectors from '../vectors/requests.json' with { type: 'json' };
import { callAs, refused } from './forge.ts';

interface Vector {
  code: string;
  status: number;
  request: string;
  as?: string;
  headers?: Record<string, string>;
  body?: unknown;
  raw?: string;
  times?: number;
}

const cast: Record<string, Identity> = {};
const names: Record<string, string> = {};

beforeAll(async () => {
  const world = await foundProvince();
  const school = await fileWith(world.city, 'S000037000001');
  const plant = await fileWith(world.province, 'Y000037000002', { name: '山东重工集团' });
  const { certificates } = await certify(world, school, [candidate(1)]);
  Object.assign(cast, { organization: school.client, other: plant.client, city: world.city, province: world.province });
  Object.assign(names, { number: certificates[0]?.number, batch: (await submit(school, [candidate(2)])).id });
});

const fill = (text: string) => text.replace(/\{(number|batch)\}/g, (_, name: string) => names[name] as string);

test.each(vectors as Vector[])(
  '$status $code: $request',
  async ({ code, status, request, as, headers, body, raw, times = 1 }) => {
    const [method, path] = fill(request).split(' ') as [string, string];
    expect(PROBLEMS[code]?.[0]).toBe(status);
    await refused(
      () =>
        callAs(
          as === undefined ? undefined : cast[as],
          method,
          path,
          raw !== undefined ? `${raw}\n`.repeat(times) : body === undefined ? undefined : fill(JSON.stringify(body)),
          headers,
        ),
      status,
      code,
    );
  },
);

test('a defect is a 500 that says nothing of the inside; what it was stands in the log', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const broken = {
    prepare: () => {
      throw new Error('no such table: secrets, at /srv/db.sqlite');
    },
  };
  for (const [method, path] of [
    ['GET', '/healthz'],
    ['GET', `/v1/certificates/${names.number}`],
    ['GET', '/.well-known/trust.json'],
    ['GET', '/v1/status/revocation-1'],
  ] as const) {
    const answer = await app.fetch(new Request(ORIGIN + path, { method }), { ...testEnv, DB: broken });
    const text = await answer.text();
    expect([path, answer.status, answer.headers.get('content-type'), JSON.parse(text)]).toEqual([
      path,
      500,
      'application/problem+json',
      expect.objectContaining({ code: 'unexpected', status: 500 }),
    ]);
    expect(text).not.toMatch(/secrets|sqlite|\.ts/);
  }
  expect(log.mock.calls.length).toBe(4);
  expect(String(log.mock.calls[0])).toContain('no such table');
  log.mockRestore();
});

test('a service without its settings answers 503 and does not say which', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const { MASTER_SECRET: _secret, ...bare } = testEnv as unknown as Record<string, unknown>;
  const answer = await app.fetch(new Request(`${ORIGIN}/healthz`), { ...bare, DB: {} });
  expect(answer.status).toBe(503);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  const text = await answer.text();
  expect(JSON.parse(text)).toMatchObject({ code: 'not_configured', status: 503 });
  expect(text).not.toContain('MASTER_SECRET');
  expect(String(log.mock.calls[0])).toContain('MASTER_SECRET');
  log.mockRestore();
});
