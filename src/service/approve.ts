/**
 * Takes a centre's approval (审核) of a batch: by route city the city's first, then the province's. It is judged as issuing will
 * judge it, then stored in one transaction with the new state of the batch: a crash leaves both or neither.
 */
import { Refusal } from '../base/refusal.ts';
import { counted } from '../base/words.ts';
import { checkArrival, openApproval, openCityApproval } from '../core/approval.ts';
import { openFiling } from '../core/filing.ts';
import { checkTimes } from '../core/statement.ts';
import { type BatchRow, insertApproval, selectHeld } from '../storage/batch-store.ts';
import { unlessObjected } from '../storage/case-store.ts';
import { requireSameCentre } from './on-file.ts';
import { arrivalOf, batchFacts, CLOSED, type OpenBatch } from './open-batch.ts';
import { requireNotice, requireUploaded } from './procedure/batch-return.ts';
import type { Caller } from './reach.ts';
import type { Service } from './service.ts';

/**
 * Takes an approval from the centre that signed it. @returns the batch as it is then
 * @throws Refusal `batch_closed`, `filed_by_other_centre`, `issuer_not_caller`, `already_certified`, those of core/approval.ts
 */
export async function acceptApproval(
  service: Service,
  caller: Caller,
  { batch, filing, filing_token, directory }: OpenBatch,
  token: string,
): Promise<BatchRow> {
  if (CLOSED.includes(batch.state))
    throw new Refusal('batch_closed', `The batch is ${batch.state}; it takes no more approvals.`, {
      state: batch.state,
    });
  await requireSameCentre(service, directory, filing);
  requireNotice(service, batch.results);
  await requireUploaded(service, batch);
  const { facts } = await batchFacts(service, batch);
  const tier = caller.role === 'province' ? 'province' : 'city';
  const opened = await (tier === 'province' ? openApproval : openCityApproval)(
    token,
    directory,
    filing,
    facts,
    service.now(),
  );
  const { iss, jti } = opened.payload;
  if (iss !== caller.subject)
    throw new Refusal('issuer_not_caller', 'A centre submits its own approvals only.', { part: 'approval+jwt:iss' });
  checkTimes('approval+jwt', opened.payload, service.now());
  await checkArrival(opened, directory, filing, await arrivalOf(service, batch));
  // As the gate will judge it: what could not be ordered need not be approved.
  await openFiling(filing_token, directory, opened.payload.iat, service.now());
  await requireNotHeld(service, batch);
  await unlessObjected(insertApproval(service.db, batch.id, { tier, iss, jti, token, received_at: service.now() }));
  return { ...batch, state: tier === 'province' || batch.state === 'approved' ? 'approved' : 'city_approved' };
}

/** Refuses a batch that could not be numbered, because somebody in it holds such a certificate already: the centre returns it. */
async function requireNotHeld(service: Service, { id, count }: BatchRow): Promise<void> {
  const held = await selectHeld(service.db, id, 0, count);
  if (held.length === 0) return;
  throw new Refusal(
    'already_certified',
    `Already certified for the same occupation, job and level: ${counted(held.length, 'person', 'people')}. The rows name the certificates; return the batch, and say why.`,
    { rows: held.slice(0, 100).map(({ row }) => row) },
  );
}
