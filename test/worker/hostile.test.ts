/**
 * Hostile statements at the real Worker: what is wrong with the token itself, whatever it says. Each has its own
 * stable code, and none leaves a trace in the register. What tokens say stands in hostile-chain.test.ts.
 */
import { beforeAll, expect, test } from 'vitest';
import {
  appointCentre,
  approveBatch,
  changeStatus,
  type Identity,
  type KeyPair,
  makeKey,
  nameClient,
} from '../../src/sdk/sign.ts';
import {
  as,
  candidates,
  certify,
  fileWith,
  foundProvince,
  ORIGIN,
  type Organization,
  type Province,
  type Submitted,
  submit,
} from '../kit.ts';
import {
  call,
  callAs,
  claimsOf,
  encode,
  forge,
  forgeHmac,
  headerOf,
  partsOf,
  prove,
  refused,
  resign,
  respell,
  signParts,
  twin,
} from './forge.ts';

let world: Province;
let school: Organization;
let plant: Organization;
let batch: Submitted;
/** A good approval of the city for `batch`, not submitted. */
let good: string;

const CODE = 'S000037000001';

beforeAll(async () => {
  world = await foundProvince();
  school = await fileWith(world.city, CODE);
  plant = await fileWith(world.province, 'Y000037000002', { name: '山东重工集团' });
  batch = await submit(school, candidates(2));
  good = await approveBatch(world.city, batch);
});

const handIn = (approval: unknown) => callAs(world.city, 'POST', `/v1/batches/${batch.id}/approvals`, { approval });

/** Each makes a token out of the good one; all are submitted as the city's approval. */
const FORMS: [name: string, make: () => Promise<string> | string, status: number, code: string][] = [
  [
    'alg none without a signature',
    () => `${encode({ ...headerOf(good), alg: 'none' })}.${partsOf(good)[1]}.`,
    400,
    'statement_malformed',
  ],
  [
    'alg none with the old signature',
    () => [encode({ ...headerOf(good), alg: 'none' }), ...partsOf(good).slice(1)].join('.'),
    400,
    'algorithm_not_allowed',
  ],
  [
    'alg NONE in capitals',
    () => [encode({ ...headerOf(good), alg: 'NONE' }), ...partsOf(good).slice(1)].join('.'),
    400,
    'algorithm_not_allowed',
  ],
  [
    'HS256 with the raw public key as secret',
    () => forgeHmac({ ...headerOf(good), alg: 'HS256' }, claimsOf(good), point(world.city)),
    400,
    'statement_malformed',
  ],
  ['HS256 with the public JWK as secret', () => hs256('HS256'), 400, 'algorithm_not_allowed'],
  ['ES256 said, HMAC meant', () => hs256('ES256'), 403, 'signature_wrong'],
  ['ES384', () => resign(good, world.city.key, {}, { alg: 'ES384' }), 400, 'algorithm_not_allowed'],
  ['alg as a list', () => resign(good, world.city.key, {}, { alg: ['ES256'] }), 400, 'algorithm_not_allowed'],
  ['alg missing', () => resign(good, world.city.key, {}, { alg: undefined }), 400, 'algorithm_not_allowed'],
  ['an embedded jwk', async () => selfMade({ jwk: (await makeKey()).jwk }), 400, 'header_not_allowed'],
  ['jku', () => selfMade({ jku: 'https://evil.example/jwks.json' }), 400, 'header_not_allowed'],
  ['x5c', () => selfMade({ x5c: ['MIIB'] }), 400, 'header_not_allowed'],
  ['x5u', () => selfMade({ x5u: 'https://evil.example/chain.pem' }), 400, 'header_not_allowed'],
  [
    'crit with a name nobody knows',
    () => resign(good, world.city.key, {}, { crit: ['exp'], exp: 1 }),
    400,
    'header_not_allowed',
  ],
  [
    'crit with b64 false',
    () => resign(good, world.city.key, {}, { crit: ['b64'], b64: false }),
    400,
    'header_not_allowed',
  ],
  ['an empty crit', () => resign(good, world.city.key, {}, { crit: [] }), 400, 'header_not_allowed'],
  ['zip', () => resign(good, world.city.key, {}, { zip: 'DEF' }), 400, 'header_not_allowed'],
  ['cty', () => resign(good, world.city.key, {}, { cty: 'JWT' }), 400, 'header_not_allowed'],
  [
    'a header parameter named __proto__',
    () =>
      signParts(
        encode(`{"alg":"ES256","typ":"approval+jwt","kid":"${world.city.kid}","__proto__":{}}`),
        partsOf(good)[1],
        world.city.key,
      ),
    400,
    'header_not_allowed',
  ],
  ['kid: a path', () => resign(good, world.city.key, {}, { kid: '../../../../dev/null' }), 403, 'key_unknown'],
  ['kid: SQL', () => resign(good, world.city.key, {}, { kid: "' OR 1=1 --" }), 403, 'key_unknown'],
  ['kid: a URL', () => resign(good, world.city.key, {}, { kid: 'https://evil.example/key' }), 403, 'key_unknown'],
  ['kid: __proto__', () => resign(good, world.city.key, {}, { kid: '__proto__' }), 403, 'key_unknown'],
  ['kid: empty', () => resign(good, world.city.key, {}, { kid: '' }), 403, 'key_unknown'],
  ['kid: a number', () => resign(good, world.city.key, {}, { kid: 1 }), 403, 'key_unknown'],
  ['kid: missing', () => resign(good, world.city.key, {}, { kid: undefined }), 403, 'key_unknown'],
  ['kid: very long', () => resign(good, world.city.key, {}, { kid: 'k'.repeat(10_000) }), 403, 'key_unknown'],
  [
    "kid of the province's centre, signed by the city",
    () => resign(good, world.city.key, {}, { kid: world.province.kid }),
    403,
    'signature_wrong',
  ],
  [
    'kid of the root, signed by the city',
    () => resign(good, world.city.key, {}, { kid: world.root.kid }),
    403,
    'key_unknown',
  ],
  ['signed by the root itself', () => resign(good, world.root.key, {}, { kid: world.root.kid }), 403, 'key_unknown'],
  [
    "kid of another organization's client, signed by it",
    () => resign(good, plant.client.key, {}, { kid: plant.client.kid }),
    403,
    'key_unknown',
  ],
  ['typ missing', () => resign(good, world.city.key, {}, { typ: undefined }), 400, 'type_wrong'],
  ['typ JWT', () => resign(good, world.city.key, {}, { typ: 'JWT' }), 400, 'type_wrong'],
  ['typ in capitals', () => resign(good, world.city.key, {}, { typ: 'APPROVAL+JWT' }), 400, 'type_wrong'],
  [
    'typ with the media type prefix',
    () => resign(good, world.city.key, {}, { typ: 'application/approval+jwt' }),
    400,
    'type_wrong',
  ],
  ['a client+jwt where an approval is due', () => school.client.token, 400, 'type_wrong'],
  ['a filing+jwt where an approval is due', () => school.filing, 400, 'type_wrong'],
  ['a centre+jwt where an approval is due', () => world.city.token, 400, 'type_wrong'],
  ['a DPoP proof where an approval is due', () => prove(world.city, 'POST', '/v1/batches'), 400, 'type_wrong'],
  ['white space around', () => ` ${good}`, 400, 'statement_malformed'],
  ['a line feed at the end', () => `${good}\n`, 400, 'statement_malformed'],
  ['white space inside', () => good.replace('.', '. '), 400, 'statement_malformed'],
  ['padding', () => `${good}==`, 400, 'statement_malformed'],
  [
    'the standard base64 alphabet',
    () => `${partsOf(good)[0]}.${partsOf(good)[1]}.${'+'.repeat(86)}`,
    400,
    'statement_malformed',
  ],
  ['four parts', () => `${good}.AA`, 400, 'statement_malformed'],
  ['five parts: a JWE', () => `${good}.AA.AA`, 400, 'statement_malformed'],
  [
    'JSON serialization',
    () => JSON.stringify({ protected: partsOf(good)[0], payload: partsOf(good)[1], signature: partsOf(good)[2] }),
    400,
    'statement_malformed',
  ],
  ['detached payload', () => `${partsOf(good)[0]}..${partsOf(good)[2]}`, 400, 'statement_malformed'],
  [
    'unused bits set in the signature',
    () => [...partsOf(good).slice(0, 2), respell(partsOf(good)[2])].join('.'),
    400,
    'statement_malformed',
  ],
  [
    'a DER signature',
    () => `${partsOf(good).slice(0, 2).join('.')}.${encode('0'.repeat(70))}`,
    400,
    'statement_malformed',
  ],
  [
    'an empty signature of zeros',
    () => `${partsOf(good).slice(0, 2).join('.')}.${'A'.repeat(86)}`,
    403,
    'signature_wrong',
  ],
  ['the header is a list', () => signParts(encode([]), partsOf(good)[1], world.city.key), 400, 'statement_malformed'],
  ['the header is null', () => signParts(encode('null'), partsOf(good)[1], world.city.key), 400, 'statement_malformed'],
  ['the header is not UTF-8', () => signParts('_w', partsOf(good)[1], world.city.key), 400, 'statement_malformed'],
  [
    'the payload is not JSON',
    () => signParts(partsOf(good)[0], encode('approve'), world.city.key),
    400,
    'claims_malformed',
  ],
  [
    'the payload begins with a byte order mark',
    () => signParts(partsOf(good)[0], encode(`\ufeff${JSON.stringify(claimsOf(good))}`), world.city.key),
    400,
    'claims_malformed',
  ],
  ['the payload is a list', () => signParts(partsOf(good)[0], encode([]), world.city.key), 400, 'claims_malformed'],
  [
    'one claim altered, the signature kept',
    () => [partsOf(good)[0], encode({ ...claimsOf(good), count: 3 }), partsOf(good)[2]].join('.'),
    403,
    'signature_wrong',
  ],
  ['numbers as strings', () => resign(good, world.city.key, { count: '2' }), 400, 'claims_malformed'],
  ['an instant that is not whole', () => resign(good, world.city.key, { iat: 1.5 }), 400, 'claims_malformed'],
  ['no jti', () => resign(good, world.city.key, { jti: undefined }), 400, 'claims_malformed'],
  ['aud as a list', () => resign(good, world.city.key, { aud: [ORIGIN] }), 400, 'claims_malformed'],
  ['a megabyte', () => `${partsOf(good)[0]}.${'A'.repeat(260_000)}.${partsOf(good)[2]}`, 400, 'statement_malformed'],
];

const point = ({ jwk }: KeyPair) => new TextEncoder().encode(jwk.x + jwk.y);
/** An HMAC as long as an ES256 signature, so that only the algorithm is wrong. */
async function hs256(alg: string): Promise<string> {
  const short = await forgeHmac(
    { ...headerOf(good), alg },
    claimsOf(good),
    new TextEncoder().encode(JSON.stringify(world.city.jwk)),
  );
  return `${partsOf(short).slice(0, 2).join('.')}.${partsOf(short)[2].slice(0, 43).padEnd(86, 'A')}`;
}
/** Signed by a key of the attacker that the header brings along. */
async function selfMade(header: Record<string, unknown>): Promise<string> {
  const { key } = await makeKey();
  return forge({ ...headerOf(good), ...header }, claimsOf(good), key);
}

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
