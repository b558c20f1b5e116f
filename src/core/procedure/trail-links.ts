/**
 * Whether the parts of an audit trail are about one another: the batch that was approved is the one that was uploaded,
 * its results were those of that plan, the holder stands in both, objections were decided before, and the working days
 * between plan, exam, notice and upload passed.
 */

import * as v from 'valibot';
import { shanghaiDay } from '../../base/day.ts';
import { isRefusal } from '../../base/refusal.ts';
import { earliestEnd } from '../announcement.ts';
import { normalizeIdNumber } from '../identity.ts';
import type { Payload } from '../schema.ts';
import type { AnnouncedYear } from '../workdays.ts';
import { NOTICE_DAYS } from './plan.ts';
import { PLAN_DAYS_AHEAD, planDays } from './plan-check.ts';
import { isNoticeOver } from './results-check.ts';
import { STEP_AGE } from './sign-step.ts';
import type { Kind } from './steps.ts';

const LINKS = [
  'batch_uploaded',
  'results_of_plan',
  'holder_in_results',
  'holder_in_plan',
  'objections_decided',
  'plan_in_time',
  'notice_ran',
] as const;
export interface Link {
  id: (typeof LINKS)[number];
  result: 'pass' | 'fail' | 'not_checked';
  code?: string;
}

interface LinkedStep {
  step: Payload<'step+jwt'>;
  body: unknown;
}

/** Verified steps of a case, with their bodies where those are at hand. */
export interface LinkedCase {
  about: string;
  kind: Kind;
  steps: LinkedStep[];
}

interface Row {
  id_type?: unknown;
  id_number?: unknown;
  name?: unknown;
}
const rowsIn = (body: unknown, name: 'rows' | 'roster'): Row[] | undefined => {
  const rows = (body as Record<string, unknown> | undefined)?.[name];
  return Array.isArray(rows) ? (rows as Row[]) : undefined;
};

/** The last step of these names that holds, until an instant. */
const lastOf = (found: LinkedCase | undefined, names: readonly string[], until = Infinity) =>
  found?.steps.findLast(({ step }) => names.includes(step.step) && step.iat <= until);

const skip = (id: Link['id'], code: string): Link => ({ id, result: 'not_checked', code });
const judge = (id: Link['id'], holds: boolean, code: string): Link =>
  holds ? { id, result: 'pass' } : { id, result: 'fail', code };

/** Whether the parts are about one another. */
export function linksOf(
  cases: readonly LinkedCase[],
  approval: Payload<'approval+jwt'> | undefined,
  holder: { name?: string; id_number?: string },
  announced: readonly AnnouncedYear[],
): Link[] {
  const upload = cases
    .flatMap(({ steps }) => steps)
    .find(
      ({ step, body }) =>
        step.step === 'results.upload' && (body as { batch?: string } | undefined)?.batch === approval?.batch,
    );
  if (!upload) return LINKS.map((id) => skip(id, 'no_results_case'));
  const results = cases.find(({ about }) => about === upload.step.about);
  const said = upload.body as { batch: string; root: string; count: number };
  const notice = lastOf(results, ['results.publish', 'results.correct'], upload.step.iat);
  const planAbout = (notice?.body as { plan?: string } | undefined)?.plan;
  const plan = cases.find(({ kind, about }) => kind === 'plan' && (planAbout === undefined || about === planAbout));
  const filed = lastOf(plan, ['plan.file', 'plan.amend']);
  const same = ({ name, id_number }: Row): boolean =>
    name === holder.name &&
    typeof id_number === 'string' &&
    normalizeIdNumber(id_number) === normalizeIdNumber(holder.id_number ?? '');
  const stands = (id: Link['id'], rows: Row[] | undefined): Link =>
    rows === undefined
      ? skip(id, 'body_not_at_hand')
      : holder.id_number === undefined
        ? skip(id, 'holder_not_disclosed')
        : judge(id, rows.some(same), 'holder_missing');
  const open = cases
    .filter(({ kind }) => kind === 'objection')
    .filter(({ steps }) => {
      const before = steps.filter(({ step }) => step.iat <= upload.step.iat).at(-1)?.step.step;
      return before === 'objection.raise' || before === 'objection.reopen';
    });
  return [
    judge('batch_uploaded', said.root === approval?.root && said.count === approval.count, 'root_differs'),
    planAbout === undefined
      ? skip('results_of_plan', 'body_not_at_hand')
      : judge('results_of_plan', plan !== undefined, 'plan_differs'),
    stands('holder_in_results', rowsIn(notice?.body, 'rows')),
    stands('holder_in_plan', rowsIn(filed?.body, 'roster')),
    judge('objections_decided', open.length === 0, 'objection_open'),
    filed === undefined ? skip('plan_in_time', 'body_not_at_hand') : planInTime(filed, announced),
    notice === undefined ? skip('notice_ran', 'no_results_case') : noticeRan(notice, upload.step.iat, announced),
  ];
}

/** Judged by working days; those of a year that was never announced are not guessed. */
function byCalendar(id: Link['id'], judged: () => Link): Link {
  try {
    return judged();
  } catch (error) {
    if (isRefusal(error, 'calendar_not_covered')) return skip(id, 'calendar_not_covered');
    throw error;
  }
}

/** Whether the plan was filed five working days before its first exam (notice 2020, 四（一）). */
const planInTime = ({ step, body }: LinkedStep, announced: readonly AnnouncedYear[]): Link =>
  byCalendar('plan_in_time', () => {
    const read = v.safeParse(v.object({ sessions: v.array(v.object({ date: v.string() })) }), body);
    if (!read.success) return skip('plan_in_time', 'body_not_at_hand');
    return judge(
      'plan_in_time',
      planDays(read.output).first >= earliestEnd(announced, step.iat, PLAN_DAYS_AHEAD, step.iat),
      'plan_too_late',
    );
  });

/** Whether the notice ran its working days before the upload; five at least, where the list is not at hand (四（三）). */
const noticeRan = ({ step, body }: LinkedStep, uploaded: number, announced: readonly AnnouncedYear[]): Link =>
  byCalendar('notice_ran', () => {
    const read = v.safeParse(
      v.object({ working_days: v.pipe(v.number(), v.integer(), v.minValue(NOTICE_DAYS), v.maxValue(30)) }),
      body,
    );
    const days = read.success ? read.output.working_days : NOTICE_DAYS;
    return judge(
      'notice_ran',
      isNoticeOver({ until: earliestEnd(announced, step.iat, days, uploaded) }, shanghaiDay(uploaded + STEP_AGE)),
      'notice_running',
    );
  });
