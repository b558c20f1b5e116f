/** Whose withdrawals count, and histories of which some events lost their effect with the key that signed them. */
import { beforeAll, describe, expect, test } from 'vitest';
import { openFiling } from '../../src/core/filing.ts';
import { payloadDigest } from '../../src/core/statement.ts';
import { readHistory } from '../../src/core/status.ts';
import { verify } from '../../src/core/verify.ts';
import type { Withdrawal } from '../../src/core/withdrawal.ts';
import { appointCentre, changeStatus, type Identity, makeKey, nameClient, withdraw } from '../../src/sdk/sign.ts';
import fc from '../fuzz.ts';
import { refusalOf } from './cast.ts';
import { CODE, NOW } from './make.ts';
import {
  cast,
  citySecond,
  DAY,
  endAt,
  good,
  jti,
  judge,
  NUMBER,
  opened,
  prepare,
  root,
  second,
} from './withdrawal-kit.ts';

const digestOf = payloadDigest;

beforeAll(prepare);

describe('whose word counts', () => {
  test('an equal jti of another issuer is another statement', async () => {
    const shared = jti(good.evidence.filing as string);
    expect(await judge([await endAt(cast.province, { jti: shared }, NOW)])).toMatchObject({ verdict: 'valid' });
    expect(await judge([await endAt(cast.province, { jti: shared, iss: 'centre:3702' }, NOW)])).toMatchObject({
      verdict: 'valid',
    });
  });

  test('a city ends a key as far as its own statements name it', async () => {
    const other = await makeKey();
    const token = await appointCentre(
      cast.root,
      { code: '3702', name: '青岛', jwk: other.jwk },
      { iat: NOW - 100 * DAY },
    );
    const qingdao: Identity = { ...other, subject: 'centre:3702', token };
    const by = async (identity: Identity, target: Withdrawal['target']) => {
      const { report } = await verify(
        good.evidence,
        await opened([await endAt(identity, target, NOW - DAY)], [token]),
        NOW + DAY,
      );
      return report.verdict;
    };
    for (const target of [
      { kid: cast.client.kid },
      { kid: cast.issuing.name },
      { kid: cast.city.kid },
      { kid: cast.province.kid },
      { jti: jti(cast.client.token), iss: 'centre:3701' },
    ]) {
      expect([target, await by(qingdao, target)]).toEqual([target, 'valid']);
    }
    // Nor does a city end the key of a centre, its own or the province's.
    for (const target of [{ kid: cast.city.kid }, { kid: cast.province.kid }])
      expect([target, await by(cast.city, target)]).toEqual([target, 'valid']);
  });

  test('those that do not verify are left out; of several the earliest end counts, in any order', async () => {
    const target = { kid: cast.client.kid };
    const early = await endAt(cast.city, target, NOW - 1);
    const late = await endAt(cast.city, target, NOW + DAY);
    const forged = `${early.slice(0, -86)}${'A'.repeat(86)}`;
    expect(await judge([forged, 'no statement', good.jws, late])).toMatchObject({ verdict: 'valid' });
    for (const list of [
      [early, late],
      [late, early],
      [late, early, late],
    ])
      expect(await judge(list)).toMatchObject({ failed: { code: 'client_withdrawn' } });
  });

  test('what a stolen key withdrew does not count once a higher rank has said since when it was stolen', async () => {
    const vandal = await withdraw(
      cast.city,
      { kid: cast.client.kid },
      { compromised_since: NOW - 50 * DAY },
      { iat: NOW + 2 * DAY },
    );
    expect(await judge([vandal])).toMatchObject({ verdict: 'invalid' });
    const rescue = await withdraw(
      cast.province,
      { kid: cast.city.kid },
      { compromised_since: NOW + DAY },
      { iat: NOW + 3 * DAY },
    );
    for (const list of [
      [vandal, rescue],
      [rescue, vandal],
    ])
      expect(await judge(list)).toMatchObject({ verdict: 'valid' });
    // An equal rank does not decide over it: both count, and the province must speak.
    const equal = await withdraw(
      citySecond,
      { jti: jti(cast.city.token) },
      { compromised_since: NOW + DAY },
      { iat: NOW + 3 * DAY },
    );
    expect(await judge([vandal, equal])).toMatchObject({ verdict: 'invalid' });
  });

  test('two keys of the province that withdraw each other are both ended; the root decides', async () => {
    const one = await endAt(cast.province, { kid: second.kid }, NOW - 5);
    const two = await endAt(second, { kid: cast.province.kid }, NOW - 4);
    for (const list of [
      [one, two],
      [two, one],
    ]) {
      const directory = await opened(list);
      for (const { kid } of [cast.province, second])
        expect(await refusalOf(() => directory.centreAt(kid, 'centre:3700', NOW))).toMatchObject({
          code: 'centre_withdrawn',
        });
    }
    const decided = await opened([
      one,
      two,
      await withdraw(root, { kid: second.kid }, { compromised_since: NOW - 5 }, { iat: NOW }),
    ]);
    expect(await refusalOf(() => decided.centreAt(cast.province.kid, 'centre:3700', NOW))).toEqual({
      code: 'accepted',
    });
  });

  test('the order of the list never matters', async () => {
    const signers = [root, cast.province, second, cast.city, citySecond];
    const targets = () => [
      cast.province.kid,
      second.kid,
      cast.city.kid,
      citySecond.kid,
      cast.client.kid,
      cast.issuing.name,
    ];
    const one = fc.record({
      by: fc.nat(4),
      target: fc.nat(5),
      at: fc.integer({ min: -20, max: 20 }),
      back: fc.option(fc.nat(30)),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(one, { minLength: 2, maxLength: 7 }),
        fc.infiniteStream(fc.nat()),
        async (list, places) => {
          const made = await Promise.all(
            list.map(({ by, target, at, back }) =>
              withdraw(
                signers[by] as Identity,
                { kid: targets()[target] as string },
                back === null ? {} : { compromised_since: NOW + at - back },
                { iat: NOW + at },
              ),
            ),
          );
          const shuffled = made
            .map((token) => ({ token, place: places.next().value as number }))
            .sort((a, b) => a.place - b.place)
            .map(({ token }) => token);
          const ends = async (tokens: string[]) => {
            const { withdrawals } = await opened(tokens);
            return targets().map((kid) => [
              withdrawals.endOfKey(kid, 'centre:3700'),
              withdrawals.endOfKey(kid, 'centre:3701'),
            ]);
          };
          expect(await ends(shuffled)).toEqual(await ends(made));
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('events of a key that had ended', () => {
  type Step = [by: 'client' | 'thief' | 'city', action: 'suspend' | 'reinstate' | 'revoke', day: number];
  let thief: Identity;
  beforeAll(async () => {
    const pair = await makeKey();
    thief = {
      ...pair,
      subject: `org:${CODE}`,
      token: await nameClient(cast.city, CODE, pair.jwk, { iat: NOW - 50 * DAY }),
    };
  });

  async function history(steps: Step[], since: number | undefined) {
    const by = { client: cast.client, thief, city: cast.city };
    const events = [];
    let prev: string | undefined;
    for (const [i, [who, action, day]] of steps.entries()) {
      const token = await changeStatus(
        by[who],
        { number: NUMBER, action, reason: 'other', seq: i + 1, ...(prev === undefined ? {} : { prev }) },
        { iat: NOW + day * DAY },
      );
      events.push({ token, client: who === 'city' ? undefined : by[who].token });
      prev = await digestOf(token);
    }
    const directory = await opened(
      since === undefined
        ? []
        : [
            await withdraw(
              cast.city,
              { kid: thief.kid },
              { compromised_since: NOW + since * DAY },
              { iat: NOW + 50 * DAY },
            ),
          ],
    );
    const filing = (await openFiling(good.evidence.filing as string, directory, NOW)).payload;
    const { state, events: past } = await readHistory(events, directory, filing, NUMBER);
    return { state, counts: past.map(({ counts }) => counts) };
  }

  const STORIES: [steps: Step[], since: number | undefined, state: string][] = [
    [[['thief', 'revoke', 5]], undefined, 'revoked'],
    [[['thief', 'revoke', 5]], 6, 'revoked'],
    [[['thief', 'revoke', 5]], 5, 'valid'],
    [[['thief', 'suspend', 5]], 5, 'valid'],
    [
      [
        ['client', 'suspend', 1],
        ['thief', 'reinstate', 5],
      ],
      5,
      'suspended',
    ],
    [
      [
        ['thief', 'suspend', 5],
        ['client', 'reinstate', 6],
      ],
      5,
      'valid',
    ],
    [
      [
        ['city', 'suspend', 1],
        ['city', 'reinstate', 2],
        ['thief', 'revoke', 5],
        ['city', 'suspend', 60],
      ],
      5,
      'suspended',
    ],
    [
      [
        ['thief', 'suspend', 1],
        ['thief', 'revoke', 5],
      ],
      5,
      'suspended',
    ],
  ];
  test.each(STORIES)('%j since day %s → %s', async (steps, since, state) => {
    expect(await history(steps, since)).toEqual({
      state,
      counts: steps.map(([who, , day]) => who !== 'thief' || since === undefined || day < since),
    });
  });

  test('its place in the chain stays: none can be taken out', async () => {
    const suspend = {
      token: await changeStatus(
        thief,
        { number: NUMBER, action: 'suspend', reason: 'other', seq: 1 },
        { iat: NOW + DAY },
      ),
      client: thief.token,
    };
    const reinstate = {
      token: await changeStatus(
        cast.city,
        { number: NUMBER, action: 'reinstate', reason: 'cleared', seq: 2, prev: await digestOf(suspend.token) },
        { iat: NOW + 2 * DAY },
      ),
    };
    const ended = await withdraw(cast.city, { kid: thief.kid }, { compromised_since: NOW }, { iat: NOW + 3 * DAY });
    const judged = async (events: (typeof reinstate)[]) =>
      await judge([ended], { ...good.evidence, status: { events } });
    const { report, verdict } = await judged([suspend, reinstate]);
    expect(verdict).toBe('valid');
    expect(report.status?.history).toMatchObject([
      {
        seq: 1,
        action: 'suspend',
        by: `org:${CODE}`,
        by_name: '济南泉城职业培训学校',
        tier: 'organization',
        counts: false,
      },
      {
        seq: 2,
        action: 'reinstate',
        reason: 'cleared',
        by: 'centre:3701',
        by_name: '济南市中心',
        tier: 'city',
        counts: true,
      },
    ]);
    expect(report.status).toMatchObject({ seq: 2, digest: await digestOf(reinstate.token) });
    expect((await judged([suspend, suspend])).failed).toMatchObject({ id: 'status', code: 'status_out_of_order' });
    expect((await judged([reinstate])).failed).toMatchObject({ id: 'status', code: 'status_out_of_order' });
  });
});
