/**
 * Owns a centre's desk views of applications, devices and organizations within its reach.
 * It refuses nothing itself: findView lets centres alone in, and reading holds each to its reach.
 */

import { isRefusal, Refusal } from '../../base/refusal.ts';
import { checkUscc } from '../../core/identity.ts';
import { parseOrganizationCode } from '../../core/number.ts';
import { issuingNumber } from '../../core/paper/x509-certificates.ts';
import type { DeviceRequest } from '../../core/procedure/application.ts';
import { PURPOSES } from '../../core/procedure/application.ts';
import { nextCode, requireHolder } from '../../service/codes.ts';
import { requireReach } from '../../service/enrol.ts';
import { centreNames, type Filed, filingsOf, listOrganizations } from '../../service/organizations.ts';
import { grantedOf } from '../../service/procedure/application-steps.ts';
import { listCases, viewCase } from '../../service/procedure/read-case.ts';
import { historyOf } from '../../service/procedure/review-queue.ts';
import { endablesOf } from '../../service/withdraw.ts';
import { selectCertifiedUntil } from '../../storage/paper-store.ts';
import { Both } from '../../web/frame/layout.tsx';
import { type CaseRowView, CasesView } from '../frame/cases.tsx';
import { CENTRES, calledOf, organizationColumn, seenCase } from '../frame/centre-shared.ts';
import { type Asked, listViews, type View, waitingFirst } from '../frame/views.ts';
import { CentreDevice, DEVICE_WHY } from '../keys/device.tsx';
import { WithdrawView } from '../keys/withdraw-form.tsx';
import { standing } from '../plans/organization-plan-views.tsx';
import { PURPOSE_WORDS } from '../words/application-words.ts';
import { lastApplication } from './applicant-views.tsx';
import { CentreApplication, OrganizationsView, OrganizationView } from './centre-filing.tsx';
import type { Signing } from './centre-signing.tsx';
import { type Again, CodesView } from './filing-review.tsx';

async function applications(asked: Asked) {
  const names = await centreNames(asked.service);
  return (
    <CasesView
      name="applications"
      title={{ zh: '申报', en: 'Applications' }}
      lead={{ zh: '待审核的在前。', en: 'Those that wait for a review stand first.' }}
      {...(await waitingFirst(asked, 'application', 'applications', 'submitted'))}
      to="#/applications/"
      none={{ zh: '没有申报。', en: 'There are no applications.' }}
      called={calledOf}
      columns={[
        {
          words: { zh: '事项', en: 'Purpose' },
          of: ({ facts }) => {
            const purpose = PURPOSES.find((one) => one === facts.purpose);
            return purpose ? <Both words={PURPOSE_WORDS[purpose]} /> : '';
          },
        },
        {
          words: { zh: '受理中心', en: 'Centre' },
          of: (one: CaseRowView & { centre?: string }) => names.get(one.centre ?? '') ?? one.centre ?? '',
        },
      ]}
    />
  );
}

async function application(asked: Asked) {
  const shown = await seenCase(asked, 'application');
  const free = shown.allowed.includes('application.select') ? await nextCode(asked.service, 'S') : undefined;
  return (
    <CentreApplication
      shown={shown}
      application={lastApplication(shown.steps)}
      names={await centreNames(asked.service)}
      responsible={shown.centre === asked.caller.subject}
      filing={await grantedOf(asked.service, shown.steps)}
      free={free}
    />
  );
}

async function devices(asked: Asked) {
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

async function device(asked: Asked) {
  const shown = await seenCase(asked, 'device');
  return (
    <CentreDevice
      shown={shown}
      asked={standing<DeviceRequest>(shown, 'device.request')}
      responsible={shown.centre === asked.caller.subject}
      names={await centreNames(asked.service)}
    />
  );
}

async function organizations({ service, caller }: Asked) {
  const [filed, suspended, names] = await Promise.all([
    listOrganizations(service),
    listCases(service, caller, { kind: 'standing', state: 'suspended' }, 500),
    centreNames(service),
  ]);
  const stopped = new Set(suspended.map(({ organization }) => organization));
  const mine = filed.filter(({ filing }) => caller.role === 'province' || filing.iss === caller.subject);
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
  const [[filed, ...others], past, names, endables, shown] = await Promise.all([
    filingsOf(service, code),
    historyOf(service, code),
    centreNames(service),
    endablesOf(service, caller, code),
    viewCase(service, caller, `standing:${code}`).catch((error: unknown) => {
      if (isRefusal(error, 'case_not_found')) return undefined;
      throw error;
    }),
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

/** What the centre that filed an organization can file again, where nothing is in force: the filing that the withdrawn one replaced, else the last. */
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

async function withdrawal({ service, caller, params }: Asked) {
  const code = parseOrganizationCode(params.code as string);
  await requireReach(service, caller, code);
  const [[filed], names, endables] = await Promise.all([
    filingsOf(service, code),
    centreNames(service),
    endablesOf(service, caller, code),
  ]);
  const one = endables.find(
    ({ typ, id, mine, ended }) => typ === params.typ && id === params.id && mine && ended === null,
  );
  if (!filed || !one) throw new Refusal('not_found', 'There is nothing here that this centre may withdraw.');
  return <WithdrawView code={code} name={filed.filing.name} one={one} names={names} />;
}

export const centreFilingViews: readonly View[] = [
  ...listViews(CENTRES, 'applications', applications),
  { path: 'applications/:about', roles: CENTRES, render: application },
  ...listViews(CENTRES, 'devices', devices),
  { path: 'devices/:about', roles: CENTRES, render: device },
  { path: 'codes/:code/:uscc', roles: CENTRES, render: codes },
  { path: 'organizations', roles: CENTRES, render: organizations },
  { path: 'organizations/:code', roles: CENTRES, render: organization },
  { path: 'organizations/:code/withdraw/:typ/:id', roles: CENTRES, render: withdrawal },
];
