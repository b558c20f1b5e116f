/**
 * Owns an organization's published rules (考务管理、质量管理、证书管理、收费标准; notice 2020, 六（三）): all four together, each
 * version signed, the newest shown to everybody, none ever overwritten.
 */

import { filedBy } from '../enrol.ts';
import type { Body } from '../life/procedure/bodies.ts';
import { Refusal } from '../life/refusal.ts';
import type { Service } from '../service.ts';
import { selectLastStep } from '../storage/cases.ts';
import { readStored } from './body.ts';
import type { Taken, Taking } from './take.ts';

export async function takeRules({ service, caller, id, body }: Taking): Promise<Taken> {
  if (caller.subject !== `org:${id}`) throw new Refusal('out_of_reach', 'An organization publishes its own rules.');
  const centre = await filedBy(service, id);
  if (centre === undefined)
    throw new Refusal('organization_not_filed', 'The organization has no filing that is in force.', {
      organization: id,
    });
  return { organization: id, centre, facts: { version: (body as Body<'rules.publish'>).version } };
}

/** The rules of an organization as last published, with the day. */
export async function rulesOf(
  service: Service,
  code: string,
): Promise<{ rules: Body<'rules.publish'>; published_at: number; token: string } | undefined> {
  const row = await selectLastStep(service.db, `rules:${code}`, ['rules.publish']);
  return row
    ? { rules: await readStored<'rules.publish'>(service, row), published_at: row.received_at, token: row.token }
    : undefined;
}
