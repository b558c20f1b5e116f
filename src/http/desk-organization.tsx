/**
 * Owns the desk's views of organizations (评价机构): filing and capacity, plans, results, objections, batches, rules, devices.
 * It refuses nothing itself: findView lets organizations alone in, and reading holds each to its own cases.
 */
import { currentFiling, requireReach } from '../enrol.ts';
import { shanghaiYear } from '../life/calendar.ts';
import type { DeviceRequest, Rules } from '../life/procedure/application.ts';
import { pageOf, readPlace } from '../life/place.ts';
import { isRefusal } from '../life/refusal.ts';
import { centreNames } from '../organizations.ts';
import { ApplicationView, ApplyView } from '../pages/desk/applications.tsx';
import { CasesView } from '../pages/desk/cases.tsx';
import { DEVICE_WHY, OwnDevice } from '../pages/desk/device.tsx';
import { Ways } from '../pages/desk/home.tsx';
import { BatchDetail, BatchesView } from '../pages/desk/organization-batches.tsx';
import { RulesView } from '../pages/desk/rules.tsx';
import { Both } from '../pages/layout.tsx';
import { grantedOf } from '../procedure/applications.ts';
import { viewCase } from '../procedure/read.ts';
import { batchView, openBatch } from '../submit.ts';
import { countSigned } from '../storage/numbering.ts';
import { lastApplication } from './desk-applicant.tsx';
import { planViews, seen, standing } from './desk-organization-plans.tsx';
import { OrganizationHome } from '../pages/desk/organization-home.tsx';
import { suspensionOf } from '../procedure/standing.ts';
import { directoryOf } from '../register.ts';
import { selectBatchesOf, selectUsedCapacity } from '../storage/batches.ts';
import { countCases } from '../storage/cases.ts';
import { LINES, listViews, moreOf, waitingFirst, type Asked, type View } from './desk-views.ts';

const ORGANIZATION = ['organization'] as const;
const codeOf = ({ caller }: Asked): string => caller.subject.slice('org:'.length);

async function home(asked: Asked) {
  const { service, now } = asked;
  const code = codeOf(asked);
  const { filing } = await currentFiling(service, await directoryOf(service), code);
  const [counts, batches, used, names, suspension] = await Promise.all([
    countCases(service.db, { organization: code }),
    selectBatchesOf(service.db, code, 200),
    selectUsedCapacity(service.db, code, shanghaiYear(now)),
    centreNames(service),
    suspensionOf(service, code),
  ]);
  return <OrganizationHome code={code} filing={filing} used={used} centre={names.get(filing.iss) ?? filing.iss} suspension={suspension} counts={counts} orders={batches.filter(({ state }) => state === 'approved').length} />;
}

async function batches(asked: Asked) {
  const found = await selectBatchesOf(asked.service.db, codeOf(asked), LINES + 1, readPlace(asked.params['place']));
  const { lines, next } = pageOf(found, LINES, ({ id, created_at }) => ({ first: 0, at: created_at, id }));
  return <BatchesView batches={lines} more={moreOf('batches', next)} />;
}

async function batch({ service, caller, params }: Asked) {
  const { batch: row } = await openBatch(service, params['id'] as string);
  await requireReach(service, caller, row.organization);
  const view = await batchView(service, row, row.state === 'issued' ? row.count : await countSigned(service.db, row.id));
  return <BatchDetail batch={{ ...view, returned_reason: row.returned_reason }} centres={await centreNames(service)} results={row.results} />;
}

async function rules(asked: Asked) {
  const { service, caller } = asked;
  const code = codeOf(asked);
  const shown = await viewCase(service, caller, `rules:${code}`).catch((error: unknown) => {
    if (isRefusal(error, 'case_not_found')) return undefined;
    throw error;
  });
  return <RulesView code={code} shown={shown} rules={shown && standing<Rules>(shown, 'rules.publish')} names={await centreNames(service)} />;
}

async function devices(asked: Asked) {
  return (
    <CasesView
      name="devices"
      title={{ zh: '设备', en: 'Devices' }}
      lead={{ zh: '待本机构确认的在前。', en: 'Those that wait for you stand first.' }}
      {...(await waitingFirst(asked, 'device', 'devices', 'requested'))}
      to="#/devices/"
      none={{ zh: '没有设备登记请求。', en: 'No device has asked.' }}
      called={({ facts, about: device }) => String(facts['key'] ?? device)}
      columns={[{ words: { zh: '原因', en: 'Why' }, of: ({ facts }) => <Both words={DEVICE_WHY[facts['why'] as DeviceRequest['why']]} /> }]}
    />
  );
}

async function device({ service, caller, params }: Asked) {
  const shown = await seen({ service, caller }, params['about'] as string, 'device');
  return <OwnDevice shown={shown} asked={standing<DeviceRequest>(shown, 'device.request')} names={await centreNames(service)} />;
}

/** What the form of a change says of the organization from the start. */
async function about(asked: Asked) {
  const code = codeOf(asked);
  const { filing } = await currentFiling(asked.service, await directoryOf(asked.service), code);
  return { code, centre: filing.iss, name: filing.name, uscc: filing.uscc };
}

async function applications(asked: Asked) {
  return (
    <CasesView name="applications" title={{ zh: '备案变更与延续', en: 'Changes of the filing' }} {...(await waitingFirst(asked, 'application', 'applications', 'returned'))} to="#/applications/" none={{ zh: '没有申请过变更或延续。', en: 'No change or extension was asked for.' }} called={(one) => one.about}>
      <Ways ways={[{ words: { zh: '申请变更或延续', en: 'Ask for a change or an extension' }, href: '#/applications/new' }]} />
    </CasesView>
  );
}

async function newApplication(asked: Asked) {
  const [organization, centres] = await Promise.all([about(asked), centreNames(asked.service)]);
  return <ApplyView title={{ zh: '申请变更或延续备案', en: 'Change or extend the filing' }} draft="change" next="#/applications/{about}" centres={centres} organization={organization} />;
}

async function application(asked: Asked) {
  const { service, caller, params } = asked;
  const [shown, centres, organization] = await Promise.all([viewCase(service, caller, params['about'] as string), centreNames(service), about(asked)]);
  return <ApplicationView shown={shown} application={lastApplication(shown.steps)} centres={centres} organization={organization} home="#/applications" filing={await grantedOf(service, shown.steps)} />;
}

export const organizationViews: readonly View[] = [
  { path: 'home', roles: ORGANIZATION, render: home },
  ...planViews,
  ...listViews(ORGANIZATION, 'batches', batches),
  { path: 'batches/:id', roles: ORGANIZATION, render: batch },
  { path: 'rules', roles: ORGANIZATION, render: rules },
  ...listViews(ORGANIZATION, 'devices', devices),
  { path: 'devices/:about', roles: ORGANIZATION, render: device },
  ...listViews(ORGANIZATION, 'applications', applications),
  { path: 'applications/new', roles: ORGANIZATION, render: newApplication },
  { path: 'applications/:about', roles: ORGANIZATION, render: application },
];
