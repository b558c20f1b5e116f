/**
 * The drills of keys/README.md at the real Worker: a stolen client key, centre key and issuing key, and the province's
 * only key. Each time: what was approved and ordered before stays valid, what came later does not count, online or
 * offline; whoever holds the stolen key gets no further by back-dating; and work goes on.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { openDirectory } from '../../src/core/directory.ts';
import { openDocument } from '../../src/core/paper/document-check.ts';
import type { Report } from '../../src/core/report.ts';
import { Memo } from '../../src/core/statement.ts';
import { verify } from '../../src/core/verify.ts';
import { certifyNewestKey } from '../../src/sdk/file-organization.ts';
import { changeStatus, fileOrganization, type Identity, nameClient, orderBatch, withdraw } from '../../src/sdk/sign.ts';
import {
  anyone,
  approve,
  as,
  candidate,
  candidates,
  certify,
  db,
  fileWith,
  idNumber,
  issue,
  makeCentre,
  type Organization,
  order,
  SCOPE,
  submit,
  testEnv,
} from '../kit.ts';
import { stolenCentreKey } from './drill-centre.ts';
import {
  accepted,
  bundleOf,
  failure,
  foundWorld,
  jti,
  kidOf,
  look,
  nextClient,
  offline,
  type Trust,
  tick,
  trustNow,
  world,
} from './drill-kit.ts';
import { callAs, claimsOf, now, refused } from './forge.ts';

beforeAll(foundWorld);

describe('a stolen client key', () => {
  let school: Organization;
  let fresh: Identity;
  let before: { number: string; bundle: unknown };
  let revoked: string;
  let after: { number: string; bundle: unknown };
  let waiting: Awaited<ReturnType<typeof submit>>;
  let waitingApproval: string;
  let old: Trust;

  beforeAll(async () => {
    school = await fileWith(world.city, 'S000037000001');
    const { certificates } = await certify(world, school, candidates(2, 100));
    before = {
      number: certificates[0]?.number as string,
      bundle: await bundleOf(certificates[0]?.number as string, idNumber(100)),
    };
    revoked = certificates[1]?.number as string;
    const since = tick();
    // The thief orders what the centres approved, and revokes what they like.
    const stolen = await certify(world, school, candidates(1, 110));
    after = {
      number: stolen.certificates[0]?.number as string,
      bundle: await bundleOf(stolen.certificates[0]?.number as string, idNumber(110)),
    };
    const revoke = await changeStatus(school.client, { number: revoked, action: 'revoke', reason: 'other', seq: 1 });
    await as(school.client).post(`/v1/certificates/${revoked}/status`, { statement: revoke });
    expect([
      (await look(before.number)).verdict,
      (await look(after.number)).verdict,
      (await look(revoked)).verdict,
    ]).toEqual(['valid', 'valid', 'revoked']);
    waiting = await submit(school, candidates(1, 120));
    waitingApproval = await approve(world, school, waiting);
    old = await trustNow();
    fresh = await nextClient(school);
    await accepted(world.city, await withdraw(world.city, { kid: school.client.kid }, { compromised_since: since }));
  }, 60_000);

  test('online: valid before, invalid after; what it revoked is in force again, and its history says why', async () => {
    expect(await look(before.number)).toMatchObject({ verdict: 'valid' });
    expect(failure(await look(after.number))).toMatchObject({ id: 'order', code: 'client_withdrawn' });
    expect((await look(after.number)).verdict).toBe('invalid');
    const report = await look(revoked);
    expect(report).toMatchObject({
      verdict: 'valid',
      status: { seq: 1, history: [{ action: 'revoke', by: `org:${school.code}`, counts: false }] },
    });
    // The status lists are made of these columns.
    expect(await db.prepare('SELECT state, live FROM certificates WHERE number = ?').bind(revoked).first()).toEqual({
      state: 'valid',
      live: 1,
    });
    // The next event follows on it.
    const next = {
      number: revoked,
      action: 'suspend',
      reason: 'under_investigation',
      seq: 2,
      prev: report.status?.digest as string,
    } as const;
    await as(world.city).post(`/v1/certificates/${revoked}/status`, {
      statement: await changeStatus(world.city, next),
    });
    expect(await look(revoked)).toMatchObject({
      verdict: 'suspended',
      status: {
        seq: 2,
        by: 'centre:3701',
        by_name: '济南市职业技能鉴定指导中心',
        tier: 'city',
        history: [{ seq: 1 }, { seq: 2, counts: true }],
      },
    });
    const { text } = await callAs(undefined, 'GET', `/c/${revoked}`);
    for (const words of [
      '状态变更记录',
      '此项不产生效力',
      '济南市职业技能鉴定指导中心（市级中心）签名',
      'Signed by the issuing organization',
    ])
      expect(text).toContain(words);
  });

  test('offline: with the new trust.json, or a bundle given out since', async () => {
    expect(await offline(before.bundle, await trustNow())).toBe('incomplete');
    expect(await offline(after.bundle, await trustNow())).toBe('client_withdrawn');
    expect(await offline(after.bundle, old)).toBe('incomplete');
    const given = (await bundleOf(before.number, idNumber(100))) as { withdrawals: string[] };
    expect(given.withdrawals.length).toBe(1);
    expect(await offline({ ...(after.bundle as object), withdrawals: given.withdrawals }, old)).toBe(
      'client_withdrawn',
    );
    // And the service says so of a bundle that does not know.
    expect(await anyone.post<Report>('/v1/verify', { bundle: after.bundle })).toMatchObject({ verdict: 'invalid' });
    expect(await anyone.post<Report>('/v1/verify', { bundle: before.bundle })).toMatchObject({ verdict: 'valid' });
  });

  test('the thief gets no further: calls, orders however dated, by whomever submitted, and naming it again', async () => {
    await refused(() => callAs(school.client, 'GET', '/v1/batches'), 401, 'client_withdrawn', 'client+jwt');
    const backdated = await orderBatch(school.client, waiting, jti(waitingApproval), { iat: now() - 30 });
    for (const text of [await order(school, waiting, waitingApproval), backdated]) {
      await refused(
        () => callAs(fresh, 'POST', `/v1/batches/${waiting.id}/issue`, { approval: waitingApproval, order: text }),
        403,
        'client_withdrawn',
        'client+jwt',
      );
    }
    const again = await nameClient(world.city, school.code, school.client.jwk);
    await refused(() => callAs(world.city, 'POST', '/v1/clients', { statement: again }), 403, 'client_withdrawn');
  });

  test('what does not count is not printed any more', async () => {
    const asked = { name: '欧阳建国', id_number: idNumber(110) };
    await refused(
      () =>
        callAs(undefined, 'POST', `/v1/certificates/${after.number}/download`, asked, { Accept: 'application/pdf' }),
      403,
      'client_withdrawn',
    );
  });

  test('work goes on with the new key', async () => {
    const { state } = await issue({ ...school, client: fresh }, waiting, waitingApproval);
    expect(state).toBe('issued');
    const { certificates } = await as(fresh).get<{ certificates: { number: string }[] }>(
      `/v1/batches/${waiting.id}/certificates`,
    );
    expect(await look(certificates[0]?.number as string)).toMatchObject({ verdict: 'valid' });
  });

  test('a genuine result among what fell is issued again', async () => {
    const again = await certify(world, { ...school, client: fresh }, [candidate(110, { replaces: after.number })]);
    expect(await look(again.certificates[0]?.number as string)).toMatchObject({
      verdict: 'valid',
      certificate: { replaces: after.number },
    });
    expect(failure(await look(after.number))).toMatchObject({ id: 'order', code: 'client_withdrawn' });
  });
});

stolenCentreKey();

describe('a stolen issuing key', () => {
  let school: Organization;
  let before: { number: string; credential: string };
  let unprinted: string;
  let after: string;
  let printed: Uint8Array;
  const pdfOf = async (number: string) =>
    new Uint8Array(await (await as(school.client).send('GET', `/v1/certificates/${number}.pdf`)).arrayBuffer());

  beforeAll(async () => {
    school = await fileWith(world.city, 'S000037000004');
    const { certificates } = await certify(world, school, candidates(2, 300));
    before = certificates[0] as typeof before;
    unprinted = certificates[1]?.number as string;
    printed = await pdfOf(before.number);
    const since = tick();
    after = (await certify(world, school, candidates(1, 310))).certificates[0]?.number as string;
    await accepted(
      world.city,
      await withdraw(world.city, { kid: kidOf(before.credential) }, { compromised_since: since }),
    );
  }, 60_000);

  test('nothing is signed with it any more, until the centre files the next key', async () => {
    const batch = await submit(school, candidates(1, 320));
    const approval = await approve(world, school, batch);
    await refused(
      async () =>
        callAs(school.client, 'POST', `/v1/batches/${batch.id}/issue`, {
          approval,
          order: await order(school, batch, approval),
        }),
      409,
      'issuing_key_withdrawn',
    );
    const copy = {
      name: '欧阳建国',
      id_number: idNumber(300),
      copy: { purpose: '入职', expires_on: new Date(Date.now() + 86_400_000).toISOString().slice(0, 10) },
    };
    await refused(
      () => callAs(undefined, 'POST', `/v1/certificates/${before.number}/download`, copy),
      409,
      'issuing_key_withdrawn',
    );
    // Without another key with a certificate the PDF goes unsigned; one that was signed before stays as it is.
    expect(Buffer.from(await pdfOf(before.number)).equals(Buffer.from(printed))).toBe(true);
    expect(Buffer.from(await pdfOf(unprinted)).includes('/ByteRange')).toBe(false);

    const jwk = await as(world.city).post<{ kid: string; kty: 'EC'; crv: 'P-256'; x: string; y: string }>(
      `/v1/organizations/${school.code}/keys`,
      {},
    );
    const { issuing_jwks, uscc, name } = claimsOf(school.filing) as never as Parameters<typeof fileOrganization>[1];
    const filing = await fileOrganization(world.city, {
      code: school.code,
      name,
      uscc,
      route: 'city',
      scope: SCOPE,
      annual_capacity: 100,
      issuing_jwks: { keys: [...issuing_jwks.keys, jwk] },
    });
    await as(world.city).post('/v1/filings', { statement: filing });
    await certifyNewestKey(as(world.city), filing);
    const { certificates } = await certify(world, school, candidates(1, 330));
    expect(kidOf(certificates[0]?.credential as string)).toBe(jwk.kid);
    expect(await look(certificates[0]?.number as string)).toMatchObject({ verdict: 'valid' });
    expect(Buffer.from(await pdfOf(unprinted)).includes('/ByteRange')).toBe(true);
    expect(await anyone.post<Report>('/v1/verify', { credential: before.credential })).toMatchObject({
      verdict: 'valid',
    });
  });

  test('valid before, invalid after, also offline and in a PDF; the retired public key stays published', async () => {
    expect(await look(before.number)).toMatchObject({ verdict: 'valid' });
    expect(failure(await look(after))).toMatchObject({ id: 'signature', code: 'issuing_key_withdrawn' });
    const trust = await trustNow();
    expect(await offline(await bundleOf(before.number, idNumber(300)), trust)).toBe('incomplete');
    const { evidence, centres, bundle } = openDocument(printed as Uint8Array<ArrayBuffer>);
    const directory = await openDirectory(
      { thumbprints: [testEnv.TRUST_ROOT], roots: bundle.roots },
      [...centres, ...trust.centres],
      new Memo(),
      trust.withdrawals,
    );
    const { report } = await verify(evidence, directory, now());
    expect(report.checks.find(({ id }) => id === 'document')).toMatchObject({ result: 'pass' });
    const { keys } = await anyone.get<{ keys: { kid: string }[] }>('/.well-known/jwks.json');
    expect(keys.map(({ kid }) => kid)).toContain(kidOf(before.credential));
  });
});

describe("the province's only key, stolen", () => {
  test('the root appoints another and withdraws it, whatever the thief withdraws', async () => {
    const plant: Organization = await fileWith(world.province, 'Y000037000007', { name: '鲁南机械' });
    const number = (await certify(world, plant, [candidate(600)])).certificates[0]?.number as string;
    const thief = world.province;
    const since = tick();
    const saved = await makeCentre(world.root, '3700', '山东省职业技能鉴定指导中心');
    await as(saved).post('/v1/centres', { statement: saved.token });
    // The thief is quicker, and ends the new key.
    await accepted(thief, await withdraw(thief, { kid: saved.kid }));
    await refused(() => callAs(saved, 'POST', '/v1/organizations/Y000037000007/keys'), 401, 'centre_withdrawn');
    // Signed offline some time ago; any centre may carry it in, because the province's keys may be gone.
    const statement = await withdraw(
      { ...world.root, subject: 'centre:3700' },
      { kid: thief.kid },
      { compromised_since: since, effective: now() },
      { iat: now() - 30 },
    );
    await accepted(world.city, statement);
    await refused(() => callAs(thief, 'POST', '/v1/organizations/Y000037000007/keys'), 401, 'centre_withdrawn');
    expect((await callAs(saved, 'GET', '/v1/organizations/S000037000001/keys/1/request')).status).toBe(200);
    expect(await look(number)).toMatchObject({ verdict: 'valid' });
    const filed = await fileWith(saved, 'Y000037000007', { name: '鲁南机械' });
    expect(
      await look(
        (await certify({ ...world, province: saved }, filed, [candidate(610)])).certificates[0]?.number as string,
      ),
    ).toMatchObject({ verdict: 'valid' });
  });
});
