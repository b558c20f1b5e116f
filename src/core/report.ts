/**
 * Owns the Report: what was checked, in which order, and the verdict that follows from it.
 * The first failure decides; `incomplete` means that nothing failed but something needed was not checked.
 */
import type { Level } from './level.ts';

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
  action: string;
  reason: string;
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
export interface Fate extends PastAction {
  history: PastAction[];
}

export interface Report {
  verdict: Verdict;
  checks: Check[];
  /** Only what a verified signature says; null when there is none. */
  certificate: CertificateView | null;
  /** The signed part without disclosures, unless the caller brought or proved them. */
  credential?: string;
  /** Number of the certificate that replaced this one. */
  replaced_by?: string;
  /** The last event of its history. `seq` and `digest` are what the next event must follow on. */
  status?: Fate;
  /** Of a copy for one purpose. */
  copy?: CopyView;
  /** What the caller proved knowledge of (search). */
  proved?: string[];
  checked_at: string;
}

/** Without these a certificate is not `valid`. */
const NEEDED: readonly CheckId[] = ['number', 'signature', 'filing', 'approval', 'order', 'status'];
const STATUS_VERDICTS: readonly string[] = ['suspended', 'revoked', 'replaced'];

/** The verdict of a list of checks: first failure, then completeness. A file that was brought must itself have been checked. */
export function verdictOf(checks: readonly Check[]): Verdict {
  const failed = checks.find((check) => check.result === 'fail');
  if (failed)
    return failed.id === 'status' && STATUS_VERDICTS.includes(failed.code ?? '') ? (failed.code as Verdict) : 'invalid';
  const passed = (id: CheckId) => checks.some((check) => check.id === id && check.result === 'pass');
  const document = checks.find(({ id }) => id === 'document');
  const unjudged = document?.result === 'not_checked' && document.code !== 'no_document';
  return NEEDED.every(passed) && !unjudged ? 'valid' : 'incomplete';
}

/**
 * The report of a look-up for somebody who brought an address in which something else stood in the place of the seal: what
 * was brought was not checked.
 */
export function withoutSeal<R extends { checks: Check[]; verdict: Verdict }>(report: R): R {
  const checks = report.checks.map((check): Check => {
    return check.id === 'signature' && check.result === 'pass'
      ? { id: 'signature', result: 'not_checked', code: 'seal_unread' }
      : check;
  });
  return { ...report, checks, verdict: verdictOf(checks) };
}
