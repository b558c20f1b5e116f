/**
 * Forms of other sites: whatever a browser says of where a form stood, and every form there is. Whoever calls without a
 * browser says nothing of that and is heard.
 */
import { beforeAll, expect, test } from 'vitest';
import { app, OPERATIONS } from '../../src/app.ts';
import { candidate, certify, db, fileWith, foundProvince, ORIGIN, type Organization, workerFetch } from '../kit.ts';
import { publish, resultRows } from '../notice-kit.ts';

const SIMPLE = /^(application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)/;
const mediaOf = (route: string): string[] => Object.keys((OPERATIONS[route] as { body?: object }).body ?? {});
/** Every address outside the API that takes a post, and whatever of the API takes what a form can send. */
const FORMS = Object.keys(OPERATIONS).filter(
  (route) =>
    route.startsWith('POST ') && (!route.startsWith('POST /v1/') || mediaOf(route).some((type) => SIMPLE.test(type))),
);

let notice: string;
let number: string;
let school: Organization;

beforeAll(async () => {
  const world = await foundProvince();
  school = await fileWith(world.city, 'S000037000001');
  number = (await certify(world, school, [candidate(1)])).certificates[0]?.number as string;
  notice = await publish(school, {
    rows: resultRows('2026-11-01', ['欧阳建国']),
    from: '2026-11-02',
    until: '2099-12-31',
  });
});

const fill = (path: string) => path.replace('{number}', number).replace('{notice}', notice);
const FIELDS = {
  grounds: '成绩有误',
  code: '00000-00000-00000-00000',
  number: 'x',
  name: '欧阳建国',
  id_number: '370102198001011003',
  list: 'x',
  to: 'en',
  back: '/',
};
const send = (route: string, headers: Record<string, string>) =>
  workerFetch(ORIGIN + fill(route.slice('POST '.length)), {
    method: 'POST',
    redirect: 'manual',
    headers: {
      'Content-Type': mediaOf(route).find((type) => SIMPLE.test(type)) ?? 'application/x-www-form-urlencoded',
      ...headers,
    },
    body: new URLSearchParams(FIELDS).toString(),
  });
const codeOf = async (answer: Response): Promise<string | undefined> => {
  const text = await answer.text();
  return text.startsWith('{') ? (JSON.parse(text) as { code: string }).code : undefined;
};

const FOREIGN: Record<string, string>[] = [
  { Origin: 'https://evil.example' },
  { Origin: 'null' },
  { Origin: `${ORIGIN}.evil.example` },
  { Origin: ORIGIN.replace('https:', 'http:') },
  { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' },
  { 'Sec-Fetch-Site': 'cross-site' },
  { 'Sec-Fetch-Site': 'same-site' },
  { 'Sec-Fetch-Site': 'something new' },
];
const OWN: Record<string, string>[] = [
  {},
  { Origin: ORIGIN },
  { Origin: ORIGIN, 'Sec-Fetch-Site': 'same-origin' },
  { Origin: 'null', 'Sec-Fetch-Site': 'same-origin' },
  { 'Sec-Fetch-Site': 'none' },
];

test('the table holds every form', () => {
  expect(FORMS).toEqual(
    expect.arrayContaining([
      'POST /notices/{notice}/objections',
      'POST /notices/objections',
      'POST /search',
      'POST /c/{number}/download',
      'POST /bulk',
      'POST /language',
      'POST /v1/batches',
    ]),
  );
  const posts = app.routes
    .filter(({ method, path }) => method === 'POST' && !path.startsWith('/v1/'))
    .map(({ path }) => `POST ${path.replace(/:(\w+)/g, '{$1}')}`);
  expect(posts.filter((route) => !FORMS.includes(route))).toEqual([]);
});

test.each(FORMS)('%s: sent from another site it is refused, and changes nothing', async (route) => {
  const before = await db
    .prepare(
      'SELECT (SELECT count(*) FROM cases) + (SELECT coalesce(sum(wrong), 0) FROM wrong_factors) + (SELECT count(*) FROM downloads) AS n',
    )
    .first();
  for (const headers of FOREIGN) {
    const answer = await send(route, headers);
    expect([headers, answer.status, answer.headers.get('set-cookie'), await codeOf(answer)]).toEqual([
      headers,
      403,
      null,
      'cross_site',
    ]);
    const shown = await send(route, { ...headers, Accept: 'text/html' });
    if (!route.startsWith('POST /v1/')) expect(await shown.text()).toContain('不是从本站网页提交的');
  }
  expect(
    await db
      .prepare(
        'SELECT (SELECT count(*) FROM cases) + (SELECT coalesce(sum(wrong), 0) FROM wrong_factors) + (SELECT count(*) FROM downloads) AS n',
      )
      .first(),
  ).toEqual(before);
});

test.each(FORMS)('%s: from a page of this service, or without a browser, it is heard', async (route) => {
  for (const headers of OWN)
    expect([headers, await codeOf(await send(route, headers))]).not.toEqual([headers, 'cross_site']);
});

test('objections as JSON: programs send them, pages of other sites do not', async () => {
  const object = async (headers: Record<string, string>) =>
    (
      await workerFetch(`${ORIGIN}/v1/notices/${notice}/objections`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify({ grounds: '成绩有误' }),
      })
    ).status;
  for (const headers of OWN) expect([headers, await object(headers)]).toEqual([headers, 201]);
  for (const headers of FOREIGN) expect([headers, await object(headers)]).toEqual([headers, 403]);
  // A form of another site that calls its text JSON's neighbour.
  for (const type of ['text/plain', 'text/plain; charset=utf-8', 'application/x-www-form-urlencoded']) {
    const answer = await workerFetch(`${ORIGIN}/v1/certificates/search`, {
      method: 'POST',
      headers: { 'Content-Type': type, Origin: 'https://evil.example' },
      body: JSON.stringify({ number }),
    });
    expect([type, answer.status]).toEqual([type, 403]);
  }
});

test('pages let browsers say where their forms stand', async () => {
  const text = await (await workerFetch(`${ORIGIN}/`, {})).text();
  expect(text).toContain('<meta name="referrer" content="same-origin"/>');
});
