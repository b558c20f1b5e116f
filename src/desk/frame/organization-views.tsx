/**
 * Owns the desk's views of organizations (评价机构): filing and capacity, plans, results, objections, batches,
 * certificates, rules, devices.
 * It refuses nothing itself: findView lets organizations alone in, and reading holds each to its own cases.
 */

import { shanghaiDay, shanghaiYear } from '../../base/day.ts';
import { pageOf, readPlace } from '../../base/page-place.ts';
import { isRefusal } from '../../base/refusal.ts';
import { parseNumber } from '../../core/number.ts';
import type { DeviceRequest, Rules } from '../../core/procedure/application.ts';
import { PROVINCE } from '../../core/schema.ts';
import { currentFiling, requireReach } from '../../service/enrol.ts';
import { directoryOf, lookUp } from '../../service/lookup.ts';
import { centreNames } from '../../service/organizations.ts';
import { grantedOf } from '../../service/procedure/application-steps.ts';
import { keysOf } from '../../service/procedure/device-steps.ts';
import { listCases, viewCase } from '../../service/procedure/read-case.ts';
import { suspensionOf } from '../../service/procedure/standing.ts';
import { waitingFor } from '../../service/procedure/tasks.ts';
import { batchView, openBatch } from '../../service/upload.ts';
import { selectBatchesOf, selectUsedCapacity } from '../../storage/batch-store.ts';
import { countCases } from '../../storage/case-store.ts';
import { countSigned } from '../../storage/numbering.ts';
import { Both } from '../../web/frame/layout.tsx';
import { BatchDetail, BatchesView } from '../batches/organization-batches.tsx';
import { CertificatesView, CertificateView } from '../certificates/organization-certificates.tsx';
import { inspectionViews } from '../draws/draw-views.tsx';
import { lastApplication } from '../filings/applicant-views.tsx';
import { ApplicationView, ApplyView } from '../filings/applications.tsx';
import { DEVICE_WHY, OwnDevice } from '../keys/device.tsx';
import { OwnKeys } from '../keys/organization-devices.tsx';
import { planViews, seen, standing } from '../plans/organization-plan-views.tsx';
import { CasesView } from './cases.tsx';
import { Ways } from './menu.tsx';
import { OrganizationHome } from './organization-home.tsx';
import { RulesView } from './rules.tsx';
import { type Asked, LINES, listViews, moreOf, type View, waitingFirst } from './views.ts';

const ORGANIZATION = ['organization'] as const;
const codeOf = ({ caller }: Asked): string => caller.subject.slice('org:'.length);

async function home(asked: Asked) {
  const { service, now } = asked;
  const code = codeOf(asked);
  const { filing } = await currentFiling(service, await directoryOf(service), code);
  const [counts, waiting, used, names, suspension] = await Promise.all([
    countCases(service.db, { organization: code }),
    waitingFor(service, code, shanghaiDay(now)),
    selectUsedCapacity(service.db, code, shanghaiYear(now)),
    centreNames(service),
    suspensionOf(service, code),
  ]);
  return (
    <OrganizationHome
      code={code}
      filing={filing}
      used={used}
      centre={names.get(filing.iss) ?? filing.iss}
      suspension={suspension}
      counts={counts}
      waiting={waiting}
    />
  );
}

async function batches(asked: Asked) {
  const found = await selectBatchesOf(asked.service.db, codeOf(asked), LINES + 1, readPlace(asked.params.place));
  const { lines, next } = pageOf(found, LINES, ({ id, created_at }) => ({ first: 0, at: created_at, id }));
  return <BatchesView batches={lines} more={moreOf('batches', next)} />;
}

async function batch({ service, caller, params }: Asked) {
  const { batch: row } = await openBatch(service, params.id as string);
  await requireReach(service, caller, row.organization);
  const view = await batchView(
    service,
    row,
    row.state === 'issued' ? row.count : await countSigned(service.db, row.id),
  );
  return (
    <BatchDetail
      batch={{ ...view, returned_reason: view.returned_reason ?? null }}
      centres={await centreNames(service)}
      results={row.results}
    />
  );
}

/** One certificate; a number that leads nowhere stays in the box, with why. */
async function certificate({ service, caller, params }: Asked) {
  const asked = params.number as string;
  try {
    const { text, organization } = parseNumber(asked);
    await requireReach(service, caller, organization);
    const found = await lookUp(service, text, ['name']);
    if (found) return <CertificateView number={text} report={found.verification.report} />;
    return (
      <CertificatesView
        number={text}
        fault={{
          zh: '没有这个编号的证书，请逐位核对。',
          en: 'There is no certificate with this number: check each digit.',
        }}
      />
    );
  } catch (error) {
    if (isRefusal(error, 'number_malformed'))
      return (
        <CertificatesView
          number={asked}
          fault={{ zh: '编号不正确：1 个字母加 21 位数字。', en: 'This is no number: one letter and 21 digits.' }}
        />
      );
    if (isRefusal(error, 'out_of_reach'))
      return (
        <CertificatesView
          number={asked}
          fault={{ zh: '这不是本机构颁发的证书。', en: 'Another organization issued this certificate.' }}
        />
      );
    throw error;
  }
}

async function rules(asked: Asked) {
  const { service, caller } = asked;
  const code = codeOf(asked);
  const shown = await viewCase(service, caller, `rules:${code}`).catch((error: unknown) => {
    if (isRefusal(error, 'case_not_found')) return undefined;
    throw error;
  });
  return (
    <RulesView
      code={code}
      shown={shown}
      rules={shown && standing<Rules>(shown, 'rules.publish')}
      names={await centreNames(service)}
    />
  );
}

/** Keys that speak for the organization, by what their requests called them. */
async function ownKeys({ service, caller }: Asked) {
  const code = caller.subject.slice('org:'.length);
  const cases = await listCases(service, caller, { kind: 'device' }, 50);
  const shown = await Promise.all(cases.map(({ about }) => viewCase(service, caller, about)));
  const labels = new Map(
    shown.map((one) => [String(one.facts.key), standing<DeviceRequest>(one, 'device.request').label]),
  );
  const keys = (await keysOf(service, code)).map((one) => ({
    ...one,
    label: labels.get(one.jkt),
    isThis: one.jkt === caller.jkt,
  }));
  return <OwnKeys organization={code} keys={keys} />;
}

async function devices(asked: Asked) {
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

async function device({ service, caller, params }: Asked) {
  const shown = await seen({ service, caller }, params.about as string, 'device');
  return (
    <OwnDevice
      shown={shown}
      asked={standing<DeviceRequest>(shown, 'device.request')}
      names={await centreNames(service)}
    />
  );
}

/** What the form of a change says of the organization from the start. */
async function about(asked: Asked) {
  const code = codeOf(asked);
  const { filing } = await currentFiling(asked.service, await directoryOf(asked.service), code);
  return { code, centre: filing.iss, name: filing.name, uscc: filing.uscc };
}

async function applications(asked: Asked) {
  return (
    <CasesView
      name="applications"
      title={{ zh: '备案变更与延续', en: 'Changes of the filing' }}
      {...(await waitingFirst(asked, 'application', 'applications', 'returned'))}
      to="#/applications/"
      none={{ zh: '没有申请过变更或延续。', en: 'No change or extension was asked for.' }}
      called={(one) => one.about}
    >
      <Ways
        ways={[{ words: { zh: '申请变更或延续', en: 'Ask for a change or an extension' }, href: '#/applications/new' }]}
      />
    </CasesView>
  );
}

async function newApplication(asked: Asked) {
  const [organization, names] = await Promise.all([about(asked), centreNames(asked.service)]);
  const centres = new Map([...names].filter(([centre]) => centre === organization.centre || centre === PROVINCE));
  return (
    <ApplyView
      title={{ zh: '申请变更或延续备案', en: 'Change or extend the filing' }}
      draft="change"
      next="#/applications/{about}"
      centres={centres}
      organization={organization}
    />
  );
}

async function application(asked: Asked) {
  const { service, caller, params } = asked;
  const [shown, centres, organization] = await Promise.all([
    viewCase(service, caller, params.about as string),
    centreNames(service),
    about(asked),
  ]);
  return (
    <ApplicationView
      shown={shown}
      application={lastApplication(shown.steps)}
      centres={centres}
      organization={organization}
      home="#/applications"
      filing={await grantedOf(service, shown.steps)}
    />
  );
}

export const organizationViews: readonly View[] = [
  { path: 'home', roles: ORGANIZATION, render: home },
  ...planViews,
  ...listViews(ORGANIZATION, 'batches', batches),
  ...inspectionViews,
  { path: 'batches/:id', roles: ORGANIZATION, render: batch },
  { path: 'certificates', roles: ORGANIZATION, render: async () => <CertificatesView /> },
  { path: 'certificates/:number', roles: ORGANIZATION, render: certificate },
  { path: 'rules', roles: ORGANIZATION, render: rules },
  ...listViews(ORGANIZATION, 'devices', devices),
  { path: 'devices/:about', roles: ORGANIZATION, render: device },
  ...listViews(ORGANIZATION, 'applications', applications),
  { path: 'applications/new', roles: ORGANIZATION, render: newApplication },
  { path: 'applications/:about', roles: ORGANIZATION, render: application },
];
