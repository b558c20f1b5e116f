/**
 * An organization code belongs to one 统一社会信用代码: whoever signs, on every path, and when two come at once; how the province
 * releases one; and that no key and no page of one body ever opens or shows another's.
 */
import { beforeAll, expect, test } from 'vitest';
import { filingFrom } from '../../src/core/procedure/selection.ts';
import type { Filing } from '../../src/core/schema.ts';
import { signStatement } from '../../src/core/statement.ts';
import { CallError } from '../../src/sdk/call.ts';
import { fileOrganization, type Identity, makeKey, nameClient, withdraw } from '../../src/sdk/sign.ts';
import {
  anyone,
  as,
  candidates,
  certify,
  db,
  fileWith,
  foundProvince,
  makeCentre,
  ORIGIN,
  type Organization,
  type Province,
  SCOPE,
  submit,
  workerFetch,
} from '../kit.ts';
import { cases, fresh, makeApplicant, rulesOf, sampleApplication, take } from '../procedure-kit.ts';
import { claimsOf } from './forge.ts';

const OLD = '91350100M000100Y43';
const NEWCOMER = '91110000600037341L';
let world: Province;
let otherCity: Identity;
let code = 100;
const newCode = (): string => `S000037000${++code}`;
const now = () => Math.floor(Date.now() / 1000);
const jtiOf = (token: string) => claimsOf(token).jti as string;

/** `status:code` of a refusal. */
const answered = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'done';
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    return `${error.problem.status}:${error.problem.code}`;
  }
};

/** A filing as a centre signs it, not submitted. */
async function signed(
  centre: Identity,
  organization: string,
  change: Partial<Parameters<typeof fileOrganization>[1]> = {},
  times: { iat?: number } = {},
): Promise<string> {
  const { keys } = await anyone.get<{ keys: Filing['issuing_jwks']['keys'] }>('/.well-known/jwks.json');
  const own = keys.filter(({ kid }) => kid.includes(`#${organization}-`));
  const jwk =
    own.at(-1) ??
    (await as(centre).post<Filing['issuing_jwks']['keys'][number]>(`/v1/organizations/${organization}/keys`, {}));
  const route = centre.subject === 'centre:3700' ? 'province' : 'city';
  return fileOrganization(
    centre,
    {
      code: organization,
      name: '青岛新来职业培训学校',
      uscc: NEWCOMER,
      route,
      scope: SCOPE,
      annual_capacity: 10,
      issuing_jwks: { keys: [jwk] },
      ...change,
    },
    times,
  );
}
const handIn = (centre: Identity, statement: string) => answered(as(centre).post('/v1/filings', { statement }));
const end = async (by: Identity, filing: string) => {
  const { iss, jti } = claimsOf(filing) as { iss: string; jti: string };
  return answered(
    as(by).post('/v1/withdrawals', { statement: await withdraw(by, iss === by.subject ? { jti } : { jti, iss }) }),
  );
};
const stateOf = async (organization: string) =>
  (await anyone.get<{ state: string; uscc: string }>(`/v1/organizations/${organization}`)).state;
const page = async (organization: string) =>
  (await workerFetch(`${ORIGIN}/organizations/${organization}`, { method: 'GET', headers: {} })).text();

beforeAll(async () => {
  world = await foundProvince();
  otherCity = await makeCentre(world.root, '3702', '青岛市职业技能鉴定指导中心');
  await as(world.province).post('/v1/centres', { statement: otherCity.token });
});

test('a code that is taken is refused to another body, whoever signs the filing', async () => {
  const school = await fileWith(world.city, newCode());
  for (const centre of [world.city, world.province])
    expect(await handIn(centre, await signed(centre, school.code))).toBe('409:code_taken');
  expect(await handIn(otherCity, await signed(world.city, school.code))).toBe('403:issuer_not_caller');
  expect(await stateOf(school.code)).toBe('in_force');
  expect((await as(school.client).send('GET', '/v1/batches')).status).toBe(200);
  const problem = await as(world.city).send('POST', '/v1/filings', {
    body: { statement: await signed(world.city, school.code) },
  });
  expect(await problem.json()).toMatchObject({
    code: 'code_taken',
    organization: school.code,
    free: `S000037000${code + 1}`,
    detail: expect.stringContaining(OLD),
  });
  // The same body again, under the same code and under a second one.
  expect(
    await handIn(world.city, await signed(world.city, school.code, { uscc: OLD, name: '济南泉城职业培训学校' })),
  ).toBe('done');
  expect(await handIn(world.city, await signed(world.city, newCode(), { uscc: OLD }))).toBe('done');
});

test('a newcomer that a city selects with a taken code is refused; nothing of the old school opens', async () => {
  const school = await fileWith(world.city, newCode());
  const { batch } = await certify(world, school, candidates(1, 100));
  const newcomer = await makeApplicant();
  const about = fresh('application');
  const asked = sampleApplication(newcomer, {}, { name: '青岛新来职业培训学校', uscc: NEWCOMER });
  await take(newcomer, about, 'application.submit', asked);
  const { issuing_jwks } = claimsOf(school.filing) as unknown as Filing;
  const claims = filingFrom(asked, {
    code: school.code,
    centre: world.city.subject,
    keys: issuing_jwks.keys,
    iat: now(),
    exp: now() + 86_400,
    jti: crypto.randomUUID(),
  });
  expect(await handIn(world.city, await signStatement('filing+jwt', claims, world.city.key, world.city.kid))).toBe(
    '409:code_taken',
  );
  // A filing that stands in the database by itself, from before codes had holders, is not selected either, and counts for nothing.
  await insertUnchecked(await signStatement('filing+jwt', claims, world.city.key, world.city.kid));
  const client = await nameClient(world.city, school.code, newcomer.jwk);
  await as(world.city).post('/v1/clients', { statement: client });
  expect(
    await answered(
      take(world.city, about, 'application.select', {
        organization: school.code,
        filing: claims.jti,
        client: jtiOf(client),
      }),
    ),
  ).toBe('409:code_taken');
  const named: Identity = { ...newcomer, subject: `org:${school.code}`, token: client };
  expect((await as(named).send('GET', `/v1/batches/${batch.id}`)).status).toBe(401);
  expect(await answered(as(named).get(`/v1/batches/${batch.id}`))).toBe('401:client_of_other_organization');
  expect((await as(school.client).send('GET', `/v1/batches/${batch.id}`)).status).toBe(200);
  expect([await stateOf(school.code), (await page(school.code)).includes('青岛新来')]).toEqual(['in_force', false]);
});

/** Puts a filing into the register as it stood before codes had holders: no row of its code. */
async function insertUnchecked(token: string): Promise<void> {
  const { iss, sub, jti, iat, exp } = claimsOf(token) as unknown as Filing;
  await db.prepare('DELETE FROM organization_codes WHERE organization = ?').bind(sub.slice(4)).run();
  await db
    .prepare(
      "INSERT INTO statements (typ, iss, sub, jti, signer, jkt, iat, exp, token, received_at) VALUES ('filing+jwt', ?, ?, ?, 'x', NULL, ?, ?, ?, ?)",
    )
    .bind(iss, sub, jti, iat, exp, token, now())
    .run();
}

test('two at once that give one code to two bodies, or that file one body from two cities: one wins, the other is told', async () => {
  for (let turn = 0; turn < 4; turn++) {
    const organization = newCode();
    const tabs = await Promise.all([signed(world.city, organization, { uscc: OLD }), signed(world.city, organization)]);
    expect((await Promise.all(tabs.map((statement) => handIn(world.city, statement)))).sort()).toEqual([
      '409:code_taken',
      'done',
    ]);
    const another = newCode();
    const [first, second] = [
      await signed(world.city, another),
      await signed(otherCity, another, turn % 2 === 0 ? {} : { uscc: OLD }),
    ];
    const answers = (await Promise.all([handIn(world.city, first), handIn(otherCity, second)])).sort();
    expect(answers[1]).toBe('done');
    expect(['403:out_of_reach', '409:code_taken']).toContain(answers[0]);
    const { results } = await db
      .prepare("SELECT sub FROM statements WHERE typ = 'filing+jwt' AND sub IN (?, ?)")
      .bind(`org:${organization}`, `org:${another}`)
      .all();
    expect(results.length).toBe(2);
  }
});

test('the newest filing counts, and a withdrawn one brings no older one back: page, list and calls say the same', async () => {
  const school = await fileWith(world.city, newCode());
  const wrong = await signed(world.city, school.code, { uscc: OLD, name: '济南错字职业培训学校' }, { iat: now() + 1 });
  expect(await handIn(world.city, wrong)).toBe('done');
  expect(await end(world.city, wrong)).toBe('done');
  expect(await answered(as(school.client).get('/v1/batches'))).toBe('401:filing_withdrawn');
  expect(await stateOf(school.code)).toBe('withdrawn');
  expect(await page(school.code)).toContain('备案已撤回');
  const { organizations } = await anyone.get<{ organizations: { code: string; state: string }[] }>(
    `/v1/organizations?q=${school.code}`,
  );
  expect(organizations).toMatchObject([{ state: 'withdrawn', name: '济南错字职业培训学校' }]);
  const { other_filings } = await anyone.get<{ other_filings: { state: string }[] }>(
    `/v1/organizations/${school.code}`,
  );
  expect(other_filings).toMatchObject([{ state: 'replaced' }]);
  // The city's own withdrawal releases nothing.
  expect(await handIn(world.city, await signed(world.city, school.code))).toBe('409:code_taken');
  expect(
    await handIn(
      world.city,
      await signed(world.city, school.code, { uscc: OLD, name: '济南泉城职业培训学校' }, { iat: now() + 2 }),
    ),
  ).toBe('done');
  expect([await stateOf(school.code), (await as(school.client).send('GET', '/v1/batches')).status]).toEqual([
    'in_force',
    200,
  ]);
});

test('the province releases a code while nothing lies under it; the keys of before open nothing of who has it next', async () => {
  const organization = newCode();
  const applicant = await makeApplicant();
  const about = fresh('application');
  await take(applicant, about, 'application.submit', sampleApplication(applicant));
  const mistaken = await fileWith(world.city, organization, {
    annual_capacity: 100,
    scope: [{ code: '6-31-01-03', name: '电工', edition: '2022', jobs: [], levels: [5] }],
  });
  const named = await nameClient(world.city, organization, applicant.jwk);
  await as(world.city).post('/v1/clients', { statement: named });
  await take(world.city, about, 'application.select', {
    organization,
    filing: jtiOf(mistaken.filing),
    client: jtiOf(named),
    reason: '先核准五级',
  });
  const device = await makeApplicant();
  const asking = fresh('device');
  await take(device, asking, 'device.request', {
    salt: 'A'.repeat(22),
    organization,
    key: device.jwk,
    label: '办公室',
    holder: '周设备',
    why: 'loss',
  });
  // A withdrawal to come does not release, nor one of a city.
  const later = await withdraw(
    world.province,
    { jti: jtiOf(mistaken.filing), iss: 'centre:3701' },
    { effective: now() + 3600 },
  );
  expect(await answered(as(world.province).post('/v1/withdrawals', { statement: later }))).toBe('done');
  expect(await handIn(world.city, await signed(world.city, organization))).toBe('409:code_taken');
  expect(await end(world.province, mistaken.filing)).toBe('done');
  expect(await answered(as(mistaken.client).get('/v1/batches'))).toBe('401:filing_withdrawn');
  // Another city may have it now.
  const filed = await signed(otherCity, organization, {}, { iat: now() + 1 });
  expect(await handIn(otherCity, filed)).toBe('done');
  const pair = await makeKey();
  const newcomer: Identity = {
    ...pair,
    subject: `org:${organization}`,
    token: await nameClient(otherCity, organization, pair.jwk),
  };
  await as(otherCity).post('/v1/clients', { statement: newcomer.token });
  expect(await cases(newcomer)).toEqual([]);
  for (const other of [about, asking])
    expect(await answered(as(newcomer).get(`/v1/cases/${other}`))).toBe('403:out_of_reach');
  expect(await answered(as(mistaken.client).get('/v1/batches'))).toMatch(/^401:client_/);
  expect(await handIn(world.city, await signed(world.city, organization, { uscc: OLD }))).toMatch(
    /^40[39]:(out_of_reach|code_taken)$/,
  );
  expect(await answered(take(world.city, asking, 'device.grant', { client: 'x' }))).toBe('409:organization_not_filed');
});

test('a key of the body before does not speak for the next, even where the same centre filed both', async () => {
  const mistaken = await fileWith(world.city, newCode());
  expect(await end(world.province, mistaken.filing)).toBe('done');
  const next = await signed(world.city, mistaken.code, {}, { iat: now() + 1 });
  expect(await handIn(world.city, next)).toBe('done');
  expect(await answered(as(mistaken.client).get('/v1/batches'))).toBe('401:client_of_other_organization');
});

test('a code under which something was uploaded, planned or decided is not released', async () => {
  const left: [string, (school: Organization) => Promise<unknown>][] = [
    ['a batch', (school) => submit(school, candidates(1, 200))],
    ['rules', async ({ code: id, client }) => take(client, `rules:${id}`, 'rules.publish', rulesOf('1'))],
    ['a suspension', ({ code: id }) => take(world.city, `standing:${id}`, 'standing.suspend', { reason: '核查' })],
  ];
  for (const [what, leave] of left) {
    const school = await fileWith(world.city, newCode());
    await leave(school);
    expect([what, await end(world.province, school.filing)]).toEqual([what, 'done']);
    expect([what, await handIn(world.city, await signed(world.city, school.code))]).toEqual([what, '409:code_taken']);
    expect([
      what,
      await handIn(world.city, await signed(world.city, school.code, { uscc: OLD }, { iat: now() + 1 })),
    ]).toEqual([what, 'done']);
  }
});

test('a code filed before holders were written down belongs to who uploaded under it, else to the newest filing', async () => {
  const school = await fileWith(world.city, newCode());
  await submit(school, candidates(1, 300));
  const wrong = await signed(world.city, school.code, {}, { iat: now() + 1 });
  await insertUnchecked(wrong);
  expect(await handIn(world.city, await signed(world.city, school.code, {}, { iat: now() + 2 }))).toBe(
    '409:code_taken',
  );
  expect([await stateOf(school.code), (await as(school.client).send('GET', '/v1/batches')).status]).toEqual([
    'in_force',
    200,
  ]);
  // Nothing was uploaded here.
  const empty = await fileWith(world.city, newCode());
  await insertUnchecked(await signed(world.city, empty.code, {}, { iat: now() + 1 }));
  expect(await handIn(world.city, await signed(world.city, empty.code, { uscc: OLD }, { iat: now() + 2 }))).toBe(
    '409:code_taken',
  );
  expect(await answered(as(empty.client).get('/v1/batches'))).toBe('401:client_of_other_organization');
});

test('what comes in after the release, from who was let in before it, is not stored', async () => {
  const school = await fileWith(world.city, newCode());
  expect(await end(world.province, school.filing)).toBe('done');
  const row = [school.code, 'x'.repeat(8)];
  await expect(
    db
      .prepare(
        "INSERT INTO batches (id, organization, filing, count, root, state, created_at, body_digest) VALUES (?2, ?1, 1, 1, 'r', 'submitted', 1, 'd')",
      )
      .bind(...row)
      .run(),
  ).rejects.toThrow('code_released');
  await expect(
    db
      .prepare(
        "INSERT INTO cases (about, kind, state, seq, last, owner, centre, facts, created_at, updated_at) VALUES ('plan:' || ?2, 'plan', 'filed', 1, 'x', 'org:' || ?1, 'centre:3701', '{}', 1, 1)",
      )
      .bind(...row)
      .run(),
  ).rejects.toThrow('code_released');
});
