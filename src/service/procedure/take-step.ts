/** Takes a signed step of a case: signature → who, where, when → the body that was signed → add-step.ts. */

import { Refusal } from '../../base/refusal.ts';
import { checkBody, STEP_AGE, STEP_AHEAD } from '../../core/procedure/read-case.ts';
import { guardKept } from '../../storage/case-store.ts';
import type { D1PreparedStatement } from '../../storage/database.ts';
import { guardWithdrawals, selectNewestWithdrawal } from '../../storage/statement-store.ts';
import { takeBatchReturn } from '../decide-batch.ts';
import type { Caller } from '../reach.ts';
import { readToken } from '../reach.ts';
import type { Service } from '../service.ts';
import { addStep, type Hooks, type StepAnswer } from './add-step.ts';
import { takeApplication, takeDevice, takeLoss } from './application-steps.ts';
import { takeDraw } from './draw-steps.ts';
import { takeObjection } from './objection-steps.ts';
import { takePlan } from './plan-steps.ts';
import { takeResults } from './result-steps.ts';
import { takeRules, takeStanding } from './standing.ts';

const HOOKS: Hooks = {
  application: takeApplication,
  batch: takeBatchReturn,
  draw: takeDraw,
  plan: takePlan,
  results: takeResults,
  objection: takeObjection,
  device: takeDevice,
  loss: takeLoss,
  rules: takeRules,
  standing: takeStanding,
};

/**
 * Takes a step. @param about the case that it must be about, where the address names one
 * @throws Refusal of the signature, of the table (`step_unknown`, `role_wrong`, `step_not_now`), of reach,
 *   of the token when it ended meanwhile, `case_id_malformed`, `step_body_differs`, `step_body_malformed`,
 *   `step_out_of_order`, `step_stale`, and of its kind
 */
export async function takeStep(
  service: Service,
  caller: Caller,
  token: string,
  body: unknown,
  about?: string,
): Promise<StepAnswer> {
  const signing = await service.memo.key(caller.key);
  const statement = await service.memo.open(token, 'step+jwt', (kid) => (kid === caller.jkt ? signing : undefined));
  const { payload } = statement;
  const now = service.now();
  if (payload.iss !== caller.subject)
    throw new Refusal('issuer_not_caller', 'A step is submitted by whoever signed it.', { part: 'step+jwt:iss' });
  if (payload.aud !== service.config.origin)
    throw new Refusal('audience_wrong', 'It was made for another service.', { part: 'step+jwt:aud' });
  if (payload.iat < now - STEP_AGE || payload.iat > now + STEP_AHEAD)
    throw new Refusal(
      'step_stale',
      'The step was signed too long ago or in the future; look at the clock and sign it again.',
      { part: 'step+jwt:iat' },
    );
  if (about !== undefined && payload.about !== about)
    throw new Refusal('batch_differs', 'The step is about something else than the address names.', {
      part: 'step+jwt:about',
    });
  await checkBody(payload, body);
  return addStep(service, HOOKS, statement, caller, body, now, () => judgeCaller(service, caller));
}

/**
 * Judges the caller's key again: a body can take long to arrive. @returns what must still hold when the step is written
 * @throws Refusal of the token (src/service/reach.ts)
 */
async function judgeCaller(service: Service, { token, role, subject, jkt }: Caller): Promise<D1PreparedStatement[]> {
  // Read first: what comes after it is seen by the judgement, or by the condition.
  const newest = await selectNewestWithdrawal(service.db);
  await readToken(service, token);
  return [
    ...(role === 'organization' ? [guardKept(service.db, subject.slice('org:'.length), jkt)] : []),
    guardWithdrawals(service.db, newest),
  ];
}
