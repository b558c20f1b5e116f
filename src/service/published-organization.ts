/**
 * What the public may read of an organization besides its filing: whether it is suspended and why, its published rules, and of
 * its application only what is public by nature (机构性质, address).
 */
import type { Application, Rules } from '../core/procedure/application.ts';
import { selectCases } from '../storage/case-store.ts';
import { applicationOf } from './procedure/application-steps.ts';
import { rulesOf, suspensionOf } from './procedure/standing.ts';
import { listedFacts } from './procedure/stored-cases.ts';
import type { Service } from './service.ts';

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
