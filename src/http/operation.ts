/**
 * A route of the API, declared beside its handler: who may call, what it takes and answers, what can go wrong. From the
 * declaration come the guard, the rate limit, the reading of query and body, and the types of what is answered;
 * openapi.json and /docs are made of it.
 */
import type { Context, Hono, Input, MiddlewareHandler } from 'hono';
import { every } from 'hono/combine';
import { findTargetHandler } from 'hono/utils/handler';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import * as v from 'valibot';
import { Refusal } from '../base/refusal.ts';
import type { Caller } from '../service/reach.ts';
import type { RateName } from '../service/service.ts';
import { type Bodies, readBody, type Sent } from './body.ts';
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
  /** Whether the pages of other sites may read what it answers (CORS): public data, look-up and verification alone. */
  readonly open?: boolean;
  /** The rate limit that the route has. */
  readonly rateLimit?: RateName;
  /** Runs once the caller is known, before anything else of the request is looked at. */
  readonly before?: MiddlewareHandler<AppEnv>;
  /** Parameters of the query, all optional; an empty one is absent, unless `noEmpty`. */
  readonly query?: Readonly<Record<string, v.GenericSchema>>;
  readonly noEmpty?: boolean;
  readonly headers?: Readonly<Record<string, v.GenericSchema>>;
  /**
   * What may be sent, by media type, and how many bytes of it (`upTo`). It is read before the handler runs, which gets a
   * body that is JSON alone by `c.req.valid('json')`, any other by `sentBody`; without a limit the handler reads.
   */
  readonly body?: Bodies;
  readonly answers: Readonly<Record<number, Answer>>;
  /** Codes of problems that belong to this operation, besides those of its credentials and body. */
  readonly problems?: readonly string[];
  /** An example of one of them. */
  readonly problemExample?: unknown;
}

/** `METHOD /path/{name}` → operation. */
export type Operations = Readonly<Record<string, Operation>>;

type BodyOf<O> = O extends { readonly body: infer B extends Bodies } ? B : never;
type JsonOf<O> = [keyof BodyOf<O>] extends ['application/json']
  ? { json: v.InferOutput<NonNullable<BodyOf<O>['application/json']>['schema']> }
  : unknown;
type QueryOf<O> = O extends { readonly query: infer Q extends Readonly<Record<string, v.GenericSchema>> }
  ? { query: { [N in keyof Q]?: v.InferOutput<Q[N]> } }
  : unknown;
/** A value that fits a shape, whoever may change it. */
type Fit<T> = T extends readonly (infer E)[]
  ? readonly Fit<E>[]
  : T extends object
    ? string extends keyof T
      ? object
      : { readonly [K in keyof T]: Fit<T[K]> }
    : T;
type JsonAnswer<A> = A extends { content: { 'application/json': { schema: infer S extends v.GenericSchema } } }
  ? Fit<v.InferOutput<S>>
  : never;
/** What a handler is held to: what it gets by `c.req.valid` and `sentBody`, and what it gives to `answer`. */
interface InputOf<O extends Operation> extends Input {
  in: object;
  out: JsonOf<O> &
    QueryOf<O> & { sent: Sent<BodyOf<O>>; answers: { [S in keyof O['answers']]: JsonAnswer<O['answers'][S]> } };
}

/** Answers with JSON of the shape that the operation declares for the status. */
export const answer = <A, S extends keyof A & ContentfulStatusCode = keyof A & 200>(
  c: Context<AppEnv, string, { out: { answers: A } }>,
  body: A[S],
  status: S = 200 as S,
  headers?: Record<string, string>,
): Response => c.json(body as object, status, headers);

/** The context of a handler that gives such answers, by status. */
export type Answering<A> = Context<AppEnv, string, { out: { answers: A } }>;

/** What was sent, where the operation takes more than JSON. To be taken once: what is large does not outlive its use. */
export function sentBody<S>(c: Context<AppEnv, string, { out: { sent: S } }>): S {
  const sent = c.get('sent') as S;
  c.set('sent', undefined);
  return sent;
}

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

/** Apart from the middleware, whose frame lasts as long as the handler works and would hold the body. */
async function takeBody(c: Context<AppEnv>, body: Bodies): Promise<void> {
  const sent = await readBody(c, body);
  if ('json' in sent && Object.keys(body).length === 1) c.req.addValidatedData('json', sent.json as object);
  else c.set('sent', sent);
}

const readSent =
  (body: Bodies): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    await takeBody(c, body);
    await next();
  };

/** Declares the route that it stands in, and holds callers and handler to it. */
export function operation<const O extends Operation, P extends string>(
  declared: O,
): MiddlewareHandler<AppEnv, P, InputOf<O>> {
  const { roles, before, query, noEmpty = false, body } = declared as Operation;
  const isRead = body && Object.values(body).some(({ limit }) => limit !== undefined);
  const handler = every(
    ...(roles ? [allow(...roles)] : []),
    ...(declared.rateLimit ? [rateLimit(declared.rateLimit)] : []),
    ...(before ? [before] : []),
    ...(query ? [readQuery(query, noEmpty)] : []),
    ...(isRead ? [readSent(body)] : []),
  );
  DECLARED.set(handler, declared);
  return handler;
}

/** `/c/:number` → `/c/{number}`; `/v1/certificates/:number{[^/]+\.pdf}` → `/v1/certificates/{number}.pdf`. */
const written = (path: string): string =>
  path.replace(/:(\w+)\{[^}]*?\\\.(\w+)\}/g, '{$1}.$2').replace(/:(\w+)(\{[^}]*\})?/g, '{$1}');

type Routes = Pick<Hono<AppEnv>, 'routes'>;

/** The operations of an app, in the order in which they are mounted. */
export function operationsOf({ routes }: Routes): Operations {
  const found: Record<string, Operation> = {};
  for (const { method, path, handler } of routes) {
    const declared = DECLARED.get(findTargetHandler(handler));
    if (declared) found[`${method} ${written(path)}`] = declared;
  }
  return found;
}

/** `METHOD path`, as they are mounted, of the routes whose answers the pages of other sites may read. */
export const openRoutes = ({ routes }: Routes): ReadonlySet<string> =>
  new Set(
    routes
      .filter(({ handler }) => DECLARED.get(findTargetHandler(handler))?.open)
      .map(({ method, path }) => `${method} ${path}`),
  );

export const TEXT = v.string();
const typed = (type: string) => v.pipe(v.string(), v.metadata({ contentMediaType: type }));
export const PDF = typed('application/pdf');
export const BINARY = typed('application/octet-stream');
/** An answer or body of a media type that is a file. */
export const file = <T extends string>(...types: T[]) =>
  Object.fromEntries(types.map((type) => [type, { schema: typed(type) }])) as {
    readonly [N in T]: { readonly schema: ReturnType<typeof typed> };
  };
export const json = <S extends v.GenericSchema>(schema: S, ...[example]: [example?: unknown]) => ({
  'application/json': { schema, ...(example === undefined ? {} : { example }) },
});
export const ok = <const M extends Media>(description: string, content: M) => ({ 200: { description, content } });
/** Bodies of at most so many bytes. @param advice what to do about a larger one */
export const upTo = <const M extends Media>(limit: number, media: M, advice = '') =>
  Object.fromEntries(Object.entries(media).map(([type, content]) => [type, { ...content, limit, advice }])) as {
    readonly [T in keyof M]: M[T] & { readonly limit: number; readonly advice: string };
  };
