/**
 * The Worker against openapi.json: every operation is called for real, and every answer, good or bad, is held to the
 * schema that stands for it.
 */
import { beforeAll, expect, test } from 'vitest';
import { CREDENTIAL, REPORT } from '../../src/api/openapi-examples.ts';
import { statementSchema } from '../../src/api/operation-parts.ts';
import { shanghaiDay } from '../../src/base/day.ts';
import type { StatementType } from '../../src/core/schema.ts';
import {
  announceYear,
  approveBatch,
  changeStatus,
  makeKey,
  nameClient,
  orderBatch,
  withdraw,
} from '../../src/sdk/sign.ts';
import { anyone, as, db } from '../kit.ts';
import { publish, resultRows } from '../notice-kit.ts';
import { callAs, claimsOf, prove } from './forge.ts';
import { batchesAndCases } from './openapi-batches.ts';
import {
  ask,
  batch,
  CODE,
  called,
  doc,
  faults,
  form,
  holder,
  type Json,
  one,
  operations,
  prepare,
  school,
  world,
} from './openapi-kit.ts';

beforeAll(prepare);

test('the examples have the form of today: the same members as a real report and credential', async () => {
  const real = await anyone.get<typeof REPORT>(`/v1/certificates/${one.number}`);
  const form = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value)
            .map(([name, part]) => [name, form(part)])
            .sort(),
        )
      : typeof value;
  expect(form(REPORT)).toEqual(form(real));
  expect(form(claimsOf(CREDENTIAL.split('~')[0] as string))).toEqual(
    form(claimsOf(real.credential.split('~')[0] as string)),
  );
  expect(REPORT.checks).toEqual(real.checks);
});

test('public data', async () => {
  const described = await ask('GET /openapi.json', {}, undefined, 200);
  expect(described).toEqual(JSON.parse(JSON.stringify(doc)));
  for (const route of [
    'GET /',
    'GET /check',
    'GET /scan',
    'GET /sw.js',
    'GET /manifest.webmanifest',
    'GET /robots.txt',
    'GET /bulk',
    'GET /docs',
    'GET /desk',
    'GET /healthz',
    'GET /.well-known/jwks.json',
    'GET /.well-known/did.json',
    'GET /.well-known/trust.json',
    'GET /contexts/v1.jsonld',
  ])
    await ask(route, {}, undefined, 200);
  for (const file of ['home.js', 'icon.svg', 'icon-192.png']) await ask('GET /assets/{file}', { file }, undefined, 200);
  await ask('GET /assets/{file}', { file: 'font.json' }, undefined, 404);
  await ask('GET /orgs/{code}/did.json', { code: CODE }, undefined, 200);
  await ask('GET /orgs/{code}/did.json', { code: 'x' }, undefined, 400);
  await ask('GET /orgs/{code}/did.json', { code: 'S000037000009' }, undefined, 404);
  expect(await ask('GET /v1/status', {}, undefined, 200)).toEqual({
    lists: ['revocation-1', 'suspension-1', 'inactive-1'],
  });
  await ask('GET /v1/status/{list}', { list: 'revocation-1' }, undefined, 200);
  await ask('GET /v1/status/{list}', { list: 'x' }, undefined, 404);
});

test('look-up, search, verify, download', async () => {
  const { number, credential, seal_url: seal } = one;
  const [path, revoked] = ['GET /v1/certificates/{number}', 'application/vc+sd-jwt'];
  expect(await ask(path, { number }, undefined, 200)).toMatchObject({ verdict: 'valid' });
  await ask(path, { number }, undefined, 200, undefined, { Accept: revoked });
  await ask(path, { number }, undefined, 406, undefined, { Accept: 'image/png' });
  await ask(path, { number: number.replace(/.$/, '9') }, undefined, 404);
  await ask(path, { number: 'x' }, undefined, 400);
  const search = 'POST /v1/certificates/search';
  await ask(search, {}, undefined, 200, { number });
  await ask(search, {}, undefined, 200, holder);
  await ask(search, {}, undefined, 404, { number, name: '别人' });
  await ask(search, {}, undefined, 400, {});
  await ask(search, {}, undefined, 415, 'x', { 'Content-Type': 'text/plain' });
  await ask(search, {}, undefined, 413, 'x'.repeat(20_000));
  const bundle = await ask('POST /v1/certificates/{number}/download', { number }, undefined, 200, holder, {
    Accept: 'application/vnd.luzheng.bundle+json',
  });
  for (const type of ['application/pdf', 'application/vc+sd-jwt', 'application/json'])
    await ask('POST /v1/certificates/{number}/download', { number }, undefined, 200, holder, { Accept: type });
  await ask('POST /v1/certificates/{number}/download', { number }, undefined, 404, { ...holder, name: '别人' });
  for (const evidence of [{ credential }, { seal }, { bundle }])
    await ask('POST /v1/verify', {}, undefined, 200, evidence);
  await ask('POST /v1/verify', {}, undefined, 200, bundle, { 'Content-Type': 'application/vnd.luzheng.bundle+json' });
  await ask('POST /v1/verify', {}, undefined, 200, credential, { 'Content-Type': 'application/vc+sd-jwt' });
  await ask('POST /v1/verify', {}, undefined, 200, { seal: seal.replace('lz.example.cn', 'evil.example') });
  await ask('POST /v1/verify', {}, undefined, 400, { seal: 'x' });
});

test('pages', async () => {
  const { number, seal_url: seal } = one;
  await ask('GET /c/{number}', { number }, undefined, 200);
  await ask('GET /c/{number}', { number: 'x' }, undefined, 400);
  await ask('GET /c/{number}', { number: number.replace(/.$/, '9') }, undefined, 404);
  await ask('POST /search', {}, undefined, 200, `${new URLSearchParams(holder)}`, { 'Content-Type': form });
  await ask('POST /search', {}, undefined, 303, `number=${number}`, { 'Content-Type': form });
  await ask('POST /search', {}, undefined, 303, `number=${encodeURIComponent(seal)}`, { 'Content-Type': form });
  await ask('POST /search', {}, undefined, 404, `number=${number}&name=x`, { 'Content-Type': form });
  await ask('POST /search', {}, undefined, 415, '{}');
  await ask('GET /organizations', {}, undefined, 200);
  await ask('GET /organizations/{code}', { code: CODE }, undefined, 200);
  await ask('GET /organizations/{code}', { code: 'x' }, undefined, 400);
  await ask('GET /organizations/{code}', { code: 'S000037999999' }, undefined, 404);
  await ask('GET /v1/organizations', {}, undefined, 200);
  await ask('GET /v1/organizations/{code}', { code: CODE }, undefined, 200);
  await ask('GET /v1/organizations/{code}', { code: 'x' }, undefined, 400);
  await ask('GET /v1/organizations/{code}', { code: 'S000037999999' }, undefined, 404);
  await ask('POST /language', {}, undefined, 303, 'to=en&back=/check', { 'Content-Type': form });
  await ask('POST /language', {}, undefined, 415, '{}');
  await ask('POST /bulk', {}, undefined, 200, `list=${number}`, { 'Content-Type': form });
  await ask('POST /bulk', {}, undefined, 400, 'list=', { 'Content-Type': form });
  await ask('POST /c/{number}/download', { number }, undefined, 200, `${new URLSearchParams(holder)}`, {
    'Content-Type': form,
  });
  await ask('POST /c/{number}/download', { number }, undefined, 404, 'name=x&id_number=y', { 'Content-Type': form });
});

test('centres: statements and keys', async () => {
  const { city, province } = world;
  await ask('POST /v1/centres', {}, province, 200, { statement: city.token });
  await ask('POST /v1/centres', {}, province, 400, { statement: 'x' });
  await ask('POST /v1/centres', {}, city, 403, { statement: city.token });
  await ask('POST /v1/organizations/{code}/keys', { code: CODE }, city, 201);
  await ask('POST /v1/organizations/{code}/keys', { code: 'x' }, city, 400);
  const key = { code: CODE, n: '1' };
  await ask('GET /v1/organizations/{code}/keys/{n}/request', key, city, 200);
  await ask('GET /v1/organizations/{code}/keys/{n}/request', { code: CODE, n: '9' }, city, 404);
  const { chain } = (await db
    .prepare('SELECT chain FROM issuing_certificates WHERE organization = ?')
    .bind(CODE)
    .first<{ chain: string }>()) as { chain: string };
  await ask('POST /v1/organizations/{code}/keys/{n}/certificate', key, city, 201, { certificate: chain });
  await ask('POST /v1/organizations/{code}/keys/{n}/certificate', key, city, 400, { certificate: 'x' });
  await ask('POST /v1/organizations/{code}/keys/{n}/certificate', { code: CODE, n: '2' }, city, 409, {
    certificate: chain,
  });
  await ask('POST /v1/filings', {}, city, 200, { statement: school.filing });
  await ask('POST /v1/filings', {}, undefined, 401, { statement: school.filing });
  await ask('POST /v1/clients', {}, city, 201, { statement: await nameClient(city, CODE, school.client.jwk) });
  await ask('POST /v1/clients', {}, city, 409, {
    statement: await nameClient(city, 'S000037000009', school.client.jwk),
  });
  const spare = await nameClient(city, CODE, (await makeKey()).jwk);
  await ask('POST /v1/clients', {}, city, 201, { statement: spare });
  const statement = await withdraw(city, { jti: claimsOf(spare).jti as string });
  const year = new Date().getFullYear() + 1;
  const announced = await announceYear(province, {
    year,
    holidays: [`${year}-01-01`],
    workdays: [],
    source: '国办发明电〔2026〕9号',
  });
  await ask('POST /v1/calendars', {}, province, 201, { statement: announced });
  await ask('POST /v1/calendars', {}, province, 200, { statement: announced });
  await ask('POST /v1/calendars', {}, city, 403, { statement: announced });
  await ask('POST /v1/calendars', {}, province, 422, {
    statement: await announceYear(province, { year: 2020, holidays: ['2020-01-01'], workdays: [], source: 'x' }),
  });
  await ask('POST /v1/withdrawals', {}, city, 201, { statement });
  await ask('POST /v1/withdrawals', {}, city, 200, { statement });
  await ask('POST /v1/withdrawals', {}, city, 404, { statement: await withdraw(city, { jti: 'nothing' }) });
  await ask('POST /v1/withdrawals', {}, city, 403, { statement: await withdraw(city, { kid: city.kid }) });
});

test('lists, and the keys for long ones', async () => {
  const { city } = world;
  const bulk = 'POST /v1/verify/bulk';
  const ndjson = { 'Content-Type': 'application/x-ndjson' };
  const lines = [
    { number: one.number, name: holder.name },
    { number: one.number, name: '别人' },
    { number: one.number.replace(/.$/, '9') },
    { number: '1' },
    {},
  ]
    .map((row) => JSON.stringify(row))
    .join('\n');
  await ask(bulk, {}, undefined, 200, lines, ndjson);
  const { text } = await callAs(undefined, 'POST', '/v1/verify/bulk', lines, ndjson);
  const answers = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Json);
  expect(answers).toHaveLength(6);
  for (const answer of answers) expect(faults(doc.components.schemas.BulkLine as Json, answer)).toEqual([]);
  expect(
    faults(
      doc.components.schemas[statementSchema('receipt+jwt')] as Json,
      claimsOf((answers.at(-1) as { receipt: string }).receipt),
    ),
  ).toEqual([]);
  await ask(bulk, {}, undefined, 400, '\n', ndjson);
  await ask(bulk, {}, undefined, 413, '{}\n'.repeat(101), ndjson);
  await ask(bulk, {}, undefined, 401, lines, { ...ndjson, Authorization: 'Bearer x' });
  await ask(bulk, {}, undefined, 415, '{}');
  const key = await ask('POST /v1/bulk-keys', {}, city, 201, {
    name: '济南某制造有限公司',
    quota_per_day: 3,
    expires_on: '2027-01-01',
  });
  await ask('POST /v1/bulk-keys', {}, city, 400, { name: '', expires_on: '2027-01-01' });
  await ask(bulk, {}, undefined, 429, lines, { ...ndjson, Authorization: `Bearer ${key.key as string}` });
  await ask('GET /v1/bulk-keys', {}, city, 200);
  await ask('DELETE /v1/bulk-keys/{key}', { key: key.id as string }, city, 200);
  await ask('GET /v1/bulk-keys', {}, world.province, 200);
  await ask('DELETE /v1/bulk-keys/{key}', { key: 'k0' }, city, 404);
});

batchesAndCases();

test('statements that were made here fit what is said of them', async () => {
  const tokens: Partial<Record<StatementType, string>> = {
    'centre+jwt': world.city.token,
    'filing+jwt': school.filing,
    'client+jwt': school.client.token,
    'dpop+jwt': await prove(world.city, 'GET', '/v1/batches'),
    'approval+jwt': await approveBatch(world.province, batch, await approveBatch(world.city, batch)),
    'issue+jwt': await orderBatch(school.client, batch, 'x'),
    'status+jwt': await changeStatus(world.city, { number: one.number, action: 'revoke', reason: 'fraud', seq: 1 }),
    'withdrawal+jwt': await withdraw(world.city, { jti: 'x', iss: 'centre:3701' }, { compromised_since: 1 }),
  };
  const { services } = await anyone.get<{ services: string[] }>('/.well-known/trust.json');
  for (const [typ, token] of [...Object.entries(tokens), ['service+jwt', services[0] as string]] as [
    StatementType,
    string,
  ][]) {
    expect([typ, faults(doc.components.schemas[statementSchema(typ)] as Json, claimsOf(token))]).toEqual([typ, []]);
  }
  expect(as(school.client).identity).toBe(school.client);
});

test('notices, objections and statistics', async () => {
  const rows = resultRows(shanghaiDay(Math.floor(Date.now() / 1000)), ['欧阳建国', '司徒建国']);
  const notice = await publish(school, { from: '2020-01-01', until: '2099-12-31', rows });
  for (const path of [
    '/notices',
    '/notices/feed.xml',
    '/notices/objections',
    '/v1/notices',
    '/statistics',
    '/v1/statistics',
    '/v1/statistics.csv',
  ])
    await ask(`GET ${path}`, {}, undefined, 200);
  for (const path of ['/notices/{notice}', '/v1/notices/{notice}']) {
    await ask(`GET ${path}`, { notice }, undefined, 200);
    await ask(`GET ${path}`, { notice: 'r0000000000' }, undefined, 404);
  }
  await ask('GET /notices/{notice}/objected', { notice }, undefined, 200);
  const { code } = await ask('POST /v1/notices/{notice}/objections', { notice }, undefined, 201, {
    row: 2,
    grounds: '未到场',
  });
  await ask('POST /v1/notices/{notice}/objections', { notice }, undefined, 400, { row: 9, grounds: '未到场' });
  await ask('POST /v1/notices/objections', {}, undefined, 200, { code });
  await ask('POST /v1/notices/objections', {}, undefined, 404, { code: 'x' });
  await ask('POST /notices/objections', {}, undefined, 200, `code=${String(code)}`, { 'Content-Type': form });
  await ask('POST /notices/{notice}/objections', { notice }, undefined, 303, 'grounds=x', { 'Content-Type': form });
});

test('every operation was called, and its answer held to its schema', () => {
  expect([...operations.keys()].filter((route) => !called.has(`${route} good`))).toEqual([]);
});
