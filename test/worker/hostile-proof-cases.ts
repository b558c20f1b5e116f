/** Proofs and Authorization headers with one thing wrong each, and what the Worker says to them: for hostile-proof.test.ts. */
import { type Identity, makeKey, nameClient } from '../../src/sdk/sign.ts';
import { fileWith, foundProvince, ORIGIN, type Organization, type Province } from '../kit.ts';
import {
  call,
  claimsOf,
  encode,
  forgeHmac,
  headerOf,
  now,
  partsOf,
  prove,
  resign,
  respell,
  signParts,
} from './forge.ts';

export let world: Province;
export let school: Organization;

export const PATH = '/v1/batches';
export const CODE = 'S000037000001';

/** Made anew for each file of tests. */
export async function prepare(): Promise<void> {
  world = await foundProvince();
  school = await fileWith(world.city, CODE);
}
export const me = () => school.client;
export const auth = (identity: Identity = me()) => `DPoP ${identity.token}`;
export const withProof = (proof: string, more: Record<string, string> = {}) =>
  call('GET', PATH, { Authorization: auth(), DPoP: proof, ...more });

export const PROOFS: [name: string, make: () => Promise<string>, part: string][] = [
  ['for another method', () => prove(me(), 'POST', PATH), 'dpop+jwt:htm'],
  ['for the method in small letters', () => prove(me(), 'get', PATH), 'dpop+jwt:htm'],
  ['for another path', () => prove(me(), 'GET', '/v1/batches/other'), 'dpop+jwt:htu'],
  ['for the path with a slash at the end', () => prove(me(), 'GET', `${PATH}/`), 'dpop+jwt:htu'],
  [
    'for another host',
    () => prove(me(), 'GET', PATH, { claims: { htu: `https://evil.example${PATH}` } }),
    'dpop+jwt:htu',
  ],
  ['for another port', () => prove(me(), 'GET', PATH, { claims: { htu: `${ORIGIN}:8443${PATH}` } }), 'dpop+jwt:htu'],
  [
    'for http',
    () => prove(me(), 'GET', PATH, { claims: { htu: `${ORIGIN.replace('https', 'http')}${PATH}` } }),
    'dpop+jwt:htu',
  ],
  [
    'with a user name in the address',
    () => prove(me(), 'GET', PATH, { claims: { htu: `https://lz.example.cn@evil.example${PATH}` } }),
    'dpop+jwt:htu',
  ],
  ['for a path only', () => prove(me(), 'GET', PATH, { claims: { htu: PATH } }), 'dpop+jwt:htu'],
  ['for another access token', () => prove({ ...me(), token: `${me().token}x` }, 'GET', PATH), 'dpop+jwt:ath'],
  ['without ath', () => prove(me(), 'GET', PATH, { claims: { ath: undefined } }), 'dpop+jwt:ath'],
  ['without jti', () => prove(me(), 'GET', PATH, { claims: { jti: undefined } }), 'dpop+jwt:jti'],
  ['with an empty jti', () => prove(me(), 'GET', PATH, { claims: { jti: '' } }), 'dpop+jwt:jti'],
  [
    'with a jti of 1,000 characters',
    () => prove(me(), 'GET', PATH, { claims: { jti: 'j'.repeat(1000) } }),
    'dpop+jwt:jti',
  ],
  ['without htm', () => prove(me(), 'GET', PATH, { claims: { htm: undefined } }), 'dpop+jwt:htm'],
  ['without htu', () => prove(me(), 'GET', PATH, { claims: { htu: undefined } }), 'dpop+jwt:htu'],
  ['without iat', () => prove(me(), 'GET', PATH, { claims: { iat: undefined } }), 'dpop+jwt:iat'],
  ['with iat as text', () => prove(me(), 'GET', PATH, { claims: { iat: String(now()) } }), 'dpop+jwt:iat'],
  ['too old', () => prove(me(), 'GET', PATH, { claims: { iat: now() - 302 } }), 'dpop+jwt:iat'],
  ['from the future', () => prove(me(), 'GET', PATH, { claims: { iat: now() + 63 } }), 'dpop+jwt:iat'],
  ['in milliseconds', () => prove(me(), 'GET', PATH, { claims: { iat: now() * 1000 } }), 'dpop+jwt:iat'],
  [
    'by another key of ours',
    async () => {
      const { key, jwk } = await makeKey();
      return prove(me(), 'GET', PATH, { key, header: { jwk } });
    },
    'dpop+jwt:jwk',
  ],
  ['by another key under our jwk', async () => prove(me(), 'GET', PATH, { key: (await makeKey()).key }), 'dpop+jwt'],
  ['by the centre in our place', () => prove({ ...world.city, token: me().token }, 'GET', PATH), 'dpop+jwt:jwk'],
  ['without jwk', () => prove(me(), 'GET', PATH, { header: { jwk: undefined } }), 'dpop+jwt'],
  [
    'with kid instead of jwk',
    () => prove(me(), 'GET', PATH, { header: { jwk: undefined, kid: me().kid } }),
    'dpop+jwt',
  ],
  ['with kid beside jwk', () => prove(me(), 'GET', PATH, { header: { kid: me().kid } }), 'dpop+jwt'],
  ['with the private key in jwk', () => prove(me(), 'GET', PATH, { header: { jwk: me().private } }), 'dpop+jwt'],
  ['with jku', () => prove(me(), 'GET', PATH, { header: { jku: 'https://evil.example' } }), 'dpop+jwt'],
  ['with crit', () => prove(me(), 'GET', PATH, { header: { crit: ['b64'], b64: false } }), 'dpop+jwt'],
  [
    'with a header parameter named like a method of objects',
    () => prove(me(), 'GET', PATH, { header: { toString: 1 } }),
    'dpop+jwt',
  ],
  [
    'with a header parameter named __proto__',
    async () => {
      const [head, payload] = partsOf(await prove(me(), 'GET', PATH));
      const text = JSON.stringify(headerOf(`${head}..`));
      return signParts(encode(`${text.slice(0, -1)},"__proto__":{}}`), payload, me().key);
    },
    'dpop+jwt',
  ],
  ['with typ JWT', () => prove(me(), 'GET', PATH, { header: { typ: 'JWT' } }), 'dpop+jwt'],
  [
    'with alg none',
    async () => {
      const [, payload, signature] = partsOf(await prove(me(), 'GET', PATH));
      return `${encode({ typ: 'dpop+jwt', alg: 'none', jwk: me().jwk })}.${payload}.${signature}`;
    },
    'dpop+jwt',
  ],
  [
    'with HS256 under the public key',
    async () =>
      forgeHmac(
        { typ: 'dpop+jwt', alg: 'HS256', jwk: me().jwk },
        claimsOf(await prove(me(), 'GET', PATH)),
        new TextEncoder().encode(JSON.stringify(me().jwk)),
      ),
    'dpop+jwt',
  ],
  ['with a symmetric jwk', () => prove(me(), 'GET', PATH, { header: { jwk: { kty: 'oct', k: 'AAAA' } } }), 'dpop+jwt'],
  ['with padding', async () => `${await prove(me(), 'GET', PATH)}=`, 'dpop+jwt'],
  [
    'with unused bits set',
    async () => {
      const [head, payload, signature] = partsOf(await prove(me(), 'GET', PATH));
      return `${head}.${payload}.${respell(signature)}`;
    },
    'dpop+jwt',
  ],
  ['of four parts', async () => `${await prove(me(), 'GET', PATH)}.AA`, 'dpop+jwt'],
  ['that is no JWS', async () => 'yes', 'dpop+jwt'],
  ['of 10,000 characters', async () => 'A'.repeat(10_000), 'dpop+jwt'],
  [
    'twice in one header',
    async () => `${await prove(me(), 'GET', PATH)}, ${await prove(me(), 'GET', PATH)}`,
    'dpop+jwt',
  ],
  [
    'whose payload is a list',
    async () => signParts(encode(headerOf(await prove(me(), 'GET', PATH))), encode([]), me().key),
    'dpop+jwt:jti',
  ],
];

export const HEADERS: [name: string, headers: () => Promise<Record<string, string>>, code: string][] = [
  ['nothing', async () => ({}), 'authorization_missing'],
  ['a token without proof', async () => ({ Authorization: auth() }), 'authorization_missing'],
  ['a proof without token', async () => ({ DPoP: await prove(me(), 'GET', PATH) }), 'authorization_missing'],
  [
    'the token as Bearer',
    async () => ({ Authorization: `Bearer ${me().token}`, DPoP: await prove(me(), 'GET', PATH) }),
    'authorization_malformed',
  ],
  [
    'Basic',
    async () => ({ Authorization: 'Basic YTpi', DPoP: await prove(me(), 'GET', PATH) }),
    'authorization_malformed',
  ],
  [
    'a scheme alone',
    async () => ({ Authorization: 'DPoP', DPoP: await prove(me(), 'GET', PATH) }),
    'authorization_malformed',
  ],
  [
    'two tokens',
    async () => ({ Authorization: `${auth()} ${me().token}`, DPoP: await prove(me(), 'GET', PATH) }),
    'authorization_malformed',
  ],
  [
    'two Authorization headers in one',
    async () => ({ Authorization: `${auth()}, ${auth(world.city)}`, DPoP: await prove(me(), 'GET', PATH) }),
    'authorization_malformed',
  ],
  [
    'no JWS',
    async () => ({ Authorization: 'DPoP secret', DPoP: await prove(me(), 'GET', PATH) }),
    'authorization_malformed',
  ],
  [
    'a header that is null',
    async () => ({ Authorization: 'DPoP bnVsbA.e30.AA', DPoP: await prove(me(), 'GET', PATH) }),
    'authorization_malformed',
  ],
  ['a filing as token', async () => asTold({ ...me(), token: school.filing }), 'type_wrong'],
  ['a proof as token', async () => asTold({ ...me(), token: await prove(me(), 'GET', PATH) }), 'type_wrong'],
  [
    'an unsigned client token',
    async () =>
      asTold({
        ...me(),
        token: [encode({ ...headerOf(me().token), alg: 'none' }), ...partsOf(me().token).slice(1)].join('.'),
      }),
    'algorithm_not_allowed',
  ],
  [
    'a client token signed by the client itself',
    async () => asTold({ ...me(), token: await resign(me().token, me().key, {}, { kid: me().kid }) }),
    'key_unknown',
  ],
  [
    'a client token with an embedded jwk',
    async () => asTold({ ...me(), token: await resign(me().token, me().key, {}, { jwk: me().jwk }) }),
    'header_not_allowed',
  ],
  [
    'a client token for another organization, signed by the client',
    async () => asTold({ ...me(), token: await resign(me().token, me().key, { sub: 'org:S000037000002' }) }),
    'signature_wrong',
  ],
  [
    'a client token of an organization that nobody filed',
    async () => asTold({ ...me(), token: await nameClient(world.city, 'S000037000077', me().jwk) }),
    'organization_not_filed',
  ],
  [
    'a client token not submitted',
    async () => asTold({ ...me(), token: await nameClient(world.city, CODE, me().jwk) }),
    'client_unknown',
  ],
  [
    'an expired client token',
    async () => asTold({ ...me(), token: await resign(me().token, world.city.key, { exp: now() - 61 }) }),
    'statement_expired',
  ],
  [
    'a client token from the future',
    async () => asTold({ ...me(), token: await resign(me().token, world.city.key, { iat: now() + 600 }) }),
    'statement_not_yet_valid',
  ],
  [
    'an expired centre token',
    async () => asTold({ ...world.city, token: await resign(world.city.token, world.root.key, { exp: now() - 61 }) }),
    'statement_expired',
  ],
  [
    'a centre token signed by a centre',
    async () =>
      asTold({
        ...world.city,
        token: await resign(world.city.token, world.province.key, {}, { kid: world.province.kid }),
      }),
    'key_unknown',
  ],
  [
    "another's token with our proof",
    async () => ({ Authorization: auth(world.province), DPoP: await prove(me(), 'GET', PATH) }),
    'proof_wrong',
  ],
];
/** A token with a proof that fits it. */
const asTold = async (identity: Identity) => ({
  Authorization: auth(identity),
  DPoP: await prove(identity, 'GET', PATH),
});
