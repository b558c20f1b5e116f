/** Routes of the procedure: steps, cases, attached files, and what a key is known as. */
import type { Context } from 'hono';
import * as v from 'valibot';
import { readPlace } from '../base/bounded.ts';
import { fromBase64url } from '../base/bytes.ts';
import { shanghaiDay } from '../base/day.ts';
import { Refusal } from '../base/refusal.ts';
import { FILE_TYPES } from '../core/procedure/body-shapes.ts';
import { KINDS, PROCEDURES, readAbout, type StepRule, statesOf } from '../core/procedure/steps.ts';
import { ORGANIZATION_CODE } from '../core/province.ts';
import { Case, CaseList, KeptFile, Me, StepBody, StepTaken } from '../core/shapes/procedure-shapes.ts';
import { LIMITS } from '../http/body.ts';
import { type AppEnv, factory } from '../http/context.ts';
import { answer, BINARY, json, operation, sentBody, upTo } from '../http/operation.ts';
import { announce, senderOf, siteOf, spend } from '../http/rate-limit.ts';
import { admitFile, admitStep, keepFile, readFile, type Sender, SITE_TIMES } from '../service/procedure/case-files.ts';
import { pageCases, viewCase } from '../service/procedure/stored-cases.ts';
import { takeStep } from '../service/procedure/take-step.ts';
import { reachCase } from '../service/reach.ts';
import { selectSteps } from '../storage/case-store.ts';
import { selectNaming } from '../storage/statement-store.ts';
import { TOKEN } from './openapi-examples.ts';
import { AFTER, EVERYBODY, wholeOf } from './operation-parts.ts';

/** Cases in one answer. */
const PAGE = 100;

/** A key that nobody has named is anybody's: such calls are counted like searches. */
const limitApplicants = factory.createMiddleware(async (c, next) => {
  if (c.var.caller.role === 'applicant') {
    announce(c, 'search');
    await spend(c, 'search');
  }
  await next();
});

/** Who sent a call of a key that nobody has named: its network and its site on this day. */
async function strangerOf(c: Context<AppEnv>): Promise<Sender[]> {
  const matter = `stranger|${shanghaiDay(c.var.service.now())}`;
  const [line, site] = [await senderOf(c, matter), await siteOf(c, matter)];
  return [
    ...(line === undefined ? [] : [{ id: line, times: 1 }]),
    ...(site === undefined ? [] : [{ id: site, times: SITE_TIMES }]),
  ];
}

const ABOUT = 'plan:p0123456789abcdef';
/** Files of the procedure, by type. */
const FILES = Object.fromEntries(FILE_TYPES.map((type) => [type, { schema: BINARY }]));

const words = KINDS.map(
  (kind) =>
    `- \`${kind}\` (${statesOf(kind).join(', ')}): ${(Object.entries(PROCEDURES[kind]) as [string, StepRule][]).map(([name, { from, by }]) => `\`${name}\` ${from.map((state) => state ?? '—').join('|')} [${by.join(', ')}]`).join('; ')}`,
).join('\n');

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
export const procedureRoutes = factory
  .createApp()
  .post(
    '/v1/steps',
    operation({
      before: limitApplicants,
      tag: '评价流程',
      summary: '提交流程中的一步 / take a step of the procedure',
      roles: EVERYBODY,
      description: `\`statement\` is a \`step+jwt\` by the caller's key. 同一步重复提交不会重复生效 / the same step again changes nothing. Kinds of cases, their states, and who may take which step from which state (— is before the first):\n\n${words}`,
      body: upTo(LIMITS.step, json(StepBody, { statement: TOKEN, body: { reason: '考场安排与考生人数不符，请核对' } })),
      answers: {
        201: {
          description: '已记录 / stored',
          content: json(StepTaken, { about: ABOUT, step: 'plan.return', seq: 2, state: 'returned' }),
        },
        200: { description: '此前已记录 / stored before', content: json(StepTaken) },
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
    }),
    async (c) => {
      const { statement, body } = c.req.valid('json');
      if (c.var.caller.role === 'applicant') await admitStep(c.var.service, await strangerOf(c));
      const { fresh, ...taken } = await takeStep(c.var.service, c.var.caller, statement, body);
      return answer(c, taken, fresh ? 201 : 200);
    },
  )
  .get(
    '/v1/cases',
    operation({
      tag: '评价流程',
      summary: '本人可见的业务，最近变动的在前 / cases within reach, the last changed first',
      roles: EVERYBODY,
      query: {
        kind: v.picklist(KINDS),
        state: v.pipe(v.string(), v.regex(/^[a-z]{1,20}$/)),
        organization: v.pipe(v.string(), v.regex(ORGANIZATION_CODE)),
        parent: v.pipe(v.string(), v.regex(/^[a-z]{1,12}:[A-Za-z0-9_-]{8,64}$/)),
        before: wholeOf(12, { description: 'only those changed before this instant' }),
        after: AFTER,
      },
      answers: { 200: { description: '至多 100 项 / at most 100', content: json(CaseList) } },
      problems: ['body_malformed'],
    }),
    async (c) => {
      const { after, ...asked } = c.req.valid('query');
      const { lines, next } = await pageCases(c.var.service, c.var.caller, { ...asked, after: readPlace(after) }, PAGE);
      return answer(c, { cases: lines, next });
    },
  )
  .get(
    '/v1/cases/:about',
    operation({
      tag: '评价流程',
      summary: '一项业务的全部步骤 / one case whole, with every signed step',
      roles: EVERYBODY,
      answers: { 200: { description: '业务 / the case', content: json(Case) } },
      problems: OF_CASES,
    }),
    async (c) => answer(c, await viewCase(c.var.service, c.var.caller, c.req.param('about'))),
  )
  .post(
    '/v1/files',
    operation({
      before: limitApplicants,
      tag: '评价流程',
      summary: '上传附件，随后在步骤中引用 / submit a file that a step then names',
      roles: EVERYBODY,
      description: `PDF、JPEG、PNG，至多 10 MB，加密保存；一天内没有步骤引用则删除 / encrypted; deleted when no step names it within a day.`,
      body: upTo(LIMITS.file, { 'application/octet-stream': { schema: BINARY }, ...FILES }),
      answers: { 201: { description: '摘要与类型 / how a step names it', content: json(KeptFile) } },
      problems: [
        'file_type_unsupported',
        'files_too_many',
        'applications_full',
        'applications_too_often',
        'too_many_requests',
      ],
    }),
    async (c) => {
      const { bytes } = sentBody(c);
      const { service, caller } = c.var;
      const senders = caller.role === 'applicant' ? await strangerOf(c) : undefined;
      return answer(
        c,
        await keepFile(service, caller.subject, bytes, senders && ((size) => admitFile(service, senders, size))),
        201,
      );
    },
  )
  .get(
    '/v1/cases/:about/files/:sha256',
    operation({
      tag: '评价流程',
      summary: '业务中的附件 / a file that a case names',
      roles: EVERYBODY,
      answers: {
        200: {
          description: '附件 / the file',
          content: FILES,
        },
      },
      problems: [...OF_CASES, 'file_not_found', 'file_differs', 'base64url_malformed'],
    }),
    async (c) => {
      const { service, caller } = c.var;
      const { about, sha256 } = c.req.param();
      readAbout(about);
      await reachCase(service, caller, about);
      if (fromBase64url(sha256).length !== 32)
        throw new Refusal('file_not_found', 'There is no such file.', { part: 'files' });
      // Whoever signed one of the case's steps may have handed the file in.
      for (const owner of new Set((await selectSteps(service.db, about)).map(({ iss }) => iss))) {
        const found = await readFile(service, owner, sha256).catch((error: unknown) => {
          if (error instanceof Refusal && error.code === 'file_not_found') return undefined;
          throw error;
        });
        if (found)
          return c.body(found.bytes, 200, {
            'Content-Type': found.type,
            'Content-Disposition': 'attachment',
            'Cache-Control': 'private, no-store',
          });
      }
      throw new Refusal('file_not_found', 'There is no such file.', { part: 'files' });
    },
  )
  .get(
    '/v1/me',
    operation({
      tag: '评价流程',
      summary: '本密钥的身份，以及中心为它签署的声明 / what this key is known as',
      roles: EVERYBODY,
      answers: { 200: { description: '身份 / who', content: json(Me) } },
    }),
    async (c) => {
      const { service, caller } = c.var;
      const { role, subject, jkt } = caller;
      // What others say of this key: after enrolment a browser finds its access token here.
      const statements = await selectNaming(service.db, jkt);
      return answer(c, { role, subject, jkt, statements });
    },
  );
