/**
 * Timestamps: a small authority of the tests' own and openssl's; what is wrong with an answer, and with how it is sent.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AsnConvert } from '@peculiar/asn1-schema';
import { TimeStampReq } from '@peculiar/asn1-tsp';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { sha256, toHex } from '../../../src/base/bytes.ts';
import { checkPdfSignature } from '../../../src/core/paper/pdf-signature.ts';
import { signPdf } from '../../../src/formats/pades/sign-pdf.ts';
import { readToken, takeToken, timestampRequest } from '../../../src/formats/pades/signed-data.ts';
import { askTimestamp } from '../../../src/service/outside-services.ts';
import { refusalOf } from '../../core/cast.ts';
import { hasTool } from '../fixtures-pdf.ts';
import {
  type Bytes,
  base,
  DAY,
  findSignature,
  makeAuthority,
  makeTsa,
  NOW,
  random,
  signedBy,
  type Tsa,
  type TsaFlaw,
} from './make.ts';

let tsa: Tsa;
let digest: Bytes;
beforeAll(async () => {
  tsa = await makeTsa();
  digest = await sha256(random(100));
});

test('the request is what the library reads: SHA-256, a positive nonce, the certificate wanted', () => {
  for (const first of [0, 0x7f, 0xff]) {
    const nonce = random(16).fill(first, 0, 1);
    const read = AsnConvert.parse(timestampRequest(digest, nonce), TimeStampReq);
    expect([read.version, read.certReq, read.messageImprint.hashAlgorithm.algorithm]).toEqual([
      1,
      true,
      '2.16.840.1.101.3.4.2.1',
    ]);
    expect(new Uint8Array(read.messageImprint.hashedMessage.buffer)).toEqual(digest);
    expect(toHex(new Uint8Array(read.nonce as ArrayBuffer))).toMatch(/^[4-7][0-9a-f]{31}$/);
  }
});

describe('an answer', () => {
  const take = async (flaw: TsaFlaw, change = (answer: Bytes): Bytes => answer) => {
    const nonce = random(16);
    return takeToken(change(await tsa.answer(timestampRequest(digest, nonce), flaw)), digest, nonce);
  };

  test.each([0, 1])('of status %i gives a token that says when and by whom', async (status) => {
    const token = await take({ status, at: NOW + 1 });
    expect(await readToken(token, digest)).toMatchObject({ at: NOW + 1, authority: tsa.name });
    expect(await readToken(token, await sha256(digest))).toBeUndefined();
  });

  test.each<[string, TsaFlaw, string]>([
    ['that refuses', { status: 2 }, 'status'],
    ['that asks to wait', { status: 3 }, 'status'],
    ['to another request', { nonce: Uint8Array.of(0x41, ...new Uint8Array(15)) }, 'nonce'],
    ['without a nonce', { noNonce: true }, 'nonce'],
    ['over another digest', { imprint: new Uint8Array(32) }, 'token'],
    ['of a certificate that is not for timestamps', { purpose: '1.3.6.1.5.5.7.3.3' }, 'token'],
    ['signed by somebody else', { forged: true }, 'token'],
    ['of a time at which its certificate was over', { at: NOW + 2 * DAY }, 'token'],
  ])('%s is refused', async (_name, flaw, part) => {
    expect(await refusalOf(() => take(flaw))).toEqual({ code: 'timestamp_refused', part });
  });

  test('cut short, or with anything after it, is refused', async () => {
    for (const change of [
      (bytes: Bytes) => bytes.slice(0, -1),
      (bytes: Bytes) => Uint8Array.from([...bytes, 0]),
      () => new Uint8Array(0),
      () => new TextEncoder().encode('<html></html>') as Bytes,
    ]) {
      expect(await refusalOf(() => take({}, change))).toEqual({ code: 'der_malformed' });
    }
  });
});

describe('over HTTP', () => {
  async function serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener);
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as { port: number }).port}/tsa`;
  }
  const ask = (url: string) => askTimestamp(url, digest, random(16), (address, init) => fetch(address, init));
  const reply = { 'Content-Type': 'application/timestamp-reply' };

  test('a digest goes out, a token comes back', async () => {
    const seen: unknown[] = [];
    const url = await serve((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        seen.push([request.method, request.headers['content-type'], Buffer.concat(parts).length]);
        void tsa.answer(Buffer.concat(parts)).then((answer) => response.writeHead(200, reply).end(answer));
      });
    });
    expect(await readToken(await ask(url), digest)).toMatchObject({ authority: tsa.name });
    expect(seen).toEqual([['POST', 'application/timestamp-query', 75]]);
  });

  test.each<[string, RequestListener]>([
    ['an error', (_request, response) => void response.writeHead(503, reply).end()],
    [
      'another type',
      (_request, response) => void response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html></html>'),
    ],
    ['a cut connection', (request) => void request.socket.destroy()],
    ['more than 64 KB', (_request, response) => void response.writeHead(200, reply).end(Buffer.alloc(70_000))],
  ])('%s is no answer', async (_name, listener) => {
    expect(await refusalOf(async () => ask(await serve(listener)))).toEqual({ code: 'timestamp_unreachable' });
  });

  test.each<[string, RequestListener]>([
    ['that does not answer', () => undefined],
    [
      'that trickles',
      (_request, response) => {
        response.writeHead(200, reply);
        const drip = setInterval(() => response.write(Uint8Array.of(48)), 20);
        response.on('close', () => clearInterval(drip));
      },
    ],
  ])('an authority %s is waited for five seconds', async (_name, listener) => {
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    const waited = vi.spyOn(AbortSignal, 'timeout').mockImplementation((milliseconds) => timeout(milliseconds / 50));
    const url = await serve(listener);
    expect(await refusalOf(() => ask(url))).toEqual({ code: 'timestamp_unreachable' });
    expect(waited.mock.calls).toEqual([[5000]]);
    waited.mockRestore();
  });
});

test.skipIf(!hasTool('openssl')).each([
  ['rsa:2048', 'sha256', 'sha256'],
  ['ec', 'sha512', 'sha512'],
  ['ec', 'sha256', 'sha1'],
] as const)("openssl's authority with a key of %s and %s, its certificate named by %s", async (kind, hash, named) => {
  const folder = mkdtempSync(join(tmpdir(), 'luzheng-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  writeFileSync(
    at('cnf'),
    `[req]\ndistinguished_name=dn\nx509_extensions=ext\n[dn]\n[ext]\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n[tsa]\ndefault_tsa=one\n[one]\nserial=${at('serial')}\nsigner_digest=${hash}\ndefault_policy=1.2.3.4.1\ndigests=sha256\naccuracy=secs:1\nordering=yes\ntsa_name=yes\ness_cert_id_chain=no\ness_cert_id_alg=${named}\n`,
  );
  openssl(
    'req',
    '-x509',
    '-newkey',
    kind,
    ...(kind === 'ec' ? ['-pkeyopt', 'ec_paramgen_curve:P-384'] : []),
    '-nodes',
    '-keyout',
    at('key'),
    '-out',
    at('pem'),
    '-subj',
    '/CN=Example TSA',
    '-days',
    '2',
    '-config',
    at('cnf'),
    `-${hash}`,
  );
  const timestamp = async (imprint: Bytes) => {
    const nonce = random(16);
    writeFileSync(at('query'), timestampRequest(imprint, nonce));
    openssl(
      'ts',
      '-reply',
      '-config',
      at('cnf'),
      '-section',
      'one',
      '-queryfile',
      at('query'),
      '-inkey',
      at('key'),
      '-signer',
      at('pem'),
      '-out',
      at('reply'),
    );
    return takeToken(new Uint8Array(readFileSync(at('reply'))), imprint, nonce);
  };
  const cast = await makeAuthority();
  const signed = await signPdf(await base(), signedBy(cast, { timestamp }));
  const { intact, timestamp: said } = await checkPdfSignature(signed, findSignature(signed), cast.anchor);
  expect([intact, said?.authority, Math.abs((said?.at ?? 0) - Date.now() / 1000) < 60]).toEqual([
    true,
    'Example TSA',
    true,
  ]);
});
