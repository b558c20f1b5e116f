/**
 * Calls to the service: each request carries a DPoP proof (RFC 9449) of the caller's key, answers are JSON, and every
 * status above 299 is thrown as a CallError with the problem's code and facts. Runs in Node and in the browser; how to
 * fetch and what time it is are arguments.
 */

import type { CryptoKey } from 'jose';
import { Refusal } from '../base/refusal.ts';
import { makeProof } from '../core/dpop.ts';
import { foreignProblem, problemOf } from '../core/gateway.ts';
import { type PublicJwk, thumbprint } from '../core/keys.ts';
import { unverified } from '../core/statement.ts';
import { now, type Signatory, type Speaker } from './sign.ts';

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** A fault of a row: of a list, of a plan or of results. */
export interface RowFault {
  /** Of a plan or of results: which list. */
  part?: string;
  row: number;
  field: string;
  code: string;
  message: string;
  /** Of a photo: the file's name in the archive. */
  file?: string;
}

/** A refusal as the service sends it (RFC 9457, application/problem+json). */
export interface Problem {
  status: number;
  /** Stable snake_case word. */
  code: string;
  /** In Chinese. */
  title?: string;
  /** In English. */
  detail?: string;
  part?: string;
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

  get<T>(path: string, options: CallOptions = {}): Promise<T> {
    return this.json<T>('GET', path, options);
  }

  post<T>(path: string, body: unknown, options: CallOptions = {}): Promise<T> {
    return this.json<T>('POST', path, { ...options, body });
  }
}

// The text of a key file (keys/make.ts writes it) as a caller needs it, in Node and in the browser. The private half is
// imported so that it cannot be taken out again.

export interface KeyOfFile extends Signatory {
  key: CryptoKey;
  /** `centre:3701`, `org:S000037000001`; absent where nobody has named the key yet. */
  subject?: string;
  /** The statement that names the key. */
  token?: string;
  /** Origin of the service. */
  server?: string;
  /** PEM of the X.509 certificate that a centre's key file holds. */
  certificate?: string;
}

const malformed = (): Refusal => new Refusal('key_file_malformed', 'This is no key file with a private P-256 key.');

/** @throws Refusal `key_file_malformed`, `key_on_card` (its program runs with the command alone) */
export async function readKeyText(text: string): Promise<KeyOfFile> {
  let file: Record<'subject' | 'token' | 'server' | 'certificate' | 'signer', unknown> & { private?: JsonWebKey };
  let key: CryptoKey;
  try {
    file = JSON.parse(text) as typeof file;
    if (file.private === undefined && Array.isArray(file.signer))
      throw new Refusal('key_on_card', 'The key lies on a card: its program signs with the command alone.');
    const { kty, crv, d, x, y } = file.private as JsonWebKey;
    key = await crypto.subtle.importKey(
      'jwk',
      { kty, crv, d, x, y } as JsonWebKey,
      { name: 'ECDSA', namedCurve: 'P-256' },
      false,
      ['sign'],
    );
  } catch (error) {
    throw error instanceof Refusal ? error : malformed();
  }
  const { x, y } = file.private as { x: string; y: string };
  const jwk: PublicJwk = { kty: 'EC', crv: 'P-256', x, y };
  const given = (name: 'subject' | 'token' | 'server' | 'certificate') =>
    typeof file[name] === 'string' ? { [name]: file[name] } : {};
  const pair: KeyOfFile = { key, jwk, kid: await thumbprint(jwk), ...given('certificate'), ...given('server') };
  const { subject, token } = file;
  if (typeof subject !== 'string' || typeof token !== 'string') return pair;
  requireAbout(token, jwk);
  return { ...pair, subject, token };
}

/** A statement that is about another key, or has no end, is none of this key. */
function requireAbout(token: string, { x, y }: PublicJwk): void {
  let claims: { exp?: unknown; cnf?: { jwk?: { x?: unknown; y?: unknown } } };
  try {
    claims = unverified<typeof claims>(token).claims;
  } catch {
    throw malformed();
  }
  if (typeof claims.exp !== 'number' || claims.cnf?.jwk?.x !== x || claims.cnf.jwk.y !== y) throw malformed();
}

/** A key file as a caller of the service that it names. @throws Refusal as readKeyText, `key_unnamed` */
export async function readCaller(text: string): Promise<Speaker & { server: string }> {
  const { subject, token, server, ...key } = await readKeyText(text);
  if (subject === undefined || token === undefined || server === undefined)
    throw new Refusal('key_unnamed', 'The key file names no service or no statement: a centre names the key first.');
  return { ...key, subject, token, server };
}
