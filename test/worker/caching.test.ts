/** What may be kept, how long, and that a copy is told by its ETag; and that a change shows at once to who asks. */
import { beforeAll, expect, test, vi } from 'vitest';
import { OPERATIONS } from '../../src/app.ts';
import { changeStatus } from '../../src/sdk/sign.ts';
import { drawOne } from '../draw-kit.ts';
import {
  as,
  candidates,
  certify,
  fileWith,
  foundProvince,
  type Issued,
  ORIGIN,
  type Organization,
  type Province,
  workerFetch,
} from '../kit.ts';
import { publish, resultRows } from '../notice-kit.ts';
import { claimsOf } from './forge.ts';

const CODE = 'S000037000001';
let world: Province;
let school: Organization;
let one: Issued;

beforeAll(async () => {
  world = await foundProvince();
  school = await fileWith(world.city, CODE);
  ({
    certificates: [one],
  } = (await certify(world, school, candidates(1))) as unknown as { certificates: [Issued] });
});

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  workerFetch(ORIGIN + path, { method, headers });
const tagOf = async (path: string, headers: Record<string, string> = {}): Promise<string> => {
  const answer = await get(path, headers);
  await answer.arrayBuffer();
  expect([path, answer.status]).toEqual([path, 200]);
  expect(answer.headers.get('etag')).toMatch(/^"[^"]+"$/);
  return answer.headers.get('etag') as string;
};

const PAGES = ['/', '/check', '/desk', '/docs', '/organizations', `/organizations/${CODE}`];
const DATA = [
  '/openapi.json',
  '/.well-known/jwks.json',
  '/.well-known/did.json',
  '/.well-known/trust.json',
  `/orgs/${CODE}/did.json`,
  '/contexts/v1.jsonld',
  '/v1/status/revocation-1',
  '/v1/status/suspension-1',
];

test.each([...PAGES, ...DATA])(
  '%s: the same ETag while it is the same, and 304 without a body to who has it',
  async (path) => {
    const tag = await tagOf(path);
    for (const asked of [tag, `"other", ${tag}`, `W/${tag}`, '*']) {
      const again = await get(path, { 'If-None-Match': asked });
      expect([asked, again.status, (await again.arrayBuffer()).byteLength]).toEqual([asked, 304, 0]);
      expect(again.headers.get('cache-control')).toBe('public, max-age=60');
      expect(again.headers.get('vary')).toBe(PAGES.includes(path) ? 'Accept-Language, Cookie' : null);
      expect(again.headers.get('etag')).toBe(tag);
    }
    const other = await get(path, { 'If-None-Match': '"other"' });
    expect([other.status, other.headers.get('etag')]).toEqual([200, tag]);
    expect((await other.arrayBuffer()).byteLength).toBeGreaterThan(100);
    expect((await get(path, { 'If-None-Match': tag }, 'HEAD')).status).toBe(304);
  },
);

test('whatever may be kept is told by an ETag', async () => {
  const notice = await publish(school, {
    rows: resultRows('2026-11-01', ['欧阳建国']),
    from: '2026-11-02',
    until: '2099-12-31',
  });
  const { draw } = await drawOne(world.city, school, String(claimsOf(school.filing).name));
  const names: Record<string, string> = {
    notice,
    draw,
    number: one.number,
    code: CODE,
    list: 'revocation-1',
    file: 'home.js',
  };
  const kept: string[] = [];
  for (const [route, { roles }] of Object.entries(OPERATIONS)) {
    const [method, template] = route.split(' ') as [string, string];
    if (method !== 'GET' || roles) continue;
    const files = template.includes('{template}') ? ['roster.csv', 'roster.xlsx', 'results.csv', 'results.xlsx'] : [''];
    for (const file of files) {
      const path = template
        .replace('{template}', file)
        .replace(/\{(\w+)\}/g, (_, name: string) => names[name] as string);
      const first = await get(path);
      await first.arrayBuffer();
      expect([path, first.status]).toEqual([path, 200]);
      const tag = first.headers.get('etag');
      const mayBeKept = !/no-store/.test(first.headers.get('cache-control') ?? '');
      expect([path, tag !== null]).toEqual([path, mayBeKept]);
      if (!mayBeKept) continue;
      kept.push(path);
      for (const asked of ['GET', 'HEAD']) {
        const again = await get(path, { 'If-None-Match': tag as string }, asked);
        expect([path, again.status, (await again.arrayBuffer()).byteLength, again.headers.get('etag')]).toEqual([
          path,
          304,
          0,
          tag,
        ]);
      }
    }
  }
  expect(kept).toEqual(
    expect.arrayContaining([
      '/supervision',
      `/supervision/${draw}`,
      '/v1/draws',
      `/v1/draws/${draw}`,
      '/v1/templates/roster.xlsx',
      `/v1/organizations/${CODE}`,
      '/sw.js',
      '/manifest.webmanifest',
    ]),
  );
  // What takes a key is kept by nobody, below the same addresses too.
  for (const path of [`/v1/draws/${draw}/findings`, `/v1/organizations/${CODE}/keys/1/request`])
    expect([path, (await get(path)).headers.get('etag')]).toEqual([path, null]);
});

test('each language has its own ETag', async () => {
  for (const path of PAGES) expect(await tagOf(path)).not.toBe(await tagOf(path, { 'Accept-Language': 'en' }));
});

test('nothing about a certificate is kept, and nothing that was not found', async () => {
  for (const path of [
    `/c/${one.number}`,
    `/v1/certificates/${one.number}`,
    `/c/${CODE}263999999`,
    '/nothing',
    '/organizations?q=x',
    `/organizations/S000037000009`,
    '/healthz',
  ]) {
    const answer = await get(path, { Accept: 'text/html, application/json' });
    expect([path, answer.headers.get('cache-control')]).toEqual([path, 'no-store']);
    await answer.arrayBuffer();
  }
});

test('a revocation is in the status list for the very next who asks, and the other list stays as it was', async () => {
  const [revocation, suspension] = [await tagOf('/v1/status/revocation-1'), await tagOf('/v1/status/suspension-1')];
  const statement = await changeStatus(school.client, {
    number: one.number,
    action: 'revoke',
    reason: 'other',
    seq: 1,
  });
  await as(school.client).post(`/v1/certificates/${one.number}/status`, { statement });
  expect((await get('/v1/status/revocation-1', { 'If-None-Match': revocation })).status).toBe(200);
  // Unless the minute ended meanwhile.
  expect([200, 304]).toContain((await get('/v1/status/suspension-1', { 'If-None-Match': suspension })).status);
});

test('a new filing is in trust.json and in the list for the very next who asks', async () => {
  const [trust, list] = [await tagOf('/.well-known/trust.json'), await tagOf('/organizations')];
  await fileWith(world.province, 'Y000037000002', { name: '山东重工集团' });
  expect((await get('/.well-known/trust.json', { 'If-None-Match': trust })).status).toBe(200);
  const again = await get('/organizations', { 'If-None-Match': list });
  expect(again.status).toBe(200);
  expect(await again.text()).toContain('山东重工集团');
});

test('files of the pages: for ever under the address that the pages use, a minute under any other', async () => {
  const html = await (await get('/check')).text();
  const addresses = [...html.matchAll(/(?:href|src|data-work)="(\/assets\/[^"]+)"/g)].map(
    ([, address]) => address as string,
  );
  const versioned = addresses.filter((address) => /\.js/.test(address));
  expect(versioned).toHaveLength(2);
  for (const address of versioned) {
    expect(address).toMatch(/\?v=[A-Za-z0-9_-]{12}$/);
    const answer = await get(address);
    expect([answer.status, answer.headers.get('cache-control'), answer.headers.get('x-content-type-options')]).toEqual([
      200,
      'public, max-age=31536000, immutable',
      'nosniff',
    ]);
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', await answer.arrayBuffer()));
    expect(address.split('?v=')[1]).toBe(
      btoa(String.fromCharCode(...hash))
        .replaceAll('+', '-')
        .replaceAll('/', '_')
        .slice(0, 12),
    );
    for (const other of ['', '?v=', '?v=AAAAAAAAAAAA', '?v=__proto__'])
      expect((await get(address.split('?')[0] + other)).headers.get('cache-control')).toBe('public, max-age=60');
  }
});

test('the trust list and the status lists are kept for all isolates, under the revision of the register; nothing else is', async () => {
  const { default: store } = caches as unknown as { default: Cache };
  const [match, put] = [vi.spyOn(store, 'match'), vi.spyOn(store, 'put')];
  const ask = async (path: string) => new TextDecoder().decode(await (await get(path)).arrayBuffer());
  const kept = () => put.mock.calls.map(([address]) => new URL(address as string));
  await fileWith(world.province, 'Y000037000003', { name: '烟台万华集团' });
  const first = await ask('/.well-known/trust.json');
  expect(kept().map(({ origin, pathname }) => origin + pathname)).toEqual([`${ORIGIN}/.kept/trust`]);
  put.mockClear();
  match.mockClear();
  expect(await ask('/.well-known/trust.json')).toBe(first);
  expect([((await match.mock.results[0]?.value) as Response | undefined)?.status, kept()]).toEqual([200, []]);
  for (const path of [
    `/c/${one.number}`,
    `/v1/certificates/${one.number}`,
    '/',
    '/organizations',
    '/v1/status/nothing',
    '/.kept/trust',
  ])
    await ask(path);
  expect(kept()).toEqual([]);
  await ask('/v1/status/suspension-1');
  for (const { pathname, searchParams } of kept())
    expect([pathname, searchParams.get('list'), Number(searchParams.get('revision'))]).toEqual([
      '/.kept/status',
      'suspension-1',
      expect.any(Number),
    ]);
  vi.restoreAllMocks();
});

test('without a cache, or with one that fails, the same is answered', async () => {
  const { default: store } = caches as unknown as { default: Cache };
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  vi.spyOn(store, 'match').mockRejectedValue(new Error('no'));
  vi.spyOn(store, 'put').mockRejectedValue(new Error('no'));
  expect(Object.keys(JSON.parse(await (await get('/.well-known/trust.json')).text()) as object)).toContain('filings');
  expect((await get('/v1/status/revocation-1')).status).toBe(200);
  vi.restoreAllMocks();
});
