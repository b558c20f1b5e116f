/**
 * What the tests of photos share: a province with an organization that uploads and one that looks on, pictures, uploads,
 * and what lies in storage.
 */
import { expect } from 'vitest';
import { sha256, toBase64url } from '../../src/base/bytes.ts';
import { readDisclosures } from '../../src/core/disclose.ts';
import { jpeg, png } from '../formats/fixtures-photo.ts';
import { type Zipped, zip } from '../formats/fixtures-zip.ts';
import {
  as,
  db,
  files,
  fileWith,
  foundProvince,
  ORIGIN,
  type Organization,
  type Province,
  type Submitted,
  uploadOf,
} from '../kit.ts';
import { type Answer, callAs } from './forge.ts';

export let province: Province;
export let school: Organization;
export let plant: Organization;

/** Founds them, before all tests of a file. */
export async function foundThem(): Promise<void> {
  province = await foundProvince();
  school = await fileWith(province.city, 'S000037000001');
  plant = await fileWith(province.province, 'Y000037000002', { name: '山东重工集团' });
}

export const one = jpeg({ text: 'one', size: 20_000 });
export const two = png();
export const archive = (...list: [name: string, bytes: Uint8Array][]): Uint8Array<ArrayBuffer> =>
  zip(list.map(([name, bytes]): Zipped => ({ name, bytes })));
export const digestOf = async (bytes: Uint8Array<ArrayBuffer>) => toBase64url(await sha256(bytes));
export const same = (a: ArrayBuffer | Uint8Array, b: Uint8Array) =>
  expect(toBase64url(new Uint8Array(a))).toBe(toBase64url(b));

export interface Row {
  row: number;
  position: number;
  photo: boolean;
  disclosures: string[];
  sd: string[];
}
export const rowsOf = async (id: string) =>
  (await as(province.city).get<{ rows: Row[] }>(`/v1/batches/${id}/rows`)).rows;
export const photoDigest = ({ disclosures, sd }: Row) => readDisclosures(disclosures, sd).holder.photo_digest;
export const look = (by: Organization['client'] | undefined, id: string, position: number | string) =>
  callAs(by, 'GET', `/v1/batches/${id}/rows/${position}/photo`);

/** Keys of all objects. */
export const objects = async () => (await files.list({ limit: 1000 })).objects.map(({ key }) => key).sort();
export const packs = async () =>
  (
    await db
      .prepare('SELECT batch, pack, state FROM photo_packs ORDER BY batch, pack')
      .all<{ batch: string; pack: number; state: string }>()
  ).results;

export async function upload(
  rows: readonly unknown[],
  photos: Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const { body, type } = await uploadOf(rows, photos);
  return callAs(school.client, 'POST', '/v1/batches', body, { 'Content-Type': type, ...headers });
}

export const refOf = (answer: Answer): Submitted => {
  expect([answer.status, answer.text]).toEqual([201, expect.stringContaining('root')]);
  const { id, root, count } = JSON.parse(answer.text) as { id: string; root: string; count: number };
  return { id, batch: id, root, count, aud: ORIGIN, organization: school.code };
};

export async function object(key: string): Promise<{ arrayBuffer(): Promise<ArrayBuffer> }> {
  return (await files.get(key)) as NonNullable<Awaited<ReturnType<typeof files.get>>>;
}
