/**
 * Owns the view of one objection (异议), as the organization and its centres have it: what it says, what became of it, and
 * the steps that the reader may take now: uphold, reject, or open it again.
 * It refuses nothing; a step that is not possible now has no form.
 */
import type { FC } from 'hono/jsx';
import type { Objection } from '../../life/procedure/plan.ts';
import { Both } from '../layout.tsx';
import { ReasonForm, Record, type ShownCase } from './cases.tsx';
import { CaseHead } from './case-head.tsx';
import { Card, Facts, moment } from './parts.tsx';

/** @param organization whose results it is about, for a centre */
export const ObjectionDetail: FC<{ shown: ShownCase; objection: Objection; names: ReadonlyMap<string, string>; organization?: string | null }> = ({ shown, objection, names, organization }) => (
  <>
    <CaseHead words={{ zh: '异议', en: 'Objection' }} state={shown.state} />
    <Card title={{ zh: '内容', en: 'What it says' }}>
      <p class="prose-text">{objection.grounds}</p>
      <Facts
        lines={[
          [{ zh: '机构', en: 'Organization' }, organization ? <a href={`#/organizations/${organization}`}>{organization}</a> : undefined],
          [{ zh: '针对的行', en: 'About row' }, objection.row === undefined ? undefined : String(objection.row)],
          [{ zh: '提出人', en: 'By' }, objection.name ?? '匿名 anonymous'],
          [{ zh: '联系方式', en: 'Contact' }, objection.contact],
          [{ zh: '提出时间', en: 'Raised' }, moment(shown.steps[0]?.at ?? shown.updated_at)],
          [{ zh: '结果', en: 'Results' }, <a href={`#/results/${objection.results}`}>{objection.results}</a>],
        ]}
      />
      <p class="hint">
        <Both words={{ zh: '联系方式只有该机构和中心能看到，请勿外传。', en: 'Only the organization and its centres see the contact: do not pass it on.' }} />
      </p>
    </Card>
    {shown.allowed.includes('objection.uphold') ? (
      <>
        <Card title={{ zh: '异议成立', en: 'Uphold' }}>
          <p>
            <Both words={{ zh: '成立后须更正或撤回结果，才能上传。', en: 'Then correct or withdraw the results before you upload.' }} />
          </p>
          <ReasonForm of={shown} step="objection.uphold" field="reason" next="#/objections" label={{ zh: '处理意见', en: 'Reason' }} />
        </Card>
        <Card title={{ zh: '异议不成立', en: 'Reject' }}>
          <ReasonForm of={shown} step="objection.reject" field="reason" next="#/objections" label={{ zh: '理由', en: 'Reason' }} />
        </Card>
      </>
    ) : null}
    <Record steps={shown.steps} names={names} />
    {shown.allowed.includes('objection.reopen') ? (
      <Card title={{ zh: '要求重新处理', en: 'Open it again' }}>
        <ReasonForm of={shown} step="objection.reopen" field="reason" next={`#/objections/${shown.about}`} label={{ zh: '理由', en: 'Reason' }} />
      </Card>
    ) : null}
  </>
);
