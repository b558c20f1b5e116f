/**
 * Owns how the desk's views are found: a table of addresses, each for the roles that have work there. A view reads what
 * its caller reaches and becomes HTML; whatever it changes goes through the API, signed. Long lists come page by page,
 * what waits for somebody first.
 * It refuses addresses that are nobody's (`not_found`), those of other roles (`role_wrong`), and pages that are none.
 */
import type { Child } from 'hono/jsx';
import { readPlace } from '../../base/page-place.ts';
import { Refusal } from '../../base/refusal.ts';
import type { Kind } from '../../core/procedure/steps.ts';
import type { Caller } from '../../service/enrol.ts';
import { type CaseLine, pageCases } from '../../service/procedure/read-case.ts';
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
