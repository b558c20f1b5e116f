/**
 * Owns raising an objection for somebody without a key: the service signs the step with its own, and hands out a code, once,
 * by which the answer is found.
 * It refuses what the step's schema refuses, and what its hook does.
 */
import { toBase64url } from '../life/bytes.ts';
import { readBody } from '../life/procedure/bodies.ts';
import { CODE_BYTES, codeDigest, objectionCode } from '../life/procedure/notice.ts';
import { newAbout, signStep } from '../life/procedure/sign.ts';
import type { Service } from '../service.ts';
import { isNoticeOver } from '../storage/notices.ts';
import { aboutOf, isNoticeId, noticeNotFound } from './notices.ts';
import { noticeOver } from './objections.ts';
import { addStep } from './take.ts';

/** What somebody wrote. */
export interface Grounds {
  row?: number | undefined;
  grounds: string;
  name?: string | undefined;
  contact?: string | undefined;
}

/** Keeps an objection. @returns the code that is shown once @throws Refusal `notice_not_found`, `notice_over`, `objection_row_unknown`, `step_body_malformed` */
export async function raiseObjection(service: Service, id: string, given: Grounds): Promise<string> {
  if (!isNoticeId(id)) throw noticeNotFound();
  const { origin } = service.config;
  const now = service.now();
  const code = objectionCode(service.random(CODE_BYTES));
  const about = newAbout('objection', service.random(12));
  const stated = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const body = readBody('objection.raise', { salt: toBase64url(service.random(16)), results: aboutOf(id), ...stated, code: await codeDigest(code) });
  const own = await service.vault.service();
  const token = await signStep({ subject: origin, key: own.key, kid: own.kid }, { aud: origin, about, step: 'objection.raise', seq: 0, body }, now, toBase64url(service.random(16)));
  const key = await service.memo.key(own.public);
  const statement = await service.memo.open(token, 'step+jwt', (kid) => (kid === own.kid ? key : undefined));
  try {
    await addStep(service, statement, { subject: origin, jkt: own.kid, role: 'service' }, body, now);
  } catch (error) {
    throw isNoticeOver(error) ? noticeOver() : error;
  }
  return code;
}
