/**
 * Owns the JSON Schemas of openapi.json: what goes in and out over HTTP. The payloads of signed statements stand
 * in openapi-statements.ts. A test holds that what the real Worker answers fits them.
 */

import { BULK_VERDICTS } from '../core/bulk-list.ts';
import { CHECKS } from '../core/report.ts';
import { FAULTS } from '../core/rows/faults.ts';
import { FIELDS, OPTIONAL_FIELDS } from '../core/rows/row.ts';
import { ACTIONS, REASONS } from '../core/schema.ts';
import { PROBLEMS } from '../http/problems.ts';
import { LARGEST_QUOTA, QUOTA } from '../service/bulk-keys.ts';

export type Schema = Record<string, unknown>;

export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
export const listOf = (items: Schema, more: Schema = {}): Schema => ({ type: 'array', items, ...more });

/** An object with the named properties required but for those that end in `?`. */
export function object(properties: Record<string, Schema>, more: Schema = {}): Schema {
  const entries = Object.entries(properties);
  return {
    type: 'object',
    required: entries.flatMap(([name]) => (name.endsWith('?') ? [] : [name])),
    properties: Object.fromEntries(entries.map(([name, schema]) => [name.replace(/\?$/, ''), schema])),
    ...more,
  };
}

const text = (description: string, more: Schema = {}): Schema => ({ type: 'string', description, ...more });
const whole = (description: string, more: Schema = {}): Schema => ({ type: 'integer', description, ...more });
const time = (description: string): Schema => text(description, { format: 'date-time' });
const seconds = (description: string): Schema =>
  whole(`${description} (NumericDate: seconds since 1970)`, { minimum: 0 });

export const NUMBER = text('证书编号 / certificate number: organization code (13), year (2), level (1), serial (6)', {
  pattern: '^[YS]\\d{4}37\\d{8}[1-5]\\d{6}$',
  examples: ['S000037000001263000001'],
});
export const CODE = text('机构编码 / organization code', {
  pattern: '^[YS]\\d{4}37\\d{6}$',
  examples: ['S000037000001'],
});
export const DIGEST = text('SHA-256, base64url without padding', { pattern: '^[A-Za-z0-9_-]{43}$' });
export const JWS = text('Compact JWS (RFC 7515), ES256, header parameters alg, typ, kid and no others', {
  pattern: '^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$',
});
const SD_JWT = text('SD-JWT (RFC 9901): <JWS>~<disclosure>~…~', {
  pattern: '^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+(~[A-Za-z0-9_-]+)*~$',
});
const CENTRE = text('鉴定指导中心 / centre', { pattern: '^centre:37\\d{2}$', examples: ['centre:3701'] });
const LEVEL = whole('等级，5 最低，1 最高 / level, 5 is the lowest', { enum: [1, 2, 3, 4, 5] });

const CHECK_RESULTS = ['pass', 'fail', 'not_reached', 'not_checked'];
const VERDICTS = ['valid', 'incomplete', 'suspended', 'revoked', 'replaced', 'invalid'];
/** Lists are read page by page to their end. */
export const NEXT: Schema = {
  type: ['string', 'null'],
  description:
    '下一页从此开始（作为 after 传入）；列表结束为 null / where the next page begins, for `after`; null at the end',
};
const STATES = ['valid', 'suspended', 'revoked', 'replaced'];
const BATCH_STATES = ['submitted', 'city_approved', 'approved', 'returned', 'issuing', 'issued'];

const occupation = (edition: 'edition' | 'edition?') =>
  object({
    code: text('职业编码 / occupation code', { pattern: '^\\d-\\d{2}-\\d{2}-\\d{2}$' }),
    name: text('职业名称 / occupation'),
    [edition]: text('国家职业分类大典版本 / edition of the classification'),
  });

const progress = {
  count: whole('人数 / rows'),
  root: { ...DIGEST, description: 'RFC 9162 tree hash over the rows: what centres approve' },
  state: text('批次状态 / state', { enum: BATCH_STATES }),
};

const candidate = Object.fromEntries([
  ...FIELDS.map((field) => [field, { type: ['string', 'number'] }]),
  ...OPTIONAL_FIELDS.map((field) => [`${field}?`, { type: ['string', 'null'] }]),
]) as Record<string, Schema>;

const jwk = (kid: 'kid' | 'kid?') =>
  object({
    kty: { const: 'EC' },
    crv: { const: 'P-256' },
    x: DIGEST,
    y: DIGEST,
    [kid]: text('key id'),
    'alg?': { const: 'ES256' },
    'use?': { const: 'sig' },
  });

const pastAction = {
  seq: whole('place in the history'),
  action: text('action', { enum: ACTIONS }),
  reason: text('reason', { enum: REASONS }),
  at: time('when'),
  by: text('who signed it: org:<code> or centre:<code>'),
  by_name: text('their name, from their own signed statement'),
  tier: text('tier', { enum: ['organization', 'city', 'province'] }),
  digest: text('SHA-256 of the payload, base64url: the prev of the next event'),
  counts: {
    type: 'boolean',
    description:
      '签名密钥此前已被撤回则为 false，不产生效力 / false when the key that signed it had ended before: it changed nothing',
  },
};

const bulkKey = {
  id: text('密钥编号 / id of the key', { pattern: '^k[0-9a-f]{16}$' }),
  name: text('用人单位 / employer'),
  issued_by: CENTRE,
  quota_per_day: whole('每日行数 / rows a day'),
  expires_on: text('最后一天 / last day', { format: 'date' }),
  created_at: time('made'),
  'revoked_at?': time('ended'),
};

export const SCHEMAS_OF_ANSWERS: Record<string, Schema> = {
  Problem: object(
    {
      type: text('urn:luzheng:problem:<code>', { pattern: '^urn:luzheng:problem:[a-z0-9_]+$' }),
      title: text('中文说明 / what is wrong, in Chinese'),
      status: whole('HTTP status', { minimum: 400, maximum: 599 }),
      detail: text('What is wrong and what to do, in English'),
      code: text('Stable code: compare this', { enum: [...Object.keys(PROBLEMS), 'not_configured'] }),
      'part?': text('The part that is wrong, e.g. `level` of a number or `approval+jwt:root` of a statement'),
      'errors?': listOf(ref('RowFault'), {
        description: '名单中的全部错误 / every fault of every row (code rows_refused)',
      }),
    },
    { description: 'RFC 9457 problem. Further members are facts that belong to the code, e.g. `limit` or `allowed`.' },
  ),
  RowFault: object({
    row: whole(
      "文件中的行号 / the file's own row number: the CSV header is row 1; the first JSON candidate is row 1; 0 for a photo that belongs to no row",
      { minimum: 0 },
    ),
    field: text('列 / column, `photo`, or `row` for the whole row'),
    code: text('Stable code', { enum: [...Object.keys(FAULTS), 'replaces_not_live', 'already_certified'] }),
    message: text('中文 / English'),
    'file?': text('照片在压缩包中的文件名（个人信息）/ name of the photo in the archive: personal data'),
  }),
  Report: object(
    {
      verdict: text('结论 / verdict', { enum: VERDICTS }),
      checks: listOf(
        object({
          id: text('check', { enum: [...CHECKS] }),
          result: text('result', { enum: CHECK_RESULTS }),
          'code?': text('why not `pass`'),
          'part?': text('which part'),
          'parts?': listOf(text('each altered field of a document')),
          'as_of?': time('of a status known from a list: when the list was made'),
        }),
        { minItems: CHECKS.length, maxItems: CHECKS.length },
      ),
      certificate: {
        anyOf: [ref('CertificateView'), { type: 'null' }],
        description: '只含经验证的签名内容 / only what a verified signature says',
      },
      'credential?': SD_JWT,
      'replaced_by?': NUMBER,
      'status?': object(
        {
          ...pastAction,
          history: listOf(object(pastAction), {
            minItems: 1,
            description: '全部状态变更，由先到后 / every event, first to last',
          }),
        },
        { description: '最近一次状态变更 / the last event of its history' },
      ),
      'copy?': object(
        {
          purpose: text('用途 / what the copy is for'),
          stamped_on: text('加注日期 / day', { format: 'date' }),
          expires_on: text('最后一天 / last day', { format: 'date' }),
          expired: { type: 'boolean' },
        },
        {
          description:
            '加注副本；过期不影响证书 / of a copy for one purpose; running out leaves the certificate as valid as it was',
        },
      ),
      'proved?': listOf(text('what the caller proved to know', { enum: ['number', 'name', 'id_number'] })),
      checked_at: time('checked at'),
    },
    {
      description:
        '核验报告：各项检查按序进行，首个失败决定结论 / checks in order, the first failure decides. `valid` needs number, signature, filing, approval, order and status, and where a PDF was brought its document check.',
      additionalProperties: false,
    },
  ),
  CertificateView: object(
    {
      number: NUMBER,
      organization: object({ code: CODE, name: text('评价机构 / organization') }),
      occupation: occupation('edition?'),
      job: text('工种，无则为 -- / job, or --'),
      level: LEVEL,
      level_name: text('等级名称 / level', { examples: ['三级/高级工'] }),
      issued_on: text('颁发日期 / day of issue', { format: 'date' }),
      'exam_date?': text('考试日期 / exam day', { format: 'date' }),
      holder: object({
        name: text('姓名，未证明时只显首字 / name, masked unless it was proved'),
        'id_type?': text('证件类型 / document type'),
        'id_number?': text('证件号码，只显末四位 / document number, last four characters'),
      }),
      'filed_by?': CENTRE,
      'filed_on?': text('备案生效日期 / since when the filing counts', { format: 'date' }),
      'approved_by?': listOf(CENTRE),
      'city_approved_on?': text('市级审核日期 / day of the city’s approval, where it had to approve', {
        format: 'date',
      }),
      'approved_on?': text('省级审核日期 / day of the province’s approval', { format: 'date' }),
      'replaces?': NUMBER,
    },
    { additionalProperties: false },
  ),
  SearchQuery: object(
    {
      'number?': text('证书编号 / number', { maxLength: 200 }),
      'name?': text('姓名 / name', { maxLength: 200 }),
      'id_number?': text('证件号码 / document number', { maxLength: 200 }),
    },
    { description: '编号，或任意两项 / the number alone, or any two' },
  ),
  SearchResults: object({ results: listOf(ref('Report'), { minItems: 1 }) }, { additionalProperties: false }),
  Holder: object({
    name: text('姓名 / name', { maxLength: 200 }),
    id_number: text('证件号码 / document number', { maxLength: 200 }),
    'copy?': object(
      {
        purpose: text('用途 / what the copy is for', { maxLength: 200 }),
        expires_on: text('最后一天 / its last day', { format: 'date' }),
      },
      {
        additionalProperties: false,
        description:
          '加注副本：版面和签名声明中写明用途和期限 / a copy that states its purpose and expiry on its face and in a signed claim',
      },
    ),
  }),
  Downloads: object({
    number: NUMBER,
    downloads: listOf(
      object({ kind: text('media type, or `copy`'), by: text('`holder` or the organization'), at: time('when') }),
    ),
  }),
  Evidence: {
    description: '三者之一：凭证、二维码内容或核验包 / one of: a credential, the text of a QR code, a bundle',
    oneOf: [
      object({ credential: text('SD-JWT with any of its disclosures') }, { additionalProperties: false }),
      object(
        { seal: text('https://<host>/c/<number>#<digits>', { maxLength: 2000 }) },
        { additionalProperties: false },
      ),
      object({ bundle: ref('Bundle') }, { additionalProperties: false }),
    ],
  },
  Bundle: object(
    {
      version: { const: 1 },
      credential: SD_JWT,
      'seal_url?': text('二维码内容 / text of the QR code', { maxLength: 2000 }),
      statements: object({ centres: listOf(JWS, { maxItems: 20 }), filing: JWS, client: JWS }),
      approval: JWS,
      order: JWS,
      'copy?': { ...JWS, description: '加注 / what a copy is for' },
      'template?': text('版面 / template of the printed certificate', { maxLength: 20 }),
      inclusion: object({
        index: whole('leaf', { minimum: 0 }),
        size: whole('leaves', { minimum: 1 }),
        path: listOf(DIGEST, { maxItems: 20 }),
      }),
      roots: listOf(ref('PublicKey'), {
        maxItems: 10,
        description: 'A hint: trusted only by a thumbprint that you got elsewhere',
      }),
      'withdrawals?': listOf(JWS, {
        maxItems: 100,
        description:
          '已知的撤回 / withdrawals of what it rests on, as known when it was given out; add those of trust.json',
      }),
    },
    {
      description:
        '离线核验包 / everything with which a certificate is checked without this service (application/vnd.luzheng.bundle+json)',
    },
  ),
  PublicKey: jwk('kid?'),
  NamedPublicKey: jwk('kid'),
  Jwks: object({ keys: listOf(ref('NamedPublicKey'), { minItems: 1 }) }),
  DidDocument: object({
    '@context': listOf({ type: 'string' }),
    id: text('did:web', { pattern: '^did:web:' }),
    verificationMethod: listOf(
      object({
        id: text('key id'),
        type: { const: 'JsonWebKey' },
        controller: text('did'),
        publicKeyJwk: ref('PublicKey'),
      }),
    ),
    assertionMethod: listOf(text('key id')),
  }),
  StatusLists: object({
    lists: listOf(
      text('`revocation-<n>`, `suspension-<n>` or `inactive-<n>`', {
        pattern: '^(revocation|suspension|inactive)-[1-9][0-9]*$',
      }),
      { minItems: 3 },
    ),
  }),
  Trust: object({
    version: { const: 1 },
    origin: text('address of the service', { format: 'uri' }),
    hosts: listOf(text('host that QR codes may name')),
    roots: listOf(ref('PublicKey'), {
      description: 'A convenience: trusted only by a thumbprint that you got elsewhere',
    }),
    centres: listOf(JWS),
    services: listOf(JWS),
    filings: listOf(JWS),
    clients: listOf(JWS),
    withdrawals: listOf(JWS),
    calendars: listOf(JWS),
  }),
  StatementBody: object({ statement: ref('Statement') }),
  Stored: object({ jti: text('id of the statement') }, { additionalProperties: false }),
  ChainBody: object({
    certificate: text(
      'PEM，叶证书在前，可含或不含根证书 / PEM, the key’s own certificate first, the root in or out; at most 6',
      { maxLength: 16_384 },
    ),
  }),
  ChainStored: object(
    {
      kid: text('key id'),
      name: text('name in the certificate'),
      serial: text('serial number, hex', { pattern: '^([0-9a-f]{2})+$' }),
      not_before: seconds('valid from'),
      not_after: seconds('valid until'),
    },
    { additionalProperties: false },
  ),
  CandidatesBody: object({
    candidates: listOf(ref('Candidate'), { minItems: 1, maxItems: 10_000 }),
    'plan?': text('评价计划 / plan', { maxLength: 100 }),
  }),
  UploadForm: object(
    {
      rows: {
        description:
          '名单：CSV 或 XLSX 文件，或 {"candidates": […]} 的 JSON / the candidates: a CSV or XLSX file, or JSON as in CandidatesBody; at most 12 MB',
      },
      'photos?': text(
        '照片 ZIP：每人一个 JPEG 或 PNG，以证件号码命名 / a ZIP archive with one JPEG or PNG a person, named by document number, in any folder',
        { contentMediaType: 'application/zip' },
      ),
    },
    {
      additionalProperties: false,
      description:
        '一寸白底照，宽高比 25:35，150×210 至 1000×1400 像素，1–200 KB / one-inch portraits on white, 25:35, 150×210 to 1000×1400 pixels, 1–200 KB. At most 48 MB in all.',
    },
  ),
  Candidate: object(
    {
      ...candidate,
      'photo?': {
        type: ['string', 'null'],
        description:
          '一寸照（JPEG 或 PNG）的 base64，可为 data: URL / portrait in base64 or base64url, or as a data: URL',
      },
    },
    {
      description:
        '一名成绩合格的考生 / one candidate who passed. Texts as text: a document number given as a number loses digits.',
    },
  ),
  BatchCreated: object(
    {
      id: text('批次号 / batch id'),
      ...progress,
      'ignored_columns?': listOf(text('column of the CSV file that was not read')),
    },
    { additionalProperties: false },
  ),
  BatchList: object({
    batches: listOf(object({ id: text('batch id'), ...progress, created_at: seconds('uploaded') })),
    next: NEXT,
  }),
  Batch: object(
    {
      id: text('batch id'),
      organization: CODE,
      ...progress,
      created_at: seconds('uploaded'),
      issued: whole('已签发数 / certificates signed so far'),
      approvals: listOf(
        object({
          tier: text('tier', { enum: ['city', 'province'] }),
          iss: CENTRE,
          jti: text('id'),
          approval: JWS,
          received_at: seconds('received'),
        }),
      ),
      'returned_reason?': text('退回原因 / why it was returned'),
      'filed_since?': {
        ...CENTRE,
        description:
          '上传之后备案此机构的另一中心：须退回并重新上传 / another centre has filed the organization since: it is returned and uploaded again',
      },
      procedure: text('是否经过计划和公示 / whether plan and notice came before it', { enum: ['none', 'notice'] }),
      'results?': text('所依据的公示结果 / the results it was made of'),
      'plan?': text('考核计划 / their plan'),
    },
    { additionalProperties: false },
  ),
  BatchRows: object({
    id: text('batch id'),
    count: whole('rows of the batch'),
    root: DIGEST,
    filing: JWS,
    rows: listOf(
      object({
        row: whole("the file's own row number"),
        position: whole('index of the leaf, from 0'),
        occupation: occupation('edition'),
        job: text('job'),
        level: LEVEL,
        exam_date: text('exam day', { format: 'date' }),
        masked_name: text('masked name'),
        'replaces?': NUMBER,
        v: { const: 1 },
        sd: listOf(DIGEST),
        disclosures: listOf(text('SD-JWT disclosure')),
        photo: {
          type: 'boolean',
          description:
            '是否有照片，其摘要在 disclosures 中 / whether there is a photo; its digest stands in the disclosures',
        },
        score_theory: { type: 'number' },
        score_practice: { type: 'number' },
        'held?': {
          ...NUMBER,
          description:
            '此人已持有的同职业、工种、等级的有效证书，只告知审核中心：须退回 / the certificate in force that this person already holds, told to the reviewing centres alone: return the batch',
        },
      }),
    ),
    next: NEXT,
  }),
  BatchCertificates: object({
    id: text('batch id'),
    state: progress.state,
    count: progress.count,
    certificates: listOf(
      object({
        row: whole("the file's own row number"),
        number: NUMBER,
        state: text('state', { enum: STATES }),
        credential: SD_JWT,
        seal_url: text('text of the QR code', { format: 'uri' }),
      }),
    ),
    next: NEXT,
  }),
  BulkRow: object(
    {
      number: text('证书编号 / number', { maxLength: 200 }),
      'name?': text('姓名，用于比对 / name to be compared', { maxLength: 200 }),
    },
    { description: '一行一个 / one a line' },
  ),
  BulkAnswer: object(
    {
      row: whole('请求中的行号，从 1 开始 / line of the request, from 1', { minimum: 1 }),
      number: { type: ['string', 'null'], description: '证书编号 / number as understood' },
      verdict: text('结论；没有查到不等于假证 / verdict; not found does not mean false', { enum: [...BULK_VERDICTS] }),
      'name?': text('姓名是否相符 / whether the name is the certificate’s', { enum: ['match', 'no_match'] }),
      'code?': text('原因 / why'),
      'part?': text('which part'),
      'length?': whole('编号的位数，位数不对时给出 / characters of the number, where that is what is wrong'),
      'organization?': text('评价机构 / organization'),
      'occupation?': text('职业 / occupation'),
      'job?': text('工种 / job'),
      'level?': LEVEL,
      'issued_on?': text('颁发日期 / day of issue', { format: 'date' }),
      'replaced_by?': NUMBER,
    },
    { additionalProperties: false },
  ),
  BulkLine: {
    oneOf: [
      ref('BulkAnswer'),
      object(
        { receipt: { ...JWS, description: '最后一行：回执 / the last line: a receipt+jwt' } },
        { additionalProperties: false },
      ),
    ],
  },
  BulkKeyBody: object({
    name: text('用人单位 / employer', { minLength: 1, maxLength: 100 }),
    'quota_per_day?': whole('每日行数 / rows a day', { minimum: 1, maximum: LARGEST_QUOTA, default: QUOTA }),
    expires_on: text('最后一天 / last day', { format: 'date' }),
  }),
  BulkKey: object(bulkKey, { additionalProperties: false }),
  BulkKeyMade: object(
    { ...bulkKey, key: text('密钥，只显示这一次 / the key, shown this once', { pattern: '^lzb_[A-Za-z0-9_-]{43}$' }) },
    { additionalProperties: false },
  ),
  BulkKeys: object(
    {
      keys: listOf(
        object(
          { ...bulkKey, used_today: whole('今日已用行数 / rows asked for today', { minimum: 0 }) },
          { additionalProperties: false },
        ),
      ),
    },
    { additionalProperties: false },
  ),
  ApprovalBody: object({
    approval: { ...JWS, description: 'approval+jwt; the province’s carries the city’s as `city` by route city' },
  }),
  BatchMoved: object({ id: text('batch id'), state: progress.state }, { additionalProperties: false }),
  IssueBody: object({
    approval: { ...JWS, description: "the province's approval+jwt" },
    order: { ...JWS, description: 'issue+jwt, signed by a client key of the organization' },
  }),
  IssueProgress: object(
    { id: text('batch id'), state: progress.state, count: progress.count, issued: whole('certificates signed so far') },
    { additionalProperties: false },
  ),
  StatusChanged: object(
    {
      number: NUMBER,
      state: text('state', { enum: STATES }),
      seq: whole('place of the event'),
      digest: { ...DIGEST, description: 'digest of the payload: `prev` of the next event' },
    },
    { additionalProperties: false },
  ),
  Health: object({ status: { const: 'ok' } }, { additionalProperties: false }),
};
