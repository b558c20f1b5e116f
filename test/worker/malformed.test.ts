/**
 * Malformed requests at the real Worker: whatever is sent, the answer is a 4xx problem with a stable code, never
 * a 5xx, never anything of the inside. Bodies, then addresses and headers, then what fast-check thinks of.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { app, OPERATIONS } from '../../src/app.ts';
import { PROBLEMS } from '../../src/http/problems.ts';
import type { Identity } from '../../src/sdk/sign.ts';
import {
  candidate,
  certify,
  fileWith,
  foundProvince,
  type Issued,
  ORIGIN,
  type Organization,
  type Province,
  type Submitted,
  submit,
  testEnv,
} from '../kit.ts';
import { returnOf } from '../procedure-kit.ts';
import { type Answer, call, callAs, prove, snapshot } from './forge.ts';
import { BODIES } from './malformed-bodies.ts';

let world: Province;
let school: Organization;
let open: Submitted;
let one: Issued;

beforeAll(async () => {
  world = await foundProvince();
  school = await fileWith(world.city, 'S000037000001');
  one = (await certify(world, school, [candidate(1)])).certificates[0] as Issued;
  open = await submit(school, [candidate(2)]);
});

const fill = (path: string) =>
  path
    .replace('{number}', one.number)
    .replace('{id}', open.id)
    .replace('{code}', school.code)
    .replace('{n}', '1')
    .replace('{list}', 'revocation-1')
    .replace('{file}', 'home.js')
    .replace('{about}', `rules:${school.code}`);
const callerOf = (roles: readonly string[] | undefined): Identity | undefined =>
  !roles
    ? undefined
    : roles.includes('organization')
      ? school.client
      : roles.includes('city')
        ? world.city
        : world.province;

/** No trace of code, stores or libraries. */
const INSIDE =
  /\.tsx?\b|\n\s+at |TypeError|SyntaxError|RangeError|D1_ERROR|SQLITE|sqlite|workerd|valibot|node_modules|\[object /;

/** The answer is a problem with a code of the table, under the status that the table gives it. */
function wellRefused(answer: Answer, what: string): void {
  const { status, code, text, response } = answer;
  expect([what, status >= 400 && status < 500, response.headers.get('content-type')]).toEqual([
    what,
    true,
    'application/problem+json',
  ]);
  const problem = JSON.parse(text) as { status: number; title: string; detail: string; type: string };
  expect([what, PROBLEMS[code as string] !== undefined]).toEqual([what, true]);
  expect(problem).toMatchObject({
    status,
    type: `urn:luzheng:problem:${code}`,
    title: expect.any(String),
    detail: expect.any(String),
  });
  expect([what, INSIDE.exec(text)?.[0]]).toEqual([what, undefined]);
  expect(response.headers.get('cache-control')).toBe('no-store');
}

const SENDING = Object.entries(OPERATIONS).filter(([, { body }]) => body?.['application/json']);

describe.each(SENDING)('%s', (route, { roles }) => {
  const [method, path] = route.split(' ') as [string, string];
  test('refuses every malformed body with its code', async () => {
    const before = await snapshot();
    for (const [name, body, type = name === 'no body and no type' ? undefined : 'application/json', code] of BODIES) {
      const answer = await callAs(
        callerOf(roles),
        method,
        fill(path),
        body(),
        type === undefined ? {} : { 'Content-Type': type },
      );
      wellRefused(answer, `${route}: ${name}`);
      if (code !== undefined) expect([name, answer.code]).toEqual([name, code]);
    }
    expect(await snapshot()).toEqual(before);
  });

  test('refuses bodies beyond its limit, announced or not, and reads no further', async () => {
    const caller = callerOf(roles);
    const huge = await callAs(caller, method, fill(path), 'x'.repeat(12_500_000), {
      'Content-Type': 'application/json',
    });
    wellRefused(huge, route);
    expect(huge.code).toBe('body_too_large');
    const limit = (JSON.parse(huge.text) as { limit: number }).limit;
    // Without Content-Length: the Worker's own fetch handler, so that this side sees what was read.
    let sent = 0;
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array((sent += 65_536) && 65_536)),
    });
    const headers = {
      'Content-Type': 'application/json',
      ...(caller ? { Authorization: `DPoP ${caller.token}`, DPoP: await prove(caller, method, fill(path)) } : {}),
    };
    const answer = await app.fetch(new Request(ORIGIN + fill(path), { method, headers, body }), testEnv);
    expect([answer.status, await answer.json()]).toEqual([
      413,
      expect.objectContaining({ code: 'body_too_large', limit }),
    ]);
    expect(sent).toBeLessThan(limit + 4 * 65_536);
  });

  test('says of a body that breaks off, announced or not, that it cannot be read', async () => {
    const caller = callerOf(roles);
    for (const announced of [{}, { 'Content-Length': '1000' }] as Record<string, string>[]) {
      const body = new ReadableStream({
        type: 'bytes',
        pull(controller) {
          controller.error(new TypeError('broken'));
        },
      });
      const headers = {
        'Content-Type': 'application/json',
        ...announced,
        ...(caller ? { Authorization: `DPoP ${caller.token}`, DPoP: await prove(caller, method, fill(path)) } : {}),
      };
      const answer = await app.fetch(new Request(ORIGIN + fill(path), { method, headers, body }), testEnv);
      expect([answer.status, await answer.json()]).toEqual([400, expect.objectContaining({ code: 'body_unreadable' })]);
    }
  });
});

describe('texts with what texts should not have', () => {
  const WEIRD = [
    '\ud800',
    '\udfff\ud800',
    '\0',
    '\u202e',
    '\ufffe',
    'a\0b',
    '%00',
    "'; DROP TABLE statements; --",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a template of another language is one of them
    '${7*7}',
    '../../etc/passwd',
    'x'.repeat(100_000),
    '\u0000'.repeat(50),
    '👨‍👩‍👧',
  ];
  test.each(WEIRD.map((text) => [JSON.stringify(text).slice(0, 30), text]))('%s', async (_name, text) => {
    const tries: [Identity | undefined, string, unknown][] = [
      [undefined, '/v1/certificates/search', { number: text }],
      [undefined, '/v1/certificates/search', { name: text, id_number: text }],
      [undefined, '/v1/certificates/search', { number: one.number, name: text }],
      [undefined, `/v1/certificates/${one.number}/download`, { name: text, id_number: text }],
      [undefined, '/v1/verify', { credential: text }],
      [undefined, '/v1/verify', { seal: text }],
      [undefined, '/v1/verify', { bundle: { [text]: text } }],
      [world.city, '/v1/clients', { statement: text }],
      [world.city, `/v1/batches/${open.id}/approvals`, { approval: text }],
      [school.client, `/v1/batches/${open.id}/issue`, { approval: text, order: text }],
      [school.client, '/v1/batches', { candidates: [candidate(3, { name: text })] }],
      [school.client, '/v1/batches', { candidates: [candidate(3, { id_number: text, replaces: text })] }],
      [
        school.client,
        '/v1/batches',
        { candidates: [candidate(3, { exam_date: text, level: text, score_theory: text, job_type: text })] },
      ],
      [school.client, '/v1/batches', { candidates: [{ [text]: text }] }],
    ];
    for (const [by, path, body] of tries)
      wellRefused(await callAs(by, 'POST', path, body), `${path} ${JSON.stringify(body).slice(0, 60)}`);
  });

  test('a reason of any text is kept as text, or refused by the schema of its step', async () => {
    for (const [reason, status] of [
      ['\ud800', 201],
      ['a\0b', 400],
      ['\u202e退回', 400],
      ['x'.repeat(9000), 400],
    ] as const) {
      const batch = await submit(school, [candidate(4)]);
      const answer = await callAs(
        world.city,
        'POST',
        `/v1/batches/${batch.id}/return`,
        await returnOf(world.city, batch.id, reason),
      );
      expect([reason.slice(0, 5), answer.status, answer.code]).toEqual([
        reason.slice(0, 5),
        status,
        status === 400 ? 'step_body_malformed' : undefined,
      ]);
      expect((await callAs(school.client, 'GET', `/v1/batches/${batch.id}`)).status).toBe(200);
    }
  });

  test('addresses in the place of a QR code', async () => {
    for (const origin of [
      'https://[',
      'https://a:99999',
      'http://%',
      'https://\u0000',
      'https://a b',
      'https://..',
      'https://xn--',
      'https://[::1',
      'javascript://x',
      'https://user:pass@host',
    ]) {
      const answer = await call(
        'POST',
        '/v1/verify',
        {},
        { seal: `${origin}/c/${one.number}#${one.seal_url.split('#')[1]}` },
      );
      expect([origin, answer.status < 500]).toEqual([origin, true]);
      const bare = await call('POST', '/v1/verify', {}, { seal: `${origin}/c/${one.number}` });
      expect([origin, bare.status < 500]).toEqual([origin, true]);
    }
  });

  test('CSV garbage', async () => {
    const header =
      'name,id_type,id_number,occupation_code,occupation_name,job_type,level,score_theory,score_practice,exam_date';
    const bodies = [
      '',
      '\n\n\n',
      ',,,\n,,,',
      '"',
      `${header}\n"`,
      `${header}\n"a"b,c`,
      `${header}\n${'"'.repeat(999)}`,
      `${header},name\nx`,
      'a;b;c\n1;2;3',
      `${header}\n${','.repeat(100_000)}`,
      `${header}\n\0\0\0`,
      '<html></html>',
      'PK\u0003\u0004',
      `${header}\n${'x,'.repeat(9)}x`,
      Uint8Array.of(0xd0, 0xd5, 0xc3, 0xfb, 0x2c),
      Uint8Array.of(0xff, 0xfe, 0x61, 0),
    ];
    for (const body of bodies)
      wellRefused(
        await callAs(school.client, 'POST', '/v1/batches', body, { 'Content-Type': 'text/csv' }),
        `csv ${String(body).slice(0, 20)}`,
      );
    const many = `${header}\n${'x,x,x,x,x,x,x,x,x,x\n'.repeat(10_001)}`;
    expect(await callAs(school.client, 'POST', '/v1/batches', many, { 'Content-Type': 'text/csv' })).toMatchObject({
      status: 413,
      code: 'batch_too_large',
    });
  });

  test('more candidates than a batch has, and candidates that are none', async () => {
    for (const [candidates, code] of [
      [Array(10_001).fill({}), 'batch_too_large'],
      [[1], 'candidates_malformed'],
      [[null], 'candidates_malformed'],
      [[[]], 'candidates_malformed'],
      [[], 'batch_empty'],
      [[{}], 'rows_refused'],
    ] as const) {
      expect(await callAs(school.client, 'POST', '/v1/batches', { candidates })).toMatchObject({ code });
    }
    for (const key of ['', 'x'.repeat(201), 'a b']) {
      const answer = await callAs(
        school.client,
        'POST',
        '/v1/batches',
        { candidates: [candidate(5)] },
        { 'Idempotency-Key': key },
      );
      expect([key, answer.code]).toEqual([key, 'idempotency_key_malformed']);
    }
    expect(
      await callAs(school.client, 'POST', '/v1/batches', { candidates: [candidate(6)] }, { 'Idempotency-Key': 'once' }),
    ).toMatchObject({ status: 201 });
    expect(
      await callAs(school.client, 'POST', '/v1/batches', { candidates: [candidate(7)] }, { 'Idempotency-Key': 'once' }),
    ).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
  });
});
