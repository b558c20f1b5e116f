/**
 * Steps of results (结果公示与上传): published for at least five working days once the exams are over, corrected or withdrawn,
 * and uploaded as the batch that was made of them when their notice has run and no objection stands. The batch holds
 * the rows of those who passed as they stood in the notice. The same results and photos give the same batch; other
 * photos before the upload give another, and take the first back.
 */

import { shanghaiDay } from '../../base/day.ts';
import { Refusal } from '../../base/refusal.ts';
import { normalizeIdNumber } from '../../core/person.ts';
import { readBody } from '../../core/procedure/bodies.ts';
import type { ResultRow, Results } from '../../core/procedure/plan.ts';
import { planEnd } from '../../core/procedure/plan-check.ts';
import {
  isNoticeOver,
  noticeUntil,
  passingRows,
  requireResults,
  resultsFacts,
} from '../../core/procedure/results-check.ts';
import { readAbout } from '../../core/procedure/steps.ts';
import type { RawRow } from '../../core/rows/row.ts';
import type { GivenPhoto } from '../../core/rows/row-photos.ts';
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
  guardNotice,
  objectionOpen,
  type StepRow,
  selectCase,
  selectLastStep,
  selectLivingResults,
} from '../../storage/case-store.ts';
import type { D1PreparedStatement } from '../../storage/database.ts';
import { currentFiling } from '../on-file.ts';
import { sealReason } from '../open-batch.ts';
import type { Caller } from '../reach.ts';
import { requireOwn } from '../reach.ts';
import type { Service } from '../service.ts';
import { submitBatch } from '../upload.ts';
import { guardWorkingDays, workingDaysOf } from '../working-days.ts';
import type { Taken, Taking } from './add-step.ts';
import { filedPlan } from './plan-steps.ts';
import { requireStanding } from './standing.ts';
import { readStored, requireFacts } from './stored-cases.ts';

/** The step that began the notice which runs or ran last. */
const noticeStep = (service: Service, about: string): Promise<StepRow | null> =>
  selectLastStep(service.db, about, ['results.publish', 'results.correct']);

/** The results as they stand, with the step that published them. @throws Refusal `case_not_found` */
async function standingResults(service: Service, about: string): Promise<{ results: Results; step: StepRow }> {
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
  requireOwn(caller, `org:${planRow.organization}`, "This plan is another organization's.");
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
const madeOf = (about: string, seq: number): string => `${about}#${seq}#`;

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
 * Refuses an upload that is not due: while the notice runs, and while an objection to any publication of the plan is
 * open or was upheld without a correction after it.
 */
async function requireUploadable(service: Service, row: CaseRow): Promise<void> {
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

/** A step of results: publish, correct, withdraw, upload. */
export async function takeResults(taking: Taking): Promise<Taken> {
  const { service, step, about, body, current } = taking;
  if (step === 'results.upload') return takeUpload(taking);
  await requireOpen(service, current);
  if (step !== 'results.withdraw') return takeNotice(taking);
  const { reason } = readBody('results.withdraw', body);
  return { effects: await dropBatch(service, about, `结果已撤回 / the results were withdrawn: ${reason}`) };
}

// The batch: nothing is uploaded a second time that could differ from what was published.

/**
 * Photos without those of candidates who did not pass: people have one archive for the whole roster. Nobody's stay, to
 * be refused.
 */
function photosOfPassing(
  given: readonly GivenPhoto[],
  passing: readonly RawRow[],
  published: readonly ResultRow[],
): GivenPhoto[] {
  const passed = new Set(passing.map(({ values }) => normalizeIdNumber(String(values.id_number))));
  const others = new Set(
    published.map(({ id_number }) => normalizeIdNumber(id_number)).filter((number) => !passed.has(number)),
  );
  return given.filter(({ number }) => number === undefined || !others.has(number));
}

/** @param photos with the digest of their archive, empty without one */
export async function makeBatch(
  service: Service,
  caller: Caller,
  about: string,
  photos: { given: GivenPhoto[]; digest: string },
): Promise<{ batch: BatchRow; fresh: boolean }> {
  const row = readAbout(about).kind === 'results' ? await selectCase(service.db, about) : null;
  if (!row) throw new Refusal('case_not_found', 'There are no such results.');
  requireOwn(caller, `org:${row.organization}`, "These results are another organization's.");
  const { results, step } = await standingResults(service, about);
  const digest = `${madeOf(about, step.seq)}${photos.digest}`;
  const made = await selectBatchOfResults(service.db, about);
  if (made?.body_digest === digest) return { batch: made, fresh: false };
  if (row.state !== 'notice')
    throw new Refusal(
      'step_not_now',
      `These results are ${row.state}; a batch is made of them while they are on notice.`,
      { state: row.state },
    );
  await requireUploadable(service, row);
  const rows = passingRows(results.rows, requireFacts('results', row).pass_mark);
  if (rows.length === 0) throw new Refusal('batch_empty', 'Nobody passed: there is nothing to certify.');
  const why = '上传前已由同一结果的另一批次代替 / replaced before its upload by another batch of the same results';
  const replaced = made ? prepareReturned(service.db, made.id, await sealReason(service, made.id, why)) : [];
  const before = [guardNotice(service.db, about, row.seq), ...replaced];
  return submitBatch(
    service,
    caller,
    { rows, photos: photosOfPassing(photos.given, rows, results.rows), digest, results: about, before },
    null,
  );
}
