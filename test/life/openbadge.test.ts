/**
 * A certificate as other programs see it: with its disclosures put in place, the payload is an Open Badges 3.0
 * AchievementCredential. The schema is written from 1EdTech's data models; it knows one status object, where W3C VCDM 2.0
 * allows several: a certificate has two (revocation, suspension), so the check is made with each of them. As it is signed,
 * with its disclosures or without, it also is a credential of VCDM 2.0.
 */
import { Validator, type Schema } from '@cfworker/json-schema';
import { expect, test } from 'vitest';
import { decodeUtf8, fromBase64url } from '../../src/life/bytes.ts';
import { splitCredential } from '../../src/life/credential.ts';
import schema from '../vectors/openbadge.schema.json' with { type: 'json' };
import vcdm from '../vectors/vcdm2.schema.json' with { type: 'json' };
import { makeCast, makeCertificate } from './make.ts';

const parse = <T>(encoded: string): T => JSON.parse(decodeUtf8(fromBase64url(encoded))) as T;
const { jws, disclosures } = splitCredential((await makeCertificate(await makeCast())).evidence.credential as string);
type Payload = { credentialSubject: Record<string, unknown>; credentialStatus: Record<string, unknown>[] };

/** RFC 9901 § 7.1: digests give way to the claims that they are of. */
function disclosed(): Payload {
  const payload = parse<Payload>(jws.split('.')[1] as string);
  const { _sd, ...subject } = payload.credentialSubject;
  expect(_sd).toHaveLength(3);
  const claims = Object.fromEntries(disclosures.map((encoded) => parse<[string, string, unknown]>(encoded).slice(1) as [string, unknown]));
  return { ...payload, credentialSubject: { ...subject, ...claims } };
}

const faults = (value: unknown, of: object = schema) => new Validator(of as Schema, '2019-09', false).validate(value).errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);

test.each([0, 1])('disclosed, with status entry %i, it is an Open Badges credential', (entry) => {
  const payload = disclosed();
  expect(payload.credentialStatus.map(({ statusPurpose }) => statusPurpose)).toEqual(['revocation', 'suspension']);
  expect(faults({ ...payload, credentialStatus: payload.credentialStatus[entry] })).toEqual([]);
});

test('the check can fail', () => {
  const payload = { ...disclosed(), credentialStatus: disclosed().credentialStatus[0] };
  for (const broken of [
    { ...payload, validFrom: undefined }, { ...payload, type: ['VerifiableCredential'] }, { ...payload, issuer: 'x' },
    { ...payload, credentialSubject: { ...payload.credentialSubject, achievement: {} } },
    { ...payload, credentialSubject: { ...payload.credentialSubject, identifier: { type: 'resident_id' } } },
    { ...payload, credentialStatus: [payload.credentialStatus] },
  ]) expect(faults(JSON.parse(JSON.stringify(broken)))).not.toEqual([]);
});

test('as signed, disclosed or not, it is a credential of VCDM 2.0', () => {
  expect(faults(parse(jws.split('.')[1] as string), vcdm)).toEqual([]);
  expect(faults(disclosed(), vcdm)).toEqual([]);
  const payload = disclosed();
  for (const broken of [
    { ...payload, '@context': ['https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json', 'https://www.w3.org/ns/credentials/v2'] }, { ...payload, type: ['OpenBadgeCredential'] },
    { ...payload, issuer: { name: '没有 id' } }, { ...payload, validFrom: '2026-11-23' }, { ...payload, issuanceDate: '2026-11-23T00:00:00Z' }, { ...payload, credentialSubject: {} },
    { ...payload, credentialStatus: [{ ...payload.credentialStatus[0], statusListIndex: 7 }] }, { ...payload, credentialStatus: [] }, { ...payload, id: 'x' },
  ]) expect(faults(broken, vcdm)).not.toEqual([]);
});
