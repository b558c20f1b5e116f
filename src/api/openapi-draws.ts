/** Owns the operations of draws and inspections (双随机、一公开) in openapi.json, with their schemas. */

import { FILE_TYPES } from '../core/procedure/body-shapes.ts';
import { DRAW_RULE, FINDINGS } from '../core/procedure/draw.ts';
import { LOTTERY_NAMES } from '../core/procedure/draw-source.ts';
import { statesOf } from '../core/procedure/steps.ts';
import type { Operation } from './openapi-paths.ts';
import { CODE, DIGEST, JWS, listOf, object, ref, type Schema } from './openapi-schemas.ts';

const TEXT: Schema = { type: 'string' };
const WHOLE: Schema = { type: 'integer', minimum: 0 };
const STATE: Schema = { ...TEXT, enum: statesOf('draw') };
const closed = { additionalProperties: false };
const json = (name: string) => ({ 'application/json': { schema: ref(name) } });
const signed = (body: Schema): Schema =>
  object(
    {
      at: WHOLE,
      by: TEXT,
      token: { ...JWS, description: 'the step+jwt: `body` in it is the digest of `body` here' },
      body,
    },
    closed,
  );

const session = {
  plan: TEXT,
  session: TEXT,
  organization: CODE,
  name: TEXT,
  date: { ...TEXT, format: 'date' },
  label: TEXT,
};
const inspector = { id: TEXT, name: TEXT, unit: TEXT };
const said = {
  plan: TEXT,
  session: TEXT,
  summary: TEXT,
  'details?': { ...TEXT, description: 'never in public answers' },
  'files?': listOf(object({ name: TEXT, type: { ...TEXT, enum: FILE_TYPES }, size: WHOLE, sha256: DIGEST }, closed)),
  at: WHOLE,
  by: TEXT,
};
const findings = {
  findings: listOf(object({ ...said, finding: { ...TEXT, enum: FINDINGS }, inspectors: listOf(TEXT) }, closed)),
  follow_ups: listOf(object(said, closed)),
};
const source = object(
  {
    lottery: { ...TEXT, enum: LOTTERY_NAMES, description: '`ssq` 双色球, `dlt` 大乐透' },
    issue: { ...TEXT, description: '期号，以它为准 / the issue, which decides' },
    date: { ...TEXT, format: 'date', description: '开奖日 / the day on which it is drawn' },
  },
  {
    ...closed,
    description:
      '加入种子的公开值：锁定名单之后开奖的号码 / the public value that joins the seed: numbers drawn after the lists were fixed',
  },
);
const value = {
  ...TEXT,
  pattern: '^\\d\\d( \\d\\d){6}$',
  description:
    '开奖号码：主号升序、再特别号升序，两位数，一个空格 / the numbers: main ones ascending, then special ones ascending, two digits each, one space',
};
const commit = object(
  {
    title: TEXT,
    sessions: listOf(object(session, closed)),
    inspectors: listOf(object({ ...inspector, 'avoids?': listOf(CODE) }, closed)),
    pick: WHOLE,
    per_session: WHOLE,
    commitment: DIGEST,
    public_source: source,
  },
  closed,
);

export const DRAW_SCHEMAS: Record<string, Schema> = {
  DrawLine: object(
    {
      id: TEXT,
      about: TEXT,
      state: STATE,
      centre: TEXT,
      title: TEXT,
      sessions: WHOLE,
      inspectors: WHOLE,
      pick: WHOLE,
      per_session: WHOLE,
      commitment: DIGEST,
      public_source: source,
      found: WHOLE,
      serious: WHOLE,
      first_day: { type: ['string', 'null'] },
      created_at: WHOLE,
      updated_at: WHOLE,
    },
    closed,
  ),
  DrawList: object({ draws: listOf(ref('DrawLine')) }, closed),
  Draw: object(
    {
      rule: { const: DRAW_RULE },
      about: TEXT,
      state: STATE,
      centre: TEXT,
      committed: signed(commit),
      'revealed?': signed(object({ seed: DIGEST, public_value: value }, closed)),
      'drawn?': listOf(object({ ...session, inspectors: listOf(object(inspector, closed)) }, closed), {
        description: 'in the order in which they were drawn',
      }),
      ...findings,
      'closed?': signed(object({ summary: TEXT }, closed)),
      'abandoned?': signed(object({ reason: TEXT }, closed)),
      roots: listOf({ type: 'object' }, { description: 'root keys, to be trusted by their thumbprint alone' }),
      statements: object(
        { centres: listOf(JWS), withdrawals: listOf(JWS) },
        { ...closed, description: 'under which its signers signed: enough to check it offline, `luzheng draw verify`' },
      ),
    },
    closed,
  ),
  SessionList: object({ sessions: listOf(object(session, closed)) }, closed),
  DrawFindings: object(
    { about: TEXT, state: STATE, seq: WHOLE, last: { ...DIGEST, description: '`prev` of the next step' }, ...findings },
    closed,
  ),
};

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
