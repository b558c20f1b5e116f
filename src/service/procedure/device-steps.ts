/**
 * Steps of devices (设备登记) and of lost keys (设备报失). A new key asks to speak for a filed organization, one of its present
 * keys endorses it, and the centre that filed names it by a client statement. Who has lost every device asks without an
 * endorsement; the centre then makes sure by other means who it is, and ends the old keys.
 */

import { Refusal } from '../../base/refusal.ts';
import { thumbprint } from '../../core/keys.ts';
import type { Body } from '../../core/procedure/bodies.ts';
import { lossOf, selectCase, selectLastStep, selectOpenCase } from '../../storage/case-store.ts';
import { selectClientsOf } from '../../storage/statement-store.ts';
import { currentFiling, directoryOf, filedBy } from '../on-file.ts';
import type { Service } from '../service.ts';
import type { Taken, Taking } from './add-step.ts';
import { requireRoom } from './applicant-limits.ts';
import { requireClient, requireOwnKey } from './application-steps.ts';
import { readStored } from './stored-cases.ts';

/** What a device asks for. */
async function deviceOf(service: Service, about: string): Promise<Body<'device.request'>> {
  const row = await selectLastStep(service.db, about, ['device.request']);
  if (!row) throw new Refusal('register_differs', 'The case does not begin with a request.', { part: 'step' });
  return readStored<'device.request'>(service, row);
}

export async function takeDevice(taking: Taking): Promise<Taken> {
  const { service, directory, caller, about, step, body, current, now } = taking;
  if (step === 'device.request') return takeRequest(taking);
  if (step !== 'device.grant') return {};
  const asked = await deviceOf(service, about);
  // The code was released since: whoever has it now did not ask for this device.
  if (current?.organization !== asked.organization)
    throw new Refusal('organization_not_filed', 'The code that this device asked for was released since.', {
      organization: asked.organization,
    });
  if (asked.why !== 'loss' && current?.state !== 'endorsed') {
    throw new Refusal(
      'endorsement_missing',
      "One of the organization's present keys endorses the new one first; without any, the device asks anew as a loss.",
      { why: asked.why },
    );
  }
  const { filing } = await currentFiling(service, directory, asked.organization);
  await requireClient(service, directory, {
    centre: caller.subject,
    filing,
    jti: (body as Body<'device.grant'>).client,
    key: asked.key,
    now,
  });
  return {};
}

async function takeRequest({ service, caller, about, body }: Taking): Promise<Taken> {
  const { organization, key, why } = body as Body<'device.request'>;
  await requireOwnKey(caller, key);
  const centre = await filedBy(service, organization);
  if (centre === undefined)
    throw new Refusal('organization_not_filed', 'No centre has filed an organization with this code.', {
      organization,
    });
  const open = await selectOpenCase(service.db, 'device', caller.subject, ['requested', 'endorsed']);
  if (open !== undefined && open !== about)
    throw new Refusal('application_open', 'This key has asked before and is not answered yet.', { about: open });
  if (open === undefined) await requireRoom(service, true);
  // The thumbprint is what people compare over the telephone; label and holder stay in the body.
  return { organization, centre, facts: { why, key: await thumbprint(key) } };
}

// Lost keys: an organization says by any of its keys, the lost one too, that one of them is lost. From then on the
// service takes nothing of that key; ending it for good is the withdrawal of the centre, which is asked for it. A
// centre closes the case: after the withdrawal, or because the device was found; then the key works again unless it was
// withdrawn.

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
