/**
 * The shape of every signed statement: one schema each, closed word lists, bounded sizes. Unknown claims are dropped
 * (RFC 7519 §4), so nothing can depend on a claim that is not listed here. Signatures, times and authority are checked
 * by statement.ts, directory.ts and approval.ts.
 */
import * as v from 'valibot';
import type { Words } from '../base/words.ts';
import { wordsOfIssue } from './field-words.ts';
import { publicJwk } from './keys.ts';
import { LEVELS, type Level } from './number.ts';
import { KINDS, STEPS } from './procedure/steps.ts';
import { CENTRE, CENTRE_OR_CODE, NUMBER, ORGANIZATION, PROVINCE_CENTRE } from './province.ts';

const text = (max: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(max));
const instant = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(253_402_300_799));
/**
 * A NumericDate as other people's libraries write it, with a fraction too (RFC 7519 §2): of proofs alone; statements
 * keep whole seconds.
 */
const numericDate = v.pipe(v.number(), v.minValue(0), v.maxValue(253_402_300_799));
const jti = v.pipe(v.string(), v.regex(/^[A-Za-z0-9._:-]{1,128}$/));
const day = v.pipe(v.string(), v.regex(/^\d{4}-\d{2}-\d{2}$/));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const digest = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/));
const origin = v.pipe(v.string(), v.regex(/^https?:\/\/[^\s/?#]{1,253}$/));
const centre = v.pipe(v.string(), v.regex(CENTRE));
const organization = v.pipe(v.string(), v.regex(ORGANIZATION));
/** `key:` and the thumbprint of a key that signs for a body which is not filed yet. */
const applicant = v.pipe(v.string(), v.regex(/^key:[A-Za-z0-9_-]{43}$/));
const batchId = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{8,64}$/));
const certificate = v.pipe(v.string(), v.regex(NUMBER));
const level = v.custom<Level>((value) => (LEVELS as unknown[]).includes(value), 'a level is a number from 1 to 5');

const confirmation = v.object({ jwk: publicJwk });
const lifetime = { iat: instant, nbf: v.optional(instant), exp: instant, jti };

const scopeEntry = v.object({
  code: v.pipe(v.string(), v.regex(/^\d-\d{2}-\d{2}-\d{2}$/)),
  name: text(85),
  edition: text(20),
  jobs: v.pipe(v.array(text(85)), v.maxLength(200)),
  levels: v.pipe(v.array(level), v.minLength(1), v.maxLength(5)),
});
export type ScopeEntry = v.InferOutput<typeof scopeEntry>;

const batchClaims = { sub: organization, aud: origin, batch: batchId, root: digest };

/** Why a certificate's status changes (理由): closed words; web/words/report-words.ts has them in Chinese and English. */
export const REASONS = [
  'issued_in_error',
  'fraud',
  'result_annulled',
  'holder_request',
  'under_investigation',
  'cleared',
  'other',
] as const;
export const ACTIONS = ['suspend', 'reinstate', 'revoke'] as const;

/** Holidays of a year at most, weekends among them. */
export const MOST_DAYS = 40;

/** The statements: `typ` → payload. */
export const SCHEMAS = {
  /** A centre's working key, signed by the province's root. */
  'centre+jwt': v.object({
    iss: v.literal(PROVINCE_CENTRE),
    sub: centre,
    name: text(100),
    tier: v.picklist(['city', 'province']),
    cnf: confirmation,
    ...lifetime,
  }),
  /** The service's own key (status lists, receipts), signed by the province's root. */
  'service+jwt': v.object({
    iss: v.literal(PROVINCE_CENTRE),
    sub: v.optional(text(200)),
    cnf: confirmation,
    ...lifetime,
  }),
  /** The filing (备案) of an organization, signed by the centre that filed it. */
  'filing+jwt': v.object({
    iss: centre,
    sub: organization,
    name: text(100),
    uscc: v.pipe(v.string(), v.regex(/^[0-9A-HJ-NP-RTUWXY]{18}$/)),
    route: v.picklist(['city', 'province']),
    // `3701` and `centre:3701` both name the centre; one spelling leaves this schema.
    city: v.optional(
      v.pipe(
        v.string(),
        v.regex(CENTRE_OR_CODE),
        v.transform((value) => (value.startsWith('centre:') ? value : `centre:${value}`)),
      ),
    ),
    scope: v.pipe(v.array(scopeEntry), v.minLength(1), v.maxLength(500)),
    annual_capacity: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000_000)),
    pass_mark: v.optional(v.pipe(v.number(), v.minValue(60), v.maxValue(100)), 60),
    issuing_jwks: v.object({
      keys: v.pipe(v.array(v.object({ ...publicJwk.entries, kid: text(256) })), v.minLength(1), v.maxLength(50)),
    }),
    ...lifetime,
  }),
  /** One client key of an organization: also its access token. */
  'client+jwt': v.object({ iss: centre, sub: organization, cnf: confirmation, ...lifetime }),
  /** A centre's approval (审核) of one batch; the province's carries the city's whole token. */
  'approval+jwt': v.object({
    iss: centre,
    ...batchClaims,
    count: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000)),
    city: v.optional(text(4000)),
    /** Photos of the batch that its signer did not look at; absent where the batch has none, or nothing was said. */
    photos_unseen: v.optional(count),
    ...lifetime,
  }),
  /** The organization's order to issue. */
  'issue+jwt': v.object({ iss: v.optional(organization), ...batchClaims, approval: jti, iat: instant, jti }),
  /**
   * An event in the life of one certificate. `prev`: SHA-256 of the previous event's payload bytes; absent for `seq` 1.
   */
  'status+jwt': v.object({
    iss: v.union([organization, centre]),
    number: certificate,
    action: v.picklist(ACTIONS),
    reason: v.picklist(REASONS),
    seq: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)),
    prev: v.optional(digest),
    aud: v.optional(origin),
    iat: instant,
    jti,
  }),
  /** The end of a statement or a key (withdrawal.ts), signed by the centre that signed it, the province or its root. */
  'withdrawal+jwt': v.object({
    iss: centre,
    target: v.union([v.strictObject({ jti, iss: v.optional(centre) }), v.strictObject({ kid: text(256) })]),
    effective: instant,
    compromised_since: v.optional(instant),
    /** For everybody to read: nothing of a person. */
    reason: v.optional(text(500)),
    iat: instant,
    jti,
  }),
  /** The working days of one year (节假日安排), announced by the province's centre (calendar.ts). */
  'calendar+jwt': v.object({
    iss: v.literal(PROVINCE_CENTRE),
    year: v.pipe(v.number(), v.integer(), v.minValue(2000), v.maxValue(2999)),
    holidays: v.pipe(v.array(day), v.minLength(1), v.maxLength(MOST_DAYS)),
    workdays: v.pipe(v.array(day), v.maxLength(MOST_DAYS)),
    source: text(200),
    iat: instant,
    jti,
  }),
  /**
   * A copy for one purpose (加注), signed with the certificate's issuing key. `credential`: SHA-256 of the payload that
   * it copies. `name`, `document` and `photo` (digest of the picture) stand here instead of the certificate's
   * disclosures; copies of before have none of them.
   */
  'copy+jwt': v.object({
    number: certificate,
    credential: digest,
    purpose: text(200),
    name: v.optional(text(200)),
    document: v.optional(v.strictObject({ type: text(40), number: text(64) })),
    photo: v.optional(v.nullable(digest)),
    iat: instant,
    exp: instant,
    jti,
  }),
  /** The service's receipt of a bulk check (receipt.ts). */
  'receipt+jwt': v.object({
    iss: origin,
    began: instant,
    iat: instant,
    jti,
    request: v.object({ sha256: digest, bytes: count, rows: count }),
    answers: v.object({ sha256: digest, bytes: count }),
    verdicts: v.record(v.pipe(v.string(), v.regex(/^[a-z_]{1,20}$/)), count),
    names: v.object({ match: count, no_match: count }),
    key: v.optional(jti),
  }),
  /**
   * One step of the procedure (procedure/): `about` a case, `seq` in it, `prev` the digest of the step before,
   * `body` that of what is said.
   */
  'step+jwt': v.object({
    iss: v.union([organization, centre, applicant, origin]),
    aud: origin,
    about: v.pipe(v.string(), v.regex(new RegExp(`^(${KINDS.join('|')}):[A-Za-z0-9_-]{8,64}$`))),
    step: v.picklist(STEPS),
    seq: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000)),
    prev: v.optional(digest),
    body: digest,
    iat: instant,
    jti,
  }),
  /** The access token of a key that nobody has named yet, signed by itself. */
  'applicant+jwt': v.object({ iss: applicant, cnf: confirmation, ...lifetime }),
  /** A proof of possession for one HTTP request (RFC 9449 §4.2). */
  'dpop+jwt': v.object({ jti: text(128), htm: text(10), htu: text(2000), iat: numericDate, ath: digest }),
} as const;

export type StatementType = keyof typeof SCHEMAS;
export type Payload<T extends StatementType> = v.InferOutput<(typeof SCHEMAS)[T]>;
export type Filing = Payload<'filing+jwt'>;
export type Approval = Payload<'approval+jwt'>;
export type Centre = Payload<'centre+jwt'>;
export type Client = Payload<'client+jwt'>;

/** Parses a payload; on failure gives the dotted path of the first wrong claim. */
export function readPayload<T extends StatementType>(
  typ: T,
  value: unknown,
): { payload: Payload<T> } | { part: string; problem: Words } {
  const result = v.safeParse(SCHEMAS[typ], value);
  if (result.success) return { payload: result.output as Payload<T> };
  const issue = result.issues[0];
  return { part: v.getDotPath(issue) ?? 'payload', problem: wordsOfIssue(issue) };
}
