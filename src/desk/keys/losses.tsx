/**
 * Owns a centre's view of keys that organizations report lost: what was said, the way to their withdrawal, and the form
 * that settles the case.
 * It refuses nothing; the service stopped each key when it was reported.
 */
import type { FC } from 'hono/jsx';
import type { Body } from '../../core/procedure/bodies.ts';
import { centreNames, organizationNames } from '../../service/organizations.ts';
import { keysOf } from '../../service/procedure/device-steps.ts';
import { listCases, viewCase } from '../../service/procedure/read-case.ts';
import { Both, En } from '../../web/frame/layout.tsx';
import type { Words } from '../../web/words/page-words.ts';
import { STEP_BUTTONS } from '../../web/words/step-words.ts';
import { Record, type ShownCase } from '../frame/cases.tsx';
import { CENTRES } from '../frame/centre-shared.ts';
import { Card, Facts, Title } from '../frame/desk-parts.tsx';
import { Field, StepForm } from '../frame/fields.tsx';
import type { Asked, View } from '../frame/views.ts';
import { standing } from '../plans/organization-plan-views.tsx';

interface ShownLoss {
  shown: ShownCase & { organization: string | null };
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
    <section class="lead">
      <Title words={{ zh: '密钥报失', en: 'Keys reported lost' }} />
      <p>
        <Both
          words={{
            zh: '报失的密钥已停用。核实后签署撤回，使其永久失效；设备已找回的，办结即恢复使用。',
            en: 'A key that was reported is stopped. Make sure, then withdraw it, which ends it for good; if the device was found, settle the case and the key works again.',
          }}
        />
      </p>
    </section>
    {losses.length === 0 ? (
      <Card>
        <p>
          <Both words={{ zh: '没有待处理的报失。', en: 'No loss waits to be settled.' }} />
        </p>
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
            <p>
              <Both words={{ zh: '密钥已撤回，可以办结。', en: 'The key is withdrawn: the case can be settled.' }} />
            </p>
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

// Owns the desk view of lost keys within a centre's reach.
// It refuses nothing itself: findView lets centres alone in, and reading holds each to its reach.

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
        reason: standing<Body<'loss.report'>>(one, 'loss.report').reason,
        withdrawn: keys.some((key) => key.jkt === jkt && key.state === 'withdrawn'),
      };
    }),
  );
  return <LossesView losses={shown} names={names} organizations={organizations} />;
}

export const lossViews: readonly View[] = [{ path: 'losses', roles: CENTRES, render: losses }];
