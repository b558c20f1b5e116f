/**
 * Owns what became of a certificate: the chain of `status+jwt` events (suspend, reinstate, revoke) and the
 * rank of who may say what. Each event names its place (`seq`) and the digest of the one before, so that none
 * can be taken out of the middle; whoever suspends can only be overruled by the same rank or a higher one.
 * It refuses events out of order, by someone without reach, or after revocation, which is final.
 */
import { codeOf, openClient, type Directory } from './authority.ts';
import { Refusal } from './refusal.ts';
import type { Filing, Payload } from './schema.ts';
import { checkTimes, type Statement } from './statement.ts';

export type Event = Payload<'status+jwt'>;
export type State = 'valid' | 'suspended' | 'revoked';

/** An event with the client statement behind it, where an organization and not a centre signed. */
export interface StoredEvent {
  token: string;
  client?: string | undefined;
}

export interface History {
  state: State;
  /** The last event, if there was any. */
  last?: Statement<'status+jwt'>;
  /** Rank of who suspended, while suspended. */
  rank: number;
  length: number;
}

export const UNTOUCHED: History = { state: 'valid', rank: 0, length: 0 };

const refuse = (claim: string, code: string, message: string) => new Refusal(code, message, { part: `status+jwt:${claim}` });

/** Opens one event and finds the rank of its signer: organization 0, city 1, province 2. */
export async function openEvent(event: StoredEvent, directory: Directory, filing: Filing): Promise<{ statement: Statement<'status+jwt'>; rank: number }> {
  if (event.client === undefined) {
    const statement = await directory.memo.open(event.token, 'status+jwt', directory.findCentre);
    const { iss, iat } = statement.payload;
    const centre = directory.centreAt(statement.kid, iss, iat);
    if (centre.tier === 'city' && iss !== filing.iss) throw refuse('iss', 'out_of_reach', 'The organization is filed with another centre.');
    return { statement, rank: centre.tier === 'city' ? 1 : 2 };
  }
  const client = await directory.memo.open(event.client, 'client+jwt', directory.findCentre);
  const kid = await directory.memo.thumbprint(client.payload.cnf.jwk);
  const key = await directory.memo.key(client.payload.cnf.jwk);
  const statement = await directory.memo.open(event.token, 'status+jwt', (id) => (id === kid ? key : undefined));
  await openClient(event.client, directory, filing, statement.payload.iat);
  if (statement.payload.iss !== client.payload.sub) throw refuse('iss', 'organization_differs', 'It is signed by another organization.');
  return { statement, rank: 0 };
}

/** Applies one opened event to a history. */
export function applyEvent(history: History, statement: Statement<'status+jwt'>, rank: number, number: string): History {
  const event = statement.payload;
  if (event.number !== number) throw refuse('number', 'number_differs', 'It is about another certificate.');
  if (event.iss.startsWith('org:') && codeOf(event.iss) !== number.slice(0, 13)) throw refuse('iss', 'out_of_reach', 'The certificate belongs to another organization.');
  if (history.state === 'revoked') throw refuse('action', 'status_final', 'A revoked certificate stays revoked.');
  if (event.seq !== history.length + 1) throw refuse('seq', 'status_out_of_order', `The next event of this certificate has seq ${history.length + 1}.`);
  if (event.prev !== history.last?.digest) throw refuse('prev', 'status_out_of_order', 'prev must be the digest of the payload before; the first event has none.');
  if (history.last && event.iat < history.last.payload.iat) throw refuse('iat', 'status_out_of_order', 'It is older than the event before it.');
  const next = { last: statement, length: event.seq };
  if (event.action === 'revoke') return { ...next, state: 'revoked', rank };
  if (event.action === 'suspend') {
    if (history.state !== 'valid') throw refuse('action', 'status_no_change', 'The certificate is suspended already.');
    return { ...next, state: 'suspended', rank };
  }
  if (history.state !== 'suspended') throw refuse('action', 'status_no_change', 'The certificate is not suspended.');
  if (rank < history.rank) throw refuse('action', 'rank_too_low', 'Only who suspended, or a higher tier, can reinstate.');
  return { ...next, state: 'valid', rank: 0 };
}

/** Opens and folds a whole chain of events, first to last. */
export async function readHistory(events: readonly StoredEvent[], directory: Directory, filing: Filing, number: string): Promise<History> {
  let history = UNTOUCHED;
  for (const event of events) {
    const { statement, rank } = await openEvent(event, directory, filing);
    history = applyEvent(history, statement, rank, number);
  }
  return history;
}

/** A new event must be made now. */
export function checkFresh(event: Event, now: number): void {
  checkTimes('status+jwt', { iat: event.iat, exp: event.iat + 300 }, now);
}
