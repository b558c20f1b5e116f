/**
 * Owns calling the service: requests with a DPoP proof for each, answers as JSON, refusals as CallError with the
 * problem's code and facts. `fetch` is an argument, so that tests call the Worker the same way.
 * It refuses to follow a problem silently: every status above 299 throws.
 */

import { makeProof } from '../core/dpop.ts';
import { foreignProblem, problemOf } from '../core/gateway.ts';
import type { Speaker } from './sign.ts';
import { now } from './sign.ts';

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface Problem {
  status: number;
  code: string;
  title?: string;
  detail?: string;
  part?: string;
  errors?: { row: number; field: string; code: string; message: string; file?: string }[];
  [fact: string]: unknown;
}

/** The service said no. */
export class CallError extends Error {
  override readonly name = 'CallError';
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(`${problem.title ?? ''} ${problem.detail ?? ''} [${problem.code}]`.trim());
    this.problem = problem;
  }
}

/** Anyone may read these: a call without a proof spares a card one signature. */
const isPublic = (path: string): boolean => path.startsWith('/.well-known/');

/** How often one call waits for a brake to open, each time for at most a minute. */
const PATIENCE = 10;
const braked = ({ status, headers }: Response): boolean =>
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

/** The line was cut during a call without files and too small for any limit: the service stopped, and what the call does can be asked for again. */
export class CutOff extends TypeError {
  override readonly name = 'CutOff';
}

export interface CallOptions {
  /** JSON value, a form, or bytes with `type`. */
  body?: unknown;
  type?: string;
  accept?: string;
  headers?: Record<string, string>;
  /** NumericDate of the proof; the machine's clock if absent. */
  iat?: number;
}

export class Caller {
  readonly origin: string;
  readonly identity: Speaker | undefined;
  readonly #fetch: Fetch;
  /** The moment (NumericDate) in which a demonstration's service is to live; the machine's own if absent. */
  readonly #moment: (() => number) | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /** Without an identity only public routes can be called. */
  constructor(
    origin: string,
    identity?: Speaker,
    fetcher: Fetch = (url, init) => fetch(url, init),
    moment?: () => number,
  ) {
    this.origin = origin;
    this.identity = identity;
    this.#fetch = fetcher;
    this.#moment = moment;
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
    const init: RequestInit = { method, headers };
    if (options.body instanceof FormData) init.body = options.body;
    else if (options.body !== undefined) {
      headers['Content-Type'] = options.type ?? 'application/json';
      init.body = options.type ? (options.body as Uint8Array<ArrayBuffer>) : JSON.stringify(options.body);
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
    for (let turn = 1; braked(response) && turn <= PATIENCE; turn++) {
      await response.body?.cancel();
      await new Promise((resolve) => setTimeout(resolve, 1000 * Number(response.headers.get('retry-after'))));
      response = await this.send(method, path, options);
    }
    if (response.ok) return response;
    throw new CallError(
      problemOf<Problem>(response.status, response.headers.get('content-type'), await response.text()),
    );
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

  get<T>(path: string): Promise<T> {
    return this.json<T>('GET', path);
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.json<T>('POST', path, { body });
  }
}
