/**
 * Owns what waits for an organization (待办): cases and batches by the one thing that is to be done with each now, so that
 * nothing is counted twice.
 * It refuses to name what waits for somebody else, such as notices that run on.
 */
import { dayNumber, dayOf } from '../../base/day.ts';
import { isNoticeOver } from '../../core/procedure/results-check.ts';
import { selectBatchesOf } from '../../storage/batch-store.ts';
import { type CaseRow, countBlocking, selectCases, selectUnpublished } from '../../storage/case-store.ts';
import type { Service } from '../service.ts';
import { listedFacts } from './body-at-rest.ts';

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
