/**
 * Reads a case: its steps in their order, each hanging on the one before, each body the one whose digest was signed,
 * each step allowed in its state. How much was checked is said by the name and by `checked` of what is returned:
 *
 *   openCase     order, digests and the table of steps; no signature. The service verified each step when it came.
 *   verifyCase   the same and every signature, for whoever does not trust the keeper of the case.
 */

import canonicalize from 'canonicalize';
import { encodeUtf8, sha256, toBase64url } from '../../base/bytes.ts';
import { isRefusal, Refusal } from '../../base/refusal.ts';
import type { SigningKey } from '../keys.ts';
import { PROVINCE_CENTRE } from '../province.ts';
import { type Payload, readPayload } from '../schema.ts';
import { payloadDigest, type Statement, signStatement, unverified } from '../statement.ts';
import { type Kind, type Role, readAbout, type StepName, stateAfter } from './steps.ts';

/** A case as a line of a list. */
export interface CaseLine {
  about: string;
  kind: Kind;
  state: string;
  seq: number;
  last: string;
  organization: string | null;
  centre: string;
  parent: string | null;
  facts: Record<string, unknown>;
  due: string | null;
  created_at: number;
  updated_at: number;
}

export interface CaseStep {
  seq: number;
  step: StepName;
  role: Role;
  iss: string;
  /** When it was signed, and when it came; NumericDate. */
  at: number;
  received_at: number;
  token: string;
  body: unknown;
}

/** A case whole, as GET /v1/cases/{about} gives it. */
export interface CaseView extends CaseLine {
  /** Steps that the asker may take now. */
  allowed: StepName[];
  steps: CaseStep[];
}

/** What a case says now: the body of the newest of some steps. */
export function newestBody<T>(
  { steps }: { steps: readonly { step: string; body: unknown }[] },
  ...names: StepName[]
): T {
  const step = steps.findLast((one) => names.some((name) => name === one.step));
  if (!step) throw new Refusal('register_differs', 'The case does not hold what it is about.', { part: 'step' });
  return step.body as T;
}

/** What the next step must say of its place. */
export interface Place {
  seq: number;
  /** Digest of the last step's payload; undefined before the first. */
  prev: string | undefined;
}

/** Refuses a step that does not come right after the last one (`step_out_of_order`). */
export function checkPlace(step: Payload<'step+jwt'>, last: Place): void {
  if (step.seq !== last.seq + 1 || step.prev !== last.prev) {
    throw new Refusal(
      'step_out_of_order',
      'Somebody else was quicker: the case has moved on since you looked. Look again, then decide.',
      { part: 'step+jwt:seq', seq: last.seq },
    );
  }
}

/** Refuses a body that is not the one that was signed (`step_body_differs`). */
export async function checkBody(step: Payload<'step+jwt'>, body: unknown): Promise<void> {
  if (body === undefined || (await bodyDigest(body)) !== step.body)
    throw new Refusal('step_body_differs', 'The body is not the one whose digest was signed.', {
      part: 'step+jwt:body',
    });
}

/** Who a signer is, by its name. */
export function roleOf(iss: string): Role {
  if (iss.startsWith('org:')) return 'organization';
  if (iss.startsWith('key:')) return 'applicant';
  if (iss.startsWith('centre:')) return iss === PROVINCE_CENTRE ? 'province' : 'city';
  return 'service';
}

type SignedStep = Pick<Statement<'step+jwt'>, 'payload' | 'digest'>;

/**
 * What a step's statement says; its signature is not checked.
 * @throws Refusal `statement_malformed`, `claims_malformed`
 */
export function claimedStep(token: string): SignedStep {
  const { claims } = unverified(token);
  if (Object.keys(claims).length === 0)
    throw new Refusal('statement_malformed', 'The statement of the step cannot be read.', { part: 'step+jwt' });
  const read = readPayload('step+jwt', claims);
  if ('payload' in read) return { payload: read.payload, digest: payloadDigest(token) };
  throw new Refusal(
    'claims_malformed',
    `声明（step+jwt）的 ${read.part} 一项：${read.problem.zh} / The claim ${read.part} of step+jwt: ${read.problem.en}`,
    { part: `step+jwt:${read.part}` },
  );
}

/** A step as it is kept. What its keeper says beside the token is held against it. */
export interface GivenStep {
  token: string;
  /** What was said; may be left out for verifyCase with `partial` alone. */
  body?: unknown;
  step?: string;
  iss?: string;
  /** Of the signer; by its name if absent. */
  role?: Role;
}

interface ReadCase<Checked, Given> {
  checked: Checked;
  kind: Kind;
  /** After the last step; null where there is none. */
  state: string | null;
  steps: (SignedStep & { given: Given })[];
}
/** Order, digests and the table of steps hold; signatures were not looked at. */
export type OpenedCase<Given> = ReadCase<'chain', Given>;
/** The same, and every signature holds. */
export type VerifiedCase<Given> = ReadCase<'chain_and_signatures', Given>;

interface Reading {
  /** Origin of the service for which all steps must be made. */
  audience?: string;
  /** Bodies may be missing; those that are there must be the ones signed. */
  partial?: boolean;
  /**
   * Is told each step that does not hold, instead of a throw: the step is left out. `digest`: of its payload, once
   * opened.
   */
  refused?: (refusal: Refusal, at: number, digest: string | undefined) => void;
}

/** Refuses a step of another case, and one that its keeper shows as something else. */
function checkShown(about: string, { step, iss }: GivenStep, payload: Payload<'step+jwt'>): void {
  if (payload.about !== about)
    throw new Refusal('step_about_differs', 'The step is about another case.', { part: 'step+jwt:about' });
  if ((step !== undefined && payload.step !== step) || (iss !== undefined && payload.iss !== iss))
    throw new Refusal('step_about_differs', 'A step shown here is not the one that was signed for this case.', {
      part: 'step+jwt:about',
    });
}

async function follow<Given extends GivenStep>(
  about: string,
  given: readonly Given[],
  open: (token: string) => SignedStep | Promise<SignedStep>,
  { audience, partial = false, refused }: Reading,
): Promise<Omit<ReadCase<never, Given>, 'checked'>> {
  const { kind } = readAbout(about);
  const steps: ReadCase<never, Given>['steps'] = [];
  let state: string | null = null;
  for (const [at, one] of given.entries()) {
    let opened: string | undefined;
    try {
      const { payload, digest } = await open(one.token);
      opened = digest;
      checkShown(about, one, payload);
      if (audience !== undefined && payload.aud !== audience)
        throw new Refusal('audience_wrong', 'It was made for another service.', { part: 'step+jwt:aud' });
      checkPlace(payload, { seq: steps.length, prev: steps.at(-1)?.digest });
      if (!partial || one.body !== undefined) await checkBody(payload, one.body);
      state = stateAfter(kind, payload.step, state, one.role ?? roleOf(payload.iss));
      steps.push({ payload, digest, given: one });
    } catch (error) {
      if (!refused || !isRefusal(error)) throw error;
      refused(error, at, opened);
    }
  }
  return { kind, state, steps };
}

/**
 * Reads a case without its signatures.
 * @param end what its keeper says of the last step
 * @throws Refusal `case_not_found`, `statement_malformed`, `claims_malformed`, `step_about_differs`,
 *   `step_out_of_order`,
 *   `step_body_differs`, `step_unknown`, `role_wrong`, `step_not_now`
 */
export async function openCase<Given extends GivenStep>(
  about: string,
  given: readonly Given[],
  end?: Pick<CaseLine, 'seq' | 'last'>,
): Promise<OpenedCase<Given>> {
  const read = await follow(about, given, claimedStep, {});
  if (end && (read.steps.length !== end.seq || read.steps.at(-1)?.digest !== end.last))
    throw new Refusal('step_out_of_order', 'The case does not end with the step that the service names as its last.', {
      part: 'step+jwt:seq',
    });
  return { checked: 'chain', ...read };
}

/**
 * Reads a case with every signature.
 * @param open verifies one statement, e.g. openSignedStep of trail-links.ts
 * @throws Refusal as openCase and `open`, and `audience_wrong`
 */
export async function verifyCase<Given extends GivenStep>(
  about: string,
  given: readonly Given[],
  open: (token: string) => Promise<Statement<'step+jwt'>>,
  reading: Reading = {},
): Promise<VerifiedCase<Given>> {
  return { checked: 'chain_and_signatures', ...(await follow(about, given, open, reading)) };
}

// How a step is signed, the same way in the browser, in the command and in the service.

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
