/**
 * Owns the desk's views of organizations (评价机构): filing and capacity, plans, results, objections, batches, rules, devices.
 * It refuses nothing itself: findView lets organizations alone in, and reading holds each to its own cases.
 */
import { currentFiling, requireReach } from '../enrol.ts';
import { shanghaiYear } from '../life/calendar.ts';
import type { DeviceRequest, Rules } from '../life/procedure/application.ts';
import { isRefusal } from '../life/refusal.ts';
import { centreNames } from '../organizations.ts';
import { ApplicationView, ApplyView, DevicesView } from '../pages/desk/applications.tsx';
import { CasesView } from '../pages/desk/cases.tsx';
import { Ways } from '../pages/desk/home.tsx';
import { BatchDetail, BatchesView } from '../pages/desk/organization-batches.tsx';
import { RulesView } from '../pages/desk/rules.tsx';
import { listCases, viewCase } from '../procedure/read.ts';
import { batchView, openBatch } from '../submit.ts';
import { countSigned } from '../storage/numbering.ts';
import { lastApplication } from './desk-applicant.tsx';
import { inspectionViews } from './desk-draws.tsx';
import { planViews, standing } from './desk-organization-plans.tsx';
import { OrganizationHome } from '../pages/desk/organization-home.tsx';
import { suspensionOf } from '../procedure/standing.ts';
import { directoryOf } from '../register.ts';
import { selectBatchesOf, selectUsedCapacity } from '../storage/batches.ts';
import { countCases } from '../storage/cases.ts';
import type { Asked, View } from './desk-views.ts';

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
  return <BatchesView batches={await selectBatchesOf(asked.service.db, codeOf(asked), 200)} />;
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

async function devices({ service, caller }: Asked) {
  const cases = await listCases(service, caller, { kind: 'device' }, 50);
  const shown = await Promise.all(cases.map(({ about }) => viewCase(service, caller, about)));
  return <DevicesView devices={shown.map((one) => ({ shown: one, asked: standing<DeviceRequest>(one, 'device.request') }))} names={await centreNames(service)} />;
}

/** What the form of a change says of the organization from the start. */
async function about(asked: Asked) {
  const code = codeOf(asked);
  const { filing } = await currentFiling(asked.service, await directoryOf(asked.service), code);
  return { code, centre: filing.iss, name: filing.name, uscc: filing.uscc };
}

async function applications({ service, caller }: Asked) {
  return (
    <CasesView name="applications" title={{ zh: '备案变更与延续', en: 'Changes of the filing' }} cases={await listCases(service, caller, { kind: 'application' }, 100)} to="#/applications/" none={{ zh: '没有申请过变更或延续。', en: 'No change or extension was asked for.' }} called={(one) => one.about}>
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
  return <ApplicationView shown={shown} application={lastApplication(shown.steps)} centres={centres} organization={organization} home="#/applications" />;
}

export const organizationViews: readonly View[] = [
  { path: 'home', roles: ORGANIZATION, render: home },
  ...planViews,
  ...inspectionViews,
  { path: 'batches', roles: ORGANIZATION, render: batches },
  { path: 'batches/:id', roles: ORGANIZATION, render: batch },
  { path: 'rules', roles: ORGANIZATION, render: rules },
  { path: 'devices', roles: ORGANIZATION, render: devices },
  { path: 'applications', roles: ORGANIZATION, render: applications },
  { path: 'applications/new', roles: ORGANIZATION, render: newApplication },
  { path: 'applications/:about', roles: ORGANIZATION, render: application },
];
