/**
 * Owns the list of an organization's own keys, each with its state and the form that reports it lost.
 * It refuses the form where there is nothing to stop: keys that ended, or were reported before.
 */
import type { FC } from 'hono/jsx';
import { shanghaiDay } from '../../base/day.ts';
import { Both } from '../../web/frame/layout.tsx';
import { Card, Facts, State } from '../frame/desk-parts.tsx';
import { Field, StepForm } from '../frame/fields.tsx';

export interface OwnKey {
  /** RFC 7638 thumbprint. */
  jkt: string;
  state: 'active' | 'expired' | 'withdrawn' | 'reported';
  /** Last second of the newest statement about it, NumericDate. */
  until: number;
  /** As its request called it, if it came by one. */
  label?: string | undefined;
  /** It signs this request. */
  isThis: boolean;
  /** Of the case of its loss, where there was one. */
  loss?: { seq: number; last: string } | undefined;
}

const Key: FC<{ organization: string; one: OwnKey; only: boolean }> = ({
  organization,
  one: { jkt, state, until, label, isThis, loss },
  only,
}) => (
  <Card title={{ zh: label ?? '机构密钥', en: 'Key of the organization' }}>
    <p>
      <State state={state} />
    </p>
    <Facts
      lines={[
        [{ zh: '密钥指纹', en: 'Thumbprint' }, <code>{jkt}</code>],
        [{ zh: '授权至', en: 'Until' }, shanghaiDay(until)],
        [{ zh: '本机', en: 'Here' }, isThis ? '正在使用 in use' : undefined],
      ]}
    />
    {state === 'active' ? (
      <details>
        <summary>
          报失 <span lang="en">report it lost</span>
        </summary>
        <p>
          <Both
            words={{
              zh: '报失后平台立即拒绝这把密钥的一切请求；备案中心核实后签署撤回，撤回后永久失效。',
              en: 'From then on the service takes nothing of this key; the centre makes sure and withdraws it, which ends it for good.',
            }}
          />
        </p>
        {only ? (
          <p class="notice">
            <Both
              words={{
                zh: '这是唯一有效的密钥：报失后须由中心核实身份、登记新设备，才能继续办理。',
                en: 'It is the only one in force: afterwards nothing goes on until the centre has made sure of you and named a new device.',
              }}
            />
          </p>
        ) : null}
        <StepForm
          step="loss.report"
          about={`loss:${organization}-${jkt}`}
          seq={loss?.seq ?? 0}
          last={loss?.last}
          next="#/devices"
          second
          submit={{ zh: '签名并报失', en: 'Sign and report' }}
          confirm={{
            zh: `报失密钥 ${jkt.slice(0, 8)}…？这把密钥将立即停用。`,
            en: `Report the key ${jkt.slice(0, 8)}… lost? It is stopped at once.`,
          }}
        >
          <Field
            name="reason"
            id={`loss-${jkt}`}
            words={{ zh: '情况说明', en: 'What happened' }}
            hint={{
              zh: '何时、如何遗失，是否可能被他人使用',
              en: 'When and how it was lost, and whether others may use it',
            }}
            lines={3}
          />
        </StepForm>
      </details>
    ) : null}
  </Card>
);

export const OwnKeys: FC<{ organization: string; keys: readonly OwnKey[] }> = ({ organization, keys }) => {
  const inForce = keys.filter(({ state }) => state === 'active').length;
  return (
    <section class="stack" id="own-keys">
      <h2>
        <Both words={{ zh: '本机构的密钥', en: 'Keys of this organization' }} />
      </h2>
      {keys.map((one) => (
        <Key organization={organization} one={one} only={inForce === 1} />
      ))}
    </section>
  );
};
