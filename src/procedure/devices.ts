/**
 * Owns the enrolment of devices (设备登记): a new key asks to speak for a filed organization, one of the organization's
 * present keys endorses it, and the centre that filed names it by a client statement. Who has lost every device asks
 * without an endorsement; the centre then makes sure by other means whom it has before it, and ends the old keys.
 * It refuses keys of others, grants without endorsement, and statements that name another key.
 */

import { currentFiling, filedBy } from '../enrol.ts';
import type { Body } from '../life/procedure/bodies.ts';
import { Refusal } from '../life/refusal.ts';
import { thumbprint } from '../life/statement.ts';
import type { Service } from '../service.ts';
import { selectLastStep, selectOpenCase } from '../storage/cases.ts';
import { requireClient, requireOwnKey } from './applications.ts';
import { readStored } from './body.ts';
import { requireRoom } from './strangers.ts';
import type { Taken, Taking } from './take.ts';

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
