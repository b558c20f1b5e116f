import { expect, test } from 'vitest';
import { CSV } from '../../src/api/openapi-examples.ts';
import { signStep } from '../../src/core/procedure/read-case.ts';
import { FILE_TYPES } from '../../src/core/rows/rows.ts';
import { approveBatch, changeStatus, orderBatch } from '../../src/sdk/sign.ts';
import { drawOne } from '../draw-kit.ts';
import { jpeg, png } from '../formats/fixtures-photo.ts';
import { zip } from '../formats/fixtures-zip.ts';
import { approve, candidate, candidates, certify, idNumber, ORIGIN, type Submitted, submit, uploadOf } from '../kit.ts';
import { publish, resultRows } from '../notice-kit.ts';
import { makeApplicant, returnOf, rulesOf, take } from '../procedure-kit.ts';
import { claimsOf } from './forge.ts';
import { ask, batch, CODE, one, school, world } from './openapi-kit.ts';

/** A batch from its rows to its certificates, and the cases of the procedure, each by every route. */
export function batchesAndCases(): void {
  test('the whole way of a batch', async () => {
    const { city, province } = world;
    const { client } = school;
    const created = await ask(
      'POST /v1/batches',
      {},
      client,
      201,
      { candidates: candidates(2, 10) },
      { 'Idempotency-Key': 'k' },
    );
    expect(
      await ask('POST /v1/batches', {}, client, 201, { candidates: candidates(2, 10) }, { 'Idempotency-Key': 'k' }),
    ).toMatchObject({ id: (created as { id: string }).id });
    await ask('POST /v1/batches', {}, client, 422, { candidates: [candidate(1), candidate(20, { name: '' }), {}] });
    await ask('POST /v1/batches', {}, client, 400, 'x', { 'Content-Type': 'text/csv' });
    const { body, type } = await uploadOf(
      [candidate(40), candidate(41), candidate(42)],
      zip([
        { name: `${idNumber(40)}.jpg`, bytes: jpeg() },
        { name: `${idNumber(41)}.png`, bytes: png() },
      ]),
    );
    const { id: seen } = (await ask('POST /v1/batches', {}, client, 201, body, { 'Content-Type': type })) as {
      id: string;
    };
    for (const [position, status] of [
      ['0', 200],
      ['1', 200],
      ['2', 404],
    ] as const)
      await ask('GET /v1/batches/{id}/rows/{position}/photo', { id: seen, position }, city, status);
    const nobody = await uploadOf([candidate(43)], zip([{ name: 'nobody.jpg', bytes: jpeg() }]));
    await ask('POST /v1/batches', {}, client, 422, nobody.body, { 'Content-Type': nobody.type });
    await ask('POST /v1/batches', {}, client, 400, 'x', { 'Content-Type': 'multipart/form-data; boundary=x' });
    await ask('GET /v1/batches/{id}/rows', { id: seen }, city, 200);
    for (const type of FILE_TYPES)
      await ask('POST /v1/batches', {}, client, 201, CSV.replace(/\d{17}[\dX]/, idNumber(50)), {
        'Content-Type': type,
      });
    const id = created.id as string;
    const about: Submitted = { id, batch: id, root: created.root as string, count: 2, aud: ORIGIN, organization: CODE };
    const inner = await approveBatch(city, about);
    await ask('POST /v1/batches/{id}/approvals', { id }, city, 201, { approval: inner });
    await ask('POST /v1/batches/{id}/approvals', { id }, city, 403, { approval: await approveBatch(city, batch) });
    const approval = await approveBatch(province, about, inner);
    await ask('POST /v1/batches/{id}/issue', { id }, client, 200, {
      approval,
      order: await orderBatch(client, about, claimsOf(approval).jti as string),
    });
    await ask('POST /v1/batches/{id}/issue', { id }, client, 409, { approval: inner, order: 'x' });
    await ask('GET /v1/batches', {}, client, 200);
    for (const route of ['GET /v1/batches/{id}', 'GET /v1/batches/{id}/rows', 'GET /v1/batches/{id}/certificates']) {
      await ask(route, { id }, city, 200);
      await ask(route, { id: 'b0' }, city, 404);
    }
    await ask('GET /v1/batches/{id}/certificates.zip', { id }, city, 200);
    const back = await submit(school, candidates(1, 30));
    await ask('GET /v1/batches/{id}/certificates.zip', { id: back.id }, client, 409);
    await approve(world, school, back);
    await ask('POST /v1/batches/{id}/return', { id: back.id }, city, 400, {});
    await ask(
      'POST /v1/batches/{id}/return',
      { id: back.id },
      city,
      201,
      await returnOf(city, back.id, '请补考务记录'),
    );
    expect(await ask('GET /v1/batches/{id}', { id: back.id }, client, 200)).toMatchObject({
      state: 'returned',
      returned_reason: '请补考务记录',
    });
  });

  test('certificates in the hands of their organization, and every verdict of a report', async () => {
    const { client } = school;
    const { number, credential } = one;
    await ask('GET /v1/certificates/{number}.pdf', { number }, client, 200);
    await ask('GET /v1/certificates/{number}.pdf', { number: number.replace(/.$/, '9') }, client, 404);
    const replaced = await certify(world, school, [candidate(1, { name: '欧阳建军', replaces: number })]);
    expect(await ask('GET /v1/certificates/{number}', { number }, undefined, 200)).toMatchObject({
      verdict: 'replaced',
      replaced_by: replaced.certificates[0]?.number,
    });
    const next = replaced.certificates[0]?.number as string;
    const statement = await changeStatus(client, {
      number: next,
      action: 'suspend',
      reason: 'under_investigation',
      seq: 1,
    });
    await ask('POST /v1/certificates/{number}/status', { number: next }, client, 201, { statement });
    await ask('POST /v1/certificates/{number}/status', { number: next }, client, 409, { statement });
    expect(await ask('GET /v1/certificates/{number}', { number: next }, undefined, 200)).toMatchObject({
      verdict: 'suspended',
      status: { action: 'suspend' },
    });
    const altered = credential.replace(/\.[^.~]+~/, `.${'A'.repeat(86)}~`);
    expect(await ask('POST /v1/verify', {}, undefined, 200, { credential: altered })).toMatchObject({
      verdict: 'invalid',
      certificate: null,
    });
  });

  test('the procedure: a step, its case, its files', async () => {
    const { client } = school;
    const about = `rules:${CODE}`;
    const step = async (version: string, seq: number) => {
      const body = rulesOf(version);
      return {
        statement: await signStep(
          client,
          { aud: ORIGIN, about, step: 'rules.publish', seq, body },
          Math.floor(Date.now() / 1000),
          crypto.randomUUID(),
        ),
        body,
      };
    };
    const first = await step('2026', 0);
    await ask('POST /v1/steps', {}, client, 201, first);
    await ask('POST /v1/steps', {}, client, 200, first);
    await ask('POST /v1/steps', {}, client, 409, await step('2027', 0));
    await ask('POST /v1/steps', {}, client, 400, { ...first, body: {} });
    await ask('POST /v1/steps', {}, client, 403, {
      ...first,
      statement: first.statement.replace(/[^.]+$/, 'A'.repeat(86)),
    });
    await ask('GET /v1/cases', {}, world.city, 200);
    await take(world.city, `standing:${CODE}`, 'standing.suspend', { reason: '现场检查发现问题' });
    expect(await ask('GET /v1/organizations/{code}', { code: CODE }, undefined, 200)).toMatchObject({
      rules: { version: '2026' },
      suspension: { by: 'centre:3701' },
    });
    await take(world.city, `standing:${CODE}`, 'standing.resume', { reason: '已整改' });
    await ask('GET /v1/cases/{about}', { about }, client, 200);
    await ask('GET /v1/cases/{about}', { about: 'plan:p00000000' }, client, 404);
    await ask('GET /v1/cases/{about}', { about }, await makeApplicant(), 403);
    const { sha256 } = (await ask('POST /v1/files', {}, client, 201, jpeg(), { 'Content-Type': 'image/jpeg' })) as {
      sha256: string;
    };
    await ask('POST /v1/files', {}, client, 415, Uint8Array.of(1), { 'Content-Type': 'image/jpeg' });
    await ask('GET /v1/cases/{about}/files/{sha256}', { about, sha256 }, world.city, 200);
    await ask('GET /v1/cases/{about}/files/{sha256}', { about, sha256: 'A'.repeat(43) }, world.city, 404);
    await ask('GET /v1/me', {}, client, 200);
    await ask('GET /desk/view/{path}', { path: 'home' }, client, 200);
    await ask('GET /desk/view/{path}', { path: 'nothing' }, client, 404);
    await ask('GET /v1/reviews', {}, world.city, 200);
    await ask('GET /v1/certificates/{number}/trail', { number: one.number }, world.city, 200);
    expect(await ask('GET /v1/me', {}, await makeApplicant(), 200)).toMatchObject({
      role: 'applicant',
      statements: [],
    });
  });

  test('from published results to their batch, and tables to fill in', async () => {
    const path = 'POST /v1/results/{about}/batch';
    const notice = (until: string) =>
      publish(school, { rows: resultRows('2026-11-01', ['欧阳建国']), from: '2026-11-02', until });
    const about = `results:${await notice('2026-11-09')}`;
    const made = await ask(path, { about }, school.client, 201, {});
    expect(await ask(path, { about }, school.client, 200, {})).toEqual(made);
    expect(await ask('GET /v1/batches/{id}', { id: made.id as string }, school.client, 200)).toMatchObject({
      procedure: 'notice',
      results: about,
    });
    await ask(path, { about: `results:${await notice('2099-12-31')}` }, school.client, 409, {});
    await ask(path, { about: 'results:r00000000' }, school.client, 404, {});
    await ask(path, { about }, school.client, 400, 'x', { 'Content-Type': 'application/zip' });
    await ask(path, { about }, world.city, 403, {});
    for (const template of ['roster.csv', 'results.xlsx'])
      await ask('GET /v1/templates/{template}', { template }, undefined, 200);
    await ask('GET /v1/templates/{template}', { template: 'x' }, undefined, 404);
  });

  test('draws and what was found', async () => {
    const { client } = school;
    const { draw, sha256 } = await drawOne(world.city, school, String(claimsOf(school.filing).name));
    expect(await ask('GET /v1/draws/{draw}/findings', { draw }, client, 200)).toMatchObject({
      state: 'drawn',
      findings: [{ finding: 'minor' }],
    });
    await ask('GET /v1/draws/{draw}/files/{sha256}', { draw, sha256 }, client, 200);
    await ask('GET /v1/draws/{draw}/files/{sha256}', { draw, sha256: 'A'.repeat(43) }, client, 404);
    await ask('GET /v1/sessions', {}, world.city, 200);
    await ask('GET /v1/draws', {}, undefined, 200);
    expect(await ask('GET /v1/draws/{draw}', { draw }, undefined, 200)).toMatchObject({
      about: `draw:${draw}`,
      findings: [{ summary: '考场标识不全' }],
    });
    await ask('GET /v1/draws/{draw}', { draw: 'd00000000' }, undefined, 404);
    await ask('GET /supervision', {}, undefined, 200);
    await ask('GET /supervision/{draw}', { draw }, undefined, 200);
  });
}
