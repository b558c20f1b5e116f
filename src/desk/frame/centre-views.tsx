/**
 * Owns the desk's views of centres (省、市鉴定指导中心): what waits for review and decision, the review of a batch, and
 * the audit trail of a certificate.
 * It refuses nothing itself: findView lets centres alone in, and reading holds each to its reach.
 */

import { readPlace } from '../../base/page-place.ts';
import { Refusal } from '../../base/refusal.ts';
import { parseNumber } from '../../core/number.ts';
import { checkTrail } from '../../core/procedure/trail.ts';
import { requireReach } from '../../service/enrol.ts';
import { directoryOf } from '../../service/lookup.ts';
import { centreNames } from '../../service/organizations.ts';
import { trailOf } from '../../service/procedure/collect-trail.ts';
import { differencesOf, historyOf, openRows, pageReviews } from '../../service/procedure/review-queue.ts';
import { batchView, openBatch } from '../../service/upload.ts';
import { yearToAnnounce } from '../../service/working-days.ts';
import { selectHeld } from '../../storage/batch-store.ts';
import { countBlocking, countCases } from '../../storage/case-store.ts';
import { countMissing, selectReplaces } from '../../storage/review-store.ts';
import { BatchReview, BatchRows, ReviewsView, ROWS } from '../batches/centre-batches.tsx';
import { calendarViews } from '../calendar/calendar-views.tsx';
import { TrailSearch, TrailView } from '../certificates/centre-trail.tsx';
import { centreDrawViews } from '../draws/draw-views.tsx';
import { centreFilingViews } from '../filings/centre-filing-views.tsx';
import { centreCaseViews } from './centre-case-views.tsx';
import { CENTRES } from './centre-shared.ts';
import { Home } from './menu.tsx';
import { type Asked, LINES, listViews, moreOf, type View } from './views.ts';

const tierOf = ({ caller }: Pick<Asked, 'caller'>): 'city' | 'province' =>
  caller.role === 'province' ? 'province' : 'city';

async function home(asked: Asked) {
  const { service, caller } = asked;
  const tier = tierOf(asked);
  const [counts, waiting, names] = await Promise.all([
    countCases(service.db, tier === 'province' ? {} : { centre: caller.subject }),
    countMissing(service.db, tier, tier === 'city' ? caller.subject : undefined),
    centreNames(service),
  ]);
  const of = (kind: string, ...states: string[]) =>
    counts.filter((one) => one.kind === kind && states.includes(one.state)).reduce((sum, { n }) => sum + n, 0);
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

async function batches(asked: Asked) {
  const { lines, next } = await pageReviews(
    asked.service,
    asked.caller,
    { first: tierOf(asked), after: readPlace(asked.params.place) },
    LINES,
  );
  return <ReviewsView reviews={lines} more={moreOf('batches', next)} />;
}

async function batch(asked: Asked) {
  const { service, caller, params } = asked;
  const { batch: row, filing } = await openBatch(service, params.id as string);
  await requireReach(service, caller, row.organization);
  const [view, compared, past, rows, replacing, names] = await Promise.all([
    batchView(service, row, 0),
    differencesOf(service, row, filing.pass_mark),
    historyOf(service, row.organization),
    openRows(service, row, 0, ROWS),
    selectReplaces(service.db, row.id),
    centreNames(service),
  ]);
  const held = await selectHeld(service.db, row.id, 0, row.count);
  const blocking = row.results === null ? 0 : await countBlocking(service.db, row.results);
  const { findCentre } = await directoryOf(service);
  const approvals = await Promise.all(
    view.approvals.map(async (one) => ({
      ...one,
      photos_unseen: (await service.memo.open(one.approval, 'approval+jwt', findCentre)).payload.photos_unseen,
    })),
  );
  return (
    <BatchReview
      batch={{ ...view, approvals, returned_reason: view.returned_reason ?? null }}
      name={filing.name}
      route={filing.route}
      tier={tierOf(asked)}
      compared={compared}
      past={past}
      blocking={blocking}
      held={held}
      rows={rows}
      replacing={replacing}
      names={names}
    />
  );
}

/** The rows of a batch from one on, for the list that goes on. */
async function rowsOfBatch({ service, caller, params }: Asked) {
  const { batch: row } = await openBatch(service, params.id as string);
  await requireReach(service, caller, row.organization);
  const from = params.from as string;
  if (!/^\d{1,6}$/.test(from)) throw new Refusal('not_found', 'The desk has no such view.');
  return (
    <BatchRows
      id={row.id}
      count={row.count}
      from={Number(from)}
      rows={await openRows(service, row, Number(from), ROWS)}
      replacing={await selectReplaces(service.db, row.id)}
    />
  );
}

async function trail({ service, caller, params, now }: Asked) {
  const { text, organization } = parseNumber(params.number as string);
  await requireReach(service, caller, organization);
  const found = await trailOf(service, text, true);
  if (!found) throw new Refusal('certificate_not_found', 'This register holds no certificate with this number.');
  const report = await checkTrail(found, await directoryOf(service), now);
  return <TrailView report={report} names={await centreNames(service)} />;
}

export const centreViews: readonly View[] = [
  ...centreCaseViews,
  ...centreFilingViews,
  ...centreDrawViews,
  ...calendarViews,
  { path: 'home', roles: CENTRES, render: home },
  ...listViews(CENTRES, 'batches', batches),
  { path: 'batches/:id', roles: CENTRES, render: batch },
  { path: 'batches/:id/rows/:from', roles: CENTRES, render: rowsOfBatch },
  { path: 'trail', roles: CENTRES, render: async () => <TrailSearch /> },
  { path: 'trail/:number', roles: CENTRES, render: trail },
];
