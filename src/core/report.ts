/**
 * The Report: what was checked, in which order, the verdict that follows, and what may be shown of the certificate.
 * The first failure decides; `incomplete` means that nothing failed but something needed was not checked.
 */
import { shanghaiDay, toTimestamp } from '../base/day.ts';
import type { CredentialFacts } from './credential.ts';
import type { ClaimName, Disclosed, Holder } from './disclose.ts';
import { type Level, levelName, parseNumber } from './number.ts';
import type { Approval, Filing } from './schema.ts';
import type { SealFacts } from './seal.ts';
import { unverified } from './statement.ts';
import type { Event, PastEvent } from './status.ts';

export const CHECKS = ['number', 'signature', 'filing', 'approval', 'order', 'log', 'document', 'status'] as const;
export type CheckId = (typeof CHECKS)[number];
type CheckResult = 'pass' | 'fail' | 'not_reached' | 'not_checked';
export type Verdict = 'valid' | 'incomplete' | 'suspended' | 'revoked' | 'replaced' | 'invalid';

export interface Check {
  id: CheckId;
  result: CheckResult;
  code?: string;
  /** Which part failed, where there are parts; of a document the first of `parts`. */
  part?: string;
  /** Every field of a document that was altered. */
  parts?: string[];
  /** RFC 3339; of a status known from a list: when the list was made. */
  as_of?: string;
}

export interface CertificateView {
  number: string;
  organization: { code: string; name: string };
  occupation: { code: string; name: string; edition?: string };
  job: string;
  level: Level;
  level_name: string;
  issued_on: string;
  exam_date?: string;
  /** `name` is masked unless it was disclosed; of an identifier at most the last four characters are shown. */
  holder: { name: string; id_type?: string; id_number?: string };
  filed_by?: string;
  /** Days in Shanghai: since when the filing counts; when the city approved, where it had to; when the province did. */
  filed_on?: string;
  approved_by?: string[];
  city_approved_on?: string;
  approved_on?: string;
  replaces?: string;
}

/** What a copy says of itself (加注). An expired copy leaves the certificate as valid as it was. */
export interface CopyView {
  purpose: string;
  /** `YYYY-MM-DD`; a copy counts until the end of the last day in Shanghai. */
  stamped_on: string;
  expires_on: string;
  expired: boolean;
}

/** An event as a report shows it; `digest`: SHA-256 of its payload, base64url. */
export interface PastAction {
  seq: number;
  action: Event['action'];
  reason: Event['reason'];
  at: string;
  /** `org:S000037000001`, `centre:3701`, and its name as its own signed statement says it. */
  by: string;
  by_name: string;
  tier: 'organization' | 'city' | 'province';
  digest: string;
  /** False when the key that signed it had ended before: it changed nothing. */
  counts: boolean;
}

/** The last event, and all of them, first to last. */
interface Fate extends PastAction {
  history: PastAction[];
}

export interface Report {
  verdict: Verdict;
  checks: Check[];
  /** Only what a verified signature says; null when there is none. */
  certificate: CertificateView | null;
  /** The signed part without disclosures, unless the caller gave or proved them. */
  credential?: string;
  /** Number of the certificate that replaced this one. */
  replaced_by?: string;
  /** The last event of its history. `seq` and `digest` are what the next event must follow on. */
  status?: Fate;
  /** Of a copy for one purpose. */
  copy?: CopyView;
  /** What the caller proved knowledge of (search). */
  proved?: ('number' | 'name' | 'id_number')[];
  checked_at: string;
}

const STATUS_VERDICTS: readonly string[] = ['suspended', 'revoked', 'replaced'];

/** Whether a certificate is valid without it: nobody keeps a log, and a document is judged where one was given. */
const isOptional = (id: CheckId, check: Check | undefined): boolean =>
  id === 'log' || (id === 'document' && (check === undefined || check.code === 'no_document'));

/**
 * The check that keeps a certificate from being `valid`: the first that failed, else the first that was needed and not
 * made.
 * @param waived checks that need not have been made, besides those that never need to
 */
export function lackOf(checks: readonly Check[], waived: readonly CheckId[] = []): Check | undefined {
  const failed = checks.find(({ result }) => result === 'fail');
  if (failed) return failed;
  for (const id of CHECKS) {
    const check = checks.find((one) => one.id === id);
    if (check?.result !== 'pass' && !isOptional(id, check) && !waived.includes(id))
      return check ?? { id, result: 'not_checked' };
  }
  return undefined;
}

/** The verdict of a list of checks: first failure, then completeness. */
export function verdictOf(checks: readonly Check[]): Verdict {
  const lack = lackOf(checks);
  if (!lack) return 'valid';
  if (lack.result !== 'fail') return 'incomplete';
  return lack.id === 'status' && STATUS_VERDICTS.includes(lack.code ?? '') ? (lack.code as Verdict) : 'invalid';
}

/**
 * The report of a look-up for an address in which something else stood in the place of the seal:
 * that was not checked.
 */
export function withoutSeal<R extends { checks: Check[]; verdict: Verdict }>(report: R): R {
  const checks = report.checks.map((check): Check => {
    return check.id === 'signature' && check.result === 'pass'
      ? { id: 'signature', result: 'not_checked', code: 'seal_unread' }
      : check;
  });
  return { ...report, checks, verdict: verdictOf(checks) };
}

// Only what verified signatures say is shown, personal claims only where they were disclosed and may be shown, and of
// an identifier never more than the last four characters.

/** What the checks learn on their way; later checks build on earlier ones. */
export interface Findings {
  facts?: CredentialFacts;
  /** The row's canonical text. */
  leaf?: string;
  disclosed?: Disclosed;
  seal?: SealFacts;
  filing?: Filing;
  approval?: Approval;
  approvers?: string[];
  fate?: Fate;
  replaced_by?: string;
  copy?: CopyView;
  /** Whom the copy's own statement names. */
  copied?: Holder | undefined;
}

/** When the city approved: its token was verified as part of the province's approval. */
const cityDay = (token: string): string => shanghaiDay(unverified<{ iat: number }>(token).claims.iat);

/** What verified signatures say. A seal's digests are not shown as names. */
export function viewOf(found: Findings, show: readonly ClaimName[] | undefined): CertificateView | null {
  const { facts, seal, filing, approval, approvers, disclosed, copied } = found;
  const signed = facts ?? seal;
  if (!signed) return null;
  const { organization, level, text: number } = parseNumber(signed.number);
  const chain = {
    ...(filing ? { filed_by: filing.iss, filed_on: shanghaiDay(filing.nbf ?? filing.iat) } : {}),
    ...(approvers ? { approved_by: approvers } : {}),
    ...(approvers && approvers.length > 1 && approval?.city !== undefined
      ? { city_approved_on: cityDay(approval.city) }
      : {}),
    ...(approval ? { approved_on: shanghaiDay(approval.iat) } : {}),
  };
  const common = { number, level, level_name: levelName(level) };
  if (facts) {
    const { row } = facts;
    const holder = copied ?? disclosed?.holder;
    const shown = (claim: ClaimName) => (show === undefined || show.includes(claim) ? holder : undefined);
    const name = shown('name')?.name;
    const { id_type, id_number } = shown('identifier') ?? {};
    return {
      ...common,
      organization: { code: organization, name: facts.organization_name },
      occupation: row.occupation,
      job: row.job,
      issued_on: shanghaiDay(facts.issued_at),
      exam_date: row.exam_date,
      holder: {
        name: name ?? row.masked_name,
        ...(id_type !== undefined && id_number !== undefined ? { id_type, id_number: maskId(id_number) } : {}),
      },
      ...chain,
      ...(row.replaces === undefined ? {} : { replaces: row.replaces }),
    };
  }
  const { occupation, job, name, occupation_code, issued_on } = seal as SealFacts;
  return {
    ...common,
    organization: { code: organization, name: filing?.name ?? '' },
    occupation: { code: occupation_code, name: 'text' in occupation ? occupation.text : '' },
    job: 'text' in job ? job.text : '--',
    issued_on,
    holder: { name: 'text' in name ? name.text : '**' },
    ...chain,
  };
}

const TIERS = ['organization', 'city', 'province'] as const;

/** An event as a report shows it. */
export function pastAction({ statement: { payload, digest }, rank, name, counts }: PastEvent): PastAction {
  const { seq, action, reason, iat, iss } = payload;
  return {
    seq,
    action,
    reason,
    at: toTimestamp(iat),
    by: iss,
    by_name: name,
    tier: TIERS[rank] as PastAction['tier'],
    digest,
    counts,
  };
}

/** Only the last four characters of an identifier are ever shown (DOMAIN: masking more loosely gives it away). */
const maskId = (idNumber: string): string => '*'.repeat(Math.max(0, idNumber.length - 4)) + idNumber.slice(-4);
