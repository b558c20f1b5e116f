/**
 * The life of a certificate, from an appointed centre to a checked and revoked certificate, through the HTTP API.
 * Read this first: every other test looks closer at one of its steps.
 */
import { beforeAll, expect, test } from 'vitest';
import { openBundle, readBundle } from '../src/core/bundle.ts';
import { openDirectory } from '../src/core/directory.ts';
import type { Report } from '../src/core/report.ts';
import { Memo } from '../src/core/statement.ts';
import { verify } from '../src/core/verify.ts';
import { CallError } from '../src/sdk/call.ts';
import { approveBatch, changeStatus } from '../src/sdk/sign.ts';
import {
  anyone,
  approve,
  as,
  candidate,
  fileWith,
  foundProvince,
  type Issued,
  idNumber,
  issue,
  type Organization,
  type Province,
  type Submitted,
  submit,
  testEnv,
} from './kit.ts';

let province: Province;
let school: Organization;
let batch: Submitted;
let approval: string;
let certificates: Issued[];

const CODE = 'S000037000001';
const RARE = '𬭎㛃龑';

beforeAll(async () => {
  province = await foundProvince();
  school = await fileWith(province.city, CODE);
});

test('the school uploads the results of an exam; the root is over its rows', async () => {
  batch = await submit(school, [
    candidate(1),
    candidate(2, { name: RARE, level: 3 }),
    candidate(3, {
      name: '阿卜杜热合曼·买买提',
      occupation_code: '6-18-02-04',
      occupation_name: '焊工',
      job_type: '电焊工',
      level: '五级/初级工',
    }),
    candidate(4, { name: 'MARIA GARCIA', id_type: '护照', id_number: 'G12345678' }),
  ]);
  expect(batch.count).toBe(4);
  expect(await as(school.client).get(`/v1/batches/${batch.id}`)).toMatchObject({
    state: 'submitted',
    issued: 0,
    approvals: [],
  });
});

test('nobody can issue before both centres approved', async () => {
  const early = await approveBatch(province.province, batch);
  await expect(issue(school, batch, early)).rejects.toMatchObject({ problem: { code: 'city_approval_missing' } });
});

test('the city approves, then the province; the school orders; numbers have no gap', async () => {
  approval = await approve(province, school, batch);
  expect(await issue(school, batch, approval)).toMatchObject({ state: 'issued', issued: 4 });
  ({ certificates } = await as(school.client).get<{ certificates: Issued[] }>(`/v1/batches/${batch.id}/certificates`));
  expect(certificates.map(({ row, number }) => [row, number])).toEqual([
    [1, `${CODE}263000001`],
    [2, `${CODE}263000002`],
    [3, `${CODE}265000001`],
    [4, `${CODE}263000003`],
  ]);
});

test('the same call again changes nothing', async () => {
  expect(await issue(school, batch, approval)).toMatchObject({ state: 'issued', issued: 4 });
  expect(await as(school.client).get(`/v1/batches/${batch.id}/certificates`)).toMatchObject({ certificates });
});

test('anyone looks it up by its number, and sees a verified report without personal data', async () => {
  const report = await anyone.get<Report>(`/v1/certificates/${certificates[1]?.number.toLowerCase()}`);
  expect(report.checks.map(({ id, result, code }) => [id, result, code])).toEqual([
    ['number', 'pass', undefined],
    ['signature', 'pass', undefined],
    ['filing', 'pass', undefined],
    ['approval', 'pass', undefined],
    ['order', 'pass', undefined],
    ['log', 'not_checked', 'log_not_kept'],
    ['document', 'not_checked', 'no_document'],
    ['status', 'pass', undefined],
  ]);
  expect(report).toMatchObject({
    verdict: 'valid',
    certificate: {
      organization: { code: CODE, name: '济南泉城职业培训学校' },
      occupation: { code: '6-31-01-03', name: '电工' },
      job: '--',
      level: 3,
      level_name: '三级/高级工',
      holder: { name: '𬭎**' },
      filed_by: 'centre:3701',
      approved_by: ['centre:3701', 'centre:3700'],
    },
  });
  expect(JSON.stringify(report)).not.toContain(RARE);
  expect(JSON.stringify(report)).not.toContain(idNumber(2));
});

test('a citizen finds it by name and document number, and by number and name', async () => {
  const { number } = certificates[2] as Issued;
  for (const query of [
    { name: '阿卜杜热合曼•买买提', id_number: idNumber(3) },
    { number, name: '阿卜杜热合曼·买买提' },
    { number, id_number: idNumber(3).toLowerCase() },
  ]) {
    const { results } = await anyone.post<{ results: Report[] }>('/v1/certificates/search', query);
    expect(results).toMatchObject([{ verdict: 'valid', certificate: { number, job: '电焊工' } }]);
    // What was proved comes signed, and nothing else does.
    const disclosed = String(results[0]?.credential)
      .split('~')
      .slice(1, -1)
      .map((one) =>
        new TextDecoder().decode(
          Uint8Array.from(atob(one.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0)),
        ),
      );
    expect(disclosed.map((text) => (JSON.parse(text) as string[])[1])).toEqual([
      ...('name' in query ? ['name'] : []),
      ...('id_number' in query ? ['identifier'] : []),
    ]);
  }
  for (const query of [
    { name: '别人', id_number: idNumber(3) },
    { number, name: '别人' },
    { name: '阿卜杜热合曼·买买提', id_number: idNumber(4) },
  ]) {
    await expect(anyone.post('/v1/certificates/search', query)).rejects.toMatchObject({
      problem: { status: 404, code: 'no_match' },
    });
  }
});

test('the holder downloads it, and checks the bundle without the service', async () => {
  const { number } = certificates[0] as Issued;
  const holder = { name: '欧阳建国', id_number: idNumber(1) };
  const pdf = await anyone.take('POST', `/v1/certificates/${number}/download`, {
    body: holder,
    accept: 'application/pdf',
  });
  expect(new TextDecoder().decode((await pdf.arrayBuffer()).slice(0, 5))).toBe('%PDF-');
  const bundle = readBundle(
    await anyone.json('POST', `/v1/certificates/${number}/download`, {
      body: holder,
      accept: 'application/vnd.luzheng.bundle+json',
    }),
  );
  const { evidence, centres } = openBundle(bundle);
  const directory = await openDirectory(
    { thumbprints: [testEnv.TRUST_ROOT], roots: bundle.roots },
    centres,
    new Memo(),
  );
  const { report } = await verify({ asked: number, ...evidence }, directory, Math.floor(Date.now() / 1000));
  // Offline everything holds but the status, which nobody can know.
  expect(report).toMatchObject({ verdict: 'incomplete', certificate: { holder: { name: '欧阳建国' } } });
  expect(report.checks.filter((check) => check.result !== 'pass').map((check) => check.id)).toEqual([
    'log',
    'document',
    'status',
  ]);
  // Online the same bundle is complete.
  expect(await anyone.post('/v1/verify', { bundle })).toMatchObject({ verdict: 'valid' });
});

test('an employer scans the code: the seal is genuine, and alone it is incomplete', async () => {
  const { seal_url: seal, credential } = certificates[3] as Issued;
  expect(await anyone.post('/v1/verify', { seal })).toMatchObject({
    verdict: 'incomplete',
    certificate: { holder: { name: 'MARIA GARCIA' } },
  });
  expect(await anyone.post('/v1/verify', { credential })).toMatchObject({
    verdict: 'valid',
    certificate: { holder: { name: 'MARIA GARCIA', id_number: '*****5678' } },
  });
  const other = seal.replace(/\d(\d{5})$/, (all) => String((BigInt(all) + 1n) % 1000000n).padStart(6, '0'));
  expect(await anyone.post('/v1/verify', { seal: other })).toMatchObject({ verdict: 'invalid' });
});

test('the school revokes a certificate; everyone sees it at once', async () => {
  const { number, credential } = certificates[0] as Issued;
  const statement = await changeStatus(school.client, { number, action: 'revoke', reason: 'issued_in_error', seq: 1 });
  expect(await as(school.client).post(`/v1/certificates/${number}/status`, { statement })).toMatchObject({
    state: 'revoked',
  });
  expect(await anyone.get(`/v1/certificates/${number}`)).toMatchObject({
    verdict: 'revoked',
    status: { action: 'revoke', reason: 'issued_in_error' },
  });
  expect(await anyone.post('/v1/verify', { credential })).toMatchObject({ verdict: 'revoked' });
  await expect(as(school.client).post(`/v1/certificates/${number}/status`, { statement })).rejects.toThrow(CallError);
});

test('what is not there is not found, and never called false', async () => {
  await expect(anyone.get(`/v1/certificates/${CODE}263999999`)).rejects.toMatchObject({
    problem: { status: 404, code: 'certificate_not_found' },
  });
  await expect(anyone.get('/v1/certificates/S000037000001266000001')).rejects.toMatchObject({
    problem: { status: 400, code: 'number_malformed', part: 'level' },
  });
});
