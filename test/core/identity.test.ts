/** Documents and the unified social credit code: known numbers, every single slip, every spelling of a type. */

import { expect, test } from 'vitest';
import { checkUscc, usccCheckCharacter } from '../../src/core/number.ts';
import {
  checkIdNumber,
  ID_TYPE_NAMES,
  type IdType,
  normalizeIdNumber,
  parseIdType,
  residentCheckCharacter,
} from '../../src/core/person.ts';
import fc from '../fuzz.ts';

const twoDigits = (low: number, high: number) =>
  fc.integer({ min: low, max: high }).map((value) => String(value).padStart(2, '0'));
const residentId = fc
  .tuple(
    fc.constantFrom('370102', '371328', '110105', '659009', '710000', '522201'),
    fc.integer({ min: 1900, max: 2010 }),
    twoDigits(1, 12),
    twoDigits(1, 28),
    fc.integer({ min: 1, max: 999 }),
  )
  .map(([region, year, month, day, sequence]) => `${region}${year}${month}${day}${String(sequence).padStart(3, '0')}`)
  .map((digits) => digits + residentCheckCharacter(digits));

test.each([
  ['11010519491231002X', '1949-12-31'],
  ['440524188001010014', '1880-01-01'],
])('the examples of GB 11643: %s', (id_number, born) => {
  expect(checkIdNumber('resident_id', id_number)).toEqual({ id_number, born });
});

test('well-formed resident IDs are accepted, with their birth date', () => {
  fc.assert(
    fc.property(residentId, (id) => {
      expect(checkIdNumber('resident_id', id)).toEqual({
        id_number: id,
        born: `${id.slice(6, 10)}-${id.slice(10, 12)}-${id.slice(12, 14)}`,
      });
    }),
  );
});

test('any one changed character is refused, and so are two neighbours swapped', () => {
  fc.assert(
    fc.property(residentId, fc.nat(17), fc.constantFrom(...'0123456789X'), (id, at, character) => {
      fc.pre(id[at] !== character);
      expect(checkIdNumber('resident_id', id.slice(0, at) + character + id.slice(at + 1))).toHaveProperty('fault');
    }),
  );
  fc.assert(
    fc.property(residentId, fc.nat(16), (id, at) => {
      fc.pre(id[at] !== id[at + 1]);
      expect(checkIdNumber('resident_id', id.slice(0, at) + id[at + 1] + id[at] + id.slice(at + 2))).toHaveProperty(
        'fault',
      );
    }),
  );
});

test('a number that Excel has rounded is called a float, unless its check character is right', () => {
  fc.assert(
    fc.property(residentId, (id) => {
      const rounded = `${id.slice(0, 15)}000`;
      const result = checkIdNumber('resident_id', rounded);
      if (residentCheckCharacter(rounded) === '0' && id[14] !== '0') expect(result).toHaveProperty('id_number');
      else expect(result).toEqual({ fault: 'id_number_float' });
    }),
  );
});

test('normalising is idempotent, and checking returns the normal form', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(normalizeIdNumber(normalizeIdNumber(text))).toBe(normalizeIdNumber(text));
    }),
  );
  expect(checkIdNumber('resident_id', ' １10105 19491231\u00a0002ｘ\n')).toEqual({
    id_number: '11010519491231002X',
    born: '1949-12-31',
  });
});

test.each(Object.entries(ID_TYPE_NAMES) as [IdType, string][])('%s is known by its code and its name', (type, name) => {
  expect([parseIdType(type), parseIdType(name), parseIdType(` ${name.slice(0, 2)} ${name.slice(2)}\n`)]).toEqual([
    type,
    type,
    type,
  ]);
});

test.each([
  ['resident_id', '身份证 二代身份证 id_card ID-Card idCard 111 １１１'],
  ['residence_permit', '港澳居民居住证 台湾居民居住证 Residence-Permit'],
  ['hk_macao_permit', '回乡证 516 港澳居民来往内地通行证'],
  ['taiwan_permit', '台胞证 511'],
  ['passport', '外国护照 414 Passport'],
  ['foreign_permanent_resident', '外国人永久居留证 553'],
  [undefined, '港澳通行证 台湾通行证 居住证 户口簿 军官证 112 1 constructor __proto__'],
])('words for %s', (type, list) => {
  for (const word of list.split(' ')) expect(parseIdType(word), word).toBe(type);
});

test.each([
  ['hk_macao_permit', 'h12345678 M1234567890', 'H1234567 A12345678 H12345678901'],
  ['taiwan_permit', '12345678 0123456789', '1234567 A2345678'],
  ['passport', 'E12345678 12345 ABCDE123456789012 12E45678', 'E123 E_1234567 ABCDEF123456789012'],
  [
    'foreign_permanent_resident',
    'USA370098765432 937840198502280125',
    'US370098765432 US3370098765432 93784019850228012',
  ],
  ['residence_permit', '820000199608201972', '11010519491231002X'],
] as [IdType, string, string][])('the form of %s', (type, good, bad) => {
  for (const number of good.split(' ')) expect(checkIdNumber(type, number), number).toHaveProperty('id_number');
  for (const number of bad.split(' ')) expect(checkIdNumber(type, number), number).toHaveProperty('fault');
});

test('documents whose number tells no birth date give none', () => {
  expect(checkIdNumber('passport', 'e1234567')).toEqual({ id_number: 'E1234567' });
  expect(checkIdNumber('foreign_permanent_resident', '937840198502280125')).toEqual({
    id_number: '937840198502280125',
    born: '1985-02-28',
  });
});

test.each(['91350100M000100Y43', '91110000600037341L', ' 91350100m000100y43'])(
  'the unified social credit code %s',
  (code) => {
    expect(checkUscc(code)).toEqual({ uscc: code.trim().toUpperCase() });
  },
);

test.each([
  ['uscc_length', '91350100M000100Y4'],
  ['uscc_characters', '91350100I000100Y43'],
  ['uscc_characters', '913501O0M000100Y43'],
  ['uscc_check_character', '91350100M000100Y44'],
])('%s: %s', (fault, code) => {
  expect(checkUscc(code)).toEqual({ fault });
});

test('any one changed character of a social credit code is refused', () => {
  const symbol = fc.constantFrom(...'0123456789ABCDEFGHJKLMNPQRTUWXY');
  const code = fc
    .tuple(
      fc.constantFrom('91', '52', '12', 'N2'),
      fc.integer({ min: 370000, max: 371799 }),
      fc.array(symbol, { minLength: 9, maxLength: 9 }),
    )
    .map(([head, region, rest]) => `${head}${region}${rest.join('')}`)
    .map((head) => head + usccCheckCharacter(head));
  fc.assert(
    fc.property(code, fc.nat(17), symbol, (good, at, character) => {
      expect(checkUscc(good)).toEqual({ uscc: good });
      fc.pre(good[at] !== character);
      expect(checkUscc(good.slice(0, at) + character + good.slice(at + 1))).toHaveProperty('fault');
    }),
  );
});
