/** What the tests of events and withdrawals share: the next second, what is submitted and looked up, and a verifier without a network. */
import { expect, vi } from 'vitest';
import { fromBase64url, sha256, toBase64url } from '../../src/base/bytes.ts';
import { BUNDLE_MEDIA_TYPE, openBundle, readBundle } from '../../src/core/bundle.ts';
import { openDirectory } from '../../src/core/directory.ts';
import type { Report } from '../../src/core/report.ts';
import { Memo } from '../../src/core/statement.ts';
import { verify } from '../../src/core/verify.ts';
import { type Identity, makeKey, nameClient } from '../../src/sdk/sign.ts';
import { anyone, as, foundProvince, ORIGIN, type Organization, type Province, testEnv, workerFetch } from '../kit.ts';
import { backdate, callAs, claimsOf, headerOf, now, partsOf } from './forge.ts';

/** Sets the clock of test and Worker to the next second: certificates are judged by whole ones. */
export function tick(): number {
  vi.setSystemTime((now() + 1) * 1000);
  return now();
}

export const jti = (token: string) => claimsOf(token).jti as string;
export const kidOf = (credential: string) => headerOf(credential.split('~')[0] as string).kid as string;
export const look = (number: string) => anyone.get<Report>(`/v1/certificates/${number}`);
export const failure = (report: Report) => report.checks.find(({ result }) => result === 'fail');
export const handIn = (by: Identity, statement: string) => callAs(by, 'POST', '/v1/withdrawals', { statement });
export const handInEvent = (by: Identity, number: string, statement: string) =>
  callAs(by, 'POST', `/v1/certificates/${number}/status`, { statement });
/** What the next event names as `prev`. */
export const digestOf = async (token: string) => toBase64url(await sha256(fromBase64url(partsOf(token)[1])));
export const accepted = async (by: Identity, statement: string) =>
  expect(await handIn(by, statement)).toMatchObject({ status: 201 });

export async function trustNow() {
  return anyone.get<{ centres: string[]; withdrawals: string[] }>('/.well-known/trust.json');
}
export type Trust = Awaited<ReturnType<typeof trustNow>>;

export const bundleOf = async (number: string, id: string) => {
  const answer = await workerFetch(`${ORIGIN}/v1/certificates/${number}/download`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: BUNDLE_MEDIA_TYPE },
    body: JSON.stringify({ name: '欧阳建国', id_number: id }),
  });
  expect(answer.status).toBe(200);
  return answer.json();
};

/** What somebody without a network finds, who kept a bundle and a trust.json. The status they cannot know. */
export async function offline(bundle: unknown, trust: Trust): Promise<string> {
  const {
    evidence,
    centres,
    withdrawals,
    bundle: { roots },
  } = openBundle(readBundle(bundle));
  const directory = await openDirectory(
    { thumbprints: [testEnv.TRUST_ROOT], roots },
    [...centres, ...trust.centres],
    new Memo(),
    [...withdrawals, ...trust.withdrawals],
  );
  const { report } = await verify(evidence, directory, now());
  return failure(report)?.code ?? report.verdict;
}

export async function nextClient(school: Organization, centre = school.centre): Promise<Identity> {
  const pair = await makeKey();
  const client = { ...pair, subject: `org:${school.code}`, token: await nameClient(centre, school.code, pair.jwk) };
  await as(centre).post('/v1/clients', { statement: client.token });
  return client;
}

export let world: Province;
/** Made anew for each file of tests. */
export async function foundWorld(): Promise<void> {
  world = await foundProvince();
  await backdate(world, [world.province, world.city]);
}
