/**
 * Owns the desk's views of organizations (评价机构): filing and capacity, plans, results, objections, batches, rules, devices.
 * It refuses nothing itself: findView lets organizations alone in, and reading holds each to its own cases.
 */
import { currentFiling } from '../enrol.ts';
import { shanghaiYear } from '../life/calendar.ts';
import { centreNames } from '../organizations.ts';
import { OrganizationHome } from '../pages/desk/organization-home.tsx';
import { suspensionOf } from '../procedure/standing.ts';
import { directoryOf } from '../register.ts';
import { selectBatchesOf, selectUsedCapacity } from '../storage/batches.ts';
import { countCases } from '../storage/cases.ts';
import type { Asked, View } from './desk-views.ts';

const ORGANIZATION = ['organization'] as const;
const codeOf = ({ caller }: Asked): string => caller.subject.slice('org:'.length);

async function home(asked: Asked) {
  const { service, now } = asked;
  const code = codeOf(asked);
  const { filing } = await currentFiling(service, await directoryOf(service), code);
  const [counts, batches, used, names, suspension] = await Promise.all([
    countCases(service.db, { organization: code }),
    selectBatchesOf(service.db, code, 200),
    selectUsedCapacity(service.db, code, shanghaiYear(now)),
    centreNames(service),
    suspensionOf(service, code),
  ]);
  return <OrganizationHome code={code} filing={filing} used={used} centre={names.get(filing.iss) ?? filing.iss} suspension={suspension} counts={counts} orders={batches.filter(({ state }) => state === 'approved').length} />;
}

export const organizationViews: readonly View[] = [{ path: 'home', roles: ORGANIZATION, render: home }];
