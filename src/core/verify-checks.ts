/**
 * The checks of a certificate that verify.ts runs, in the order in which a Report lists them. Each says what it did not
 * check (`skip`) and throws a Refusal for what contradicts a signature.
 */
import { fromBase64url } from '../base/bytes.ts';
import { dayNumber, shanghaiYear, toTimestamp } from '../base/day.ts';
import { Refusal } from '../base/refusal.ts';
import { includes } from '../formats/merkle.ts';
import { type BatchFacts, checkApprovalTime, openApproval, openOrder } from './approval.ts';
import { leafOfText, leafText } from './approved-rows.ts';
import { type Evidence, issuingKey, type Outcome, pass, skip } from './bundle.ts';
import { openCopy } from './copy.ts';
import { CREDENTIAL_TYP, type CredentialFacts, openCredential, splitCredential } from './credential.ts';
import type { Directory } from './directory.ts';
import { readDisclosures } from './disclose.ts';
import { codeOf } from './filing.ts';
import { parseNumber } from './number.ts';
import { maskName } from './person.ts';
import { compareColumns, compareState } from './register-columns.ts';
import { type Findings, pastAction } from './report.ts';
import type { Filing } from './schema.ts';
import { openSeal, type SealFacts, sealDigest, sealKid } from './seal.ts';
import { readHeader } from './statement.ts';
import { fateOf, readHistory } from './status.ts';
import { STATUS_LIST_FRESH, type StatusList, stateIn } from './status-list.ts';

/**
 * When a certificate was issued: its signature says the second, its seal the day, of which the first second is taken.
 */
const issuedAt = (facts: CredentialFacts | undefined, seal: SealFacts | undefined): number =>
  facts?.issued_at ?? dayNumber((seal as SealFacts).issued_on) * 86_400 - 8 * 3600;

/** The number that was asked for, of the credential and of the seal: one and the same, and well formed. */
export function checkNumber(evidence: Evidence, found: Findings): Outcome {
  if (evidence.asked !== undefined && evidence.asked !== found.facts?.number) parseNumber(evidence.asked);
  if (evidence.host_known === false)
    throw new Refusal('host_unknown', 'The code names a host that this service never used.');
  const number = found.facts?.number ?? evidence.seal?.number;
  if (number === undefined) return evidence.asked === undefined ? skip('credential_unread') : pass;
  if (!found.facts) parseNumber(number);
  if (evidence.asked !== undefined && evidence.asked !== number && parseNumber(evidence.asked).text !== number)
    throw new Refusal('number_differs', 'The certificate has another number.');
  if (evidence.seal && evidence.seal.number !== number)
    throw new Refusal('number_differs', 'The QR code and the certificate have different numbers.');
  return pass;
}

/** Signature, disclosures, the number's parts, the seal beside it, and the register's columns. */
export async function checkSignature(
  evidence: Evidence,
  directory: Directory,
  filing: Filing | Refusal | undefined,
  found: Findings,
): Promise<Outcome> {
  if (filing === undefined || filing instanceof Refusal) {
    if (evidence.credential !== undefined) readHeader(splitCredential(evidence.credential).jws, CREDENTIAL_TYP);
    return skip('issuing_key_not_established');
  }
  if (evidence.credential !== undefined) {
    const { jws, disclosures } = splitCredential(evidence.credential);
    const facts = await directory.memo.recall(jws, issuingKey(directory, filing, false), (find) =>
      openCredential(jws, find),
    );
    directory.requireIssuingKey(facts.kid, filing, facts.issued_at);
    const parts = parseNumber(facts.number);
    const code = facts.kid.split('#')[1]?.replace(/-\d+$/, '');
    if (parts.organization !== code)
      throw new Refusal('number_contradicts', 'The number belongs to another organization.', { part: 'organization' });
    if (parts.level !== facts.row.level)
      throw new Refusal('number_contradicts', 'The number says another level.', { part: 'level' });
    if (parts.year !== shanghaiYear(facts.issued_at))
      throw new Refusal('number_contradicts', 'The number says another year.', { part: 'year' });
    found.disclosed = readDisclosures(disclosures, facts.row.sd);
    const { name } = found.disclosed.holder;
    if (name !== undefined && maskName(name) !== facts.row.masked_name)
      throw new Refusal('disclosure_not_signed', 'The name does not fit the masked name.', { part: 'name' });
    found.facts = facts;
    found.leaf = leafText(facts.row);
    if (evidence.columns) await compareColumns(evidence.columns, facts, parts, found.leaf, found.disclosed.holder);
  }
  if (evidence.seal && found.facts) {
    // The certificate names its seal, so the seal's own signature need not be verified once more.
    if (sealDigest(evidence.seal.digits) !== found.facts.seal_digest) {
      throw new Refusal('seal_differs', 'The QR code is not the one of this certificate.', { part: 'digits' });
    }
  } else if (evidence.seal) {
    const seal = await openSeal(evidence.seal.number, evidence.seal.digits, issuingKey(directory, filing, true));
    const kid = filing.issuing_jwks.keys.find((key) => key.kid.split('#')[1] === sealKid(seal))?.kid;
    directory.requireIssuingKey(kid as string, filing, issuedAt(undefined, seal));
    found.seal = seal;
  }
  return found.facts || found.seal ? pass : skip('nothing_signed');
}

/** The filing is of the organization in the number, was in force at the issue, and covers occupation, job and level. */
export function checkFiling(directory: Directory, filing: Filing | Refusal | undefined, found: Findings): Outcome {
  if (filing instanceof Refusal) throw filing;
  if (!filing) return skip('filing_not_at_hand');
  const refuse = (part: string, message: string) => new Refusal('filing_differs', message, { part });
  const code = codeOf(filing.sub);
  const { facts, seal } = found;
  if (code !== (facts?.number ?? seal?.number)?.slice(0, 13))
    throw refuse('organization', 'The filing is of another organization.');
  found.filing = filing;
  directory.requireFiling(filing, issuedAt(facts, seal));
  if (!facts) return pass;
  if (filing.name !== facts.organization_name)
    throw refuse('name', 'The certificate names the organization otherwise than it is filed.');
  const { occupation, job, level } = facts.row;
  const entry = filing.scope.find(
    (one) => one.code === occupation.code && one.name === occupation.name && one.edition === occupation.edition,
  );
  if (!entry) throw refuse('occupation', 'The organization is not filed for this occupation.');
  if (!entry.levels.includes(level)) throw refuse('level', 'The organization is not filed for this level.');
  const jobs = entry.jobs.length === 0 ? ['--'] : entry.jobs;
  if (!jobs.includes(job)) throw refuse('job', 'The organization is not filed for this job.');
  return pass;
}

const batchFacts = (facts: CredentialFacts, root: string, count: number): BatchFacts => ({
  organization: facts.number.slice(0, 13),
  aud: facts.origin,
  batch: facts.batch,
  root,
  count,
});

/** The province approved the batch, with the city where the route asks for it, and this row is in its root. */
export async function checkApproval(evidence: Evidence, directory: Directory, found: Findings): Promise<Outcome> {
  const { facts, filing } = found;
  if (!facts) return skip('seal_alone');
  if (!filing || evidence.approval === undefined) return skip('approval_not_at_hand');
  if (!evidence.inclusion) return skip('path_not_at_hand');
  const { index, size, path } = evidence.inclusion;
  const claimed = (await directory.memo.open(evidence.approval, 'approval+jwt', directory.findCentre)).payload;
  const { payload } = await openApproval(
    evidence.approval,
    directory,
    filing,
    batchFacts(facts, claimed.root, size),
    facts.issued_at,
  );
  if (evidence.columns && evidence.columns.root !== payload.root)
    throw new Refusal('register_differs', 'The stored root is not the approved one.', { part: 'root' });
  if (payload.jti !== facts.approval) throw new Refusal('approval_differs', 'The certificate names another approval.');
  checkApprovalTime(payload, facts.issued_at);
  if (!includes(fromBase64url(payload.root), leafOfText(found.leaf as string), index, size, path.map(fromBase64url))) {
    throw new Refusal('row_not_approved', 'This result is not among those that the centres approved.');
  }
  found.approval = payload;
  found.approvers = filing.route === 'city' ? [filing.iss, payload.iss] : [payload.iss];
  return pass;
}

/** The organization ordered the batch with a key of its own, between approval and issue. */
export async function checkOrder(evidence: Evidence, directory: Directory, found: Findings): Promise<Outcome> {
  const { facts, filing, approval } = found;
  if (!facts) return skip('seal_alone');
  if (!filing || !approval || evidence.order === undefined || evidence.client === undefined)
    return skip('order_not_at_hand');
  await openOrder(
    evidence.order,
    evidence.client,
    directory,
    filing,
    approval,
    batchFacts(facts, approval.root, approval.count),
    facts.issued_at,
  );
  return pass;
}

/** The copy's statement, and the file itself where one was given. */
export async function checkDocument(
  evidence: Evidence,
  directory: Directory,
  found: Findings,
  now: number,
): Promise<Outcome> {
  const { facts, filing, disclosed } = found;
  if (evidence.copy !== undefined && facts && filing) {
    const { jws } = splitCredential(evidence.credential as string);
    const of = { number: facts.number, jws, masked_name: facts.row.masked_name };
    const copy = await openCopy(evidence.copy, of, issuingKey(directory, filing, false));
    directory.requireIssuingKey(copy.kid, filing, copy.iat);
    found.copy = { ...copy.facts, expired: copy.exp < now };
    found.copied = copy.holder;
  }
  if (!evidence.document) return skip('no_document');
  if (!facts || !filing || !disclosed) return skip('issuing_key_not_established');
  const holder = found.copied ?? disclosed.holder;
  return evidence.document.judge({ facts, holder, filing, copy: found.copy, thumbprints: directory.thumbprints });
}

class StatusVerdict extends Refusal {}

/**
 * The status by lists. An old one never passes, but what it revoked stays revoked; what it suspended was so at its
 * time.
 */
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
