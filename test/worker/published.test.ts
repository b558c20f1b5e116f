/** What is published for everyone: keys, DID documents, statements, context, status lists; and how long it is kept. */
import { type Schema, Validator } from '@cfworker/json-schema';
import { compactVerify, createLocalJWKSet, type JSONWebKeySet } from 'jose';
import { beforeAll, expect, test } from 'vitest';
import { splitCredential } from '../../src/core/credential.ts';
import { openDirectory } from '../../src/core/directory.ts';
import { Memo, unverified } from '../../src/core/statement.ts';
import { changeStatus } from '../../src/sdk/sign.ts';
import {
  anyone,
  as,
  candidates,
  certify,
  fileWith,
  foundProvince,
  type Issued,
  ORIGIN,
  type Organization,
  type Province,
  testEnv,
} from '../kit.ts';
import vcdm from '../vectors/vcdm2.schema.json' with { type: 'json' };

let province: Province;
let school: Organization;
let certificates: Issued[];

beforeAll(async () => {
  province = await foundProvince();
  school = await fileWith(province.city, 'S000037000001');
  ({ certificates } = await certify(province, school, candidates(3)));
});

interface Entry {
  statusPurpose: string;
  statusListIndex: string;
  statusListCredential: string;
}

const entryOf = (one: Issued | undefined): Entry =>
  unverified<{ credentialStatus: Entry }>(splitCredential(one?.credential as string).jws).claims.credentialStatus;

async function bits(url: string): Promise<{ bits: Uint8Array; payload: Record<string, unknown> }> {
  const response = await anyone.take('GET', url.slice(ORIGIN.length));
  expect(response.headers.get('content-type')).toBe('application/vc+jwt');
  const jwks = await anyone.get<JSONWebKeySet>('/.well-known/jwks.json');
  const { payload, protectedHeader } = await compactVerify(
    new Uint8Array(await response.arrayBuffer()),
    createLocalJWKSet(jwks),
  );
  expect(protectedHeader).toMatchObject({ alg: 'ES256', typ: 'vc+jwt' });
  const list = JSON.parse(new TextDecoder().decode(payload)) as {
    credentialSubject: { encodedList: string; type: string };
  } & Record<string, unknown>;
  const { encodedList } = list.credentialSubject;
  expect(encodedList[0]).toBe('u');
  const gzip = Uint8Array.from(atob(encodedList.slice(1).replace(/-/g, '+').replace(/_/g, '/')), (c) =>
    c.charCodeAt(0),
  );
  const plain = new Response(new Blob([gzip]).stream().pipeThrough(new DecompressionStream('gzip')));
  return { bits: new Uint8Array(await plain.arrayBuffer()), payload: list };
}

const isSet = (list: Uint8Array, index: number) => ((list[index >> 3] as number) & (0x80 >> (index & 7))) !== 0;
const count = (list: Uint8Array) => list.reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0);

test('a revoked certificate sets its bit in one list, a suspended one in another, each in the list that they name, and no other bit is set', async () => {
  const [first, second] = certificates;
  const [revoked, suspended] = [entryOf(first), entryOf(second)];
  expect([revoked.statusPurpose, suspended.statusPurpose]).toEqual(['revocation', 'revocation']);
  expect(revoked.statusListCredential).toBe(`${ORIGIN}/v1/status/inactive-1`);
  const listed = async () =>
    Object.fromEntries(
      await Promise.all(
        ['revocation', 'suspension', 'inactive'].map(
          async (name) => [name, await bits(`${ORIGIN}/v1/status/${name}-1`)] as const,
        ),
      ),
    );
  for (const [name, { bits: none, payload }] of Object.entries(await listed())) {
    expect([none.length, count(none)]).toEqual([16_384, 0]);
    expect(new Validator(vcdm as Schema, '2019-09', false).validate(payload).errors).toEqual([]);
    const statusPurpose = name === 'suspension' ? 'suspension' : 'revocation';
    expect(payload).toMatchObject({
      id: `${ORIGIN}/v1/status/${name}-1`,
      type: ['VerifiableCredential', 'BitstringStatusListCredential'],
      credentialSubject: { type: 'BitstringStatusList', statusPurpose },
    });
  }
  const change = async (
    one: Issued | undefined,
    action: 'revoke' | 'suspend' | 'reinstate',
    seq: number,
    prev?: string,
  ) => {
    const statement = await changeStatus(school.client, {
      number: one?.number as string,
      action,
      reason: 'other',
      seq,
      ...(prev === undefined ? {} : { prev }),
    });
    return as(school.client).post<{ digest: string }>(`/v1/certificates/${one?.number}/status`, { statement });
  };
  await change(first, 'revoke', 1);
  const { digest } = await change(second, 'suspend', 1);
  const places = [revoked, suspended].map(({ statusListIndex }) => Number(statusListIndex));
  const set = async () =>
    Object.fromEntries(
      Object.entries(await listed()).map(([name, { bits: list }]) => [
        name,
        [count(list), ...places.map((place) => isSet(list, place))],
      ]),
    );
  expect(await set()).toEqual({
    revocation: [1, true, false],
    suspension: [1, false, true],
    inactive: [2, true, true],
  });
  await change(second, 'reinstate', 2, digest);
  expect(await set()).toEqual({
    revocation: [1, true, false],
    suspension: [0, false, false],
    inactive: [1, true, false],
  });
});

test('places in the lists are random, not in order', () => {
  const indexes = certificates.map((one) => Number(entryOf(one).statusListIndex));
  expect(new Set(indexes).size).toBe(3);
  expect(indexes.some((index) => index > 1000)).toBe(true);
});

test.each(['revocation-9', 'inactive-9', 'revocation-0', 'other-1', 'revocation-1x', '..%2f'])(
  'there is no status list %s',
  async (name) => {
    await expect(anyone.get(`/v1/status/${name}`)).rejects.toMatchObject({
      problem: { status: 404, code: 'status_list_not_found' },
    });
  },
);

test("trust.json is enough to open the directory, given the root's thumbprint", async () => {
  const trust = await anyone.get<{
    roots: never[];
    centres: string[];
    filings: string[];
    services: string[];
    clients: string[];
  }>('/.well-known/trust.json');
  expect([trust.centres.length, trust.filings.length, trust.services.length, trust.clients.length]).toEqual([
    2, 1, 1, 1,
  ]);
  const directory = await openDirectory(
    { thumbprints: [testEnv.TRUST_ROOT], roots: trust.roots },
    trust.centres,
    new Memo(),
  );
  expect(directory.anchored).toBe(true);
  expect(await new Memo().open(trust.services[0] as string, 'service+jwt', directory.findRoot)).toMatchObject({
    typ: 'service+jwt',
  });
  expect(
    (await openDirectory({ thumbprints: ['A'.repeat(43)], roots: trust.roots }, trust.centres, new Memo())).anchored,
  ).toBe(false);
});

test('DID documents name the keys by the ids that signatures carry', async () => {
  const { jws } = splitCredential(certificates[0]?.credential as string);
  const kid = String(unverified(jws).header.kid);
  const document = await anyone.get<{ id: string; verificationMethod: { id: string }[]; assertionMethod: string[] }>(
    `/orgs/${school.code}/did.json`,
  );
  expect(document.id).toBe(kid.split('#')[0]);
  expect(document.verificationMethod.map(({ id }) => id)).toContain(kid);
  expect(document.assertionMethod).toContain(kid);
  expect((await anyone.get<{ id: string }>('/.well-known/did.json')).id).toBe('did:web:lz.example.cn');
  await expect(anyone.get('/orgs/S000037999999/did.json')).rejects.toMatchObject({ problem: { status: 404 } });
});

test.each([
  ['/.well-known/jwks.json', 'public, max-age=60'],
  ['/.well-known/did.json', 'public, max-age=60'],
  ['/.well-known/trust.json', 'public, max-age=60'],
  ['/contexts/v1.jsonld', 'public, max-age=60'],
  ['/v1/status/revocation-1', 'public, max-age=60'],
  ['/v1/certificates/S000037000001263000001', 'no-store'],
  ['/v1/certificates/S000037000001263999999', 'no-store'],
])('%s is kept: %s', async (path, expected) => {
  expect((await anyone.send('GET', path)).headers.get('cache-control')).toBe(expected);
});
