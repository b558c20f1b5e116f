/**
 * Owns reading the procedure: lists of cases within somebody's reach, and one case whole, with every step as it was signed
 * and its body. It refuses to show a stored step that its place in the chain does not hold (`register_differs`).
 */
import { fromBase64url, sha256Short, toBase64url } from '../life/bytes.ts';
import { checkBody, type Step } from '../life/procedure/chain.ts';
import { readAbout, stateAfter, stepsFrom, type StepName } from '../life/procedure/steps.ts';
import { pageOf, type Page } from '../life/place.ts';
import { Refusal } from '../life/refusal.ts';
import { readPayload } from '../life/schema.ts';
import { decodeUtf8 } from '../life/bytes.ts';
import type { Service } from '../service.ts';
import { selectCases, selectSteps, type CaseFilter, type CaseRow, type StepRow } from '../storage/cases.ts';
import { openBody } from './body.ts';
import { openFacts } from './facts.ts';
import { reachCase, type Asker } from './reach.ts';

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

async function lineOf(service: Service, row: CaseRow): Promise<CaseLine> {
  const { about, kind, state, seq, last, organization, centre, parent, due, created_at, updated_at } = row;
  return { about, kind, state, seq, last, organization, centre, parent, facts: await openFacts(service, row), due, created_at, updated_at };
}

type Asked = Pick<CaseFilter, 'kind' | 'state' | 'organization' | 'parent' | 'resultsOf' | 'before' | 'after' | 'first'>;

/** Cases within the asker's reach, the last changed first. */
export async function listCases(service: Service, asker: Asker, filter: Asked, limit: number): Promise<CaseLine[]> {
  const reach: CaseFilter = { ...filter };
  if (asker.role === 'city') reach.centre = asker.subject;
  else if (asker.role === 'applicant') reach.owner = asker.subject;
  else if (asker.role === 'organization') reach.organization = asker.subject.slice('org:'.length);
  return Promise.all((await selectCases(service.db, reach, limit)).map((row) => lineOf(service, row)));
}

/** A page of them. @param filter its `first` are states that stand before all others */
export async function pageCases(service: Service, asker: Asker, filter: Asked, size: number): Promise<Page<CaseLine>> {
  return pageOf(await listCases(service, asker, filter, size + 1), size, ({ about, state, updated_at }) => ({ first: filter.first?.includes(state) ? 1 : 0, at: updated_at, id: about }));
}

/** Every step of a case, each checked against its place: digests, order and states; signatures were checked when they came. */
export async function openSteps(service: Service, about: string): Promise<CaseStep[]> {
  const { kind } = readAbout(about);
  const opened: CaseStep[] = [];
  let prev: string | undefined;
  let state: string | null = null;
  for (const row of await selectSteps(service.db, about)) {
    const bytes = fromBase64url(row.token.split('.')[1] as string);
    const read = readPayload('step+jwt', JSON.parse(decodeUtf8(bytes)));
    if ('problem' in read) throw differs();
    const claims: Step = read.payload;
    const body = await openBody(service, row);
    if (claims.about !== about || claims.seq !== opened.length + 1 || claims.prev !== prev || claims.step !== row.step || claims.iss !== row.iss) throw differs();
    await checkBody(claims, body);
    state = stateAfter(kind, claims.step, state, row.role);
    prev = toBase64url(sha256Short(bytes));
    opened.push({ seq: claims.seq, step: claims.step as StepName, role: row.role, iss: row.iss, at: claims.iat, received_at: row.received_at, token: row.token, body });
  }
  return opened;
}

const differs = () => new Refusal('register_differs', 'A stored step is not the one that was signed.', { part: 'step' });

/** A case whole, for whoever reaches it. @throws Refusal `case_not_found`, `out_of_reach`, `register_differs` */
export async function viewCase(service: Service, asker: Asker, about: string): Promise<CaseView> {
  const { kind } = readAbout(about);
  const row = await reachCase(service, asker, about);
  const steps = await openSteps(service, about);
  if (steps.length !== row.seq) throw differs();
  return { ...(await lineOf(service, row)), allowed: stepsFrom(kind, row.state, asker.role), steps };
}
