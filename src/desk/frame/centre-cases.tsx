/**
 * Owns a centre's views of what organizations filed: a plan with its people, and results under notice.
 * It refuses nothing; a step that is not possible now has no form.
 */
import type { Child, FC } from 'hono/jsx';
import type { Plan, Results } from '../../core/procedure/plan.ts';
import type { Words } from '../../web/words/page-words.ts';
import { PlanContent } from '../plans/organization-plans.tsx';
import { ResultRows } from '../plans/organization-results.tsx';
import { type CaseRowView, ReasonForm, Record, type ShownCase } from './cases.tsx';
import { Card, CaseHead, Facts, List, moment, State } from './desk-parts.tsx';

interface Of {
  shown: ShownCase & { organization: string | null };
  names: ReadonlyMap<string, string>;
}

const organizationLine = (code: string | null): readonly [Words, Child] => [
  { zh: '机构', en: 'Organization' },
  code ? <a href={`#/organizations/${code}`}>{code}</a> : undefined,
];

/** A plan to be received or returned. */
export const CentrePlan: FC<Of & { plan: Plan; results: string | undefined; closed: boolean }> = ({
  shown,
  names,
  plan,
  results,
  closed,
}) => {
  const received = (shown.facts.received ?? {}) as Record<string, string>;
  return (
    <>
      <CaseHead words={{ zh: plan.title, en: 'Plan' }} state={shown.state} />
      <Card>
        <Facts
          lines={[
            organizationLine(shown.organization),
            [
              { zh: '接收', en: 'Received by' },
              Object.entries(received)
                .map(([centre, day]) => `${names.get(centre) ?? centre} ${day}`)
                .join('；'),
            ],
            [{ zh: '结果', en: 'Results' }, results ? <a href={`#/results/${results}`}>{results}</a> : undefined],
          ]}
        />
      </Card>
      <PlanContent plan={plan} />
      {shown.allowed.includes('plan.receive') ? (
        <Card title={{ zh: '接收', en: 'Receive' }}>
          <ReasonForm
            of={shown}
            step="plan.receive"
            field="note"
            next={`#/plans/${shown.about}`}
            label={{ zh: '说明', en: 'Note' }}
          />
        </Card>
      ) : null}
      {shown.allowed.includes('plan.return') && !closed ? (
        <Card title={{ zh: '退回修改', en: 'Return' }}>
          <ReasonForm
            of={shown}
            step="plan.return"
            field="reason"
            next={`#/plans/${shown.about}`}
            label={{ zh: '退回原因', en: 'What is to be changed' }}
            confirm={{ zh: '确定退回这份计划？', en: 'Return this plan?' }}
          />
        </Card>
      ) : null}
      <Record steps={shown.steps} names={names} />
    </>
  );
};

/** Results as they were published, to be read. */
export const CentreResults: FC<
  Of & { results: Results; title: string; passMark: number; objections: readonly CaseRowView[] }
> = ({ shown, names, results, title, passMark, objections }) => {
  const id = shown.about.slice('results:'.length);
  return (
    <>
      <CaseHead words={{ zh: `结果 · ${title}`, en: 'Results' }} state={shown.state} />
      <Card title={{ zh: '公示', en: 'Notice' }}>
        <Facts
          lines={[
            organizationLine(shown.organization),
            [
              { zh: '公示期', en: 'Runs' },
              `${String(shown.facts.from ?? '')} – ${String(shown.facts.until ?? shown.due ?? '')}`,
            ],
            [{ zh: '考核计划', en: 'Plan' }, <a href={`#/plans/${results.plan}`}>{title}</a>],
            [{ zh: '公示页', en: 'Public page' }, <a href={`/notices/${id}`}>/notices/{id}</a>],
            [{ zh: '更正原因', en: 'Corrected because' }, results.reason],
            [
              { zh: '批次', en: 'Batch' },
              shown.facts.batch ? (
                <a href={`#/batches/${String(shown.facts.batch)}`}>{String(shown.facts.batch)}</a>
              ) : undefined,
            ],
          ]}
        />
      </Card>
      {objections.length === 0 ? null : (
        <Card title={{ zh: '异议', en: 'Objections' }}>
          <List
            name="objections"
            caption={{ zh: '最近变动的在前', en: 'The last changed first' }}
            none={{ zh: '没有异议。', en: 'There are no objections.' }}
            columns={[
              { words: { zh: '编号', en: 'Number' } },
              { words: { zh: '状态', en: 'State' } },
              { words: { zh: '更新时间', en: 'Changed' } },
            ]}
            rows={objections.map(({ about, state, updated_at }) => [
              <a href={`#/objections/${about}`}>{about.slice('objection:'.length)}</a>,
              <State state={state} />,
              moment(updated_at),
            ])}
          />
        </Card>
      )}
      <ResultRows rows={results.rows} passMark={passMark} />
      <Record steps={shown.steps} names={names} />
    </>
  );
};
