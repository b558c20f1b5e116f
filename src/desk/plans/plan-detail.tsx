/** One plan: as it is filed or amended, as its organization has it, and as a centre receives or returns it. */

import type { Child, FC } from 'hono/jsx';
import type { Words } from '../../base/words.ts';
import { levelName } from '../../core/number.ts';
import { ID_TYPE_NAMES } from '../../core/person.ts';
import type { Plan } from '../../core/procedure/plan.ts';
import type { CaseView } from '../../core/procedure/read-case.ts';
import { Both, En } from '../../web/frame/layout.tsx';
import { Card, CaseHead, Facts, List, Record, ViewLead } from '../frame/desk-parts.tsx';
import { ReasonCard } from '../frame/fields.tsx';
import { KIND_OF_SESSION, PlanForm, type PlanFormProps, STAFF_WORDS } from './plan-form.tsx';

export const PlanEdit: FC<PlanFormProps & { earliest: string }> = ({ earliest, ...form }) => (
  <>
    <ViewLead
      title={
        form.step === 'plan.file'
          ? { zh: '新建考核计划', en: 'New plan' }
          : { zh: '修改考核计划', en: 'Amend the plan' }
      }
      text={{
        zh: `计划须提前 5 个工作日报送：今天报送，首场考试最早在 ${earliest}。`,
        en: `Plans are filed five working days ahead: filed today, the first exam can be on ${earliest}.`,
      }}
    />
    <PlanForm {...form} />
  </>
);

/** A plan's sessions, staff and roster, to be read. */
const PlanContent: FC<{ plan: Plan }> = ({ plan }) => (
  <>
    <Card title={{ zh: '评价流程', en: 'Process' }}>
      <p class="prose-text">{plan.process}</p>
    </Card>
    <Card title={{ zh: '场次', en: 'Sessions' }}>
      <List
        name="sessions"
        caption={{ zh: '时间场次安排', en: 'Sessions of the plan' }}
        none={{ zh: '没有场次。', en: 'There are no sessions.' }}
        columns={[
          { words: { zh: '编号', en: 'Id' } },
          { words: { zh: '时间', en: 'Time' } },
          { words: { zh: '职业（工种）', en: 'Occupation' } },
          { words: { zh: '等级', en: 'Levels' } },
          { words: { zh: '科目', en: 'Kind' } },
          { words: { zh: '地点', en: 'Place' } },
        ]}
        rows={plan.sessions.map(({ id, date, starts, ends, occupation_name, job_type, levels, kind, venue, room }) => [
          id,
          `${date} ${starts}–${ends}`,
          job_type === '--' ? occupation_name : `${occupation_name} · ${job_type}`,
          levels.map(levelName).join('、'),
          <Both words={KIND_OF_SESSION[kind]} />,
          `${venue} ${room ?? ''}`,
        ])}
      />
    </Card>
    <Card title={{ zh: '考务人员', en: 'Staff' }}>
      <List
        name="staff"
        caption={{ zh: '监考员、考评员、督导员', en: 'Invigilators, assessors, supervisors' }}
        none={{ zh: '没有人员。', en: 'Nobody.' }}
        columns={[
          { words: { zh: '职责', en: 'Role' } },
          { words: { zh: '姓名', en: 'Name' } },
          { words: { zh: '证卡编号', en: 'Certificate' } },
          { words: { zh: '场次', en: 'Sessions' } },
        ]}
        rows={plan.staff.map(({ role, name, certificate, sessions }) => [
          <Both words={STAFF_WORDS[role]} />,
          name,
          certificate ?? '',
          sessions.join('、'),
        ])}
      />
    </Card>
    <Card title={{ zh: `考生名册（${plan.roster.length} 人）`, en: `Roster of ${plan.roster.length}` }}>
      <List
        name="roster"
        caption={{ zh: '含个人信息，请妥善保管下载的文件', en: 'Personal data: keep what you download safe' }}
        none={{ zh: '没有考生。', en: 'Nobody.' }}
        columns={[
          { words: { zh: '行', en: 'Row' } },
          { words: { zh: '姓名', en: 'Name' } },
          { words: { zh: '证件', en: 'Document' } },
          { words: { zh: '证件号码', en: 'Number' } },
          { words: { zh: '职业（工种）', en: 'Occupation' } },
          { words: { zh: '等级', en: 'Level' } },
          { words: { zh: '场次', en: 'Sessions' } },
        ]}
        rows={plan.roster.map(({ row, name, id_type, id_number, occupation_name, job_type, level, sessions }) => [
          String(row),
          name,
          ID_TYPE_NAMES[id_type],
          id_number,
          job_type === '--' ? occupation_name : `${occupation_name} · ${job_type}`,
          levelName(level),
          sessions.join('、'),
        ])}
      />
    </Card>
  </>
);

interface DetailProps {
  shown: CaseView;
  plan: Plan;
  names: ReadonlyMap<string, string>;
  /** The results of it that stand. */
  results: string | undefined;
  /** Whether all its sessions are over. */
  over: boolean;
}

export const PlanDetail: FC<DetailProps> = ({ shown, plan, names, results, over }) => (
  <>
    <CaseHead words={{ zh: plan.title, en: 'Plan' }} state={shown.state}>
      <p class="buttons">
        {results ? (
          <a class="next" href={`#/results/${results}`}>
            查看结果<En>Its results</En>
          </a>
        ) : over && shown.state === 'filed' ? (
          <a class="next" href={`#/results/new/${shown.about}`}>
            公示结果<En>Publish results</En>
          </a>
        ) : null}
        {shown.allowed.includes('plan.amend') && !over ? (
          <a class="next" href={`#/plans/${shown.about}/edit`}>
            修改<En>Amend</En>
          </a>
        ) : null}
      </p>
    </CaseHead>
    <Record steps={shown.steps} names={names} />
    <PlanContent plan={plan} />
    <ReasonCard
      of={shown}
      step="plan.cancel"
      when={!results}
      title={{ zh: '取消计划', en: 'Cancel the plan' }}
      field="reason"
      next="#/plans"
      label={{ zh: '原因', en: 'Reason' }}
      confirm={{ zh: '确定取消这份计划？', en: 'Cancel this plan?' }}
    />
  </>
);

export interface Of {
  shown: CaseView & { organization: string | null };
  names: ReadonlyMap<string, string>;
}

export const organizationLine = (code: string | null): readonly [Words, Child] => [
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
      <ReasonCard
        of={shown}
        step="plan.receive"
        title={{ zh: '接收', en: 'Receive' }}
        field="note"
        next={`#/plans/${shown.about}`}
        label={{ zh: '说明', en: 'Note' }}
      />
      <ReasonCard
        of={shown}
        step="plan.return"
        when={!closed}
        title={{ zh: '退回修改', en: 'Return' }}
        field="reason"
        next={`#/plans/${shown.about}`}
        label={{ zh: '退回原因', en: 'What is to be changed' }}
        confirm={{ zh: '确定退回这份计划？', en: 'Return this plan?' }}
      />
      <Record steps={shown.steps} names={names} />
    </>
  );
};
