/** The table of steps: who may take which step from which state, written out by hand. */
import { describe, expect, test } from 'vitest';
import {
  KINDS,
  type Kind,
  PROCEDURES,
  type Role,
  STEPS,
  type StepName,
  type StepRule,
  stateAfter,
  statesOf,
  stepsFrom,
} from '../../src/core/procedure/steps.ts';
import { refusalOf } from './cast.ts';

const ROLES: Role[] = ['applicant', 'organization', 'city', 'province', 'service'];

/**
 * The table once more, written as the field reads it: kind, state (— before the first step), who may do what, and what
 * comes of it. Everything that does not stand here must be refused. C: either centre, O: the organization, A: an
 * applicant, S: the service for somebody without a key.
 */
const ALLOWED = `
  application  —          A,O submit→submitted
  application  submitted  A,O amend→submitted  C return→returned  C decline→declined  C select→selected  C clear→cleared  A,O withdraw→withdrawn
  application  returned   A,O amend→submitted  A,O withdraw→withdrawn  C clear→cleared
  application  withdrawn  C clear→cleared
  application  declined   C clear→cleared
  device       —          A request→requested
  device       requested  O endorse→endorsed  C grant→granted  O,C refuse→refused
  device       endorsed   C grant→granted  O,C refuse→refused
  loss         —          O report→reported
  loss         reported   C close→closed
  loss         closed     O report→reported
  standing     —          C suspend→suspended
  standing     active     C suspend→suspended
  standing     suspended  C resume→active
  rules        —          O publish→published
  rules        published  O publish→published
  plan         —          O file→filed
  plan         filed      O amend→filed  C receive→filed  C return→returned  O cancel→cancelled
  plan         returned   O amend→filed  O cancel→cancelled
  results      —          O publish→notice
  results      notice     O correct→notice  O withdraw→withdrawn  O upload→uploaded
  results      uploaded   O correct→notice  O withdraw→withdrawn
  objection    —          S raise→open
  objection    open       O uphold→upheld  O reject→rejected
  objection    upheld     C reopen→open
  objection    rejected   C reopen→open
  draw         —          C commit→committed
  draw         committed  C reveal→drawn  C abandon→abandoned
  draw         drawn      C finding→drawn  O,C follow→drawn  C close→closed
  batch        —          C return→returned
`;
const LETTERS: Record<string, Role[]> = {
  A: ['applicant'],
  O: ['organization'],
  C: ['city', 'province'],
  S: ['service'],
};

const allowed = new Map<string, string>();
for (const row of ALLOWED.trim().split('\n')) {
  const [kind, state, ...words] = row.trim().split(/\s+/) as [string, string, ...string[]];
  for (let i = 0; i < words.length; i += 2) {
    const [who, [step, to]] = [words[i] as string, (words[i + 1] as string).split('→') as [string, string]];
    for (const role of who.split(',').flatMap((letter) => LETTERS[letter] as Role[]))
      allowed.set(`${kind} ${state} ${kind}.${step} ${role}`, to);
  }
}

describe('the table', () => {
  const rules = (kind: Kind) => PROCEDURES[kind] as Record<string, StepRule>;

  test.each(KINDS)('%s: every state × every step × every role', async (kind) => {
    const seen = new Set<string>();
    for (const state of [null, ...statesOf(kind)]) {
      for (const step of [...STEPS, `${kind}.nothing` as StepName]) {
        for (const role of ROLES) {
          const cell = `${kind} ${state ?? '—'} ${step} ${role}`;
          const known = rules(kind)[step];
          const refusal = !known ? 'step_unknown' : !known.by.includes(role) ? 'role_wrong' : 'step_not_now';
          let to: string | undefined;
          const { code } = await refusalOf(() => {
            to = stateAfter(kind, step, state, role);
          });
          expect([cell, code, to]).toEqual([cell, allowed.has(cell) ? 'accepted' : refusal, allowed.get(cell)]);
          expect([cell, stepsFrom(kind, state, role).includes(step)]).toEqual([cell, allowed.has(cell)]);
          seen.add(cell);
        }
      }
    }
    expect([...allowed.keys()].filter((cell) => cell.startsWith(`${kind} `) && !seen.has(cell))).toEqual([]);
  });

  test('a refusal says who may, or in which state it is', async () => {
    expect(() => stateAfter('plan', 'plan.return', 'filed', 'organization')).toThrow(
      expect.objectContaining({ code: 'role_wrong', facts: { allowed: ['city', 'province'] } }),
    );
    expect(() => stateAfter('plan', 'plan.return', 'cancelled', 'city')).toThrow(
      expect.objectContaining({ code: 'step_not_now', facts: { state: 'cancelled' } }),
    );
    expect(() => stateAfter('plan', 'plan.return', null, 'city')).toThrow(
      expect.objectContaining({ code: 'step_not_now', facts: { state: null } }),
    );
  });
});
