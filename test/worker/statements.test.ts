/**
 * How many statements one request puts to D1, of which it may put 1,000: each route that works over many rows is asked with
 * few and with many, by an isolate that remembers nothing. What a batch shares is read once, so that more rows cost next
 * to nothing; where a stretch of rows costs something, the whole of the largest request is worked out from it.
 */
import { beforeAll, expect, test } from 'vitest';
import { app } from '../../src/app.ts';
import { KEYED_ROWS } from '../../src/core/bulk-list.ts';
import type { Env } from '../../src/env.ts';
import { serviceOf } from '../../src/env.ts';
import worker from '../../src/index.ts';
import type { Identity } from '../../src/sdk/sign.ts';
import { pageOf } from '../../src/service/download.ts';
import {
  approve,
  as,
  candidate,
  candidates,
  certificatesOf,
  certify,
  db,
  fileWith,
  foundProvince,
  type Issued,
  idNumber,
  ORIGIN,
  type Organization,
  order,
  type Province,
  type Submitted,
  submit,
  testEnv,
} from '../kit.ts';
import { countingDatabase, issueStored } from './faults.ts';
import { now, prove } from './forge.ts';

/** Rows of the largest batch, and of the larger of the two that are compared here. */
const MOST = 10_000;
const FEW = 3;
const MANY = 2_001;

let world: Province;
let school: Organization;
let small: { batch: Submitted; certificates: Issued[] };
let large: { batch: Submitted; certificates: Issued[] };

beforeAll(async () => {
  world = await foundProvince();
  school = await fileWith(world.city, 'S000037000001');
  small = await certify(world, school, candidates(FEW, 0));
  large = await certify(world, school, candidates(MANY, 10));
}, 120_000);

interface Asked {
  as?: Identity;
  body?: unknown;
  type?: string;
  headers?: Record<string, string>;
  status?: number;
}

/** The statements of one request, its answer read to the end, in an isolate that has just begun. */
async function statementsOf(
  method: string,
  path: string,
  { as: identity, body, type = 'application/json', headers = {}, status = 200 }: Asked = {},
): Promise<number> {
  const counting = countingDatabase(db);
  const sent: Record<string, string> = { ...headers, ...(body === undefined ? {} : { 'Content-Type': type }) };
  if (identity)
    Object.assign(sent, { Authorization: `DPoP ${identity.token}`, DPoP: await prove(identity, method, path) });
  const init = {
    method,
    headers: sent,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  };
  const answer = await app.fetch(new Request(ORIGIN + path, init), { ...testEnv, DB: counting.db });
  const text = new TextDecoder().decode(await answer.arrayBuffer());
  expect([method, path, answer.status, answer.status === status ? '' : text.slice(0, 300)]).toEqual([
    method,
    path,
    status,
    '',
  ]);
  return counting.statements.length;
}

test('an archive: at most 50, whatever its length', async () => {
  const archive = (limit: number) =>
    statementsOf('GET', `/v1/batches/${large.batch.id}/certificates.zip?limit=${limit}`, { as: school.client });
  const [one, three] = [await archive(100), await archive(300)];
  const each = (three - one) / 2;
  expect(each).toBeLessThanOrEqual(5);
  const stretches = Math.ceil(MOST / pageOf(MOST));
  expect(one + each * (stretches - 1)).toBeLessThanOrEqual(50);
  expect(pageOf(500)).toBe(100);
  // Again, when all of it is signed.
  expect(await archive(100)).toBeLessThanOrEqual(one);
}, 120_000);

test('lists of rows and certificates: as many for a page of 2,000 as for three rows', async () => {
  for (const [list, who] of [
    ['rows', world.city],
    ['certificates', school.client],
  ] as const) {
    const [few, many] = [
      await statementsOf('GET', `/v1/batches/${small.batch.id}/${list}`, { as: who }),
      await statementsOf('GET', `/v1/batches/${large.batch.id}/${list}`, { as: who }),
    ];
    expect([list, many - few, many <= 20]).toEqual([list, 0, true]);
  }
  expect((await certificatesOf(school, large.batch.id)).length).toBe(MANY);
  const { results } = await db
    .prepare('SELECT number FROM certificates WHERE batch = ? ORDER BY position')
    .bind(large.batch.id)
    .all<{ number: string }>();
  expect(large.certificates.map(({ number }) => number)).toEqual(results.map(({ number }) => number));
});

test('a page of a list says where the next begins, and ends', async () => {
  const page = async (list: string, after: string) => {
    const { next, ...rest } = await as(school.client).get<{
      next: string | null;
      rows?: unknown[];
      certificates?: unknown[];
    }>(`/v1/batches/${large.batch.id}/${list}?after=${after}`);
    return [(rest.rows ?? rest.certificates)?.length, next];
  };
  expect([
    await page('rows', ''),
    await page('rows', '1999'),
    await page('rows', '2000'),
    await page('rows', '999999'),
  ]).toEqual([
    [2000, '1999'],
    [1, null],
    [0, null],
    [0, null],
  ]);
  expect([
    await page('certificates', ''),
    await page('certificates', '999'),
    await page('certificates', '1999'),
  ]).toEqual([
    [1000, '999'],
    [1000, '1999'],
    [1, null],
  ]);
});

test('progress, look-up, search, download and verification', async () => {
  const number = large.certificates[7]?.number as string;
  const holder = { name: '欧阳建国', id_number: idNumber(17) };
  const counts = {
    progress: await statementsOf('GET', `/v1/batches/${large.batch.id}`, { as: school.client }),
    'look-up': await statementsOf('GET', `/v1/certificates/${number}`),
    search: await statementsOf('POST', '/v1/certificates/search', { body: holder }),
    download: await statementsOf('POST', `/v1/certificates/${number}/download`, {
      body: holder,
      headers: { Accept: 'application/pdf' },
    }),
    pdf: await statementsOf('GET', `/v1/certificates/${number}.pdf`, { as: school.client }),
    verify: await statementsOf('POST', '/v1/verify', { body: { seal: large.certificates[7]?.seal_url } }),
  };
  expect(Object.entries(counts).filter(([, count]) => count > 30)).toEqual([]);
});

test('a search that finds several certificates of one person', async () => {
  const rows = [5, 4, 3, 2, 1].map((level) => candidate(5_000, { level }));
  const one = await statementsOf('POST', '/v1/certificates/search', {
    body: { name: '欧阳建国', id_number: idNumber(0) },
  });
  for (const row of rows) await certify(world, school, [row]);
  const five = await statementsOf('POST', '/v1/certificates/search', {
    body: { name: '欧阳建国', id_number: idNumber(5_000) },
  });
  expect(five - one).toBeLessThanOrEqual(1);
}, 60_000);

test('a list that is checked: five a stretch of a hundred rows at most, so 10,000 rows stay below 1,000', async () => {
  const list = (count: number) =>
    large.certificates
      .slice(0, count)
      .map(({ number }) => JSON.stringify({ number, name: '欧阳建国' }))
      .join('\n');
  const check = (key: string, rows: number) =>
    statementsOf('POST', '/v1/verify/bulk', {
      body: list(rows),
      type: 'application/x-ndjson',
      headers: { Authorization: `Bearer ${key}` },
    });
  const day = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
  const { key } = await as(world.province).post<{ key: string }>('/v1/bulk-keys', {
    name: '示范企业',
    expires_on: day,
    quota_per_day: 100_000,
  });
  const [one, eleven] = [await check(key, 100), await check(key, 1_100)];
  const each = (eleven - one) / 10;
  expect(each).toBeLessThanOrEqual(5);
  expect(one + each * (KEYED_ROWS / 100 - 1)).toBeLessThan(600);
}, 60_000);

test('an upload and its approval', async () => {
  const rows = (count: number, from: number) => ({ candidates: candidates(count, from) });
  const [few, many] = [
    await statementsOf('POST', '/v1/batches', { as: school.client, body: rows(3, 20_000), status: 201 }),
    await statementsOf('POST', '/v1/batches', { as: school.client, body: rows(MANY, 21_000), status: 201 }),
  ];
  // By bytes of parameters: some 300 rows a statement.
  expect(few + ((many - few) * MOST) / MANY).toBeLessThan(100);
}, 60_000);

test('an order: three for each two hundred certificates', async () => {
  const prepare = async (rows: unknown[]) => {
    const batch = await submit(school, rows);
    const approval = await approve(world, school, batch);
    const tokens = { approval, order: await order(school, batch, approval) };
    return statementsOf('POST', `/v1/batches/${batch.id}/issue`, { as: school.client, body: tokens });
  };
  const [few, many] = [await prepare(candidates(2, 30_000)), await prepare(candidates(1_002, 31_000))];
  const each = (many - few) / 5;
  expect(each).toBeLessThanOrEqual(3);
  expect(few + each * (MOST / 200)).toBeLessThan(250);
  // Replacing certificates that have a history.
  const replacing = await prepare(
    large.certificates.slice(0, 300).map(({ number }, i) => candidate(10 + i, { replaces: number })),
  );
  expect(replacing).toBeLessThanOrEqual(few + 2 * each + 2);
}, 120_000);

test('lists of batches, of what waits for a centre, of organizations; statistics and status lists', async () => {
  const lists: [path: string, who?: Identity][] = [
    ['/v1/batches', school.client],
    ['/v1/reviews', world.city],
    ['/v1/cases', world.city],
    ['/v1/me', school.client],
    ['/v1/me', world.city],
    ['/v1/organizations'],
    ['/v1/notices'],
    ['/v1/draws'],
    ['/v1/statistics'],
    ['/v1/status/revocation-1'],
    ['/.well-known/trust.json'],
    ['/organizations'],
    ['/notices'],
  ];
  const counted = async () =>
    Promise.all(
      lists.map(async ([path, who]) => [path, await statementsOf('GET', path, who ? { as: who } : {})] as const),
    );
  const before = await counted();
  for (let n = 2; n <= 9; n++) {
    const other = await fileWith(world.city, `S00003700000${n}`);
    await submit(other, candidates(1, 50_000 + n));
  }
  const after = await counted();
  // More lines, not more statements; and few of them.
  expect(
    after.flatMap(([path, count], i) =>
      count > (before[i]?.[1] ?? 0) || count > 40 ? [[path, before[i]?.[1], count]] : [],
    ),
  ).toEqual([]);
}, 60_000);

test('the sweep: a stretch of interrupted batches, however many wait', async () => {
  const interrupted = async (n: number) => {
    const batch = await submit(school, candidates(1, n));
    const approval = await approve(world, school, batch);
    await issueStored(
      serviceOf(testEnv as unknown as Env),
      batch.id,
      { approval, order: await order(school, batch, approval) },
      now() - 1,
    );
  };
  const sweep = async () => {
    const counting = countingDatabase(db);
    await worker.scheduled({}, { ...testEnv, DB: counting.db } as unknown as Env);
    return counting.statements.length;
  };
  const idle = await sweep();
  for (let n = 0; n < 4; n++) await interrupted(60_000 + n);
  const four = await sweep();
  expect(idle + ((four - idle) / 4) * 20).toBeLessThan(500);
  expect(await db.prepare("SELECT count(*) AS n FROM batches WHERE state = 'issuing'").first<number>('n')).toBe(0);
}, 60_000);
