/**
 * Signed certificates as other programs see them: poppler, qpdf, openssl, pdf-lib; and what stands in the signature, read
 * with a library of its own.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContentInfo, SignedData } from '@peculiar/asn1-cms';
import { AsnConvert } from '@peculiar/asn1-schema';
import { PDFArray, PDFDict, PDFDocument, PDFHexString, PDFName, PDFNumber, PDFString, StandardFonts } from 'pdf-lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { concat, encodeUtf8, sha256 } from '../../../src/base/bytes.ts';
import { checkPdfSignature } from '../../../src/core/paper/pdf-signature.ts';
import { certify } from '../../../src/core/paper/x509-certificates.ts';
import { signPdf } from '../../../src/formats/pades/sign-pdf.ts';
import { CMS } from '../../../src/formats/pades/signed-data.ts';
import { toPem } from '../../../src/formats/pades/x509.ts';
import { refusalOf } from '../../core/cast.ts';
import { hasTool, readPdf } from '../fixtures-pdf.ts';
import {
  type Authority,
  type Bytes,
  base,
  centreIssuer,
  DAY,
  findSignature,
  makeAuthority,
  makeTsa,
  NOW,
  rootIssuer,
  SCHOOL,
  signedBy,
  terms,
} from './make.ts';

let cast: Authority;
let plain: Bytes;
let signed: Bytes;
const folder = mkdtempSync(join(tmpdir(), 'luzheng-test-'));
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  cast = await makeAuthority();
  plain = await base();
  signed = await signPdf(plain, signedBy(cast));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const unpadded = (contents: Bytes): Bytes =>
  contents.slice(0, 4 + (contents[2] as number) * 256 + (contents[3] as number));

describe('the file', () => {
  test('is the base, unchanged, and a section after it; at most 5 KB more', () => {
    expect(signed.subarray(0, plain.length)).toEqual(plain);
    expect(signed.length - plain.length).toBeLessThan(5_000);
  });

  test('shows what it showed, and has one invisible signature field and no other annotation', async () => {
    expect((await readPdf(signed)).shown).toEqual((await readPdf(plain)).shown);
    const { context, catalog } = await PDFDocument.load(signed, { updateMetadata: false });
    const form = catalog.lookup(PDFName.of('AcroForm'), PDFDict);
    expect(form.lookup(PDFName.of('SigFlags'), PDFNumber).asNumber()).toBe(3);
    const fields = form.lookup(PDFName.of('Fields'), PDFArray);
    const annotations = (context.lookup(catalog.Pages().Kids().get(0)) as PDFDict).lookup(
      PDFName.of('Annots'),
      PDFArray,
    );
    expect(String(fields)).toBe(String(annotations));
    const field = fields.lookup(0, PDFDict);
    expect([String(field.get(PDFName.of('Rect'))), String(field.get(PDFName.of('F')))]).toEqual(['[ 0 0 0 0 ]', '132']);
    const signature = field.lookup(PDFName.of('V'), PDFDict);
    expect(signature.lookup(PDFName.of('Name'), PDFHexString).decodeText()).toBe(SCHOOL.name);
    expect(signature.lookup(PDFName.of('M'), PDFString).asString()).toBe("D:20261123100000+08'00'");
    expect(catalog.has(PDFName.of('AF'))).toBe(true);
  });

  test('has a second identifier of its own beside the first, which stays', async () => {
    const ids = (file: Bytes) =>
      [
        ...Buffer.from(file)
          .toString('latin1')
          .matchAll(/\/ID \[\s*<([0-9A-F]{32})>\s*<([0-9A-F]{32})>/g),
      ]
        .at(-1)
        ?.slice(1);
    const [before, after] = [ids(plain), ids(signed)];
    expect([after?.[0], after?.[1] === before?.[1]]).toEqual([before?.[0], false]);
  });

  const qpdf = (file: Bytes) => {
    writeFileSync(at('q.pdf'), file);
    return execFileSync('qpdf', ['--check', at('q.pdf')], { encoding: 'utf8' });
  };
  test.skipIf(!hasTool('qpdf'))('qpdf finds nothing wrong with it', () => {
    expect(qpdf(signed)).toContain('No syntax or stream encoding errors');
  });

  test('keeps whatever else the catalog and the page say', async () => {
    const document = await PDFDocument.load(plain, { updateMetadata: false });
    const { context, catalog } = document;
    const page = document.getPage(0).node;
    const note = context.register(context.obj({ Type: 'Annot', Subtype: 'Link', Rect: [1, 2, 3, 4] }));
    page.set(PDFName.of('Annots'), context.register(context.obj([note])));
    page.set(PDFName.of('StructParents'), PDFNumber.of(0));
    catalog.set(PDFName.of('Metadata'), context.register(context.stream('<x/>', { Type: 'Metadata', Subtype: 'XML' })));
    catalog.set(PDFName.of('MarkInfo'), context.obj({ Marked: true }));
    const fuller = new Uint8Array(await document.save());
    const made = await signPdf(fuller, signedBy(cast));
    expect((await checkPdfSignature(made, findSignature(made), cast.anchor)).whole).toBe(true);
    const again = await PDFDocument.load(made, { updateMetadata: false });
    const last = again.getPage(0).node;
    expect([last.lookup(PDFName.of('Annots'), PDFArray).size(), String(last.get(PDFName.of('StructParents')))]).toEqual(
      [2, '0'],
    );
    for (const key of ['Metadata', 'MarkInfo', 'AF', 'Names', 'Lang', 'AcroForm'])
      expect([key, again.catalog.has(PDFName.of(key))]).toEqual([key, true]);
    if (hasTool('qpdf')) expect(qpdf(made)).toContain('No syntax or stream encoding errors');
  });
});

describe('poppler', () => {
  const pdfsig = (file: string, ...args: string[]) =>
    execFileSync('pdfsig', [...args, file], { encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } });

  test.skipIf(!hasTool('pdfsig'))('says that the signature is valid and covers the whole document', () => {
    writeFileSync(at('p.pdf'), signed);
    const said = pdfsig(at('p.pdf'));
    for (const line of [
      'Signature is Valid.',
      'Total document signed',
      'Signature Type: ETSI.CAdES.detached',
      'Signing Hash Algorithm: SHA-256',
      `Signer Certificate Common Name: ${SCHOOL.name}`,
      'Signing Time: Nov 23 2026 02:00:00',
    ])
      expect(said).toContain(line);
    expect(said.match(/Signature #/g)?.length).toBe(1);
    const broken = signed.slice();
    broken[2000] = (broken[2000] as number) ^ 1;
    writeFileSync(at('p.pdf'), broken);
    expect(pdfsig(at('p.pdf'))).toContain('Digest Mismatch.');
  });

  test.skipIf(!hasTool('pdfsig', 'certutil'))('trusts it under the root certificate, and not without', async () => {
    // pdfsig judges certificates at the present time.
    const now = Math.floor(Date.now() / 1000);
    const life = { from: now - DAY, until: now + DAY };
    const ca = await certify({ name: '', jwk: cast.root.jwk }, rootIssuer(cast.root), terms('root', life));
    const middle = await certify(
      { name: '济南市职业技能鉴定指导中心', jwk: cast.centre.jwk },
      rootIssuer(cast.root),
      terms('centre', life),
    );
    const leaf = await certify(
      { ...SCHOOL, jwk: cast.organization.jwk },
      centreIssuer(cast.centre),
      terms('organization', life),
    );
    writeFileSync(at('t.pdf'), await signPdf(plain, signedBy(cast, { chain: [leaf, middle], at: now })));
    writeFileSync(at('ca.pem'), toPem('CERTIFICATE', ca));
    const nss = (...args: string[]) => execFileSync('certutil', [...args, '-d', `sql:${folder}`], { stdio: 'ignore' });
    nss('-N', '--empty-password');
    expect(pdfsig(at('t.pdf'), '-nssdir', `sql:${folder}`)).not.toContain('Certificate is Trusted');
    nss('-A', '-n', 'root', '-t', 'CT,C,C', '-i', at('ca.pem'));
    expect(pdfsig(at('t.pdf'), '-nssdir', `sql:${folder}`)).toContain('Certificate is Trusted.');
  });
});

describe('the CMS', () => {
  test('is baseline B-B: three signed attributes, none unsigned, no signing time, the root left out', async () => {
    const { contents, byteRange } = findSignature(signed);
    const info = AsnConvert.parse(unpadded(contents), ContentInfo);
    expect(info.contentType).toBe(CMS.signedData);
    const data = AsnConvert.parse(info.content, SignedData);
    expect([
      data.version,
      data.encapContentInfo.eContentType,
      data.encapContentInfo.eContent,
      data.crls,
      data.certificates?.length,
    ]).toEqual([1, CMS.data, undefined, undefined, 2]);
    const [signer, ...more] = data.signerInfos;
    expect([
      more.length,
      signer?.version,
      signer?.digestAlgorithm.algorithm,
      signer?.signatureAlgorithm.algorithm,
    ]).toEqual([0, 1, '2.16.840.1.101.3.4.2.1', '1.2.840.10045.4.3.2']);
    const types = signer?.signedAttrs?.map(({ attrType }) => attrType);
    expect(types).toEqual([CMS.contentType, CMS.messageDigest, CMS.signingCertificateV2]);
    // Of ETSI EN 319 142-1 §6.3: signing-time, and what belongs to CAdES alone.
    for (const forbidden of [
      '1.2.840.113549.1.9.5',
      '1.2.840.113549.1.9.16.2.4',
      '1.2.840.113549.1.9.6',
      '1.2.840.113549.1.9.16.2.15',
    ])
      expect(types).not.toContain(forbidden);
    expect(signer?.unsignedAttrs).toBeUndefined();
    const [, length, from] = byteRange;
    const digest = await sha256(concat(signed.subarray(0, length), signed.subarray(from)));
    expect(new Uint8Array(signer?.signedAttrs?.[1]?.attrValues[0] as ArrayBuffer).subarray(2)).toEqual(digest);
    // The library writes it again as it stands: it is DER. What follows it is zeros.
    expect(new Uint8Array(AsnConvert.serialize(info))).toEqual(unpadded(contents));
    expect(contents.subarray(unpadded(contents).length).every((byte) => byte === 0)).toBe(true);
    expect(contents.length - unpadded(contents).length).toBeLessThanOrEqual(4);
  });

  test.skipIf(!hasTool('openssl'))('openssl verifies it over the bytes of /ByteRange', () => {
    const {
      contents,
      byteRange: [, length, from],
    } = findSignature(signed);
    writeFileSync(at('s.der'), unpadded(contents));
    writeFileSync(at('s.bin'), concat(signed.subarray(0, length), signed.subarray(from)));
    writeFileSync(at('s.pem'), toPem('CERTIFICATE', cast.ca));
    const verify = (...more: string[]) =>
      execFileSync(
        'openssl',
        [
          'cms',
          '-verify',
          '-cades',
          '-binary',
          '-inform',
          'DER',
          '-in',
          at('s.der'),
          '-content',
          at('s.bin'),
          '-CAfile',
          at('s.pem'),
          '-purpose',
          'any',
          '-attime',
          String(NOW),
          '-out',
          at('s.out'),
          ...more,
        ],
        { stdio: 'pipe' },
      );
    expect(() => verify()).not.toThrow();
    writeFileSync(at('s.bin'), concat(signed.subarray(0, length), signed.subarray(from), Uint8Array.of(10)));
    expect(() => verify()).toThrow();
  });

  test('with a timestamp: one unsigned attribute, and room by need', async () => {
    const tsa = await makeTsa();
    const { timestampRequest, takeToken } = await import('../../../src/formats/pades/signed-data.ts');
    const asked: number[] = [];
    const ask = (ballast?: number) => async (digest: Bytes) => {
      asked.push(digest.length);
      const nonce = crypto.getRandomValues(new Uint8Array(16));
      return takeToken(
        await tsa.answer(timestampRequest(digest, nonce), ballast === undefined ? {} : { ballast }),
        digest,
        nonce,
      );
    };
    const small = await signPdf(plain, signedBy(cast, { timestamp: ask() }));
    const large = await signPdf(plain, signedBy(cast, { timestamp: ask(8_000) }));
    expect(asked).toEqual([32, 32, 32]);
    expect(large.length).toBeGreaterThan(small.length);
    const { contents } = findSignature(large);
    const data = AsnConvert.parse(AsnConvert.parse(unpadded(contents), ContentInfo).content, SignedData);
    expect(data.signerInfos[0]?.unsignedAttrs?.map(({ attrType }) => attrType)).toEqual([CMS.timestamp]);
    expect(await refusalOf(() => signPdf(plain, signedBy(cast, { timestamp: ask(20_000) })))).toEqual({
      code: 'timestamp_too_large',
    });
  });
});

test('what cannot be signed is refused', async () => {
  const unsignable = async (file: Bytes) =>
    expect(await refusalOf(() => signPdf(file, signedBy(cast)))).toEqual({ code: 'pdf_unsignable' });
  await unsignable(plain.slice(0, -30));
  await unsignable(concat(plain, encodeUtf8('%')));
  await unsignable(signed);
  const other = await PDFDocument.create();
  other.addPage().drawText('x', { font: await other.embedFont(StandardFonts.Helvetica) });
  await unsignable(new Uint8Array(await other.save({ useObjectStreams: false })));
});
