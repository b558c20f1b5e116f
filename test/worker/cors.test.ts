/** Which answers pages of any website may read (CORS): public data, look-up and verification; nothing of a person and nothing that takes a key. */
import { beforeAll, expect, test } from 'vitest';
import { app, OPEN, OPERATIONS } from '../../src/app.ts';
import { drawOne } from '../draw-kit.ts';
import {
  candidate,
  certify,
  fileWith,
  foundProvince,
  type Issued,
  ORIGIN,
  type Organization,
  workerFetch,
} from '../kit.ts';
import { publish, resultRows } from '../notice-kit.ts';
import { claimsOf } from './forge.ts';

let school: Organization;
const names: Record<string, string> = {};

beforeAll(async () => {
  const world = await foundProvince();
  school = await fileWith(world.city, 'S000037000001');
  const one = (await certify(world, school, [candidate(1)])).certificates[0] as Issued;
  const notice = await publish(school, {
    rows: resultRows('2026-11-01', ['欧阳建国']),
    from: '2026-11-02',
    until: '2099-12-31',
  });
  const { draw } = await drawOne(world.city, school, String(claimsOf(school.filing).name));
  Object.assign(names, {
    number: one.number,
    code: school.code,
    list: 'revocation-1',
    notice,
    draw,
    template: 'roster.csv',
    file: 'home.js',
    path: 'home',
    n: '1',
    id: 'x',
    key: 'x',
    position: '0',
    about: 'plan:p0123456789',
    sha256: 'x',
  });
});

const fill = (path: string) => path.replace(/\{(\w+)\}/g, (_, name: string) => names[name] as string);
const SITE = 'https://verifier.example';

/** Not for other websites, though anyone may call them: a list of names that may come with a key, and the monitor's question. */
const OURS = ['POST /v1/verify/bulk', 'GET /healthz'];
const isOpen = (route: string) => {
  const { roles, tag, rateLimit } = OPERATIONS[route] as (typeof OPERATIONS)[string];
  return !roles && tag !== '网页' && rateLimit !== 'search' && !OURS.includes(route);
};

test('the table has every route of public data, look-up and verification, and no other', () => {
  const written = [...OPEN].map((route) => route.replace(/:(\w+)/g, '{$1}'));
  expect(written.sort()).toEqual(Object.keys(OPERATIONS).filter(isOpen).sort());
  const real = new Set(app.routes.map(({ method, path }) => `${method} ${path}`));
  expect([...OPEN].filter((route) => !real.has(route))).toEqual([]);
});

test.each(Object.keys(OPERATIONS))('%s', async (route) => {
  const [method, path] = route.split(' ') as [string, string];
  const url = ORIGIN + fill(path);
  const open = isOpen(route);
  for (const asked of method === 'GET' ? ['GET', 'HEAD'] : [method]) {
    const answer = await workerFetch(url, {
      method: asked,
      redirect: 'manual',
      headers: { Origin: SITE, ...(asked === 'POST' ? { 'Content-Type': 'application/json' } : {}) },
      ...(asked === 'POST' ? { body: '{}' } : {}),
    });
    await answer.arrayBuffer();
    expect([
      asked,
      answer.headers.get('access-control-allow-origin'),
      answer.headers.get('access-control-allow-credentials'),
    ]).toEqual([asked, open ? '*' : null, null]);
    const preflight = await workerFetch(url, {
      method: 'OPTIONS',
      headers: {
        Origin: SITE,
        'Access-Control-Request-Method': asked,
        'Access-Control-Request-Headers': 'content-type',
      },
    });
    await preflight.arrayBuffer();
    // Below a batch strangers are not even told which methods there are.
    expect([
      asked,
      open ? preflight.status : [401, 405].includes(preflight.status),
      preflight.headers.get('access-control-allow-origin'),
    ]).toEqual([asked, open ? 204 : true, open ? '*' : null]);
    if (!open) continue;
    expect(preflight.headers.get('access-control-allow-methods')?.split(', ')).toContain(asked);
    expect(preflight.headers.get('access-control-allow-headers')).toMatch(/Content-Type/);
    expect(preflight.headers.get('access-control-allow-headers')).not.toMatch(/Authorization|DPoP|\*/i);
  }
});

test('a page reads refusals and 304s as well, and the headers that it needs', async () => {
  const site = { Origin: SITE };
  for (const path of [
    '/v1/certificates/1',
    `/v1/certificates/${'S000037000001263999999'}`,
    '/v1/status/revocation-0',
    '/v1/organizations/S000037000009',
  ]) {
    const answer = await workerFetch(ORIGIN + path, { headers: site });
    await answer.arrayBuffer();
    expect([path, answer.status >= 400, answer.headers.get('access-control-allow-origin')]).toEqual([path, true, '*']);
  }
  const first = await workerFetch(`${ORIGIN}/.well-known/jwks.json`, { headers: site });
  await first.arrayBuffer();
  expect(first.headers.get('access-control-expose-headers')).toContain('ETag');
  const again = await workerFetch(`${ORIGIN}/.well-known/jwks.json`, {
    headers: { ...site, 'If-None-Match': first.headers.get('etag') as string },
  });
  expect([
    again.status,
    again.headers.get('access-control-allow-origin'),
    again.headers.get('access-control-expose-headers'),
  ]).toEqual([304, '*', first.headers.get('access-control-expose-headers')]);
});
