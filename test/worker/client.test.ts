/** What a strict HTTP client, and a browser whose person typed an address, may expect of every route. */
import { beforeAll, expect, test } from 'vitest';
import { OPERATIONS } from '../../src/app.ts';
import {
  candidate,
  certify,
  db,
  fileWith,
  foundProvince,
  type Issued,
  ORIGIN,
  type Organization,
  type Submitted,
  workerFetch,
} from '../kit.ts';
import { call, callAs } from './forge.ts';

let school: Organization;
let batch: Submitted;
let one: Issued;

beforeAll(async () => {
  const world = await foundProvince();
  school = await fileWith(world.city, 'S000037000001');
  const certified = await certify(world, school, [candidate(1)]);
  [batch, one] = [certified.batch, certified.certificates[0] as Issued];
});

const BROWSER = { Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
const downloads = async () => (await db.prepare('SELECT count(*) AS n FROM downloads').first<{ n: number }>())?.n;

test('asking for the head of a file is no download of it', async () => {
  for (const path of [`/v1/certificates/${one.number}.pdf`, `/v1/batches/${batch.id}/certificates.zip`]) {
    const before = await downloads();
    const head = await callAs(school.client, 'HEAD', path);
    expect([path, head.status, head.text, await downloads()]).toEqual([path, 200, '', before]);
    const { response, status } = await callAs(school.client, 'GET', path);
    for (const name of ['content-type', 'content-disposition', 'cache-control', 'vary'])
      expect([path, name, head.response.headers.get(name)]).toEqual([path, name, response.headers.get(name)]);
    expect([path, status, await downloads()]).toEqual([path, 200, (before as number) + 1]);
  }
});

test('a browser that opens the address of a form gets a page, a program a problem; both are told what the address takes', async () => {
  for (const path of ['/search', '/language', `/c/${one.number}/download`, '/v1/verify']) {
    const page = await call('GET', path, BROWSER);
    expect([path, page.status, page.response.headers.get('content-type'), page.response.headers.get('allow')]).toEqual([
      path,
      405,
      'text/html; charset=UTF-8',
      'POST',
    ]);
    expect(page.text).toContain('method_not_allowed');
    expect(await call('GET', path)).toMatchObject({ status: 405, code: 'method_not_allowed' });
  }
});

test('a page is found with a slash too many, as people type it; for programs it is another address', async () => {
  for (const [path, to] of [
    ['/check/', '/check'],
    ['/notices//', '/notices'],
    ['/organizations/?q=x', '/organizations?q=x'],
    ['/nothing/', '/nothing'],
  ]) {
    const answer = await call('GET', path as string, BROWSER);
    expect([path, answer.status, answer.response.headers.get('location')]).toEqual([path, 301, to]);
    expect((await call('HEAD', path as string, BROWSER)).status).toBe(301);
    expect(await call('GET', path as string)).toMatchObject({ status: 404, code: 'not_found' });
    expect((await call('POST', path as string, BROWSER)).status).toBe(404);
  }
  // An address of another host is nowhere to go.
  for (const path of ['//evil.example/', '/\\evil.example/', '///', '//'])
    expect([path, (await call('GET', ORIGIN + path, BROWSER)).response.headers.get('location')]).toEqual([path, null]);
});

test('a 304 says nothing of a body that it does not have', async () => {
  for (const path of ['/assets/home.js', '/check', '/v1/templates/roster.csv']) {
    const first = await workerFetch(ORIGIN + path, {});
    await first.arrayBuffer();
    const again = await workerFetch(ORIGIN + path, {
      headers: { 'If-None-Match': first.headers.get('etag') as string },
    });
    expect([path, again.status, again.headers.get('content-type'), again.headers.get('content-length')]).toEqual([
      path,
      304,
      null,
      null,
    ]);
    for (const name of ['etag', 'cache-control', 'vary'])
      expect([path, name, again.headers.get(name)]).toEqual([path, name, first.headers.get(name)]);
  }
});

test('the media type of a body is read in any letters and with any parameters', async () => {
  for (const type of [
    'APPLICATION/JSON',
    'application/json;charset=utf-8',
    'application/json ; charset="UTF-8"; x="a;b"',
    'application/json; charset=gbk',
  ]) {
    expect([
      type,
      (await call('POST', '/v1/certificates/search', { 'Content-Type': type }, { number: one.number })).status,
    ]).toEqual([type, 200]);
  }
  for (const type of ['application/json, application/json', 'application/problem+json', ' ', 'json']) {
    expect([
      type,
      (await call('POST', '/v1/certificates/search', { 'Content-Type': type }, { number: one.number })).code,
    ]).toEqual([type, 'media_type_not_supported']);
  }
});

test('no answer is a 5xx: odd encodings in every place of every address', async () => {
  for (const route of Object.keys(OPERATIONS)) {
    const [method, path] = route.split(' ') as [string, string];
    if (!path.includes('{')) continue;
    for (const odd of ['%', '%zz', '%00', '%ff', '%2e%2e', '%F0%9F%98%80', 'a%2Fb']) {
      const asked = path.replace(/\{\w+\}/g, odd);
      const { status } = await call(method, asked, BROWSER, method === 'GET' ? undefined : {});
      expect([method, asked, status < 500]).toEqual([method, asked, true]);
    }
  }
});
