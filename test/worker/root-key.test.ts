/** The province's root key, kept offline: whoever uses it as a working key is refused, whatever statement says so. */
import { beforeAll, expect, test } from 'vitest';
import { signApplicant } from '../../src/core/procedure/read-case.ts';
import { appointCentre, fileOrganization, type Identity, nameClient, nameService } from '../../src/sdk/sign.ts';
import { as, fileWith, foundProvince, ORIGIN, type Organization, type Province, SCOPE } from '../kit.ts';

let world: Province;
let school: Organization;

beforeAll(async () => {
  world = await foundProvince();
  school = await fileWith(world.city, 'S000037000001');
});

/** Status, code and part of the answer. */
async function answered(who: Identity, method: string, path: string, body?: unknown): Promise<unknown[]> {
  const answer = await as(who).send(method, path, body === undefined ? {} : { body });
  const { code, part } = (await answer.json()) as { code?: string; part?: string };
  return [answer.status, code, part];
}

test('as an applicant, a centre and a client: no call is taken', async () => {
  const { root, city } = world;
  const tokens: [string, string, string][] = [
    [`key:${root.kid}`, await signApplicant(root, Math.floor(Date.now() / 1000), 'j'), 'applicant+jwt:cnf'],
    ['centre:3701', await appointCentre(root, { code: '3701', name: '济南', jwk: root.jwk }), 'centre+jwt:cnf'],
    [school.client.subject, await nameClient(city, school.code, root.jwk), 'client+jwt:cnf'],
  ];
  for (const [subject, token, part] of tokens)
    expect(await answered({ ...root, subject, token }, 'GET', '/v1/me')).toEqual([401, 'root_key_used', part]);
});

test('named by a statement: as a centre, as the service, as a client, as an issuing key', async () => {
  const { root, city, province } = world;
  const { x, y } = root.jwk;
  const issuing_jwks = {
    keys: [{ kty: 'EC', crv: 'P-256', x, y, kid: `did:web:lz.example.cn:orgs:${school.code}#${school.code}-1` }],
  } as const;
  const statements: [Identity, string, string, string][] = [
    [
      province,
      '/v1/centres',
      await appointCentre(root, { code: '3703', name: '淄博', jwk: root.jwk }),
      'centre+jwt:cnf',
    ],
    [province, '/v1/centres', await nameService(root, root.jwk, ORIGIN), 'service+jwt:cnf'],
    [city, '/v1/clients', await nameClient(city, school.code, root.jwk), 'client+jwt:cnf'],
    [
      city,
      '/v1/filings',
      await fileOrganization(city, {
        code: school.code,
        name: '济南泉城职业培训学校',
        uscc: '91350100M000100Y43',
        route: 'city',
        scope: SCOPE,
        annual_capacity: 10,
        issuing_jwks: { keys: [...issuing_jwks.keys] },
      }),
      'filing+jwt:issuing_jwks',
    ],
  ];
  for (const [who, path, statement, part] of statements)
    expect([path, ...(await answered(who, 'POST', path, { statement }))]).toEqual([path, 403, 'root_key_used', part]);
});
