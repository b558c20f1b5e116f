/**
 * Whose key signed a step, judged at the instant at which it was signed: a centre by its root's statement, an
 * organization by the statement of a centre about that device, the service by its root's, an applicant by its own key.
 */

import { isRefusal, Refusal } from '../../base/refusal.ts';
import type { Directory } from '../directory.ts';
import { codeOf } from '../filing.ts';
import type { PublicJwk } from '../keys.ts';
import { checkTimes, openStatement, readHeader, type Statement } from '../statement.ts';
import { roleOf } from './read-case.ts';
import type { TrailFile } from './trail-file.ts';

/**
 * Opens a signed step.
 * @param named statements that name keys of organizations and of the service
 * @param applicants keys that bodies of the case bring along, of those that nobody had filed yet
 * @throws Refusal of openStatement; of keys that nobody entitled had named for the signer at that time, and that had
 *   ended
 */
export async function openSignedStep(
  token: string,
  named: Pick<TrailFile['statements'], 'clients' | 'services'>,
  directory: Directory,
  applicants: readonly PublicJwk[],
): Promise<Statement<'step+jwt'>> {
  const { kid } = readHeader(token, 'step+jwt');
  const { memo } = directory;
  if (directory.findCentre(kid) !== undefined) {
    const statement = await openStatement(token, 'step+jwt', directory.findCentre);
    directory.centreAt(kid, statement.payload.iss, statement.payload.iat);
    return statement;
  }
  for (const jwk of applicants) {
    if ((await memo.thumbprint(jwk)) !== kid) continue;
    directory.requireWorkingKey(kid, 'step+jwt');
    const key = await memo.key(jwk);
    const statement = await openStatement(token, 'step+jwt', () => key);
    if (statement.payload.iss === `key:${kid}`) return statement;
  }
  let refusal = new Refusal('key_unknown', 'Nobody entitled has named the key that signed this step.', {
    part: 'step+jwt',
  });
  for (const open of [openOfClient, openOfService]) {
    for (const statement of open === openOfClient ? named.clients : named.services) {
      try {
        const opened = await open(token, statement, kid, directory);
        if (opened) return opened;
      } catch (error) {
        if (!isRefusal(error)) throw error;
        refusal = error;
      }
    }
  }
  throw refusal;
}

/** By an organization's device; undefined when the statement names another key. */
async function openOfClient(
  token: string,
  named: string,
  kid: string,
  directory: Directory,
): Promise<Statement<'step+jwt'> | undefined> {
  const { memo, withdrawals } = directory;
  const client = await memo.open(named, 'client+jwt', directory.findCentre);
  if ((await memo.thumbprint(client.payload.cnf.jwk)) !== kid) return undefined;
  const key = await memo.key(client.payload.cnf.jwk);
  const statement = await openStatement(token, 'step+jwt', () => key);
  const { iss, iat } = statement.payload;
  if (iss !== client.payload.sub)
    throw new Refusal('client_of_other_organization', `The key speaks for ${codeOf(client.payload.sub)}.`, {
      part: 'step+jwt:iss',
    });
  directory.centreAt(client.kid, client.payload.iss, iat);
  directory.requireWorkingKey(kid, 'client+jwt:cnf');
  checkTimes('client+jwt', client.payload, iat);
  withdrawals.require('client_withdrawn', 'client+jwt', iat, client.payload, { kid, iss: client.payload.iss });
  return statement;
}

/** By the service, for people without a key. */
async function openOfService(
  token: string,
  named: string,
  kid: string,
  directory: Directory,
): Promise<Statement<'step+jwt'> | undefined> {
  const { memo, withdrawals } = directory;
  const { payload: service } = await memo.open(named, 'service+jwt', directory.findRoot);
  const jkt = await memo.thumbprint(service.cnf.jwk);
  if (kid !== jkt && !kid.endsWith(`#${jkt}`)) return undefined;
  const key = await memo.key(service.cnf.jwk);
  const statement = await openStatement(token, 'step+jwt', () => key);
  const { iss, iat } = statement.payload;
  if (roleOf(iss) !== 'service')
    throw new Refusal('issuer_not_caller', 'The service signs in its own name alone.', { part: 'step+jwt:iss' });
  checkTimes('service+jwt', service, iat);
  directory.requireWorkingKey(jkt, 'service+jwt:cnf');
  withdrawals.require('service_withdrawn', 'service+jwt', iat, service, { kid: jkt, iss: service.iss });
  return statement;
}
