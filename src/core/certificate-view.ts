/**
 * Owns what a Report shows of a certificate: only what verified signatures say, personal claims only where they
 * were disclosed and may be shown, and of an identifier never more than the last four characters.
 */
import { decodeUtf8, fromBase64url } from '../base/bytes.ts';
import { shanghaiDay, toTimestamp } from '../base/day.ts';
import type { CredentialFacts } from './credential-form.ts';
import type { ClaimName, Disclosed, Holder } from './disclose.ts';
import { levelName } from './level.ts';
import { parseNumber } from './number.ts';
import type { CertificateView, CopyView, Fate, PastAction } from './report.ts';
import type { Approval, Filing } from './schema.ts';
import type { SealFacts } from './seal.ts';
import type { PastEvent } from './status.ts';

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
const cityDay = (token: string): string =>
  shanghaiDay((JSON.parse(decodeUtf8(fromBase64url(token.split('.')[1] as string))) as { iat: number }).iat);

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
