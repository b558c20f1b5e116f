/**
 * What verification is given (`Evidence`), and the bundle: evidence as one JSON file, with which anyone can check a
 * certificate without this service, given only the thumbprint of the province's root.
 */
import * as v from 'valibot';
import { Refusal } from '../base/refusal.ts';
import { readAddress } from './address.ts';
import type { CredentialFacts } from './credential.ts';
import type { Directory } from './directory.ts';
import type { ClaimName, Holder } from './disclose.ts';
import { publicJwk } from './keys.ts';
import type { Columns } from './register-columns.ts';
import type { CopyView } from './report.ts';
import type { Filing } from './schema.ts';
import { unverified } from './statement.ts';
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
  /** Which disclosed claims the report may show; all that were given, if absent. */
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
/** Says why a check was not made. */
export const skip = (code: string): Outcome => ({ result: 'not_checked', code });

/** The issuing keys that the filing names, by kid; seals name them without the host. */
export const issuingKey = (directory: Directory, filing: Filing, hostless: boolean) => async (kid: string) => {
  const jwk = filing.issuing_jwks.keys.find((key) => (hostless ? key.kid.split('#')[1] : key.kid) === kid);
  return jwk && directory.memo.key(jwk);
};

// A bundle holds the credential with its disclosures, the statements that were valid at issue, the approvals, the order
// and the row's path in the approved tree. A root key in it is a hint.

export const BUNDLE_MEDIA_TYPE = 'application/vnd.luzheng.bundle+json';

const token = v.pipe(v.string(), v.maxLength(300_000));
const BUNDLE = v.object({
  version: v.literal(1),
  /** Combined SD-JWT. */
  credential: token,
  /** Text of the QR code. */
  seal_url: v.optional(v.pipe(v.string(), v.maxLength(2000))),
  statements: v.object({ centres: v.pipe(v.array(token), v.maxLength(20)), filing: token, client: token }),
  /** The province's approval; by route city it carries the city's. */
  approval: token,
  order: token,
  /** What a copy is for (加注): a `copy+jwt`. */
  copy: v.optional(token),
  /** The template of the printed certificate. */
  template: v.optional(v.pipe(v.string(), v.maxLength(20))),
  inclusion: v.object({
    index: v.pipe(v.number(), v.integer(), v.minValue(0)),
    size: v.pipe(v.number(), v.integer(), v.minValue(1)),
    path: v.pipe(v.array(v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/))), v.maxLength(20)),
  }),
  roots: v.pipe(v.array(publicJwk), v.maxLength(10)),
  /** Of what it rests on, as known when it was given out; a verifier adds those that it knows. */
  withdrawals: v.optional(v.pipe(v.array(token), v.maxLength(100))),
});
export type Bundle = v.InferOutput<typeof BUNDLE>;

/** Reads a bundle; refuses `bundle_malformed` naming the part. */
export function readBundle(value: unknown): Bundle {
  const read = v.safeParse(BUNDLE, value);
  if (read.success) return read.output;
  throw new Refusal('bundle_malformed', 'This is not a bundle of this service.', {
    part: v.getDotPath(read.issues[0]) ?? 'bundle',
  });
}

export interface Opened {
  bundle: Bundle;
  /** What verification gets; the status stays unknown. */
  evidence: Evidence;
  /** Statements that came with it: candidates, trusted only under the verifier's own anchor. */
  centres: readonly string[];
  withdrawals: readonly string[];
}

/** What a bundle gives to verification. @throws Refusal `seal_url_malformed` */
export function openBundle(bundle: Bundle): Opened {
  const { credential, statements, approval, order, inclusion, copy, seal_url } = bundle;
  const seal = seal_url === undefined ? undefined : readAddress(seal_url);
  const evidence: Evidence = {
    credential,
    filing: statements.filing,
    client: statements.client,
    approval,
    order,
    inclusion,
    copy,
    ...(seal?.digits === undefined ? {} : { seal: { number: seal.number, digits: seal.digits } }),
  };
  return { bundle, evidence, centres: statements.centres, withdrawals: bundle.withdrawals ?? [] };
}

/**
 * The ids by which signed texts name their keys (`kid`) and themselves (`jti`), with the city's approval inside the
 * province's. Read before any signature: only to choose what goes along in a bundle.
 */
export function namesIn(tokens: readonly string[]): Set<string> {
  const names = new Set<unknown>();
  for (const text of tokens) {
    const { header, claims } = unverified(text);
    names.add(header.kid).add(claims.jti);
    if (typeof claims.city === 'string') for (const name of namesIn([claims.city])) names.add(name);
  }
  return names as Set<string>;
}
