/** Requests and answers of the procedure: statements, steps, cases, files, organizations on file, reviews. */
import * as v from 'valibot';
import { NATURES } from '../procedure/application.ts';
import { FILE_TYPES } from '../procedure/body-shapes.ts';
import { KINDS } from '../procedure/steps.ts';
import {
  BATCH_STATES,
  count,
  digest,
  digestOf,
  next,
  nullableText,
  Statement,
  said,
  seconds,
  TIERS,
  text,
} from './shape-parts.ts';

const string = v.string();

/** A body that carries one signed statement. */
export const StatementBody = v.object({ statement: Statement });
export const Stored = v.strictObject({ jti: text('id of the statement') });
export const ChainBody = v.object({
  certificate: text(
    'PEM，叶证书在前，可含或不含根证书 / PEM, the key’s own certificate first, the root in or out; at most 6',
    { maxLength: 16_384 },
  ),
});
export const ChainStored = v.strictObject({
  kid: text('key id'),
  name: text('name in the certificate'),
  serial: text('serial number, hex', { pattern: '^([0-9a-f]{2})+$' }),
  not_before: seconds('valid from'),
  not_after: seconds('valid until'),
});

/** A signed step with its body, which is judged by the schema of its step (core/procedure/bodies.ts). */
export const StepBody = v.object({
  statement: Statement,
  body: said(
    v.unknown(),
    '所签内容，其规范 JSON 的摘要写在声明里 / what is said; the statement names the digest of its canonical JSON',
  ),
});
export const StepTaken = v.strictObject({ about: string, step: string, seq: count, state: string });

const line = {
  about: text('the case'),
  kind: v.picklist(KINDS),
  state: string,
  seq: said(count, 'number of the last step'),
  last: digestOf('digest of the last step’s payload: `prev` of the next'),
  organization: nullableText,
  centre: string,
  parent: nullableText,
  facts: said(v.looseObject({}), 'for lists; nothing of a person'),
  due: nullableText,
  created_at: count,
  updated_at: count,
};
export const CaseLine = v.strictObject(line);
export const CaseList = v.strictObject({ cases: v.array(CaseLine), next });
export const Case = v.strictObject({
  ...line,
  allowed: v.array(text('steps that the caller may take now')),
  steps: v.array(
    v.strictObject({
      seq: count,
      step: string,
      role: string,
      iss: string,
      at: said(count, 'signed'),
      received_at: count,
      token: string,
      body: v.unknown(),
    }),
  ),
});
export const KeptFile = v.strictObject({ type: v.picklist(FILE_TYPES), size: count, sha256: digest });

export const ResultsBatch = v.strictObject({ id: string, count, root: digest, state: string, results: string });
export const NoPhotos = v.strictObject({});

export const FILING_STATES = ['in_force', 'not_yet', 'expired', 'withdrawn', 'lapsed', 'replaced'] as const;
/** What a filing says, in lists. */
const filed = {
  code: string,
  name: string,
  uscc: string,
  centre: string,
  centre_name: string,
  route: v.picklist(TIERS),
  state: v.picklist(FILING_STATES),
  from: string,
  until: string,
  annual_capacity: count,
  pass_mark: v.number(),
  scope: v.array(
    v.strictObject({ code: string, name: string, edition: string, jobs: v.array(string), levels: v.array(count) }),
  ),
};
const ended = { since: count, by: string, by_name: string };
const filingWithdrawal = said(
  v.nullable(v.strictObject({ reason: nullableText, ...ended })),
  '备案被撤回：自何时起、由谁、原因 / the filing was withdrawn: from when, by whom, why',
);
export const OrganizationList = v.strictObject({
  organizations: v.array(v.strictObject({ ...filed, suspended: v.boolean(), rules_version: nullableText })),
});
const rule = v.strictObject({ title: string, text: string });
export const OrganizationData = v.strictObject({
  ...filed,
  nature: said(v.nullable(v.picklist(NATURES)), '机构性质'),
  address: nullableText,
  issuing_keys: v.array(string),
  withdrawal: filingWithdrawal,
  suspension: v.nullable(v.strictObject({ reason: string, until: nullableText, ...ended })),
  rules: v.nullable(
    v.strictObject({
      version: string,
      exam: rule,
      quality: rule,
      certificates: rule,
      fees: rule,
      published_at: count,
      statement: string,
    }),
  ),
  other_filings: v.array(
    v.strictObject({
      state: filed.state,
      from: string,
      until: string,
      centre: string,
      withdrawal: filingWithdrawal,
    }),
  ),
});

export const Me = v.strictObject({
  role: string,
  subject: string,
  jkt: digest,
  statements: v.array(v.strictObject({ typ: string, sub: string, exp: count, token: string })),
});

export const ReviewList = v.strictObject({
  reviews: v.array(
    v.strictObject({
      id: string,
      organization: string,
      name: string,
      route: v.picklist(TIERS),
      count,
      state: v.picklist(BATCH_STATES),
      missing: said(v.nullable(v.picklist(TIERS)), 'tier whose approval is needed next'),
      approvals: v.array(v.strictObject({ tier: string, iss: string, received_at: count })),
      results: said(nullableText, 'the results case that it was made of'),
      created_at: count,
    }),
  ),
  next,
});
