/** Which language leads: by the switch, else by what the browser asks for, else Chinese; and where the switch leads. */

import { expect, test } from 'vitest';
import { backTo } from '../../src/http/answers.ts';
import fc from '../fuzz.ts';
import { ORIGIN, workerFetch } from '../kit.ts';

const get = (path: string, headers: Record<string, string> = {}) =>
  workerFetch(ORIGIN + path, { headers: { Accept: 'text/html', ...headers } });
const form = (fields: Record<string, string>) =>
  workerFetch(`${ORIGIN}/language`, {
    method: 'POST',
    body: new URLSearchParams(fields).toString(),
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    redirect: 'manual',
  });
const lang = async (answer: Response) => /<html lang="([^"]*)">/.exec(await answer.text())?.[1];

test.each([
  [undefined, undefined, 'zh-CN'],
  ['zh-CN,zh;q=0.9,en;q=0.8', undefined, 'zh-CN'],
  ['en-US,en;q=0.9,zh-CN;q=0.8', undefined, 'en'],
  ['en;q=0.5, zh-TW;q=0.6', undefined, 'zh-CN'],
  ['EN-gb', undefined, 'en'],
  ['de, fr;q=0.5', undefined, 'zh-CN'],
  ['de, en;q=0.1', undefined, 'en'],
  ['en;q=0, *', undefined, 'zh-CN'],
  ['*, en;q=0.5', undefined, 'zh-CN'],
  ['english', undefined, 'zh-CN'],
  [',;q=x,,', undefined, 'zh-CN'],
  ['zh', 'lang=en', 'en'],
  ['en', 'a=b; lang=zh', 'zh-CN'],
  ['en', 'lang=de', 'en'],
])('Accept-Language %s, cookie %s: %s', async (accepted, cookie, expected) => {
  const answer = await get('/', {
    ...(accepted === undefined ? {} : { 'Accept-Language': accepted }),
    ...(cookie === undefined ? {} : { Cookie: cookie }),
  });
  expect(answer.headers.get('content-language')).toBe(expected);
  expect(answer.headers.get('vary')).toBe('Accept-Language, Cookie');
  expect(await lang(answer)).toBe(expected);
});

test('English leads in title, headings and buttons, and the Chinese follows, marked', async () => {
  const text = await (await get('/', { 'Accept-Language': 'en' })).text();
  expect(text).toContain('<title>Verify a certificate · Luzheng</title>');
  expect(text).toMatch(/<h1>[A-Z][a-z ]+<span lang="zh-CN" class="en">\p{Script=Han}/u);
  expect(text).not.toContain('<span lang="en" class="en">');
  const missing = await (await get('/nothing', { 'Accept-Language': 'en' })).text();
  expect(missing).toContain('<h1>Nothing at this address<span lang="zh-CN" class="en">没有这个地址</span></h1>');
});

test('the switch sets a cookie and leads back', async () => {
  const answer = await form({ to: 'en', back: '/organizations?q=%E6%B5%8E%E5%8D%97' });
  expect([answer.status, answer.headers.get('location'), answer.headers.get('cache-control')]).toEqual([
    303,
    '/organizations?q=%E6%B5%8E%E5%8D%97',
    'no-store',
  ]);
  expect(answer.headers.get('set-cookie')).toMatch(
    /^lang=en; Max-Age=31536000; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  );
  expect((await form({ to: 'de', back: '/' })).headers.get('set-cookie')).toBeNull();
  expect((await form({})).headers.get('location')).toBe('/');
});

test('every page says where its switch leads back to; what a form answered, to the page of the form', async () => {
  const back = async (answer: Response) => /name="back" value="([^"]*)"/.exec(await answer.text())?.[1];
  expect(await back(await get('/check?a=1&b=2'))).toBe('/check?a=1&amp;b=2');
  const searched = await workerFetch(`${ORIGIN}/search`, {
    method: 'POST',
    body: 'name=x',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'text/html' },
  });
  expect(await back(searched)).toBe('/');
});

test.each([
  '//evil.example',
  '/\\evil.example',
  '/.//evil.example',
  'https://evil.example/',
  'javascript:alert(1)',
  'https://lz.example.cn@evil.example/',
  '/..//evil.example',
  '\t//evil.example',
  'https://[',
  ' ',
])('%s does not lead elsewhere', async (back) => {
  const answer = await form({ to: 'zh', back });
  expect(answer.status).toBe(303);
  expect(answer.headers.get('location')).toMatch(/^\/(?![/\\])|^\/$/);
  expect(new URL(answer.headers.get('location') as string, ORIGIN).origin).toBe(ORIGIN);
});

test('whatever is asked for, the switch stays here', () => {
  const piece = fc.constantFrom(
    '/',
    '\\',
    '.',
    '..',
    '@',
    ':',
    'https:',
    'evil.example',
    '%2f',
    '\n',
    '?',
    '#',
    'c',
    'lz.example.cn',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(piece, { maxLength: 8 }).map((parts) => parts.join('')),
        fc.string(),
      ),
      (asked) => {
        const back = backTo(asked, ORIGIN);
        expect(back).toMatch(/^\/(?![/\\])|^\/$/);
        expect(new URL(back, ORIGIN).origin).toBe(ORIGIN);
      },
    ),
  );
});
