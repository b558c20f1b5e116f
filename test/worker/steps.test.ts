/**
 * Taking steps: what is signed is what is stored, in order, once, by whoever may; and nobody else.
 */
import { env } from 'cloudflare:workers';
import { beforeAll, expect, test } from 'vitest';
import { isRefusal } from '../../src/base/refusal.ts';
import { signStep } from '../../src/core/procedure/read-case.ts';
import type { Env } from '../../src/env.ts';
import { serviceOf } from '../../src/env.ts';
import { CallError } from '../../src/sdk/call.ts';
import type { Identity } from '../../src/sdk/sign.ts';
import { APPLICANT_SHARE, readFile } from '../../src/service/procedure/case-files.ts';
import { insertAttachment, putAttachment } from '../../src/storage/object-store.ts';
import {
  as,
  candidates,
  db,
  fileWith,
  foundProvince,
  makeCentre,
  ORIGIN,
  type Organization,
  type Province,
  submit,
} from '../kit.ts';
import { cases, makeApplicant, rulesOf, take, view } from '../procedure-kit.ts';

let world: Province;
let otherCity: Identity;
let school: Organization;
let plant: Organization;
const now = () => Math.floor(Date.now() / 1000);

const problemOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'none';
  } catch (error) {
    if (isRefusal(error)) return error.code;
    if (error instanceof CallError) return `${error.problem.status}:${error.problem.code}`;
    throw error;
  }
};

beforeAll(async () => {
  world = await foundProvince();
  otherCity = await makeCentre(world.root, '3702', '青岛市职业技能鉴定指导中心');
  await as(world.province).post('/v1/centres', { statement: otherCity.token });
  school = await fileWith(world.city, 'S000037000001');
  plant = await fileWith(world.province, 'Y000037000002', { name: '山东重工集团' });
});

test('an organization publishes its rules, and every version stays', async () => {
  const about = `rules:${school.code}`;
  expect(await take(school.client, about, 'rules.publish', rulesOf('2026-1'))).toEqual({
    about,
    step: 'rules.publish',
    seq: 1,
    state: 'published',
  });
  expect(await take(school.client, about, 'rules.publish', rulesOf('2026-2'))).toMatchObject({ seq: 2 });
  const seen = await view(world.city, about);
  expect(seen.steps.map(({ body }) => (body as { version: string }).version)).toEqual(['2026-1', '2026-2']);
  expect(seen).toMatchObject({
    organization: school.code,
    centre: 'centre:3701',
    facts: { version: '2026-2' },
    allowed: [],
  });
  expect((await view(school.client, about)).allowed).toEqual(['rules.publish']);
  expect(await problemOf(view(otherCity, about))).toBe('403:out_of_reach');
  expect(await problemOf(view(plant.client, about))).toBe('403:out_of_reach');
  expect((await cases(otherCity)).length).toBe(0);
  expect((await cases(world.province, '?kind=rules')).map((one) => one.about)).toEqual([about]);
});

test('a suspended organization uploads and orders nothing; the tier that suspended, or a higher one, lifts it', async () => {
  const about = `standing:${school.code}`;
  expect(await problemOf(take(school.client, about, 'standing.suspend', { reason: '自愿暂停' }))).toBe(
    '403:role_wrong',
  );
  expect(await problemOf(take(otherCity, about, 'standing.suspend', { reason: '现场检查发现问题' }))).toBe(
    '403:out_of_reach',
  );
  await take(world.province, about, 'standing.suspend', { reason: '现场检查发现问题' });
  expect(await problemOf(submit(school, candidates(1)))).toBe('409:organization_suspended');
  expect(await problemOf(take(world.city, about, 'standing.resume', { reason: '已整改' }))).toBe('403:rank_too_low');
  expect(await take(world.province, about, 'standing.resume', { reason: '已整改' })).toMatchObject({
    state: 'active',
    seq: 2,
  });
  expect((await submit(school, candidates(1, 900))).count).toBe(1);
});

test('a centre returns a batch by a signed step, and what it said stays', async () => {
  const batch = await submit(school, candidates(1, 910));
  await take(world.city, `batch:${batch.id}`, 'batch.return', { reason: '缺考评员签字' });
  expect(await as(school.client).get(`/v1/batches/${batch.id}`)).toMatchObject({
    state: 'returned',
    returned_reason: '缺考评员签字',
  });
  expect(await problemOf(take(world.province, `batch:${batch.id}`, 'batch.return', { reason: '再退一次' }))).toBe(
    '409:step_not_now',
  );
});

test('the same step again changes nothing; two at once leave one', async () => {
  const about = `rules:${plant.code}`;
  const sign = (version: string) =>
    signStep(
      plant.client,
      { aud: ORIGIN, about, step: 'rules.publish', seq: 0, body: rulesOf(version) },
      now(),
      crypto.randomUUID(),
    );
  const statement = await sign('a');
  const answers = await Promise.all(
    [statement, await sign('b')].map((one, i) =>
      as(plant.client).send('POST', '/v1/steps', { body: { statement: one, body: rulesOf(i === 0 ? 'a' : 'b') } }),
    ),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  const won = answers[0]?.status === 201 ? { statement, body: rulesOf('a') } : undefined;
  if (won) expect((await as(plant.client).send('POST', '/v1/steps', { body: won })).status).toBe(200);
  expect((await view(plant.client, about)).steps).toHaveLength(1);
});

test('what was not signed, or by another, or for another service, or too long ago, is refused', async () => {
  const about = `rules:${school.code}`;
  const { seq, last } = await view(school.client, about);
  const next = { aud: ORIGIN, about, step: 'rules.publish' as const, seq, last, body: rulesOf('x') };
  const hand = (statement: string, body: unknown = rulesOf('x'), who = school.client) =>
    problemOf(as(who).post('/v1/steps', { statement, body }));
  const id = crypto.randomUUID();
  const good = await signStep(school.client, next, now(), id);
  expect(await hand(good, rulesOf('y'))).toBe('400:step_body_differs');
  expect(await hand(good, rulesOf('x'), plant.client)).toBe('403:key_unknown');
  expect(await hand(await signStep({ ...school.client, subject: 'org:Y000037000002' }, next, now(), id))).toBe(
    '403:issuer_not_caller',
  );
  expect(await hand(await signStep(school.client, { ...next, aud: 'https://other.example' }, now(), id))).toBe(
    '403:audience_wrong',
  );
  expect(await hand(await signStep(school.client, next, now() - 3600, id))).toBe('403:step_stale');
  expect(await hand(await signStep(school.client, { ...next, seq: seq + 1 }, now(), id))).toBe('409:step_out_of_order');
  expect(await hand(await signStep(school.client, { ...next, step: 'plan.file' as never }, now(), id))).toBe(
    '400:step_unknown',
  );
  const bad = { version: 'x' };
  expect(await hand(await signStep(school.client, { ...next, body: bad }, now(), id), bad)).toBe(
    '400:step_body_malformed',
  );
  expect(await problemOf(view(school.client, 'plan:p00000000'))).toBe('404:case_not_found');
});

test('a stored step cannot be changed or taken away, and an edited body is seen', async () => {
  const about = `rules:${school.code}`;
  await expect(db.prepare('DELETE FROM steps WHERE about = ?').bind(about).run()).rejects.toThrow('steps_stay');
  await expect(db.prepare("UPDATE steps SET sealed = 'x' WHERE about = ?").bind(about).run()).rejects.toThrow(
    'steps_stay',
  );
  await db.prepare('DROP TRIGGER steps_stay_update').run();
  await db
    .prepare(
      'UPDATE steps SET sealed = (SELECT sealed FROM steps WHERE about = ?1 AND seq = 2) WHERE about = ?1 AND seq = 1',
    )
    .bind(about)
    .run();
  expect(await problemOf(view(school.client, about))).toBe('409:ciphertext_wrong');
});

test('a key that nobody named speaks for itself alone', async () => {
  const somebody = await makeApplicant();
  expect(await as(somebody).get('/v1/me')).toEqual({
    role: 'applicant',
    subject: somebody.subject,
    jkt: somebody.kid,
    statements: [],
  });
  expect(await cases(somebody)).toEqual([]);
  expect(await problemOf(take(somebody, `rules:${school.code}`, 'rules.publish', rulesOf('x'), { seq: 0 }))).toBe(
    '403:out_of_reach',
  );
  expect(await problemOf(as(somebody).get('/v1/batches'))).toBe('403:role_wrong');
  const other = await makeApplicant();
  expect(await problemOf(as({ ...somebody, token: other.token }).get('/v1/me'))).toBe('401:proof_wrong');
  expect((await as(school.client).get<{ statements: unknown[] }>('/v1/me')).statements).toEqual([
    expect.objectContaining({ typ: 'client+jwt', token: school.client.token }),
  ]);
});

test('files are told by their content, kept for whoever handed them in, and read by whoever reaches the case', async () => {
  const pdf = new TextEncoder().encode('%PDF-1.7\n%x');
  const kept = await as(school.client).json<{ sha256: string }>('POST', '/v1/files', {
    body: pdf,
    type: 'application/pdf',
  });
  expect(kept).toMatchObject({ type: 'application/pdf', size: pdf.length });
  expect(
    await problemOf(
      as(school.client).json('POST', '/v1/files', { body: new TextEncoder().encode('MZ'), type: 'application/pdf' }),
    ),
  ).toBe('415:file_type_unsupported');
  expect(await problemOf(as(school.client).take('GET', `/v1/cases/rules:${plant.code}/files/${kept.sha256}`))).toBe(
    '403:out_of_reach',
  );
  expect(await problemOf(as(plant.client).take('GET', `/v1/cases/rules:${plant.code}/files/${kept.sha256}`))).toBe(
    '404:file_not_found',
  );
});

test('a file that is not the one named is not given out, and a stranger keeps only so much', async () => {
  const pdf = new TextEncoder().encode('%PDF-1.7\n%y');
  const { sha256 } = await as(school.client).json<{ sha256: string }>('POST', '/v1/files', {
    body: pdf,
    type: 'application/pdf',
  });
  const service = serviceOf(env as Env);
  const { subject } = school.client;
  // Whoever has the disk and the key puts another file in its place.
  await putAttachment(
    service.files,
    subject,
    sha256,
    await service.vault.sealBytes(`file:${subject}:${sha256}`, new TextEncoder().encode('%PDF-1.7\n%z')),
  );
  expect(await problemOf(readFile(service, subject, sha256))).toBe('file_differs');
  const somebody = await makeApplicant();
  const hand = (text: string) =>
    problemOf(
      as(somebody).json('POST', '/v1/files', {
        body: new TextEncoder().encode(`%PDF-${text}`),
        type: 'application/pdf',
      }),
    );
  expect(await hand('1')).toBe('none');
  await insertAttachment(db, {
    owner: somebody.subject,
    sha256: 'A'.repeat(43),
    type: 'application/pdf',
    size: APPLICANT_SHARE - 20,
    created_at: now(),
  });
  expect(await hand('2222')).toBe('none');
  expect(await hand('2222')).toBe('none');
  expect(await hand('33333')).toBe('413:files_too_many');
});
