/**
 * Owns the chain of a case: each step's statement names its place and the digest of the one before, and the digest of
 * its body. The body (a plan, a list of results, a reason) travels beside the statement, because it can be large and
 * personal; whoever holds both can check that nothing was exchanged, left out or put between.
 * It refuses bodies that are not the ones signed (`step_body_differs`), and steps out of order (`step_out_of_order`).
 */
import canonicalize from 'canonicalize';
import { encodeUtf8, sha256, toBase64url } from '../../base/bytes.ts';
import { Refusal } from '../../base/refusal.ts';
import type { Payload } from '../schema.ts';
import { type KeyFinder, openStatement, type Statement } from '../statement.ts';
import { type Role, readAbout, stateAfter } from './steps.ts';

export type Step = Payload<'step+jwt'>;

/** Seconds between signing a step and handing it in. */
export const STEP_AGE = 600;
/** Seconds by which the clock of whoever signs may be ahead. */
export const STEP_AHEAD = 60;

/** SHA-256 of the canonical JSON (RFC 8785) of a body, base64url: what `body` of a step says. */
export const bodyDigest = async (body: unknown): Promise<string> =>
  toBase64url(await sha256(encodeUtf8(canonicalize(body) as string)));

/** What the next step must say of its place. */
export interface Place {
  seq: number;
  /** Digest of the last step's payload; undefined before the first. */
  prev: string | undefined;
}

/** Refuses a step that does not come right after the last one. */
export function checkPlace(step: Step, last: Place): void {
  if (step.seq !== last.seq + 1 || step.prev !== last.prev) {
    throw new Refusal(
      'step_out_of_order',
      'Somebody else was quicker: the case has moved on since you looked. Look again, then decide.',
      { part: 'step+jwt:seq', seq: last.seq },
    );
  }
}

/** Refuses a body that is not the one that was signed. */
export async function checkBody(step: Step, body: unknown): Promise<void> {
  if ((await bodyDigest(body)) !== step.body)
    throw new Refusal('step_body_differs', 'The body is not the one whose digest was signed.', {
      part: 'step+jwt:body',
    });
}

export interface TrailStep {
  token: string;
  body: unknown;
  role: Role;
}

/**
 * Checks a whole case from its stored steps: every signature, digest, place and state.
 * @param find the signing key for a kid, from what the caller trusts
 * @returns the opened statements and the state they lead to
 */
export async function openTrail(
  about: string,
  steps: readonly TrailStep[],
  find: KeyFinder,
): Promise<{ statements: Statement<'step+jwt'>[]; state: string | null }> {
  const { kind } = readAbout(about);
  const statements: Statement<'step+jwt'>[] = [];
  let state: string | null = null;
  for (const { token, body, role } of steps) {
    const statement = await openStatement(token, 'step+jwt', find);
    if (statement.payload.about !== about)
      throw new Refusal('step_about_differs', 'The step is about another case.', { part: 'step+jwt:about' });
    checkPlace(statement.payload, { seq: statements.length, prev: statements.at(-1)?.digest });
    await checkBody(statement.payload, body);
    state = stateAfter(kind, statement.payload.step, state, role);
    statements.push(statement);
  }
  return { statements, state };
}
