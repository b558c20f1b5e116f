/** An organization's own keys with the form that reports one lost, and the losses as a centre settles them. */

import type { FC } from 'hono/jsx';
import { shanghaiDay } from '../../base/day.ts';
import type { Words } from '../../base/words.ts';
import type { DeviceRequest } from '../../core/procedure/application.ts';
import type { Body } from '../../core/procedure/bodies.ts';
import { type CaseView, newestBody } from '../../core/procedure/read-case.ts';
import { centreNames } from '../../service/on-file.ts';
import { organizationNames } from '../../service/organizations.ts';
import { keysOf } from '../../service/procedure/application-steps.ts';
import { listCases, viewCase } from '../../service/procedure/stored-cases.ts';
import { Both, En, Para } from '../../web/frame/layout.tsx';
import { STEP_BUTTONS } from '../../web/words/case-words.ts';
import { Card, Facts, Record, State, ViewLead } from '../frame/desk-parts.tsx';
import { Field, StepForm } from '../frame/fields.tsx';
import { type Asked, CENTRES, ownCode, type View } from '../frame/views.ts';

interface OwnKey {
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
        <Para
          words={{
            zh: '报失后平台立即拒绝这把密钥的一切请求；备案中心核实后签署撤回，撤回后永久失效。',
            en: 'From then on the service takes nothing of this key; the centre makes sure and withdraws it, which ends it for good.',
          }}
        />
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

const OwnKeys: FC<{ organization: string; keys: readonly OwnKey[] }> = ({ organization, keys }) => {
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

/** Keys that speak for the organization, by what their requests called them. */
export async function ownKeys({ service, caller }: Asked) {
  const code = ownCode({ caller });
  const cases = await listCases(service, caller, { kind: 'device' }, 50);
  const shown = await Promise.all(cases.map(({ about }) => viewCase(service, caller, about)));
  const labels = new Map(
    shown.map((one) => [String(one.facts.key), newestBody<DeviceRequest>(one, 'device.request').label]),
  );
  const keys = (await keysOf(service, code)).map((one) => ({
    ...one,
    label: labels.get(one.jkt),
    isThis: one.jkt === caller.jkt,
  }));
  return <OwnKeys organization={code} keys={keys} />;
}

interface ShownLoss {
  shown: CaseView & { organization: string | null };
  /** Thumbprint. */
  jkt: string;
  reason: string;
  withdrawn: boolean;
}

const STILL_GOOD: Words = {
  zh: '这把密钥没有撤回，办结后可以重新使用。确定办结？',
  en: 'This key is not withdrawn and works again once the case is settled. Settle it?',
};

const LossesView: FC<{
  losses: readonly ShownLoss[];
  names: ReadonlyMap<string, string>;
  organizations: ReadonlyMap<string, string>;
}> = ({ losses, names, organizations }) => (
  <>
    <ViewLead
      title={{ zh: '密钥报失', en: 'Keys reported lost' }}
      text={{
        zh: '报失的密钥已停用。核实后签署撤回，使其永久失效；设备已找回的，办结即恢复使用。',
        en: 'A key that was reported is stopped. Make sure, then withdraw it, which ends it for good; if the device was found, settle the case and the key works again.',
      }}
    />
    {losses.length === 0 ? (
      <Card>
        <Para words={{ zh: '没有待处理的报失。', en: 'No loss waits to be settled.' }} />
      </Card>
    ) : (
      losses.map(({ shown, jkt, reason, withdrawn }) => (
        <Card
          title={{ zh: organizations.get(shown.organization ?? '') ?? String(shown.organization), en: 'Organization' }}
        >
          <Facts
            lines={[
              [{ zh: '机构编码', en: 'Code' }, shown.organization],
              [{ zh: '密钥指纹', en: 'Thumbprint' }, <code>{jkt}</code>],
              [{ zh: '情况说明', en: 'What happened' }, reason],
            ]}
          />
          {withdrawn ? (
            <Para words={{ zh: '密钥已撤回，可以办结。', en: 'The key is withdrawn: the case can be settled.' }} />
          ) : (
            <p class="buttons">
              <a class="next" href={`#/organizations/${shown.organization}/withdraw/client/${jkt}`}>
                撤回这把密钥<En>Withdraw this key</En>
              </a>
            </p>
          )}
          {shown.allowed.includes('loss.close') ? (
            <StepForm
              step="loss.close"
              about={shown.about}
              seq={shown.seq}
              last={shown.last}
              next="#/losses"
              second
              submit={STEP_BUTTONS['loss.close']}
              {...(withdrawn ? {} : { confirm: STILL_GOOD })}
            >
              <Field
                name="note"
                id={`close-${shown.about.slice('loss:'.length)}`}
                words={{ zh: '办结说明', en: 'How it was settled' }}
                lines={3}
                optional
              />
            </StepForm>
          ) : null}
          <Record steps={shown.steps} names={names} />
        </Card>
      ))
    )}
  </>
);

/** Losses in one view; there are more once some of them are settled. */
const MOST = 50;

async function losses({ service, caller }: Asked) {
  const [cases, names, organizations] = await Promise.all([
    listCases(service, caller, { kind: 'loss', state: 'reported' }, MOST),
    centreNames(service),
    organizationNames(service),
  ]);
  const shown = await Promise.all(
    cases.map(async ({ about, organization, facts }) => {
      const jkt = String(facts.key);
      const [one, keys] = await Promise.all([viewCase(service, caller, about), keysOf(service, String(organization))]);
      return {
        shown: one,
        jkt,
        reason: newestBody<Body<'loss.report'>>(one, 'loss.report').reason,
        withdrawn: keys.some((key) => key.jkt === jkt && key.state === 'withdrawn'),
      };
    }),
  );
  return <LossesView losses={shown} names={names} organizations={organizations} />;
}

export const lossViews: readonly View[] = [{ path: 'losses', roles: CENTRES, render: losses }];
