/**
 * Objections (异议) to results that are on notice: anybody raises one, the organization decides with a written reason, a
 * centre may open it again. While one is open no results of the same plan are uploaded, approved or numbered, whichever
 * publication it was raised against (storage/migrations/0015_objections.sql).
 * What somebody wrote and how to reach him or her stands in the encrypted body alone.
 */

import { toBase64url } from '../../base/bytes.ts';
import { shanghaiDay } from '../../base/day.ts';
import { Refusal } from '../../base/refusal.ts';
import { type Body, readBody } from '../../core/procedure/bodies.ts';
import {
  CODE_BYTES,
  codeDigest,
  MOST_OF_SENDER,
  MOST_OPEN,
  noticeState,
  objectionCode,
  readNoticeFacts,
  readObjectionCode,
} from '../../core/procedure/notice.ts';
import { newAbout, signStep } from '../../core/procedure/read-case.ts';
import { selectCase } from '../../storage/case-store.ts';
import {
  countObjections,
  countSender,
  isNoticeOver,
  prepareObjectionCode,
  selectByCode,
  uncountSender,
} from '../../storage/notice-store.ts';
import type { Service } from '../service.ts';
import { addStep, type Taken, type Taking } from './add-step.ts';
import { aboutOf, isNoticeId, noticeNotFound, publishedResults } from './notices.ts';
import { openSteps } from './stored-cases.ts';

const noticeOver = () =>
  new Refusal(
    'notice_over',
    'The notice does not run any more; turn to the organization or to the centre that filed it.',
    { part: 'results' },
  );

/** A step of an objection (异议). */
export async function takeObjection({ service, step, about, body, now }: Taking): Promise<Taken> {
  if (step !== 'objection.raise') return {};
  const { results, row, code } = body as Body<'objection.raise'>;
  const notice = await selectCase(service.db, results);
  if (!notice?.due) throw noticeNotFound();
  const today = shanghaiDay(now);
  if (noticeState(notice.state, notice.due, today) !== 'running') throw noticeOver();
  await requireRoom(service, notice.parent as string);
  if (row !== undefined && !(await publishedResults(service, results)).rows.some((one) => one.row === row))
    throw new Refusal(
      'objection_row_unknown',
      'The list has no such row; leave it out, and say what you mean in your own words.',
      { part: 'row' },
    );
  return {
    organization: notice.organization,
    centre: notice.centre,
    parent: results,
    facts: { results, row: row !== undefined },
    due: notice.due,
    effects: [prepareObjectionCode(service.db, code, about, results, today)],
  };
}

/** Refuses an objection to results of a plan that has as many undecided ones as a notice takes. */
async function requireRoom(service: Service, plan: string): Promise<void> {
  const open = (await countObjections(service.db, plan)).find(({ state }) => state === 'open')?.n ?? 0;
  if (open >= MOST_OPEN)
    throw new Refusal(
      'objections_full',
      `This notice has ${open} objections that are not decided yet, and takes no more here until some are. Object in writing to the organization, or to the centre that filed it: the organization's page names both.`,
      { limit: MOST_OPEN },
    );
}

/** What became of an objection, for whoever has its code. */
export interface Followed {
  state: 'open' | 'upheld' | 'rejected';
  raised_on: string;
  notice: { id: string; title: string };
  /** Decisions and re-openings in their order, each with its reason. */
  history: { decision: 'upheld' | 'rejected' | 'reopened'; on: string; by: string; reason: string }[];
}

const DECISIONS: Record<string, Followed['history'][number]['decision']> = {
  'objection.uphold': 'upheld',
  'objection.reject': 'rejected',
  'objection.reopen': 'reopened',
};

/** @param typed the code as somebody typed it @throws Refusal `objection_not_found` */
export async function followObjection(service: Service, typed: string): Promise<Followed> {
  const code = readObjectionCode(typed);
  const found = code === undefined ? null : await selectByCode(service.db, await codeDigest(code));
  const row = found && (await selectCase(service.db, found.about));
  if (!row?.parent)
    throw new Refusal('objection_not_found', 'No objection has this code; check each character.', { part: 'code' });
  const notice = await selectCase(service.db, row.parent);
  const steps = await openSteps(service, row.about);
  const history = steps.flatMap(({ step, at, iss, body }) => {
    const decision = DECISIONS[step];
    return decision
      ? [{ decision, on: shanghaiDay(at), by: iss, reason: (body as Body<'objection.uphold'>).reason }]
      : [];
  });
  const id = row.parent.slice(aboutOf('').length);
  return {
    state: row.state as Followed['state'],
    raised_on: shanghaiDay(row.created_at),
    notice: { id, title: readNoticeFacts(notice?.facts ?? '')?.title ?? id },
    history,
  };
}

// For somebody without a key the service signs with its own, and hands out a code, once, by which the answer is found.

/** What somebody wrote. */
export interface Grounds {
  row?: number | undefined;
  grounds: string;
  name?: string | undefined;
  contact?: string | undefined;
}

/**
 * Keeps an objection. @param sender keyed digest of notice and network; undefined where the network is not known
 * @returns the code that is shown once
 * @throws Refusal `notice_not_found`, `notice_over`, `objections_full`, `objections_too_often`,
 *   `objection_row_unknown`, `step_body_malformed`
 */
export async function raiseObjection(service: Service, id: string, given: Grounds, sender?: string): Promise<string> {
  if (!isNoticeId(id)) throw noticeNotFound();
  const day = shanghaiDay(service.now());
  // Counted before it is judged, so that many at one moment do not slip past; what is not kept is taken back.
  const sent = sender === undefined ? 0 : await countSender(service.db, sender, day);
  try {
    if (sent > MOST_OF_SENDER)
      throw new Refusal(
        'objections_too_often',
        "Many objections to this notice came from your network today. Try again tomorrow or from another network, or object in writing to the organization or to the centre that filed it: the organization's page names both.",
        { retry_after: secondsLeft(service.now()) },
      );
    return await keepObjection(service, id, given);
  } catch (error) {
    if (sender !== undefined) await uncountSender(service.db, sender, day);
    throw error;
  }
}

/** Seconds until the day ends in Shanghai. */
const secondsLeft = (now: number): number => 86_400 - ((now + 8 * 3600) % 86_400);

async function keepObjection(service: Service, id: string, given: Grounds): Promise<string> {
  const { origin } = service.config;
  const now = service.now();
  const code = objectionCode(service.random(CODE_BYTES));
  const about = newAbout('objection', service.random(12));
  const stated = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const body = readBody('objection.raise', {
    salt: toBase64url(service.random(16)),
    results: aboutOf(id),
    ...stated,
    code: await codeDigest(code),
  });
  const own = await service.vault.service();
  const token = await signStep(
    { subject: origin, key: own.key, kid: own.kid },
    { aud: origin, about, step: 'objection.raise', seq: 0, body },
    now,
    toBase64url(service.random(16)),
  );
  const key = await service.memo.key(own.public);
  const statement = await service.memo.open(token, 'step+jwt', (kid) => (kid === own.kid ? key : undefined));
  try {
    await addStep(
      service,
      { objection: takeObjection },
      statement,
      { subject: origin, jkt: own.kid, role: 'service' },
      body,
      now,
      () => Promise.resolve([]),
    );
  } catch (error) {
    throw isNoticeOver(error) ? noticeOver() : error;
  }
  return code;
}
