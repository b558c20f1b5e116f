/** Owns `GET /openapi.json`: the description of every route, with this service's own address. */

import { HERE } from '../core/province.ts';
import { factory } from '../http/context.ts';
import { PROBLEM_TYPE, PROBLEMS } from '../http/problems.ts';
import { namedSchemas, refTo as ref } from './json-schema.ts';
import { PROBLEM } from './openapi-examples.ts';
import { OPERATIONS, type Operation, PARAMETERS, TAGS } from './openapi-paths.ts';

export const describeRoutes = factory
  .createApp()
  .get('/openapi.json', (c) =>
    c.json(describeApi(c.var.service.config.origin), 200, { 'Cache-Control': 'public, max-age=60' }),
  );

// Owns openapi.json: puts the table of operations, the schemas and the problems together into one OpenAPI 3.1
// document. What can go wrong with credentials and bodies is added here, once for all operations.
// It holds no words of its own but those about calling at all.

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
/** What pages of other sites can send: http/origin.ts. */
const isForm = ({ body = {}, tag }: Operation, route: string): boolean =>
  tag === '网页' || route.startsWith('POST /v1/notices/') || Object.keys(body).includes('multipart/form-data');
const OF_JSON = ['json_malformed', 'json_too_deep', 'json_too_large', 'body_malformed'];

/** Of the brakes: the second factor is counted, and a form may ask for a person, where personal data is asked for. */
const brakesOf = ({ brake, tag }: Operation): string[] => [
  ...(brake ? ['too_many_requests'] : []),
  ...(brake === 'search' ? ['second_factor_locked', ...(tag === '网页' ? ['human_check_failed'] : [])] : []),
];

/** Codes that an operation answers, by status. Pages answer theirs as pages to whoever asks for HTML. */
function problemsOf(route: string, operation: Operation): Map<number, string[]> {
  const jsonBody = operation.body && Object.keys(operation.body).some((type) => /[/+]json$/.test(type));
  const codes = [
    ...(operation.roles ? OF_CREDENTIALS : []),
    ...(operation.body ? OF_BODIES : []),
    ...(jsonBody ? OF_JSON : []),
    ...(operation.body && isForm(operation, route) ? ['cross_site'] : []),
    ...brakesOf(operation),
    ...(operation.problems ?? []),
  ];
  const byStatus = new Map<number, string[]>();
  for (const code of new Set(codes)) {
    const status = PROBLEMS[code]?.[0] ?? 500;
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return byStatus;
}

function answersOf(route: string, operation: Operation): Record<string, unknown> {
  const answers: Record<string, unknown> = {};
  for (const [status, { headers, ...answer }] of Object.entries(operation.answers)) {
    answers[status] = {
      ...answer,
      ...(headers
        ? { headers: Object.fromEntries(Object.entries(headers).map(([name, schema]) => [name, { schema }])) }
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
          schema: { allOf: [ref('Problem'), { properties: { code: { enum: codes } } }] },
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
    ...names.map((name) => ({ name, in: 'path', required: true, ...PARAMETERS[name] })),
    ...Object.entries(query).map(([name, schema]) => ({ name, in: 'query', schema })),
    ...Object.entries(headers).map(([name, schema]) => ({ name, in: 'header', schema })),
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
    ...(body ? { requestBody: { required: true, content: body } } : {}),
    responses: answersOf(route, operation),
  };
}

function pathsOf(): Record<string, Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [key, operation] of Object.entries(OPERATIONS)) {
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
export function describeApi(origin: string) {
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
    paths: pathsOf(),
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
          content: { [PROBLEM_TYPE]: { schema: ref('Problem'), example: PROBLEM } },
        },
      },
      schemas: namedSchemas(),
    },
  };
}
