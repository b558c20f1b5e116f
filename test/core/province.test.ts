/** The province stands in one file: another one is another configuration of it. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { buildNumber, parseNumber, parseOrganizationCode } from '../../src/core/number.ts';
import { centreName, codePrefixes, HERE, PATTERNS, type Province, patternsOf } from '../../src/core/province.ts';
import { refusalOf } from './cast.ts';

const ROOT = `${new URL('../../src', import.meta.url).pathname}/`;

/** What says which province this is; whole codes and numbers, as in examples, are none of it. */
const TRACES = [
  /37\\{1,2}d/,
  /(['"`])37\1/,
  /(?<!\d)37(?:00|xx)(?!\d)/,
  /[SY]000037(?!\d)/,
  /山东(?!示范)/,
  /Shandong/i,
  /(?:为|are|be|not|is) 37(?!\d)/,
];
/** The example answers of the API are one whole, made by the demonstration. */
const EXAMPLES = ['api/openapi-examples.ts'];

const withoutComments = (text: string): string => text.replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '');

test('no other file of src knows which province this is', () => {
  const found = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && name !== 'core/province.ts' && !EXAMPLES.includes(name))
    .flatMap((name) => {
      const text = withoutComments(readFileSync(ROOT + name, 'utf8'));
      return TRACES.flatMap((trace) => [...text.matchAll(new RegExp(trace, 'g'))].map(([hit]) => `${name}: ${hit}`));
    });
  expect(found).toEqual([]);
});

const HENAN: Province = { code: '41', name: '河南省', english: 'Henan', cities: { '01': '郑州市' } };

test('the patterns of this one are those of the published description', () => {
  expect(PATTERNS).toEqual({
    centreCode: '37\\d{2}',
    centre: 'centre:37\\d{2}',
    organization: '[YS]\\d{4}37\\d{6}',
    number: '[YS]\\d{4}37\\d{8}[1-5]\\d{6}',
  });
});

test('another province has its own codes and numbers', async () => {
  const code = `${codePrefixes(HENAN).S}000001`;
  expect(code).toBe('S000041000001');
  expect(parseOrganizationCode(code, HENAN)).toBe(code);
  const number = buildNumber(code, 2026, 3, 7, HENAN);
  expect(parseNumber(` ${number.toLowerCase()} `, { province: HENAN })).toEqual({
    text: 'S000041000001263000007',
    organization: code,
    year: 2026,
    level: 3,
    serial: 7,
  });
  const patterns = patternsOf(HENAN);
  for (const [pattern, own, other] of [
    [patterns.organization, code, 'S000037000001'],
    [patterns.number, number, 'S000037000001263000007'],
    [patterns.centre, 'centre:4101', 'centre:3701'],
    [patterns.centreCode, '4100', '3700'],
  ] as const) {
    expect([own, other].map((text) => new RegExp(`^${pattern}$`).test(text))).toEqual([true, false]);
  }
  expect([centreName('4100', HENAN), centreName('4101', HENAN), centreName('4102', HENAN)]).toEqual([
    '河南省职业技能鉴定指导中心',
    '郑州市职业技能鉴定指导中心',
    undefined,
  ]);
});

test('neither takes the codes and numbers of the other', async () => {
  const number = 'S000041000001263000007';
  for (const read of [
    () => parseNumber(number),
    () => parseNumber('S000037000001263000007', { province: HENAN }),
    () => parseOrganizationCode('S000037000001', HENAN),
    () => parseOrganizationCode('S000041000001'),
    () => buildNumber('S000041000001', 2026, 3, 7),
  ])
    expect((await refusalOf(read)).part).toBe('province');
});

test('the cities of the province are named by their centres’ codes', () => {
  expect(Object.keys(HERE.cities)).toHaveLength(16);
  expect(centreName(`${HERE.code}01`)).toBe('济南市职业技能鉴定指导中心');
  expect(centreName(`${HERE.code}12`)).toBeUndefined();
});
