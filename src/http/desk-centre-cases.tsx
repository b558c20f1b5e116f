/**
 * Owns a centre's desk views of plans, results and objections within its reach.
 * It refuses nothing itself: findView lets centres alone in, and reading holds each to its reach.
 */
import { shanghaiDay } from '../life/calendar.ts';
import type { Objection, Results } from '../life/procedure/plan.ts';
import { readAbout, type Kind } from '../life/procedure/steps.ts';
import { Refusal } from '../life/refusal.ts';
import { centreNames } from '../organizations.ts';
import { CasesView } from '../pages/desk/cases.tsx';
import { CentreObjection, CentrePlan, CentreResults } from '../pages/desk/centre-cases.tsx';
import { listCases, viewCase, type CaseView } from '../procedure/read.ts';
import { planOf, standing } from './desk-organization-plans.tsx';
import type { Asked, View } from './desk-views.ts';

const CENTRES = ['city', 'province'] as const;
/** Cases in one list. */
const MOST = 500;

/** Cases within reach, those that wait for somebody first. */
export async function waitingFirst({ service, caller }: Asked, kind: Kind, ...states: string[]) {
  const cases = await listCases(service, caller, { kind }, MOST);
  return cases.sort((a, b) => Number(states.includes(b.state)) - Number(states.includes(a.state)));
}

/** A case of the kind that the address names. */
export async function seenCase({ service, caller, params }: Asked, kind: Kind): Promise<CaseView> {
  const about = params['about'] as string;
  if (readAbout(about).kind !== kind) throw new Refusal('case_not_found', 'There is no such case.', { part: 'about' });
  return viewCase(service, caller, about);
}

type Line = { organization?: string | null; facts: Record<string, unknown>; about: string; due: string | null; parent: string | null };
const titleOf = ({ facts, about }: Line): string => String(facts['title'] ?? about);
const ofOrganization = { words: { zh: '机构', en: 'Organization' }, of: (one: Line) => one.organization ?? '' };

async function plans(asked: Asked) {
  return (
    <CasesView
      name="plans"
      title={{ zh: '考核计划', en: 'Plans' }}
      cases={await waitingFirst(asked, 'plan', 'filed')}
      to="#/plans/"
      none={{ zh: '没有考核计划。', en: 'There are no plans.' }}
      called={titleOf}
      columns={[
        ofOrganization,
        { words: { zh: '考试日期', en: 'Exams' }, of: ({ facts }) => (facts['first'] === facts['last'] ? String(facts['first']) : `${String(facts['first'])} – ${String(facts['last'])}`) },
        { words: { zh: '考生', en: 'Candidates' }, of: ({ facts }) => String(facts['candidates'] ?? '') },
        { words: { zh: '接收', en: 'Received' }, of: ({ facts }) => Object.values((facts['received'] ?? {}) as Record<string, string>).sort().at(-1) ?? '' },
      ]}
    />
  );
}

async function plan(asked: Asked) {
  const shown = await seenCase(asked, 'plan');
  const [results, names] = await Promise.all([listCases(asked.service, asked.caller, { kind: 'results', parent: shown.about }, 10), centreNames(asked.service)]);
  return <CentrePlan shown={shown} plan={planOf(shown)} names={names} results={results.find(({ state }) => state !== 'withdrawn')?.about} closed={String(shown.facts['first'] ?? '') <= shanghaiDay(asked.now)} />;
}

async function results(asked: Asked) {
  return (
    <CasesView
      name="results"
      title={{ zh: '结果公示', en: 'Results' }}
      cases={await waitingFirst(asked, 'results', 'notice')}
      to="#/results/"
      none={{ zh: '没有结果公示。', en: 'No results were published.' }}
      called={titleOf}
      columns={[ofOrganization, { words: { zh: '公示至', en: 'Until' }, of: ({ due }) => due ?? '' }]}
    />
  );
}

async function oneResults(asked: Asked) {
  const shown = await seenCase(asked, 'results');
  const [objections, names] = await Promise.all([listCases(asked.service, asked.caller, { kind: 'objection', parent: shown.about }, MOST), centreNames(asked.service)]);
  return <CentreResults shown={shown} results={standing<Results>(shown, 'results.publish', 'results.correct')} title={titleOf(shown)} passMark={Number(shown.facts['pass_mark'] ?? 60)} objections={objections} names={names} />;
}

async function objections(asked: Asked) {
  return <CasesView name="objections" title={{ zh: '异议', en: 'Objections' }} cases={await waitingFirst(asked, 'objection', 'open')} to="#/objections/" none={{ zh: '没有异议。', en: 'There are no objections.' }} called={({ about }) => about} columns={[ofOrganization]} />;
}

async function objection(asked: Asked) {
  const shown = await seenCase(asked, 'objection');
  return <CentreObjection shown={shown} objection={standing<Objection>(shown, 'objection.raise')} names={await centreNames(asked.service)} />;
}

export const centreCaseViews: readonly View[] = [
  { path: 'plans', roles: CENTRES, render: plans },
  { path: 'plans/:about', roles: CENTRES, render: plan },
  { path: 'results', roles: CENTRES, render: results },
  { path: 'results/:about', roles: CENTRES, render: oneResults },
  { path: 'objections', roles: CENTRES, render: objections },
  { path: 'objections/:about', roles: CENTRES, render: objection },
];
