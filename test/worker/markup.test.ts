/** What validators of HTML and search engines read of the pages, whatever stands in them. */
import { beforeAll, expect, test } from 'vitest';
import { candidate, certify, fileWith, foundProvince, ORIGIN, workerFetch } from '../kit.ts';

const pages: [path: string, html: string][] = [];
const ask = async (path: string, fields?: Record<string, string>): Promise<string> => {
  const form = fields && {
    method: 'POST',
    body: new URLSearchParams(fields).toString(),
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'text/html' },
  };
  const answer = await workerFetch(ORIGIN + path, form ?? { method: 'GET' });
  expect([path, answer.status]).toEqual([path, 200]);
  const html = await answer.text();
  pages.push([path, html]);
  return html;
};
let number: string;

beforeAll(async () => {
  const province = await foundProvince();
  const school = await fileWith(province.city, 'S000037000001');
  const { certificates } = await certify(province, school, [candidate(1)]);
  number = certificates[0]?.number as string;
  for (const path of [
    '/',
    '/scan',
    '/check',
    '/bulk',
    '/desk',
    '/docs',
    '/notices',
    '/organizations',
    '/organizations/S000037000001',
    '/supervision',
    '/statistics',
    `/c/${number}`,
  ])
    await ask(path);
  await ask('/bulk', { list: `证书编号\n${number}\n` });
});

const tagsOf = (html: string): string[] => html.match(/<[a-z][^>]*>/g) ?? [];

test('an address in an attribute has no spaces, a date no length, and parts of a table no role of their own', () => {
  expect(pages.find(([path, html]) => path.startsWith('/c/') && /<input[^>]*type="date"/.test(html))).toBeDefined();
  expect(pages.find(([path, html]) => path === '/bulk' && /<tbody id="rows"><tr/.test(html))).toBeDefined();
  for (const [path, html] of pages) {
    const tags = tagsOf(html);
    expect([path, tags.filter((tag) => /\s(?:href|src)="[^"]*\s[^"]*"/.test(tag))]).toEqual([path, []]);
    expect([path, tags.filter((tag) => /type="date"/.test(tag) && /maxlength/.test(tag))]).toEqual([path, []]);
    expect([path, tags.filter((tag) => /^<(?:table|thead|tbody|tr|td|th)\b[^>]*\srole=/.test(tag))]).toEqual([
      path,
      [],
    ]);
  }
});

test('search engines are shown the pages that are for everybody, and nothing of a person', async () => {
  const answer = await workerFetch(`${ORIGIN}/robots.txt`, { method: 'GET' });
  expect([answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual([
    200,
    expect.stringMatching(/^text\/plain/),
    'public, max-age=60',
  ]);
  const rules = (await answer.text()).split('\n');
  expect(rules[0]).toBe('User-agent: *');
  const closed = rules.flatMap((rule) => /^Disallow: (\S+)$/.exec(rule)?.[1] ?? []);
  const isOpen = (path: string) => !closed.some((start) => path.startsWith(start));
  for (const path of [`/c/${number}`, '/notices/results:b1', '/desk', '/desk/view/home', `/v1/certificates/${number}`])
    expect([path, isOpen(path)]).toEqual([path, false]);
  for (const path of [
    '/',
    '/scan',
    '/check',
    '/bulk',
    '/docs',
    '/notices',
    '/organizations/S000037000001',
    '/statistics',
    '/supervision',
    '/contexts/v1.jsonld',
  ])
    expect([path, isOpen(path)]).toEqual([path, true]);
  // Whoever asks all the same is told again.
  expect(pages.find(([path]) => path === `/c/${number}`)?.[1]).toContain('<meta name="robots" content="noindex"/>');
});
