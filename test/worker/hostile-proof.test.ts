/**
 * Hostile calls at the real Worker: access tokens and DPoP proofs (RFC 9449) that are missing, used before, or
 * made for another request, key, token or time. All are 401 with a challenge; none stores anything.
 */
import { beforeAll, expect, test } from 'vitest';
import { changeStatus, type Identity, makeKey, nameClient } from '../../src/sdk/sign.ts';
import { as, candidates, certify, makeCentre, ORIGIN } from '../kit.ts';
import { call, callAs, now, prove, refused, snapshot } from './forge.ts';
import { auth, CODE, HEADERS, me, PATH, PROOFS, prepare, school, withProof, world } from './hostile-proof-cases.ts';

beforeAll(prepare);

test.each(PROOFS)('a proof %s', async (_name, make, part) => {
  const proof = await make();
  await refused(() => withProof(proof), 401, 'proof_wrong', part);
});

test('a good proof opens once; the limits of its time are kept to the second', async () => {
  const proof = await prove(me(), 'GET', PATH);
  expect(await withProof(proof)).toMatchObject({ status: 200 });
  await refused(() => withProof(proof), 401, 'proof_replayed');
  for (const iat of [now() - 298, now() + 58])
    expect(await withProof(await prove(me(), 'GET', PATH, { claims: { iat } }))).toMatchObject({ status: 200 });
  // A query is no part of htu (RFC 9449 §4.2), with or without it in the proof.
  expect(
    await call('GET', `${PATH}?x=1`, {
      Authorization: auth(),
      DPoP: await prove(me(), 'GET', PATH, { claims: { htu: `${ORIGIN}${PATH}?y=2#z` } }),
    }),
  ).toMatchObject({ status: 200 });
});

test('a refused proof is not remembered, so that nobody can use up the proofs of others', async () => {
  const jti = crypto.randomUUID();
  await refused(
    async () => withProof(await prove(me(), 'GET', PATH, { claims: { jti }, key: (await makeKey()).key })),
    401,
    'proof_wrong',
  );
  expect(await withProof(await prove(me(), 'GET', PATH, { claims: { jti } }))).toMatchObject({ status: 200 });
});

test('one proof in two calls at once opens one of them', async () => {
  const proof = await prove(me(), 'GET', PATH);
  const answers = await Promise.all(Array.from({ length: 8 }, () => withProof(proof)));
  expect(answers.map(({ code = 'ok' }) => code).sort()).toEqual([
    'ok',
    ...Array.from({ length: 7 }, () => 'proof_replayed'),
  ]);
});

test('the Host header and forwarding headers move nothing', async () => {
  const headers = {
    Host: 'evil.example',
    'X-Forwarded-Host': 'evil.example',
    'X-Forwarded-Proto': 'http',
    Forwarded: 'host=evil.example',
    'X-Original-URL': '/healthz',
    'X-HTTP-Method-Override': 'POST',
  };
  expect(await withProof(await prove(me(), 'GET', PATH), headers)).toMatchObject({ status: 200 });
  const evil = await prove(me(), 'GET', PATH, { claims: { htu: `https://evil.example${PATH}` } });
  await refused(() => withProof(evil, headers), 401, 'proof_wrong', 'dpop+jwt:htu');
  // Reached under another name, the service still knows only its own.
  await refused(
    () => call('GET', `https://evil.example${PATH}`, { Authorization: auth(), DPoP: evil }),
    401,
    'proof_wrong',
    'dpop+jwt:htu',
  );
});

test.each(HEADERS)('an Authorization with %s', async (_name, headers, code) => {
  const sent = await headers();
  const before = await snapshot();
  const { status, code: found, response } = await call('GET', PATH, sent);
  expect({ status, code: found }).toEqual({ status: 401, code });
  // Who says nothing of a key, or speaks another scheme, is told what is wanted and no error (RFC 6750 §3.1).
  const { Authorization: said, DPoP: proof } = sent as { Authorization?: string; DPoP?: string };
  const error = !/^dpop\b/i.test(said ?? '')
    ? ''
    : `error="${proof === undefined || found?.startsWith('proof') ? 'invalid_dpop_proof' : 'invalid_token'}", `;
  expect(response.headers.get('WWW-Authenticate')).toBe(`DPoP ${error}algs="ES256"`);
  expect(await snapshot()).toEqual(before);
});

test('a token in the address or the body opens nothing', async () => {
  const proof = await prove(me(), 'GET', PATH);
  await refused(() => call('GET', `${PATH}?access_token=${me().token}&DPoP=${proof}`), 401, 'authorization_missing');
  await refused(
    () => call('POST', PATH, { 'Content-Type': 'application/x-www-form-urlencoded' }, `access_token=${me().token}`),
    401,
    'authorization_missing',
  );
});

test('a second device works, its key cannot speak through the token of the first', async () => {
  const pair = await makeKey();
  const token = await nameClient(world.city, CODE, pair.jwk);
  await as(world.city).post('/v1/clients', { statement: token });
  const second: Identity = { ...pair, subject: `org:${CODE}`, token };
  expect(await callAs(second, 'GET', PATH)).toMatchObject({ status: 200 });
  await refused(
    async () =>
      call('GET', PATH, { Authorization: auth(), DPoP: await prove({ ...second, token: me().token }, 'GET', PATH) }),
    401,
    'proof_wrong',
    'dpop+jwt:jwk',
  );
});

test('the proof of one call does not carry another: same path, other method', async () => {
  const { certificates } = await certify(world, school, candidates(1));
  const path = `/v1/certificates/${certificates[0]?.number}/status`;
  const statement = await changeStatus(me(), {
    number: certificates[0]?.number as string,
    action: 'revoke',
    reason: 'other',
    seq: 1,
  });
  await refused(
    async () => call('POST', path, { Authorization: auth(), DPoP: await prove(me(), 'GET', path) }, { statement }),
    401,
    'proof_wrong',
    'dpop+jwt:htm',
  );
  const stranger = await makeCentre(world.root, '3702', '青岛');
  await refused(() => callAs(stranger, 'POST', path, { statement }), 403, 'out_of_reach');
});
