/**
 * Owns the draws that the first `npm start` shows (双随机): one that was fixed, revealed and found something, and one whose
 * seed is still kept back, beside the city's key. Inspectors and the numbers of the lottery are invented, and the titles say so.
 * It refuses nothing: where the plan that it would draw from could not be filed, there is no draw.
 */
import { dirname, join } from 'node:path';
import { writePrivate } from '../../keys/make.ts';
import { encodeUtf8, sha256Short } from '../base/bytes.ts';
import { dayNumber, dayOf, shanghaiDay } from '../base/day.ts';
import type { CandidateSession } from '../core/procedure/draw.ts';
import type { DrawRecord } from '../core/procedure/draw-record.ts';
import { isDrawnOn, newSeed, type PublicSource, seedFileName, seedText } from '../core/procedure/draw-seed.ts';
import { caseOf, takeStep } from '../sdk/send-step.ts';
import type { Speaker } from '../sdk/sign.ts';
import { keyPath } from './dev.ts';
import type { Act } from './seed-procedure.ts';

const DAY = 86_400;
const INSPECTORS = ['赵示例', '钱示例', '孙示例'].map((name, at) => ({
  id: `d${at + 1}`,
  name,
  unit: '济南市职业技能鉴定指导中心（虚构）',
  ...(at === 2 ? { avoids: ['S000037000002'] } : {}),
}));

/** Ten in the morning in Shanghai of a day. */
const morning = (day: string): number => dayNumber(day) * DAY + 2 * 3600;

/** The next 双色球 after a day; its issue as if none had ever fallen out. */
function lotteryAfter(day: string): PublicSource {
  const date = [1, 2, 3].map((more) => dayOf(dayNumber(day) + more)).find((one) => isDrawnOn('ssq', one)) as string;
  const first = dayNumber(`${date.slice(0, 4)}-01-01`);
  const before = Array.from({ length: dayNumber(date) - first + 1 }, (_, at) => dayOf(first + at)).filter((one) =>
    isDrawnOn('ssq', one),
  ).length;
  return { lottery: 'ssq', issue: `${date.slice(0, 4)}${String(before).padStart(3, '0')}`, date };
}

/** The same at a second try, and known to nobody without the city's key. */
const seedOf = (city: Speaker, about: string) => newSeed(sha256Short(encodeUtf8(`${city.private?.d ?? ''} ${about}`)));

/** Fixes the lists from a plan's sessions. @returns whether the plan is there */
async function fix(
  as: Act,
  city: Speaker,
  about: string,
  plan: string,
  title: string,
  moment: number,
): Promise<boolean> {
  if (await caseOf(as(city), about)) return true;
  if (!(await caseOf(as(city), plan))) return false;
  const { sessions } = await as(city, moment).get<{ sessions: CandidateSession[] }>('/v1/sessions');
  const own = sessions.filter((one) => one.plan === plan);
  await takeStep(as(city, moment), about, 'draw.commit', {
    title,
    sessions: own,
    inspectors: INSPECTORS,
    pick: 1,
    per_session: 2,
    commitment: seedOf(city, about).commitment,
    public_source: lotteryAfter(shanghaiDay(moment)),
  });
  return true;
}

/** @param inspected a plan whose exams are over; @param ahead one whose exams are to come */
export async function seedDraws(
  as: Act,
  city: Speaker,
  { inspected, ahead }: { inspected: string; ahead: string },
  now: number,
): Promise<void> {
  const [revealed, committed] = ['draw:seed-draw-revealed', 'draw:seed-draw-committed'];
  if (await fix(as, city, revealed, inspected, '双随机督导检查（演示，开奖号码为虚构）', now - 20 * DAY)) {
    const {
      committed: { body },
    } = await as().get<DrawRecord>('/v1/draws/seed-draw-revealed');
    const at = (moment: number) => as(city, moment);
    if ((await caseOf(as(city), revealed))?.state === 'committed')
      await takeStep(at(morning(dayOf(dayNumber(body.public_source.date) + 1))), revealed, 'draw.reveal', {
        seed: seedOf(city, revealed).seed,
        public_value: '03 11 19 22 27 31 08',
      });
    const { drawn = [], findings } = await as().get<DrawRecord>('/v1/draws/seed-draw-revealed');
    const [session] = drawn;
    if (session && findings.length === 0)
      await takeStep(at(morning(session.date)), revealed, 'draw.finding', {
        plan: session.plan,
        session: session.session,
        inspectors: session.inspectors.map(({ id }) => id),
        finding: 'minor',
        summary: '考场座位标识不全，已当场要求补齐。',
        files: [],
      });
  }
  if (await fix(as, city, committed, ahead, '年末督导检查（演示）', now)) {
    const made = seedOf(city, committed);
    writePrivate(
      join(dirname(keyPath('city-3701')), seedFileName(made.commitment)),
      seedText({ ...made, about: committed, title: '年末督导检查（演示）' }),
    );
  }
}
