/** A province with something under each address, for malformed-address.test.ts, and what every refusal must be. */
import { expect } from 'vitest';
import { OPERATIONS } from '../../src/app.ts';
import { toBase64url } from '../../src/base/bytes.ts';
import { PROBLEMS } from '../../src/http/problems.ts';
import type { Identity } from '../../src/sdk/sign.ts';
import { drawOne } from '../draw-kit.ts';
import { jpeg } from '../formats/fixtures-photo.ts';
import {
  as,
  candidate,
  certify,
  fileWith,
  foundProvince,
  type Issued,
  type Organization,
  type Province,
  type Submitted,
  submit,
} from '../kit.ts';
import { publish, resultRows } from '../notice-kit.ts';
import { rulesOf, take } from '../procedure-kit.ts';
import { type Answer, claimsOf } from './forge.ts';

let world: Province;
export let school: Organization;
export let batch: Submitted;
let issued: Submitted;
export let one: Issued;
let file: string;
let notice: string;
let draw: { draw: string; sha256: string };

/** Made anew for each file of tests. */
export async function prepare(): Promise<void> {
  world = await foundProvince();
  school = await fileWith(world.city, 'S000037000001');
  const certified = await certify(world, school, [candidate(1)]);
  [issued, one] = [certified.batch, certified.certificates[0] as Issued];
  batch = await submit(school, [candidate(2, { photo: toBase64url(jpeg()) })]);
  await take(school.client, `rules:${school.code}`, 'rules.publish', rulesOf('2026'));
  file = (await as(school.client).json<{ sha256: string }>('POST', '/v1/files', { body: jpeg(), type: 'image/jpeg' }))
    .sha256;
  notice = await publish(school, {
    rows: resultRows('2026-11-01', ['欧阳建国']),
    from: '2026-11-02',
    until: '2099-12-31',
  });
  draw = await drawOne(world.city, school, String(claimsOf(school.filing).name));
}
export const fill = (path: string) =>
  path
    .replace('{number}', one.number)
    .replace('{id}', path.endsWith('.zip') ? issued.id : batch.id)
    .replace('{code}', school.code)
    .replace('{n}', '1')
    .replace('{list}', 'revocation-1')
    .replace('{file}', 'home.js')
    .replace('{position}', '0')
    .replace('{about}', `rules:${school.code}`)
    .replace('{path}', 'home')
    .replace('{notice}', notice)
    .replace('{template}', 'roster.csv')
    .replace('{draw}', draw.draw)
    .replace('{sha256}', path.startsWith('/v1/draws/') ? draw.sha256 : file);
export const callerOf = (route: string): Identity | undefined => {
  const roles = OPERATIONS[route]?.roles;
  return !roles
    ? undefined
    : roles.includes('organization')
      ? school.client
      : roles.includes('city')
        ? world.city
        : world.province;
};

export function problemOf({ status, code, text, response }: Answer, what: string): void {
  expect([
    what,
    status >= 400 && status < 500,
    response.headers.get('content-type'),
    PROBLEMS[code as string] !== undefined,
    text.includes('.ts'),
  ]).toEqual([what, true, 'application/problem+json', true, false]);
}
