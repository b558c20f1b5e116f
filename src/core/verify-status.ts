/**
 * Owns the last check of verification: what became of a certificate since its issue, by the events that were signed, by the
 * certificate that replaced it, or by status lists where the events are not at hand.
 * It refuses certificates that are not in force, each with the state as its code, and a successor that does not name it.
 */

import { toTimestamp } from '../base/day.ts';
import { Refusal } from '../base/refusal.ts';
import { type Evidence, issuingKey, type Outcome, pass, skip } from './bundle.ts';
import type { CredentialFacts } from './credential.ts';
import { openCredential, splitCredential } from './credential.ts';
import type { Directory } from './directory.ts';
import { compareState } from './register-columns.ts';
import { type Findings, pastAction } from './report.ts';
import { fateOf, readHistory } from './status.ts';
import { STATUS_LIST_FRESH, type StatusList, stateIn } from './status-list.ts';

class StatusVerdict extends Refusal {}

/** The status by lists. An old one never passes, but what it revoked stays revoked; what it suspended was so at its time. */
function statusByLists(lists: readonly StatusList[], facts: CredentialFacts, now: number): Outcome {
  const known = stateIn(lists, facts.status);
  if (!known) return skip('status_not_at_hand');
  const as_of = toTimestamp(known.at);
  if (known.state !== 'valid')
    throw new StatusVerdict(known.state, 'The certificate was not in force when the list was made.', { as_of });
  return Math.abs(now - known.at) <= STATUS_LIST_FRESH ? { ...pass, as_of } : { ...skip('status_as_of'), as_of };
}

/** The status by the certificate's own events; by lists where those are not at hand. */
export async function checkStatus(
  evidence: Evidence,
  directory: Directory,
  found: Findings,
  now: number,
): Promise<Outcome> {
  const { status, columns } = evidence;
  const number = found.facts?.number ?? found.seal?.number;
  if (number === undefined || !found.filing) return skip('status_not_at_hand');
  if (!status)
    return evidence.lists && found.facts ? statusByLists(evidence.lists, found.facts, now) : skip('status_not_at_hand');
  const history = await readHistory(status.events, directory, found.filing, number);
  let successor: CredentialFacts | undefined;
  if (status.successor !== undefined) {
    const filing = (await directory.memo.open(status.successor.filing, 'filing+jwt', directory.findCentre)).payload;
    successor = await openCredential(
      splitCredential(status.successor.credential).jws,
      issuingKey(directory, filing, false),
    );
    if (successor.row.replaces !== number)
      throw new Refusal('successor_differs', 'The certificate that should replace this one does not say so.');
    found.replaced_by = successor.number;
  }
  // Numbered but not signed yet: the replacing certificate cannot be shown for some seconds.
  const pending = columns?.successor_pending === true && !successor;
  if (columns)
    compareState(columns, history, successor?.number ?? (pending ? (columns.replaced_by ?? undefined) : undefined));
  if (pending) return skip('successor_being_signed');
  const actions = history.events.map(pastAction);
  const last = actions.at(-1);
  if (last) found.fate = { ...last, history: actions };
  const fate = fateOf(history.state, successor !== undefined);
  if (fate === 'replaced') throw new StatusVerdict('replaced', 'A corrected certificate replaced this one.');
  if (fate !== 'valid') throw new StatusVerdict(fate, 'The certificate is not in force.');
  return pass;
}
