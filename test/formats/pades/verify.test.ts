/** Checking signatures of PDFs: what holds, and that every change of a byte is seen, wherever it is made. */
import { beforeAll, describe, expect, test } from 'vitest';
import { concat, encodeUtf8 } from '../../../src/base/bytes.ts';
import { isRefusal } from '../../../src/base/refusal.ts';
import { checkPdfSignature, type PdfSignatureField } from '../../../src/core/paper/pdf-signature.ts';
import { certify } from '../../../src/core/paper/x509-certificates.ts';
import { signPdf } from '../../../src/formats/pades/sign-pdf.ts';
import { takeToken, timestampRequest } from '../../../src/formats/pades/signed-data.ts';
import { readCertificate } from '../../../src/formats/pades/x509.ts';
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
  random,
  SCHOOL,
  signedBy,
  terms,
  withContents,
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

/** Whether anybody would take this file for the signed certificate, whole, under the province's root. */
async function passes(file: Bytes, change: Partial<PdfSignatureField> = {}): Promise<boolean> {
  let found: PdfSignatureField;
  try {
    found = { ...findSignature(file), ...change };
  } catch {
    // The test's own search no longer sees a signature.
    return false;
  }
  try {
    const { intact, whole, root } = await checkPdfSignature(file, found, cast.anchor);
    return intact && whole && root === cast.root.kid;
  } catch (error) {
    if (!isRefusal(error) || !['pdf_signature_malformed', 'pdf_signature_unsupported'].includes(error.code))
      throw error;
    return false;
  }
}

const flipped = (bytes: Bytes, at: number, bit = at % 8): Bytes => {
  const changed = bytes.slice();
  changed[at] = (changed[at] as number) ^ (1 << bit);
  return changed;
};

/** The positions at which a change goes unseen. */
async function unseen(positions: readonly number[], change: (at: number) => Promise<boolean>): Promise<number[]> {
  const found: number[] = [];
  for (let i = 0; i < positions.length; i += 16) {
    await Promise.all(positions.slice(i, i + 16).map(async (at) => void ((await change(at)) && found.push(at))));
  }
  return found;
}

const range = (from: number, to: number, step = 1) =>
  Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => from + i * step);

describe('a good signature', () => {
  test('says who signed, under which root, and how much of the file', async () => {
    const { thumbprint, ...signer } = (await check(signed)).signer;
    expect(await check(signed)).toEqual({
      intact: true,
      whole: true,
      covers: signed.length,
      root: cast.root.kid,
      timestamp: undefined,
      signer: {
        thumbprint: cast.organization.kid,
        jwk: cast.organization.jwk,
        name: SCHOOL.name,
        organization_id: `NTRCN-${SCHOOL.uscc}`,
        serial: readCertificate(cast.leaf).serial,
        not_before: NOW - DAY,
        not_after: NOW + 300 * DAY,
      },
      chain: [
        expect.objectContaining({ name: SCHOOL.name }),
        expect.objectContaining({ name: '济南市职业技能鉴定指导中心' }),
      ],
    });
    expect([thumbprint, signer.jwk]).toEqual([cast.organization.kid, cast.organization.jwk]);
  });

  test('with a timestamp says when, and by whom', async () => {
    const tsa = await makeTsa();
    const nonce = random(16);
    const timestamp = async (digest: Bytes) =>
      takeToken(await tsa.answer(timestampRequest(digest, nonce), { at: NOW + 5 }), digest, nonce);
    const timed = await signPdf(plain, signedBy(cast, { timestamp }));
    expect(await check(timed)).toMatchObject({
      intact: true,
      whole: true,
      root: cast.root.kid,
      timestamp: { at: NOW + 5, authority: tsa.name },
    });
    const { contents } = findSignature(timed);
    const length = 4 + (contents[2] as number) * 256 + (contents[3] as number);
    // The first 1500 bytes are those of a signature without a timestamp.
    expect(
      await unseen(range(1500, length, 3), (at) =>
        passes(withContents(timed, findSignature(timed), flipped(contents, at))),
      ),
    ).toEqual([]);
  }, 60_000);

  test('with the root certificate in its chain, or with no chain at all', async () => {
    expect(
      await check(await signPdf(plain, signedBy(cast, { chain: [cast.leaf, cast.middle, cast.ca] }))),
    ).toMatchObject({ intact: true, root: cast.root.kid, chain: { length: 3 } });
    expect(await check(await signPdf(plain, signedBy(cast, { chain: [cast.leaf] })))).toMatchObject({
      intact: true,
      root: undefined,
      chain: { length: 1 },
    });
  });

  test('of another province is intact, and has no root here', async () => {
    const stranger = await makeAuthority();
    expect(await check(await signPdf(plain, signedBy(stranger)))).toMatchObject({
      intact: true,
      whole: true,
      root: undefined,
    });
    // A root that is offered but whose thumbprint nobody trusts.
    expect(
      await checkPdfSignature(signed, field, {
        thumbprints: [stranger.root.kid],
        roots: [cast.root.jwk, stranger.root.jwk],
      }),
    ).toMatchObject({ intact: true, root: undefined });
  });
});

describe('every change is seen', () => {
  test('in the first 700 bytes, and in every 97th after', async () => {
    const [, from, to] = field.byteRange;
    const positions = [...range(0, 700), ...range(700, signed.length, 97).filter((at) => at <= from || at >= to - 1)];
    expect(await unseen(positions, (at) => passes(flipped(signed, at)))).toEqual([]);
  }, 60_000);

  test('in every byte of the CMS and of the zeros after it', async () => {
    expect(
      await unseen(range(0, field.contents.length), (at) =>
        passes(withContents(signed, field, flipped(field.contents, at))),
      ),
    ).toEqual([]);
    expect(
      await unseen(range(0, field.contents.length, 5), (at) =>
        passes(withContents(signed, field, flipped(field.contents, at, (at + 3) % 8))),
      ),
    ).toEqual([]);
  }, 60_000);

  test('in the text of the hex string: another case of its letters, too', async () => {
    const [, from, to] = field.byteRange;
    const letters = range(from + 1, to - 1).filter((at) => (signed[at] as number) > 0x60);
    expect(letters.length).toBeGreaterThan(300);
    expect(await unseen(letters.slice(0, 300), (at) => passes(flipped(signed, at, 5)))).toEqual([]);
    const upper = signed.slice();
    upper.set(Buffer.from(Buffer.from(upper.subarray(from, to)).toString('latin1').toUpperCase(), 'latin1'), from);
    expect(await passes(upper)).toBe(true);
  });

  test('another certificate of the same key, name and number in place of the one that signed', async () => {
    const serial = readCertificate(cast.leaf).serialNumber.slice(2);
    let twin: Bytes;
    // An ECDSA signature has 70 to 72 bytes; the twin must fit into the place.
    do
      twin = await certify(
        { ...SCHOOL, jwk: cast.organization.jwk },
        centreIssuer(cast.centre),
        terms('organization', { serial, until: NOW + 2 * DAY }),
      );
    while (twin.length !== cast.leaf.length);
    const contents = field.contents.slice();
    contents.set(twin, Buffer.from(contents).indexOf(cast.leaf));
    expect(await check(withContents(signed, field, contents))).toMatchObject({
      intact: false,
      root: cast.root.kid,
      signer: { not_after: NOW + 2 * DAY },
    });
  });

  test('a byte left out, a byte put in', async () => {
    for (const at of [10, 5000, signed.length - 1]) {
      expect(await passes(concat(signed.subarray(0, at), signed.subarray(at + 1)))).toBe(false);
      expect(await passes(concat(signed.subarray(0, at), Uint8Array.of(32), signed.subarray(at)))).toBe(false);
    }
  });

  test('an update after the signature: intact, and not the whole file', async () => {
    const more = concat(signed, encodeUtf8('\n99 0 obj\n<< >>\nendobj\n'));
    expect(await check(more)).toMatchObject({ intact: true, whole: false, covers: signed.length, root: cast.root.kid });
  });
});
