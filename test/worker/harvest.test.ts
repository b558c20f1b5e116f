/**
 * What somebody gets who asks for one number after the other: masked names, and soon 429. And a search of all that the
 * service answers, logs and stores for a name or a document number in the open, or for the address of who asked.
 */
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { candidate, certify, db, fileWith, foundProvince, type Issued, idNumber } from '../kit.ts';
import { type Answer, call } from './forge.ts';

const PEOPLE = Array.from({ length: 40 }, (_, n) => ({
  name: `司马${'甲乙丙丁戊己庚辛壬癸'[n % 10]}${'东南西北'[n % 4]}`,
  id: idNumber(1800 + n),
}));
const ADDRESS = '198.51.100.77';
const METHODS = ['debug', 'error', 'info', 'log', 'trace', 'warn'] as const;

/** Whole names, and document numbers with at most their last four digits taken off. */
const secrets = [...new Set(PEOPLE.flatMap(({ name, id }) => [name, id, id.slice(0, 14)]))];
const foundIn = (text: string): string[] => secrets.filter((secret) => text.includes(secret));

let issued: Issued[];
const answers: Answer[] = [];
const logged: string[] = [];

beforeAll(async () => {
  for (const method of METHODS)
    vi.spyOn(console, method).mockImplementation((...args: unknown[]) => void logged.push(args.map(String).join(' ')));
  const world = await foundProvince();
  const school = await fileWith(world.city, 'S000037000001');
  ({ certificates: issued } = await certify(
    world,
    school,
    PEOPLE.map(({ name, id }, i) => candidate(i, { name, id_number: id })),
  ));
});

const nth = (n: number) => `${(issued[0] as Issued).number.slice(0, -6)}${String(n).padStart(6, '0')}`;

describe('a harvest', () => {
  test('of 760 sequential numbers gets masked names, then 429', async () => {
    for (let n = 1; n <= 760; n++)
      answers.push(await call('GET', `/v1/certificates/${nth(n)}`, { 'CF-Connecting-IP': ADDRESS }));
    const count = (status: number) => answers.filter((one) => one.status === status).length;
    // 600 a minute; the windows follow the clock: where these requests fall into two, the rest of the second is asked for as well.
    for (let n = 761; count(429) === 0 && n <= 1300; n++)
      answers.push(await call('GET', `/v1/certificates/${nth(n)}`, { 'CF-Connecting-IP': ADDRESS }));
    expect(count(429)).toBeGreaterThan(0);
    expect([count(200), count(200) + count(404) + count(429)]).toEqual([PEOPLE.length, answers.length]);
    for (const { status, response, text } of answers.filter(({ status }) => status === 429)) {
      expect([status, response.headers.get('retry-after'), response.headers.get('cache-control')]).toEqual([
        429,
        '60',
        'no-store',
      ]);
      expect(text).not.toContain('certificate"');
    }
    for (const { text } of answers.filter(({ status }) => status === 200)) {
      const { certificate } = JSON.parse(text) as { certificate: { holder: object } };
      expect(certificate.holder).toEqual({ name: '司**' });
    }
  });

  test('of names at one number gets ten answers an hour, and none of them says more than no', async () => {
    const guesses = [];
    for (let n = 0; n < 12; n++)
      guesses.push(await call('POST', '/v1/certificates/search', {}, { number: nth(1), name: `司马${n}` }));
    expect(guesses.map(({ code }) => code)).toEqual([
      ...Array(10).fill('no_match'),
      'second_factor_locked',
      'second_factor_locked',
    ]);
    answers.push(...guesses);
  });
});

describe('nothing in the open', () => {
  test('in any public answer', async () => {
    const paths = [
      '/',
      '/openapi.json',
      '/.well-known/trust.json',
      '/.well-known/jwks.json',
      '/.well-known/did.json',
      '/v1/status/revocation-1',
      '/v1/status/suspension-1',
      `/c/${nth(2)}`,
      `/c/${nth(999)}`,
    ];
    for (const path of paths)
      answers.push(await call('GET', path, { Accept: path.startsWith('/c/') ? 'text/html' : '*/*' }));
    answers.push(await call('GET', `/v1/certificates/${nth(2)}`, { Accept: 'application/vc+sd-jwt' }));
    for (const { text } of answers) {
      expect(foundIn(text)).toEqual([]);
      // What is signed is base64url of JSON.
      for (const [part] of text.matchAll(/[A-Za-z0-9_-]{40,}/g))
        expect(
          foundIn(
            new TextDecoder().decode(
              Uint8Array.from(
                atob(
                  part
                    .replace(/-/g, '+')
                    .replace(/_/g, '/')
                    .slice(0, part.length - (part.length % 4)),
                ),
                (c) => c.charCodeAt(0),
              ),
            ),
          ),
        ).toEqual([]);
    }
  });

  test('in the logs, nor who asked; and what matches is shown to whom it concerns', async () => {
    const [{ name, id }] = PEOPLE as [{ name: string; id: string }];
    const headers = { 'CF-Connecting-IP': ADDRESS };
    const own = await call('POST', '/v1/certificates/search', headers, { name, id_number: id });
    // Masked but for what was proved: so the search of this file does find what is there.
    expect(foundIn(own.text)).toEqual([name]);
    expect(own.text).not.toContain(id.slice(0, 14));
    await call(
      'POST',
      `/v1/certificates/${nth(1)}/download`,
      { ...headers, Accept: 'application/pdf' },
      { name, id_number: id },
    );
    await call('POST', '/v1/certificates/search', headers, { name, id_number: idNumber(800) });
    await call('POST', '/v1/certificates/search', headers, '{"name": "司马甲东", ');
    await call('POST', '/v1/verify', headers, { credential: name });
    expect(foundIn(logged.join('\n'))).toEqual([]);
    expect(logged.join('\n')).not.toContain(ADDRESS);
  });

  test('in any column of any table', async () => {
    const { results: tables } = await db
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'")
      .all<{ name: string }>();
    expect(tables.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['rows', 'credentials', 'wrong_factors', 'downloads']),
    );
    for (const { name } of tables) {
      const text = JSON.stringify((await db.prepare(`SELECT * FROM "${name}"`).all()).results);
      expect([name, foundIn(text), text.includes(ADDRESS)]).toEqual([name, [], false]);
    }
  });
});
