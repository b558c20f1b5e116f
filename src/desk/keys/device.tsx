/**
 * Owns the views of a device that asks to speak for an organization: as the organization has it, and as its centre has it.
 * It refuses nothing; what belongs to another centre, or waits for the organization, has no button.
 */
import type { FC } from 'hono/jsx';
import type { DeviceRequest } from '../../core/procedure/application.ts';
import { Both, En } from '../../web/frame/layout.tsx';
import type { Words } from '../../web/words/page-words.ts';
import { ReasonForm, Record, type ShownCase } from '../frame/cases.tsx';
import { Card, CaseHead, Facts } from '../frame/desk-parts.tsx';

export const DEVICE_WHY: { readonly [why in DeviceRequest['why']]: Words } = {
  second: { zh: '第二台设备', en: 'Second device' },
  replacement: { zh: '更换设备', en: 'Replacement' },
  loss: { zh: '原设备遗失', en: 'Loss of the others' },
};

const DeviceFacts: FC<{ shown: ShownCase; asked: DeviceRequest; linked?: boolean }> = ({
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
  shown: ShownCase;
  asked: DeviceRequest;
  /** Whether this centre is the one that names it. */
  responsible: boolean;
  names: ReadonlyMap<string, string>;
}

const Naming: FC<Pick<Props, 'shown' | 'asked'>> = ({ shown, asked }) => (
  <Card title={{ zh: '登记', en: 'Name the key' }}>
    {shown.state !== 'endorsed' && asked.why !== 'loss' ? (
      <p>
        <Both words={{ zh: '须先由机构确认。', en: 'The organization endorses it first.' }} />
      </p>
    ) : (
      <>
        <p>
          <Both
            words={{
              zh: '登记前请与机构核对密钥指纹。',
              en: 'Compare the thumbprint with the organization before you name the key.',
            }}
          />
        </p>
        {shown.state === 'endorsed' ? null : (
          <div class="notice">
            <p>
              <Both
                words={{
                  zh: '机构没有确认这台设备（遗失）。请先核实来人身份，登记后在机构页面撤回原有密钥。',
                  en: 'No key of the organization endorsed this one (loss). Make sure first whom you have before you; then withdraw the old keys in the view of the organization.',
                }}
              />
            </p>
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

const Refusing: FC<{ shown: ShownCase }> = ({ shown }) =>
  shown.allowed.includes('device.refuse') ? (
    <Card title={{ zh: '拒绝登记', en: 'Refuse' }}>
      <ReasonForm
        of={shown}
        step="device.refuse"
        field="reason"
        next={`#/devices/${shown.about}`}
        label={{ zh: '拒绝原因', en: 'Why it is refused' }}
      />
    </Card>
  ) : null;

/** As the centre has it that filed the organization. */
export const CentreDevice: FC<Props> = ({ shown, asked, responsible, names }) => (
  <>
    <DeviceFacts shown={shown} asked={asked} linked />
    {responsible && shown.allowed.includes('device.grant') ? <Naming shown={shown} asked={asked} /> : null}
    <Refusing shown={shown} />
    <Record steps={shown.steps} names={names} />
  </>
);

/** As the organization has it: endorsed by one of its present keys. */
export const OwnDevice: FC<Omit<Props, 'responsible'>> = ({ shown, asked, names }) => (
  <>
    <DeviceFacts shown={shown} asked={asked} />
    {shown.allowed.includes('device.endorse') ? (
      <Card title={{ zh: '确认', en: 'Endorse' }}>
        <p>
          <Both
            words={{
              zh: '请先电话核对密钥指纹，再确认。',
              en: 'Compare its thumbprint by telephone before you endorse it.',
            }}
          />
        </p>
        <ReasonForm
          of={shown}
          step="device.endorse"
          field="note"
          next={`#/devices/${shown.about}`}
          label={{ zh: '确认说明', en: 'Note' }}
        />
      </Card>
    ) : null}
    <Refusing shown={shown} />
    <Record steps={shown.steps} names={names} />
  </>
);
