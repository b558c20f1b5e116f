/**
 * Owns which sessions a centre can draw from: those to come of filed plans within its reach, each as `draw.commit` takes it.
 * It refuses nothing: organizations without a filing in force, and plans beyond the first two hundred, are left out.
 */

import { type Caller, currentFiling } from '../enrol.ts';
import { dayNumber, dayOf, shanghaiDay } from '../life/calendar.ts';
import { levelName } from '../life/level.ts';
import type { CandidateSession } from '../life/procedure/draw.ts';
import type { Session } from '../life/procedure/plan.ts';
import { isRefusal } from '../life/refusal.ts';
import { directoryOf } from '../register.ts';
import type { Service } from '../service.ts';
import { selectLastPlans, selectPlansFrom } from '../storage/draws.ts';
import { readStored } from './body.ts';

const MOST_PLANS = 200;
/** Plans opened at once: each can have a long roster. */
const AT_ONCE = 10;
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
export async function sessionsToCome(
  service: Service,
  { role, subject }: Pick<Caller, 'role' | 'subject'>,
): Promise<CandidateSession[]> {
  const today = shanghaiDay(service.now());
  const plans = await selectPlansFrom(
    service.db,
    dayOf(dayNumber(today) - RUNNING_DAYS),
    role === 'province' ? undefined : subject,
    MOST_PLANS,
  );
  const organizations = new Map(plans.map(({ about, organization }) => [about, organization as string]));
  const names = await namesOf(service, new Set(organizations.values()));
  const sessions: CandidateSession[] = [];
  for (let at = 0; at < plans.length; at += AT_ONCE) {
    for (const step of await selectLastPlans(
      service.db,
      plans.slice(at, at + AT_ONCE).map(({ about }) => about),
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
