/** The address of a QR code in every spelling in which it arrives, and what an attacker makes of that. */

import { describe, expect, test } from 'vitest';
import { readAddress, readFragment, readPasted, writeFragment } from '../../src/core/address.ts';
import { readScanned } from '../../src/web/check/scanned.ts';
import fc from '../fuzz.ts';
import vectors from '../vectors/addresses.json' with { type: 'json' };
import { refusalOf } from './cast.ts';

const NUMBER = 'S000037000001263000012';
const DIGITS = '1234567890'.repeat(22);
const HOST = 'lz.example.cn';
const written = (text: string): string =>
  text.replace(/(\/[cd]\/+[^N]*)N/i, `$1${NUMBER}`).replace(/D(?![a-z])/, DIGITS);

/** All that read an address. */
const readers: Record<string, (text: string) => unknown> = {
  address: (text) => readAddress(text),
  box: (text) => readPasted(text, (host) => host === HOST),
  scan: (text) => readScanned(text, [HOST]),
};

describe.each(Object.keys(readers))('%s', (name) => {
  const read = readers[name] as (typeof readers)[string];

  test.each(vectors.sealed)('%s: with its seal', (text) =>
    expect(read(written(text))).toMatchObject({ number: NUMBER, digits: DIGITS }),
  );
  test.each(vectors.bare)('%s: the number alone', (text) => {
    const found = read(written(text));
    expect(found).toMatchObject({ number: NUMBER });
    expect([found]).not.toContainEqual(expect.objectContaining({ unread: true }));
  });
  test.each(vectors.unread)('%s: the number, and no seal was read', (text) => {
    const found = read(written(text));
    expect(found).toMatchObject({ number: NUMBER, unread: true });
    expect(found).not.toHaveProperty('digits', expect.any(String));
  });
});

test.each(vectors.refused)('refused: %s', async (text) =>
  expect((await refusalOf(() => readAddress(written(text)))).code).toBe('seal_url_malformed'),
);

test('a changed digit stays changed; letters between digits do not make a seal into none', () => {
  fc.assert(
    fc.property(fc.nat(DIGITS.length - 1), fc.constantFrom('x', '7', '%20', '&', '。', '#'), (at, put) => {
      const { digits, unread } = readFragment(DIGITS.slice(0, at) + put + DIGITS.slice(at));
      expect(unread).toBe(undefined);
      if (at > 0) expect((digits as string).length).toBeGreaterThan(0);
    }),
  );
  expect(readFragment(`${DIGITS}9`)).toEqual({ digits: `${DIGITS}9` });
  expect(readFragment('12x')).toEqual({ digits: '12' });
});

test('what is handed on is read again as the same', () => {
  for (const text of ['', DIGITS, 'rd', '12x'])
    expect(readFragment(writeFragment(readFragment(text)).slice(1))).toEqual(readFragment(text));
});

// What is quadratic takes minutes of these, and the test's own time ends.
test('long hostile addresses take no long time', () => {
  for (const unit of ['%23', '#', '?', '/c/', '-', '1', '１', '\u200e', 'a.', '%E3%80%82']) {
    for (const before of ['', `https://${HOST}/c/`, `https://${HOST}/c/${NUMBER}#`]) {
      try {
        readAddress(before + unit.repeat(100_000));
      } catch (error) {
        expect(error).toHaveProperty('code', 'seal_url_malformed');
      }
    }
  }
});
