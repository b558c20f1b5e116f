/**
 * The brakes and the counters of wrong second factors, against the real rate-limiting binding and the real D1: what they
 * let through, what they say, and that no failure of a search can be told from another by its bytes or its statements.
 */
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, test } from 'vitest';
import { app } from '../../src/app.ts';
import type { Env } from '../../src/env.ts';
import { ConfigError, readConfig, serviceOf } from '../../src/env.ts';
import { clientOf } from '../../src/http/rate-limit.ts';
import worker from '../../src/index.ts';
import { WINDOW, windowAt } from '../../src/service/guesses.ts';
import type { D1Database } from '../../src/storage/database.ts';
import { candidate, candidates, certify, db, fileWith, foundProvince, type Issued, idNumber, ORIGIN } from '../kit.ts';
import { call } from './forge.ts';

const NAME = '欧阳建国';
let issued: Issued[];
let statements: string[] = [];

/** The same database; what is prepared is written down. */
const watched = {
  prepare: (sql: string) => (statements.push(sql), db.prepare(sql)),
  batch: (list: never[]) => db.batch(list),
} as unknown as D1Database;
const watchedEnv = { ...(env as unknown as Env), DB: watched };
/** The middle of an hour, so that no test runs over its end. */
const NOON = windowAt(Math.floor(Date.now() / 1000)) + WINDOW / 2;
let clock = NOON;

async function ask(path: string, body: unknown, headers: Record<string, string> = {}) {
  statements = [];
  const answer = await app.fetch(
    new Request(ORIGIN + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    }),
    watchedEnv,
  );
  const text = await answer.text();
  return {
    status: answer.status,
    text,
    headers: [...answer.headers],
    code: (JSON.parse(text) as { code?: string }).code,
    retry: answer.headers.get('retry-after'),
    statements,
  };
}
const search = (body: unknown) => ask('/v1/certificates/search', body);
const download = (number: string, body: object, accept = 'copy' in body ? 'application/pdf' : 'application/json') =>
  ask(`/v1/certificates/${number}/download`, body, { Accept: accept });
const number = (at: number) => (issued[at] as Issued).number;
const times = async <T>(n: number, act: (i: number) => Promise<T>): Promise<T[]> => {
  const all: T[] = [];
  for (let i = 0; i < n; i++) all.push(await act(i));
  return all;
};

beforeAll(async () => {
  const world = await foundProvince();
  const school = await fileWith(world.city, 'S000037000001');
  ({ certificates: issued } = await certify(world, school, [...candidates(12), candidate(20, { name: '王小明' })]));
  serviceOf(watchedEnv).now = () => clock;
  await search({ name: NAME, id_number: idNumber(0) });
});

describe('failures of a search', () => {
  const missing = 'S000037000001263999999';
  const id = idNumber(0);
  const groups: Record<string, () => (readonly [string, () => ReturnType<typeof ask>])[]> = {
    'number and name': () => [
      ['no such number', () => search({ number: missing, name: NAME })],
      ['wrong name', () => search({ number: number(0), name: '王小明' })],
      ['blank but for a mark', () => search({ number: number(0), name: '\u200b' })],
    ],
    'number and ID': () => [
      ['no such number', () => search({ number: missing, id_number: id })],
      ['ID of somebody else', () => search({ number: number(0), id_number: idNumber(20) })],
      ['ID of nobody', () => search({ number: number(0), id_number: idNumber(500) })],
    ],
    'name and ID': () => [
      ['ID of nobody', () => search({ name: NAME, id_number: idNumber(500) })],
      ['name of somebody else', () => search({ name: '王小明', id_number: id })],
      ['no ID at all', () => search({ name: NAME, id_number: '???' })],
    ],
    'all three': () => [
      ['no such number', () => search({ number: missing, name: NAME, id_number: id })],
      ['wrong name', () => search({ number: number(0), name: '王小明', id_number: id })],
      ['wrong ID', () => search({ number: number(0), name: NAME, id_number: idNumber(500) })],
    ],
    download: () => [
      ['no such number', () => download(missing, { name: NAME, id_number: id })],
      ['wrong name', () => download(number(0), { name: '王小明', id_number: id })],
      ['wrong ID', () => download(number(0), { name: NAME, id_number: idNumber(500) })],
      [
        'a copy, wrong ID',
        () =>
          download(number(0), {
            name: NAME,
            id_number: idNumber(500),
            copy: { purpose: '求职', expires_on: '2027-01-01' },
          }),
      ],
    ],
  };

  test.each(Object.keys(groups))('%s: same bytes, same headers, same statements, whatever is wrong', async (group) => {
    const answers = [];
    for (const [kind, act] of (groups[group] as (typeof groups)[string])()) answers.push({ kind, ...(await act()) });
    for (const { kind, ...answer } of answers)
      expect([kind, answer]).toEqual([kind, { ...answers[0], kind: undefined }]);
    expect([answers[0]?.status, answers[0]?.code, answers[0]?.statements.length]).toEqual([404, 'no_match', 2]);
    // With all three, whose certificate it is decides what the guess counts against.
    const readFirst = ['all three', 'download'].includes(group);
    expect(answers[0]?.statements.map((sql) => sql.includes('wrong_factors'))).toEqual([!readFirst, readFirst]);
  });
});

describe('wrong second factors', () => {
  test('ten at a number in an hour, then 429 for right and wrong alike, until the hour ends', async () => {
    const wrong = (name: string) => search({ number: number(1), name });
    expect((await times(10, (i) => wrong(`王${i}`))).map(({ status }) => status)).toEqual(Array(10).fill(404));
    const [right, another] = [await wrong(NAME), await wrong('李四')];
    expect(right).toMatchObject({ status: 429, code: 'second_factor_locked', retry: String(WINDOW / 2) });
    expect(another).toEqual(right);
    expect(right.headers.find(([name]) => name === 'ratelimit-policy')?.[1]).toContain('"second-factor";q=10;w=3600');
    expect(right.headers.some(([name]) => name === 'ratelimit' || name.startsWith('ratelimit-remaining'))).toBe(false);
    expect(await search({ number: number(1), id_number: idNumber(1) })).toMatchObject({ status: 429 });
    // Nobody else is closed out, and neither is the holder.
    expect(await search({ number: number(2), name: NAME })).toMatchObject({ status: 200 });
    expect(await search({ number: number(1) })).toMatchObject({ status: 200 });
    expect(await search({ name: NAME, id_number: idNumber(1) })).toMatchObject({ status: 200 });
    expect(await download(number(1), { name: NAME, id_number: idNumber(1) })).toMatchObject({ status: 200 });
    clock = NOON + WINDOW;
    expect(await wrong(NAME)).toMatchObject({ status: 200 });
    clock = NOON;
  });

  test('right entries count for nothing', async () => {
    for (const { status } of await times(15, () => search({ number: number(3), name: NAME }))) expect(status).toBe(200);
    expect(await search({ number: number(3), name: '王小明' })).toMatchObject({ status: 404 });
  });

  test('ten at a document number, whatever else is entered; the name of that person is told to nobody', async () => {
    const id = idNumber(4);
    await times(5, (i) => search({ name: `王${i}`, id_number: id }));
    await times(5, (i) => search({ number: number(5 + i), id_number: id }));
    for (const body of [
      { name: NAME, id_number: id },
      { number: number(4), id_number: id },
      { number: number(4), name: NAME, id_number: id },
    ])
      expect(await search(body)).toMatchObject({ status: 429, code: 'second_factor_locked' });
    // Spelled another way it is the same document.
    expect(await search({ name: NAME, id_number: ` ${id.toLowerCase()} ` })).toMatchObject({ status: 429 });
    expect(await search({ name: NAME, id_number: idNumber(5) })).toMatchObject({ status: 200 });
  });

  test('ten downloads with the right name and wrong documents close the download of that pair', async () => {
    // Of ten birthdays: those of one birthday are counted longer (endings.test.ts).
    for (const { status } of await times(10, (i) =>
      download(number(6), { name: NAME, id_number: idNumber(1000 + 901 * i) }),
    ))
      expect(status).toBe(404);
    expect(await download(number(6), { name: NAME, id_number: idNumber(6) })).toMatchObject({
      status: 429,
      code: 'second_factor_locked',
    });
    expect(await download(number(7), { name: NAME, id_number: idNumber(7) })).toMatchObject({ status: 200 });
  });

  test('guesses made at once do not slip past', async () => {
    const body = (i: number) => ({ number: number(8), name: i === 29 ? NAME : `王${i}` });
    const headers = { 'Content-Type': 'application/json' };
    const all = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        app.fetch(
          new Request(`${ORIGIN}/v1/certificates/search`, { method: 'POST', headers, body: JSON.stringify(body(i)) }),
          watchedEnv,
        ),
      ),
    );
    const counts = all.map(({ status }) => status);
    expect(counts.filter((status) => status === 429).length).toBeGreaterThanOrEqual(20);
    expect(counts.filter((status) => status === 404).length).toBeLessThanOrEqual(10);
  });

  test('pages say it in words, with Retry-After', async () => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'text/html' };
    for (const path of ['/search', `/c/${number(6)}/download`]) {
      const form = new URLSearchParams({ number: number(6), name: NAME, id_number: idNumber(6) });
      const answer = await app.fetch(
        new Request(ORIGIN + path, { method: 'POST', headers, body: form.toString() }),
        watchedEnv,
      );
      const text = await answer.text();
      expect([path, answer.status, answer.headers.get('retry-after'), answer.headers.get('content-type')]).toEqual([
        path,
        429,
        String(WINDOW / 2),
        expect.stringContaining('text/html'),
      ]);
      expect(text).toContain('不相符的查询次数过多');
      expect(text).toMatch(/try again when the hour has passed/);
    }
  });

  test('old windows are swept', async () => {
    await db
      .prepare('INSERT INTO wrong_factors (subject, hour, wrong) VALUES (?, ?, 1)')
      .bind('number:old', windowAt(NOON) - 2 * WINDOW)
      .run();
    await worker.scheduled({}, env as unknown as Env);
    const { results } = await db.prepare('SELECT subject FROM wrong_factors').all<{ subject: string }>();
    expect(results.length).toBeGreaterThan(5);
    expect(results.map(({ subject }) => subject)).not.toContain('number:old');
    for (const { subject } of results)
      expect(subject).toMatch(/^number:[YS]\d{21}$|^(?:id|pair|part|sender):[A-Za-z0-9_-]{43}$/);
  });
});

describe('the brake', () => {
  const from = (address: string, act: (headers: Record<string, string>) => ReturnType<typeof call>) =>
    act({ 'CF-Connecting-IP': address });
  const post = (headers: Record<string, string>) =>
    call('POST', '/v1/certificates/search', headers, { number: number(0) });

  test('120 searches a minute from an address, then 429 with Retry-After and the policy', async () => {
    // The windows follow the clock: these may fall into two of them.
    const answers = await times(250, () => from('203.0.113.9', post));
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(240);
    const [braked] = answers.filter(({ status }) => status === 429);
    expect(braked).toMatchObject({ code: 'too_many_requests' });
    expect(braked?.response.headers.get('retry-after')).toBe('60');
    expect(braked?.response.headers.get('ratelimit-policy')).toBe(
      '"search";q=120;w=60, "second-factor";q=10;w=3600, "pair";q=10;w=86400, "pair-month";q=30;w=2592000',
    );
    expect(braked?.response.headers.has('ratelimit')).toBe(false);
    expect(await from('203.0.113.10', post)).toMatchObject({ status: 200 });
    const page = await from('203.0.113.9', (headers) =>
      call(
        'POST',
        '/search',
        { ...headers, Accept: 'text/html', 'Content-Type': 'application/x-www-form-urlencoded' },
        `number=${number(0)}`,
      ),
    );
    expect([page.status, page.response.headers.get('retry-after')]).toEqual([429, '60']);
    expect(page.text).toContain('请求过于频繁');
  });

  test('says its policy while it lets through', async () => {
    expect(
      (
        await from('203.0.113.11', (headers) => call('GET', `/v1/certificates/${number(0)}`, headers))
      ).response.headers.get('ratelimit-policy'),
    ).toBe('"lookup";q=600;w=60');
    expect(
      (
        await from('203.0.113.11', (headers) => call('POST', '/v1/verify', headers, { seal: 'x' }))
      ).response.headers.get('ratelimit-policy'),
    ).toBe('"verify";q=600;w=60');
  });

  test('a deployer may take the bindings out: nothing is braked, and no policy is claimed', async () => {
    const { RATE_LOOKUP: _lookup, RATE_SEARCH: _search, RATE_VERIFY: _verify, ...bare } = env as unknown as Env;
    const unbraked = { ...bare, DB: { ...watched } as D1Database };
    const answer = await app.fetch(
      new Request(`${ORIGIN}/v1/certificates/${number(0)}`, { headers: { 'CF-Connecting-IP': '203.0.113.9' } }),
      unbraked,
    );
    expect([answer.status, answer.headers.has('ratelimit-policy')]).toEqual([200, false]);
  });

  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:DB8:1:2::6', '2001:db8:1:2'],
    ['2001:db8::6', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
  ])('%s counts as %s', (address, client) => expect(clientOf(address)).toBe(client));

  test('settings that cannot be are named', () => {
    const settings = (change: Partial<Env>) => () => readConfig({ ...(env as unknown as Env), ...change });
    expect(settings({ RATE_LIMITS: 'lookup=600/30' })).toThrow(ConfigError);
    expect(settings({ RATE_LIMITS: 'nothing=1/10' })).toThrow(/RATE_LIMITS/);
    expect(settings({ TURNSTILE_SITE_KEY: 'x', TURNSTILE_SECRET: '' })).toThrow(/TURNSTILE_SECRET/);
    const { RATE_LIMITS: said = '' } = env as unknown as Env;
    expect(readConfig({ ...(env as unknown as Env), RATE_LIMITS: said }).rates).toEqual({
      lookup: { quota: 600, window: 60 },
      search: { quota: 120, window: 60 },
      verify: { quota: 600, window: 60 },
    });
  });
});
