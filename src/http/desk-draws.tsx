/**
 * Owns a centre's desk views of supervision by draws (双随机、一公开): its draws, a new one, one with what was drawn, and one
 * drawn session with its findings.
 * It refuses nothing itself: findView lets centres alone in, and reading holds each to its reach.
 */
import { shanghaiDay } from '../life/calendar.ts';
import { recordOf } from '../life/procedure/draw-record.ts';
import type { DrawCommit } from '../life/procedure/draw.ts';
import { sessionId } from '../life/procedure/drawing.ts';
import { Refusal } from '../life/refusal.ts';
import { centreNames } from '../organizations.ts';
import { CasesView } from '../pages/desk/cases.tsx';
import { DrawDesk, DrawnDesk } from '../pages/desk/draw.tsx';
import { DrawForm } from '../pages/desk/draw-form.tsx';
import { Ways } from '../pages/desk/home.tsx';
import { sessionsToCome } from '../procedure/draw-sessions.ts';
import { latestFindings, type DrawFacts } from '../procedure/draws.ts';
import { listCases, viewCase } from '../procedure/read.ts';
import { CENTRES, seenCase } from './desk-centre-parts.ts';
import { standing } from './desk-organization-plans.tsx';
import { listViews, waitingFirst, type Asked, type View } from './desk-views.ts';

const factsOf = ({ facts }: { facts: Record<string, unknown> }): DrawFacts => facts as unknown as DrawFacts;

async function draws(asked: Asked) {
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
      <Ways ways={[{ words: { zh: '新的抽取', en: 'New draw' }, href: '#/draws/new' }]} />
    </CasesView>
  );
}

/** Inspectors as the centre's last draw listed them: most stay the same. */
async function lastInspectors({ service, caller }: Asked): Promise<DrawCommit['inspectors']> {
  const own = (await listCases(service, caller, { kind: 'draw' }, 100)).find(({ centre }) => centre === caller.subject);
  return own ? standing<DrawCommit>(await viewCase(service, caller, own.about), 'draw.commit').inspectors : [];
}

async function newDraw(asked: Asked) {
  const [sessions, inspectors] = await Promise.all([sessionsToCome(asked.service, asked.caller), lastInspectors(asked)]);
  return <DrawForm sessions={sessions} inspectors={inspectors} today={shanghaiDay(asked.now)} />;
}

async function draw(asked: Asked) {
  const shown = await seenCase(asked, 'draw');
  const record = recordOf(shown, shown.steps);
  return <DrawDesk shown={shown} record={record} latest={latestFindings(record.findings)} names={await centreNames(asked.service)} today={shanghaiDay(asked.now)} />;
}

async function drawn(asked: Asked) {
  const shown = await seenCase(asked, 'draw');
  const record = recordOf(shown, shown.steps);
  const place = Number(asked.params['place']);
  const session = record.drawn?.[place - 1];
  if (!session) throw new Refusal('not_found', 'The desk has no such view.');
  const of = <T extends { plan: string; session: string }>(all: readonly T[]): T[] => all.filter((one) => sessionId(one) === sessionId(session));
  return <DrawnDesk shown={shown} place={place} session={session} findings={of(record.findings)} follows={of(record.follow_ups)} names={await centreNames(asked.service)} today={shanghaiDay(asked.now)} />;
}

export const centreDrawViews: readonly View[] = [
  ...listViews(CENTRES, 'draws', draws),
  { path: 'draws/new', roles: CENTRES, render: newDraw },
  { path: 'draws/:about', roles: CENTRES, render: draw },
  { path: 'draws/:about/drawn/:place', roles: CENTRES, render: drawn },
];
