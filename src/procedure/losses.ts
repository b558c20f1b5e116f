/**
 * Owns lost keys (设备报失): an organization says by any of its keys, the lost one too, that one of them is lost. From then
 * on the service takes nothing of that key; ending it for good is the withdrawal of the centre, which is asked for it.
 * A centre closes the case: after the withdrawal, or because the device was found; then the key works again unless
 * it was withdrawn.
 * It refuses keys that are not the organization's (`client_unknown`): nobody locks others out.
 */

import { filedBy } from '../enrol.ts';
import { Refusal } from '../life/refusal.ts';
import { directoryOf } from '../register.ts';
import type { Service } from '../service.ts';
import { lossOf, selectCase } from '../storage/cases.ts';
import { selectClientsOf } from '../storage/statements.ts';
import type { Taken, Taking } from './take.ts';

export async function takeLoss({ service, caller, id, step }: Taking): Promise<Taken> {
  // Nothing of its line changes.
  if (step === 'loss.close') return {};
  const organization = caller.subject.slice('org:'.length);
  const key = id.slice(organization.length + 1);
  const named = (await selectClientsOf(service.db, caller.subject)).some(({ jkt }) => jkt === key);
  if (!named || lossOf(organization, key) !== `loss:${id}`)
    throw new Refusal('client_unknown', 'This is no key of the organization.', { part: 'about' });
  const centre = await filedBy(service, organization);
  if (centre === undefined)
    throw new Refusal('organization_not_filed', 'No centre has filed the organization.', { organization });
  return { organization, centre, facts: { key } };
}

export interface ClientKey {
  jkt: string;
  state: 'active' | 'expired' | 'withdrawn' | 'reported';
  until: number;
  loss: { seq: number; last: string } | undefined;
}

/** The keys that speak or spoke for an organization, those in force first, each by the newest statement about it. */
export async function keysOf(service: Service, organization: string): Promise<ClientKey[]> {
  const { withdrawals } = await directoryOf(service);
  const now = service.now();
  const newest = new Map<string, { iss: string; jti: string; jkt: string; exp: number }>();
  for (const one of await selectClientsOf(service.db, `org:${organization}`))
    if (!newest.has(one.jkt)) newest.set(one.jkt, one);
  const keys = await Promise.all(
    [...newest.values()].map(async ({ iss, jti, jkt, exp }): Promise<ClientKey> => {
      const row = await selectCase(service.db, lossOf(organization, jkt));
      const isWithdrawn = Math.min(withdrawals.endOfStatement({ iss, jti }), withdrawals.endOfKey(jkt, iss)) <= now;
      return {
        jkt,
        until: exp,
        state: isWithdrawn ? 'withdrawn' : exp <= now ? 'expired' : row?.state === 'reported' ? 'reported' : 'active',
        loss: row ? { seq: row.seq, last: row.last } : undefined,
      };
    }),
  );
  return keys.sort((a, b) => Number(b.state === 'active') - Number(a.state === 'active'));
}
