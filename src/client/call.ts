/**
 * Owns calling this service from a page: each request signed with the key that the person chose, refusals with the
 * service's own words, and which words of the page fit an error.
 * It refuses to send anything to another address, or with a cookie.
 */
import { makeProof } from '../life/proof.ts';
import { isRefusal } from '../life/refusal.ts';
import { Trouble, type Key } from './key.ts';

export interface Problem {
  status: number;
  code: string;
  title: string;
  detail: string;
  part?: string;
  position?: number;
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

export type Call = (path: string, signal?: AbortSignal) => Promise<Response>;

/** Reads with a key. @param origin what the service calls itself, which proofs name */
export const callWith = (key: Key, origin: string): Call => async (path, signal) => {
  const proof = await makeProof(key, { method: 'GET', url: origin + path, iat: Math.floor(Date.now() / 1000), jti: crypto.randomUUID() });
  const response = await fetch(path, { headers: { Authorization: `DPoP ${key.token}`, DPoP: proof }, credentials: 'omit', cache: 'no-store', redirect: 'error', ...(signal ? { signal } : {}) });
  if (response.ok) return response;
  const { status } = response;
  const problem = (await response.json().catch(() => ({}))) as Partial<Problem>;
  throw new Refused({ code: 'http_error', title: `HTTP ${status}`, detail: '', ...problem, status });
};

/** Whether another attempt may mend it: the line broke, the service failed, or a proxy in between repeated a request. */
export const brokeOff = (error: unknown): boolean =>
  error instanceof TypeError || isRefusal(error, 'zip_broken') || (error instanceof Refused && (error.problem.status >= 500 || error.problem.code === 'proof_replayed'));

/** Refusals with words of their own on the page. */
const KNOWN = ['client_unknown', 'organization_not_filed', 'role_wrong'];

/** The words on the page for an error, with what stands in them. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof Trouble) return error;
  if (brokeOff(error)) return new Trouble('network');
  if (error instanceof Refused) {
    const { code, title, detail, part = '', position } = error.problem;
    if (code === 'proof_wrong' && part.endsWith(':iat')) return new Trouble('clock');
    if (code === 'proof_wrong' && part.endsWith(':htu')) return new Trouble('address');
    if (position !== undefined) return new Trouble('certificate', { place: String(position + 1), title, code });
    return KNOWN.includes(code) ? new Trouble(code) : new Trouble('refused', { title, detail, code });
  }
  if (error instanceof DOMException) return new Trouble(error.name === 'AbortError' ? 'cancelled' : 'disk', { code: error.name });
  return new Trouble('refused', { title: '', detail: error instanceof Error ? error.message : String(error), code: 'unexpected' });
}
