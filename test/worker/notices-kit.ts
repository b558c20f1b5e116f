/** A notice that runs, and how browsers and programs ask for it, for notices.test.ts. */
import { expect } from 'vitest';
import { CallError } from '../../src/sdk/call.ts';
import { fileWith, foundProvince, ORIGIN, type Organization, type Province, workerFetch } from '../kit.ts';
import { publish, resultRows } from '../notice-kit.ts';
import { onDay } from '../procedure-kit.ts';

export const NAMES = ['欧阳壹甲', '司徒贰乙', '诸葛叁丙', '上官肆丁'];
export const RUNNING = { from: '2026-11-16', until: '2026-11-23' };
export const CONTACT = '13900001111';
export const OBJECTOR = '公孙伍戊';

export let world: Province;
export let school: Organization;
export let plant: Organization;
export let notice: string;

/** Made anew for each file of tests. */
export async function prepare(): Promise<void> {
  onDay('2026-11-16');
  world = await foundProvince();
  school = await fileWith(world.city, 'S000037000001');
  plant = await fileWith(world.province, 'Y000037000002', { name: '山东重工集团' });
  notice = await publish(school, { ...RUNNING, rows: resultRows('2026-11-14', NAMES, [80, 90, 59.5, 'absent']) });
}

export const get = (path: string, headers: Record<string, string> = {}) =>
  workerFetch(ORIGIN + path, { headers: { Accept: 'text/html', ...headers }, redirect: 'manual' });
export const html = async (path: string, status = 200) => {
  const answer = await get(path);
  expect([path, answer.status]).toEqual([path, status]);
  return answer.text();
};
export const json = async <T = Record<string, unknown>>(path: string): Promise<T> =>
  (await get(path, { Accept: 'application/json' })).json() as Promise<T>;
export const post = (path: string, body: unknown) =>
  workerFetch(ORIGIN + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
export const send = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  workerFetch(ORIGIN + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'text/html', ...headers },
    body: new URLSearchParams(fields).toString(),
    redirect: 'manual',
  });
export const object = async (id: string, body: Record<string, unknown> = {}) => {
  const answer = await post(`/v1/notices/${id}/objections`, { grounds: '第二行考试当日未到场', ...body });
  return { status: answer.status, ...((await answer.json()) as { code: string }) };
};
export const follow = async (code: string) =>
  (await post('/v1/notices/objections', { code })).json() as Promise<Record<string, unknown>>;
export const problemOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => (error instanceof CallError ? `${error.problem.status}:${error.problem.code}` : String(error)),
  );
