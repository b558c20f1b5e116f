/** The seal: a fixed vector, formats by size, other libraries, and every way to spoil one. */

import { createPublicKey, verify as verifyRaw } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { beforeAll, expect, test } from 'vitest';
import { isRefusal } from '../../src/base/refusal.ts';
import { readAddress } from '../../src/core/address.ts';
import { importPublic } from '../../src/core/keys.ts';
import {
  chooseFormat,
  openSeal,
  readSeal,
  type SealInput,
  sealKid,
  sealToken,
  sealUrl,
  signSeal,
} from '../../src/core/seal.ts';
import { qrMatrix } from '../../src/formats/qr.ts';
import { type KeyPair, makeKey } from '../../src/sdk/sign.ts';
import fc from '../fuzz.ts';
import vectors from '../vectors/seal.json' with { type: 'json' };

let key: KeyPair;
beforeAll(async () => {
  key = await makeKey();
});

const NUMBER = 'S000037000001263000001';
const input = (change: Partial<SealInput> = {}): SealInput => ({
  origin: 'https://lz.sdrs.cn',
  number: NUMBER,
  key_number: 1,
  issued_on: '2026-11-23',
  occupation: { code: '6-31-01-03', name: '电工' },
  job: '--',
  name: '欧阳建国',
  name_digest: 'A'.repeat(43),
  ...change,
});
const make = async (change: Partial<SealInput> = {}) => {
  const facts = chooseFormat(input(change));
  return { facts, digits: await signSeal(facts, key.key) };
};
const publicKey = () => importPublic(key.jwk);
const open = async (number: string, digits: string) =>
  openSeal(number, digits, (kid) => (kid === `${number.slice(0, 13)}-1` ? publicKey() : undefined));

test.each(vectors.seals)('vector: $name', async ({ number, digits, facts, token }) => {
  const read = readSeal(number, digits);
  expect(read).toEqual({ facts, token });
  const jwk = vectors.key as { kty: 'EC'; crv: 'P-256'; x: string; y: string };
  const opened = await openSeal(number, digits, () => importPublic(jwk));
  expect(opened).toEqual(facts);
});

test('the rebuilt JWS verifies with node:crypto and with jsonwebtoken', async () => {
  for (const change of [
    {},
    { name: '阿'.repeat(50) },
    { occupation: { code: '6-31-01-03', name: '电'.repeat(28) }, job: '工'.repeat(28) },
  ]) {
    const { digits } = await make(change);
    const { token, facts } = readSeal(NUMBER, digits);
    const [head, payload, signature] = token.split('.') as [string, string, string];
    const pem = createPublicKey({ key: { ...key.jwk } as Record<string, string>, format: 'jwk' });
    expect(
      verifyRaw(
        'sha256',
        Buffer.from(`${head}.${payload}`),
        { key: pem, dsaEncoding: 'ieee-p1363' },
        Buffer.from(signature, 'base64url'),
      ),
    ).toBe(true);
    expect(jwt.verify(token, pem, { algorithms: ['ES256'] })).toMatchObject({
      number: NUMBER,
      issued_on: '2026-11-23',
    });
    expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toEqual({
      alg: 'ES256',
      typ: 'seal+jwt',
      kid: sealKid(facts),
    });
  }
});

test.each([
  ['an ordinary certificate', {}, 1, 8],
  [
    'four characters of name and six of occupation',
    { name: '欧阳建国', occupation: { code: '4-04-05-01', name: '计算机程序员' } },
    1,
    8,
  ],
  ['a long minority name', { name: '阿卜杜热合曼·买买提·阿不都克里木江·迪丽热巴古丽·买合木提艾力麦' }, 1, 11],
  ['fifty characters of name', { name: '阿'.repeat(50) }, 2, 11],
  [
    'occupation and job of 85 bytes',
    {
      occupation: { code: '6-31-01-03', name: `${'电'.repeat(28)}a` },
      job: `${'工'.repeat(28)}b`,
      name: '阿'.repeat(50),
    },
    3,
    11,
  ],
])('%s stays within its QR version', async (_, change, format, version) => {
  for (let i = 0; i < 5; i++) {
    const { facts, digits } = await make(change);
    expect('digest' in facts.occupation ? 3 : 'digest' in facts.name ? 2 : 1).toBe(format);
    // An origin of 17 characters.
    expect(qrMatrix(sealUrl('https://lz.sdr.cn', NUMBER, digits)).version).toBeLessThanOrEqual(version);
  }
});

const text = fc.string({ unit: fc.constantFrom(...'电工焊机修钳阿卜杜·𬭎abc（）'), minLength: 1, maxLength: 28 });

test('what is sealed is read back, whatever the texts', async () => {
  await fc.assert(
    fc.asyncProperty(
      text,
      fc.option(text, { nil: '--' }),
      text,
      fc.integer({ min: 1, max: 255 }),
      fc.integer({ min: 0, max: 60_000 }),
      async (occupation, job, name, key_number, days) => {
        const issued_on = new Date(Date.UTC(2020, 0, 1 + days)).toISOString().slice(0, 10);
        const { facts, digits } = await make({
          occupation: { code: '6-31-01-03', name: occupation },
          job,
          name,
          key_number,
          issued_on,
        });
        expect(readSeal(NUMBER, digits).facts).toEqual(facts);
        expect(readAddress(sealUrl('https://lz.sdrs.cn', NUMBER, digits))).toEqual({
          origin: 'https://lz.sdrs.cn',
          host: 'lz.sdrs.cn',
          number: NUMBER,
          digits,
        });
      },
    ),
    { numRuns: 60 },
  );
});

test('no change of a single digit is accepted', async () => {
  const { digits } = await make();
  await fc.assert(
    fc.asyncProperty(fc.nat(digits.length - 1), fc.integer({ min: 1, max: 9 }), async (at, by) => {
      const changed = digits.slice(0, at) + String((Number(digits[at]) + by) % 10) + digits.slice(at + 1);
      const refused = await open(NUMBER, changed).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(isRefusal(refused)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test.each([
  ['seal_malformed', 'letters', 'abc'],
  ['seal_malformed', 'a leading zero', `0${'1'.repeat(200)}`],
  ['seal_malformed', 'too short', '1234'],
  ['seal_malformed', 'too long', '1'.repeat(2000)],
])('%s: %s', (code, _, digits) => {
  expect(() => readSeal(NUMBER, digits)).toThrow(expect.objectContaining({ code }));
});

test('another number, another key, another format', async () => {
  const { digits, facts } = await make();
  await expect(open('S000037000001263000002', digits)).rejects.toMatchObject({ code: 'signature_wrong' });
  await expect(openSeal(NUMBER, digits, () => undefined)).rejects.toMatchObject({ code: 'key_unknown' });
  const bytes = BigInt(digits).toString(16);
  const unknown = BigInt(`0x${bytes.slice(0, 1)}09${bytes.slice(3)}`).toString();
  expect(() => readSeal(NUMBER, unknown)).toThrow(expect.objectContaining({ code: 'seal_format_unknown' }));
  expect(sealToken(facts, 'x').split('.')).toHaveLength(3);
});

test('limits of the fields', () => {
  expect(() => chooseFormat(input({ origin: `https://${'a'.repeat(300)}.cn` }))).toThrow(
    expect.objectContaining({ code: 'seal_too_large' }),
  );
  expect(() => chooseFormat(input({ key_number: 256 }))).toThrow(
    expect.objectContaining({ code: 'seal_key_out_of_range' }),
  );
  expect(() => chooseFormat(input({ issued_on: '2019-12-31' }))).toThrow(
    expect.objectContaining({ code: 'seal_date_out_of_range' }),
  );
  expect(() => chooseFormat(input({ occupation: { code: '6-31-01-03', name: '电'.repeat(90) } }))).toThrow(
    expect.objectContaining({ code: 'seal_text_too_long' }),
  );
});
