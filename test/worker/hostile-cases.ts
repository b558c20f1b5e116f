/** Approvals whose token has one thing wrong each, and what the Worker says to them: for hostile.test.ts. */
import { approveBatch, type KeyPair, makeKey } from '../../src/sdk/sign.ts';
import {
  candidates,
  fileWith,
  foundProvince,
  ORIGIN,
  type Organization,
  type Province,
  type Submitted,
  submit,
} from '../kit.ts';
import { claimsOf, encode, forge, forgeHmac, headerOf, partsOf, prove, resign, respell, signParts } from './forge.ts';

export let world: Province;
export let school: Organization;
export let plant: Organization;
export let batch: Submitted;
/** A good approval of the city for `batch`, not submitted. */
let good: string;

export const CODE = 'S000037000001';

/** Made anew for each file of tests. */
export async function prepare(): Promise<void> {
  world = await foundProvince();
  school = await fileWith(world.city, CODE);
  plant = await fileWith(world.province, 'Y000037000002', { name: '山东重工集团' });
  batch = await submit(school, candidates(2));
  good = await approveBatch(world.city, batch);
}

/** Each makes a token out of the good one; all are submitted as the city's approval. */
export const FORMS: [name: string, make: () => Promise<string> | string, status: number, code: string][] = [
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
