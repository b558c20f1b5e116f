/**
 * Owns raising an objection for somebody without a key: the service signs the step with its own, and hands out a code, once,
 * by which the answer is found.
 * It refuses what the step's schema refuses, what its hook does, and a network that objects too often in a day.
 */
import { toBase64url } from '../../base/bytes.ts';
import { shanghaiDay } from '../../base/day.ts';
import { Refusal } from '../../base/refusal.ts';
import { readBody } from '../../core/procedure/bodies.ts';
import { CODE_BYTES, codeDigest, MOST_OF_SENDER, objectionCode } from '../../core/procedure/notice.ts';
import { newAbout, signStep } from '../../core/procedure/sign-step.ts';
import { countSender, isNoticeOver, uncountSender } from '../../storage/notice-store.ts';
import type { Service } from '../service.ts';
import { aboutOf, isNoticeId, noticeNotFound } from './notice-reading.ts';
import { noticeOver } from './objection-steps.ts';
import { addStep } from './take-step.ts';

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
 * @throws Refusal `notice_not_found`, `notice_over`, `objections_full`, `objections_too_often`, `objection_row_unknown`, `step_body_malformed`
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
    await addStep(service, statement, { subject: origin, jkt: own.kid, role: 'service' }, body, now, () =>
      Promise.resolve([]),
    );
  } catch (error) {
    throw isNoticeOver(error) ? noticeOver() : error;
  }
  return code;
}
