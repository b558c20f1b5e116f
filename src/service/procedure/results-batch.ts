/**
 * Owns the batch that is made of published results (上传): the rows of those who passed, as they stood in the notice, with
 * photos if the organization sends them. Nothing is uploaded a second time that could differ from what was published.
 * The same results and photos give the same batch; other photos before the upload give another, and take the first back.
 * It refuses other people's results, notices that still run, open objections, and results of which nobody passed.
 */

import { Refusal } from '../../base/refusal.ts';
import { normalizeIdNumber } from '../../core/identity.ts';
import type { ResultRow } from '../../core/procedure/plan.ts';
import { passingRows } from '../../core/procedure/results-check.ts';
import { readAbout } from '../../core/procedure/steps.ts';
import type { RawRow } from '../../core/rows/row.ts';
import type { GivenPhoto } from '../../core/rows/row-photos.ts';
import { type BatchRow, prepareReturned, selectBatchOfResults } from '../../storage/batch-store.ts';
import { guardNotice, selectCase } from '../../storage/case-store.ts';
import type { Caller } from '../caller.ts';
import type { Service } from '../service.ts';
import { submitBatch } from '../upload.ts';
import { requireFacts } from './body-at-rest.ts';
import { madeOf, requireUploadable, standingResults } from './result-steps.ts';
import { sealReason } from './return-reason.ts';

/** Photos without those of candidates who did not pass: people have one archive for the whole roster. Nobody's stay, to be refused. */
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
  if (`org:${row.organization}` !== caller.subject)
    throw new Refusal('out_of_reach', "These results are another organization's.");
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
