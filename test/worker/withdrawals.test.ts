/**
 * Withdrawals at the real Worker besides stolen keys: filings that end, at once or announced, an approval not used yet,
 * the service's key; and what is not taken.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Withdrawal } from '../../src/core/withdrawal.ts';
import {
  approveBatch,
  fileOrganization,
  type Identity,
  makeKey,
  nameClient,
  nameService,
  withdraw,
} from '../../src/sdk/sign.ts';
import {
  anyone,
  approve,
  as,
  candidates,
  certify,
  fileWith,
  foundProvince,
  idNumber,
  ORIGIN,
  type Organization,
  order,
  type Province,
  SCOPE,
  submit,
} from '../kit.ts';
import { accepted, bundleOf, failure, handIn, jti, look, offline, tick, trustNow } from './drill-kit.ts';
import { backdate, callAs, claimsOf, now, refused } from './forge.ts';

let world: Province;
beforeAll(async () => {
  world = await foundProvince();
  await backdate(world, [world.province, world.city]);
}, 60_000);

describe('a filing that ends', () => {
  let school: Organization;
  let before: { number: string; bundle: unknown };
  let first: string;

  beforeAll(async () => {
    school = await fileWith(world.city, 'S000037000005');
    first = school.filing;
    const number = (await certify(world, school, candidates(1, 400))).certificates[0]?.number as string;
    before = { number, bundle: await bundleOf(number, idNumber(400)) };
  }, 60_000);

  test('announced: it takes effect by itself, and an older filing does not come back', async () => {
    const { issuing_jwks, uscc, name } = claimsOf(first) as never as Parameters<typeof fileOrganization>[1];
    await tick();
    const filing = await fileOrganization(world.city, {
      code: school.code,
      name,
      uscc,
      route: 'city',
      scope: SCOPE,
      annual_capacity: 100,
      issuing_jwks,
    });
    await as(world.city).post('/v1/filings', { statement: filing });
    const batch = await submit(school, candidates(1, 410));
    const approval = await approve(world, school, batch);
    const pending = await submit(school, candidates(1, 420));
    const effective = now() + 2;
    await accepted(world.city, await withdraw(world.city, { jti: jti(filing) }, { effective }));
    expect((await callAs(school.client, 'GET', '/v1/batches')).status).toBe(200);
    while (now() < effective) await tick();
    await refused(() => callAs(school.client, 'GET', '/v1/batches'), 401, 'filing_withdrawn', 'filing+jwt');
    await refused(
      async () =>
        callAs(school.client, 'POST', `/v1/batches/${batch.id}/issue`, {
          approval,
          order: await order(school, batch, approval),
        }),
      401,
      'filing_withdrawn',
    );
    await refused(
      async () =>
        callAs(world.city, 'POST', `/v1/batches/${pending.id}/approvals`, {
          approval: await approveBatch(world.city, pending),
        }),
      403,
      'filing_withdrawn',
    );
    await refused(() => callAs(world.city, 'POST', '/v1/filings', { statement: filing }), 403, 'filing_withdrawn');
    expect(await look(before.number)).toMatchObject({ verdict: 'valid' });
    expect(await offline(before.bundle, await trustNow())).toBe('incomplete');
    // Filed again, work goes on; what was uploaded and approved under the one that ended does not.
    const again = await fileOrganization(world.city, {
      code: school.code,
      name,
      uscc,
      route: 'city',
      scope: SCOPE,
      annual_capacity: 100,
      issuing_jwks,
    });
    await as(world.city).post('/v1/filings', { statement: again });
    await refused(
      async () =>
        callAs(school.client, 'POST', `/v1/batches/${batch.id}/issue`, {
          approval,
          order: await order(school, batch, approval),
        }),
      403,
      'filing_withdrawn',
    );
    const { certificates } = await certify(world, school, candidates(1, 430));
    expect(await look(certificates[0]?.number as string)).toMatchObject({ verdict: 'valid' });
  });

  test('filed in error, long since: what was issued under it is invalid', async () => {
    await accepted(world.city, await withdraw(world.city, { jti: jti(first) }, { compromised_since: now() - 3600 }));
    expect(failure(await look(before.number))).toMatchObject({ id: 'filing', code: 'filing_withdrawn' });
    expect((await look(before.number)).certificate).toMatchObject({ number: before.number });
    expect(await offline(before.bundle, await trustNow())).toBe('filing_withdrawn');
  });
});

describe("the service's key", () => {
  test('its statement can be ended, and the root names the key again', async () => {
    const {
      services: [named],
    } = await anyone.get<{ services: [string] }>('/.well-known/trust.json');
    await accepted(world.province, await withdraw(world.province, { jti: jti(named) }));
    await refused(
      () => callAs(world.province, 'POST', '/v1/centres', { statement: named }),
      403,
      'service_withdrawn',
      'service+jwt',
    );
    const { cnf } = claimsOf(named) as { cnf: { jwk: Parameters<typeof nameService>[1] } };
    expect(
      await callAs(world.province, 'POST', '/v1/centres', {
        statement: await nameService(world.root, cnf.jwk, ORIGIN),
      }),
    ).toMatchObject({ status: 201 });
  });
});

describe('an approval that was not used yet', () => {
  test('is taken back', async () => {
    const school = await fileWith(world.city, 'S000037000006');
    const batch = await submit(school, candidates(1, 500));
    const approval = await approve(world, school, batch);
    await tick();
    await accepted(world.province, await withdraw(world.province, { jti: jti(approval) }));
    await refused(
      async () =>
        callAs(school.client, 'POST', `/v1/batches/${batch.id}/issue`, {
          approval,
          order: await order(school, batch, approval),
        }),
      403,
      'approval_withdrawn',
    );
  });
});

describe('what is not taken', () => {
  const cases: [name: string, by: () => Identity, make: () => Promise<string>, status: number, code: string][] = [
    [
      'a statement that nobody made',
      () => world.city,
      () => withdraw(world.city, { jti: 'nothing' }),
      404,
      'withdrawal_target_unknown',
    ],
    [
      "another issuer's statement of that jti",
      () => world.province,
      () => withdraw(world.province, { jti: jti(world.city.token), iss: 'centre:3701' }),
      404,
      'withdrawal_target_unknown',
    ],
    [
      'a key that nobody named',
      () => world.province,
      async () => withdraw(world.province, { kid: (await makeKey()).kid }),
      404,
      'withdrawal_target_unknown',
    ],
    [
      'the root',
      () => world.province,
      () => withdraw(world.province, { kid: world.root.kid }),
      404,
      'withdrawal_target_unknown',
    ],
    [
      'by a city: its own key',
      () => world.city,
      () => withdraw(world.city, { kid: world.city.kid }),
      403,
      'withdrawal_not_yours',
    ],
    [
      "by a city: the province's key",
      () => world.city,
      () => withdraw(world.city, { kid: world.province.kid }),
      403,
      'withdrawal_not_yours',
    ],
    [
      "by a city: the province's statement",
      () => world.city,
      () => withdraw(world.city, { jti: jti(world.city.token), iss: 'centre:3700' }),
      403,
      'withdrawal_not_yours',
    ],
    [
      "by a city: a key of another's organization",
      () => world.city,
      () => withdraw(world.city, { kid: 'did:web:lz.example.cn:orgs:Y000037000002#Y000037000002-1' }),
      403,
      'withdrawal_not_yours',
    ],
    [
      'back-dated',
      () => world.city,
      () => withdraw(world.city, { jti: 'x' }, { effective: now() - 120 }),
      403,
      'withdrawal_backdated',
    ],
    [
      'made long ago',
      () => world.city,
      () => withdraw(world.city, { jti: 'x' }, {}, { iat: now() - 400 }),
      403,
      'statement_expired',
    ],
    ["another centre's", () => world.province, () => withdraw(world.city, { jti: 'x' }), 403, 'issuer_not_caller'],
    ['another type', () => world.city, async () => world.city.token, 400, 'type_wrong'],
  ];
  beforeAll(async () => {
    await fileWith(world.province, 'Y000037000002', { name: '山东重工集团' });
    await fileWith(world.city, 'S000037000008');
  }, 60_000);
  test.each(cases)('%s', async (_, by, make, status, code) => {
    const statement = await make();
    await refused(() => handIn(by(), statement), status, code);
  });

  test('the very same again is no error; another one about the same is kept as well', async () => {
    const client = await nameClient(world.city, 'S000037000008', (await makeKey()).jwk);
    await as(world.city).post('/v1/clients', { statement: client });
    const target: Withdrawal['target'] = { jti: jti(client) };
    const statement = await withdraw(world.city, target);
    await accepted(world.city, statement);
    expect(await handIn(world.city, statement)).toMatchObject({ status: 200 });
    await accepted(world.city, await withdraw(world.city, target, { effective: now() + 3600 }));
    expect((await trustNow()).withdrawals).toContain(statement);
  });
});
