/**
 * Certificates of an earlier form of the payload in the register: numbered before the form changed, signed before or after,
 * they stay what they are on every way by which they are read.
 */
import { env } from 'cloudflare:workers';
import { beforeAll, expect, test } from 'vitest';
import type { Bundle } from '../../src/core/bundle.ts';
import { splitCredential } from '../../src/core/credential.ts';
import type { Report } from '../../src/core/report.ts';
import { Memo, unverified } from '../../src/core/statement.ts';
import type { Env } from '../../src/env.ts';
import { serviceOf } from '../../src/env.ts';
import { changeStatus } from '../../src/sdk/sign.ts';
import { sweepBatches } from '../../src/service/issue.ts';
import type { Service } from '../../src/service/service.ts';
import {
  anyone,
  approve,
  as,
  candidate,
  certify,
  db,
  fileWith,
  foundProvince,
  type Issued,
  ORIGIN,
  type Organization,
  order,
  type Province,
  submit,
  workerFetch,
} from '../kit.ts';
import { Fault, faultyDatabase, issueStored } from './faults.ts';

let province: Province;
let school: Organization;
/** Signed before, signed after, of today. */
let certificates: Issued[];
const NAMES = ['张三', '李四', '王五'];

const nowSeconds = () => Math.floor(Date.now() / 1000);
const serviceWith = (change: Partial<Service>): Service => ({ ...serviceOf(env as Env), memo: new Memo(), ...change });
const formOf = ({ credential }: Issued): 1 | 2 => {
  const { credentialStatus } = unverified<{ credentialStatus: object }>(splitCredential(credential).jws).claims;
  return Array.isArray(credentialStatus) ? 1 : 2;
};

/** Orders as they were before the column: the default of the migration. */
const before = {
  begin: () =>
    db
      .prepare(
        'CREATE TRIGGER before_forms AFTER INSERT ON orders BEGIN UPDATE orders SET form = 1 WHERE batch = NEW.batch; END',
      )
      .run(),
  end: () => db.prepare('DROP TRIGGER before_forms').run(),
};

beforeAll(async () => {
  province = await foundProvince();
  school = await fileWith(province.city, 'S000037000001');
  await before.begin();
  const first = await certify(province, school, [candidate(1, { name: NAMES[0] })]);
  // Numbered, and then the process died: the second write is the lease, the third the signature.
  const batch = await submit(school, [candidate(2, { name: NAMES[1] })]);
  const approval = await approve(province, school, batch);
  const tokens = { approval, order: await order(school, batch, approval) };
  const faulty = faultyDatabase(db, 2, 'killed before writing');
  await expect(issueStored(serviceWith({ db: faulty.db }), batch.id, tokens, nowSeconds() + 20)).rejects.toThrow(Fault);
  await before.end();
  expect(await sweepBatches(serviceWith({ now: () => nowSeconds() + 40 }), nowSeconds() + 60)).toBe(1);
  const { certificates: late } = await as(school.client).get<{ certificates: Issued[] }>(
    `/v1/batches/${batch.id}/certificates`,
  );
  const today = await certify(province, school, [candidate(3, { name: NAMES[2] })]);
  certificates = [first.certificates[0], late[0], today.certificates[0]] as Issued[];
});

test('the form is that of the day on which the number was given, whoever signed and when', async () => {
  expect(certificates.map(formOf)).toEqual([1, 1, 2]);
  const { results } = await db.prepare('SELECT form FROM orders ORDER BY form').all<{ form: number }>();
  expect(results.map(({ form }) => form)).toEqual([1, 1, 2]);
});

test.each([0, 1, 2])('certificate %i is valid by number, credential, bundle, PDF, QR code and list', async (at) => {
  const { number, credential, seal_url } = certificates[at] as Issued;
  expect((await anyone.get<Report>(`/v1/certificates/${number}`)).verdict).toBe('valid');
  expect((await anyone.post<Report>('/v1/verify', { credential })).verdict).toBe('valid');
  const seal = await anyone.post<Report>('/v1/verify', { seal: seal_url });
  expect(seal.checks.filter(({ result }) => result === 'fail')).toEqual([]);
  const holder = { name: NAMES[at], id_number: candidate(at + 1).id_number };
  const download = (accept: string) =>
    workerFetch(`${ORIGIN}/v1/certificates/${number}/download`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: accept },
      body: JSON.stringify(holder),
    });
  const bundle = (await (await download('application/vnd.luzheng.bundle+json')).json()) as Bundle;
  expect((await anyone.post<Report>('/v1/verify', { bundle })).verdict).toBe('valid');
  const body = await (await download('application/pdf')).arrayBuffer();
  const checked = (await (
    await workerFetch(`${ORIGIN}/v1/verify`, { method: 'POST', headers: { 'Content-Type': 'application/pdf' }, body })
  ).json()) as Report;
  expect([checked.verdict, checked.checks.find(({ id }) => id === 'document')?.result]).toEqual(['valid', 'pass']);
  const list = await workerFetch(`${ORIGIN}/v1/verify/bulk`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-ndjson' },
    body: JSON.stringify({ number, name: NAMES[at] }),
  });
  expect(JSON.parse(new TextDecoder().decode(await list.arrayBuffer()).split('\n')[0] as string)).toMatchObject({
    number,
    verdict: 'valid',
    name: 'match',
  });
});

test('events change them alike', async () => {
  for (const { number } of certificates) {
    const statement = await changeStatus(school.client, { number, action: 'suspend', reason: 'other', seq: 1 });
    expect(await as(school.client).post(`/v1/certificates/${number}/status`, { statement })).toMatchObject({
      state: 'suspended',
    });
    expect((await anyone.get<Report>(`/v1/certificates/${number}`)).verdict).toBe('suspended');
  }
});
