/**
 * Steps of draws (双随机、一公开): lists and commitment before anybody knows the seed, the seed afterwards, findings of drawn
 * sessions by drawn inspectors, and their follow-up; and the sessions that a centre can draw from: those to come of
 * filed plans within its reach. Organizations without a filing in force, and plans beyond the first two hundred, are
 * left out.
 */

import { dayNumber, dayOf, shanghaiDay } from '../../base/day.ts';
import { isRefusal, Refusal } from '../../base/refusal.ts';
import { counted } from '../../base/words.ts';
import { levelName } from '../../core/number.ts';
import type { Facts } from '../../core/procedure/bodies.ts';
import { type Body, readBody } from '../../core/procedure/bodies.ts';
import {
  type CandidateSession,
  checkLists,
  type DrawCommit,
  type Drawn,
  sessionId,
} from '../../core/procedure/draw.ts';
import { type DrawRecord, recordOf, sameSession } from '../../core/procedure/draw-record.ts';
import { openSeed, openValue, requireAhead, requireDrawn } from '../../core/procedure/draw-seed.ts';
import type { Session } from '../../core/procedure/plan.ts';
import { type CaseRow, selectCase, selectCases, selectLastStep } from '../../storage/case-store.ts';
import type { D1PreparedStatement } from '../../storage/database.ts';
import { guardDraws, selectCasesNamed, selectLastPlans, selectPlansFrom } from '../../storage/notice-store.ts';
import { currentFiling, directoryOf } from '../on-file.ts';
import { type Asker, outOfReach, reachesCase, reachesCentre, reachesOrganization, reachOf } from '../reach.ts';
import type { Service } from '../service.ts';
import type { Taken, Taking } from './add-step.ts';
import { nameFiles } from './case-files.ts';
import { openSteps, readStored, requireFacts } from './stored-cases.ts';

const MOST_PLANS = 200;
/** Plans opened at once: each can have a long roster. */
const PLANS_AT_ONCE = 10;
/** A plan whose first session is past may have others to come. */
const RUNNING_DAYS = 60;

const KINDS: Record<Session['kind'], string> = { theory: '理论', practice: '实操', both: '理论和实操' };

/** What is examined, in one line that tells of nobody. */
const labelOf = ({ occupation_name, job_type, levels, kind, starts }: Session): string =>
  `${occupation_name}${job_type === '--' ? '' : ` · ${job_type}`} ${levels.map(levelName).join('、')} ${KINDS[kind]} ${starts}`;

/** Names of organizations whose filing is in force, by code. */
async function namesOf(service: Service, codes: ReadonlySet<string>): Promise<Map<string, string>> {
  const directory = await directoryOf(service);
  const names = new Map<string, string>();
  for (const code of codes) {
    try {
      names.set(code, (await currentFiling(service, directory, code)).filing.name);
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  }
  return names;
}

/** Sessions that can be drawn from today, the soonest first. */
export async function sessionsToCome(service: Service, asker: Asker): Promise<CandidateSession[]> {
  const today = shanghaiDay(service.now());
  const plans = await selectPlansFrom(
    service.db,
    dayOf(dayNumber(today) - RUNNING_DAYS),
    reachOf(asker).centre,
    MOST_PLANS,
  );
  const organizations = new Map(plans.map(({ about, organization }) => [about, organization as string]));
  const names = await namesOf(service, new Set(organizations.values()));
  const sessions: CandidateSession[] = [];
  for (let at = 0; at < plans.length; at += PLANS_AT_ONCE) {
    for (const step of await selectLastPlans(
      service.db,
      plans.slice(at, at + PLANS_AT_ONCE).map(({ about }) => about),
    )) {
      const organization = organizations.get(step.about) as string;
      const name = names.get(organization);
      if (name === undefined) continue;
      const plan = await readStored<'plan.file'>(service, step);
      for (const session of plan.sessions)
        if (session.date > today)
          sessions.push({
            plan: step.about,
            session: session.id,
            organization,
            name,
            date: session.date,
            label: labelOf(session),
          });
    }
  }
  return sessions.sort((a, b) => (a.date === b.date ? (a.plan < b.plan ? -1 : 1) : a.date < b.date ? -1 : 1));
}

// The steps. A draw that is given up stays, with its reason.

/** Draws of a centre whose seed is kept back. */
const OPEN_DRAWS = 200;

const unknown = (session: CandidateSession, why: string) =>
  new Refusal('draw_session_unknown', `The session ${sessionId(session)} cannot be drawn from: ${why}.`, {
    part: 'sessions',
    session: sessionId(session),
  });

/** Refuses sessions that are not those of filed plans within the caller's reach, or are not to come. */
async function requireSessions(
  { service, directory, caller, now }: Taking,
  sessions: readonly CandidateSession[],
): Promise<void> {
  const today = shanghaiDay(now);
  const plans = [...new Set(sessions.map(({ plan }) => plan))];
  const cases = new Map((await selectCasesNamed(service.db, plans)).map((row) => [row.about, row]));
  for (const session of sessions) {
    const plan = cases.get(session.plan);
    if (plan?.state !== 'filed' || plan.organization !== session.organization)
      throw unknown(session, 'no filed plan of this organization has this number');
    if (!reachesCentre(caller, plan.centre))
      throw outOfReach('A city draws from the sessions of the organizations that it filed.', {
        part: 'sessions',
        organization: session.organization,
      });
    if (session.date <= today) throw unknown(session, `it is on ${session.date}; only days to come can be drawn from`);
  }
  for (let at = 0; at < plans.length; at += PLANS_AT_ONCE) {
    for (const step of await selectLastPlans(service.db, plans.slice(at, at + PLANS_AT_ONCE))) {
      const plan = await readStored<'plan.file'>(service, step);
      for (const session of sessions.filter((one) => one.plan === step.about)) {
        const held = plan.sessions.find(({ id }) => id === session.session);
        if (held?.date !== session.date)
          throw unknown(session, held ? `the plan holds it on ${held.date}` : 'the plan has no such session');
      }
    }
  }
  for (const organization of new Set(sessions.map((one) => one.organization))) {
    const { filing } = await currentFiling(service, directory, organization);
    const other = sessions.find((one) => one.organization === organization && one.name !== filing.name);
    if (other) throw unknown(other, `${organization} is filed as ${filing.name}`);
  }
}

/**
 * Refuses sessions of a draw whose seed is still kept back: of several that were fixed, one could be chosen for what
 * comes out.
 * @returns that none came meanwhile, for the transaction that follows
 */
async function requireNoOther(
  { service, caller, about: own }: Taking,
  sessions: readonly CandidateSession[],
): Promise<D1PreparedStatement> {
  const ids = new Set(sessions.map(sessionId));
  const open = (
    await selectCases(service.db, { kind: 'draw', state: 'committed', centre: caller.subject }, OPEN_DRAWS)
  ).map(({ about }) => about);
  for (const about of open) {
    const step = await selectLastStep(service.db, about, ['draw.commit']);
    const other =
      step && (await readStored<'draw.commit'>(service, step)).sessions.find((one) => ids.has(sessionId(one)));
    if (other)
      throw new Refusal(
        'draw_open',
        `The session ${sessionId(other)} stands in ${about}, whose seed is not published yet: reveal or abandon that draw first.`,
        { part: 'sessions', session: sessionId(other), about },
      );
  }
  return guardDraws(service.db, caller.subject, [...open, own]);
}

async function takeCommit(taking: Taking): Promise<Taken> {
  const commit: DrawCommit = readBody('draw.commit', taking.body);
  checkLists(commit);
  await requireSessions(taking, commit.sessions);
  requireAhead(commit.public_source, shanghaiDay(taking.now), commit.sessions);
  const alone = await requireNoOther(taking, commit.sessions);
  const { title, sessions, inspectors, pick, per_session, commitment, public_source } = commit;
  const facts: Facts<'draw'> = {
    title,
    sessions: sessions.length,
    inspectors: inspectors.length,
    pick,
    per_session,
    commitment,
    public_source,
    found: 0,
    serious: 0,
  };
  const due = sessions.map(({ date }) => date).sort()[0] as string;
  return { organization: null, centre: taking.caller.subject, facts: { ...facts }, due, effects: [alone] };
}

/**
 * Refuses another seed, a value before its day, and one that the lottery cannot have drawn or that is spelled
 * otherwise.
 */
function requireSeed(
  {
    committed: {
      body: { commitment, public_source },
    },
  }: DrawRecord,
  { seed, public_value }: Body<'draw.reveal'>,
  now: number,
): void {
  openSeed(commitment, seed);
  requireDrawn(public_source, shanghaiDay(now));
  openValue(public_source, public_value);
}

function drawnSession({ drawn = [] }: DrawRecord, asked: { plan: string; session: string }): Drawn {
  const session = drawn.find((one) => sameSession(one, asked));
  if (!session) throw new Refusal('session_not_drawn', 'This session was not drawn.', { part: 'session' });
  return session;
}

/** The newest finding of each session counts. */
export const latestFindings = (findings: DrawRecord['findings']): Map<string, DrawRecord['findings'][number]> =>
  new Map(findings.map((one) => [sessionId(one), one]));

async function takeFinding(
  { service, caller, about, body, now }: Taking,
  record: DrawRecord,
  row: CaseRow,
): Promise<Taken> {
  const found = readBody('draw.finding', body);
  const session = drawnSession(record, found);
  if (shanghaiDay(now) < session.date)
    throw new Refusal('finding_too_early', `The session is on ${session.date}: nothing can have been found yet.`, {
      part: 'session',
    });
  const other = found.inspectors.find(
    (id, at) => !session.inspectors.some((one) => one.id === id) || found.inspectors.indexOf(id) !== at,
  );
  if (other !== undefined)
    throw new Refusal(
      'inspector_not_drawn',
      `${other} was not drawn for this session: ${session.inspectors.map(({ id, name }) => `${id} ${name}`).join(', ')} were.`,
      { part: 'inspectors' },
    );
  const latest = [...latestFindings([...record.findings, { ...found, at: now, by: caller.subject }]).values()];
  return {
    facts: {
      ...requireFacts('draw', row),
      found: latest.length,
      serious: latest.filter(({ finding }) => finding === 'serious').length,
    },
    effects: await nameFiles(service, caller.subject, about, found.files),
  };
}

async function takeFollow({ service, caller, about, body }: Taking, record: DrawRecord, row: CaseRow): Promise<Taken> {
  const follow = readBody('draw.follow', body);
  const { organization } = drawnSession(record, follow);
  if (!reachesCase(caller, row) && !(await reachesOrganization(service, caller, organization)))
    throw outOfReach('The inspected organization follows up, or its centre.', { part: 'session' });
  if (!record.findings.some((one) => sameSession(one, follow)))
    throw new Refusal('finding_missing', 'Nothing was found of this session yet, so there is nothing to follow up.', {
      part: 'session',
    });
  return { effects: await nameFiles(service, caller.subject, about, follow.files) };
}

/** A step of a draw (抽查). */
export async function takeDraw(taking: Taking): Promise<Taken> {
  const { service, step, body, current } = taking;
  if (!current || step === 'draw.commit') return takeCommit(taking);
  const record = await openDraw(service, current);
  if (step === 'draw.reveal') requireSeed(record, readBody(step, body), taking.now);
  if (step === 'draw.finding') return takeFinding(taking, record, current);
  if (step === 'draw.follow') return takeFollow(taking, record, current);
  if (step === 'draw.close') {
    const missing = record.drawn?.filter((session) => !record.findings.some((one) => sameSession(one, session))) ?? [];
    if (missing.length > 0)
      throw new Refusal(
        'finding_missing',
        `${counted(missing.length, 'drawn session has', 'drawn sessions have')} no finding yet, the first is ${sessionId(missing[0] as Drawn)}.`,
        { part: 'session', missing: missing.length },
      );
  }
  return {};
}

/** A draw with every step, details included. */
export async function openDraw(
  service: Service,
  row: Pick<CaseRow, 'about' | 'state' | 'centre'>,
): Promise<DrawRecord> {
  return recordOf(row, await openSteps(service, row.about));
}

/** A draw by its number, `draw:d…` or the part after the colon. @throws Refusal `draw_not_found` */
export async function findDraw(service: Service, id: string): Promise<CaseRow> {
  const row = /^(draw:)?[A-Za-z0-9_-]{1,64}$/.test(id)
    ? await selectCase(service.db, id.startsWith('draw:') ? id : `draw:${id}`)
    : null;
  if (row?.kind !== 'draw') throw new Refusal('draw_not_found', 'There is no such draw.');
  return row;
}
