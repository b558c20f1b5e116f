/** Proofs of possession: vectors, and that a proof carries one request of one token by one key, and no other. */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { PROOF_AGE, PROOF_AHEAD, verifyProof } from '../../src/life/dpop.ts';
import { makeProof, tokenHash } from '../../src/life/proof.ts';
import { thumbprint } from '../../src/life/statement.ts';
import vectors from '../vectors/statements.json' with { type: 'json' };
import { AUD, encode, makeCast, makeChain, NOW, play, refusalOf, signParts, URL_, type Cast, type Name, type StatementVector } from './cast.ts';
import { twin } from './twin.ts';

let cast: Cast;
let tokens: Record<Name, string>;
beforeAll(async () => {
  cast = await makeCast();
  tokens = await makeChain(cast);
});

const mine = (vectors as unknown as StatementVector[]).filter(({ open }) => open === 'proof');
test.each(mine)('$name → $code', async (vector) => {
  expect(await play(cast, vector)).toEqual({ code: vector.code, ...(vector.part === undefined ? {} : { part: vector.part }) });
});

interface Asked { method?: string; url?: string; token?: string; now?: number }
const verify = (proof: string, { method = 'GET', url = URL_, token = tokens.client, now = NOW }: Asked = {}) => verifyProof(proof, cast.keys.client.jwk, { method, url, token, now }, cast.directory.memo);
const codeOf = async (proof: string, asked: Asked = {}) => (await refusalOf(() => verify(proof, asked))).code;

test('a good proof gives the key and the id by which it is remembered; so does its twin', async () => {
  const expected = { jkt: await thumbprint(cast.keys.client.jwk), jti: 'proof' };
  expect(await verify(tokens.proof)).toEqual(expected);
  expect(await verify(twin(tokens.proof))).toEqual(expected);
});

test('a proof as the command and the pages make it, for the address without its query', async () => {
  const { key, jwk } = cast.keys.client;
  const proof = await makeProof({ key, jwk, token: tokens.client }, { method: 'GET', url: `${URL_}?from=0#x`, iat: NOW, jti: 'made' });
  expect(await verify(proof)).toEqual({ jkt: await thumbprint(jwk), jti: 'made' });
});

test('a proof carries the request it was made for, and no other', async () => {
  const request = fc.record({
    method: fc.constantFrom('GET', 'POST', 'get', 'HEAD'),
    url: fc.constantFrom(URL_, `${URL_}/`, `${AUD}/v1/batches/b`, 'https://evil.example/v1/batches', `${AUD}/V1/batches`),
    token: fc.constantFrom('mine', 'other'),
    now: fc.integer({ min: NOW - 200, max: NOW + 500 }),
  });
  await fc.assert(
    fc.asyncProperty(request, async ({ method, url, token, now }) => {
      const good = method === 'GET' && url === URL_ && token === 'mine' && now - NOW <= PROOF_AGE && NOW - now <= PROOF_AHEAD;
      expect(await codeOf(tokens.proof, { method, url, token: token === 'mine' ? tokens.client : tokens.filing, now })).toBe(good ? 'accepted' : 'proof_wrong');
    }),
  );
});

test('no single character of a proof can be changed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.constantFrom(...'ABCXYZabcxyz019-_', '.', '=', ' ', 'é'), async (place, character) => {
      const at = place % tokens.proof.length;
      const changed = tokens.proof.slice(0, at) + character + tokens.proof.slice(at + 1);
      if (changed !== tokens.proof) expect(await codeOf(changed)).toBe('proof_wrong');
    }),
    { numRuns: 300 },
  );
});

/** A proof with this header text, well signed by the client. */
const withHeader = async (header: string) => signParts(encode(header), tokens.proof.split('.')[1] as string, cast.keys.client);

test('any further parameter of the header or of its jwk is refused', async () => {
  const jwk = JSON.stringify(cast.keys.client.jwk);
  const name = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('kid', 'jku', 'x5c', 'crit', 'b64', 'cty', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'd'));
  await fc.assert(
    fc.asyncProperty(name, fc.jsonValue(), async (parameter, value) => {
      const more = `,${JSON.stringify(parameter)}:${JSON.stringify(value)}}`;
      if (!['typ', 'alg', 'jwk'].includes(parameter)) expect(await codeOf(await withHeader(`{"typ":"dpop+jwt","alg":"ES256","jwk":${jwk}${more}`))).toBe('proof_wrong');
      if (!['kty', 'crv', 'x', 'y', 'kid', 'alg', 'use'].includes(parameter)) expect(await codeOf(await withHeader(`{"typ":"dpop+jwt","alg":"ES256","jwk":${jwk.slice(0, -1)}${more}}`))).toBe('proof_wrong');
    }),
    { numRuns: 150 },
  );
  expect(await codeOf(await withHeader(`{"typ":"dpop+jwt","alg":"ES256","jwk":${jwk}}`))).toBe('accepted');
});

test('no text at all is a proof, and none throws anything but a refusal', async () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.tuple(fc.jsonValue(), fc.jsonValue(), fc.string()).map((parts) => parts.map(encode).join('.')), fc.constantFrom(...Object.values(tokens).slice(0, 7)));
  await fc.assert(
    fc.asyncProperty(text, async (one) => {
      expect(await codeOf(one)).toBe('proof_wrong');
    }),
    { numRuns: 300 },
  );
});

test('claims of the wrong kind are refused, naming the claim', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('jti', 'htm', 'htu', 'iat', 'ath'), fc.oneof(fc.boolean(), fc.constant(null), fc.array(fc.string()), fc.object()), async (claim, value) => {
      const { proof } = await makeChain(cast, { proof: { claims: { [claim]: value } } });
      expect(await refusalOf(() => verify(proof))).toEqual({ code: 'proof_wrong', part: `dpop+jwt:${claim}` });
    }),
    { numRuns: 40 },
  );
});

test('ath is the digest of the token as text (RFC 9449 §4.3, its example)', async () => {
  expect(await tokenHash('Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU')).toBe('fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo');
});
