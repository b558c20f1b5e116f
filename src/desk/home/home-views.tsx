/** The first view of applicants, organizations and centres. */

import { shanghaiDay, shanghaiYear } from '../../base/day.ts';
import { centreNames, currentFiling, directoryOf } from '../../service/on-file.ts';
import { waitingFor } from '../../service/procedure/reviews.ts';
import { suspensionOf } from '../../service/procedure/standing.ts';
import { listCases } from '../../service/procedure/stored-cases.ts';
import { reachOf } from '../../service/reach.ts';
import { yearToAnnounce } from '../../service/working-days.ts';
import { selectUsedCapacity } from '../../storage/batch-store.ts';
import { countCases } from '../../storage/case-store.ts';
import { countMissing } from '../../storage/review-store.ts';
import { Ways } from '../frame/desk-parts.tsx';
import { type Asked, CENTRES, ORGANIZATION, ownCode, tierOf, type View } from '../frame/views.ts';
import { countOf, Home, OrganizationHome } from './home-tasks.tsx';

async function applicantHome({ service, caller }: Asked) {
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

async function centreHome(asked: Asked) {
  const { service, caller } = asked;
  const tier = tierOf(asked);
  const [counts, waiting, names] = await Promise.all([
    countCases(service.db, reachOf(caller)),
    countMissing(service.db, tier, reachOf(caller).centre),
    centreNames(service),
  ]);
  const of = (kind: string, ...states: string[]) => countOf(counts, kind, ...states);
  const year = tier === 'province' ? await yearToAnnounce(service) : undefined;
  const tasks = [
    {
      words: {
        zh: `个年度的节假日安排待公布（${year} 年）`,
        en: `{count|year|years} whose working days are to be announced (${year})`,
      },
      href: '#/calendar',
      count: year === undefined ? 0 : 1,
    },
    {
      words: { zh: '个批次待本中心审核', en: '{count|batch waits|batches wait} for your approval' },
      href: '#/batches',
      count: waiting,
    },
    {
      words: { zh: '件申报待审核', en: '{count|application|applications} to review' },
      href: '#/applications',
      count: of('application', 'submitted'),
    },
    { words: { zh: '份考核计划已报送', en: '{count|plan|plans} filed' }, href: '#/plans', count: of('plan', 'filed') },
    {
      words: { zh: '台设备待登记', en: '{count|device|devices} to name' },
      href: '#/devices',
      count: of('device', 'requested', 'endorsed'),
    },
    {
      words: {
        zh: '把机构密钥报失，请核实后撤回',
        en: '{count|key reported lost: make sure, then withdraw it|keys reported lost: make sure, then withdraw them}',
      },
      href: '#/losses',
      count: of('loss', 'reported'),
    },
    {
      words: { zh: '件异议未处理', en: '{count|objection is|objections are} open' },
      href: '#/objections',
      count: of('objection', 'open'),
    },
    {
      words: { zh: '批结果正在公示', en: '{count|list of results is|lists of results are} under notice' },
      href: '#/results',
      count: of('results', 'notice'),
    },
    {
      words: { zh: '次抽取待公布种子', en: '{count|draw|draws} whose seed is to be published' },
      href: '#/draws',
      count: of('draw', 'committed'),
    },
    {
      words: { zh: '次抽取待检查、办结', en: '{count|draw|draws} to inspect and close' },
      href: '#/draws',
      count: of('draw', 'drawn'),
    },
    {
      words: { zh: '家机构暂停评价', en: '{count|organization is|organizations are} suspended' },
      href: '#/organizations',
      count: of('standing', 'suspended'),
    },
  ];
  return (
    <Home
      title={{
        zh: names.get(caller.subject) ?? caller.subject,
        en: tier === 'province' ? 'Province’s centre' : 'City’s centre',
      }}
      tasks={tasks}
    />
  );
}

async function organizationHome(asked: Asked) {
  const { service, now } = asked;
  const code = ownCode(asked);
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

export const homeViews: readonly View[] = [
  { path: 'home', roles: ['applicant'], render: applicantHome },
  { path: 'home', roles: ORGANIZATION, render: organizationHome },
  { path: 'home', roles: CENTRES, render: centreHome },
];
