/**
 * Verification as a table: a good certificate, then every way in which a whole can be wrong, each with the check
 * that finds it. What is merely missing is `not_checked`; what contradicts a signature is `fail`.
 */
import { createPublicKey, verify as verifyRaw } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { beforeAll, describe, expect, test } from 'vitest';
import { leafText } from '../../src/core/approved-rows.ts';
import type { Evidence } from '../../src/core/bundle.ts';
import { splitCredential, withDisclosures } from '../../src/core/credential.ts';
import { openDirectory } from '../../src/core/directory.ts';
import { chooseDisclosures } from '../../src/core/disclose.ts';
import { type Check, verdictOf } from '../../src/core/report.ts';
import { Memo } from '../../src/core/statement.ts';
import { verify } from '../../src/core/verify.ts';
import { approveBatch, makeKey, nameClient } from '../../src/sdk/sign.ts';
import fc from '../fuzz.ts';
import { type Cast, type Changes, type Made, makeCast, makeCertificate, NOW } from './make.ts';

let cast: Cast;
let good: Made;
beforeAll(async () => {
  cast = await makeCast();
  good = await makeCertificate(cast);
});

const check = async (evidence: Evidence) => (await verify(evidence, cast.directory, NOW + 10)).report;
const found = (report: { checks: Check[] }) => report.checks.find(({ result }) => result === 'fail');

test('a good certificate is valid, and says what its signatures say', async () => {
  expect(await check(good.evidence)).toMatchObject({
    verdict: 'valid',
    certificate: {
      number: 'S000037000001263000001',
      level_name: '三级/高级工',
      issued_on: '2026-11-23',
      holder: { name: '欧阳建国', id_number: '**************002X' },
    },
  });
});

test('the signed part verifies with node:crypto and jsonwebtoken, and discloses by SD-JWT alone', async () => {
  const key = createPublicKey({ key: { ...cast.issuing.jwk } as Record<string, string>, format: 'jwk' });
  const [head, payload, signature] = good.jws.split('.') as [string, string, string];
  expect(
    verifyRaw(
      'sha256',
      Buffer.from(`${head}.${payload}`),
      { key, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    ),
  ).toBe(true);
  const claims = jwt.verify(good.jws, key, { algorithms: ['ES256'] }) as {
    credentialSubject: { _sd: string[] };
    _sd_alg: string;
  };
  expect(claims._sd_alg).toBe('sha-256');
  const { createHash } = await import('node:crypto');
  const digests = good.disclosures.map((one) => createHash('sha256').update(one, 'ascii').digest('base64url'));
  expect([...claims.credentialSubject._sd].sort()).toEqual(digests.sort());
  expect(good.disclosures.map((one) => JSON.parse(Buffer.from(one, 'base64url').toString()).slice(1))).toEqual([
    ['name', '欧阳建国'],
    [
      'identifier',
      [{ type: 'IdentityObject', hashed: false, identityType: 'ext:resident_id', identityHash: '11010519491231002X' }],
    ],
    ['photo_digest', null],
  ]);
});

test('the leaf is made of public parts alone', () => {
  const { row } = good.facts;
  const text = leafText(row);
  expect(Object.keys(JSON.parse(text))).toEqual(['exam_date', 'job', 'level', 'masked_name', 'occupation', 'sd', 'v']);
  expect(text).not.toContain(good.holder.name);
});

describe('what is missing is not checked, and the verdict is incomplete', () => {
  test.each<[string, keyof Evidence, string]>([
    ['approval', 'approval', 'approval_not_at_hand'],
    ['approval', 'inclusion', 'path_not_at_hand'],
    ['order', 'order', 'order_not_at_hand'],
    ['order', 'client', 'order_not_at_hand'],
    ['status', 'status', 'status_not_at_hand'],
    ['filing', 'filing', 'filing_not_at_hand'],
  ])('%s without %s', async (id, part, code) => {
    const report = await check({ ...good.evidence, [part]: undefined });
    expect(report.verdict).toBe('incomplete');
    expect(report.checks.find((one) => one.id === id)).toMatchObject({ result: 'not_checked', code });
  });

  test('a seal alone', async () => {
    const { seal, filing, approval, status } = good.evidence;
    const report = await check({ seal, filing, approval, status });
    expect(report).toMatchObject({
      verdict: 'incomplete',
      certificate: { holder: { name: '欧阳建国' }, occupation: { name: '电工' } },
    });
    expect(report.checks.filter(({ result }) => result === 'not_checked').map(({ id }) => id)).toEqual([
      'approval',
      'order',
      'log',
      'document',
    ]);
  });

  test('without disclosures the name stays masked', async () => {
    const report = await check({ ...good.evidence, credential: withDisclosures(good.jws, []) });
    expect(report).toMatchObject({ verdict: 'valid', certificate: { holder: { name: '欧**' } } });
    expect(JSON.stringify(report)).not.toContain('建国');
    const named = await check({
      ...good.evidence,
      credential: withDisclosures(good.jws, chooseDisclosures(good.disclosures, ['name'])),
    });
    expect(named.certificate?.holder).toEqual({ name: '欧阳建国' });
  });
});

describe('what contradicts is invalid, and the check that finds it says so', () => {
  const WRONG: [name: string, changes: Changes, id: string, code: string, part?: string][] = [
    [
      'a row that was not approved',
      { province: { root: 'A'.repeat(43) }, city: { root: 'A'.repeat(43) } },
      'approval',
      'row_not_approved',
    ],
    ["a city's approval of other rows", { city: { root: 'A'.repeat(43) } }, 'approval', 'root_differs'],
    ["a city's approval of another batch", { city: { batch: 'b99999999' } }, 'approval', 'batch_differs'],
    ["a province's approval of another batch", { province: { batch: 'b99999999' } }, 'approval', 'batch_differs'],
    [
      'an approval for another organization',
      { province: { organization: 'S000037000002' } },
      'approval',
      'organization_differs',
    ],
    ['an approval for another service', { province: { aud: 'https://other.example' } }, 'approval', 'audience_wrong'],
    ['an approval of another count', { province: { count: 9 }, city: { count: 9 } }, 'approval', 'count_differs'],
    ['an order for other rows', { order: { root: 'B'.repeat(43) } }, 'order', 'root_differs'],
    ['an order for another batch', { order: { batch: 'b99999999' } }, 'order', 'batch_differs'],
    [
      'a level that is not filed',
      { row: { level: 1 }, facts: { number: 'S000037000001261000001' } },
      'filing',
      'filing_differs',
      'level',
    ],
    ['a job that is not filed', { row: { job: '高压电工' } }, 'filing', 'filing_differs', 'job'],
    [
      'an occupation that is not filed',
      { filing: { scope: [{ code: '6-18-01-01', name: '车工', edition: '2022', jobs: [], levels: [3] }] } },
      'filing',
      'filing_differs',
      'occupation',
    ],
    ['another name of the organization', { filing: { name: '另一所学校' } }, 'filing', 'filing_differs', 'name'],
    ['a filing of route province by a city', { filing: { route: 'province' } }, 'filing', 'route_wrong'],
    ['another approval named', { facts: { approval: 'another' } }, 'approval', 'approval_differs'],
    ['another batch named', { facts: { batch: 'b99999999' } }, 'approval', 'batch_differs'],
    ['issued before the approval', { facts: { issued_at: NOW - 3 * 86_400 } }, 'approval', 'statement_not_yet_valid'],
    [
      'issued after the approval ended',
      { facts: { issued_at: NOW + 40 * 86_400, number: 'S000037000001273000001' } },
      'approval',
      'statement_expired',
    ],
    [
      'a number of another year',
      { facts: { number: 'S000037000001253000001' } },
      'signature',
      'number_contradicts',
      'year',
    ],
    [
      'a number of another level',
      { facts: { number: 'S000037000001264000001' } },
      'signature',
      'number_contradicts',
      'level',
    ],
    [
      'a number of another organization',
      { facts: { number: 'S000037000002263000001' } },
      'signature',
      'number_contradicts',
      'organization',
    ],
    ['a masked name that does not fit', { row: { masked_name: '李**' } }, 'signature', 'disclosure_not_signed', 'name'],
    ['another QR code', { facts: { seal_digest: 'A'.repeat(43) } }, 'signature', 'seal_differs', 'digits'],
  ];
  test.each(WRONG)('%s', async (_, changes, id, code, part) => {
    const report = await check({ ...(await makeCertificate(cast, changes)).evidence, asked: undefined });
    expect(found(report)).toMatchObject({ id, code, ...(part === undefined ? {} : { part }) });
    expect(report.verdict).toBe('invalid');
    const after = report.checks.slice(report.checks.findIndex(({ result }) => result === 'fail') + 1);
    expect(after.every(({ result }) => result === 'not_reached')).toBe(true);
  });

  test('another number asked, a host that was never ours', async () => {
    expect(found(await check({ ...good.evidence, asked: 'S000037000001263000002' }))).toMatchObject({
      id: 'number',
      code: 'number_differs',
    });
    expect(found(await check({ ...good.evidence, host_known: false }))).toMatchObject({
      id: 'number',
      code: 'host_unknown',
    });
  });

  test('a root that the verifier was not told of', async () => {
    const stranger = await makeKey();
    for (const anchor of [
      { thumbprints: [stranger.kid], roots: [cast.root.jwk, stranger.jwk] },
      { thumbprints: [cast.root.kid], roots: [] },
    ]) {
      const directory = await openDirectory(anchor, cast.centres, new Memo());
      const { report } = await verify(good.evidence, directory, NOW);
      expect(report.verdict).toBe('invalid');
      expect(report.certificate).toBeNull();
    }
  });

  test('an approval by a centre key that had ended', async () => {
    const late = await approveBatch(cast.city, good.ref, undefined, { iat: NOW + 20 * 365 * 86_400 });
    const approval = await approveBatch(cast.province, good.ref, late, { iat: NOW + 20 * 365 * 86_400 });
    expect(found(await check({ ...good.evidence, approval }))).toBeDefined();
  });

  test("an order by a client key of another centre's naming", async () => {
    const client = await nameClient(cast.province, 'S000037000001', cast.client.jwk, { iat: NOW - 86_400 });
    expect(found(await check({ ...good.evidence, client }))).toMatchObject({
      id: 'order',
      code: 'client_not_by_filing_centre',
    });
  });

  test('disclosures: altered, repeated, of another certificate, malformed', async () => {
    const other = await makeCertificate(cast, { holder: { name: '别人' } });
    const name = good.disclosures[0] as string;
    const forged = btoa(JSON.stringify(['c2FsdA', 'name', 'x'])).replace(/=+$/, '');
    for (const [disclosures, code] of [
      [[forged], 'disclosure_not_signed'],
      [[other.disclosures[0] as string], 'disclosure_not_signed'],
      [[name, name], 'disclosure_repeated'],
      [['!!'], 'disclosure_malformed'],
      [[btoa('[1,2]').replace(/=+$/, '')], 'disclosure_malformed'],
    ] as const) {
      expect(
        found(await check({ ...good.evidence, credential: withDisclosures(good.jws, disclosures) })),
      ).toMatchObject({ id: 'signature', code });
    }
  });
});

test('no changed character of a credential verifies, but for the twin that ES256 allows', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(good.jws.length - 1), fc.constantFrom(...'ABCxyz019_-.~ ='), async (at, character) => {
      const changed = good.jws.slice(0, at) + character + good.jws.slice(at + 1);
      if (changed === good.jws) return;
      expect((await check({ ...good.evidence, credential: changed })).verdict).toBe('invalid');
    }),
    { numRuns: 150 },
  );
});

test('whatever is given as evidence, verify answers and does not throw', async () => {
  const junk = fc.oneof(
    fc.string(),
    fc.constantFrom(
      'a.b.c',
      '..',
      '~',
      'eyJhbGciOiJub25lIn0.e30.',
      good.jws,
      good.evidence.filing as string,
      good.evidence.approval as string,
    ),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.record({ credential: junk, filing: junk, client: junk, approval: junk, order: junk }, { requiredKeys: [] }),
      async (change) => {
        const report = await check({ ...good.evidence, ...change });
        if (
          Object.entries(change).some(
            ([key, value]) =>
              (({ ...good.evidence }) as Record<string, unknown>)[key] !== value &&
              splitCredential(good.evidence.credential).jws !== value,
          )
        ) {
          expect(report.verdict).not.toBe('valid');
        }
      },
    ),
    { numRuns: 100 },
  );
});

test('the verdict follows from the checks', () => {
  const all = (change: Partial<Record<string, Check['result']>>, code?: string): Check[] =>
    ['number', 'signature', 'filing', 'approval', 'order', 'log', 'document', 'status'].map((id) => ({
      id: id as Check['id'],
      result: change[id] ?? 'pass',
      ...(code ? { code } : {}),
    }));
  expect(verdictOf(all({ log: 'not_checked' }))).toBe('valid');
  for (const id of ['number', 'signature', 'filing', 'approval', 'order', 'document', 'status'])
    expect(verdictOf(all({ [id]: 'not_checked' }))).toBe('incomplete');
  for (const code of ['suspended', 'revoked', 'replaced']) expect(verdictOf(all({ status: 'fail' }, code))).toBe(code);
  expect(verdictOf(all({ status: 'fail' }, 'status_out_of_order'))).toBe('invalid');
  expect(verdictOf(all({ order: 'fail', status: 'not_reached' }, 'revoked'))).toBe('invalid');
});
