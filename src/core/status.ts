/**
 * What became of a certificate: the chain of `status+jwt` events (suspend, reinstate, revoke) and the rank of who may
 * say what. Each event names its place (`seq`) and the digest of the one before, so that none can be removed from the
 * middle. What one rank suspended, only the same or a higher rank reinstates, revokes, or lets be replaced; a higher
 * rank can suspend it again, which makes the suspension its own. Revocation is final.
 *
 * An event that was signed when its key had already ended (compromised_since) keeps its place and has no effect, and
 * what later events change is computed without it, until that withdrawal itself no longer counts.
 */
import { Refusal } from '../base/refusal.ts';
import type { Directory } from './directory.ts';
import { codeOf, openClient } from './filing.ts';
import type { Filing, Payload } from './schema.ts';
import { checkTimes, type Statement } from './statement.ts';
import { isWithdrawn } from './withdrawal.ts';

export type Event = Payload<'status+jwt'>;
export type State = 'valid' | 'suspended' | 'revoked';

/** An event with the client statement behind it, where an organization and not a centre signed. */
export interface StoredEvent {
  token: string;
  client?: string | undefined;
}

/** Where events lead. */
interface Reached {
  state: State;
  /** Rank of who suspended or revoked; 0 otherwise. */
  rank: number;
  /** The event that suspended, while suspended. */
  suspension?: Event;
}

export interface History extends Reached {
  /** The last event, if there was any. */
  last?: Statement<'status+jwt'>;
  length: number;
}

/**
 * An event, opened. `rank` of its signer: organization 0, city 1, province 2; `name`: as the signer's statement says.
 */
export interface OpenedEvent {
  statement: Statement<'status+jwt'>;
  rank: number;
  name: string;
}

/** An event of a history. `counts`: false when the key that signed it had ended before. */
export type PastEvent = OpenedEvent & { counts: boolean };

/** A history with all its events. */
export interface Past extends History {
  events: readonly PastEvent[];
}

export const UNTOUCHED: History = { state: 'valid', rank: 0, length: 0 };

const refuse = (claim: string, code: string, message: string) =>
  new Refusal(code, message, { part: `status+jwt:${claim}` });

/**
 * Opens one event and finds its signer. `until`: given the event's `iat`, when the signer's key must not have ended; of
 * a new one the later of `iat` and now: it is to count now and whenever it is looked at again.
 */
export async function openEvent(
  event: StoredEvent,
  directory: Directory,
  filing: Filing,
  until = (iat: number) => iat,
): Promise<OpenedEvent> {
  if (event.client === undefined) {
    const statement = await directory.memo.open(event.token, 'status+jwt', directory.findCentre);
    const { iss, iat } = statement.payload;
    const { tier, name } = directory.centreAt(statement.kid, iss, iat, until(iat));
    if (tier === 'city' && iss !== filing.iss)
      throw refuse('iss', 'out_of_reach', 'The organization is filed with another centre.');
    return { statement, rank: tier === 'city' ? 1 : 2, name };
  }
  const client = await directory.memo.open(event.client, 'client+jwt', directory.findCentre);
  const kid = await directory.memo.thumbprint(client.payload.cnf.jwk);
  const key = await directory.memo.key(client.payload.cnf.jwk);
  const statement = await directory.memo.open(event.token, 'status+jwt', (id) => (id === kid ? key : undefined));
  const { iat } = statement.payload;
  await openClient(event.client, directory, filing, iat, until(iat));
  if (statement.payload.iss !== client.payload.sub)
    throw refuse('iss', 'organization_differs', 'It is signed by another organization.');
  return { statement, rank: 0, name: filing.name };
}

/** Opens an event of the past, whether it counts or not. */
async function openPast(event: StoredEvent, directory: Directory, filing: Filing): Promise<PastEvent> {
  try {
    return { ...(await openEvent(event, directory, filing)), counts: true };
  } catch (error) {
    if (!isWithdrawn(error)) throw error;
    return { ...(await openEvent(event, directory, filing, () => 0)), counts: false };
  }
}

/** The place of an event: of this certificate, next in the chain. */
function checkPlace(history: History, { payload: event }: Statement<'status+jwt'>, number: string): void {
  if (event.number !== number) throw refuse('number', 'number_differs', 'It is about another certificate.');
  if (event.iss.startsWith('org:') && codeOf(event.iss) !== number.slice(0, 13))
    throw refuse('iss', 'out_of_reach', 'The certificate belongs to another organization.');
  if (event.seq !== history.length + 1)
    throw refuse('seq', 'status_out_of_order', `The next event of this certificate has seq ${history.length + 1}.`);
  if (event.prev !== history.last?.digest)
    throw refuse(
      'prev',
      'status_out_of_order',
      'prev must be the digest of the payload before; the first event has none.',
    );
  if (history.last && event.iat < history.last.payload.iat)
    throw refuse('iat', 'status_out_of_order', 'It is older than the event before it.');
}

/** Where an event leads; refuses what its signer may not do, or what changes nothing. */
function effectOf(before: Reached, event: Event, rank: number): Reached {
  const { action } = event;
  if (before.state === 'revoked') throw refuse('action', 'status_final', 'A revoked certificate stays revoked.');
  if (action === 'suspend') {
    if (before.state === 'suspended' && rank <= before.rank)
      throw refuse('action', 'status_no_change', 'The certificate is suspended already.');
    return { state: 'suspended', rank, suspension: event };
  }
  if (action === 'reinstate' && before.state !== 'suspended')
    throw refuse('action', 'status_no_change', 'The certificate is not suspended.');
  if (before.state === 'suspended' && rank < before.rank) {
    throw refuse('action', 'rank_too_low', 'Only who suspended, or a higher tier, can reinstate or revoke.');
  }
  return action === 'revoke' ? { state: 'revoked', rank } : { state: 'valid', rank: 0 };
}

/** Applies one opened event to a history. */
export function applyEvent(
  history: History,
  statement: Statement<'status+jwt'>,
  rank: number,
  number: string,
): History {
  checkPlace(history, statement, number);
  return { last: statement, length: statement.payload.seq, ...effectOf(history, statement.payload, rank) };
}

/**
 * Where events lead. What the rules refuse has no effect where something was withdrawn: each event was accepted after
 * those that counted at its time, and others may count now. Where nothing was, `strict`, the refusal is thrown.
 */
function fold(events: readonly PastEvent[], strict: boolean): Reached {
  let reached: Reached = { state: 'valid', rank: 0 };
  for (const { statement, rank } of events) {
    try {
      reached = effectOf(reached, statement.payload, rank);
    } catch (error) {
      if (strict || !(error instanceof Refusal)) throw error;
    }
  }
  return reached;
}

/** Opens and folds a whole chain of events, first to last. */
export async function readHistory(
  stored: readonly StoredEvent[],
  directory: Directory,
  filing: Filing,
  number: string,
): Promise<Past> {
  const events: PastEvent[] = [];
  for (const event of stored) events.push(await openPast(event, directory, filing));
  let history = UNTOUCHED;
  for (const { statement } of events) {
    checkPlace(history, statement, number);
    history = { ...history, last: statement, length: statement.payload.seq };
  }
  const reached = fold(
    events.filter(({ counts }) => counts),
    directory.withdrawals.all.length === 0,
  );
  return { ...history, ...reached, events };
}

/** What a replacement makes of a certificate: it ends what is in force or suspended; a revoked one stays revoked. */
export const fateOf = (state: State, replaced: boolean): State | 'replaced' =>
  replaced && state !== 'revoked' ? 'replaced' : state;

/** An approval as the rule of replacement looks at it. `rank`: city 1, province 2. */
export interface Approver {
  iss: string;
  iat: number;
  rank: number;
}

/**
 * Refuses a replacement that would get round a suspension: what a centre has suspended is replaced only by a batch that
 * this centre, or a higher tier, approved in a later second than the suspension says (`iat`). What an organization
 * itself has suspended it may replace. @throws Refusal `replaces_suspended`
 */
export function requireReplaceable(
  { suspension, rank }: History,
  number: string,
  approvals: readonly Approver[],
): void {
  if (!suspension || rank === 0) return;
  if (approvals.some((one) => one.iat > suspension.iat && (one.iss === suspension.iss || one.rank > rank))) return;
  const message =
    'A centre has suspended a certificate that this batch replaces: that centre, or a higher one, must approve the batch after that.';
  throw new Refusal('replaces_suspended', message, { number, suspended_by: suspension.iss });
}

/** A new event must be made now. */
export function checkFresh(event: Event, now: number): void {
  checkTimes('status+jwt', { iat: event.iat, exp: event.iat + 300 }, now);
}
