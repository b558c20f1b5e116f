/**
 * Owns a centre's views of who may assess: applications with annexes 1 and 2 whole, and organizations with their standing.
 * It refuses nothing; a decision that belongs to another centre, or that is not possible now, has no form.
 */
import type { FC } from 'hono/jsx';
import { levelName } from '../../core/number.ts';
import { type Application, HEADINGS, PLEDGES } from '../../core/procedure/application.ts';
import type { Filing } from '../../core/schema.ts';
import type { Endable } from '../../core/withdrawal.ts';
import { Both } from '../../web/frame/layout.tsx';
import { STEP_BUTTONS } from '../../web/words/step-words.ts';
import { OrganizationPast, type Past } from '../batches/centre-past.tsx';
import { ReasonForm, Record, type ShownCase } from '../frame/cases.tsx';
import { Card, CaseHead, Facts, List, State, Title } from '../frame/desk-parts.tsx';
import { Field, StepForm } from '../frame/fields.tsx';
import { Endables } from '../keys/withdraw-form.tsx';
import {
  BASIC_FIELDS,
  HEADING_WORDS,
  LONG_FIELDS,
  NATURE_WORDS,
  OCCUPATION_FIELDS,
  PLEDGE_WORDS,
  PURPOSE_WORDS,
} from '../words/application-words.ts';
import { type Signing, SigningCard } from './centre-signing.tsx';
import { type Again, FileAgain } from './filing-review.tsx';
import { Granted } from './granted.tsx';
import { Selection } from './selection-form.tsx';

const Annexes: FC<{ about: string; application: Application }> = ({
  about,
  application: { purpose, organization, annual_capacity, form, work_plan, files },
}) => (
  <>
    <Card title={{ zh: '附件 1 · 一、基本信息', en: 'Annex 1, 1. Basic facts' }}>
      <Facts
        lines={[
          [{ zh: '事项', en: 'Purpose' }, <Both words={PURPOSE_WORDS[purpose]} />],
          [{ zh: '机构编码', en: 'Code' }, organization],
          [{ zh: '年度评价规模（人）', en: 'People assessed in a year' }, String(annual_capacity)],
          ...BASIC_FIELDS.map((one) =>
            one === 'nature'
              ? ([{ zh: '机构性质', en: 'Nature' }, <Both words={NATURE_WORDS[form.nature]} />] as const)
              : ([one[1], form[one[0] as 'name']] as const),
          ),
        ]}
      />
    </Card>
    <Card
      title={{
        zh: '二、拟开展职业技能等级认定的职业（工种）及评价规范情况',
        en: '2. Occupations to be assessed, and their standards',
      }}
    >
      <List
        name="occupations"
        caption={{ zh: '申报的职业', en: 'Occupations applied for' }}
        none={{ zh: '没有职业。', en: 'There are none.' }}
        columns={[...OCCUPATION_FIELDS.map(([, words]) => ({ words })), { words: { zh: '等级', en: 'Levels' } }]}
        rows={form.occupations.map((line) => [
          ...OCCUPATION_FIELDS.map(([name]) => String(line[name as 'name'] ?? '--')),
          line.levels.map(levelName).join('、'),
        ])}
      />
    </Card>
    <Card>
      {LONG_FIELDS.map(([name, words]) => (
        <>
          <h3>
            <Both words={words} />
          </h3>
          <p class="prose-text">{form[name as 'strengths']}</p>
        </>
      ))}
    </Card>
    <Card title={{ zh: '六、诚信承诺', en: '6. Pledges' }}>
      <ul>
        {PLEDGES.map((pledge) => (
          <li>
            <Both words={PLEDGE_WORDS[pledge]} />
          </li>
        ))}
      </ul>
      <Facts lines={[[{ zh: '法定代表人（签字）', en: 'Signed by' }, form.signed_by]]} />
    </Card>
    <Card title={{ zh: '附件 2 · 工作方案', en: 'Annex 2, work plan' }}>
      {HEADINGS.map((heading) =>
        work_plan[heading] === undefined ? null : (
          <>
            <h3>
              <Both words={HEADING_WORDS[heading]} />
            </h3>
            <p class="prose-text">{work_plan[heading]}</p>
          </>
        ),
      )}
    </Card>
    {files.length === 0 ? null : (
      <Card title={{ zh: '证明材料', en: 'Attachments' }}>
        <ul>
          {files.map(({ name, size, sha256 }) => (
            <li>
              <button
                type="button"
                class="second small"
                data-action="open-file"
                data-about={about}
                data-sha256={sha256}
                data-name={name}
              >
                {name}（{Math.ceil(size / 1024)} KB）
              </button>
            </li>
          ))}
        </ul>
      </Card>
    )}
  </>
);

/** One application, whole, with the decisions of the centre that is responsible. */
export const CentreApplication: FC<{
  shown: ShownCase;
  application: Application;
  names: ReadonlyMap<string, string>;
  responsible: boolean;
  filing: Filing | undefined;
  free: string | undefined;
}> = ({ shown, application, names, responsible, filing, free }) => (
  <>
    <CaseHead
      words={{ zh: `申报 · ${application.form.name}`, en: 'Application' }}
      state={shown.state}
      beside={names.get(application.centre) ?? application.centre}
    />
    <Granted application={application} filing={filing} steps={shown.steps} />
    <Annexes about={shown.about} application={application} />
    <Record steps={shown.steps} names={names} />
    {!responsible && shown.state === 'submitted' ? (
      <Card>
        <p>
          <Both words={{ zh: '由受理中心决定。', en: 'The centre that it was sent to decides.' }} />
        </p>
      </Card>
    ) : null}
    {responsible && shown.allowed.includes('application.select') ? (
      <Selection
        shown={shown}
        application={application}
        free={free}
        centre={names.get(application.centre) ?? application.centre}
      />
    ) : null}
    {responsible && shown.allowed.includes('application.return') ? (
      <Card title={{ zh: '退回修改', en: 'Return' }}>
        <ReasonForm
          of={shown}
          step="application.return"
          field="reason"
          next={`#/applications/${shown.about}`}
          label={{ zh: '需要修改的内容', en: 'What is to be changed' }}
        />
      </Card>
    ) : null}
    {responsible && shown.allowed.includes('application.decline') ? (
      <Card title={{ zh: '不予选定', en: 'Decline' }}>
        <ReasonForm
          of={shown}
          step="application.decline"
          field="reason"
          next={`#/applications/${shown.about}`}
          label={{ zh: '理由', en: 'Reason' }}
          confirm={{ zh: '确定不予选定？', en: 'Decline this application?' }}
        />
      </Card>
    ) : null}
    {responsible && shown.allowed.includes('application.clear') ? (
      <Card title={{ zh: '清理', en: 'Clear' }}>
        <p>
          <Both
            words={{
              zh: '只用于垃圾申报：附件将被删除，签名的记录保留。真实的申报请退回或不予选定。',
              en: 'For rubbish only: the attachments are deleted, the signed record stays. Return or decline what is meant seriously.',
            }}
          />
        </p>
        <ReasonForm
          of={shown}
          step="application.clear"
          field="reason"
          next="#/applications"
          label={{ zh: '清理的理由', en: 'Why it is cleared' }}
          confirm={{ zh: '确定清理？附件删除后不能恢复。', en: 'Clear it? Its files cannot be brought back.' }}
        />
      </Card>
    ) : null}
  </>
);

export interface FiledLine {
  code: string;
  name: string;
  centre: string;
  until: string;
  inForce: boolean;
  suspended: boolean;
}

/** A suspension is what matters first; without a filing in force nothing else does. */
const Standing: FC<{ suspended: boolean; inForce: boolean }> = ({ suspended, inForce }) =>
  suspended || inForce ? (
    <State state={suspended ? 'suspended' : 'active'} />
  ) : (
    <span class="state warn">
      <Both words={{ zh: '备案失效', en: 'filing not in force' }} />
    </span>
  );

export const OrganizationsView: FC<{ organizations: readonly FiledLine[] }> = ({ organizations }) => (
  <>
    <section class="lead">
      <Title words={{ zh: '机构', en: 'Organizations' }} />
    </section>
    <Card>
      <List
        name="organizations"
        caption={{ zh: '本中心管理范围内的机构', en: 'Organizations within your reach' }}
        none={{ zh: '还没有备案的机构。', en: 'No organization is filed yet.' }}
        columns={[
          { words: { zh: '机构', en: 'Organization' } },
          { words: { zh: '编码', en: 'Code' } },
          { words: { zh: '备案中心', en: 'Filed by' } },
          { words: { zh: '有效期至', en: 'Until' } },
          { words: { zh: '状态', en: 'State' } },
        ]}
        rows={organizations.map(({ code, name, centre, until, inForce, suspended }) => [
          <a href={`#/organizations/${code}`}>{name}</a>,
          <code>{code}</code>,
          centre,
          until,
          <Standing suspended={suspended} inForce={inForce} />,
        ])}
      />
    </Card>
  </>
);

/** One organization: its filing, its history, and whether it may assess. */
export const OrganizationView: FC<{
  code: string;
  name: string;
  centre: string;
  capacity: number;
  until: string;
  inForce: boolean;
  past: Past;
  standing: { seq: number; last: string; allowed: readonly string[] } | undefined;
  names: ReadonlyMap<string, string>;
  endables: readonly Endable[];
  signing: Signing | undefined;
  again: Again | undefined;
  now: number;
}> = ({ code, name, centre, capacity, until, inForce, past, standing, names, endables, signing, again, now }) => {
  const at = {
    about: `standing:${code}`,
    seq: standing?.seq ?? 0,
    ...(standing ? { last: standing.last } : {}),
    next: `#/organizations/${code}`,
  };
  return (
    <>
      <section class="lead">
        <Title words={{ zh: name, en: 'Organization' }} />
        <p>
          <Standing suspended={past.suspended} inForce={inForce} /> <code>{code}</code>
        </p>
      </section>
      <Card title={{ zh: '备案', en: 'Filing' }}>
        <Facts
          lines={[
            [{ zh: '备案中心', en: 'Filed by' }, centre],
            [{ zh: '有效期至', en: 'Until' }, until],
            [{ zh: '年度评价规模', en: 'Certificates a year' }, String(capacity)],
            [{ zh: '公开页面', en: 'Public page' }, <a href={`/organizations/${code}`}>/organizations/{code}</a>],
          ]}
        />
      </Card>
      {again ? <FileAgain again={again} centre={centre} /> : null}
      {signing ? <SigningCard code={code} {...signing} /> : null}
      <Card title={{ zh: '以往情况', en: 'So far' }}>
        <OrganizationPast past={past} names={names} />
      </Card>
      <Endables code={code} endables={endables} names={names} now={now} />
      {past.suspended ? (
        <Card title={{ zh: '恢复评价', en: 'Resume' }}>
          <StepForm step="standing.resume" {...at} submit={STEP_BUTTONS['standing.resume']}>
            <Field name="reason" words={{ zh: '理由', en: 'Reason' }} lines={3} />
          </StepForm>
        </Card>
      ) : (
        <Card title={{ zh: '暂停评价', en: 'Suspend' }}>
          <p>
            <Both
              words={{
                zh: '暂停期间不能报送计划、上传和颁发；已颁发的证书不变。',
                en: 'Meanwhile it files no plans, uploads and orders nothing; what was issued stays as it is.',
              }}
            />
          </p>
          <StepForm
            step="standing.suspend"
            {...at}
            submit={STEP_BUTTONS['standing.suspend']}
            confirm={{ zh: '确定暂停该机构的评价？', en: 'Suspend this organization?' }}
            second
          >
            <Field name="reason" words={{ zh: '原因', en: 'Reason' }} lines={3} />
            <Field name="until" words={{ zh: '暂停至', en: 'Until' }} type="date" optional />
          </StepForm>
        </Card>
      )}
    </>
  );
};
