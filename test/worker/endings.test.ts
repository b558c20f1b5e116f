/**
 * Completing somebody's document number: who knows a name, the district and the birthday asks for every ending, for 30 days
 * and from 100 networks at once, against the real D1. What is counted is how many answers say anything at all.
 */
import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { app } from '../../src/app.ts';
import type { Env } from '../../src/env.ts';
import { PAIR_DAY, PAIR_MONTH, WINDOW, WRONG_GUESSES, type Asker, type Factors } from '../../src/factors.ts';
import worker from '../../src/index.ts';
import { residentCheckCharacter } from '../../src/life/identity.ts';
import { isRefusal } from '../../src/life/refusal.ts';
import { findForHolder, search } from '../../src/register.ts';
import { serviceOf, type Service } from '../../src/service.ts';
import { candidate, certify, db, fileWith, foundProvince, ORIGIN, type Issued } from '../kit.ts';

const DAY = 86_400;
const NAME = '令狐问天';
const KNOWN = '37010219900307';
const ending = (n: number): string => {
  const digits = `${KNOWN}${String(n).padStart(3, '0')}`;
  return digits + residentCheckCharacter(digits);
};
/** Every ending with its check character; the true one is what an attacker comes to last. */
const ALL = Array.from({ length: 1000 }, (_, n) => ending(n));
const TRUE = ending(999);
const PASSPORT = 'E73925841';
const ZHANG = `37010219850505001${residentCheckCharacter('37010219850505001')}`;
const START = Math.floor(Date.now() / 1000) - (Math.floor(Date.now() / 1000) % DAY) + 5 * WINDOW;

const shared = serviceOf(env as unknown as Env);
let service: Service;
let issued: Issued[];
let clock = START;
const number = (at = 0): string => (issued[at] as Issued).number;

/** Asks over HTTP, at the test's own time. */
async function post(path: string, body: object | string, headers: Record<string, string> = {}) {
  const form = typeof body === 'string';
  const type = form ? { Accept: 'text/html', 'Content-Type': 'application/x-www-form-urlencoded' } : { 'Content-Type': 'application/json' };
  const request = new Request(ORIGIN + path, { method: 'POST', headers: { ...type, ...headers }, body: form ? body : JSON.stringify(body) });
  const answer = await app.fetch(request, env as unknown as Env);
  const text = await answer.text();
  const code = form ? undefined : (JSON.parse(text) as { code?: string }).code;
  return { status: answer.status, text, code, retry: Number(answer.headers.get('retry-after')) };
}

type Said = { code: string; retry?: number | undefined };

async function codeOf(act: Promise<unknown>): Promise<Said> {
  try {
    await act;
    return { code: 'found' };
  } catch (error) {
    if (isRefusal(error)) return { code: error.code, retry: error.facts['retry_after'] as number | undefined };
    throw error;
  }
}
const ask = (factors: Factors, asker: Asker = {}): Promise<Said> => codeOf(search(service, factors, asker));
const informs = ({ code }: Said): boolean => code === 'found' || code === 'no_match';

/** All at once, each from another of 100 networks. */
const burst = (guesses: readonly Factors[]): Promise<Said[]> => Promise.all(guesses.map((factors, i) => ask(factors, { network: `net-${i % 100}` })));

/** Goes on for 30 days, twice a day. @returns when each informative answer came, and all that was said of the true one */
async function attack(guesses: readonly Factors[], truth: Factors, first: number) {
  const times: number[] = [];
  const ofTruth: Said[] = [];
  let next = 0;
  for (let burstAt = 0; burstAt < 60; burstAt++) {
    clock = START + burstAt * (DAY / 2);
    const some = Array.from({ length: burstAt === 0 ? first : 11 }, (_, i) => guesses[(next + i) % guesses.length] as Factors);
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

/** The most answers within so many seconds. */
const mostWithin = (times: readonly number[], seconds: number): number => Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + seconds).length));

beforeAll(async () => {
  const world = await foundProvince();
  const school = await fileWith(world.city, 'S000037000001');
  ({ certificates: issued } = await certify(world, school, [
    candidate(0, { name: NAME, id_number: TRUE }), candidate(1, { name: '上官云', id_type: '护照', id_number: PASSPORT }), candidate(2, { name: '张伟', id_number: ZHANG }),
  ]));
  service = Object.assign(shared, { now: () => clock });
});
beforeEach(async () => {
  clock = START;
  await db.prepare('DELETE FROM wrong_factors').run();
});

describe('all endings of a known name, district and birthday', () => {
  test('for 30 days: all on the first, then on; 30 answers in all, ten in any 24 hours, and nothing is learnt', async () => {
    const { times, ofTruth } = await attack(ALL.slice(0, -1).map((id_number) => ({ name: NAME, id_number })), { name: NAME, id_number: TRUE }, ALL.length - 1);
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
    const guesses = ALL.slice(0, -1).map((id_number, i) => ({ number: number(), id_number, ...(i % 2 ? { name: NAME } : {}) }));
    const { times, ofTruth } = await attack(guesses, { number: number(), name: NAME, id_number: TRUE }, 11);
    expect(times.length).toBe(PAIR_MONTH);
    expect(mostWithin(times, DAY)).toBeLessThanOrEqual(PAIR_DAY);
    expect(ofTruth).toEqual(['second_factor_locked']);
    // Whoever has the name and the document still finds it.
    expect(await ask({ name: NAME, id_number: TRUE })).toEqual({ code: 'found' });
  });

  test('downloads count with the searches', async () => {
    for (let i = 0; i < 5; i++) expect(await codeOf(findForHolder(service, number(), NAME, ending(i), {}))).toMatchObject({ code: 'no_match' });
    for (let i = 5; i < 10; i++) expect(await ask({ number: number(), id_number: ending(i) })).toMatchObject({ code: 'no_match' });
    clock += WINDOW;
    expect(await codeOf(findForHolder(service, number(), NAME, TRUE, {}))).toEqual({ code: 'second_factor_locked', retry: DAY - WINDOW });
  });
});

test.each([
  ['the birthday is known, the district is not', Array.from({ length: 12 }, (_, n) => `3701${String(n).padStart(2, '0')}199003071${String(n).padStart(2, '0')}X`)],
  ['the last four are known, the birthday is not', Array.from({ length: 12 }, (_, n) => `370102199003${String(n + 10)}${TRUE.slice(-4)}`)],
  ['written in full width, with spaces', Array.from({ length: 12 }, (_, n) => ` ${KNOWN.replace('37', '３７')} ${String(n).padStart(3, '0')}x`)],
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
  const other = (n: number): string => `3701021970${String((n % 12) + 1).padStart(2, '0')}${String((n % 27) + 1).padStart(2, '0')}${String(1000 + n)}`;

  test('locks nobody but the network from which it was tried', async () => {
    for (let n = 0; n < 20; n++) expect(await ask({ name: '张伟', id_number: other(n) }, { network: 'one' })).toMatchObject({ code: 'no_match' });
    expect(await ask({ name: '张伟', id_number: ZHANG }, { network: 'one' })).toEqual({ code: 'pair_locked', retry: DAY });
    expect(await ask({ name: '张伟', id_number: ZHANG }, { network: 'two' })).toEqual({ code: 'found' });
    expect(await ask({ name: '张伟', id_number: ZHANG, number: number(2) }, { network: 'one' })).toEqual({ code: 'found' });
  });

  test('asks that network for a person where a check of persons is configured', async () => {
    const tokens: string[] = [];
    const { isHuman } = shared;
    Object.assign(shared, { isHuman: async (token: string) => (tokens.push(token), token === 'a person') });
    try {
      const one = (body: object, headers = {}) => post('/v1/certificates/search', body, { 'CF-Connecting-IP': '192.0.2.44', ...headers });
      for (let n = 0; n < 20; n++) expect(await one({ name: '张伟', id_number: other(n) })).toMatchObject({ status: 404, code: 'no_match' });
      const mine = { name: '张伟', id_number: ZHANG };
      expect(await one(mine)).toMatchObject({ status: 403, code: 'human_check_required' });
      expect(await one(mine, { 'cf-turnstile-response': 'a program' })).toMatchObject({ status: 403, code: 'human_check_failed' });
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
    for (let n = 0; n < WRONG_GUESSES; n++) await post('/v1/certificates/search', { name: NAME, id_number: ending(n) }, headers);
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
    const wrong = (n: number) => ask({ name: `令狐${String.fromCodePoint(0x4e00 + n)}`, id_number: `37010219${String(10_000_000 + n * 7919).slice(-6)}${String(1000 + n)}` }, { network: 'flood' });
    for (let from = 0; from < 300; from += 100) expect((await Promise.all(Array.from({ length: 100 }, (_, i) => wrong(from + i)))).every(informs)).toBe(true);
    expect(await wrong(300)).toEqual({ code: 'too_many_requests', retry: DAY });
    expect(await ask({ name: NAME, id_number: TRUE }, { network: 'another' })).toEqual({ code: 'found' });
  });

  test('nothing but keyed digests, for 30 days at most; right entries leave nothing', async () => {
    await ask({ name: NAME, id_number: TRUE }, { network: 'n' });
    expect((await db.prepare('SELECT * FROM wrong_factors').all()).results).toEqual([]);
    await ask({ name: NAME, id_number: ending(1) }, { network: 'n' });
    await ask({ number: number(), id_number: ending(1) }, { network: 'n' });
    const rows = async () => (await db.prepare('SELECT subject, wrong FROM wrong_factors').all<{ subject: string; wrong: number }>()).results;
    const subjects = (await rows()).map(({ subject }) => subject);
    expect(subjects.length).toBe(10);
    for (const subject of subjects) expect(subject).toMatch(/^number:[YS]\d{21}$|^(?:id|part|sender):[A-Za-z0-9_-]{43}$/);
    clock = START + 30 * DAY - 1;
    await worker.scheduled({}, env as unknown as Env);
    expect((await rows()).filter(({ subject }) => subject.startsWith('part:'))).toHaveLength(6);
    clock = START + 30 * DAY + WINDOW;
    await worker.scheduled({}, env as unknown as Env);
    expect(await rows()).toEqual([]);
  });
});
