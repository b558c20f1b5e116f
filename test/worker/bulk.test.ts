/** Checking lists against the real Worker: order, what is said of bad rows, wrong names, budgets, keys, the receipt, and 10,000 rows. */
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { app } from '../../src/app.ts';
import { encodeUtf8 } from '../../src/base/bytes.ts';
import type { Env } from '../../src/env.ts';
import { serviceOf } from '../../src/env.ts';
import type { D1Database } from '../../src/storage/database.ts';
import fc from '../fuzz.ts';
import { as, db, ORIGIN } from '../kit.ts';
import { bearer, check, lines, makeKey, NDJSON, number, PATH, prepare, verified, world } from './bulk-kit.ts';
import { call, callAs } from './forge.ts';

beforeAll(prepare);

describe('the answers', () => {
  test('come in the order of the rows, with the line of each, whatever is wrong with some', async () => {
    const missing = number(0).replace(/.{6}$/, '999999');
    const body = `\ufeff${lines([{ number: number(0), name: '欧阳建国' }])}\r\n  \n${lines([
      { number: number(0), name: '欧阳建军' },
      { number: ` ${number(1).toLowerCase()} `, name: '阿卜杜热合曼•买买提' },
      { number: number(2) },
      { number: missing, name: '欧阳建国' },
      { number: 'S00003700000126' },
      { number: '1234567890123456' },
      { number: 5 },
      { number: number(0), name: 5 },
      { number: number(0), name: ' ' },
      { number: number(0) },
      { number: `<b>\n${'x'.repeat(100)}` },
    ])}not json\n[1]\n{"number": "${'9'.repeat(3000)}"}\n{"number":"${number(3)}"}`;
    const { answers } = await check(body);
    const known = { organization: '济南泉城职业培训学校', occupation: '电工', level: 3, issued_on: expect.any(String) };
    expect(answers).toEqual([
      { row: 1, number: number(0), verdict: 'valid', name: 'match', ...known },
      { row: 4, number: number(0), verdict: 'valid', name: 'no_match', ...known },
      { row: 5, number: number(1), verdict: 'valid', name: 'match', ...known, level: 4 },
      { row: 6, number: number(2), verdict: 'revoked', ...known },
      { row: 7, number: missing, verdict: 'not_found', code: 'certificate_not_found' },
      {
        row: 8,
        number: 'S00003700000126',
        verdict: 'unreadable',
        code: 'number_malformed',
        part: 'length',
        length: 15,
      },
      { row: 9, number: '1234567890123456', verdict: 'unreadable', code: 'number_old_qualification', part: 'length' },
      { row: 10, number: null, verdict: 'unreadable', code: 'body_malformed', part: 'number' },
      { row: 11, number: number(0), verdict: 'unreadable', code: 'body_malformed', part: 'name' },
      { row: 12, number: number(0), verdict: 'valid', ...known },
      { row: 13, number: number(0), verdict: 'valid', ...known },
      {
        row: 14,
        number: `<b>${'x'.repeat(57)}`,
        verdict: 'unreadable',
        code: 'number_malformed',
        part: 'length',
        length: 103,
      },
      { row: 15, number: null, verdict: 'unreadable', code: 'json_malformed' },
      { row: 16, number: null, verdict: 'unreadable', code: 'body_malformed', part: 'number' },
      { row: 17, number: null, verdict: 'unreadable', code: 'body_too_large' },
      { row: 18, number: number(3), verdict: 'valid', ...known },
    ]);
    expect(JSON.stringify(answers)).not.toMatch(/欧阳|买买提|fake|假/);
  });

  test('what stands around a number is dropped, and a row without one is told so', async () => {
    const { answers } = await check(
      lines([
        { number: `'${number(0)}` },
        { number: `${number(0)}。` },
        { number: ' ' },
        { number: '', name: '欧阳建国' },
      ]),
    );
    expect(answers.map(({ number, verdict, code, part }) => [number, verdict, code, part])).toEqual([
      [number(0), 'valid', undefined, undefined],
      [number(0), 'valid', undefined, undefined],
      [null, 'unreadable', 'number_missing', 'number'],
      [null, 'unreadable', 'number_missing', 'number'],
    ]);
  });

  test('whatever bytes are sent, each line that is not blank is answered once, in order, and the receipt holds', async () => {
    const line = fc.oneof(
      fc.constant(`{"number":"${number(0)}"}`),
      fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.replaceAll('\n', ' ')),
      fc.json({ maxDepth: 2 }).map((text) => text.replaceAll('\n', ' ')),
      fc.constantFrom('', ' ', '\t\r', '{', '{"number":null}'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 30 }), async (list) => {
        const body = list.join('\n');
        const written = body.replace(/^\ufeff/, '').split('\n');
        const expected = written.flatMap((text, at) => (/^[ \t\r]*$/.test(text) ? [] : [at + 1]));
        const { status, code, answers, text } = await check(body);
        expect(answers.map(({ row }) => row)).toEqual(expected);
        if (expected.length === 0) expect([status, code]).toEqual([400, 'bulk_empty']);
        else expect((await verified(body, text)).request.rows).toBe(expected.length);
      }),
      { numRuns: 25 },
    );
  });

  test('ten wrong names at a number close the comparison, in a list and in the search alike; the verdict stays', async () => {
    const rows = [
      ...Array.from({ length: 11 }, (_, i) => ({ number: number(4), name: `王${i}` })),
      { number: number(4), name: '欧阳建国' },
      { number: number(5), name: '欧阳建国' },
    ];
    const { answers } = await check(lines(rows));
    expect(answers.map(({ name, code }) => name ?? code)).toEqual([
      ...Array(10).fill('no_match'),
      'second_factor_locked',
      'second_factor_locked',
      'match',
    ]);
    expect(answers.at(-2)).toMatchObject({ verdict: 'valid' });
    expect(await call('POST', '/v1/certificates/search', {}, { number: number(4), name: '欧阳建国' })).toMatchObject({
      code: 'second_factor_locked',
    });
    expect(await call('POST', '/v1/certificates/search', {}, { number: number(5), name: '欧阳建国' })).toMatchObject({
      status: 200,
    });
    // And the other way round.
    for (let i = 0; i < 10; i++)
      await call('POST', '/v1/certificates/search', {}, { number: number(6), name: `王${i}` });
    expect((await check(lines([{ number: number(6), name: '欧阳建国' }]))).answers[0]).toMatchObject({
      verdict: 'valid',
      code: 'second_factor_locked',
    });
  });

  test('right names count for nothing, however often', async () => {
    for (let i = 0; i < 3; i++)
      expect(
        (await check(lines(Array.from({ length: 50 }, () => ({ number: number(7), name: '欧阳建国' }))))).answers.every(
          ({ name }) => name === 'match',
        ),
      ).toBe(true);
  });
});

describe('budgets', () => {
  test('each row is a look-up against the brake', async () => {
    const body = lines(Array.from({ length: 100 }, () => ({ number: number(0) })));
    const all = [];
    // 600 a minute; the windows follow the clock, and these requests may fall into two.
    for (let i = 0; i < 13; i++) all.push(await check(body, { 'CF-Connecting-IP': '203.0.113.30' }));
    expect(all[0]).toMatchObject({ status: 200 });
    const braked = all.find(({ status }) => status === 429);
    expect([
      braked?.code,
      braked?.response.headers.get('retry-after'),
      braked?.response.headers.get('ratelimit-policy'),
    ]).toEqual(['too_many_requests', '60', '"lookup";q=600;w=60']);
  });

  test('a key takes longer lists, and all rows of a list or none count against its day', async () => {
    const key = await makeKey({ quota_per_day: 250 });
    const rows = (n: number) => lines(Array.from({ length: n }, () => ({ number: number(0) })));
    expect((await check(rows(101))).code).toBe('bulk_too_many');
    expect((await check(rows(200), bearer(key))).answers).toHaveLength(200);
    const over = await check(rows(51), bearer(key));
    expect([over.status, over.code]).toEqual([429, 'bulk_quota_exceeded']);
    const wait = Number(over.response.headers.get('retry-after'));
    expect([wait > 0 && wait <= 86_400, (Math.floor(Date.now() / 1000) + wait + 8 * 3600) % 86_400 < 5]).toEqual([
      true,
      true,
    ]);
    expect((await check(rows(50), bearer(key))).answers).toHaveLength(50);
    const { keys } = await as(world.city).get<{ keys: { id: string; used_today: number }[] }>('/v1/bulk-keys');
    expect(keys.find(({ id }) => id === key.id)).toMatchObject({
      used_today: 250,
      quota_per_day: 250,
      issued_by: 'centre:3701',
    });
    const parallel = await makeKey({ quota_per_day: 250 });
    const all = await Promise.all(Array.from({ length: 5 }, () => check(rows(100), bearer(parallel))));
    expect(all.map(({ status }) => status).sort()).toEqual([200, 200, 429, 429, 429]);
  });

  test('more than 10,000 rows are refused whatever the key', async () => {
    const key = await makeKey();
    expect(await check('{}\n'.repeat(10_001), bearer(key))).toMatchObject({ status: 413, code: 'bulk_too_many' });
    expect(
      await check(`{"number":"${'x'.repeat(190)}","name":"${'名'.repeat(190)}"}\n`.repeat(9000), bearer(key)),
    ).toMatchObject({ status: 413, code: 'body_too_large' });
  });
});

describe('keys', () => {
  test('are shown once, and stored only as digests', async () => {
    const key = await makeKey();
    expect(key.key).toMatch(/^lzb_[A-Za-z0-9_-]{43}$/);
    const { text } = await callAs(world.city, 'GET', '/v1/bulk-keys');
    expect(text).toContain(key.id);
    expect(text).not.toContain(key.key);
    expect(JSON.stringify((await db.prepare('SELECT * FROM bulk_keys').all()).results)).not.toContain(key.key.slice(4));
  });

  test('end at once, by the centre that gave them or the province', async () => {
    for (const by of [world.city, world.province]) {
      const key = await makeKey();
      expect((await check(lines([{ number: number(0) }]), bearer(key))).status).toBe(200);
      const { status, text } = await callAs(by, 'DELETE', `/v1/bulk-keys/${key.id}`);
      expect([status, (JSON.parse(text) as { revoked_at?: string }).revoked_at]).toEqual([200, expect.any(String)]);
      expect(await check(lines([{ number: number(0) }]), bearer(key))).toMatchObject({
        status: 401,
        code: 'bulk_key_ended',
      });
    }
  });

  test('run out after their last day in Shanghai', async () => {
    const key = await makeKey({ expires_on: '2027-06-30' });
    const later = {
      ...(env as unknown as Env),
      DB: {
        prepare: (sql: string) => db.prepare(sql),
        batch: (list: never[]) => db.batch(list),
      } as unknown as D1Database,
    };
    const at = async (time: string) => {
      serviceOf(later).now = () => Date.parse(time) / 1000;
      return (
        await app.fetch(
          new Request(ORIGIN + PATH, {
            method: 'POST',
            headers: { ...NDJSON, ...bearer(key) },
            body: lines([{ number: number(0) }]),
          }),
          later,
        )
      ).status;
    };
    expect([await at('2027-06-30T15:59:59Z'), await at('2027-06-30T16:00:00Z')]).toEqual([200, 401]);
  });

  test('say Bearer where one is wanted', async () => {
    const { response } = await check('{}', { Authorization: 'Bearer lzb_x' });
    expect(response.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
  });
});

describe('the receipt', () => {
  test('tells what was asked and answered, and by whom', async () => {
    const key = await makeKey();
    const body = lines([{ number: number(0), name: '欧阳建国' }, { number: number(2), name: '别人' }, { number: 'x' }]);
    const { text } = await check(body, bearer(key));
    const receipt = await verified(body, text);
    expect(receipt).toMatchObject({
      iss: ORIGIN,
      request: { rows: 3, bytes: encodeUtf8(body).length },
      verdicts: { valid: 1, revoked: 1, unreadable: 1 },
      names: { match: 1, no_match: 1 },
      key: key.id,
    });
    expect(Math.abs(receipt.iat - Date.now() / 1000)).toBeLessThan(60);
    await expect(verified(body.replace('别人', '别名'), text)).rejects.toMatchObject({
      code: 'receipt_request_differs',
    });
    await expect(verified(body, text.replace('"revoked"', '"valid"'))).rejects.toMatchObject({
      code: 'receipt_answers_differ',
    });
    await expect(verified(body, text.split('\n').slice(1).join('\n'))).rejects.toMatchObject({
      code: 'receipt_answers_differ',
    });
    await expect(verified(body, text.trim().split('\n').slice(0, -1).join('\n'))).rejects.toMatchObject({
      code: 'receipt_missing',
    });
  });

  test('is not there when the answer breaks off', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    let selects = 0;
    const breaking = {
      prepare: (sql: string) => {
        if (sql.includes('certificates c') && ++selects > 2) throw new Error('the disk is gone');
        return db.prepare(sql);
      },
      batch: (list: never[]) => db.batch(list),
    } as unknown as D1Database;
    const key = await makeKey();
    const body = lines(Array.from({ length: 400 }, () => ({ number: number(0) })));
    const answer = await app.fetch(
      new Request(ORIGIN + PATH, { method: 'POST', headers: { ...NDJSON, ...bearer(key) }, body }),
      { ...(env as unknown as Env), DB: breaking },
    );
    expect(answer.status).toBe(200);
    await expect(answer.arrayBuffer()).rejects.toThrow();
    expect(String(log.mock.calls[0])).toContain('bulk_broke_off');
    log.mockRestore();
  });
});

test('10,000 rows come back one stretch at a time, before the last is looked up', async () => {
  const key = await makeKey();
  const body = lines(
    Array.from({ length: 10_000 }, (_, i) => ({
      number: i % 3 === 2 ? number(0).replace(/.{6}$/, String(900_000 + i).padStart(6, '0')) : number(8 + (i % 20)),
      ...(i % 2 ? { name: '欧阳建国' } : {}),
    })),
  );
  let selects = 0;
  const counting = {
    prepare: (sql: string) => {
      selects++;
      return db.prepare(sql);
    },
    batch: (list: never[]) => db.batch(list),
  } as unknown as D1Database;
  const answer = await app.fetch(
    new Request(ORIGIN + PATH, { method: 'POST', headers: { ...NDJSON, ...bearer(key) }, body }),
    { ...(env as unknown as Env), DB: counting },
  );
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  const first = await reader.read();
  const atFirst = selects;
  const text = [new TextDecoder().decode(first.value)];
  for (let part = await reader.read(); !part.done; part = await reader.read())
    text.push(new TextDecoder().decode(part.value));
  expect(text.length).toBeGreaterThan(50);
  expect(atFirst).toBeLessThan(selects / 10);
  // A request may make 1,000 statements.
  expect(selects).toBeLessThan(500);
  const receipt = await verified(body, text.join(''));
  expect(receipt).toMatchObject({ request: { rows: 10_000 }, names: { match: receipt.names.match, no_match: 0 } });
  expect(receipt.verdicts).toEqual({ valid: 6667, not_found: 3333 });
});
