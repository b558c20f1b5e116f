/** Reading draws (双随机、一公开): the list, what everybody gets of one, and what somebody may read of what was found. */
import { type DrawFile, type DrawRecord, publicRecord } from '../../core/procedure/draw-record.ts';
import type { PublicSource } from '../../core/procedure/draw-seed.ts';
import { type CaseRow, selectCases } from '../../storage/case-store.ts';
import { selectTokens } from '../../storage/statement-store.ts';
import type { Caller } from '../reach.ts';
import { reachesCase, reachesOrganization } from '../reach.ts';
import type { Service } from '../service.ts';
import { findDraw, openDraw } from './draw-steps.ts';
import { listedFacts } from './stored-cases.ts';

/** Draws in one answer. */
const PAGE = 100;

/** A draw as lists show it. */
export interface DrawLine {
  id: string;
  about: string;
  state: string;
  centre: string;
  title: string;
  sessions: number;
  inspectors: number;
  pick: number;
  per_session: number;
  commitment: string;
  public_source: PublicSource;
  found: number;
  serious: number;
  /** Earliest day of the sessions. */
  first_day: string | null;
  created_at: number;
  updated_at: number;
}

function lineOf(row: CaseRow): DrawLine | undefined {
  const { about, state, centre, due, created_at, updated_at } = row;
  const facts = listedFacts('draw', row);
  return (
    facts && { id: about.slice('draw:'.length), about, state, centre, ...facts, first_day: due, created_at, updated_at }
  );
}

/** Draws, the last changed first. */
export async function listDraws(service: Service, before?: number, centre?: string): Promise<DrawLine[]> {
  return (await selectCases(service.db, { kind: 'draw', before, centre }, PAGE))
    .map(lineOf)
    .filter((line) => line !== undefined);
}

/**
 * What somebody may read of what was found: an organization its own, a city its organizations' and its own draws', the
 * province all.
 */
export async function withinReach(
  service: Service,
  caller: Pick<Caller, 'role' | 'subject'>,
  row: CaseRow,
  record: DrawRecord,
): Promise<Pick<DrawRecord, 'findings' | 'follow_ups'>> {
  const { findings, follow_ups, drawn = [] } = record;
  if (reachesCase(caller, row)) return { findings, follow_ups };
  const own = new Set<string>();
  for (const { plan, session, organization } of drawn) {
    if (await reachesOrganization(service, caller, organization)) own.add(`${plan}/${session}`);
  }
  const mine = ({ plan, session }: { plan: string; session: string }) => own.has(`${plan}/${session}`);
  return { findings: findings.filter(mine), follow_ups: follow_ups.filter(mine) };
}

/** What everybody gets of a draw: all that is needed to check it under the root's thumbprint, without this service. */
export async function drawFile(service: Service, id: string): Promise<DrawFile> {
  const record = publicRecord(await openDraw(service, await findDraw(service, id)));
  const [centres, withdrawals] = await Promise.all([
    selectTokens(service.db, 'centre+jwt'),
    selectTokens(service.db, 'withdrawal+jwt'),
  ]);
  return { ...record, roots: [...service.config.rootJwks], statements: { centres, withdrawals } };
}
