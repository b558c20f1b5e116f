/** SD-JWT disclosures (RFC 9901): whatever a holder is called, what is disclosed is what was fixed, and nothing else fits. */

import { createHash } from 'node:crypto';
import type { Arbitrary } from 'fast-check';
import { expect, test } from 'vitest';
import { CLAIMS, chooseDisclosures, type Holder, makeDisclosures, readDisclosures } from '../../src/core/disclose.ts';
import fc from '../fuzz.ts';

const salt = fc.uint8Array({ minLength: 16, maxLength: 16 });
const holder: Arbitrary<Holder> = fc.record({
  name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 50 }),
  id_type: fc.constantFrom('resident_id', 'passport', 'hk_macao_permit'),
  id_number: fc.stringMatching(/^[0-9A-Z]{5,18}$/),
  photo_digest: fc.option(fc.stringMatching(/^[A-Za-z0-9_-]{43}$/)),
});
const made = fc
  .tuple(holder, fc.tuple(salt, salt, salt))
  .map(([person, salts]) => ({ person, ...makeDisclosures(person, salts) }));

test('all disclosures give the holder back; digests are SHA-256 of the text, sorted', () => {
  fc.assert(
    fc.property(made, ({ person, disclosures, sd }) => {
      expect(readDisclosures(disclosures, sd).holder).toEqual(person);
      expect(sd).toEqual(
        disclosures.map((text) => createHash('sha256').update(text, 'ascii').digest('base64url')).sort(),
      );
    }),
  );
});

test('any choice of claims discloses those and no others, in any order', () => {
  fc.assert(
    fc.property(made, fc.shuffledSubarray([...CLAIMS]), ({ person, disclosures, sd }, claims) => {
      const chosen = chooseDisclosures([...disclosures].reverse(), claims);
      expect(chosen).toHaveLength(claims.length);
      const { digests, holder: read } = readDisclosures(chosen, sd);
      expect(Object.keys(digests).sort()).toEqual([...claims].sort());
      expect(read.name).toBe(claims.includes('name') ? person.name : undefined);
      expect(read.id_number).toBe(claims.includes('identifier') ? person.id_number : undefined);
    }),
  );
});

test('the same holder twice has no digest in common: each row has its own salts', () => {
  fc.assert(
    fc.property(
      holder,
      fc.uniqueArray(salt, { minLength: 6, maxLength: 6, selector: (bytes) => bytes.join() }),
      (person, salts) => {
        const [one, two] = [makeDisclosures(person, salts.slice(0, 3)), makeDisclosures(person, salts.slice(3))];
        expect(one.sd.filter((digest) => two.sd.includes(digest))).toEqual([]);
        expect(() => readDisclosures(one.disclosures, two.sd)).toThrow(
          expect.objectContaining({ code: 'disclosure_not_signed' }),
        );
      },
    ),
  );
});

test('a changed character of a disclosure never fits', () => {
  fc.assert(
    fc.property(
      made,
      fc.nat(2),
      fc.nat(),
      fc.constantFrom(...'AZaz09_-'),
      ({ disclosures, sd }, which, at, character) => {
        const text = disclosures[which] as string;
        const changed = text.slice(0, at % text.length) + character + text.slice((at % text.length) + 1);
        if (changed === text) return;
        expect(() => readDisclosures([changed], sd)).toThrow(expect.objectContaining({ name: 'Refusal' }));
      },
    ),
  );
});

test('salts of another length are refused', () => {
  const person: Holder = { name: '张三', id_type: 'passport', id_number: 'E12345678', photo_digest: null };
  expect(() => makeDisclosures(person, [new Uint8Array(15), new Uint8Array(16), new Uint8Array(16)])).toThrow(
    expect.objectContaining({ code: 'salt_malformed' }),
  );
});
