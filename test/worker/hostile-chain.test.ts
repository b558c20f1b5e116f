/**
 * Hostile statements at the real Worker: well signed, but by the wrong one, about the wrong thing, or at the wrong
 * time. What is wrong with a token's form stands in hostile.test.ts.
 */
import { beforeAll, describe, test } from 'vitest';
import { approveBatch } from '../../src/sdk/sign.ts';
import { ORIGIN } from '../kit.ts';
import { now, refused, resign } from './forge.ts';
import { filings } from './hostile-chain-filings.ts';
import { academy, batch, DAY, handIn, other, prepare, ready, school, second, world } from './hostile-chain-kit.ts';
import { orders } from './hostile-chain-orders.ts';

beforeAll(prepare);

describe('approvals', () => {
  const cityCases: [name: string, change: () => Record<string, unknown>, status: number, code: string, part: string][] =
    [
      [
        'replayed for another batch',
        () => ({ batch: second.id, root: second.root }),
        403,
        'batch_differs',
        'approval+jwt:batch',
      ],
      [
        'of another organization',
        () => ({ sub: `org:${academy.code}` }),
        403,
        'organization_differs',
        'approval+jwt:sub',
      ],
      ['of altered rows: another root', () => ({ root: second.root }), 403, 'root_differs', 'approval+jwt:root'],
      ['with another count', () => ({ count: 3 }), 403, 'count_differs', 'approval+jwt:count'],
      ['for another service', () => ({ aud: 'https://evil.example' }), 403, 'audience_wrong', 'approval+jwt:aud'],
      [
        'for our host over http',
        () => ({ aud: ORIGIN.replace('https', 'http') }),
        403,
        'audience_wrong',
        'approval+jwt:aud',
      ],
      ['in the name of another city', () => ({ iss: 'centre:3702' }), 403, 'authority_missing', 'centre+jwt'],
      ['in the name of the province', () => ({ iss: 'centre:3700' }), 403, 'authority_missing', 'centre+jwt'],
      ['not yet valid', () => ({ iat: now() + 600, nbf: now() + 600 }), 403, 'statement_not_yet_valid', 'approval+jwt'],
      [
        'expired',
        () => ({ iat: now() - 3600, nbf: now() - 3600, exp: now() - 61 }),
        403,
        'statement_expired',
        'approval+jwt',
      ],
      [
        'that ends before it begins',
        () => ({ exp: now() - 10, iat: now() }),
        403,
        'statement_expired',
        'approval+jwt:exp',
      ],
      ['that ends as it begins', () => ({ exp: now(), iat: now() }), 403, 'statement_expired', 'approval+jwt:exp'],
      [
        "older than the centre's own key",
        () => ({ iat: now() - 400 * DAY }),
        403,
        'statement_not_yet_valid',
        'centre+jwt',
      ],
      ['beginning later', () => ({ nbf: now() + 600 }), 403, 'statement_not_yet_valid', 'approval+jwt'],
    ];
  test.each(cityCases)("a city's approval %s", async (_name, change, status, code, part) => {
    const token = await resign(await approveBatch(world.city, batch), world.city.key, change());
    await refused(() => handIn(world.city, batch, token), status, code, part);
  });

  const innerCases: [name: string, inner: () => Promise<string | undefined>, code: string, part: string][] = [
    ['no token of the city', async () => undefined, 'city_approval_missing', 'approval+jwt:city'],
    [
      "the city's token of another batch",
      () => approveBatch(world.city, second),
      'batch_differs',
      'approval+jwt:batch',
    ],
    [
      "the city's token of other rows",
      () => approveBatch(world.city, { ...batch, root: second.root }),
      'root_differs',
      'approval+jwt:root',
    ],
    [
      "the city's token with another count",
      () => approveBatch(world.city, { ...batch, count: 3 }),
      'count_differs',
      'approval+jwt:count',
    ],
    [
      "the city's token for another service",
      () => approveBatch(world.city, { ...batch, aud: 'https://evil.example' }),
      'audience_wrong',
      'approval+jwt:aud',
    ],
    [
      "the city's token of another organization",
      () => approveBatch(world.city, { ...batch, organization: academy.code }),
      'organization_differs',
      'approval+jwt:sub',
    ],
    ['a token of another city', () => approveBatch(other, batch), 'approver_wrong', 'approval+jwt:iss'],
    [
      "the province's own token in the city's place",
      () => approveBatch(world.province, batch),
      'tier_wrong',
      'approval+jwt:iss',
    ],
    [
      "a token that the city made after the province's",
      async () => approveBatch(world.city, batch, undefined, { iat: now() + 120 }),
      'city_approval_late',
      'approval+jwt:city',
    ],
    [
      "a token that had expired before the province's",
      async () => approveBatch(world.city, batch, undefined, { iat: now() - 7200, lifetime: 3600 }),
      'statement_expired',
      'approval+jwt',
    ],
    [
      'a token signed by the organization',
      () => approveBatch({ ...school.client, subject: 'centre:3701' }, batch),
      'key_unknown',
      'approval+jwt',
    ],
    ['no token but text', async () => 'yes', 'statement_malformed', 'approval+jwt'],
  ];
  test.each(innerCases)("a province's approval with %s", async (_name, inner, code, part) => {
    const token = await approveBatch(world.province, batch, await inner());
    await refused(() => handIn(world.province, batch, token), code === 'statement_malformed' ? 400 : 403, code, part);
  });

  test("the province's approval counts from the province alone", async () => {
    const inner = await approveBatch(world.city, batch);
    await refused(
      async () =>
        handIn(world.province, batch, await resign(await approveBatch(world.city, batch, inner), world.city.key, {})),
      403,
      'tier_wrong',
    );
    await refused(() => handIn(world.city, batch, 'a.b.c'), 400, 'statement_malformed');
    await refused(async () => handIn(other, batch, await approveBatch(other, batch)), 403, 'out_of_reach');
    await refused(async () => handIn(world.city, ready, await approveBatch(world.city, ready)), 403, 'out_of_reach');
    await refused(
      async () => handIn(world.city, batch, await approveBatch(world.province, batch, inner)),
      403,
      'tier_wrong',
    );
  });
});

orders();

filings();
