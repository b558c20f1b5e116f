/** What a filing would change of the one before, and which of an organization's filings counts. */
import { beforeAll, expect, test } from 'vitest';
import { openDirectory } from '../../src/core/directory.ts';
import { standingFiling } from '../../src/core/filing.ts';
import { filingChanges, type Terms, takesOver } from '../../src/core/procedure/selection.ts';
import { Memo, unverified } from '../../src/core/statement.ts';
import { fileOrganization, withdraw } from '../../src/sdk/sign.ts';
import { type Cast, CODE, makeCast, NOW } from './make.ts';

const DAY = 86_400;
const before: Terms = {
  name: '甲',
  uscc: '91350100M000100Y43',
  route: 'city',
  annual_capacity: 100,
  pass_mark: 60,
  scope: [
    { code: '6-31-01-03', name: '电工', edition: '2022', jobs: [], levels: [5, 4] },
    { code: '6-18-02-04', name: '焊工', edition: '2022', jobs: ['电焊工', '气焊工'], levels: [5] },
  ],
};

test('each part that differs is named, and the scope by occupation, job and level', () => {
  expect(filingChanges(before, { ...before, scope: before.scope.toReversed() })).toEqual([]);
  const after: Terms = {
    name: '乙',
    uscc: '91110000600037341L',
    route: 'province',
    annual_capacity: 90,
    pass_mark: 70,
    scope: [
      { code: '6-31-01-03', name: '电工', edition: '2022', jobs: [], levels: [4, 3] },
      { code: '6-18-02-04', name: '焊工', edition: '2022', jobs: ['电焊工'], levels: [5] },
      { code: '6-18-01-01', name: '车工', edition: '2022', jobs: [], levels: [5] },
    ],
  };
  expect(filingChanges(before, after)).toEqual([
    { part: 'name', before: '甲', after: '乙' },
    { part: 'uscc', before: '91350100M000100Y43', after: '91110000600037341L' },
    { part: 'route', before: 'city', after: 'province' },
    { part: 'annual_capacity', before: '100', after: '90' },
    { part: 'pass_mark', before: '60', after: '70' },
    { part: 'scope', code: '6-31-01-03', name: '电工', job: '--', before: [5, 4], after: [4, 3] },
    { part: 'scope', code: '6-18-02-04', name: '焊工', job: '气焊工', before: [5], after: [] },
    { part: 'scope', code: '6-18-01-01', name: '车工', job: '--', before: [], after: [5] },
  ]);
});

test('a filing takes an organization over where another centre has filed it and that was not withdrawn', () => {
  const by = (state: string, centre = 'centre:3701') => takesOver({ state, centre }, 'centre:3700');
  expect(['in_force', 'not_yet', 'expired', 'lapsed', 'withdrawn'].map((state) => by(state))).toEqual([
    true,
    true,
    true,
    true,
    false,
  ]);
  expect([by('in_force', 'centre:3700'), takesOver(undefined, 'centre:3700')]).toEqual([false, false]);
});

let cast: Cast;
beforeAll(async () => {
  cast = await makeCast();
});

test('the newest filing counts; a withdrawn one brings no older one back, not even once it would have expired', async () => {
  const file = (iat: number, lifetime: number, uscc = before.uscc) =>
    fileOrganization(
      cast.city,
      {
        ...before,
        code: CODE,
        uscc,
        issuing_jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: cast.city.jwk.x, y: cast.city.jwk.y, kid: 'k' }] },
      },
      { iat, lifetime },
    );
  const old = await file(NOW - 20 * DAY, 900 * DAY);
  const wrong = await file(NOW - 10 * DAY, 30 * DAY);
  const end = await withdraw(cast.city, { jti: unverified<{ jti: string }>(wrong).claims.jti }, {}, { iat: NOW });
  const directory = await openDirectory(
    { thumbprints: [cast.root.kid], roots: [cast.root.jwk] },
    cast.centres,
    new Memo(),
    [end],
  );
  const at = async (instant: number, tokens = [wrong, old], uscc: string | null = before.uscc) => {
    const standing = await standingFiling(tokens, directory, instant, `org:${CODE}`, uscc);
    return standing && [standing.place, 'filing' in standing ? 'in_force' : standing.refusal.code];
  };
  expect(await at(NOW - DAY)).toEqual([0, 'in_force']);
  expect(await at(NOW - 15 * DAY)).toEqual([1, 'in_force']);
  for (const instant of [NOW, NOW + 19 * DAY, NOW + 40 * DAY])
    expect(await at(instant)).toEqual([0, 'filing_withdrawn']);
  expect(await at(NOW + DAY, [await file(NOW + DAY, DAY), wrong, old])).toEqual([0, 'in_force']);
  // Of another body, or stored for another code: it does not count at all.
  const others = [await file(NOW - DAY, 90 * DAY, '91110000600037341L'), old];
  expect([await at(NOW, others), await at(NOW, others, null)]).toEqual([
    [1, 'in_force'],
    [0, 'in_force'],
  ]);
  expect(await standingFiling([old], directory, NOW, 'org:S000037000099', null)).toBeUndefined();
});
