/**
 * What becomes of certificates over time: any history of events and replacements against a model of it, by the real
 * service. After each act every certificate of the history is looked up again: a legal history always verifies.
 */

import { beforeAll, expect, test } from 'vitest';
import { approveBatch, changeStatus } from '../../src/sdk/sign.ts';
import fc from '../fuzz.ts';
import {
  as,
  candidate,
  certify,
  db,
  fileWith,
  foundProvince,
  issue,
  type Organization,
  type Province,
  submit,
} from '../kit.ts';
import { digestOf, handInEvent, look } from './drill-kit.ts';
import { backdate, now } from './forge.ts';

let world: Province;
let school: Organization;
let plant: Organization;

beforeAll(async () => {
  world = await foundProvince();
  await backdate(world, [world.province, world.city]);
  school = await fileWith(world.city, 'S000037000001');
  plant = await fileWith(world.province, 'Y000037000002', { name: '山东重工集团' });
});

type By = 'organization' | 'city' | 'province';
const RANK: Record<By, number> = { organization: 0, city: 1, province: 2 };
const signerOf = (by: By, organization: Organization) => (by === 'organization' ? organization.client : world[by]);

interface Model {
  number: string;
  person: number;
  organization: Organization;
  state: 'valid' | 'suspended' | 'revoked' | 'replaced';
  /** Who suspended, and when. */
  by: By;
  at: number;
  last: { seq: number; prev?: string };
  successor?: string;
}

const model = (number: string, person: number, organization: Organization): Model => ({
  number,
  person,
  organization,
  state: 'valid',
  by: 'organization',
  at: 0,
  last: { seq: 0 },
});

/** Every certificate that was ever issued here, as the model has it. */
const all: Model[] = [];

async function expectAll(certificates: readonly Model[]): Promise<void> {
  for (const { number, state, successor } of certificates) {
    const { verdict, replaced_by } = await look(number);
    expect({ number, verdict, replaced_by }).toEqual({ number, verdict: state, replaced_by: successor });
    const stored = await db.prepare('SELECT state, live FROM certificates WHERE number = ?').bind(number).first();
    expect(stored).toEqual({ state, live: state === 'valid' || state === 'suspended' ? 1 : 0 });
  }
}

type Step =
  | { act: 'suspend' | 'reinstate' | 'revoke'; by: By; target: number }
  | { act: 'replace'; fresh: readonly By[]; target: number };

/** What a plain reading of the rules says of an event. */
function expectedOfEvent({ state, by: suspendedBy }: Model, act: string, by: By): string {
  if (state === 'replaced' || state === 'revoked') return 'status_final';
  if (act === 'suspend') return state === 'valid' || RANK[by] > RANK[suspendedBy] ? 'accepted' : 'status_no_change';
  if (act === 'reinstate' && state === 'valid') return 'status_no_change';
  return state === 'suspended' && RANK[by] < RANK[suspendedBy] ? 'rank_too_low' : 'accepted';
}

async function tell(certificate: Model, act: 'suspend' | 'reinstate' | 'revoke', by: By): Promise<void> {
  const { number, organization, last } = certificate;
  const iat = Math.max(now(), certificate.at);
  const reason = act === 'reinstate' ? 'cleared' : 'other';
  const statement = await changeStatus(
    signerOf(by, organization),
    { number, action: act, reason, seq: last.seq + 1, ...(last.prev === undefined ? {} : { prev: last.prev }) },
    { iat },
  );
  const expected = expectedOfEvent(certificate, act, by);
  const { status, code } = await handInEvent(signerOf(by, organization), number, statement);
  expect([act, by, status === 201 ? 'accepted' : code]).toEqual([act, by, expected]);
  if (expected !== 'accepted') return;
  certificate.last = { seq: last.seq + 1, prev: await digestOf(statement) };
  certificate.state = act === 'suspend' ? 'suspended' : act === 'revoke' ? 'revoked' : 'valid';
  if (act === 'suspend') Object.assign(certificate, { by, at: iat });
}

/** Replaces a certificate by a batch that the centres named in `fresh` approved after its suspension, and others in the very second of it. */
async function replace(certificate: Model, fresh: readonly By[]): Promise<Model | undefined> {
  const { number, person, organization, state, by, at } = certificate;
  const row = candidate(person, { replaces: number });
  if (state === 'replaced' || state === 'revoked') {
    await expect(submit(organization, [row])).rejects.toMatchObject({ problem: { code: 'rows_refused' } });
    return undefined;
  }
  const batch = await submit(organization, [row]);
  const times = (centre: By) =>
    state === 'suspended' ? { iat: fresh.includes(centre) ? Math.max(now(), at + 1) : at } : {};
  const inner = organization === school ? await approveBatch(world.city, batch, undefined, times('city')) : undefined;
  const approval = await approveBatch(world.province, batch, inner, times('province'));
  const suspendedByCentre = state === 'suspended' && by !== 'organization';
  const entitled = fresh.includes('province') || (by === 'city' && inner !== undefined && fresh.includes('city'));
  if (suspendedByCentre && !entitled) {
    await expect(issue(organization, batch, approval)).rejects.toMatchObject({
      problem: { status: 409, code: 'replaces_suspended' },
    });
    return undefined;
  }
  expect(await issue(organization, batch, approval)).toMatchObject({ state: 'issued' });
  const { certificates } = await as(organization.client).get<{ certificates: { number: string }[] }>(
    `/v1/batches/${batch.id}/certificates`,
  );
  const successor = model(certificates[0]?.number as string, person, organization);
  Object.assign(certificate, { state: 'replaced', successor: successor.number });
  return successor;
}

let person = 0;

async function play(organization: Organization, steps: readonly Step[]): Promise<void> {
  person++;
  const { certificates } = await certify(world, organization, [candidate(person)]);
  const family = [model(certificates[0]?.number as string, person, organization)];
  all.push(family[0] as Model);
  for (const step of steps) {
    const certificate = family[family.length - 1 - (step.target % family.length)] as Model;
    if (step.act === 'replace') {
      const successor = await replace(certificate, step.fresh);
      if (successor) {
        family.push(successor);
        all.push(successor);
      }
    } else await tell(certificate, step.act, step.by);
    await expectAll(family);
  }
}

const target = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(3) });
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constantFrom('suspend' as const, 'reinstate' as const, 'revoke' as const),
      by: fc.constantFrom<By>('organization', 'city', 'province'),
      target,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant('replace' as const),
      fresh: fc.subarray<By>(['city', 'province']),
      target,
    }),
  },
);

test('any history of events and replacements verifies, and ends where a plain model says', async () => {
  const steps = fc.array(step, { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(steps, (history) => play(school, history)),
    { numRuns: 15 },
  );
}, 180_000);

test('a suspended certificate is replaced, whoever suspended it: by whom the batch must have been approved since', async () => {
  for (const fresh of [[], ['city'], ['province'], ['city', 'province']] as By[][]) {
    for (const by of ['organization', 'city', 'province'] as const)
      await play(school, [
        { act: 'suspend', by, target: 0 },
        { act: 'replace', fresh, target: 0 },
      ]);
  }
}, 120_000);

test('by route province the province alone approves', async () => {
  for (const fresh of [[], ['province']] as By[][]) {
    for (const by of ['organization', 'province'] as const)
      await play(plant, [
        { act: 'suspend', by, target: 0 },
        { act: 'replace', fresh, target: 0 },
      ]);
  }
}, 60_000);

test('every certificate that was stored meanwhile still says so', () => expectAll(all));
