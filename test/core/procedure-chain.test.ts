/** A case as a chain of signed steps: what is missing, moved, altered or signed by another is found. */
import { beforeAll, describe, expect, test } from 'vitest';
import { importPublic } from '../../src/core/keys.ts';
import {
  bodyDigest,
  type GivenStep,
  newAbout,
  openCase,
  signStep,
  verifyCase,
} from '../../src/core/procedure/read-case.ts';
import type { Role, StepName } from '../../src/core/procedure/steps.ts';
import { openStatement, signStatement } from '../../src/core/statement.ts';
import { type KeyPair, makeKey } from '../../src/sdk/sign.ts';
import { AUD, NOW, refusalOf } from './cast.ts';

describe('a case as a chain', () => {
  const ABOUT = newAbout(
    'plan',
    Uint8Array.from({ length: 12 }, (_, i) => i),
  );
  const SCHOOL = 'org:S000037000001';
  const CITY = 'centre:3701';
  let keys: Record<'school' | 'city' | 'stranger', KeyPair>;
  let trail: GivenStep[];

  const find = (kid: string) => {
    const known = [keys.school, keys.city].find((pair) => pair.kid === kid);
    return known && importPublic(known.jwk);
  };
  const signedBy = (token: string) => openStatement(token, 'step+jwt', find);
  /** Without signatures the same is refused for the same reason, but for what signatures alone tell. */
  const open = async (steps: readonly GivenStep[], about = ABOUT) => {
    const refusal = await refusalOf(() => verifyCase(about, steps, signedBy));
    const unsigned = await refusalOf(() => openCase(about, steps));
    expect(unsigned).toEqual(
      ['key_unknown', 'signature_wrong'].includes(refusal.code) ? { code: 'accepted' } : refusal,
    );
    return refusal;
  };

  /** Signs steps one after another, each on the last. */
  async function chain(...steps: [who: 'school' | 'city', step: StepName, role: Role][]): Promise<GivenStep[]> {
    const made: GivenStep[] = [];
    for (const [who, step, role] of steps) {
      const { steps: statements } = await verifyCase(ABOUT, made, signedBy);
      const body = { salt: step, seq: made.length };
      const signer = { ...keys[who], subject: who === 'city' ? CITY : SCHOOL };
      made.push({
        token: await signStep(
          signer,
          { aud: AUD, about: ABOUT, step, seq: made.length, last: statements.at(-1)?.digest, body },
          NOW + made.length,
          `j${made.length}`,
        ),
        body,
        role,
      });
    }
    return made;
  }

  /** The second step signed again with other claims, by whom. */
  async function resigned(
    change: Record<string, unknown>,
    by: 'school' | 'city' | 'stranger' = 'city',
  ): Promise<GivenStep[]> {
    const { steps: statements } = await verifyCase(ABOUT, trail, signedBy);
    const second = trail[1] as GivenStep;
    const payload = { ...statements[1]?.payload, ...change } as never;
    return [
      trail[0] as GivenStep,
      { ...second, token: await signStatement('step+jwt', payload, keys[by].key, keys[by].kid) },
      ...trail.slice(2),
    ];
  }

  beforeAll(async () => {
    keys = { school: await makeKey(), city: await makeKey(), stranger: await makeKey() };
    trail = await chain(
      ['school', 'plan.file', 'organization'],
      ['city', 'plan.return', 'city'],
      ['school', 'plan.amend', 'organization'],
      ['city', 'plan.receive', 'city'],
    );
  });

  test('holds as it was signed, and leads to its state', async () => {
    const { steps: statements, state } = await verifyCase(ABOUT, trail, signedBy);
    expect(state).toBe('filed');
    expect(statements.map(({ payload }) => [payload.seq, payload.step, payload.iss])).toEqual([
      [1, 'plan.file', SCHOOL],
      [2, 'plan.return', CITY],
      [3, 'plan.amend', SCHOOL],
      [4, 'plan.receive', CITY],
    ]);
    expect(statements.map(({ payload }) => payload.prev)).toEqual([
      undefined,
      ...statements.slice(0, -1).map(({ digest }) => digest),
    ]);
    expect(await verifyCase(ABOUT, [], signedBy)).toEqual({
      checked: 'chain_and_signatures',
      kind: 'plan',
      steps: [],
      state: null,
    });
  });

  test('the digest of a body does not hang on the order of its fields', async () => {
    expect(await bodyDigest({ a: 1, b: [{ c: '证', d: null }] })).toBe(
      await bodyDigest({ b: [{ d: null, c: '证' }], a: 1 }),
    );
    expect(await bodyDigest({ a: 1 })).not.toBe(await bodyDigest({ a: '1' }));
  });

  test('a step that does not hold is left out, and told, where the reader goes on', async () => {
    const told: [code: string, at: number, opened: boolean][] = [];
    const { steps, state } = await verifyCase(ABOUT, await resigned({}, 'stranger'), signedBy, {
      refused: ({ code }, at, digest) => told.push([code, at, digest !== undefined]),
    });
    expect([steps.length, state]).toEqual([1, 'filed']);
    expect(told).toEqual([
      ['key_unknown', 1, false],
      ['step_out_of_order', 2, true],
      ['step_out_of_order', 3, true],
    ]);
    expect(
      await refusalOf(() => verifyCase(ABOUT, trail, signedBy, { audience: 'https://elsewhere.example' })),
    ).toMatchObject({ code: 'audience_wrong' });
  });

  test('a step shown as something else than was signed is refused', async () => {
    const shown = (change: Partial<GivenStep>) => open([{ ...(trail[0] as GivenStep), ...change }, ...trail.slice(1)]);
    expect(await shown({ step: 'plan.file', iss: SCHOOL })).toEqual({ code: 'accepted' });
    for (const change of [{ step: 'plan.amend' }, { iss: CITY }])
      expect(await shown(change)).toEqual({ code: 'step_about_differs', part: 'step+jwt:about' });
  });

  test('cannot be read as another case', async () => {
    expect(await open(trail, newAbout('plan', new Uint8Array(12)))).toEqual({
      code: 'step_about_differs',
      part: 'step+jwt:about',
    });
    expect(await open(trail, 'nothing:x')).toEqual({ code: 'case_not_found', part: 'about' });
    expect(await open(await resigned({ about: 'plan:p00000000' }))).toEqual({
      code: 'step_about_differs',
      part: 'step+jwt:about',
    });
  });

  test('loses no step, gains none, and keeps its order', async () => {
    const [one, two, three, four] = trail as [GivenStep, GivenStep, GivenStep, GivenStep];
    const broken = { code: 'step_out_of_order', part: 'step+jwt:seq' };
    for (const steps of [
      [two, three, four],
      [one, three, four],
      [one, two, four],
      [one, one, two],
      [two, one, three, four],
      [one, two, three, four, four],
      [one, two, two],
    ])
      expect(await open(steps)).toEqual(broken);
    // The first steps alone are a case as it was at that time: only the keeper's count tells that more followed.
    expect((await verifyCase(ABOUT, [one, two], signedBy)).state).toBe('returned');
    const end = { seq: 4, last: (await openCase(ABOUT, trail)).steps[3]?.digest as string };
    expect(await refusalOf(() => openCase(ABOUT, trail, end))).toEqual({ code: 'accepted' });
    expect(await refusalOf(() => openCase(ABOUT, [one, two, three], end))).toEqual(broken);
    expect(await refusalOf(() => openCase(ABOUT, trail, { ...end, last: 'A'.repeat(43) }))).toEqual(broken);
  });

  test('no step can be put in the place of another, even by its own signer', async () => {
    expect(await open(await resigned({ prev: 'A'.repeat(43) }))).toEqual({
      code: 'step_out_of_order',
      part: 'step+jwt:seq',
    });
    expect(await open(await resigned({ prev: undefined }))).toEqual({
      code: 'step_out_of_order',
      part: 'step+jwt:seq',
    });
    expect(await open(await resigned({ seq: 3 }))).toEqual({ code: 'step_out_of_order', part: 'step+jwt:seq' });
    // Signed again with another body: its own place holds, the next step does not hang on it any more.
    const body = { reason: '另一个理由' };
    const [first, second, ...rest] = (await resigned({ body: await bodyDigest(body) })) as [
      GivenStep,
      GivenStep,
      ...GivenStep[],
    ];
    expect(await open([first, { ...second, body }, ...rest])).toEqual({
      code: 'step_out_of_order',
      part: 'step+jwt:seq',
    });
    const other = await chain(['school', 'plan.file', 'organization'], ['city', 'plan.receive', 'city']);
    expect(await open([trail[0] as GivenStep, other[1] as GivenStep, ...trail.slice(2)])).toMatchObject({
      code: 'step_out_of_order',
    });
  });

  test('no body can be exchanged', async () => {
    const altered = (body: unknown) => open([{ ...(trail[0] as GivenStep), body }, ...trail.slice(1)]);
    for (const body of [
      {},
      { salt: 'plan.file', seq: 1 },
      { salt: 'plan.file', seq: 0, more: 1 },
      { salt: 'plan.file' },
      null,
      trail[1]?.body,
    ])
      expect(await altered(body)).toEqual({ code: 'step_body_differs', part: 'step+jwt:body' });
    expect(await altered({ seq: 0, salt: 'plan.file' })).toEqual({ code: 'accepted' });
    // A body that was left out is told only where that is meant.
    const { body: _, ...bare } = trail[0] as GivenStep;
    expect(await open([bare, ...trail.slice(1)])).toEqual({ code: 'step_body_differs', part: 'step+jwt:body' });
    const partial = await verifyCase(ABOUT, [bare, ...trail.slice(1)], signedBy, { partial: true });
    expect(partial.state).toBe('filed');
  });

  test('only known keys sign, and signatures hold', async () => {
    expect(await open(await resigned({}, 'stranger'))).toMatchObject({ code: 'key_unknown' });
    const [first, ...rest] = trail as [GivenStep, ...GivenStep[]];
    const parts = first.token.split('.');
    expect(await open([{ ...first, token: `${parts[0]}.${parts[1]}.${'A'.repeat(86)}` }, ...rest])).toMatchObject({
      code: 'signature_wrong',
    });
  });

  test('a step that the table does not allow breaks it, well signed as it may be', async () => {
    const as = (at: number, role: Role) => trail.map((step, i) => (i === at ? { ...step, role } : step));
    expect(await open(as(1, 'organization'))).toMatchObject({ code: 'role_wrong' });
    expect(await open(as(0, 'city'))).toMatchObject({ code: 'role_wrong' });
    expect(await open(await resigned({ step: 'plan.amend' }))).toMatchObject({ code: 'role_wrong' });
    expect(await open(await resigned({ step: 'draw.close' }))).toMatchObject({ code: 'step_unknown' });
    const [first] = trail as [GivenStep];
    const { steps: statements } = await verifyCase(ABOUT, [first], signedBy);
    const late = await signStep(
      { ...keys.school, subject: SCHOOL },
      { aud: AUD, about: ABOUT, step: 'plan.file', seq: 1, last: statements[0]?.digest, body: {} },
      NOW,
      'x',
    );
    expect(await open([first, { token: late, body: {}, role: 'organization' }])).toMatchObject({
      code: 'step_not_now',
    });
  });
});
