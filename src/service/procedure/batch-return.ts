/**
 * The return of a batch (退回) as a signed step, the reason as it is stored, and what batches of results need to go on.
 */

import { Refusal } from '../../base/refusal.ts';
import type { Body } from '../../core/procedure/bodies.ts';
import { type BatchRow, prepareReturned, selectBatch } from '../../storage/batch-store.ts';
import { selectCase } from '../../storage/case-store.ts';
import { filedBy } from '../on-file.ts';
import { requireReach } from '../reach.ts';
import type { Service } from '../service.ts';
import type { Taken, Taking } from './add-step.ts';
import { requireFacts } from './stored-cases.ts';

export async function takeBatchReturn({ service, caller, id, body }: Taking): Promise<Taken> {
  if (caller.role !== 'city' && caller.role !== 'province')
    throw new Refusal('role_wrong', 'A centre returns a batch.', { allowed: ['city', 'province'] });
  const batch = await selectBatch(service.db, id);
  if (!batch) throw new Refusal('batch_not_found', 'There is no such batch.');
  await requireReach(service, caller, batch.organization);
  if (['issuing', 'issued', 'returned'].includes(batch.state))
    throw new Refusal('batch_closed', 'The batch was ordered or returned already.', { state: batch.state });
  await requireUploaded(service, batch);
  const centre = (await filedBy(service, batch.organization)) ?? caller.subject;
  return {
    organization: batch.organization,
    centre,
    facts: {},
    effects: prepareReturned(service.db, id, await sealReason(service, id, (body as Body<'batch.return'>).reason)),
  };
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

// The reason: sealed and bound to its batch; in plain text only from earlier versions.

const placeOf = (batch: string): string => `batch:${batch}:returned`;

export const sealReason = (service: Service, batch: string, reason: string): Promise<string> =>
  service.vault.sealRow(placeOf(batch), reason);

/** Null for a batch that was not returned. @throws Refusal `ciphertext_wrong` */
export async function reasonOf(
  service: Service,
  { id, returned_sealed, returned_reason }: Pick<BatchRow, 'id' | 'returned_sealed' | 'returned_reason'>,
): Promise<string | null> {
  return returned_sealed === null
    ? returned_reason
    : ((await service.vault.openRow(placeOf(id), returned_sealed)) as string);
}
