/** No machine word reaches a person: in problems of the API, on pages, on what is published of draws. */
import { beforeAll, expect, test } from 'vitest';
import { OPERATIONS } from '../../src/app.ts';
import type { Identity } from '../../src/sdk/sign.ts';
import { drawOne } from '../draw-kit.ts';
import { fileWith, foundProvince, ORIGIN, type Organization, type Province, workerFetch } from '../kit.ts';
import { callAs, claimsOf } from './forge.ts';

const MACHINE =
  /Invalid (type|key|format|value|length)|Expected|\/\^|\\d|&lt;\/?[a-z]|(?:^|[\s：“])[a-z_]+(?:\.[a-z_0-9]+)+\s*[:：]/;
const VALUES: unknown[] = [undefined, null, '', '一千', 'x', 5, -1, true, [], {}, ['一千']];

let world: Province;
let school: Organization;
let draw: string;

beforeAll(async () => {
  world = await foundProvince();
  school = await fileWith(world.city, 'S000037000001');
  ({ draw } = await drawOne(world.city, school, String(claimsOf(school.filing).name)));
});

const page = async (path: string, headers: Record<string, string> = {}): Promise<{ status: number; text: string }> => {
  const answer = await workerFetch(ORIGIN + path, { headers: { Accept: 'text/html', ...headers } });
  return { status: answer.status, text: await answer.text() };
};
const fill = (path: string): string =>
  path.replace(
    /\{(\w+)\}/g,
    (_, name: string) =>
      ({
        notice: 'r0000000000',
        about: 'plan:p00000000',
        number: 'S000037000001263000001',
        code: school.code,
        id: 'b0000000000',
        n: '1',
        draw,
      })[name] ?? 'x',
  );

interface Media {
  example?: unknown;
}
const bodies = Object.entries(OPERATIONS).flatMap(([route, { body = {}, roles }]) => {
  const example = Object.entries(body as Record<string, Media>).find(([type]) => type === 'application/json')?.[1]
    .example;
  return route.startsWith('POST /v1/') && typeof example === 'object' && example !== null
    ? [{ route, example: example as Record<string, unknown>, roles: (roles ?? []) as readonly string[] }]
    : [];
});

test.each(bodies)('$route: each field wrong in each way', async ({ route, example, roles }) => {
  const who: Identity | undefined =
    roles.length === 0
      ? undefined
      : roles.includes('organization')
        ? school.client
        : roles.includes('city')
          ? world.city
          : world.province;
  const path = fill(route.slice('POST '.length));
  const sent: unknown[] = [
    ...VALUES.filter((value) => value !== undefined),
    ...Object.keys(example).flatMap((name) => VALUES.map((value) => ({ ...example, [name]: value }))),
    { ...example, surprising: 1 },
  ];
  for (const body of sent) {
    const { status, text } = await callAs(who, 'POST', path, JSON.stringify(body));
    if (status < 400) continue;
    const { detail, title } = JSON.parse(text) as { detail: string; title: string };
    expect([route, JSON.stringify(body).slice(0, 120), detail, MACHINE.test(`${title} ${detail}`)]).toEqual([
      route,
      JSON.stringify(body).slice(0, 120),
      detail,
      false,
    ]);
  }
});

test('the bodies of calls were found', () => expect(bodies.length).toBeGreaterThan(12));

test.each([
  '/nowhere',
  '/supervision/d0000000000',
  '/notices/r0000000000',
  '/organizations/S000037999999',
  '/organizations/x',
  '/assets/none.js',
])('%s: what is not there is said in both languages, with what to do', async (path) => {
  for (const language of ['zh-CN', 'en']) {
    const { status, text } = await page(path, { 'Accept-Language': language });
    const sentence = /<p class="sentence">(.*?)<\/p>/s.exec(text)?.[1] ?? text;
    expect([
      path,
      status >= 400,
      /\p{Script=Han}{4}/u.test(sentence),
      /[a-z]{4} [a-z]{2}/.test(sentence),
      MACHINE.test(text),
    ]).toEqual([path, true, true, true, false]);
  }
});

test.each([
  '/supervision',
  '/supervision/{draw}',
  '/',
  '/notices',
  '/organizations',
  '/organizations/{code}',
  '/statistics',
  '/docs',
  '/check',
  '/bulk',
  '/scan',
  '/desk',
])('%s: no markup stands where words belong', async (path) => {
  for (const language of ['zh-CN', 'en']) {
    const { status, text } = await page(fill(path), { 'Accept-Language': language });
    expect([path, status, /&lt;(time|span|a|b|p|div|code)\b/.exec(text)?.[0]]).toEqual([path, 200, undefined]);
  }
});
