/**
 * Owns the table of operations in openapi.json: each route with its words in Chinese and English, what it takes
 * and what it answers. A test holds that the table has every route of the Worker and no other.
 */

import { NDJSON_TYPES } from '../core/bulk-list.ts';
import { XLSX_TYPE } from '../core/rows/row-file.ts';
import type { StatementType } from '../core/schema.ts';
import type { RateName } from '../service/service.ts';
import { statementSchema } from './json-schema.ts';
import { DRAW_OPERATIONS, DRAW_PARAMETERS } from './openapi-draws.ts';
import {
  CANDIDATE,
  CODE,
  CREDENTIAL,
  CSV,
  DIGITS,
  HOLDER,
  ID,
  MISSING,
  NUMBER,
  REPORT,
  ROW_PROBLEM,
  SEARCH,
  TOKEN,
} from './openapi-examples.ts';
import { NOTICE_OPERATIONS, NOTICE_PARAMETERS } from './openapi-notices.ts';
import { PROCEDURE_OPERATIONS, PROCEDURE_PARAMETERS } from './openapi-procedure.ts';
import { ref, type Schema } from './openapi-schemas.ts';

const JSON_TYPE = 'application/json';
const BUNDLE_TYPE = 'application/vnd.luzheng.bundle+json';
const SD_JWT_TYPE = 'application/vc+sd-jwt';
const FILE: Schema = { type: 'string', contentMediaType: 'application/pdf' };
const WORKBOOK: Schema = { type: 'string', contentMediaType: XLSX_TYPE };
const TEXT: Schema = { type: 'string' };

type Media = Record<string, { schema: Schema; example?: unknown }>;
type Answers = Record<number, { description: string; content?: Media; headers?: Record<string, Schema> }>;

/** Groups of operations, with their words. */
export const TAGS = {
  查询核验: '查询核验，任何人可用 / Look-up and verification, for anyone',
  公开数据: '公开数据：公钥、声明、状态列表 / Public data: keys, statements, status lists',
  评价机构: '评价机构 / Organizations',
  鉴定指导中心: '鉴定指导中心 / Centres',
  评价流程:
    '评价流程：申报、考核计划、公示、异议、督导 / The procedure: applications, plans, notices, objections, inspections',
  网页: '网页 / Pages',
  服务: '服务 / Service',
} as const;

export interface Operation {
  tag: keyof typeof TAGS;
  summary: string;
  description?: string;
  /** Who may call; anyone if absent. */
  roles?: readonly ('applicant' | 'organization' | 'city' | 'province')[];
  query?: Record<string, Schema>;
  headers?: Record<string, Schema>;
  body?: Media;
  answers: Answers;
  /** Which brake of http/limits.ts it has. */
  brake?: RateName;
  /** Codes of problems that belong to this operation, besides those of its credentials and body. */
  problems?: readonly string[];
  /** An example of one of them. */
  problemExample?: unknown;
}

const json = (name: string, example?: unknown): Media => ({
  [JSON_TYPE]: { schema: ref(name), ...(example === undefined ? {} : { example }) },
});
/** One JSON value a line, under each of the names of such lists. */
const ndjson = (name: string, example?: string): Media =>
  Object.fromEntries(
    NDJSON_TYPES.map((type) => [
      type,
      {
        schema: { ...TEXT, contentMediaType: JSON_TYPE, contentSchema: ref(name) },
        ...(example === undefined ? {} : { example }),
      },
    ]),
  );
const ok = (description: string, content: Media): Answers => ({ 200: { description, content } });
const page = (description: string): Answers => ({ 200: { description, content: { 'text/html': { schema: TEXT } } } });
const form = (example: Record<string, string>): Media => ({
  'application/x-www-form-urlencoded': {
    schema: { type: 'object', properties: Object.fromEntries(Object.keys(example).map((name) => [name, TEXT])) },
    example,
  },
});

const CENTRES = ['city', 'province'] as const;
const ALL = ['organization', 'city', 'province'] as const;
const OF_STATEMENTS = [
  'statement_malformed',
  'algorithm_not_allowed',
  'type_wrong',
  'header_not_allowed',
  'key_unknown',
  'signature_wrong',
  'claims_malformed',
  'authority_missing',
  'statement_not_yet_valid',
  'statement_expired',
  'centre_withdrawn',
];
/** Of certificates that do not count because something under them was withdrawn. */
const OF_WITHDRAWALS = [
  'filing_withdrawn',
  'centre_withdrawn',
  'client_withdrawn',
  'approval_withdrawn',
  'issuing_key_withdrawn',
];
const OF_NUMBERS = ['number_malformed', 'number_old_qualification', 'number_special_grade'];
const OF_KEYS = ['organization_code_malformed', 'out_of_reach', 'key_not_found', 'register_differs'];
const OF_PHOTOS = [
  'multipart_malformed',
  'multipart_field_unexpected',
  'archive_malformed',
  'archive_encrypted',
  'archive_method',
  'archive_empty',
  'archive_too_many',
  'archive_too_large',
];
const OF_BATCHES = ['batch_not_found', 'out_of_reach', 'register_differs'];
const AFTER = { after: { ...TEXT, description: '上一页的 next / `next` of the page before' } };
const STRETCH = {
  from: { type: 'integer', minimum: 0, default: 0 },
  limit: { type: 'integer', minimum: 0, default: 10_000 },
};

/** A route that takes one signed statement. */
const statement = (
  summary: string,
  typ: StatementType,
  roles: Operation['roles'],
  problems: readonly string[],
  also = '',
): Operation => ({
  tag: '鉴定指导中心',
  summary,
  ...(roles ? { roles } : {}),
  description: `\`statement\` is a \`${typ}\`${also}; its payload: #/components/schemas/${statementSchema(typ)}.`,
  body: json('StatementBody', { statement: TOKEN }),
  answers: {
    201: { description: '已保存 / stored', content: json('Stored', { jti: ID }) },
    200: {
      description: '同一声明先前已保存 / the very same statement was stored before',
      content: json('Stored', { jti: ID }),
    },
  },
  problems: [...OF_STATEMENTS, 'issuer_not_caller', 'statement_repeated', 'key_malformed', ...problems],
});

/** Shows that a person asks, where a check of persons is configured and `human_check_required` was answered. */
const PERSON = { 'cf-turnstile-response': { ...TEXT, maxLength: 2048 } };

/** `METHOD path` → operation, in the order of DESIGN § 6. */
export const OPERATIONS: Record<string, Operation> = {
  'GET /': { tag: '网页', summary: '查询页 / search page', answers: page('查询页 / search page') },
  'POST /search': {
    tag: '网页',
    brake: 'search',
    summary: '网页表单查询 / search by the form',
    body: form({ number: NUMBER, name: HOLDER.name, id_number: '' }),
    answers: {
      ...page('结果 / results'),
      303: {
        description:
          '只有编号或二维码网址时，打开该证书的页面 / a number or the address of a QR code alone opens the page of its certificate',
        headers: { Location: TEXT },
      },
    },
    problems: [
      'search_too_little',
      'no_match',
      'name_damaged',
      'name_lookalike',
      'pair_locked',
      ...OF_NUMBERS,
      'seal_url_malformed',
    ],
  },
  'GET /c/{number}': {
    tag: '网页',
    brake: 'lookup',
    summary: '证书页，二维码所指地址 / page of a certificate, where the QR code leads',
    answers: page('核验结果 / result of verification'),
    problems: [...OF_NUMBERS, 'certificate_not_found'],
  },
  'GET /check': {
    tag: '网页',
    summary: '核验证书 PDF 的网页，文件不上传 / page that checks a PDF in the browser',
    answers: ok('网页 / a page', { 'text/html': { schema: TEXT } }),
  },
  'GET /scan': {
    tag: '网页',
    summary: '扫描证书二维码的网页，图像不上传 / page that scans a QR code in the browser',
    answers: ok('网页 / a page', { 'text/html': { schema: TEXT } }),
  },
  'POST /c/{number}/download': {
    tag: '网页',
    brake: 'search',
    summary: '网页表单下载证书 / download by the form',
    body: form({ ...HOLDER, want: 'pdf', purpose: '应聘', expires_on: '2027-02-24' }),
    answers: ok('证书 / the certificate', { 'application/pdf': { schema: FILE }, 'text/html': { schema: TEXT } }),
    problems: ['no_match', 'name_damaged', 'name_lookalike', 'not_acceptable', ...OF_NUMBERS],
  },
  'GET /bulk': {
    tag: '网页',
    summary: '批量核验名单的网页 / page that checks a list',
    answers: page('批量核验 / a page'),
  },
  'POST /bulk': {
    tag: '网页',
    brake: 'lookup',
    summary: '网页表单批量核验，最多 100 行 / check a pasted list by the form, at most 100 rows',
    body: form({ list: `${NUMBER},${HOLDER.name}` }),
    answers: page('结果 / results'),
    problems: ['bulk_empty', 'bulk_too_many', 'csv_columns_missing', 'human_check_failed'],
  },
  'GET /desk': {
    tag: '网页',
    summary: '工作台 / desk for organizations, applicants and centres',
    description: '密钥只在浏览器里使用，不发送 / keys are used in the browser alone and never sent.',
    answers: page('工作台 / desk'),
  },
  'GET /desk/view/{path}': {
    tag: '网页',
    roles: ['applicant', 'organization', 'city', 'province'],
    summary: '工作台的一个视图（HTML 片段） / one view of the desk, a piece of HTML',
    description: '路径可含斜线 / the path may hold slashes: `plans`, `plans/plan:p0123…`',
    answers: ok('HTML', { 'text/html': { schema: TEXT } }),
    problems: [
      'not_found',
      'role_wrong',
      'case_not_found',
      'out_of_reach',
      'register_differs',
      'organization_not_filed',
    ],
  },
  'GET /docs': {
    tag: '网页',
    summary: '接口文档 / this API, explained to people',
    answers: page('接口文档 / documentation'),
  },
  'GET /organizations': {
    tag: '网页',
    summary: '备案机构 / organizations on file',
    query: { q: { ...TEXT, maxLength: 100 }, page: { type: 'integer', minimum: 1, default: 1 } },
    answers: page('备案机构 / organizations on file'),
  },
  'GET /organizations/{code}': {
    tag: '网页',
    summary: '一家备案机构 / one organization on file',
    answers: page('备案内容 / its filing'),
    problems: ['organization_code_malformed', 'organization_not_found'],
  },
  'POST /language': {
    tag: '网页',
    summary: '切换网页语言 / choose the language that leads on the pages',
    body: form({ to: 'en', back: '/' }),
    answers: {
      303: {
        description: '回到原网页，并设 Cookie lang / back to the page, with the cookie lang',
        headers: { Location: TEXT, 'Set-Cookie': TEXT },
      },
    },
  },
  'GET /assets/{file}': {
    tag: '网页',
    summary: '网页所用文件 / files of the pages',
    answers: ok('文件 / file', {
      'text/css': { schema: TEXT },
      'text/javascript': { schema: TEXT },
      'image/svg+xml': { schema: TEXT },
      'image/png': { schema: FILE },
    }),
    problems: ['not_found'],
  },
  'GET /sw.js': {
    tag: '网页',
    summary: '断网时仍可核验的页面由它保存 / keeps the pages that check without a network',
    answers: ok('service worker', { 'text/javascript': { schema: TEXT } }),
  },
  'GET /robots.txt': {
    tag: '网页',
    summary: '搜索引擎不得收录哪些网页 / what search engines leave out',
    answers: ok('robots.txt', { 'text/plain': { schema: TEXT } }),
  },
  'GET /manifest.webmanifest': {
    tag: '网页',
    summary: '安装到手机桌面所需的说明 / web app manifest',
    answers: ok('manifest', { 'application/manifest+json': { schema: { type: 'object' } } }),
  },

  'GET /v1/certificates/{number}': {
    tag: '查询核验',
    brake: 'lookup',
    summary: '按编号查询核验 / look a certificate up by its number',
    description: 'Every answer is verified from stored signatures first. Not found does not mean false.',
    answers: ok('报告，或按 Accept 给出凭证 / Report, or the credential alone by Accept', {
      ...json('Report', REPORT),
      [SD_JWT_TYPE]: { schema: TEXT, example: CREDENTIAL },
    }),
    problems: [...OF_NUMBERS, 'certificate_not_found', 'not_acceptable', 'register_differs'],
    problemExample: MISSING,
  },
  'POST /v1/certificates/search': {
    tag: '查询核验',
    brake: 'search',
    summary: '按编号、姓名、证件号码查询 / search by number, name, document number',
    headers: PERSON,
    body: json('SearchQuery', HOLDER),
    answers: ok('相符的证书 / what matches', json('SearchResults', SEARCH)),
    problems: [
      'search_too_little',
      'no_match',
      'name_damaged',
      'name_lookalike',
      'pair_locked',
      'human_check_required',
      'human_check_failed',
      ...OF_NUMBERS,
    ],
  },
  'POST /v1/verify': {
    tag: '查询核验',
    brake: 'verify',
    summary:
      "核验凭证、二维码、核验包或证书 PDF / verify a credential, the text of a QR code, a bundle, or the certificate's PDF",
    description: '能读则一律 200 附报告 / whatever can be read gets a Report, valid or not.',
    body: {
      ...json('Evidence', { seal: `https://lz.example.cn/c/${NUMBER}#${DIGITS}` }),
      [SD_JWT_TYPE]: { schema: TEXT, example: CREDENTIAL },
      [BUNDLE_TYPE]: { schema: ref('Bundle') },
      'application/pdf': { schema: FILE },
    },
    answers: ok('报告 / Report', json('Report', REPORT)),
    problems: [
      'pdf_malformed',
      'pdf_too_large',
      'pdf_encrypted',
      'pdf_active',
      'document_without_bundle',
      'credential_malformed',
      'statement_malformed',
      'algorithm_not_allowed',
      'type_wrong',
      'header_not_allowed',
      'key_unknown',
      'seal_url_malformed',
      'seal_malformed',
      'seal_format_unknown',
      'bundle_malformed',
      'base64url_malformed',
      'certificate_not_found',
      ...OF_NUMBERS,
    ],
  },
  'POST /v1/verify/bulk': {
    tag: '查询核验',
    brake: 'lookup',
    summary: '批量核验名单 / check a list',
    description: `每行一个 JSON 对象，按原顺序逐行答复，最后一行是签名回执。任何人一次最多 100 行；持批量密钥（Authorization: Bearer）最多 10,000 行，计入当日额度。回执：#/components/schemas/${statementSchema('receipt+jwt')}。

One JSON object a line, answered line by line in the same order; the last line is a signed receipt. Anyone: at most 100 rows, each counted as a look-up. With a bulk key (Authorization: Bearer): at most 10,000, counted against the key's day.`,
    headers: { Authorization: { type: 'string', pattern: '^Bearer lzb_[A-Za-z0-9_-]{43}$' } },
    body: ndjson('BulkRow', `{"number":"${NUMBER}","name":"${HOLDER.name}"}\n`),
    answers: ok(
      '每行一个 BulkLine；类型按 Accept，否则同所发 / one BulkLine a line; its type by Accept, else that of the request',
      ndjson('BulkLine'),
    ),
    problems: [
      'not_acceptable',
      'bulk_empty',
      'bulk_too_many',
      'bulk_key_unknown',
      'bulk_key_ended',
      'bulk_quota_exceeded',
    ],
  },
  'POST /v1/certificates/{number}/download': {
    tag: '查询核验',
    brake: 'search',
    summary: '持证人下载证书 / download by the holder',
    description:
      '带 copy 时给出加注副本（PDF 或核验包） / with `copy`: a copy stamped for one purpose, as PDF or bundle.',
    headers: PERSON,
    body: json('Holder', HOLDER),
    answers: ok('按 Accept / by Accept: PDF, bundle, credential, or (application/json) who fetched it before', {
      'application/pdf': { schema: FILE },
      [BUNDLE_TYPE]: { schema: ref('Bundle') },
      [SD_JWT_TYPE]: { schema: TEXT, example: CREDENTIAL },
      ...json('Downloads', {
        number: NUMBER,
        downloads: [{ kind: 'application/pdf', by: 'holder', at: '2026-11-24T01:00:00Z' }],
      }),
    }),
    problems: [
      'no_match',
      'name_damaged',
      'name_lookalike',
      'human_check_required',
      'human_check_failed',
      'not_acceptable',
      'register_differs',
      'photo_differs',
      'purpose_malformed',
      'expiry_malformed',
      'glyph_missing',
      ...OF_WITHDRAWALS,
      ...OF_NUMBERS,
    ],
  },

  'GET /v1/status': {
    tag: '公开数据',
    summary: '全部状态列表的名称，新的在前 / names of all status lists, the newest first',
    answers: ok('names', json('StatusLists', { lists: ['revocation-1', 'suspension-1', 'inactive-1'] })),
  },
  'GET /v1/status/{list}': {
    tag: '公开数据',
    summary: '状态列表 / Bitstring Status List credential',
    answers: ok('vc+jwt', { 'application/vc+jwt': { schema: TEXT, example: TOKEN } }),
    problems: ['status_list_not_found'],
  },
  'GET /.well-known/jwks.json': {
    tag: '公开数据',
    summary: '全部颁发公钥 / all issuing keys',
    answers: ok('JWK Set', json('Jwks')),
  },
  'GET /.well-known/did.json': {
    tag: '公开数据',
    summary: '平台的 DID 文档 / did:web document of the service',
    answers: ok('DID document', json('DidDocument')),
  },
  'GET /orgs/{code}/did.json': {
    tag: '公开数据',
    summary: '机构的 DID 文档 / did:web document of an organization',
    answers: ok('DID document', json('DidDocument')),
    problems: ['organization_code_malformed', 'organization_not_found', 'register_differs'],
  },
  'GET /.well-known/trust.json': {
    tag: '公开数据',
    summary: '中心、备案、密钥声明 / statements of centres, filings, keys',
    answers: ok('statements', json('Trust')),
  },
  'GET /contexts/v1.jsonld': {
    tag: '公开数据',
    summary: 'JSON-LD 语境 / JSON-LD context',
    answers: ok('context', { 'application/ld+json': { schema: { type: 'object' } } }),
  },

  'POST /v1/centres': {
    ...statement(
      '登记中心或平台密钥 / appoint a centre, or name the service’s key',
      'centre+jwt',
      ['province'],
      ['service_key_unknown', 'service_withdrawn'],
      ' or a `service+jwt`, signed by the root',
    ),
  },
  'POST /v1/organizations/{code}/keys': {
    tag: '鉴定指导中心',
    summary: '生成机构的下一把颁发密钥 / make the next issuing key of an organization',
    roles: CENTRES,
    answers: {
      201: { description: '公钥，写入备案 / public half, to be named in the filing', content: json('NamedPublicKey') },
    },
    problems: ['organization_code_malformed', 'out_of_reach', 'keys_exhausted'],
  },
  'GET /v1/organizations/{code}/keys/{n}/request': {
    tag: '鉴定指导中心',
    summary: '颁发密钥的证书请求 / request for a certificate of an issuing key (PKCS#10, PEM)',
    roles: CENTRES,
    answers: ok('交给电子认证机构 / for a certification authority', { 'application/pkcs10': { schema: TEXT } }),
    problems: [...OF_KEYS, 'organization_not_filed'],
  },
  'POST /v1/organizations/{code}/keys/{n}/certificate': {
    tag: '鉴定指导中心',
    summary: '登记颁发密钥的证书链 / hand in the certificate chain of an issuing key',
    description:
      'PDF 由有效的、最新登记的证书签名；没有证书则不签名 / PDFs are signed under the newest chain that is valid; without one they are not signed.',
    roles: CENTRES,
    body: json('ChainBody'),
    answers: { 201: { description: '已保存 / stored', content: json('ChainStored') } },
    problems: [
      ...OF_KEYS,
      'certificate_malformed',
      'certificate_not_supported',
      'certificate_key_differs',
      'certificate_chain_broken',
      'certificate_usage_wrong',
      'certificate_not_valid',
    ],
  },
  'POST /v1/filings': statement('登记机构备案 / file an organization', 'filing+jwt', CENTRES, [
    'route_wrong',
    'filing_withdrawn',
    'out_of_reach',
    'code_taken',
    'uscc_wrong',
    'glyph_missing',
    'scope_text_too_long',
    'scope_malformed',
    'issuing_key_unknown',
    'organization_code_malformed',
  ]),
  'POST /v1/clients': statement('登记机构客户端密钥 / name a client key of an organization', 'client+jwt', CENTRES, [
    'organization_not_filed',
    'client_of_other_organization',
    'client_not_by_filing_centre',
    'client_withdrawn',
    'filing_withdrawn',
  ]),
  'POST /v1/calendars': statement(
    '公布一年的节假日安排 / announce the working days of a year',
    'calendar+jwt',
    ['province'],
    [
      'calendar_day_wrong',
      'calendar_year_over',
      'calendar_year_far',
      'day_malformed',
      'statement_expired',
      'issuer_not_caller',
      'centre_withdrawn',
    ],
  ),
  'POST /v1/withdrawals': statement(
    '撤回备案、密钥、任命或未用的审核 / withdraw a filing, a key, an appointment, or an approval not used yet',
    'withdrawal+jwt',
    CENTRES,
    ['withdrawal_not_yours', 'withdrawal_target_unknown', 'withdrawal_backdated'],
    ', signed by the caller, or by the root and handed in by any centre; in force at once, and published in /.well-known/trust.json',
  ),

  'POST /v1/bulk-keys': {
    tag: '鉴定指导中心',
    summary: '发给用人单位一把批量密钥 / give an employer a bulk key',
    description: '密钥只在此答复中出现一次 / the key stands in this answer and nowhere else.',
    roles: CENTRES,
    body: json('BulkKeyBody', { name: '济南某制造有限公司', quota_per_day: 10_000, expires_on: '2027-11-24' }),
    answers: { 201: { description: '已生成 / made', content: json('BulkKeyMade') } },
    problems: ['day_malformed', 'bulk_key_expiry_wrong'],
  },
  'GET /v1/bulk-keys': {
    tag: '鉴定指导中心',
    summary: '发出的批量密钥 / bulk keys that were given',
    roles: CENTRES,
    answers: ok('最近 1000 把；省中心可见全部 / the newest 1000; the province sees all', json('BulkKeys')),
  },
  'DELETE /v1/bulk-keys/{key}': {
    tag: '鉴定指导中心',
    summary: '撤销批量密钥，立即生效 / end a bulk key, at once',
    roles: CENTRES,
    answers: ok('已撤销 / ended', json('BulkKey')),
    problems: ['bulk_key_not_found', 'out_of_reach'],
  },

  'POST /v1/batches': {
    tag: '评价机构',
    summary: '上传一批合格结果 / upload a batch of passed results',
    roles: ['organization'],
    description:
      'CSV 为 UTF-8、GBK/GB18030 或带 BOM 的 UTF-16；也可用 .xlsx 工作簿；以文件内容为准。有任何错误则不保存，并一次列出全部错误 / CSV in UTF-8, GBK/GB18030 or UTF-16 with BOM, or a .xlsx workbook: the content decides. Nothing is stored if any row is bad, and every fault of every row is listed.',
    headers: {
      'Idempotency-Key': {
        type: 'string',
        pattern: '^[!-~]{1,202}$',
        description:
          '`"key"`（draft-ietf-httpapi-idempotency-key-header）或不加引号 / quoted as in the draft, or bare: the same key',
      },
    },
    body: {
      ...json('CandidatesBody', { candidates: [CANDIDATE] }),
      'text/csv': { schema: TEXT, example: CSV },
      [XLSX_TYPE]: { schema: WORKBOOK },
      'multipart/form-data': { schema: ref('UploadForm') },
    },
    answers: {
      201: {
        description: '已保存；相同 Idempotency-Key 得到同一批次 / stored; the same Idempotency-Key gets the same batch',
        content: json('BatchCreated', {
          id: 'b5f0c9a1e2d3b4c5d6e7f809',
          count: 1,
          root: 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg',
          state: 'submitted',
        }),
        headers: { Location: TEXT, 'Idempotent-Replayed': TEXT },
      },
    },
    problems: [
      'rows_refused',
      'notice_required',
      'capacity_exceeded',
      'organization_not_filed',
      'organization_suspended',
      'idempotency_key_malformed',
      'idempotency_key_reused',
      'batch_empty',
      'batch_too_large',
      'candidates_malformed',
      'csv_not_utf8',
      'csv_columns_missing',
      'csv_column_repeated',
      'csv_quotes_malformed',
      'csv_header_unclear',
      'table_format_unsupported',
      'table_too_large',
      'xlsx_malformed',
      'xlsx_too_large',
      'xlsx_encrypted',
      'xlsx_macros',
      'xlsx_external',
      'xlsx_sheets',
      'xlsx_hidden_rows',
      'xlsx_merged_cells',
      ...OF_PHOTOS,
    ],
    problemExample: ROW_PROBLEM,
  },
  'GET /v1/batches': {
    tag: '评价机构',
    summary: '本机构的批次 / own batches',
    roles: ['organization'],
    query: AFTER,
    answers: ok('至多 200 批，最新的在前 / at most 200, the newest first', json('BatchList')),
    problems: ['body_malformed'],
  },
  'GET /v1/batches/{id}': {
    tag: '评价机构',
    summary: '批次状态与进度 / state and progress',
    roles: ALL,
    answers: ok('batch', json('Batch')),
    problems: OF_BATCHES,
  },
  'GET /v1/batches/{id}/rows': {
    tag: '评价机构',
    summary: '批次各行及披露，供重算根 / rows with disclosures, to recompute the root',
    roles: ALL,
    query: AFTER,
    answers: ok('至多 2000 行 / at most 2000 rows', json('BatchRows')),
    problems: [...OF_BATCHES, 'body_malformed', 'ciphertext_wrong'],
  },
  'GET /v1/batches/{id}/rows/{position}/photo': {
    tag: '评价机构',
    summary: '某行的照片，与上传的文件逐字节相同 / photo of a row, the very file that was uploaded',
    description: 'Its SHA-256 stands in the row’s disclosures as `photo_digest`: compare it.',
    roles: ALL,
    answers: ok('照片 / photo', {
      'image/jpeg': { schema: { type: 'string', contentMediaType: 'image/jpeg' } },
      'image/png': { schema: { type: 'string', contentMediaType: 'image/png' } },
    }),
    problems: [...OF_BATCHES, 'photo_not_found', 'photo_differs', 'ciphertext_wrong'],
  },
  'POST /v1/batches/{id}/approvals': {
    tag: '鉴定指导中心',
    summary: '审核一批结果 / approve a batch',
    description: `\`approval\` is an \`approval+jwt\`: #/components/schemas/${statementSchema('approval+jwt')}.`,
    roles: CENTRES,
    body: json('ApprovalBody', { approval: TOKEN }),
    answers: {
      201: {
        description: '已保存 / stored',
        content: json('BatchMoved', { id: 'b5f0c9a1e2d3b4c5d6e7f809', state: 'approved' }),
      },
    },
    problems: [
      ...OF_BATCHES,
      ...OF_STATEMENTS,
      'tier_wrong',
      'approver_wrong',
      'approver_same_key',
      'city_approval_missing',
      'city_approval_late',
      'approval_before_upload',
      'organization_differs',
      'audience_wrong',
      'batch_differs',
      'root_differs',
      'count_differs',
      'issuer_not_caller',
      'batch_closed',
      'filed_by_other_centre',
      'batch_not_uploaded',
      'notice_required',
      'already_certified',
      'filing_withdrawn',
      'approval_withdrawn',
    ],
  },
  'POST /v1/batches/{id}/return': {
    tag: '鉴定指导中心',
    summary: '退回一批结果 / return a batch with a reason',
    roles: CENTRES,
    description:
      '与 POST /v1/steps 相同：由中心签名的 batch.return 一步，about 为 batch:{id}，seq 为 1；没有不签名的退回 / the same as POST /v1/steps: the step `batch.return` of the case `batch:{id}`, `seq` 1, signed by the centre. There is no unsigned way.',
    body: json('StepBody', { statement: TOKEN, body: { reason: '请补考务记录' } }),
    answers: {
      201: {
        description: '已退回 / returned',
        content: json('BatchMoved', { id: 'b5f0c9a1e2d3b4c5d6e7f809', state: 'returned' }),
      },
      200: { description: '此前已由同一步退回 / returned before, by the same step', content: json('BatchMoved') },
    },
    problems: [
      ...OF_BATCHES,
      ...OF_STATEMENTS,
      'issuer_not_caller',
      'audience_wrong',
      'batch_differs',
      'step_stale',
      'step_unknown',
      'case_id_malformed',
      'step_not_now',
      'step_out_of_order',
      'step_body_differs',
      'step_body_malformed',
      'batch_closed',
      'batch_not_uploaded',
    ],
  },
  'POST /v1/batches/{id}/issue': {
    tag: '评价机构',
    summary: '颁发一批证书 / issue a batch',
    description: `\`order\` is an \`issue+jwt\`: #/components/schemas/${statementSchema('issue+jwt')}. Repeating the call goes on where it stopped.`,
    roles: ['organization'],
    body: json('IssueBody', { approval: TOKEN, order: TOKEN }),
    answers: {
      200: {
        description: '已全部颁发 / done',
        content: json('IssueProgress', { id: 'b5f0c9a1e2d3b4c5d6e7f809', state: 'issued', count: 1, issued: 1 }),
      },
      202: { description: '仍在签发，请重复调用 / still signing: repeat the call', content: json('IssueProgress') },
    },
    problems: [
      ...OF_BATCHES,
      ...OF_STATEMENTS,
      'tier_wrong',
      'approver_wrong',
      'approver_same_key',
      'city_approval_missing',
      'city_approval_late',
      'approval_before_upload',
      'organization_differs',
      'audience_wrong',
      'batch_differs',
      'root_differs',
      'count_differs',
      'approval_differs',
      'order_before_approval',
      'approval_used',
      'batch_not_uploaded',
      'notice_required',
      'batch_already_ordered',
      'batch_closed',
      'filed_by_other_centre',
      'capacity_exceeded',
      'serials_exhausted',
      'already_certified',
      'replaces_not_live',
      'replaces_suspended',
      'issuing_key_missing',
      'issuing_key_withdrawn',
      'filing_withdrawn',
      'approval_withdrawn',
      'client_withdrawn',
      'organization_suspended',
    ],
  },
  'GET /v1/batches/{id}/certificates': {
    tag: '评价机构',
    summary: '批次的证书 / certificates of a batch',
    roles: ALL,
    query: AFTER,
    answers: ok('至多 1000 张，按行的次序 / at most 1000, in row order', json('BatchCertificates')),
    problems: [...OF_BATCHES, 'body_malformed', 'ciphertext_wrong'],
  },
  'GET /v1/batches/{id}/certificates.zip': {
    tag: '评价机构',
    summary: '打包下载批次的证书 PDF / all PDFs of a batch, in one archive',
    roles: ALL,
    query: STRETCH,
    description: `按名单顺序逐张核验、排印并即时发送，每张为 \`<证书编号>.pdf\`，不论其状态；每张都记为一次下载。大批次请用 \`from\` 和 \`limit\` 分段下载，每段不超过 500 张，中断后从缺的一张继续。途中出错则传输中断，不会给出看似完整的文件。

Verified, drawn and sent one by one in the order of the batch, each as \`<number>.pdf\`, whatever its status; each counts as a download. Take large batches in parts of at most 500 by \`from\` and \`limit\`, and go on from the first that is missing. If one cannot be given the transfer breaks off: what arrived has no directory and does not pass for whole.`,
    answers: {
      200: {
        description:
          'ZIP；未压缩，大小在每个文件之前 / stored, with sizes before each file; X-Certificates: how many; Last-Modified: when they were issued',
        content: { 'application/zip': { schema: { type: 'string', contentMediaType: 'application/zip' } } },
        headers: {
          'Content-Disposition': TEXT,
          'Last-Modified': TEXT,
          'X-Certificates': { type: 'integer', minimum: 1 },
        },
      },
    },
    problems: [
      ...OF_BATCHES,
      'not_acceptable',
      'body_malformed',
      'batch_not_issued',
      'range_outside',
      'ciphertext_wrong',
    ],
  },
  'GET /v1/certificates/{number}.pdf': {
    tag: '评价机构',
    summary: '本机构证书的 PDF / PDF of an own certificate',
    roles: ['organization'],
    answers: ok('PDF', { 'application/pdf': { schema: FILE } }),
    problems: [
      ...OF_NUMBERS,
      'not_acceptable',
      'certificate_not_found',
      'out_of_reach',
      'register_differs',
      'photo_differs',
      ...OF_WITHDRAWALS,
    ],
  },
  'POST /v1/certificates/{number}/status': {
    ...statement('暂停、恢复、撤销证书 / suspend, reinstate, revoke', 'status+jwt', ALL, []),
    tag: '评价机构',
    answers: {
      201: {
        description: '已生效 / in force',
        content: json('StatusChanged', {
          number: NUMBER,
          state: 'suspended',
          seq: 1,
          digest: 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg',
        }),
      },
    },
    problems: [
      ...OF_STATEMENTS,
      ...OF_NUMBERS,
      'certificate_not_found',
      'out_of_reach',
      'issuer_not_caller',
      'audience_wrong',
      'organization_differs',
      'number_differs',
      'status_final',
      'status_out_of_order',
      'status_no_change',
      'rank_too_low',
      'client_withdrawn',
    ],
  },

  ...PROCEDURE_OPERATIONS,
  ...DRAW_OPERATIONS,

  ...NOTICE_OPERATIONS,

  'GET /healthz': {
    tag: '服务',
    summary: '是否在工作 / whether it works',
    answers: ok('ok', json('Health', { status: 'ok' })),
  },
  'GET /openapi.json': {
    tag: '服务',
    summary: '本文档 / this document',
    answers: ok('OpenAPI 3.1', { [JSON_TYPE]: { schema: { type: 'object' } } }),
  },
};

/** Path parameters by name. */
export const PARAMETERS: Record<string, { description: string; schema: Schema; example: string }> = {
  number: {
    description: '证书编号，可含空格、连字符、全角 / certificate number as typed',
    schema: TEXT,
    example: NUMBER,
  },
  code: { description: '机构编码 / organization code', schema: TEXT, example: CODE },
  n: { description: '颁发密钥的序号 / number of the issuing key', schema: TEXT, example: '1' },
  key: { description: '批量密钥编号 / id of a bulk key', schema: TEXT, example: 'k0123456789abcdef' },
  id: { description: '批次号 / batch id', schema: TEXT, example: 'b5f0c9a1e2d3b4c5d6e7f809' },
  position: { description: '行的 position，从 0 开始 / `position` of the row, from 0', schema: TEXT, example: '0' },
  list: {
    description: '`revocation-<n>`, `suspension-<n>`, or `inactive-<n>`: what is in either',
    schema: TEXT,
    example: 'revocation-1',
  },
  ...PROCEDURE_PARAMETERS,
  ...DRAW_PARAMETERS,
  ...NOTICE_PARAMETERS,
  file: { description: 'name of a file of the pages', schema: TEXT, example: 'home.js' },
};
