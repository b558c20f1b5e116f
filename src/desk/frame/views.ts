/**
 * What a view of the desk is, and what views share in reading for their caller.
 * Views only read; every change goes through the API, signed.
 */

import type { Child } from 'hono/jsx';
import { readPlace } from '../../base/bounded.ts';
import { isRefusal, Refusal } from '../../base/refusal.ts';
import type { CaseLine, CaseView } from '../../core/procedure/read-case.ts';
import { type Kind, readAbout } from '../../core/procedure/steps.ts';
import { organizationNames } from '../../service/organizations.ts';
import { pageCases, viewCase } from '../../service/procedure/stored-cases.ts';
import type { Caller } from '../../service/reach.ts';
import type { Service } from '../../service/service.ts';

export interface Asked {
  service: Service;
  caller: Caller;
  /** Of the address, `plans/:about`. */
  params: Readonly<Record<string, string>>;
  /** NumericDate */
  now: number;
}

export interface View {
  /** `plans/:about/edit` */
  path: string;
  roles: readonly Caller['role'][];
  render(asked: Asked): Promise<Child>;
}

/** Lines of a list before one asks for more. */
export const LINES = 100;

/** A list and its further pages, under an address of its own. */
export const listViews = (roles: View['roles'], path: string, render: View['render']): View[] => [
  { path, roles, render },
  { path: `${path}/after/:place`, roles, render },
];

/** Where the next page of a list is. */
export const moreOf = (path: string, next: string | null): string | undefined =>
  next === null ? undefined : `${path}/after/${next}`;

/** A page of cases within reach, those in a state that waits before all others. @param path address of the list */
export async function waitingFirst(
  { service, caller, params }: Asked,
  kind: Kind,
  path: string,
  ...states: string[]
): Promise<{ cases: CaseLine[]; more: string | undefined }> {
  const { lines, next } = await pageCases(
    service,
    caller,
    { kind, first: states, after: readPlace(params.place) },
    LINES,
  );
  return { cases: lines, more: moreOf(path, next) };
}

function match(pattern: string, path: string): Record<string, string> | undefined {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, segment] of wanted.entries()) {
    const value = given[at] as string;
    if (segment.startsWith(':')) params[segment.slice(1)] = value;
    else if (segment !== value) return undefined;
  }
  return params;
}

/** The view at an address, for a role; fixed addresses stand before those with a name in them. */
export function findView(
  views: readonly View[],
  path: string,
  role: Caller['role'],
): { view: View; params: Record<string, string> } {
  let elsewhere = false;
  for (const view of views) {
    const params = match(view.path, path);
    if (params && view.roles.includes(role)) return { view, params };
    elsewhere ||= params !== undefined;
  }
  if (elsewhere) throw new Refusal('role_wrong', 'This view is for others than this key speaks for.', { part: 'path' });
  throw new Refusal('not_found', 'The desk has no such view.');
}

export const APPLICANT = ['applicant'] as const;

export const CENTRES = ['city', 'province'] as const;

export const ORGANIZATION = ['organization'] as const;

/** Code of the organization that asks. */
export const ownCode = ({ caller }: Pick<Asked, 'caller'>): string => caller.subject.slice('org:'.length);

/** A case of the kind that the address names. */
export async function seenCase(
  { service, caller, params }: Asked,
  kind: Kind,
  about = params.about as string,
): Promise<CaseView> {
  if (readAbout(about).kind !== kind) throw new Refusal('case_not_found', 'There is no such case.', { part: 'about' });
  return viewCase(service, caller, about);
}

/** The case of an identifier within reach; undefined where none was begun. */
export const caseIfAny = ({ service, caller }: Asked, about: string): Promise<CaseView | undefined> =>
  viewCase(service, caller, about).catch((error: unknown) => {
    if (isRefusal(error, 'case_not_found')) return undefined;
    throw error;
  });

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

export const tierOf = ({ caller }: Pick<Asked, 'caller'>): 'city' | 'province' =>
  caller.role === 'province' ? 'province' : 'city';
