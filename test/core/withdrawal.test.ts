/**
 * Withdrawals in the core: vectors of the statement itself; every part of a certificate ended before and after its
 * issue; whose word counts; and histories of which some events lost their effect.
 */

import { beforeAll, describe, expect, test } from 'vitest';
import { openApproval, openOrder } from '../../src/core/approval.ts';
import type { Evidence } from '../../src/core/bundle.ts';
import { copyFacts, signCopy } from '../../src/core/copy.ts';
import { type Directory, openDirectory } from '../../src/core/directory.ts';
import { openFiling } from '../../src/core/filing.ts';
import { Memo, payloadDigest, unverified } from '../../src/core/statement.ts';
import { readHistory } from '../../src/core/status.ts';
import { verify } from '../../src/core/verify.ts';
import type { Withdrawal } from '../../src/core/withdrawal.ts';
import { appointCentre, changeStatus, type Identity, makeKey, nameClient, withdraw } from '../../src/sdk/sign.ts';
import fc from '../fuzz.ts';
import vectors from '../vectors/statements.json' with { type: 'json' };
import {
  makeCast as makeStatementCast,
  play,
  refusalOf,
  type Cast as StatementCast,
  type StatementVector,
} from './cast.ts';
import { type Cast, CODE, type Made, makeCast, makeCertificate, NOW } from './make.ts';

const DAY = 86_400;
const NUMBER = `${CODE}263000001`;
let statements: StatementCast;
let cast: Cast;
let good: Made;
/** A second key of the province's centre, and one of the city's. */
let second: Identity;
let citySecond: Identity;
let root: Identity;

const claims = (token: string) => unverified<{ jti: string; iss: string; city?: string }>(token).claims;
const jti = (token: string) => claims(token).jti;
const digestOf = payloadDigest;

beforeAll(async () => {
  statements = await makeStatementCast();
  cast = await makeCast();
  good = await makeCertificate(cast);
  const another = async (code: string): Promise<Identity> => {
    const pair = await makeKey();
    return {
      ...pair,
      subject: `centre:${code}`,
      token: await appointCentre(cast.root, { code, name: code, jwk: pair.jwk }, { iat: NOW - 100 * DAY }),
    };
  };
  [second, citySecond] = [await another('3700'), await another('3701')];
  root = { ...cast.root, subject: 'centre:3700', token: '' };
});

const opened = (withdrawals: string[], centres: string[] = []): Promise<Directory> =>
  openDirectory(
    { thumbprints: [cast.root.kid], roots: [cast.root.jwk] },
    [...cast.centres, second.token, citySecond.token, ...centres],
    new Memo(),
    withdrawals,
  );

/** Ends something at an instant, said at that instant. */
const endAt = (by: Identity, target: Withdrawal['target'], at: number) => withdraw(by, target, {}, { iat: at });

async function judge(withdrawals: string[], evidence: Evidence = good.evidence) {
  const { report } = await verify(evidence, await opened(withdrawals), NOW + 400 * DAY);
  return { verdict: report.verdict, failed: report.checks.find(({ result }) => result === 'fail'), report };
}

test.each((vectors as unknown as StatementVector[]).filter(({ open }) => open === 'withdrawal'))(
  '$name → $code',
  async (vector) => {
    expect(await play(statements, vector)).toEqual({
      code: vector.code,
      ...(vector.part === undefined ? {} : { part: vector.part }),
    });
  },
);

describe('a certificate is judged at its issue, whatever ended', () => {
  /** Issued at NOW; ordered a minute, approved a day, by the city two days before. */
  const TARGETS: [what: string, by: () => Identity, target: () => Withdrawal['target'], check: string, code: string][] =
    [
      [
        'the filing, by its city',
        () => cast.city,
        () => ({ jti: jti(good.evidence.filing as string) }),
        'filing',
        'filing_withdrawn',
      ],
      [
        'the filing, by the province',
        () => cast.province,
        () => ({ jti: jti(good.evidence.filing as string), iss: 'centre:3701' }),
        'filing',
        'filing_withdrawn',
      ],
      [
        'the filing, by the root',
        () => root,
        () => ({ jti: jti(good.evidence.filing as string), iss: 'centre:3701' }),
        'filing',
        'filing_withdrawn',
      ],
      [
        "the city's key, which signed the filing",
        () => cast.province,
        () => ({ kid: cast.city.kid }),
        'filing',
        'centre_withdrawn',
      ],
      ["the city's statement", () => root, () => ({ jti: jti(cast.city.token) }), 'filing', 'centre_withdrawn'],
      [
        "the province's key, by its other key",
        () => second,
        () => ({ kid: cast.province.kid }),
        'approval',
        'centre_withdrawn',
      ],
      [
        "the province's key, by the root",
        () => root,
        () => ({ kid: cast.province.kid }),
        'approval',
        'centre_withdrawn',
      ],
      [
        "the province's approval",
        () => cast.province,
        () => ({ jti: jti(good.evidence.approval as string) }),
        'approval',
        'approval_withdrawn',
      ],
      [
        "the city's approval inside it",
        () => cast.city,
        () => ({ jti: jti(claims(good.evidence.approval as string).city as string) }),
        'approval',
        'approval_withdrawn',
      ],
      ['the client key, by its city', () => cast.city, () => ({ kid: cast.client.kid }), 'order', 'client_withdrawn'],
      [
        'the client key, by the province',
        () => cast.province,
        () => ({ kid: cast.client.kid }),
        'order',
        'client_withdrawn',
      ],
      ['the client statement', () => cast.city, () => ({ jti: jti(cast.client.token) }), 'order', 'client_withdrawn'],
      [
        'the issuing key, by its city',
        () => cast.city,
        () => ({ kid: cast.issuing.name }),
        'signature',
        'issuing_key_withdrawn',
      ],
      [
        'the issuing key, by the province',
        () => cast.province,
        () => ({ kid: cast.issuing.name }),
        'signature',
        'issuing_key_withdrawn',
      ],
    ];

  test.each(TARGETS)('%s', async (_, by, target, check, code) => {
    // A second after the issue it changes nothing, at the issue and before it does: also between approval and order.
    expect(await judge([await endAt(by(), target(), NOW + 1)])).toMatchObject({ verdict: 'valid' });
    for (const at of [NOW, NOW - 30, NOW - DAY + 1, NOW - 10 * DAY]) {
      expect([at - NOW, await judge([await endAt(by(), target(), at)])]).toMatchObject([
        at - NOW,
        { verdict: 'invalid', failed: { id: check, code } },
      ]);
    }
  });

  test.each(TARGETS)('%s: compromised since, said long after', async (_, by, target, check, code) => {
    const said = (compromised_since: number) =>
      withdraw(by(), target(), { compromised_since }, { iat: NOW + 100 * DAY });
    expect(await judge([await said(NOW + 1)])).toMatchObject({ verdict: 'valid' });
    expect(await judge([await said(NOW)])).toMatchObject({ verdict: 'invalid', failed: { id: check, code } });
  });

  test.each(TARGETS.filter(([, , , check]) => check === 'filing' || check === 'signature'))(
    '%s: a seal alone, by its day',
    async (_, by, target, __, code) => {
      const { seal, filing } = good.evidence;
      const judged = async (at: number) =>
        (await judge([await endAt(by(), target(), at)], { seal, filing })).failed?.code;
      // 2026-11-23 in Shanghai begins ten hours before NOW: a seal of that day may have been made before.
      expect([await judged(NOW - 10 * 3600), await judged(NOW - 10 * 3600 + 1), await judged(NOW + DAY)]).toEqual([
        code,
        undefined,
        undefined,
      ]);
    },
  );

  test('a genuine filing that was withdrawn still says what the certificate is', async () => {
    const { report } = await judge([await endAt(cast.city, { jti: jti(good.evidence.filing as string) }, NOW)]);
    expect(report.certificate).toMatchObject({ number: NUMBER, organization: { code: CODE } });
    expect(report.checks.find(({ id }) => id === 'signature')).toMatchObject({ result: 'pass' });
  });

  test('a copy that was stamped with a withdrawn issuing key', async () => {
    const copy = await signCopy(
      copyFacts({ purpose: '入职', expires_on: '2026-12-20' }, NOW + DAY),
      { number: NUMBER, jws: good.jws, holder: good.holder },
      { key: cast.issuing.key, kid: cast.issuing.name },
      { iat: NOW + DAY, jti: 'copy' },
    );
    const endedAt = (at: number) => endAt(cast.city, { kid: cast.issuing.name }, at);
    expect(await judge([await endedAt(NOW + DAY + 1)], { ...good.evidence, copy })).toMatchObject({ verdict: 'valid' });
    expect(await judge([await endedAt(NOW + DAY)], { ...good.evidence, copy })).toMatchObject({
      verdict: 'invalid',
      failed: { id: 'document', code: 'issuing_key_withdrawn' },
    });
  });
});

describe('what arrives is judged at its arrival, whatever it says of its time', () => {
  test('a back-dated approval and order, a filing and a client', async () => {
    const {
      filing: text,
      approval,
      client,
      order,
    } = good.evidence as { filing: string; approval: string; client: string; order: string };
    const late = NOW + 10;
    const filing = (await openFiling(text, cast.directory, NOW)).payload;
    const facts = good.ref;
    const under = async (
      by: Identity,
      target: Withdrawal['target'],
      work: (directory: Directory) => Promise<unknown>,
    ) => {
      const directory = await opened([await endAt(by, target, late)]);
      return (await refusalOf(() => work(directory))).code;
    };
    const approve = (at: number) => (directory: Directory) => openApproval(approval, directory, filing, facts, at);
    expect(await under(root, { kid: cast.province.kid }, approve(late - 1))).toBe('accepted');
    expect(await under(root, { kid: cast.province.kid }, approve(late))).toBe('centre_withdrawn');
    expect(await under(root, { kid: cast.city.kid }, approve(late))).toBe('centre_withdrawn');
    const approved = (await openApproval(approval, cast.directory, filing, facts)).payload;
    const ordered = (at: number) => (directory: Directory) =>
      openOrder(order, client, directory, filing, approved, facts, at);
    expect(await under(cast.city, { kid: cast.client.kid }, ordered(late - 1))).toBe('accepted');
    expect(await under(cast.city, { kid: cast.client.kid }, ordered(late))).toBe('client_withdrawn');
    expect(await under(root, { kid: cast.city.kid }, (directory) => openFiling(text, directory, late))).toBe(
      'centre_withdrawn',
    );
    expect(await under(cast.city, { jti: filing.jti }, (directory) => openFiling(text, directory, late))).toBe(
      'filing_withdrawn',
    );
  });
});

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
