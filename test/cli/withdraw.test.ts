/**
 * `luzheng withdraw` and the drills of keys/README.md as people type them, against a real service: the list, a stolen
 * client key, a centre's key on a card that was lost, a root that signs without a network, and verification offline with
 * the trust.json of afterwards. And
 * `luzheng status`, with the lists read by Digital Bazaar's implementation of Bitstring Status List 1.0.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { checkStatus } from '@digitalbazaar/vc-bitstring-status-list';
import { compactVerify, createLocalJWKSet, type JSONWebKeySet } from 'jose';
import { expect, test } from 'vitest';
import { makeKeyFile, readIdentity, readKeyFile } from '../../keys/make.ts';
import { unverified } from '../../src/core/statement.ts';
import { certificatesOf } from '../../src/sdk/fetch-certificates.ts';
import { hasTool } from '../programs.ts';
import { hasSoftHsm, opensslKey, softHsm } from './card.ts';
import {
  as,
  at,
  CODE,
  certified,
  command,
  done,
  folder,
  holder,
  type Listed,
  later,
  listed,
  luzheng,
  origin,
  root,
} from './register-kit.ts';

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
