/**
 * `luzheng withdraw` and the drills of keys/README.md as people type them, against a real service: the list, a stolen
 * client key, a centre's key on a card that was lost, a root that signs without a network, and verification offline with
 * the trust.json of afterwards. And
 * `luzheng status`, with the lists read by Digital Bazaar's implementation of Bitstring Status List 1.0.
 */

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkStatus } from '@digitalbazaar/vc-bitstring-status-list';
import { compactVerify, createLocalJWKSet, type JSONWebKeySet } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeKeyFile, readIdentity, readKeyFile, writeKeyFile } from '../../keys/make.ts';
import { freePort, type LocalService, startLocal } from '../../src/cli/local.ts';
import { newSecret, settingsFor, withDemoClock } from '../../src/cli/worker-bundle.ts';
import { actorsOf } from '../../src/cli/world.ts';
import { residentCheckCharacter } from '../../src/core/person.ts';
import { unverified } from '../../src/core/statement.ts';
import { readBatch } from '../../src/sdk/batch.ts';
import { certificatesOf } from '../../src/sdk/fetch-certificates.ts';
import { approveBatch, type KeyPair, makeKey, now, orderBatch, type Speaker } from '../../src/sdk/sign.ts';
import { hasTool } from '../programs.ts';
import { hasSoftHsm, opensslKey, softHsm } from './card.ts';
import { clockAt, run, scratch } from './run.ts';

const CODE = 'S000037000002';
const folder = scratch();
const at = (name: string) => join(folder, name);
let origin: string;
let root: KeyPair;
let service: LocalService;

/** When it all happens, for commands and service alike: a minute behind what asks in the service's own time. */
let moment = now() - 60;
/** A certificate is judged by the second of its issue. */
const later = () => (moment += 2);
const luzheng = (args: string[], env: NodeJS.ProcessEnv = {}) =>
  run('luzheng.ts', args, { ...clockAt(moment), ...env });
const as = (who?: Speaker) => actorsOf(origin)(who, moment);

const command = async (...args: string[]) => {
  const { exit, out, err } = await luzheng([...args, '--json']);
  return { exit, err, said: JSON.parse(out) as Record<string, unknown> };
};
const done = async (...args: string[]) => {
  const { exit, said, err } = await command(...args);
  expect([args.join(' '), exit, exit === 0 ? '' : JSON.stringify(said) + err]).toEqual([args.join(' '), 0, '']);
  return said;
};

const body = (n: number) => `370102199001${String(1 + n).padStart(2, '0')}123`;
const holder = (n: number) => ({ name: '欧阳建国', id_number: body(n) + residentCheckCharacter(body(n)) });

/** A certificate, ordered with the key file, as a bundle. */
async function certified(n: number, key: string): Promise<{ number: string; file: string }> {
  const province = await readIdentity(at('province.json'));
  const client = await readIdentity(at(key));
  const caller = as(client);
  const row = {
    ...holder(n),
    id_type: '111',
    occupation_code: '6-31-01-03',
    occupation_name: '电工',
    job_type: '--',
    level: 3,
    score_theory: 80,
    score_practice: 80,
    exam_date: '2026-11-01',
  };
  const { id } = await caller.post<{ id: string }>('/v1/batches', { candidates: [row] });
  const { ref } = await readBatch(caller, id);
  const approval = await approveBatch(province, ref, undefined, { iat: moment });
  await caller.post(`/v1/batches/${id}/issue`, {
    approval,
    order: await orderBatch(client, ref, unverified<{ jti: string }>(approval).claims.jti, { iat: moment }),
  });
  for await (const { number } of certificatesOf(caller, id)) {
    writeFileSync(at('holder.json'), JSON.stringify(holder(n)));
    await done('download', number, '--out', folder, '--holder', at('holder.json'), '--server', origin);
    return { number, file: at(`${number}.json`) };
  }
  throw new Error('no certificate');
}

beforeAll(async () => {
  root = await makeKey();
  const port = await freePort();
  origin = `http://localhost:${port}`;
  service = await startLocal({
    ...withDemoClock(settingsFor(origin, root, newSecret())),
    port,
    persist: at('state'),
    log: at('log'),
  });
  writeKeyFile(at('root.json'), { private: root.private });
  writeFileSync(at('scope.csv'), 'occupation_code,occupation_name,job_types,levels\n6-31-01-03,电工,,3\n');
  for (const name of ['province', 'city', 'school', 'next']) await makeKeyFile(at(`${name}.json`), { server: origin });
  await done(
    'appoint',
    '--root',
    at('root.json'),
    '--centre',
    '3700',
    '--name',
    '省中心',
    '--key',
    at('province.json'),
  );
  await done(
    'appoint',
    '--root',
    at('root.json'),
    '--centre',
    '3701',
    '--name',
    '济南市中心',
    '--key',
    at('city.json'),
    '--by',
    at('province.json'),
  );
  await done(
    'file',
    '--key',
    at('province.json'),
    '--organization',
    CODE,
    '--name',
    '山东鲁能技师学院',
    '--uscc',
    '91350100M000100Y43',
    '--scope',
    at('scope.csv'),
  );
  await done('client', '--key', at('province.json'), '--organization', CODE, '--client', at('school.json'));
}, 60_000);
afterAll(async () => {
  await service.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}, 30_000);

interface Listed {
  typ: string;
  sub: string;
  jti: string;
  kid?: string;
  ended?: number;
}
const listed = async (...args: string[]) =>
  (await done('withdraw', '--server', origin, ...args)).statements as Listed[];

test('the list names what can be withdrawn', async () => {
  expect((await listed()).map(({ typ, sub }) => `${typ} ${sub}`)).toEqual([
    'centre centre:3700',
    'centre centre:3701',
    `filing org:${CODE}`,
    `issuing org:${CODE}`,
    `client org:${CODE}`,
  ]);
  const client = (await listed('--organization', CODE)).find(({ typ }) => typ === 'client');
  expect(client).toMatchObject({ kid: (await readKeyFile(at('school.json'))).pair.kid });
  expect((await luzheng(['withdraw', '--server', origin])).out).toContain(`--kid ${client?.kid}`);
});

test('the drill of a stolen client key', async () => {
  const before = await certified(1, 'school.json');
  const since = new Date(later() * 1000).toISOString().replace('.000', '');
  const after = await certified(2, 'school.json');
  const old = at('old-trust.json');
  writeFileSync(old, JSON.stringify(await as().get('/.well-known/trust.json')));

  await done('client', '--key', at('province.json'), '--organization', CODE, '--client', at('next.json'));
  const { kid } = (await readKeyFile(at('school.json'))).pair;
  expect(
    await done('withdraw', '--key', at('province.json'), `--kid=${kid}`, '--compromised-since', since),
  ).toMatchObject({ target: { kid }, ends: Date.parse(since) / 1000, handed_in: origin });
  expect((await listed()).find((one) => one.kid === kid)).toMatchObject({ ended: Date.parse(since) / 1000 });

  writeFileSync(at('trust.json'), JSON.stringify(await as().get('/.well-known/trust.json')));
  const verify = async (file: string, ...args: string[]) => {
    const { exit, said } = await command('verify', file, `--root=${root.kid}`, ...args);
    return [
      exit,
      said.verdict,
      (said.checks as { result: string; code?: string; by?: string }[]).find(({ result }) => result === 'fail')?.code,
    ];
  };
  const offline = (file: string, trust: string) => verify(file, '--offline', '--trust', trust);
  expect(await offline(before.file, at('trust.json'))).toEqual([2, 'incomplete', undefined]);
  expect(await offline(after.file, at('trust.json'))).toEqual([1, 'invalid', 'client_withdrawn']);
  expect(await offline(after.file, old)).toEqual([2, 'incomplete', undefined]);
  expect(await verify(before.file, '--server', origin)).toEqual([0, 'valid', undefined]);
  expect(await verify(after.file, '--server', origin)).toEqual([1, 'invalid', 'client_withdrawn']);
  expect(await verify(after.number, '--server', origin)).toEqual([1, 'invalid', 'client_withdrawn']);

  await expect(as(await readIdentity(at('school.json'))).get('/v1/batches')).rejects.toMatchObject({
    problem: { status: 401, code: 'client_withdrawn' },
  });
  expect(await certified(3, 'next.json')).toMatchObject({ number: expect.stringMatching(/^S/) as string });
});

/** A card as a real one is read; where there is none, a key of openssl under a passphrase. */
const card = hasSoftHsm() ? softHsm : hasTool('openssl') ? opensslKey : undefined;

test.skipIf(card === undefined)(
  'a centre whose key is on a card files and approves; then the card is lost',
  async () => {
    const [organization, key] = ['S000037000003', at('card.json')];
    const { public: open, words, env } = (card as NonNullable<typeof card>)(folder);
    /** What a command answers, and for what it asked the card. */
    const withCard = async (...args: string[]) => {
      const { exit, out, err } = await luzheng(args.includes('--') ? args : [...args, '--json'], env);
      expect([args[0], exit, exit === 0 ? '' : out + err]).toEqual([args[0], 0, '']);
      return {
        said: JSON.parse(out) as Record<string, string>,
        asked: [...err.matchAll(/signature \d+: (.*)/g)].map(([, what]) => what),
      };
    };
    const { said: made } = await withCard(
      'keys',
      'card',
      '--out',
      key,
      '--public',
      open,
      '--server',
      origin,
      '--json',
      ...words,
    );
    expect(
      (await withCard('appoint', '--root', at('root.json'), '--centre', '3700', '--name', '省中心', '--key', key))
        .asked,
    ).toEqual(['POST /v1/centres']);
    expect(JSON.parse(readFileSync(key, 'utf8'))).toMatchObject({
      subject: 'centre:3700',
      signer: words.slice(words.indexOf('--') + 1),
      certificate: expect.stringContaining('CERTIFICATE') as string,
    });

    const filed = await withCard(
      'file',
      '--key',
      key,
      '--organization',
      organization,
      '--name',
      '青岛示范职业培训学校',
      '--uscc',
      '91350100M000100Y43',
      '--scope',
      at('scope.csv'),
    );
    expect([filed.said.certified, filed.asked]).toEqual([
      true,
      [
        `POST /v1/organizations/${organization}/keys`,
        `filing+jwt org:${organization}`,
        'POST /v1/filings',
        'X.509 证书 certificate',
        `POST /v1/organizations/${organization}/keys/1/certificate`,
      ],
    ]);
    await makeKeyFile(at('third.json'), { server: origin });
    await withCard('client', '--key', key, '--organization', organization, '--client', at('third.json'));

    const { name, id_number } = holder(20);
    writeFileSync(
      at('third.csv'),
      [
        '姓名,证件类型,证件号码,职业编码,职业名称,工种,等级,理论成绩,实操成绩,考试日期',
        `${name},居民身份证,${id_number},6-31-01-03,电工,--,三级,80,80,2026-11-01`,
      ].join('\n'),
    );
    const { id } = await done('submit', at('third.csv'), '--key', at('third.json'));
    const approved = await withCard('approve', id as string, '--key', key);
    expect(approved.asked).toEqual([
      `GET /v1/batches/${String(id)}`,
      `GET /v1/batches/${String(id)}/rows`,
      `approval+jwt ${String(id)}`,
      `POST /v1/batches/${String(id)}/approvals`,
    ]);
    expect(await done('issue', id as string, '--key', at('third.json'))).toMatchObject({ state: 'issued', issued: 1 });
    const numbers: string[] = [];
    for await (const { number } of certificatesOf(as(await readIdentity(at('third.json'))), id as string))
      numbers.push(number);

    // Lost, not stolen: another key of the centre ends it. What was issued under it stays.
    // After the second of the issue: a key that ends within that second had ended.
    later();
    await done('withdraw', '--key', at('province.json'), `--kid=${made.thumbprint ?? ''}`);
    const lost = await luzheng(['approve', id as string, '--key', key, '--json'], env);
    expect([lost.exit, JSON.parse(lost.out)]).toMatchObject([1, { error: { code: 'centre_withdrawn' } }]);
    expect(await command('verify', numbers.join(), `--root=${root.kid}`, '--server', origin)).toMatchObject({
      exit: 0,
      said: { verdict: 'valid' },
    });
  },
  60_000,
);

test('a status list shows a change at once, to an implementation that is not ours', async () => {
  const anyone = as();
  const keys = createLocalJWKSet(await anyone.get<JSONWebKeySet>('/.well-known/jwks.json'));
  const { number, file } = await certified(4, 'next.json');
  const credential = unverified<object>(
    (JSON.parse(readFileSync(file, 'utf8')) as { credential: string }).credential.split('~')[0] as string,
  ).claims;
  const status = async () => {
    const documentLoader = async (url: string) => {
      const answer = await fetch(url);
      expect(Number(/max-age=(\d+)/.exec(answer.headers.get('cache-control') ?? '')?.[1])).toBeLessThanOrEqual(60);
      const { payload } = await compactVerify(await answer.text(), keys, { algorithms: ['ES256'] });
      const document = JSON.parse(new TextDecoder().decode(payload)) as { credentialSubject: { ttl: number } };
      expect(document.credentialSubject.ttl).toBeLessThanOrEqual(60_000);
      return { document };
    };
    const { results, error } = await checkStatus({
      credential,
      documentLoader,
      verifyBitstringStatusListCredential: false,
      verifyMatchingIssuers: false,
    });
    expect(error).toBeUndefined();
    return Object.fromEntries(
      (results ?? []).map(({ status: bit, credentialStatus }) => [credentialStatus.statusPurpose, bit]),
    );
  };
  const change = (action: string, reason: string) =>
    done('status', number, action, '--reason', reason, '--key', at('province.json'));
  // One entry, whose list holds what is not in force for whatever reason.
  expect(await status()).toEqual({ revocation: false });
  await change('suspend', 'under_investigation');
  expect(await status()).toEqual({ revocation: true });
  await change('reinstate', 'cleared');
  expect(await status()).toEqual({ revocation: false });
  await change('revoke', 'fraud');
  expect(await status()).toEqual({ revocation: true });
  const { history } = (
    await anyone.get<{ status: { history: { action: string; tier: string; by_name: string }[] } }>(
      `/v1/certificates/${number}`,
    )
  ).status;
  expect(history.map(({ action, tier, by_name }) => `${action} ${tier} ${by_name}`)).toEqual([
    'suspend province 省中心',
    'reinstate province 省中心',
    'revoke province 省中心',
  ]);
});

test('a code that belongs to another body is not filed for somebody else', async () => {
  const filing = [
    'file',
    '--key',
    at('province.json'),
    '--organization',
    CODE,
    '--name',
    '青岛新来职业培训学校',
    '--uscc',
    '91110000600037341L',
    '--scope',
    at('scope.csv'),
  ];
  expect(await command(...filing)).toMatchObject({ exit: 1, said: { error: { code: 'code_taken' } } });
  expect((await luzheng(filing)).err).toMatch(
    /机构编码 S000037000002 已属于另一家单位，请用未使用的编码，如 S000037\d{6}[\s\S]*free code, for instance S000037\d{6};/,
  );
});

test('an organization of another centre is not taken over unawares, and its city gets it back', async () => {
  const filed = (key: string, name: string, ...more: string[]) =>
    command(
      'file',
      '--key',
      at(`${key}.json`),
      '--organization',
      'S000037000005',
      '--name',
      name,
      '--uscc',
      '91110000600037341L',
      '--scope',
      at('scope.csv'),
      ...more,
    );
  const right = '济南历下职业培训学校';
  expect((await filed('city', right)).exit).toBe(0);
  const stopped = await filed('province', '错名学校');
  expect(stopped).toMatchObject({ exit: 1, said: { error: { code: 'filed_by_other_centre' } } });
  for (const words of ['济南市中心', 'centre:3701', right, '--take-over'])
    expect(JSON.stringify(stopped.said)).toContain(words);
  const on = async () => await as().get<{ name: string; centre: string }>('/v1/organizations/S000037000005');
  expect(await on()).toMatchObject({ name: right, centre: 'centre:3701' });
  // Its own centre gives it another name without being asked.
  expect((await filed('city', '济南历下技工学校')).exit).toBe(0);
  const taken = await filed('province', '错名学校', '--take-over');
  expect([taken.exit, (await on()).centre]).toEqual([0, 'centre:3700']);
  expect(await filed('city', right)).toMatchObject({
    exit: 1,
    said: { error: { code: 'filed_by_other_centre', detail: expect.stringContaining('省中心撤回') as string } },
  });
  await done(
    'withdraw',
    '--key',
    at('province.json'),
    '--jti',
    unverified<{ jti: string }>(taken.said.statement as string).claims.jti,
  );
  expect((await filed('city', right)).exit).toBe(0);
  expect(await on()).toMatchObject({ name: right, centre: 'centre:3701', state: 'in_force' });
});

test('the root signs without a network, and any centre submits it', async () => {
  const { kid } = (await readKeyFile(at('city.json'))).pair;
  const signed = await done('withdraw', '--root', at('root.json'), `--kid=${kid}`);
  expect(signed).toMatchObject({ target: { kid }, handed_in: null });
  expect((await listed()).find((one) => one.kid === kid)?.ended).toBeUndefined();
  await done('withdraw', '--statement', signed.statement as string, '--key', at('province.json'));
  expect((await listed()).find((one) => one.kid === kid)?.ended).toBe(signed.ends);
  expect(await command('withdraw', '--key', at('city.json'), '--jti', 'x')).toMatchObject({
    exit: 1,
    said: { error: { code: 'centre_withdrawn' } },
  });
});

test('the root appoints and withdraws, and nothing else: no command takes it for a working key', async () => {
  writeFileSync(at('form.json'), '{}');
  const refused = { exit: 1, said: { error: { code: 'root_key_used' } } };
  for (const args of [
    ['apply', at('form.json')],
    ['case', 'plan:p0123abcd'],
  ])
    expect([args[0], await command(...args, '--key', at('root.json'), '--server', origin)]).toMatchObject([
      args[0],
      refused,
    ]);
  expect(
    await command(
      'appoint',
      '--root',
      at('root.json'),
      '--centre',
      '3702',
      '--name',
      '青岛市中心',
      '--key',
      at('root.json'),
    ),
  ).toMatchObject(refused);
  expect(
    await command('client', '--key', at('province.json'), '--organization', CODE, '--client', at('root.json')),
  ).toMatchObject(refused);
  await done('keys', 'certificate', at('root.json'));
  const filed = await command('file', '--key', at('root.json'), '--organization', CODE, '--scope', at('scope.csv'));
  expect([filed.exit, JSON.stringify(filed.said)]).toEqual([2, expect.stringContaining('省级根密钥')]);
});

test('an appointment by its jti: whose statement it is, the list knows', async () => {
  const city = (await listed()).find(({ sub }) => sub === 'centre:3701') as Listed;
  const withdrawn = await done(
    'withdraw',
    '--key',
    at('province.json'),
    '--jti',
    city.jti,
    '--effective',
    '2099-01-01',
    '--reason',
    '任期届满',
  );
  expect(withdrawn).toMatchObject({ target: { jti: city.jti }, ends: Date.UTC(2098, 11, 31, 16) / 1000 });
  expect(unverified(withdrawn.statement as string).claims).toMatchObject({ reason: '任期届满' });
});

test('luzheng calendar: the province announces a year, and the list shows where each year comes from', async () => {
  const year = new Date().getFullYear() + 1;
  const said = await done(
    'calendar',
    '--key',
    at('province.json'),
    '--year',
    String(year),
    '--holidays',
    '01-01,10-01..10-03',
    '--source',
    '国办发明电〔2026〕9号',
  );
  expect(said).toMatchObject({
    year,
    holidays: [`${year}-01-01`, `${year}-10-01`, `${year}-10-02`, `${year}-10-03`],
    workdays: [],
    source: '国办发明电〔2026〕9号',
  });
  const { years } = await done('calendar', '--server', origin);
  expect(
    (years as { year: number; announced: boolean }[])
      .filter((one) => [2025, year].includes(one.year))
      .map((one) => [one.year, one.announced]),
  ).toEqual([
    [2025, false],
    [year, true],
  ]);
  writeFileSync(at('days.json'), JSON.stringify({ year, holidays: [`${year}-01-01`], source: '更正' }));
  expect(await done('calendar', '--key', at('province.json'), '--from', at('days.json'))).toMatchObject({
    year,
    source: '更正',
  });
  for (const [args, exit, code] of [
    [['--year', '27', '--holidays', '01-01', '--source', 'x'], 2, 'usage'],
    [['--year', String(year), '--source', 'x'], 2, 'usage'],
    [['--year', String(year), '--holidays', '13-01', '--source', 'x'], 1, 'calendar_day_wrong'],
    [['--year', '2025', '--holidays', '01-01', '--source', 'x'], 1, 'calendar_year_over'],
  ] as const) {
    const refused = await command('calendar', '--key', at('province.json'), ...args);
    expect([args, refused.exit, (refused.said.error as { code: string }).code]).toEqual([args, exit, code]);
  }
});

test('wrong usage is said in words', async () => {
  for (const args of [
    ['--kid', 'x', '--jti', 'y'],
    ['--kid', 'x', '--effective', 'tomorrow'],
    ['--jti', 'y', '--of', '11'],
  ]) {
    const { exit, said } = await command('withdraw', '--key', at('province.json'), ...args);
    expect([args, exit, (said.error as { code: string }).code]).toEqual([args, 2, 'usage']);
  }
});
