/** Proofs of possession: vectors, and that a proof carries one request of one token by one key, and no other. */

import { beforeAll, expect, test } from 'vitest';
import { decodeUtf8, fromBase64url } from '../../src/base/bytes.ts';
import { makeProof, PROOF_AGE, PROOF_AHEAD, tokenHash, verifyProof } from '../../src/core/dpop.ts';
import { thumbprint } from '../../src/core/keys.ts';
import fc from '../fuzz.ts';
import vectors from '../vectors/statements.json' with { type: 'json' };
import {
  AUD,
  type Cast,
  encode,
  makeCast,
  makeChain,
  type Name,
  NOW,
  play,
  refusalOf,
  type StatementVector,
  signParts,
  URL_,
} from './cast.ts';
import { twin } from './twin.ts';

let cast: Cast;
let tokens: Record<Name, string>;
beforeAll(async () => {
  cast = await makeCast();
  tokens = await makeChain(cast);
});

const mine = (vectors as unknown as StatementVector[]).filter(({ open }) => open === 'proof');
test.each(mine)('$name → $code', async (vector) => {
  expect(await play(cast, vector)).toEqual({
    code: vector.code,
    ...(vector.part === undefined ? {} : { part: vector.part }),
  });
});

interface Asked {
  method?: string;
  url?: string;
  token?: string;
  now?: number;
}
const verify = (proof: string, { method = 'GET', url = URL_, token = tokens.client, now = NOW }: Asked = {}) =>
  verifyProof(proof, cast.keys.client.jwk, { method, url, token, now }, cast.directory.memo);
const codeOf = async (proof: string, asked: Asked = {}) => (await refusalOf(() => verify(proof, asked))).code;

test('a good proof gives the key and the id by which it is remembered; so does its twin', async () => {
  const expected = { jkt: await thumbprint(cast.keys.client.jwk), jti: 'proof' };
  expect(await verify(tokens.proof)).toEqual(expected);
  expect(await verify(twin(tokens.proof))).toEqual(expected);
});

test('a proof as the command and the pages make it, for the address without its query', async () => {
  const { key, jwk } = cast.keys.client;
  const proof = await makeProof(
    { key, jwk, token: tokens.client },
    { method: 'GET', url: `${URL_}?from=0#x`, iat: NOW, jti: 'made' },
  );
  expect(await verify(proof)).toEqual({ jkt: await thumbprint(jwk), jti: 'made' });
});

test('a proof carries the request it was made for, and no other', async () => {
  const request = fc.record({
    method: fc.constantFrom('GET', 'POST', 'get', 'HEAD'),
    url: fc.constantFrom(
      URL_,
      `${URL_}/`,
      `${AUD}/v1/batches/b`,
      'https://evil.example/v1/batches',
      `${AUD}/V1/batches`,
    ),
    token: fc.constantFrom('mine', 'other'),
    now: fc.integer({ min: NOW - 200, max: NOW + 500 }),
  });
  await fc.assert(
    fc.asyncProperty(request, async ({ method, url, token, now }) => {
      const good =
        method === 'GET' && url === URL_ && token === 'mine' && now - NOW <= PROOF_AGE && NOW - now <= PROOF_AHEAD;
      expect(
        await codeOf(tokens.proof, { method, url, token: token === 'mine' ? tokens.client : tokens.filing, now }),
      ).toBe(good ? 'accepted' : 'proof_wrong');
    }),
  );
});

test('no single character of a proof can be changed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.constantFrom(...'ABCXYZabcxyz019-_', '.', '=', ' ', 'é'),
      async (place, character) => {
        const at = place % tokens.proof.length;
        const changed = tokens.proof.slice(0, at) + character + tokens.proof.slice(at + 1);
        if (changed !== tokens.proof) expect(await codeOf(changed)).toBe('proof_wrong');
      },
    ),
    { numRuns: 300 },
  );
});

/** A proof with changed claims, well signed by the client. */
const withClaims = async (claims: object) => {
  const [head, payload] = tokens.proof.split('.') as [string, string];
  return signParts(
    head,
    encode({ ...(JSON.parse(decodeUtf8(fromBase64url(payload))) as object), ...claims }),
    cast.keys.client,
  );
};

/** Of private and symmetric keys (RFC 7518 §6). */
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** A proof with this header text, well signed by the client. */
const withHeader = async (header: string) =>
  signParts(encode(header), tokens.proof.split('.')[1] as string, cast.keys.client);

test('any further parameter of the header is refused, any further member of its jwk is ignored (RFC 7517 §4), but for private ones', async () => {
  const jwk = JSON.stringify(cast.keys.client.jwk);
  const name = fc.oneof(
    fc.string({ minLength: 1 }),
    fc.constantFrom(
      'kid',
      'jku',
      'x5c',
      'crit',
      'b64',
      'cty',
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      'key_ops',
      'ext',
      'x5t',
      ...PRIVATE,
    ),
  );
  await fc.assert(
    fc.asyncProperty(name, fc.jsonValue(), async (parameter, value) => {
      const more = `,${JSON.stringify(parameter)}:${JSON.stringify(value)}}`;
      if (!['typ', 'alg', 'jwk'].includes(parameter))
        expect(await codeOf(await withHeader(`{"typ":"dpop+jwt","alg":"ES256","jwk":${jwk}${more}`))).toBe(
          'proof_wrong',
        );
      const expected = PRIVATE.includes(parameter) ? 'proof_wrong' : 'accepted';
      if (!['kty', 'crv', 'x', 'y', 'kid', 'alg', 'use'].includes(parameter))
        expect(
          await codeOf(await withHeader(`{"typ":"dpop+jwt","alg":"ES256","jwk":${jwk.slice(0, -1)}${more}}`)),
        ).toBe(expected);
    }),
    { numRuns: 150 },
  );
  expect(await codeOf(await withHeader(`{"typ":"dpop+jwt","alg":"ES256","jwk":${jwk}}`))).toBe('accepted');
});

test('no text at all is a proof, and none throws anything but a refusal', async () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.tuple(fc.jsonValue(), fc.jsonValue(), fc.string()).map((parts) => parts.map(encode).join('.')),
    fc.constantFrom(...Object.values(tokens).slice(0, 7)),
  );
  await fc.assert(
    fc.asyncProperty(text, async (one) => {
      expect(await codeOf(one)).toBe('proof_wrong');
    }),
    { numRuns: 300 },
  );
});

test('claims of the wrong kind are refused, naming the claim', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('jti', 'htm', 'htu', 'iat', 'ath'),
      fc.oneof(fc.boolean(), fc.constant(null), fc.array(fc.string()), fc.object()),
      async (claim, value) => {
        const { proof } = await makeChain(cast, { proof: { claims: { [claim]: value } } });
        expect(await refusalOf(() => verify(proof))).toEqual({ code: 'proof_wrong', part: `dpop+jwt:${claim}` });
      },
    ),
    { numRuns: 40 },
  );
});

test('a public key as browsers and libraries export it', async () => {
  const { kty, crv, x, y } = cast.keys.client.jwk;
  for (const more of [
    { ext: true, key_ops: ['verify'] },
    { kid: 'device-1', alg: 'ES256', use: 'sig', iat: 1 },
    { x5c: ['x'], x5u: 'https://evil.example' },
  ]) {
    expect(
      await codeOf(
        await withHeader(JSON.stringify({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y, ...more } })),
      ),
    ).toBe('accepted');
  }
  for (const name of PRIVATE) {
    expect([
      name,
      await codeOf(
        await withHeader(JSON.stringify({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y, [name]: 'AA' } })),
      ),
    ]).toEqual([name, 'proof_wrong']);
  }
});

test('iat is a NumericDate: seconds with a fraction too (RFC 7519 §2)', async () => {
  const at = async (iat: unknown) => codeOf(await withClaims({ iat }));
  for (const iat of [
    NOW + 0.25,
    NOW - PROOF_AGE,
    NOW - PROOF_AGE + 0.001,
    NOW + PROOF_AHEAD,
    NOW + PROOF_AHEAD - 0.001,
  ])
    expect([iat, await at(iat)]).toEqual([iat, 'accepted']);
  for (const iat of [NOW - PROOF_AGE - 0.001, NOW + PROOF_AHEAD + 0.001, -0.5, 1e300, String(NOW), null])
    expect([iat, await at(iat)]).toEqual([iat, 'proof_wrong']);
});

/** `htu` as it may be written → what was asked for. */
const SAME: [htu: string, url: string][] = [
  ['HTTPS://LZ.Example.CN/v1/batches', 'https://lz.example.cn/v1/batches'],
  ['https://lz.example.cn:443/v1/batches', 'https://lz.example.cn/v1/batches'],
  ['https://lz.example.cn:/v1/batches', 'https://lz.example.cn/v1/batches'],
  ['http://localhost:80/v1/batches', 'http://localhost/v1/batches'],
  ['http://[::1]:8787/v1/batches', 'http://[::1]:8787/v1/batches'],
  ['https://lz.example.cn', 'https://lz.example.cn/'],
  ['https://lz.example.cn?x=1', 'https://lz.example.cn/'],
  ['https://lz.example.cn/v1/./x/../batches', 'https://lz.example.cn/v1/batches'],
  ['https://lz.example.cn/../../v1/batches', 'https://lz.example.cn/v1/batches'],
  ['https://lz.example.cn/v1/%62atches', 'https://lz.example.cn/v1/batches'],
  ['https://lz.example.cn/v1/batches', 'https://lz.example.cn/v1/%62%61tches'],
  ['https://lz.example.cn/v1/cases/plan:p0', 'https://lz.example.cn/v1/cases/plan:p0'],
  ['https://lz.example.cn/v1/cases/%e9%b2%81%7e', 'https://lz.example.cn/v1/cases/%E9%B2%81~'],
  ['https://lz.example.cn/v1/x/%2e%2E/batches', 'https://lz.example.cn/v1/batches'],
  ['https://lz.example.cn/v1/a|b', 'https://lz.example.cn/v1/a|b'],
];
const OTHER: [htu: string, url: string][] = [
  ['https://lz.example.cn/v1/Batches', 'https://lz.example.cn/v1/batches'],
  ['https://lz.example.cn/v1/batches/', 'https://lz.example.cn/v1/batches'],
  ['https://lz.example.cn//v1/batches', 'https://lz.example.cn/v1/batches'],
  ['https://lz.example.cn:80/v1/batches', 'https://lz.example.cn/v1/batches'],
  ['http://lz.example.cn:443/v1/batches', 'https://lz.example.cn/v1/batches'],
  ['https://lz.example.cn:0443/v1/batches', 'https://lz.example.cn/v1/batches'],
  ['https://lz.example.cn./v1/batches', 'https://lz.example.cn/v1/batches'],
  ['https://u@lz.example.cn/v1/batches', 'https://lz.example.cn/v1/batches'],
  ['https://lz.example.cn@evil.example/v1/batches', 'https://lz.example.cn/v1/batches'],
  ['https:\\\\lz.example.cn\\v1\\batches', 'https://lz.example.cn/v1/batches'],
  ['https://lz.example.cn/v1\\batches', 'https://lz.example.cn/v1/batches'],
  ['https://lz.example.cn/v1/bat\tches', 'https://lz.example.cn/v1/batches'],
  [' https://lz.example.cn/v1/batches', 'https://lz.example.cn/v1/batches'],
  ['https://lz%2eexample.cn/v1/batches', 'https://lz.example.cn/v1/batches'],
  ['https:/lz.example.cn/v1/batches', 'https://lz.example.cn/v1/batches'],
  ['https:lz.example.cn/v1/batches', 'https://lz.example.cn/v1/batches'],
  ['http://0x7f.1/v1/batches', 'http://127.0.0.1/v1/batches'],
  ['https://lz.example.cn/v1%2fbatches', 'https://lz.example.cn/v1/batches'],
  ['https://lz.example.cn/v1/%252e%252e/batches', 'https://lz.example.cn/batches'],
  ['https://lz.example.cn/v1/batches%00', 'https://lz.example.cn/v1/batches'],
  ['https://lz.example.cn/v1/cases/plan%3Ap0', 'https://lz.example.cn/v1/cases/plan:p0'],
  ['/v1/batches', 'https://lz.example.cn/v1/batches'],
];

test.each(SAME)('htu %s is the address %s (RFC 3986 §6.2.2, §6.2.3)', async (htu, url) => {
  expect(await codeOf(await withClaims({ htu }), { url })).toBe('accepted');
});

test.each(OTHER)('htu %s is not the address %s', async (htu, url) => {
  expect(await refusalOf(async () => verify(await withClaims({ htu }), { url }))).toEqual({
    code: 'proof_wrong',
    part: 'dpop+jwt:htu',
  });
});

test('ath is the digest of the token as text (RFC 9449 §4.3, its example)', async () => {
  expect(await tokenHash('Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU')).toBe(
    'fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo',
  );
});
