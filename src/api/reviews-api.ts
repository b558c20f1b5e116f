/**
 * Routes of those who review: the queue of batches, their approval and return, and the audit trail of a certificate.
 */
import * as v from 'valibot';
import { readPlace } from '../base/bounded.ts';
import { Refusal } from '../base/refusal.ts';
import { parseNumber } from '../core/number.ts';
import { checkTrail } from '../core/procedure/trail.ts';
import { ORGANIZATION_CODE } from '../core/province.ts';
import { ApprovalBody, BatchMoved } from '../core/shapes/batch-shapes.ts';
import { Trail } from '../core/shapes/certificate-shapes.ts';
import { ReviewList, StepBody } from '../core/shapes/procedure-shapes.ts';
import { BATCH_STATES, TIERS } from '../core/shapes/shape-parts.ts';
import { LIMITS } from '../http/body.ts';
import { factory } from '../http/context.ts';
import { answer, json, operation, upTo } from '../http/operation.ts';
import { acceptApproval } from '../service/decide-batch.ts';
import { directoryOf } from '../service/on-file.ts';
import { trailOf } from '../service/procedure/collect-trail.ts';
import { pageReviews } from '../service/procedure/reviews.ts';
import { takeStep } from '../service/procedure/take-step.ts';
import { requireReach } from '../service/reach.ts';
import { TOKEN } from './openapi-examples.ts';
import {
  AFTER,
  ALL,
  CENTRES,
  OF_APPROVALS,
  OF_BATCHES,
  OF_NUMBERS,
  OF_STATEMENTS,
  openedBatch,
  reachedBatch,
  statementSchema,
  wholeOf,
} from './operation-parts.ts';

/** Batches in one answer. */
const PAGE = 200;

export const reviewRoutes = factory
  .createApp()
  .get(
    '/v1/reviews',
    operation({
      tag: '鉴定指导中心',
      summary:
        '本中心可见的批次及所缺的审核，最新的在前 / batches within reach and whose approval they wait for, the newest first',
      roles: CENTRES,
      query: {
        state: v.picklist(BATCH_STATES),
        missing: v.picklist(TIERS),
        organization: v.pipe(v.string(), v.regex(ORGANIZATION_CODE)),
        before: wholeOf(12, { description: 'only those that came before this instant' }),
        after: AFTER,
      },
      answers: { 200: { description: '至多 200 个 / at most 200', content: json(ReviewList) } },
      problems: ['body_malformed'],
    }),
    async (c) => {
      const { after, ...asked } = c.req.valid('query');
      const { lines, next } = await pageReviews(
        c.var.service,
        c.var.caller,
        { ...asked, after: readPlace(after) },
        PAGE,
      );
      return answer(c, { reviews: lines, next });
    },
  )
  .post(
    '/v1/batches/:id/approvals',
    openedBatch,
    operation({
      tag: '鉴定指导中心',
      summary: '审核一批结果 / approve a batch',
      description: `\`approval\` is an \`approval+jwt\`: #/components/schemas/${statementSchema('approval+jwt')}.`,
      roles: CENTRES,
      body: upTo(LIMITS.statement, json(ApprovalBody, { approval: TOKEN })),
      answers: {
        201: {
          description: '已保存 / stored',
          content: json(BatchMoved, { id: 'b5f0c9a1e2d3b4c5d6e7f809', state: 'approved' }),
        },
      },
      problems: [
        ...OF_BATCHES,
        ...OF_STATEMENTS,
        ...OF_APPROVALS,
        'issuer_not_caller',
        'batch_closed',
        'filed_by_other_centre',
        'batch_not_uploaded',
        'notice_required',
        'already_certified',
        'filing_withdrawn',
        'approval_withdrawn',
      ],
    }),
    async (c) => {
      const { approval } = c.req.valid('json');
      const { id, state } = await acceptApproval(c.var.service, c.var.caller, c.var.batch, approval);
      return answer(c, { id, state }, 201);
    },
  )
  .post(
    '/v1/batches/:id/return',
    reachedBatch,
    operation({
      tag: '鉴定指导中心',
      summary: '退回一批结果 / return a batch with a reason',
      roles: CENTRES,
      description:
        '与 POST /v1/steps 相同：由中心签名的 batch.return 一步，about 为 batch:{id}，seq 为 1；没有不签名的退回 / the same as POST /v1/steps: the step `batch.return` of the case `batch:{id}`, `seq` 1, signed by the centre. There is no unsigned way.',
      body: upTo(LIMITS.statement, json(StepBody, { statement: TOKEN, body: { reason: '请补考务记录' } })),
      answers: {
        201: {
          description: '已退回 / returned',
          content: json(BatchMoved, { id: 'b5f0c9a1e2d3b4c5d6e7f809', state: 'returned' }),
        },
        200: { description: '此前已由同一步退回 / returned before, by the same step', content: json(BatchMoved) },
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
    }),
    async (c) => {
      // An address for the step of the batch's own case, not another way to return it.
      const { statement, body } = c.req.valid('json');
      const id = c.req.param('id');
      const { fresh } = await takeStep(c.var.service, c.var.caller, statement, body, `batch:${id}`);
      return answer(c, { id, state: 'returned' }, fresh ? 201 : 200);
    },
  )
  .get(
    '/v1/certificates/:number/trail',
    operation({
      tag: '评价流程',
      summary:
        '证书的问题回溯：从证书到考核计划的每一个签名 / the audit trail: every signature from the certificate back to the plan',
      roles: ALL,
      description:
        '默认不含涉及他人的内容（名册、成绩、异议）；`people=all` 时包含 / what tells of other people (rosters, results, objections) is left out unless `people=all`; what is left out is `not_checked`.',
      query: { people: v.picklist(['none', 'all']) },
      answers: {
        200: {
          description: '全部签名文本与核对结果 / the signed texts and what became of checking them',
          content: json(Trail),
        },
      },
      problems: [...OF_NUMBERS, 'certificate_not_found', 'out_of_reach', 'body_malformed'],
    }),
    async (c) => {
      const { service, caller } = c.var;
      const { text, organization } = parseNumber(c.req.param('number'));
      const people = c.req.valid('query').people === 'all';
      await requireReach(service, caller, organization);
      const trail = await trailOf(service, text, people);
      if (!trail) throw new Refusal('certificate_not_found', 'This register holds no certificate with this number.');
      const report = await checkTrail(trail, await directoryOf(service), service.now());
      return answer(c, { trail, report });
    },
  );
