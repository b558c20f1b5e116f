/**
 * What the tests of signatures share in Node and in workerd: the signature in a file of ours, found by its text alone,
 * and a small timestamp authority with keys made again.
 */
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import { MessageImprint, TimeStampReq, TSTInfo } from '@peculiar/asn1-tsp';
import { AlgorithmIdentifier } from '@peculiar/asn1-x509';
import { encodeUtf8, sha256, toHex } from '../../../src/base/bytes.ts';
import type { PdfSignatureField } from '../../../src/core/paper/pdf-signature.ts';
import { holderName } from '../../../src/core/paper/x509-certificates.ts';
import { derEcdsa, OID, spkiOf } from '../../../src/formats/pades/algorithms.ts';
import { context, der, integer, octets, oid, sequence, setOf, string, TAG } from '../../../src/formats/pades/der.ts';
import { CMS } from '../../../src/formats/pades/signed-data.ts';
import { type KeyPair, makeKey } from '../../../src/sdk/sign.ts';

export type Bytes = Uint8Array<ArrayBuffer>;

/** 2026-11-23 10:00 in Shanghai. */
export const NOW = Date.UTC(2026, 10, 23, 2) / 1000;
export const DAY = 86_400;

/** The last signature of a file of ours, by its text alone. Throws when that is no longer there. */
export function findSignature(file: Uint8Array): PdfSignatureField {
  const text = new TextDecoder('latin1').decode(file);
  const at = text.lastIndexOf('/Type /Sig ');
  const [, subFilter] = /^[^]*?\/SubFilter \/([\w.]+)/.exec(text.slice(at)) as RegExpExecArray;
  const [, ...range] = /^[^]*?\/ByteRange \[(\d+) +(\d+) +(\d+) +(\d+) *\]/.exec(text.slice(at)) as RegExpExecArray;
  const byteRange = range.map(Number) as unknown as PdfSignatureField['byteRange'];
  const hex = text.slice(byteRange[1] + 1, byteRange[2] - 1);
  if (!/^([0-9a-fA-F]{2})*$/.test(hex)) throw new Error('no hex string');
  return {
    subFilter: subFilter as string,
    byteRange,
    contents: Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)),
  };
}

/** The file with other bytes in /Contents, at the same place. */
export function withContents(file: Bytes, { byteRange }: PdfSignatureField, contents: Uint8Array): Bytes {
  const changed = file.slice();
  changed.set(encodeUtf8(toHex(contents)), byteRange[1] + 1);
  return changed;
}

/** What a test's authority does otherwise than it should. */
export interface TsaFlaw {
  status?: number;
  nonce?: Bytes;
  imprint?: Bytes;
  /** Its certificate is not for timestamps. */
  purpose?: string;
  /** Signs with another key than its certificate's. */
  forged?: boolean;
  at?: number;
  /** Bytes to blow the token up with. */
  ballast?: number;
  noNonce?: boolean;
}

export interface Tsa {
  /** TimeStampResp for a TimeStampReq, both DER. */
  answer(request: Uint8Array, flaw?: TsaFlaw): Promise<Bytes>;
  name: string;
}

const sign = async (key: KeyPair['key'], data: Bytes): Promise<Bytes> =>
  derEcdsa(new Uint8Array(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key as never, data)));
const time = (at: number) =>
  string(TAG.utcTime, `${new Date(at * 1000).toISOString().slice(2, 19).replace(/\D/g, '')}Z`);
const SHA256 = sequence(oid(OID.sha256));
const ES256 = sequence(oid(OID.ecdsaWithSha256));

/** A self-signed certificate for one extended use of its key, put together from bytes. */
async function certifyFor(purpose: string, name: Bytes, own: KeyPair, now: number): Promise<Bytes> {
  const purposes = sequence(oid('2.5.29.37'), der(0x01, Uint8Array.of(255)), octets(sequence(oid(purpose))));
  const tbs = sequence(
    der(context(0), integer(2)),
    integer(77),
    ES256,
    name,
    sequence(time(now - DAY), time(now + DAY)),
    name,
    spkiOf(own.jwk),
    der(context(3), sequence(purposes)),
  );
  return sequence(tbs, ES256, der(TAG.bitString, Uint8Array.of(0), await sign(own.key, tbs)));
}

/** A timestamp authority: RFC 3161, one key, SHA-256; its certificate is good for a day before and after `now`. */
export async function makeTsa(now = NOW): Promise<Tsa> {
  const own = await makeKey();
  const name = holderName({ name: '测试时间戳 test authority' });
  return {
    name: '测试时间戳 test authority',
    async answer(request, flaw = {}) {
      const { messageImprint, nonce } = AsnConvert.parse(request, TimeStampReq);
      if (flaw.status !== undefined && flaw.status > 1) return sequence(sequence(integer(flaw.status)));
      const info = new TSTInfo({
        policy: '1.2.3.4',
        messageImprint: new MessageImprint({
          hashAlgorithm: new AlgorithmIdentifier({ algorithm: OID.sha256 }),
          hashedMessage: flaw.imprint ? new OctetString(flaw.imprint) : messageImprint.hashedMessage,
        }),
        serialNumber: Uint8Array.of(42).buffer,
        genTime: new Date((flaw.at ?? now) * 1000),
        ...(flaw.noNonce ? {} : { nonce: flaw.nonce?.buffer ?? (nonce as ArrayBuffer) }),
      });
      const content = new Uint8Array(AsnConvert.serialize(info));
      const certificate = await certifyFor(flaw.purpose ?? '1.3.6.1.5.5.7.3.8', name, own, now);
      const attribute = (type: string, value: Uint8Array) => sequence(oid(type), setOf([value]));
      const attributes = [
        attribute(CMS.contentType, oid(CMS.timestampInfo)),
        attribute(CMS.messageDigest, octets(await sha256(content))),
        attribute(CMS.signingCertificateV2, sequence(sequence(sequence(octets(await sha256(certificate)))))),
        ...(flaw.ballast === undefined ? [] : [attribute('1.2.3.5', octets(new Uint8Array(flaw.ballast)))]),
      ];
      const signer = sequence(
        integer(1),
        sequence(name, integer(77)),
        SHA256,
        setOf(attributes, context(0)),
        ES256,
        octets(await sign((flaw.forged ? await makeKey() : own).key, setOf(attributes))),
      );
      const data = sequence(
        integer(3),
        setOf([SHA256]),
        sequence(oid(CMS.timestampInfo), der(context(0), octets(content))),
        setOf([certificate], context(0)),
        setOf([signer]),
      );
      return sequence(sequence(integer(flaw.status ?? 0)), sequence(oid(CMS.signedData), der(context(0), data)));
    },
  };
}
