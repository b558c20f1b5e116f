/**
 * A route of the API, declared beside its handler: who may call, what it takes and answers, what can go wrong. From the
 * declaration come the guard, the rate limit and the reading of query and body; openapi.json and /docs are made of it.
 */
import type { Hono, Input, MiddlewareHandler } from 'hono';
import { every } from 'hono/combine';
import { findTargetHandler } from 'hono/utils/handler';
import * as v from 'valibot';
import { Refusal } from '../base/refusal.ts';
import type { Caller } from '../service/reach.ts';
import type { RateName } from '../service/service.ts';
import { readJson } from './body.ts';
import { type AppEnv, allow } from './context.ts';
import { rateLimit } from './rate-limit.ts';

/** Content by media type. An example of text is text, of JSON a value. */
export type Media = Readonly<Record<string, { readonly schema: v.GenericSchema; readonly example?: unknown }>>;

interface Answer {
  readonly description: string;
  readonly content?: Media;
  readonly headers?: Readonly<Record<string, v.GenericSchema>>;
}

/** Groups of operations, with their words. */
export const TAGS = {
  查询核验: '查询核验，任何人可用 / Look-up and verification, for anyone',
  公开数据: '公开数据：公钥、声明、状态列表 / Public data: keys, statements, status lists',
  评价机构: '评价机构 / Organizations',
  鉴定指导中心: '鉴定指导中心 / Centres',
  评价流程:
    '评价流程：申报、考核计划、公示、异议、督导 / The procedure: applications, plans, notices, objections, inspections',
  网页: '网页 / Pages',
  服务: '服务 / Service',
} as const;

export interface Operation {
  readonly tag: keyof typeof TAGS;
  /** `中文 / English`. */
  readonly summary: string;
  readonly description?: string;
  /** Who may call; anyone if absent. */
  readonly roles?: readonly Caller['role'][];
  /** The rate limit that the route has. */
  readonly rateLimit?: RateName;
  /** Runs once the caller is known, before anything else of the request is looked at. */
  readonly before?: MiddlewareHandler<AppEnv>;
  /** Parameters of the query, all optional; an empty one is absent, unless `noEmpty`. */
  readonly query?: Readonly<Record<string, v.GenericSchema>>;
  readonly noEmpty?: boolean;
  readonly headers?: Readonly<Record<string, v.GenericSchema>>;
  readonly body?: Media;
  /** Bytes of a JSON body, which is then read and validated before the handler runs; without it the handler reads. */
  readonly limit?: number;
  readonly answers: Readonly<Record<number, Answer>>;
  /** Codes of problems that belong to this operation, besides those of its credentials and body. */
  readonly problems?: readonly string[];
  /** An example of one of them. */
  readonly problemExample?: unknown;
}

/** `METHOD /path/{name}` → operation. */
export type Operations = Readonly<Record<string, Operation>>;

type JsonOf<O> = O extends {
  readonly limit: number;
  readonly body: { readonly 'application/json': { readonly schema: infer S extends v.GenericSchema } };
}
  ? { json: v.InferOutput<S> }
  : unknown;
type QueryOf<O> = O extends { readonly query: infer Q extends Readonly<Record<string, v.GenericSchema>> }
  ? { query: { [N in keyof Q]?: v.InferOutput<Q[N]> } }
  : unknown;
/** What a handler gets by `c.req.valid`. */
type Valid<O> = JsonOf<O> & QueryOf<O>;
type InputOf<O> = unknown extends Valid<O> ? Input : { in: Valid<O> & object; out: Valid<O> & object };

const DECLARED = new WeakMap<object, Operation>();

/** What a schema says of a wrong value in its own words; valibot's begin with Invalid, and quote what was sent. */
const saidOf = ({ message }: v.BaseIssue<unknown>): string =>
  message.startsWith('Invalid ') ? 'is malformed' : message;

/** @throws Refusal `body_malformed` with the name of the parameter */
const readQuery =
  (query: Readonly<Record<string, v.GenericSchema>>, noEmpty: boolean): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    const values: Record<string, unknown> = {};
    for (const [name, schema] of Object.entries(query)) {
      const value = c.req.query(name);
      if (value === undefined || (value === '' && !noEmpty)) continue;
      const read = v.safeParse(schema, value);
      if (!read.success)
        throw new Refusal('body_malformed', `The query parameter ${name} ${saidOf(read.issues[0])}.`, { part: name });
      values[name] = read.output;
    }
    c.req.addValidatedData('query', values);
    await next();
  };

const readBody =
  (schema: v.GenericSchema, limit: number): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    c.req.addValidatedData('json', (await readJson(c, limit, schema)) as object);
    await next();
  };

/** Declares the route that it stands in, and holds callers to it. */
export function operation<const O extends Operation, P extends string>(
  declared: O,
): MiddlewareHandler<AppEnv, P, InputOf<O>> {
  const { roles, before, query, noEmpty = false, body, limit } = declared as Operation;
  const json = body?.['application/json'];
  const handler = every(
    ...(roles ? [allow(...roles)] : []),
    ...(declared.rateLimit ? [rateLimit(declared.rateLimit)] : []),
    ...(before ? [before] : []),
    ...(query ? [readQuery(query, noEmpty)] : []),
    ...(json && limit !== undefined ? [readBody(json.schema, limit)] : []),
  );
  DECLARED.set(handler, declared);
  return handler;
}

/** `/c/:number` → `/c/{number}`; `/v1/certificates/:number{[^/]+\.pdf}` → `/v1/certificates/{number}.pdf`. */
const written = (path: string): string =>
  path.replace(/:(\w+)\{[^}]*?\\\.(\w+)\}/g, '{$1}.$2').replace(/:(\w+)(\{[^}]*\})?/g, '{$1}');

/** The operations of an app, in the order in which they are mounted. */
export function operationsOf({ routes }: Pick<Hono<AppEnv>, 'routes'>): Operations {
  const found: Record<string, Operation> = {};
  for (const { method, path, handler } of routes) {
    const declared = DECLARED.get(findTargetHandler(handler));
    if (declared) found[`${method} ${written(path)}`] = declared;
  }
  return found;
}

export const TEXT = v.string();
const typed = (type: string) => v.pipe(v.string(), v.metadata({ contentMediaType: type }));
export const PDF = typed('application/pdf');
export const BINARY = typed('application/octet-stream');
/** An answer or body of a media type that is a file. */
export const file = <T extends string>(...types: T[]): Record<T, { schema: v.GenericSchema }> =>
  Object.fromEntries(types.map((type) => [type, { schema: typed(type) as v.GenericSchema }])) as Record<
    T,
    { schema: v.GenericSchema }
  >;
export const json = <S extends v.GenericSchema>(schema: S, ...[example]: [example?: unknown]) => ({
  'application/json': { schema, ...(example === undefined ? {} : { example }) },
});
export const ok = (description: string, content: Media) => ({ 200: { description, content } });
