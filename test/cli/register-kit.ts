/**
 * A service of one's own with a province, a city and a school, made by the commands that people type; importing it starts
 * and stops it with the file's tests.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { makeKeyFile, readIdentity, writeKeyFile } from '../../keys/make.ts';
import { freePort, type LocalService, startLocal } from '../../src/cli/local.ts';
import { newSecret, settingsFor, withDemoClock } from '../../src/cli/worker-bundle.ts';
import { actorsOf } from '../../src/cli/world.ts';
import { residentCheckCharacter } from '../../src/core/person.ts';
import { unverified } from '../../src/core/statement.ts';
import { readBatch } from '../../src/sdk/batch.ts';
import { certificatesOf } from '../../src/sdk/fetch-certificates.ts';
import { approveBatch, type KeyPair, makeKey, now, orderBatch, type Speaker } from '../../src/sdk/sign.ts';
import { clockAt, run, scratch } from './run.ts';

export const CODE = 'S000037000002';
export const folder = scratch();
export const at = (name: string) => join(folder, name);
export let origin: string;
export let root: KeyPair;
let service: LocalService;

/** When it all happens, for commands and service alike: a minute behind what asks in the service's own time. */
let moment = now() - 60;
/** A certificate is judged by the second of its issue. */
export const later = () => (moment += 2);
export const luzheng = (args: string[], env: NodeJS.ProcessEnv = {}) =>
  run('luzheng.ts', args, { ...clockAt(moment), ...env });
export const as = (who?: Speaker) => actorsOf(origin)(who, moment);

export const command = async (...args: string[]) => {
  const { exit, out, err } = await luzheng([...args, '--json']);
  return { exit, err, said: JSON.parse(out) as Record<string, unknown> };
};
export const done = async (...args: string[]) => {
  const { exit, said, err } = await command(...args);
  expect([args.join(' '), exit, exit === 0 ? '' : JSON.stringify(said) + err]).toEqual([args.join(' '), 0, '']);
  return said;
};

const body = (n: number) => `370102199001${String(1 + n).padStart(2, '0')}123`;
export const holder = (n: number) => ({ name: '欧阳建国', id_number: body(n) + residentCheckCharacter(body(n)) });

/** A certificate, ordered with the key file, as a bundle. */
export async function certified(n: number, key: string): Promise<{ number: string; file: string }> {
  const province = await readIdentity(at('province.json'));
  const client = await readIdentity(at(key));
  const caller = as(client);
  const row = {
    ...holder(n),
    id_type: '111',
    occupation_code: '6-31-01-03',
    occupation_name: '电工',
    job_type: '--',
    level: 3,
    score_theory: 80,
    score_practice: 80,
    exam_date: '2026-11-01',
  };
  const { id } = await caller.post<{ id: string }>('/v1/batches', { candidates: [row] });
  const { ref } = await readBatch(caller, id);
  const approval = await approveBatch(province, ref, undefined, { iat: moment });
  await caller.post(`/v1/batches/${id}/issue`, {
    approval,
    order: await orderBatch(client, ref, unverified<{ jti: string }>(approval).claims.jti, { iat: moment }),
  });
  for await (const { number } of certificatesOf(caller, id)) {
    writeFileSync(at('holder.json'), JSON.stringify(holder(n)));
    await done('download', number, '--out', folder, '--holder', at('holder.json'), '--server', origin);
    return { number, file: at(`${number}.json`) };
  }
  throw new Error('no certificate');
}

beforeAll(async () => {
  root = await makeKey();
  const port = await freePort();
  origin = `http://localhost:${port}`;
  service = await startLocal({
    ...withDemoClock(settingsFor(origin, root, newSecret())),
    port,
    persist: at('state'),
    log: at('log'),
  });
  writeKeyFile(at('root.json'), { private: root.private });
  writeFileSync(at('scope.csv'), 'occupation_code,occupation_name,job_types,levels\n6-31-01-03,电工,,3\n');
  for (const name of ['province', 'city', 'school', 'next']) await makeKeyFile(at(`${name}.json`), { server: origin });
  await done(
    'appoint',
    '--root',
    at('root.json'),
    '--centre',
    '3700',
    '--name',
    '省中心',
    '--key',
    at('province.json'),
  );
  await done(
    'appoint',
    '--root',
    at('root.json'),
    '--centre',
    '3701',
    '--name',
    '济南市中心',
    '--key',
    at('city.json'),
    '--by',
    at('province.json'),
  );
  await done(
    'file',
    '--key',
    at('province.json'),
    '--organization',
    CODE,
    '--name',
    '山东鲁能技师学院',
    '--uscc',
    '91350100M000100Y43',
    '--scope',
    at('scope.csv'),
  );
  await done('client', '--key', at('province.json'), '--organization', CODE, '--client', at('school.json'));
}, 60_000);
afterAll(async () => {
  await service.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}, 30_000);

export interface Listed {
  typ: string;
  sub: string;
  jti: string;
  kid?: string;
  ended?: number;
}
export const listed = async (...args: string[]) =>
  (await done('withdraw', '--server', origin, ...args)).statements as Listed[];
