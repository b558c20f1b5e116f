/** What status entries, snapshots and their age do to the report of a certificate. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Evidence } from '../../src/core/bundle.ts';
import type { Check } from '../../src/core/report.ts';
import { verify } from '../../src/core/verify.ts';
import { changeStatus } from '../../src/sdk/sign.ts';
import { type Cast, type Made, makeCast, makeCertificate, NOW } from './make.ts';

let cast: Cast;
let good: Made;
beforeAll(async () => {
  cast = await makeCast();
  good = await makeCertificate(cast);
});

const check = async (evidence: Evidence) => (await verify(evidence, cast.directory, NOW + 10)).report;
const found = (report: { checks: Check[] }) => report.checks.find(({ result }) => result === 'fail');

describe('status', () => {
  const { number } = { number: 'S000037000001263000001' };
  const event = (action: 'suspend' | 'reinstate' | 'revoke', seq: number, prev?: string, by = cast.client) =>
    changeStatus(
      by,
      { number, action, reason: 'other', seq, ...(prev === undefined ? {} : { prev }) },
      { iat: NOW + seq },
    );

  test('revoked, suspended and reinstated, by events alone', async () => {
    const client = cast.client.token;
    const suspend = { token: await event('suspend', 1), client };
    expect(await check({ ...good.evidence, status: { events: [suspend] } })).toMatchObject({
      verdict: 'suspended',
      status: { action: 'suspend' },
    });
    const digest = Buffer.from(
      await crypto.subtle.digest('SHA-256', Buffer.from(suspend.token.split('.')[1] as string, 'base64url')),
    ).toString('base64url');
    const reinstate = { token: await event('reinstate', 2, digest), client };
    expect(await check({ ...good.evidence, status: { events: [suspend, reinstate] } })).toMatchObject({
      verdict: 'valid',
    });
    expect(
      await check({ ...good.evidence, status: { events: [{ token: await event('revoke', 1), client }] } }),
    ).toMatchObject({ verdict: 'revoked' });
    // One taken out of the middle, or put in twice.
    expect(found(await check({ ...good.evidence, status: { events: [reinstate] } }))).toMatchObject({
      id: 'status',
      code: 'status_out_of_order',
    });
    expect(found(await check({ ...good.evidence, status: { events: [suspend, suspend] } }))).toMatchObject({
      code: 'status_out_of_order',
    });
  });

  test('who suspended in a higher tier is not overruled by a lower one', async () => {
    const suspend = { token: await event('suspend', 1, undefined, cast.province) };
    const digest = Buffer.from(
      await crypto.subtle.digest('SHA-256', Buffer.from(suspend.token.split('.')[1] as string, 'base64url')),
    ).toString('base64url');
    const own = { token: await event('reinstate', 2, digest), client: cast.client.token };
    expect(found(await check({ ...good.evidence, status: { events: [suspend, own] } }))).toMatchObject({
      code: 'rank_too_low',
    });
    const ended = { token: await event('revoke', 2, digest), client: cast.client.token };
    expect(found(await check({ ...good.evidence, status: { events: [suspend, ended] } }))).toMatchObject({
      code: 'rank_too_low',
    });
    const higher = { token: await event('reinstate', 2, digest, cast.province) };
    expect(await check({ ...good.evidence, status: { events: [suspend, higher] } })).toMatchObject({
      verdict: 'valid',
    });
  });

  test('a successor that says so', async () => {
    const next = await makeCertificate(cast, {
      row: { replaces: number },
      facts: { number: 'S000037000001263000002' },
    });
    const successor = { credential: next.jws, filing: next.evidence.filing as string };
    expect(await check({ ...good.evidence, status: { events: [], successor } })).toMatchObject({
      verdict: 'replaced',
      replaced_by: 'S000037000001263000002',
    });
    const suspended = { token: await event('suspend', 1, undefined, cast.province) };
    expect(await check({ ...good.evidence, status: { events: [suspended], successor } })).toMatchObject({
      verdict: 'replaced',
      replaced_by: 'S000037000001263000002',
    });
    const stranger = await makeCertificate(cast, { facts: { number: 'S000037000001263000003' } });
    expect(
      found(
        await check({
          ...good.evidence,
          status: { events: [], successor: { credential: stranger.jws, filing: stranger.evidence.filing as string } },
        }),
      ),
    ).toMatchObject({ code: 'successor_differs' });
  });
});
