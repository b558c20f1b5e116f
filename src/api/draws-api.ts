/**
 * Draws and inspections (双随机、一公开) as data: everything to compute a draw again; details and files for those within
 * reach.
 */
import { fromBase64url } from '../base/bytes.ts';
import { Refusal } from '../base/refusal.ts';
import { FILE_TYPES } from '../core/procedure/body-shapes.ts';
import { DRAW_RULE } from '../core/procedure/draw-seed.ts';
import { Draw, DrawFindings, DrawList, SessionList } from '../core/shapes/public-shapes.ts';
import { cached } from '../http/caching.ts';
import { factory } from '../http/context.ts';
import { answer, BINARY, json, operation } from '../http/operation.ts';
import { readFile } from '../service/procedure/case-files.ts';
import { drawFile, listDraws, withinReach } from '../service/procedure/draw-reading.ts';
import { findDraw, openDraw, sessionsToCome } from '../service/procedure/draw-steps.ts';
import { wholeOf } from './operation-parts.ts';

const OF_DRAWS = ['draw_not_found', 'register_differs'] as const;
const FILES = Object.fromEntries(FILE_TYPES.map((type) => [type, { schema: BINARY }]));

export const drawRoutes = factory
  .createApp()
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
