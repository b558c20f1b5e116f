/** Steps of the procedure: the case is looked up, the step that follows is signed with the caller's own key and sent. */
import { toBase64url } from '../base/bytes.ts';
import type { Body } from '../core/procedure/bodies.ts';
import type { CaseView } from '../core/procedure/read-case.ts';
import { newAbout, signApplicant, signStep } from '../core/procedure/read-case.ts';
import type { StepName } from '../core/procedure/steps.ts';
import type { StepBody, StepTaken as TakenShape } from '../core/shapes/procedure-shapes.ts';
import { type Answer, type Caller, type Given, isCallError } from './call.ts';
import type { Named, Signatory } from './sign.ts';

export type StepTaken = Answer<typeof TakenShape>;

const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));

/** 16 random bytes for a body that holds personal data: nobody who has its digest can try out what it said. */
export const newSalt = (): string => toBase64url(random(16));

/** An identifier for a case that begins. */
export const newCase = (kind: string): string => newAbout(kind, random(16));

/** A key that nobody has named yet, with its own access token. @param iat NumericDate */
export async function asApplicant<K extends Signatory>(pair: K, iat: number): Promise<K & Named> {
  return { ...pair, subject: `key:${pair.kid}`, token: await signApplicant(pair, iat, crypto.randomUUID()) };
}

/** A case as it stands, or undefined where there is none. */
export async function caseOf(caller: Caller, about: string): Promise<CaseView | undefined> {
  try {
    return await caller.get<CaseView>(`/v1/cases/${about}`);
  } catch (error) {
    if (isCallError(error, 'case_not_found')) return undefined;
    throw error;
  }
}

/** Signs the step after `seq` and `last` with the caller's key and sends it. @throws CallError */
export async function sendStep(
  caller: Caller,
  next: { about: string; step: StepName; seq: number; last?: string | undefined; body: unknown },
): Promise<StepTaken> {
  const statement = await signStep(caller.speaker, { aud: caller.origin, ...next }, caller.now(), crypto.randomUUID());
  return caller.post<StepTaken, Given<typeof StepBody>>('/v1/steps', { statement, body: next.body });
}

/** Takes the step that follows in a case as it stands. @throws CallError */
export async function takeStep<S extends StepName>(
  caller: Caller,
  about: string,
  step: S,
  body: Body<S>,
): Promise<StepTaken> {
  const standing = await caseOf(caller, about);
  return sendStep(caller, { about, step, seq: standing?.seq ?? 0, last: standing?.last, body });
}
