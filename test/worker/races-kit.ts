/** The acts that race in races.test.ts, as calls of the service by people of one province. */
import type { Body } from '../../src/core/procedure/bodies.ts';
import { commitmentOf } from '../../src/core/procedure/draw-seed.ts';
import { signStep } from '../../src/core/procedure/read-case.ts';
import type { StepName } from '../../src/core/procedure/steps.ts';
import { serviceOf } from '../../src/env.ts';
import { approveBatch, type Identity } from '../../src/sdk/sign.ts';
import { acceptApproval } from '../../src/service/decide-batch.ts';
import { openBatch } from '../../src/service/open-batch.ts';
import { makeBatch as makeBatchOf } from '../../src/service/procedure/result-steps.ts';
import { takeStep } from '../../src/service/procedure/take-step.ts';
import type { Caller } from '../../src/service/reach.ts';
import type { Service } from '../../src/service/service.ts';
import { selectCase } from '../../src/storage/case-store.ts';
import {
  anyone,
  approve,
  as,
  candidates,
  db,
  fileWith,
  foundProvince,
  ORIGIN,
  type Organization,
  order,
  type Province,
  type Submitted,
  submit,
  testEnv,
} from '../kit.ts';
import { type Made, planFor, published } from '../plans-kit.ts';
import { cases, fresh, onDay, take } from '../procedure-kit.ts';
import { issueStored } from './faults.ts';

/** An act as the service itself does it, on a database that may be interposed. */
export type Act = (service: Service) => Promise<unknown>;

export interface Pair {
  /** Happens whole before the other one writes. */
  first: () => Promise<unknown>;
  late: Act;
  /** What the late one is told. */
  told: string;
  /** What holds afterwards. */
  holds?: () => Promise<unknown>;
}

export let world: Province;
export let school: Organization;
let person = 0;
let codes = 10;

/** Made anew for each file of tests. */
export async function prepare(): Promise<void> {
  onDay('2026-09-28');
  world = await foundProvince();
  school = await fileWith(world.city, 'S000037000001');
  onDay('2026-10-27');
}

export const seconds = () => Math.floor(Date.now() / 1000);
export const rows = (count: number) =>
  candidates(count, (person += count) - count).map((row) => ({ ...row, exam_date: '2026-10-19' }));
export const people = (count: number) => planFor((person += count) - count, count);
export const newSchool = () => fileWith(world.city, `S00003700${String((codes += 1)).padStart(4, '0')}`);
export const callerOf = ({ subject, kid, jwk, token }: Identity): Caller => ({
  role: subject === 'centre:3700' ? 'province' : subject.startsWith('centre:') ? 'city' : 'organization',
  subject,
  jkt: kid,
  key: jwk,
  token,
});

/** A step signed on what its case holds now, taken later. */
export async function stepOf<S extends StepName>(who: Identity, about: string, step: S, body: Body<S>): Promise<Act> {
  const row = await selectCase(db, about);
  const statement = await signStep(
    who,
    { aud: ORIGIN, about, step, seq: row?.seq ?? 0, last: row?.last, body },
    seconds(),
    crypto.randomUUID(),
  );
  return (service) => takeStep(service, callerOf(who), statement, body);
}

export const returning = (batch: { id: string }, who = world.city) =>
  stepOf(who, `batch:${batch.id}`, 'batch.return', { reason: '缺考评员签字' });
export const returned = (batch: { id: string }) =>
  take(world.city, `batch:${batch.id}`, 'batch.return', { reason: '缺考评员签字' });
export async function approving(batch: Submitted): Promise<Act> {
  const token = await approveBatch(world.city, batch);
  return async (service) => acceptApproval(service, callerOf(world.city), await openBatch(service, batch.id), token);
}
export async function issuing(batch: Submitted, approval: string, by = school): Promise<Act> {
  const tokens = { approval, order: await order(by, batch, approval) };
  return (service) => issueStored(service, batch.id, tokens, seconds() + 20);
}
export const stateOf = async (batch: { id: string }, by = school) =>
  (await as(by.client).get<{ state: string }>(`/v1/batches/${batch.id}`)).state;
export async function approved(by = school): Promise<{ batch: Submitted; approval: string }> {
  const batch = await submit(by, rows(2));
  return { batch, approval: await approve(world, by, batch) };
}
export const numbered = async (batch: { id: string }) =>
  db.prepare('SELECT count(*) AS n FROM certificates WHERE batch = ?').bind(batch.id).first<number>('n');

/** Results whose notice is over, and the batch made of them. */
export async function made(): Promise<{ about: string; plan: Body<'plan.file'>; planAbout: string; batch: Made }> {
  const plan = people(2);
  const { about, planAbout } = await published(school, plan);
  onDay('2026-10-27');
  return { about, plan, planAbout, batch: await as(school.client).post<Made>(`/v1/results/${about}/batch`, {}) };
}
export const uploading = (about: string, { id, root, count }: Made) =>
  stepOf(school.client, about, 'results.upload', { batch: id, root, count });
export const uploaded = async (about: string, batch: Made) =>
  (await uploading(about, batch))(serviceOf(testEnv as never));
/** The batch of results with a photo archive's digest, which replaces the one without. */
export const remaking =
  (about: string): Act =>
  (service) =>
    makeBatchOf(service, callerOf(school.client), about, { given: [], digest: crypto.randomUUID() });

/** Published results with an objection that is not decided. */
export async function objected(): Promise<{ about: string; objection: string }> {
  const { about } = await published(school, people(1));
  await anyone.post(`/v1/notices/${about.slice('results:'.length)}/objections`, { grounds: '第二行考试当日未到场' });
  const [objection] = await cases(school.client, `?kind=objection&parent=${about}`);
  return { about, objection: objection?.about as string };
}

/** A draw from one session of a plan that is filed. */
export async function drawOf(): Promise<Body<'draw.commit'>> {
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
export const comingPlan = (): Body<'plan.file'> => ({
  ...people(1),
  sessions: people(1).sessions.map((one) => ({ ...one, date: '2026-11-20' })),
});
