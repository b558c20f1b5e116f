/**
 * `GET /openapi.json`: one OpenAPI 3.1 document made of the declared operations, the schemas and the problems. What
 * can go wrong with credentials and bodies is added here, once for all operations.
 */
import * as v from 'valibot';
import { HERE } from '../core/province.ts';
import { cached } from '../http/answers.ts';
import { factory } from '../http/context.ts';
import { json, type Media, type Operation, type Operations, ok, operation, TAGS } from '../http/operation.ts';
import { PROBLEM_TYPE, PROBLEMS } from '../http/problems.ts';
import { CODE, NUMBER, PROBLEM } from './openapi-examples.ts';
import { namedSchemas, refTo, schemaOf } from './operation-parts.ts';

/**
 * Made once for each address of the service: it takes longer than any other answer.
 * @param operations what the app has, once all is mounted
 */
export function describeRoutes(operations: () => Operations) {
  const made = new Map<string, string>();
  return factory.createApp().get(
    '/openapi.json',
    operation({
      tag: '服务',
      open: true,
      summary: '本文档 / this document',
      answers: ok('OpenAPI 3.1', json(v.looseObject({}))),
    }),
    (c) => {
      const { origin } = c.var.service.config;
      const text = made.get(origin) ?? JSON.stringify(describeApi(origin, operations()));
      made.set(origin, text);
      return c.body(text, 200, { ...cached, 'Content-Type': 'application/json' });
    },
  );
}

/** Path parameters by name. */
export const PARAMETERS: Readonly<Record<string, { description: string; example: string }>> = {
  number: { description: '证书编号，可含空格、连字符、全角 / certificate number as typed', example: NUMBER },
  code: { description: '机构编码 / organization code', example: CODE },
  n: { description: '颁发密钥的序号 / number of the issuing key', example: '1' },
  key: { description: '批量密钥编号 / id of a bulk key', example: 'k0123456789abcdef' },
  id: { description: '批次号 / batch id', example: 'b5f0c9a1e2d3b4c5d6e7f809' },
  position: { description: '行的 position，从 0 开始 / `position` of the row, from 0', example: '0' },
  list: {
    description: '`revocation-<n>`, `suspension-<n>`, or `inactive-<n>`: what is in either',
    example: 'revocation-1',
  },
  about: { description: '业务编号 / the case', example: 'plan:p0123456789abcdef' },
  path: { description: '视图地址 / address of a view', example: 'plans' },
  template: { description: '表名和格式 / which table, in which form', example: 'roster.xlsx' },
  sha256: { description: '附件摘要 / digest of a file', example: 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg' },
  draw: { description: '抽取编号，可带 draw: / the draw, with or without `draw:`', example: 'dAbCdEf0123456789' },
  notice: { description: '公示编号 / the notice', example: 'r0123456789abcdef' },
  file: { description: 'name of a file of the pages', example: 'home.js' },
};

const OF_CREDENTIALS = [
  'authorization_missing',
  'authorization_malformed',
  'proof_wrong',
  'proof_replayed',
  'client_unknown',
  'client_withdrawn',
  'client_reported',
  'centre_withdrawn',
  'root_key_used',
  'role_wrong',
];
const OF_BODIES = [
  'body_too_large',
  'media_type_not_supported',
  'encoding_not_supported',
  'body_unreadable',
  'utf8_malformed',
];
/** What pages of other sites can send: http/cross-site.ts. */
const isForm = ({ body = {}, tag }: Operation, route: string): boolean =>
  tag === '网页' || route.startsWith('POST /v1/notices/') || Object.keys(body).includes('multipart/form-data');
const OF_JSON = ['json_malformed', 'json_too_deep', 'json_too_large', 'body_malformed'];

/**
 * Of the rate limits: the second factor is counted, and a form may ask for a person, where personal data is asked for.
 */
const limitsOf = ({ rateLimit, tag }: Operation): string[] => [
  ...(rateLimit ? ['too_many_requests'] : []),
  ...(rateLimit === 'search' ? ['second_factor_locked', ...(tag === '网页' ? ['human_check_failed'] : [])] : []),
];

/** Codes that an operation answers, by status. Pages answer theirs as pages to whoever asks for HTML. */
function problemsOf(route: string, operation: Operation): Map<number, string[]> {
  const jsonBody = operation.body && Object.keys(operation.body).some((type) => /[/+]json$/.test(type));
  const codes = [
    ...(operation.roles ? OF_CREDENTIALS : []),
    ...(operation.body ? OF_BODIES : []),
    ...(jsonBody ? OF_JSON : []),
    ...(operation.body && isForm(operation, route) ? ['cross_site'] : []),
    ...limitsOf(operation),
    ...(operation.problems ?? []),
  ];
  const byStatus = new Map<number, string[]>();
  for (const code of new Set(codes)) {
    const status = PROBLEMS[code]?.[0] ?? 500;
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return byStatus;
}

const mediaOf = (media: Media): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(media).map(([type, { schema, example }]) => [
      type,
      { schema: schemaOf(schema), ...(example === undefined ? {} : { example }) },
    ]),
  );

function answersOf(route: string, operation: Operation): Record<string, unknown> {
  const answers: Record<string, unknown> = {};
  for (const [status, { description, content, headers }] of Object.entries(operation.answers)) {
    answers[status] = {
      description,
      ...(content ? { content: mediaOf(content) } : {}),
      ...(headers
        ? {
            headers: Object.fromEntries(
              Object.entries(headers).map(([name, schema]) => [name, { schema: schemaOf(schema) }]),
            ),
          }
        : {}),
    };
  }
  const example = operation.problemExample as { status: number } | undefined;
  for (const [status, codes] of problemsOf(route, operation)) {
    const lines = codes.map((code) => `- \`${code}\` ${PROBLEMS[code]?.[1] ?? ''}`).join('\n');
    answers[status] = {
      description: lines,
      ...(status === 401 ? { headers: { 'WWW-Authenticate': { schema: { type: 'string' } } } } : {}),
      ...(status === 429
        ? {
            headers: {
              'Retry-After': { schema: { type: 'integer', minimum: 1 } },
              'RateLimit-Policy': { schema: { type: 'string' } },
            },
          }
        : {}),
      content: {
        [PROBLEM_TYPE]: {
          schema: { allOf: [refTo('Problem'), { properties: { code: { enum: codes } } }] },
          ...(example?.status === status ? { example } : {}),
        },
        ...(operation.tag === '网页' ? { 'text/html': { schema: { type: 'string' } } } : {}),
      },
    };
  }
  if (!Object.keys(answers).some((status) => status.startsWith('4')))
    answers['4XX'] = { $ref: '#/components/responses/Problem' };
  answers.default = { $ref: '#/components/responses/Problem' };
  return answers;
}

function describe(route: string, operation: Operation): Record<string, unknown> {
  const { tag, summary, description, roles, query = {}, headers = {}, body } = operation;
  const names = [...route.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string);
  const parameters = [
    ...names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' }, ...PARAMETERS[name] })),
    ...Object.entries(query).map(([name, schema]) => ({ name, in: 'query', schema: schemaOf(schema) })),
    ...Object.entries(headers).map(([name, schema]) => ({ name, in: 'header', schema: schemaOf(schema) })),
  ];
  const who = roles ? `谁可调用 / who: ${roles.join(', ')}.` : undefined;
  return {
    operationId: route
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '_')
      .replace(/_$/, ''),
    tags: [tag],
    summary,
    description: [description ?? summary, who].filter(Boolean).join('\n\n'),
    security: roles ? [{ accessToken: [], proof: [] }] : [],
    ...(roles ? { 'x-roles': roles } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: { required: true, content: mediaOf(body) } } : {}),
    responses: answersOf(route, operation),
  };
}

function pathsOf(operations: Operations): Record<string, Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [key, operation] of Object.entries(operations)) {
    const [method, path] = key.split(' ') as [string, string];
    (paths[path] ??= {})[method.toLowerCase()] = describe(key, operation);
  }
  return paths;
}

const CALLING = `${HERE.name}职业技能等级证书的颁发与核验服务。查询核验免费、无须注册；其他调用须以密钥证明身份，服务器上没有密码。
错误为 RFC 9457 problem，\`code\` 稳定不变；GET 均可用 HEAD；地址没有的方法答 405 并附 Allow。
其他网站的网页可读取公开数据、按编号查询和 POST /v1/verify（CORS）；请求内容不得压缩。
报告含所查内容，不可缓存；密钥、声明、状态列表可缓存 60 秒。

Issues and verifies vocational skill level certificates of ${HERE.english}. Looking up and verifying is free, for anyone.
Every other call carries a statement about a key as access token and a proof by that key for this very request (DPoP, RFC 9449): no passwords, no sessions.
Errors are RFC 9457 problems: compare \`code\`. HEAD works wherever GET does; a method that an address does not have answers 405 with Allow.
Pages of other websites may read public data, the look-up by number and POST /v1/verify (CORS). Bodies are not compressed.`;

/** The document for a service at `origin`. */
export function describeApi(origin: string, operations: Operations) {
  return {
    openapi: '3.1.0',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: {
      title: '鲁证 luzheng',
      version: '1',
      summary: '职业技能等级证书颁发与核验 / vocational skill level certificates',
      description: CALLING,
      contact: { name: '鲁证 luzheng', url: `${origin}/docs` },
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: origin }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths: pathsOf(operations),
    components: {
      securitySchemes: {
        accessToken: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: '`DPoP <token>`: the `client+jwt` of an organization or the `centre+jwt` of a centre.',
        },
        proof: {
          type: 'apiKey',
          in: 'header',
          name: 'DPoP',
          description:
            'RFC 9449: a `dpop+jwt` by the key that the access token names in `cnf.jwk`, header `typ alg jwk`, claims `jti htm htu iat ath`; `htu` begins with the address of `servers`. Each is used once, within 300 s.',
        },
      },
      responses: {
        Problem: {
          description: '其他错误 / any other problem',
          content: { [PROBLEM_TYPE]: { schema: refTo('Problem'), example: PROBLEM } },
        },
      },
      schemas: namedSchemas(),
    },
  };
}
