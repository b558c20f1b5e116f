/**
 * Owns the operations of notices of results, objections and statistics in openapi.json. All are for anyone.
 */
import { LEVELS } from '../core/number.ts';
import { NOTICE_STATES } from '../core/procedure/notice.ts';
import type { Operation } from './openapi-paths.ts';
import { ref, type Schema } from './openapi-schemas.ts';

const TEXT: Schema = { type: 'string' };
const _DAY: Schema = { type: 'string', format: 'date' };
const _WHOLE: Schema = { type: 'integer', minimum: 0 };
const _CLOSED = { additionalProperties: false };
const _CODE: Schema = { ...TEXT, pattern: '^[0-9A-HJKMNP-TV-Z]{5}(-[0-9A-HJKMNP-TV-Z]{5}){3}$' };

const html = (description: string): Operation['answers'] => ({
  200: { description, content: { 'text/html': { schema: TEXT } } },
});
const json = (name: string, example?: unknown) => ({
  'application/json': { schema: ref(name), ...(example === undefined ? {} : { example }) },
});
const form = (example: Record<string, string>) => ({
  'application/x-www-form-urlencoded': {
    schema: { type: 'object', properties: Object.fromEntries(Object.keys(example).map((name) => [name, TEXT])) },
    example,
  },
});

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
const FILTER = {
  organization: { ...TEXT, maxLength: 100 },
  occupation: { ...TEXT, maxLength: 100 },
  state: { ...TEXT, enum: NOTICE_STATES },
  page: { type: 'integer', minimum: 1, default: 1 },
};
const OF_NOTICES = ['notice_not_found', 'register_differs', 'ciphertext_wrong'];
const OF_RAISING = [
  ...OF_NOTICES,
  'notice_over',
  'objections_full',
  'objections_too_often',
  'objection_row_unknown',
  'step_body_malformed',
];

const STATISTICS = {
  counted_at: '2026-11-24T01:00:00Z',
  licence: 'CC-BY-4.0',
  small_below: 5,
  years: ['2026'],
  statistics: [
    {
      year: '2026',
      certificates: {
        total: 204,
        by_occupation: [
          { key: '6-31-01-03', name: '电工', count: 181 },
          { key: '6-18-02-04', name: '焊工', count: 'withheld' },
          { key: '6-18-01-01', name: '车工', count: '<5' },
        ],
        by_level: LEVELS.map((level) => ({ key: String(level), name: String(level), count: level === 3 ? 204 : 0 })),
        by_centre: null,
        by_month: null,
      },
      pass_rates: { overall: { attended: 250, passed: 204, rate: 81.6 }, by_centre: [] },
      exam_to_issue: { median_days: 24 },
    },
  ],
};
const YEAR = {
  year: { ...TEXT, pattern: '^\\d{4}$', description: '不填则为全部年度 / every year where none is given' },
};

export const NOTICE_OPERATIONS: Record<string, Operation> = {
  'GET /notices': {
    tag: '网页',
    summary: '结果公示 / notices of results',
    query: FILTER,
    answers: html('公示列表 / the list'),
  },
  'GET /notices/{notice}': {
    tag: '网页',
    summary: '一项公示 / one notice',
    query: { page: FILTER.page },
    answers: html('公示 / the notice'),
    problems: OF_NOTICES,
  },
  'GET /notices/feed.xml': {
    tag: '公开数据',
    summary: '公示的 Atom 订阅源 / Atom feed of notices (RFC 4287)',
    answers: { 200: { description: 'Atom', content: { 'application/atom+xml': { schema: TEXT } } } },
  },
  'GET /notices/objections': {
    tag: '网页',
    summary: '凭查询码查看异议的网页 / page that follows an objection by its code',
    answers: html('网页 / a page'),
  },
  'POST /notices/objections': {
    tag: '网页',
    brake: 'search',
    summary: '凭查询码查看异议 / follow an objection by the form',
    body: form({ code: CODE_EXAMPLE }),
    answers: html('处理结果 / what became of it'),
    problems: ['objection_not_found', 'register_differs', 'ciphertext_wrong'],
  },
  'POST /notices/{notice}/objections': {
    tag: '网页',
    brake: 'search',
    summary: '网页表单提出异议 / object by the form',
    body: form({ row: '2', grounds: '该人员考试当日未到场', name: '', contact: '' }),
    answers: {
      303: {
        description: '查询码在所指网页显示一次 / the page that it leads to shows the code once',
        headers: { Location: TEXT, 'Set-Cookie': TEXT },
      },
    },
    problems: OF_RAISING,
  },
  'GET /notices/{notice}/objected': {
    tag: '网页',
    summary: '显示查询码的网页 / page that shows the code',
    answers: html('查询码 / the code'),
    problems: ['notice_not_found'],
  },

  'GET /v1/notices': {
    tag: '公开数据',
    summary: '结果公示，公示中的在前 / notices of results, those that run first',
    query: FILTER,
    answers: {
      200: {
        description: '公示列表 / the list',
        content: json('NoticeList', { notices: [LINE], total: 1, page: 1, pages: 1 }),
      },
    },
  },
  'GET /v1/notices/{notice}': {
    tag: '公开数据',
    summary: '一项公示；姓名只有第一个字 / one notice, with masked names',
    answers: { 200: { description: '公示 / the notice', content: json('Notice', NOTICE) } },
    problems: OF_NOTICES,
  },
  'POST /v1/notices/{notice}/objections': {
    tag: '公开数据',
    brake: 'search',
    summary: '提出异议，任何人可用 / object to results, for anyone',
    description:
      '联系方式只有评价机构及其备案中心能看到 / contact data is seen by the organization and its centres alone. 一项公示最多 200 件未处理的异议，同一网络每天 20 件 / a notice takes 200 undecided objections, and 20 a day from one network.',
    body: json('ObjectionBody', { row: 2, grounds: '该人员考试当日未到场', contact: '13800000000' }),
    answers: {
      201: {
        description: '已收到 / received',
        content: json('ObjectionRaised', { state: 'open', code: CODE_EXAMPLE }),
      },
    },
    problems: OF_RAISING,
  },
  'POST /v1/notices/objections': {
    tag: '公开数据',
    brake: 'search',
    summary: '凭查询码查看异议 / follow an objection by its code',
    body: json('ObjectionCode', { code: CODE_EXAMPLE }),
    answers: {
      200: {
        description: '处理结果 / what became of it',
        content: json('ObjectionFollowed', {
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
  },

  'GET /statistics': {
    tag: '网页',
    summary: '统计数据 / statistics',
    query: { year: { ...TEXT, pattern: '^\\d{4}$' } },
    answers: html('统计图表 / charts'),
  },
  'GET /v1/statistics': {
    tag: '公开数据',
    summary: '统计数据 / statistics as open data',
    query: YEAR,
    answers: { 200: { description: '按年 / by year', content: json('Statistics', STATISTICS) } },
  },
  'GET /v1/statistics.csv': {
    tag: '公开数据',
    summary: '统计数据 CSV / statistics as CSV',
    description: 'year, table, key, name, measure, value',
    query: YEAR,
    answers: { 200: { description: 'CSV', content: { 'text/csv': { schema: TEXT } } } },
  },
};

export const NOTICE_PARAMETERS = { notice: { description: '公示编号 / the notice', schema: TEXT, example: LINE.id } };
