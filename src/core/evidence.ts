/**
 * Owns what verification is handed and how each of its checks ends: evidence, the printed document, outcomes, and the
 * issuing keys that a filing names.
 * It refuses nothing; what evidence is worth verify.ts says.
 */
import type { Directory } from './authority.ts';
import type { Columns } from './columns.ts';
import type { CredentialFacts } from './credential-form.ts';
import type { ClaimName, Holder } from './disclose.ts';
import type { CopyView } from './report.ts';
import type { Filing } from './schema.ts';
import type { StoredEvent } from './status.ts';
import type { StatusList } from './status-list.ts';

export interface Evidence {
  /** The number that was asked for, if one was. */
  asked?: string | undefined;
  /** The credential, with or without disclosures. */
  credential?: string | undefined;
  /** A QR code's number and digits. */
  seal?: { number: string; digits: string } | undefined;
  /** False when the QR code names a host that this service never used. */
  host_known?: boolean | undefined;
  filing?: string | undefined;
  client?: string | undefined;
  approval?: string | undefined;
  order?: string | undefined;
  /** Place in the batch's tree; hashes in base64url. */
  inclusion?: { index: number; size: number; path: string[] } | undefined;
  /** What is known of the certificate's fate; absent offline. `successor`: the replacing certificate and its filing. */
  status?: { events: StoredEvent[]; successor?: { credential: string; filing: string } | undefined } | undefined;
  /** Status lists, verified, where the events themselves are not at hand. */
  lists?: readonly StatusList[] | undefined;
  /** A `copy+jwt` that came with the certificate. */
  copy?: string | undefined;
  /** The PDF that the certificate came in: compared with what the signatures say. */
  document?: PrintedDocument | undefined;
  /** Which disclosed claims the report may show; all that were brought, if absent. */
  show?: readonly ClaimName[] | undefined;
  /** The register's own columns, where the register answers. */
  columns?: Columns | undefined;
}

/** A PDF, opened; `judge` compares it with the verified certificate (document-check.ts). */
export interface PrintedDocument {
  /** `holder`: as disclosed, or as a copy's statement names them. */
  judge(found: {
    facts: CredentialFacts;
    holder: Partial<Holder>;
    filing: Filing;
    copy: CopyView | undefined;
    thumbprints: readonly string[];
  }): Promise<Outcome>;
}

/** `as_of`: RFC 3339 time up to which the answer is known, where that is not now. */
export type Outcome = { result: 'pass'; as_of?: string } | { result: 'not_checked'; code: string; as_of?: string };
export const pass: Outcome = { result: 'pass' };
export const skip = (code: string): Outcome => ({ result: 'not_checked', code });

/** The issuing keys that the filing names, by kid; seals name them without the host. */
export const issuingKey = (directory: Directory, filing: Filing, hostless: boolean) => async (kid: string) => {
  const jwk = filing.issuing_jwks.keys.find((key) => (hostless ? key.kid.split('#')[1] : key.kid) === kid);
  return jwk && directory.memo.key(jwk);
};
