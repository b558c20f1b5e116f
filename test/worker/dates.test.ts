/**
 * Whoever holds a key can date what it signs back. So the register also judges by the arrival: an approval was made between the
 * upload and now, and filing, centre's key and client's key were in force when what rests on them came.
 */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Report } from '../../src/core/report.ts';
import {
  appointCentre,
  approveBatch,
  fileOrganization,
  type Identity,
  makeKey,
  nameClient,
  orderBatch,
} from '../../src/sdk/sign.ts';
import {
  anyone,
  approve,
  as,
  candidates,
  fileWith,
  foundProvince,
  issue,
  type Organization,
  type Province,
  SCOPE,
  type Submitted,
  submit,
} from '../kit.ts';
import { onDay, take } from '../procedure-kit.ts';
import { jti, nextClient } from './drill-kit.ts';
import { callAs, claimsOf, refused } from './forge.ts';

const DAY = 86_400;
const seconds = () => Math.floor(Date.now() / 1000);

let world: Province;
let school: Organization;
let person = 0;
const rows = (count = 1) =>
  candidates(count, (person += count) - count).map((row) => ({ ...row, exam_date: '2026-09-01' }));

beforeAll(async () => {
  onDay('2026-09-28');
  world = await foundProvince();
  school = await fileWith(world.city, 'S000037000001');
  onDay('2026-10-12');
});
afterAll(() => void vi.useRealTimers());

const handIn = (by: Identity, { id }: Submitted, approval: string) =>
  callAs(by, 'POST', `/v1/batches/${id}/approvals`, { approval });
const ordering = async (batch: Submitted, approval: string, by = school.client, at = seconds(), through = by) =>
  callAs(through, 'POST', `/v1/batches/${batch.id}/issue`, {
    approval,
    order: await orderBatch(by, batch, jti(approval), { iat: at }),
  });

/** Files an organization again, for some days only. */
async function refile(days: number, code: string): Promise<Organization> {
  const made = await fileWith(world.city, code);
  const { name, uscc, issuing_jwks } = claimsOf(made.filing) as never as Parameters<typeof fileOrganization>[1];
  const filing = await fileOrganization(
    world.city,
    { code, name, uscc, route: 'city', scope: SCOPE, annual_capacity: 100, issuing_jwks },
    { iat: seconds() + 1, lifetime: days * DAY },
  );
  await as(world.city).post('/v1/filings', { statement: filing });
  return { ...made, filing };
}

/** Both approvals, dated as said, by whoever signs for the city. */
const dated = async (batch: Submitted, iat: number, city = world.city, inner = iat) =>
  approveBatch(world.province, batch, await approveBatch(city, batch, undefined, { iat: inner }), { iat });

test('an approval that was made before the upload is refused, submitted or brought with the order', async () => {
  const batch = await submit(school, rows());
  const early = seconds() - 120;
  await refused(
    async () => handIn(world.city, batch, await approveBatch(world.city, batch, undefined, { iat: early })),
    403,
    'approval_before_upload',
    'approval+jwt:iat',
  );
  const both = await dated(batch, early);
  await refused(() => handIn(world.province, batch, both), 403, 'approval_before_upload', 'approval+jwt:iat');
  await refused(() => ordering(batch, both), 403, 'approval_before_upload', 'approval+jwt:iat');
  // The city's inside the province's alone.
  const inside = await dated(batch, seconds(), world.city, early);
  await refused(() => handIn(world.province, batch, inside), 403, 'approval_before_upload', 'approval+jwt:iat');
  await refused(() => ordering(batch, inside), 403, 'approval_before_upload', 'approval+jwt:iat');
  // Clocks may differ by a minute.
  expect((await ordering(batch, await dated(batch, seconds() - 50))).status).toBe(200);
});

test('a filing that has expired is not bridged by an approval that is dated back', async () => {
  const brief = await refile(30, 'S000037000002');
  const [late, brought, early] = [
    await submit(brief, rows()),
    await submit(brief, rows()),
    await submit(brief, rows()),
  ];
  onDay('2026-10-20');
  const within = seconds();
  const approval = await approve(world, brief, early);
  // The old filing, which holds, is filed again: the client goes on.
  onDay('2026-11-13');
  const { name, uscc, issuing_jwks } = claimsOf(brief.filing) as never as Parameters<typeof fileOrganization>[1];
  await as(world.city).post('/v1/filings', {
    statement: await fileOrganization(world.city, {
      code: brief.code,
      name,
      uscc,
      route: 'city',
      scope: SCOPE,
      annual_capacity: 100,
      issuing_jwks,
    }),
  });
  await refused(
    async () => handIn(world.city, late, await approveBatch(world.city, late, undefined, { iat: within })),
    403,
    'statement_expired',
    'filing+jwt',
  );
  const back = await dated(brought, within);
  await refused(() => handIn(world.province, brought, back), 403, 'statement_expired', 'filing+jwt');
  await refused(() => ordering(brought, back, brief.client), 403, 'statement_expired', 'filing+jwt');
  // What was approved in time is issued: expiring later changes nothing.
  onDay('2026-11-14');
  expect((await ordering(early, approval, brief.client)).status).toBe(200);
  const { certificates } = await as(brief.client).get<{ certificates: { number: string }[] }>(
    `/v1/batches/${early.id}/certificates`,
  );
  expect((await anyone.get<Report>(`/v1/certificates/${certificates[0]?.number}`)).verdict).toBe('valid');
});

test("a centre's key that has expired approves nothing more, whoever submits it", async () => {
  onDay('2026-10-12');
  const pair = await makeKey();
  const token = await appointCentre(
    world.root,
    { code: '3701', name: '济南市职业技能鉴定指导中心', jwk: pair.jwk },
    { lifetime: 10 * DAY },
  );
  await as(world.province).post('/v1/centres', { statement: token });
  const old: Identity = { ...pair, subject: 'centre:3701', token };
  const [batch, kept] = [await submit(school, rows()), await submit(school, rows())];
  const within = seconds() + DAY;
  onDay('2026-10-14');
  const inner = await approveBatch(old, kept);
  expect((await handIn(old, kept, inner)).status).toBe(201);
  onDay('2026-10-30');
  await refused(
    async () => handIn(world.city, batch, await approveBatch(old, batch, undefined, { iat: within })),
    403,
    'statement_expired',
    'centre+jwt',
  );
  const back = await dated(batch, within, old);
  await refused(() => handIn(world.province, batch, back), 403, 'statement_expired', 'centre+jwt');
  await refused(() => ordering(batch, back), 403, 'statement_expired', 'centre+jwt');
  // What the city submitted while its key was good, the province goes on with.
  const approval = await approveBatch(world.province, kept, inner);
  expect((await handIn(world.province, kept, approval)).status).toBe(201);
  expect((await ordering(kept, approval)).status).toBe(200);
});

test('an order of a key that was reported lost counts for nothing, whichever key submits it', async () => {
  onDay('2026-11-02');
  const lost = await nextClient(school);
  const batch = await submit(school, rows());
  const approval = await approve(world, school, batch);
  const before = seconds();
  onDay('2026-11-02T11:00');
  await take(school.client, `loss:${school.code}-${lost.kid}`, 'loss.report', { reason: '电脑被盗' });
  for (const at of [before, seconds()])
    await refused(() => ordering(batch, approval, lost, at, school.client), 403, 'client_reported');
  expect(await issue(school, batch, approval)).toMatchObject({ state: 'issued' });
});

test('an order of a key that has expired is refused, however it is dated', async () => {
  onDay('2026-11-02');
  const pair = await makeKey();
  const token = await nameClient(world.city, school.code, pair.jwk, { lifetime: 3 * DAY });
  await as(world.city).post('/v1/clients', { statement: token });
  const batch = await submit(school, rows());
  const approval = await approve(world, school, batch);
  const within = seconds() + DAY;
  onDay('2026-11-10');
  await refused(
    () => ordering(batch, approval, { ...pair, subject: `org:${school.code}`, token }, within, school.client),
    403,
    'statement_expired',
    'client+jwt',
  );
});
