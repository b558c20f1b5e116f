/** One application as whoever made it has it, and what was granted beside what was asked, which centres see too. */

import type { FC } from 'hono/jsx';
import { shanghaiDay } from '../../base/day.ts';
import type { Words } from '../../base/words.ts';
import { type Level, levelName } from '../../core/number.ts';
import type { Application } from '../../core/procedure/application.ts';
import type { CaseStep, CaseView } from '../../core/procedure/read-case.ts';
import { grantsOf, isNarrower } from '../../core/procedure/selection.ts';
import type { Filing } from '../../core/schema.ts';
import { Both, Para } from '../../web/frame/layout.tsx';
import { Card, CaseHead, Facts, List, Record, ViewLead } from '../frame/desk-parts.tsx';
import { Field, ReasonCard } from '../frame/fields.tsx';
import { PURPOSE_WORDS } from '../words/form-words.ts';
import { ApplicationForm, type ApplicationFormProps } from './application-form.tsx';

type Of = Pick<ApplicationFormProps, 'centres' | 'organization' | 'given'>;

/** A fresh application. */
export const ApplyView: FC<Of & { title: Words; draft: string; next: string }> = ({ title, draft, next, ...of }) => (
  <>
    <ViewLead
      title={title}
      text={{
        zh: '按通知附件 1、附件 2 填写，由您的密钥签名后提交受理中心。',
        en: 'As annexes 1 and 2 of the notice ask; signed with your key and handed to the centre.',
      }}
    />
    <ApplicationForm step="application.submit" about="new:application" next={next} draft={draft} {...of} />
  </>
);

/** An application that was submitted: state, record, and the form again where it may be amended. */
export const ApplicationView: FC<
  Of & { shown: CaseView; application: Application; home: string; filing: Filing | undefined }
> = ({ shown, application, home, filing, ...of }) => {
  const { about, seq, last, state, allowed, steps } = shown;
  return (
    <>
      <CaseHead words={{ zh: '申报', en: 'Application' }} state={state} />
      <Granted application={application} filing={filing} steps={steps} />
      <Card title={{ zh: '内容', en: 'What it asks' }}>
        <ApplicationFacts application={application} />
      </Card>
      <Record steps={steps} names={of.centres} />
      <ReasonCard
        of={shown}
        step="application.withdraw"
        field="note"
        next={home}
        label={{ zh: '撤回说明', en: 'Why it is withdrawn' }}
        confirm={{ zh: '确定撤回申报？', en: 'Withdraw the application?' }}
      />
      {allowed.includes('application.amend') ? (
        <details class="card" open={state === 'returned'}>
          <summary>
            <h2>
              <Both words={{ zh: '修改申报', en: 'Amend the application' }} />
            </h2>
          </summary>
          <ApplicationForm
            step="application.amend"
            about={about}
            seq={seq}
            last={last}
            next={home}
            draft={about}
            given={application}
            {...of}
          />
        </details>
      ) : null}
    </>
  );
};

const levelsText = (levels: readonly Level[]): string => levels.map(levelName).join('、');

const Capacity: FC<{ granted: number; asked: number }> = ({ granted, asked }) => (
  <>
    {granted}{' '}
    {granted < asked ? (
      <small>
        <Both words={{ zh: `申报 ${asked}`, en: `${asked} applied for` }} />
      </small>
    ) : null}
  </>
);

export const Granted: FC<{
  application: Application;
  filing: Filing | undefined;
  steps: readonly Pick<CaseStep, 'step' | 'body'>[];
}> = ({ application, filing, steps }) => {
  if (!filing) return null;
  const { reason } = (steps.findLast(({ step }) => step === 'application.select')?.body ?? {}) as { reason?: string };
  return (
    <Card title={{ zh: '核准备案的内容', en: 'What was granted' }}>
      {isNarrower(filing, application) ? (
        <div class="notice">
          <Para
            words={{
              zh: '核准的职业、等级少于申报内容。',
              en: 'Fewer occupations or levels were granted than applied for.',
            }}
          />
          {reason === undefined ? null : <p class="said-there">{reason}</p>}
        </div>
      ) : null}
      <Facts
        lines={[
          [{ zh: '机构编码', en: 'Code' }, <span class="number">{filing.sub.slice('org:'.length)}</span>],
          [
            { zh: '年度评价规模', en: 'Certificates a year' },
            <Capacity granted={filing.annual_capacity} asked={application.annual_capacity} />,
          ],
          [{ zh: '合格线', en: 'Pass mark' }, String(filing.pass_mark)],
          [
            { zh: '有效期', en: 'In force' },
            `${shanghaiDay(filing.nbf ?? filing.iat)} – ${shanghaiDay(filing.exp - 1)}`,
          ],
        ]}
      />
      <List
        name="granted"
        caption={{ zh: '逐项对照', en: 'Line by line' }}
        none={{ zh: '没有职业。', en: 'There are none.' }}
        columns={[
          { words: { zh: '职业（工种）', en: 'Occupation' } },
          { words: { zh: '编码', en: 'Code' } },
          { words: { zh: '申报等级', en: 'Applied for' } },
          { words: { zh: '核准等级', en: 'Granted' } },
          { words: { zh: '未核准等级', en: 'Not granted' } },
        ]}
        rows={grantsOf(filing, application).map(({ code, name, job, asked, granted }) => [
          job === '--' ? name : `${name}（${job}）`,
          code,
          levelsText(asked),
          granted.length === 0 ? <Both words={{ zh: '无', en: 'none' }} /> : levelsText(granted),
          levelsText(asked.filter((level) => !granted.includes(level))),
        ])}
      />
    </Card>
  );
};

/** What an application said, to be read. */
const ApplicationFacts: FC<{ application: Application }> = ({ application: { purpose, annual_capacity, form } }) => (
  <ul>
    <li>
      <Both words={PURPOSE_WORDS[purpose]} />
    </li>
    <li>
      {form.name} · <code>{form.uscc}</code>
    </li>
    <li>
      年度评价规模 <span lang="en">people a year</span>: {annual_capacity}
    </li>
    {form.occupations.map(({ name, code, job, levels }) => (
      <li>
        {name} <code>{code}</code> {job ?? ''} {levels.join('、')}
      </li>
    ))}
  </ul>
);

// What a centre reads before it signs a filing; file-script.ts fills the panel.

/** A panel that stays away until it is filled. @param button what signs */
export const FilingReview: FC<{ button: Words; centre: string }> = ({ button, centre }) => (
  <div data-filing-review data-centre={centre} hidden>
    <h3 tabindex={-1}>
      <Both words={{ zh: '请核对：即将签署的备案', en: 'Check what you are about to sign' }} />
    </h3>
    <div data-terms></div>
    <p class="buttons">
      <button type="button" data-action="sign-filing">
        <Both words={button} />
      </button>
    </p>
  </div>
);

export interface CodeOf {
  code: string;
  name: string;
  inForce: boolean;
}

/** The codes that a 统一社会信用代码 has besides one. */
export const CodesView: FC<{ uscc: string; codes: readonly CodeOf[] }> = ({ uscc, codes }) => (
  <div data-codes>
    {codes.length === 0 ? (
      <Para words={{ zh: `统一社会信用代码 ${uscc} 没有其他机构编码。`, en: `${uscc} has no other code.` }} />
    ) : (
      <div class="notice">
        <Para words={{ zh: `统一社会信用代码 ${uscc} 已有其他机构编码：`, en: `${uscc} has other codes already:` }} />
        <ul>
          {codes.map(({ code, name, inForce }) => (
            <li>
              <code>{code}</code> {name}{' '}
              <Both words={inForce ? { zh: '备案有效', en: 'in force' } : { zh: '备案失效', en: 'not in force' }} />
            </li>
          ))}
        </ul>
      </div>
    )}
  </div>
);

/** The filing before, to be filed again as it was. */
export interface Again {
  code: string;
  name: string;
  uscc: string;
  scope: readonly unknown[];
  annual_capacity: number;
  pass_mark: number;
}

export const FileAgain: FC<{ again: Again; centre: string }> = ({ again, centre }) => (
  <Card title={{ zh: '重新备案', en: 'File again' }}>
    <Para
      words={{
        zh: '现在没有有效的备案：机构不能报送、上传和颁发，此前的备案也不会自行恢复。可以按此前的内容重新备案；要改内容，请让机构申报变更。',
        en: 'No filing is in force: the organization files, uploads and orders nothing, and no older filing comes back by itself. You can file it again as before; for other terms the organization applies for a change.',
      }}
    />
    <Field
      name="years"
      id="again-years"
      words={{ zh: '备案有效期（年）', en: 'Years that the filing holds' }}
      value="1"
      options={[1, 2, 3].map((n) => [String(n), { zh: String(n), en: String(n) }] as const)}
    />
    <p class="buttons">
      <button type="button" class="second" data-action="review-again" data-again={JSON.stringify(again)}>
        <Both words={{ zh: '核对备案内容', en: 'Check the filing' }} />
      </button>
    </p>
    <FilingReview button={{ zh: '签署备案', en: 'Sign the filing' }} centre={centre} />
  </Card>
);
