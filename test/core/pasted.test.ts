/** The one search box: numbers, addresses and sentences, and that no digit is ever added, dropped or changed. */

import { expect, test } from 'vitest';
import { readPasted } from '../../src/core/address.ts';
import { buildNumber, LEVELS, normalizeNumber } from '../../src/core/number.ts';
import fc from '../fuzz.ts';
import spelled from '../vectors/spelled-numbers.json' with { type: 'json' };
import { refusalOf } from './cast.ts';

const N = 'S000037000001263000012';
const M = 'Y000037000002253000001';
const HOST = 'lz.example.cn';
const isOurs = (host: string) => host === HOST;
const read = (text: string) => readPasted(text, isOurs);
const DIGITS = '9'.repeat(220);

test.each([
  ['as printed', N],
  ['spaces and lower case', ' s0000 3700 0001 2630 00012 '],
  ['full-width', 'Ｓ０００037000001263000012'],
  ['in a sentence', `我的证书编号是 ${N}，请查`],
  ['in a sentence without spaces', `证书编号${N}请核实，2026年11月`],
  ['grouped in a sentence', '编号：S000037 000001 26 3 000012。谢谢'],
  ['in an English sentence', `My certificate is ${N.toLowerCase()}. Thank you, call 0531`],
  ['named twice', `${N} 即 ${N.toLowerCase()}`],
  ['with zero-width marks', `编号\u200b${N.slice(0, 8)}\u200b${N.slice(8)}`],
  ['beside a foreign address', `在 http://jndj.osta.org.cn 查不到 ${N}`],
  ['with a line break in it', `编号：${N.slice(0, 13)}\n${N.slice(13)}`],
])('a number %s', (_, text) => expect(read(text)).toEqual({ kind: 'number', number: N }));

test.each(spelled.spellings)('a spelled number, alone and in a sentence: %j', (text) => {
  for (const [before, after] of [
    ['', ''],
    ['证书编号：', '，请查'],
  ] as const)
    expect(read(before + text + after)).toEqual({ kind: 'number', number: spelled.number });
});

test.each([
  [`https://${HOST}/c/${N}`, undefined],
  [`${HOST}/c/${N}`, undefined],
  [`https://${HOST}/c/${N}#${DIGITS}`, DIGITS],
  [`扫码得到 https://${HOST}/c/${N}#${DIGITS}，是真的吗？`, DIGITS],
  [` HTTPS://${HOST}/c/${N.toLowerCase()} `, undefined],
  [`https://${HOST}/c/${N}?from=singlemessage`, undefined],
])('an address of ours: %.50s', (text, digits) => expect(read(text)).toEqual({ kind: 'address', number: N, digits }));

test.each([
  [`https://lz.example.com.cn/c/${N}`, 'host_unknown'],
  [`lz.example.cn.evil.example/c/${N}#${DIGITS}`, 'host_unknown'],
  [`https://lz.example.cn@evil.example/c/${N}`, 'host_unknown'],
  [`https://lz.example.cn:8443/c/${N}`, 'host_unknown'],
  ['http://jndj.osta.org.cn/?number=1', 'host_unknown'],
  ['https://lz.example.cn/other', 'seal_url_malformed'],
  ['https://[/c/1', 'seal_url_malformed'],
  ['https://lz.example.cn/c/S1', 'number_malformed'],
  ['1234567890123456', 'number_old_qualification'],
  ['老证编号 1234567890123456，请查', 'number_old_qualification'],
  ['SA00003700000126100000', 'number_special_grade'],
  ['S0000370000012', 'number_malformed'],
  ['编号S00003700000126300001，少一位', 'number_malformed'],
  ['SO00037000001263000012', 'number_malformed'],
  ['x', 'number_malformed'],
  ['$$$', 'number_malformed'],
])('%.60s: %s', async (text, code) => expect((await refusalOf(() => read(text))).code).toBe(code));

test('several numbers are told apart and left to choose from', () => {
  expect(read(`${N}\n${M}`)).toEqual({ kind: 'several', numbers: [N, M], others: [] });
  // A field of one line loses the break between them.
  expect(read(N + M)).toEqual({ kind: 'several', numbers: [N, M], others: [] });
  expect(read(`${N}、${M.slice(0, -1)}`)).toEqual({ kind: 'several', numbers: [N], others: [M.slice(0, -1)] });
  expect(read(`https://${HOST}/c/${N} 和 ${M}`)).toEqual({ kind: 'several', numbers: [N, M], others: [] });
  expect(read('张三 37010219900101101X 李四 370102199001011028')).toMatchObject({ kind: 'several', numbers: [] });
});

test.each(['', '你好', '帮我查一下我的证书', 'please check my certificate', '2026年3月'])(
  'nothing to look up in %j',
  (text) => expect(read(text)).toEqual({ kind: 'nothing' }),
);

const number = fc
  .tuple(
    fc.constantFrom('S000037000001', 'Y123437999999'),
    fc.integer({ min: 2000, max: 2099 }),
    fc.constantFrom(...LEVELS),
    fc.integer({ min: 1, max: 999_999 }),
  )
  .map((parts) => buildNumber(...parts));
const prose = fc.string({ unit: fc.constantFrom(...'证书编号请查，。：“”（） \n!?_') });

test('a number is found in any prose, and found as it stands', () => {
  fc.assert(
    fc.property(prose, number, prose, (before, one, after) => {
      expect(read(before + one + after)).toEqual({ kind: 'number', number: one });
    }),
  );
});

test('what is found stood there, digit for digit; every other outcome is a refusal', () => {
  const piece = fc.oneof(
    number,
    number.map((one) => one.slice(0, 21)),
    fc.constantFrom(
      'https://',
      `${HOST}/c/`,
      '#',
      ' ',
      '\n',
      '，',
      '编号',
      'S',
      'O',
      '0',
      '12',
      '/',
      '.',
      'evil.example',
    ),
    fc.string(),
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 8 }).map((parts) => parts.join('')),
      (text) => {
        let found: ReturnType<typeof read>;
        try {
          found = read(text);
        } catch (error) {
          expect((error as { code?: string }).code).toMatch(/^(number_|seal_url_malformed|host_unknown)/);
          return;
        }
        const numbers = found.kind === 'several' ? found.numbers : 'number' in found ? [found.number] : [];
        for (const one of numbers) expect(normalizeNumber(text)).toContain(one);
        expect(new Set(numbers).size).toBe(numbers.length);
      },
    ),
    { numRuns: 500 },
  );
});

// What is quadratic takes minutes of these, and the test's own time ends.
test('long hostile texts take no long time', () => {
  for (const unit of ['S0 ', 'https://a', 'a/c/', '1 ', 'S'.repeat(21), `${HOST}/c/`]) {
    try {
      read(unit.repeat(Math.ceil(200_000 / unit.length)));
    } catch (error) {
      expect(error).toHaveProperty('code');
    }
  }
});
