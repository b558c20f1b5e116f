/**
 * What centres review (审核): batches within reach with whose approval they wait for, an organization's history, a
 * batch's rows with who they are, and how they differ from the plan; and what waits for an organization (待办).
 */

import { type Page, pageOf } from '../../base/bounded.ts';
import { dayNumber, dayOf } from '../../base/day.ts';
import { Refusal } from '../../base/refusal.ts';
import { readFacts, type SeenRow } from '../../core/approved-rows.ts';
import { readDisclosures } from '../../core/disclose.ts';
import { compareWithPlan, type Differences, isNoticeOver } from '../../core/procedure/results-check.ts';
import type { Filing } from '../../core/schema.ts';
import { type BatchRow, selectBatchesOf, selectRows } from '../../storage/batch-store.ts';
import {
  type CaseRow,
  countBlocking,
  selectCase,
  selectCases,
  selectLastStep,
  selectSteps,
  selectUnpublished,
} from '../../storage/case-store.ts';
import {
  countBatches,
  countCertificates,
  type ReviewFilter,
  selectReturned,
  selectReviews,
} from '../../storage/review-store.ts';
import { directoryOf } from '../on-file.ts';
import { openSecret, reasonOf } from '../open-batch.ts';
import { type Asker, reachOf } from '../reach.ts';
import type { Service } from '../service.ts';
import { listedFacts, readStored } from './stored-cases.ts';

export interface Review {
  id: string;
  organization: string;
  name: string;
  route: Filing['route'];
  count: number;
  state: BatchRow['state'];
  /** Tier whose approval is needed next. */
  missing: 'city' | 'province' | null;
  approvals: { tier: 'city' | 'province'; iss: string; received_at: number }[];
  /** The results (公示) that it was made of, if any. */
  results: string | null;
  created_at: number;
}

/** Batches within a centre's reach, the newest first. */
async function listReviews(
  service: Service,
  asker: Asker,
  filter: Omit<ReviewFilter, 'centre'>,
  limit: number,
): Promise<Review[]> {
  const directory = await directoryOf(service);
  const rows = await selectReviews(service.db, { ...filter, centre: reachOf(asker).centre }, limit);
  return Promise.all(
    rows.map(async ({ id, organization, token, count, state, missing, approved, results, created_at }) => {
      const { name, route } = (await service.memo.open(token, 'filing+jwt', directory.findCentre)).payload;
      return {
        id,
        organization,
        name,
        route,
        count,
        state,
        missing,
        approvals: JSON.parse(approved) as Review['approvals'],
        results,
        created_at,
      };
    }),
  );
}

/** A page of them. @param filter its `first` is the tier whose next batches stand before all others */
export async function pageReviews(
  service: Service,
  asker: Asker,
  filter: Omit<ReviewFilter, 'centre'>,
  size: number,
): Promise<Page<Review>> {
  return pageOf(await listReviews(service, asker, filter, size + 1), size, ({ id, missing, created_at }) => ({
    first: filter.first !== undefined && missing === filter.first ? 1 : 0,
    at: created_at,
    id,
  }));
}

export interface PastOf {
  batches: { state: string; n: number; rows: number }[];
  certificates: { state: string; n: number }[];
  returned: { id: string; count: number; created_at: number; returned_reason: string | null }[];
  /** Suspensions and their ends, the oldest first. */
  standing: { step: string; by: string; at: number; reason: string; until: string | null }[];
  suspended: boolean;
}

/** What a reviewer should know of an organization. */
export async function historyOf(service: Service, organization: string): Promise<PastOf> {
  const about = `standing:${organization}`;
  const [batches, certificates, returned, row, steps] = await Promise.all([
    countBatches(service.db, organization),
    countCertificates(service.db, organization),
    selectReturned(service.db, organization, 20),
    selectCase(service.db, about),
    selectSteps(service.db, about),
  ]);
  const standing = await Promise.all(
    steps.map(async (step) => {
      const { reason, until } = (await readStored(service, step)) as { reason: string; until?: string };
      return { step: step.step, by: step.iss, at: step.received_at, reason, until: until ?? null };
    }),
  );
  const reasons = await Promise.all(
    returned.map(async ({ id, count, created_at, ...why }) => ({
      id,
      count,
      created_at,
      returned_reason: await reasonOf(service, { id, ...why }),
    })),
  );
  return { batches, certificates, returned: reasons, standing, suspended: row?.state === 'suspended' };
}

export type ReviewedRow = SeenRow & { scores: [theory: number, practice: number] };

/** Rows with who they are, opened and held against their digests. */
export async function openRows(service: Service, batch: BatchRow, from: number, limit: number): Promise<ReviewedRow[]> {
  const stored = await selectRows(service.db, batch.id, from, limit);
  return Promise.all(
    stored.map(async ({ position, row, facts, sealed }) => {
      const { disclosures, scores } = await openSecret(service, batch.id, { position, sealed });
      const shown = readFacts(facts);
      const { name, id_type, id_number, photo_digest } = readDisclosures(disclosures, shown.sd).holder;
      if (name === undefined || id_type === undefined || id_number === undefined || photo_digest === undefined)
        throw new Refusal('register_differs', 'A stored row lacks one of its disclosures.', { part: 'rows' });
      return { ...shown, row, position, disclosures, name, id_type, id_number, photo_digest, scores };
    }),
  );
}

export interface PlanView {
  results: string;
  plan: string | null;
  title: string;
  differences: Differences;
}

/**
 * How a batch differs from its plan; undefined for one that came without results.
 * @param rows all of the batch
 * @param passMark of the filing under which it was uploaded
 */
export async function differencesOf(
  service: Service,
  { results }: BatchRow,
  rows: readonly ReviewedRow[],
  passMark: number,
): Promise<PlanView | undefined> {
  if (results === null) return undefined;
  const notice = await selectLastStep(service.db, results, ['results.publish', 'results.correct']);
  if (!notice) throw new Refusal('register_differs', 'The batch names results that are not kept.', { part: 'results' });
  const said = await readStored<'results.publish'>(service, notice);
  const filed = await selectLastStep(service.db, said.plan, ['plan.file', 'plan.amend']);
  if (!filed) throw new Refusal('register_differs', 'The results name a plan that is not kept.', { part: 'plan' });
  const plan = await readStored<'plan.file'>(service, filed);
  return {
    results,
    plan: said.plan,
    title: plan.title,
    differences: compareWithPlan(plan.roster, said.rows, rows, passMark),
  };
}

// What waits for an organization: each case and batch by the one thing that is to be done with it now.

/** Days before the end of a notice from which it is said to end soon. */
const SOON = 2;
/** Cases and batches that are looked at. */
const MOST = 200;

export interface Waiting {
  /** Results whose notice is over and that nothing keeps from their upload. */
  ended: CaseRow[];
  /** Results with an objection that was upheld, and nothing corrected since. */
  upheld: CaseRow[];
  /** Results whose notice runs, and ends within days or later. */
  soon: CaseRow[];
  running: CaseRow[];
  /** Plans whose exams are over and that have no results. */
  unpublished: string[];
  /** Uploaded results whose batch a centre gave back. */
  returned: string[];
  /** Batches that wait for the order. */
  orders: string[];
}

/** What waits for an organization on a day in Shanghai. */
export async function waitingFor({ db }: Service, organization: string, today: string): Promise<Waiting> {
  const [notices, uploaded, unpublished, batches] = await Promise.all([
    selectCases(db, { kind: 'results', state: 'notice', organization }, MOST),
    selectCases(db, { kind: 'results', state: 'uploaded', organization }, MOST),
    selectUnpublished(db, organization, today),
    selectBatchesOf(db, organization, MOST),
  ]);
  const upheld = new Set(
    await Promise.all(
      notices.map(async (row) => ((await countBlocking(db, row.about, 'upheld')) > 0 ? row : undefined)),
    ),
  );
  const free = notices.filter((row) => !upheld.has(row));
  const near = dayOf(dayNumber(today) + SOON);
  const until = ({ due }: CaseRow): string => due ?? '9999-12-31';
  const back = new Set(batches.filter(({ state }) => state === 'returned').map(({ id }) => id));
  return {
    ended: free.filter((row) => isNoticeOver({ until: until(row) }, today)),
    upheld: notices.filter((row) => upheld.has(row)),
    soon: free.filter((row) => until(row) >= today && until(row) <= near),
    running: free.filter((row) => until(row) > near),
    unpublished,
    returned: uploaded.filter((row) => back.has(listedFacts('results', row)?.batch ?? '')).map(({ about }) => about),
    orders: batches.filter(({ state }) => state === 'approved').map(({ id }) => id),
  };
}
