/** Plans of examinations (考核计划), for organizations and centres. */

import { shanghaiDay } from '../../base/day.ts';
import type { Plan } from '../../core/procedure/plan.ts';
import { earliestExam, planEnd } from '../../core/procedure/plan-check.ts';
import { type CaseLine, type CaseView, newestBody } from '../../core/procedure/read-case.ts';
import type { Kind } from '../../core/procedure/steps.ts';
import { centreNames, currentFiling, directoryOf } from '../../service/on-file.ts';
import { listCases } from '../../service/procedure/stored-cases.ts';
import { workingDaysOf } from '../../service/working-days.ts';
import { CasesView, Ways } from '../frame/desk-parts.tsx';
import {
  type Asked,
  CENTRES,
  calledOf,
  listViews,
  ORGANIZATION,
  organizationColumn,
  ownCode,
  seenCase,
  type View,
  waitingFirst,
} from '../frame/views.ts';
import { CentrePlan, PlanDetail, PlanEdit } from './plan-detail.tsx';

/** Cases in one list. */
export const MOST = 500;

export const filingOf = async ({ service, caller }: Asked) =>
  (await currentFiling(service, await directoryOf(service), ownCode({ caller }))).filing;

export const list = ({ service, caller }: Asked, kind: Kind, parent?: string): Promise<CaseLine[]> =>
  listCases(service, caller, { kind, parent }, MOST);

export const planOf = (shown: Pick<CaseView, 'steps'>): Plan => newestBody<Plan>(shown, 'plan.file', 'plan.amend');

async function ownPlans(asked: Asked) {
  return (
    <CasesView
      name="plans"
      title={{ zh: '考核计划', en: 'Plans' }}
      {...(await waitingFirst(asked, 'plan', 'plans', 'returned'))}
      to="#/plans/"
      none={{ zh: '还没有考核计划。', en: 'There are no plans yet.' }}
      called={calledOf}
      columns={[
        {
          words: { zh: '考试日期', en: 'Exams' },
          of: ({ facts }) =>
            facts.first === facts.last ? String(facts.first) : `${String(facts.first)} – ${String(facts.last)}`,
        },
        { words: { zh: '考生', en: 'Candidates' }, of: ({ facts }) => String(facts.candidates ?? '') },
      ]}
    >
      <Ways ways={[{ words: { zh: '新建考核计划', en: 'New plan' }, href: '#/plans/new' }]} />
    </CasesView>
  );
}

async function newPlan(asked: Asked) {
  const { scope } = await filingOf(asked);
  return (
    <PlanEdit
      step="plan.file"
      about="new:plan"
      next="#/plans/{about}"
      scope={scope}
      earliest={earliestExam(await workingDaysOf(asked.service), shanghaiDay(asked.now))}
    />
  );
}

async function editPlan(asked: Asked) {
  const shown = await seenCase(asked, 'plan');
  const { scope } = await filingOf(asked);
  return (
    <PlanEdit
      step="plan.amend"
      about={shown.about}
      seq={shown.seq}
      last={shown.last}
      next={`#/plans/${shown.about}`}
      scope={scope}
      given={planOf(shown)}
      earliest={earliestExam(await workingDaysOf(asked.service), shanghaiDay(asked.now))}
    />
  );
}

async function ownPlan(asked: Asked) {
  const shown = await seenCase(asked, 'plan');
  const [results, names] = await Promise.all([list(asked, 'results', shown.about), centreNames(asked.service)]);
  const body = planOf(shown);
  return (
    <PlanDetail
      shown={shown}
      plan={body}
      names={names}
      results={results.find(({ state }) => state !== 'withdrawn')?.about}
      over={planEnd(body) <= asked.now}
    />
  );
}

async function centrePlans(asked: Asked) {
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

async function centrePlan(asked: Asked) {
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

export const planViews: readonly View[] = [
  ...listViews(ORGANIZATION, 'plans', ownPlans),
  { path: 'plans/new', roles: ORGANIZATION, render: newPlan },
  { path: 'plans/:about', roles: ORGANIZATION, render: ownPlan },
  { path: 'plans/:about/edit', roles: ORGANIZATION, render: editPlan },
  ...listViews(CENTRES, 'plans', centrePlans),
  { path: 'plans/:about', roles: CENTRES, render: centrePlan },
];
