/** Organizations that were filed, as a centre within reach has them: list, filing, standing, signing key. */

import type { FC } from 'hono/jsx';
import { Refusal } from '../../base/refusal.ts';
import { checkUscc, parseOrganizationCode } from '../../core/number.ts';
import { issuingNumber } from '../../core/paper/x509-certificates.ts';
import type { Endable } from '../../core/withdrawal.ts';
import { centreNames, requireHolder } from '../../service/on-file.ts';
import { type Filed, filingsOf, listOrganizations } from '../../service/organizations.ts';
import { historyOf } from '../../service/procedure/reviews.ts';
import { listCases } from '../../service/procedure/stored-cases.ts';
import { reachesCentre, requireReach } from '../../service/reach.ts';
import { endablesOf } from '../../service/withdraw.ts';
import { selectCertifiedUntil } from '../../storage/statement-store.ts';
import { Both, En, Para } from '../../web/frame/layout.tsx';
import { STEP_BUTTONS } from '../../web/words/case-words.ts';
import { OrganizationPast, type Past } from '../batches/review-evidence.tsx';
import { Card, dayOf, Facts, List, State, ViewLead } from '../frame/desk-parts.tsx';
import { Field, StepForm } from '../frame/fields.tsx';
import { type Asked, CENTRES, caseIfAny, type View } from '../frame/views.ts';
import { Endables } from '../keys/withdraw-views.tsx';
import { type Again, CodesView, FileAgain } from './application-detail.tsx';

interface FiledLine {
  code: string;
  name: string;
  centre: string;
  until: string;
  inForce: boolean;
  suspended: boolean;
}

/** A suspension is what matters first; without a filing in force nothing else does. */
const Standing: FC<{ suspended: boolean; inForce: boolean }> = ({ suspended, inForce }) =>
  suspended || inForce ? (
    <State state={suspended ? 'suspended' : 'active'} />
  ) : (
    <span class="state warn">
      <Both words={{ zh: '备案失效', en: 'filing not in force' }} />
    </span>
  );

const OrganizationsView: FC<{ organizations: readonly FiledLine[] }> = ({ organizations }) => (
  <>
    <ViewLead title={{ zh: '机构', en: 'Organizations' }} />
    <Card>
      <List
        name="organizations"
        caption={{ zh: '本中心管理范围内的机构', en: 'Organizations within your reach' }}
        none={{ zh: '还没有备案的机构。', en: 'No organization is filed yet.' }}
        columns={[
          { words: { zh: '机构', en: 'Organization' } },
          { words: { zh: '编码', en: 'Code' } },
          { words: { zh: '备案中心', en: 'Filed by' } },
          { words: { zh: '有效期至', en: 'Until' } },
          { words: { zh: '状态', en: 'State' } },
        ]}
        rows={organizations.map(({ code, name, centre, until, inForce, suspended }) => [
          <a href={`#/organizations/${code}`}>{name}</a>,
          <code>{code}</code>,
          centre,
          until,
          <Standing suspended={suspended} inForce={inForce} />,
        ])}
      />
    </Card>
  </>
);

/** One organization: its filing, its history, and whether it may assess. */
const OrganizationView: FC<{
  code: string;
  name: string;
  centre: string;
  capacity: number;
  until: string;
  inForce: boolean;
  past: Past;
  standing: { seq: number; last: string; allowed: readonly string[] } | undefined;
  names: ReadonlyMap<string, string>;
  endables: readonly Endable[];
  signing: Signing | undefined;
  again: Again | undefined;
  now: number;
}> = ({ code, name, centre, capacity, until, inForce, past, standing, names, endables, signing, again, now }) => {
  const at = {
    about: `standing:${code}`,
    seq: standing?.seq ?? 0,
    ...(standing ? { last: standing.last } : {}),
    next: `#/organizations/${code}`,
  };
  return (
    <>
      <ViewLead title={{ zh: name, en: 'Organization' }}>
        <p>
          <Standing suspended={past.suspended} inForce={inForce} /> <code>{code}</code>
        </p>
      </ViewLead>
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
      {again ? <FileAgain again={again} centre={centre} /> : null}
      {signing ? <SigningCard code={code} {...signing} /> : null}
      <Card title={{ zh: '以往情况', en: 'So far' }}>
        <OrganizationPast past={past} names={names} />
      </Card>
      <Endables code={code} endables={endables} names={names} now={now} />
      {past.suspended ? (
        <Card title={{ zh: '恢复评价', en: 'Resume' }}>
          <StepForm step="standing.resume" {...at} submit={STEP_BUTTONS['standing.resume']}>
            <Field name="reason" words={{ zh: '理由', en: 'Reason' }} lines={3} />
          </StepForm>
        </Card>
      ) : (
        <Card title={{ zh: '暂停评价', en: 'Suspend' }}>
          <Para
            words={{
              zh: '暂停期间不能报送计划、上传和颁发；已颁发的证书不变。',
              en: 'Meanwhile it files no plans, uploads and orders nothing; what was issued stays as it is.',
            }}
          />
          <StepForm
            step="standing.suspend"
            {...at}
            submit={STEP_BUTTONS['standing.suspend']}
            confirm={{ zh: '确定暂停该机构的评价？', en: 'Suspend this organization?' }}
            second
          >
            <Field name="reason" words={{ zh: '原因', en: 'Reason' }} lines={3} />
            <Field name="until" words={{ zh: '暂停至', en: 'Until' }} type="date" optional />
          </StepForm>
        </Card>
      )}
    </>
  );
};

interface Signing {
  /** The filing in force as it was signed, and its newest issuing key. */
  filing: string;
  kid: string;
  /** Until when that key has a certificate. */
  until: number | null;
  /** Whether the reader filed it. */
  mine: boolean;
}

const SigningCard: FC<Signing & { code: string }> = ({ code, filing, kid, until, mine }) => (
  <Card title={{ zh: '证书 PDF 的电子签名', en: 'Signatures of PDFs' }}>
    <p>
      {until === null ? (
        <Both
          words={{
            zh: '颁发密钥没有有效的 X.509 证书，证书 PDF 不带电子签名。',
            en: 'The issuing key has no X.509 certificate in force: PDFs carry no signature.',
          }}
        />
      ) : (
        <Both
          words={{
            zh: `颁发密钥的 X.509 证书至 ${dayOf(until)}，证书 PDF 带电子签名。`,
            en: `The issuing key has an X.509 certificate until ${dayOf(until)}: PDFs are signed.`,
          }}
        />
      )}
    </p>
    <p class="hint">
      <code>{kid}</code>
    </p>
    {until === null && mine ? (
      <>
        <p class="hint" data-certificate="wanting" hidden>
          <Both
            words={{
              zh: '请先在本页上方选择本中心密钥的 X.509 证书，然后可在这里认证。',
              en: 'Choose the X.509 certificate of your key above first; then certify this key here.',
            }}
          />
        </p>
        <p class="buttons" data-certificate="there" hidden>
          <button type="button" data-action="certify-key" data-code={code} data-filing={filing}>
            认证颁发密钥<En>Certify the issuing key</En>
          </button>
        </p>
      </>
    ) : null}
  </Card>
);

async function organizations({ service, caller }: Asked) {
  const [filed, suspended, names] = await Promise.all([
    listOrganizations(service),
    listCases(service, caller, { kind: 'standing', state: 'suspended' }, 500),
    centreNames(service),
  ]);
  const stopped = new Set(suspended.map(({ organization }) => organization));
  const mine = filed.filter(({ filing }) => reachesCentre(caller, filing.iss));
  return (
    <OrganizationsView
      organizations={mine.map(({ code, filing, state, until }) => ({
        code,
        name: filing.name,
        centre: names.get(filing.iss) ?? filing.iss,
        until,
        inForce: state === 'in_force',
        suspended: stopped.has(code),
      }))}
    />
  );
}

/** Whether PDFs of a filing's newest issuing key can be signed, and whether the caller is who certifies that key. */
async function signingOf(
  { service, caller, now }: Asked,
  { code, filing, token, state }: Filed,
): Promise<Signing | undefined> {
  const newest = filing.issuing_jwks.keys.at(-1);
  if (state !== 'in_force' || !newest) return undefined;
  return {
    filing: token,
    kid: newest.kid,
    until: await selectCertifiedUntil(service.db, code, Number(issuingNumber(newest.kid)[1]), now),
    mine: filing.iss === caller.subject,
  };
}

async function organization(asked: Asked) {
  const { service, caller, params, now } = asked;
  const code = parseOrganizationCode(params.code as string);
  await requireReach(service, caller, code);
  const all = await filingsOf(service, code);
  const [filed, ...others] = all;
  const [past, names, endables, shown] = await Promise.all([
    historyOf(service, code),
    centreNames(service),
    endablesOf(service, caller, code, all),
    caseIfAny(asked, `standing:${code}`),
  ]);
  if (!filed) throw new Refusal('organization_not_found', 'No centre has filed an organization with this code.');
  const { filing, until, state } = filed;
  return (
    <OrganizationView
      code={code}
      name={filing.name}
      centre={names.get(filing.iss) ?? filing.iss}
      capacity={filing.annual_capacity}
      until={until}
      inForce={state === 'in_force'}
      past={past}
      standing={shown}
      names={names}
      endables={endables}
      signing={await signingOf(asked, filed)}
      again={againOf(asked, filed, others)}
      now={now}
    />
  );
}

/**
 * What the centre that filed an organization can file again, where nothing is in force: the filing that the withdrawn
 * one replaced, else the last.
 */
function againOf({ caller }: Asked, filed: Filed, others: readonly Filed[]): Again | undefined {
  if (filed.state === 'in_force' || filed.state === 'not_yet' || filed.filing.iss !== caller.subject) return undefined;
  const { code, filing } =
    (filed.state === 'withdrawn' &&
      others.find(({ state, filing: { uscc } }) => state === 'replaced' && uscc === filed.filing.uscc)) ||
    filed;
  const { name, uscc, scope, annual_capacity, pass_mark } = filing;
  return { code, name, uscc, scope, annual_capacity, pass_mark };
}

/** Whose a code is that a centre is about to file. */
async function codes({ service, params }: Asked) {
  const code = parseOrganizationCode(params.code as string);
  const uscc = checkUscc(params.uscc as string);
  if ('fault' in uscc)
    throw new Refusal('uscc_wrong', 'The unified social credit code (统一社会信用代码) has a wrong check character.', {
      part: 'uscc',
    });
  await requireHolder(service, code, uscc.uscc);
  const others = (await listOrganizations(service)).filter((one) => one.filing.uscc === uscc.uscc && one.code !== code);
  return (
    <CodesView
      uscc={uscc.uscc}
      codes={others.map((one) => ({ code: one.code, name: one.filing.name, inForce: one.state === 'in_force' }))}
    />
  );
}

export const organizationViews: readonly View[] = [
  { path: 'codes/:code/:uscc', roles: CENTRES, render: codes },
  { path: 'organizations', roles: CENTRES, render: organizations },
  { path: 'organizations/:code', roles: CENTRES, render: organization },
];
