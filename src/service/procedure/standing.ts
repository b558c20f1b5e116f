/**
 * An organization's standing (暂停评价), its published rules (考务管理、质量管理、证书管理、收费标准; notice 2020, 六（三）): all four together,
 * each version signed, the newest shown to everybody, none ever overwritten; and what the public may read of it.
 */

import { Refusal } from '../../base/refusal.ts';
import { parseOrganizationCode } from '../../core/number.ts';
import type { Application, Rules } from '../../core/procedure/application.ts';
import type { Body } from '../../core/procedure/bodies.ts';
import { guardStanding, selectCase, selectCases, selectLastStep } from '../../storage/case-store.ts';
import type { D1PreparedStatement } from '../../storage/database.ts';
import { filedBy } from '../on-file.ts';
import { requireOwn, requireReach } from '../reach.ts';
import type { Service } from '../service.ts';
import type { Taken, Taking } from './add-step.ts';
import { applicationOf } from './application-steps.ts';
import { listedFacts, readStored } from './stored-cases.ts';

/** Publishes the next version of an organization's rules. @throws Refusal `out_of_reach`, `organization_not_filed` */
export async function takeRules({ service, caller, id, body }: Taking): Promise<Taken> {
  requireOwn(caller, `org:${id}`, 'An organization publishes its own rules.');
  const centre = await filedBy(service, id);
  if (centre === undefined)
    throw new Refusal('organization_not_filed', 'The organization has no filing that is in force.', {
      organization: id,
    });
  return { organization: id, centre, facts: { version: (body as Body<'rules.publish'>).version } };
}

/** The rules of an organization as last published, with the day. */
async function rulesOf(
  service: Service,
  code: string,
): Promise<{ rules: Body<'rules.publish'>; published_at: number; token: string } | undefined> {
  const row = await selectLastStep(service.db, `rules:${code}`, ['rules.publish']);
  return row
    ? { rules: await readStored<'rules.publish'>(service, row), published_at: row.received_at, token: row.token }
    : undefined;
}

// Standing: a centre suspends an organization with a reason, and it or a higher tier lifts that. While suspended it
// files no plans, uploads nothing and orders nothing; what was issued stays as it was.

/** Suspends an organization, or lifts that. @throws Refusal `role_wrong`, `organization_not_found`, `rank_too_low` */
export async function takeStanding({ service, caller, id, step, body, current, about }: Taking): Promise<Taken> {
  const code = parseOrganizationCode(id);
  if (caller.role !== 'city' && caller.role !== 'province')
    throw new Refusal('role_wrong', 'A centre suspends and resumes.', { allowed: ['city', 'province'] });
  const centre = await filedBy(service, code);
  if (centre === undefined)
    throw new Refusal('organization_not_found', 'No centre has filed an organization with this code.');
  await requireReach(service, caller, code);
  if (step === 'standing.suspend')
    return {
      organization: code,
      centre,
      facts: { until: (body as Body<'standing.suspend'>).until ?? null, by: caller.subject },
    };
  // As with certificates: only the tier that suspended, or a higher one, lifts it.
  const last = current && (await selectLastStep(service.db, about, ['standing.suspend']));
  if (last?.role === 'province' && caller.role !== 'province')
    throw new Refusal('rank_too_low', 'The province suspended it; only the province lifts that.');
  return { organization: code, centre, facts: { until: null, by: caller.subject } };
}

/** Why an organization is suspended, if it is. */
export async function suspensionOf(
  service: Service,
  code: string,
): Promise<{ reason: string; until: string | null; since: number; by: string } | undefined> {
  const row = await selectCase(service.db, `standing:${code}`);
  if (row?.state !== 'suspended') return undefined;
  const step = await selectLastStep(service.db, row.about, ['standing.suspend']);
  if (!step) return undefined;
  const { reason, until } = await readStored<'standing.suspend'>(service, step);
  return { reason, until: until ?? null, since: step.received_at, by: step.iss };
}

/**
 * Refuses an organization that is suspended (`organization_suspended`).
 * @returns the same condition, for the transaction that follows
 */
export async function requireStanding(service: Service, code: string): Promise<D1PreparedStatement> {
  const row = await selectCase(service.db, `standing:${code}`);
  if (row?.state === 'suspended')
    throw new Refusal(
      'organization_suspended',
      'A centre has suspended this organization; ask it what is to be corrected.',
      { organization: code },
    );
  return guardStanding(service.db, code);
}

// What the public may read besides its filing: whether it is suspended and why, its rules, and of its application only
// what is public by nature (机构性质, address).

/** More organizations than a province files. */
const ALL = 100_000;

export interface PublishedIndex {
  /** Codes of suspended organizations. */
  suspended: ReadonlySet<string>;
  /** Code → version of the rules in force. */
  rules: ReadonlyMap<string, string>;
}

/** For lists: two reads, nothing decrypted. */
export async function publishedIndex(service: Service): Promise<PublishedIndex> {
  const [standing, rules] = await Promise.all([
    selectCases(service.db, { kind: 'standing', state: 'suspended' }, ALL),
    selectCases(service.db, { kind: 'rules' }, ALL),
  ]);
  return {
    suspended: new Set(standing.flatMap(({ organization }) => organization ?? [])),
    rules: new Map(
      rules.flatMap((row) => {
        const facts = row.organization === null ? undefined : listedFacts('rules', row);
        return facts ? [[row.organization as string, facts.version]] : [];
      }),
    ),
  };
}

export interface Published {
  suspension: { reason: string; until: string | null; since: number; by: string } | undefined;
  rules: { rules: Rules; published_at: number; token: string } | undefined;
  /** Of the newest application that led to a filing. */
  form: { nature: Application['form']['nature']; address: string; about: string } | undefined;
}

/** What the public may read of one organization. @param code `S000037000001` */
export async function publishedOf(service: Service, code: string): Promise<Published> {
  const [suspension, rules, form] = await Promise.all([
    suspensionOf(service, code),
    rulesOf(service, code),
    selectedForm(service, code),
  ]);
  return { suspension, rules, form };
}

async function selectedForm(service: Service, code: string): Promise<Published['form']> {
  const [row] = await selectCases(service.db, { kind: 'application', state: 'selected', organization: code }, 1);
  if (!row) return undefined;
  const { form } = await applicationOf(service, row.about);
  return { nature: form.nature, address: form.address, about: row.about };
}
