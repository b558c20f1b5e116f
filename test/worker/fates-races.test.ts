/**
 * A replacement and an event about the certificate that it replaces, at the same moment: one comes to its end between the
 * other's last look and its write, in either order. One wins, the other is told, and what is stored verifies.
 */

import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, test } from 'vitest';
import { isRefusal } from '../../src/base/refusal.ts';
import type { Env } from '../../src/env.ts';
import { serviceOf } from '../../src/env.ts';
import { approveBatch, changeStatus, type Identity } from '../../src/sdk/sign.ts';
import type { Caller } from '../../src/service/reach.ts';
import type { Service } from '../../src/service/service.ts';
import { changeStatus as takeEvent } from '../../src/service/status-events.ts';
import {
  candidate,
  certify,
  db,
  fileWith,
  foundProvince,
  type Organization,
  order,
  type Province,
  submit,
} from '../kit.ts';
import { digestOf, handInEvent, look } from './drill-kit.ts';
import { interposed, issueStored } from './faults.ts';
import { now } from './forge.ts';

type By = 'organization' | 'city' | 'province';
type Act = 'suspend' | 'reinstate' | 'revoke';

let world: Province;
let school: Organization;
let client: number;
let person = 0;

beforeAll(async () => {
  world = await foundProvince();
  school = await fileWith(world.city, 'S000037000001');
  client = (await db.prepare("SELECT id FROM statements WHERE typ = 'client+jwt'").first<number>('id')) as number;
});

const signerOf = (by: By): Identity => (by === 'organization' ? school.client : world[by]);
const callerOf = (by: By): Caller => {
  const { subject, kid, jwk, token } = signerOf(by);
  return { role: by, subject, jkt: kid, key: jwk, token, ...(by === 'organization' ? { client } : {}) };
};
const serviceOn = (change: Partial<Service>): Service => ({ ...serviceOf(env as Env), ...change });

/** A certificate, suspended already where `suspendedBy` says so, and the approved batch that is to replace it. */
async function scene(suspendedBy?: By) {
  person++;
  const { certificates } = await certify(world, school, [candidate(person)]);
  const number = certificates[0]?.number as string;
  let place: { seq: number; prev?: string } = { seq: 1 };
  let iat = now();
  if (suspendedBy) {
    const statement = await changeStatus(
      signerOf(suspendedBy),
      { number, action: 'suspend', reason: 'other', ...place },
      { iat },
    );
    await handInEvent(signerOf(suspendedBy), number, statement);
    place = { seq: 2, prev: await digestOf(statement) };
    iat++;
  }
  const batch = await submit(school, [candidate(person, { replaces: number })]);
  const city = await approveBatch(world.city, batch, undefined, { iat });
  const approval = await approveBatch(world.province, batch, city, { iat });
  const tokens = { approval, order: await order(school, batch, approval) };
  const event = (act: Act, by: By) =>
    changeStatus(
      signerOf(by),
      { number, action: act, reason: act === 'reinstate' ? 'cleared' : 'other', ...place },
      { iat },
    );
  const replace = (service: Service, seconds = 20) => issueStored(service, batch.id, tokens, now() + seconds);
  const tell = async (service: Service, act: Act, by: By) =>
    takeEvent(service, callerOf(by), number, await event(act, by));
  return { number, batch, replace, tell };
}

async function told(act: () => Promise<unknown>): Promise<string> {
  try {
    await act();
    return 'done';
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return error.code;
  }
}

const PAIRS: [suspendedBy: By | undefined, act: Act, by: By, replacement: string, verdict: string][] = [
  [undefined, 'suspend', 'organization', 'done', 'replaced'],
  [undefined, 'suspend', 'city', 'replaces_suspended', 'suspended'],
  [undefined, 'suspend', 'province', 'replaces_suspended', 'suspended'],
  [undefined, 'revoke', 'organization', 'replaces_not_live', 'revoked'],
  [undefined, 'revoke', 'province', 'replaces_not_live', 'revoked'],
  ['organization', 'reinstate', 'organization', 'done', 'replaced'],
  ['city', 'reinstate', 'city', 'done', 'replaced'],
  ['city', 'revoke', 'city', 'replaces_not_live', 'revoked'],
];

describe.each(PAIRS)('suspended by %s: %s by %s', (suspendedBy, act, by, replacement, verdict) => {
  test('the event comes first', async () => {
    const { number, batch, replace, tell } = await scene(suspendedBy);
    const service = serviceOn({
      db: interposed(db, async () => expect(await told(() => tell(serviceOn({}), act, by))).toBe('done')),
    });
    expect(await told(() => replace(service))).toBe(replacement);
    expect((await look(number)).verdict).toBe(verdict);
    const { state } = (await db
      .prepare('SELECT state FROM batches WHERE id = ?')
      .bind(batch.id)
      .first<{ state: string }>()) as { state: string };
    expect(state).toBe(replacement === 'done' ? 'issued' : 'submitted');
  });

  test('the replacement comes first', async () => {
    const { number, replace, tell } = await scene(suspendedBy);
    const service = serviceOn({
      db: interposed(db, async () => expect(await told(() => replace(serviceOn({})))).toBe('done')),
    });
    expect(await told(() => tell(service, act, by))).toBe('status_final');
    expect(await look(number)).toMatchObject({ verdict: 'replaced', replaced_by: expect.any(String) });
    expect(await db.prepare('SELECT count(*) AS n FROM events WHERE number = ?').bind(number).first<number>('n')).toBe(
      suspendedBy ? 1 : 0,
    );
  });
});

test('while the new certificate is numbered and not signed yet, the old one is out of force already', async () => {
  const { number, replace } = await scene('organization');
  expect(await replace(serviceOn({}), -1)).toMatchObject({ state: 'issuing', issued: 0 });
  const report = await look(number);
  expect([report.verdict, report.checks.at(-1)]).toEqual([
    'incomplete',
    { id: 'status', result: 'not_checked', code: 'successor_being_signed' },
  ]);
  // Whoever says so by hand of a certificate that nothing replaces is found out.
  await db.prepare("UPDATE certificates SET state = 'valid' WHERE number = ?").bind(number).run();
  expect((await look(number)).verdict).toBe('invalid');
  await db.prepare("UPDATE certificates SET state = 'replaced' WHERE number = ?").bind(number).run();
  expect(await replace(serviceOn({}))).toMatchObject({ state: 'issued' });
  expect((await look(number)).verdict).toBe('replaced');
});

test('both at once, as they come', async () => {
  for (const [act, by] of [
    ['suspend', 'organization'],
    ['suspend', 'city'],
    ['revoke', 'province'],
  ] as const) {
    const { number, replace, tell } = await scene();
    const [replaced, event] = await Promise.all([
      told(() => replace(serviceOn({}))),
      told(() => tell(serviceOn({}), act, by)),
    ]);
    const { verdict } = await look(number);
    expect(['done', 'replaces_suspended', 'replaces_not_live']).toContain(replaced);
    expect(verdict).toBe(replaced === 'done' ? 'replaced' : act === 'revoke' ? 'revoked' : 'suspended');
    if (replaced !== 'done') expect(event).toBe('done');
  }
});
