/** Certificate chains: one vector for each way in which a chain is refused, and chains that other tools made. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { concat, encodeUtf8 } from '../../../src/base/bytes.ts';
import { certify, checkChain, holderName, requestCertificate } from '../../../src/core/paper/x509-certificates.ts';
import { derEcdsa, OID, spkiOf } from '../../../src/formats/pades/algorithms.ts';
import { bits, context, der, integer, octets, oid, sequence, TAG } from '../../../src/formats/pades/der.ts';
import { readCertificate, readPem, toPem } from '../../../src/formats/pades/x509.ts';
import { type KeyPair, makeKey } from '../../../src/sdk/sign.ts';
import { refusalOf } from '../../core/cast.ts';
import vectors from '../../vectors/certificates.json' with { type: 'json' };
import { hasTool } from '../fixtures-pdf.ts';
import { type Authority, type Bytes, centreIssuer, DAY, makeAuthority, NOW, SCHOOL, terms } from './make.ts';

interface LeafChange {
  from?: number;
  until?: number;
  extensions?: string[];
  algorithm?: string;
  inner?: boolean;
  version?: number;
  time?: string;
  signer?: string;
  issuer?: 'peer' | 'below';
}
interface Vector {
  name: string;
  chain?: string[];
  text?: string;
  around?: string;
  times?: number;
  leaf?: LeafChange;
  key?: 'stranger' | 'centre';
  code: string;
  kept?: number;
}

const USAGES: Record<string, Bytes> = {
  usage: sequence(oid('2.5.29.15'), octets(bits(Uint8Array.of(0xc0), 6))),
  encipher: sequence(oid('2.5.29.15'), octets(bits(Uint8Array.of(0x20), 5))),
  nameConstraints: sequence(oid('2.5.29.30'), der(TAG.boolean, Uint8Array.of(255)), octets(sequence())),
};

const names = {
  centre: holderName({ name: '济南市职业技能鉴定指导中心' }),
  peer: holderName({ name: '同级机构' }),
  below: holderName({ name: '下级中心' }),
};

/** A leaf with anything wrong in it, put together from bytes. */
async function odd(
  cast: Authority,
  signer: KeyPair,
  {
    from = -1,
    until = 300,
    extensions = ['usage'],
    algorithm = OID.ecdsaWithSha256,
    inner = false,
    version = 2,
    time,
    issuer,
  }: LeafChange,
): Promise<Bytes> {
  const at = (days: number) =>
    der(
      TAG.utcTime,
      encodeUtf8(time ?? `${new Date((NOW + days * DAY) * 1000).toISOString().slice(2, 19).replace(/\D/g, '')}Z`),
    );
  const tbs = sequence(
    der(context(0), integer(version)),
    integer(5),
    sequence(oid(inner ? algorithm : OID.ecdsaWithSha256)),
    issuer ? names[issuer] : names.centre,
    sequence(at(from), at(until)),
    holderName(SCHOOL),
    spkiOf(cast.organization.jwk),
    der(context(3), sequence(...extensions.map((name) => USAGES[name] as Bytes))),
  );
  const raw = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, signer.key as never, tbs);
  return sequence(tbs, sequence(oid(algorithm)), bits(derEcdsa(new Uint8Array(raw))));
}

async function makeChain(
  cast: Authority,
  { chain = ['leaf', 'middle'], leaf, text, around = '', times = 1 }: Vector,
): Promise<string> {
  if (text !== undefined) return text;
  const [stranger, other] = [await makeKey(), await makeKey()];
  const signer = leaf?.signer === 'stranger' ? stranger : leaf?.issuer ? other : cast.centre;
  const parts: Record<string, () => Bytes | Promise<Bytes>> = {
    leaf: () => (leaf ? odd(cast, signer, leaf) : cast.leaf),
    middle: () => cast.middle,
    ca: () => cast.ca,
    longer: () => concat(cast.leaf, Uint8Array.of(0)),
    request: () => requestCertificate({ ...SCHOOL, jwk: cast.organization.jwk }, cast.organization.key),
    peer: () => certify({ name: '同级机构', jwk: other.jwk }, centreIssuer(cast.centre), terms('organization')),
    below: () => certify({ name: '下级中心', jwk: other.jwk }, centreIssuer(cast.centre), terms('centre')),
  };
  let pem = around.repeat(times);
  for (const name of chain) pem += toPem('CERTIFICATE', await (parts[name] as () => Promise<Bytes>)());
  return pem;
}

test.each(vectors as Vector[])('$code: $name', async (vector) => {
  const cast = await makeAuthority();
  const jwk =
    vector.key === 'stranger'
      ? (await makeKey()).jwk
      : vector.key === 'centre'
        ? cast.centre.jwk
        : cast.organization.jwk;
  const pem = await makeChain(cast, vector);
  let kept: string | undefined;
  expect((await refusalOf(async () => ({ pem: kept } = await checkChain(pem, jwk, NOW)))).code).toBe(vector.code);
  if (vector.kept === undefined) return;
  expect(readPem(kept as string).length).toBe(vector.kept);
  expect(kept).not.toContain(toPem('CERTIFICATE', cast.ca));
});

function scratch(): (name: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'luzheng-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return (name) => join(folder, name);
}
const openssl = (...args: string[]): string =>
  execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

test.skipIf(!hasTool('openssl'))(
  'our certificates hold for openssl, by the strict rules, and say what they should',
  async () => {
    const at = scratch();
    const { ca, middle, leaf } = await makeAuthority();
    for (const [name, bytes] of Object.entries({ ca, middle, leaf }))
      writeFileSync(at(name), toPem('CERTIFICATE', bytes));
    expect(
      openssl(
        'verify',
        '-x509_strict',
        '-attime',
        String(NOW),
        '-CAfile',
        at('ca'),
        '-untrusted',
        at('middle'),
        at('leaf'),
      ),
    ).toMatch(/: OK$/m);
    const text = openssl('x509', '-in', at('leaf'), '-noout', '-text', '-nameopt', 'utf8');
    expect(text).toContain(
      `Subject: C=CN, O=${SCHOOL.name}, organizationIdentifier=NTRCN-${SCHOOL.uscc}, CN=${SCHOOL.name}`,
    );
    expect(text).toMatch(/Key Usage: critical\s+Digital Signature, Non Repudiation\n/);
    expect(openssl('x509', '-in', at('middle'), '-noout', '-text')).toMatch(
      /CA:TRUE, pathlen:0\s+X509v3 Key Usage: critical\s+Certificate Sign\n/,
    );
  },
);

test.skipIf(!hasTool('openssl'))("an authority of RSA, or of P-384, answers the service's request", async () => {
  const at = scratch();
  const { organization } = await makeAuthority();
  writeFileSync(
    at('csr'),
    toPem('CERTIFICATE REQUEST', await requestCertificate({ ...SCHOOL, jwk: organization.jwk }, organization.key)),
  );
  expect(openssl('req', '-in', at('csr'), '-noout', '-verify', '-subject', '-nameopt', 'utf8')).toContain(
    `subject=C=CN, O=${SCHOOL.name}, organizationIdentifier=NTRCN-${SCHOOL.uscc}`,
  );
  writeFileSync(
    at('ext'),
    'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,nonRepudiation\nextendedKeyUsage=emailProtection\ncertificatePolicies=1.2.3.4\ncrlDistributionPoints=URI:http://ca.example/crl\n',
  );
  for (const [kind, hash] of [
    ['rsa:2048', '-sha384'],
    ['ec', '-sha512'],
  ] as const) {
    const curve = kind === 'ec' ? ['-pkeyopt', 'ec_paramgen_curve:P-384'] : [];
    openssl(
      'req',
      '-x509',
      '-newkey',
      kind,
      ...curve,
      '-nodes',
      '-keyout',
      at('key'),
      '-out',
      at('ca'),
      '-subj',
      '/C=CN/O=Example CA/CN=Root',
      '-days',
      '30',
      hash,
    );
    openssl(
      'x509',
      '-req',
      '-in',
      at('csr'),
      '-CA',
      at('ca'),
      '-CAkey',
      at('key'),
      '-set_serial',
      '0x7f00',
      '-days',
      '20',
      '-extfile',
      at('ext'),
      '-out',
      at('leaf'),
      hash,
    );
    const pem = readFileSync(at('leaf'), 'utf8') + readFileSync(at('ca'), 'utf8');
    const { leaf, pem: kept } = await checkChain(pem, organization.jwk, Math.floor(Date.now() / 1000));
    expect([leaf.name, leaf.serial, leaf.purposes, readPem(kept).length]).toEqual([
      SCHOOL.name,
      '7f00',
      ['1.3.6.1.5.5.7.3.4'],
      1,
    ]);
    // Another authority of the same name.
    openssl(
      'req',
      '-x509',
      '-newkey',
      kind,
      ...curve,
      '-nodes',
      '-keyout',
      at('key'),
      '-out',
      at('other'),
      '-subj',
      '/C=CN/O=Example CA/CN=Root',
      '-days',
      '30',
      hash,
    );
    expect(
      await refusalOf(() =>
        checkChain(readFileSync(at('leaf'), 'utf8') + readFileSync(at('other'), 'utf8'), organization.jwk, NOW),
      ),
    ).toMatchObject({ code: 'certificate_chain_broken' });
  }
});

test('a certificate reads as it was made: names of any length, times beyond 2049', async () => {
  const { root, organization } = await makeAuthority();
  const long = '中'.repeat(100);
  const until = Date.UTC(2061, 0, 2, 3, 4, 5) / 1000;
  const made = readCertificate(
    await certify({ name: long, jwk: organization.jwk }, { ...root, name: names.centre }, terms('centre', { until })),
  );
  expect(made).toMatchObject({
    name: '中'.repeat(64),
    not_before: NOW - DAY,
    not_after: until,
    ca: true,
    path: 0,
    usage: 0x04,
    jwk: organization.jwk,
  });
  expect(made.serial).toMatch(/^[4-7][0-9a-f]{31}$/);
});
