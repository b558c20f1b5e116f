/** Signatures in a PDF that are refused: by their algorithms, attributes, certificates or place in the file. */
import { beforeAll, describe, expect, test } from 'vitest';
import { concat, encodeUtf8, sha256 } from '../../../src/base/bytes.ts';
import { checkPdfSignature, type PdfSignatureField } from '../../../src/core/paper/pdf-signature.ts';
import { requestCertificate } from '../../../src/core/paper/x509-certificates.ts';
import { derEcdsa, OID } from '../../../src/formats/pades/algorithms.ts';
import {
  context,
  der,
  elements,
  integer,
  octets,
  oid,
  openDer,
  sequence,
  setOf,
  TAG,
} from '../../../src/formats/pades/der.ts';
import { signPdf } from '../../../src/formats/pades/sign-pdf.ts';
import { CMS, takeToken, timestampRequest } from '../../../src/formats/pades/signed-data.ts';
import { readCertificate } from '../../../src/formats/pades/x509.ts';
import { makeKey } from '../../../src/sdk/sign.ts';
import { refusalOf } from '../../core/cast.ts';
import {
  type Authority,
  type Bytes,
  base,
  findSignature,
  makeAuthority,
  makeTsa,
  random,
  SCHOOL,
  signedBy,
} from './make.ts';

let cast: Authority;
let plain: Bytes;
let signed: Bytes;
let field: PdfSignatureField;

beforeAll(async () => {
  cast = await makeAuthority();
  plain = await base();
  signed = await signPdf(plain, signedBy(cast));
  field = findSignature(signed);
});

const check = (file: Bytes, change: Partial<PdfSignatureField> = {}) =>
  checkPdfSignature(file, { ...findSignature(file), ...change }, cast.anchor);

describe('what is refused', () => {
  const malformed = { code: 'pdf_signature_malformed' };
  const unsupported = { code: 'pdf_signature_unsupported' };
  const refusal = (change: Partial<PdfSignatureField>) =>
    refusalOf(() => checkPdfSignature(signed, { ...field, ...change }, cast.anchor));

  test.each([
    [[1, 10, 20, 30]],
    [[0, 0, 20, 30]],
    [[0, 10, 5, 30]],
    [[0, 10, 11, 30]],
    [[0, 100, 200, 1e9]],
    [[0, 10, 20, -1]],
    [[0, 10.5, 20, 30]],
    [[0, Number.NaN, 20, 30]],
    [[0, 10, 20]],
    [[0, 10, 20, 30, 40]],
    [[]],
  ])('/ByteRange %j', async (byteRange) => {
    expect(await refusal({ byteRange: byteRange as never })).toEqual(malformed);
  });

  test('/ByteRange that leaves out other than a hex string, or more than it', async () => {
    const [start, from, to, length] = field.byteRange;
    expect(await refusal({ byteRange: [start, from - 1, to, length] })).toEqual(malformed);
    expect(await refusal({ byteRange: [start, from, to + 1, length - 1] })).toEqual(malformed);
  });

  test('other kinds of signatures, by name and by what they are', async () => {
    expect(await refusal({ subFilter: 'adbe.pkcs7.detached' })).toEqual(unsupported);
    expect(await refusal({ contents: new Uint8Array(0) })).toEqual(malformed);
    expect(await refusal({ contents: new Uint8Array(3000) })).toEqual(malformed);
    expect(await refusal({ contents: random(3000) })).toEqual(malformed);
    expect(await refusal({ contents: new Uint8Array(70_000).fill(0x30) })).toEqual(malformed);
    expect(await refusal({ contents: concat(field.contents, Uint8Array.of(1)) })).toEqual(malformed);
    const request = await requestCertificate({ ...SCHOOL, jwk: cast.organization.jwk }, cast.organization.key);
    expect(await refusal({ contents: request })).toEqual(malformed);
  });

  /** A signature put together by hand over this very file, well signed, with anything in it. */
  async function forged(
    change: {
      attributes?: Bytes[];
      signature?: string;
      digests?: Bytes;
      version?: number;
      certificates?: Bytes[];
      unsigned?: Bytes;
      sid?: Bytes;
      crls?: boolean;
      ordered?: boolean;
      tag?: number;
    } = {},
  ): Promise<Bytes> {
    const [, from, to] = field.byteRange;
    const digest = await sha256(concat(signed.subarray(0, from), signed.subarray(to)));
    const sha = sequence(oid(OID.sha256));
    const attribute = (type: string, value: Uint8Array) => sequence(oid(type), setOf([value]));
    const leaf = readCertificate(cast.leaf);
    const attributes = change.attributes ?? [
      attribute(CMS.contentType, oid(CMS.data)),
      attribute(CMS.messageDigest, octets(digest)),
      attribute(CMS.signingCertificateV2, sequence(sequence(sequence(octets(await sha256(cast.leaf)))))),
    ];
    const list = (tag: number) =>
      change.ordered === false ? der(tag, ...[...attributes].reverse()) : setOf(attributes, tag);
    const raw = new Uint8Array(
      await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, cast.organization.key as never, list(TAG.set)),
    );
    const signer = sequence(
      integer(1),
      change.sid ?? sequence(leaf.issuer, leaf.serialNumber),
      sha,
      list(context(0)),
      sequence(oid(change.signature ?? OID.ecdsaWithSha256)),
      octets(derEcdsa(raw)),
      ...(change.unsigned ? [change.unsigned] : []),
    );
    const data = sequence(
      integer(change.version ?? 1),
      change.digests ?? setOf([sha]),
      sequence(oid(CMS.data)),
      setOf(change.certificates ?? [cast.leaf, cast.middle], context(0)),
      ...(change.crls ? [der(context(1))] : []),
      der(change.tag ?? TAG.set, signer),
    );
    return sequence(oid(CMS.signedData), der(context(0), data));
  }
  const sha384 = setOf([sequence(oid('2.16.840.1.101.3.4.2.2'))]);
  const attribute = (type: string, value: Uint8Array) => sequence(oid(type), setOf([value]));

  test('made by hand, it holds: the changes below are what is refused', async () => {
    expect(await checkPdfSignature(signed, { ...field, contents: await forged() }, cast.anchor)).toMatchObject({
      intact: true,
      root: cast.root.kid,
      whole: false,
    });
  });

  test.each<[string, () => Parameters<typeof forged>[0], object]>([
    ['another version', () => ({ version: 3 }), unsupported],
    ['revocation lists', () => ({ crls: true }), unsupported],
    ['an announced digest that is not used', () => ({ digests: sha384 }), malformed],
    ['another signature algorithm', () => ({ signature: '1.2.840.10045.4.3.3' }), unsupported],
    ['attributes out of order', () => ({ ordered: false }), malformed],
    [
      'no signing certificate',
      () => ({
        attributes: [
          attribute(CMS.contentType, oid(CMS.data)),
          attribute(CMS.messageDigest, octets(new Uint8Array(32))),
        ],
      }),
      unsupported,
    ],
    ['no message digest', () => ({ attributes: [attribute(CMS.contentType, oid(CMS.data))] }), malformed],
    [
      'an attribute twice',
      () => ({
        attributes: [attribute(CMS.contentType, oid(CMS.data)), attribute(CMS.contentType, oid(CMS.timestampInfo))],
      }),
      malformed,
    ],
    ['a signer without certificate', () => ({ certificates: [cast.middle] }), malformed],
    ['a signer by key identifier', () => ({ sid: der(0x80, random(20)) }), unsupported],
    ['thirteen certificates', () => ({ certificates: Array(13).fill(cast.middle) as Bytes[] }), unsupported],
    [
      'an unknown unsigned attribute',
      () => ({ unsigned: setOf([attribute('1.2.3', integer(1))], context(1)) }),
      unsupported,
    ],
    [
      'a timestamp that is none',
      () => ({ unsigned: setOf([attribute(CMS.timestamp, integer(1))], context(1)) }),
      malformed,
    ],
    ['something after the signature', () => ({ unsigned: integer(1) }), malformed],
    ['signers under another tag', () => ({ tag: TAG.sequence }), malformed],
  ])('%s', async (_name, change, code) => {
    expect(await refusal({ contents: await forged(change()) })).toEqual(code);
  });

  test('a signer whose key is not of P-256', async () => {
    const { publicKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-384' }, true, [
      'sign',
      'verify',
    ]);
    const [tbs, ...signature] = elements(openDer(cast.leaf).content).map(({ bytes }) => bytes) as [Bytes, ...Bytes[]];
    const parts = elements(openDer(tbs).content).map(({ bytes }) => bytes);
    parts[6] = new Uint8Array(await crypto.subtle.exportKey('spki', publicKey));
    expect(
      await refusal({ contents: await forged({ certificates: [sequence(sequence(...parts), ...signature)] }) }),
    ).toEqual(unsupported);
  });

  test('a signature by another key than its certificate’s', async () => {
    const other = await makeKey();
    expect(await check(await signPdf(plain, signedBy(cast, { key: other.key })))).toMatchObject({
      intact: false,
      root: cast.root.kid,
    });
  });

  test('a timestamp over another signature is not taken', async () => {
    const tsa = await makeTsa();
    const nonce = random(16);
    const digest = await sha256(encodeUtf8('another'));
    const token = await takeToken(await tsa.answer(timestampRequest(digest, nonce)), digest, nonce);
    expect(await check(await signPdf(plain, signedBy(cast, { timestamp: async () => token })))).toMatchObject({
      intact: false,
      timestamp: undefined,
    });
  });

  test('an authority’s certificate that may not sign documents', async () => {
    const { centre, middle } = cast;
    expect(await check(await signPdf(plain, signedBy(cast, { key: centre.key, chain: [middle] })))).toMatchObject({
      intact: false,
      root: cast.root.kid,
    });
  });
});
