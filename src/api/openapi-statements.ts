/**
 * Owns the description of signed statements in openapi.json: one JSON Schema per `typ`, of the payload. What they
 * are held to is life/schema.ts; a test compares the names and which of them may be missing.
 */
import { KINDS, STEPS } from '../core/procedure/steps.ts';
import { ACTIONS, REASONS, type StatementType } from '../core/schema.ts';
import { CODE, DIGEST, JWS, listOf, NUMBER, object, ref, type Schema } from './openapi-schemas.ts';

const text = (description: string, more: Schema = {}): Schema => ({ type: 'string', description, ...more });
const whole = (description: string): Schema => ({ type: 'integer', description, minimum: 0 });
const instant = (description: string): Schema => ({
  type: 'integer',
  description: `${description} (NumericDate)`,
  minimum: 0,
});

const centre = text('centre', { pattern: '^centre:37\\d{2}$' });
const organization = text('organization', { pattern: `^org:${(CODE.pattern as string).slice(1)}` });
const origin = text('PUBLIC_ORIGIN of the service, e.g. https://lz.example.cn', { format: 'uri' });
const jti = text('id, unique for the issuer', { pattern: '^[A-Za-z0-9._:-]{1,128}$' });
const life = { iat: instant('made'), 'nbf?': instant('valid from'), exp: instant('valid until'), jti };
const key = object({ jwk: ref('PublicKey') });
const batch = {
  sub: organization,
  aud: origin,
  batch: text('batch id', { pattern: '^[A-Za-z0-9_-]{8,64}$' }),
  root: { ...DIGEST, description: 'tree hash, recomputed by the signer from the rows' },
};

const scope = object({
  code: text('occupation code', { pattern: '^\\d-\\d{2}-\\d{2}-\\d{2}$' }),
  name: text('occupation', { maxLength: 85 }),
  edition: text('edition of the classification', { maxLength: 20 }),
  jobs: listOf(text('job', { maxLength: 85 }), { maxItems: 200 }),
  levels: listOf({ type: 'integer', minimum: 1, maximum: 5 }, { minItems: 1, maxItems: 5 }),
});

/** `typ` → schema of the payload. */
export const STATEMENTS: Record<StatementType, Schema> = {
  'centre+jwt': object(
    {
      iss: { const: 'centre:3700' },
      sub: centre,
      name: text('name', { maxLength: 100 }),
      tier: text('tier', { enum: ['city', 'province'] }),
      cnf: key,
      ...life,
    },
    { description: "中心的工作密钥，由省级根密钥签名 / a centre's working key, signed by the province's root" },
  ),
  'service+jwt': object(
    { iss: { const: 'centre:3700' }, 'sub?': text('service'), cnf: key, ...life },
    { description: "平台自身密钥，由省级根密钥签名 / the service's own key, signed by the province's root" },
  ),
  'filing+jwt': object(
    {
      iss: centre,
      sub: organization,
      name: text('organization', { maxLength: 100 }),
      uscc: text('统一社会信用代码', { pattern: '^[0-9A-HJ-NP-RTUWXY]{18}$' }),
      route: text('备案途径 / route', { enum: ['city', 'province'] }),
      'city?': text("the city's centre, by route city", { pattern: '^(centre:)?37\\d{2}$' }),
      scope: listOf(scope, { minItems: 1, maxItems: 500 }),
      annual_capacity: { type: 'integer', minimum: 1, maximum: 10_000_000 },
      'pass_mark?': { type: 'number', minimum: 60, maximum: 100, default: 60 },
      issuing_jwks: object({ keys: listOf(ref('NamedPublicKey'), { minItems: 1, maxItems: 50 }) }),
      ...life,
    },
    { description: '评价机构备案 / the filing of an organization, signed by the centre that filed it' },
  ),
  'client+jwt': object(
    { iss: centre, sub: organization, cnf: key, ...life },
    { description: '机构的一把客户端密钥，也是访问令牌 / one client key of an organization: also its access token' },
  ),
  'approval+jwt': object(
    {
      iss: centre,
      ...batch,
      count: { type: 'integer', minimum: 1, maximum: 10_000 },
      'city?': { ...JWS, description: "the city's whole token" },
      'photos_unseen?': {
        type: 'integer',
        minimum: 0,
        description: '未查看的照片数 / photos of the batch that the signer did not look at',
      },
      ...life,
    },
    { description: "审核 / a centre's approval of one batch" },
  ),
  'issue+jwt': object(
    {
      'iss?': organization,
      ...batch,
      approval: { ...jti, description: "jti of the province's approval" },
      iat: instant('made'),
      jti,
    },
    { description: "颁发指令 / the organization's order to issue" },
  ),
  'status+jwt': object(
    {
      iss: { anyOf: [organization, centre] },
      number: NUMBER,
      action: text('action', { enum: ACTIONS }),
      reason: text('reason', { enum: REASONS }),
      seq: { type: 'integer', minimum: 1, maximum: 1000 },
      'prev?': { ...DIGEST, description: "digest of the previous event's payload; absent for seq 1" },
      'aud?': origin,
      iat: instant('made'),
      jti,
    },
    { description: '状态事件 / an event in the life of one certificate' },
  ),
  'withdrawal+jwt': object(
    {
      iss: centre,
      target: {
        anyOf: [
          object(
            { jti, 'iss?': { ...centre, description: 'whose statement; the withdrawal’s own iss if absent' } },
            { additionalProperties: false },
          ),
          object(
            { kid: text('thumbprint of a centre’s, client’s or the service’s key, or id of an issuing key') },
            { additionalProperties: false },
          ),
        ],
      },
      effective: instant('nothing counts under it from then on; not before iat'),
      'compromised_since?': instant('nothing counts under it from this earlier instant on'),
      'reason?': text('撤回原因，公开 / why, for everybody to read', { maxLength: 500 }),
      iat: instant('made'),
      jti,
    },
    {
      description:
        '撤回声明或密钥，由签发它的中心、省中心或省级根签名 / ends a statement or a key: signed by the centre that signed it, the province or its root',
    },
  ),
  'calendar+jwt': object(
    {
      iss: { const: 'centre:3700' },
      year: { type: 'integer', minimum: 2000, maximum: 2999 },
      holidays: listOf(
        { type: 'string', format: 'date', description: 'a free day of that year' },
        { minItems: 1, maxItems: 40 },
      ),
      workdays: listOf(
        { type: 'string', format: 'date', description: 'a Saturday or Sunday that is worked' },
        { maxItems: 40 },
      ),
      source: text('国务院办公厅的通知 / what it rests on', { maxLength: 200 }),
      iat: instant('made'),
      jti,
    },
    {
      description:
        '一年的节假日安排，由省中心公布 / the working days of one year, announced by the province’s centre; the newest of a year counts',
    },
  ),
  'copy+jwt': object(
    {
      number: NUMBER,
      credential: { ...DIGEST, description: "digest of the certificate's signed payload" },
      purpose: text('what the copy is for', { maxLength: 200 }),
      'name?': text('the holder', { maxLength: 200 }),
      'document?': object(
        { type: text('type, as in the certificate', { maxLength: 40 }), number: text('number', { maxLength: 64 }) },
        { additionalProperties: false },
      ),
      'photo?': { anyOf: [{ type: 'null' }, { ...DIGEST, description: 'SHA-256 of the photo' }] },
      iat: instant('stamped'),
      exp: instant('valid until'),
      jti,
    },
    { description: "加注副本，由颁发密钥签名 / a copy for one purpose, signed with the certificate's issuing key" },
  ),
  'receipt+jwt': object(
    {
      iss: origin,
      began: instant('began'),
      iat: instant('ended'),
      jti,
      request: object({
        sha256: { ...DIGEST, description: 'of the whole body as sent' },
        bytes: whole('bytes'),
        rows: whole('rows'),
      }),
      answers: object({
        sha256: { ...DIGEST, description: 'of all lines before the receipt, each with its line feed' },
        bytes: whole('bytes'),
      }),
      verdicts: { type: 'object', additionalProperties: whole('answers with this verdict') },
      names: object({ match: whole('names that match'), no_match: whole('names that do not') }),
      'key?': text('id of the bulk key'),
    },
    { description: "批量核验的回执，由平台密钥签名 / receipt of a bulk check, signed with the service's own key" },
  ),
  'step+jwt': object(
    {
      iss: text('who signs: an organization, a centre, an applicant (`key:` and thumbprint), or the service', {
        maxLength: 300,
      }),
      aud: origin,
      about: text('the case, e.g. `plan:p0123abcd`', { pattern: `^(${KINDS.join('|')}):[A-Za-z0-9_-]{8,64}$` }),
      step: text('what is done', { enum: STEPS }),
      seq: { type: 'integer', minimum: 1, maximum: 10_000 },
      'prev?': { ...DIGEST, description: "digest of the previous step's payload; absent for seq 1" },
      body: { ...DIGEST, description: 'SHA-256 of the canonical JSON (RFC 8785) of what is said' },
      iat: instant('made'),
      jti,
    },
    { description: '流程中的一步 / one step of the procedure, signed by whoever is responsible for it' },
  ),
  'applicant+jwt': object(
    { iss: text('`key:` and the thumbprint of the key', { pattern: '^key:[A-Za-z0-9_-]{43}$' }), cnf: key, ...life },
    {
      description:
        '尚未登记的密钥为自己出具的访问令牌 / the access token of a key that nobody has named yet, signed by itself',
    },
  ),
  'dpop+jwt': object(
    {
      jti: text('id', { maxLength: 128 }),
      htm: text('method'),
      htu: text('address without query'),
      iat: { ...instant('made'), type: 'number' },
      ath: { ...DIGEST, description: 'digest of the access token' },
    },
    { description: '一次请求的密钥证明 / proof of possession for one request (RFC 9449)' },
  ),
};

/** `approval+jwt` → `StatementApproval`: the name of its schema. */
export const statementSchema = (typ: StatementType): string =>
  `Statement${typ[0]?.toUpperCase()}${typ.slice(1, -'+jwt'.length)}`;
