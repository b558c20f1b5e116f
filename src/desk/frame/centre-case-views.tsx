/**
 * Owns a centre's desk views of plans, results and objections within its reach.
 * It refuses nothing itself: findView lets centres alone in, and reading holds each to its reach.
 */
import { shanghaiDay } from '../../base/day.ts';
import { readNoticeFacts } from '../../core/procedure/notice.ts';
import type { Objection, Results } from '../../core/procedure/plan.ts';
import { centreNames } from '../../service/organizations.ts';
import { listCases } from '../../service/procedure/read-case.ts';
import { selectFacts } from '../../storage/case-store.ts';
import { ObjectionDetail } from '../objections/objection-views.tsx';
import { objectionsTo, planOf, standing } from '../plans/organization-plan-views.tsx';
import { CasesView } from './cases.tsx';
import { CentrePlan, CentreResults } from './centre-cases.tsx';
import { CENTRES, calledOf, organizationColumn, seenCase } from './centre-shared.ts';
import { type Asked, listViews, type View, waitingFirst } from './views.ts';

async function plans(asked: Asked) {
  return (
    <CasesView
      name="plans"
      title={{ zh: '考核计划', en: 'Plans' }}
      lead={{ zh: '已报送的在前。', en: 'Those that are filed stand first.' }}
      {...(await waitingFirst(asked, 'plan', 'plans', 'filed'))}
      to="#/plans/"
      none={{ zh: '没有考核计划。', en: 'There are no plans.' }}
      called={calledOf}
      columns={[
        await organizationColumn(asked),
        {
          words: { zh: '考试日期', en: 'Exams' },
          of: ({ facts }) =>
            facts.first === facts.last ? String(facts.first) : `${String(facts.first)} – ${String(facts.last)}`,
        },
        { words: { zh: '考生', en: 'Candidates' }, of: ({ facts }) => String(facts.candidates ?? '') },
        {
          words: { zh: '接收', en: 'Received' },
          of: ({ facts }) =>
            Object.values((facts.received ?? {}) as Record<string, string>)
              .sort()
              .at(-1) ?? '',
        },
      ]}
    />
  );
}

async function plan(asked: Asked) {
  const shown = await seenCase(asked, 'plan');
  const [results, names] = await Promise.all([
    listCases(asked.service, asked.caller, { kind: 'results', parent: shown.about }, 10),
    centreNames(asked.service),
  ]);
  return (
    <CentrePlan
      shown={shown}
      plan={planOf(shown)}
      names={names}
      results={results.find(({ state }) => state !== 'withdrawn')?.about}
      closed={String(shown.facts.first ?? '') <= shanghaiDay(asked.now)}
    />
  );
}

async function results(asked: Asked) {
  return (
    <CasesView
      name="results"
      title={{ zh: '结果公示', en: 'Results' }}
      lead={{ zh: '公示中的在前。', en: 'Those under notice stand first.' }}
      {...(await waitingFirst(asked, 'results', 'results', 'notice'))}
      to="#/results/"
      none={{ zh: '没有结果公示。', en: 'No results were published.' }}
      called={calledOf}
      columns={[await organizationColumn(asked), { words: { zh: '公示至', en: 'Until' }, of: ({ due }) => due ?? '' }]}
    />
  );
}

async function oneResults(asked: Asked) {
  const shown = await seenCase(asked, 'results');
  const [objections, names] = await Promise.all([objectionsTo(asked, shown.parent), centreNames(asked.service)]);
  return (
    <CentreResults
      shown={shown}
      results={standing<Results>(shown, 'results.publish', 'results.correct')}
      title={calledOf(shown)}
      passMark={Number(shown.facts.pass_mark ?? 60)}
      objections={objections}
      names={names}
    />
  );
}

async function objections(asked: Asked) {
  const found = await waitingFirst(asked, 'objection', 'objections', 'open');
  const facts = await selectFacts(
    asked.service.db,
    found.cases.flatMap(({ parent }) => parent ?? []),
  );
  const titleOf = ({ parent, about }: { parent: string | null; about: string }): string =>
    readNoticeFacts(facts.get(parent ?? '') ?? '')?.title ?? parent ?? about;
  return (
    <CasesView
      name="objections"
      title={{ zh: '异议', en: 'Objections' }}
      lead={{
        zh: '待处理的在前；由机构处理，本中心可要求重新处理。',
        en: 'Those that are open stand first. The organization decides; you may open one again.',
      }}
      {...found}
      to="#/objections/"
      none={{ zh: '没有异议。', en: 'There are no objections.' }}
      called={titleOf}
      columns={[
        await organizationColumn(asked),
        { words: { zh: '编号', en: 'Number' }, of: ({ about }) => <code>{about.slice('objection:'.length)}</code> },
      ]}
    />
  );
}

async function objection(asked: Asked) {
  const shown = await seenCase(asked, 'objection');
  return (
    <ObjectionDetail
      shown={shown}
      organization={shown.organization}
      objection={standing<Objection>(shown, 'objection.raise')}
      names={await centreNames(asked.service)}
    />
  );
}

export const centreCaseViews: readonly View[] = [
  ...listViews(CENTRES, 'plans', plans),
  { path: 'plans/:about', roles: CENTRES, render: plan },
  ...listViews(CENTRES, 'results', results),
  { path: 'results/:about', roles: CENTRES, render: oneResults },
  ...listViews(CENTRES, 'objections', objections),
  { path: 'objections/:about', roles: CENTRES, render: objection },
];
