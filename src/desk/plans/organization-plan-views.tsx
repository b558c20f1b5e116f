/**
 * Owns the desk's views of an organization's plans, results and objections.
 * It refuses nothing itself: findView lets organizations alone in, and reading holds each to its own cases.
 */

import { shanghaiDay } from '../../base/day.ts';
import { Refusal } from '../../base/refusal.ts';
import type { Objection, Plan, Results } from '../../core/procedure/plan.ts';
import { earliestExam, planEnd } from '../../core/procedure/plan-check.ts';
import { isNoticeOver } from '../../core/procedure/results-check.ts';
import { type Kind, readAbout } from '../../core/procedure/steps.ts';
import { currentFiling } from '../../service/enrol.ts';
import { directoryOf } from '../../service/lookup.ts';
import { centreNames } from '../../service/organizations.ts';
import { type CaseLine, listCases, openSteps, viewCase } from '../../service/procedure/read-case.ts';
import { workingDaysOf } from '../../service/working-days.ts';
import { CasesView, type ShownCase } from '../frame/cases.tsx';
import { Ways } from '../frame/menu.tsx';
import { type Asked, listViews, type View, waitingFirst } from '../frame/views.ts';
import { AnswersView, ObjectionDetail } from '../objections/objection-views.tsx';
import { PlanDetail, PlanEdit } from './organization-plans.tsx';
import { ResultsDetail, ResultsForm, Unpublished } from './organization-results.tsx';

const ORGANIZATION = ['organization'] as const;
/** Cases in one list. */
const MOST = 500;
/** Objections that are opened at once to be answered. */
const TOGETHER = 50;

const filingOf = async ({ service, caller }: Asked) =>
  (await currentFiling(service, await directoryOf(service), caller.subject.slice('org:'.length))).filing;
const list = ({ service, caller }: Asked, kind: Kind, parent?: string): Promise<CaseLine[]> =>
  listCases(service, caller, { kind, parent }, MOST);
/** To any results of a plan: what was withdrawn and published again stands as it was. */
export const objectionsTo = ({ service, caller }: Asked, plan: string | null, state?: 'open'): Promise<CaseLine[]> =>
  listCases(service, caller, { kind: 'objection', resultsOf: plan ?? '', state }, MOST);

/** A case of the kind that the address names. */
export async function seen(
  { service, caller }: Pick<Asked, 'service' | 'caller'>,
  about: string,
  kind: Kind,
): Promise<ShownCase> {
  if (readAbout(about).kind !== kind) throw new Refusal('case_not_found', 'There is no such case.', { part: 'about' });
  return viewCase(service, caller, about);
}

/** What a case says now: the body of the newest of some steps. */
export function standing<T>({ steps }: Pick<ShownCase, 'steps'>, ...names: string[]): T {
  const step = steps.findLast((one) => names.includes(one.step));
  if (!step) throw new Refusal('register_differs', 'The case does not hold what it is about.', { part: 'step' });
  return step.body as T;
}

export const planOf = (shown: Pick<ShownCase, 'steps'>): Plan => standing<Plan>(shown, 'plan.file', 'plan.amend');
const titleOf = ({ facts, about }: { facts: Record<string, unknown>; about: string }): string =>
  String(facts.title ?? about);

async function plans(asked: Asked) {
  return (
    <CasesView
      name="plans"
      title={{ zh: '考核计划', en: 'Plans' }}
      {...(await waitingFirst(asked, 'plan', 'plans', 'returned'))}
      to="#/plans/"
      none={{ zh: '还没有考核计划。', en: 'There are no plans yet.' }}
      called={titleOf}
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
  const shown = await seen(asked, asked.params.about as string, 'plan');
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

async function plan(asked: Asked) {
  const shown = await seen(asked, asked.params.about as string, 'plan');
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

async function results(asked: Asked) {
  const [cases, filed] = await Promise.all([list(asked, 'results'), list(asked, 'plan')]);
  const published = new Set(cases.filter(({ state }) => state !== 'withdrawn').map(({ parent }) => parent));
  const today = shanghaiDay(asked.now);
  const waiting = filed.filter(
    ({ about, state, facts }) => state === 'filed' && !published.has(about) && String(facts.last ?? '9999') <= today,
  );
  return (
    <CasesView
      name="results"
      title={{ zh: '结果公示', en: 'Results' }}
      {...(await waitingFirst(asked, 'results', 'results', 'notice'))}
      to="#/results/"
      none={{ zh: '还没有公示过结果。', en: 'No results were published yet.' }}
      called={titleOf}
      columns={[
        { words: { zh: '公示至', en: 'Until' }, of: ({ due }) => due ?? '' },
        {
          words: { zh: '合格/考生', en: 'Passed' },
          of: ({ facts }) => {
            const counts = (facts.counts ?? {}) as { passed?: number; candidates?: number };
            return `${counts.passed ?? ''} / ${counts.candidates ?? ''}`;
          },
        },
      ]}
    >
      <Unpublished plans={waiting} />
    </CasesView>
  );
}

async function newResults(asked: Asked) {
  const shown = await seen(asked, asked.params.plan as string, 'plan');
  const { scope } = await filingOf(asked);
  return (
    <ResultsForm
      step="results.publish"
      about="new:results"
      plan={shown.about}
      title={planOf(shown).title}
      scope={scope}
      today={shanghaiDay(asked.now)}
    />
  );
}

async function correctResults(asked: Asked) {
  const shown = await seen(asked, asked.params.about as string, 'results');
  const { scope } = await filingOf(asked);
  const body = standing<Results>(shown, 'results.publish', 'results.correct');
  return (
    <ResultsForm
      step="results.correct"
      about={shown.about}
      seq={shown.seq}
      last={shown.last}
      plan={body.plan}
      title={titleOf(shown)}
      scope={scope}
      today={shanghaiDay(asked.now)}
      days={body.working_days}
    />
  );
}

async function oneResults(asked: Asked) {
  const shown = await seen(asked, asked.params.about as string, 'results');
  const body = standing<Results>(shown, 'results.publish', 'results.correct');
  const [objections, names] = await Promise.all([objectionsTo(asked, body.plan), centreNames(asked.service)]);
  const { facts } = shown;
  const until = String(facts.until ?? shown.due);
  return (
    <ResultsDetail
      shown={shown}
      results={body}
      plan={{ title: titleOf(shown) }}
      passMark={Number(facts.pass_mark ?? 60)}
      from={String(facts.from ?? '')}
      until={until}
      over={isNoticeOver({ until }, shanghaiDay(asked.now))}
      objections={objections}
      batch={facts.batch as string | undefined}
      names={names}
    />
  );
}

async function answers(asked: Asked) {
  const shown = await seen(asked, asked.params.about as string, 'results');
  const open = await objectionsTo(asked, shown.parent, 'open');
  const opened = await Promise.all(
    open.slice(0, TOGETHER).map(async ({ about, seq, last, created_at }) => ({
      about,
      seq,
      last,
      raised_at: created_at,
      objection: standing<Objection>({ steps: await openSteps(asked.service, about) }, 'objection.raise'),
    })),
  );
  return <AnswersView results={shown.about} title={titleOf(shown)} shown={opened} all={open.length} />;
}

async function objections(asked: Asked) {
  return (
    <CasesView
      name="objections"
      title={{ zh: '异议', en: 'Objections' }}
      {...(await waitingFirst(asked, 'objection', 'objections', 'open'))}
      to="#/objections/"
      none={{ zh: '没有异议。', en: 'There are no objections.' }}
      called={({ about }) => about}
      columns={[
        {
          words: { zh: '结果', en: 'Results' },
          of: ({ parent }) => (parent ? <a href={`#/results/${parent}`}>{parent}</a> : ''),
        },
      ]}
    />
  );
}

async function objection(asked: Asked) {
  const shown = await seen(asked, asked.params.about as string, 'objection');
  return (
    <ObjectionDetail
      shown={shown}
      objection={standing<Objection>(shown, 'objection.raise')}
      names={await centreNames(asked.service)}
    />
  );
}

export const planViews: readonly View[] = [
  ...listViews(ORGANIZATION, 'plans', plans),
  { path: 'plans/new', roles: ORGANIZATION, render: newPlan },
  { path: 'plans/:about', roles: ORGANIZATION, render: plan },
  { path: 'plans/:about/edit', roles: ORGANIZATION, render: editPlan },
  ...listViews(ORGANIZATION, 'results', results),
  { path: 'results/new/:plan', roles: ORGANIZATION, render: newResults },
  { path: 'results/:about', roles: ORGANIZATION, render: oneResults },
  { path: 'results/:about/correct', roles: ORGANIZATION, render: correctResults },
  { path: 'results/:about/objections', roles: ORGANIZATION, render: answers },
  ...listViews(ORGANIZATION, 'objections', objections),
  { path: 'objections/:about', roles: ORGANIZATION, render: objection },
];
