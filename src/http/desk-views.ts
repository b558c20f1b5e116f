/**
 * Owns how the desk's views are found: a table of addresses, each for the roles that have work there. A view reads what
 * its caller reaches and becomes HTML; whatever it changes goes through the API, signed.
 * It refuses addresses that are nobody's (`not_found`) and those of other roles (`role_wrong`).
 */
import type { Child } from 'hono/jsx';
import type { Caller } from '../enrol.ts';
import { Refusal } from '../life/refusal.ts';
import type { Service } from '../service.ts';

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
export function findView(views: readonly View[], path: string, role: Caller['role']): { view: View; params: Record<string, string> } {
  let elsewhere = false;
  for (const view of views) {
    const params = match(view.path, path);
    if (params && view.roles.includes(role)) return { view, params };
    elsewhere ||= params !== undefined;
  }
  if (elsewhere) throw new Refusal('role_wrong', 'This view is for others than this key speaks for.', { part: 'path' });
  throw new Refusal('not_found', 'The desk has no such view.');
}
