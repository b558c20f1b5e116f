/**
 * The whole service is killed with SIGKILL while it signs a batch; started again on the same data,
 * the same call goes on. What was signed stays, and the numbers have no gap.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freePort, startLocal } from '../../src/cli/local.ts';
import { newSecret, settingsFor } from '../../src/cli/worker-bundle.ts';
import { residentCheckCharacter } from '../../src/core/person.ts';
import { unverified } from '../../src/core/statement.ts';
import { readBatch } from '../../src/sdk/batch.ts';
import { Caller } from '../../src/sdk/call.ts';
import { certificatesOf, type Issued } from '../../src/sdk/fetch-certificates.ts';
import { sendFiling } from '../../src/sdk/file-organization.ts';
import { appointCentre, approveBatch, type Identity, makeKey, nameClient, orderBatch } from '../../src/sdk/sign.ts';
import { removed, scratch } from './run.ts';

const CODE = 'S000037000002';
const COUNT = 6000;

const person = (n: number) => {
  const body = `37010219${String(70 + (n % 29)).padStart(2, '0')}0${1 + (n % 9)}1${n % 9}${String(100 + (Math.floor(n / 29) % 900)).padStart(3, '0')}`;
  return body + residentCheckCharacter(body);
};

test('kill -9 while a batch is signed', async () => {
  const folder = scratch();
  removed(folder);
  const root = await makeKey();
  const port = await freePort();
  const options = {
    ...settingsFor(`http://localhost:${port}`, root, newSecret()),
    port,
    persist: join(folder, 'state'),
    log: join(folder, 'log'),
  };
  let service = await startLocal(options);
  const { origin } = service;
  const identity = async (subject: string, name: (jwk: Identity['jwk']) => Promise<string>): Promise<Identity> => {
    const pair = await makeKey();
    return { ...pair, subject, token: await name(pair.jwk) };
  };
  const province = await identity('centre:3700', (jwk) => appointCentre(root, { code: '3700', name: '省中心', jwk }));
  const centre = new Caller(origin, province);
  await centre.post('/v1/centres', { statement: province.token });
  const scope = [{ code: '6-31-01-03', name: '电工', edition: '2022', jobs: [], levels: [3 as const] }];
  await sendFiling(centre, {
    code: CODE,
    name: '山东鲁能技师学院',
    uscc: '91350100M000100Y43',
    scope,
    annual_capacity: 20_000,
  });
  const client = await identity(`org:${CODE}`, (jwk) => nameClient(province, CODE, jwk));
  await centre.post('/v1/clients', { statement: client.token });
  const caller = new Caller(origin, client);
  const ids = new Set<string>();
  for (let n = 0; ids.size < COUNT; n++) ids.add(person(n));
  const candidates = [...ids].map((id_number) => ({
    name: '欧阳建国',
    id_type: '111',
    id_number,
    occupation_code: '6-31-01-03',
    occupation_name: '电工',
    job_type: '--',
    level: 3,
    score_theory: 80,
    score_practice: 80,
    exam_date: '2026-11-01',
  }));
  const { id } = await caller.post<{ id: string }>('/v1/batches', { candidates });
  const { ref } = await readBatch(caller, id);
  const approval = await approveBatch(province, ref);
  const order = await orderBatch(client, ref, unverified<{ jti: string }>(approval).claims.jti);
  const signed = async (): Promise<Issued[]> => {
    const all: Issued[] = [];
    for await (const one of certificatesOf(caller, id)) all.push(one);
    return all;
  };
  const call = caller.post(`/v1/batches/${id}/issue`, { approval, order }).catch(() => undefined);
  // In the middle of the work: some is signed, and not everything.
  while ((await caller.get<{ issued: number }>(`/v1/batches/${id}`)).issued === 0)
    await new Promise((resolve) => setTimeout(resolve, 20));
  process.kill(-Number(readFileSync(join(options.persist, 'server.pid'), 'utf8')), 'SIGKILL');
  await call;
  await service.stop();
  service = await startLocal(options);
  const before = await signed();
  expect(before.length).toBeGreaterThan(0);
  expect(before.length).toBeLessThan(COUNT);
  let state = '';
  for (const end = Date.now() + 90_000; state !== 'issued' && Date.now() < end; )
    ({ state } = await caller.post<{ state: string }>(`/v1/batches/${id}/issue`, { approval, order }));
  const all = await signed();
  await service.stop();
  // Nothing that was stored is lost or signed again.
  expect(all.slice(0, before.length)).toEqual(before);
  expect(all.map(({ number }) => number)).toEqual(
    Array.from(
      { length: COUNT },
      (_, i) =>
        `${CODE}${new Date(Date.now() + 8 * 3_600_000).getUTCFullYear() % 100}3${String(i + 1).padStart(6, '0')}`,
    ),
  );
}, 180_000);
