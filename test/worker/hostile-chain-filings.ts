import { describe, expect, test } from 'vitest';
import { type Identity, makeKey, nameClient } from '../../src/sdk/sign.ts';
import { candidates, certify, fileWith, SCOPE, testEnv } from '../kit.ts';
import { callAs, claimsOf, now, refused, resign } from './forge.ts';
import { academy, CODE, other, plant, school, world } from './hostile-chain-kit.ts';

/** Filings and client keys by whom they are not for. */
export function filings(): void {
  describe('filings and client keys', () => {
    const file = (by: Identity, statement: string) => callAs(by, 'POST', '/v1/filings', { statement });
    const refile = (by: Identity, change: Record<string, unknown>) =>
      resign(school.filing, by.key, { iss: by.subject, jti: crypto.randomUUID(), ...change }, { kid: by.kid });
    const name = (by: Identity, statement: string) => callAs(by, 'POST', '/v1/clients', { statement });

    test('a city files no organization of route province, and the province none of route city', async () => {
      await refused(
        async () => file(world.city, await refile(world.city, { route: 'province' })),
        403,
        'route_wrong',
        'filing+jwt:route',
      );
      await refused(
        async () => file(world.province, await refile(world.province, { route: 'city' })),
        403,
        'route_wrong',
        'filing+jwt:route',
      );
      await refused(
        async () => file(world.city, await refile(world.city, { city: 'centre:3702' })),
        403,
        'route_wrong',
        'filing+jwt:route',
      );
      await refused(
        async () => file(world.city, await refile(world.city, { city: undefined })),
        403,
        'route_wrong',
        'filing+jwt:route',
      );
    });

    test('nobody submits what another signed, and nobody signs in the name of another', async () => {
      await refused(
        async () => file(world.province, await refile(world.city, {})),
        403,
        'issuer_not_caller',
        'filing+jwt:iss',
      );
      await refused(
        async () => file(world.city, await refile(world.city, { iss: 'centre:3702', city: 'centre:3702' })),
        403,
        'issuer_not_caller',
      );
      await refused(
        async () =>
          file(
            other,
            await resign(school.filing, world.city.key, { iss: 'centre:3702', city: 'centre:3702', jti: 'x' }),
          ),
        403,
        'authority_missing',
      );
      await refused(
        async () =>
          file(world.city, await resign(school.filing, school.client.key, { jti: 'x' }, { kid: school.client.kid })),
        403,
        'key_unknown',
      );
      await refused(
        async () => name(world.province, await nameClient(world.city, CODE, (await makeKey()).jwk)),
        403,
        'issuer_not_caller',
        'client+jwt:iss',
      );
    });

    test('the same filing, unchanged but for its jti, is taken: the refusals here come from what was changed', async () => {
      expect(await file(world.city, await refile(world.city, {}))).toMatchObject({ status: 201 });
    });

    test('an organization that another city filed stays with it', async () => {
      await refused(async () => file(other, await refile(other, { city: 'centre:3702' })), 403, 'out_of_reach');
      await refused(() => callAs(other, 'POST', `/v1/organizations/${CODE}/keys`), 403, 'out_of_reach');
      await refused(
        async () => name(other, await nameClient(other, CODE, (await makeKey()).jwk)),
        403,
        'client_not_by_filing_centre',
        'client+jwt:iss',
      );
      await refused(
        async () => name(world.province, await nameClient(world.province, CODE, (await makeKey()).jwk)),
        403,
        'client_not_by_filing_centre',
      );
    });

    test('issuing keys are those that the service made for this organization', async () => {
      const own = (claimsOf(school.filing).issuing_jwks as { keys: Record<string, unknown>[] }).keys[0] as Record<
        string,
        unknown
      >;
      const foreign = (claimsOf(plant.filing).issuing_jwks as { keys: Record<string, unknown>[] }).keys[0] as Record<
        string,
        unknown
      >;
      const { x, y } = (await makeKey()).jwk;
      for (const key of [{ ...own, x, y }, { ...own, kid: `${String(own.kid)}9` }, foreign]) {
        await refused(
          async () => file(world.city, await refile(world.city, { issuing_jwks: { keys: [key] } })),
          409,
          'issuing_key_unknown',
          'filing+jwt:issuing_jwks',
        );
      }
    });

    test('issuing keys asked for at once get numbers without gap or repeat', async () => {
      const made = await Promise.all(
        Array.from({ length: 6 }, () => callAs(world.city, 'POST', '/v1/organizations/S000037000006/keys')),
      );
      expect(
        made
          .map(({ status, text }) => [status, (JSON.parse(text) as { kid: string }).kid.split('#S000037000006-')[1]])
          .sort(),
      ).toEqual([1, 2, 3, 4, 5, 6].map((n) => [201, String(n)]));
    });

    test('a filing whose texts cannot be true, printed or sealed', async () => {
      const [scope] = SCOPE;
      const cases: [Record<string, unknown>, number, string][] = [
        [{ uscc: '91350100M000100Y44' }, 422, 'uscc_wrong'],
        [{ uscc: '9135' }, 400, 'claims_malformed'],
        [{ name: '学校\u{1F600}' }, 422, 'glyph_missing'],
        [{ scope: [{ ...scope, name: '电'.repeat(30) }] }, 422, 'scope_text_too_long'],
        [{ scope: [{ ...scope, name: ' 电工' }] }, 400, 'claims_malformed'],
        [{ scope: [scope, scope] }, 400, 'claims_malformed'],
        ...['=电工', '+电工', '-电工', '@电工', '＝电工', '无', '--'].map(
          (occupation): [Record<string, unknown>, number, string] => [
            { scope: [{ ...scope, name: occupation }] },
            422,
            'scope_malformed',
          ],
        ),
        [{ scope: [{ ...scope, jobs: ['=电焊工'] }] }, 422, 'scope_malformed'],
        [{ scope: [] }, 400, 'claims_malformed'],
        [{ pass_mark: 59 }, 400, 'claims_malformed'],
        [{ exp: now() - 61, iat: now() - 30 }, 403, 'statement_expired'],
        [{ iat: now() + 600 }, 403, 'statement_not_yet_valid'],
      ];
      for (const [change, status, code] of cases)
        await refused(async () => file(world.city, await refile(world.city, change)), status, code);
    });

    test('a jti does not stand for two filings', async () => {
      await refused(
        async () => file(world.city, await resign(school.filing, world.city.key, { name: '另一所学校' })),
        409,
        'statement_repeated',
        'filing+jwt:jti',
      );
    });

    test('client keys: of an organization on file, on the curve, within their time', async () => {
      const pair = await makeKey();
      const make = (code: string, change: Record<string, unknown> = {}) =>
        nameClient(world.city, code, pair.jwk).then((token) => resign(token, world.city.key, change));
      await refused(async () => name(world.city, await make('S000037000099')), 409, 'organization_not_filed');
      await refused(async () => name(world.city, await make(plant.code)), 403, 'client_not_by_filing_centre');
      await refused(
        async () => name(world.city, await make(CODE, { cnf: { jwk: { ...pair.jwk, y: pair.jwk.x } } })),
        400,
        'key_malformed',
      );
      await refused(async () => name(world.city, await make(CODE, { exp: now() - 61 })), 403, 'statement_expired');
      await refused(
        async () => name(world.city, await make(CODE, { iat: now() + 600 })),
        403,
        'statement_not_yet_valid',
      );
    });

    test('more certificates than filed for a year, and a key number beyond 255', async () => {
      const small = await fileWith(other, 'S000037000004', { annual_capacity: 1 });
      await refused(
        () => callAs(small.client, 'POST', '/v1/batches', { candidates: candidates(2, 70) }),
        422,
        'capacity_exceeded',
      );
      await testEnv.DB.prepare(
        "INSERT INTO issuing_keys SELECT organization, 255, kid || 'x', public, wrapped, created_at FROM issuing_keys WHERE organization = ?",
      )
        .bind(small.code)
        .run();
      await refused(() => callAs(other, 'POST', `/v1/organizations/${small.code}/keys`), 409, 'keys_exhausted');
    });

    test('who holds a certificate is not certified again, and only what is in force is replaced', async () => {
      const { certificates } = await certify({ ...world, city: other }, academy, candidates(1, 80));
      expect(certificates).toHaveLength(1);
      await refused(
        () => callAs(academy.client, 'POST', '/v1/batches', { candidates: candidates(1, 80) }),
        422,
        'rows_refused',
      );
      await refused(
        () =>
          callAs(academy.client, 'POST', '/v1/batches', {
            candidates: candidates(1, 81).map((row) => ({ ...row, replaces: 'S000037000003263999999' })),
          }),
        422,
        'rows_refused',
      );
    });
  });
}
