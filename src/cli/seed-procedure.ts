/**
 * What the first `npm start` shows of the procedure: rules, results on notice with an objection, a plan ahead, an
 * application that waits, and two draws, one of which is not revealed yet. Each step is taken at its own moment by its
 * own party, and asks first whether it was taken before. All people, and the numbers of the lottery, are invented.
 */

import { dirname, join } from 'node:path';
import { writePrivate } from '../../keys/make.ts';
import { encodeUtf8, sha256Short } from '../base/bytes.ts';
import { dayNumber, dayOf, shanghaiDay } from '../base/day.ts';
import type { WorkingDays } from '../core/calendar.ts';
import { usccCheckCharacter } from '../core/number.ts';
import { residentCheckCharacter } from '../core/person.ts';
import type { DrawRecord } from '../core/procedure/draw-record.ts';
import { isDrawnOn, newSeed, type PublicSource, seedFileName, seedText } from '../core/procedure/draw-seed.ts';
import type { CheckedRow } from '../core/rows/row.ts';
import type { ScopeEntry } from '../core/schema.ts';
import type { CaseList, ResultsBatch } from '../core/shapes/procedure-shapes.ts';
import type { SessionList } from '../core/shapes/public-shapes.ts';
import type { Answer, Caller } from '../sdk/call.ts';
import { asApplicant, caseOf, takeStep } from '../sdk/call.ts';
import { makeKey, type Speaker } from '../sdk/sign.ts';
import { keyPath } from './dev.ts';
import { sampleApplication, samplePlan, sampleResults } from './sample-forms.ts';
import type { Act } from './world.ts';
import { momentsFor } from './world.ts';

const DAY = 86_400;
const rule = (title: string, text: string) => ({ title, text });

const RULES = {
  version: '2026 年第 1 版',
  exam: rule(
    '考务管理办法',
    '一、考场按计划布置，监考员持证上岗。\n二、全程录像，保存三年。\n三、考生凭有效证件入场。',
  ),
  quality: rule('质量管理办法', '一、每批次由督导员现场督导。\n二、成绩双人复核。\n三、每年自查一次并公开结果。'),
  certificates: rule('证书管理办法', '一、公示无异议后上传审核，批准后颁发。\n二、更正须经同样的审核。'),
  fees: rule('收费标准', '初级、中级 200 元/人次，高级 260 元/人次，技师及以上 380 元/人次（虚构）。'),
};

const NAMES = ['孙晓东', '周雨晴', '吴国强', '郑海燕', '王一帆', '冯建军', '陈思远', '褚文静'];

/** Invented people, half of whom sit the exam on a day and half on the day after: two of them do not pass. */
const people = (first: number, from: number): CheckedRow[] =>
  NAMES.map((name, i) => {
    const exam = shanghaiDay(first + (i % 2) * DAY);
    const head = `370105199${i}0${1 + (i % 9)}1${i}${String(from + i).padStart(3, '0')}`;
    return {
      row: i + 2,
      name,
      id_type: 'resident_id',
      id_number: head + residentCheckCharacter(head),
      occupation: { code: '6-31-01-03', name: '电工', edition: '2022' },
      job: '--',
      level: i % 2 === 0 ? 4 : 3,
      score_theory: i === 3 ? 54 : 72 + i,
      score_practice: i === 6 ? 48.5 : 80 + i,
      exam_date: exam,
    };
  });

/** Takes a case's first step unless it was taken. */
async function begin(take: () => Promise<unknown>, asked: Caller, about: string): Promise<void> {
  if (!(await caseOf(asked, about))) await take();
}

/** Rows of a batch through plan, notice and upload. @returns the batch, or undefined where the days do not allow it */
export async function throughNotice(
  as: Act,
  client: Speaker,
  centres: readonly Speaker[],
  title: string,
  key: string,
  rows: readonly CheckedRow[],
  since: number,
  days: WorkingDays,
  now: number,
): Promise<string | undefined> {
  const moments = momentsFor(
    rows.map((row) => row.exam_date),
    days,
    now,
  );
  if (!moments || moments.plan <= since) return undefined;
  const [plan, results] = [`plan:${key}`, `results:${key}`];
  await begin(() => takeStep(as(client, moments.plan), plan, 'plan.file', samplePlan(title, rows)), as(client), plan);
  const filed = await caseOf(as(client), plan);
  for (const centre of centres)
    if (!filed?.steps.some(({ iss }) => iss === centre.subject))
      await takeStep(as(centre, moments.plan + 3600), plan, 'plan.receive', {});
  await begin(
    () => takeStep(as(client, moments.publish), results, 'results.publish', sampleResults(plan, rows)),
    as(client),
    results,
  );
  const { id, root, count } = await as(client, moments.upload).post<Answer<typeof ResultsBatch>>(
    `/v1/results/${results}/batch`,
    {},
  );
  if ((await caseOf(as(client), results))?.state === 'notice')
    await takeStep(as(client, moments.upload), results, 'results.upload', { batch: id, root, count });
  return id;
}

/** What stands open: rules, a running notice with an objection, a plan ahead, an application, draws. */
export async function seedProcedure(
  as: Act,
  {
    city,
    client,
    scope,
    code,
    days,
  }: { city: Speaker; client: Speaker; scope: ScopeEntry[]; code: string; days: WorkingDays },
  now: number,
): Promise<void> {
  if (!(await caseOf(as(client), `rules:${code}`))) await takeStep(as(client), `rules:${code}`, 'rules.publish', RULES);
  await runningNotice(as, client, city, now);
  await planAhead(as, client, days, now);
  await waitingApplication(as, city, scope, now);
  await seedDraws(as, city, { inspected: 'plan:seed-on-notice-1', ahead: 'plan:seed-exam-ahead-1' }, now);
}

async function runningNotice(as: Act, client: Speaker, city: Speaker, now: number): Promise<void> {
  const [plan, results] = ['plan:seed-on-notice-1', 'results:seed-on-notice-1'];
  const rows = people(now - 5 * DAY, 100);
  await begin(
    () => takeStep(as(client, now - 30 * DAY), plan, 'plan.file', samplePlan('电工三级、四级认定（演示）', rows)),
    as(client),
    plan,
  );
  await begin(
    () => takeStep(as(client, now - 2 * DAY), results, 'results.publish', sampleResults(plan, rows)),
    as(client),
    results,
  );
  const objections = await as(city).get<Answer<typeof CaseList>>(`/v1/cases?kind=objection&parent=${results}`);
  if (objections.cases.length === 0)
    await as().post(`/v1/notices/${results.slice('results:'.length)}/objections`, {
      row: 4,
      grounds: '该考生当日似未到场，请核对签到表。',
      name: '示例群众',
      contact: '电话 0531-00000000',
    });
}

async function planAhead(as: Act, client: Speaker, days: WorkingDays, now: number): Promise<void> {
  const about = 'plan:seed-exam-ahead-1';
  // Long holidays leave no room for it.
  if (days.add(shanghaiDay(now), 5) > shanghaiDay(now + 14 * DAY)) return;
  await begin(
    () =>
      takeStep(as(client), about, 'plan.file', samplePlan('电工三级、四级认定（计划中）', people(now + 14 * DAY, 300))),
    as(client),
    about,
  );
}

async function waitingApplication(as: Act, city: Speaker, scope: ScopeEntry[], now: number): Promise<void> {
  const { cases } = await as(city).get<Answer<typeof CaseList>>('/v1/cases?kind=application');
  if (cases.length > 0) return;
  const pair = await makeKey();
  const applicant = await asApplicant(pair, now - DAY);
  const head = '52370105MJD370009';
  const form = sampleApplication({
    name: '济南示例技能培训中心',
    uscc: head + usccCheckCharacter(head),
    centre: city.subject,
    key: pair.jwk,
    scope: scope.slice(0, 2),
    capacity: 2000,
  });
  await takeStep(as(applicant, now - 3600), 'application:seed-waiting-one', 'application.submit', form);
}

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
  const { sessions } = await as(city, moment).get<Answer<typeof SessionList>>('/v1/sessions');
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
async function seedDraws(
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
