import { beforeAll, describe, expect, test } from 'vitest';
import {
  appointCentre,
  approveBatch,
  changeStatus,
  fileOrganization,
  type Identity,
  makeKey,
  nameClient,
  orderBatch,
  withdraw,
} from '../../src/sdk/sign.ts';
import { as, candidates, certify, fileWith, idNumber, makeCentre, type Organization, SCOPE, submit } from '../kit.ts';
import { returnOf } from '../procedure-kit.ts';
import {
  accepted,
  bundleOf,
  failure,
  handIn,
  jti,
  look,
  nextClient,
  offline,
  tick,
  trustNow,
  world,
} from './drill-kit.ts';
import { backdate, callAs, claimsOf, now, refused } from './forge.ts';

/** A centre's key is stolen: what its organizations lose, keep and do next. */
export function stolenCentreKey(): void {
  describe('a stolen centre key', () => {
    let stolen: Identity;
    let centre: Identity;
    let school: Organization;
    let again: Organization;
    let before: { number: string; bundle: unknown };
    let after: { number: string; bundle: unknown };
    let waiting: Awaited<ReturnType<typeof submit>>;

    beforeAll(async () => {
      stolen = await makeCentre(world.root, '3702', '青岛市职业技能鉴定指导中心');
      await as(world.province).post('/v1/centres', { statement: stolen.token });
      await backdate(world, [stolen]);
      school = await fileWith(stolen, 'S000037000003', { name: '青岛海洋学校' });
      const both = { ...world, city: stolen };
      const first = (await certify(both, school, candidates(1, 200))).certificates[0]?.number as string;
      before = { number: first, bundle: await bundleOf(first, idNumber(200)) };
      const since = tick();
      const second = (await certify(both, school, candidates(1, 210))).certificates[0]?.number as string;
      after = { number: second, bundle: await bundleOf(second, idNumber(210)) };
      waiting = await submit(school, candidates(1, 220));

      centre = await makeCentre(world.root, '3702', '青岛市职业技能鉴定指导中心');
      await as(world.province).post('/v1/centres', { statement: centre.token });
      await accepted(world.province, await withdraw(world.province, { kid: stolen.kid }, { compromised_since: since }));
      // Filing and client keys that it signed end with it: the centre makes them again.
      const { issuing_jwks, uscc, name } = claimsOf(school.filing) as never as Parameters<typeof fileOrganization>[1];
      const filing = await fileOrganization(centre, {
        code: school.code,
        name,
        uscc,
        route: 'city',
        scope: SCOPE,
        annual_capacity: 100,
        issuing_jwks,
      });
      await as(centre).post('/v1/filings', { statement: filing });
      again = { ...school, centre, filing, client: await nextClient(school, centre) };
    }, 60_000);

    test('valid before, invalid after, online and offline', async () => {
      expect(await look(before.number)).toMatchObject({ verdict: 'valid' });
      expect(failure(await look(after.number))).toMatchObject({ id: 'filing', code: 'centre_withdrawn' });
      const trust = await trustNow();
      expect([await offline(before.bundle, trust), await offline(after.bundle, trust)]).toEqual([
        'incomplete',
        'centre_withdrawn',
      ]);
    });

    test('the thief gets no further, by calls or by statements of earlier dates in other hands', async () => {
      await refused(
        () => callAs(stolen, 'POST', '/v1/organizations/S000037000003/keys'),
        401,
        'centre_withdrawn',
        'centre+jwt',
      );
      await refused(() => callAs(school.client, 'GET', '/v1/batches'), 401, 'centre_withdrawn');
      const inner = await approveBatch(stolen, waiting, undefined, { iat: now() - 3600 });
      const outer = await approveBatch(world.province, waiting, inner, { iat: now() - 3000 });
      await refused(
        () => callAs(world.province, 'POST', `/v1/batches/${waiting.id}/approvals`, { approval: outer }),
        403,
        'centre_withdrawn',
        'centre+jwt',
      );
      const client = await nameClient(stolen, school.code, (await makeKey()).jwk, { iat: now() - 3600 });
      await refused(() => callAs(centre, 'POST', '/v1/clients', { statement: client }), 403, 'centre_withdrawn');
      await refused(
        async () => handIn(centre, await withdraw(stolen, { kid: again.client.kid }, {}, { iat: now() - 30 })),
        403,
        'centre_withdrawn',
      );
      // Nor does the root's old word bring it back: a key that was withdrawn stays so.
      const appointed = await appointCentre(world.root, { code: '3702', name: '青岛', jwk: stolen.jwk });
      await refused(
        () => callAs(world.province, 'POST', '/v1/centres', { statement: appointed }),
        403,
        'centre_withdrawn',
      );
    });

    test('an approval of the city and an event of an earlier date, signed with the stolen key and carried in by others', async () => {
      const batch = await submit(again, candidates(1, 240));
      const outer = await approveBatch(
        world.province,
        batch,
        await approveBatch(stolen, batch, undefined, { iat: now() - 3600 }),
        { iat: now() - 3000 },
      );
      // Under the filing of today: the approval's own signer is what is wrong.
      await refused(
        () => callAs(world.province, 'POST', `/v1/batches/${batch.id}/approvals`, { approval: outer }),
        403,
        'centre_withdrawn',
        'centre+jwt',
      );
      await refused(
        async () =>
          callAs(again.client, 'POST', `/v1/batches/${batch.id}/issue`, {
            approval: outer,
            order: await orderBatch(again.client, batch, jti(outer)),
          }),
        403,
        'centre_withdrawn',
        'centre+jwt',
      );
      const event = await changeStatus(
        stolen,
        { number: before.number, action: 'suspend', reason: 'other', seq: 1 },
        { iat: now() - 200 },
      );
      await refused(
        () => callAs(centre, 'POST', `/v1/certificates/${before.number}/status`, { statement: event }),
        403,
        'centre_withdrawn',
        'centre+jwt',
      );
    });

    test('work goes on under the new filing', async () => {
      const { certificates } = await certify({ ...world, city: centre }, again, candidates(1, 230));
      expect(await look(certificates[0]?.number as string)).toMatchObject({ verdict: 'valid' });
    });

    test('a batch that was uploaded under the old filing and not ordered does not go on: it is returned, and submitted again', async () => {
      const approval = await approveBatch(world.province, waiting, await approveBatch(centre, waiting));
      await refused(
        () => callAs(world.province, 'POST', `/v1/batches/${waiting.id}/approvals`, { approval }),
        403,
        'centre_withdrawn',
      );
      await refused(
        async () =>
          callAs(again.client, 'POST', `/v1/batches/${waiting.id}/issue`, {
            approval,
            order: await orderBatch(again.client, waiting, jti(approval)),
          }),
        403,
        'centre_withdrawn',
      );
      expect(
        await callAs(
          centre,
          'POST',
          `/v1/batches/${waiting.id}/return`,
          await returnOf(centre, waiting.id, '请按新备案重新提交'),
        ),
      ).toMatchObject({ status: 201 });
      const { certificates } = await certify({ ...world, city: centre }, again, candidates(1, 220));
      expect(await look(certificates[0]?.number as string)).toMatchObject({ verdict: 'valid' });
    });
  });
}
