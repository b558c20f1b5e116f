/** What becomes of a certificate: vectors of events, and any history against a model of it. */

import { beforeAll, expect, test } from 'vitest';
import { openFiling } from '../../src/core/filing.ts';
import { ACTIONS, type Filing, REASONS } from '../../src/core/schema.ts';
import {
  applyEvent,
  checkFresh,
  fateOf,
  type History,
  openEvent,
  readHistory,
  requireReplaceable,
  type StoredEvent,
  UNTOUCHED,
} from '../../src/core/status.ts';
import { ACTIONS as ACTION_WORDS, REASONS as REASON_WORDS } from '../../src/web/words/report-words.ts';
import fc from '../fuzz.ts';
import vectors from '../vectors/statements.json' with { type: 'json' };
import {
  type Cast,
  type Change,
  makeCast,
  makeChain,
  type Name,
  NOW,
  NUMBER,
  play,
  refusalOf,
  type StatementVector,
} from './cast.ts';
import { twin } from './twin.ts';

let cast: Cast;
let tokens: Record<Name, string>;
let filing: Filing;
beforeAll(async () => {
  cast = await makeCast();
  tokens = await makeChain(cast);
  filing = (await openFiling(tokens.filing, cast.directory, NOW)).payload;
});

const mine = (vectors as unknown as StatementVector[]).filter(({ open }) => open === 'event' || open === 'centreEvent');
test.each(mine)('$open: $name → $code', async (vector) => {
  expect(await play(cast, vector)).toEqual({
    code: vector.code,
    ...(vector.part === undefined ? {} : { part: vector.part }),
  });
});

type By = 'client' | 'city' | 'province';
const RANK: Record<By, number> = { client: 0, city: 1, province: 2 };
const SIGNER: Record<By, Change> = {
  client: {},
  city: { claims: { iss: 'centre:3701' }, header: { kid: '%city.kid' }, signer: 'city' },
  province: { claims: { iss: 'centre:3700' }, header: { kid: '%province.kid' }, signer: 'province' },
};

async function event(by: By, claims: Record<string, unknown>): Promise<StoredEvent> {
  const change = SIGNER[by];
  const { event: token } = await makeChain(cast, { event: { ...change, claims: { ...change.claims, ...claims } } });
  return by === 'client' ? { token, client: tokens.client } : { token };
}

async function apply(history: History, stored: StoredEvent): Promise<History> {
  const { statement, rank } = await openEvent(stored, cast.directory, filing);
  return applyEvent(history, statement, rank, NUMBER);
}

test('any sequence of events ends where a plain model says', async () => {
  const step = fc.record({
    by: fc.constantFrom<By>('client', 'city', 'province'),
    action: fc.constantFrom('suspend', 'reinstate', 'revoke'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 6 }), async (steps) => {
      let history = UNTOUCHED;
      let model = { state: 'valid', rank: 0, length: 0 };
      const taken: StoredEvent[] = [];
      for (const { by, action } of steps) {
        const expected =
          model.state === 'revoked'
            ? 'status_final'
            : action === 'suspend'
              ? model.state === 'valid' || RANK[by] > model.rank
                ? 'accepted'
                : 'status_no_change'
              : action === 'reinstate' && model.state !== 'suspended'
                ? 'status_no_change'
                : model.state === 'suspended' && RANK[by] < model.rank
                  ? 'rank_too_low'
                  : 'accepted';
        const made = await event(by, {
          action,
          seq: model.length + 1,
          ...(history.last ? { prev: history.last.digest } : {}),
        });
        const before = history;
        const { code } = await refusalOf(async () => (history = await apply(before, made)));
        expect(code).toBe(expected);
        if (expected !== 'accepted') continue;
        taken.push(made);
        model = {
          state: action === 'suspend' ? 'suspended' : action === 'revoke' ? 'revoked' : 'valid',
          rank: action === 'reinstate' ? 0 : RANK[by],
          length: model.length + 1,
        };
        expect(history).toMatchObject(model);
      }
      expect(await readHistory(taken, cast.directory, filing, NUMBER)).toMatchObject(history);
    }),
    { numRuns: 40 },
  );
});

/** State × event × who says it: every cell. Suspended: by whom. */
const TABLE = `
  state                 suspend           reinstate         revoke
  valid                 accepted          status_no_change  accepted
  suspended by client   above client      client+           client+
  suspended by city     above city        city+             city+
  suspended by province status_no_change  province+         province+
  revoked               status_final      status_final      status_final
`;
const TIERS: By[] = ['client', 'city', 'province'];
const cells = TABLE.trim()
  .split('\n')
  .slice(1)
  .flatMap((line) => {
    const [state, ...codes] = line.trim().split(/ {2,}| (?=status_)/) as [string, string, string, string];
    return (['suspend', 'reinstate', 'revoke'] as const).flatMap((action, i) =>
      TIERS.map((by) => {
        const cell = codes[i] as string;
        // `city+`: that tier or a higher one. `above city`: higher ones alone.
        const [, above, least] = /^(above )?(client|city|province)\+?$/.exec(cell) ?? [];
        if (least === undefined) return [state, action, by, cell] as const;
        const enough = TIERS.indexOf(by) - TIERS.indexOf(least as By) >= (above ? 1 : 0);
        return [state, action, by, enough ? 'accepted' : above ? 'status_no_change' : 'rank_too_low'] as const;
      }),
    );
  });

test('the table has every cell', () => expect(cells.length).toBe(5 * 3 * 3));

test.each(cells)('%s: %s by %s → %s', async (state, action, by, code) => {
  let history = UNTOUCHED;
  const first =
    state === 'valid'
      ? undefined
      : state === 'revoked'
        ? (['city', 'revoke'] as const)
        : ([state.split(' ').at(-1) as By, 'suspend'] as const);
  if (first) history = await apply(history, await event(first[0], { action: first[1] }));
  const next = await event(by, {
    action,
    seq: history.length + 1,
    ...(history.last ? { prev: history.last.digest } : {}),
  });
  expect((await refusalOf(() => apply(history, next))).code).toBe(code);
});

test('what a lower tier has suspended a higher one makes its own suspension', async () => {
  let history = await apply(UNTOUCHED, await event('client', { action: 'suspend' }));
  for (const [by, rank] of [
    ['city', 1],
    ['province', 2],
  ] as const) {
    const next = { seq: history.length + 1, prev: history.last?.digest };
    history = await apply(history, await event(by, { action: 'suspend', ...next }));
    expect(history).toMatchObject({
      state: 'suspended',
      rank,
      suspension: { iss: SIGNER[by].claims?.iss },
      length: next.seq,
    });
  }
  const last = { seq: 4, prev: history.last?.digest };
  for (const by of ['client', 'city'] as const) {
    for (const action of ['reinstate', 'revoke'])
      expect((await refusalOf(async () => apply(history, await event(by, { action, ...last })))).code).toBe(
        'rank_too_low',
      );
  }
  expect(await apply(history, await event('province', { action: 'reinstate', ...last }))).toMatchObject({
    state: 'valid',
    rank: 0,
  });
});

test('what a centre has suspended is replaced by its own or a higher approval of a later second', async () => {
  const approved = (iss: string, rank: number, iat: number) => ({ iss, rank, iat });
  const own = (iat: number) => approved('centre:3701', 1, iat);
  const province = (iat: number) => approved('centre:3700', 2, iat);
  const stranger = approved('centre:3702', 1, NOW + 100);
  for (const [by, approvals, code] of [
    ['client', [], 'accepted'],
    ['city', [], 'replaces_suspended'],
    ['city', [own(NOW - 1), province(NOW)], 'replaces_suspended'],
    ['city', [own(NOW)], 'replaces_suspended'],
    ['city', [own(NOW + 1), province(NOW - 1)], 'accepted'],
    ['city', [province(NOW + 1)], 'accepted'],
    ['city', [stranger, province(NOW - 1)], 'replaces_suspended'],
    ['province', [own(NOW + 1), province(NOW)], 'replaces_suspended'],
    ['province', [own(NOW), province(NOW + 1)], 'accepted'],
  ] as const) {
    const suspended = await apply(UNTOUCHED, await event(by, { action: 'suspend', iat: NOW }));
    expect([
      by,
      approvals,
      (await refusalOf(async () => requireReplaceable(suspended, NUMBER, approvals))).code,
    ]).toEqual([by, approvals, code]);
    if (by !== 'province') continue;
    const lifted = await apply(
      suspended,
      await event('province', { action: 'reinstate', seq: 2, prev: suspended.last?.digest, iat: NOW }),
    );
    expect((await refusalOf(async () => requireReplaceable(lifted, NUMBER, []))).code).toBe('accepted');
  }
  expect(
    (['valid', 'suspended', 'revoked'] as const).map((state) => [fateOf(state, true), fateOf(state, false)]),
  ).toEqual([
    ['replaced', 'valid'],
    ['replaced', 'suspended'],
    ['revoked', 'revoked'],
  ]);
});

test('every action and every reason has words in Chinese and in English', () => {
  for (const [codes, words] of [
    [ACTIONS, ACTION_WORDS],
    [REASONS, REASON_WORDS],
  ] as const) {
    expect(Object.keys(words).sort()).toEqual([...codes].sort());
    for (const { zh, en } of Object.values(words))
      expect([zh, en]).toEqual([expect.stringMatching(/^\p{Script=Han}+$/u), expect.stringMatching(/^[a-z’ ]+$/i)]);
  }
});

/** suspend by the city, reinstate by the province, suspend by the client. */
async function chain(): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  let history = UNTOUCHED;
  for (const [by, action] of [
    ['city', 'suspend'],
    ['province', 'reinstate'],
    ['client', 'suspend'],
  ] as const) {
    const made = await event(by, {
      action,
      seq: history.length + 1,
      ...(history.last ? { prev: history.last.digest } : {}),
    });
    history = await apply(history, made);
    events.push(made);
  }
  return events;
}

test('no event can be left out of the middle, moved, or said twice', async () => {
  const events = await chain();
  const read = (list: (StoredEvent | undefined)[]) =>
    refusalOf(() => readHistory(list as StoredEvent[], cast.directory, filing, NUMBER));
  const [one, two, three] = events;
  expect(await read(events)).toEqual({ code: 'accepted' });
  for (const list of [
    [two, three],
    [one, three],
    [two, one, three],
    [one, two, two],
    [one, one, two],
    [one, two, three, three],
    [three, two, one],
  ]) {
    expect(await read(list)).toMatchObject({ code: 'status_out_of_order' });
  }
  // Cut off at the end it reads as a younger history: only a public log could show that.
  expect(await read([one, two])).toEqual({ code: 'accepted' });
});

test('the chain hangs on what was said, not on how the signature is spelled', async () => {
  const [one, two, three] = (await chain()) as [StoredEvent, StoredEvent, StoredEvent];
  const spelled = { ...one, token: twin(one.token) };
  expect(await readHistory([spelled, two, three], cast.directory, filing, NUMBER)).toMatchObject({
    state: 'suspended',
    length: 3,
  });
});

test('any other prev and any other seq is out of order', async () => {
  const [first] = (await chain()) as [StoredEvent];
  const history = await apply(UNTOUCHED, first);
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 1000 }),
      fc.constantFrom('right', 'none', 'A'.repeat(43)),
      async (seq, prev) => {
        const made = await event('province', {
          action: 'reinstate',
          seq,
          ...(prev === 'none' ? {} : { prev: prev === 'right' ? history.last?.digest : prev }),
        });
        expect((await refusalOf(() => apply(history, made))).code).toBe(
          seq === 2 && prev === 'right' ? 'accepted' : 'status_out_of_order',
        );
      },
    ),
    { numRuns: 40 },
  );
});

test('an older event does not follow a younger one', async () => {
  const [first] = (await chain()) as [StoredEvent];
  const history = await apply(UNTOUCHED, first);
  const made = await event('province', { action: 'reinstate', seq: 2, prev: history.last?.digest, iat: NOW - 1 });
  expect(await refusalOf(() => apply(history, made))).toEqual({ code: 'status_out_of_order', part: 'status+jwt:iat' });
});

test("an organization's event is about its own certificates", async () => {
  const { statement, rank } = await openEvent(await event('client', {}), cast.directory, filing);
  const other = NUMBER.replace('S000037000001', 'S000037000002');
  const moved = { ...statement, payload: { ...statement.payload, number: other } };
  expect(await refusalOf(() => applyEvent(UNTOUCHED, moved, rank, other))).toEqual({
    code: 'out_of_reach',
    part: 'status+jwt:iss',
  });
});

test('a new event is made now: five minutes and a minute for the clocks', async () => {
  const { payload } = (await openEvent(await event('client', {}), cast.directory, filing)).statement;
  for (const [offset, code] of [
    [-61, 'statement_not_yet_valid'],
    [-60, 'accepted'],
    [0, 'accepted'],
    [359, 'accepted'],
    [360, 'statement_expired'],
  ] as const) {
    expect([offset, (await refusalOf(() => checkFresh(payload, NOW + offset))).code]).toEqual([offset, code]);
  }
});
