/** Organizations, and plans up to an exam or to published results, for plans.test.ts. */
import type { Body } from '../../src/core/procedure/bodies.ts';
import { CallError } from '../../src/sdk/call.ts';
import { as, db, fileWith, foundProvince, ORIGIN, type Organization, type Province } from '../kit.ts';
import { type Made, resultsOf } from '../plans-kit.ts';
import { fresh, onDay, take } from '../procedure-kit.ts';

export let world: Province;
export let school: Organization;
export let plant: Organization;

export const problemOf = async (
  work: Promise<unknown>,
): Promise<Record<string, unknown> & { code: string; status: number }> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof CallError) return error.problem as never;
    throw error;
  }
  return { code: 'none', status: 200 };
};

export const makeBatch = (organization: Organization, about: string): Promise<Made> =>
  as(organization.client).post<Made>(`/v1/results/${about}/batch`, {});
export const upload = (organization: Organization, about: string, { id, root, count }: Made) =>
  take(organization.client, about, 'results.upload', { batch: id, root, count });

/** A filed plan whose exam is over, on the day of the exam at five. */
export async function examined(plan: Body<'plan.file'>, organization = school): Promise<string> {
  const about = fresh('plan');
  onDay('2026-10-12');
  await take(organization.client, about, 'plan.file', plan);
  onDay('2026-10-19T17:00');
  return about;
}

/** Published results whose notice ends on 26 October. */
export async function published(
  plan: Body<'plan.file'>,
  scores: Parameters<typeof resultsOf>[2] = [],
): Promise<{ about: string; planAbout: string }> {
  const planAbout = await examined(plan);
  const about = fresh('results');
  await take(school.client, about, 'results.publish', resultsOf(planAbout, plan, scores));
  return { about, planAbout };
}

/** An objection as its own step would store it. */
export const object = (results: string, state: string, at: number) =>
  db
    .prepare(
      "INSERT INTO cases (about, kind, state, seq, last, owner, organization, centre, parent, facts, created_at, updated_at) VALUES (?1, 'objection', ?2, 1, 'x', ?3, ?4, 'centre:3701', ?5, '{}', ?6, ?6)",
    )
    .bind(fresh('objection'), state, ORIGIN, school.code, results, at)
    .run();
export const now = () => Math.floor(Date.now() / 1000);

/** Made anew for each file of tests. */
export async function prepare(): Promise<void> {
  onDay('2026-09-28');
  world = await foundProvince();
  school = await fileWith(world.city, 'S000037000001');
  plant = await fileWith(world.province, 'Y000037000002', { name: '山东重工集团', annual_capacity: 2 });
}
