/** Applications to be filed, to change a filing or to extend it, for applicants, organizations and centres. */

import { type Application, PURPOSES } from '../../core/procedure/application.ts';
import { type CaseLine, type CaseView, newestBody } from '../../core/procedure/read-case.ts';
import { PROVINCE_CENTRE } from '../../core/province.ts';
import { centreNames, currentFiling, directoryOf, nextCode } from '../../service/on-file.ts';
import { grantedOf } from '../../service/procedure/application-steps.ts';
import { listCases, viewCase } from '../../service/procedure/stored-cases.ts';
import { Both } from '../../web/frame/layout.tsx';
import { CasesView, Ways } from '../frame/desk-parts.tsx';
import {
  APPLICANT,
  type Asked,
  CENTRES,
  calledOf,
  listViews,
  ORGANIZATION,
  ownCode,
  seenCase,
  type View,
  waitingFirst,
} from '../frame/views.ts';
import { PURPOSE_WORDS } from '../words/form-words.ts';
import { ApplicationView, ApplyView } from './application-detail.tsx';
import { CentreApplication } from './application-review.tsx';

/** The application of a case, as it was last submitted or amended. */
const lastApplication = (shown: CaseView): Application =>
  newestBody<Application>(shown, 'application.submit', 'application.amend');

/** What a key applied for, and the way to apply again while nothing waits; the form itself for who has not applied. */
async function apply(asked: Asked) {
  const cases = await listCases(asked.service, asked.caller, { kind: 'application' }, 100);
  if (cases.length === 0) return newApplication(asked);
  const open = cases.some(({ state }) => ['submitted', 'returned'].includes(state));
  return (
    <CasesView
      name="applications"
      title={{ zh: '申报', en: 'Applications' }}
      cases={cases}
      to="#/apply/"
      none={{ zh: '还没有申报。', en: 'Nothing was applied for yet.' }}
      called={({ about }) => about}
    >
      {open ? null : <Ways ways={[{ words: { zh: '再次申报', en: 'Apply again' }, href: '#/apply/new' }]} />}
    </CasesView>
  );
}

/** A fresh form, filled in with what was applied for last. */
async function newApplication({ service, caller }: Asked) {
  const [[last], centres] = await Promise.all([
    listCases(service, caller, { kind: 'application' }, 1),
    centreNames(service),
  ]);
  const given = last && lastApplication(await viewCase(service, caller, last.about));
  return (
    <ApplyView
      title={{ zh: '申报评价机构', en: 'Apply to be filed' }}
      draft="application"
      next="#/apply/{about}"
      centres={centres}
      given={given?.purpose === 'new' ? given : undefined}
    />
  );
}

async function appliedFor({ service, caller, params }: Asked) {
  const [shown, centres] = await Promise.all([viewCase(service, caller, params.about as string), centreNames(service)]);
  return (
    <ApplicationView
      shown={shown}
      application={lastApplication(shown)}
      centres={centres}
      home={`#/apply/${shown.about}`}
      filing={await grantedOf(service, shown.steps)}
    />
  );
}

/** What the form of a change says of the organization from the start. */
async function ownFiling(asked: Asked) {
  const code = ownCode(asked);
  const { filing } = await currentFiling(asked.service, await directoryOf(asked.service), code);
  return { code, centre: filing.iss, name: filing.name, uscc: filing.uscc };
}

async function ownApplications(asked: Asked) {
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

async function newChange(asked: Asked) {
  const [organization, names] = await Promise.all([ownFiling(asked), centreNames(asked.service)]);
  const centres = new Map(
    [...names].filter(([centre]) => centre === organization.centre || centre === PROVINCE_CENTRE),
  );
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

async function ownApplication(asked: Asked) {
  const { service, caller, params } = asked;
  const [shown, centres, organization] = await Promise.all([
    viewCase(service, caller, params.about as string),
    centreNames(service),
    ownFiling(asked),
  ]);
  return (
    <ApplicationView
      shown={shown}
      application={lastApplication(shown)}
      centres={centres}
      organization={organization}
      home="#/applications"
      filing={await grantedOf(service, shown.steps)}
    />
  );
}

async function centreApplications(asked: Asked) {
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
          of: (one: CaseLine & { centre?: string }) => names.get(one.centre ?? '') ?? one.centre ?? '',
        },
      ]}
    />
  );
}

async function centreApplication(asked: Asked) {
  const shown = await seenCase(asked, 'application');
  const free = shown.allowed.includes('application.select') ? await nextCode(asked.service, 'S') : undefined;
  return (
    <CentreApplication
      shown={shown}
      application={lastApplication(shown)}
      names={await centreNames(asked.service)}
      responsible={shown.centre === asked.caller.subject}
      filing={await grantedOf(asked.service, shown.steps)}
      free={free}
    />
  );
}

export const applicationViews: readonly View[] = [
  { path: 'apply', roles: APPLICANT, render: apply },
  { path: 'apply/new', roles: APPLICANT, render: newApplication },
  { path: 'apply/:about', roles: APPLICANT, render: appliedFor },
  ...listViews(ORGANIZATION, 'applications', ownApplications),
  { path: 'applications/new', roles: ORGANIZATION, render: newChange },
  { path: 'applications/:about', roles: ORGANIZATION, render: ownApplication },
  ...listViews(CENTRES, 'applications', centreApplications),
  { path: 'applications/:about', roles: CENTRES, render: centreApplication },
];
