/**
 * The gate before numbers are given: everything that would not verify afterwards is refused here, by the verifier's own
 * code. What can change until the numbers are stored is asked again within their transaction.
 */
import { shanghaiYear } from '../base/day.ts';
import { Refusal, unlessRefused } from '../base/refusal.ts';
import { checkApprovalTime, checkArrival, openApproval, openOrder } from '../core/approval.ts';
import { CURRENT_FORM } from '../core/credential.ts';
import type { Directory } from '../core/directory.ts';
import { openClient, openFiling } from '../core/filing.ts';
import type { Filing } from '../core/schema.ts';
import { readHeader } from '../core/statement.ts';
import { STATUS_LIST_LENGTH } from '../core/status-list.ts';
import { guardKept } from '../storage/case-store.ts';
import { selectStatusList, selectTakenIndexes } from '../storage/numbering.ts';
import {
  guardWithdrawals,
  selectClientsByKey,
  selectIssuingKeys,
  selectNewestWithdrawal,
} from '../storage/statement-store.ts';
import { requireNotice, requireUploaded } from './decide-batch.ts';
import { directoryOf } from './on-file.ts';
import { arrivalOf, batchFacts, type OpenBatch } from './open-batch.ts';
import { requireStanding } from './procedure/standing.ts';
import type { Service } from './service.ts';
import { judgeReplaced } from './status-events.ts';

/** Lists are filled to one half, so that random indexes are found at once and say nothing about order. */
const STATUS_LIST_FILL = STATUS_LIST_LENGTH / 2;

/** What an organization brings: the province's approval and its own order. */
export interface Tokens {
  approval: string;
  order: string;
}

/** Passes a batch through the gate. @returns what numbering stores, with the conditions that it asks again */
export async function passGate(service: Service, { batch, filing, filing_token }: OpenBatch, tokens: Tokens) {
  // Read before the withdrawals themselves: one that comes between is found by the condition.
  const withdrawals = guardWithdrawals(service.db, await selectNewestWithdrawal(service.db));
  const directory = await directoryOf(service);
  const now = service.now();
  const standing = await requireStanding(service, batch.organization);
  requireNotice(service, batch.results);
  await requireUploaded(service, batch);
  const { facts, texts } = await batchFacts(service, batch);
  const opened = await openApproval(tokens.approval, directory, filing, facts, now);
  const { payload: approval } = opened;
  checkApprovalTime(approval, now);
  await checkArrival(opened, directory, filing, await arrivalOf(service, batch));
  await openFiling(filing_token, directory, approval.iat, now);
  const client = await findClient(service, directory, batch.organization, tokens.order);
  // As with approvals: whoever holds a key that has expired can date an order back.
  await openClient(client.token, directory, filing, now);
  const { kid: orderedBy } = await openOrder(tokens.order, client.token, directory, filing, approval, facts, now);
  return {
    batch: batch.id,
    organization: batch.organization,
    approval_jti: approval.jti,
    approval: tokens.approval,
    order_token: tokens.order,
    client: client.id,
    issued_at: now,
    year: shanghaiYear(now),
    key_number: await chooseKey(service, directory, batch.organization, filing),
    form: CURRENT_FORM,
    annual_capacity: filing.annual_capacity,
    replaced_events: await judgeReplaced(service, directory, batch.id, approval),
    texts,
    conditions: [standing, withdrawals, guardKept(service.db, batch.organization, orderedBy)],
  };
}

/**
 * The registered client statement whose key signed the order: the newest that was not withdrawn, else the newest, which
 * then says why not.
 */
async function findClient(
  service: Service,
  directory: Directory,
  organization: string,
  order: string,
): Promise<{ id: number; token: string }> {
  const header = readHeader(order, 'issue+jwt');
  const naming: { id: number; token: string; end: number }[] = [];
  for (const client of await selectClientsByKey(service.db, header.kid)) {
    const statement = await unlessRefused(service.memo.open(client.token, 'client+jwt', directory.findCentre));
    if (statement?.payload.sub === `org:${organization}`)
      naming.push({ ...client, end: directory.withdrawals.endOfStatement(statement.payload) });
  }
  const found = naming.find(({ end }) => end > service.now()) ?? naming[0];
  if (found) return found;
  throw new Refusal('key_unknown', 'The order is signed with a key that is no client key of the organization.', {
    part: 'issue+jwt',
  });
}

/** The newest issuing key that the filing names and that was not withdrawn. */
async function chooseKey(
  service: Service,
  directory: Directory,
  organization: string,
  filing: Filing,
): Promise<number> {
  const named = new Set(filing.issuing_jwks.keys.map((key) => key.kid));
  const held = (await selectIssuingKeys(service.db, organization)).filter((key) => named.has(key.kid));
  const newest = held.at(-1)?.kid;
  if (newest === undefined)
    throw new Refusal('issuing_key_missing', 'The filing names no issuing key that this service holds.');
  const kid = held.findLast((key) => directory.withdrawals.endOfKey(key.kid, filing.iss) > service.now())?.kid;
  // Nothing but withdrawn keys: a new one is made and named in a new filing.
  if (kid === undefined) directory.requireIssuingKey(newest, filing, service.now());
  return Number((kid ?? newest).split('-').at(-1));
}

/** Draws free random places in the status list that is being filled. */
export async function drawStatusIndexes(service: Service, count: number): Promise<{ list: number; indexes: number[] }> {
  const { list: current, used } = await selectStatusList(service.db);
  const list = used + count > STATUS_LIST_FILL ? current + 1 : current;
  const drawn = new Set<number>();
  while (drawn.size < count) {
    const wanted = count - drawn.size;
    const words = new Uint32Array(service.random(4 * (2 * wanted + 16)).buffer);
    // 2^32 is a multiple of the list's length, so the remainder is uniform.
    const fresh = [...new Set(Array.from(words, (word) => word % STATUS_LIST_LENGTH))].filter(
      (index) => !drawn.has(index),
    );
    const taken = await selectTakenIndexes(service.db, list, fresh);
    for (const index of fresh) if (!taken.has(index) && drawn.size < count) drawn.add(index);
  }
  return { list, indexes: [...drawn] };
}
