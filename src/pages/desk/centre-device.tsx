/**
 * Owns a centre's view of a device that asks to speak for an organization.
 * It refuses nothing; what belongs to another centre, or waits for the organization, has no button.
 */
import type { FC } from 'hono/jsx';
import type { DeviceRequest } from '../../life/procedure/application.ts';
import { Both, En } from '../layout.tsx';
import type { Words } from '../words.ts';
import { ReasonForm, Record, type ShownCase } from './cases.tsx';
import { Card, Facts, State, Title } from './parts.tsx';

export const DEVICE_WHY: { readonly [why in DeviceRequest['why']]: Words } = { second: { zh: '第二台设备', en: 'Second device' }, replacement: { zh: '更换设备', en: 'Replacement' }, loss: { zh: '原设备遗失', en: 'Loss of the others' } };

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
          <Both words={{ zh: '登记前请与机构核对密钥指纹。', en: 'Compare the thumbprint with the organization before you name the key.' }} />
        </p>
        {shown.state === 'endorsed' ? null : (
          <div class="notice">
            <p>
              <Both words={{ zh: '机构没有确认这台设备（遗失）。请先核实来人身份，登记后在机构页面撤回原有密钥。', en: 'No key of the organization endorsed this one (loss). Make sure first whom you have before you; then withdraw the old keys in the view of the organization.' }} />
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

export const CentreDevice: FC<Props> = ({ shown, asked, responsible, names }) => (
  <>
    <section class="lead">
      <Title words={{ zh: `设备 · ${asked.label}`, en: 'Device' }} />
      <p>
        <State state={shown.state} />
      </p>
    </section>
    <Card>
      <Facts
        lines={[
          [{ zh: '机构', en: 'Organization' }, <a href={`#/organizations/${asked.organization}`}>{asked.organization}</a>],
          [{ zh: '使用人', en: 'Used by' }, asked.holder],
          [{ zh: '原因', en: 'Why' }, <Both words={DEVICE_WHY[asked.why]} />],
          [{ zh: '密钥指纹', en: 'Thumbprint' }, <code>{String(shown.facts['key'] ?? '')}</code>],
          [{ zh: '说明', en: 'Note' }, asked.note],
        ]}
      />
    </Card>
    {responsible && shown.allowed.includes('device.grant') ? <Naming shown={shown} asked={asked} /> : null}
    {shown.allowed.includes('device.refuse') ? (
      <Card title={{ zh: '拒绝登记', en: 'Refuse' }}>
        <ReasonForm of={shown} step="device.refuse" field="reason" next={`#/devices/${shown.about}`} label={{ zh: '拒绝原因', en: 'Why it is refused' }} />
      </Card>
    ) : null}
    <Record steps={shown.steps} names={names} />
  </>
);
