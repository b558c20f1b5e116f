/**
 * Owns a centre's views of who may assess: applications with annexes 1 and 2 whole, and organizations with their standing.
 * It refuses nothing; a decision that belongs to another centre, or that is not possible now, has no form.
 */
import type { FC } from 'hono/jsx';
import { HEADINGS, PLEDGES, type Application } from '../../life/procedure/application.ts';
import { levelName } from '../../life/level.ts';
import { Both, En } from '../layout.tsx';
import { BASIC_FIELDS, HEADING_WORDS, LONG_FIELDS, NATURE_WORDS, OCCUPATION_FIELDS, PLEDGE_WORDS, PURPOSE_WORDS } from './application-words.ts';
import { ReasonForm, Record, type ShownCase } from './cases.tsx';
import { OrganizationPast, type Past } from './centre-past.tsx';
import { Card, Facts, Field, List, State, StepForm, Title } from './parts.tsx';
import { STEP_BUTTONS } from './step-buttons.ts';

const Annexes: FC<{ about: string; application: Application }> = ({ about, application: { purpose, organization, annual_capacity, form, work_plan, files } }) => (
  <>
    <Card title={{ zh: '附件 1 · 一、基本信息', en: 'Annex 1, 1. Basic facts' }}>
      <Facts
        lines={[
          [{ zh: '事项', en: 'Purpose' }, <Both words={PURPOSE_WORDS[purpose]} />],
          [{ zh: '机构编码', en: 'Code' }, organization],
          [{ zh: '年度评价规模（人）', en: 'People assessed in a year' }, String(annual_capacity)],
          ...BASIC_FIELDS.map((one) => (one === 'nature' ? ([{ zh: '机构性质', en: 'Nature' }, <Both words={NATURE_WORDS[form.nature]} />] as const) : ([one[1], form[one[0] as 'name']] as const))),
        ]}
      />
    </Card>
    <Card title={{ zh: '二、拟开展职业技能等级认定的职业（工种）及评价规范情况', en: '2. Occupations to be assessed, and their standards' }}>
      <List
        name="occupations"
        caption={{ zh: '申报的职业', en: 'Occupations applied for' }}
        none={{ zh: '没有职业。', en: 'There are none.' }}
        columns={[...OCCUPATION_FIELDS.map(([, words]) => ({ words })), { words: { zh: '等级', en: 'Levels' } }]}
        rows={form.occupations.map((line) => [...OCCUPATION_FIELDS.map(([name]) => String(line[name as 'name'] ?? '--')), line.levels.map(levelName).join('、')])}
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
              <button type="button" class="second small" data-action="open-file" data-about={about} data-sha256={sha256} data-name={name}>
                {name}（{Math.ceil(size / 1024)} KB）
              </button>
            </li>
          ))}
        </ul>
      </Card>
    )}
  </>
);

/** What the centre fills in to select; the browser makes the statements that follow from it. */
const Selection: FC<{ shown: ShownCase; application: Application }> = ({ shown: { about, last }, application: { organization, annual_capacity } }) => (
  <Card title={{ zh: '遴选确定', en: 'Select' }}>
    <p>
      <Both words={{ zh: '按申报的职业、工种和等级备案。平台生成颁发密钥，本浏览器用您的密钥签署备案声明和申报单位密钥的授权声明。', en: 'The filing has the occupations, jobs and levels applied for. The service makes the issuing key; this browser signs, with your key, the filing and the statement that names the applicant’s key.' }} />
    </p>
    <div class="grid two" data-selection>
      <Field name="organization" id="select-organization" words={{ zh: '机构编码', en: 'Code of the organization' }} hint={{ zh: '由中心编定：Y 或 S 加 12 位数字，第 6、7 位为 37', en: 'Assigned by you: Y or S and 12 digits, the sixth and seventh character are 37' }} value={organization} attributes={organization === undefined ? {} : { readonly: '' }} />
      <Field name="capacity" id="select-capacity" words={{ zh: '核定年度评价规模', en: 'Certificates a year' }} hint={{ zh: '不超过申报的规模', en: 'Not more than applied for' }} type="number" value={annual_capacity} />
      <Field name="pass_mark" id="select-pass-mark" words={{ zh: '合格线', en: 'Pass mark' }} type="number" value={60} />
      <Field name="years" id="select-years" words={{ zh: '备案有效期（年）', en: 'Years that the filing holds' }} value="1" options={[1, 2, 3].map((n) => [String(n), { zh: String(n), en: String(n) }] as const)} />
    </div>
    <Field name="note" id="select-note" words={{ zh: '说明', en: 'Note' }} lines={2} optional />
    <p class="hint">
      <Both words={{ zh: '颁发密钥的 X.509 证书不在此签发：请用命令 luzheng file（密钥文件内有本中心证书）或 luzheng certificate（电子认证机构）办理；在此之前，PDF 不带电子签名。', en: 'The X.509 certificate of the issuing key is not made here: use the command luzheng file (with a key file that holds your centre’s certificate) or luzheng certificate (for a certification authority). Until then PDFs carry no electronic signature.' }} />
    </p>
    <p class="buttons">
      <button type="button" data-action="select-application" data-about={about} data-last={last}>
        签署备案并选定<En>Sign the filing and select</En>
      </button>
    </p>
  </Card>
);

/** One application, whole, with the decisions of the centre that is responsible. */
export const CentreApplication: FC<{ shown: ShownCase; application: Application; names: ReadonlyMap<string, string>; responsible: boolean }> = ({ shown, application, names, responsible }) => (
  <>
    <section class="lead">
      <Title words={{ zh: `申报 · ${application.form.name}`, en: 'Application' }} />
      <p>
        <State state={shown.state} /> {names.get(application.centre) ?? application.centre}
      </p>
    </section>
    <Annexes about={shown.about} application={application} />
    <Record steps={shown.steps} names={names} />
    {!responsible && shown.state === 'submitted' ? (
      <Card>
        <p>
          <Both words={{ zh: '由受理中心决定。', en: 'The centre that it was sent to decides.' }} />
        </p>
      </Card>
    ) : null}
    {responsible && shown.allowed.includes('application.select') ? <Selection shown={shown} application={application} /> : null}
    {responsible && shown.allowed.includes('application.return') ? (
      <Card title={{ zh: '退回修改', en: 'Return' }}>
        <ReasonForm of={shown} step="application.return" field="reason" next={`#/applications/${shown.about}`} label={{ zh: '需要修改的内容', en: 'What is to be changed' }} />
      </Card>
    ) : null}
    {responsible && shown.allowed.includes('application.decline') ? (
      <Card title={{ zh: '不予选定', en: 'Decline' }}>
        <ReasonForm of={shown} step="application.decline" field="reason" next={`#/applications/${shown.about}`} label={{ zh: '理由', en: 'Reason' }} confirm={{ zh: '确定不予选定？', en: 'Decline this application?' }} />
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
        columns={[{ words: { zh: '机构', en: 'Organization' } }, { words: { zh: '编码', en: 'Code' } }, { words: { zh: '备案中心', en: 'Filed by' } }, { words: { zh: '有效期至', en: 'Until' } }, { words: { zh: '状态', en: 'State' } }]}
        rows={organizations.map(({ code, name, centre, until, inForce, suspended }) => [<a href={`#/organizations/${code}`}>{name}</a>, <code>{code}</code>, centre, until, suspended ? <State state="suspended" /> : inForce ? <State state="active" /> : <Both words={{ zh: '备案失效', en: 'not in force' }} />])}
      />
    </Card>
  </>
);

/** One organization: its filing, its history, and whether it may assess. */
export const OrganizationView: FC<{ code: string; name: string; centre: string; capacity: number; until: string; past: Past; standing: { seq: number; last: string; allowed: readonly string[] } | undefined; names: ReadonlyMap<string, string> }> = ({ code, name, centre, capacity, until, past, standing, names }) => {
  const at = { about: `standing:${code}`, seq: standing?.seq ?? 0, ...(standing ? { last: standing.last } : {}), next: `#/organizations/${code}` };
  return (
    <>
      <section class="lead">
        <Title words={{ zh: name, en: 'Organization' }} />
        <p>
          <State state={past.suspended ? 'suspended' : 'active'} /> <code>{code}</code>
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
      <Card title={{ zh: '以往情况', en: 'So far' }}>
        <OrganizationPast past={past} names={names} />
      </Card>
      {past.suspended ? (
        <Card title={{ zh: '恢复评价', en: 'Resume' }}>
          <StepForm step="standing.resume" {...at} submit={STEP_BUTTONS['standing.resume']}>
            <Field name="reason" words={{ zh: '理由', en: 'Reason' }} lines={3} />
          </StepForm>
        </Card>
      ) : (
        <Card title={{ zh: '暂停评价', en: 'Suspend' }}>
          <p>
            <Both words={{ zh: '暂停期间不能报送计划、上传和颁发；已颁发的证书不变。', en: 'Meanwhile it files no plans, uploads and orders nothing; what was issued stays as it is.' }} />
          </p>
          <StepForm step="standing.suspend" {...at} submit={STEP_BUTTONS['standing.suspend']} confirm={{ zh: '确定暂停该机构的评价？', en: 'Suspend this organization?' }} second>
            <Field name="reason" words={{ zh: '原因', en: 'Reason' }} lines={3} />
            <Field name="until" words={{ zh: '暂停至', en: 'Until' }} type="date" optional />
          </StepForm>
        </Card>
      )}
    </>
  );
};
