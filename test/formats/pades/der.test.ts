/**
 * The reader of DER and of certificates against a library (@peculiar/asn1-*): what we write it reads as we meant it,
 * what it takes and we take is the same; and whatever bytes come, the answer is a value or a Refusal.
 */
import { AsnConvert } from '@peculiar/asn1-schema';
import { Certificate as Asn1Certificate, BasicConstraints, KeyUsage } from '@peculiar/asn1-x509';
import type { Arbitrary } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeUtf8, toHex } from '../../../src/base/bytes.ts';
import { isRefusal } from '../../../src/base/refusal.ts';
import {
  bits,
  compareBytes,
  der,
  dottedOf,
  elements,
  integer,
  octets,
  oid,
  openDer,
  sequence,
  setOf,
  string,
  TAG,
} from '../../../src/formats/pades/der.ts';
import { readCertificate } from '../../../src/formats/pades/x509.ts';
import fc from '../../fuzz.ts';
import { type Bytes, makeAuthority } from './make.ts';

const bytes = (limit: number) => fc.uint8Array({ maxLength: limit }) as Arbitrary<Bytes>;

describe('values', () => {
  test('what is written is read again, at every length', () => {
    for (const length of [0, 1, 127, 128, 255, 256, 65_000]) {
      const content = new Uint8Array(length).fill(7);
      expect(openDer(octets(content)).content).toEqual(content);
    }
    const tree = fc.letrec<{ node: Bytes }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 5 },
        bytes(20).map(octets),
        fc.nat(127).map(integer),
        bytes(5).map((one) => bits(one)),
        fc.array(tie('node'), { maxLength: 4 }).map((all) => sequence(...all)),
        fc.array(tie('node'), { maxLength: 4 }).map((all) => setOf(all)),
      ),
    })).node;
    fc.assert(
      fc.property(tree, (encoded) => {
        const read = openDer(encoded);
        expect(read.bytes).toEqual(encoded);
        if (read.tag === TAG.set) {
          const parts = elements(read.content).map((one) => one.bytes);
          expect([...parts].sort(compareBytes)).toEqual(parts);
        }
      }),
    );
  });

  test('object identifiers are themselves again', () => {
    const rest = fc.array(fc.nat(2 ** 31 - 1), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(
        fc.oneof(fc.tuple(fc.nat(1), fc.nat(39)), fc.tuple(fc.constant(2), fc.nat(900))),
        rest,
        (head, tail) => {
          const dotted = [...head, ...tail].join('.');
          expect(dottedOf(openDer(oid(dotted)))).toBe(dotted);
        },
      ),
    );
  });

  test('random bytes are DER or refused, and never anything else', () => {
    fc.assert(
      fc.property(bytes(60), (random) => {
        try {
          expect(openDer(random).bytes).toEqual(random);
        } catch (error) {
          expect(isRefusal(error, 'der_malformed')).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('a tower of sequences is refused before it is climbed', () => {
    let tower: Bytes = integer(1);
    for (let i = 0; i < 5000; i++) tower = sequence(tower);
    expect(() => openDer(tower)).toThrow(/levels/);
    expect(() => openDer(sequence(...Array.from({ length: 9000 }, () => integer(1))))).toThrow(/elements/);
    expect(() => openDer(octets(new Uint8Array(70_000)))).toThrow(/65536/);
  });
});

describe('certificates', () => {
  test('the library reads in ours what our reader reads', async () => {
    const { ca, middle, leaf } = await makeAuthority();
    for (const encoded of [ca, middle, leaf]) {
      const mine = readCertificate(encoded);
      const { tbsCertificate: theirs } = AsnConvert.parse(encoded, Asn1Certificate);
      const extension = (id: string) =>
        theirs.extensions?.find(({ extnID }) => extnID === id)?.extnValue.buffer as ArrayBuffer;
      expect(toHex(new Uint8Array(theirs.serialNumber))).toBe(mine.serial);
      expect(
        [theirs.validity.notBefore, theirs.validity.notAfter].map((time) => time.getTime().getTime() / 1000),
      ).toEqual([mine.not_before, mine.not_after]);
      expect([...theirs.subject].at(-1)?.[0]?.value.toString()).toBe(mine.name);
      expect(new Uint8Array(AsnConvert.serialize(theirs.issuer))).toEqual(mine.issuer);
      expect(new Uint8Array(AsnConvert.serialize(theirs.subjectPublicKeyInfo))).toEqual(mine.key.spki);
      expect(AsnConvert.parse(extension('2.5.29.15'), KeyUsage).toJSON()).toEqual(
        encoded === leaf ? ['digitalSignature', 'nonRepudiation'] : ['keyCertSign'],
      );
      if (encoded !== leaf)
        expect(AsnConvert.parse(extension('2.5.29.19'), BasicConstraints)).toMatchObject({ cA: mine.ca });
      // Written again by the library, byte for byte the same: its encoding is the only one.
      expect(new Uint8Array(AsnConvert.serialize(AsnConvert.parse(encoded, Asn1Certificate)))).toEqual(encoded);
    }
  });

  test('whatever is changed in one, it reads or is refused; where the library reads it too, it reads the same', async () => {
    const { leaf, middle } = await makeAuthority();
    let [tried, both] = [0, 0];
    fc.assert(
      fc.property(fc.constantFrom(leaf, middle), fc.nat(), fc.nat(254), (encoded, at, by) => {
        tried++;
        const changed = encoded.slice();
        changed[at % changed.length] = (changed[at % changed.length] as number) ^ (by + 1);
        let mine: ReturnType<typeof readCertificate>;
        try {
          mine = readCertificate(changed);
        } catch (error) {
          expect(isRefusal(error) && /^certificate_/.test(error.code)).toBe(true);
          return;
        }
        let theirs: Asn1Certificate['tbsCertificate'];
        try {
          theirs = AsnConvert.parse(changed, Asn1Certificate).tbsCertificate;
        } catch {
          return;
        }
        both++;
        expect(toHex(new Uint8Array(theirs.serialNumber))).toBe(mine.serial);
        expect(theirs.validity.notAfter.getTime().getTime() / 1000).toBe(mine.not_after);
      }),
      { numRuns: 1000 },
    );
    expect(both).toBeGreaterThan(0.3 * tried);
  });

  test.each([
    [TAG.utf8, encodeUtf8('济南')],
    [0x1e, Uint8Array.of(0x6d, 0x4e, 0x53, 0x57)],
  ])('a name in the string type %i', async (tag, content) => {
    const { leaf } = await makeAuthority();
    const name = sequence(setOf([sequence(oid('2.5.4.3'), der(tag, content))]));
    const parts = elements(openDer(leaf).content);
    const [version, serial, algorithm, issuer, validity, , ...rest] = elements(
      (parts[0] as { content: Bytes }).content,
    ).map((one) => one.bytes) as [Bytes, Bytes, Bytes, Bytes, Bytes, Bytes, ...Bytes[]];
    const encoded = sequence(
      sequence(version, serial, algorithm, issuer, validity, name, ...rest),
      ...parts.slice(1).map((one) => one.bytes),
    );
    expect(readCertificate(encoded).name).toBe('济南');
    expect(string(TAG.utf8, '济南')).toEqual(der(TAG.utf8, encodeUtf8('济南')));
  });
});
