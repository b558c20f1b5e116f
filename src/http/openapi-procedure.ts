/**
 * Owns the operations of the procedure in openapi.json (filing, plans, results, notices, inspections): one route takes all
 * signed steps, and what each step says is described by its own schema.
 */
import { KINDS, PROCEDURES, statesOf, type StepRule } from '../life/procedure/steps.ts';
import { FILE_TYPES } from '../life/procedure/text.ts';
import { TOKEN } from './openapi-examples.ts';
import { DIGEST, listOf, object, ref, type Schema } from './openapi-schemas.ts';
import type { Operation } from './openapi-paths.ts';

const TEXT: Schema = { type: 'string' };
const WHOLE: Schema = { type: 'integer', minimum: 0 };
const EVERYBODY = ['applicant', 'organization', 'city', 'province'] as const;
const ABOUT = 'plan:p0123456789abcdef';

const words = KINDS.map((kind) => `- \`${kind}\` (${statesOf(kind).join(', ')}): ${(Object.entries(PROCEDURES[kind]) as [string, StepRule][]).map(([name, { from, by }]) => `\`${name}\` ${from.map((state) => state ?? '—').join('|')} [${by.join(', ')}]`).join('; ')}`).join('\n');

const line = {
  about: { ...TEXT, description: 'the case' }, kind: { ...TEXT, enum: KINDS }, state: TEXT, seq: { ...WHOLE, description: 'number of the last step' }, last: { ...DIGEST, description: 'digest of the last step’s payload: `prev` of the next' },
  organization: { type: ['string', 'null'] }, centre: TEXT, parent: { type: ['string', 'null'] }, facts: { type: 'object', description: 'for lists; nothing of a person' }, due: { type: ['string', 'null'] }, created_at: WHOLE, updated_at: WHOLE,
} satisfies Record<string, Schema>;
const step = object({ seq: WHOLE, step: TEXT, role: TEXT, iss: TEXT, at: { ...WHOLE, description: 'signed' }, received_at: WHOLE, token: TEXT, body: {} }, { additionalProperties: false });

export const PROCEDURE_SCHEMAS: Record<string, Schema> = {
  StepBody: object({ statement: ref('Statement'), body: { description: '所签内容，其规范 JSON 的摘要写在声明里 / what is said; the statement names the digest of its canonical JSON' } }),
  StepTaken: object({ about: TEXT, step: TEXT, seq: WHOLE, state: TEXT }, { additionalProperties: false }),
  CaseLine: object(line, { additionalProperties: false }),
  CaseList: object({ cases: listOf(ref('CaseLine')) }, { additionalProperties: false }),
  Case: object({ ...line, allowed: listOf({ ...TEXT, description: 'steps that the caller may take now' }), steps: listOf(step) }, { additionalProperties: false }),
  KeptFile: object({ type: { ...TEXT, enum: FILE_TYPES }, size: WHOLE, sha256: DIGEST }, { additionalProperties: false }),
  Me: object({ role: TEXT, subject: TEXT, jkt: DIGEST, statements: listOf(object({ typ: TEXT, sub: TEXT, exp: WHOLE, token: TEXT }, { additionalProperties: false })) }, { additionalProperties: false }),
};

const json = (name: string, example?: unknown) => ({ 'application/json': { schema: ref(name), ...(example === undefined ? {} : { example }) } });
const OF_DRAW_STEPS = ['draw_impossible', 'draw_session_unknown', 'seed_differs', 'public_value_missing', 'public_value_unasked', 'session_not_drawn', 'inspector_not_drawn', 'finding_too_early', 'finding_missing'];
const OF_CASES = ['case_not_found', 'out_of_reach', 'register_differs'];
const BINARY: Schema = { type: 'string', contentMediaType: 'application/octet-stream' };

export const PROCEDURE_OPERATIONS: Record<string, Operation> = {
  'POST /v1/steps': {
    tag: '评价流程', summary: '提交流程中的一步 / take a step of the procedure', roles: EVERYBODY,
    description: `\`statement\` is a \`step+jwt\` by the caller's key. 同一步重复提交不会重复生效 / the same step again changes nothing. Kinds of cases, their states, and who may take which step from which state (— is before the first):\n\n${words}`,
    body: json('StepBody', { statement: TOKEN, body: { reason: '考场安排与考生人数不符，请核对' } }),
    answers: { 201: { description: '已记录 / stored', content: json('StepTaken', { about: ABOUT, step: 'plan.return', seq: 2, state: 'returned' }) }, 200: { description: '此前已记录 / stored before', content: json('StepTaken') } },
    problems: ['statement_malformed', 'algorithm_not_allowed', 'type_wrong', 'header_not_allowed', 'key_unknown', 'signature_wrong', 'claims_malformed', 'issuer_not_caller', 'audience_wrong', 'step_stale', 'step_unknown', 'step_not_now', 'step_out_of_order', 'step_body_differs', 'step_body_malformed', 'too_many_requests', ...OF_CASES, ...OF_DRAW_STEPS],
  },
  'GET /v1/cases': { tag: '评价流程', summary: '本人可见的业务，最近变动的在前 / cases within reach, the last changed first', roles: EVERYBODY, query: { kind: { ...TEXT, enum: KINDS }, state: TEXT, organization: TEXT, parent: TEXT, before: { ...WHOLE, description: 'only those changed before this instant' } }, answers: { 200: { description: '至多 100 项 / at most 100', content: json('CaseList') } }, problems: ['body_malformed'] },
  'GET /v1/cases/{about}': { tag: '评价流程', summary: '一项业务的全部步骤 / one case whole, with every signed step', roles: EVERYBODY, answers: { 200: { description: '业务 / the case', content: json('Case') } }, problems: OF_CASES },
  'POST /v1/files': {
    tag: '评价流程', summary: '上传附件，随后在步骤中引用 / hand in a file that a step then names', roles: EVERYBODY, description: `PDF、JPEG、PNG，至多 10 MB，加密保存；一天内没有步骤引用则删除 / encrypted; deleted when no step names it within a day.`,
    body: { 'application/octet-stream': { schema: BINARY }, ...Object.fromEntries(FILE_TYPES.map((type) => [type, { schema: BINARY }])) },
    answers: { 201: { description: '摘要与类型 / how a step names it', content: json('KeptFile') } }, problems: ['file_type_unsupported', 'files_too_many', 'too_many_requests'],
  },
  'GET /v1/cases/{about}/files/{sha256}': { tag: '评价流程', summary: '业务中的附件 / a file that a case names', roles: EVERYBODY, answers: { 200: { description: '附件 / the file', content: Object.fromEntries(FILE_TYPES.map((type) => [type, { schema: BINARY }])) } }, problems: [...OF_CASES, 'file_not_found', 'file_differs', 'base64url_malformed'] },
  'GET /v1/me': { tag: '评价流程', summary: '本密钥的身份，以及中心为它签署的声明 / what this key is known as', roles: EVERYBODY, answers: { 200: { description: '身份 / who', content: json('Me') } } },
};

export const PROCEDURE_PARAMETERS = {
  about: { description: '业务编号 / the case', schema: TEXT, example: ABOUT },
  sha256: { description: '附件摘要 / digest of a file', schema: TEXT, example: 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg' },
};

