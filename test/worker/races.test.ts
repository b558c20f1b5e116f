/**
 * The fault table of two acts at once. The act that comes too late has read everything and is about to write when the other one
 * happens, whole: it must write nothing, and be told why. Each row is one such pair; add rows where states change.
 */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { isRefusal } from '../../src/base/refusal.ts';
import type { Body } from '../../src/core/procedure/bodies.ts';
import { commitmentOf } from '../../src/core/procedure/draw-seed.ts';
import { signStep } from '../../src/core/procedure/read-case.ts';
import type { StepName } from '../../src/core/procedure/steps.ts';
import { serviceOf } from '../../src/env.ts';
import { announceYear, approveBatch, type Identity, withdraw } from '../../src/sdk/sign.ts';
import { acceptApproval } from '../../src/service/decide-batch.ts';
import { openBatch } from '../../src/service/open-batch.ts';
import { makeBatch as makeBatchOf } from '../../src/service/procedure/result-steps.ts';
import { takeStep } from '../../src/service/procedure/take-step.ts';
import type { Caller } from '../../src/service/reach.ts';
import type { Service } from '../../src/service/service.ts';
import { submitBatch } from '../../src/service/upload.ts';
import { selectCase } from '../../src/storage/case-store.ts';
import {
  anyone,
  approve,
  as,
  candidates,
  db,
  fileWith,
  foundProvince,
  issue,
  makeCentre,
  ORIGIN,
  type Organization,
  order,
  type Province,
  type Submitted,
  submit,
  testEnv,
} from '../kit.ts';
import { type Made, planFor, published, resultsOf } from '../plans-kit.ts';
import { cases, fresh, onDay, take, view } from '../procedure-kit.ts';
import { jti as jtiOf, nextClient } from './drill-kit.ts';
import { interposed, issueStored } from './faults.ts';
import { expectInvariants } from './invariants.ts';

/** An act as the service itself does it, on a database that may be interposed. */
type Act = (service: Service) => Promise<unknown>;

interface Pair {
  /** Happens whole before the other one writes. */
  first: () => Promise<unknown>;
  late: Act;
  /** What the late one is told. */
  told: string;
  /** What holds afterwards. */
  holds?: () => Promise<unknown>;
}

let world: Province;
let school: Organization;
let person = 0;
let codes = 10;

beforeAll(async () => {
  onDay('2026-09-28');
  world = await foundProvince();
  school = await fileWith(world.city, 'S000037000001');
  onDay('2026-10-27');
});
afterAll(() => void vi.useRealTimers());

const seconds = () => Math.floor(Date.now() / 1000);
const rows = (count: number) =>
  candidates(count, (person += count) - count).map((row) => ({ ...row, exam_date: '2026-10-19' }));
const people = (count: number) => planFor((person += count) - count, count);
const newSchool = () => fileWith(world.city, `S00003700${String((codes += 1)).padStart(4, '0')}`);
const callerOf = ({ subject, kid, jwk, token }: Identity): Caller => ({
  role: subject === 'centre:3700' ? 'province' : subject.startsWith('centre:') ? 'city' : 'organization',
  subject,
  jkt: kid,
  key: jwk,
  token,
});

/** A step signed on what its case holds now, taken later. */
async function stepOf<S extends StepName>(who: Identity, about: string, step: S, body: Body<S>): Promise<Act> {
  const row = await selectCase(db, about);
  const statement = await signStep(
    who,
    { aud: ORIGIN, about, step, seq: row?.seq ?? 0, last: row?.last, body },
    seconds(),
    crypto.randomUUID(),
  );
  return (service) => takeStep(service, callerOf(who), statement, body);
}

const returning = (batch: { id: string }, who = world.city) =>
  stepOf(who, `batch:${batch.id}`, 'batch.return', { reason: '缺考评员签字' });
const returned = (batch: { id: string }) =>
  take(world.city, `batch:${batch.id}`, 'batch.return', { reason: '缺考评员签字' });
async function approving(batch: Submitted): Promise<Act> {
  const token = await approveBatch(world.city, batch);
  return async (service) => acceptApproval(service, callerOf(world.city), await openBatch(service, batch.id), token);
}
async function issuing(batch: Submitted, approval: string, by = school): Promise<Act> {
  const tokens = { approval, order: await order(by, batch, approval) };
  return (service) => issueStored(service, batch.id, tokens, seconds() + 20);
}
const stateOf = async (batch: { id: string }, by = school) =>
  (await as(by.client).get<{ state: string }>(`/v1/batches/${batch.id}`)).state;
async function approved(by = school): Promise<{ batch: Submitted; approval: string }> {
  const batch = await submit(by, rows(2));
  return { batch, approval: await approve(world, by, batch) };
}
const numbered = async (batch: { id: string }) =>
  db.prepare('SELECT count(*) AS n FROM certificates WHERE batch = ?').bind(batch.id).first<number>('n');

/** Results whose notice is over, and the batch made of them. */
async function made(): Promise<{ about: string; plan: Body<'plan.file'>; planAbout: string; batch: Made }> {
  const plan = people(2);
  const { about, planAbout } = await published(school, plan);
  onDay('2026-10-27');
  return { about, plan, planAbout, batch: await as(school.client).post<Made>(`/v1/results/${about}/batch`, {}) };
}
const uploading = (about: string, { id, root, count }: Made) =>
  stepOf(school.client, about, 'results.upload', { batch: id, root, count });
const uploaded = async (about: string, batch: Made) => (await uploading(about, batch))(serviceOf(testEnv as never));
/** The batch of results with a photo archive's digest, which replaces the one without. */
const remaking =
  (about: string): Act =>
  (service) =>
    makeBatchOf(service, callerOf(school.client), about, { given: [], digest: crypto.randomUUID() });

/** Published results with an objection that is not decided. */
async function objected(): Promise<{ about: string; objection: string }> {
  const { about } = await published(school, people(1));
  await anyone.post(`/v1/notices/${about.slice('results:'.length)}/objections`, { grounds: '第二行考试当日未到场' });
  const [objection] = await cases(school.client, `?kind=objection&parent=${about}`);
  return { about, objection: objection?.about as string };
}

/** A draw from one session of a plan that is filed. */
async function drawOf(): Promise<Body<'draw.commit'>> {
  const plan = fresh('plan');
  await take(school.client, plan, 'plan.file', comingPlan());
  const session = {
    plan,
    session: 's1',
    organization: school.code,
    name: '济南泉城职业培训学校',
    date: '2026-11-20',
    label: '电工 三级',
  };
  const inspectors = [{ id: 'd1', name: '甲督导', unit: '虚构中心' }];
  return {
    title: '督导（虚构）',
    sessions: [session],
    inspectors,
    pick: 1,
    per_session: 1,
    commitment: commitmentOf(new Uint8Array(32)),
    public_source: { lottery: 'ssq', issue: '2026128', date: '2026-11-08' },
  };
}

/** A plan that can be filed today. */
const comingPlan = (): Body<'plan.file'> => ({
  ...people(1),
  sessions: people(1).sessions.map((one) => ({ ...one, date: '2026-11-20' })),
});

const PAIRS: Record<string, () => Promise<Pair>> = {
  'issue, while the batch is returned': async () => {
    const { batch, approval } = await approved();
    return {
      first: () => returned(batch),
      late: await issuing(batch, approval),
      told: 'batch_closed',
      holds: async () => expect([await stateOf(batch), await numbered(batch)]).toEqual(['returned', 0]),
    };
  },
  'return, while the batch is ordered': async () => {
    const { batch, approval } = await approved();
    return {
      first: () => issue(school, batch, approval),
      late: await returning(batch),
      told: 'batch_closed',
      holds: async () =>
        expect([await stateOf(batch), await selectCase(db, `batch:${batch.id}`)]).toEqual(['issued', null]),
    };
  },
  'approve, while the batch is returned': async () => {
    const batch = await submit(school, rows(1));
    return {
      first: () => returned(batch),
      late: await approving(batch),
      told: 'batch_closed',
      holds: async () =>
        expect(await as(school.client).get(`/v1/batches/${batch.id}`)).toMatchObject({
          state: 'returned',
          approvals: [],
        }),
    };
  },
  'approve again, while the batch is ordered': async () => {
    const { batch, approval } = await approved();
    return {
      first: () => issue(school, batch, approval),
      late: await approving(batch),
      told: 'batch_closed',
      holds: async () => expect(await stateOf(batch)).toBe('issued'),
    };
  },
  'return, while another centre returns': async () => {
    const batch = await submit(school, rows(1));
    return { first: () => returned(batch), late: await returning(batch, world.province), told: 'step_out_of_order' };
  },
  'order with one approval, while it is ordered with another': async () => {
    const { batch, approval } = await approved();
    const other = await approve(world, school, batch);
    return {
      first: () => issue(school, batch, other),
      late: await issuing(batch, approval),
      told: 'batch_already_ordered',
      holds: async () => expect(await numbered(batch)).toBe(2),
    };
  },
  'issue, while the organization is suspended': async () => {
    const stopped = await newSchool();
    const { batch, approval } = await approved(stopped);
    return {
      first: () => take(world.city, `standing:${stopped.code}`, 'standing.suspend', { reason: '现场检查发现问题' }),
      late: await issuing(batch, approval, stopped),
      told: 'organization_suspended',
      holds: async () => expect(await numbered(batch)).toBe(0),
    };
  },
  'upload a batch, while the organization is suspended': async () => {
    const stopped = await newSchool();
    const given = rows(1).map((values, i) => ({ row: i + 1, values }));
    return {
      first: () => take(world.city, `standing:${stopped.code}`, 'standing.suspend', { reason: '现场检查发现问题' }),
      late: (service) =>
        submitBatch(service, callerOf(stopped.client), { rows: given as never, photos: [], digest: 'x' }, null),
      told: 'organization_suspended',
      holds: async () =>
        expect((await as(stopped.client).get<{ batches: unknown[] }>('/v1/batches')).batches).toEqual([]),
    };
  },
  'issue, while the key that ordered is reported lost': async () => {
    const { batch, approval } = await approved();
    const lost = await nextClient(school);
    const by = { ...school, client: lost };
    return {
      first: () => take(school.client, `loss:${school.code}-${lost.kid}`, 'loss.report', { reason: '电脑被盗' }),
      late: await issuing(batch, approval, by),
      told: 'client_reported',
      holds: async () => expect(await numbered(batch)).toBe(0),
    };
  },
  'issue, while the filing is withdrawn': async () => {
    const ended = await newSchool();
    const { batch, approval } = await approved(ended);
    const statement = await withdraw(world.city, { jti: jtiOf(ended.filing) }, { reason: '弄虚作假' });
    return {
      first: () => as(world.city).post('/v1/withdrawals', { statement }),
      late: await issuing(batch, approval, ended),
      told: 'filing_withdrawn',
      holds: async () => expect(await numbered(batch)).toBe(0),
    };
  },
  'issue, while the approval is withdrawn': async () => {
    const { batch, approval } = await approved();
    const statement = await withdraw(world.province, { jti: jtiOf(approval) });
    return {
      first: () => as(world.province).post('/v1/withdrawals', { statement }),
      late: await issuing(batch, approval),
      told: 'approval_withdrawn',
      holds: async () => expect(await numbered(batch)).toBe(0),
    };
  },
  'upload results, while they are corrected': async () => {
    const { about, plan, planAbout, batch } = await made();
    return {
      first: () =>
        take(school.client, about, 'results.correct', {
          ...resultsOf(planAbout, plan, [[70, 70]]),
          reason: '登分有误',
        }),
      late: await uploading(about, batch),
      told: 'step_out_of_order',
      holds: async () =>
        expect([(await view(school.client, about)).state, await stateOf(batch)]).toEqual(['notice', 'returned']),
    };
  },
  'correct results, while they are uploaded': async () => {
    const { about, plan, planAbout, batch } = await made();
    return {
      first: () => uploaded(about, batch),
      late: await stepOf(school.client, about, 'results.correct', {
        ...resultsOf(planAbout, plan, [[70, 70]]),
        reason: '登分有误',
      }),
      told: 'step_out_of_order',
      holds: async () =>
        expect([(await view(school.client, about)).state, await stateOf(batch)]).toEqual(['uploaded', 'submitted']),
    };
  },
  'upload results, while their batch is made again with photos': async () => {
    const { about, batch } = await made();
    return {
      first: () => remaking(about)(serviceOf(testEnv as never)),
      late: await uploading(about, batch),
      told: 'batch_closed',
      holds: async () =>
        expect([(await view(school.client, about)).state, await stateOf(batch)]).toEqual(['notice', 'returned']),
    };
  },
  'make the batch again, while the first one is uploaded': async () => {
    const { about, batch } = await made();
    return {
      first: () => uploaded(about, batch),
      late: remaking(about),
      told: 'step_out_of_order',
      holds: async () =>
        expect([(await view(school.client, about)).state, await stateOf(batch)]).toEqual(['uploaded', 'submitted']),
    };
  },
  'make the batch, while the results are withdrawn': async () => {
    const { about, planAbout } = await published(school, people(1));
    onDay('2026-10-27');
    return {
      first: () => take(school.client, about, 'results.withdraw', { reason: '重新评分' }),
      late: remaking(about),
      told: 'step_out_of_order',
      holds: async () =>
        expect([
          planAbout,
          await db.prepare('SELECT count(*) AS n FROM batches WHERE results = ?').bind(about).first('n'),
        ]).toEqual([planAbout, 0]),
    };
  },
  'withdraw results, while their batch is made': async () => {
    const { about } = await published(school, people(1));
    onDay('2026-10-27');
    return {
      first: () => remaking(about)(serviceOf(testEnv as never)),
      late: await stepOf(school.client, about, 'results.withdraw', { reason: '重新评分' }),
      told: 'step_out_of_order',
      holds: async () => expect((await view(school.client, about)).state).toBe('notice'),
    };
  },
  'upload results, while a centre opens an objection again': async () => {
    const { about, objection } = await objected();
    await take(school.client, objection, 'objection.reject', { reason: '成绩无误' });
    onDay('2026-10-27');
    const batch = await as(school.client).post<Made>(`/v1/results/${about}/batch`, {});
    return {
      first: () => take(world.city, objection, 'objection.reopen', { reason: '理由不充分' }),
      late: await uploading(about, batch),
      told: 'objection_open',
      holds: async () => expect((await view(school.client, about)).state).toBe('notice'),
    };
  },
  'decide an objection, while another device decides it the other way': async () => {
    const { objection } = await objected();
    return {
      first: () => take(school.client, objection, 'objection.uphold', { reason: '登分有误' }),
      late: await stepOf(school.client, objection, 'objection.reject', { reason: '成绩无误' }),
      told: 'step_out_of_order',
      holds: async () => expect((await view(school.client, objection)).state).toBe('upheld'),
    };
  },
  'fix a draw, while another one with the same session is fixed': async () => {
    const commit = await drawOf();
    const [one, other] = [fresh('draw'), fresh('draw')];
    return {
      first: () => take(world.city, one, 'draw.commit', commit, { seq: 0 }),
      late: await stepOf(world.city, other, 'draw.commit', commit),
      told: 'step_out_of_order',
      holds: async () => expect(await selectCase(db, other)).toBeNull(),
    };
  },
  'file a plan, while its key is reported lost': async () => {
    const lost = await nextClient(school);
    const about = fresh('plan');
    return {
      first: () => take(school.client, `loss:${school.code}-${lost.kid}`, 'loss.report', { reason: '电脑被盗' }),
      late: await stepOf(lost, about, 'plan.file', comingPlan()),
      told: 'client_reported',
      holds: async () => expect(await selectCase(db, about)).toBeNull(),
    };
  },
  'file a plan, while its key is withdrawn': async () => {
    const ended = await nextClient(school);
    const about = fresh('plan');
    const statement = await withdraw(world.city, { kid: ended.kid }, { compromised_since: seconds() - 5 });
    return {
      first: () => as(world.city).post('/v1/withdrawals', { statement }),
      late: await stepOf(ended, about, 'plan.file', comingPlan()),
      told: 'client_withdrawn',
      holds: async () => expect(await selectCase(db, about)).toBeNull(),
    };
  },
  'file a plan, while the filing is withdrawn': async () => {
    const ended = await newSchool();
    const about = fresh('plan');
    const statement = await withdraw(world.city, { jti: jtiOf(ended.filing) }, { reason: '弄虚作假' });
    return {
      first: () => as(world.city).post('/v1/withdrawals', { statement }),
      late: await stepOf(ended.client, about, 'plan.file', comingPlan()),
      told: 'filing_withdrawn',
      holds: async () => expect(await selectCase(db, about)).toBeNull(),
    };
  },
  'file a plan, while a withdrawal comes that is not about it': async () => {
    const other = await nextClient(school);
    const about = fresh('plan');
    const statement = await withdraw(world.city, { kid: other.kid });
    return {
      first: () => as(world.city).post('/v1/withdrawals', { statement }),
      late: await stepOf(school.client, about, 'plan.file', comingPlan()),
      told: 'went through',
      holds: async () => expect(await selectCase(db, about)).toMatchObject({ state: 'filed', seq: 1 }),
    };
  },
  'return a batch, while the key of the centre is withdrawn': async () => {
    const stolen = await makeCentre(world.root, '3701', '济南市职业技能鉴定指导中心');
    await as(world.province).post('/v1/centres', { statement: stolen.token });
    const batch = await submit(school, rows(1));
    const statement = await withdraw(world.province, { kid: stolen.kid }, { compromised_since: seconds() - 5 });
    return {
      first: () => as(world.province).post('/v1/withdrawals', { statement }),
      late: await returning(batch, stolen),
      told: 'centre_withdrawn',
      holds: async () =>
        expect([await stateOf(batch), await selectCase(db, `batch:${batch.id}`)]).toEqual(['submitted', null]),
    };
  },
  'report a key lost by itself, while the same step comes once more': async () => {
    const lost = await nextClient(school);
    const late = await stepOf(lost, `loss:${school.code}-${lost.kid}`, 'loss.report', { reason: '电脑被盗' });
    return { first: () => late(serviceOf(testEnv as never)), late, told: 'went through' };
  },
  // The last one: the notices of the others are counted without this day.
  'upload results, while an announcement lengthens their notice': async () => {
    const { about, batch } = await made();
    const days = { year: 2026, holidays: ['2026-10-21'], workdays: [], source: '更正' };
    return {
      first: async () =>
        as(world.province).post('/v1/calendars', { statement: await announceYear(world.province, days) }),
      late: await uploading(about, batch),
      told: 'step_out_of_order',
      holds: async () => expect((await view(school.client, about)).state).toBe('notice'),
    };
  },
};

test.each(Object.entries(PAIRS))('%s', async (_name, pair) => {
  const { first, late, told, holds } = await pair();
  const service = { ...serviceOf(testEnv as never), db: interposed(db, first) };
  const outcome = await late(service).then(
    () => 'went through',
    (error: unknown) => {
      if (isRefusal(error)) return error.code;
      throw error;
    },
  );
  expect(outcome).toBe(told);
  await holds?.();
});

test('what holds of the register after all of it', expectInvariants);
