/**
 * Whose key signed a step, judged at the instant at which it was signed: a centre by its root's statement, an
 * organization by the statement of a centre about that device, the service by its root's, an applicant by its own key.
 */

import * as v from 'valibot';
import { shanghaiDay } from '../../base/day.ts';
import { isRefusal, Refusal } from '../../base/refusal.ts';
import { type AnnouncedYear, earliestEnd } from '../calendar.ts';
import type { Directory } from '../directory.ts';
import { codeOf } from '../filing.ts';
import { type PublicJwk, publicJwk } from '../keys.ts';
import { normalizeIdNumber } from '../person.ts';
import type { Payload } from '../schema.ts';
import { checkTimes, openStatement, readHeader, type Statement } from '../statement.ts';
import { NOTICE_DAYS } from './plan.ts';
import { PLAN_DAYS_AHEAD, planDays } from './plan-check.ts';
import { roleOf, STEP_AGE } from './read-case.ts';
import { isNoticeOver } from './results-check.ts';
import type { Kind, StepName } from './steps.ts';

/**
 * Opens a signed step.
 * @param named statements that name keys of organizations and of the service
 * @param applicants keys that bodies of the case bring along, of those that nobody had filed yet
 * @throws Refusal of openStatement; of keys that nobody entitled had named for the signer at that time, and that had
 *   ended
 */
export async function openSignedStep(
  token: string,
  named: Pick<TrailFile['statements'], 'clients' | 'services'>,
  directory: Directory,
  applicants: readonly PublicJwk[],
): Promise<Statement<'step+jwt'>> {
  const { kid } = readHeader(token, 'step+jwt');
  const { memo } = directory;
  if (directory.findCentre(kid) !== undefined) {
    const statement = await openStatement(token, 'step+jwt', directory.findCentre);
    directory.centreAt(kid, statement.payload.iss, statement.payload.iat);
    return statement;
  }
  for (const jwk of applicants) {
    if ((await memo.thumbprint(jwk)) !== kid) continue;
    directory.requireWorkingKey(kid, 'step+jwt');
    const key = await memo.key(jwk);
    const statement = await openStatement(token, 'step+jwt', () => key);
    if (statement.payload.iss === `key:${kid}`) return statement;
  }
  let refusal = new Refusal('key_unknown', 'Nobody entitled has named the key that signed this step.', {
    part: 'step+jwt',
  });
  for (const open of [openOfClient, openOfService]) {
    for (const statement of open === openOfClient ? named.clients : named.services) {
      try {
        const opened = await open(token, statement, kid, directory);
        if (opened) return opened;
      } catch (error) {
        if (!isRefusal(error)) throw error;
        refusal = error;
      }
    }
  }
  throw refusal;
}

/** By an organization's device; undefined when the statement names another key. */
async function openOfClient(
  token: string,
  named: string,
  kid: string,
  directory: Directory,
): Promise<Statement<'step+jwt'> | undefined> {
  const { memo, withdrawals } = directory;
  const client = await memo.open(named, 'client+jwt', directory.findCentre);
  if ((await memo.thumbprint(client.payload.cnf.jwk)) !== kid) return undefined;
  const key = await memo.key(client.payload.cnf.jwk);
  const statement = await openStatement(token, 'step+jwt', () => key);
  const { iss, iat } = statement.payload;
  if (iss !== client.payload.sub)
    throw new Refusal('client_of_other_organization', `The key speaks for ${codeOf(client.payload.sub)}.`, {
      part: 'step+jwt:iss',
    });
  directory.centreAt(client.kid, client.payload.iss, iat);
  directory.requireWorkingKey(kid, 'client+jwt:cnf');
  checkTimes('client+jwt', client.payload, iat);
  withdrawals.require('client_withdrawn', 'client+jwt', iat, client.payload, { kid, iss: client.payload.iss });
  return statement;
}

/** By the service, for people without a key. */
async function openOfService(
  token: string,
  named: string,
  kid: string,
  directory: Directory,
): Promise<Statement<'step+jwt'> | undefined> {
  const { memo, withdrawals } = directory;
  const { payload: service } = await memo.open(named, 'service+jwt', directory.findRoot);
  const jkt = await memo.thumbprint(service.cnf.jwk);
  if (kid !== jkt && !kid.endsWith(`#${jkt}`)) return undefined;
  const key = await memo.key(service.cnf.jwk);
  const statement = await openStatement(token, 'step+jwt', () => key);
  const { iss, iat } = statement.payload;
  if (roleOf(iss) !== 'service')
    throw new Refusal('issuer_not_caller', 'The service signs in its own name alone.', { part: 'step+jwt:iss' });
  checkTimes('service+jwt', service, iat);
  directory.requireWorkingKey(jkt, 'service+jwt:cnf');
  withdrawals.require('service_withdrawn', 'service+jwt', iat, service, { kid: jkt, iss: service.iss });
  return statement;
}

// The file of an audit trail (问题回溯): one certificate with every signed text behind it, from its status back to the plan
// of its exam, to be checked without this service under the root's thumbprint alone (trail.ts).

/** Steps whose bodies tell of other people than the holder: an export leaves them out unless they are asked for. */
export const ABOUT_PEOPLE: readonly StepName[] = [
  'plan.file',
  'plan.amend',
  'results.publish',
  'results.correct',
  'objection.raise',
];

const token = v.pipe(v.string(), v.maxLength(300_000));
const tokens = (max: number) => v.pipe(v.array(token), v.maxLength(max));
const instant = v.pipe(v.number(), v.integer(), v.minValue(0));

const step = v.object({
  token,
  /** When it arrived, as the register says. */
  received_at: instant,
  /** What was said; absent where it tells of other people and was left out. */
  body: v.optional(v.unknown()),
});

const TRAIL = v.object({
  version: v.literal(1),
  number: v.pipe(v.string(), v.maxLength(22)),
  origin: v.pipe(v.string(), v.maxLength(300)),
  /** When the register gave it out, NumericDate: nobody signs that. */
  made_at: instant,
  /** Combined SD-JWT. */
  credential: token,
  inclusion: v.object({ index: instant, size: instant, path: v.pipe(v.array(v.string()), v.maxLength(20)) }),
  approval: token,
  order: token,
  /** `client`: of the organization's device that ordered. */
  statements: v.object({
    centres: tokens(500),
    services: tokens(50),
    filing: token,
    client: token,
    clients: tokens(500),
    withdrawals: tokens(1000),
    calendars: v.optional(tokens(200), []),
  }),
  events: v.pipe(
    v.array(v.object({ token, client: v.optional(token), received_at: v.optional(instant) })),
    v.maxLength(1000),
  ),
  successor: v.optional(v.object({ credential: token, filing: token })),
  cases: v.pipe(
    v.array(
      v.object({ about: v.pipe(v.string(), v.maxLength(100)), steps: v.pipe(v.array(step), v.maxLength(10_000)) }),
    ),
    v.maxLength(1000),
  ),
  /** Who fetched the certificate, as the register says. */
  downloads: v.pipe(v.array(v.object({ kind: v.string(), by: v.string(), at: instant })), v.maxLength(10_000)),
  roots: v.pipe(v.array(publicJwk), v.maxLength(10)),
});
export type TrailFile = v.InferOutput<typeof TRAIL>;
export type TrailCase = TrailFile['cases'][number];

/** Reads an exported trail. @throws Refusal `trail_malformed` naming the part */
export function readTrailFile(value: unknown): TrailFile {
  const read = v.safeParse(TRAIL, value);
  if (read.success) return read.output;
  throw new Refusal('trail_malformed', 'This is not an audit trail that this service gave out.', {
    part: v.getDotPath(read.issues[0]) ?? 'trail',
  });
}

// Whether the parts of an audit trail are about one another: the batch that was approved is the one that was uploaded,
// its results were those of that plan, the holder stands in both, objections were decided before, and the working days
// between plan, exam, notice and upload passed.

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
