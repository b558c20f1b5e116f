/**
 * The second journey: from the form of annex 1 to a certificate that verifies, each step by its own party, with its own
 * key, on its own day. Begin here for what stands around issuing.
 */
import { afterAll, expect, test, vi } from 'vitest';
import { filingFrom } from '../../src/core/procedure/selection.ts';
import type { Filing } from '../../src/core/schema.ts';
import { signStatement } from '../../src/core/statement.ts';
import { approveBatch, type Identity, makeKey, nameClient } from '../../src/sdk/sign.ts';
import { anyone, approve, as, foundProvince, type Issued, idNumber, issue, ORIGIN } from '../kit.ts';
import { resultsOf } from '../plans-kit.ts';
import { fresh, makeApplicant, onDay, rulesOf, sampleApplication, samplePlan, take, view } from '../procedure-kit.ts';
import { claimsOf } from './forge.ts';

afterAll(() => void vi.useRealTimers());

const seconds = () => Math.floor(Date.now() / 1000);
const CODE = 'S000037000021';

test('a body applies, is filed, examines, publishes, answers an objection, uploads, and its certificate verifies', async () => {
  onDay('2026-08-31');
  const world = await foundProvince();

  // Annexes 1 and 2, signed with a key that nobody knows yet; the city wants something corrected, then selects.
  const applicant = await makeApplicant();
  const application = fresh('application');
  await take(applicant, application, 'application.submit', sampleApplication(applicant));
  await take(world.city, application, 'application.return', { reason: '请补充考评人员情况' });
  const corrected = sampleApplication(applicant, {}, { staff: '专职人员 12 人，考评人员 30 人。' });
  await take(applicant, application, 'application.amend', corrected);
  onDay('2026-09-07');
  const issuing = await as(world.city).post<Filing['issuing_jwks']['keys'][number]>(
    `/v1/organizations/${CODE}/keys`,
    {},
  );
  const filing = filingFrom(corrected, {
    code: CODE,
    centre: world.city.subject,
    keys: [issuing],
    iat: seconds(),
    exp: seconds() + 365 * 86_400,
    jti: crypto.randomUUID(),
  });
  await as(world.city).post('/v1/filings', {
    statement: await signStatement('filing+jwt', filing, world.city.key, world.city.kid),
  });
  const token = await nameClient(world.city, CODE, applicant.jwk);
  await as(world.city).post('/v1/clients', { statement: token });
  await take(world.city, application, 'application.select', {
    organization: CODE,
    filing: filing.jti,
    client: claimsOf(token).jti as string,
  });
  const school: Identity = { ...applicant, subject: `org:${CODE}`, token };
  const organization = { code: CODE, centre: world.city, client: school, filing: '' };
  await take(school, `rules:${CODE}`, 'rules.publish', rulesOf('2026'));

  // The plan, five working days ahead; both centres take note.
  onDay('2026-10-12');
  const plan = samplePlan('2026-10-19', 3);
  const planned = fresh('plan');
  await take(school, planned, 'plan.file', {
    ...plan,
    roster: plan.roster.map((entry, i) => ({ ...entry, id_number: idNumber(5000 + i) })),
  });
  for (const centre of [world.city, world.province]) await take(centre, planned, 'plan.receive', {});

  // Exams over, results on notice: one did not pass. Somebody objects, and is answered.
  onDay('2026-10-20');
  const filed = (await view(school, planned)).steps[0]?.body as typeof plan;
  const results = fresh('results');
  await take(
    school,
    results,
    'results.publish',
    resultsOf(planned, filed, [
      [80, 90],
      [75, 59],
      [66, 71],
    ]),
  );
  const { code } = await anyone.post<{ code: string }>(`/v1/notices/${results.slice('results:'.length)}/objections`, {
    row: 2,
    grounds: '请核对签到表',
    contact: '0531-00000000',
  });
  const [objection] = (await as(school).get<{ cases: { about: string; state: string }[] }>('/v1/cases?kind=objection'))
    .cases;
  expect(objection?.state).toBe('open');
  onDay('2026-10-28');
  await expect(as(school).post(`/v1/results/${results}/batch`, {})).rejects.toThrow('objection_open');
  await take(school, objection?.about as string, 'objection.reject', { reason: '签到表与录像均显示该考生到场' });
  expect(await anyone.post('/v1/notices/objections', { code })).toMatchObject({ state: 'rejected' });

  // The batch is made of what was published; city and province approve with keys of their own, and it is issued.
  const { id, root, count } = await as(school).post<{ id: string; root: string; count: number }>(
    `/v1/results/${results}/batch`,
    {},
  );
  expect(count).toBe(2);
  await take(school, results, 'results.upload', { batch: id, root, count });
  const ref = { id, batch: id, root, count, aud: ORIGIN, organization: CODE };
  const stranger = { ...(await makeKey()), subject: world.city.subject, token: world.city.token };
  await expect(
    as(world.city).post(`/v1/batches/${id}/approvals`, { approval: await approveBatch(stranger, ref) }),
  ).rejects.toThrow('key_unknown');
  const approval = await approve(world, organization, ref);
  onDay('2026-10-29');
  expect(await issue(organization, ref, approval)).toMatchObject({ state: 'issued', issued: 2 });

  // Anyone verifies it, and its trail leads back to the plan.
  const { certificates } = await as(school).get<{ certificates: Issued[] }>(`/v1/batches/${id}/certificates`);
  const number = certificates[0]?.number as string;
  expect(await anyone.get(`/v1/certificates/${number}`)).toMatchObject({
    verdict: 'valid',
    certificate: { organization: { code: CODE } },
  });
  const { report } = await as(world.city).get<{ report: unknown }>(`/v1/certificates/${number}/trail?people=all`);
  const told = JSON.stringify(report);
  for (const step of ['plan.file', 'results.publish', 'results.upload', 'objection.raise', 'application.select'])
    expect(told).toContain(step);
  expect(told).not.toContain('"fail"');
});
