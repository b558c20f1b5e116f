/** One application, whole, with the decisions of the centre that received it (遴选、退回、不予选定). */

import type { FC } from 'hono/jsx';
import { levelName } from '../../core/number.ts';
import { type Application, HEADINGS, PLEDGES } from '../../core/procedure/application.ts';
import type { CaseView } from '../../core/procedure/read-case.ts';
import { HERE } from '../../core/province.ts';
import type { Filing } from '../../core/schema.ts';
import { Both, En, Para } from '../../web/frame/layout.tsx';
import { Card, CaseHead, Facts, List, Record } from '../frame/desk-parts.tsx';
import { Field, ReasonCard } from '../frame/fields.tsx';
import {
  BASIC_FIELDS,
  HEADING_WORDS,
  LONG_FIELDS,
  NATURE_WORDS,
  OCCUPATION_FIELDS,
  PLEDGE_WORDS,
  PURPOSE_WORDS,
} from '../words/form-words.ts';
import { FilingReview, Granted } from './application-detail.tsx';

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
  shown: CaseView;
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
        <Para words={{ zh: '由受理中心决定。', en: 'The centre that it was sent to decides.' }} />
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
    <ReasonCard
      of={shown}
      step="application.return"
      when={responsible}
      title={{ zh: '退回修改', en: 'Return' }}
      field="reason"
      next={`#/applications/${shown.about}`}
      label={{ zh: '需要修改的内容', en: 'What is to be changed' }}
    />
    <ReasonCard
      of={shown}
      step="application.decline"
      when={responsible}
      title={{ zh: '不予选定', en: 'Decline' }}
      field="reason"
      next={`#/applications/${shown.about}`}
      label={{ zh: '理由', en: 'Reason' }}
      confirm={{ zh: '确定不予选定？', en: 'Decline this application?' }}
    />
    <ReasonCard
      of={shown}
      step="application.clear"
      when={responsible}
      title={{ zh: '清理', en: 'Clear' }}
      field="reason"
      next="#/applications"
      label={{ zh: '清理的理由', en: 'Why it is cleared' }}
      confirm={{ zh: '确定清理？附件删除后不能恢复。', en: 'Clear it? Its files cannot be brought back.' }}
    >
      <Para
        words={{
          zh: '只用于垃圾申报：附件将被删除，签名的记录保留。真实的申报请退回或不予选定。',
          en: 'For rubbish only: the attachments are deleted, the signed record stays. Return or decline what is meant seriously.',
        }}
      />
    </ReasonCard>
  </>
);

/** What the centre fills in to select; the browser makes the statements that follow from it. */
/** @param free the next free code. @param centre its name */
const Selection: FC<{
  shown: CaseView;
  application: Application;
  free: string | undefined;
  centre: string;
}> = ({ shown: { about, last }, application: { organization, annual_capacity, form }, free, centre }) => (
  <Card title={{ zh: '遴选确定', en: 'Select' }}>
    <Para
      words={{
        zh: '按下面勾选的职业、工种和等级备案。平台生成颁发密钥，本浏览器用您的密钥签署备案声明和申报单位密钥的授权声明。',
        en: 'The filing has the occupations, jobs and levels that are ticked below. The service makes the issuing key; this browser signs, with your key, the filing and the statement that names the applicant’s key.',
      }}
    />
    <div id="select-scope">
      {form.occupations.map(({ code, name, job, levels }) => (
        <fieldset class="ticks field" data-grant>
          <legend>
            {job === undefined ? name : `${name}（${job}）`} {code}
          </legend>
          {levels.map((level) => (
            <label>
              <input type="checkbox" value={String(level)} checked /> {levelName(level)}
            </label>
          ))}
        </fieldset>
      ))}
    </div>
    <div class="grid two" data-selection>
      <Field
        name="organization"
        id="select-organization"
        words={{ zh: '机构编码', en: 'Code of the organization' }}
        hint={{
          zh: `由中心编定，已填入下一个可用编码：Y 或 S 加 12 位数字，第 6、7 位为 ${HERE.code}`,
          en: `Assigned by you; the next free one is proposed: Y or S and 12 digits, the sixth and seventh character are ${HERE.code}`,
        }}
        value={organization ?? free}
        attributes={organization === undefined ? {} : { readonly: '' }}
      />
      <Field
        name="capacity"
        id="select-capacity"
        words={{ zh: '核定年度评价规模', en: 'Certificates a year' }}
        hint={{ zh: '不超过申报的规模', en: 'Not more than applied for' }}
        type="number"
        value={annual_capacity}
      />
      <Field
        name="pass_mark"
        id="select-pass-mark"
        words={{ zh: '合格线', en: 'Pass mark' }}
        type="number"
        value={60}
      />
      <Field
        name="years"
        id="select-years"
        words={{ zh: '备案有效期（年）', en: 'Years that the filing holds' }}
        value="1"
        options={[1, 2, 3].map((n) => [String(n), { zh: String(n), en: String(n) }] as const)}
      />
    </div>
    <Field
      name="reason"
      id="select-reason"
      words={{ zh: '少于申报的理由', en: 'Why less is granted' }}
      hint={{
        zh: '有职业或等级未勾选时必填，申报单位可以看到',
        en: 'Needed where an occupation or a level is not ticked; the applicant reads it',
      }}
      lines={3}
      optional
    />
    <Field name="note" id="select-note" words={{ zh: '说明', en: 'Note' }} lines={2} optional />
    <p class="hint">
      <Both
        words={{
          zh: '本中心密钥有 X.509 证书（见页首）时，本浏览器同时为颁发密钥签发证书，证书 PDF 带电子签名；用电子认证机构的证书时，另用命令 luzheng certificate 办理。',
          en: 'Where your centre’s key has an X.509 certificate (see above), this browser certifies the issuing key too, and PDFs are signed; for a certification authority’s, use the command luzheng certificate.',
        }}
      />
    </p>
    <p class="buttons">
      <button type="button" class="second" data-action="review-selection" data-about={about} data-last={last}>
        核对备案内容<En>Check the filing</En>
      </button>
    </p>
    <FilingReview button={{ zh: '签署备案并选定', en: 'Sign the filing and select' }} centre={centre} />
  </Card>
);
