/**
 * Owns calling this service from a page: each request signed with the key that the person uses, refusals with the
 * service's own words, and which words of the page fit an error.
 * It refuses to send anything to another address, or with a cookie.
 */

import { isRefusal } from '../../base/refusal.ts';
import { makeProof } from '../../core/dpop.ts';
import { problemOf } from '../../core/gateway.ts';
import type { PublicJwk } from '../../core/keys.ts';
import { refusalWords } from '../../web/words/refusal-words.ts';
import { Trouble } from './key-file.ts';

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

export interface Problem {
  status: number;
  code: string;
  title: string;
  detail: string;
  part?: string;
  position?: number;
  /** Of rows that were refused. */
  errors?: RowFault[];
  /** Of a step's body. */
  faults?: { part: string; message: string }[];
}

/** The service said no. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.code);
    this.problem = problem;
  }
}

interface Ask {
  method?: 'GET' | 'POST';
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is, under its media type. */
  bytes?: { type: string; body: Blob | Uint8Array<ArrayBuffer> };
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export type Call = (path: string, ask?: Ask) => Promise<Response>;

/** Calls with a key. @param origin what the service calls itself, which proofs name */
export const callWith =
  (by: { key: CryptoKey; jwk: PublicJwk; token: string }, origin: string): Call =>
  async (
    path,
    { json, bytes, headers = {}, signal, method = json === undefined && bytes === undefined ? 'GET' : 'POST' } = {},
  ) => {
    const proof = await makeProof(by, {
      method,
      url: origin + path,
      iat: Math.floor(Date.now() / 1000),
      jti: crypto.randomUUID(),
    });
    const type = json === undefined ? bytes?.type : 'application/json';
    const response = await fetch(path, {
      method,
      // The language is a cookie's, and cookies are not sent.
      headers: {
        Authorization: `DPoP ${by.token}`,
        DPoP: proof,
        'Accept-Language': document.documentElement.lang,
        ...(type === undefined ? {} : { 'Content-Type': type }),
        ...headers,
      },
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'error',
      ...(json === undefined ? bytes && { body: bytes.body } : { body: JSON.stringify(json) }),
      ...(signal ? { signal } : {}),
    });
    if (response.ok) return response;
    throw new Refused(problemOf<Problem>(response.status, response.headers.get('content-type'), await response.text()));
  };

/** Whether another attempt may mend it: the line broke, the service failed, or a proxy in between repeated a request. */
export const brokeOff = (error: unknown): boolean =>
  error instanceof TypeError ||
  isRefusal(error, 'zip_broken') ||
  (error instanceof Refused && (error.problem.status >= 500 || error.problem.code === 'proof_replayed'));

/** Refusals with words of their own on the page. */
const KNOWN = ['code_taken', 'client_unknown', 'client_reported', 'client_withdrawn', 'organization_not_filed'];

/** What of a problem can be filled into words. */
const textsOf = (problem: Problem): Record<string, string> =>
  Object.fromEntries(
    Object.entries(problem).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );

/** The words on the page for an error, with what stands in them. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof Trouble) return error;
  if (brokeOff(error)) return new Trouble('network');
  if (error instanceof Refused) {
    const { code, title, detail, part = '', position } = error.problem;
    if (code === 'proof_wrong' && part.endsWith(':iat')) return new Trouble('clock');
    if (code === 'proof_wrong' && part.endsWith(':htu')) return new Trouble('address');
    if (position !== undefined) return new Trouble('certificate', { place: String(position + 1), title, code });
    return KNOWN.includes(code)
      ? new Trouble(code, textsOf(error.problem))
      : new Trouble('refused', { title: refusalWords(code, { ...error.problem }) ?? title, detail, code });
  }
  if (isRefusal(error))
    return new Trouble('refused', {
      title: refusalWords(error.code, error.facts) ?? '内容无法读取',
      detail: error.message,
      code: error.code,
    });
  if (error instanceof DOMException)
    return new Trouble(error.name === 'AbortError' ? 'cancelled' : 'disk', { code: error.name });
  return new Trouble('refused', {
    title: '本页出错',
    detail: error instanceof Error ? error.message : String(error),
    code: 'unexpected',
  });
}
