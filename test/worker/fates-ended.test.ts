/**
 * What becomes of certificates when keys turn out stolen: any history of events, certificates issued again, replacements and
 * withdrawals of keys, by an organization, a city and whoever stole their keys, against a model of it, by the real service. After
 * each act every certificate of the history is looked up: a legal history never verifies as invalid, and lists say the same.
 */

import type { Arbitrary } from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { changeStatus, type Identity, withdraw } from '../../src/sdk/sign.ts';
import fc from '../fuzz.ts';
import {
  approve,
  as,
  candidate,
  certificatesOf,
  db,
  fileWith,
  foundProvince,
  issue,
  makeCentre,
  type Organization,
  type Province,
  submit,
} from '../kit.ts';
import { accepted, digestOf, handInEvent, look, nextClient, tick } from './drill-kit.ts';
import { backdate, now } from './forge.ts';

let world: Province;
let school: Organization;
let person = 0;

beforeAll(async () => {
  world = await foundProvince();
  await backdate(world, [world.province, world.city]);
  school = await fileWith(world.city, 'S000037000001');
});

const SIGNERS = ['organization', 'city', 'province', 'thief', 'stolen'] as const;
/** `thief` has a client key of the organization, `stolen` a key of the city's centre. */
type By = (typeof SIGNERS)[number];
const RANK: Record<By, number> = { organization: 0, thief: 0, city: 1, stolen: 1, province: 2 };
type Act = 'suspend' | 'reinstate' | 'revoke';

interface Event {
  act: Act;
  by: By;
  iat: number;
}
interface Certificate {
  number: string;
  events: Event[];
  prev?: string;
  living: boolean;
  replaced_by?: string;
}
interface Ending {
  target: 'thief' | 'stolen';
  by: 'city' | 'stolen' | 'province';
  iat: number;
  end: number;
}
type Step =
  | { act: Act; by: By; target: number }
  | { act: 'again' }
  | { act: 'replace'; target: number }
  | { act: 'end'; target: 'thief' | 'stolen'; by: 'city' | 'stolen'; back: number };

const earliest = (endings: readonly Ending[]): number => Math.min(Infinity, ...endings.map(({ end }) => end));

/** From when a key does not count. What `stolen` ended does count again where that key itself had ended by then. */
function endOf(by: By, endings: readonly Ending[]): number {
  const stolen = earliest(endings.filter(({ target }) => target === 'stolen'));
  return earliest(endings.filter((one) => one.target === by && !(one.by === 'stolen' && one.iat >= stolen)));
}

interface Reached {
  state: 'valid' | 'suspended' | 'revoked';
  rank: number;
}

/** What a plain reading of the rules says of an event: where it leads, or why not. */
function ruled({ state, rank: before }: Reached, act: Act, rank: number): Reached | string {
  if (state === 'revoked') return 'status_final';
  if (act === 'suspend') return state === 'valid' || rank > before ? { state: 'suspended', rank } : 'status_no_change';
  if (act === 'reinstate' && state === 'valid') return 'status_no_change';
  if (state === 'suspended' && rank < before) return 'rank_too_low';
  return act === 'revoke' ? { state: 'revoked', rank } : { state: 'valid', rank: 0 };
}

function reached({ events }: Certificate, endings: readonly Ending[]): Reached {
  let at: Reached = { state: 'valid', rank: 0 };
  for (const { act, by, iat } of events) {
    if (iat >= endOf(by, endings)) continue;
    const next = ruled(at, act, RANK[by]);
    if (typeof next !== 'string') at = next;
  }
  return at;
}

const inForce = (one: Certificate, endings: readonly Ending[]) =>
  one.replaced_by === undefined && reached(one, endings).state !== 'revoked';

async function expectAll(family: readonly Certificate[], endings: readonly Ending[]): Promise<void> {
  // One of those in force is the living one, and stays it.
  for (const one of family) one.living &&= inForce(one, endings);
  const next = family.some(({ living }) => living) ? undefined : family.find((one) => inForce(one, endings));
  if (next) next.living = true;
  for (const one of family) {
    const { number, living, replaced_by } = one;
    const { state } = reached(one, endings);
    const { verdict } = await look(number);
    const stored = await db.prepare('SELECT state, live FROM certificates WHERE number = ?').bind(number).first();
    const listed = replaced_by === undefined ? state : 'replaced';
    expect({ number, verdict, stored }).toEqual({
      number,
      verdict: listed === 'replaced' && state === 'revoked' ? 'revoked' : listed,
      stored: { state: listed, live: living ? 1 : 0 },
    });
  }
  expect(await db.prepare('SELECT count(*) AS n FROM mends').first('n')).toBe(0);
}

async function play(steps: readonly Step[]): Promise<void> {
  person++;
  const stolen = await makeCentre(world.root, '3701', '济南市职业技能鉴定指导中心');
  await as(world.province).post('/v1/centres', { statement: stolen.token });
  const signers: Record<By, Identity> = {
    organization: school.client,
    city: world.city,
    province: world.province,
    thief: await nextClient(school),
    stolen,
  };
  const endings: Ending[] = [];
  const issued = async (replaces?: string): Promise<Certificate> => {
    const batch = await submit(school, [candidate(person, replaces === undefined ? {} : { replaces })]);
    await issue(school, batch, await approve(world, school, batch));
    return { number: (await certificatesOf(school, batch.id))[0]?.number as string, events: [], living: true };
  };
  const family = [await issued()];
  const start = tick();
  for (const [at, step] of steps.entries()) {
    // Two steps share each second: one ends, undoes or comes after what the other did in it.
    if (at % 2 === 1) tick();
    if (step.act === 'end') {
      const by = step.target === 'stolen' ? 'province' : step.by;
      const iat = now();
      if (iat >= endOf(by, endings)) continue;
      // Reaches back to some second of this history, or to before it.
      const end = Math.max(start - 1, iat - step.back);
      await accepted(
        signers[by],
        await withdraw(signers[by], { kid: signers[step.target].kid }, { compromised_since: end }, { iat }),
      );
      endings.push({ target: step.target, by, iat, end });
    } else if (step.act === 'again') {
      if (family.some(({ living }) => living))
        await expect(submit(school, [candidate(person)])).rejects.toMatchObject({ problem: { code: 'rows_refused' } });
      else family.push(await issued());
    } else {
      const one = family[family.length - 1 - (step.target % family.length)] as Certificate;
      if (step.act === 'replace') {
        if (!one.living)
          await expect(submit(school, [candidate(person, { replaces: one.number })])).rejects.toMatchObject({
            problem: { code: 'rows_refused' },
          });
        else {
          // A second later than any suspension.
          tick();
          const successor = await issued(one.number);
          Object.assign(one, { replaced_by: successor.number, living: false });
          family.push(successor);
        }
      } else await tell(one, step.act, step.by, signers[step.by], endings);
    }
    await expectAll(family, endings);
  }
}

async function tell(one: Certificate, act: Act, by: By, signer: Identity, endings: readonly Ending[]): Promise<void> {
  const { number, events, prev } = one;
  const iat = now();
  const reason = act === 'reinstate' ? 'cleared' : 'other';
  const statement = await changeStatus(
    signer,
    { number, action: act, reason, seq: events.length + 1, ...(prev === undefined ? {} : { prev }) },
    { iat },
  );
  const ruling = ruled(reached(one, endings), act, RANK[by]);
  const ended = iat >= endOf(by, endings) ? (by === 'thief' ? 'client_withdrawn' : 'centre_withdrawn') : undefined;
  const expected =
    ended ?? (one.replaced_by !== undefined ? 'status_final' : typeof ruling === 'string' ? ruling : 'accepted');
  const { status, code } = await handInEvent(signer, number, statement);
  expect([act, by, status === 201 ? 'accepted' : code]).toEqual([act, by, expected]);
  if (expected !== 'accepted') return;
  events.push({ act, by, iat });
  one.prev = await digestOf(statement);
}

const target = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.nat(3) });
const step: Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      act: fc.constantFrom<Act>('suspend', 'reinstate', 'revoke', 'revoke'),
      by: fc.constantFrom<By>(...SIGNERS, 'thief', 'stolen'),
      target,
    }),
  },
  { weight: 2, arbitrary: fc.constant<Step>({ act: 'again' }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('replace' as const), target }) },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constant('end' as const),
      target: fc.constantFrom('thief' as const, 'stolen' as const),
      by: fc.constantFrom('city' as const, 'stolen' as const),
      back: fc.nat(4),
    }),
  },
);

test('any history with keys that turn out stolen verifies, and ends where a plain model says', async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 8 }), play), {
    numRuns: 15,
    endOnFailure: true,
  });
}, 300_000);

test('revoked by a stolen key, issued again, given back: in every order of what ends', async () => {
  const end = (key: 'thief' | 'stolen', by: 'city' | 'stolen' = 'city'): Step => ({
    act: 'end',
    target: key,
    by,
    back: 60,
  });
  const tellBy = (act: Act, by: By, of = 0): Step => ({ act, by, target: of });
  const again: Step = { act: 'again' };
  for (const history of [
    [
      tellBy('suspend', 'stolen'),
      end('stolen'),
      tellBy('revoke', 'thief'),
      again,
      end('thief'),
      tellBy('suspend', 'province', 1),
      tellBy('revoke', 'city'),
    ],
    [
      tellBy('revoke', 'thief'),
      end('thief', 'stolen'),
      tellBy('suspend', 'city'),
      { act: 'replace', target: 0 },
      end('stolen'),
    ],
    [
      tellBy('revoke', 'thief'),
      end('thief', 'stolen'),
      tellBy('suspend', 'province'),
      end('stolen'),
      again,
      end('thief'),
      tellBy('revoke', 'city'),
      tellBy('reinstate', 'province', 1),
    ],
  ] as Step[][])
    await play(history);
}, 120_000);
