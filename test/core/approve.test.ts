/** The gate: vectors of approvals and orders, and that nothing passes which is about anything else. */

import { beforeAll, expect, test } from 'vitest';
import {
  type BatchFacts,
  checkApprovalTime,
  openApproval,
  openCityApproval,
  openOrder,
} from '../../src/core/approval.ts';
import { openDirectory } from '../../src/core/directory.ts';
import { openFiling } from '../../src/core/filing.ts';
import type { Filing } from '../../src/core/schema.ts';
import { Memo } from '../../src/core/statement.ts';
import fc from '../fuzz.ts';
import vectors from '../vectors/statements.json' with { type: 'json' };
import {
  type Cast,
  DAY,
  encode,
  FACTS,
  makeCast,
  makeChain,
  type Name,
  NOW,
  play,
  refusalOf,
  type StatementVector,
  signParts,
} from './cast.ts';
import { twin } from './twin.ts';

let cast: Cast;
let tokens: Record<Name, string>;
let filing: Filing;
beforeAll(async () => {
  cast = await makeCast();
  tokens = await makeChain(cast);
  filing = (await openFiling(tokens.filing, cast.directory, NOW)).payload;
});

const mine = (vectors as unknown as StatementVector[]).filter(({ open }) =>
  ['city', 'province', 'order'].includes(open),
);
test.each(mine)('$open: $name → $code', async (vector) => {
  const found = await play(cast, vector);
  expect(found).toEqual({
    code: vector.code,
    ...(vector.part === undefined && found.part === undefined ? {} : { part: vector.part }),
  });
});

const CODES: Record<keyof BatchFacts, string> = {
  organization: 'organization_differs',
  aud: 'audience_wrong',
  batch: 'batch_differs',
  root: 'root_differs',
  count: 'count_differs',
};

test('whatever the batch is, an approval and an order for another do not fit it', async () => {
  const facts = fc.record({
    organization: fc.constantFrom('S000037000001', 'S000037000002', 'Y000037000001'),
    aud: fc.constantFrom('https://lz.example.cn', 'http://lz.example.cn', 'https://lz.example.cn.evil.example'),
    batch: fc.constantFrom('batch-0001', 'batch-0002'),
    root: fc.constantFrom('A'.repeat(43), 'B'.repeat(43)),
    count: fc.constantFrom(1, 2, 3),
  });
  await fc.assert(
    fc.asyncProperty(facts, async (asked) => {
      // The first claim that differs, in the order in which they are checked.
      const wrong = (Object.keys(CODES) as (keyof BatchFacts)[]).find((name) => asked[name] !== FACTS[name]);
      const { code } = await refusalOf(() => openApproval(tokens.province, cast.directory, filing, asked));
      expect(code).toBe(wrong === undefined ? 'accepted' : CODES[wrong]);
      const approval = await openApproval(tokens.province, cast.directory, filing, FACTS);
      const order = await refusalOf(() =>
        openOrder(tokens.order, tokens.client, cast.directory, filing, approval.payload, asked, NOW + 120),
      );
      expect(order.code).toBe(wrong === undefined || wrong === 'count' ? 'accepted' : CODES[wrong]);
    }),
    { numRuns: 100 },
  );
});

test('no token of the chain stands in the place of another', async () => {
  const places = {
    city: (token: string) => openCityApproval(token, cast.directory, filing, FACTS),
    province: (token: string) => openApproval(token, cast.directory, filing, FACTS),
    order: async (token: string) =>
      openOrder(
        token,
        tokens.client,
        cast.directory,
        filing,
        (await openApproval(tokens.province, cast.directory, filing, FACTS)).payload,
        FACTS,
        NOW + 120,
      ),
  };
  for (const [place, open] of Object.entries(places)) {
    for (const [name, token] of Object.entries(tokens)) {
      const { code } = await refusalOf(() => open(token));
      expect([place, name, code === 'accepted']).toEqual([place, name, place === name]);
    }
  }
});

test('the other spelling of a signature is the same approval: its jti is used once, whatever its text', async () => {
  const [one, other] = await Promise.all(
    [tokens.province, twin(tokens.province)].map((token) => openApproval(token, cast.directory, filing, FACTS)),
  );
  expect(other?.payload.jti).toBe(one?.payload.jti);
  expect(other?.digest).toBe(one?.digest);
});

test('an approval holds from its beginning to its end, a minute more on both sides', async () => {
  const { payload } = await openApproval(tokens.province, cast.directory, filing, FACTS);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: -DAY, max: 40 * DAY }), async (offset) => {
      const { code } = await refusalOf(() => checkApprovalTime(payload, NOW + offset));
      expect(code).toBe(
        offset < -60 ? 'statement_not_yet_valid' : offset >= 30 * DAY + 60 ? 'statement_expired' : 'accepted',
      );
    }),
  );
});

test('an order fits between approval and issue, a minute more on both sides', async () => {
  const approval = (await openApproval(tokens.province, cast.directory, filing, FACTS)).payload;
  for (const [made, issued, code] of [
    [-61, 0, 'order_before_approval'],
    [-60, 0, 'accepted'],
    [0, 0, 'accepted'],
    [60, 0, 'accepted'],
    [61, 0, 'statement_not_yet_valid'],
    [3600, 3600, 'accepted'],
  ] as const) {
    const { order } = await makeChain(cast, { order: { claims: { iat: NOW + made } } });
    expect([
      made,
      (await refusalOf(() => openOrder(order, tokens.client, cast.directory, filing, approval, FACTS, NOW + issued)))
        .code,
    ]).toEqual([made, code]);
  }
});

test('city and province approve with two keys, even where the root gave one key to both', async () => {
  const both = await signParts(
    encode({ alg: 'ES256', typ: 'centre+jwt', kid: cast.keys.root.kid }),
    encode({
      iss: 'centre:3700',
      sub: 'centre:3700',
      name: '省',
      tier: 'province',
      cnf: { jwk: cast.keys.city.jwk },
      iat: NOW - 90 * DAY,
      exp: NOW + DAY,
      jti: 'both',
    }),
    cast.keys.root,
  );
  const directory = await openDirectory(cast.anchor, [...cast.centres, both], new Memo());
  const { province } = await makeChain(cast, { province: { header: { kid: '%city.kid' }, signer: 'city' } });
  expect((await refusalOf(() => openApproval(province, directory, filing, FACTS))).code).toBe('approver_same_key');
  expect((await refusalOf(() => openApproval(tokens.province, directory, filing, FACTS))).code).toBe('accepted');
});

test('the route is decided by the filing alone', async () => {
  const { filing: text, province } = await makeChain(cast, {
    filing: {
      claims: { iss: 'centre:3700', route: 'province', city: '(none)' },
      header: { kid: '%province.kid' },
      signer: 'province',
    },
    province: { claims: { city: '@order' } },
  });
  const byProvince = (await openFiling(text, cast.directory, NOW)).payload;
  // By route province nobody looks at what is carried along; by route city it must be the city's.
  expect((await refusalOf(() => openApproval(province, cast.directory, byProvince, FACTS))).code).toBe('accepted');
  expect((await refusalOf(() => openApproval(province, cast.directory, filing, FACTS))).code).toBe(
    'city_approval_missing',
  );
});
