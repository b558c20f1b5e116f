/** Addresses and numbers as apps and people spell them, on the paths of the Worker: each leads to the certificate, or says why not. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Check, Report } from '../../src/core/report.ts';
import { candidate, certify, db, fileWith, foundProvince, type Issued, idNumber, ORIGIN } from '../kit.ts';
import addresses from '../vectors/addresses.json' with { type: 'json' };
import spelled from '../vectors/spelled-numbers.json' with { type: 'json' };
import { call } from './forge.ts';

let one: Issued;
let digits: string;

beforeAll(async () => {
  const world = await foundProvince();
  const { certificates } = await certify(world, await fileWith(world.city, 'S000037000001'), [candidate(0)]);
  one = certificates[0] as Issued;
  digits = one.seal_url.split('#')[1] as string;
});

const written = (text: string): string =>
  text.replace(/(\/[cd]\/+[^N]*)N/i, `$1${one.number}`).replace(/D(?![a-z])/, digits);
const verify = async (seal: string) => {
  const { status, text, code } = await call('POST', '/v1/verify', {}, { seal });
  return { status, code, report: JSON.parse(text) as Report };
};
const failures = (checks: readonly Check[]) => checks.filter(({ result }) => result === 'fail');

describe('POST /v1/verify with the text of a QR code', () => {
  test.each(addresses.sealed)('%s: its seal is checked', async (text) => {
    const { status, report } = await verify(written(text));
    expect([status, report.verdict, failures(report.checks)]).toEqual([200, 'incomplete', []]);
    expect(report.checks.find(({ id }) => id === 'signature')?.result).toBe('pass');
    expect(report.certificate?.number).toBe(one.number);
  });

  test.each(addresses.bare)('%s: a look-up', async (text) => {
    const { status, report } = await verify(written(text));
    const lookedUp = JSON.parse((await call('GET', `/v1/certificates/${one.number}`)).text) as Report;
    expect([status, { ...report, checked_at: '' }]).toEqual([200, { ...lookedUp, checked_at: '' }]);
    expect(report.verdict).toBe('valid');
  });

  test.each(addresses.unread)('%s: looked up, and not called valid, because no seal was checked', async (text) => {
    const { status, report } = await verify(written(text));
    expect([status, report.verdict, failures(report.checks)]).toEqual([200, 'incomplete', []]);
    expect(report.checks.find(({ id }) => id === 'signature')).toEqual({
      id: 'signature',
      result: 'not_checked',
      code: 'seal_unread',
    });
  });

  test.each(addresses.refused)('%s: cannot be read', async (text) =>
    expect(await verify(written(text))).toMatchObject({ status: 400, code: 'seal_url_malformed' }),
  );

  test('an altered seal fails, whatever is appended to it', async () => {
    const altered = digits.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10));
    for (const appended of ['', '&shareTo=weixin', '#wechat_redirect', 'x', '。']) {
      const { report } = await verify(`${ORIGIN}/c/${one.number}#${altered}${appended}`);
      expect([appended, report.verdict, failures(report.checks)]).toEqual([
        appended,
        'invalid',
        [expect.objectContaining({ id: 'signature' })],
      ]);
    }
  });

  test('a slip of a finger is named, and another host is never looked up', async () => {
    expect(await verify(`${ORIGIN}/c/${one.number.slice(0, -1)}`)).toMatchObject({
      status: 400,
      code: 'number_malformed',
      report: { part: 'length' },
    });
    expect(await verify(`${ORIGIN}/c/${one.number.slice(0, -6)}999999`)).toMatchObject({
      status: 404,
      code: 'certificate_not_found',
    });
    for (const fragment of ['', '#rd', `#${digits}`]) {
      const { report } = await verify(`https://lz.example.cn.evil.example/c/${one.number}${fragment}`);
      expect([fragment, report.verdict, failures(report.checks)]).toEqual([
        fragment,
        'invalid',
        [expect.objectContaining({ id: 'number', code: 'host_unknown' })],
      ]);
    }
  });
});

describe('the page', () => {
  test.each([
    ['/c/N/', '/c/N'],
    ['/c/N%E3%80%82', '/c/N'],
    ['/c/N%EF%BC%89', '/c/N'],
    ['/C/N', '/c/N'],
    ['/c/N%23D', '/c/N#D'],
    ['/c/N%23rd', '/c/N#unread'],
    ['/c/N%E2%80%8E', '/c/N'],
    ['/c/%E2%80%AAN', '/c/N'],
    ['/c/N?from=qq%23D', '/c/N#D'],
  ])('%s leads to %s', async (from, to) => {
    const { status, response } = await call('GET', from.replace('N', one.number).replace('D', digits), {
      Accept: 'text/html',
    });
    expect([status, response.headers.get('location'), response.headers.get('cache-control')]).toEqual([
      303,
      to.replace('N', one.number).replace('D', digits),
      'no-store',
    ]);
  });

  test.each(['/c/N', '/c/N?from=singlemessage', '/c/N?from=groupmessage&isappinstalled=0'])(
    '%s is the page',
    async (path) => {
      const { status, text } = await call('GET', path.replace('N', one.number), { Accept: 'text/html' });
      expect([status, text.includes('此证书有效')]).toEqual([200, true]);
    },
  );

  test.each(['/c/N/other', '/c/%23D', '/c/%ff', '/c', '/c/N/download/x'])('%s is none', async (path) => {
    const { status } = await call('GET', path.replace('N', one.number).replace('D', digits), { Accept: 'text/html' });
    expect([path, [400, 404].includes(status)]).toEqual([path, true]);
  });

  test('the box goes on to the page with what was no seal', async () => {
    const form = { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'text/html' };
    for (const [typed, to] of [
      [`${ORIGIN}/c/${one.number}#rd`, '#unread'],
      [`HTTPS://LZ.EXAMPLE.CN/c/${one.number}?from=qq#${digits}&x=1`, `#${digits}`],
    ] as const) {
      const { status, response } = await call(
        'POST',
        '/search',
        form,
        new URLSearchParams({ number: typed }).toString(),
      );
      expect([status, response.headers.get('location')]).toEqual([303, `/c/${one.number}${to}`]);
    }
  });
});

describe('a number as people spell it', () => {
  const NAME = '欧阳建国';
  const FORM = { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'text/html' };

  test('is the number that was issued', () => expect(one.number).toBe(spelled.number));

  test.each(spelled.spellings)('%j is understood by every path', async (text) => {
    const inPath = encodeURIComponent(text);
    expect(await call('GET', `/v1/certificates/${inPath}`)).toMatchObject({ status: 200 });
    expect([200, 303]).toContain((await call('GET', `/c/${inPath}`, { Accept: 'text/html' })).status);
    expect(await call('POST', '/v1/certificates/search', {}, { number: text, name: NAME })).toMatchObject({
      status: 200,
    });
    const box = await call('POST', '/search', FORM, new URLSearchParams({ number: text }).toString());
    expect([box.status, box.response.headers.get('location')]).toEqual([303, `/c/${spelled.number}`]);
    expect(await call('POST', '/v1/verify', {}, { seal: `${ORIGIN}/c/${inPath}` })).toMatchObject({ status: 200 });
    expect(
      await call(
        'POST',
        `/v1/certificates/${inPath}/download`,
        { Accept: 'application/json' },
        { name: NAME, id_number: idNumber(0) },
      ),
    ).toMatchObject({ status: 200 });
    const bulk = await call(
      'POST',
      '/v1/verify/bulk',
      { 'Content-Type': 'application/x-ndjson' },
      `${JSON.stringify({ number: text, name: NAME })}\n`,
    );
    expect(JSON.parse(bulk.text.split('\n')[0] as string)).toMatchObject({
      number: spelled.number,
      verdict: 'valid',
      name: 'match',
    });
  });
});

describe('a name that cannot be anybody’s', () => {
  const FORM = { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'text/html' };
  const counted = async () => (await db.prepare('SELECT count(*) AS n FROM wrong_factors').first<{ n: number }>())?.n;

  test.each([
    ['????', 'name_damaged', '变成了问号'],
    ['欧阳\ufffd国', 'name_damaged', '变成了问号'],
    ['欧阳建\u2f00', 'name_lookalike', '请改用 一 (U+4E00)'],
    ['\uf9d1阳建国', 'name_lookalike', '请改用 六 (U+516D)'],
  ])('%j is answered as such, and not counted', async (name, code, words) => {
    const before = await counted();
    const id_number = idNumber(0);
    for (const body of [
      { number: one.number, name },
      { name, id_number },
      { number: one.number, name, id_number },
    ]) {
      const answer = await call('POST', '/v1/certificates/search', {}, body);
      expect([answer.status, answer.code, JSON.parse(answer.text)]).toEqual([
        400,
        code,
        expect.objectContaining({ part: 'name' }),
      ]);
    }
    expect(
      await call(
        'POST',
        `/v1/certificates/${one.number}/download`,
        { Accept: 'application/json' },
        { name, id_number },
      ),
    ).toMatchObject({ status: 400, code });
    const page = await call('POST', '/search', FORM, new URLSearchParams({ number: one.number, name }).toString());
    expect(page.status).toBe(400);
    expect(page.text.slice(page.text.indexOf('id="search-name-fault"')).slice(0, 200)).toContain(words);
    const holder = await call(
      'POST',
      `/c/${one.number}/download`,
      FORM,
      new URLSearchParams({ name, id_number, want: 'pdf' }).toString(),
    );
    expect(holder.status).toBe(400);
    expect(holder.text.slice(holder.text.indexOf('id="download-name-fault"')).slice(0, 200)).toContain(words);
    expect(await counted()).toBe(before);
  });
});
