/**
 * Hostile statements at the real Worker: well signed, but by the wrong one, about the wrong thing, or at the wrong
 * time. What is wrong with a token's form stands in hostile.test.ts.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { approveBatch, type Identity, makeKey, nameClient, orderBatch } from '../../src/sdk/sign.ts';
import {
  approve,
  as,
  candidate,
  candidates,
  certify,
  fileWith,
  foundProvince,
  makeCentre,
  ORIGIN,
  type Organization,
  type Province,
  SCOPE,
  type Submitted,
  submit,
  testEnv,
} from '../kit.ts';
import { returnOf } from '../procedure-kit.ts';
import { backdate, callAs, claimsOf, now, refused, resign } from './forge.ts';

let world: Province;
let other: Identity;
let school: Organization;
let plant: Organization;
let academy: Organization;
/** Of the school, by route city: nothing approved. */
let batch: Submitted;
let second: Submitted;
/** Of the plant, by route province: approved. */
let ready: Submitted;
let approval: string;

const CODE = 'S000037000001';
const DAY = 86_400;

beforeAll(async () => {
  world = await foundProvince();
  other = await makeCentre(world.root, '3702', '青岛市职业技能鉴定指导中心');
  await as(world.province).post('/v1/centres', { statement: other.token });
  await backdate(world, [world.province, world.city]);
  school = await fileWith(world.city, CODE);
  plant = await fileWith(world.province, 'Y000037000002', { name: '山东重工集团' });
  academy = await fileWith(other, 'S000037000003', { name: '青岛海洋学校' });
  batch = await submit(school, candidates(2));
  second = await submit(school, candidates(2, 10));
  ready = await submit(plant, candidates(2, 20));
  approval = await approve(world, plant, ready);
});

const jtiOf = (token: string) => claimsOf(token).jti as string;
const handIn = (by: Identity, about: Submitted, token: string) =>
  callAs(by, 'POST', `/v1/batches/${about.id}/approvals`, { approval: token });

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

describe('orders', () => {
  const order = (about: Submitted, tokens: { approval: string; order: string }, by: Organization = plant) =>
    callAs(by.client, 'POST', `/v1/batches/${about.id}/issue`, tokens);
  const good = () => orderBatch(plant.client, ready, jtiOf(approval));

  const cases: [
    name: string,
    tokens: () => Promise<{ approval: string; order: string }>,
    status: number,
    code: string,
    part?: string,
  ][] = [
    [
      "by another organization's client",
      async () => ({ approval, order: await orderBatch(school.client, ready, jtiOf(approval)) }),
      403,
      'key_unknown',
      'issue+jwt',
    ],
    [
      "by another's client in our name",
      async () => ({ approval, order: await resign(await good(), school.client.key, {}, { kid: school.client.kid }) }),
      403,
      'key_unknown',
      'issue+jwt',
    ],
    [
      "by another's client under our kid",
      async () => ({ approval, order: await resign(await good(), school.client.key, {}) }),
      403,
      'signature_wrong',
      'issue+jwt',
    ],
    [
      'by the province itself',
      async () => ({
        approval,
        order: await resign(await good(), world.province.key, {}, { kid: world.province.kid }),
      }),
      403,
      'key_unknown',
      'issue+jwt',
    ],
    [
      'in the name of another organization',
      async () => ({ approval, order: await resign(await good(), plant.client.key, { iss: `org:${CODE}` }) }),
      403,
      'organization_differs',
      'issue+jwt:iss',
    ],
    [
      'about another organization',
      async () => ({ approval, order: await resign(await good(), plant.client.key, { sub: `org:${CODE}` }) }),
      403,
      'organization_differs',
      'issue+jwt:sub',
    ],
    [
      'naming another approval',
      async () => ({ approval, order: await orderBatch(plant.client, ready, 'another') }),
      403,
      'approval_differs',
      'issue+jwt:approval',
    ],
    [
      'of another batch',
      async () => ({ approval, order: await orderBatch(plant.client, { ...ready, batch: batch.id }, jtiOf(approval)) }),
      403,
      'batch_differs',
      'issue+jwt:batch',
    ],
    [
      'of other rows',
      async () => ({
        approval,
        order: await orderBatch(plant.client, { ...ready, root: batch.root }, jtiOf(approval)),
      }),
      403,
      'root_differs',
      'issue+jwt:root',
    ],
    [
      'for another service',
      async () => ({
        approval,
        order: await orderBatch(plant.client, { ...ready, aud: 'https://evil.example' }, jtiOf(approval)),
      }),
      403,
      'audience_wrong',
      'issue+jwt:aud',
    ],
    [
      'made in the future',
      async () => ({ approval, order: await orderBatch(plant.client, ready, jtiOf(approval), { iat: now() + 600 }) }),
      403,
      'statement_not_yet_valid',
    ],
    [
      'made before the approval',
      async () => ({
        approval: await later(),
        order: await orderBatch(plant.client, ready, 'later', { iat: now() - 30 }),
      }),
      403,
      'order_before_approval',
      'issue+jwt:iat',
    ],
    [
      'with an approval that has ended',
      async () => ({ approval: await ended(), order: await orderBatch(plant.client, ready, 'ended') }),
      403,
      'statement_expired',
      'approval+jwt',
    ],
    [
      'with an approval that has not begun',
      async () => ({ approval: await resign(approval, world.province.key, { iat: now() + 600 }), order: await good() }),
      403,
      'statement_not_yet_valid',
      'approval+jwt',
    ],
    [
      "with the organization's own approval",
      async () => ({
        approval: await resign(approval, plant.client.key, {}, { kid: plant.client.kid }),
        order: await good(),
      }),
      403,
      'key_unknown',
      'approval+jwt',
    ],
    [
      'with the approval of another batch',
      async () => ({
        approval: await approveBatch(world.province, batch, await approveBatch(world.city, batch)),
        order: await good(),
      }),
      403,
      'organization_differs',
      'approval+jwt:sub',
    ],
    [
      'with an order where the approval is due',
      async () => ({ approval: await good(), order: await good() }),
      400,
      'type_wrong',
      'approval+jwt',
    ],
    [
      'with an approval where the order is due',
      async () => ({ approval, order: approval }),
      400,
      'type_wrong',
      'issue+jwt',
    ],
  ];
  /** Approvals that would be good but for their times. */
  const later = () => resign(approval, world.province.key, { jti: 'later', iat: now() + 50, nbf: now() + 50 });
  const ended = () =>
    resign(approval, world.province.key, { jti: 'ended', iat: now() - 3600, nbf: now() - 3600, exp: now() - 61 });
  test.each(cases)('an order %s', async (_name, tokens, status, code, part) => {
    const made = await tokens();
    await refused(() => order(ready, made), status, code, part);
  });

  test("the city's approval alone issues nothing, and neither does another organization", async () => {
    const inner = await approveBatch(world.city, batch);
    await refused(
      async () =>
        order(batch, { approval: inner, order: await orderBatch(school.client, batch, jtiOf(inner)) }, school),
      403,
      'tier_wrong',
    );
    await refused(async () => order(ready, { approval, order: await good() }, school), 403, 'out_of_reach');
  });

  test('an approval is used once, a batch is ordered once, a returned batch never', async () => {
    const rows = [await submit(plant, candidates(1, 30)), await submit(plant, candidates(1, 31))] as const;
    const [one, two] = [await approveBatch(world.province, rows[0]), await approveBatch(world.province, rows[1])];
    expect(
      await order(rows[0], { approval: one, order: await orderBatch(plant.client, rows[0], jtiOf(one)) }),
    ).toMatchObject({ status: 200 });
    const twice = await resign(two, world.province.key, { jti: jtiOf(one) });
    await refused(
      async () => order(rows[1], { approval: twice, order: await orderBatch(plant.client, rows[1], jtiOf(one)) }),
      409,
      'approval_used',
    );
    const again = await approveBatch(world.province, rows[0]);
    await refused(
      async () => order(rows[0], { approval: again, order: await orderBatch(plant.client, rows[0], jtiOf(again)) }),
      409,
      'batch_already_ordered',
    );
    await refused(async () => handIn(world.province, rows[0], again), 409, 'batch_closed');
    const giveBack = async (about: Submitted, body: unknown) =>
      callAs(world.province, 'POST', `/v1/batches/${about.id}/return`, body);
    await refused(
      async () => giveBack(rows[0], await returnOf(world.province, rows[0].id, 'late')),
      409,
      'batch_closed',
    );
    // Nobody returns a batch without signing, or with what was signed about another.
    await refused(() => giveBack(rows[1], { reason: '请补考务记录' }), 400, 'body_malformed', 'statement');
    await refused(
      async () => giveBack(rows[1], await returnOf(world.province, rows[0].id, '请补考务记录')),
      403,
      'batch_differs',
      'step+jwt:about',
    );
    const step = await returnOf(world.province, rows[1].id, '请补考务记录');
    expect([(await giveBack(rows[1], step)).status, (await giveBack(rows[1], step)).status]).toEqual([201, 200]);
    await refused(
      async () => order(rows[1], { approval: two, order: await orderBatch(plant.client, rows[1], jtiOf(two)) }),
      409,
      'batch_closed',
    );
  });

  test('rows altered in the store after both centres approved are not issued', async () => {
    const altered = await submit(plant, [candidate(40), candidate(41)]);
    const token = await approve(world, plant, altered);
    await testEnv.DB.prepare(
      `UPDATE rows SET facts = replace(facts, '"level":3', '"level":1'), level = 1 WHERE batch = ? AND position = 0`,
    )
      .bind(altered.id)
      .run();
    await refused(
      async () => order(altered, { approval: token, order: await orderBatch(plant.client, altered, jtiOf(token)) }),
      409,
      'register_differs',
      'rows',
    );
  });

  test('a private part moved to another row is not shown, and nothing is issued without the issuing key', async () => {
    const moved = await submit(plant, [candidate(42), candidate(43)]);
    await testEnv.DB.prepare(
      'UPDATE rows SET sealed = (SELECT sealed FROM rows WHERE batch = ?1 AND position = 1) WHERE batch = ?1 AND position = 0',
    )
      .bind(moved.id)
      .run();
    await refused(() => callAs(plant.client, 'GET', `/v1/batches/${moved.id}/rows`), 409, 'ciphertext_wrong');
    const bare = await fileWith(world.province, 'S000037000005');
    const batch = await submit(bare, [candidate(44)]);
    const token = await approve(world, bare, batch);
    await testEnv.DB.batch(
      ['issuing_certificates', 'issuing_keys'].map((table) =>
        testEnv.DB.prepare(`DELETE FROM ${table} WHERE organization = ?`).bind(bare.code),
      ),
    );
    await refused(
      async () => order(batch, { approval: token, order: await orderBatch(bare.client, batch, jtiOf(token)) }, bare),
      409,
      'issuing_key_missing',
    );
  });

  test('the same person in two approved batches is certified once', async () => {
    const pair = [await submit(plant, [candidate(60)]), await submit(plant, [candidate(60)])] as const;
    const tokens = [await approve(world, plant, pair[0]), await approve(world, plant, pair[1])] as const;
    expect(
      await order(pair[0], { approval: tokens[0], order: await orderBatch(plant.client, pair[0], jtiOf(tokens[0])) }),
    ).toMatchObject({ status: 200 });
    await refused(
      async () =>
        order(pair[1], { approval: tokens[1], order: await orderBatch(plant.client, pair[1], jtiOf(tokens[1])) }),
      409,
      'already_certified',
    );
  });
});

describe('filings and client keys', () => {
  const file = (by: Identity, statement: string) => callAs(by, 'POST', '/v1/filings', { statement });
  const refile = (by: Identity, change: Record<string, unknown>) =>
    resign(school.filing, by.key, { iss: by.subject, jti: crypto.randomUUID(), ...change }, { kid: by.kid });
  const name = (by: Identity, statement: string) => callAs(by, 'POST', '/v1/clients', { statement });

  test('a city files no organization of route province, and the province none of route city', async () => {
    await refused(
      async () => file(world.city, await refile(world.city, { route: 'province' })),
      403,
      'route_wrong',
      'filing+jwt:route',
    );
    await refused(
      async () => file(world.province, await refile(world.province, { route: 'city' })),
      403,
      'route_wrong',
      'filing+jwt:route',
    );
    await refused(
      async () => file(world.city, await refile(world.city, { city: 'centre:3702' })),
      403,
      'route_wrong',
      'filing+jwt:route',
    );
    await refused(
      async () => file(world.city, await refile(world.city, { city: undefined })),
      403,
      'route_wrong',
      'filing+jwt:route',
    );
  });

  test('nobody submits what another signed, and nobody signs in the name of another', async () => {
    await refused(
      async () => file(world.province, await refile(world.city, {})),
      403,
      'issuer_not_caller',
      'filing+jwt:iss',
    );
    await refused(
      async () => file(world.city, await refile(world.city, { iss: 'centre:3702', city: 'centre:3702' })),
      403,
      'issuer_not_caller',
    );
    await refused(
      async () =>
        file(other, await resign(school.filing, world.city.key, { iss: 'centre:3702', city: 'centre:3702', jti: 'x' })),
      403,
      'authority_missing',
    );
    await refused(
      async () =>
        file(world.city, await resign(school.filing, school.client.key, { jti: 'x' }, { kid: school.client.kid })),
      403,
      'key_unknown',
    );
    await refused(
      async () => name(world.province, await nameClient(world.city, CODE, (await makeKey()).jwk)),
      403,
      'issuer_not_caller',
      'client+jwt:iss',
    );
  });

  test('the same filing, unchanged but for its jti, is taken: the refusals here come from what was changed', async () => {
    expect(await file(world.city, await refile(world.city, {}))).toMatchObject({ status: 201 });
  });

  test('an organization that another city filed stays with it', async () => {
    await refused(async () => file(other, await refile(other, { city: 'centre:3702' })), 403, 'out_of_reach');
    await refused(() => callAs(other, 'POST', `/v1/organizations/${CODE}/keys`), 403, 'out_of_reach');
    await refused(
      async () => name(other, await nameClient(other, CODE, (await makeKey()).jwk)),
      403,
      'client_not_by_filing_centre',
      'client+jwt:iss',
    );
    await refused(
      async () => name(world.province, await nameClient(world.province, CODE, (await makeKey()).jwk)),
      403,
      'client_not_by_filing_centre',
    );
  });

  test('issuing keys are those that the service made for this organization', async () => {
    const own = (claimsOf(school.filing).issuing_jwks as { keys: Record<string, unknown>[] }).keys[0] as Record<
      string,
      unknown
    >;
    const foreign = (claimsOf(plant.filing).issuing_jwks as { keys: Record<string, unknown>[] }).keys[0] as Record<
      string,
      unknown
    >;
    const { x, y } = (await makeKey()).jwk;
    for (const key of [{ ...own, x, y }, { ...own, kid: `${String(own.kid)}9` }, foreign]) {
      await refused(
        async () => file(world.city, await refile(world.city, { issuing_jwks: { keys: [key] } })),
        409,
        'issuing_key_unknown',
        'filing+jwt:issuing_jwks',
      );
    }
  });

  test('issuing keys asked for at once get numbers without gap or repeat', async () => {
    const made = await Promise.all(
      Array.from({ length: 6 }, () => callAs(world.city, 'POST', '/v1/organizations/S000037000006/keys')),
    );
    expect(
      made
        .map(({ status, text }) => [status, (JSON.parse(text) as { kid: string }).kid.split('#S000037000006-')[1]])
        .sort(),
    ).toEqual([1, 2, 3, 4, 5, 6].map((n) => [201, String(n)]));
  });

  test('a filing whose texts cannot be true, printed or sealed', async () => {
    const [scope] = SCOPE;
    const cases: [Record<string, unknown>, number, string][] = [
      [{ uscc: '91350100M000100Y44' }, 422, 'uscc_wrong'],
      [{ uscc: '9135' }, 400, 'claims_malformed'],
      [{ name: '学校\u{1F600}' }, 422, 'glyph_missing'],
      [{ scope: [{ ...scope, name: '电'.repeat(30) }] }, 422, 'scope_text_too_long'],
      [{ scope: [{ ...scope, name: ' 电工' }] }, 400, 'claims_malformed'],
      [{ scope: [scope, scope] }, 400, 'claims_malformed'],
      ...['=电工', '+电工', '-电工', '@电工', '＝电工', '无', '--'].map(
        (occupation): [Record<string, unknown>, number, string] => [
          { scope: [{ ...scope, name: occupation }] },
          422,
          'scope_malformed',
        ],
      ),
      [{ scope: [{ ...scope, jobs: ['=电焊工'] }] }, 422, 'scope_malformed'],
      [{ scope: [] }, 400, 'claims_malformed'],
      [{ pass_mark: 59 }, 400, 'claims_malformed'],
      [{ exp: now() - 61, iat: now() - 30 }, 403, 'statement_expired'],
      [{ iat: now() + 600 }, 403, 'statement_not_yet_valid'],
    ];
    for (const [change, status, code] of cases)
      await refused(async () => file(world.city, await refile(world.city, change)), status, code);
  });

  test('a jti does not stand for two filings', async () => {
    await refused(
      async () => file(world.city, await resign(school.filing, world.city.key, { name: '另一所学校' })),
      409,
      'statement_repeated',
      'filing+jwt:jti',
    );
  });

  test('client keys: of an organization on file, on the curve, within their time', async () => {
    const pair = await makeKey();
    const make = (code: string, change: Record<string, unknown> = {}) =>
      nameClient(world.city, code, pair.jwk).then((token) => resign(token, world.city.key, change));
    await refused(async () => name(world.city, await make('S000037000099')), 409, 'organization_not_filed');
    await refused(async () => name(world.city, await make(plant.code)), 403, 'client_not_by_filing_centre');
    await refused(
      async () => name(world.city, await make(CODE, { cnf: { jwk: { ...pair.jwk, y: pair.jwk.x } } })),
      400,
      'key_malformed',
    );
    await refused(async () => name(world.city, await make(CODE, { exp: now() - 61 })), 403, 'statement_expired');
    await refused(async () => name(world.city, await make(CODE, { iat: now() + 600 })), 403, 'statement_not_yet_valid');
  });

  test('more certificates than filed for a year, and a key number beyond 255', async () => {
    const small = await fileWith(other, 'S000037000004', { annual_capacity: 1 });
    await refused(
      () => callAs(small.client, 'POST', '/v1/batches', { candidates: candidates(2, 70) }),
      422,
      'capacity_exceeded',
    );
    await testEnv.DB.prepare(
      "INSERT INTO issuing_keys SELECT organization, 255, kid || 'x', public, wrapped, created_at FROM issuing_keys WHERE organization = ?",
    )
      .bind(small.code)
      .run();
    await refused(() => callAs(other, 'POST', `/v1/organizations/${small.code}/keys`), 409, 'keys_exhausted');
  });

  test('who holds a certificate is not certified again, and only what is in force is replaced', async () => {
    const { certificates } = await certify({ ...world, city: other }, academy, candidates(1, 80));
    expect(certificates).toHaveLength(1);
    await refused(
      () => callAs(academy.client, 'POST', '/v1/batches', { candidates: candidates(1, 80) }),
      422,
      'rows_refused',
    );
    await refused(
      () =>
        callAs(academy.client, 'POST', '/v1/batches', {
          candidates: candidates(1, 81).map((row) => ({ ...row, replaces: 'S000037000003263999999' })),
        }),
      422,
      'rows_refused',
    );
  });
});
