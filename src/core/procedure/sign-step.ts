/** How a step is signed, the same way in the browser, in the command and in the service. */
import canonicalize from 'canonicalize';
import { encodeUtf8, sha256, toBase64url } from '../../base/bytes.ts';
import type { SigningKey } from '../keys.ts';
import { signStatement } from '../statement.ts';
import type { StepName } from './steps.ts';

/** Seconds between the signing of a step and its arrival. */
export const STEP_AGE = 600;
/** Seconds by which the clock of whoever signs may be ahead. */
export const STEP_AHEAD = 60;

/**
 * SHA-256 of the canonical JSON (RFC 8785) of a body, base64url: what `body` of a step says. The body travels beside
 * it.
 */
export const bodyDigest = async (body: unknown): Promise<string> =>
  toBase64url(await sha256(encodeUtf8(canonicalize(body) as string)));

export interface StepSigner {
  /** `org:…`, `centre:…`, `key:…`, or the service's origin. */
  subject: string;
  key: SigningKey;
  kid: string;
}

export interface NextStep {
  /** Origin of the service. */
  aud: string;
  about: string;
  step: StepName;
  /** Of the case as it stands: 0 and nothing before the first step. */
  seq: number;
  last?: string | undefined;
  body: unknown;
}

/** Signs the step that follows `seq`. `iat`: NumericDate; `jti`: fresh. */
export async function signStep(
  signer: StepSigner,
  { aud, about, step, seq, last, body }: NextStep,
  iat: number,
  jti: string,
): Promise<string> {
  return signStatement(
    'step+jwt',
    {
      iss: signer.subject,
      aud,
      about,
      step,
      seq: seq + 1,
      ...(last === undefined ? {} : { prev: last }),
      body: await bodyDigest(body),
      iat,
      jti,
    },
    signer.key,
    signer.kid,
  );
}

/** The access token of a key that nobody has named yet, signed by itself. @param days how long it holds */
export async function signApplicant(
  pair: { jwk: { kty: 'EC'; crv: 'P-256'; x: string; y: string }; key: SigningKey; kid: string },
  iat: number,
  jti: string,
  days = 365,
): Promise<string> {
  const { kty, crv, x, y } = pair.jwk;
  return signStatement(
    'applicant+jwt',
    { iss: `key:${pair.kid}`, cnf: { jwk: { kty, crv, x, y } }, iat, exp: iat + days * 86_400, jti },
    pair.key,
    pair.kid,
  );
}

/** A fresh identifier of a case: `plan:` and 96 random bits. */
export const newAbout = (kind: string, random: Uint8Array): string =>
  `${kind}:${kind[0]}${toBase64url(random.slice(0, 12))}`;
