/**
 * Stores a step whose signature was verified: rule of the table → reach → place in the chain → body → what the kind of
 * case itself asks (its hook) → one transaction.
 *
 * The transaction holds the step, its case, and what follows from it (a batch that is returned). A crash before it
 * leaves nothing, after it everything. The same step again is no error and changes nothing.
 */

import { isRefusal, Refusal } from '../../base/refusal.ts';
import type { Directory } from '../../core/directory.ts';
import { readBody } from '../../core/procedure/bodies.ts';
import { checkPlace } from '../../core/procedure/read-case.ts';
import {
  type Kind,
  type Role,
  readAbout,
  requireFreshId,
  type StepName,
  stateAfter,
} from '../../core/procedure/steps.ts';
import type { Payload } from '../../core/schema.ts';
import { payloadDigest, type Statement } from '../../core/statement.ts';
import {
  CaseMoved,
  type CaseRow,
  insertStep,
  PlanHasResults,
  selectCase,
  selectTaken,
} from '../../storage/case-store.ts';
import type { D1PreparedStatement } from '../../storage/database.ts';
import { JudgeAgain } from '../../storage/database.ts';
import { directoryOf } from '../on-file.ts';
import { requireCaseReach } from '../reach.ts';
import type { Service } from '../service.ts';
import { sealBody, sealFacts } from './stored-cases.ts';

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

/**
 * What a kind answers: what its case's line says from now on. Facts hold nothing of a person; `secret` is sealed beside
 * them.
 */
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

/** By kind of case, what it asks before a step of it is stored. */
export type Hooks = Partial<Record<Kind, (taking: Taking) => Promise<Taken>>>;

export interface StepAnswer {
  about: string;
  step: string;
  seq: number;
  state: string;
  fresh: boolean;
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
  hooks: Hooks,
  statement: Statement<'step+jwt'>,
  caller: Taking['caller'],
  body: unknown,
  now: number,
  judge: () => Promise<D1PreparedStatement[]>,
): Promise<StepAnswer> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      return await tryStep(service, hooks, statement, caller, body, now, await judge());
    } catch (error) {
      if (!(error instanceof JudgeAgain)) throw error;
    }
  }
  throw moved();
}

async function tryStep(
  service: Service,
  hooks: Hooks,
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
    requireCaseReach(caller, current, step);
    const repeated = await repeatedStep(service, about, payload, digest);
    if (repeated) return { about, step, seq: payload.seq, state: current.state, fresh: false };
  }
  const state = stateAfter(kind, step, current?.state ?? null, caller.role);
  if (!current) requireFreshId(kind, id);
  checkPlace(payload, { seq: current?.seq ?? 0, prev: current?.last });
  readBody(step, body);
  const directory = await directoryOf(service);
  const hook = hooks[kind];
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
async function repeatedStep(
  service: Service,
  about: string,
  payload: Payload<'step+jwt'>,
  digest: string,
): Promise<boolean> {
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
