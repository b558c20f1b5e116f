/**
 * What a released code does not keep: a filing submitted again, a selection or a key named at the same moment, and issuing
 * keys of the body before.
 */
import { env } from 'cloudflare:workers';
import { beforeAll, expect, test } from 'vitest';
import { isRefusal } from '../../src/base/refusal.ts';
import { thumbprint } from '../../src/core/keys.ts';
import { speaksFor } from '../../src/core/paper/pdf-signature.ts';
import { creditCode } from '../../src/core/paper/x509-certificates.ts';
import { signStep } from '../../src/core/procedure/read-case.ts';
import type { Filing } from '../../src/core/schema.ts';
import type { Env } from '../../src/env.ts';
import { serviceOf } from '../../src/env.ts';
import { fileOrganization, type Identity, makeKey, nameClient, withdraw } from '../../src/sdk/sign.ts';
import { acceptClient, acceptFiling } from '../../src/service/enrol.ts';
import { takeStep } from '../../src/service/procedure/take-step.ts';
import type { Service } from '../../src/service/service.ts';
import { selectCase } from '../../src/storage/case-store.ts';
import { anyone, as, db, fileWith, foundProvince, ORIGIN, type Organization, type Province, SCOPE } from '../kit.ts';
import { cases, fresh, makeApplicant, sampleApplication, take } from '../procedure-kit.ts';
import { interposed } from './faults.ts';
import { callAs, claimsOf, now } from './forge.ts';

const OLD = '91350100M000100Y43';
const NEW = '91110000600037341L';
type Keys = Filing['issuing_jwks'];
type Key = Keys['keys'][number];
let world: Province;
let code = 400;
const newCode = (): string => `S000037000${++code}`;
const jtiOf = (token: string) => claimsOf(token).jti as string;
const keysOf = (token: string) => (claimsOf(token) as unknown as Filing).issuing_jwks;
const newKey = (organization: string) => as(world.city).post<Key>(`/v1/organizations/${organization}/keys`, {});
const holderOf = (organization: string) =>
  db.prepare('SELECT uscc FROM organization_codes WHERE organization = ?').bind(organization).first<string>('uscc');
const release = async (filing: string) =>
  as(world.province).post('/v1/withdrawals', {
    statement: await withdraw(world.province, { jti: jtiOf(filing), iss: 'centre:3701' }),
  });
const filing = (organization: string, uscc: string, issuing_jwks: Keys, later = 1) =>
  fileOrganization(
    world.city,
    {
      code: organization,
      name: '青岛新来职业培训学校',
      uscc,
      route: 'city',
      scope: SCOPE,
      annual_capacity: 10,
      issuing_jwks,
    },
    { iat: now() + later },
  );
const handIn = async (statement: string) => {
  const { status, code: refusal } = await callAs(world.city, 'POST', '/v1/filings', { statement });
  return refusal ?? status;
};
const city = () => ({
  role: 'city' as const,
  subject: world.city.subject,
  jkt: world.city.kid,
  key: world.city.jwk,
  token: world.city.token,
});
/** A service in which `act` comes to its end just before the first transaction is written. */
const meeting = (act: () => Promise<unknown>): Service => ({
  ...serviceOf(env as unknown as Env),
  db: interposed(db, act),
});
const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'done';
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return error.code;
  }
};
/** The next body is filed under a key of its own. */
const fileNext = async ({ code: organization }: Organization) =>
  handIn(await filing(organization, NEW, { keys: [await newKey(organization)] }));

beforeAll(async () => {
  world = await foundProvince();
});

test('a filing from before the release, submitted again, holds nothing', async () => {
  const school = await fileWith(world.city, newCode());
  const later = await filing(school.code, OLD, keysOf(school.filing));
  expect(await handIn(later)).toBe(201);
  await release(later);
  expect(await holderOf(school.code)).toBe(null);
  for (const statement of [school.filing, later])
    expect(await handIn(statement)).toMatch(/^(issuing_key_unknown|filing_withdrawn)$/);
  expect(await holderOf(school.code)).toBe(null);
  expect(await fileNext(school)).toBe(201);
  expect(await holderOf(school.code)).toBe(NEW);
});

test('a filing submitted again at the moment of the release changes nothing', async () => {
  const school = await fileWith(world.city, newCode());
  const later = await filing(school.code, OLD, keysOf(school.filing));
  expect(await handIn(later)).toBe(201);
  const service = meeting(() => release(later));
  expect(await acceptFiling(service, city(), school.filing)).toMatchObject({ fresh: false });
  expect(await holderOf(school.code)).toBe(null);
  expect(await fileNext(school)).toBe(201);
});

test('a withdrawal submitted again does not release the code from who has it next, though that filing is dated before', async () => {
  const school = await fileWith(world.city, newCode());
  const statement = await withdraw(world.province, { jti: jtiOf(school.filing), iss: 'centre:3701' });
  await as(world.province).post('/v1/withdrawals', { statement });
  expect(await handIn(await filing(school.code, NEW, { keys: [await newKey(school.code)] }, -60))).toBe(201);
  expect((await callAs(world.province, 'POST', '/v1/withdrawals', { statement })).status).toBe(200);
  expect(await holderOf(school.code)).toBe(NEW);
});

const narrow: Parameters<typeof fileWith>[2] = {
  annual_capacity: 100,
  scope: [{ code: '6-31-01-03', name: '电工', edition: '2022', jobs: [], levels: [5] }],
};

/** An application that waits, and the city's step that selects it under a filing. */
async function selecting(school: Organization) {
  const applicant = await makeApplicant();
  const about = fresh('application');
  await take(applicant, about, 'application.submit', sampleApplication(applicant));
  const client = await nameClient(world.city, school.code, applicant.jwk);
  await as(world.city).post('/v1/clients', { statement: client });
  const body = { organization: school.code, filing: jtiOf(school.filing), client: jtiOf(client), reason: '先核准五级' };
  const { seq, last } = (await selectCase(db, about)) as { seq: number; last: string };
  const statement = await signStep(
    world.city,
    { aud: ORIGIN, about, step: 'application.select', seq, last, body },
    now(),
    crypto.randomUUID(),
  );
  return { about, statement, body };
}

test('a selection at the moment of the release is not stored and holds nothing', async () => {
  const school = await fileWith(world.city, newCode(), narrow);
  const { about, statement, body } = await selecting(school);
  // Judged again, with the withdrawal.
  expect(
    await codeOf(
      takeStep(
        meeting(() => release(school.filing)),
        city(),
        statement,
        body,
      ),
    ),
  ).toBe('filing_withdrawn');
  expect([(await selectCase(db, about))?.state, await holderOf(school.code)]).toEqual(['submitted', null]);
  expect(await fileNext(school)).toBe(201);
});

test('a filing that another took the place of is not selected, before or at the same moment', async () => {
  for (const before of [true, false]) {
    const school = await fileWith(world.city, newCode(), narrow);
    const { about, statement, body } = await selecting(school);
    const replace = async () => expect(await handIn(await filing(school.code, OLD, keysOf(school.filing)))).toBe(201);
    if (before) await replace();
    const service = before ? serviceOf(env as unknown as Env) : meeting(replace);
    expect(await codeOf(takeStep(service, city(), statement, body))).toBe('filing_replaced');
    expect((await selectCase(db, about))?.state).toBe('submitted');
  }
});

test('a key that is named while its body loses the code to another speaks for nobody', async () => {
  const school = await fileWith(world.city, newCode());
  const pair = await makeKey();
  const token = await nameClient(world.city, school.code, pair.jwk);
  const service = meeting(async () => {
    await release(school.filing);
    expect(await fileNext(school)).toBe(201);
  });
  expect(await codeOf(acceptClient(service, city(), token))).toBe('client_of_other_organization');
  const named: Identity = { ...pair, subject: `org:${school.code}`, token };
  expect((await callAs(named, 'GET', '/v1/batches')).status).toBe(401);
  expect(await db.prepare('SELECT count(*) AS n FROM statements WHERE jti = ?').bind(jtiOf(token)).first('n')).toBe(0);
});

test('a device that a body before asked for comes not back under the code with a step at the moment of the release', async () => {
  const school = await fileWith(world.city, newCode());
  const device = await makeApplicant();
  const about = fresh('device');
  await take(device, about, 'device.request', {
    salt: 'A'.repeat(22),
    organization: school.code,
    key: device.jwk,
    label: '办公室',
    holder: '周设备',
    why: 'second',
  });
  const body = { reason: '不是本中心的' };
  const { seq, last } = (await selectCase(db, about)) as { seq: number; last: string };
  const statement = await signStep(
    world.city,
    { aud: ORIGIN, about, step: 'device.refuse', seq, last, body },
    now(),
    crypto.randomUUID(),
  );
  const service = meeting(async () => {
    await release(school.filing);
    expect(await fileNext(school)).toBe(201);
  });
  // Judged again, on the case as the release left it: nobody's.
  expect(await codeOf(takeStep(service, city(), statement, body))).toBe('done');
  expect(await selectCase(db, about)).toMatchObject({ state: 'refused', organization: null });
  const pair = await makeKey();
  const next: Identity = {
    ...pair,
    subject: `org:${school.code}`,
    token: await nameClient(world.city, school.code, pair.jwk),
  };
  await as(world.city).post('/v1/clients', { statement: next.token });
  expect(await cases(next)).toEqual([]);
});

test("issuing keys of the body before are not the next one's: not in its filing, not certified, not published", async () => {
  const school = await fileWith(world.city, newCode());
  const before = keysOf(school.filing);
  await release(school.filing);
  expect(await handIn(await filing(school.code, NEW, before))).toBe('issuing_key_unknown');
  const own = await newKey(school.code);
  expect(own.kid).toMatch(/-2$/);
  expect(await handIn(await filing(school.code, NEW, { keys: [...before.keys, own] }))).toBe('issuing_key_unknown');
  expect(await handIn(await filing(school.code, NEW, { keys: [own] }))).toBe(201);
  expect((await callAs(world.city, 'GET', `/v1/organizations/${school.code}/keys/1/request`)).code).toBe(
    'key_not_found',
  );
  expect((await callAs(world.city, 'GET', `/v1/organizations/${school.code}/keys/2/request`)).status).toBe(200);
  const { keys } = await anyone.get<{ keys: Key[] }>('/.well-known/jwks.json');
  expect(keys.filter(({ kid }) => kid.includes(`#${school.code}-`)).map(({ kid }) => kid)).toEqual([own.kid]);
});

test('a filing judged before the release and stored after it, under a key from before, is refused', async () => {
  const school = await fileWith(world.city, newCode());
  const again = await filing(school.code, OLD, keysOf(school.filing));
  expect(
    await codeOf(
      acceptFiling(
        meeting(() => release(school.filing)),
        city(),
        again,
      ),
    ),
  ).toBe('issuing_key_unknown');
  expect(await holderOf(school.code)).toBe(null);
});

test('under a trusted root a certificate speaks for the bearer of its credit code, whatever keys a filing names', async () => {
  const school = await fileWith(world.city, newCode());
  const claims = claimsOf(school.filing) as unknown as Filing;
  const [{ kty, crv, x, y }] = claims.issuing_jwks.keys as [Key];
  const key = await thumbprint({ kty, crv, x, y });
  const named = (organization_id: string | undefined) => ({ thumbprint: key, organization_id });
  expect(await speaksFor(named(creditCode(OLD)), 'root', claims)).toBe(true);
  expect(await speaksFor(named(creditCode(NEW)), 'root', claims)).toBe(false);
  // Of another authority the names are claims: the key counts.
  expect(await speaksFor(named(creditCode(NEW)), undefined, claims)).toBe(true);
  expect(await speaksFor({ ...named(undefined), thumbprint: 'x' }, 'root', claims)).toBe(false);
});
