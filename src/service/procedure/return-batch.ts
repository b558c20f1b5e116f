/**
 * Owns the return of a batch (退回) as a signed step: who gave it back and why stays with the batch for good.
 * It refuses batches that are ordered or returned already, and batches of other centres' organizations.
 */

import { Refusal } from '../../base/refusal.ts';
import type { Body } from '../../core/procedure/bodies.ts';
import { prepareReturned, selectBatch } from '../../storage/batch-store.ts';
import { filedBy } from '../on-file.ts';
import { requireReach } from '../reach.ts';
import { requireUploaded } from './result-steps.ts';
import { sealReason } from './return-reason.ts';
import type { Taken, Taking } from './take-step.ts';

export async function takeBatchReturn({ service, caller, id, body }: Taking): Promise<Taken> {
  if (caller.role !== 'city' && caller.role !== 'province')
    throw new Refusal('role_wrong', 'A centre returns a batch.', { allowed: ['city', 'province'] });
  const batch = await selectBatch(service.db, id);
  if (!batch) throw new Refusal('batch_not_found', 'There is no such batch.');
  await requireReach(service, { role: caller.role, subject: caller.subject }, batch.organization);
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
