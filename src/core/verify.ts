/**
 * Verification (查验): evidence in, Report out. One function for the Worker, the browser and the command line, with keys,
 * clock and evidence as arguments; it fetches nothing and trusts nothing but the anchor's thumbprints. Whatever is
 * missing is `not_checked`; whatever contradicts a signature is `fail`: a Refusal becomes the code of its check.
 */
import { dayNumber, toTimestamp } from '../base/day.ts';
import { isRefusal, Refusal, unlessRefused } from '../base/refusal.ts';
import type { Evidence, Outcome } from './bundle.ts';
import { skip } from './bundle.ts';
import { type CredentialFacts, splitCredential, withDisclosures } from './credential.ts';
import type { Directory } from './directory.ts';
import type { Disclosed } from './disclose.ts';
import { openFiling } from './filing.ts';
import { CHECKS, type Check, type CheckId, type Findings, type Report, verdictOf, viewOf } from './report.ts';
import type { Filing } from './schema.ts';
import { readSeal } from './seal.ts';
import { unverified } from './statement.ts';
import {
  checkApproval,
  checkDocument,
  checkFiling,
  checkNumber,
  checkOrder,
  checkSignature,
  checkStatus,
} from './verify-checks.ts';

export interface Verification {
  report: Report;
  facts?: CredentialFacts;
  disclosed?: Disclosed;
}

/**
 * When the certificate says it was issued, read before its signature: only to judge a filing that may have ended
 * since. The signature is verified with that filing's key afterwards, so a false date gains nothing.
 * A seal names no hour: at the end of its day the filing had begun, at the beginning it was not withdrawn yet.
 */
function claimedIssue({ credential, seal }: Evidence): { at?: number; until?: number } {
  try {
    const day = seal && dayNumber(readSeal(seal.number, seal.digits).facts.issued_on) * 86_400 - 8 * 3600;
    const validFrom = unverified<{ validFrom: string }>(credential ?? '').claims.validFrom ?? '';
    const instant = Date.parse(validFrom) / 1000 || undefined;
    const at = day === undefined ? instant : day + 86_399;
    const until = instant ?? day;
    return { ...(at === undefined ? {} : { at }), ...(until === undefined ? {} : { until }) };
  } catch (error) {
    if (isRefusal(error)) return {};
    throw error;
  }
}

/**
 * Opens the filing at the instant it is judged: the province's approval, else the issue, else now. A withdrawal counts
 * until the issue.
 */
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
    // The approval is what is wrong, or a filing that was genuine: let its own check say so, when the signature was
    // looked at.
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

export interface Under {
  found: Verification;
  /** The evidence with the filing under which it was found. */
  evidence: Evidence;
}

/**
 * Verifies what brings no filing of its own. An organization is filed again every year, often with the same issuing
 * keys, and only the filing that was in force at the issue makes a certificate good: each is tried, and when none fits,
 * the answer is that of the first. @param filings those that name the key, newest first; empty: without one
 */
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
