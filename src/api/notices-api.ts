/** Notices of results (结果公示) and objections (异议), for programs. What an objection says is never answered back. */
import * as v from 'valibot';
import { NOTICE_STATES } from '../core/procedure/notice.ts';
import {
  Notice,
  NoticeList,
  ObjectionBody,
  ObjectionCode,
  ObjectionFollowed,
  ObjectionRaised,
} from '../core/shapes/public-shapes.ts';
import { LIMITS } from '../http/body.ts';
import { cached } from '../http/caching.ts';
import { factory } from '../http/context.ts';
import { answer, json, operation, upTo } from '../http/operation.ts';
import { senderOf } from '../http/rate-limit.ts';
import { listNotices, readNotice } from '../service/procedure/notices.ts';
import { followObjection, raiseObjection } from '../service/procedure/objection-steps.ts';

const noStore = { 'Cache-Control': 'no-store' };
/** Notices in one answer. */
const PER_PAGE = 20;

/** What a search understands: whatever else is written is left out, as on the page. */
const WORDS = v.pipe(
  v.string(),
  v.transform((text) => text.trim().slice(0, 100) || undefined),
  v.metadata({ maxLength: 100 }),
);
const STATE = v.pipe(
  v.string(),
  v.transform((text) => NOTICE_STATES.find((state) => state === text.trim())),
  v.metadata({ enum: NOTICE_STATES }),
);
const PAGE = v.pipe(
  v.string(),
  v.transform((text) => Math.min(1_000_000, Math.max(1, Math.floor(Number(text)) || 1))),
  v.metadata({ type: 'integer', minimum: 1, default: 1 }),
);

const OF_NOTICES = ['notice_not_found', 'register_differs', 'ciphertext_wrong'];
const OF_RAISING = [
  ...OF_NOTICES,
  'notice_over',
  'objections_full',
  'objections_too_often',
  'objection_row_unknown',
  'step_body_malformed',
];

const CODE_EXAMPLE = '7K2QM-0R4TZ-9HXCE-5VB3N';
const LINE = {
  id: 'r0123456789abcdef',
  state: 'running',
  organization: { code: 'S000037000001', name: '济南泉城职业培训学校' },
  title: '电工三级认定',
  occupations: ['电工'],
  counts: { candidates: 30, passed: 24, failed: 5, absent: 1 },
  from: '2026-11-16',
  until: '2026-11-23',
  corrected_on: null,
};
const NOTICE = {
  ...LINE,
  exam_days: ['2026-11-14'],
  objections: { raised: 1, open: 1, upheld: 0, rejected: 0 },
  rows: [
    {
      row: 2,
      name: '欧**',
      occupation: { code: '6-31-01-03', name: '电工' },
      job: '--',
      level: 3,
      level_name: '三级/高级工',
      exam_date: '2026-11-14',
    },
  ],
};
export const noticeRoutes = factory
  .createApp()
  .get(
    '/v1/notices',
    operation({
      tag: '公开数据',
      open: true,
      summary: '结果公示，公示中的在前 / notices of results, those that run first',
      query: { organization: WORDS, occupation: WORDS, state: STATE, page: PAGE },
      answers: {
        200: {
          description: '公示列表 / the list',
          content: json(NoticeList, { notices: [LINE], total: 1, page: 1, pages: 1 }),
        },
      },
    }),
    async (c) => {
      const { organization, occupation, state, page = 1 } = c.req.valid('query');
      return answer(
        c,
        await listNotices(c.var.service, { organization, occupation, state }, page, PER_PAGE),
        200,
        cached,
      );
    },
  )
  .post(
    '/v1/notices/objections',
    operation({
      tag: '公开数据',
      rateLimit: 'search',
      summary: '凭查询码查看异议 / follow an objection by its code',
      body: upTo(LIMITS.small, json(ObjectionCode, { code: CODE_EXAMPLE })),
      answers: {
        200: {
          description: '处理结果 / what became of it',
          content: json(ObjectionFollowed, {
            state: 'rejected',
            raised_on: '2026-11-17',
            notice: { id: LINE.id, title: LINE.title },
            history: [
              {
                decision: 'rejected',
                on: '2026-11-19',
                by: 'org:S000037000001',
                reason: '经核对签到表和监控录像，该人员全程参加考试。',
              },
            ],
          }),
        },
      },
      problems: ['objection_not_found', 'register_differs', 'ciphertext_wrong'],
    }),
    async (c) => answer(c, await followObjection(c.var.service, c.req.valid('json').code), 200, noStore),
  )
  .get(
    '/v1/notices/:notice',
    operation({
      tag: '公开数据',
      open: true,
      summary: '一项公示；姓名只有第一个字 / one notice, with masked names',
      answers: { 200: { description: '公示 / the notice', content: json(Notice, NOTICE) } },
      problems: OF_NOTICES,
    }),
    async (c) => answer(c, await readNotice(c.var.service, c.req.param('notice')), 200, cached),
  )
  .post(
    '/v1/notices/:notice/objections',
    operation({
      tag: '公开数据',
      rateLimit: 'search',
      summary: '提出异议，任何人可用 / object to results, for anyone',
      description:
        '联系方式只有评价机构及其备案中心能看到 / contact data is seen by the organization and its centres alone. 一项公示最多 200 件未处理的异议，同一网络每天 20 件 / a notice takes 200 undecided objections, and 20 a day from one network.',
      body: upTo(
        LIMITS.small,
        json(ObjectionBody, { row: 2, grounds: '该人员考试当日未到场', contact: '13800000000' }),
      ),
      answers: {
        201: {
          description: '已收到 / received',
          content: json(ObjectionRaised, { state: 'open', code: CODE_EXAMPLE }),
        },
      },
      problems: OF_RAISING,
    }),
    async (c) => {
      const { notice } = c.req.param();
      const sender = await senderOf(c, `objection|${notice}`);
      const code = await raiseObjection(c.var.service, notice, c.req.valid('json'), sender);
      return answer(c, { state: 'open', code }, 201, noStore);
    },
  );
