/**
 * Calls to the service: each request carries a DPoP proof (RFC 9449) of the caller's key, answers are JSON, and every
 * status above 299 is thrown as a CallError with the problem's code and facts. Runs in Node and in the browser; how to
 * fetch and what time it is are arguments.
 */

import type { GenericSchema, InferInput, InferOutput } from 'valibot';
import { LARGEST_BODY } from '../base/bounded.ts';
import { toBase64url } from '../base/bytes.ts';
import { makeProof } from '../core/dpop.ts';
import type { Body } from '../core/procedure/bodies.ts';
import { type CaseView, newAbout, signApplicant, signStep } from '../core/procedure/read-case.ts';
import type { StepName } from '../core/procedure/steps.ts';
import type { RowFault as FaultShape, Problem as ProblemShape } from '../core/shapes/certificate-shapes.ts';
import type { StepBody, StepTaken as TakenShape } from '../core/shapes/procedure-shapes.ts';
import { type Named, now, type Signatory, type Speaker } from './sign.ts';

/** What the service answers, and what it is sent, in a shape of `src/core/shapes`. */
export type Answer<S extends GenericSchema> = InferOutput<S>;
export type Given<S extends GenericSchema> = InferInput<S>;

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** A fault of a row: of a list, of a plan or of results, and then of which list of it. */
export type RowFault = Answer<typeof FaultShape> & { part?: string };

/** A refusal as the service sends it (RFC 9457), or as it is made of an answer that is none of the service's. */
export interface Problem extends Partial<Omit<Answer<typeof ProblemShape>, 'errors'>> {
  status: number;
  code: string;
  /** Of rows that were refused. */
  errors?: RowFault[];
  /** Of a step's body. */
  faults?: { part: string; message: string }[];
  [fact: string]: unknown;
}

/** The service refused a request. */
export class CallError extends Error {
  override readonly name = 'CallError';
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(`${problem.title ?? ''} ${problem.detail ?? ''} [${problem.code}]`.trim());
    this.problem = problem;
  }
}

/** Whether an error is a refusal by the service, and with `code` given, that refusal alone. */
export const isCallError = (error: unknown, code?: string): error is CallError =>
  error instanceof CallError && (code === undefined || error.problem.code === code);

/** Anyone may read these: a call without a proof spares a card one signature. */
const isPublic = (path: string): boolean => path.startsWith('/.well-known/');

/** How often one call waits where the rate limit says so, each time for at most a minute. */
const PATIENCE = 10;
const isLimited = ({ status, headers }: Response): boolean =>
  status === 429 && Number(headers.get('retry-after')) <= 60 && headers.has('retry-after');

/** Codes of a line that was cut while a call was under way. */
const CUT = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'];
/** Bytes of a body that no proxy finds too large. */
const SMALL = 100_000;

/** Why the line was cut during a call, if that is what an error says. */
export function cutBy(error: unknown): string | undefined {
  const why = error instanceof TypeError ? (error.cause as { code?: string } | undefined)?.code : undefined;
  return why !== undefined && CUT.includes(why) ? why : undefined;
}

/**
 * The connection was cut during a call without files and too small for any limit: the service stopped, and the same call
 * can be made again.
 */
export class CutOff extends TypeError {
  override readonly name = 'CutOff';
}

export interface CallOptions {
  /** JSON value, a form, or bytes or a Blob with their media type in `type`. */
  body?: unknown;
  type?: string;
  accept?: string;
  headers?: Record<string, string>;
  /** NumericDate of the proof; the machine's clock if absent. */
  iat?: number;
  signal?: AbortSignal | undefined;
}

/** What a caller takes from around it. */
export interface Environment {
  fetch?: Fetch;
  /**
   * The moment (NumericDate) in which the service is to answer, for a demonstration on localhost alone: sent along as
   * Luzheng-Clock. The machine's own time if absent.
   */
  moment?: (() => number) | undefined;
  /** How often one call waits and repeats where the rate limit says so; 0: it is refused at once. */
  patience?: number;
}

export class Caller {
  readonly origin: string;
  readonly identity: Speaker | undefined;
  readonly #fetch: Fetch;
  readonly #moment: (() => number) | undefined;
  readonly #patience: number;
  #turn: Promise<unknown> = Promise.resolve();

  /** @param origin what the service calls itself. @param identity without one only public routes can be called */
  constructor(
    origin: string,
    identity?: Speaker,
    { fetch: fetcher = (url, init) => fetch(url, init), moment, patience = PATIENCE }: Environment = {},
  ) {
    this.origin = origin;
    this.identity = identity;
    this.#fetch = fetcher;
    this.#moment = moment;
    this.#patience = patience;
  }

  /** Whose key signs. @throws TypeError without an identity */
  get speaker(): Speaker {
    if (!this.identity) throw new TypeError('This caller has no key: it makes public calls alone.');
    return this.identity;
  }

  /** NumericDate of this caller's world. */
  now(): number {
    return this.#moment?.() ?? now();
  }

  /** A card signs one thing at a time, and people take theirs: a proof gets its instant when its turn has come. */
  async #prove(by: Speaker, method: string, url: string, iat: number | undefined): Promise<string> {
    const make = () => makeProof(by, { method, url, iat: iat ?? this.now(), jti: crypto.randomUUID() });
    if (typeof by.key !== 'function') return make();
    const mine = this.#turn.then(make);
    this.#turn = mine;
    return mine;
  }

  /** The raw answer, whatever its status. */
  async send(method: string, path: string, options: CallOptions = {}): Promise<Response> {
    const url = this.origin + path;
    const headers: Record<string, string> = { ...options.headers };
    if (options.accept) headers.Accept = options.accept;
    if (this.#moment) headers['Luzheng-Clock'] = String(this.#moment());
    if (this.identity && !isPublic(path)) {
      headers.Authorization = `DPoP ${this.identity.token}`;
      headers.DPoP = await this.#prove(this.identity, method, url, options.iat);
    }
    const init: RequestInit = { method, headers, ...(options.signal ? { signal: options.signal } : {}) };
    if (options.body instanceof FormData) init.body = options.body;
    else if (options.body !== undefined) {
      headers['Content-Type'] = options.type ?? 'application/json';
      init.body = options.type ? (options.body as Blob | Uint8Array<ArrayBuffer>) : JSON.stringify(options.body);
    }
    try {
      return await this.#fetch(url, init);
    } catch (error) {
      const { body } = init;
      if (cutBy(error) === undefined || (body !== undefined && (typeof body !== 'string' || body.length > SMALL)))
        throw error;
      throw new CutOff((error as TypeError).message, { cause: (error as TypeError).cause });
    }
  }

  /** The answer, or a CallError. */
  async take(method: string, path: string, options: CallOptions = {}): Promise<Response> {
    let response = await this.send(method, path, options);
    for (let turn = 1; isLimited(response) && turn <= this.#patience; turn++) {
      await response.body?.cancel();
      await new Promise((resolve) => setTimeout(resolve, 1000 * Number(response.headers.get('retry-after'))));
      response = await this.send(method, path, options);
    }
    if (response.ok) return response;
    throw new CallError(problemOf(response.status, response.headers.get('content-type'), await response.text()));
  }

  async json<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
    const response = await this.take(method, path, options);
    try {
      return (await response.json()) as T;
    } catch (error) {
      if (error instanceof SyntaxError) throw new CallError(foreignProblem(response.status));
      // The call had arrived whole.
      if (cutBy(error) !== undefined)
        throw new CutOff((error as TypeError).message, { cause: (error as TypeError).cause });
      throw error;
    }
  }

  get<T>(path: string, options: CallOptions = {}): Promise<T> {
    return this.json<T>('GET', path, options);
  }

  post<T, B = unknown>(path: string, body: B, options: CallOptions = {}): Promise<T> {
    return this.json<T>('POST', path, { ...options, body });
  }
}

// What to tell people of an answer that is not the service's own: a proxy, a firewall or another server answered in
// its place. The service's own refusals are problems (RFC 9457) with a code and words of their own.

const MEGABYTES = `${LARGEST_BODY / 1_000_000} MB`;

/** The code under which such an answer goes. */
export const FOREIGN = 'http_error';

/** Title in Chinese, detail in English, as problems have them. */
function foreignWords(status: number): { title: string; detail: string } {
  if (status === 413) {
    return {
      title: `服务前面的代理限制了请求大小（413），请求没有到达服务；服务自己最多收 ${MEGABYTES}。请管理员放宽代理的限制（nginx：client_max_body_size 48m），或拆分名单、缩小照片后再提交`,
      detail: `A proxy in front of the service limits the size of requests (413); the service itself takes up to ${MEGABYTES}. Ask whoever runs it to raise the proxy's limit (nginx: client_max_body_size 48m), or send less: split the list, make photos smaller.`,
    };
  }
  if (status === 502 || status === 503 || status === 504 || status >= 520) {
    return {
      title: `服务没有答复，由前面的代理代为回答（${status}）；服务可能正在重启或过载，请过一会儿再试，一直如此请告知管理员`,
      detail: `A proxy answered (${status}): behind it the service does not answer, or not in time. Try again in a minute; if it goes on, tell whoever runs the service.`,
    };
  }
  if (status === 429)
    return {
      title: '服务前面的代理认为请求过于频繁（429），请过一会儿再试',
      detail: 'A proxy in front of the service says that there were too many requests (429). Wait a moment and go on.',
    };
  if (status === 401 || status === 403 || status === 451) {
    return {
      title: `请求被服务前面的代理或防火墙拒绝（${status}），没有到达服务；请向网络或服务的管理员说明`,
      detail: `A proxy or firewall in front of the service refused the request (${status}); the service did not see it. Ask whoever runs the network or the service.`,
    };
  }
  if (status >= 500)
    return {
      title: `服务没有按约定答复（${status}），请过一会儿再试，一直如此请告知管理员`,
      detail: `The answer (${status}) is not as the service does it. Try again in a minute; if it goes on, tell whoever runs the service.`,
    };
  return {
    title: `在此地址答复的不是本服务（${status}），请核对服务地址（--server）和网络`,
    detail: `What answers here (${status}) is not the service: check the address (--server), and whether the network wants you to log in first.`,
  };
}

const foreignProblem = (status: number): Problem => ({ status, code: FOREIGN, ...foreignWords(status) });

/**
 * The problem that an answer holds, or the one that it is for not being the service's.
 * @param type its Content-Type
 * @param text its body
 */
function problemOf(status: number, type: string | null, text: string): Problem {
  if (type?.split(';', 1)[0]?.trim().toLowerCase() === 'application/problem+json') {
    try {
      const problem = JSON.parse(text) as Partial<Problem> | null;
      if (typeof problem?.code === 'string') return { ...problem, status } as Problem;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return foreignProblem(status);
}

// Steps of the procedure: the case is looked up, the step that follows is signed with the caller's own key and sent.

export type StepTaken = Answer<typeof TakenShape>;

const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));

/** 16 random bytes for a body that holds personal data: nobody who has its digest can try out what it said. */
export const newSalt = (): string => toBase64url(random(16));

/** An identifier for a case that begins. */
export const newCase = (kind: string): string => newAbout(kind, random(16));

/** A key that nobody has named yet, with its own access token. @param iat NumericDate */
export async function asApplicant<K extends Signatory>(pair: K, iat: number): Promise<K & Named> {
  return { ...pair, subject: `key:${pair.kid}`, token: await signApplicant(pair, iat, crypto.randomUUID()) };
}

/** A case as it stands, or undefined where there is none. */
export async function caseOf(caller: Caller, about: string): Promise<CaseView | undefined> {
  try {
    return await caller.get<CaseView>(`/v1/cases/${about}`);
  } catch (error) {
    if (isCallError(error, 'case_not_found')) return undefined;
    throw error;
  }
}

/** Signs the step after `seq` and `last` with the caller's key and sends it. @throws CallError */
export async function sendStep(
  caller: Caller,
  next: { about: string; step: StepName; seq: number; last?: string | undefined; body: unknown },
): Promise<StepTaken> {
  const statement = await signStep(caller.speaker, { aud: caller.origin, ...next }, caller.now(), crypto.randomUUID());
  return caller.post<StepTaken, Given<typeof StepBody>>('/v1/steps', { statement, body: next.body });
}

/** Takes the step that follows in a case as it stands. @throws CallError */
export async function takeStep<S extends StepName>(
  caller: Caller,
  about: string,
  step: S,
  body: Body<S>,
): Promise<StepTaken> {
  const standing = await caseOf(caller, about);
  return sendStep(caller, { about, step, seq: standing?.seq ?? 0, last: standing?.last, body });
}
