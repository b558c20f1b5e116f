/**
 * Owns the desk's views of applicants: bodies that nobody has filed yet, and devices that nobody has named yet.
 * It refuses nothing itself: findView lets applicants alone in, and reading holds each to its own cases.
 */
import type { Application } from '../../core/procedure/application.ts';
import { centreNames } from '../../service/organizations.ts';
import { grantedOf } from '../../service/procedure/application-steps.ts';
import { listCases, viewCase } from '../../service/procedure/read-case.ts';
import { CasesView } from '../frame/cases.tsx';
import { Home, Ways } from '../frame/menu.tsx';
import type { Asked, View } from '../frame/views.ts';
import { ApplicationView, ApplyView, DeviceView } from './applications.tsx';

const APPLICANT = ['applicant'] as const;

async function home({ service, caller }: Asked) {
  const [applications, devices] = await Promise.all([
    listCases(service, caller, { kind: 'application' }, 100),
    listCases(service, caller, { kind: 'device' }, 1),
  ]);
  const returned = applications.filter(({ state }) => state === 'returned');
  const tasks = [
    {
      words: {
        zh: '件申报被退回，请修改后重新提交',
        en: '{count|application returned: amend it|applications returned: amend them}',
      },
      href: returned.length === 1 ? `#/apply/${returned[0]?.about}` : '#/apply',
      count: returned.length,
    },
    {
      words: { zh: '台设备被拒绝登记，可重新提交', en: '{count|device|devices} refused: ask again if need be' },
      href: '#/device',
      count: devices.filter(({ state }) => state === 'refused').length,
    },
    {
      words: { zh: '件申报正在审核', en: '{count|application|applications} under review' },
      href: '#/apply',
      count: applications.filter(({ state }) => state === 'submitted').length,
    },
  ];
  return (
    <Home title={{ zh: '申报单位', en: 'Applicant' }} tasks={tasks}>
      <Ways
        ways={[
          { words: { zh: '申报评价机构', en: 'Apply to be filed' }, href: '#/apply' },
          { words: { zh: '登记设备', en: 'Have this device named' }, href: '#/device' },
        ]}
      />
    </Home>
  );
}

/** The newest application of a case: as it was last handed in or amended. */
export const lastApplication = (steps: readonly { step: string; body: unknown }[]): Application =>
  steps.findLast(({ step }) => step === 'application.submit' || step === 'application.amend')?.body as Application;

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
  const given = last && lastApplication((await viewCase(service, caller, last.about)).steps);
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

async function application({ service, caller, params }: Asked) {
  const [shown, centres] = await Promise.all([viewCase(service, caller, params.about as string), centreNames(service)]);
  return (
    <ApplicationView
      shown={shown}
      application={lastApplication(shown.steps)}
      centres={centres}
      home={`#/apply/${shown.about}`}
      filing={await grantedOf(service, shown.steps)}
    />
  );
}

async function device({ service, caller }: Asked) {
  const [[newest], centres] = await Promise.all([
    listCases(service, caller, { kind: 'device' }, 1),
    centreNames(service),
  ]);
  return (
    <DeviceView
      kid={caller.jkt}
      shown={newest ? await viewCase(service, caller, newest.about) : undefined}
      centres={centres}
    />
  );
}

export const applicantViews: readonly View[] = [
  { path: 'home', roles: APPLICANT, render: home },
  { path: 'apply', roles: APPLICANT, render: apply },
  { path: 'apply/new', roles: APPLICANT, render: newApplication },
  { path: 'apply/:about', roles: APPLICANT, render: application },
  { path: 'device', roles: APPLICANT, render: device },
];
