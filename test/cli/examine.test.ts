/**
 * What the command, the browser and the service make of a credential or a QR code that brings no filing: an organization
 * that was filed again with the same key does not lose what it issued before.
 */

import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Examiner } from '../../src/cli/examine.ts';
import { explain } from '../../src/cli/talk.ts';
import { type Bundle, openBundle } from '../../src/core/bundle.ts';
import type { Filing } from '../../src/core/schema.ts';
import { unverified } from '../../src/core/statement.ts';
import { verifyUnder } from '../../src/core/verify.ts';
import { CallError, Caller } from '../../src/sdk/call.ts';
import type { TrustFile } from '../../src/sdk/file-organization.ts';
import { fileOrganization } from '../../src/sdk/sign.ts';
import { judge } from '../../src/web/check/judge.ts';
import { checkSentence } from '../../src/web/words/report-words.ts';
import { type Cast, CODE, type Made, makeCast, makeCertificate, NOW } from '../core/make.ts';

let cast: Cast;

let good: Made;

let filings: string[];

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: (NOW + 2000) * 1000 });
  cast = await makeCast();
  good = await makeCertificate(cast);
  const again = await fileOrganization(
    cast.city,
    { ...unverified<Filing>(good.evidence.filing as string).claims, code: CODE },
    { iat: NOW + 1000 },
  );
  filings = [again, good.evidence.filing as string];
});

afterAll(() => void vi.useRealTimers());

const failures = (checks: readonly { id: string; result: string }[]) =>
  checks.filter(({ result }) => result === 'fail').map(({ id }) => id);

test('of several filings that name the key the one counts under which it was issued, in whatever order they come', async () => {
  const { filing: _none, ...evidence } = good.evidence;
  for (const order of [filings, [...filings].reverse()]) {
    const { found, evidence: under } = await verifyUnder(order, evidence, cast.directory, NOW + 2000);
    expect([found.report.verdict, under.filing]).toEqual(['valid', good.evidence.filing]);
  }
  // When none fits, the newest says why.
  const { found } = await verifyUnder(filings.slice(0, 1), evidence, cast.directory, NOW + 2000);
  expect(found.report.checks.find(({ result }) => result === 'fail')).toMatchObject({
    id: 'filing',
    code: 'statement_not_yet_valid',
  });
});

test('the command and the browser, with a credential and with a QR code', async () => {
  for (const order of [filings, [...filings].reverse()]) {
    const trust: TrustFile = {
      origin: 'https://lz.example.cn',
      hosts: ['lz.example.cn'],
      roots: [cast.root.jwk],
      centres: cast.centres,
      services: [],
      filings: order,
      clients: [],
      withdrawals: [],
    };
    const examiner = new Examiner({ roots: [cast.root.kid], service: undefined, trust });
    const seal = { number: good.facts.number, digits: good.evidence.seal?.digits as string };
    for (const subject of [
      { kind: 'credential', credential: good.evidence.credential as string } as const,
      { kind: 'url', origin: 'https://lz.example.cn', host: 'lz.example.cn', ...seal } as const,
    ]) {
      const found = await examiner.examine(subject);
      expect([subject.kind, failures(found.checks), found.checks.find(({ id }) => id === 'filing')?.result]).toEqual([
        subject.kind,
        [],
        'pass',
      ]);
    }
    const ground = {
      thumbprints: [cast.root.kid],
      snapshot: { ...trust, kept_at: undefined, status_lists: [] },
      now: NOW + 2000,
    };
    for (const judged of [
      { kind: 'credential', credential: good.evidence.credential as string } as const,
      { kind: 'seal', ...seal } as const,
    ]) {
      expect([judged.kind, failures((await judge(judged, ground)).report.checks)]).toEqual([judged.kind, []]);
    }
  }
});

const trustOf = ({ root, centres }: Cast): TrustFile => ({
  origin: 'https://lz.example.cn',
  hosts: ['lz.example.cn'],
  roots: [root.jwk],
  centres,
  services: [],
  filings,
  clients: [],
  withdrawals: [],
});

const URL_PARTS = { kind: 'url', origin: 'https://lz.example.cn', host: 'lz.example.cn' } as const;

/** A service that holds nothing, and the paths that it was asked for. */
function emptyService() {
  const asked: string[] = [];
  const problem = {
    code: 'certificate_not_found',
    status: 404,
    title: '本平台没有查到此编号的证书',
    detail: 'This register holds no certificate with this number.',
  };
  const service = new Caller('https://lz.example.cn', undefined, {
    fetch: async (url) => {
      asked.push(url);
      return Response.json(problem, { status: 404, headers: { 'Content-Type': 'application/problem+json' } });
    },
  });
  return { service, asked };
}

test('a number that the register does not hold is not found, and nothing else is said of it', async () => {
  const { service } = emptyService();
  const examiner = new Examiner({ roots: [cast.root.kid], service, trust: trustOf(cast) });
  const number = `${CODE}263999999`;
  for (const subject of [{ kind: 'number', number } as const, { ...URL_PARTS, number, digits: undefined }]) {
    const error: unknown = await examiner.examine(subject).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(CallError);
    expect(explain(error).lines).toEqual([
      expect.stringContaining('[certificate_not_found]'),
      expect.stringContaining('没有查到并不说明证书是假的'),
    ]);
  }
  // What is signed is checked all the same.
  const seal = { number: good.facts.number, digits: good.evidence.seal.digits };
  const found = await examiner.examine({ ...URL_PARTS, ...seal });
  expect([found.notes, failures(found.checks), found.checks[1]?.result]).toEqual([['not_in_register'], [], 'pass']);
  expect(checkSentence(found.checks.find(({ id }) => id === 'status') as (typeof found.checks)[number]).zh).toContain(
    '没有收录此编号',
  );
});

test('the address of another website is said to be one, and its number is not looked up', async () => {
  const { service, asked } = emptyService();
  const examiner = new Examiner({ roots: [cast.root.kid], service, trust: trustOf(cast) });
  const found = await examiner.examine({
    kind: 'url',
    origin: 'https://lz.example.com',
    host: 'lz.example.com',
    number: good.facts.number,
    digits: undefined,
  });
  expect([found.verdict, asked, found.notes]).toEqual(['invalid', [], []]);
  expect(found.checks[0]).toMatchObject({ result: 'fail', code: 'host_unknown' });
  expect(checkSentence(found.checks[0] as (typeof found.checks)[number]).zh).toContain('这个网址属于其他网站');
});

test('a bundle under another root is said to be so, also where the trusted root is at hand', async () => {
  const other = await makeCast();
  const { evidence, seal_url } = await makeCertificate(other);
  const bundle: Bundle = {
    version: 1,
    credential: evidence.credential,
    seal_url,
    approval: evidence.approval as string,
    order: evidence.order as string,
    roots: [other.root.jwk],
    statements: { centres: other.centres, filing: evidence.filing as string, client: evidence.client as string },
    inclusion: evidence.inclusion as Bundle['inclusion'],
  };
  const examiner = new Examiner({ roots: [cast.root.kid], service: undefined, trust: trustOf(cast) });
  const found = await examiner.examine({ kind: 'bundle', opened: openBundle(bundle) });
  const failed = found.checks.find(({ result }) => result === 'fail') as (typeof found.checks)[number];
  expect([found.verdict, failed.code, found.notes]).toEqual(['invalid', 'key_unknown', ['root_not_presented']]);
  expect(checkSentence(failed)).toEqual({
    zh: expect.stringContaining('属于另一个根'),
    en: expect.stringContaining('under another root'),
  });
});

test.each([
  [1, '1 分钟', '1 minute'],
  [600, '10 分钟', '10 minutes'],
  [3601, '61 分钟', '61 minutes'],
  [7200, '2 小时', '2 hours'],
  [80_000, '23 小时', '23 hours'],
])('a lock that opens in %i seconds says so', (seconds, zh, en) => {
  for (const code of ['second_factor_locked', 'pair_locked', 'too_many_requests']) {
    const { lines, json } = explain(
      new CallError({ status: 429, code, title: 't', detail: 'd', retry_after: seconds }),
    );
    expect(lines).toEqual([`t / d [${code}]`, `请在 ${zh}后再试 / try again in ${en}`]);
    expect(json.retry_after).toBe(seconds);
  }
});
