/**
 * What centres decide on a batch: approval (审核), by route city the city's first, then the province's, or return (退回), a
 * signed step; and what is asked of batches of results before. An approval is judged as issuing will judge it. Either
 * is stored in one transaction with the new state of the batch: a crash leaves both or neither.
 */
import { Refusal } from '../base/refusal.ts';
import { counted } from '../base/words.ts';
import { checkArrival, openApproval, openCityApproval } from '../core/approval.ts';
import { openFiling } from '../core/filing.ts';
import type { Body } from '../core/procedure/bodies.ts';
import { checkTimes } from '../core/statement.ts';
import { type BatchRow, insertApproval, prepareReturned, selectHeld } from '../storage/batch-store.ts';
import { selectCase, unlessObjected } from '../storage/case-store.ts';
import { filedBy, requireSameCentre } from './on-file.ts';
import { arrivalOf, batchFacts, CLOSED, findBatch, type OpenBatch, sealReason } from './open-batch.ts';
import type { Taken, Taking } from './procedure/add-step.ts';
import { requireFacts } from './procedure/stored-cases.ts';
import { type Caller, requireReach } from './reach.ts';
import type { Service } from './service.ts';

/**
 * Takes an approval from the centre that signed it. @returns the batch as it is then
 * @throws Refusal `batch_closed`, `filed_by_other_centre`, `issuer_not_caller`, `already_certified`, and those of
 *   core/approval.ts
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

/**
 * Refuses a batch that could not be numbered, because somebody in it holds such a certificate already: the centre
 * returns it.
 */
async function requireNotHeld(service: Service, { id, count }: BatchRow): Promise<void> {
  const held = await selectHeld(service.db, id, 0, count);
  if (held.length === 0) return;
  throw new Refusal(
    'already_certified',
    `Already certified for the same occupation, job and level: ${counted(held.length, 'person', 'people')}. The rows name the certificates; return the batch, and say why.`,
    { rows: held.slice(0, 100).map(({ row }) => row) },
  );
}

/**
 * The return of a batch as a step of it, with its reason.
 * @throws Refusal `role_wrong`, `batch_not_found`, `out_of_reach`, `batch_closed`, `batch_not_uploaded`
 */
export async function takeBatchReturn({ service, caller, id, body }: Taking): Promise<Taken> {
  if (caller.role !== 'city' && caller.role !== 'province')
    throw new Refusal('role_wrong', 'A centre returns a batch.', { allowed: ['city', 'province'] });
  const batch = await findBatch(service, id);
  await requireReach(service, caller, batch.organization);
  if (CLOSED.includes(batch.state))
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
