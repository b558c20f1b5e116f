/**
 * Hostile status events at the real Worker: out of order, out of time, without reach, against rank, after the end.
 * What is not accepted leaves the certificate as it was.
 */
import { beforeAll, expect, test } from 'vitest';
import type { Report } from '../../src/core/report.ts';
import { changeStatus, type Identity } from '../../src/sdk/sign.ts';
import {
  anyone,
  approve,
  as,
  candidate,
  certify,
  fileWith,
  foundProvince,
  issue,
  makeCentre,
  type Organization,
  type Province,
  submit,
} from '../kit.ts';
import { digestOf, handInEvent as tell } from './drill-kit.ts';
import { backdate, callAs, now, refused, resign } from './forge.ts';

let world: Province;
let other: Identity;
let school: Organization;
let plant: Organization;
let numbers: string[];
let foreign: string;

beforeAll(async () => {
  world = await foundProvince();
  other = await makeCentre(world.root, '3702', '青岛市职业技能鉴定指导中心');
  await as(world.province).post('/v1/centres', { statement: other.token });
  await backdate(world, [world.province, world.city]);
  school = await fileWith(world.city, 'S000037000001');
  plant = await fileWith(world.province, 'Y000037000002', { name: '山东重工集团' });
  numbers = (
    await certify(
      world,
      school,
      [1, 2, 3, 4, 5].map((n) => candidate(n)),
    )
  ).certificates.map((one) => one.number);
  foreign = (await certify(world, plant, [candidate(9)])).certificates[0]?.number as string;
});

type Change = Parameters<typeof changeStatus>[1];
const said = (by: Identity, number: string, change: Partial<Change> = {}, times = {}) =>
  changeStatus(by, { number, action: 'suspend', reason: 'under_investigation', seq: 1, ...change }, times);
const verdict = async (number: string) => (await anyone.get<Report>(`/v1/certificates/${number}`)).verdict;

test('a certificate that is not there, and one of another organization', async () => {
  const missing = numbers[0]?.replace(/\d{6}$/, '999999') as string;
  await refused(
    async () => tell(school.client, missing, await said(school.client, missing)),
    404,
    'certificate_not_found',
  );
  await refused(async () => tell(school.client, foreign, await said(school.client, foreign)), 403, 'out_of_reach');
  await refused(
    async () => tell(other, numbers[0] as string, await said(other, numbers[0] as string)),
    403,
    'out_of_reach',
  );
  await refused(async () => tell(world.city, foreign, await said(world.city, foreign)), 403, 'out_of_reach');
});

test('a first event that names a wrong place, time or certificate', async () => {
  const number = numbers[0] as string;
  const cases: [Promise<string>, number, string, string][] = [
    [said(school.client, number, { seq: 2 }), 409, 'status_out_of_order', 'status+jwt:seq'],
    [said(school.client, number, { prev: 'A'.repeat(43) }), 409, 'status_out_of_order', 'status+jwt:prev'],
    [said(school.client, number, { action: 'reinstate' }), 409, 'status_no_change', 'status+jwt:action'],
    [said(school.client, numbers[1] as string), 409, 'number_differs', 'status+jwt:number'],
    [said(school.client, foreign), 409, 'number_differs', 'status+jwt:number'],
    [said(school.client, number, {}, { iat: now() - 400 }), 403, 'statement_not_yet_valid', 'client+jwt'],
    [said(school.client, number, {}, { iat: now() + 120 }), 403, 'statement_not_yet_valid', 'status+jwt'],
    [
      resign(await said(school.client, number), school.client.key, { iss: 'org:Y000037000002' }),
      403,
      'organization_differs',
      'status+jwt:iss',
    ],
    [
      resign(await said(school.client, number), school.client.key, { aud: 'https://evil.example' }),
      403,
      'audience_wrong',
      'status+jwt:aud',
    ],
    [
      resign(await said(school.client, number), school.client.key, { action: 'delete' }),
      400,
      'claims_malformed',
      'status+jwt:action',
    ],
    [
      resign(await said(school.client, number), school.client.key, { reason: 'because' }),
      400,
      'claims_malformed',
      'status+jwt:reason',
    ],
    [
      resign(await said(school.client, number), school.client.key, { seq: 0 }),
      400,
      'claims_malformed',
      'status+jwt:seq',
    ],
    [resign(await said(school.client, number), plant.client.key, {}), 403, 'signature_wrong', 'status+jwt'],
    [said(plant.client, number), 403, 'key_unknown', 'status+jwt'],
    [said(world.city, number), 403, 'key_unknown', 'status+jwt'],
    [Promise.resolve(school.client.token), 400, 'type_wrong', 'status+jwt'],
  ];
  for (const [statement, status, code, part] of cases) {
    const token = await statement;
    await refused(() => tell(school.client, number, token), status, code, part);
  }
  expect(await verdict(number)).toBe('valid');
});

test('a centre says its own words: stale, of another, or signed by the organization they are not taken', async () => {
  const number = numbers[0] as string;
  await refused(
    async () => tell(world.city, number, await said(school.client, number)),
    403,
    'key_unknown',
    'status+jwt',
  );
  await refused(
    async () => tell(world.province, number, await said(world.city, number)),
    403,
    'issuer_not_caller',
    'status+jwt:iss',
  );
  await refused(
    async () => tell(world.province, number, await said(other, number)),
    403,
    'out_of_reach',
    'status+jwt:iss',
  );
  await refused(
    async () =>
      tell(world.city, number, await resign(await said(world.city, number), world.city.key, { iss: 'centre:3700' })),
    403,
    'authority_missing',
  );
  await refused(
    async () => tell(world.city, number, await said(world.city, number, {}, { iat: now() - 400 })),
    403,
    'statement_expired',
    'status+jwt',
  );
});

test('who suspends is overruled by the same tier or a higher one, never by a lower one', async () => {
  const number = numbers[1] as string;
  const first = await said(world.city, number);
  expect(await tell(world.city, number, first)).toMatchObject({ status: 201 });
  expect(await verdict(number)).toBe('suspended');
  const next = { seq: 2, prev: await digestOf(first), action: 'reinstate', reason: 'cleared' } as const;
  for (const action of ['reinstate', 'revoke'] as const) {
    await refused(
      async () => tell(school.client, number, await said(school.client, number, { ...next, action })),
      403,
      'rank_too_low',
      'status+jwt:action',
    );
  }
  await refused(
    async () => tell(world.city, number, await said(world.city, number, { ...next, action: 'suspend' })),
    409,
    'status_no_change',
    'status+jwt:action',
  );
  await refused(
    async () => tell(world.city, number, await said(world.city, number, { ...next, prev: 'A'.repeat(43) })),
    409,
    'status_out_of_order',
    'status+jwt:prev',
  );
  await refused(
    async () => tell(world.city, number, await said(world.city, number, { seq: 2, action: 'reinstate' })),
    409,
    'status_out_of_order',
    'status+jwt:prev',
  );
  await refused(
    async () => tell(world.city, number, await said(world.city, number, { ...next, seq: 3 })),
    409,
    'status_out_of_order',
    'status+jwt:seq',
  );
  await refused(() => tell(world.city, number, first), 409, 'status_out_of_order', 'status+jwt:seq');
  expect(await tell(world.province, number, await said(world.province, number, next))).toMatchObject({ status: 201 });
  expect(await verdict(number)).toBe('valid');
});

test('an organization that suspends first keeps no centre from it', async () => {
  const { certificates } = await certify(world, school, [candidate(6)]);
  const number = certificates[0]?.number as string;
  let place: { seq: number; prev?: string } = { seq: 1 };
  for (const by of [school.client, world.city, world.province]) {
    const statement = await said(by, number, place);
    expect(await tell(by, number, statement)).toMatchObject({ status: 201 });
    place = { seq: place.seq + 1, prev: await digestOf(statement) };
    await refused(
      async () => tell(by, number, await said(by, number, place)),
      409,
      'status_no_change',
      'status+jwt:action',
    );
    expect(await verdict(number)).toBe('suspended');
    // The desk offers what is accepted.
    const { text } = await callAs(school.client, 'GET', `/desk/view/certificates/${number}`);
    expect(text.includes('data-change="reinstate"')).toBe(by === school.client);
  }
  for (const action of ['reinstate', 'revoke'] as const) {
    for (const by of [school.client, world.city]) {
      await refused(
        async () => tell(by, number, await said(by, number, { ...place, action, reason: 'other' })),
        403,
        'rank_too_low',
        'status+jwt:action',
      );
    }
  }
  const cleared = await said(world.province, number, { ...place, action: 'reinstate', reason: 'cleared' });
  expect(await tell(world.province, number, cleared)).toMatchObject({ status: 201 });
  expect(await verdict(number)).toBe('valid');
});

test('an event older than the one before it', async () => {
  const number = numbers[2] as string;
  const first = await said(school.client, number, {}, { iat: now() + 20 });
  expect(await tell(school.client, number, first)).toMatchObject({ status: 201 });
  await refused(
    async () =>
      tell(
        school.client,
        number,
        await said(
          school.client,
          number,
          { seq: 2, prev: await digestOf(first), action: 'reinstate' },
          { iat: now() - 20 },
        ),
      ),
    409,
    'status_out_of_order',
    'status+jwt:iat',
  );
});

test('a revoked certificate stays revoked, for everybody', async () => {
  const number = numbers[3] as string;
  const revoke = await said(school.client, number, { action: 'revoke', reason: 'fraud' });
  expect(await tell(school.client, number, revoke)).toMatchObject({ status: 201 });
  const next = { seq: 2, prev: await digestOf(revoke), action: 'reinstate', reason: 'cleared' } as const;
  for (const by of [school.client, world.city, world.province]) {
    for (const action of ['reinstate', 'suspend', 'revoke'] as const) {
      await refused(
        async () => tell(by, number, await said(by, number, { ...next, action })),
        409,
        'status_final',
        'status+jwt:action',
      );
    }
  }
  expect(await verdict(number)).toBe('revoked');
});

test('a replaced certificate takes no events', async () => {
  const number = numbers[4] as string;
  const batch = await submit(school, [candidate(5, { name: '欧阳建国', replaces: number })]);
  await issue(school, batch, await approve(world, school, batch));
  expect(await verdict(number)).toBe('replaced');
  await refused(async () => tell(school.client, number, await said(school.client, number)), 409, 'status_final');
  await refused(
    async () => tell(world.province, number, await said(world.province, number, { action: 'revoke' })),
    409,
    'status_final',
  );
});

test('two events for one place at once: one is taken', async () => {
  const number = foreign;
  const events = await Promise.all(Array.from({ length: 4 }, () => said(plant.client, number)));
  const answers = await Promise.all(events.map((event) => tell(plant.client, number, event)));
  expect(answers.map(({ status, code = 'ok' }) => `${status} ${code}`).sort()).toEqual([
    '201 ok',
    ...Array.from({ length: 3 }, () => '409 status_out_of_order'),
  ]);
  expect(await verdict(number)).toBe('suspended');
});
