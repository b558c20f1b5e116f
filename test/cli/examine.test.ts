/**
 * What the command, the browser and the service make of a credential or a QR code that brings no filing: an organization
 * that was filed again with the same key does not lose what it issued before.
 */
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Examiner } from '../../src/cli/examine.ts';
import { fileOrganization } from '../../src/cli/sign.ts';
import type { TrustFile } from '../../src/cli/steps.ts';
import { judge } from '../../src/client/judge.ts';
import { verifyUnder } from '../../src/life/verify-under.ts';
import type { Filing } from '../../src/life/schema.ts';
import { CODE, makeCast, makeCertificate, NOW, type Cast, type Made } from '../life/make.ts';

let cast: Cast;
let good: Made;
let filings: string[];
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: (NOW + 2000) * 1000 });
  cast = await makeCast();
  good = await makeCertificate(cast);
  const again = await fileOrganization(cast.city, { ...decodeJwt<Filing>(good.evidence.filing as string), code: CODE }, { iat: NOW + 1000 });
  filings = [again, good.evidence.filing as string];
});

afterAll(() => void vi.useRealTimers());

const failures = (checks: readonly { id: string; result: string }[]) => checks.filter(({ result }) => result === 'fail').map(({ id }) => id);

test('of several filings that name the key the one counts under which it was issued, in whatever order they come', async () => {
  const { filing: _none, ...evidence } = good.evidence;
  for (const order of [filings, [...filings].reverse()]) {
    const { found, evidence: under } = await verifyUnder(order, evidence, cast.directory, NOW + 2000);
    expect([found.report.verdict, under.filing]).toEqual(['valid', good.evidence.filing]);
  }
  // When none fits, the newest says why.
  const { found } = await verifyUnder(filings.slice(0, 1), evidence, cast.directory, NOW + 2000);
  expect(found.report.checks.find(({ result }) => result === 'fail')).toMatchObject({ id: 'filing', code: 'statement_not_yet_valid' });
});

test('the command and the browser, with a credential and with a QR code', async () => {
  for (const order of [filings, [...filings].reverse()]) {
    const trust: TrustFile = { origin: 'https://lz.example.cn', hosts: ['lz.example.cn'], roots: [cast.root.jwk], centres: cast.centres, services: [], filings: order, clients: [], withdrawals: [] };
    const examiner = new Examiner({ roots: [cast.root.kid], service: undefined, trust });
    const seal = { number: good.facts.number, digits: good.evidence.seal?.digits as string };
    for (const subject of [{ kind: 'credential', credential: good.evidence.credential as string } as const, { kind: 'url', origin: 'https://lz.example.cn', host: 'lz.example.cn', ...seal } as const]) {
      const found = await examiner.examine(subject);
      expect([subject.kind, failures(found.checks), found.checks.find(({ id }) => id === 'filing')?.result]).toEqual([subject.kind, [], 'pass']);
    }
    const ground = { thumbprints: [cast.root.kid], snapshot: { ...trust, kept_at: undefined, status_lists: [] }, now: NOW + 2000 };
    for (const judged of [{ kind: 'credential', credential: good.evidence.credential as string } as const, { kind: 'seal', ...seal } as const]) {
      expect([judged.kind, failures((await judge(judged, ground)).report.checks)]).toEqual([judged.kind, []]);
    }
  }
});
