/**
 * Owns the certificate as a credential: W3C VCDM 2.0 secured as SD-JWT (VC-JOSE-COSE `vc+sd-jwt`, RFC 9901),
 * which disclosed also reads as an Open Badges 3.0 `OpenBadgeCredential`.
 *
 * The signed payload is a function of the facts and nothing else (credential-form.ts). Reading therefore means: take the
 * facts out, build the payload again, and refuse every text that is not exactly that (`credential_not_canonical`), so
 * that no second meaning can hide in a signed certificate.
 */

import { CompactSign, type CryptoKey } from 'jose';
import * as v from 'valibot';
import { decodeUtf8, encodeUtf8 } from '../base/bytes.ts';
import { isRefusal, Refusal } from '../base/refusal.ts';
import { type CredentialFacts, payloadOf } from './credential-form.ts';
import { LEVELS, type Level } from './level.ts';
import { type KeyFinder, openBytes, readHeader } from './statement.ts';

export const CREDENTIAL_TYP = 'vc+sd-jwt';
export const CREDENTIAL_MEDIA_TYPE = 'application/vc+sd-jwt';

/** Signs the issuer-signed part: a compact JWS without disclosures. */
export async function signCredential(facts: CredentialFacts, key: CryptoKey): Promise<string> {
  return new CompactSign(encodeUtf8(payloadOf(facts)))
    .setProtectedHeader({ alg: 'ES256', typ: CREDENTIAL_TYP, kid: facts.kid })
    .sign(key);
}

/** `<JWS>~<disclosure>~…~` (RFC 9901 §4): the credential with some or none of its disclosures. */
export const withDisclosures = (jws: string, disclosures: readonly string[]): string =>
  [jws, ...disclosures, ''].join('~');

/** Splits an SD-JWT; a bare JWS counts as one without disclosures. Refuses a key binding at the end. */
export function splitCredential(text: string): { jws: string; disclosures: string[] } {
  const [jws, ...rest] = text.split('~');
  if (rest.length > 0 && rest.pop() !== '') {
    throw new Refusal('credential_malformed', 'An SD-JWT ends with ~; credentials here have no key binding.');
  }
  if (rest.length > 3 || rest.some((part) => part.length > 4000)) {
    throw new Refusal('credential_malformed', 'The credential has more or larger disclosures than a certificate has.');
  }
  return { jws: jws as string, disclosures: rest };
}

/** The kid of a credential, unverified: for finding the key and nothing else. @throws Refusal as readHeader; without a kid `credential_malformed` */
export function credentialKid(jws: string): string {
  try {
    return readHeader(jws, CREDENTIAL_TYP).kid;
  } catch (error) {
    // Nobody's key is in question: there is no key to look for.
    if (isRefusal(error, 'key_unknown'))
      throw new Refusal('credential_malformed', error.message, { part: CREDENTIAL_TYP });
    throw error;
  }
}

const text = v.string();
const entry = v.object({ statusListIndex: v.pipe(text, v.digits()), statusListCredential: text });
const PAYLOAD = v.object({
  id: text,
  issuer: v.object({ id: text, name: text }),
  validFrom: text,
  credentialSubject: v.object({
    number: v.pipe(text, v.regex(/^[YS]\d{4}37\d{8}[1-5]\d{6}$/)),
    occupation: v.object({ code: text, name: text, edition: text }),
    job: text,
    level: v.custom<Level>((value) => (LEVELS as unknown[]).includes(value)),
    exam_date: v.pipe(text, v.isoDate()),
    masked_name: text,
    replaces: v.optional(text),
    _sd: v.pipe(v.array(text), v.maxLength(3)),
  }),
  batch: text,
  approval: text,
  seal_digest: v.pipe(text, v.regex(/^[A-Za-z0-9_-]{43}$/)),
  // Two entries in form 1, one since form 2.
  credentialStatus: v.union([v.tuple([entry, v.object({})]), entry]),
});

const ORIGIN = /^(https?:\/\/[^\s/?#]{1,253})\/c\//;
const STATUS_URL = /\/v1\/status\/[a-z]+-(\d{1,9})$/;

/**
 * Verifies the issuer-signed part and gives its facts.
 * @throws Refusal of openStatement, `credential_not_canonical`
 */
export async function openCredential(jws: string, find: KeyFinder): Promise<CredentialFacts> {
  const { kid, bytes } = await openBytes(jws, CREDENTIAL_TYP, find);
  const payload = decodeUtf8(bytes);
  try {
    const claims = v.parse(PAYLOAD, JSON.parse(payload));
    const { credentialSubject: subject, credentialStatus } = claims;
    const { occupation, job, level, exam_date, masked_name, replaces, _sd: sd } = subject;
    const [status, form] = Array.isArray(credentialStatus)
      ? [credentialStatus[0], 1 as const]
      : [credentialStatus, 2 as const];
    const facts: CredentialFacts = {
      form,
      origin: ORIGIN.exec(claims.id)?.[1] ?? '',
      number: subject.number,
      organization_name: claims.issuer.name,
      kid,
      row: { occupation, job, level, exam_date, masked_name, ...(replaces === undefined ? {} : { replaces }), sd },
      issued_at: Date.parse(claims.validFrom) / 1000,
      batch: claims.batch,
      approval: claims.approval,
      seal_digest: claims.seal_digest,
      status: {
        list: Number(STATUS_URL.exec(status.statusListCredential)?.[1]),
        index: Number(status.statusListIndex),
      },
    };
    if (payloadOf(facts) === payload) return facts;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
  throw new Refusal(
    'credential_not_canonical',
    'The signed part is not a certificate of this service in its one form.',
  );
}
