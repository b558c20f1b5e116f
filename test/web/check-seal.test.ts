/** What the browser's own check answers: the same code as in the page, called directly. */
import { beforeAll, describe, expect, test } from 'vitest';
import { shanghaiDay } from '../../src/base/day.ts';
import { type SealFacts, signSeal } from '../../src/core/seal.ts';
import { appointCentre, fileOrganization, type Identity, type KeyPair, makeKey, now } from '../../src/sdk/sign.ts';
import { checkSeal, type TrustList } from '../../src/web/check/judge.ts';

const CODE = 'S000037000001';

const NUMBER = `${CODE}263000001`;

const YEAR = 365 * 86_400;

const facts = (issued: number, change: Partial<SealFacts> = {}): SealFacts => ({
  number: NUMBER,
  key_number: 1,
  issued_on: shanghaiDay(issued),
  occupation_code: '6-31-01-03',
  occupation: { text: '电工' },
  job: { text: '--' },
  name: { text: '欧阳建国' },
  ...change,
});

let root: KeyPair;

let city: Identity;

let issuing: KeyPair;

async function trustList(filed: { iat: number; lifetime?: number }): Promise<TrustList> {
  const filing = await fileOrganization(
    city,
    {
      code: CODE,
      name: '济南泉城职业培训学校',
      uscc: '91350100M000100Y43',
      route: 'city',
      annual_capacity: 10,
      scope: [{ code: '6-31-01-03', name: '电工', edition: '2022', jobs: [], levels: [3] }],
      issuing_jwks: { keys: [{ ...issuing.jwk, kid: `did:web:lz.example.cn:orgs:${CODE}#${CODE}-1` }] },
    },
    filed,
  );
  return { roots: [root.jwk], centres: [city.token], filings: ['broken', filing], withdrawals: [] };
}

beforeAll(async () => {
  [root, issuing] = [await makeKey(), await makeKey()];
  const pair = await makeKey();
  city = {
    ...pair,
    subject: 'centre:3701',
    token: await appointCentre(
      root,
      { code: '3701', name: '济南市职业技能鉴定指导中心', jwk: pair.jwk },
      { iat: now() - 3 * YEAR, lifetime: 9 * YEAR },
    ),
  };
});

const ask = async (change: Partial<Parameters<typeof checkSeal>[0]> & { digits: string }) =>
  checkSeal({
    number: NUMBER,
    thumbprints: [root.kid],
    trust: await trustList({ iat: now() - 60 }),
    now: now(),
    ...change,
  });

describe("the browser's check of a seal", () => {
  test('signed with a filed key: genuine, though the register was not asked', async () => {
    expect(await ask({ digits: await signSeal(facts(now()), issuing.key) })).toMatchObject({
      state: 'unlisted',
      facts: { name: { text: '欧阳建国' } },
    });
  });

  test('a filing that ran out since does not undo it; one that had run out, or not begun, does', async () => {
    const old = now() - 2 * YEAR;
    const digits = await signSeal(facts(old), issuing.key);
    expect(await ask({ digits, trust: await trustList({ iat: old, lifetime: YEAR }) })).toMatchObject({
      state: 'unlisted',
    });
    expect(await ask({ digits, trust: await trustList({ iat: old - YEAR, lifetime: YEAR / 2 }) })).toEqual({
      state: 'failed',
      code: 'statement_expired',
    });
    expect(await ask({ digits, trust: await trustList({ iat: old + YEAR }) })).toEqual({
      state: 'failed',
      code: 'statement_not_yet_valid',
    });
  });

  test('signed with a key that nobody filed, or under a number that is not its own', async () => {
    const stranger = await makeKey();
    expect(await ask({ digits: await signSeal(facts(now()), stranger.key) })).toEqual({
      state: 'failed',
      code: 'signature_wrong',
    });
    expect(await ask({ digits: await signSeal(facts(now(), { key_number: 2 }), stranger.key) })).toEqual({
      state: 'failed',
      code: 'key_unknown',
    });
    expect(await ask({ digits: await signSeal(facts(now()), issuing.key), number: `${CODE}263000002` })).toEqual({
      state: 'failed',
      code: 'signature_wrong',
    });
    expect(await ask({ digits: '12345' })).toEqual({ state: 'failed', code: 'seal_malformed' });
  });

  test('under another root it claims nothing; with centres of another root it fails', async () => {
    const digits = await signSeal(facts(now()), issuing.key);
    const other = await makeKey();
    expect(await ask({ digits, thumbprints: [other.kid] })).toEqual({ state: 'unknown', code: 'root_not_at_hand' });
    expect(
      await ask({
        digits,
        thumbprints: [other.kid],
        trust: { ...(await trustList({ iat: now() - 60 })), roots: [other.jwk] },
      }),
    ).toEqual({ state: 'failed', code: 'key_unknown' });
  });

  test('a credential that does not verify beside it differs', async () => {
    expect(await ask({ digits: await signSeal(facts(now()), issuing.key), credential: 'a.b.c~' })).toMatchObject({
      state: 'differs',
    });
  });
});
