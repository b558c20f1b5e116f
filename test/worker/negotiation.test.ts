/** What a caller says of the answers that it takes and of the body that it sends: Accept with weights, codings, lists of JSON, Idempotency-Key. */
import { beforeAll, describe, expect, test } from 'vitest';
import { OPERATIONS } from '../../src/app.ts';
import {
  candidate,
  candidates,
  certify,
  db,
  fileWith,
  foundProvince,
  type Issued,
  idNumber,
  type Organization,
  type Province,
  type Submitted,
} from '../kit.ts';
import { call, callAs } from './forge.ts';

let world: Province;
let school: Organization;
let batch: Submitted;
let one: Issued;

const [PDF, BUNDLE, SD_JWT, JSON_TYPE] = [
  'application/pdf',
  'application/vnd.luzheng.bundle+json',
  'application/vc+sd-jwt',
  'application/json',
];
const PROBLEM = 'application/problem+json';
const HOLDER = { name: '欧阳建国', id_number: idNumber(1) };
const HTML = 'text/html';

beforeAll(async () => {
  world = await foundProvince();
  school = await fileWith(world.city, 'S000037000001');
  const certified = await certify(world, school, [candidate(1)]);
  [batch, one] = [certified.batch, certified.certificates[0] as Issued];
});

const typeOf = ({ response }: { response: Response }) => (response.headers.get('content-type') ?? '').split(';')[0];
const downloads = async () => (await db.prepare('SELECT count(*) AS n FROM downloads').first<{ n: number }>())?.n;

/** Accept, and what a holder gets: the type, or undefined where nothing of it is acceptable. */
const ACCEPTS: [accept: string, given: string | undefined][] = [
  ['application/pdf;q=0', undefined],
  ['application/pdf; q=0.000, */*;q=0', undefined],
  ['*/*;q=0', undefined],
  ['application/*;q=0', undefined],
  ['application/pdf;q=0, */*', BUNDLE],
  ['*/*, application/pdf;q=0', BUNDLE],
  ['application/pdf;q=0, application/vnd.luzheng.bundle+json;q=0, */*;q=0.1', SD_JWT],
  ['application/*;q=0, */*', undefined],
  ['application/*;q=0, application/pdf;q=0.1', PDF],
  ['application/pdf;q=0.1, application/json;q=0.9', JSON_TYPE],
  ['application/json, application/pdf', PDF],
  ['application/vc+sd-jwt, */*', SD_JWT],
  ['application/json, text/plain, */*', JSON_TYPE],
  ['*/*;q=1, application/pdf;q=0.5', BUNDLE],
  ['APPLICATION/PDF;Q=0, APPLICATION/JSON', JSON_TYPE],
  ['application/json;q=0.5;ext="a,b", application/pdf;q=0.4', JSON_TYPE],
  ['text/html, application/xhtml+xml', undefined],
  ['', PDF],
  ['*/*', PDF],
];

test.each(ACCEPTS)('a holder who asks with Accept: %s', async (accept, given) => {
  const before = await downloads();
  const answer = await call('POST', `/v1/certificates/${one.number}/download`, { Accept: accept }, HOLDER);
  expect([answer.status, answer.code, typeOf(answer)]).toEqual(
    given === undefined ? [406, 'not_acceptable', PROBLEM] : [200, undefined, given],
  );
  expect(answer.response.headers.get('vary')).toBe('Accept');
  // What was not sent is no download.
  expect(await downloads()).toBe((before as number) + Number(given !== undefined && given !== JSON_TYPE));
});

test.each([
  ['*/*, application/json;q=0', SD_JWT],
  ['application/json;q=0.1, application/vc+sd-jwt;q=0.2', SD_JWT],
  ['application/vc+sd-jwt;q=0, application/*', JSON_TYPE],
  ['application/json;q=0', undefined],
])('a look-up with Accept: %s', async (accept, given) => {
  const answer = await call('GET', `/v1/certificates/${one.number}`, { Accept: accept });
  expect([answer.status, typeOf(answer)]).toEqual(given === undefined ? [406, PROBLEM] : [200, given]);
});

test('addresses of one type alone send nothing, and count nothing, where that type is not acceptable', async () => {
  const before = await downloads();
  for (const path of [`/v1/certificates/${one.number}.pdf`, `/v1/batches/${batch.id}/certificates.zip`]) {
    for (const accept of ['application/pdf;q=0, application/zip;q=0', 'text/html'])
      expect([path, await callAs(school.client, 'GET', path, undefined, { Accept: accept })]).toEqual([
        path,
        expect.objectContaining({ status: 406, code: 'not_acceptable' }),
      ]);
  }
  const form = new URLSearchParams(HOLDER).toString();
  expect(
    await call(
      'POST',
      `/c/${one.number}/download`,
      { Accept: 'application/pdf;q=0, */*', 'Content-Type': 'application/x-www-form-urlencoded' },
      form,
    ),
  ).toMatchObject({ status: 406 });
  expect(await downloads()).toBe(before);
  for (const path of [`/v1/certificates/${one.number}.pdf`, `/v1/batches/${batch.id}/certificates.zip`])
    expect((await callAs(school.client, 'GET', path, undefined, { Accept: 'application/*' })).status).toBe(200);
});

test.each([
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', HTML],
  ['text/html', HTML],
  ['text/html, application/json', HTML],
  ['text/html;q=0', PROBLEM],
  ['text/html;q=0, */*', PROBLEM],
  ['text/html;q=0.1, application/json', PROBLEM],
  ['application/problem+json, text/html;q=0.5', PROBLEM],
  ['*/*', PROBLEM],
  ['text/htmlx', PROBLEM],
])('what goes wrong, told to Accept: %s', async (accept, type) => {
  expect(typeOf(await call('GET', '/nothing/here', { Accept: accept }))).toBe(type);
});

const SENDING = Object.entries(OPERATIONS).filter(([, { body }]) => body);
const NAMES = (path: string) =>
  path
    .replace('{number}', one.number)
    .replace('{code}', school.code)
    .replace('{id}', batch.id)
    .replace('{n}', '1')
    .replace('{about}', 'results:p0123456789')
    .replace('{notice}', 'p0123456789');

test.each(SENDING)('%s: a compressed body is 415, and says what is taken', async (route, { body = {}, roles }) => {
  const [method, path] = route.split(' ') as [string, string];
  const caller = !roles
    ? undefined
    : roles.includes('organization')
      ? school.client
      : roles.includes('city')
        ? world.city
        : world.province;
  for (const type of Object.keys(body)) {
    for (const coding of ['gzip', 'GZIP', 'br', 'deflate', 'zstd', 'identity, gzip', 'x']) {
      const answer = await callAs(caller, method, NAMES(path), Uint8Array.of(0x1f, 0x8b, 8, 0), {
        'Content-Type': type,
        'Content-Encoding': coding,
      });
      expect([coding, answer.status, answer.code, answer.response.headers.get('accept-encoding')]).toEqual([
        coding,
        415,
        'encoding_not_supported',
        'identity',
      ]);
    }
  }
});

test('a body that says that it is not compressed is read', async () => {
  for (const coding of ['identity', 'Identity', ''])
    expect(
      await call('POST', '/v1/certificates/search', { 'Content-Encoding': coding }, { number: one.number }),
    ).toMatchObject({ status: 200 });
});

describe('lists of JSON', () => {
  test.each([
    ['application/x-ndjson', undefined, 'application/x-ndjson'],
    ['application/jsonl', undefined, 'application/jsonl'],
    ['Application/JSONL; charset=utf-8', '*/*', 'application/jsonl'],
    ['application/jsonl', 'application/x-ndjson', 'application/x-ndjson'],
    ['application/x-ndjson', 'application/x-ndjson;q=0.1, application/jsonl', 'application/jsonl'],
    ['application/x-ndjson', 'application/x-ndjson;q=0', undefined],
  ])('sent as %s with Accept: %s', async (type, accept, given) => {
    const answer = await call(
      'POST',
      '/v1/verify/bulk',
      { 'Content-Type': type, ...(accept === undefined ? {} : { Accept: accept }) },
      `${JSON.stringify({ number: one.number })}\n`,
    );
    expect([answer.status, typeOf(answer)]).toEqual(given === undefined ? [406, PROBLEM] : [200, given]);
    if (given !== undefined) expect(answer.text.trim().split('\n')).toHaveLength(2);
  });
});

describe('Idempotency-Key', () => {
  const send = (key: string, from: number) =>
    callAs(school.client, 'POST', '/v1/batches', { candidates: candidates(1, from) }, { 'Idempotency-Key': key });
  const idOf = ({ text }: { text: string }) => (JSON.parse(text) as { id: string }).id;

  test('quoted, as the draft has it, and bare it is one key', async () => {
    for (const [i, [first, second]] of (
      [
        ['k-1', '"k-1"'],
        ['"k-2"', 'k-2'],
        ['"k-3"', '"k-3";v=1'],
        ['"a\\"b\\\\c"', 'a"b\\c'],
      ] as const
    ).entries()) {
      const made = await send(first, 20 + i);
      const again = await send(second, 20 + i);
      expect([
        first,
        made.status,
        again.status,
        idOf(again),
        again.response.headers.get('idempotent-replayed'),
      ]).toEqual([first, 201, 201, idOf(made), 'true']);
      expect(await send(second, 40)).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
    }
  });

  test('what is neither is refused', async () => {
    for (const key of ['"', '""', '"a', 'a b', '"a\\b"', '"a" "b"', '"a", "a"', 'a, a', `"${'x'.repeat(201)}"`]) {
      expect([key, (await send(key, 41)).code]).toEqual([key, 'idempotency_key_malformed']);
    }
  });
});

test('a credential that names no key is as unreadable as any other', async () => {
  const [head, ...rest] = one.credential.split('.');
  const bare = (change: object) =>
    [
      btoa(JSON.stringify({ ...(JSON.parse(atob(head as string)) as object), ...change })).replace(/=+$/, ''),
      ...rest,
    ].join('.');
  const unreadable = await call('POST', '/v1/verify', {}, { credential: bare({ alg: 'none' }) });
  expect(unreadable.status).toBe(400);
  for (const kid of [undefined, '', 7, 'k'.repeat(300)]) {
    expect(await call('POST', '/v1/verify', {}, { credential: bare({ kid }) })).toMatchObject({
      status: 400,
      code: 'credential_malformed',
    });
    expect(await call('POST', '/v1/verify', { 'Content-Type': SD_JWT as string }, bare({ kid }))).toMatchObject({
      status: 400,
      code: 'credential_malformed',
    });
  }
});
