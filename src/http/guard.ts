/**
 * Owns who calls: access token (a statement about a key) and DPoP proof, checked before anything else of a
 * request is looked at. The proof is remembered after all its signatures held and before any effect.
 * It refuses callers without both (401), callers of another role (403), and a proof used before (401).
 */
import type { MiddlewareHandler } from 'hono';
import { codeOf, openCentre, openClient, type Directory } from '../life/authority.ts';
import { verifyProof } from '../life/dpop.ts';
import { isRefusal, Refusal } from '../life/refusal.ts';
import { checkTimes, claimedKey, claimedType, thumbprint } from '../life/statement.ts';
import { currentFiling, type Caller } from '../enrol.ts';
import { directoryOf } from '../register.ts';
import type { Service } from '../service.ts';
import { lossOf } from '../storage/cases.ts';
import { insertProof, selectClient } from '../storage/statements.ts';
import type { AppEnv } from './env.ts';
import { problem } from './problems.ts';

/** A key that nobody has named yet speaks for itself alone: it applies to be filed, or to be named. */
async function readApplicant(service: Service, directory: Directory, token: string): Promise<Caller> {
  const claimed = claimedKey(token);
  const jkt = await thumbprint(claimed);
  directory.requireWorkingKey(jkt, 'applicant+jwt:cnf');
  const own = await service.memo.key(claimed);
  const { payload } = await service.memo.open(token, 'applicant+jwt', (kid) => (kid === jkt ? own : undefined));
  if (payload.iss !== `key:${jkt}` || (await thumbprint(payload.cnf.jwk)) !== jkt) throw new Refusal('key_unknown', 'An applicant\'s token names the key that signed it, and no other.', { part: 'applicant+jwt:cnf' });
  checkTimes('applicant+jwt', payload, service.now());
  return { role: 'applicant', subject: payload.iss, jkt, key: payload.cnf.jwk };
}

/** Checks the token and gives the caller, with the key that must have signed the proof. */
async function readToken(service: Service, token: string): Promise<Caller> {
  const directory = await directoryOf(service);
  const now = service.now();
  const typ = claimedType(token);
  if (typ === undefined) throw new Refusal('authorization_malformed', 'The access token is not a JWS with a typ.');
  if (typ === 'applicant+jwt') return readApplicant(service, directory, token);
  if (typ === 'client+jwt') {
    const { payload } = await service.memo.open(token, 'client+jwt', directory.findCentre);
    const { filing } = await currentFiling(service, directory, codeOf(payload.sub));
    await openClient(token, directory, filing, now);
    const jkt = await thumbprint(payload.cnf.jwk);
    const stored = await selectClient(service.db, payload.sub, jkt, payload.jti, lossOf(codeOf(payload.sub), jkt));
    if (!stored) throw new Refusal('client_unknown', 'The client key is not registered; the centre hands it in with POST /v1/clients.', { part: 'client+jwt' });
    // A code that was released and filed for another body does not bring the keys of the one before along.
    const named = stored.filed === null ? undefined : (await service.memo.open(stored.filed, 'filing+jwt', directory.findCentre)).payload;
    if (named?.sub !== filing.sub || named.uscc !== filing.uscc) throw new Refusal('client_of_other_organization', 'The client key was named for another body that had this code.', { part: 'client+jwt:sub' });
    if (stored.lost === 1) throw new Refusal('client_reported', 'The organization has reported this key lost. Use another one; ask the centre if it was found.', { part: 'client+jwt' });
    return { role: 'organization', subject: payload.sub, jkt, key: payload.cnf.jwk, client: stored.id };
  }
  const { payload } = await openCentre(token, directory);
  checkTimes('centre+jwt', payload, now);
  const jkt = await thumbprint(payload.cnf.jwk);
  directory.requireCentre(payload, jkt, now);
  return { role: payload.tier, subject: payload.sub, jkt, key: payload.cnf.jwk };
}

async function authenticate(service: Service, request: { authorization: string | undefined; proof: string | undefined; method: string; path: string }): Promise<Caller> {
  const [scheme, token, ...rest] = (request.authorization ?? '').split(' ');
  if (!request.authorization || !request.proof) {
    throw new Refusal('authorization_missing', 'Send Authorization: DPoP <client+jwt or centre+jwt> and a DPoP proof (RFC 9449).');
  }
  if (scheme?.toLowerCase() !== 'dpop' || !token || rest.length > 0) throw new Refusal('authorization_malformed', 'The Authorization header is: DPoP <token>.');
  const caller = await readToken(service, token);
  const url = service.config.origin + request.path;
  const { jkt, jti } = await verifyProof(request.proof, caller.key, { method: request.method, url, token, now: service.now() }, service.memo);
  if (!(await insertProof(service.db, jkt, jti, service.now()))) throw new Refusal('proof_replayed', 'This DPoP proof was used before; make a new one for each request.');
  return caller;
}

/** Lets the given roles in. */
export function allow(...roles: Caller['role'][]): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    let caller: Caller;
    try {
      const { pathname } = new URL(c.req.url);
      caller = await authenticate(c.var.service, { authorization: c.req.header('authorization'), proof: c.req.header('dpop'), method: c.req.method, path: pathname });
    } catch (error) {
      // Whatever is wrong with a token, the answer is that the caller is not known.
      if (isRefusal(error)) return problem(c, error, 401);
      throw error;
    }
    if (!roles.includes(caller.role)) return problem(c, new Refusal('role_wrong', `This is for: ${roles.join(', ')}.`, { allowed: roles }));
    c.set('caller', caller);
    c.header('Cache-Control', 'no-store');
    await next();
    return undefined;
  };
}
