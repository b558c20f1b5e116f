/** Devices that ask to speak for an organization, for applicants, organizations and centres. */

import type { FC } from 'hono/jsx';
import type { Words } from '../../base/words.ts';
import type { DeviceRequest } from '../../core/procedure/application.ts';
import { type CaseView, newestBody } from '../../core/procedure/read-case.ts';
import { centreNames } from '../../service/on-file.ts';
import { listCases, viewCase } from '../../service/procedure/stored-cases.ts';
import { Both, En, Para } from '../../web/frame/layout.tsx';
import { Card, CaseHead, CasesView, Facts, Record, State, ViewLead } from '../frame/desk-parts.tsx';
import { Field, ReasonCard, StepForm } from '../frame/fields.tsx';
import {
  APPLICANT,
  type Asked,
  CENTRES,
  listViews,
  ORGANIZATION,
  organizationColumn,
  seenCase,
  type View,
  waitingFirst,
} from '../frame/views.ts';
import { ownKeys } from './lost-keys.tsx';

/** A key asks to speak for an organization. */
const DeviceView: FC<{ kid: string; shown: CaseView | undefined; centres: ReadonlyMap<string, string> }> = ({
  kid,
  shown,
  centres,
}) => (
  <>
    <ViewLead
      title={{ zh: '设备登记', en: 'Have this device named' }}
      text={{
        zh: '让本浏览器的密钥代表已备案的机构。由机构现有密钥确认，再由备案中心登记；全部遗失时由中心另行核实。',
        en: 'So that this browser’s key speaks for a filed organization: one of its keys endorses, its centre names it. If all are lost, the centre makes sure by other means.',
      }}
    />
    {shown && ['requested', 'endorsed'].includes(shown.state) ? (
      <>
        <Card title={{ zh: '已提交', en: 'Handed in' }}>
          <p>
            <State state={shown.state} />
          </p>
          <Para words={{ zh: '登记后，回到本页点“更新授权”。', en: 'Once it is named, press “Renew” above.' }} />
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
          submit={{ zh: '签名并提交', en: 'Sign and submit' }}
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

const DEVICE_WHY: { readonly [why in DeviceRequest['why']]: Words } = {
  second: { zh: '第二台设备', en: 'Second device' },
  replacement: { zh: '更换设备', en: 'Replacement' },
  loss: { zh: '原设备遗失', en: 'Loss of the others' },
};

const DeviceFacts: FC<{ shown: CaseView; asked: DeviceRequest; linked?: boolean }> = ({
  shown,
  asked,
  linked = false,
}) => (
  <>
    <CaseHead words={{ zh: `设备 · ${asked.label}`, en: 'Device' }} state={shown.state} />
    <Card>
      <Facts
        lines={[
          [
            { zh: '机构', en: 'Organization' },
            linked ? <a href={`#/organizations/${asked.organization}`}>{asked.organization}</a> : undefined,
          ],
          [{ zh: '使用人', en: 'Used by' }, asked.holder],
          [{ zh: '原因', en: 'Why' }, <Both words={DEVICE_WHY[asked.why]} />],
          [{ zh: '密钥指纹', en: 'Thumbprint' }, <code>{String(shown.facts.key ?? '')}</code>],
          [{ zh: '说明', en: 'Note' }, asked.note],
        ]}
      />
    </Card>
  </>
);

interface Props {
  shown: CaseView;
  asked: DeviceRequest;
  /** Whether this centre is the one that names it. */
  responsible: boolean;
  names: ReadonlyMap<string, string>;
}

const Naming: FC<Pick<Props, 'shown' | 'asked'>> = ({ shown, asked }) => (
  <Card title={{ zh: '登记', en: 'Name the key' }}>
    {shown.state !== 'endorsed' && asked.why !== 'loss' ? (
      <Para words={{ zh: '须先由机构确认。', en: 'The organization endorses it first.' }} />
    ) : (
      <>
        <Para
          words={{
            zh: '登记前请与机构核对密钥指纹。',
            en: 'Compare the thumbprint with the organization before you name the key.',
          }}
        />
        {shown.state === 'endorsed' ? null : (
          <div class="notice">
            <Para
              words={{
                zh: '机构没有确认这台设备（遗失）。请先核实来人身份，登记后在机构页面撤回原有密钥。',
                en: 'No key of the organization endorsed this one (loss). Make sure first whom you have before you; then withdraw the old keys in the view of the organization.',
              }}
            />
          </div>
        )}
        <p class="buttons">
          <button type="button" data-action="grant-device" data-about={shown.about} data-last={shown.last}>
            登记这把密钥<En>Name this key</En>
          </button>
          <a class="next second" href={`#/organizations/${asked.organization}`}>
            机构页面<En>The organization</En>
          </a>
        </p>
      </>
    )}
  </Card>
);

const Refusing: FC<{ shown: CaseView }> = ({ shown }) => (
  <ReasonCard
    title={{ zh: '拒绝登记', en: 'Refuse' }}
    of={shown}
    step="device.refuse"
    field="reason"
    next={`#/devices/${shown.about}`}
    label={{ zh: '拒绝原因', en: 'Why it is refused' }}
  />
);

/** As the centre has it that filed the organization. */
const CentreDevice: FC<Props> = ({ shown, asked, responsible, names }) => (
  <>
    <DeviceFacts shown={shown} asked={asked} linked />
    {responsible && shown.allowed.includes('device.grant') ? <Naming shown={shown} asked={asked} /> : null}
    <Refusing shown={shown} />
    <Record steps={shown.steps} names={names} />
  </>
);

/** As the organization has it: endorsed by one of its present keys. */
const OwnDevice: FC<Omit<Props, 'responsible'>> = ({ shown, asked, names }) => (
  <>
    <DeviceFacts shown={shown} asked={asked} />
    <ReasonCard
      of={shown}
      step="device.endorse"
      title={{ zh: '确认', en: 'Endorse' }}
      field="note"
      next={`#/devices/${shown.about}`}
      label={{ zh: '确认说明', en: 'Note' }}
    >
      <Para
        words={{
          zh: '请先电话核对密钥指纹，再确认。',
          en: 'Compare its thumbprint by telephone before you endorse it.',
        }}
      />
    </ReasonCard>
    <Refusing shown={shown} />
    <Record steps={shown.steps} names={names} />
  </>
);

async function applicantDevice({ service, caller }: Asked) {
  const [[newest], centres] = await Promise.all([
    listCases(service, caller, { kind: 'device' }, 1),
    centreNames(service),
  ]);
  return (
    <DeviceView
      kid={caller.jkt}
      shown={newest ? await viewCase(service, caller, newest.about) : undefined}
      centres={centres}
    />
  );
}

async function ownDevices(asked: Asked) {
  return (
    <>
      <CasesView
        name="devices"
        title={{ zh: '设备', en: 'Devices' }}
        lead={{ zh: '待本机构确认的在前。', en: 'Those that wait for you stand first.' }}
        {...(await waitingFirst(asked, 'device', 'devices', 'requested'))}
        to="#/devices/"
        none={{ zh: '没有设备登记请求。', en: 'No device has asked.' }}
        called={({ facts, about: device }) => String(facts.key ?? device)}
        columns={[
          {
            words: { zh: '原因', en: 'Why' },
            of: ({ facts }) => <Both words={DEVICE_WHY[facts.why as DeviceRequest['why']]} />,
          },
        ]}
      />
      {await ownKeys(asked)}
    </>
  );
}

async function ownDevice(asked: Asked) {
  const shown = await seenCase(asked, 'device');
  return (
    <OwnDevice
      shown={shown}
      asked={newestBody<DeviceRequest>(shown, 'device.request')}
      names={await centreNames(asked.service)}
    />
  );
}

async function centreDevices(asked: Asked) {
  return (
    <CasesView
      name="devices"
      title={{ zh: '设备', en: 'Devices' }}
      lead={{ zh: '待登记的在前。', en: 'Those that wait to be named stand first.' }}
      {...(await waitingFirst(asked, 'device', 'devices', 'requested', 'endorsed'))}
      to="#/devices/"
      none={{ zh: '没有设备登记请求。', en: 'No device has asked.' }}
      called={({ facts, about }) => String(facts.key ?? about)}
      columns={[
        await organizationColumn(asked),
        {
          words: { zh: '原因', en: 'Why' },
          of: ({ facts }) => <Both words={DEVICE_WHY[facts.why as DeviceRequest['why']]} />,
        },
      ]}
    />
  );
}

async function centreDevice(asked: Asked) {
  const shown = await seenCase(asked, 'device');
  return (
    <CentreDevice
      shown={shown}
      asked={newestBody<DeviceRequest>(shown, 'device.request')}
      responsible={shown.centre === asked.caller.subject}
      names={await centreNames(asked.service)}
    />
  );
}

export const deviceViews: readonly View[] = [
  { path: 'device', roles: APPLICANT, render: applicantDevice },
  ...listViews(ORGANIZATION, 'devices', ownDevices),
  { path: 'devices/:about', roles: ORGANIZATION, render: ownDevice },
  ...listViews(CENTRES, 'devices', centreDevices),
  { path: 'devices/:about', roles: CENTRES, render: centreDevice },
];
