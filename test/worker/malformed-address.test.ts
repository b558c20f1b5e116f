/**
 * Malformed addresses, methods and headers at the real Worker, and random bodies: what is wrong with a request
 * before its body is looked at, and what nobody thought of.
 */
import { beforeAll, expect, test } from 'vitest';
import { OPERATIONS } from '../../src/app.ts';
import fc from '../fuzz.ts';
import { idNumber } from '../kit.ts';
import { call, callAs, encode } from './forge.ts';
import { batch, callerOf, fill, one, prepare, problemOf, school } from './malformed-address-kit.ts';

beforeAll(prepare);

test('a method that an address does not have: 405 with Allow', async () => {
  const paths = new Map<string, string[]>();
  for (const route of Object.keys(OPERATIONS)) {
    const [method, path] = route.split(' ') as [string, string];
    paths.set(path, [...(paths.get(path) ?? []), method, ...(method === 'GET' ? ['HEAD'] : [])]);
  }
  for (const [path, allowed] of paths) {
    const caller = callerOf(`${allowed[0]} ${path}`);
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PURGE'].filter(
      (one) => !allowed.includes(one),
    )) {
      // Read as a certificate number, `search` is none; as a notice, `objections` is none.
      if (['/v1/certificates/search', '/v1/notices/objections'].includes(path) && method === 'GET') continue;
      const answer = await callAs(caller, method, fill(path));
      problemOf(answer, `${method} ${path}`);
      expect([method, path, answer.status, answer.code, answer.response.headers.get('allow')]).toEqual([
        method,
        path,
        405,
        'method_not_allowed',
        [...allowed].sort().join(', '),
      ]);
    }
  }
});

test('a wrong method or address below a batch is not told to strangers', async () => {
  for (const [method, path] of [
    ['DELETE', `/v1/batches/${batch.id}`],
    ['GET', `/v1/batches/${batch.id}/issue`],
    ['GET', `/v1/batches/${batch.id}/secrets`],
  ] as const) {
    expect([path, (await call(method, path)).code]).toEqual([path, 'authorization_missing']);
  }
  expect(await callAs(school.client, 'GET', `/v1/batches/${batch.id}/secrets`)).toMatchObject({
    status: 404,
    code: 'not_found',
  });
});

test('HEAD is GET without a body', async () => {
  for (const route of Object.keys(OPERATIONS)) {
    const path = route.split(' ')[1] as string;
    const { status, text } = await callAs(callerOf(route), 'HEAD', fill(path));
    expect([route, status, text]).toEqual([
      route,
      `GET ${path}` in OPERATIONS
        ? 200
        : path === '/v1/certificates/search'
          ? 400
          : path === '/v1/notices/objections'
            ? 404
            : 405,
      '',
    ]);
  }
});

test('addresses that lead nowhere', async () => {
  const paths = [
    '/v2',
    '/v1',
    '/v1/',
    '/v1/certificates',
    '/v1/certificates/',
    '/v1/certificates/%',
    '/v1/certificates/%ZZ',
    '/v1/certificates/%00',
    '/v1/certificates/%FF%FE',
    '/v1/certificates/%ED%A0%80',
    '/v1/certificates/..%2f..%2fetc',
    `/v1/certificates/${'9'.repeat(5000)}`,
    `/v1/certificates/${one.number}/`,
    `/v1/certificates/${one.number}%00`,
    `//v1/certificates/${one.number}`,
    '/v1/status/%',
    '/v1/status/revocation-0',
    '/v1/status/revocation-99999999999999',
    '/v1/status/revocation-1e1',
    '/orgs/%/did.json',
    '/orgs/%00/did.json',
    '/.well-known/',
    '/.env',
    '/wp-login.php',
    '/assets/%2e%2e%2fwrangler.toml',
    '/assets/font.json',
    '/__proto__',
    '/constructor',
    '/v1/certificates/__proto__',
    '/v1/certificates/constructor',
  ];
  for (const path of paths) problemOf(await call('GET', path), path);
});

test('guarded addresses say nothing to strangers, and nothing odd to friends', async () => {
  for (const id of ['%', '%00', '%ZZ', '__proto__', "' OR 1=1 --", 'x'.repeat(5000), '..%2f', '\u0131', '%ED%A0%80']) {
    for (const path of [
      `/v1/batches/${id}`,
      `/v1/batches/${id}/rows`,
      `/v1/batches/${id}/certificates`,
      `/v1/batches/${id}/certificates.zip`,
      `/v1/batches/${batch.id}/rows/${id}/photo`,
      `/v1/certificates/${id}.pdf`,
    ]) {
      problemOf(await call('GET', path), path);
      // The proof is for the address as it is sent.
      const url = new URL(`https://lz.example.cn${path}`);
      problemOf(await callAs(school.client, 'GET', url.pathname), path);
    }
  }
  for (const query of [
    'from=-1',
    'from=x',
    'from=',
    'limit=1e9',
    'limit=9999999',
    'from=%00',
    'from=1.5',
    'limit=%EF%BC%91',
  ]) {
    expect([
      query,
      (await callAs(school.client, 'GET', `/v1/batches/${batch.id}/certificates.zip?${query}`)).code,
    ]).toEqual([query, 'body_malformed']);
  }
  for (const query of ['after=-1', 'after=x', 'after=9999999', 'after=%00', 'after=1.5', 'after=%EF%BC%91']) {
    for (const list of ['rows', 'certificates'])
      expect([query, (await callAs(school.client, 'GET', `/v1/batches/${batch.id}/${list}?${query}`)).code]).toEqual([
        query,
        'body_malformed',
      ]);
  }
  expect((await callAs(school.client, 'GET', `/v1/batches/${batch.id}/rows?after=0&after=9`)).status).toBe(200);
  expect((await callAs(school.client, 'GET', `/v1/batches/${batch.id}/rows?%`)).status).toBe(200);
});

test('weird headers', async () => {
  const path = `/v1/certificates/${one.number}`;
  for (const accept of [
    ';',
    ',,,',
    'text/html',
    'image/*',
    'application/json-ld',
    'x'.repeat(60_000),
    '*',
    'application/vc+sd-jwtx',
  ])
    problemOf(await call('GET', path, { Accept: accept }), `Accept: ${accept.slice(0, 20)}`);
  for (const accept of [
    '',
    '*/*',
    'text/html, */*;q=0.1',
    'APPLICATION/JSON',
    'application/*',
    ' application/json ; q=0.5',
  ])
    expect([accept, (await call('GET', path, { Accept: accept })).status]).toEqual([accept, 200]);
  for (const value of ['x'.repeat(100_000), 'DPoP '.repeat(1000), `DPoP ${'A'.repeat(100_000)}`, 'DPoP ..', 'DPoP =']) {
    problemOf(await call('GET', '/v1/batches', { Authorization: value, DPoP: value }), value.slice(0, 20));
  }
  for (const header of [
    'Cookie',
    'X-Forwarded-For',
    'Range',
    'If-None-Match',
    'Content-Encoding',
    'Expect',
    'Origin',
    'Accept-Language',
    'If-Modified-Since',
  ]) {
    expect([header, (await call('GET', path, { [header]: 'x'.repeat(20_000) })).status]).toEqual([header, 200]);
  }
});

const options = { numRuns: 60, interruptAfterTimeLimit: 4000 };

test('random JSON in every public body', async () => {
  const words = fc.constantFrom(
    'number',
    'name',
    'id_number',
    'credential',
    'seal',
    'bundle',
    'version',
    'statements',
    'approval',
    '__proto__',
  );
  const json = fc.oneof(fc.jsonValue(), fc.dictionary(words, fc.jsonValue({ maxDepth: 2 })));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('/v1/verify', '/v1/certificates/search', `/v1/certificates/${one.number}/download`),
      json,
      async (path, value) => {
        problemOf(await call('POST', path, {}, JSON.stringify(value)), `${path} ${JSON.stringify(value)}`);
      },
    ),
    options,
  );
});

test('random bytes under every type that is taken', async () => {
  const types = [
    'application/json',
    'application/vc+sd-jwt',
    'application/vnd.luzheng.bundle+json',
    'text/csv',
    'application/x-www-form-urlencoded',
  ];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...types), fc.uint8Array({ maxLength: 300 }), async (type, bytes) => {
      problemOf(await call('POST', '/v1/verify', { 'Content-Type': type }, bytes), type);
      if (/json|csv/.test(type))
        problemOf(await callAs(school.client, 'POST', '/v1/batches', bytes, { 'Content-Type': type }), type);
      expect((await call('POST', '/search', { 'Content-Type': type }, bytes)).status).toBeLessThan(500);
    }),
    options,
  );
});

test('credentials, seals and bundles with something changed anywhere', async () => {
  const { text: bundle } = await call(
    'POST',
    `/v1/certificates/${one.number}/download`,
    { Accept: 'application/vnd.luzheng.bundle+json' },
    { name: '欧阳建国', id_number: idNumber(1) },
  );
  expect(bundle).toContain('inclusion');
  const at = fc.tuple(fc.nat(), fc.constantFrom('', 'A', '.', '~', '"', '0', '#', '-', '\u0000', '{', '证'));
  const mutate = (text: string, [place, by]: [number, string]) =>
    text.slice(0, place % text.length) + by + text.slice((place % text.length) + 1);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('credential', 'seal'), at, async (kind, change) => {
      const { status } = await call(
        'POST',
        '/v1/verify',
        {},
        { [kind]: mutate(kind === 'seal' ? one.seal_url : one.credential, change) },
      );
      expect([200, 400, 404]).toContain(status);
    }),
    options,
  );
  await fc.assert(
    fc.asyncProperty(at, async (change) => {
      const { status } = await call(
        'POST',
        '/v1/verify',
        { 'Content-Type': 'application/vnd.luzheng.bundle+json' },
        mutate(bundle, change),
      );
      expect([200, 400]).toContain(status);
    }),
    options,
  );
});

test('a credential whose payload is anything at all', async () => {
  const [head, , signature] = String(one.credential.split('~')[0]).split('.') as [string, string, string];
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.jsonValue(),
        fc.record({ credentialSubject: fc.jsonValue({ maxDepth: 2 }) }),
        fc.constant({ credentialSubject: { number: one.number } }),
      ),
      async (payload) => {
        const { status } = await call(
          'POST',
          '/v1/verify',
          {},
          { credential: `${head}.${encode(JSON.stringify(payload))}.${signature}~` },
        );
        expect(status).toBe(200);
      },
    ),
    options,
  );
});
