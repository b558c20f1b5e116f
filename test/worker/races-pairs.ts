/** Pairs of acts that meet, and what must hold of the register whichever is first: for races.test.ts. */
import { expect } from 'vitest';
import { serviceOf } from '../../src/env.ts';
import { announceYear, withdraw } from '../../src/sdk/sign.ts';
import { submitBatch } from '../../src/service/upload.ts';
import { selectCase } from '../../src/storage/case-store.ts';
import { approve, as, db, issue, makeCentre, submit, testEnv } from '../kit.ts';
import { type Made, published, resultsOf } from '../plans-kit.ts';
import { fresh, onDay, take, view } from '../procedure-kit.ts';
import { jti as jtiOf, nextClient } from './drill-kit.ts';
import {
  approved,
  approving,
  callerOf,
  comingPlan,
  drawOf,
  issuing,
  made,
  newSchool,
  numbered,
  objected,
  type Pair,
  people,
  remaking,
  returned,
  returning,
  rows,
  school,
  seconds,
  stateOf,
  stepOf,
  uploaded,
  uploading,
  world,
} from './races-kit.ts';

export const PAIRS: Record<string, () => Promise<Pair>> = {
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
