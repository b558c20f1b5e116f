/**
 * Hostile statements at the real Worker: what is wrong with the token itself, whatever it says. Each has its own
 * stable code, and none leaves a trace in the register. What tokens say stands in hostile-chain.test.ts.
 */
import { beforeAll, expect, test } from 'vitest';
import { appointCentre, changeStatus, type Identity, makeKey, nameClient } from '../../src/sdk/sign.ts';
import { as, candidates, certify, ORIGIN } from '../kit.ts';
import { call, callAs, claimsOf, forge, prove, refused, resign, twin } from './forge.ts';
import { batch, CODE, FORMS, plant, prepare, school, world } from './hostile-cases.ts';

beforeAll(prepare);

const handIn = (approval: unknown) => callAs(world.city, 'POST', `/v1/batches/${batch.id}/approvals`, { approval });

test.each(FORMS)('%s', async (_name, make, status, code) => {
  const token = await make();
  await refused(() => handIn(token), status, code);
});

test.each([[null], [1], [['a.b.c']], [{ token: 'a.b.c' }], [undefined]])(
  'a statement that is no text: %j',
  async (value) => {
    await refused(() => handIn(value), 400, 'body_malformed', 'approval');
  },
);

/** Statements about keys, submitted by the province and the city. */
const post = (by: Identity, path: string, statement: string) => callAs(by, 'POST', path, { statement });

test('a root that made itself appoints nobody', async () => {
  const [root, key] = [await makeKey(), await makeKey()];
  const token = await appointCentre(root, { code: '3700', name: '假中心', jwk: key.jwk });
  await refused(() => post(world.province, '/v1/centres', token), 403, 'key_unknown');
  const borrowed = await resign(token, root.key, {}, { kid: world.root.kid });
  await refused(() => post(world.province, '/v1/centres', borrowed), 403, 'signature_wrong');
  const identity: Identity = { ...key, subject: 'centre:3700', token };
  await refused(() => callAs(identity, 'POST', `/v1/organizations/${CODE}/keys`), 401, 'key_unknown');
});

test('centres do not appoint centres', async () => {
  const key = await makeKey();
  for (const [by, code] of [
    [world.province, '3702'],
    [world.city, '3700'],
  ] as const) {
    const token = await appointCentre(by, { code, name: '假中心', jwk: key.jwk });
    await refused(() => post(world.province, '/v1/centres', token), 403, 'key_unknown');
  }
});

test('the root appoints no second province, and the service key is our own', async () => {
  const { jwk } = await makeKey();
  const token = await appointCentre(world.root, { code: '3702', name: '青岛', jwk });
  await refused(
    async () => post(world.province, '/v1/centres', await resign(token, world.root.key, { tier: 'province' })),
    400,
    'claims_malformed',
    'centre+jwt:tier',
  );
  const service = await forge(
    { alg: 'ES256', typ: 'service+jwt', kid: world.root.kid },
    { ...claimsOf(token), sub: ORIGIN },
    world.root.key,
  );
  await refused(() => post(world.province, '/v1/centres', service), 403, 'service_key_unknown');
  const off = await resign(token, world.root.key, { cnf: { jwk: { ...jwk, y: jwk.x } } });
  await refused(() => post(world.province, '/v1/centres', off), 400, 'key_malformed');
});

test('a client token that nobody submitted opens nothing; neither does one of another centre', async () => {
  const pair = await makeKey();
  for (const [centre, code] of [
    [world.city, 'client_unknown'],
    [world.province, 'client_not_by_filing_centre'],
  ] as const) {
    const identity: Identity = { ...pair, subject: `org:${CODE}`, token: await nameClient(centre, CODE, pair.jwk) };
    await refused(() => callAs(identity, 'GET', '/v1/batches'), 401, code);
  }
  const own: Identity = {
    ...school.client,
    token: await resign(school.client.token, school.client.key, {}, { kid: school.client.kid }),
  };
  await refused(() => callAs(own, 'GET', '/v1/batches'), 401, 'key_unknown');
});

test('a jti does not stand for two statements, and the same statement twice is one', async () => {
  const again = await resign(school.client.token, world.city.key, {
    exp: Number(claimsOf(school.client.token).exp) + 1,
  });
  await refused(() => post(world.city, '/v1/clients', again), 409, 'statement_repeated');
  expect(await post(world.city, '/v1/clients', school.client.token)).toMatchObject({ status: 200 });
});

test('the other spelling of a signature is the same statement: no second entry, no second use', async () => {
  // The text differs, so it is not taken for the one on file; its jti is the same, so it is not stored beside it.
  await refused(() => post(world.city, '/v1/clients', twin(school.client.token)), 409, 'statement_repeated');
  // As an access token it opens what the original opens, and the proof must name the very text.
  const spelled: Identity = { ...school.client, token: twin(school.client.token) };
  expect(await callAs(spelled, 'GET', '/v1/batches')).toMatchObject({ status: 200 });
  await refused(
    async () =>
      call('GET', '/v1/batches', {
        Authorization: `DPoP ${spelled.token}`,
        DPoP: await prove(school.client, 'GET', '/v1/batches'),
      }),
    401,
    'proof_wrong',
    'dpop+jwt:ath',
  );
  // A proof is remembered by key and jti, not by its text.
  const proof = await prove(school.client, 'GET', '/v1/batches');
  const headers = { Authorization: `DPoP ${school.client.token}` };
  expect(await call('GET', '/v1/batches', { ...headers, DPoP: proof })).toMatchObject({ status: 200 });
  await refused(() => call('GET', '/v1/batches', { ...headers, DPoP: twin(proof) }), 401, 'proof_replayed');
  // An event said twice is one event.
  const { certificates } = await certify(world, plant, candidates(1, 50));
  const number = certificates[0]?.number as string;
  const suspend = await changeStatus(plant.client, {
    number,
    action: 'suspend',
    reason: 'under_investigation',
    seq: 1,
  });
  expect(await as(plant.client).post(`/v1/certificates/${number}/status`, { statement: suspend })).toMatchObject({
    state: 'suspended',
  });
  await refused(
    () => callAs(plant.client, 'POST', `/v1/certificates/${number}/status`, { statement: twin(suspend) }),
    409,
    'status_out_of_order',
    'status+jwt:seq',
  );
});
