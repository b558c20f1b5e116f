/** Results under notice (结果公示), for organizations and centres, and the form that publishes or corrects them. */

import type { FC } from 'hono/jsx';
import { shanghaiDay } from '../../base/day.ts';
import type { Results } from '../../core/procedure/plan.ts';
import { newestBody } from '../../core/procedure/read-case.ts';
import { isNoticeOver } from '../../core/procedure/results-check.ts';
import type { ScopeEntry } from '../../core/schema.ts';
import { centreNames } from '../../service/on-file.ts';
import { Para } from '../../web/frame/layout.tsx';
import { Card, CasesView, ViewLead } from '../frame/desk-parts.tsx';
import { Field, StepForm } from '../frame/fields.tsx';
import {
  type Asked,
  CENTRES,
  calledOf,
  listViews,
  ORGANIZATION,
  organizationColumn,
  seenCase,
  type View,
  waitingFirst,
} from '../frame/views.ts';
import { answers, objectionsTo } from '../objections/objection-views.tsx';
import { TableField } from '../plans/plan-form.tsx';
import { filingOf, list, planOf } from '../plans/plan-views.tsx';
import { CentreResults, ResultsDetail, Unpublished } from './result-detail.tsx';

async function ownResultsList(asked: Asked) {
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
      called={calledOf}
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
  const shown = await seenCase(asked, 'plan', asked.params.plan);
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
  const shown = await seenCase(asked, 'results');
  const { scope } = await filingOf(asked);
  const body = newestBody<Results>(shown, 'results.publish', 'results.correct');
  return (
    <ResultsForm
      step="results.correct"
      about={shown.about}
      seq={shown.seq}
      last={shown.last}
      plan={body.plan}
      title={calledOf(shown)}
      scope={scope}
      today={shanghaiDay(asked.now)}
      days={body.working_days}
    />
  );
}

async function ownResults(asked: Asked) {
  const shown = await seenCase(asked, 'results');
  const body = newestBody<Results>(shown, 'results.publish', 'results.correct');
  const [objections, names] = await Promise.all([objectionsTo(asked, body.plan), centreNames(asked.service)]);
  const { facts } = shown;
  const until = String(facts.until ?? shown.due);
  return (
    <ResultsDetail
      shown={shown}
      results={body}
      plan={{ title: calledOf(shown) }}
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

async function centreResultsList(asked: Asked) {
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

async function centreResults(asked: Asked) {
  const shown = await seenCase(asked, 'results');
  const [objections, names] = await Promise.all([objectionsTo(asked, shown.parent), centreNames(asked.service)]);
  return (
    <CentreResults
      shown={shown}
      results={newestBody<Results>(shown, 'results.publish', 'results.correct')}
      title={calledOf(shown)}
      passMark={Number(shown.facts.pass_mark ?? 60)}
      objections={objections}
      names={names}
    />
  );
}

export const resultViews: readonly View[] = [
  ...listViews(ORGANIZATION, 'results', ownResultsList),
  { path: 'results/new/:plan', roles: ORGANIZATION, render: newResults },
  { path: 'results/:about', roles: ORGANIZATION, render: ownResults },
  { path: 'results/:about/correct', roles: ORGANIZATION, render: correctResults },
  { path: 'results/:about/objections', roles: ORGANIZATION, render: answers },
  ...listViews(CENTRES, 'results', centreResultsList),
  { path: 'results/:about', roles: CENTRES, render: centreResults },
];

interface FormProps {
  step: 'results.publish' | 'results.correct';
  about: string;
  seq?: number;
  last?: string;
  plan: string;
  title: string;
  scope: readonly ScopeEntry[];
  today: string;
  days?: number;
}

const ResultsForm: FC<FormProps> = ({ step, about, seq = 0, last, plan, title, scope, today, days = 5 }) => {
  const corrects = step === 'results.correct';
  return (
    <>
      <ViewLead
        title={corrects ? { zh: '更正结果', en: 'Correct the results' } : { zh: '公示结果', en: 'Publish results' }}
      >
        <p>{title}</p>
        <Para
          words={{
            zh: '名册上的每个人都要有结果；公示页只显示打码的姓名。',
            en: 'Everybody on the roster has a result; the public notice shows masked names alone.',
          }}
        />
      </ViewLead>
      <StepForm
        step={step}
        about={about}
        seq={seq}
        last={last}
        next="#/results/{about}"
        salt
        draft={`results:${plan}`}
        submit={
          corrects
            ? { zh: '签名并重新公示', en: 'Sign and publish again' }
            : { zh: '签名并公示', en: 'Sign and publish' }
        }
      >
        <input type="hidden" name="plan" value={plan} />
        <TableField
          name="rows"
          title={{ zh: '结果', en: 'Results' }}
          scope={scope}
          plan={plan}
          today={today}
          load={corrects ? about : undefined}
        />
        <Card title={{ zh: '公示', en: 'Notice' }}>
          <Field
            name="working_days"
            words={{ zh: '公示工作日', en: 'Working days of the notice' }}
            hint={{ zh: '不少于 5 个工作日，公示当天不计', en: 'Five or more, the day of publication not counted' }}
            type="number"
            value={days}
          />
          {corrects ? <Field name="reason" words={{ zh: '更正原因', en: 'Why it is corrected' }} lines={3} /> : null}
        </Card>
      </StepForm>
    </>
  );
};
