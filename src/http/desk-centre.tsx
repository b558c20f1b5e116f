/**
 * Owns the desk's views of centres (省、市鉴定指导中心): what waits for review and decision.
 * It refuses nothing itself: findView lets centres alone in, and reading holds each to its reach.
 */
import { centreNames } from '../organizations.ts';
import { Home } from '../pages/desk/home.tsx';
import { countCases } from '../storage/cases.ts';
import type { Asked, View } from './desk-views.ts';

const CENTRES = ['city', 'province'] as const;

async function home({ service, caller }: Asked) {
  const counts = await countCases(service.db, caller.role === 'province' ? {} : { centre: caller.subject });
  const of = (kind: string, ...states: string[]) => counts.filter((one) => one.kind === kind && states.includes(one.state)).reduce((sum, { n }) => sum + n, 0);
  const name = (await centreNames(service)).get(caller.subject) ?? caller.subject;
  const tasks = [
    { words: { zh: '件申报待审核', en: 'applications to review' }, href: '#/applications', count: of('application', 'submitted') },
    { words: { zh: '份考核计划已报送', en: 'plans filed' }, href: '#/plans', count: of('plan', 'filed') },
    { words: { zh: '台设备待登记', en: 'devices to name' }, href: '#/devices', count: of('device', 'requested', 'endorsed') },
  ];
  return <Home title={{ zh: name, en: caller.role === 'province' ? 'Province’s centre' : 'City’s centre' }} tasks={tasks} />;
}

export const centreViews: readonly View[] = [{ path: 'home', roles: CENTRES, render: home }];
