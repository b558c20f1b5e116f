/**
 * Supervision by draws (双随机、一公开): a centre's draws; drawn sessions for their organization, and for its city to read.
 */

import { shanghaiDay } from '../../base/day.ts';
import { isRefusal, Refusal } from '../../base/refusal.ts';
import type { Facts } from '../../core/procedure/bodies.ts';
import { type DrawCommit, type Drawn, sessionId } from '../../core/procedure/draw.ts';
import { type DrawRecord, recordOf, sameSession } from '../../core/procedure/draw-record.ts';
import { newestBody } from '../../core/procedure/read-case.ts';
import { stepsFrom } from '../../core/procedure/steps.ts';
import { PROVINCE_CENTRE } from '../../core/province.ts';
import { centreNames, filedBy } from '../../service/on-file.ts';
import { listOrganizations } from '../../service/organizations.ts';
import { findDraw, latestFindings, openDraw, sessionsToCome } from '../../service/procedure/draw-steps.ts';
import { listCases, viewCase } from '../../service/procedure/stored-cases.ts';
import { requireReach } from '../../service/reach.ts';
import { type CaseRow, selectCases } from '../../storage/case-store.ts';
import { CasesView, Ways } from '../frame/desk-parts.tsx';
import {
  type Asked,
  CENTRES,
  listViews,
  ORGANIZATION,
  ownCode,
  seenCase,
  type View,
  waitingFirst,
} from '../frame/views.ts';
import { DrawDesk } from './draw-detail.tsx';
import { DrawForm } from './draw-form.tsx';
import { DrawnDesk, type Inspected, InspectionsView } from './inspection.tsx';

/** Draws of one centre and state that organizations are looked for in, the last changed first. */
const MOST = 30;
const factsOf = ({ facts }: { facts: Record<string, unknown> }) => facts as Facts<'draw'>;

async function draws(asked: Asked) {
  const province =
    asked.caller.role === 'city'
      ? [{ words: { zh: '省级抽中的场次', en: 'Drawn by the province' }, href: '#/draws/province' }]
      : [];
  return (
    <CasesView
      name="draws"
      title={{ zh: '双随机检查', en: 'Draws' }}
      {...(await waitingFirst(asked, 'draw', 'draws', 'committed', 'drawn'))}
      to="#/draws/"
      none={{ zh: '还没有抽取。', en: 'Nothing has been drawn yet.' }}
      called={(one) => factsOf(one).title}
      columns={[
        { words: { zh: '场次', en: 'Sessions' }, of: (one) => `${factsOf(one).pick} / ${factsOf(one).sessions}` },
        { words: { zh: '开奖日', en: 'Lottery' }, of: (one) => factsOf(one).public_source.date },
        { words: { zh: '已有结果', en: 'Found' }, of: (one) => String(factsOf(one).found) },
      ]}
    >
      <Ways ways={[{ words: { zh: '新的抽取', en: 'New draw' }, href: '#/draws/new' }, ...province]} />
    </CasesView>
  );
}

/** Inspectors as the centre's last draw listed them: most stay the same. */
async function lastInspectors({ service, caller }: Asked): Promise<DrawCommit['inspectors']> {
  const own = (await listCases(service, caller, { kind: 'draw' }, 100)).find(({ centre }) => centre === caller.subject);
  return own ? newestBody<DrawCommit>(await viewCase(service, caller, own.about), 'draw.commit').inspectors : [];
}

async function newDraw(asked: Asked) {
  const [sessions, inspectors] = await Promise.all([
    sessionsToCome(asked.service, asked.caller),
    lastInspectors(asked),
  ]);
  return <DrawForm sessions={sessions} inspectors={inspectors} today={shanghaiDay(asked.now)} />;
}

async function draw(asked: Asked) {
  const shown = await seenCase(asked, 'draw');
  const record = recordOf(shown, shown.steps);
  return (
    <DrawDesk
      shown={shown}
      record={record}
      latest={latestFindings(record.findings)}
      names={await centreNames(asked.service)}
      today={shanghaiDay(asked.now)}
    />
  );
}

function ofSession({ findings, follow_ups }: DrawRecord, session: Drawn): Pick<DrawRecord, 'findings' | 'follow_ups'> {
  const own = (one: { plan: string; session: string }) => sameSession(one, session);
  return { findings: findings.filter(own), follow_ups: follow_ups.filter(own) };
}

async function drawn(asked: Asked) {
  const shown = await seenCase(asked, 'draw');
  const record = recordOf(shown, shown.steps);
  const place = Number(asked.params.place);
  const session = record.drawn?.[place - 1];
  if (!session) throw new Refusal('not_found', 'The desk has no such view.');
  const { findings, follow_ups } = ofSession(record, session);
  return (
    <DrawnDesk
      shown={shown}
      here={`#/draws/${shown.about}/drawn/${place}`}
      above={{ href: `#/draws/${shown.about}`, words: { zh: '回到抽取', en: 'Back to the draw' } }}
      session={session}
      links
      findings={findings}
      follows={follow_ups}
      names={await centreNames(asked.service)}
      today={shanghaiDay(asked.now)}
    />
  );
}

/** Sessions of some organizations that were drawn by some centres, for a list. */
async function drawnOf(
  { service }: Asked,
  centres: readonly string[],
  includes: (organization: string) => boolean,
): Promise<Inspected[]> {
  const rows = (
    await Promise.all(
      centres.flatMap((centre) =>
        ['drawn', 'closed'].map((state) => selectCases(service.db, { kind: 'draw', centre, state }, MOST)),
      ),
    )
  ).flat();
  const opened = await Promise.all(
    rows.map(async (row) => ({ about: row.about, record: await openDraw(service, row) })),
  );
  return opened.flatMap(({ about, record }) => {
    const latest = latestFindings(record.findings);
    const lines = (record.drawn ?? []).map((session, at) => ({
      about,
      title: record.committed.body.title,
      place: at + 1,
      session,
      finding: latest.get(sessionId(session))?.finding,
      followed: record.follow_ups.some((one) => sameSession(one, session)),
    }));
    return lines.filter(({ session }) => includes(session.organization));
  });
}

/** The organization's own, drawn by its centre and by the province's. */
async function inspections(asked: Asked) {
  const { service } = asked;
  const code = ownCode(asked);
  const centres = [...new Set([(await filedBy(service, code)) ?? PROVINCE_CENTRE, PROVINCE_CENTRE])];
  return <InspectionsView inspected={await drawnOf(asked, centres, (organization) => organization === code)} />;
}

/** What the province drew of a city's organizations. */
async function byProvince(asked: Asked) {
  const { service, caller } = asked;
  const own = new Set(
    (await listOrganizations(service)).filter(({ filing }) => filing.iss === caller.subject).map(({ code }) => code),
  );
  return (
    <InspectionsView
      city
      inspected={await drawnOf(asked, [PROVINCE_CENTRE], (organization) => own.has(organization))}
    />
  );
}

/** A drawn session within reach: of the organization itself, or of one that the city filed. */
async function inspected({
  service,
  caller,
  params,
}: Asked): Promise<{ row: CaseRow; record: DrawRecord; session: Drawn }> {
  const row = await findDraw(service, params.about as string);
  const record = await openDraw(service, row);
  const session = record.drawn?.[Number(params.place) - 1];
  if (!session) throw new Refusal('not_found', 'The desk has no such view.');
  await requireReach(service, caller, session.organization).catch((error: unknown) => {
    throw isRefusal(error, 'out_of_reach') ? new Refusal('not_found', 'The desk has no such view.') : error;
  });
  return { row, record, session };
}

async function inspection(asked: Asked) {
  const { service, caller, params, now } = asked;
  const { row, record, session } = await inspected(asked);
  const { findings, follow_ups } = ofSession(record, session);
  const city = caller.role === 'city';
  const list = city ? '#/draws/province' : '#/inspections';
  return (
    <DrawnDesk
      shown={{
        about: row.about,
        seq: row.seq,
        last: row.last,
        allowed: city ? [] : stepsFrom('draw', row.state, caller.role),
      }}
      here={`${list}/${row.about}/${params.place}`}
      above={{ href: list, words: { zh: '全部检查', en: 'All inspections' } }}
      session={session}
      links={city}
      findings={findings}
      follows={follow_ups}
      names={await centreNames(service)}
      today={shanghaiDay(now)}
    />
  );
}

export const drawViews: readonly View[] = [
  { path: 'inspections', roles: ORGANIZATION, render: inspections },
  { path: 'inspections/:about/:place', roles: ORGANIZATION, render: inspection },
  ...listViews(CENTRES, 'draws', draws),
  { path: 'draws/province', roles: ['city'], render: byProvince },
  { path: 'draws/province/:about/:place', roles: ['city'], render: inspection },
  { path: 'draws/new', roles: CENTRES, render: newDraw },
  { path: 'draws/:about', roles: CENTRES, render: draw },
  { path: 'draws/:about/drawn/:place', roles: CENTRES, render: drawn },
];
