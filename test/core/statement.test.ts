/** Signed statements: the vectors of their forms and authors, and what no change of a character gets through. */

import { beforeAll, expect, test } from 'vitest';
import { isRefusal } from '../../src/base/refusal.ts';
import { openDirectory } from '../../src/core/directory.ts';
import { thumbprint } from '../../src/core/keys.ts';
import type { Payload } from '../../src/core/schema.ts';
import { checkTimes, Memo, openStatement, SKEW, STATEMENT_LIMIT } from '../../src/core/statement.ts';
import fc from '../fuzz.ts';
import vectors from '../vectors/statements.json' with { type: 'json' };
import {
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
} from './cast.ts';
import { twin } from './twin.ts';

let cast: Cast;
let tokens: Record<Name, string>;
beforeAll(async () => {
  cast = await makeCast();
  tokens = await makeChain(cast);
});

const mine = (vectors as unknown as StatementVector[]).filter(({ open }) =>
  ['centre', 'filing', 'client'].includes(open),
);
test.each(mine)('$open: $name → $code', async (vector) => {
  expect(await play(cast, vector)).toEqual({
    code: vector.code,
    ...(vector.part === undefined ? {} : { part: vector.part }),
  });
});

const TYPES = {
  centre: 'centre+jwt',
  filing: 'filing+jwt',
  client: 'client+jwt',
  city: 'approval+jwt',
  province: 'approval+jwt',
  order: 'issue+jwt',
  event: 'status+jwt',
} as const;
const SIGNERS = {
  centre: 'root',
  filing: 'city',
  client: 'city',
  city: 'city',
  province: 'province',
  order: 'client',
  event: 'client',
} as const;
type Signed = keyof typeof TYPES;
const names = Object.keys(TYPES) as Signed[];

const open = (token: string, name: Signed) =>
  openStatement(token, TYPES[name], async (kid) =>
    kid === cast.keys[SIGNERS[name]].kid ? cast.directory.memo.key(cast.keys[SIGNERS[name]].jwk) : undefined,
  );
const refused = async (work: () => Promise<unknown>) => (await refusalOf(work)).code;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

test('no single character of any part can be changed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...names),
      fc.nat(),
      fc.constantFrom(...ALPHABET, '.', '=', ' ', '+', '\n', 'é'),
      async (name, place, character) => {
        const token = tokens[name];
        const at = place % token.length;
        const changed = token.slice(0, at) + character + token.slice(at + 1);
        if (changed !== token) expect(await refused(() => open(changed, name))).not.toBe('accepted');
      },
    ),
    { numRuns: 400 },
  );
});

test('no character can be added or taken away', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...names),
      fc.nat(),
      fc.constantFrom(...ALPHABET, '', '.', '='),
      async (name, place, character) => {
        const token = tokens[name];
        const at = place % (token.length + 1);
        const changed =
          character === ''
            ? token.slice(0, at) + token.slice(at + 1)
            : token.slice(0, at) + character + token.slice(at);
        if (changed !== token) expect(await refused(() => open(changed, name))).not.toBe('accepted');
      },
    ),
    { numRuns: 200 },
  );
});

test("the signature's other spelling says the same: the digest, not the text, is the identity", async () => {
  for (const name of names) {
    const [one, other] = [await open(tokens[name], name), await open(twin(tokens[name]), name)];
    expect(other.token).not.toBe(one.token);
    expect([other.digest, other.payload, other.kid]).toEqual([one.digest, one.payload, one.kid]);
    expect(twin(twin(tokens[name]))).toBe(tokens[name]);
  }
});

test('any further header parameter is refused, whatever its name and value', async () => {
  const name = fc
    .oneof(
      fc.string({ minLength: 1 }),
      fc.constantFrom(
        'jwk',
        'jku',
        'x5c',
        'x5u',
        'x5t',
        'crit',
        'b64',
        'cty',
        'zip',
        'enc',
        'apu',
        'p2c',
        '__proto__',
        'constructor',
        'toString',
        'ALG',
        'Kid',
      ),
    )
    .filter((one) => !['alg', 'typ', 'kid'].includes(one));
  await fc.assert(
    fc.asyncProperty(name, fc.jsonValue(), async (parameter, value) => {
      const header = `{"alg":"ES256","typ":"client+jwt","kid":${JSON.stringify(cast.keys.city.kid)},${JSON.stringify(parameter)}:${JSON.stringify(value)}}`;
      const token = await signParts(encode(header), tokens.client.split('.')[1] as string, cast.keys.city);
      expect(await refused(() => open(token, 'client'))).toBe('header_not_allowed');
    }),
    { numRuns: 100 },
  );
});

test('any other algorithm and type is refused before a key is looked up', async () => {
  const never = () => {
    throw new Error('a key was looked up');
  };
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), fc.jsonValue(), async (alg, typ) => {
      const header = encode({ alg, typ, kid: cast.keys.city.kid });
      const token = `${header}.${tokens.client.split('.').slice(1).join('.')}`;
      expect(['algorithm_not_allowed', 'type_wrong']).toContain(
        await refused(() => openStatement(token, 'client+jwt', never)),
      );
    }),
    { numRuns: 100 },
  );
});

test('no text at all is taken, and none throws anything but a refusal', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.string(),
        fc.string({ unit: 'binary' }),
        fc.tuple(fc.string(), fc.string(), fc.string()).map((parts) => parts.map(encode).join('.')),
      ),
      async (text) => {
        await expect(open(text, 'client')).rejects.toSatisfy((error: unknown) => isRefusal(error));
      },
    ),
    { numRuns: 200 },
  );
  for (const value of [null, undefined, 1, {}, [], ['a.b.c']])
    expect(await refused(() => open(value as never, 'client'))).toBe('statement_malformed');
  expect(await refused(() => open(`${'A'.repeat(STATEMENT_LIMIT)}.A.A`, 'client'))).toBe('statement_malformed');
});

test('no type stands in for another', async () => {
  for (const made of names) {
    for (const asked of names) {
      if (TYPES[made] !== TYPES[asked]) expect(await refused(() => open(tokens[made], asked))).toBe('type_wrong');
    }
  }
});

test('claims that are not listed are dropped, a private half among them', async () => {
  const claims = {
    iss: 'centre:3701',
    sub: 'org:S000037000001',
    cnf: { jwk: cast.keys.client.private },
    iat: NOW,
    exp: NOW + 1,
    jti: 'x',
    admin: true,
  };
  const token = await signParts(
    encode({ alg: 'ES256', typ: 'client+jwt', kid: cast.keys.city.kid }),
    encode(claims),
    cast.keys.city,
  );
  const payload = (await open(token, 'client')).payload as Payload<'client+jwt'>;
  expect(payload).not.toHaveProperty('admin');
  expect(Object.keys(payload.cnf.jwk).sort()).toEqual(['crv', 'kty', 'x', 'y']);
});

test('a statement is in time exactly from a minute before its beginning to a minute after its end', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1000, max: 2e9 }),
      fc.nat(1000),
      fc.nat(1000),
      fc.integer({ min: -3000, max: 3000 }),
      (iat, delay, length, offset) => {
        const claims = { iat, nbf: iat + delay, exp: iat + delay + length };
        const at = iat + offset;
        const expected =
          at < claims.nbf - SKEW
            ? 'statement_not_yet_valid'
            : at >= claims.exp + SKEW
              ? 'statement_expired'
              : 'accepted';
        let code = 'accepted';
        try {
          checkTimes('filing+jwt', claims, at);
        } catch (error) {
          code = (error as { code: string }).code;
        }
        expect(code).toBe(expected);
      },
    ),
  );
});

test('the directory trusts by thumbprint alone, and leaves out what the root did not sign', async () => {
  const { keys, centres } = cast;
  const forged = await makeChain(cast, { centre: { signer: 'stranger', header: { kid: '%stranger.kid' } } });
  const directory = await openDirectory(
    { thumbprints: [keys.root.kid], roots: [keys.stranger.jwk, keys.root.jwk] },
    [forged.centre, 'no statement', ...centres],
    new Memo(),
  );
  expect(directory.anchored).toBe(true);
  expect(await directory.findRoot(keys.stranger.kid)).toBeUndefined();
  for (const who of ['province', 'city', 'other'] as const)
    expect(await directory.findCentre(keys[who].kid)).toBeDefined();
  const blind = await openDirectory({ thumbprints: [keys.root.kid], roots: [keys.stranger.jwk] }, centres, new Memo());
  expect(blind.anchored).toBe(false);
  expect(await blind.findCentre(keys.city.kid)).toBeUndefined();
});

test('a thumbprint is the one of RFC 7638 §3.1 for an EC key, whatever else the JWK holds', async () => {
  const { jwk, kid } = cast.keys.city;
  expect(await thumbprint(jwk)).toBe(kid);
  expect(await thumbprint({ ...jwk, kid: 'x', alg: 'ES256', use: 'sig' })).toBe(kid);
  expect(await refused(() => new Memo().key({ ...jwk, y: jwk.x }))).toBe('key_malformed');
});
