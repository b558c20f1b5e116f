import { FILE_TYPES } from '../core/procedure/body-shapes.ts';
import { KINDS, PROCEDURES, type StepRule, statesOf } from '../core/procedure/steps.ts';
import { TOKEN } from './openapi-examples.ts';
import type { Operation } from './openapi-paths.ts';
import { ref, type Schema } from './openapi-schemas.ts';

const TEXT: Schema = { type: 'string' };
const WHOLE: Schema = { type: 'integer', minimum: 0 };
/** Lists are read page by page to their end. */
const AFTER: Schema = { ...TEXT, description: '上一页的 next / `next` of the page before' };
const EVERYBODY = ['applicant', 'organization', 'city', 'province'] as const;
const ABOUT = 'plan:p0123456789abcdef';

const words = KINDS.map(
  (kind) =>
    `- \`${kind}\` (${statesOf(kind).join(', ')}): ${(Object.entries(PROCEDURES[kind]) as [string, StepRule][]).map(([name, { from, by }]) => `\`${name}\` ${from.map((state) => state ?? '—').join('|')} [${by.join(', ')}]`).join('; ')}`,
).join('\n');

const json = (name: string, example?: unknown) => ({
  'application/json': { schema: ref(name), ...(example === undefined ? {} : { example }) },
});
const OF_DRAW_STEPS = [
  'draw_impossible',
  'draw_session_unknown',
  'seed_differs',
  'draw_open',
  'public_source_late',
  'public_value_early',
  'public_value_malformed',
  'session_not_drawn',
  'inspector_not_drawn',
  'finding_too_early',
  'finding_missing',
];
const OF_CASES = ['case_not_found', 'out_of_reach', 'register_differs'];
/** Of plans and results. */
const OF_PLANS = [
  'plan_refused',
  'plan_too_late',
  'plan_under_way',
  'plan_not_filed',
  'plan_differs',
  'results_refused',
  'results_exist',
  'results_uploaded',
  'exam_not_over',
  'notice_running',
  'objection_open',
  'batch_differs',
  'batch_closed',
  'root_differs',
  'count_differs',
  'batch_not_uploaded',
  'capacity_exceeded',
  'calendar_not_covered',
  'reason_missing',
  'organization_not_filed',
  'organization_suspended',
];
/** Of applications, selection, devices, lost keys, standing and rules. */
const OF_FILING = [
  'application_open',
  'applications_full',
  'applications_too_often',
  'centre_unknown',
  'key_not_callers',
  'organization_differs',
  'organization_not_filed',
  'organization_not_found',
  'filing_unknown',
  'filing_replaced',
  'filing_differs_from_application',
  'selection_reason_missing',
  'code_taken',
  'client_statement_unknown',
  'client_names_other_key',
  'endorsement_missing',
  'file_not_found',
  'rank_too_low',
  'filing_withdrawn',
  'statement_expired',
];
const BINARY: Schema = { type: 'string', contentMediaType: 'application/octet-stream' };

export const PROCEDURE_OPERATIONS: Record<string, Operation> = {
  'POST /v1/steps': {
    tag: '评价流程',
    summary: '提交流程中的一步 / take a step of the procedure',
    roles: EVERYBODY,
    description: `\`statement\` is a \`step+jwt\` by the caller's key. 同一步重复提交不会重复生效 / the same step again changes nothing. Kinds of cases, their states, and who may take which step from which state (— is before the first):\n\n${words}`,
    body: json('StepBody', { statement: TOKEN, body: { reason: '考场安排与考生人数不符，请核对' } }),
    answers: {
      201: {
        description: '已记录 / stored',
        content: json('StepTaken', { about: ABOUT, step: 'plan.return', seq: 2, state: 'returned' }),
      },
      200: { description: '此前已记录 / stored before', content: json('StepTaken') },
    },
    problems: [
      'statement_malformed',
      'algorithm_not_allowed',
      'type_wrong',
      'header_not_allowed',
      'key_unknown',
      'signature_wrong',
      'claims_malformed',
      'issuer_not_caller',
      'audience_wrong',
      'step_stale',
      'step_unknown',
      'case_id_malformed',
      'step_not_now',
      'step_out_of_order',
      'step_body_differs',
      'step_body_malformed',
      'too_many_requests',
      ...OF_CASES,
      ...OF_PLANS,
      ...OF_FILING,
      ...OF_DRAW_STEPS,
    ],
  },
  'GET /v1/cases': {
    tag: '评价流程',
    summary: '本人可见的业务，最近变动的在前 / cases within reach, the last changed first',
    roles: EVERYBODY,
    query: {
      kind: { ...TEXT, enum: KINDS },
      state: TEXT,
      organization: TEXT,
      parent: TEXT,
      before: { ...WHOLE, description: 'only those changed before this instant' },
      after: AFTER,
    },
    answers: { 200: { description: '至多 100 项 / at most 100', content: json('CaseList') } },
    problems: ['body_malformed'],
  },
  'GET /v1/cases/{about}': {
    tag: '评价流程',
    summary: '一项业务的全部步骤 / one case whole, with every signed step',
    roles: EVERYBODY,
    answers: { 200: { description: '业务 / the case', content: json('Case') } },
    problems: OF_CASES,
  },
  'POST /v1/files': {
    tag: '评价流程',
    summary: '上传附件，随后在步骤中引用 / hand in a file that a step then names',
    roles: EVERYBODY,
    description: `PDF、JPEG、PNG，至多 10 MB，加密保存；一天内没有步骤引用则删除 / encrypted; deleted when no step names it within a day.`,
    body: {
      'application/octet-stream': { schema: BINARY },
      ...Object.fromEntries(FILE_TYPES.map((type) => [type, { schema: BINARY }])),
    },
    answers: { 201: { description: '摘要与类型 / how a step names it', content: json('KeptFile') } },
    problems: [
      'file_type_unsupported',
      'files_too_many',
      'applications_full',
      'applications_too_often',
      'too_many_requests',
    ],
  },
  'GET /v1/cases/{about}/files/{sha256}': {
    tag: '评价流程',
    summary: '业务中的附件 / a file that a case names',
    roles: EVERYBODY,
    answers: {
      200: {
        description: '附件 / the file',
        content: Object.fromEntries(FILE_TYPES.map((type) => [type, { schema: BINARY }])),
      },
    },
    problems: [...OF_CASES, 'file_not_found', 'file_differs', 'base64url_malformed'],
  },

  // From published results to their batch, and tables to fill in
  'POST /v1/results/{about}/batch': {
    tag: '评价流程',
    summary: '由公示期满、无异议的结果生成批次 / make the batch of results whose notice has run',
    roles: ['organization'],
    description:
      '只取合格的行，不再上传名单；可附照片 ZIP（同 POST /v1/batches）。同一结果、同一照片得到同一批次。随后以 results.upload 一步上传 / the rows of those who passed, as published; photos as a ZIP archive, or `{}` without. The same results and photos give the same batch. The step `results.upload` then hands it to the centres.',
    body: { 'application/zip': { schema: BINARY }, ...json('NoPhotos', {}) },
    answers: {
      201: { description: '已生成 / made', content: json('ResultsBatch') },
      200: { description: '此前已生成 / made before', content: json('ResultsBatch') },
    },
    problems: [
      'case_not_found',
      'out_of_reach',
      'step_not_now',
      'step_out_of_order',
      'notice_running',
      'objection_open',
      'calendar_not_covered',
      'batch_empty',
      'rows_refused',
      'capacity_exceeded',
      'organization_not_filed',
      'organization_suspended',
      'archive_malformed',
      'archive_encrypted',
      'archive_method',
      'archive_empty',
      'archive_too_many',
      'archive_too_large',
    ],
  },
  'GET /v1/templates/{template}': {
    tag: '公开数据',
    summary: '空白表：考生名册、考核结果 / empty tables: roster and results',
    description: '`roster.csv`, `roster.xlsx`, `results.csv`, `results.xlsx`',
    answers: {
      200: {
        description: '表格 / a table',
        content: {
          'text/csv': { schema: TEXT },
          'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': { schema: BINARY },
        },
      },
    },
    problems: ['not_found'],
  },

  'GET /v1/organizations': {
    tag: '公开数据',
    summary: '备案机构：职业、等级、有效期、是否暂停 / organizations on file, as data',
    query: { q: { ...TEXT, maxLength: 100 } },
    description: `按签名的备案声明列出，\`q\` 为名称、编码或职业 / what signed filings say; \`q\` is a name, a code or an occupation. \`state\` is the filing's; \`suspended\` stops plans, uploads and orders, not what was issued.`,
    answers: {
      200: { description: '备案机构，按编码排列 / in the order of their codes', content: json('OrganizationList') },
    },
  },
  'GET /v1/organizations/{code}': {
    tag: '公开数据',
    summary: '一家备案机构及其公开的管理办法 / one organization, with its standing and published rules',
    description:
      '管理办法附机构的签名步骤（`statement`），其中 `body` 为管理办法规范 JSON 的摘要 / the rules come with the `step+jwt` that published them: its `body` is the digest of their canonical JSON without `published_at` and `statement`.',
    answers: { 200: { description: '机构 / the organization', content: json('OrganizationData') } },
    problems: ['organization_code_malformed', 'organization_not_found'],
  },
  'GET /v1/me': {
    tag: '评价流程',
    summary: '本密钥的身份，以及中心为它签署的声明 / what this key is known as',
    roles: EVERYBODY,
    answers: { 200: { description: '身份 / who', content: json('Me') } },
  },
};

export const PROCEDURE_PARAMETERS = {
  about: { description: '业务编号 / the case', schema: TEXT, example: ABOUT },
  path: { description: '视图地址 / address of a view', schema: TEXT, example: 'plans' },
  template: { description: '表名和格式 / which table, in which form', schema: TEXT, example: 'roster.xlsx' },
  sha256: {
    description: '附件摘要 / digest of a file',
    schema: TEXT,
    example: 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg',
  },
};

/** Reviews and audit trails. */
const REVIEW_STATES = ['submitted', 'city_approved', 'approved', 'returned', 'issuing', 'issued'];
Object.assign(PROCEDURE_OPERATIONS, {
  'GET /v1/reviews': {
    tag: '鉴定指导中心',
    summary:
      '本中心可见的批次及所缺的审核，最新的在前 / batches within reach and whose approval they wait for, the newest first',
    roles: ['city', 'province'],
    query: {
      state: { ...TEXT, enum: REVIEW_STATES },
      missing: { ...TEXT, enum: ['city', 'province'] },
      organization: TEXT,
      before: { ...WHOLE, description: 'only those that came before this instant' },
      after: AFTER,
    },
    answers: { 200: { description: '至多 200 个 / at most 200', content: json('ReviewList') } },
    problems: ['body_malformed'],
  },
  'GET /v1/certificates/{number}/trail': {
    tag: '评价流程',
    summary:
      '证书的问题回溯：从证书到考核计划的每一个签名 / the audit trail: every signature from the certificate back to the plan',
    roles: ['organization', 'city', 'province'],
    description:
      '默认不含涉及他人的内容（名册、成绩、异议）；`people=all` 时包含 / what tells of other people (rosters, results, objections) is left out unless `people=all`; what is left out is `not_checked`.',
    query: { people: { ...TEXT, enum: ['none', 'all'] } },
    answers: {
      200: {
        description: '全部签名文本与核对结果 / the signed texts and what became of checking them',
        content: json('Trail'),
      },
    },
    problems: [
      'number_malformed',
      'number_old_qualification',
      'number_special_grade',
      'certificate_not_found',
      'out_of_reach',
      'body_malformed',
    ],
  },
} satisfies Record<string, Operation>);
