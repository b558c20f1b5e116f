/**
 * Owns the taking of results (结果公示与上传): published for at least five working days once the exams are over, corrected
 * or withdrawn, and uploaded as the batch that was made of them when their notice has run and no objection stands.
 * It refuses results of plans that are not filed, of other people's plans, a second notice of one plan, results that are
 * not those of the roster, and corrections while a centre reviews the batch.
 */

import { shanghaiDay } from '../../base/day.ts';
import { Refusal } from '../../base/refusal.ts';
import { readBody } from '../../core/procedure/bodies.ts';
import type { Results } from '../../core/procedure/plan.ts';
import { planEnd } from '../../core/procedure/plan-check.ts';
import { isNoticeOver, noticeUntil, requireResults, resultsFacts } from '../../core/procedure/results-check.ts';
import {
  type BatchRow,
  guardBatchOfResults,
  guardSubmitted,
  prepareReturned,
  selectBatch,
  selectBatchOfResults,
} from '../../storage/batch-store.ts';
import {
  type CaseRow,
  countBlocking,
  objectionOpen,
  type StepRow,
  selectCase,
  selectLastStep,
  selectLivingResults,
} from '../../storage/case-store.ts';
import type { D1PreparedStatement } from '../../storage/database.ts';
import { currentFiling } from '../on-file.ts';
import type { Service } from '../service.ts';
import { guardWorkingDays, workingDaysOf } from '../working-days.ts';
import { readStored, requireFacts } from './body-at-rest.ts';
import { filedPlan } from './plan-steps.ts';
import { sealReason } from './return-reason.ts';
import { requireStanding } from './standing.ts';
import type { Taken, Taking } from './take-step.ts';

/** The step that began the notice which runs or ran last. */
const noticeStep = (service: Service, about: string): Promise<StepRow | null> =>
  selectLastStep(service.db, about, ['results.publish', 'results.correct']);

/** The results as they stand, with the step that published them. @throws Refusal `case_not_found` */
export async function standingResults(service: Service, about: string): Promise<{ results: Results; step: StepRow }> {
  const step = await noticeStep(service, about);
  if (!step) throw new Refusal('case_not_found', 'There are no such results.');
  return { results: await readStored<'results.publish'>(service, step), step };
}

async function takeNotice({ service, directory, caller, about, step, body, current, now }: Taking): Promise<Taken> {
  const organization = caller.subject.slice('org:'.length);
  const today = shanghaiDay(now);
  const results = readBody(step as 'results.publish' | 'results.correct', body);
  const { filing } = await currentFiling(service, directory, organization);
  const standing = await requireStanding(service, organization);
  if (current && current.parent !== results.plan)
    throw new Refusal('plan_differs', 'A correction is of the same plan; withdraw these results to publish others.', {
      part: 'plan',
    });
  const { row: planRow, plan } = await filedPlan(service, results.plan);
  if (planRow.organization !== organization) throw new Refusal('out_of_reach', "This plan is another organization's.");
  if (step === 'results.correct' && results.reason === undefined)
    throw new Refusal('reason_missing', 'Say why the results are corrected.', { part: 'reason' });
  const end = planEnd(plan);
  if (now < end)
    throw new Refusal(
      'exam_not_over',
      `The last session of the plan ends on ${shanghaiDay(end)}; publish its results afterwards.`,
      { part: 'plan', last: shanghaiDay(end) },
    );
  const living = await selectLivingResults(service.db, results.plan);
  if (living !== null && living !== about)
    throw new Refusal('results_exist', 'Results of this plan are published already: correct those.', {
      part: 'plan',
      results: living,
    });
  requireResults(results.rows, plan, filing.scope);
  const facts = resultsFacts(results, plan, filing, await workingDaysOf(service), today);
  const effects = [standing, ...(await dropBatch(service, about, '结果已更正 / the results were corrected'))];
  return { organization, centre: filing.iss, parent: results.plan, facts: { ...facts }, due: facts.until, effects };
}

/** How the digest of a batch begins that was made of results as a step published them. */
export const madeOf = (about: string, seq: number): string => `${about}#${seq}#`;

/** What takes back the batch that was made of results and not ordered: it is no longer what they say. */
async function dropBatch(service: Service, about: string, reason: string): Promise<D1PreparedStatement[]> {
  const batch = await selectBatchOfResults(service.db, about);
  return [
    guardBatchOfResults(service.db, about, batch?.id ?? null),
    ...(batch ? prepareReturned(service.db, batch.id, await sealReason(service, batch.id, reason)) : []),
  ];
}

/** Uploaded results are the centres' to judge: they come back by the return of their batch alone. */
async function requireOpen(service: Service, row: CaseRow | undefined): Promise<void> {
  if (row?.state !== 'uploaded') return;
  const batch = await selectBatchOfResults(service.db, row.about);
  if (batch)
    throw new Refusal(
      'results_uploaded',
      'The centres have these results. Ask them to return the batch; then correct or withdraw.',
      { state: batch.state, batch: batch.id },
    );
}

/**
 * Refuses an upload that is not due: while the notice runs, and while an objection to any publication of the plan is open or
 * was upheld without a correction after it.
 */
export async function requireUploadable(service: Service, row: CaseRow): Promise<void> {
  // A correction of the calendar may have come since: nobody's notice ends before its working days have passed.
  const until = noticeUntil(requireFacts('results', row), await workingDaysOf(service));
  if (!isNoticeOver({ until }, shanghaiDay(service.now())))
    throw new Refusal('notice_running', `The notice runs to the end of ${until}; upload on the day after, or later.`, {
      until,
    });
  const objections = await countBlocking(service.db, row.about);
  if (objections > 0) throw objectionOpen(objections);
}

async function takeUpload({ service, about, body, current }: Taking): Promise<Taken> {
  const row = current as CaseRow;
  const { batch: id, root, count } = readBody('results.upload', body);
  const standing = await requireStanding(service, row.organization as string);
  // Read before the working days: what comes between is found by the condition.
  const calendar = await guardWorkingDays(service);
  const { step } = await standingResults(service, about);
  await requireUploadable(service, row);
  const batch = await selectBatch(service.db, id);
  if (!batch || batch.results !== about)
    throw new Refusal(
      'batch_differs',
      'This batch was not made of these results; make it with POST /v1/results/{about}/batch.',
      { part: 'batch' },
    );
  // Made while a correction was on its way: no longer what stands in the notice.
  if (batch.state !== 'submitted' || !batch.body_digest.startsWith(madeOf(about, step.seq)))
    throw new Refusal('batch_closed', `The batch is ${batch.state}; make a new one of the results.`, {
      state: batch.state,
    });
  if (batch.root !== root) throw new Refusal('root_differs', 'The batch has another root.', { part: 'root' });
  if (batch.count !== count)
    throw new Refusal('count_differs', 'The batch has another number of rows.', { part: 'count' });
  const effects = [standing, calendar, guardSubmitted(service.db, id)];
  return { facts: { ...requireFacts('results', row), batch: id }, effects };
}

export async function takeResults(taking: Taking): Promise<Taken> {
  const { service, step, about, body, current } = taking;
  if (step === 'results.upload') return takeUpload(taking);
  await requireOpen(service, current);
  if (step !== 'results.withdraw') return takeNotice(taking);
  const { reason } = readBody('results.withdraw', body);
  return { effects: await dropBatch(service, about, `结果已撤回 / the results were withdrawn: ${reason}`) };
}

/**
 * Refuses a batch that came by itself where results have to be published first, also one that came before that was so
 * (`notice_required`). @param results those that it was made of
 */
export function requireNotice(service: Service, results: string | null): void {
  if (service.config.requireNotice && results === null)
    throw new Refusal(
      'notice_required',
      'Here results are published first: file the plan, publish its results, and when the notice has run make the batch with POST /v1/results/{about}/batch.',
    );
}

/** Refuses to go on with a batch that was made of results and not uploaded by their step (`batch_not_uploaded`). */
export async function requireUploaded(service: Service, batch: Pick<BatchRow, 'id' | 'results'>): Promise<void> {
  if (batch.results === null) return;
  const row = await selectCase(service.db, batch.results);
  if (row?.state !== 'uploaded' || requireFacts('results', row).batch !== batch.id)
    throw new Refusal(
      'batch_not_uploaded',
      'The organization has not uploaded these results yet: their notice may still run.',
      { results: batch.results },
    );
}
