/** Owns the operations of draws and inspections (双随机、一公开) in openapi.json, with their schemas. */

import { FILE_TYPES } from '../core/procedure/body-shapes.ts';
import { DRAW_RULE } from '../core/procedure/draw-seed.ts';
import { statesOf } from '../core/procedure/steps.ts';
import type { Operation } from './openapi-paths.ts';
import { ref, type Schema } from './openapi-schemas.ts';

const TEXT: Schema = { type: 'string' };
const WHOLE: Schema = { type: 'integer', minimum: 0 };
const _STATE: Schema = { ...TEXT, enum: statesOf('draw') };
const _closed = { additionalProperties: false };
const json = (name: string) => ({ 'application/json': { schema: ref(name) } });
const ROLES = ['organization', 'city', 'province'] as const;
const OF_DRAWS = ['draw_not_found', 'register_differs'];

export const DRAW_OPERATIONS: Record<string, Operation> = {
  'GET /v1/sessions': {
    tag: '评价流程',
    roles: ['city', 'province'],
    summary:
      '可供抽取的场次：本中心备案机构已报送计划中尚未开考的 / sessions to come within reach, as a draw takes them',
    answers: { 200: { description: '最近的在前 / the soonest first', content: json('SessionList') } },
  },
  'GET /v1/draws': {
    tag: '公开数据',
    summary: '双随机抽取记录，最近变动的在前 / draws of sessions and inspectors, the last changed first',
    query: { before: { ...WHOLE, description: 'only those changed before this instant' } },
    answers: { 200: { description: '至多 100 项 / at most 100', content: json('DrawList') } },
    problems: ['body_malformed'],
  },
  'GET /v1/draws/{draw}': {
    tag: '公开数据',
    summary: '一次抽取的全部公开数据，可据以重新计算 / one draw, with everything that is needed to compute it again',
    description: `rank(label, id) = SHA-256(seed ‖ UTF-8(public value) ‖ 00 ‖ UTF-8(label) ‖ 00 ‖ UTF-8(id)), compared as bytes. Sessions: label \`${DRAW_RULE} session\`, id \`plan/session\`, the \`pick\` lowest. Inspectors, session by session, \`per_session\` times, those who avoid the organization left out: fewest sessions that day, then fewest in all, then lowest rank of \`inspector/sessions so far\` under \`${DRAW_RULE} inspector\`.`,
    answers: { 200: { description: '抽取 / the draw', content: json('Draw') } },
    problems: OF_DRAWS,
  },
  'GET /v1/draws/{draw}/findings': {
    tag: '评价流程',
    roles: ROLES,
    summary: '检查结果和整改的详情，仅本机构及其中心 / findings in detail, for the inspected and their centres',
    answers: { 200: { description: '可见的部分 / what is within reach', content: json('DrawFindings') } },
    problems: OF_DRAWS,
  },
  'GET /v1/draws/{draw}/files/{sha256}': {
    tag: '评价流程',
    roles: ROLES,
    summary: '检查附件，仅本机构及其中心 / a file of a finding within reach',
    answers: {
      200: {
        description: '附件 / the file',
        content: Object.fromEntries(
          FILE_TYPES.map((type) => [
            type,
            { schema: { type: 'string', contentMediaType: 'application/octet-stream' } },
          ]),
        ),
      },
    },
    problems: [...OF_DRAWS, 'file_not_found', 'file_differs', 'base64url_malformed'],
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

export const DRAW_PARAMETERS = {
  draw: {
    description: '抽取编号，可带 draw: / the draw, with or without `draw:`',
    schema: TEXT,
    example: 'dAbCdEf0123456789',
  },
};
