/**
 * Keys that lie elsewhere: programs that sign for the command and those that do it wrong; the key files that name them;
 * and all that the command signs, under such a key.
 */
import { sign, verify } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { KeyFileError, readIdentity, readKeyFile } from '../../keys/make.ts';
import { encodeUtf8 } from '../../src/base/bytes.ts';
import { programSigner, SignerError, takeSignature } from '../../src/cli/external-signer.ts';
import { explain } from '../../src/cli/talk.ts';
import { makeProof, verifyProof } from '../../src/core/dpop.ts';
import { importPublic } from '../../src/core/keys.ts';
import { signStep } from '../../src/core/procedure/read-case.ts';
import { Memo, openStatement, unverified } from '../../src/core/statement.ts';
import { derEcdsa } from '../../src/formats/pades/algorithms.ts';
import { isIssuedBy, readCertificate, readPem } from '../../src/formats/pades/x509.ts';
import { Caller } from '../../src/sdk/call.ts';
import { certifyCentre, certifyRoot } from '../../src/sdk/file-organization.ts';
import { appointCentre, approveBatch, type KeyFile, type Speaker } from '../../src/sdk/sign.ts';
import { at, folder, jwk, node, own, signs } from './program-key.ts';

const bytes = encodeUtf8('to be signed');
const lines: string[] = [];
const signer = (command: string[], { digest = false, seconds = 20 } = {}) =>
  programSigner({ command, folder, digest }, jwk, seconds, (line) => void lines.push(line));
const holds = (signature: Uint8Array, data = bytes) =>
  verify('sha256', data, { key: own.publicKey, dsaEncoding: 'ieee-p1363' }, signature);

// What is signed is told on standard error, which is for people at a terminal.
beforeEach(() => void vi.spyOn(process.stderr, 'write').mockReturnValue(true));
afterEach(() => vi.restoreAllMocks());

describe('a program signs', () => {
  test.each([
    ['64 bytes', 'ieee-p1363'],
    ['DER', 'der'],
  ])('and writes %s', async (_what, encoding) => {
    const signature = await signer(signs('own.pem', encoding))(bytes);
    expect([signature.length, holds(signature)]).toEqual([64, true]);
  });

  test('in files, where its arguments say so, and what it says to people is no signature', async () => {
    mkdirSync(at('tmp'));
    vi.stubEnv('TMPDIR', at('tmp'));
    onTestFinished(() => void vi.unstubAllEnvs());
    const script = node(
      `const c=require('node:crypto'),f=require('node:fs');const [,i,o]=process.argv;process.stdout.write('\\r');f.writeFileSync(o.slice(5),c.sign('sha256',f.readFileSync(i),{key:f.readFileSync('own.pem'),dsaEncoding:'der'}))`,
    );
    expect(holds(await signer([...script, '{in}', '--to={out}'])(bytes))).toBe(true);
    expect(readdirSync(at('tmp'))).toEqual([]);
  });

  test('one thing at a time, and each is named', async () => {
    const busy = signs(
      'own.pem',
      'der',
      "if(f.existsSync('busy'))process.exit(9);f.writeFileSync('busy','');setTimeout(()=>{f.rmSync('busy');process.stdout.write(s)},50)",
    );
    const sign = signer(busy);
    lines.length = 0;
    for (const signature of await Promise.all([sign(bytes), sign(bytes), sign(bytes)]))
      expect(holds(signature)).toBe(true);
    expect(lines).toHaveLength(3);
  });

  test('any s, and 64 bytes that are DER too', async () => {
    // Both forms of one signature are one signature, whichever half of the group its s lies in.
    for (let i = 0; i < 8; i++) {
      const raw = sign('sha256', bytes, { key: own.privateKey, dsaEncoding: 'ieee-p1363' });
      expect(Buffer.from(await takeSignature(raw, bytes, jwk))).toEqual(raw);
      expect(Buffer.from(await takeSignature(Buffer.from(derEcdsa(raw)), bytes, jwk))).toEqual(raw);
    }
    const both = Buffer.from(derEcdsa(new Uint8Array(64).fill(1, 3, 32).fill(1, 35, 64)));
    expect(both.length).toBe(64);
    await expect(takeSignature(both, bytes, jwk)).rejects.toMatchObject({ code: 'signer_key_differs' });
  });
});

describe('a program that does not is refused', () => {
  const write = (expression: string) => node(`process.stdout.write(${expression})`);
  test.each<[what: string, command: string[], code: string, seconds?: number]>([
    ['is not there', ['no-such-program-of-luzheng'], 'signer_not_found'],
    ['is not there, by its path', ['./no-such-program'], 'signer_not_found'],
    ['cannot be run', ['./own.pem'], 'signer_not_found'],
    ['fails', node('process.exit(3)'), 'signer_failed'],
    [
      'fails after it has signed',
      signs('own.pem', 'der', 'process.stdout.write(s,()=>process.exit(1))'),
      'signer_failed',
    ],
    ['is killed', node("process.kill(process.pid,'SIGTERM');setTimeout(()=>{},9e3)"), 'signer_failed'],
    ['does not end', node('setTimeout(()=>{},9e3)'), 'signer_timeout', 0.5],
    ['leaves another behind that holds the pipe', ['sh', '-c', 'sleep 5 & sleep 5'], 'signer_timeout', 0.5],
    ['writes nothing', node(''), 'signer_output'],
    ['writes words', write("'signature: none'"), 'signer_output'],
    ['writes base64', signs('own.pem', 'der', "process.stdout.write(s.toString('base64'))"), 'signer_output'],
    [
      'writes a line end too many',
      signs('own.pem', 'der', "process.stdout.write(s);process.stdout.write('\\n')"),
      'signer_output',
    ],
    [
      'writes a line end after 64 bytes',
      signs('own.pem', 'ieee-p1363', "process.stdout.write(s);process.stdout.write('\\n')"),
      'signer_output',
    ],
    ['writes half of it', signs('own.pem', 'ieee-p1363', 'process.stdout.write(s.subarray(0,32))'), 'signer_output'],
    [
      'writes DER with a length too long',
      signs('own.pem', 'der', 'process.stdout.write(Buffer.concat([Buffer.of(0x30,0x81),s.subarray(1)]))'),
      'signer_output',
    ],
    ['writes for ever', node('const b=Buffer.alloc(65536);const w=()=>process.stdout.write(b,w);w()'), 'signer_output'],
    ['writes no file', [...node('0'), '{out}'], 'signer_output'],
    [
      'writes a large file',
      [...node("require('node:fs').writeFileSync(process.argv[1],Buffer.alloc(5000))"), '{out}'],
      'signer_output',
    ],
    ['signs with another key', signs('other.pem', 'der'), 'signer_key_differs'],
    [
      'signs something else',
      node(
        "const c=require('node:crypto'),f=require('node:fs');process.stdout.write(c.sign('sha256','else',{key:f.readFileSync('own.pem')}))",
      ),
      'signer_key_differs',
    ],
    ['writes 64 bytes of nothing', write('Buffer.alloc(64)'), 'signer_key_differs'],
  ])('when it %s', async (_what, command, code, seconds = 20) => {
    const began = Date.now();
    const error: unknown = await signer(command, { seconds })(bytes).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(SignerError);
    expect(explain(error)).toMatchObject({
      exit: 2,
      lines: [expect.stringMatching(new RegExp(`^[^/]*\\p{Script=Han}.* / .+ \\[${code}\\]$`, 'u'))],
      json: { code },
    });
    expect(Date.now() - began).toBeLessThan(8_000);
  });

  test('and is not asked again', async () => {
    const sign = signer(node("require('node:fs').appendFileSync('asked','x');process.exit(1)"));
    for (const result of await Promise.allSettled([sign(bytes), sign(bytes)]))
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'signer_failed' } });
    await expect(sign(bytes)).rejects.toMatchObject({ code: 'signer_failed' });
    expect(readFileSync(at('asked'), 'utf8')).toBe('x');
  });

  test('a program that takes the digest signs nothing true over the bytes', async () => {
    await expect(signer(signs(), { digest: true })(bytes)).rejects.toMatchObject({ code: 'signer_key_differs' });
  });
});

describe('a key file', () => {
  const file: KeyFile = { subject: 'centre:3700', token: 'x', public: jwk, signer: signs() };
  const write = (name: string, change: object, mode = 0o600) => {
    writeFileSync(at(name), JSON.stringify({ ...file, ...change }));
    chmodSync(at(name), mode);
    return at(name);
  };

  test('names the program, which runs beside it and only when something is signed', async () => {
    const { pair } = await readKeyFile(
      write('asking.json', { signer: node("require('node:fs').writeFileSync('ran','')") }),
    );
    expect(existsSync(at('ran'))).toBe(false);
    await expect((pair.key as (data: Uint8Array) => Promise<Uint8Array>)(bytes)).rejects.toMatchObject({
      code: 'signer_output',
    });
    expect(existsSync(at('ran'))).toBe(true);
  });

  test.each<[what: string, change: object, mode?: number]>([
    ['others can write', {}, 0o620],
    ['has a private key as well', { private: own.privateKey.export({ format: 'jwk' }) }],
    ['names the program as a text', { signer: 'openssl dgst' }],
    ['names no program', { signer: [] }],
    ['has an argument that is none', { signer: ['openssl', 1] }],
    ['has an argument that no program can get', { signer: ['openssl', 'a\0b'] }],
    ['has no public key', { public: undefined }],
    ['has a point that is not on the curve', { public: { ...jwk, x: jwk.y } }],
    ['says of the digest what is no answer', { digest: 'yes' }],
    ['asks for what is no variable', { ask: 'CARD PIN' }],
  ])('that %s is refused', async (_what, change, mode) => {
    await expect(readKeyFile(write('wrong.json', change, mode))).rejects.toBeInstanceOf(KeyFileError);
  });

  test.each([
    ['a public key alone', { d: undefined }],
    ['a key that says it only verifies', { key_ops: ['verify'] }],
    ['a key for encryption', { use: 'enc' }],
    ['a key of another curve', { crv: 'P-384' }],
  ])('as its private key: %s is refused', async (_what, change) => {
    const whole = own.privateKey.export({ format: 'jwk' });
    expect((await readKeyFile(write('right.json', { signer: undefined, private: whole }))).pair.jwk).toMatchObject(jwk);
    const wrong = write('wrong.json', { signer: undefined, private: { ...whole, ...change } });
    await expect(readKeyFile(wrong)).rejects.toBeInstanceOf(KeyFileError);
  });

  test('signs all that the command signs', async () => {
    const root = (await readKeyFile(write('root.json', { subject: undefined, token: undefined }))).pair;
    const now = Math.floor(Date.now() / 1000);
    const key = await importPublic(jwk);
    const find = (kid: string) => (kid === root.kid ? key : undefined);
    const token = await appointCentre(root, { code: '3700', name: '省中心', jwk: root.jwk });
    expect((await openStatement(token, 'centre+jwt', find)).payload.sub).toBe('centre:3700');
    const [certificate, centre] = [await certifyRoot(root), await certifyCentre(root, token)].map((pem) =>
      readCertificate(readPem(pem)[0] as Uint8Array<ArrayBuffer>),
    );
    expect(
      await isIssuedBy(centre as NonNullable<typeof centre>, certificate as NonNullable<typeof certificate>, 0),
    ).toBe(true);
    const speaker: Speaker = await readIdentity(write('centre.json', { token }));
    const approval = await approveBatch(speaker, {
      organization: 'S000037000001',
      aud: 'https://lz.example.cn',
      batch: 'b'.repeat(22),
      root: jwk.x,
      count: 1,
    });
    expect((await openStatement(approval, 'approval+jwt', find)).payload.count).toBe(1);
    const step = await signStep(
      speaker,
      {
        aud: 'https://lz.example.cn',
        about: 'plan:pAAAAAAAAAAAAAAAA',
        step: 'plan.return',
        seq: 1,
        last: jwk.x,
        body: { reason: 'x' },
      },
      now,
      'a'.repeat(22),
    );
    expect((await openStatement(step, 'step+jwt', find)).payload.step).toBe('plan.return');
    const proof = await makeProof(speaker, {
      method: 'GET',
      url: 'https://lz.example.cn/v1/batches',
      iat: now,
      jti: 'a'.repeat(22),
    });
    expect(
      await verifyProof(proof, jwk, { method: 'GET', url: 'https://lz.example.cn/v1/batches', token, now }, new Memo()),
    ).toMatchObject({ jkt: root.kid });
  }, 30_000);
});

test('a call gets its instant when its turn at the card has come; what anyone may read is no matter for the card', async () => {
  let clock = 0;
  const slowly = async (data: Uint8Array) => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    clock += 100;
    return new Uint8Array(sign('sha256', data, { key: own.privateKey, dsaEncoding: 'ieee-p1363' }));
  };
  const speaker: Speaker = { kid: 'x', jwk, subject: 'centre:3700', token: 'x', key: slowly };
  const seen: (string | undefined)[] = [];
  const caller = new Caller('https://lz.example.cn', speaker, {
    fetch: (_url, init) => {
      seen.push((init.headers as Record<string, string>).DPoP);
      return Promise.resolve(Response.json({}));
    },
    moment: () => clock,
  });
  await Promise.all([caller.get('/v1/a'), caller.get('/v1/b'), caller.get('/v1/c')]);
  expect(seen.map((proof) => unverified<{ iat: number }>(proof ?? '').claims.iat)).toEqual([0, 100, 200]);
  await caller.get('/.well-known/trust.json');
  expect(seen[3]).toBeUndefined();
});
