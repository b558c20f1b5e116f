/**
 * What is published of the procedure, as data: notices of results (结果公示) with objections (异议), of which nothing is
 * answered back; draws and inspections (双随机、一公开) with everything to compute a draw again, details and files for
 * those within reach.
 */
import * as v from 'valibot';
import { fromBase64url } from '../base/bytes.ts';
import { Refusal } from '../base/refusal.ts';
import { FILE_TYPES } from '../core/procedure/body-shapes.ts';
import { DRAW_RULE } from '../core/procedure/draw-seed.ts';
import { NOTICE_STATES } from '../core/procedure/notice.ts';
import {
  Draw,
  DrawFindings,
  DrawList,
  Notice,
  NoticeList,
  ObjectionBody,
  ObjectionCode,
  ObjectionFollowed,
  ObjectionRaised,
  SessionList,
} from '../core/shapes/public-shapes.ts';
import { cached } from '../http/answers.ts';
import { LIMITS } from '../http/body.ts';
import { factory } from '../http/context.ts';
import { answer, BINARY, json, operation, upTo } from '../http/operation.ts';
import { senderOf } from '../http/rate-limit.ts';
import { readFile } from '../service/procedure/case-files.ts';
import { drawFile, listDraws, withinReach } from '../service/procedure/draw-reading.ts';
import { findDraw, openDraw, sessionsToCome } from '../service/procedure/draw-steps.ts';
import { listNotices, readNotice } from '../service/procedure/notices.ts';
import { followObjection, raiseObjection } from '../service/procedure/objection-steps.ts';
import { wholeOf } from './operation-parts.ts';

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
const OF_DRAWS = ['draw_not_found', 'register_differs'] as const;
const FILES = Object.fromEntries(FILE_TYPES.map((type) => [type, { schema: BINARY }]));

export const publishedRoutes = factory
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
  )
  .get(
    '/v1/draws',
    operation({
      tag: '公开数据',
      open: true,
      summary: '双随机抽取记录，最近变动的在前 / draws of sessions and inspectors, the last changed first',
      query: { before: wholeOf(12, { description: 'only those changed before this instant' }) },
      answers: { 200: { description: '至多 100 项 / at most 100', content: json(DrawList) } },
      problems: ['body_malformed'],
    }),
    async (c) => answer(c, { draws: await listDraws(c.var.service, c.req.valid('query').before) }, 200, cached),
  )
  .get(
    '/v1/sessions',
    operation({
      tag: '评价流程',
      roles: ['city', 'province'],
      summary:
        '可供抽取的场次：本中心备案机构已报送计划中尚未开考的 / sessions to come within reach, as a draw takes them',
      answers: { 200: { description: '最近的在前 / the soonest first', content: json(SessionList) } },
    }),
    async (c) => answer(c, { sessions: await sessionsToCome(c.var.service, c.var.caller) }),
  )
  .get(
    '/v1/draws/:draw',
    operation({
      tag: '公开数据',
      open: true,
      summary: '一次抽取的全部公开数据，可据以重新计算 / one draw, with everything that is needed to compute it again',
      description: `rank(label, id) = SHA-256(seed ‖ UTF-8(public value) ‖ 00 ‖ UTF-8(label) ‖ 00 ‖ UTF-8(id)), compared as bytes. Sessions: label \`${DRAW_RULE} session\`, id \`plan/session\`, the \`pick\` lowest. Inspectors, session by session, \`per_session\` times, those who avoid the organization left out: fewest sessions that day, then fewest in all, then lowest rank of \`inspector/sessions so far\` under \`${DRAW_RULE} inspector\`.`,
      answers: { 200: { description: '抽取 / the draw', content: json(Draw) } },
      problems: OF_DRAWS,
    }),
    async (c) => answer(c, await drawFile(c.var.service, c.req.param('draw')), 200, cached),
  )
  .get(
    '/v1/draws/:draw/findings',
    operation({
      tag: '评价流程',
      roles: ['organization', 'city', 'province'],
      summary: '检查结果和整改的详情，仅本机构及其中心 / findings in detail, for the inspected and their centres',
      answers: { 200: { description: '可见的部分 / what is within reach', content: json(DrawFindings) } },
      problems: OF_DRAWS,
    }),
    async (c) => {
      const { service, caller } = c.var;
      const row = await findDraw(service, c.req.param('draw'));
      const { about, state, seq, last } = row;
      return answer(c, {
        about,
        state,
        seq,
        last,
        ...(await withinReach(service, caller, row, await openDraw(service, row))),
      });
    },
  )
  .get(
    '/v1/draws/:draw/files/:sha256',
    operation({
      tag: '评价流程',
      roles: ['organization', 'city', 'province'],
      summary: '检查附件，仅本机构及其中心 / a file of a finding within reach',
      answers: {
        200: {
          description: '附件 / the file',
          content: FILES,
        },
      },
      problems: [...OF_DRAWS, 'file_not_found', 'file_differs', 'base64url_malformed'],
    }),
    async (c) => {
      const { service, caller } = c.var;
      const row = await findDraw(service, c.req.param('draw'));
      const { findings, follow_ups } = await withinReach(service, caller, row, await openDraw(service, row));
      const digest = c.req.param('sha256');
      fromBase64url(digest);
      const owner = [...findings, ...follow_ups].find(({ files = [] }) =>
        files.some(({ sha256 }) => sha256 === digest),
      )?.by;
      if (owner === undefined) throw new Refusal('file_not_found', 'There is no such file.', { part: 'files' });
      const { bytes, type } = await readFile(service, owner, digest);
      return c.body(bytes, 200, {
        'Content-Type': type,
        'Content-Disposition': 'attachment',
        'Cache-Control': 'private, no-store',
      });
    },
  );
