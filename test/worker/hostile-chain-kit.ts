/** Centres, organizations and batches for hostile-chain.test.ts. */
import type { Identity } from '../../src/sdk/sign.ts';
import {
  approve,
  as,
  candidates,
  fileWith,
  foundProvince,
  makeCentre,
  type Organization,
  type Province,
  type Submitted,
  submit,
} from '../kit.ts';
import { backdate, callAs, claimsOf } from './forge.ts';

export let world: Province;
export let other: Identity;
export let school: Organization;
export let plant: Organization;
export let academy: Organization;
/** Of the school, by route city: nothing approved. */
export let batch: Submitted;
export let second: Submitted;
/** Of the plant, by route province: approved. */
export let ready: Submitted;
export let approval: string;

export const CODE = 'S000037000001';
export const DAY = 86_400;

/** Made anew for each file of tests. */
export async function prepare(): Promise<void> {
  world = await foundProvince();
  other = await makeCentre(world.root, '3702', '青岛市职业技能鉴定指导中心');
  await as(world.province).post('/v1/centres', { statement: other.token });
  await backdate(world, [world.province, world.city]);
  school = await fileWith(world.city, CODE);
  plant = await fileWith(world.province, 'Y000037000002', { name: '山东重工集团' });
  academy = await fileWith(other, 'S000037000003', { name: '青岛海洋学校' });
  batch = await submit(school, candidates(2));
  second = await submit(school, candidates(2, 10));
  ready = await submit(plant, candidates(2, 20));
  approval = await approve(world, plant, ready);
}
export const jtiOf = (token: string) => claimsOf(token).jti as string;
export const handIn = (by: Identity, about: Submitted, token: string) =>
  callAs(by, 'POST', `/v1/batches/${about.id}/approvals`, { approval: token });
