/**
 * An organization that another centre has filed since: how the centre before gets it back once that filing was withdrawn,
 * also when two come at once; and what is said of batches that wait under the filing before.
 */
import { beforeAll, expect, test } from 'vitest';
import type { Filing } from '../../src/core/schema.ts';
import { CallError } from '../../src/sdk/call.ts';
import {
  approveBatch,
  fileOrganization,
  type Identity,
  makeKey,
  nameClient,
  orderBatch,
  withdraw,
} from '../../src/sdk/sign.ts';
import {
  anyone,
  approve,
  as,
  candidates,
  fileWith,
  foundProvince,
  makeCentre,
  ORIGIN,
  type Organization,
  type Province,
  SCOPE,
  submit,
  workerFetch,
} from '../kit.ts';
import { take } from '../procedure-kit.ts';
import { claimsOf } from './forge.ts';

const USCC = '91350100M000100Y43';
let world: Province;
let otherCity: Identity;
let code = 300;
const newCode = (): string => `S000037000${++code}`;
const now = () => Math.floor(Date.now() / 1000);
const jtiOf = (token: string) => claimsOf(token).jti as string;

interface Told {
  status: number;
  code: string;
  detail: string;
  centre?: string;
}
async function refusedBy(work: Promise<unknown>): Promise<Told | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    return error.problem as unknown as Told;
  }
}
const short = (told: Told | undefined): string => (told ? `${told.status}:${told.code}` : 'done');

/** A filing as a centre signs it with the organization's issuing keys, not submitted. */
async function signed(
  centre: Identity,
  organization: string,
  change: Partial<Filing> = {},
  later = 0,
): Promise<string> {
  const { keys } = await anyone.get<{ keys: Filing['issuing_jwks']['keys'] }>('/.well-known/jwks.json');
  const known = keys.filter(({ kid }) => kid.includes(`#${organization}-`));
  // After a release there is none: keys of before are nobody's.
  const own =
    known.length > 0
      ? known
      : [await as(centre).post<(typeof keys)[number]>(`/v1/organizations/${organization}/keys`, {})];
  const route = centre.subject === 'centre:3700' ? 'province' : 'city';
  return fileOrganization(
    centre,
    {
      code: organization,
      name: '错名学校',
      uscc: USCC,
      route,
      scope: SCOPE,
      annual_capacity: 10,
      issuing_jwks: { keys: own },
      ...change,
    },
    { iat: now() + later },
  );
}
const handIn = (centre: Identity, statement: string) => refusedBy(as(centre).post('/v1/filings', { statement }));
const end = async (by: Identity, filing: string) =>
  expect(
    short(await refusedBy(as(by).post('/v1/withdrawals', { statement: await withdraw(by, { jti: jtiOf(filing) }) }))),
  ).toBe('done');
/** The province files what a city has filed. @returns its filing */
async function takenOver(school: Organization): Promise<string> {
  const filing = await signed(world.province, school.code, {}, 1);
  expect(short(await handIn(world.province, filing))).toBe('done');
  return filing;
}

beforeAll(async () => {
  world = await foundProvince();
  otherCity = await makeCentre(world.root, '3702', '青岛市职业技能鉴定指导中心');
  await as(world.province).post('/v1/centres', { statement: otherCity.token });
});

test('the city gets an organization back once the filing of the province was withdrawn, and nobody else does', async () => {
  const school = await fileWith(world.city, newCode());
  const { batch } = await submit(school, candidates(1, 1));
  const taken = await takenOver(school);
  const told = await handIn(world.city, await signed(world.city, school.code, {}, 2));
  expect(told).toMatchObject({
    status: 403,
    code: 'out_of_reach',
    centre: 'centre:3700',
    detail: expect.stringContaining('centre:3700'),
  });
  expect(short(await refusedBy(as(world.city).post(`/v1/organizations/${school.code}/keys`, {})))).toBe(
    '403:out_of_reach',
  );
  await end(world.province, taken);
  expect(short(await handIn(otherCity, await signed(otherCity, school.code, {}, 2)))).toBe('403:out_of_reach');
  expect(
    short(await handIn(world.city, await signed(world.city, school.code, { uscc: '91110000600037341L' }, 2))),
  ).toBe('409:code_taken');
  expect((await as(world.city).send('POST', `/v1/organizations/${school.code}/keys`, { body: {} })).status).toBe(201);
  expect(
    short(await handIn(world.city, await signed(world.city, school.code, { name: '济南泉城职业培训学校' }, 2))),
  ).toBe('done');
  expect(await anyone.get(`/v1/organizations/${school.code}`)).toMatchObject({
    state: 'in_force',
    centre: 'centre:3701',
    name: '济南泉城职业培训学校',
  });
  // Its batch goes on, under the filing that it was uploaded under.
  await approve(world, school, {
    ...(await as(world.city).get<{ root: string; count: number }>(`/v1/batches/${batch}`)),
    batch,
    aud: ORIGIN,
    organization: school.code,
  });
});

test('two cities that filed a code before and take it up again at once: one wins, whatever each was told before', async () => {
  const organization = newCode();
  await fileWith(world.city, organization);
  const first = await signed(world.province, organization, {}, 1);
  expect(short(await handIn(world.province, first))).toBe('done');
  // The code is released, so that the other city may have it; then the province takes it again.
  await end(world.province, first);
  expect(short(await handIn(otherCity, await signed(otherCity, organization, {}, 2)))).toBe('done');
  const second = await signed(world.province, organization, {}, 3);
  expect(short(await handIn(world.province, second))).toBe('done');
  const client = await makeKey();
  const named: Identity = {
    ...client,
    subject: `org:${organization}`,
    token: await nameClient(world.province, organization, client.jwk),
  };
  await as(world.province).post('/v1/clients', { statement: named.token });
  await end(world.province, second);
  const [mine, theirs] = [await signed(world.city, organization, {}, 4), await signed(otherCity, organization, {}, 4)];
  const answers = await Promise.all([handIn(world.city, mine), handIn(otherCity, theirs)]);
  expect(answers.map(short).sort()).toEqual(['403:out_of_reach', 'done']);
  const { centre } = await anyone.get<{ centre: string }>(`/v1/organizations/${organization}`);
  expect(centre).toBe(answers[0] === undefined ? 'centre:3701' : 'centre:3702');
});

test('a batch that waits under the filing of another centre: city, province and organization are told to return it', async () => {
  const school = await fileWith(world.city, newCode());
  const [waiting, ready] = [await submit(school, candidates(1, 10)), await submit(school, candidates(1, 20))];
  const approval = await approve(world, school, ready);
  await takenOver(school);
  const client = await makeKey();
  const named: Identity = {
    ...client,
    subject: `org:${school.code}`,
    token: await nameClient(world.province, school.code, client.jwk),
  };
  await as(world.province).post('/v1/clients', { statement: named.token });
  const handed = async (by: Identity) =>
    refusedBy(as(by).post(`/v1/batches/${waiting.id}/approvals`, { approval: await approveBatch(by, waiting) }));
  expect(await handed(world.city)).toMatchObject({
    status: 403,
    code: 'out_of_reach',
    centre: 'centre:3700',
    detail: expect.stringMatching(/centre:3700.*returns.*uploads/),
  });
  const dead = {
    status: 409,
    code: 'filed_by_other_centre',
    centre: 'centre:3700',
    detail: expect.stringMatching(/returns it; then the organization uploads it again/),
  };
  expect(await handed(world.province)).toMatchObject(dead);
  const order = await orderBatch(named, ready, jtiOf(approval));
  expect(await refusedBy(as(named).post(`/v1/batches/${ready.id}/issue`, { approval, order }))).toMatchObject(dead);
  expect(await as(named).get(`/v1/batches/${ready.id}`)).toMatchObject({
    state: 'approved',
    filed_since: 'centre:3700',
  });
  const shown = await workerFetch(`${ORIGIN}/desk/view/batches/${waiting.id}`, { method: 'GET', headers: {} });
  expect(shown.status).toBe(401);
  const view = await (await as(world.province).send('GET', `/desk/view/batches/${waiting.id}`)).text();
  expect([view.includes('本批次不能审核通过。请退回批次'), view.includes('data-action="approve-batch"')]).toEqual([
    true,
    false,
  ]);
  // What is said can be done.
  for (const { id } of [waiting, ready])
    await take(world.province, `batch:${id}`, 'batch.return', { reason: '备案中心已变更，请重新上传' });
  expect(await as(named).get(`/v1/batches/${ready.id}`)).not.toHaveProperty('filed_since');
  expect(await submit({ ...school, client: named }, candidates(1, 10))).toMatchObject({ count: 1 });
});
