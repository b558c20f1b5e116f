/**
 * Owns verification (查验): evidence in, Report out. One function for the Worker, the browser and the command
 * line, with keys, clock and evidence as arguments; it fetches nothing and trusts nothing but the anchor's
 * thumbprints. Whatever is missing is `not_checked`; whatever contradicts a signature is `fail`.
 * It refuses nothing by throwing: a Refusal inside becomes the code of the check that met it.
 */

import { decodeUtf8, fromBase64url } from '../base/bytes.ts';
import { dayNumber, shanghaiYear, toTimestamp } from '../base/day.ts';
import { isRefusal, Refusal, unlessRefused } from '../base/refusal.ts';
import { includes } from '../formats/merkle.ts';
import { type BatchFacts, checkApprovalTime, openApproval, openOrder } from './approval.ts';
import { leafOfText, leafText } from './approved-rows.ts';
import { type Evidence, issuingKey, type Outcome, pass, skip } from './bundle.ts';
import { openCopy } from './copy.ts';
import {
  CREDENTIAL_TYP,
  type CredentialFacts,
  openCredential,
  splitCredential,
  withDisclosures,
} from './credential.ts';
import type { Directory } from './directory.ts';
import { type Disclosed, readDisclosures } from './disclose.ts';
import { codeOf, openFiling } from './filing.ts';
import { maskName } from './name.ts';
import { parseNumber } from './number.ts';
import { compareColumns } from './register-columns.ts';
import { CHECKS, type Check, type CheckId, type Findings, type Report, verdictOf, viewOf } from './report.ts';
import type { Filing } from './schema.ts';
import { openSeal, readSeal, type SealFacts, sealDigest, sealKid } from './seal.ts';
import { readHeader } from './statement.ts';
import { checkStatus } from './verify-status.ts';

export interface Verification {
  report: Report;
  facts?: CredentialFacts;
  disclosed?: Disclosed;
}

/** When a certificate was issued: its signature says the second, its seal the day, of which the first second is taken. */
const issuedAt = (facts: CredentialFacts | undefined, seal: SealFacts | undefined): number =>
  facts?.issued_at ?? dayNumber((seal as SealFacts).issued_on) * 86_400 - 8 * 3600;

function checkNumber(evidence: Evidence, found: Findings): Outcome {
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
async function checkSignature(
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

function checkFiling(directory: Directory, filing: Filing | Refusal | undefined, found: Findings): Outcome {
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

async function checkApproval(evidence: Evidence, directory: Directory, found: Findings): Promise<Outcome> {
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

async function checkOrder(evidence: Evidence, directory: Directory, found: Findings): Promise<Outcome> {
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

/** The copy's statement, and the file itself where one was brought. */
async function checkDocument(evidence: Evidence, directory: Directory, found: Findings, now: number): Promise<Outcome> {
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

/**
 * When the certificate says it was issued, read before its signature: only to judge a filing that may have ended
 * since. The signature is verified with that filing's key afterwards, so a false date gains nothing.
 * A seal names no hour: at the end of its day the filing had begun, at the beginning it was not withdrawn yet.
 */
function claimedIssue({ credential, seal }: Evidence): { at?: number; until?: number } {
  try {
    const day = seal && dayNumber(readSeal(seal.number, seal.digits).facts.issued_on) * 86_400 - 8 * 3600;
    const payload =
      credential === undefined
        ? null
        : (JSON.parse(decodeUtf8(fromBase64url(credential.split('.')[1] ?? ''))) as { validFrom?: string } | null);
    const instant = Date.parse(payload?.validFrom ?? '') / 1000 || undefined;
    const at = day === undefined ? instant : day + 86_399;
    const until = instant ?? day;
    return { ...(at === undefined ? {} : { at }), ...(until === undefined ? {} : { until }) };
  } catch (error) {
    if (isRefusal(error) || error instanceof SyntaxError) return {};
    throw error;
  }
}

/** Opens the filing at the instant it is judged: the province's approval, else the issue, else now. A withdrawal counts until the issue. */
async function judgeFiling(
  evidence: Evidence,
  directory: Directory,
  now: number,
): Promise<Filing | Refusal | undefined> {
  if (evidence.filing === undefined) return undefined;
  try {
    const approval =
      evidence.approval === undefined
        ? undefined
        : await directory.memo.open(evidence.approval, 'approval+jwt', directory.findCentre);
    const { at = now, until = now } = claimedIssue(evidence);
    return (await openFiling(evidence.filing, directory, approval?.payload.iat ?? Math.min(now, at), until)).payload;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (!error.facts.part?.startsWith('approval+jwt') && !isRefusal(error, 'filing_withdrawn')) return error;
    // The approval is what is wrong, or a filing that was genuine: let its own check say so, when the signature was looked at.
    const filing = await unlessRefused(directory.memo.open(evidence.filing, 'filing+jwt', directory.findCentre));
    return filing?.payload ?? error;
  }
}

/**
 * Checks a certificate. `now` is NumericDate.
 * With a credential all checks can pass; a seal alone never gives more than `incomplete`.
 */
export async function verify(evidence: Evidence, directory: Directory, now: number): Promise<Verification> {
  const found: Findings = {};
  const filing = await judgeFiling(evidence, directory, now);
  // The number stands in the signed part, so the signature is looked at first and reported second.
  const signature = await outcome('signature', () => checkSignature(evidence, directory, filing, found));
  const steps: Partial<Record<CheckId, () => Outcome | Promise<Outcome>>> = {
    number: () => checkNumber(evidence, found),
    filing: () => checkFiling(directory, filing, found),
    approval: () => checkApproval(evidence, directory, found),
    order: () => checkOrder(evidence, directory, found),
    log: () => skip('log_not_kept'),
    document: () => checkDocument(evidence, directory, found, now),
    status: () => checkStatus(evidence, directory, found, now),
  };
  const checks: Check[] = [];
  for (const id of CHECKS) {
    if (checks.some((check) => check.result === 'fail')) checks.push({ id, result: 'not_reached' });
    else checks.push(id === 'signature' ? signature : await outcome(id, steps[id] as () => Outcome));
  }
  const certificate = viewOf(found, evidence.show);
  const report: Report = {
    verdict: verdictOf(checks),
    checks,
    certificate,
    ...(found.facts && evidence.credential !== undefined
      ? { credential: withDisclosures(splitCredential(evidence.credential).jws, []) }
      : {}),
    ...(found.replaced_by === undefined ? {} : { replaced_by: found.replaced_by }),
    ...(found.fate === undefined ? {} : { status: found.fate }),
    ...(found.copy === undefined ? {} : { copy: found.copy }),
    checked_at: toTimestamp(now),
  };
  return {
    report,
    ...(found.facts ? { facts: found.facts } : {}),
    ...(found.disclosed ? { disclosed: found.disclosed } : {}),
  };
}

async function outcome(id: CheckId, work: () => Outcome | Promise<Outcome>): Promise<Check> {
  try {
    return { id, ...(await work()) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { part, parts, as_of } = error.facts;
    return {
      id,
      result: 'fail',
      code: error.code,
      ...(part === undefined ? {} : { part }),
      ...(typeof as_of === 'string' ? { as_of } : {}),
      ...(Array.isArray(parts) ? { parts: parts as string[] } : {}),
    };
  }
}

// Owns verification of what brings no filing of its own: an organization is filed again every year, often with the same
// issuing keys, and only the filing that was in force at the issue makes a certificate good. Every one that names the
// key is tried.
// It refuses nothing by itself: when none of them fits, the answer is that of the first.

export interface Under {
  found: Verification;
  /** The evidence with the filing under which it was found. */
  evidence: Evidence;
}

/** Verifies under each filing, newest first; `filings` empty: without one. */
export async function verifyUnder(
  filings: readonly string[],
  evidence: Evidence,
  directory: Directory,
  now: number,
): Promise<Under> {
  let first: Under | undefined;
  for (const filing of filings.length === 0 ? [evidence.filing] : filings) {
    const under = { ...evidence, filing };
    const found = await verify(under, directory, now);
    // What became of a certificate does not depend on the filing.
    if (found.report.checks.every(({ id, result }) => result !== 'fail' || id === 'status'))
      return { found, evidence: under };
    first ??= { found, evidence: under };
  }
  return first as Under;
}
