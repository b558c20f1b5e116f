/**
 * Completing somebody's document number: who knows a name, the district and the birthday asks for every ending, for 30 days
 * and from 100 networks at once, against the real D1. What is counted is how many answers say anything at all.
 */
import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { app } from '../../src/app.ts';
import type { Env } from '../../src/env.ts';
import { serviceOf } from '../../src/env.ts';
import worker from '../../src/index.ts';
import { type Factors, type Guesser, PAIR_DAY, PAIR_MONTH, WINDOW, WRONG_GUESSES } from '../../src/service/guesses.ts';
import { findForHolder, search } from '../../src/service/lookup.ts';
import type { Service } from '../../src/service/service.ts';
import { candidate, certify, db, fileWith, foundProvince, type Issued, ORIGIN } from '../kit.ts';
import {
  ALL,
  codeOf,
  DAY,
  ending,
  informs,
  KNOWN,
  MANY,
  mostWithin,
  NAME,
  PASSPORT,
  type Said,
  TRUE,
  ZHANG,
} from './endings-kit.ts';

const START = Math.floor(Date.now() / 1000) - (Math.floor(Date.now() / 1000) % DAY) + 5 * WINDOW;

const shared = serviceOf(env as unknown as Env);
let service: Service;
let issued: Issued[];
/** Numbers of one person's certificates. */
let many: string[];
let clock = START;
const number = (at = 0): string => (issued[at] as Issued).number;

/** Asks over HTTP, at the test's own time. */
async function post(path: string, body: object | string, headers: Record<string, string> = {}) {
  const form = typeof body === 'string';
  const type = form
    ? { Accept: 'text/html', 'Content-Type': 'application/x-www-form-urlencoded' }
    : { 'Content-Type': 'application/json' };
  const request = new Request(ORIGIN + path, {
    method: 'POST',
    headers: { ...type, ...headers },
    body: form ? body : JSON.stringify(body),
  });
  const answer = await app.fetch(request, env as unknown as Env);
  const text = await answer.text();
  const code = form ? undefined : (JSON.parse(text) as { code?: string }).code;
  return { status: answer.status, text, code, retry: Number(answer.headers.get('retry-after')) };
}

const ask = (factors: Factors, asker: Guesser = {}): Promise<Said> => codeOf(search(service, factors, asker));

/** All at once, each from another of 100 networks. */
const burst = (guesses: readonly Factors[]): Promise<Said[]> =>
  Promise.all(guesses.map((factors, i) => ask(factors, { network: `net-${i % 100}` })));

/** Goes on for 30 days, twice a day. @returns when each informative answer came, and all that was said of the true one */
async function attack(guesses: readonly Factors[], truth: Factors, first: number) {
  const times: number[] = [];
  const ofTruth: Said[] = [];
  let next = 0;
  for (let burstAt = 0; burstAt < 60; burstAt++) {
    clock = START + burstAt * (DAY / 2);
    const some = Array.from(
      { length: burstAt === 0 ? first : 11 },
      (_, i) => guesses[(next + i) % guesses.length] as Factors,
    );
    const said: Said[] = [];
    for (let from = 0; from < some.length; from += 100) said.push(...(await burst(some.slice(from, from + 100))));
    const locked = said.filter((one) => !informs(one));
    next += said.length - locked.length;
    times.push(...Array<number>(said.length - locked.length).fill(clock));
    if (locked.length === 0) continue;
    const ofTrue = await ask(truth, { network: 'another' });
    // Word for word what the wrong ones are told.
    expect(new Set([...locked, ofTrue].map((one) => JSON.stringify(one))).size).toBe(1);
    ofTruth.push(ofTrue);
  }
  return { times, ofTruth: [...new Set(ofTruth.map(({ code }) => code))] };
}

beforeAll(async () => {
  const world = await foundProvince();
  const school = await fileWith(world.city, 'S000037000001');
  ({ certificates: issued } = await certify(world, school, [
    candidate(0, { name: NAME, id_number: TRUE }),
    candidate(1, { name: '上官云', id_type: '护照', id_number: PASSPORT }),
    candidate(2, { name: '张伟', id_number: ZHANG }),
  ]));
  const works = [
    ['6-31-01-03', '电工', '--'],
    ['6-18-02-04', '焊工', '电焊工'],
    ['6-18-02-04', '焊工', '气焊工'],
  ] as const;
  const levels = ['五级/初级工', '四级/中级工', '三级/高级工', '二级/技师', '一级/高级技师'];
  const rows = works.flatMap(([occupation_code, occupation_name, job_type], at) =>
    levels.slice(0, at === 0 ? 5 : 3).map((level) => {
      return candidate(0, { ...MANY, occupation_code, occupation_name, job_type, level });
    }),
  );
  many = [];
  for (const row of rows) many.push(...(await certify(world, school, [row])).certificates.map((one) => one.number));
  service = Object.assign(shared, { now: () => clock });
});
beforeEach(async () => {
  clock = START;
  await db.prepare('DELETE FROM wrong_factors').run();
});

describe('all endings of a known name, district and birthday', () => {
  test('for 30 days: all on the first, then on; 30 answers in all, ten in any 24 hours, and nothing is learnt', async () => {
    const { times, ofTruth } = await attack(
      ALL.slice(0, -1).map((id_number) => ({ name: NAME, id_number })),
      { name: NAME, id_number: TRUE },
      ALL.length - 1,
    );
    expect(times.length).toBe(PAIR_MONTH);
    expect(mostWithin(times, DAY)).toBeLessThanOrEqual(PAIR_DAY);
    expect(ofTruth).toEqual(['pair_locked']);
    // With the certificate's number it is open all the time, and it opens again by itself.
    expect(await ask({ name: NAME, id_number: TRUE, number: number() })).toEqual({ code: 'found' });
    expect(await codeOf(findForHolder(service, number(), NAME, TRUE, {}))).toEqual({ code: 'found' });
    clock = START + 30 * DAY;
    expect(await ask({ name: NAME, id_number: TRUE })).toEqual({ code: 'found' });
  });

  test('the number known as well, with and without the name: 30 answers in all', async () => {
    const guesses = ALL.slice(0, -1).map((id_number, i) => ({
      number: number(),
      id_number,
      ...(i % 2 ? { name: NAME } : {}),
    }));
    const { times, ofTruth } = await attack(guesses, { number: number(), name: NAME, id_number: TRUE }, 11);
    expect(times.length).toBe(PAIR_MONTH);
    expect(mostWithin(times, DAY)).toBeLessThanOrEqual(PAIR_DAY);
    expect(ofTruth).toEqual(['second_factor_locked']);
    // Whoever has the name and the document still finds it.
    expect(await ask({ name: NAME, id_number: TRUE })).toEqual({ code: 'found' });
  });

  test('downloads count with the searches', async () => {
    for (let i = 0; i < 5; i++)
      expect(await codeOf(findForHolder(service, number(), NAME, ending(i), {}))).toMatchObject({ code: 'no_match' });
    for (let i = 5; i < 10; i++)
      expect(await ask({ number: number(), id_number: ending(i) })).toMatchObject({ code: 'no_match' });
    clock += WINDOW;
    expect(await codeOf(findForHolder(service, number(), NAME, TRUE, {}))).toEqual({
      code: 'second_factor_locked',
      retry: DAY - WINDOW,
    });
  });
});

describe('a person with eleven certificates, whose numbers are known', () => {
  const wrong = ALL.slice(0, 998);
  const at = (i: number): string => many[i % many.length] as string;

  test('all three at every number, for 30 days: 30 answers, with those without a number 60, and nothing is learnt', async () => {
    expect(many).toHaveLength(11);
    const guesses = wrong.map((id_number, i) => ({ number: at(i), name: MANY.name, id_number }));
    const { times, ofTruth } = await attack(guesses, { number: at(3), ...MANY }, 330);
    expect(times.length).toBe(PAIR_MONTH);
    expect(mostWithin(times, DAY)).toBeLessThanOrEqual(PAIR_DAY);
    expect(ofTruth).toEqual(['second_factor_locked']);
    expect(await ask(MANY)).toEqual({ code: 'found' });
    const without = await attack(
      wrong.map((id_number) => ({ name: MANY.name, id_number })),
      MANY,
      330,
    );
    expect(without.times.length).toBe(PAIR_MONTH);
  });

  test('number and document at every number, for 30 days: 30 answers; whoever adds the name is compared', async () => {
    const guesses = wrong.map((id_number, i) => ({ number: at(i), id_number }));
    const { times, ofTruth } = await attack(guesses, { number: at(3), id_number: MANY.id_number }, 330);
    expect(times.length).toBe(PAIR_MONTH);
    expect(mostWithin(times, DAY)).toBeLessThanOrEqual(PAIR_DAY);
    expect(ofTruth).toEqual(['second_factor_locked']);
    expect(await ask({ number: at(3), ...MANY })).toEqual({ code: 'found' });
  });

  test('every way at once, for 30 days: 90 answers', async () => {
    let answers = 0;
    for (let day = 0; day < 30; day++) {
      clock = START + day * DAY;
      const guesses = [0, 1, 2].flatMap((way) =>
        Array.from({ length: 12 }, (_, i): Factors => {
          const id_number = wrong[(day * 36 + way * 12 + i) % wrong.length] as string;
          return { id_number, ...(way === 0 ? {} : { number: at(i) }), ...(way === 1 ? {} : { name: MANY.name }) };
        }),
      );
      answers += (await burst(guesses)).filter(informs).length;
    }
    expect(answers).toBeLessThanOrEqual(3 * PAIR_MONTH);
    expect(answers).toBeGreaterThan(PAIR_MONTH);
  });

  test('who knows none of its numbers closes nothing for the holder, and is told of nobody by what is closed', async () => {
    // Numbers of other people, no number of anybody, and the right number with other names.
    const nobody = `${at(0).slice(0, -6)}999999`;
    const tries = [number(0), number(1), nobody].flatMap((one) =>
      wrong.slice(0, 9).map((id_number): Factors => ({ number: one, name: MANY.name, id_number })),
    );
    const others = wrong
      .slice(0, 9)
      .map((id_number, i): Factors => ({ number: at(0), name: `司徒明${'甲乙丙丁戊己庚辛壬'[i]}`, id_number }));
    expect((await burst([...tries, ...others])).every(informs)).toBe(true);
    expect(await ask({ number: at(0), ...MANY })).toEqual({ code: 'found' });
    expect(await ask({ number: at(1), ...MANY })).toEqual({ code: 'found' });
    // Ten documents at one number: no other number of the same person is answered otherwise than a stranger's.
    await db.prepare('DELETE FROM wrong_factors').run();
    for (const id_number of wrong.slice(0, 10))
      expect(await ask({ number: at(0), id_number })).toMatchObject({ code: 'no_match' });
    const said = await Promise.all([at(1), number(1), nobody].map((one) => ask({ number: one, id_number: wrong[20] })));
    expect(said).toEqual(Array(3).fill({ code: 'second_factor_locked', retry: DAY }));
    const named = await Promise.all(
      [at(1), number(1), nobody].map((one) => ask({ number: one, name: MANY.name, id_number: wrong[20] })),
    );
    expect(named.map(({ code }) => code)).toEqual(Array(3).fill('no_match'));
  });
});

test.each([
  [
    'the birthday is known, the district is not',
    Array.from({ length: 12 }, (_, n) => `3701${String(n).padStart(2, '0')}199003071${String(n).padStart(2, '0')}X`),
  ],
  [
    'the last four are known, the birthday is not',
    Array.from({ length: 12 }, (_, n) => `370102199003${String(n + 10)}${TRUE.slice(-4)}`),
  ],
  [
    'written in full width, with spaces',
    Array.from({ length: 12 }, (_, n) => ` ${KNOWN.replace('37', '３７')} ${String(n).padStart(3, '0')}x`),
  ],
])('%s: ten answers a day', async (_, ids) => {
  const said = await burst(ids.map((id_number, i) => ({ name: i % 2 ? NAME : ` ${NAME}\u200b`, id_number })));
  expect(said.filter(informs)).toHaveLength(PAIR_DAY);
});

test.each([
  ['the last four of a passport', Array.from({ length: 12 }, (_, n) => `E7392${String(5800 + n)}`)],
  ['what stands before the last four', Array.from({ length: 12 }, (_, n) => `E${String(7300 + n)}5841`)],
])('%s: ten answers a day, for documents without a birthday as well', async (_, ids) => {
  const said = await burst(ids.map((id_number) => ({ name: '上官云', id_number })));
  expect(said.filter(informs)).toHaveLength(PAIR_DAY);
  expect(await ask({ name: '上官云', id_number: PASSPORT })).toMatchObject({ code: 'pair_locked' });
  expect(await ask({ name: '上官云', id_number: PASSPORT, number: number(1) })).toEqual({ code: 'found' });
});

describe('a name alone', () => {
  const other = (n: number): string =>
    `3701021970${String((n % 12) + 1).padStart(2, '0')}${String((n % 27) + 1).padStart(2, '0')}${String(1000 + n)}`;

  test('locks nobody but the network from which it was tried', async () => {
    for (let n = 0; n < 20; n++)
      expect(await ask({ name: '张伟', id_number: other(n) }, { network: 'one' })).toMatchObject({ code: 'no_match' });
    expect(await ask({ name: '张伟', id_number: ZHANG }, { network: 'one' })).toEqual({
      code: 'pair_locked',
      retry: DAY,
    });
    expect(await ask({ name: '张伟', id_number: ZHANG }, { network: 'two' })).toEqual({ code: 'found' });
    expect(await ask({ name: '张伟', id_number: ZHANG, number: number(2) }, { network: 'one' })).toEqual({
      code: 'found',
    });
  });

  test('asks that network for a person where a check of persons is configured', async () => {
    const tokens: string[] = [];
    const { isHuman } = shared;
    Object.assign(shared, { isHuman: async (token: string) => (tokens.push(token), token === 'a person') });
    try {
      const one = (body: object, headers = {}) =>
        post('/v1/certificates/search', body, { 'CF-Connecting-IP': '192.0.2.44', ...headers });
      for (let n = 0; n < 20; n++)
        expect(await one({ name: '张伟', id_number: other(n) })).toMatchObject({ status: 404, code: 'no_match' });
      const mine = { name: '张伟', id_number: ZHANG };
      expect(await one(mine)).toMatchObject({ status: 403, code: 'human_check_required' });
      expect(await one(mine, { 'cf-turnstile-response': 'a program' })).toMatchObject({
        status: 403,
        code: 'human_check_failed',
      });
      expect(await one(mine, { 'cf-turnstile-response': 'a person' })).toMatchObject({ status: 200 });
      expect(tokens).toEqual(['a program', 'a person']);
    } finally {
      Object.assign(shared, { isHuman });
    }
  });
});

describe('what is answered and kept', () => {
  const headers = { 'CF-Connecting-IP': '192.0.2.45' };

  test('a locked pair is answered with the way that stays open, by the API and by the page', async () => {
    for (let n = 0; n < WRONG_GUESSES; n++)
      await post('/v1/certificates/search', { name: NAME, id_number: ending(n) }, headers);
    const locked = await post('/v1/certificates/search', { name: NAME, id_number: TRUE }, headers);
    expect(locked).toMatchObject({ status: 429, code: 'pair_locked', retry: DAY });
    expect(locked.text).toMatch(/加填证书编号.*Add the certificate number/s);
    const form = (fields: Record<string, string>) => post('/search', new URLSearchParams(fields).toString(), headers);
    const page = await form({ name: NAME, id_number: TRUE });
    expect(page).toMatchObject({ status: 429, retry: DAY });
    expect(page.text).toMatch(/id="search-number-fault"[^]*加填证书编号[^]*Add the certificate number/);
    expect(page.text).toContain(`value="${NAME}"`);
    expect(await form({ name: NAME, id_number: TRUE, number: number() })).toMatchObject({ status: 200 });
  });

  test('one network cannot fill the database with wrong documents', async () => {
    const wrong = (n: number) =>
      ask(
        {
          name: `令狐${String.fromCodePoint(0x4e00 + n)}`,
          id_number: `37010219${String(10_000_000 + n * 7919).slice(-6)}${String(1000 + n)}`,
        },
        { network: 'flood' },
      );
    for (let from = 0; from < 300; from += 100)
      expect((await Promise.all(Array.from({ length: 100 }, (_, i) => wrong(from + i)))).every(informs)).toBe(true);
    expect(await wrong(300)).toEqual({ code: 'too_many_requests', retry: DAY });
    expect(await ask({ name: NAME, id_number: TRUE }, { network: 'another' })).toEqual({ code: 'found' });
  });

  test('nothing but keyed digests, for 30 days at most; right entries leave nothing', async () => {
    await ask({ name: NAME, id_number: TRUE }, { network: 'n' });
    expect((await db.prepare('SELECT * FROM wrong_factors').all()).results).toEqual([]);
    await ask({ name: NAME, id_number: ending(1) }, { network: 'n' });
    await ask({ number: number(), id_number: ending(1) }, { network: 'n' });
    const rows = async () =>
      (await db.prepare('SELECT subject, wrong FROM wrong_factors').all<{ subject: string; wrong: number }>()).results;
    const subjects = (await rows()).map(({ subject }) => subject);
    expect(subjects.length).toBe(13);
    for (const subject of subjects)
      expect(subject).toMatch(/^number:[YS]\d{21}$|^(?:id|part|sender):[A-Za-z0-9_-]{43}$/);
    clock = START + 30 * DAY - 1;
    await worker.scheduled({}, env as unknown as Env);
    expect((await rows()).filter(({ subject }) => subject.startsWith('part:'))).toHaveLength(9);
    clock = START + 30 * DAY + WINDOW;
    await worker.scheduled({}, env as unknown as Env);
    expect(await rows()).toEqual([]);
  });
});
