/**
 * The check of a plan (考核计划, notice 2020, 四（一）): its sessions stand in the filing and have their people (监考员, 考评员,
 * 督导员), everybody on the roster may sit where the roster puts them, and it is filed in time. Every fault is told at
 * once.
 */
import { dayNumber } from '../../base/day.ts';
import { Refusal } from '../../base/refusal.ts';
import { counted } from '../../base/words.ts';
import type { WorkingDays } from '../calendar.ts';
import type { ScopeEntry } from '../rows/row.ts';
import {
  indexScope,
  isUnderSixteen,
  type Judged,
  judgePerson,
  placeInScope,
  qualificationKey,
  type ScopeIndex,
} from '../rows/row-check.ts';
import { flaw } from '../rows/row-values.ts';
import type { Plan, RosterEntry, Session } from './plan.ts';
import { commonFault, faultsAcross, inOrder, type PlanFault, planFault } from './plan.ts';

/** 提前 5 个工作日. */
export const PLAN_DAYS_AHEAD = 5;

const SHANGHAI = 8 * 3600;

/** First and last day with a session. */
export function planDays(plan: { sessions: readonly Pick<Session, 'date'>[] }): { first: string; last: string } {
  const days = plan.sessions.map(({ date }) => date).sort();
  return { first: days[0] as string, last: days.at(-1) as string };
}

/** The instant (NumericDate) at which the last session is over. */
export const planEnd = (plan: Pick<Plan, 'sessions'>): number =>
  Math.max(
    ...plan.sessions.map(
      ({ date, ends }) =>
        dayNumber(date) * 86_400 + Number(ends.slice(0, 2)) * 3600 + Number(ends.slice(3)) * 60 - SHANGHAI,
    ),
  );

/** The earliest first exam of a plan that is filed on a day. @throws Refusal `calendar_not_covered` */
export const earliestExam = (days: WorkingDays, today: string): string => days.add(today, PLAN_DAYS_AHEAD);

/** Refuses a plan that is filed too late. */
export function requireInTime(plan: Pick<Plan, 'sessions'>, days: WorkingDays, today: string): void {
  const { first } = planDays(plan);
  const earliest = earliestExam(days, today);
  if (first < earliest) {
    throw new Refusal(
      'plan_too_late',
      `A plan is filed at least ${PLAN_DAYS_AHEAD} working days before its first exam. Filed today, the first exam can be on ${earliest} or later.`,
      { part: 'sessions', earliest, first },
    );
  }
}

/** The qualifications that a session is for; none where one of its parts is not filed. */
function judgeSession(
  session: Session,
  row: number,
  scope: ScopeIndex,
): { faults: PlanFault[]; qualifications: Set<string> } {
  const faults = new Map<string, PlanFault>();
  const qualifications = new Set<string>();
  for (const level of session.levels) {
    const { occupation, job, flaws } = placeInScope({ ...session, level }, scope);
    if (occupation && job !== undefined && flaws.length === 0)
      qualifications.add(qualificationKey(occupation.code, job, level));
    // The same for every level but for the level's own.
    for (const one of flaws)
      faults.set(
        `${one.field} ${one.flaw}`,
        commonFault('sessions', row, { ...one, field: one.field === 'level' ? 'levels' : one.field }),
      );
  }
  if (session.ends <= session.starts) faults.set('times', planFault('sessions', row, 'ends', 'session_times'));
  return { faults: [...faults.values()], qualifications };
}

function judgeStaff({ staff, sessions }: Plan): PlanFault[] {
  const ids = new Set(sessions.map(({ id }) => id));
  const unknown = staff.flatMap((member, at) =>
    member.sessions
      .filter((id) => !ids.has(id))
      .map((session) => planFault('staff', at + 1, 'sessions', 'session_unknown', { session })),
  );
  const has = (role: string) =>
    new Set(staff.filter((member) => member.role === role).flatMap((member) => member.sessions));
  const [invigilated, assessed] = [has('invigilator'), has('assessor')];
  const missing = sessions.flatMap(({ id }, at) => [
    ...(invigilated.has(id) ? [] : [planFault('sessions', at + 1, 'invigilator', 'invigilator_missing')]),
    ...(assessed.has(id) ? [] : [planFault('sessions', at + 1, 'assessor', 'assessor_missing')]),
  ]);
  return [
    ...unknown,
    ...missing,
    ...(has('supervisor').size > 0 ? [] : [planFault('staff', 0, 'role', 'supervisor_missing')]),
  ];
}

interface KnownSession {
  date: string;
  qualifications: Set<string>;
}

function judgeEntry(entry: RosterEntry, person: Judged, sessions: ReadonlyMap<string, KnownSession>): PlanFault[] {
  const faults = person.flaws.map((flaw) => commonFault('roster', entry.row, flaw));
  const dates: string[] = [];
  for (const id of new Set(entry.sessions)) {
    const session = sessions.get(id);
    if (!session) faults.push(planFault('roster', entry.row, 'sessions', 'session_unknown', { session: id }));
    else {
      dates.push(session.date);
      const { filed, qualification } = person;
      if (filed && session.qualifications.size > 0 && !session.qualifications.has(qualification as string))
        faults.push(planFault('roster', entry.row, 'sessions', 'session_differs', { session: id }));
    }
  }
  const first = dates.sort()[0];
  if (person.born !== undefined && first !== undefined && isUnderSixteen(person.born, first))
    faults.push(commonFault('roster', entry.row, { field: 'id_number', ...flaw('under_16') }));
  return faults;
}

/** Every fault of a plan, part by part; none if it can be filed. */
export function planFaults(plan: Plan, filed: readonly ScopeEntry[]): PlanFault[] {
  const scope = indexScope(filed);
  const faults: PlanFault[] = [];
  const sessions = new Map<string, KnownSession>();
  const places = new Map<string, number>();
  const attended = new Set(plan.roster.flatMap((entry) => entry.sessions));
  for (const [at, session] of plan.sessions.entries()) {
    const judged = judgeSession(session, at + 1, scope);
    faults.push(...judged.faults);
    const first = places.get(session.id);
    if (first !== undefined) faults.push(planFault('sessions', at + 1, 'id', 'session_repeated', { first }));
    else {
      places.set(session.id, at + 1);
      sessions.set(session.id, { date: session.date, qualifications: judged.qualifications });
    }
    if (!attended.has(session.id)) faults.push(planFault('sessions', at + 1, 'id', 'session_empty'));
  }
  faults.push(...judgeStaff(plan));
  const persons = plan.roster.map((entry) => judgePerson(entry.row, entry, { scope }));
  faults.push(...plan.roster.flatMap((entry, at) => judgeEntry(entry, persons[at] as Judged, sessions)));
  faults.push(...faultsAcross('roster', persons));
  return inOrder(faults);
}

/** Refuses a plan with faults: `plan_refused`, all of them as `errors`. */
export function requirePlan(plan: Plan, filed: readonly ScopeEntry[]): void {
  const errors = planFaults(plan, filed);
  if (errors.length > 0)
    throw new Refusal(
      'plan_refused',
      `${counted(errors.length, 'fault')} in the plan; nothing was stored. Correct them and file it again.`,
      { part: errors[0]?.part as string, count: errors.length, errors },
    );
}

export interface OccupationFacts {
  code: string;
  name: string;
  job: string;
  levels: number[];
}

/** Occupations of sessions or rows, in the filing's spelling, each once with its levels. */
export function occupationsOf(
  all: readonly {
    occupation_code: string;
    occupation_name: string;
    job_type: string;
    levels: readonly RosterEntry['level'][];
  }[],
  filed: readonly ScopeEntry[],
): OccupationFacts[] {
  const scope = indexScope(filed);
  const found = new Map<string, OccupationFacts>();
  for (const one of all) {
    for (const level of one.levels) {
      const { occupation, job, flaws } = placeInScope({ ...one, level }, scope);
      if (!occupation || job === undefined || flaws.length > 0) continue;
      const key = `${occupation.code} ${job}`;
      const facts = found.get(key) ?? { code: occupation.code, name: occupation.name, job, levels: [] };
      found.set(key, facts);
      if (!facts.levels.includes(level)) facts.levels.push(level);
    }
  }
  return [...found.values()].map((facts) => ({ ...facts, levels: facts.levels.sort((a, b) => b - a) }));
}

/** What lists show of a plan; nothing of a person. */
export interface PlanFacts {
  title: string;
  first: string;
  last: string;
  candidates: number;
  sessions: number;
  occupations: OccupationFacts[];
  /** Centres that confirmed it (收到), with the day. */
  received?: Record<string, string>;
}

export const planFacts = (plan: Plan, filed: readonly ScopeEntry[]): PlanFacts => ({
  title: plan.title,
  ...planDays(plan),
  candidates: plan.roster.length,
  sessions: plan.sessions.length,
  occupations: occupationsOf(plan.sessions, filed),
});
