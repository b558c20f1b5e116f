/**
 * Owns taking a step of the procedure: from a signed statement and its body to a line that is only ever added.
 *
 *   signature → who, where, when → rule of the table → reach → body → place in the chain → what the kind itself asks → store
 *
 * The order of writes is one transaction: the step, its case, and what follows from it (a batch that is returned). A
 * crash before leaves nothing, after it everything. The same step again is no error and changes nothing.
 * It refuses steps of another key than the caller's, bodies that were not signed, and whoever comes second.
 */

import { isRefusal, Refusal } from '../../base/refusal.ts';
import type { Directory } from '../../core/directory.ts';
import { readBody } from '../../core/procedure/bodies.ts';
import { checkBody, checkPlace, STEP_AGE, STEP_AHEAD, type Step } from '../../core/procedure/case-chain.ts';
import {
  type Kind,
  type Role,
  readAbout,
  requireFreshId,
  type StepName,
  stateAfter,
} from '../../core/procedure/steps.ts';
import type { Statement } from '../../core/statement.ts';
import { payloadDigest } from '../../core/statement.ts';
import {
  CaseMoved,
  type CaseRow,
  guardKept,
  insertStep,
  PlanHasResults,
  selectCase,
  selectTaken,
} from '../../storage/case-store.ts';
import type { D1PreparedStatement } from '../../storage/database.ts';
import { JudgeAgain } from '../../storage/database.ts';
import { guardWithdrawals, selectNewestWithdrawal } from '../../storage/statement-store.ts';
import type { Caller } from '../caller.ts';
import { readToken } from '../caller.ts';
import { directoryOf } from '../on-file.ts';
import { requireCaseReach } from '../reach.ts';
import type { Service } from '../service.ts';
import { sealBody, sealFacts } from './body-at-rest.ts';
import { HOOKS } from './hooks.ts';

/** What a kind of case is asked before one of its steps is stored. */
export interface Taking<S extends StepName = StepName> {
  service: Service;
  directory: Directory;
  caller: { subject: string; jkt: string; role: Role };
  about: string;
  id: string;
  step: S;
  /** As signed; read with the step's schema. */
  body: unknown;
  /** Undefined for the first step. */
  current: CaseRow | undefined;
  now: number;
}

/** What a kind answers: what its case's line says from now on. Facts hold nothing of a person; `secret` is sealed beside them. */
export interface Taken {
  organization?: string | null;
  centre?: string;
  parent?: string | null;
  facts?: Record<string, unknown>;
  /** Words that lists show to whoever reaches the case; only together with `facts`. */
  secret?: Record<string, unknown>;
  due?: string | null;
  /** Written in the same transaction. */
  effects?: D1PreparedStatement[];
}

export interface StepAnswer {
  about: string;
  step: string;
  seq: number;
  state: string;
  fresh: boolean;
}

/**
 * Takes a step. @param about the case that it must be about, where the address names one
 * @throws Refusal of the signature, of the table (`step_unknown`, `role_wrong`, `step_not_now`), of reach,
 *   of the token when it ended meanwhile, `case_id_malformed`, `step_body_differs`, `step_body_malformed`, `step_out_of_order`, `step_stale`, and of its kind
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
    throw new Refusal('issuer_not_caller', 'A step is handed in by whoever signed it.', { part: 'step+jwt:iss' });
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
  return addStep(service, statement, caller, body, now, () => judgeCaller(service, caller));
}

/**
 * Judges the caller's key again: a body can take long to arrive. @returns what must still hold when the step is written
 * @throws Refusal of the token (src/service/caller.ts)
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

/** How often a step is judged when withdrawals come one after the other. */
const ATTEMPTS = 6;

const moved = () =>
  new Refusal(
    'step_out_of_order',
    'Somebody else was quicker: the case has moved on since you looked. Look again, then decide.',
    { part: 'step+jwt:seq' },
  );

/**
 * The part after the signature; the service's own steps (objections of people without a key) come in here.
 * @param judge of the caller, before each attempt: gives the conditions of the transaction
 */
export async function addStep(
  service: Service,
  statement: Statement<'step+jwt'>,
  caller: Taking['caller'],
  body: unknown,
  now: number,
  judge: () => Promise<D1PreparedStatement[]>,
): Promise<StepAnswer> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      return await tryStep(service, statement, caller, body, now, await judge());
    } catch (error) {
      if (!(error instanceof JudgeAgain)) throw error;
    }
  }
  throw moved();
}

async function tryStep(
  service: Service,
  statement: Statement<'step+jwt'>,
  caller: Taking['caller'],
  body: unknown,
  now: number,
  conditions: readonly D1PreparedStatement[],
): Promise<StepAnswer> {
  const { payload, digest } = statement;
  const { about } = payload;
  const step = payload.step as StepName;
  const { kind, id } = readAbout(about);
  const current = (await selectCase(service.db, about)) ?? undefined;
  if (current) {
    await requireCaseReach(service, caller, current, step);
    const repeated = await repeatedStep(service, about, payload, digest);
    if (repeated) return { about, step, seq: payload.seq, state: current.state, fresh: false };
  }
  const state = stateAfter(kind, step, current?.state ?? null, caller.role);
  if (!current) requireFreshId(kind, id);
  checkPlace(payload, { seq: current?.seq ?? 0, prev: current?.last });
  readBody(step, body);
  const directory = await directoryOf(service);
  const hook = HOOKS[kind];
  if (!hook) throw new Refusal('step_unknown', `No ${kind} is kept here.`, { part: 'step' });
  const taken = await hook({ service, directory, caller, about, id, step, body, current, now });
  const facts =
    taken.facts && taken.secret ? { ...taken.facts, ...(await sealFacts(service, about, taken.secret)) } : taken.facts;
  const row = caseAfter({
    kind,
    current,
    caller,
    statement,
    state,
    taken: { ...taken, ...(facts === undefined ? {} : { facts }) },
    now,
  });
  const sealed = await sealBody(service, about, payload.seq, body);
  try {
    await insertStep(
      service.db,
      row,
      {
        about,
        seq: payload.seq,
        step,
        role: caller.role,
        iss: payload.iss,
        token: statement.token,
        sealed,
        received_at: now,
      },
      taken.effects,
      conditions,
    );
  } catch (error) {
    if (error instanceof PlanHasResults)
      throw new Refusal('results_exist', 'Results of this plan are published already: correct those.', {
        part: 'plan',
      });
    // A key that reports itself lost may have sent its report twice at once.
    if (!(error instanceof CaseMoved || isRefusal(error, 'client_reported'))) throw error;
    if (await repeatedStep(service, about, payload, digest))
      return { about, step, seq: payload.seq, state, fresh: false };
    throw error instanceof CaseMoved ? moved() : error;
  }
  return { about, step, seq: payload.seq, state, fresh: true };
}

/** Whether this very payload was stored at its place before. */
async function repeatedStep(service: Service, about: string, payload: Step, digest: string): Promise<boolean> {
  const stored = await selectTaken(service.db, about, payload.seq);
  return stored?.iss === payload.iss && payloadDigest(stored.token) === digest;
}

function caseAfter(input: {
  kind: Kind;
  current: CaseRow | undefined;
  caller: Taking['caller'];
  statement: Statement<'step+jwt'>;
  state: string;
  taken: Taken;
  now: number;
}): CaseRow {
  const { kind, current, caller, statement, state, taken, now } = input;
  const { about, seq } = statement.payload;
  // An application goes to another centre when it is amended so; other cases stay with theirs.
  const centre = (current && kind !== 'application' ? undefined : taken.centre) ?? current?.centre;
  if (centre === undefined) throw new Error(`${kind} names no centre for its first step`);
  return {
    about,
    kind,
    state,
    seq,
    last: statement.digest,
    owner: current?.owner ?? caller.subject,
    organization: taken.organization === undefined ? (current?.organization ?? null) : taken.organization,
    centre,
    parent: taken.parent === undefined ? (current?.parent ?? null) : taken.parent,
    facts: taken.facts === undefined ? (current?.facts ?? '{}') : JSON.stringify(taken.facts),
    due: taken.due === undefined ? (current?.due ?? null) : taken.due,
    created_at: current?.created_at ?? now,
    updated_at: now,
  };
}
