/**
 * Events about certificates and the end of the key that signed them, in every order and at the same moment: what a look-up
 * says and what the status lists say is the same.
 */
import { env } from 'cloudflare:workers';
import { gunzipSync } from 'fflate';
import { beforeAll, expect, test } from 'vitest';
import { fromBase64url } from '../../src/base/bytes.ts';
import { isRefusal } from '../../src/base/refusal.ts';
import type { Env } from '../../src/env.ts';
import { serviceOf } from '../../src/env.ts';
import worker from '../../src/index.ts';
import { appointCentre, changeStatus, type Identity, withdraw } from '../../src/sdk/sign.ts';
import type { Caller } from '../../src/service/reach.ts';
import { changeStatus as takeEvent } from '../../src/service/status-events.ts';
import { acceptWithdrawal, mendStates } from '../../src/service/withdraw.ts';
import {
  approve,
  as,
  candidate,
  certificatesOf,
  certify,
  db,
  fileWith,
  foundProvince,
  issue,
  makeCentre,
  type Organization,
  type Province,
  submit,
  testEnv,
} from '../kit.ts';
import { take } from '../procedure-kit.ts';
import { accepted, digestOf, failure, handInEvent, jti, look, nextClient, tick } from './drill-kit.ts';
import { Fault, faultyDatabase, interposed } from './faults.ts';
import { backdate, call, claimsOf, now } from './forge.ts';

let world: Province;
let school: Organization;
let person = 0;

beforeAll(async () => {
  world = await foundProvince();
  await backdate(world, [world.province, world.city]);
  school = await fileWith(world.city, 'S000037000001');
});

async function newCertificate(of = ++person, change = {}): Promise<string> {
  return (await certify(world, school, [candidate(of, change)])).certificates[0]?.number as string;
}

/** A second key of the city's centre. */
async function secondCity(): Promise<Identity> {
  const centre = await makeCentre(world.root, '3701', '济南市职业技能鉴定指导中心');
  await as(world.province).post('/v1/centres', { statement: centre.token });
  return centre;
}

type Change = Parameters<typeof changeStatus>[1];
const say = (
  by: Identity,
  number: string,
  action: Change['action'],
  before?: { seq: number; prev: string },
  times = {},
) =>
  changeStatus(
    by,
    { number, action, reason: 'other', seq: (before?.seq ?? 0) + 1, ...(before ? { prev: before.prev } : {}) },
    times,
  );
/** Hands in an event that is accepted. @returns what the next one names */
async function tell(by: Identity, number: string, statement: string, seq = 1) {
  expect(await handInEvent(by, number, statement)).toMatchObject({ status: 201 });
  return { seq, prev: await digestOf(statement) };
}

/** What a look-up says, what the lists say, and whether it is the living one of its kind. */
async function standing(number: string) {
  const { l, i, live } = (await db
    .prepare('SELECT status_list AS l, status_index AS i, live FROM certificates WHERE number = ?')
    .bind(number)
    .first<{ l: number; i: number; live: number }>()) as { l: number; i: number; live: number };
  const listed: string[] = [];
  for (const name of ['revocation', 'suspension']) {
    const { credentialSubject } = claimsOf((await call('GET', `/v1/status/${name}-${l}`)).text) as {
      credentialSubject: { encodedList: string };
    };
    const bits = gunzipSync(fromBase64url(credentialSubject.encodedList.slice(1)));
    if ((((bits[i >> 3] as number) >> (7 - (i & 7))) & 1) === 1) listed.push(name);
  }
  const report = await look(number);
  return {
    verdict: report.verdict,
    listed,
    live,
    ...(report.verdict === 'invalid' ? { failed: failure(report) } : {}),
  };
}
const VALID = { verdict: 'valid', listed: [], live: 1 };
const REVOKED = { verdict: 'revoked', listed: ['revocation'], live: 0 };
/** In force, and another one of its kind is the living one. */
const SECOND = { ...VALID, live: 0 };

const sweep = () => worker.scheduled({}, testEnv as unknown as Env);
const mends = () => db.prepare('SELECT count(*) AS n FROM mends').first<number>('n');

async function callerOf({ subject, kid, jwk, token }: Identity): Promise<Caller> {
  const client = (await db
    .prepare("SELECT id FROM statements WHERE typ = 'client+jwt' AND jkt = ?")
    .bind(kid)
    .first<number>('id')) as number;
  return { role: 'organization', subject, jkt: kid, key: jwk, token, client };
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

test.each([
  ['of its key', 'client_withdrawn', VALID],
  ['of another key', 'done', REVOKED],
] as const)('the end %s comes in just before an event is written', async (whose, outcome, after) => {
  const number = await newCertificate();
  const [thief, other] = [await nextClient(school), await nextClient(school)];
  tick();
  const event = await say(thief, number, 'revoke');
  const { kid } = whose === 'of its key' ? thief : other;
  const end = await withdraw(world.city, { kid }, { compromised_since: now() - 30 });
  const service = { ...serviceOf(env as Env), db: interposed(db, () => accepted(world.city, end)) };
  const caller = await callerOf(thief);
  expect(await told(() => takeEvent(service, caller, number, event))).toBe(outcome);
  expect(await standing(number)).toEqual(after);
});

test('its key is reported lost just before an event is written', async () => {
  const number = await newCertificate();
  const thief = await nextClient(school);
  const event = await say(thief, number, 'revoke');
  const report = () => take(school.client, `loss:${school.code}-${thief.kid}`, 'loss.report', { reason: '电脑被盗' });
  const service = { ...serviceOf(env as Env), db: interposed(db, report) };
  const caller = await callerOf(thief);
  expect(await told(() => takeEvent(service, caller, number, event))).toBe('client_reported');
  expect(await standing(number)).toEqual(VALID);
});

test('an event that lies past the announced end of its key is refused', async () => {
  const number = await newCertificate();
  const [client, city] = [await nextClient(school), await secondCity()];
  tick();
  for (const [by, code] of [
    [client, 'client_withdrawn'],
    [city, 'centre_withdrawn'],
  ] as const) {
    const end = now() + 20;
    await accepted(world.province, await withdraw(world.province, { kid: by.kid }, { effective: end }));
    for (const iat of [end, end + 20]) {
      expect(await handInEvent(by, number, await say(by, number, 'revoke', undefined, { iat }))).toMatchObject({
        status: 403,
        code,
      });
    }
  }
  expect(await standing(number)).toEqual(VALID);
  // Before the end it counts, for good.
  await tell(client, number, await say(client, number, 'revoke'));
  expect(await standing(number)).toEqual(REVOKED);
});

test.each([0, 20])(
  'an event that was received before its key ended, in %i seconds, and lies past the end',
  async (ahead) => {
    const number = await newCertificate();
    const thief = await nextClient(school);
    tick();
    await tell(thief, number, await say(thief, number, 'revoke', undefined, { iat: now() + 50 }));
    expect(await standing(number)).toEqual(REVOKED);
    tick();
    await accepted(world.city, await withdraw(world.city, { kid: thief.kid }, { effective: now() + ahead }));
    expect(await standing(number)).toEqual(VALID);
  },
);

test('events of two stolen keys, and another certificate meanwhile: both are in force, one is the living one', async () => {
  const number = await newCertificate();
  const [city, thief] = [await secondCity(), await nextClient(school)];
  tick();
  const since = now();
  const place = await tell(city, number, await say(city, number, 'suspend'));
  await accepted(world.province, await withdraw(world.province, { kid: city.kid }, { compromised_since: since }));
  expect(await standing(number)).toEqual(VALID);
  const last = await tell(thief, number, await say(thief, number, 'revoke', place), 2);
  const second = await newCertificate(person);
  await accepted(world.city, await withdraw(world.city, { kid: thief.kid }, { compromised_since: since }));
  expect([await standing(number), await standing(second)]).toEqual([SECOND, VALID]);
  const suspended = await tell(world.city, number, await say(world.city, number, 'suspend', last), 3);
  expect(await standing(number)).toEqual({ verdict: 'suspended', listed: ['suspension'], live: 0 });
  await tell(world.city, number, await say(world.city, number, 'reinstate', suspended), 4);
  // The other one ends: this one takes its place.
  await tell(world.city, second, await say(world.city, second, 'revoke'));
  expect([await standing(number), await standing(second)]).toEqual([VALID, REVOKED]);
});

test('the living one of two is replaced by a certificate of another job', async () => {
  const welder = { occupation_code: '6-18-02-04', occupation_name: '焊工', job_type: '电焊工' };
  const number = await newCertificate(++person, welder);
  const thief = await nextClient(school);
  tick();
  const since = now();
  await tell(thief, number, await say(thief, number, 'revoke'));
  const second = await newCertificate(person, welder);
  await accepted(world.city, await withdraw(world.city, { kid: thief.kid }, { compromised_since: since }));
  expect([await standing(number), await standing(second)]).toEqual([SECOND, VALID]);
  const batch = await submit(school, [candidate(person, { ...welder, job_type: '气焊工', replaces: second })]);
  await issue(school, batch, await approve(world, school, batch));
  const [successor] = await certificatesOf(school, batch.id);
  expect([await standing(number), await standing(successor?.number as string)]).toEqual([VALID, VALID]);
  expect(await standing(second)).toEqual({ verdict: 'replaced', listed: ['revocation'], live: 0 });
});

test('a withdrawal that no longer counts: the events that it had ended count again', async () => {
  const [number, replaced] = [await newCertificate(), await newCertificate()];
  const [city, client] = [await secondCity(), await nextClient(school)];
  tick();
  const since = now();
  const places = [
    await tell(client, number, await say(client, number, 'revoke')),
    await tell(client, replaced, await say(client, replaced, 'revoke')),
  ];
  tick();
  const stolen = now();
  await accepted(city, await withdraw(city, { kid: client.kid }, { compromised_since: since }));
  expect([await standing(number), await standing(replaced)]).toEqual([VALID, VALID]);
  // What comes meanwhile is judged without them.
  await tell(world.city, number, await say(world.city, number, 'suspend', places[0]), 2);
  const batch = await submit(school, [candidate(person, { replaces: replaced })]);
  await issue(school, batch, await approve(world, school, batch));
  await accepted(world.province, await withdraw(world.province, { kid: city.kid }, { compromised_since: stolen }));
  expect([await standing(number), await standing(replaced)]).toEqual([REVOKED, REVOKED]);
});

test('a centre whose statement was withdrawn is appointed again, from a time before', async () => {
  const number = await newCertificate();
  const city = await secondCity();
  tick();
  const since = now();
  await tell(city, number, await say(city, number, 'revoke'));
  await accepted(
    world.province,
    await withdraw(world.province, { jti: jti(city.token) }, { compromised_since: since }),
  );
  expect(await standing(number)).toEqual(VALID);
  const again = await appointCentre(
    world.root,
    { code: '3701', name: '济南市职业技能鉴定指导中心', jwk: city.jwk },
    { iat: now() - 3600 },
  );
  await as(world.province).post('/v1/centres', { statement: again });
  expect((await look(number)).verdict).toBe('revoked');
  await sweep();
  expect(await standing(number)).toEqual(REVOKED);
});

/** A certificate that a stolen key revoked, and the withdrawal of that key, by `by`: stored by a call that breaks off right after. */
async function brokenOff(by = world.city) {
  const number = await newCertificate();
  const thief = await nextClient(school);
  tick();
  await tell(thief, number, await say(thief, number, 'revoke'));
  const end = await withdraw(by, { kid: thief.kid }, { compromised_since: now() - 30 });
  const caller: Caller = { role: 'city', subject: by.subject, jkt: by.kid, key: by.jwk, token: by.token };
  const service = { ...serviceOf(env as Env), db: faultyDatabase(db, 0, 'killed after writing').db };
  await expect(acceptWithdrawal(service, caller, end)).rejects.toThrow(Fault);
  return number;
}

test('a withdrawal whose call broke off is finished by the sweep; until then look-ups know', async () => {
  const number = await brokenOff();
  expect([await mends(), await standing(number)]).toEqual([1, { verdict: 'valid', listed: ['revocation'], live: 0 }]);
  await sweep();
  expect([await mends(), await standing(number)]).toEqual([0, VALID]);
  // Afterwards a state that differs was edited.
  await db.prepare("UPDATE certificates SET state = 'revoked', live = 0 WHERE number = ?").bind(number).run();
  expect(await standing(number)).toMatchObject({
    verdict: 'invalid',
    failed: { code: 'register_differs', part: 'state' },
  });
  await db.prepare("UPDATE certificates SET state = 'valid' WHERE number = ?").bind(number).run();
  expect(await standing(number)).toMatchObject({
    verdict: 'invalid',
    failed: { code: 'register_differs', part: 'live' },
  });
});

test('another withdrawal comes in just before the states of the first are written', async () => {
  const city = await secondCity();
  tick();
  const stolen = now();
  const number = await brokenOff(city);
  const end = await withdraw(world.province, { kid: city.kid }, { compromised_since: stolen });
  await mendStates({ ...serviceOf(env as Env), db: interposed(db, () => accepted(world.province, end)) }, now() + 20);
  expect([await mends(), await standing(number)]).toEqual([0, REVOKED]);
});
