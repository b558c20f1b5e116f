/** Owns the views of applications and devices, as applicants and organizations have them. */
import type { FC } from 'hono/jsx';
import type { Application } from '../../core/procedure/application.ts';
import type { Filing } from '../../core/schema.ts';
import { Both } from '../../web/frame/layout.tsx';
import type { Words } from '../../web/words/page-words.ts';
import { ReasonForm, Record, type ShownCase } from '../frame/cases.tsx';
import { Card, CaseHead, State, Title } from '../frame/desk-parts.tsx';
import { Field, StepForm } from '../frame/fields.tsx';
import { DEVICE_WHY } from '../keys/device.tsx';
import { ApplicationFacts, ApplicationForm, type ApplicationFormProps } from './application-form.tsx';
import { Granted } from './granted.tsx';

type Of = Pick<ApplicationFormProps, 'centres' | 'organization' | 'given'>;

/** A fresh application. */
export const ApplyView: FC<Of & { title: Words; draft: string; next: string }> = ({ title, draft, next, ...of }) => (
  <>
    <section class="lead">
      <Title words={title} />
      <p>
        <Both
          words={{
            zh: '按通知附件 1、附件 2 填写，由您的密钥签名后提交受理中心。',
            en: 'As annexes 1 and 2 of the notice ask; signed with your key and handed to the centre.',
          }}
        />
      </p>
    </section>
    <ApplicationForm step="application.submit" about="new:application" next={next} draft={draft} {...of} />
  </>
);

/** An application that was handed in: state, record, and the form again where it may be amended. */
export const ApplicationView: FC<
  Of & { shown: ShownCase; application: Application; home: string; filing: Filing | undefined }
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
      {allowed.includes('application.withdraw') ? (
        <Card>
          <ReasonForm
            of={shown}
            step="application.withdraw"
            field="note"
            next={home}
            label={{ zh: '撤回说明', en: 'Why it is withdrawn' }}
            confirm={{ zh: '确定撤回申报？', en: 'Withdraw the application?' }}
          />
        </Card>
      ) : null}
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

/** A key asks to speak for an organization. */
export const DeviceView: FC<{ kid: string; shown: ShownCase | undefined; centres: ReadonlyMap<string, string> }> = ({
  kid,
  shown,
  centres,
}) => (
  <>
    <section class="lead">
      <Title words={{ zh: '设备登记', en: 'Have this device named' }} />
      <p>
        <Both
          words={{
            zh: '让本浏览器的密钥代表已备案的机构。由机构现有密钥确认，再由备案中心登记；全部遗失时由中心另行核实。',
            en: 'So that this browser’s key speaks for a filed organization: one of its keys endorses, its centre names it. If all are lost, the centre makes sure by other means.',
          }}
        />
      </p>
    </section>
    {shown && ['requested', 'endorsed'].includes(shown.state) ? (
      <>
        <Card title={{ zh: '已提交', en: 'Handed in' }}>
          <p>
            <State state={shown.state} />
          </p>
          <p>
            <Both words={{ zh: '登记后，回到本页点“更新授权”。', en: 'Once it is named, press “Renew” above.' }} />
          </p>
        </Card>
        <Record steps={shown.steps} names={centres} />
      </>
    ) : (
      <Card>
        <StepForm
          step="device.request"
          about="new:device"
          next="#/device"
          salt
          ownKey="key"
          submit={{ zh: '签名并提交', en: 'Sign and hand in' }}
        >
          <Field
            name="organization"
            words={{ zh: '机构编码', en: 'Code of the organization' }}
            hint={{ zh: '1 个字母加 12 位数字', en: 'One letter and 12 digits' }}
          />
          <Field
            name="label"
            words={{ zh: '设备名称', en: 'Name of the device' }}
            hint={{ zh: '如：考务办公室电脑', en: 'e.g. office computer' }}
          />
          <Field name="holder" words={{ zh: '使用人', en: 'Who uses it' }} />
          <Field name="why" words={{ zh: '原因', en: 'Why' }} options={Object.entries(DEVICE_WHY)} />
          <Field name="note" words={{ zh: '说明', en: 'Note' }} lines={3} optional />
        </StepForm>
        <p class="hint">
          密钥指纹（电话核对用）<span lang="en">thumbprint, to be compared by telephone</span> <code>{kid}</code>
        </p>
      </Card>
    )}
  </>
);
