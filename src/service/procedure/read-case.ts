/**
 * Owns reading the procedure: lists of cases within somebody's reach, and one case whole, with every step as it was signed
 * and its body. It refuses to show a stored step that its place in the chain does not hold (`register_differs`).
 */

import { sha256Short, toBase64url } from '../../base/bytes.ts';
import { type Page, pageOf } from '../../base/paging.ts';
import { isRefusal, isUnreadable, Refusal } from '../../base/refusal.ts';
import { checkBody, type Step } from '../../core/procedure/case-chain.ts';
import { type Kind, type Role, readAbout, type StepName, stateAfter, stepsFrom } from '../../core/procedure/steps.ts';
import { readPayload } from '../../core/schema.ts';
import { unverified } from '../../core/statement.ts';
import { type CaseFilter, type CaseRow, type StepRow, selectCases, selectSteps } from '../../storage/case-store.ts';
import { reportDamaged } from '../attempt.ts';
import { type Asker, reachCase } from '../reach.ts';
import type { Service } from '../service.ts';
import { openBody, openFacts } from './body-at-rest.ts';

export interface CaseLine {
  about: string;
  kind: string;
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
  role: StepRow['role'];
  iss: string;
  /** When it was signed, and when it came. */
  at: number;
  received_at: number;
  token: string;
  body: unknown;
}

export interface CaseView extends CaseLine {
  /** Steps that the asker may take now. */
  allowed: StepName[];
  steps: CaseStep[];
}

async function lineOf(service: Service, row: CaseRow): Promise<CaseLine | undefined> {
  const { about, kind, state, seq, last, organization, centre, parent, due, created_at, updated_at } = row;
  const facts = await openFacts(service, row);
  return facts && { about, kind, state, seq, last, organization, centre, parent, facts, due, created_at, updated_at };
}

/** Lines for a list; those that were altered are left out and reported. */
async function linesOf(service: Service, rows: readonly CaseRow[]): Promise<CaseLine[]> {
  const lines = await Promise.all(
    rows.map(async (row) => {
      const line = await lineOf(service, row);
      if (!line) reportDamaged('cases', row.about);
      return line;
    }),
  );
  return lines.filter((line) => line !== undefined);
}

type Asked = Pick<
  CaseFilter,
  'kind' | 'state' | 'organization' | 'parent' | 'resultsOf' | 'before' | 'after' | 'first'
>;

function reachOf(asker: Asker, filter: Asked): CaseFilter {
  if (asker.role === 'city') return { ...filter, centre: asker.subject };
  if (asker.role === 'applicant') return { ...filter, owner: asker.subject };
  if (asker.role === 'organization') return { ...filter, organization: asker.subject.slice('org:'.length) };
  return filter;
}

/** Cases within the asker's reach, the last changed first. */
export async function listCases(service: Service, asker: Asker, filter: Asked, limit: number): Promise<CaseLine[]> {
  return linesOf(service, await selectCases(service.db, reachOf(asker, filter), limit));
}

/** A page of them. @param filter its `first` are states that stand before all others */
export async function pageCases(service: Service, asker: Asker, filter: Asked, size: number): Promise<Page<CaseLine>> {
  const rows = await selectCases(service.db, reachOf(asker, filter), size + 1);
  const { lines, next } = pageOf(rows, size, ({ about, state, updated_at }) => ({
    first: filter.first?.includes(state) ? 1 : 0,
    at: updated_at,
    id: about,
  }));
  return { lines: await linesOf(service, lines), next };
}

/** What a stored step's statement says; it was verified when it came. @throws Refusal `register_differs` */
export function claimsOf({ token }: Pick<StepRow, 'token'>): { claims: Step; digest: string } {
  const { claims, bytes } = unverified(token);
  const read = readPayload('step+jwt', claims);
  if ('problem' in read) throw differs();
  return { claims: read.payload, digest: toBase64url(sha256Short(bytes)) };
}

/** A step's body, if it is the one that was signed. @throws Refusal `register_differs`, `ciphertext_wrong` */
export async function signedBody(service: Service, row: StepRow, claims: Step): Promise<unknown> {
  try {
    const body = await openBody(service, row);
    await checkBody(claims, body);
    return body;
  } catch (error) {
    throw isUnreadable(error) && !isRefusal(error, 'ciphertext_wrong') ? differs() : error;
  }
}

/** Every step of a case, each checked against its place: digests, order and states; signatures were checked when they came. */
export async function openSteps(service: Service, about: string): Promise<CaseStep[]> {
  const { kind } = readAbout(about);
  const opened: CaseStep[] = [];
  let prev: string | undefined;
  let state: string | null = null;
  for (const row of await selectSteps(service.db, about)) {
    const { claims, digest } = claimsOf(row);
    if (
      claims.about !== about ||
      claims.seq !== opened.length + 1 ||
      claims.prev !== prev ||
      claims.step !== row.step ||
      claims.iss !== row.iss
    )
      throw differs();
    const body = await signedBody(service, row, claims);
    state = nextState(kind, claims.step, state, row.role);
    prev = digest;
    opened.push({
      seq: claims.seq,
      step: claims.step,
      role: row.role,
      iss: row.iss,
      at: claims.iat,
      received_at: row.received_at,
      token: row.token,
      body,
    });
  }
  return opened;
}

function nextState(kind: Kind, step: StepName, state: string | null, role: Role): string {
  try {
    return stateAfter(kind, step, state, role);
  } catch (error) {
    throw isRefusal(error) ? differs() : error;
  }
}

export const differs = () =>
  new Refusal('register_differs', 'A stored step is not the one that was signed.', { part: 'step' });

/** A case whole, for whoever reaches it. @throws Refusal `case_not_found`, `out_of_reach`, `register_differs` */
export async function viewCase(service: Service, asker: Asker, about: string): Promise<CaseView> {
  const { kind } = readAbout(about);
  const row = await reachCase(service, asker, about);
  const [steps, line] = await Promise.all([openSteps(service, about), lineOf(service, row)]);
  if (!line || steps.length !== row.seq) throw differs();
  return { ...line, allowed: stepsFrom(kind, row.state, asker.role), steps };
}
