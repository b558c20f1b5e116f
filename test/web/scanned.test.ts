/** What the scanner makes of a code's text: ours, somebody else's, or no certificate at all. */

import { describe, expect, test } from 'vitest';
import { readScanned } from '../../src/web/check/scanned.ts';
import fc from '../fuzz.ts';
import spelled from '../vectors/spelled-numbers.json' with { type: 'json' };

const HOSTS = ['lz.example.cn', 'old.example.cn:8443'];
const NUMBER = 'S000037000001263000001';
const DIGITS = '12345678901234567890';
const read = (text: string) => readScanned(text, HOSTS);

test.each([
  [`https://lz.example.cn/c/${NUMBER}#${DIGITS}`, DIGITS],
  [`https://LZ.EXAMPLE.CN/c/${NUMBER}#${DIGITS}`, DIGITS],
  [`https://old.example.cn:8443/c/${NUMBER}#${DIGITS}\n`, DIGITS],
  [`http://lz.example.cn/c/${NUMBER}`, undefined],
  [NUMBER, undefined],
  [` s0000 3700 0001 2630 00001 `, undefined],
])('%s is a certificate', (text, digits) =>
  expect(read(text)).toEqual({ kind: 'certificate', number: NUMBER, digits }),
);

test.each(spelled.spellings)('a spelled number: %j', (text) =>
  expect(read(text)).toEqual({ kind: 'certificate', number: spelled.number }),
);

describe('refused, and said why', () => {
  test.each([
    [`https://lz.example.cn.evil.example/c/${NUMBER}#${DIGITS}`, 'host', 'lz.example.cn.evil.example'],
    [`https://lz.example.cn@evil.example/c/${NUMBER}#${DIGITS}`, 'host', 'evil.example'],
    [`https://lz.example.cn:444/c/${NUMBER}#${DIGITS}`, 'host', 'lz.example.cn:444'],
    [`https://old.example.cn/c/${NUMBER}`, 'host', 'old.example.cn'],
    ['https://lz.еxample.cn/', 'host', 'xn--'],
    ['http://jndj.osta.org.cn/x?zsbm=1', 'national', 'jndj.osta.org.cn'],
    ['https://osta.org.cn.evil.example/', 'host', 'osta.org.cn.evil.example'],
    ['1234567890123456', 'number', '职业资格证书'],
    [`https://lz.example.cn/c/1234567890123456`, 'number', '职业资格证书'],
    ['AB12345678901234567890', 'number', '特级技师'],
    [`https://lz.example.cn/c/${NUMBER.replace('37', '36')}#${DIGITS}`, 'number', '37'],
    [`https://lz.example.cn/c/${NUMBER}/verify`, 'other', '不完整'],
    ['https://lz.example.cn/desk', 'other', '本网站'],
    ['weixin://dl/business', 'other', '不是职业技能等级证书'],
    ['javascript:alert(1)', 'other', '不是职业技能等级证书'],
    ['WIFI:S:home;P:secret;;', 'other', ''],
    ['https://', 'other', ''],
    ['', 'other', ''],
  ])('%s', (text, why, words) => {
    const found = read(text);
    expect(found).toMatchObject({ kind: 'refused', why, words: { zh: expect.stringContaining(words) } });
  });

  test('whatever a code holds is answered, and shown without what hides in it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), fc.webUrl()), (text) => {
        const found = read(text);
        if (found.kind === 'certificate') return;
        expect(found.text).not.toMatch(/[\p{C}]/u);
        expect(found.text.length).toBeLessThanOrEqual(201);
      }),
    );
  });
});
