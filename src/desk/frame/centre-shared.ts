/**
 * Owns what the desk views of centres share: who they are for, the case that an address names, and what things are called.
 * It refuses a case of another kind than the address says (`case_not_found`).
 */

import { Refusal } from '../../base/refusal.ts';
import { type Kind, readAbout } from '../../core/procedure/steps.ts';
import { organizationNames } from '../../service/organizations.ts';
import { type CaseView, viewCase } from '../../service/procedure/read-case.ts';
import type { Asked } from './views.ts';

export const CENTRES = ['city', 'province'] as const;
/** A case of the kind that the address names. */
export async function seenCase({ service, caller, params }: Asked, kind: Kind): Promise<CaseView> {
  const about = params.about as string;
  if (readAbout(about).kind !== kind) throw new Refusal('case_not_found', 'There is no such case.', { part: 'about' });
  return viewCase(service, caller, about);
}

/** The column that says whose a case is. */
export async function organizationColumn({ service }: Asked) {
  const names = await organizationNames(service);
  return {
    words: { zh: '机构', en: 'Organization' },
    of: ({ organization }: { organization?: string | null }) =>
      organization ? `${names.get(organization) ?? ''} ${organization}`.trim() : '',
  };
}

/** What a case is called: the title or name in its facts. */
export const calledOf = ({ facts, about }: { facts: Record<string, unknown>; about: string }): string =>
  String(facts.title ?? facts.name ?? about);
