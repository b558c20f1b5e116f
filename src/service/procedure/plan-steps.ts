/**
 * Steps of plans (考核计划): filed by an organization with a filing in force and in good standing, five working days ahead,
 * within its filing and its capacity; received, returned, amended and cancelled before the first exam.
 */

import { shanghaiDay } from '../../base/day.ts';
import { Refusal } from '../../base/refusal.ts';
import { counted } from '../../base/words.ts';
import { readBody } from '../../core/procedure/bodies.ts';
import type { Plan } from '../../core/procedure/plan.ts';
import { planDays, planFacts, requireInTime, requirePlan } from '../../core/procedure/plan-check.ts';
import type { Filing } from '../../core/schema.ts';
import { selectUsedCapacity } from '../../storage/batch-store.ts';
import { type CaseRow, selectCase, selectLastStep } from '../../storage/case-store.ts';
import { currentFiling } from '../on-file.ts';
import type { Service } from '../service.ts';
import { workingDaysOf } from '../working-days.ts';
import type { Taken, Taking } from './add-step.ts';
import { requireStanding } from './standing.ts';
import { readStored, requireFacts } from './stored-cases.ts';

/** Refuses a change of a plan whose exams have begun. */
function requireBefore(row: CaseRow | undefined, today: string): void {
  if (!row) return;
  const { first } = requireFacts('plan', row);
  if (today >= first)
    throw new Refusal(
      'plan_under_way',
      `The first exam of this plan was or is on ${first}; it can no longer be changed.`,
      { first },
    );
}

/** Certificates that the filing still allows in the year of the exams, if everybody passed. */
async function requireRoom(service: Service, organization: string, filing: Filing, plan: Plan): Promise<void> {
  const year = Number(planDays(plan).last.slice(0, 4));
  const used = await selectUsedCapacity(service.db, organization, year);
  const count = plan.roster.length;
  if (used + count > filing.annual_capacity) {
    throw new Refusal(
      'capacity_exceeded',
      `The filing allows ${filing.annual_capacity} certificates a year; ${used} are used and this plan has ${counted(count, 'candidate')}.`,
      { allowed: filing.annual_capacity, used, count },
    );
  }
}

async function takeFiled({ service, directory, caller, step, body, current, now }: Taking): Promise<Taken> {
  const organization = caller.subject.slice('org:'.length);
  const today = shanghaiDay(now);
  const { filing } = await currentFiling(service, directory, organization);
  const standing = await requireStanding(service, organization);
  // What was returned was no plan to hold exams by.
  if (current?.state === 'filed') requireBefore(current, today);
  const plan = readBody(step as 'plan.file' | 'plan.amend', body);
  requirePlan(plan, filing.scope);
  requireInTime(plan, await workingDaysOf(service), today);
  await requireRoom(service, organization, filing, plan);
  const { title, ...open } = planFacts(plan, filing.scope);
  return {
    organization,
    centre: filing.iss,
    facts: open,
    secret: { title },
    due: planDays(plan).first,
    effects: [standing],
  };
}

/** A step of a plan: file, amend, receive, return, cancel. */
export async function takePlan(taking: Taking): Promise<Taken> {
  const { step, caller, current, now } = taking;
  const today = shanghaiDay(now);
  if (step === 'plan.file' || step === 'plan.amend') return takeFiled(taking);
  // The table lets these steps be taken of a plan that is there.
  const row = current as CaseRow;
  if (step === 'plan.receive') {
    const facts = requireFacts('plan', row);
    return { facts: { ...facts, received: { ...facts.received, [caller.subject]: today } } };
  }
  requireBefore(row, today);
  return {};
}

/**
 * A plan as last filed, with its case.
 * @throws Refusal `plan_not_filed` where there is none or it was returned or cancelled
 */
export async function filedPlan(service: Service, about: string): Promise<{ row: CaseRow; plan: Plan }> {
  const row = await selectCase(service.db, about);
  const step = row?.state === 'filed' ? await selectLastStep(service.db, about, ['plan.file', 'plan.amend']) : null;
  if (!row || !step)
    throw new Refusal('plan_not_filed', 'The plan was not filed, or it was returned or cancelled.', { part: 'plan' });
  return { row, plan: await readStored<'plan.file'>(service, step) };
}
