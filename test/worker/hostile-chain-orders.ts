import { describe, expect, test } from 'vitest';
import { approveBatch, orderBatch } from '../../src/sdk/sign.ts';
import {
  approve,
  candidate,
  candidates,
  fileWith,
  type Organization,
  type Submitted,
  submit,
  testEnv,
} from '../kit.ts';
import { returnOf } from '../procedure-kit.ts';
import { callAs, now, refused, resign } from './forge.ts';
import { approval, batch, CODE, handIn, jtiOf, plant, ready, school, world } from './hostile-chain-kit.ts';

/** Orders that are well signed, but by the wrong one, about the wrong thing or at the wrong time. */
export function orders(): void {
  describe('orders', () => {
    const order = (about: Submitted, tokens: { approval: string; order: string }, by: Organization = plant) =>
      callAs(by.client, 'POST', `/v1/batches/${about.id}/issue`, tokens);
    const good = () => orderBatch(plant.client, ready, jtiOf(approval));

    const cases: [
      name: string,
      tokens: () => Promise<{ approval: string; order: string }>,
      status: number,
      code: string,
      part?: string,
    ][] = [
      [
        "by another organization's client",
        async () => ({ approval, order: await orderBatch(school.client, ready, jtiOf(approval)) }),
        403,
        'key_unknown',
        'issue+jwt',
      ],
      [
        "by another's client in our name",
        async () => ({
          approval,
          order: await resign(await good(), school.client.key, {}, { kid: school.client.kid }),
        }),
        403,
        'key_unknown',
        'issue+jwt',
      ],
      [
        "by another's client under our kid",
        async () => ({ approval, order: await resign(await good(), school.client.key, {}) }),
        403,
        'signature_wrong',
        'issue+jwt',
      ],
      [
        'by the province itself',
        async () => ({
          approval,
          order: await resign(await good(), world.province.key, {}, { kid: world.province.kid }),
        }),
        403,
        'key_unknown',
        'issue+jwt',
      ],
      [
        'in the name of another organization',
        async () => ({ approval, order: await resign(await good(), plant.client.key, { iss: `org:${CODE}` }) }),
        403,
        'organization_differs',
        'issue+jwt:iss',
      ],
      [
        'about another organization',
        async () => ({ approval, order: await resign(await good(), plant.client.key, { sub: `org:${CODE}` }) }),
        403,
        'organization_differs',
        'issue+jwt:sub',
      ],
      [
        'naming another approval',
        async () => ({ approval, order: await orderBatch(plant.client, ready, 'another') }),
        403,
        'approval_differs',
        'issue+jwt:approval',
      ],
      [
        'of another batch',
        async () => ({
          approval,
          order: await orderBatch(plant.client, { ...ready, batch: batch.id }, jtiOf(approval)),
        }),
        403,
        'batch_differs',
        'issue+jwt:batch',
      ],
      [
        'of other rows',
        async () => ({
          approval,
          order: await orderBatch(plant.client, { ...ready, root: batch.root }, jtiOf(approval)),
        }),
        403,
        'root_differs',
        'issue+jwt:root',
      ],
      [
        'for another service',
        async () => ({
          approval,
          order: await orderBatch(plant.client, { ...ready, aud: 'https://evil.example' }, jtiOf(approval)),
        }),
        403,
        'audience_wrong',
        'issue+jwt:aud',
      ],
      [
        'made in the future',
        async () => ({ approval, order: await orderBatch(plant.client, ready, jtiOf(approval), { iat: now() + 600 }) }),
        403,
        'statement_not_yet_valid',
      ],
      [
        'made before the approval',
        async () => ({
          approval: await later(),
          order: await orderBatch(plant.client, ready, 'later', { iat: now() - 30 }),
        }),
        403,
        'order_before_approval',
        'issue+jwt:iat',
      ],
      [
        'with an approval that has ended',
        async () => ({ approval: await ended(), order: await orderBatch(plant.client, ready, 'ended') }),
        403,
        'statement_expired',
        'approval+jwt',
      ],
      [
        'with an approval that has not begun',
        async () => ({
          approval: await resign(approval, world.province.key, { iat: now() + 600 }),
          order: await good(),
        }),
        403,
        'statement_not_yet_valid',
        'approval+jwt',
      ],
      [
        "with the organization's own approval",
        async () => ({
          approval: await resign(approval, plant.client.key, {}, { kid: plant.client.kid }),
          order: await good(),
        }),
        403,
        'key_unknown',
        'approval+jwt',
      ],
      [
        'with the approval of another batch',
        async () => ({
          approval: await approveBatch(world.province, batch, await approveBatch(world.city, batch)),
          order: await good(),
        }),
        403,
        'organization_differs',
        'approval+jwt:sub',
      ],
      [
        'with an order where the approval is due',
        async () => ({ approval: await good(), order: await good() }),
        400,
        'type_wrong',
        'approval+jwt',
      ],
      [
        'with an approval where the order is due',
        async () => ({ approval, order: approval }),
        400,
        'type_wrong',
        'issue+jwt',
      ],
    ];
    /** Approvals that would be good but for their times. */
    const later = () => resign(approval, world.province.key, { jti: 'later', iat: now() + 50, nbf: now() + 50 });
    const ended = () =>
      resign(approval, world.province.key, { jti: 'ended', iat: now() - 3600, nbf: now() - 3600, exp: now() - 61 });
    test.each(cases)('an order %s', async (_name, tokens, status, code, part) => {
      const made = await tokens();
      await refused(() => order(ready, made), status, code, part);
    });

    test("the city's approval alone issues nothing, and neither does another organization", async () => {
      const inner = await approveBatch(world.city, batch);
      await refused(
        async () =>
          order(batch, { approval: inner, order: await orderBatch(school.client, batch, jtiOf(inner)) }, school),
        403,
        'tier_wrong',
      );
      await refused(async () => order(ready, { approval, order: await good() }, school), 403, 'out_of_reach');
    });

    test('an approval is used once, a batch is ordered once, a returned batch never', async () => {
      const rows = [await submit(plant, candidates(1, 30)), await submit(plant, candidates(1, 31))] as const;
      const [one, two] = [await approveBatch(world.province, rows[0]), await approveBatch(world.province, rows[1])];
      expect(
        await order(rows[0], { approval: one, order: await orderBatch(plant.client, rows[0], jtiOf(one)) }),
      ).toMatchObject({ status: 200 });
      const twice = await resign(two, world.province.key, { jti: jtiOf(one) });
      await refused(
        async () => order(rows[1], { approval: twice, order: await orderBatch(plant.client, rows[1], jtiOf(one)) }),
        409,
        'approval_used',
      );
      const again = await approveBatch(world.province, rows[0]);
      await refused(
        async () => order(rows[0], { approval: again, order: await orderBatch(plant.client, rows[0], jtiOf(again)) }),
        409,
        'batch_already_ordered',
      );
      await refused(async () => handIn(world.province, rows[0], again), 409, 'batch_closed');
      const giveBack = async (about: Submitted, body: unknown) =>
        callAs(world.province, 'POST', `/v1/batches/${about.id}/return`, body);
      await refused(
        async () => giveBack(rows[0], await returnOf(world.province, rows[0].id, 'late')),
        409,
        'batch_closed',
      );
      // Nobody returns a batch without signing, or with what was signed about another.
      await refused(() => giveBack(rows[1], { reason: '请补考务记录' }), 400, 'body_malformed', 'statement');
      await refused(
        async () => giveBack(rows[1], await returnOf(world.province, rows[0].id, '请补考务记录')),
        403,
        'batch_differs',
        'step+jwt:about',
      );
      const step = await returnOf(world.province, rows[1].id, '请补考务记录');
      expect([(await giveBack(rows[1], step)).status, (await giveBack(rows[1], step)).status]).toEqual([201, 200]);
      await refused(
        async () => order(rows[1], { approval: two, order: await orderBatch(plant.client, rows[1], jtiOf(two)) }),
        409,
        'batch_closed',
      );
    });

    test('rows altered in the store after both centres approved are not issued', async () => {
      const altered = await submit(plant, [candidate(40), candidate(41)]);
      const token = await approve(world, plant, altered);
      await testEnv.DB.prepare(
        `UPDATE rows SET facts = replace(facts, '"level":3', '"level":1'), level = 1 WHERE batch = ? AND position = 0`,
      )
        .bind(altered.id)
        .run();
      await refused(
        async () => order(altered, { approval: token, order: await orderBatch(plant.client, altered, jtiOf(token)) }),
        409,
        'register_differs',
        'rows',
      );
    });

    test('a private part moved to another row is not shown, and nothing is issued without the issuing key', async () => {
      const moved = await submit(plant, [candidate(42), candidate(43)]);
      await testEnv.DB.prepare(
        'UPDATE rows SET sealed = (SELECT sealed FROM rows WHERE batch = ?1 AND position = 1) WHERE batch = ?1 AND position = 0',
      )
        .bind(moved.id)
        .run();
      await refused(() => callAs(plant.client, 'GET', `/v1/batches/${moved.id}/rows`), 409, 'ciphertext_wrong');
      const bare = await fileWith(world.province, 'S000037000005');
      const batch = await submit(bare, [candidate(44)]);
      const token = await approve(world, bare, batch);
      await testEnv.DB.batch(
        ['issuing_certificates', 'issuing_keys'].map((table) =>
          testEnv.DB.prepare(`DELETE FROM ${table} WHERE organization = ?`).bind(bare.code),
        ),
      );
      await refused(
        async () => order(batch, { approval: token, order: await orderBatch(bare.client, batch, jtiOf(token)) }, bare),
        409,
        'issuing_key_missing',
      );
    });

    test('the same person in two approved batches is certified once', async () => {
      const pair = [await submit(plant, [candidate(60)]), await submit(plant, [candidate(60)])] as const;
      const tokens = [await approve(world, plant, pair[0]), await approve(world, plant, pair[1])] as const;
      expect(
        await order(pair[0], { approval: tokens[0], order: await orderBatch(plant.client, pair[0], jtiOf(tokens[0])) }),
      ).toMatchObject({ status: 200 });
      await refused(
        async () =>
          order(pair[1], { approval: tokens[1], order: await orderBatch(plant.client, pair[1], jtiOf(tokens[1])) }),
        409,
        'already_certified',
      );
    });
  });
}
