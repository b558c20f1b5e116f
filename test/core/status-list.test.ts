/** Status lists that were kept: what they say, when they said it, and that nobody but the service can have said it. */
import { gzipSync } from 'node:zlib';
import { CompactSign } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { encodeUtf8, toBase64url } from '../../src/base/bytes.ts';
import { toTimestamp } from '../../src/base/day.ts';
import { type StatusPurpose, statusListUrl } from '../../src/core/credential.ts';
import { readSnapshot, takeSnapshot } from '../../src/core/snapshot.ts';
import { openStatusList, type StatusList, stateIn } from '../../src/core/status-list.ts';
import { verify } from '../../src/core/verify.ts';
import { type KeyPair, makeKey, nameService } from '../../src/sdk/sign.ts';
import { checkSentence } from '../../src/web/words/report-words.ts';
import fc from '../fuzz.ts';
import { type Cast, type Made, makeCast, makeCertificate, NOW, ORIGIN } from './make.ts';

const HOUR = 3600;

let cast: Cast;

let made: Made;

let service: KeyPair;

let named: string;

interface ListOptions {
  set?: readonly number[];
  at?: number;
  key?: KeyPair;
  typ?: string;
  change?: Record<string, unknown>;
  encoded?: string;
}

/** A list as status-events.ts makes it, of 131,072 places. */
async function listToken(
  purpose: StatusPurpose,
  { set = [], at = NOW, key = service, typ = 'vc+jwt', change = {}, encoded }: ListOptions = {},
): Promise<string> {
  const bits = new Uint8Array(16_384);
  for (const index of set) bits[index >> 3] = Number(bits[index >> 3]) | (0x80 >> (index & 7));
  const encodedList = encoded ?? `u${gzipSync(bits).toString('base64url')}`;
  const payload = {
    id: statusListUrl(ORIGIN, purpose, 1),
    validFrom: toTimestamp(at),
    credentialSubject: { statusPurpose: purpose, encodedList },
    ...change,
  };
  return new CompactSign(encodeUtf8(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'ES256', typ, kid: 'did:web:lz.example.cn#service' })
    .sign(key.key);
}

const open = (token: string, services = [named]) => openStatusList(token, services, cast.directory);

const both = async (revoked: ListOptions = {}, suspended: ListOptions = {}): Promise<StatusList[]> =>
  (await Promise.all(
    [listToken('revocation', revoked), listToken('suspension', suspended)].map(async (token) => open(await token)),
  )) as StatusList[];

beforeAll(async () => {
  cast = await makeCast();
  made = await makeCertificate(cast);
  service = await makeKey();
  named = await nameService(cast.root, service.jwk, ORIGIN, { iat: NOW - 24 * HOUR });
});

/** The certificate (place 77) by these lists, at an instant. */
async function judge(lists: StatusList[], now = NOW + 60) {
  const { report } = await verify({ ...made.evidence, status: undefined, lists }, cast.directory, now);
  return { verdict: report.verdict, status: report.checks.find(({ id }) => id === 'status') };
}

describe('a certificate by lists', () => {
  const as_of = toTimestamp(NOW);

  test('is valid by lists of this moment, and never by old ones', async () => {
    expect(await judge(await both())).toEqual({ verdict: 'valid', status: { id: 'status', result: 'pass', as_of } });
    expect((await judge(await both(), NOW + 600)).verdict).toBe('valid');
    for (const now of [NOW + 601, NOW + 5 * 24 * HOUR, NOW - 601])
      expect(await judge(await both(), now)).toEqual({
        verdict: 'incomplete',
        status: { id: 'status', result: 'not_checked', code: 'status_as_of', as_of },
      });
  });

  test('is as old as the older of both lists', async () => {
    const { verdict, status } = await judge(await both({ at: NOW - 2 * HOUR }));
    expect([verdict, status?.as_of]).toEqual(['incomplete', toTimestamp(NOW - 2 * HOUR)]);
  });

  test('stays revoked or suspended, however old the list', async () => {
    for (const now of [NOW + 1, NOW + 90 * 24 * HOUR]) {
      expect(await judge(await both({ set: [77] }), now)).toEqual({
        verdict: 'revoked',
        status: { id: 'status', result: 'fail', code: 'revoked', as_of },
      });
      expect((await judge(await both({}, { set: [77] }), now)).verdict).toBe('suspended');
      expect((await judge(await both({ set: [77] }, { set: [77] }), now)).verdict).toBe('revoked');
    }
    expect((await judge(await both({ set: [76, 78] }, { set: [76, 78] }))).verdict).toBe('valid');
  });

  test('needs both purposes, its own list, and a place that the list has', async () => {
    const [revocation, suspension] = (await both()) as [StatusList, StatusList];
    const other = { ...suspension, list: 2 };
    const short = { ...suspension, bits: suspension.bits.subarray(0, 9) };
    for (const lists of [[], [revocation], [suspension], [revocation, other], [revocation, short]]) {
      expect(await judge(lists)).toEqual({
        verdict: 'incomplete',
        status: { id: 'status', result: 'not_checked', code: 'status_not_at_hand' },
      });
    }
  });

  test('the newest list of a purpose counts', async () => {
    const older = await both({ set: [77], at: NOW - HOUR }, { at: NOW - HOUR });
    const newer = await both();
    for (const lists of [
      [...older, ...newer],
      [...newer, ...older],
    ])
      expect((await judge(lists)).verdict).toBe('valid');
  });

  test('is said with the time in Beijing, in both languages', async () => {
    for (const [lists, now] of [
      [await both(), NOW],
      [await both(), NOW + HOUR],
      [await both({ set: [77] }), NOW],
      [await both({}, { set: [77] }), NOW],
    ] as const) {
      const { zh, en } = checkSentence((await judge(lists, now)).status as never);
      expect(zh).toContain('截至 2026-11-23 10:00（北京时间）');
      expect(en).toContain('as of 2026-11-23 10:00 (UTC+8)');
    }
  });
});

test('places are read bit by bit, the first the leftmost', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.nat(131_071), { maxLength: 20 }), fc.nat(131_071), async (set, index) => {
      const [revocation, suspension] = (await both({ set })) as [StatusList, StatusList];
      for (const place of [...set, index])
        expect(stateIn([revocation, suspension], { list: 1, index: place })?.state).toBe(
          set.includes(place) ? 'revoked' : 'valid',
        );
    }),
    { numRuns: 20 },
  );
});

describe('as good as none', () => {
  test.each<[string, () => Promise<StatusList | undefined>]>([
    [
      'a list signed with a key that the root did not name',
      async () => open(await listToken('revocation', { key: await makeKey() })),
    ],
    [
      'a service key named by somebody else',
      async () =>
        open(await listToken('revocation'), [
          await nameService(await makeKey(), service.jwk, ORIGIN, { iat: NOW - HOUR }),
        ]),
    ],
    ['no statement about the service at all', async () => open(await listToken('revocation'), [])],
    ['a list made before the key was named', async () => open(await listToken('revocation', { at: NOW - 48 * HOUR }))],
    [
      'a list made after the key ended',
      async () => open(await listToken('revocation', { at: NOW + 4 * 365 * 24 * HOUR })),
    ],
    ['another type of statement', async () => open(await listToken('revocation', { typ: 'jwt' }))],
    [
      'a flipped bit',
      async () =>
        open((await listToken('revocation')).replace(/\.(.)/, (_, one: string) => `.${one === 'e' ? 'f' : 'e'}`)),
    ],
    [
      'a name that is not its purpose',
      async () => open(await listToken('revocation', { change: { id: statusListUrl(ORIGIN, 'suspension', 1) } })),
    ],
    ['no time', async () => open(await listToken('revocation', { change: { validFrom: 'yesterday' } }))],
    ['bits that are no gzip', async () => open(await listToken('revocation', { encoded: 'uAAAA' }))],
    [
      'gzip with a name in it',
      async () =>
        open(
          await listToken('revocation', {
            encoded: `u${Buffer.concat([Buffer.from('1f8b0808000000000003', 'hex'), Buffer.alloc(20)]).toString('base64url')}`,
          }),
        ),
    ],
    [
      'gzip that is cut',
      async () =>
        open(
          await listToken('revocation', {
            encoded: `u${toBase64url(Uint8Array.from(gzipSync(new Uint8Array(16_384)).subarray(0, -9)))}`,
          }),
        ),
    ],
    [
      'another base than base64url',
      async () =>
        open(await listToken('revocation', { encoded: `z${gzipSync(new Uint8Array(16)).toString('base64url')}` })),
    ],
    ['what is no statement', async () => open('x.y.z')],
  ])('%s', async (_, read) => expect(await read()).toBeUndefined());
});

describe('a snapshot', () => {
  const trust = {
    version: 1,
    origin: ORIGIN,
    hosts: ['lz.example.cn'],
    roots: [],
    centres: ['a'],
    services: [],
    filings: ['b'],
    clients: [],
    withdrawals: ['c'],
  };
  const answers: Record<string, string> = {
    '/.well-known/trust.json': JSON.stringify(trust),
    '/v1/status': JSON.stringify({ lists: ['revocation-2', 'suspension-2', 'revocation-1', 'suspension-1'] }),
    '/v1/status/revocation-2': 'r2',
    '/v1/status/suspension-2': 's2',
    '/v1/status/suspension-1': 's1',
  };

  test('is the trust list whole, with the lists that there were and the time', async () => {
    const taken = await takeSnapshot(async (path) => answers[path], 100, NOW);
    expect(taken).toEqual({ ...trust, kept_at: toTimestamp(NOW), status_lists: ['r2', 's2', 's1'] });
    expect(readSnapshot(JSON.parse(JSON.stringify(taken)))).toEqual(taken);
    expect((await takeSnapshot(async (path) => answers[path], 2, NOW))?.status_lists).toEqual(['r2', 's2']);
    expect(
      (await takeSnapshot(async (path) => (path === '/v1/status' ? undefined : answers[path]), 100, NOW))?.status_lists,
    ).toEqual([]);
    expect(await takeSnapshot(async () => undefined, 100, NOW)).toBeUndefined();
  });

  test('a plain trust.json is one without a time; other things are none', () => {
    expect(readSnapshot(trust)).toMatchObject({ filings: ['b'], status_lists: [] });
    expect(readSnapshot(trust)).not.toHaveProperty('kept_at');
    for (const wrong of [
      null,
      [],
      {},
      'x',
      { ...trust, centres: 'a' },
      { ...trust, roots: [{}] },
      { ...trust, kept_at: 'once' },
      { ...trust, status_lists: [1] },
    ])
      expect(readSnapshot(wrong)).toBeUndefined();
  });
});
