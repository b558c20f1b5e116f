/**
 * Signed PDFs from the real Worker: the same file at every download, whoever asks first; which key signs; what happens
 * when nobody can, when storage was tampered with, and when a timestamp authority is asked.
 */
import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { certify as certifyKey, holderName } from '../../src/core/paper/x509-certificates.ts';
import { type Env, readConfig, serviceOf } from '../../src/env.ts';
import { readPem, toPem } from '../../src/formats/pades/x509.ts';
import { certifyCentre, certifyNewestKey } from '../../src/sdk/file-organization.ts';
import { fileOrganization, makeKey } from '../../src/sdk/sign.ts';
import { renderFor } from '../../src/service/download.ts';
import { lookUp } from '../../src/service/lookup.ts';
import { askTimestamp } from '../../src/service/outside-services.ts';
import type { Service } from '../../src/service/service.ts';
import { type Bytes, makeTsa } from '../formats/pades/sample.ts';
import { as, candidate, certify, db, fileWith, type Issued, idNumber, readRoot, SCOPE, testEnv } from '../kit.ts';
import { callAs } from './forge.ts';
import {
  CODE,
  check,
  download,
  downloadAsHolder,
  files,
  isSigned,
  keyOf,
  nextKey,
  one,
  prepare,
  school,
  stored,
  world,
} from './signing-kit.ts';

beforeAll(prepare);

let person = 1;

beforeEach(async () => void (await files.delete(await stored())));

describe('a downloaded certificate', () => {
  test("is signed by its issuing key, under the province's root", async () => {
    const pdf = await download();
    const found = await check(pdf);
    expect(found).toMatchObject({
      intact: true,
      whole: true,
      root: testEnv.TRUST_ROOT,
      timestamp: undefined,
      signer: { name: '济南泉城职业培训学校' },
      chain: [{}, { name: '济南市职业技能鉴定指导中心' }],
    });
    expect(found.signer.jwk.x).toBe((await keyOf(1)).x);
  });

  test('is the same file each time, for the organization and for the holder', async () => {
    const first = await download();
    expect(await download()).toEqual(first);
    expect(await downloadAsHolder()).toEqual(first);
    expect((await stored()).length).toBe(1);
    expect((await stored())[0]).toMatch(new RegExp(`^signatures/${one.number}/[A-Za-z0-9_-]{43}$`));
  });

  test('is one file when many ask for it first at once', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => download()));
    for (const pdf of all) expect(pdf).toEqual(all[0]);
    expect(await check(all[0] as Bytes)).toMatchObject({ intact: true, whole: true });
  });

  test('is signed again when what was stored is not what this service sealed for it', async () => {
    const first = await download();
    const [key] = await stored();
    const sealed = (await (await files.get(key as string))?.text()) as string;
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    for (const wrong of [
      'x',
      `${sealed.slice(0, -4)}AAAA`,
      await serviceOf(env as Env).vault.sealRow('signatures/elsewhere', 'AAAA'),
    ]) {
      await files.put(key as string, wrong);
      const again = await download();
      expect(again).not.toEqual(first);
      expect(await check(again)).toMatchObject({ intact: true, whole: true, root: testEnv.TRUST_ROOT });
      expect(await download()).toEqual(again);
    }
    expect(log.mock.calls.length).toBe(3);
    expect(JSON.stringify(log.mock.calls)).not.toContain(one.number);
    log.mockRestore();
  });
});

describe('who signs', () => {
  test('nobody, where no issuing key has a certificate: the PDF is given all the same', async () => {
    const bare = await nextKey({ code: 'S000037000005' }, true);
    const [issued] = (await certify(world, bare, [candidate(++person)])).certificates;
    const get = async () =>
      new Uint8Array(await (await as(bare.client).take('GET', `/v1/certificates/${issued?.number}.pdf`)).arrayBuffer());
    const pdf = await get();
    expect([isSigned(pdf), new TextDecoder('latin1').decode(pdf.subarray(0, 5))]).toEqual([false, '%PDF-']);
    // A certificate that comes later signs from then on.
    expect(await certifyNewestKey(as(world.city), bare.filing)).toBe(true);
    expect(await check(await get())).toMatchObject({ intact: true, root: testEnv.TRUST_ROOT });
  });

  test('each certificate’s own key, if it can; else the newest that can', async () => {
    const code = 'S000037000006';
    const first = await fileWith(world.city, code);
    const [old] = (await certify(world, first, [candidate(++person)])).certificates;
    const second = await nextKey(first, false);
    const third = await nextKey(second, true);
    const [young] = (await certify(world, third, [candidate(++person)])).certificates;
    const signerOf = async (one?: Issued) => {
      const pdf = new Uint8Array(
        await (await as(third.client).take('GET', `/v1/certificates/${one?.number}.pdf`)).arrayBuffer(),
      );
      return (await check(pdf)).signer.jwk.x;
    };
    // Issued under key 1, and under key 3, which has no certificate.
    expect(await signerOf(old)).toBe((await keyOf(1, code)).x);
    expect(await signerOf(young)).toBe((await keyOf(2, code)).x);
    // What was signed stays, even when the key gets a certificate later.
    await certifyNewestKey(as(world.city), third.filing);
    expect(await signerOf(young)).toBe((await keyOf(2, code)).x);
    // A certificate that is over does not sign.
    await db
      .prepare('UPDATE issuing_certificates SET not_after = 1000 WHERE organization = ? AND n = 1')
      .bind(code)
      .run();
    for (const { key } of (await files.list({ prefix: `signatures/${old?.number}/` })).objects) await files.delete(key);
    expect(await signerOf(old)).toBe((await keyOf(3, code)).x);
  });

  test('not by a key of somebody else’s authority that the certificate’s filing does not name', async () => {
    const first = await nextKey({ code: 'S000037000009' }, true);
    const [old] = (await certify(world, first, [candidate(++person)])).certificates;
    const second = await nextKey(first, true);
    const [young] = (await certify(world, second, [candidate(++person)])).certificates;
    const authority = await makeKey();
    const jwk = (await keyOf(2, first.code)) as never;
    const now = Math.floor(Date.now() / 1000);
    const leaf = await certifyKey(
      { name: '济南泉城职业培训学校', uscc: '91350100M000100Y43', jwk },
      { ...authority, name: holderName({ name: '某电子认证服务公司' }) },
      { role: 'organization', from: now - 60, until: now + 9000, serial: new Uint8Array(16).fill(7) },
    );
    await as(world.city).post(`/v1/organizations/${first.code}/keys/2/certificate`, {
      certificate: toPem('CERTIFICATE', leaf),
    });
    const get = async (one?: Issued) =>
      new Uint8Array(await (await as(second.client).take('GET', `/v1/certificates/${one?.number}.pdf`)).arrayBuffer());
    expect(isSigned(await get(old))).toBe(false);
    const signed = await check(await get(young));
    expect([signed.intact, signed.root, signed.signer.jwk.x]).toEqual([
      true,
      undefined,
      (await keyOf(2, first.code)).x,
    ]);
  });

  test('the newest certificate of a key, among those that are valid', async () => {
    const before = await check(await download());
    await files.delete(await stored());
    await certifyNewestKey(as(world.city), school.filing);
    const after = await check(await download());
    expect([after.signer.thumbprint, after.signer.serial === before.signer.serial]).toEqual([
      before.signer.thumbprint,
      false,
    ]);
    const { n } = (await db
      .prepare('SELECT count(*) AS n FROM issuing_certificates WHERE organization = ?')
      .bind(CODE)
      .first<{ n: number }>()) as { n: number };
    expect(n).toBe(2);
  });
});

describe('certificates of issuing keys', () => {
  const path = `/v1/organizations/${CODE}/keys/1/certificate`;
  const latest = async () =>
    (await db
      .prepare('SELECT chain, handed_in_by FROM issuing_certificates WHERE organization = ? ORDER BY id DESC')
      .bind(CODE)
      .first<{ chain: string; handed_in_by: string }>()) as { chain: string; handed_in_by: string };

  test('the request is a PKCS#10 in PEM, in the filed name', async () => {
    const answer = await as(world.city).take('GET', `/v1/organizations/${CODE}/keys/1/request`);
    expect(answer.headers.get('content-type')).toBe('application/pkcs10');
    expect(new TextDecoder().decode(await answer.arrayBuffer())).toMatch(
      /^-----BEGIN CERTIFICATE REQUEST-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE REQUEST-----\n$/,
    );
    // Not before there is a filing to take the name from.
    await as(world.province).post('/v1/organizations/S000037000008/keys', {});
    expect(await callAs(world.province, 'GET', '/v1/organizations/S000037000008/keys/1/request')).toMatchObject({
      status: 409,
      code: 'organization_not_filed',
    });
  });

  test('a chain is kept as it was submitted, with who did', async () => {
    const { chain, handed_in_by } = await latest();
    expect([handed_in_by, readPem(chain).length]).toEqual(['centre:3701', 2]);
    const { certificate } = world.city as { certificate: string };
    expect(chain).toContain(certificate);
  });

  test('of another key, of another centre’s making, or over: refused and not kept', async () => {
    const { chain } = await latest();
    const leafOnly = chain.slice(0, chain.indexOf('-----END CERTIFICATE-----') + 26);
    const other = await fileWith(world.city, 'S000037000007');
    const { chain: foreign } = (await db
      .prepare('SELECT chain FROM issuing_certificates WHERE organization = ?')
      .bind(other.code)
      .first<{ chain: string }>()) as { chain: string };
    const before = await latest();
    for (const [certificate, status, code] of [
      [foreign, 409, 'certificate_key_differs'],
      [leafOnly + (await certifyCentre(await readRoot(), world.province.token)), 400, 'certificate_chain_broken'],
      ['x'.repeat(17_000), 400, 'certificate_malformed'],
    ] as const) {
      expect(await callAs(world.city, 'POST', path, { certificate })).toMatchObject({ status, code });
    }
    expect(await callAs(world.city, 'POST', path, { certificate: 'x'.repeat(25_000) })).toMatchObject({
      status: 413,
      code: 'body_too_large',
    });
    // An old filing, long over, and the certificate that went with it.
    const jwk = JSON.parse(
      (await db
        .prepare('SELECT public FROM issuing_keys WHERE organization = ? AND n = 1')
        .bind(CODE)
        .first<string>('public')) as string,
    ) as never;
    const old = await fileOrganization(
      world.city,
      {
        code: CODE,
        name: '济南泉城职业培训学校',
        uscc: '91350100M000100Y43',
        route: 'city',
        scope: SCOPE,
        annual_capacity: 1,
        issuing_jwks: { keys: [jwk] },
      },
      { iat: 1_600_000_000 },
    );
    await expect(certifyNewestKey(as(world.city), old)).rejects.toMatchObject({
      problem: { status: 409, code: 'certificate_not_valid' },
    });
    expect(await latest()).toEqual(before);
  });
});

describe('a timestamp authority', () => {
  type Answer = (request: Uint8Array) => Promise<Uint8Array<ArrayBuffer>>;
  const service = (answer: Answer): Service => ({
    ...serviceOf(env as Env),
    timestamp: (digest) =>
      askTimestamp(
        'https://tsa.example.cn/',
        digest,
        crypto.getRandomValues(new Uint8Array(16)),
        async (_url, init) =>
          new Response(await answer(init.body as Uint8Array), {
            headers: { 'Content-Type': 'application/timestamp-reply' },
          }),
      ),
  });
  const render = async (by: Service): Promise<Bytes> =>
    renderFor(by, (await lookUp(by, one.number, ['name', 'identifier'])) as never);
  const now = () => Math.floor(Date.now() / 1000);

  test('that answers puts its time under the signature, for good', async () => {
    const tsa = await makeTsa(now());
    const at = now();
    const pdf = await render(service((request) => tsa.answer(request, { at })));
    expect(await check(pdf)).toMatchObject({
      intact: true,
      whole: true,
      root: testEnv.TRUST_ROOT,
      timestamp: { at, authority: tsa.name },
    });
    expect(await download()).toEqual(pdf);
  });

  test.each<[string, Answer, string]>([
    ['that is down', () => Promise.reject(new TypeError('refused')), 'timestamp_unreachable'],
    ['that answers nonsense', async () => new Uint8Array(10), 'der_malformed'],
    ['that refuses', async (request) => (await makeTsa(now())).answer(request, { status: 2 }), 'timestamp_refused'],
  ])('%s keeps nobody from the certificate; the log says so without naming it', async (_name, answer, code) => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const pdf = await render(service(answer));
    expect(await check(pdf)).toMatchObject({ intact: true, whole: true, timestamp: undefined });
    expect(log.mock.calls.map(([line]) => JSON.parse(line as string) as object)).toEqual([
      { event: 'timestamp_failed', code, message: expect.any(String) as string },
    ]);
    expect(String(log.mock.calls[0])).not.toMatch(new RegExp(`${one.number}|欧阳|${idNumber(1)}`));
    log.mockRestore();
    expect(await download()).toEqual(pdf);
  });

  test('is named by an address, or not at all', () => {
    expect(readConfig(env as Env).timestampUrl).toBeUndefined();
    expect(readConfig({ ...(env as Env), TIMESTAMP_URL: 'http://tsa.example.cn/tsr' }).timestampUrl).toBe(
      'http://tsa.example.cn/tsr',
    );
    for (const TIMESTAMP_URL of ['tsa.example.cn', 'ftp://tsa.example.cn', '/tsa'])
      expect(() => readConfig({ ...(env as Env), TIMESTAMP_URL })).toThrow('TIMESTAMP_URL');
  });
});
