/**
 * Who an access token speaks for: a key of an organization, of a centre, or one that nobody has named yet. What changes
 * something judges its caller again at the moment of writing (procedure/take-step.ts).
 */
import { Refusal } from '../base/refusal.ts';
import { type Directory, openCentre } from '../core/directory.ts';
import { codeOf, openClient } from '../core/filing.ts';
import { type PublicJwk, thumbprint } from '../core/keys.ts';
import { checkTimes, claimedKey, unverified } from '../core/statement.ts';
import { lossOf } from '../storage/case-store.ts';
import { selectClient } from '../storage/statement-store.ts';
import { currentFiling, directoryOf } from './on-file.ts';
import type { Service } from './service.ts';

/** Who calls: from the access token, proved by DPoP. */
export interface Caller {
  /** `applicant`: a key that nobody has named yet, speaking for itself. */
  role: 'applicant' | 'organization' | 'city' | 'province';
  /** `org:<code>`, `centre:<code>` or `key:<thumbprint>` */
  subject: string;
  jkt: string;
  /** The key that the access token names: it signed the proof, and signs the caller's steps. */
  key: PublicJwk;
  /** The access token, by which the caller is judged again when it writes. */
  token: string;
  /** Row of the client statement, for organizations. */
  client?: number;
}

/** A key that nobody has named yet speaks for itself alone: it applies to be filed, or to be named. */
async function readApplicant(service: Service, directory: Directory, token: string): Promise<Caller> {
  const claimed = claimedKey(token);
  const jkt = await thumbprint(claimed);
  directory.requireWorkingKey(jkt, 'applicant+jwt:cnf');
  const own = await service.memo.key(claimed);
  const { payload } = await service.memo.open(token, 'applicant+jwt', (kid) => (kid === jkt ? own : undefined));
  if (payload.iss !== `key:${jkt}` || (await thumbprint(payload.cnf.jwk)) !== jkt)
    throw new Refusal('key_unknown', "An applicant's token names the key that signed it, and no other.", {
      part: 'applicant+jwt:cnf',
    });
  checkTimes('applicant+jwt', payload, service.now());
  return { role: 'applicant', subject: payload.iss, jkt, key: payload.cnf.jwk, token };
}

/** Checks an access token and gives the caller, with the key that must have signed the proof. */
export async function readToken(service: Service, token: string): Promise<Caller> {
  const directory = await directoryOf(service);
  const now = service.now();
  const typ = unverified(token).header.typ;
  if (typ === undefined) throw new Refusal('authorization_malformed', 'The access token is not a JWS with a typ.');
  if (typ === 'applicant+jwt') return readApplicant(service, directory, token);
  if (typ === 'client+jwt') {
    const { payload } = await service.memo.open(token, 'client+jwt', directory.findCentre);
    const { filing } = await currentFiling(service, directory, codeOf(payload.sub));
    await openClient(token, directory, filing, now);
    const jkt = await thumbprint(payload.cnf.jwk);
    const stored = await selectClient(service.db, payload.sub, jkt, payload.jti, lossOf(codeOf(payload.sub), jkt));
    if (!stored)
      throw new Refusal(
        'client_unknown',
        'The client key is not registered; the centre hands it in with POST /v1/clients.',
        { part: 'client+jwt' },
      );
    // A code that was released and filed for another body does not bring the keys of the one before along.
    const named =
      stored.filed === null
        ? undefined
        : (await service.memo.open(stored.filed, 'filing+jwt', directory.findCentre)).payload;
    if (named?.sub !== filing.sub || named.uscc !== filing.uscc)
      throw new Refusal(
        'client_of_other_organization',
        'The client key was named for another body that had this code.',
        { part: 'client+jwt:sub' },
      );
    if (stored.lost === 1)
      throw new Refusal(
        'client_reported',
        'The organization has reported this key lost. Use another one; ask the centre if it was found.',
        { part: 'client+jwt' },
      );
    return { role: 'organization', subject: payload.sub, jkt, key: payload.cnf.jwk, token, client: stored.id };
  }
  const { payload } = await openCentre(token, directory);
  checkTimes('centre+jwt', payload, now);
  const jkt = await thumbprint(payload.cnf.jwk);
  directory.requireCentre(payload, jkt, now);
  return { role: payload.tier, subject: payload.sub, jkt, key: payload.cnf.jwk, token };
}
