/**
 * Owns the desk view of lost keys within a centre's reach.
 * It refuses nothing itself: findView lets centres alone in, and reading holds each to its reach.
 */
import type { Body } from '../life/procedure/bodies.ts';
import { centreNames, organizationNames } from '../organizations.ts';
import { LossesView } from '../pages/desk/losses.tsx';
import { keysOf } from '../procedure/losses.ts';
import { listCases, viewCase } from '../procedure/read.ts';
import { CENTRES } from './desk-centre-parts.ts';
import { standing } from './desk-organization-plans.tsx';
import type { Asked, View } from './desk-views.ts';

/** Losses in one view; there are more once some of them are settled. */
const MOST = 50;

async function losses({ service, caller }: Asked) {
  const [cases, names, organizations] = await Promise.all([
    listCases(service, caller, { kind: 'loss', state: 'reported' }, MOST),
    centreNames(service),
    organizationNames(service),
  ]);
  const shown = await Promise.all(
    cases.map(async ({ about, organization, facts }) => {
      const jkt = String(facts.key);
      const [one, keys] = await Promise.all([viewCase(service, caller, about), keysOf(service, String(organization))]);
      return {
        shown: one,
        jkt,
        reason: standing<Body<'loss.report'>>(one, 'loss.report').reason,
        withdrawn: keys.some((key) => key.jkt === jkt && key.state === 'withdrawn'),
      };
    }),
  );
  return <LossesView losses={shown} names={names} organizations={organizations} />;
}

export const lossViews: readonly View[] = [{ path: 'losses', roles: CENTRES, render: losses }];
