/** Withdrawals in the core: vectors of the statement, and each part of a certificate ended before and after its issue. */
import { beforeAll, describe, expect, test } from 'vitest';
import { openApproval, openOrder } from '../../src/core/approval.ts';
import { copyFacts, signCopy } from '../../src/core/copy.ts';
import type { Directory } from '../../src/core/directory.ts';
import { openFiling } from '../../src/core/filing.ts';
import type { Withdrawal } from '../../src/core/withdrawal.ts';
import { type Identity, withdraw } from '../../src/sdk/sign.ts';
import vectors from '../vectors/statements.json' with { type: 'json' };
import { play, refusalOf, type StatementVector } from './cast.ts';
import { CODE, NOW } from './make.ts';
import {
  cast,
  claims,
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
  statements,
} from './withdrawal-kit.ts';

beforeAll(prepare);

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
