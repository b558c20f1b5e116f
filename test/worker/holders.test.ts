/**
 * Whom another organization has certified is nobody's business but the reviewing centres': no answer to an organization tells a
 * person with another's certificate from one without. What only a centre may know it is told before it signs.
 */
import { beforeAll, expect, test } from 'vitest';
import { approveBatch } from '../../src/sdk/sign.ts';
import {
  approve,
  as,
  candidate,
  candidates,
  certify,
  fileWith,
  foundProvince,
  issue,
  type Organization,
  order,
  type Province,
  type Submitted,
  submit,
} from '../kit.ts';
import { callAs, refused, snapshot } from './forge.ts';

let world: Province;
let school: Organization;
/** Small, and curious. */
let plant: Organization;
let numbers: string[];

beforeAll(async () => {
  world = await foundProvince();
  school = await fileWith(world.city, 'S000037000001');
  plant = await fileWith(world.province, 'Y000037000002', {
    name: '山东重工集团',
    uscc: '913700001630477270',
    annual_capacity: 20,
  });
  numbers = (await certify(world, school, candidates(8))).certificates.map(({ number }) => number);
});

interface Row {
  row: number;
  held?: string;
}
const rowsFor = async (who: Parameters<typeof as>[0], { id }: Submitted) =>
  (await as(who).get<{ rows: Row[] }>(`/v1/batches/${id}/rows`)).rows;
/** Rows under one invented name. */
const guesses = (from: number, count: number) => candidates(count, from).map((row) => ({ ...row, name: '王试探' }));

test('an upload says nothing of what others have issued', async () => {
  const known = await callAs(plant.client, 'POST', '/v1/batches', { candidates: guesses(0, 3) });
  const unknown = await callAs(plant.client, 'POST', '/v1/batches', { candidates: guesses(500, 3) });
  const shape = (text: string) => Object.keys(JSON.parse(text) as object);
  expect([known.status, shape(known.text)]).toEqual([unknown.status, shape(unknown.text)]);
  expect(known.status).toBe(201);
  const { id } = JSON.parse(known.text) as { id: string };
  for (const path of [`/v1/batches/${id}`, `/v1/batches/${id}/rows`, '/v1/batches']) {
    const { text } = await callAs(plant.client, 'GET', path);
    expect(text).not.toMatch(/S0000370000012|held/);
  }
});

test('of its own certificates it is told, with the row', async () => {
  const answer = await callAs(school.client, 'POST', '/v1/batches', { candidates: [candidate(600), candidate(3)] });
  expect(JSON.parse(answer.text)).toMatchObject({
    code: 'rows_refused',
    errors: [
      { row: 2, field: 'id_number', code: 'already_certified', message: expect.stringContaining(numbers[3] as string) },
    ],
  });
});

test("a certificate of another is no answer's business where one is to be replaced", async () => {
  const of = async (replaces: string) =>
    JSON.parse(
      (await callAs(plant.client, 'POST', '/v1/batches', { candidates: [candidate(1, { replaces })] })).text,
    ) as { errors: unknown[] };
  const [there, absent] = [await of(numbers[1] as string), await of('S000037000001263999999')];
  expect(there.errors).toEqual(absent.errors);
  expect(there).toMatchObject({ errors: [{ field: 'replaces', code: 'replaces_not_live' }] });
});

test('the capacity of the filing comes before any comparison', async () => {
  const small = await fileWith(world.city, 'S000037000003', { name: '济南小型学校', annual_capacity: 1 });
  await certify(world, small, [candidate(700)]);
  await refused(
    () => callAs(small.client, 'POST', '/v1/batches', { candidates: [candidate(700)] }),
    422,
    'capacity_exceeded',
  );
});

test('the reviewing centre sees what stands in the way, cannot approve over it, and returns the batch', async () => {
  const batch = await submit(plant, [candidate(800), ...guesses(4, 2)]);
  const seen = await rowsFor(world.province, batch);
  expect(seen.map(({ held }) => held)).toEqual([undefined, numbers[4], numbers[5]]);
  const before = await snapshot();
  const answer = await callAs(world.province, 'POST', `/v1/batches/${batch.id}/approvals`, {
    approval: await approveBatch(world.province, batch),
  });
  expect([answer.status, JSON.parse(answer.text)]).toEqual([
    409,
    expect.objectContaining({ code: 'already_certified', rows: [2, 3] }),
  ]);
  expect(await snapshot()).toEqual(before);
  expect(JSON.stringify(await rowsFor(plant.client, batch))).not.toContain('held');
});

test('what a row replaces does not stand in its way; what its own batch was numbered with neither', async () => {
  const batch = await submit(school, [candidate(6, { name: '欧阳建民', replaces: numbers[6] })]);
  expect((await rowsFor(world.city, batch)).map(({ held }) => held)).toEqual([undefined]);
  await issue(school, batch, await approve(world, school, batch));
  expect((await rowsFor(world.city, batch)).map(({ held }) => held)).toEqual([undefined]);
});

test('numbering that fails because of another organization names neither row nor certificate', async () => {
  const shared = candidate(900);
  const [mine, theirs] = [await submit(plant, [candidate(901), shared]), await submit(school, [shared])];
  const approval = await approve(world, plant, mine);
  await issue(school, theirs, await approve(world, school, theirs));
  const answer = await callAs(plant.client, 'POST', `/v1/batches/${mine.id}/issue`, {
    approval,
    order: await order(plant, mine, approval),
  });
  expect(JSON.parse(answer.text)).toEqual({
    type: 'urn:luzheng:problem:already_certified',
    title: expect.any(String),
    status: 409,
    code: 'already_certified',
    detail: expect.stringContaining('centre'),
  });
  // From then on the centre sees it.
  expect((await rowsFor(world.province, mine)).filter(({ held }) => held !== undefined).map(({ row }) => row)).toEqual([
    2,
  ]);
});

test("the centre's desk names the rows that stand in the way", async () => {
  const batch = await submit(plant, guesses(7, 1));
  const view = await callAs(world.province, 'GET', `/desk/view/batches/${batch.id}`);
  expect(view.text).toContain(`href="/c/${numbers[7]}"`);
});
