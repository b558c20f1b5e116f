/** The certificate number: vectors, one per way to be wrong, and the round trip as a property. */

import { expect, test } from 'vitest';
import { Refusal } from '../../src/base/refusal.ts';
import { buildNumber, LEVELS, normalizeNumber, parseNumber, parseOrganizationCode } from '../../src/core/number.ts';
import fc from '../fuzz.ts';
import spelled from '../vectors/spelled-numbers.json' with { type: 'json' };

const GOOD = 'S000037000001263000001';

function refusal(work: () => unknown): { code: string; part: unknown } {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return { code: error.code, part: error.facts.part };
    throw error;
  }
  return { code: 'accepted', part: undefined };
}

test('a number names its organization, year, level and serial', () => {
  expect(parseNumber(GOOD)).toEqual({ text: GOOD, organization: 'S000037000001', year: 2026, level: 3, serial: 1 });
});

test.each([
  ['spaces', ' S0000 3700 0001 2630 00001\n'],
  ['full-width', 'Ｓ０００００３７０００００１２６３０００００１'.replace('０００００３７', '００００３７')],
  ['lower case', GOOD.toLowerCase()],
  ['a no-break space and a zero-width mark', `S000037\u00a0000001\u200b263000001`],
  ...spelled.spellings.map((text): [string, string] => [JSON.stringify(text), text]),
])('what people paste is normalised: %s', (_, pasted) => {
  expect(normalizeNumber(pasted)).toBe(GOOD);
});

test.each([`'${GOOD}`, `${GOOD},`, `${GOOD};`, `${GOOD}。。 `, `'${GOOD}..`])(
  'what a spreadsheet or a sentence puts around it is dropped: %s',
  (text) => expect(parseNumber(text).text).toBe(GOOD),
);

test('nothing is dropped from within', () => {
  for (const text of [`${GOOD.slice(0, 5)}.${GOOD.slice(5)}`, `''${GOOD}`, `.${GOOD}`])
    expect(refusal(() => parseNumber(text)).code).toBe('number_malformed');
});

test.each([
  ['length', GOOD.slice(0, -1)],
  ['length', ''],
  ['category', `X${GOOD.slice(1)}`],
  ['category', `1${GOOD.slice(1)}`],
  ['body', `SO00037000001263000001`],
  ['province', 'S000011000001263000001'],
  ['province', 'S0000A7000001263000001'],
  ['sequence', 'S00003700000I263000001'],
  ['year', 'S0000370000012O3000001'],
  ['level', 'S000037000001266000001'],
  ['level', 'S000037000001260000001'],
  ['level', 'S00003700000126A000001'],
  ['serial', 'S000037000001263000000'],
  ['serial', 'S00003700000126300000l'],
])('a wrong %s is named: %s', (part, text) => {
  expect(refusal(() => parseNumber(text))).toEqual({ code: 'number_malformed', part });
});

test('numbers of other systems are recognised, not called malformed', () => {
  expect(refusal(() => parseNumber('1837003001300123')).code).toBe('number_old_qualification');
  expect(refusal(() => parseNumber('ST00003700000126000001')).code).toBe('number_special_grade');
});

test.each([
  ['length', 'S00003700000'],
  ['category', 'X000037000001'],
  ['body', 'SA00037000001'],
  ['province', 'S000036000001'],
  ['sequence', 'S00003700000A'],
])('an organization code with a wrong %s is refused', (part, code) => {
  expect(refusal(() => parseOrganizationCode(code))).toEqual({ code: 'organization_code_malformed', part });
});

test('serials end at 999999', () => {
  expect(buildNumber('S000037000001', 2026, 3, 999_999)).toBe('S000037000001263999999');
  expect(refusal(() => buildNumber('S000037000001', 2026, 3, 1_000_000)).code).toBe('serials_exhausted');
  expect(refusal(() => buildNumber('S000037000001', 2026, 3, 0)).part).toBe('serial');
  expect(refusal(() => buildNumber('S000037000001', 1999, 3, 1)).part).toBe('year');
});

test('what is built parses back to the same parts', () => {
  const digits = (length: number) => fc.stringMatching(new RegExp(`^\\d{${length}}$`));
  fc.assert(
    fc.property(
      fc.constantFrom('Y', 'S'),
      digits(4),
      digits(6),
      fc.integer({ min: 2000, max: 2099 }),
      fc.constantFrom(...LEVELS),
      fc.integer({ min: 1, max: 999_999 }),
      (category, body, sequence, year, level, serial) => {
        const organization = `${category}${body}37${sequence}`;
        const text = buildNumber(organization, year, level, serial);
        expect(parseNumber(text)).toEqual({ text, organization, year, level, serial });
      },
    ),
  );
});

test('no single changed character is silently corrected', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 21 }), fc.constantFrom(...'0123456789OIlSBZ'), (at, character) => {
      const changed = GOOD.slice(0, at) + character + GOOD.slice(at + 1);
      const result = refusal(() => parseNumber(changed));
      if (result.code === 'accepted') expect(parseNumber(changed).text).toBe(changed.toUpperCase());
    }),
  );
});
