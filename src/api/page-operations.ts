/**
 * What stands in openapi.json and /docs of addresses that answer pages, and files of pages. Their handlers stand in
 * web, desk and http and read forms themselves.
 */
import * as v from 'valibot';
import { NOTICE_STATES } from '../core/procedure/notice.ts';
import { type Operations, ok, PDF, TEXT } from '../http/operation.ts';
import { HOLDER, NUMBER } from './openapi-examples.ts';
import { OF_NUMBERS } from './operation-parts.ts';

const page = (description: string) => ok(description, { 'text/html': { schema: TEXT } });
const form = (example: Record<string, string>) => ({
  'application/x-www-form-urlencoded': {
    schema: v.looseObject(Object.fromEntries(Object.keys(example).map((name) => [name, v.optional(TEXT)]))),
    example,
  },
});
const ANY_OBJECT = v.looseObject({});
const WORDS = v.pipe(v.string(), v.maxLength(100));
const PAGE = v.pipe(v.number(), v.integer(), v.minValue(1), v.metadata({ default: 1 }));
const OF_NOTICES = ['notice_not_found', 'register_differs', 'ciphertext_wrong'] as const;
const OF_RAISING = [
  ...OF_NOTICES,
  'notice_over',
  'objections_full',
  'objections_too_often',
  'objection_row_unknown',
  'step_body_malformed',
] as const;
const OF_DRAWS = ['draw_not_found', 'register_differs'] as const;
const CODE_EXAMPLE = '7K2QM-0R4TZ-9HXCE-5VB3N';

export const PAGES: Operations = {
  'GET /': { tag: '网页', summary: '查询页 / search page', answers: page('查询页 / search page') },
  'POST /search': {
    tag: '网页',
    rateLimit: 'search',
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
    rateLimit: 'lookup',
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
    rateLimit: 'search',
    summary: '网页表单下载证书 / download by the form',
    body: form({ ...HOLDER, want: 'pdf', purpose: '应聘', expires_on: '2027-02-24' }),
    answers: ok('证书 / the certificate', { 'application/pdf': { schema: PDF }, 'text/html': { schema: TEXT } }),
    problems: ['no_match', 'name_damaged', 'name_lookalike', 'not_acceptable', ...OF_NUMBERS],
  },
  'GET /bulk': {
    tag: '网页',
    summary: '批量核验名单的网页 / page that checks a list',
    answers: page('批量核验 / a page'),
  },
  'POST /bulk': {
    tag: '网页',
    rateLimit: 'lookup',
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
    query: { q: WORDS, page: PAGE },
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
      'image/png': { schema: PDF },
    }),
    problems: ['not_found'],
  },
  'GET /sw.js': {
    tag: '网页',
    summary: '断网时仍可核验的页面由它保存 / keeps the pages that check without a network',
    answers: ok('service worker', { 'text/javascript': { schema: TEXT } }),
  },
  'GET /manifest.webmanifest': {
    tag: '网页',
    summary: '安装到手机桌面所需的说明 / web app manifest',
    answers: ok('manifest', { 'application/manifest+json': { schema: ANY_OBJECT } }),
  },
  'GET /notices': {
    tag: '网页',
    summary: '结果公示 / notices of results',
    query: { organization: WORDS, occupation: WORDS, state: v.picklist(NOTICE_STATES), page: PAGE },
    answers: page('公示列表 / the list'),
  },
  'GET /notices/{notice}': {
    tag: '网页',
    summary: '一项公示 / one notice',
    query: { page: PAGE },
    answers: page('公示 / the notice'),
    problems: OF_NOTICES,
  },
  'GET /notices/objections': {
    tag: '网页',
    summary: '凭查询码查看异议的网页 / page that follows an objection by its code',
    answers: page('网页 / a page'),
  },
  'POST /notices/objections': {
    tag: '网页',
    rateLimit: 'search',
    summary: '凭查询码查看异议 / follow an objection by the form',
    body: form({ code: CODE_EXAMPLE }),
    answers: page('处理结果 / what became of it'),
    problems: ['objection_not_found', 'register_differs', 'ciphertext_wrong'],
  },
  'POST /notices/{notice}/objections': {
    tag: '网页',
    rateLimit: 'search',
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
    answers: page('查询码 / the code'),
    problems: ['notice_not_found'],
  },
  'GET /statistics': {
    tag: '网页',
    summary: '统计数据 / statistics',
    query: { year: v.pipe(v.string(), v.regex(/^\d{4}$/)) },
    answers: page('统计图表 / charts'),
  },
  'GET /supervision': {
    tag: '网页',
    summary: '督导检查：双随机、一公开 / draws and inspections, for everybody',
    answers: { 200: { description: '网页 / a page', content: { 'text/html': { schema: TEXT } } } },
  },
  'GET /supervision/{draw}': {
    tag: '网页',
    summary: '一次抽取及其检查情况 / one draw and what was found',
    answers: { 200: { description: '网页 / a page', content: { 'text/html': { schema: TEXT } } } },
    problems: OF_DRAWS,
  },
};
