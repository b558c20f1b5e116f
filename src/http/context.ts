/** The types that Hono's handlers share, the factory that is made once, and who calls. */
import type { MiddlewareHandler } from 'hono';
import { createFactory } from 'hono/factory';
import { isRefusal, Refusal } from '../base/refusal.ts';
import { verifyProof } from '../core/dpop.ts';
import type { OpenBatch } from '../service/open-batch.ts';
import type { Caller } from '../service/reach.ts';
import { readToken } from '../service/reach.ts';
import type { Service } from '../service/service.ts';
import { insertProof } from '../storage/statement-store.ts';
import { problem } from './problems.ts';

export interface AppEnv {
  Variables: {
    service: Service;
    caller: Caller;
    /** On the routes of one batch. */
    batch: OpenBatch;
    /** The body that was read; `sentBody` knows its type. */
    sent?: unknown;
  };
}

export const factory = createFactory<AppEnv>();

// Access token (a statement about a key) and DPoP proof are checked before anything else of a request is looked at. The
// proof is remembered after all its signatures held and before any effect.

async function authenticate(
  service: Service,
  request: { authorization: string | undefined; proof: string | undefined; method: string; path: string },
): Promise<Caller> {
  const [scheme, token, ...rest] = (request.authorization ?? '').split(' ');
  if (!request.authorization || !request.proof) {
    throw new Refusal(
      'authorization_missing',
      'Send Authorization: DPoP <client+jwt or centre+jwt> and a DPoP proof (RFC 9449).',
    );
  }
  if (scheme?.toLowerCase() !== 'dpop' || !token || rest.length > 0)
    throw new Refusal('authorization_malformed', 'The Authorization header is: DPoP <token>.');
  const caller = await readToken(service, token);
  const url = service.config.origin + request.path;
  const { jkt, jti } = await verifyProof(
    request.proof,
    caller.key,
    { method: request.method, url, token, now: service.now() },
    service.memo,
  );
  if (!(await insertProof(service.db, jkt, jti, service.now())))
    throw new Refusal('proof_replayed', 'This DPoP proof was used before; make a new one for each request.');
  return caller;
}

/** Lets the given roles in. Whoever a guard further out has let in is known: a proof counts once. */
export function allow(...roles: Caller['role'][]): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    let caller: Caller | undefined = c.get('caller');
    try {
      caller ??= await authenticate(c.var.service, {
        authorization: c.req.header('authorization'),
        proof: c.req.header('dpop'),
        method: c.req.method,
        path: new URL(c.req.url).pathname,
      });
    } catch (error) {
      // Whatever is wrong with a token, the answer is that the caller is not known.
      if (isRefusal(error)) return problem(c, error, 401);
      throw error;
    }
    if (!roles.includes(caller.role))
      return problem(c, new Refusal('role_wrong', `This is for: ${roles.join(', ')}.`, { allowed: roles }));
    c.set('caller', caller);
    c.header('Cache-Control', 'no-store');
    await next();
    return undefined;
  };
}
