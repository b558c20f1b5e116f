/**
 * A certificate as other programs see it: with its disclosures put in place, the payload is an Open Badges 3.0
 * AchievementCredential. The schema is written from 1EdTech's data models, which know one status object (0..1); W3C VCDM
 * 2.0 allows several, and certificates of form 1 have two. As it is signed, with its disclosures or without, it also is a
 * credential of VCDM 2.0.
 */
import { type Schema, Validator } from '@cfworker/json-schema';
import { describe, expect, test } from 'vitest';
import { decodeUtf8, fromBase64url } from '../../src/base/bytes.ts';
import { splitCredential } from '../../src/core/credential.ts';
import schema from '../vectors/openbadge.schema.json' with { type: 'json' };
import vcdm from '../vectors/vcdm2.schema.json' with { type: 'json' };
import { makeCast, makeCertificate } from './make.ts';

const parse = <T>(encoded: string): T => JSON.parse(decodeUtf8(fromBase64url(encoded))) as T;
const cast = await makeCast();
const credentialOf = async (form: 1 | 2) =>
  splitCredential((await makeCertificate(cast, { facts: { form } })).evidence.credential);
const { jws, disclosures } = await credentialOf(2);
type Payload = { credentialSubject: Record<string, unknown>; credentialStatus: object };

/** RFC 9901 § 7.1: digests give way to the claims that they are of. */
function disclosed(of = { jws, disclosures }): Payload {
  const payload = parse<Payload>(of.jws.split('.')[1] as string);
  const { _sd, ...subject } = payload.credentialSubject;
  expect(_sd).toHaveLength(3);
  const claims = Object.fromEntries(
    of.disclosures.map((encoded) => parse<[string, string, unknown]>(encoded).slice(1) as [string, unknown]),
  );
  return { ...payload, credentialSubject: { ...subject, ...claims } };
}

const faults = (value: unknown, of: object = schema) =>
  new Validator(of as Schema, '2019-09', false)
    .validate(value)
    .errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);

test('disclosed, whole as it is, it is an Open Badges credential', () => {
  expect(disclosed().credentialStatus).toMatchObject({ type: 'BitstringStatusListEntry', statusPurpose: 'revocation' });
  expect(faults(disclosed())).toEqual([]);
});

test('of form 1 it is one but for its two status entries', async () => {
  const payload = disclosed(await credentialOf(1));
  expect(
    faults(payload).filter((fault) => !fault.startsWith('#/credentialStatus') && !fault.startsWith('#: ')),
  ).toEqual([]);
  expect(faults(payload)).not.toEqual([]);
  for (const entry of payload.credentialStatus as object[])
    expect(faults({ ...payload, credentialStatus: entry })).toEqual([]);
});

test('the check can fail', () => {
  const payload = disclosed();
  for (const broken of [
    { ...payload, validFrom: undefined },
    { ...payload, type: ['VerifiableCredential'] },
    { ...payload, issuer: 'x' },
    { ...payload, credentialSubject: { ...payload.credentialSubject, achievement: {} } },
    { ...payload, credentialSubject: { ...payload.credentialSubject, identifier: { type: 'resident_id' } } },
    { ...payload, credentialStatus: [payload.credentialStatus] },
  ])
    expect(faults(JSON.parse(JSON.stringify(broken)))).not.toEqual([]);
});

describe.each([1, 2] as const)('of form %i, as signed, disclosed or not', (form) => {
  test('it is a credential of VCDM 2.0', async () => {
    const credential = await credentialOf(form);
    expect(faults(parse(credential.jws.split('.')[1] as string), vcdm)).toEqual([]);
    const payload = disclosed(credential);
    expect(faults(payload, vcdm)).toEqual([]);
    const [entry] = [payload.credentialStatus].flat();
    for (const broken of [
      {
        ...payload,
        '@context': [
          'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json',
          'https://www.w3.org/ns/credentials/v2',
        ],
      },
      { ...payload, type: ['OpenBadgeCredential'] },
      { ...payload, issuer: { name: '没有 id' } },
      { ...payload, validFrom: '2026-11-23' },
      { ...payload, issuanceDate: '2026-11-23T00:00:00Z' },
      { ...payload, credentialSubject: {} },
      { ...payload, credentialStatus: [{ ...entry, statusListIndex: 7 }] },
      { ...payload, credentialStatus: [] },
      { ...payload, id: 'x' },
    ])
      expect(faults(broken, vcdm)).not.toEqual([]);
  });
});
